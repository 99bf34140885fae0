"""What the reconciliation service answers, without HTTP: matches, types, values, suggestions."""

from __future__ import annotations

import csv

import pytest

from conftest import shared
from kkgraph.link import Target, provinces, reading
from kkgraph.link.records import Entry, Side
from kkgraph.link.service import Refusal, Service, asking, batch, load
from kkgraph.link.target import THRESHOLD
from reconcilers import SIDE, small_service


@pytest.fixture(scope="module")
def small():
    return small_service()


def one(service, lang="th", **query):
    return service.reconcile(batch({"q": query}), lang)["q"]["result"]


def matches(found):
    return [c["id"] for c in found if c["match"]]


def prop(pid, *values):
    return {"pid": pid, "v": values[0] if len(values) == 1 else list(values)}


def test_a_name_with_its_type_is_a_match(small):
    found = one(small, query="ทต.ท่าพระ จ.ขอนแก่น")
    assert matches(found) == ["lao-1"] == [found[0]["id"]]
    assert found[0]["name"] == "เทศบาลตำบลท่าพระ"
    assert found[0]["type"] == [{"id": "SubdistrictMunicipality", "name": "เทศบาลตำบล"}]
    assert found[0]["score"] > 95
    assert "จังหวัดขอนแก่น" in found[0]["description"]
    assert {f["id"] for f in found[0]["features"]} >= {"name", "type", "province", "contradicted"}
    assert matches(one(small, query="อบต.ท่าพระ ขอนแก่น")) == ["lao-2"]
    english = one(small, "en", query="Tha Phra Subdistrict Municipality, Khon Kaen")
    assert matches(english) == ["lao-1"]
    assert english[0]["name"] == "Tha Phra Subdistrict Municipality"


def test_a_tie_is_no_match_and_shows_both(small):
    for query in ("ท่าพระ", "Tha Phra"):
        found = one(small, query=query)
        assert {c["id"] for c in found[:2]} == {"lao-1", "lao-2"}
        assert matches(found) == []
        assert found[0]["score"] <= 50
    twins = one(small, query="เทศบาลตำบลหนองบัว")
    assert matches(twins) == [] and {c["id"] for c in twins[:2]} == {"lao-8", "lao-9"}


def test_properties_decide_between_namesakes(small):
    def with_(*properties):
        return matches(one(small, query="หนองบัว", properties=list(properties)))

    assert with_() == []
    for udon in ("41", 41, 41.0, "อุดรธานี", "Udon Thani", {"id": "41", "name": "อุดรธานี"}):
        assert with_(prop("province", udon)) == ["lao-8"], udon
    assert with_(prop("province", "22")) == ["lao-9"]
    assert with_(prop("province", "41", "40")) == ["lao-8"]
    assert with_(prop("province", "41", "22")) == []
    assert with_(prop("nothing-known", "41")) == []
    assert with_(prop("province", True)) == []


def test_a_type_restricts_candidates_and_takes_those_below_it(small):
    def ids(**query):
        return {c["id"] for c in one(small, **query)}

    assert ids(query="ท่าพระ", type="SubdistrictMunicipality") == {"lao-1"}
    assert "lao-2" not in ids(query="ท่าพระ", type="Municipality")
    assert matches(one(small, query="ท่าพระ", type="Municipality")) == ["lao-1"]
    root = one(small, query="ท่าพระ", type="LocalAdministrativeOrganisation")
    assert {c["id"] for c in root} >= {"lao-1", "lao-2"} and matches(root) == []
    for name in ("SUBDISTRICT", "kk:SubdistrictMunicipality", "เทศบาลตำบล",
                 "https://w3id.org/kkgraph/ns#SubdistrictMunicipality"):  # fmt: skip
        assert matches(one(small, query="ท่าพระ", type=name)) == ["lao-1"], name
    both = ["SubdistrictMunicipality", "SAO"]
    assert matches(one(small, query="ท่าพระ", type=both)) == []
    assert matches(one(small, query="เมืองเก่า", type=both)) == ["lao-5"]
    assert matches(one(small, query="ท่าพระ", type=["Municipality", "SubdistrictMunicipality"],
                       type_strict="all")) == []  # fmt: skip
    assert ids(query="ท่าพระ", type=both, type_strict="all") == set()


