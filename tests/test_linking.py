"""Linking: what is linked and why, what never is, and what is said of bad input."""

from __future__ import annotations

import csv
import json

import pytest
from openpyxl import Workbook

from conftest import ROOT, shared
from kkgraph import KnowledgeGraph, link
from kkgraph.errors import KkgraphError, LinkError
from kkgraph.link import Entry, Side, Target, columns, evaluation, reading, scoring, writing
from test_cli import run

HERE = Side("mine", "mine.csv", "mine.csv")


def entry(id_, name, **more):
    return Entry(id_, f"mine.csv:{id_}", name, **more)


def target(*entries):
    return Target(Side("theirs", "theirs.csv", "theirs.csv"), entries)


def decided(to, *entries, **how):
    return link.link((HERE, entries), to, **how).decisions


THA_PHRA = target(
    entry("m", "ทต.ท่าพระ จ.ขอนแก่น", names=("Tha Phra Subdistrict Municipality, Khon Kaen",)),
    entry("s", "อบต.ท่าพระ จ.ขอนแก่น"),
    entry("k", "เทศบาลตำบลเมืองเก่า ขอนแก่น"),
    entry("n", "อบต.หนองบัว จ.เลย"),
)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("เทศบาลตำบลท่าพระ ขอนแก่น", "m"),
        ("ทตท่าพระ จ.ขอนแก่น", "m"),
        ("ทต.ทาพระ ขอนแก่น", "m"),
        ("ทต.ท่าพพระ ขอนแก่น", "m"),
        ("อบต ท่าพระ จังหวัดขอนแก่น", "s"),
        ("Ta Pra Subdistrict Municipality (Khonkaen)", "m"),
        ("เมืองเก่า ขอนแก่น", "k"),
        ("เทศบาลเมืองเก่า ขอนแก่น", "k"),
    ],
)
def test_a_name_is_linked(text, to):
    found = decided(THA_PHRA, entry("1", text))[0]
    assert found.outcome == "linked", found
    assert found.link.entry.id == to
    assert found.link.score >= 0.98


@pytest.mark.parametrize(
    ("text", "outcome", "why"),
    [
        ("ท่าพระ ขอนแก่น", "ambiguous", "tie"),
        ("ท่าพระ", "ambiguous", "tie"),
        ("ทน.ท่าพระ ขอนแก่น", "none", "weak"),
        ("ทต.ท่าพระ จ.เลย", "none", "weak"),
        ("ตำบลท่าพระ", "none", "territory"),
        ("ทต.แก้งคร้อ ชัยภูมิ", "none", "unknown-name"),
        ("", "none", "no-name"),
        (" . ", "none", "no-name"),
    ],
)
def test_a_name_is_not_linked(text, outcome, why):
    found = decided(THA_PHRA, entry("1", text))[0]
    assert (found.outcome, found.why) == (outcome, why)
    assert found.link is None


def test_a_slip_of_two_names_is_never_linked():
    two = target(entry("a", "อบต.บ้านหวาย จ.เลย"), entry("b", "อบต.บ้านหวาน จ.เลย"))
    for text in ("อบต.บ้านหวา จ.เลย", "อบต.บ้านหวาง จ.เลย"):
        found = decided(two, entry("1", text))[0]
        assert (found.outcome, found.why) == ("ambiguous", "tie"), text
    assert decided(two, entry("1", "อบต.บ้านหวาน จ.เลย"))[0].link.entry.id == "b"


def test_equal_candidates_are_never_linked_whatever_the_threshold():
    twins = target(entry("a", "อบต.หนองบัว จ.เลย"), entry("b", "อบต.หนองบัว จ.เลย"))
    found = decided(twins, entry("1", "อบต.หนองบัว จ.เลย"), threshold=0.501)[0]
    assert (found.outcome, found.why) == ("ambiguous", "tie")
    assert [c.score for c in found.candidates] == pytest.approx([0.5, 0.5], abs=0.01)
    with pytest.raises(LinkError) as error:
        decided(twins, threshold=0.5)
    assert error.value.code == "bad-threshold"


