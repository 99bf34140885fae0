"""Links as a graph: what it says, what it never says, and how it gets into a store and out."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph, names, shapes, turtle
from kkgraph.errors import LinkError, TermError
from kkgraph.link import Decision, linkgraph, linksets, sssom, writing
from linked import MUNICIPALITY, SAO, candidate, entry, linking, usual

FORM = sssom.Form("demo")
KK, KKD = names.KK, names.KKD


def spoken(made=None, form=FORM) -> set[tuple[str, str, str]]:
    found = linkgraph.triples(made or usual(), form)
    return {(t.subject.value, t.predicate.value, str(t.object.value)) for t in found}


def test_only_what_is_linked_is_matched():
    said = spoken()
    assert {(s, o) for s, p, o in said if p == KK + "matches"} == {
        (KKD + "list-1", KKD + "codes-5400104"),
        (KKD + "list-1", "http://www.wikidata.org/entity/Q21278778"),
    }
    outcomes = sorted(o for _, p, o in said if p == KK + "linkOutcome")
    assert [o.removeprefix(KK) for o in outcomes] == [
        "ambiguousOutcome",
        "linkedOutcome",
        "noCounterpartOutcome",
        "noCounterpartOutcome",
    ]
    assert len([1 for _, p, _ in said if p == KK + "linkCandidate"]) == 2
    assert not [p for _, p, _ in said if p.endswith(("sameAs", "exactMatch", "closeMatch"))]


def test_a_link_brings_codes_with_list_period_and_source():
    said = spoken()
    (dla,) = (o for s, p, o in said if p.endswith("identifier") and o.endswith("-dla"))
    about = {p.rpartition("#")[2].rpartition("/")[2]: o for s, p, o in said if s == dla}
    assert about["notation"] == "5400104"
    assert about["identifierScheme"] == KKD + "scheme-dla"
    assert about["temporal"] == KKD + "period-read-2026"
    assert about["wasDerivedFrom"] == KKD + "source-codes"


def test_an_entry_keeps_the_code_that_it_has():
    mine = entry("1", "ท่าพระ", identifiers=(("dla", "5400104"),))
    said = spoken(linking(Decision(mine, "linked", (MUNICIPALITY,), "identifier")))
    assert [o[-9:] for _, p, o in said if p.endswith("identifier")] == ["-wikidata"]


def test_a_code_that_is_none_is_not_passed_on():
    odd = candidate("x", "ท่าพระ", 0.99, identifiers=(("wikidata", "58303536"), ("own", "7")))
    said = spoken(linking(Decision(entry("1", "ท่าพระ"), "linked", (odd,), "certain")))
    assert {o for _, p, o in said if p.endswith("notation")} == {"7"}
    assert "http://www.wikidata.org/entity/58303536" not in {o for _, _, o in said}


def test_the_graph_says_where_it_comes_from():
    said = spoken(usual(reviewer="งานทะเบียน", reviewed="2026-11-28T08:00:00Z"))
    run = KKD + "linking-demo"
    assert (run, names.expand("prov:used"), KKD + "source-list") in said
    assert (run, names.expand("prov:wasAssociatedWith"), KKD + "tool-kkgraph-0-1-0") in said
    assert (KKD + "source-list", KK + "fileSha256", "a" * 64) in said
    assert (FORM.graph, names.expand("dcterms:created"), "2026-11-28T08:00:00Z") in said
    assert (FORM.graph, names.expand("void:triples"), "1") in said
    assert not [s for s, _, _ in said if "reviewing" in s]  # nobody decided anything


def test_a_review_is_told_by_its_role():
    by_hand = Decision(entry("1", "ท่าพระ"), "linked", (SAO,), "reviewed", "เห็นป้าย")
    said = spoken(linking(by_hand, reviewer="data steward"))
    made = {o for _, p, o in said if p.endswith("wasGeneratedBy")}
    assert made == {KKD + "linking-demo", KKD + "reviewing-demo"}
    assert "data steward" in {o for _, p, o in said if p == names.PREF_LABEL}
    assert "เห็นป้าย" in {o for _, p, o in said if p.endswith("comment")}
    assert "1.0" in {o for _, p, o in said if p == KK + "confidence"}


def test_concepts_are_matched_as_such():
    made = linking(
        Decision(entry("1", "ท่าพระ"), "linked", (MUNICIPALITY,), "certain"),
        Decision(entry("2", "ท่าพระ"), "linked", (SAO,), "reviewed"),
    )
    said = spoken(made, sssom.Form("demo", concepts=True))
    assert {p.rpartition("#")[2] for _, p, _ in said if "Match" in p} == {
        "closeMatch",
        "exactMatch",
    }
    assert not [1 for _, p, _ in said if p == KK + "matches" or p.endswith("identifier")]
    assert not problems(linkgraph.quads(made, sssom.Form("demo", concepts=True)))


def problems(quads) -> list[str]:
    graph = KnowledgeGraph.open(in_process=True)
    report = shapes.validate(list(quads), background=graph.background())
    return [p.shape for p in report.problems if p.severity == "violation"]


def test_the_shapes_hold_and_catch_what_is_added():
    quads = list(linkgraph.quads(usual(), FORM))
    assert problems(quads) == []
    bad = """
      kkd:list-2 kk:matches kkd:codes-6400114 .
      kkd:list-1 owl:sameAs kkd:codes-5400104 .
      kkd:town a kk:TownMunicipality ; skos:exactMatch kkd:codes-5400104 .
    """
    prefixes = "".join(f"@prefix {p}: <{i}> .\n" for p, i in names.PREFIXES.items())
    more = turtle.parse((prefixes + bad).encode(), ox.RdfFormat.TURTLE, where="x")
    assert set(problems([*quads, *more])) >= {
        "kksh:NoLinkOnTie",
        "kksh:NoSameAs-other",
        "kksh:BodyIsNoConcept-match",
    }


@pytest.fixture
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.open(in_process=True)


def test_links_are_replaced_as_a_whole_and_stay_out_of_the_default_graph(graph):
    before = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
    first = graph.put_links(usual(), FORM)
    assert (first.replaced, first.problems) == (False, ())
    (found,) = graph.links()
    assert (found.linked, found.ambiguous, found.none, found.reviewed) == (1, 1, 2, 0)
    fewer = linking(*usual().decisions[:1])
    assert graph.put_links(fewer, FORM).replaced
    (found,) = graph.links()
    assert (found.linked, found.ambiguous, found.none) == (1, 0, 0)
    held = set(graph.store.quads([FORM.graph]))
    assert held == set(linkgraph.quads(fewer, FORM))
    assert graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows == before
    with pytest.raises(TermError):
        graph.resolve("ทต.ท่าพระ จ.ขอนแก่น")
    assert graph.remove_links("demo") == len(held)
    assert graph.links() == []
    with pytest.raises(LinkError) as caught:
        graph.remove_links("demo")
    assert caught.value.code == "unknown-links"


def test_a_set_that_breaks_a_shape_is_not_put_in(graph):
    assert graph.put_links(usual(), FORM).problems == ()
    wrong = linking(Decision(entry("1", "ท่าพระ"), "linked", (MUNICIPALITY,), "looks right"))
    done = graph.put_links(wrong, FORM)
    assert [p.shape for p in done.problems] == ["kksh:LinkDecision-because"]
    assert graph.links()[0].none == 2


@pytest.mark.parametrize("ending", ["trig", "ttl", "nq", "jsonld", "sssom.tsv"])
def test_what_is_written_can_be_loaded(graph, tmp_path, ending):
    path = tmp_path / f"links.{ending}"
    writing.write(usual(), path, form=FORM)
    done = graph.load_links(path)
    assert (done.name, done.problems) == ("demo", ())
    assert graph.links()[0].linked == 1
    assert graph.links()[0].ambiguous == (0 if ending == "sssom.tsv" else 1)
    rows = graph.query(
        "SELECT ?o { GRAPH kkg:links-demo { kkd:list-1 kk:matches ?o } } ORDER BY ?o"
    ).rows
    assert KKD + "codes-5400104" in {r["o"] for r in rows}
    assert graph.load_links(path, name="other").name == "other"
    assert [s.name for s in graph.links()] == ["demo", "other"]


SSSOM = """#curie_map:
#  ex: https://example.org/
#mapping_set_id: https://example.org/set
subject_id\tpredicate_id\tobject_id\tmapping_justification
ex:a\tkk:matches\tex:b\tsemapv:LexicalMatching
""".replace("#  ex:", "#  kk: https://w3id.org/kkgraph/ns#\n#  ex:")
REFUSED = {
    "no-links": ("x.ttl", "@prefix ex: <https://example.org/> . ex:a ex:b ex:c ."),
    "mixed-predicates": (
        "x.sssom.tsv",
        SSSOM + "ex:c\tskos:exactMatch\tex:b\tsemapv:LexicalMatching\n",
    ),
    "twice-linked": ("x.sssom.tsv", SSSOM + "ex:a\tkk:matches\tex:d\tsemapv:LexicalMatching\n"),
    "bad-name": ("Ü.sssom.tsv", SSSOM),
    "several-graphs": (
        "x.trig",
        f"<{KKD}d> a <{KK}LinkDecision> . <urn:g> {{ <urn:a> <urn:b> <urn:c> }}",
    ),
}


@pytest.mark.parametrize("code", REFUSED)
def test_files_that_are_no_links_are_refused(graph, tmp_path, code):
    name, text = REFUSED[code]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LinkError) as caught:
        graph.load_links(path)
    assert caught.value.code == code
    assert caught.value.hint
    assert graph.links() == []


def test_links_of_others_are_read_as_they_vouch_for_them(tmp_path):
    path = tmp_path / "mine.sssom.tsv"
    path.write_text(SSSOM, encoding="utf-8")
    from kkgraph.link import mappings

    made, form = linksets.of_mappings(mappings.read(path), path, "")
    assert (form.name, form.concepts) == ("mine", False)
    assert made.decisions[0].link.score == 1.0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", made.made)


def test_an_address_that_is_none_is_said():
    wrong = linking(Decision(entry("1", "x", iri="not an address"), "none", (), "weak"))
    with pytest.raises(LinkError) as caught:
        list(linkgraph.triples(wrong, FORM))
    assert caught.value.code == "bad-entry-iri"
    assert caught.value.where == "list.csv:1"


def test_a_decision_keeps_its_node():
    again = linking(*reversed(usual().decisions))
    ours = {s for s, p, _ in spoken() if p == KK + "linkOutcome"}
    assert ours == {s for s, p, _ in spoken(again) if p == KK + "linkOutcome"}
    assert candidate("1", "x", 0.5).score == 0.5