def test_a_name_that_says_another_type_than_was_asked_for_is_no_match(small):
    for kind in ("SubdistrictMunicipality", "Municipality"):
        found = one(small, query="อบต.ท่าพระ", type=kind)
        assert matches(found) == [] and found[0]["score"] < 5
    same = one(small, query="เทศบาลตำบลท่าพระ", type="Municipality")
    assert matches(same) == ["lao-1"] == matches(one(small, query="ทต.ท่าพระ", type="SUBDISTRICT"))


def test_a_name_that_looks_like_an_abbreviation():
    rows = [Entry("s", "x:1", "ทมอ", (), "SAO", "32"), Entry("t", "x:2", "ทม.ศิลา", (), "TOWN")]
    service = Service(SIDE, rows, Target(SIDE, rows))
    found = one(service, query="ทมอ", type="SAO", properties=[prop("province", "32")])
    assert matches(found) == ["s"] and found[0]["name"] == "องค์การบริหารส่วนตำบลทมอ"
    assert one(service, query="ทม.ศิลา")[0]["name"] == "ทม.ศิลา"


def test_a_type_that_the_register_lacks_is_no_match_for_one_that_it_has():
    rows = [Entry("c", "x:1", "ขอนแก่น", ("Khon Kaen",), "CITY", "40")]
    service = Service(SIDE, rows, Target(SIDE, rows))
    khon_kaen = prop("province", "40")
    assert matches(one(service, query="ขอนแก่น", properties=[khon_kaen])) == ["c"]
    for kind in ("PAO", "อบจ.", "ProvincialAdministrativeOrganisation", "องค์การบริหารส่วนจังหวัด"):
        asked = [khon_kaen, prop("type", kind)]
        assert matches(one(service, query="ขอนแก่น", properties=asked)) == [], kind
    assert matches(one(service, query="อบจ.ขอนแก่น", type="CityMunicipality")) == []
    assert matches(one(service, query="ขอนแก่น", properties=[khon_kaen, prop("type", "ทน.")])) == [
        "c"
    ]
    assert matches(one(service, query="ขอนแก่น", properties=[khon_kaen, prop("type", "body")])) == [
        "c"
    ]
    both = one(service, query="ขอนแก่น", properties=[khon_kaen, prop("type", "PAO", "CITY")])
    assert matches(both) == ["c"]


def test_an_unknown_type_has_no_candidates_unless_it_only_should_be(small):
    assert one(small, query="ทต.ท่าพระ", type="Q5") == []
    assert matches(one(small, query="ทต.ท่าพระ", type="Q5", type_strict="should")) == ["lao-1"]
    assert matches(one(small, query="ท่าพระ", type=["Q5", "SAO"])) == ["lao-2"]


def test_identifiers_find_and_veto(small):
    for code in ("lao-1", "5400104", "q21278778", " Q21278778 "):
        found = one(small, query=code)
        assert matches(found) == ["lao-1"] and found[0]["score"] == 100
    assert matches(one(small, properties=[prop("dla", "5400109")])) == ["lao-5"]
    wrong = one(small, query="ทต.ท่าพระ จ.ขอนแก่น", properties=[prop("dla", "5999999")])
    assert matches(wrong) == []
    assert all({"id": "contradicted", "value": True} in c["features"] for c in wrong
               if c["id"] == "lao-1")  # fmt: skip
    other = one(small, query="lao-1", properties=[prop("wikidata", "Q876526")])
    assert matches(other) == []


def test_row_numbers_are_no_identifiers():
    rows = [Entry("2", "x.csv:2", "ทต.ท่าพระ", province="40")]
    service = Service(Side("x", "x.csv"), rows, Target(Side("x", "x"), rows), threshold=THRESHOLD)
    assert one(service, query="2") == []
    assert service.preview("2", "th").title == "ทต.ท่าพระ"