def test_an_agreeing_code_confirms_and_a_contradicting_one_vetoes():
    to = target(
        entry("a", "ทต.ท่าพระ จ.ขอนแก่น", identifiers=(("dla", "5400104"),)),
        entry("b", "ทต.สำราญ จ.ขอนแก่น", identifiers=(("dla", "5400107"),)),
    )
    same = entry("1", "ท่าพระ", identifiers=(("dla", "5400104"),))
    other = entry("2", "ทต.ท่าพระ จ.ขอนแก่น", identifiers=(("dla", "5400999"),))
    moved = entry("3", "ท่าพระใหม่", identifiers=(("dla", "5400104"),))
    unrelated = entry("4", "ทต.ท่าพระ ขอนแก่น", identifiers=(("wikidata", "Q1"),))
    first, second, third, fourth = decided(to, same, other, moved, unrelated)
    assert (first.link.entry.id, first.why) == ("a", "identifier")
    assert (second.outcome, second.why) == ("none", "veto")
    assert any(r.verdict == "contradicts" for r in second.candidates[0].reasons)
    assert third.link is None or third.why == "identifier"
    assert (fourth.link.entry.id, fourth.why) == ("a", "certain")
    assert not to.candidates(other)


def test_rivals_are_looked_at():
    to = target(entry("x", "โพธิ์ไทร", type="SUBDISTRICT", province="34"))
    one = entry("a", "โพธิ์ไทร", type="SUBDISTRICT", identifiers=(("dla", "5341906"),))
    two = entry("b", "โพธิ์ไทร", type="SUBDISTRICT", identifiers=(("dla", "5342101"),))
    near = entry("c", "โพธิไท", type="SUBDISTRICT", identifiers=(("dla", "5342102"),))
    found = decided(to, one, two)
    assert [(d.outcome, d.why) for d in found] == [("ambiguous", "rival")] * 2
    assert found[0].candidates[0].reasons[-1].kind == "rival"
    kept, lost = decided(to, one, near)
    assert kept.link.entry.id == "x"
    assert lost.outcome == "ambiguous"
    mention = entry("d", "ทต.โพธิ์ไทร อุบลราชธานี")
    assert all(d.link for d in decided(to, mention, entry("e", "เทศบาลตำบลโพธิ์ไทร จ.อุบลราชธานี")))


def test_districts_tell_namesakes_apart():
    to = target(
        entry("a", "บ้านใหม่", type="SAO", province="30", district="3001"),
        entry("b", "บ้านใหม่", type="SAO", province="30", district="3005"),
    )
    found = decided(to, entry("1", "บ้านใหม่", identifiers=(("dla", "6300501"),)))[0]
    assert found.link.entry.id == "b"
    assert found.link.entry.province == "30"
    unknown = decided(to, entry("1", "อบต.บ้านใหม่ นครราชสีมา"))[0]
    assert (unknown.outcome, unknown.why) == ("ambiguous", "tie")


def test_places_tell_namesakes_apart():
    to = target(
        entry("a", "อบต.หนองบัว", point=(16.0, 102.0)), entry("b", "อบต.หนองบัว", point=(18.0, 104.0))
    )
    found = decided(to, entry("1", "อบต.หนองบัว", point=(16.01, 102.01)))[0]
    assert found.link.entry.id == "a"
    assert [r.verdict for r in found.link.reasons if r.kind == "place"] == ["agrees"]


def test_other_bodies_than_local_administrations_can_be_linked():
    to = target(
        entry("1", "Ministry of Finance", type="ministry", province="Bavaria"),
        entry("2", "Ministry of Finance", type="ministry", province="Hesse"),
    )
    found = decided(to, entry("x", "ministry of  finance", type="ministry", province="hesse"))[0]
    assert found.link.entry.id == "2"


def test_candidates_are_probabilities():
    found = THA_PHRA.candidates(entry("1", "ท่าพระ ขอนแก่น"))
    assert {c.entry.id for c in found[:2]} == {"m", "s"}
    assert sum(c.score for c in found) <= 1
    assert THA_PHRA.entry("m").id == "m"
    assert THA_PHRA.entry("zz") is None
    assert scoring.probabilities([]) == []


# reading


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


ROWS = "dla_code,type,name_th,province_code\n5400104,SUBDISTRICT,ท่าพระ,40\n6400105,SAO,ท่าพระ,40\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_in_any_usual_encoding(tmp_path, encoding, separator):
    path = write(tmp_path / "a.csv", ROWS.replace(",", separator), encoding)
    heard = reading.Heard()
    side, entries = reading.read(path, heard=heard)
    assert [e.name for e in entries] == ["ท่าพระ", "ท่าพระ"]
    assert entries[0].identifiers == (("dla", "5400104"),)
    assert (entries[0].type, entries[0].province, entries[0].id) == ("SUBDISTRICT", "40", "5400104")
    assert entries[1].where == f"{path}:3"
    assert heard.roles["dla_code"] == "code:dla"
    assert len(side.sha256) == 64


