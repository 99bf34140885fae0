"""Patterns that share no variable: counted without being made, or refused before they are."""

from __future__ import annotations

import math

import pytest

from kkgraph import KnowledgeGraph
from kkgraph.analytic import ColumnarStore
from kkgraph.columnar.queries import compiled, running
from kkgraph.columnar.queries.sizes import MOST_ROWS
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import QuestionError, StoreError
from kkgraph.store.base import Limits

THREE = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
FOUR = f"{THREE} . ?j ?k ?l"
REFUSED = [
    f"SELECT * {{ {THREE} }}",
    f"SELECT * {{ {THREE} }} ORDER BY ?a LIMIT 1",
    f"SELECT ?a {{ {THREE} }} ORDER BY ?a OFFSET 3",
    f"SELECT (SUM(?c) AS ?n) {{ {THREE} }}",
    f"SELECT (SUM(STRLEN(?c)) AS ?n) {{ {THREE} FILTER(isLiteral(?c)) }}",
    f"SELECT ?b (SUM(?c) AS ?n) {{ {THREE} }} GROUP BY ?b LIMIT 1",
    f"SELECT * {{ {{ SELECT (AVG(?c) AS ?n) {{ {THREE} }} }} }} LIMIT 1",
    f"SELECT (COUNT(DISTINCT CONCAT(STR(?c), STR(?f), STR(?i))) AS ?n) {{ {THREE} }}",
    f"SELECT (SUM(?c) AS ?n) {{ {THREE} OPTIONAL {{ ?a rdfs:label ?l }} }}",
    f"SELECT (SUM(?c) AS ?n) {{ {{ {THREE} }} UNION {{ ?a rdfs:label ?c }} }}",
    f"ASK {{ {{ SELECT ?c {{ {THREE} }} ORDER BY ?c LIMIT 1 }} }}",
    f"CONSTRUCT {{ ?a ?e ?i }} {{ {THREE} }}",
    f"SELECT (COUNT(*) AS ?n) {{ {FOUR} . ?m ?n1 ?o }}",
]
ANSWERED = [
    f"ASK {{ {THREE} }}",
    f"SELECT * {{ {THREE} }} LIMIT 2",
    f"SELECT (COUNT(*) AS ?n) {{ {THREE} }}",
    f"SELECT (COUNT(?c) AS ?n) {{ {THREE} }}",
    f"SELECT ?b (COUNT(*) AS ?n) {{ {THREE} }} GROUP BY ?b",
    f"SELECT (COUNT(DISTINCT ?b) AS ?n) {{ {THREE} }}",
    f"SELECT (MAX(?b) AS ?n) {{ {THREE} }}",
    f"SELECT DISTINCT ?b {{ {THREE} }} ORDER BY ?b",
    f"SELECT DISTINCT ?b ?e {{ {THREE} }} LIMIT 3",
    f"SELECT (SUM(?b) AS ?n) {{ {THREE} FILTER(?a = ?d && ?d = ?g && ?a = rdf:nil) }}",
    f"SELECT ?a {{ {THREE} . ?x rdf:none ?y }} ORDER BY ?a",
    "SELECT ?s { ?s a ?t . FILTER EXISTS { ?s ?p ?o . ?d ?e ?f . ?g ?h ?i } } LIMIT 3",
    "SELECT ?s { ?s a ?t . MINUS { ?s ?p ?o . ?d ?e ?f . ?g ?h ?i } }",
    f"SELECT ?s {{ ?s a ?t . FILTER NOT EXISTS {{ {THREE} }} }}",
]


@pytest.fixture(scope="module")
def study():
    graph = KnowledgeGraph.open()
    quads = {(q.subject, q.predicate, q.object): q for q in graph.store.quads()}
    graph.close()
    import pyoxigraph as ox

    with Columnar.from_quads([ox.Quad(*triple) for triple in quads]) as columnar:
        assert 2_000**3 < MOST_ROWS < columnar.n_triples**3
        yield columnar


def prefixed(query):
    from kkgraph.sparql import with_prefixes

    return with_prefixes(query)


@pytest.mark.parametrize("query", REFUSED)
def test_what_no_run_ends_is_refused_before_it_begins(study, query, monkeypatch):
    run = []
    table = running.Running.table
    monkeypatch.setattr(running.Running, "table", lambda r, s: run.append(s) or table(r, s))
    with pytest.raises(QuestionError) as caught:
        compiled(study, prefixed(query)).answer(timeout_s=60)
    assert caught.value.code == "too-many-solutions"
    assert '"?a ?b ?c" and "?d ?e ?f" and "?g ?h ?i"' in caught.value.message
    assert run
    assert all(sql.rpartition("\n")[2].startswith("SELECT count(*) FROM ") for sql in run)


@pytest.mark.parametrize("query", ANSWERED)
def test_what_needs_no_product_is_answered(study, query):
    compiled(study, prefixed(query)).answer(timeout_s=60)