def test_limits_of_a_query(small):
    assert len(one(small, query="ท่าพระ", limit=1)) == 1
    for unset in (None, 0, -3):
        assert len(one(small, query="ท่าพระ", limit=unset)) >= 2
    assert len(one(small, query="ท่าพระ", limit=1.0)) == 1
    assert one(small, query="ท" * (asking.TEXT + 1)) == []
    assert one(small, query="") == []
    assert one(small, query="\u200b") == []
    many = [prop("province", *[str(n) for n in range(10, 30)])]
    assert matches(one(small, query="ทต.ท่าพระ", properties=many)) == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "an object of queries"),
        ({"q": []}, 'query "q"'),
        ({"q": {}}, "neither"),
        ({"q": {"query": 7}}, "must be a text"),
        ({"q": {"query": "x", "type": 7}}, '"type"'),
        ({"q": {"query": "x", "limit": "many"}}, '"limit"'),
        ({"q": {"query": "x", "limit": True}}, '"limit"'),
        ({"q": {"query": "x", "type_strict": "perhaps"}}, "type_strict"),
        ({"q": {"query": "x", "properties": {}}}, "must be a list"),
        ({"q": {"query": "x", "properties": [{"pid": "a"}]}}, '"pid" and "v"'),
        ({"q": {"query": "x", "properties": [{"pid": "a", "v": {"name": "b"}}]}}, '"id"'),
        ({"q": {"query": "x", "properties": [{"pid": "a", "v": 1}] * 21}}, "more than 20"),
        ({"q": {"query": "x", "quality": 1}}, '"quality" is no part'),
    ],
)
def test_malformed_batches_are_refused_by_name(data, says):
    with pytest.raises(Refusal) as found:
        batch(data)
    assert found.value.status == 400 and says in found.value.message


def test_json_is_read_with_limits():
    for text in ("", "{", "NaN", '{"a": Infinity}', "[" * 100_000, "1" * 10_000):
        with pytest.raises(Refusal) as found:
            load(text)
        assert (found.value.status, found.value.code) == (400, "bad-json")
    with pytest.raises(Refusal) as found:
        batch({str(n): {"query": "x"} for n in range(asking.BATCH + 1)})
    assert found.value.status == 413
    with pytest.raises(Refusal) as found:
        asking.extension({"ids": [str(n) for n in range(20_001)], "properties": [{"id": "type"}]})
    assert found.value.status == 413


def test_the_language_of_labels(small):
    thai = small.manifest("http://x", "th")
    english = small.manifest("http://x", "en")
    assert {t["name"] for t in thai["defaultTypes"]} >= {"เทศบาลตำบล", "องค์กรปกครองส่วนท้องถิ่น"}
    assert {t["name"] for t in english["defaultTypes"]} >= {"Subdistrict municipality"}
    top = english["defaultTypes"][0]
    assert top["id"] == "LocalAdministrativeOrganisation" and "broader" not in top
    city = next(t for t in english["defaultTypes"] if t["id"] == "CityMunicipality")
    assert city["broader"][0]["id"] == "Municipality"
    assert thai["extend"]["property_settings"][0]["label"] == "จำนวนค่า"
    assert thai["identifierSpace"] == "https://w3id.org/kkgraph/id/small-"


def test_suggestions_by_beginning(small):
    def ids(prefix, **options):
        return [e["id"] for e in small.suggest_entity(prefix, "en", **options)["result"]]

    assert ids("ท่าพ") == ["lao-1", "lao-2"]
    assert ids("อบต.ท่าพ") == ["lao-2"]
    assert ids("เทศบาลตำบล ท่า") == ["lao-1"]
    assert ids("tha p") == ["lao-1", "lao-2"]
    assert ids("KAO") == ["lao-5"]
    assert ids("5400104") == ["lao-1"] == ids("Q21278778") == ids("LAO-1", limit="1")
    assert ids("") == [] == ids("!!!") == ids("ๆ")
    assert ids("ท่าพ", kind="SAO") == ["lao-2"]
    everyone = ids("lao", limit=50)
    assert len(everyone) == 11
    assert ids("lao", limit="4", cursor="4") == everyone[4:8]
    assert ids("lao", cursor="40") == []
    with pytest.raises(Refusal, match="must be a number"):
        ids("lao", cursor="here")
    with pytest.raises(Refusal, match="no type"):
        ids("lao", kind="Q5")


def test_suggestions_of_types_and_properties(small):
    def types(prefix):
        return [t["id"] for t in small.suggest_type(prefix, "th")["result"]]

    assert types("เทศบาลต") == ["SubdistrictMunicipality"] == types("SUBDISTRICT M")
    assert "SubdistrictAdministrativeOrganisation" in types("อบต")
    assert len(types("")) == 8
    found = small.suggest_property("prov", "th")["result"]
    assert [(p["id"], p["name"]) for p in found] == [("province", "จังหวัด")]
    assert len(small.suggest_property("", "en", limit=50)["result"]) == len(list(small.properties))