def test_columns_are_known_by_their_cells_too(tmp_path):
    path = write(tmp_path / "a.csv", "x,y,z\nทต.ท่าพระ,ขอนแก่น,Q21278778\nอบต.ศิลา,เลย,Q1\n")
    heard = reading.Heard()
    _, entries = reading.read(path, heard=heard)
    assert heard.roles == {"x": "name", "y": "province", "z": "code:wikidata"}
    assert (entries[0].province, entries[0].id) == ("40", "Q21278778")


def test_a_list_without_a_head(tmp_path):
    path = write(tmp_path / "list.csv", "ทต.ท่าพระ\nอบต.ศิลา จ.ขอนแก่น\n")
    _, entries = reading.read(path)
    assert [(e.id, e.name) for e in entries] == [("1", "ทต.ท่าพระ"), ("2", "อบต.ศิลา จ.ขอนแก่น")]


def test_heads_are_found_below_a_title(tmp_path):
    text = "บัญชีรายชื่อ,,\n,,\nลำดับ,หน่วยงาน,จังหวัด\n1,ทต.ท่าพระ,ขอนแก่น\n"
    heard = reading.Heard()
    path = write(tmp_path / "a.csv", text)
    _, (one,) = reading.read(path, heard=heard)
    assert (one.id, one.name, one.province, one.where) == ("1", "ทต.ท่าพระ", "40", f"{path}:4")
    assert heard.notes
    _, two = reading.read(write(tmp_path / "b.csv", "ทต.ท่าพระ,ขอนแก่น\nอบต.ศิลา,เลย\n"))
    assert [(e.name, e.province) for e in two] == [("ทต.ท่าพระ", "40"), ("อบต.ศิลา", "42")]