def test_the_number_of_a_product_is_exact(study):
    counts = compiled(study, f"SELECT (COUNT(*) AS ?n) {{ {THREE} }}").answer().rows
    assert int(counts[0][0].value) == study.n_triples**3
    with pytest.raises(QuestionError) as caught:
        compiled(study, f"SELECT (SUM(?c) AS ?n) {{ {THREE} }}").answer()
    assert f"{study.n_triples**3:,} solutions" in caught.value.message
    filtered = f"SELECT (SUM(?c) AS ?n) {{ {THREE} FILTER(isLiteral(?f)) }}"
    (row,) = (
        compiled(study, "SELECT (COUNT(*) AS ?n) { ?d ?e ?f FILTER(isLiteral(?f)) }").answer().rows
    )
    with pytest.raises(QuestionError) as caught:
        compiled(study, filtered).answer()
    numbers = [study.n_triples, int(row[0].value), study.n_triples]
    assert f"= {math.prod(numbers):,} solutions" in caught.value.message


def test_rows_that_are_cut_are_not_all_made(study):
    query = f"SELECT * {{ {THREE} }}"
    assert len(compiled(study, query).answer(max_rows=5).rows) == 5
    with pytest.raises(QuestionError, match="share no variable"):
        compiled(study, query).answer()


def test_the_store_says_so_and_asks_no_other_engine(study, monkeypatch):
    store = ColumnarStore(study, engine="columnar", in_process=True)
    monkeypatch.setattr(store, "_fallback", None)
    with pytest.raises(QuestionError) as caught:
        store.query(f"SELECT (SUM(?c) AS ?n) {{ {THREE} }}", Limits(timeout_s=60, max_rows=10))
    assert caught.value.exit_code == 2
    assert "variable" in caught.value.hint


HUB = 2_000
TURNS = "(<urn:in>|^<urn:in>)"
TOO_MANY_PAIRS = [
    f"SELECT (COUNT(*) AS ?n) {{ ?a {TURNS}* ?b }}",
    f"SELECT ?a ?b {{ ?a {TURNS}+ ?b }} ORDER BY ?a LIMIT 1",
    f"SELECT (COUNT(*) AS ?n) {{ ?a <urn:is> 1 . ?a {TURNS}* ?b }}",
    f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?a {TURNS}+ ?b }} }}",
]
FEW_PAIRS = [
    (f"SELECT (COUNT(*) AS ?n) {{ ?a <urn:is> 0 . ?a {TURNS}+ ?b }}", HUB + 1),
    ("SELECT (COUNT(*) AS ?n) { ?a <urn:in>+ ?b }", HUB),
    (f"SELECT (COUNT(*) AS ?n) {{ <urn:hub> {TURNS}* ?b }}", HUB + 1),
    (f"SELECT (COUNT(*) AS ?n) {{ SELECT ?a {{ ?a {TURNS}* ?b }} LIMIT 5 }}", 5),
]


@pytest.fixture(scope="module")
def hub():
    """Nodes around one node, of which one has the number 0 and all others 1; in memory's least."""
    import pyoxigraph as ox

    from kkgraph.columnar.session import limit_memory

    into, number = ox.NamedNode("urn:in"), ox.NamedNode("urn:is")
    nodes = [ox.NamedNode(f"urn:{at}") for at in range(HUB)]
    graph = ox.NamedNode("urn:graph")
    quads = [ox.Quad(node, into, ox.NamedNode("urn:hub"), graph) for node in nodes]
    quads += [ox.Quad(n, number, ox.Literal(int(at > 0)), graph) for at, n in enumerate(nodes)]
    with Columnar.from_quads(quads) as columnar:
        limit_memory(columnar.connection, 0)
        yield columnar


def planned(hub, query):
    from kkgraph.columnar.queries import Dataset

    named = "SELECT g, p, s, o FROM quads WHERE g >= 0"
    return compiled(hub, query, Dataset("triples", named))


@pytest.mark.parametrize("query", TOO_MANY_PAIRS)
def test_a_path_of_too_many_pairs_is_refused_before_it_runs(hub, query, monkeypatch):
    run = []
    table = running.Running.table
    monkeypatch.setattr(
        running.Running, "table", lambda r, s, **given: run.append(s) or table(r, s, **given)
    )
    with pytest.raises(StoreError) as caught:
        planned(hub, query).by_sql(timeout_s=60)
    error = caught.value
    assert error.code == "out-of-memory" and "--memory" in error.hint
    begun = HUB - 1 if "urn:is" in query else HUB
    assert f"from {begun:,} nodes by way of <urn:hub> to {HUB:,}" in error.message
    assert run and all("SELECT before, after, m" in sql for sql in run)


@pytest.mark.parametrize(("query", "count"), FEW_PAIRS)
def test_a_path_of_few_pairs_is_walked(hub, query, count):
    (row,) = planned(hub, query).by_sql(timeout_s=60).rows
    assert int(row[0].value) == count