def test_values_and_their_settings(small):
    columns = ["type", "province", "wikidata", "dla", "coordinates", "latitude", "name_th",
               "name_en", "other_names", "iri"]  # fmt: skip
    found = small.extend(
        {"ids": ["lao-1", "lao-8", "nobody"], "properties": [{"id": c} for c in columns]}, "en"
    )
    assert [m["id"] for m in found["meta"]] == columns
    row = found["rows"]["lao-1"]
    kind = "type:SubdistrictMunicipality"
    assert row["type"] == [{"id": kind, "name": "Subdistrict municipality"}]
    assert row["province"] == [{"id": "province:40", "name": "Khon Kaen"}]
    assert row["wikidata"] == [{"id": "Q21278778", "name": "Tha Phra Subdistrict Municipality"}]
    assert row["coordinates"] == [{"str": "16.33,102.8"}]
    assert row["latitude"] == [{"float": 16.33}]
    assert row["name_th"] == [{"str": "เทศบาลตำบลท่าพระ"}]
    assert row["other_names"] == [{"str": "ท่าพระ"}, {"str": "Tha Phra"}]
    assert row["iri"] == [{"str": "https://w3id.org/kkgraph/id/small-lao-1"}]
    assert found["rows"]["lao-8"]["wikidata"] == []
    assert set(map(str, found["rows"]["nobody"].values())) == {"[]"}
    assert next(m for m in found["meta"] if m["id"] == "wikidata")["service"].startswith("https://")

    def values(pid, settings):
        asked = {"ids": ["lao-1"], "properties": [{"id": pid, "settings": settings}]}
        return small.extend(asked, "th")["rows"]["lao-1"][pid]

    assert values("other_names", {"limit": "1"}) == [{"str": "ท่าพระ"}]
    assert values("other_names", {"limit": "x"}) == [{"str": "ท่าพระ"}, {"str": "Tha Phra"}]
    assert values("province", {"content": "name"}) == [{"str": "ขอนแก่น"}]
    assert values("province", {"content": "id"}) == [{"str": "40"}]
    assert values("type", {"content": "id"}) == [{"str": "SubdistrictMunicipality"}]
    assert values("wikidata", {"content": "id"}) == [{"str": "Q21278778"}]
    with pytest.raises(Refusal, match="no property") as refused:
        values("colour", {})
    assert "province" in refused.value.hint


def test_values_that_are_things_can_be_looked_at_and_sent_back(small):
    (province,) = small.extend({"ids": ["lao-8"], "properties": [{"id": "province"}]}, "th")[
        "rows"
    ]["lao-8"]["province"]
    shown = small.preview(province["id"], "th")
    assert (shown.title, shown.lines) == ("จังหวัดอุดรธานี", (("จำนวนในทะเบียน", ("1",)),))
    asked = {"query": "หนองบัว", "properties": [prop("province", province)]}
    assert matches(one(small, **asked)) == ["lao-8"]
    kind = small.preview("type:Municipality", "en")
    assert kind.title == "Municipality" and kind.lines[1][1] == ("8",)
    assert kind.iri == "https://w3id.org/kkgraph/ns#Municipality"
    for nothing in ("province:99", "type:Q5", "40", "Municipality", "province:", "type:", ""):
        with pytest.raises(Refusal):
            small.preview(nothing, "th")


def test_proposals_are_what_a_type_has(small):
    ids = [p["id"] for p in small.propose("PAO", None, "en")["properties"]]
    assert "dla" in ids and "wikidata" not in ids and "coordinates" not in ids
    assert {"wikidata", "coordinates"} <= {
        p["id"] for p in small.propose("Municipality", None, "en")["properties"]
    }
    assert len(small.propose("", "2", "en")["properties"]) == 2


def test_any_register_can_be_served():
    rows = [
        Entry("s1", "s.csv:2", "โรงเรียนบ้านท่าพระ", (), "โรงเรียน", identifiers=(("type", "A1"),)),
        Entry("s2", "s.csv:3", "Clinic 7", (), "clinic"),
    ]
    side = Side("places", "s.csv", base="https://example.org/place/")
    service = Service(side, rows, Target(side, rows), threshold=THRESHOLD)
    about = service.manifest("http://x", "th")
    assert [t["id"] for t in about["defaultTypes"]] == ["clinic", "โรงเรียน"]
    assert about["identifierSpace"] == "https://example.org/place/"
    found = one(service, query="โรงเรียนบ้านท่าพระ", type="โรงเรียน")
    assert [c["id"] for c in found] == ["s1"]
    assert one(service, query="Clinic 7", type="โรงเรียน") == []
    asked = {"ids": ["s1"], "properties": [{"id": "code:type"}, {"id": "type"}]}
    row = service.extend(asked, "th")["rows"]["s1"]
    assert row["code:type"] == [{"str": "A1"}] and row["type"][0]["name"] == "โรงเรียน"


