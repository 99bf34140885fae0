"""The stored questions with cases loaded: the study's answers stay, the general ones grow."""

from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest

from conftest import shared
from kkgraph import KnowledgeGraph, catalogue, names, report, turtle
from kkgraph.cases import flat
from kkgraph.names import KKD, KKG
from test_competency import COMPETENCY, DAILY, EXPECTED, LINKS, QUESTIONS, plain

SLUGS = ["ban-pet", "jenrangsan-2019", "kamnuansilpa-2020"]
OWN = sorted(q.id for q in QUESTIONS.values() if q.competency or q.answers or q.id[:2] == "rq")
GENERAL = sorted(set(QUESTIONS) - set(OWN))
OF_THE_STUDY = {
    KKD + s
    for s in ("five-cases", "study", "khon-kaen-city", "sila-town", "two-own-internal-systems")
}


@pytest.fixture(scope="module")
def loaded() -> KnowledgeGraph:
    graph = KnowledgeGraph.open(in_process=True)
    for slug in SLUGS:
        assert graph.load(slug).loaded
    return graph


@pytest.fixture(scope="module")
def shadowed() -> KnowledgeGraph:
    """The graph with all findings of the study once more, as those of another case."""
    graph = KnowledgeGraph.open(in_process=True)

    def other(term):
        if isinstance(term, ox.NamedNode) and (
            term.value in OF_THE_STUDY or re.match(re.escape(KKD) + r"F\d{3}", term.value)
        ):
            return ox.NamedNode(KKD + "shadow-" + term.value.removeprefix(KKD))
        return term

    wanted = (KKG + "study", KKG + "cited")
    triples = [
        ox.Triple(other(q.subject), q.predicate, other(q.object))
        for q in graph.store.quads()
        if (turtle.graph_of(q) in wanted and other(q.subject) != q.subject)
        or (turtle.graph_of(q) == KKG + "entities" and turtle.subject_of(q) in OF_THE_STUDY)
    ]
    assert len(triples) > 10_000
    graph.store.put_graph(names.CASE_PREFIX + "shadow", triples)
    return graph


def test_each_question_is_the_study_s_or_a_general_one():
    assert (len(OWN), len(GENERAL)) == (COMPETENCY + 2, DAILY + LINKS)


@pytest.mark.parametrize("which", ["loaded", "shadowed"])
@pytest.mark.parametrize("name", OWN)
def test_the_study_s_answer_stays(name, which, request):
    graph = request.getfixturevalue(which)
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    table = graph.ask(name)
    if "rows" in expected:
        assert plain(table) == expected["rows"]
    else:
        assert len(table) == expected["count"]
    if "gaps" in expected:
        assert {names.slug(names.expand(g.iri)) for g in table.gaps} == set(expected["gaps"])


@pytest.mark.parametrize("name", [g for g in GENERAL if g != "works"])
def test_a_general_answer_keeps_what_it_had(graph, loaded, name):
    before, after = (
        [json.dumps(row, default=str, sort_keys=True) for row in plain(g.ask(name))]
        for g in (graph, loaded)
    )
    assert [row for row in before if row not in after] == []


def findings(graph, name, **params) -> set[str]:
    table = graph.ask(name, params)
    return {n.id for line in table.lines for n in line.findings}


def test_general_questions_run_across_all_cases(graph, loaded):
    every = findings(loaded, "findings")
    assert len(every) == 530 + 16 + 12
    assert {"F462", "jenrangsan-2019-F12", "kamnuansilpa-2020-F9"} <= every
    assert "kamnuansilpa-2020-F9" in findings(loaded, "barriers")
    assert "jenrangsan-2019-F14" in findings(loaded, "goals")
    assert "jenrangsan-2019-F2" in findings(loaded, "actors")
    new = findings(loaded, "findings") - findings(graph, "findings")
    assert {i.rpartition("-F")[0] for i in new} == set(SLUGS) - {"ban-pet"}


def test_a_body_of_two_studies_is_answered_from_both(loaded):
    found = findings(loaded, "lao-findings", lao="sila-town")
    assert {"F267", "jenrangsan-2019-F7", "F306", "jenrangsan-2019-F12"} <= found
    said = {(r["said_of"], r["finding"]) for r in loaded.ask("lao-findings", {"lao": "sila-town"})}
    assert ("sila-town", "jenrangsan-2019-F12") not in said
    assert ("jenrangsan-2019-six", "jenrangsan-2019-F12") in said