def test_workbooks_parquet_and_rdf_are_read(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    book = Workbook()
    book.active.append(["code", "name", "type"])
    book.active.append([5400104, "ท่าพระ", "ทต."])
    book.save(tmp_path / "a.xlsx")
    _, (one,) = reading.read(tmp_path / "a.xlsx", {"code": "code:dla"})
    assert (one.id, one.type, one.where.endswith("a.xlsx!Sheet!A2")) == (
        "5400104",
        "SUBDISTRICT",
        True,
    )
    pq.write_table(pa.table({"id": [7], "name": ["ทต.ท่าพระ"]}), tmp_path / "a.parquet")
    _, (two,) = reading.read(tmp_path / "a.parquet")
    assert (two.id, two.name) == ("7", "ทต.ท่าพระ")
    ttl = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix adms: <http://www.w3.org/ns/adms#> . @prefix kk: <https://w3id.org/kkgraph/ns#> .
    <http://e.x/1> a kk:SubdistrictMunicipality ; skos:prefLabel "ทต.ท่าพระ"@th, "Tha Phra"@en ;
      adms:identifier [ skos:notation "5400104" ; kk:identifierScheme <http://e.x/scheme-dla> ] .
    <http://e.x/2> skos:prefLabel "a tambon" ."""
    _, (three,) = reading.read(write(tmp_path / "a.ttl", ttl))
    assert (three.iri, three.type, three.name) == ("http://e.x/1", "SUBDISTRICT", "ทต.ท่าพระ")
    assert three.names == ("Tha Phra",)
    assert three.identifiers[0][1] == "5400104"


def test_the_graph_is_a_side(graph):
    side, entries = link.of_graph(graph.store)
    known = {e.id: e for e in entries}
    assert dict(known["tha-phra-subdistrict"].identifiers) == {
        "dla": "5400104", "geocode": "4095", "wikidata": "Q21278778"
    }  # fmt: skip
    assert side.iri(known["sila-town"]).endswith("/id/sila-town")
    found = decided(Target(side, entries), entry("1", "ทต.ท่าพระ ขอนแก่น"))[0]
    assert found.link.entry.id == "tha-phra-subdistrict"


BAD = {
    "duplicate-code": (ROWS + "5400104,SAO,อื่น,40\n", {"dla_code": "id"}, ":4"),
    "unknown-type": (ROWS + "1,SAOO,อื่น,40\n", {}, ":4"),
    "no-name-column": ("a,b\n1,2\n", {}, ""),
    "unknown-column": (ROWS, {"agency": "name"}, ""),
    "bad-role": (ROWS, {"name_th": "nmae"}, "name_th"),
    "twice-mapped": (ROWS, {"name_th": "type", "type": "type"}, ""),
    "no-code": (ROWS + ",SAO,อื่น,40\n", {"dla_code": "id"}, ":4"),
    "no-data": ("", {}, ""),
}


@pytest.mark.parametrize("code", BAD)
def test_bad_tables_are_refused_with_place_and_remedy(tmp_path, code):
    text, roles, place = BAD[code]
    path = write(tmp_path / "bad.csv", text)
    with pytest.raises(KkgraphError) as error:
        reading.read(path, roles)
    assert error.value.code == code
    assert error.value.where.endswith(place)
    assert error.value.hint


def test_a_code_of_two_rows_is_refused_in_a_register_and_not_in_a_list(tmp_path):
    path = write(tmp_path / "twice.csv", ROWS + "5400104,SUBDISTRICT,ท่าพระ,40\n")
    side, entries = reading.read(path)
    assert [e.id for e in entries] == ["2", "3", "4"]
    with pytest.raises(LinkError) as error:
        Target(side, entries)
    assert (error.value.code, error.value.where) == ("duplicate-code", f"{path}:4")
    to = target(entry("x", "ทต.ท่าพระ", identifiers=(("dla", "5400104"),)))
    found = link.link((side, entries), to).decisions
    assert [d.outcome for d in found] == ["linked", "none", "linked"]


def test_mixed_encodings_are_refused(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes("name\nทต.ท่าพระ\n".encode() + "อบต.ศิลา\n".encode("cp874"))
    with pytest.raises(LinkError) as error:
        reading.read(path)
    assert (error.value.code, error.value.where) == ("mixed-encodings", f"{path}:3")


def test_roles_on_the_command_line():
    assert columns.parsed(["a=b=name", "x=code:own"]) == {"a=b": "name", "x": "code:own"}
    for wrong in ("name", "=name", "a=nmae"):
        with pytest.raises(LinkError) as error:
            columns.parsed([wrong])
        assert error.value.code == "bad-role"


# evaluation


def test_an_evaluation_counts_errors_by_kind(tmp_path):
    to = target(*(entry(f"t{n}", f"อบต.{name} จ.เลย") for n, name in enumerate("กขคง", 1)))
    rows = [("1", "ก"), ("2", "ข"), ("3", "จ"), ("4", "ง"), ("5", "ค")]
    linking = link.link((HERE, [entry(i, f"อบต.{n} จ.เลย") for i, n in rows]), to)
    gold = write(tmp_path / "gold.csv", "mine,theirs\n1,t1\n2,t3\n3,t2\n4,\n")
    found = evaluation.evaluate(linking, evaluation.read_gold(gold, linking, to))
    assert found.kinds() == {
        ("missed", "unknown-name"): 1,
        ("wrong", "another"): 1, ("wrong", "none-expected"): 1, ("wrong", "taken"): 1,
    }  # fmt: skip
    assert (found.right, found.wrong, found.gold) == (1, 3, 3)
    assert found.precision == 0.25
    assert found.recall == pytest.approx(1 / 3)
    assert found.f1 == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a,b\n1,t1\n9,t2\n", "gold-row-missing", ":3"),
        ("a,b\n1,t1\n2,t9\n", "gold-row-missing", ":3"),
        ("a,b\n1,t1\n1,t2\n", "gold-twice", ":3"),
        ("a,b\nx,y\n", "gold-columns", "gold.csv"),
    ],
)
def test_a_gold_of_other_tables_is_refused(tmp_path, text, code, place):
    to = target(entry("t1", "อบต.ก จ.เลย"), entry("t2", "อบต.ข จ.เลย"))
    linking = link.link((HERE, [entry("1", "อบต.ก จ.เลย"), entry("2", "อบต.ข จ.เลย")]), to)
    with pytest.raises(LinkError) as error:
        evaluation.read_gold(write(tmp_path / "gold.csv", text), linking, to)
    assert error.value.code == code
    assert error.value.where.endswith(place)


@pytest.fixture(scope="module")
def open_data():
    folder = shared("open-data")
    return [folder / f"{n}.csv" for n in (
        "th-lao-register-2017", "th-lao-gazetteer", "gold-links-northeast"
    )]  # fmt: skip


@pytest.fixture(scope="module")
def open_target(open_data):
    return Target(*link.read(open_data[1]))


def test_the_open_data_are_linked_rightly(open_data, open_target):
    register, _, gold = open_data
    linking = link.link(link.read(register), open_target)
    found = evaluation.evaluate(linking, evaluation.read_gold(gold, linking, open_target))
    assert found.gold == 2_532
    assert found.precision >= 0.998
    assert found.recall >= 0.997
    assert sum(f.verdict == "apart" for f in found.faults) == 5
    five = {d.entry.id: d.link.entry for d in linking if d.link}
    wanted = {"3400102": "4099", "5400104": "4095", "5400109": "4062"}
    assert {k: five[k].id for k in wanted} == wanted


@pytest.mark.parametrize("seed", [11, 12])
def test_names_as_people_write_them_are_linked_rightly(open_target, seed, monkeypatch):
    shared("open-data")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import names

    items, _ = names.drawn(seed, 3_000)
    decisions = open_target.decide(entry(str(n), i.text) for n, i in enumerate(items))
    links = [(d.link.entry.id, i.truth) for d, i in zip(decisions, items, strict=True) if d.link]
    right = sum(a == b for a, b in links)
    able = sum(bool(i.truth) for i in items)
    assert able > 2_200
    assert right / len(links) >= 0.995
    assert right / able >= 0.95
    two = [d for d, i in zip(decisions, items, strict=True) if i.kind == "two or more"]
    assert len(two) > 200
    assert sum(d.outcome == "linked" for d in two) <= 1


# writing and the command line


def test_links_are_written_whole(tmp_path):
    linking = link.link((HERE, [entry("1", "=ทต.ท่าพระ ขอนแก่น"), entry("2", "ท่าพระ")]), THA_PHRA)
    writing.write(linking, tmp_path / "links.csv")
    rows = list(csv.DictReader((tmp_path / "links.csv").open(encoding="utf-8-sig")))
    assert rows[0]["source_name"].startswith("'=")
    assert [r["outcome"] for r in rows] == ["linked", "ambiguous"]
    assert (rows[0]["target_id"], rows[1]["target_id"]) == ("m", "")
    writing.write(linking, tmp_path / "links.json")
    found = json.loads((tmp_path / "links.json").read_text(encoding="utf-8"))
    assert found["counts"] == {"linked": 1, "ambiguous": 1, "none": 0}
    assert found["decisions"][0]["candidates"][0]["reasons"][0]["kind"] == "name"
    with pytest.raises(LinkError) as error:
        writing.write(linking, tmp_path / "links.doc")
    assert error.value.code == "unknown-format"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["links.csv", "links.json"]


def test_the_command_line_links_and_evaluates(tmp_path):
    theirs = write(
        tmp_path / "theirs.csv", "code,name\na,ทต.ท่าพระ จ.ขอนแก่น\nb,อบต.ท่าพระ จ.ขอนแก่น\n"
    )
    mine = write(tmp_path / "mine.csv", "ทต.ท่าพระ ขอนแก่น\nท่าพระ\n")
    done = run("link", mine, "--to", theirs, "--map-to", "code=id")
    assert done.returncode == 0, done.stderr
    assert "of 2 rows 1 are linked, 1 are ambiguous" in done.stdout
    assert "theirs.csv: code=id, name=name (ids: code)" in done.stderr
    thai = run("link", mine, "--to", theirs, "--map-to", "code=id", "--lang", "th")
    assert "เชื่อมโยงได้ 1 กำกวม 1" in thai.stdout
    out = tmp_path / "links.json"
    assert run("link", mine, "--to", "graph", "-o", out).returncode == 0
    assert json.loads(out.read_text("utf-8"))["target"]["source"] == "graph"
    rows = run("link", mine, "--to", theirs, "-f", "csv").stdout.splitlines()
    assert len(rows) == 3
    gold = write(tmp_path / "gold.csv", "row,code\n1,a\n2,\n")
    asked = ("link", "evaluate", mine, "--to", theirs, "--gold", gold, "--id-to", "code")
    assert "Precision  1.0000  1 of 1 links are right" in run(*asked).stdout
    assert json.loads(run(*asked, "-f", "json").stdout)["f1"] == 1.0
    assert run(*asked, "-f", "csv").stdout.startswith("verdict,kind,id")
    bad = run("link", mine, "--to", tmp_path / "none.csv")
    assert (bad.returncode, "missing-file" in bad.stderr) == (2, True)
    refused = run("link", mine, "--to", theirs, "-o", tmp_path / "a.doc")
    assert (refused.returncode, "unknown-format" in refused.stderr) == (2, True)


def test_a_graph_links_to_itself():
    graph = KnowledgeGraph.open(in_process=True)
    linking = graph.link(link.of_graph(graph.store))
    assert len(linking.decisions) == 6
    assert all(d.outcome == "linked" for d in linking)