def test_the_graphs_own_bodies(graph):
    side, found = reading.of_graph(graph.store)
    service = Service(side, found, Target(side, found), threshold=THRESHOLD)
    names_ = {
        "เทศบาลนครขอนแก่น": "3400102", "เทศบาลเมืองศิลา": "4400115", "เทศบาลตำบลสำราญ": "5400107",
        "เทศบาลตำบลเมืองเก่า": "5400109", "เทศบาลตำบลท่าพระ": "5400104",
    }  # fmt: skip
    about = service.manifest("http://x", "th")
    for name, code in names_.items():
        (id_,) = matches(one(service, query=name))
        row = service.extend({"ids": [id_], "properties": [{"id": "dla"}, {"id": "iri"}]}, "th")
        assert row["rows"][id_]["dla"] == [{"str": code}]
        iri = row["rows"][id_]["iri"][0]["str"]
        assert iri == about["identifierSpace"] + id_
        assert graph.entity(iri).labels["th"] == name


@pytest.fixture(scope="module")
def gazetteer():
    side, found = reading.read(shared("open-data", "th-lao-gazetteer.csv"))
    return Service(side, found, Target(side, found), threshold=THRESHOLD)


def test_the_gazetteer(gazetteer):
    assert len(gazetteer.entries) == 6994
    by_item = {"ทน.ขอนแก่น": "Q876526", "ทต.เมืองเก่า จ.ขอนแก่น": "Q26206687",
               "ทต.ท่าพระ อ.เมืองขอนแก่น": "Q21278778"}  # fmt: skip
    for query, item in by_item.items():
        (id_,) = matches(one(gazetteer, query=query))
        row = gazetteer.extend({"ids": [id_], "properties": [{"id": "wikidata"}]}, "th")
        assert row["rows"][id_]["wikidata"][0]["id"] == item
    bare = one(gazetteer, query="ท่าพระ")
    assert matches(bare) == []
    assert {"เทศบาลตำบลท่าพระ", "องค์การบริหารส่วนตำบลท่าพระ"} <= {c["name"] for c in bare}
    khon_kaen = [prop("province", "ขอนแก่น")]
    assert matches(one(gazetteer, query="ท่าพระ", properties=khon_kaen)) == []
    (municipality,) = matches(one(gazetteer, query="ทต.ท่าพระ", properties=khon_kaen))
    (other,) = matches(one(gazetteer, query="อบต.ท่าพระ", properties=khon_kaen))
    assert municipality != other
    # its two municipalities of these names are not in this gazetteer: nobody else is taken for them
    for absent in ("ทม.ศิลา จ.ขอนแก่น", "ทต.สำราญ อ.เมือง จ.ขอนแก่น"):
        assert matches(one(gazetteer, query=absent)) == []


def test_matches_are_the_true_links(gazetteer):
    """Every tenth body of the North-East, as people write it: what is a match is the true one."""
    with shared("open-data", "gold-links-northeast.csv").open(encoding="utf-8") as file:
        gold = {row["dla_code"]: row["geocode"] for row in csv.DictReader(file)}
    assert len(gold) == 2532
    short = {"PAO": "อบจ.", "CITY": "ทน.", "TOWN": "ทม.", "SUBDISTRICT": "ทต.", "SAO": "อบต."}
    register = reading.read(shared("open-data", "th-lao-register-2017.csv"))[1]
    some = [e for e in register if e.id in gold][::10]
    asked = {
        e.id: {"query": f"{short[e.type]}{e.name} จ.{provinces.name(e.province, 'th')}"}
        for e in some
    }
    found = gazetteer.reconcile(batch(asked), "th")
    got = {key: matches(value["result"]) for key, value in found.items()}
    right = sum(ids == [gold[key]] for key, ids in got.items())
    wrong = {key: ids for key, ids in got.items() if ids and ids != [gold[key]]}
    assert wrong == {} and right >= 0.9 * len(some) > 220
