"""Registers: a table made an authority, row by row; its graph; and the store that holds it."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from conftest import shared
from kkgraph import KnowledgeGraph, names, turtle
from kkgraph.cli.app import app
from kkgraph.errors import LinkError
from kkgraph.link import authorities, register, registergraph
from kkgraph.store import OxigraphStore, bulk
from linked import REGISTERS, ROLES

KKD = names.KKD
MADE = "2026-11-27T06:00:00Z"


def read(file="register.csv", **more):
    return register.read(REGISTERS / file, **{"name": "test", "period": "2017", **more})


def said(found) -> dict[str, set[str]]:
    """Predicate (short) → objects, by subject."""
    out: dict[str, dict[str, set[str]]] = {}
    for t in registergraph.triples(found, MADE):
        mine = out.setdefault(t.subject.value.removeprefix(KKD), {})
        key = names.compact(t.predicate.value)
        mine.setdefault(key, set()).add(str(t.object.value).removeprefix(KKD))
    return out


def test_a_body_has_type_code_status_and_a_territory_of_its_own():
    about = said(read())
    body = about["test-5400104"]
    assert body["rdf:type"] == {names.KK + "SubdistrictMunicipality"}
    assert body["skos:prefLabel"] == {"เทศบาลตำบลท่าพระ", "ท่าพระ Subdistrict Municipality"}
    assert body["skos:altLabel"] == {"ท่าพระ"}
    assert body["kk:governs"] == {"test-5400104-territory"}
    territory = about["test-5400104-territory"]
    assert territory["rdf:type"] == {names.expand("dcterms:Location")}
    assert territory["dcterms:isPartOf"] == {"district-4001"}
    assert about["district-4001"]["dcterms:isPartOf"] == {"khon-kaen-province"}
    code = about["test-5400104-dla"]
    assert code["skos:notation"] == {"5400104"}
    assert code["dcterms:temporal"] == {"period-register-test"}
    assert code["prov:wasDerivedFrom"] == {"register-test"}
    status = about["test-5400104-status"]
    assert status["kk:legalType"] == {names.KK + "subdistrictType"}
    assert status["dcterms:temporal"] == {"period-register-test"}
    assert about["period-register-test"]["kk:start"] == {"2017"}
    assert about["register-test"]["void:entities"] == {"7"}
    assert not any("owl:sameAs" in mine for mine in about.values())


def test_heads_types_and_places_are_read_in_thai():
    found = read("later.csv", roles=ROLES)
    about = said(found)
    assert [e.type for e in found.entries] == ["CITY", "TOWN", "SAO", "SUBDISTRICT"]
    assert about["test-4400199"]["skos:prefLabel"] == {
        "เทศบาลเมืองท่าพระ",
        "Tha Phra Town Municipality",
    }
    assert about["test-4400199"]["kk:matches"] == {"http://www.wikidata.org/entity/Q21278778"}
    assert about["test-3400102"]["schema:latitude"] == {"16.43"}
    (place,) = about["test-5400999-territory"]["dcterms:isPartOf"]
    assert about[place]["skos:prefLabel"] == {"District of น้ำพอง", "อำเภอน้ำพอง"}
    (warning,) = found.problems
    assert (warning.severity, warning.component) == ("warning", "left-out")
    assert warning.where.endswith("later.csv:5")
    assert "kk:matches" not in about["test-5400999"]


def test_both_registers_conform_to_the_shapes():
    graph = KnowledgeGraph.open(in_process=True)
    for found in (read(), read("later.csv", roles=ROLES)):
        quads = list(registergraph.quads(found, MADE))
        assert authorities.checked(quads, graph.background(), "x") == ()


HEAD = "code,type,name_th,province\n"
WRONG = {
    "duplicate-code": ("5400104,SAO,ก,40\n5400104,SAO,ข,40\n", [3]),
    "no-code": ("5400104,SAO,ก,40\n,SAO,ข,40\n", [3]),
    "bad-code": ("5400104,SAO,ก,40\n54001,SAO,ข,40\n", [3]),
    "unknown-type": ("5400104,SAO,ก,40\n5400105,SAOO,ข,40\n5400106,town hall,ค,40\n", [3, 4]),
    "no-name": ("5400104,SAO,ก,40\n5400105,SAO,,40\n", [3]),
    "unknown-province": ("5400104,SAO,ก,40\n5400105,SAO,ข,ไม่มี\n", [3]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_told_row_by_row_and_nothing_is_stored(tmp_path, kind):
    rows, lines = WRONG[kind]
    path = tmp_path / "r.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    graph = KnowledgeGraph.open(in_process=True)
    done = graph.add_register(path, name="test", roles={"code": "code:dla"})
    assert not done.added
    assert [p.component for p in done.problems] == [kind] * len(lines)
    assert [p.where for p in done.problems] == [f"{path}:{n}" for n in lines]
    assert all(set(p.message) == {"en", "th"} for p in done.problems)
    assert graph.registers() == []
    found = register.read(path, roles={"code": "code:dla"}, name="test")
    assert [e.name for e in found.entries][:1] == ["ก"]
    assert authorities.write(found, tmp_path / "r.trig") == found.problems
    assert not (tmp_path / "r.trig").exists()


def test_mixed_encodings_are_told_by_line(tmp_path):
    path = tmp_path / "r.csv"
    good = (HEAD + "5400104,SAO,ก,40\n").encode()
    path.write_bytes(good + "5400105,SAO,ท่าพระ,40\n".encode("cp874"))
    with pytest.raises(LinkError) as caught:
        register.read(path)
    assert caught.value.code == "mixed-encodings"
    assert caught.value.where == f"{path}:3"


REFUSED = {
    "bad-name": {"name": "LAO 2017"},
    "bad-period": {"period": "2560"},
    "unknown-column": {"roles": {"agency": "name"}},
}


@pytest.mark.parametrize("code", REFUSED)
def test_bad_options_are_refused(code):
    with pytest.raises(LinkError) as caught:
        read(**REFUSED[code])
    assert caught.value.code == code
    assert caught.value.hint


def test_a_table_without_codes_is_no_register(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("name\nทต.ท่าพระ\n", encoding="utf-8")
    with pytest.raises(LinkError) as caught:
        register.read(path)
    assert caught.value.code == "no-code-column"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("2017", "2017", "2017"), ("2017..", "2017", ""), ("..2020", "", "2020"),
     ("2017-05..2020", "2017-05", "2020")],
)  # fmt: skip
def test_periods(text, start, end):
    assert register.Period.of(text) == register.Period(start, end)


@pytest.mark.parametrize("text", ["", "..", "2020..2017", "17", "2560", "last year", "2017.."[:-1]])
def test_what_is_no_period(text):
    with pytest.raises(LinkError):
        register.Period.of(text)


def test_any_table_can_be_a_register(tmp_path):
    path = tmp_path / "agencies.csv"
    path.write_text(
        "key,title,kind\nA/1,Department of Lands,department\na-1,Port Authority,enterprise\n",
        encoding="utf-8",
    )
    roles = {"key": "id", "title": "name_en", "kind": "ignore"}
    graph = KnowledgeGraph.open(in_process=True)
    assert graph.add_register(path, roles=roles, label={"en": "Agencies"}).added
    found = graph.register("agencies")
    assert (found.entries, found.types, found.schemes) == (2, {"other": 2}, {"id": 2})
    assert found.label == {"en": "Agencies", "th": "Agencies"}
    side, entries = authorities.side(graph.store, "agencies")
    assert side.slug == "register-agencies"
    assert {e.id for e in entries} == {"agencies-a-1-" + h for h in hashes("A/1")} | {
        "agencies-a-1"
    }
    assert {dict(e.identifiers)["id"] for e in entries} == {"A/1", "a-1"}


def hashes(code):
    import hashlib

    return [hashlib.sha256(code.encode()).hexdigest()[:8]]


def test_registers_of_two_years_stand_side_by_side_and_out_of_the_default_graph():
    graph = KnowledgeGraph.open(in_process=True)
    before = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    graph.add_register(REGISTERS / "register.csv", name="lao-2017", period="2017")
    graph.add_register(REGISTERS / "later.csv", name="lao-2024", roles=ROLES, period="2024")
    assert [r.name for r in graph.registers()] == ["lao-2017", "lao-2024"]
    assert graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows == before
    assert graph.resolve("เทศบาลตำบลท่าพระ") == KKD + "tha-phra-subdistrict"
    page = graph.entity("lao-2024-4400199")
    assert dict(page.codes).keys() == {"4400199", "Q21278778"}
    assert page.types[0][0] == "kk:TownMunicipality"
    side, entries = authorities.side(graph.store, "lao-2024")
    by_code = {dict(e.identifiers)["dla"]: e for e in entries}
    assert (side.label, len(entries)) == ("later", 4)
    mine = by_code["3400102"]
    assert (mine.type, mine.province, mine.district, mine.point) == (
        "CITY", "40", "4001", (16.43, 102.83),
    )  # fmt: skip
    assert by_code["5400999"].district == "น้ำพอง"
    with pytest.raises(LinkError) as caught:
        graph.add_register(REGISTERS / "register.csv", name="lao-2017")
    assert caught.value.code == "register-exists"
    triples = graph.register("lao-2017").triples
    assert graph.remove_register("lao-2017") == triples > 150
    with pytest.raises(LinkError) as caught:
        graph.register("lao-2027")
    assert caught.value.code == "unknown-register"
    assert "lao-2024" in caught.value.hint


def test_what_is_asserted_for_the_reasoner_has_no_registers():
    graph = KnowledgeGraph.open(in_process=True)
    before = len(graph._asserted())
    graph.add_register(REGISTERS / "register.csv", name="lao-2017")
    assert len(graph._asserted()) == before


@pytest.mark.parametrize(
    ("file", "rows", "codes", "left_out"),
    [
        ("th-lao-register-2017.csv", 7_851, {"dla": 7_851}, 0),
        ("th-lao-gazetteer.csv", 6_994, {"geocode": 6_994, "wikidata": 850}, 1),
    ],
)
def test_the_open_data_are_read_to_the_last_row(file, rows, codes, left_out):
    found = register.read(shared("open-data", file), name="open", period="2017")
    assert len(found.entries) == rows
    assert [p.severity for p in found.problems] == ["warning"] * left_out
    graph = KnowledgeGraph.open(in_process=True)
    triples = list(registergraph.triples(found, MADE))
    graph.store.put_graph(registergraph.graph_iri("open"), triples)
    stored = graph.register("open")
    assert (stored.entries, stored.schemes) == (rows, codes)
    assert len(authorities.side(graph.store, "open")[1]) == rows


# the store


def many(count, mark="x"):
    return [
        ox.Triple(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(f"{mark}{n}"))
        for n in range(count)
    ]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bulk, "LARGE", 50)


def held(store, graph) -> set:
    return {q.triple for q in store.quads([graph])}


@pytest.mark.parametrize("on_disk", [True, False])
def test_large_graphs_are_written_in_bulk_and_changed_by_differences(tmp_path, small, on_disk):
    store = OxigraphStore.create(tmp_path / "s", []) if on_disk else OxigraphStore.in_memory([])
    graph = names.REGISTER_PREFIX + "x"
    store.put_graph(graph, many(100))
    assert held(store, graph) == set(many(100))
    assert not (tmp_path / "s" / "loading.json").exists()
    changed = [*many(60), *many(5, "new")]
    store.put_graph(graph, changed)
    assert held(store, graph) == set(changed)
    store.put_graph(graph, ())
    assert store.graphs() == []


def test_a_merged_graph_is_never_written_in_bulk(small):
    store = OxigraphStore.in_memory([])
    graph = names.CASE_PREFIX + "x"
    store.put_graph(graph, many(100))
    store.put_graph(graph, many(60, "new"))
    from kkgraph.store import Limits

    (row,) = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Limits()).rows
    assert row[0].value == "60"


def test_blank_nodes_are_not_told_apart_by_name(small):
    store = OxigraphStore.in_memory([])
    graph = names.REGISTER_PREFIX + "x"
    text = "_:a <urn:p> _:b . _:b <urn:p> 'x' ."
    for _ in range(2):
        quads = turtle.parse(text.encode(), ox.RdfFormat.TURTLE, where="x")
        store.put_graph(graph, [q.triple for q in quads])
        assert len(held(store, graph)) == 2


def test_a_bulk_load_that_broke_off_is_undone(tmp_path, small, monkeypatch):
    path = tmp_path / "s"
    store = OxigraphStore.create(path, [])
    kept = names.REGISTER_PREFIX + "kept"
    store.put_graph(kept, many(60))
    graph = names.REGISTER_PREFIX + "x"
    unlink = type(path).unlink
    monkeypatch.setattr(type(path), "unlink", lambda *a, **k: (_ for _ in ()).throw(OSError("x")))
    with pytest.raises(Exception, match="could not be written"):
        store.put_graph(graph, many(60))  # written, and ended before the note was removed
    monkeypatch.setattr(type(path), "unlink", unlink)
    assert json.loads((path / "loading.json").read_text("utf-8")) == {"graph": graph}
    store.close()
    again = OxigraphStore.open(path)
    assert again.graphs() == [kept]
    assert not (path / "loading.json").exists()
    again.close()
    (path / "loading.json").write_text("{", encoding="utf-8")
    last = OxigraphStore.open(path)
    assert last.graphs() == [kept]


# the command line


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(args))
    return done.exit_code, done.output


def test_the_verbs_go_all_the_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = str(REGISTERS / "register.csv")
    assert run("register", "check", file)[0] == 0
    called = ("--name", "lao-2017", "--label-en", "The register", "--label-th", "ทะเบียน")
    code, text = run("register", "add", file, *called, "--period", "2017", "--store", "s")
    assert (code, "7 entries stored" in text) == (0, True)
    assert "ทะเบียน" in run("register", "list", "--store", "s", "--lang", "th")[1]
    listed = json.loads(run("register", "list", "--store", "s", "--format", "json")[1])
    assert [r["name"] for r in listed] == ["lao-2017"]
    assert "SAO 2" in run("register", "show", "lao-2017", "--store", "s")[1]
    code, text = run("link", "register:lao-2017", "--to", file, "--store", "s", "-f", "csv")
    assert (code, text.count(",linked,")) == (0, 7)
    assert run("register", "add", file, "-o", "r.trig")[0] == 0
    assert turtle.parse_file(tmp_path / "r.trig")
    (tmp_path / "bad.csv").write_text(HEAD + "1,XX,ก,40\n", encoding="utf-8")
    for verb in (("add", "bad.csv", "--store", "s"), ("check", "bad.csv"),
                 ("add", "bad.csv", "-o", "bad.trig")):  # fmt: skip
        code, text = run("register", *verb, "--map", "code=id")
        assert (code, "bad.csv:2" in text) == (1, True)
    assert not (tmp_path / "bad.trig").exists()
    assert run("register", "remove", "lao-2017", "--store", "s")[0] == 0
    assert "No register" in run("register", "list", "--store", "s")[1]