def test_findings_are_asked_for_by_holder_scope_and_hedge_of_a_case(loaded):
    assert findings(loaded, "findings", holder="jenrangsan-2019", hedge="kk:normative") == {
        "jenrangsan-2019-F15",
        "jenrangsan-2019-F16",
    }
    assert len(findings(loaded, "findings", section="section-discussion")) == 43
    rows = loaded.ask("findings", {"holder": "kamnuansilpa-2020"}).as_dict()["rows"]
    assert {r["evidence"][0]["locator"] for r in rows} == {"abstract"}


def test_a_system_of_a_case_is_listed_with_what_the_case_says_of_it(tmp_path):
    graph = KnowledgeGraph.open(in_process=True)
    path = tmp_path / "mine.ttl"
    path.write_text(
        "".join(f"@prefix {p}: <{i}> .\n" for p, i in names.PREFIXES.items())
        + """
kkd:mine a kk:Study ; skos:prefLabel "Mine"@en , "ของฉัน"@th .
kkd:mine-article a kk:Article ; prov:wasGeneratedBy kkd:mine ;
  skos:prefLabel "Article"@en , "บทความ"@th .
kkd:my-app a kk:DigitalSystem ; skos:prefLabel "My app"@en , "แอปของฉัน"@th ;
  kk:focus kk:externalFocus ; kk:status kk:inUse .
kkd:mine-F1 a kk:Finding ; dcterms:identifier "F1" ; kk:kind kk:resultKind ;
  kk:about kkd:my-app ; kk:claim kkd:claim-is-characterised-by ; kk:value kkd:convenience ;
  kk:scope kkd:ban-pet-subdistrict ; kk:hedge kk:asserted ; kk:holder kkd:mine ;
  kk:statement "The app of the municipality is easy to use."@en , "แอปของเทศบาลใช้งานได้ง่ายมาก"@th ;
  kk:evidence kkd:mine-F1-evidence .
kkd:mine-F1-evidence a oa:SpecificResource ; oa:hasSource kkd:mine-article ; kk:locator "p. 1" .
""",
        encoding="utf-8",
    )
    done = graph.load(path)
    assert done.loaded, [p.message for p in done.findings.problems]
    (row,) = [r for r in graph.ask("systems") if r["system"] == "my-app"]
    assert (row["focus"], row["status"]) == ("kk:externalFocus", "kk:inUse")
    assert row["read_in"] == "kkg:case-mine"
    assert findings(graph, "systems", focus="kk:externalFocus") >= {"mine-F1"}


def test_the_flat_sheet_has_each_finding_once_under_its_own_name(graph, loaded):
    plain_sheet, sheet = (flat.findings_sheet(g.reader, "en") for g in (graph, loaded))
    ids = [row["id"] for row in sheet]
    assert len(ids) == len(set(ids)) == 530 + 16 + 12
    assert {"F462", "jenrangsan-2019-F1", "kamnuansilpa-2020-F1"} <= set(ids)
    by_id = {row["id"]: row for row in sheet}
    assert by_id["kamnuansilpa-2020-F1"]["locator"] == "abstract"
    assert by_id["F001"]["locator"] == ""
    for row in plain_sheet:
        mine = {k: v for k, v in by_id[row["id"]].items() if k not in ("locator", "graph")}
        assert mine == {k: v for k, v in row.items() if k != "graph"}


def test_the_report_is_on_the_study_alone(graph, loaded):
    assert report.to_json(report.gather(loaded)) == report.to_json(report.gather(graph))


def test_the_view_without_cases_is_made_once_and_anew_after_a_change():
    graph = KnowledgeGraph.open(in_process=True)
    assert graph.study() is graph
    graph.load("ban-pet")
    view = graph.study()
    assert view is not graph
    assert view is graph.study()
    assert not [g for g in view.store.graphs() if g.startswith(names.MERGED_PREFIXES)]
    graph.update("INSERT DATA { GRAPH kkg:local { kkd:x a kk:Topic } }")
    assert graph.study() is not view
    assert graph.study().query_raw("ASK { kkd:x a kk:Topic }").truth
    graph.unload("ban-pet")
    assert graph.study() is graph


def test_evidence_is_verified_as_before(loaded):
    result = loaded.verify_evidence(shared("source", "study.txt"))
    assert (result.checked, result.broken) == (530, ())


def test_catalogue_is_whole():
    assert len(catalogue.all_questions()) == len(QUESTIONS) + 2
