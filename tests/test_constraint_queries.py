"""Plain queries of SPARQL constraints are answered on arrays, as Oxigraph answers them."""

from __future__ import annotations

from collections import Counter
from random import Random

import pyoxigraph as ox
import pytest

from kkgraph.columnar import asked
from kkgraph.columnar.engine import validate
from kkgraph.columnar.solving import BeyondError
from kkgraph.columnar.tables import Columnar
from kkgraph.shacl.asking import Asker
from kkgraph.shacl.reading import read_shapes
from kkgraph.xsd import XSD
from shacl_random.comparing import ours_direct, results_key

PLAIN = [
    "SELECT $this ?value WHERE { $this :p ?value . ?value :q ?x }",
    "SELECT DISTINCT $this ?value WHERE { $this :p ?value . ?value :q ?x }",
    "SELECT DISTINCT $this ?value WHERE { ?value :p|:q $this ; :q|:r ?x . ?x :p+ :n1 }",
    "SELECT $this WHERE { $this :p ?x ; :q ?x }",
    "SELECT $this ?value WHERE { ?value :p $this . $this :t 'a'@en }",
    "SELECT $this ?value WHERE { $this :p/:q ?value . ?value ^:r ?x }",
    "SELECT $this ?value WHERE { ?value a/:sub* :C . ?value :r $this }",
    "SELECT DISTINCT $this WHERE { ?one :p :n2 . $this :q ?two }",
    "SELECT $this ?value ?x WHERE { $this :nothing ?value . ?value :p ?x }",
    "SELECT $this WHERE { $this :p ?x FILTER isIRI(?x) }",
    "SELECT $this (:p AS ?path) (?x AS ?value) WHERE { $this :p ?x ; :q ?y FILTER (?x != ?y) }",
    "SELECT $this (:new AS ?path) (?n AS ?value) WHERE { $this :n ?n ; :m ?m FILTER (?n > ?m) }",
    "SELECT $this (:new AS ?value) WHERE { $this :p ?x . ?x :n ?n"
    " FILTER (?n <= 3 && ?x != $this) }",
    "SELECT $this ?value WHERE { $this :p ?value FILTER NOT EXISTS { ?value :q $this } }",
    "SELECT $this ?value WHERE { $this :p ?value"
    " FILTER EXISTS { ?value a :C FILTER (?value != :n1) } }",
    "SELECT $this WHERE { $this :p ?x FILTER NOT EXISTS { ?x a :C }"
    " FILTER (?x = $this || isBlank(?x)) }",
    "SELECT $this WHERE { { $this :p ?x FILTER (?x != :lacking) } ?x :p ?y FILTER (?y = :n1) }",
]
OTHER = [
    "SELECT $this WHERE { $this :p ?x FILTER (STRLEN(STR(?x)) > 3) }",
    "SELECT $this WHERE { $this :p ?x FILTER NOT EXISTS { ?x :q ?z OPTIONAL { ?z :p $this } } }",
    "SELECT $this ?value WHERE { $this ?path ?value }",
    "SELECT $this WHERE { $this :p $currentShape }",
    "SELECT $this (COUNT(?x) AS ?value) WHERE { $this :p ?x } GROUP BY $this",
]
SHAPES = """@prefix : <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
:S a sh:NodeShape ; sh:targetSubjectsOf :p , :q , :r ; sh:sparql :Q .
:Q sh:message "{{?value}} of {{$this}}" ; sh:select \"\"\"PREFIX : <http://e/> {query}\"\"\" .
"""


def shapes(query):
    return read_shapes(ox.parse(SHAPES.format(query=query), format=ox.RdfFormat.TURTLE))


def graph(random):
    """Some triples among a few nodes, two of them blank, with classes."""
    nodes = [ox.NamedNode(f"http://e/n{n}") for n in range(6)] + [ox.BlankNode("a")]
    numbers = [
        ox.Literal(2),
        ox.Literal(12),
        ox.Literal("3.5", datatype=ox.NamedNode(XSD + "decimal")),
    ]
    words = [ox.Literal("a", language="en"), ox.Literal("a")]
    kinds = [ox.NamedNode(f"http://e/{name}") for name in ("C", "D")]
    rdf_type = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    made = {ox.Quad(kinds[1], ox.NamedNode("http://e/sub"), kinds[0])}
    for _ in range(random.randrange(8, 30)):
        name = ox.NamedNode(f"http://e/{random.choice('pqrt')}")
        value = random.choice(words if name.value.endswith("t") else nodes)
        if random.random() < 0.3:
            measure = ox.NamedNode(f"http://e/{random.choice('nm')}")
            made.add(ox.Quad(random.choice(nodes), measure, random.choice(numbers)))
        made.add(ox.Quad(random.choice(nodes), name, value))
        made.add(ox.Quad(random.choice(nodes), rdf_type, random.choice(kinds)))
    return sorted(made, key=str)


@pytest.mark.parametrize("query", PLAIN)
def test_plain_queries_need_no_oxigraph(query, monkeypatch):
    schema, random = shapes(query), Random(query)
    cases = [graph(random) for _ in range(12)]
    wanted = [ours_direct(data, schema) for data in cases]
    monkeypatch.setattr(Asker, "solutions", lambda *_: pytest.fail("it went to Oxigraph"))
    for data, expected in zip(cases, wanted, strict=True):
        with Columnar.from_quads(data, threads=1) as columnar:
            found = validate(columnar, schema)
            assert results_key(found.results()) == expected
            told = {problem_text(result) for result in found.results()}
            assert all("{" not in text for text in told)
    total = sum(wanted, Counter()).total()
    assert (total == 0) == (":nothing" in query)


def problem_text(result):
    return " ".join(str(pair) for pair in result.bindings)


@pytest.mark.parametrize("query", [*PLAIN, *OTHER])
def test_what_is_not_for_arrays_goes_to_oxigraph(query, monkeypatch):
    def beyond(*_):
        raise BeyondError("on purpose")

    if query in PLAIN:
        monkeypatch.setattr(asked.Facts, "rows", beyond)
    calls = []
    solutions = Asker.solutions
    monkeypatch.setattr(Asker, "solutions", lambda *a: calls.append(1) or solutions(*a))
    schema, data = shapes(query), graph(Random(1))
    expected = ours_direct(data, schema)
    calls.clear()
    with Columnar.from_quads(data, threads=1) as columnar:
        assert results_key(validate(columnar, schema).results()) == expected
    assert len(calls) == 1


def test_other_facts_are_looked_at_anew():
    """Arrays of one validation are none for the next, which may see what a closure adds."""
    from kkgraph.columnar.space import Space

    schema = shapes(PLAIN[0])
    lines = "<http://e/a> <http://e/p> <http://e/b> . <http://e/c> <http://e/q> <http://e/d> ."
    data = list(ox.parse(lines, format=ox.RdfFormat.TURTLE))
    with Columnar.from_quads(data, threads=1) as columnar:
        space = Space(columnar)
        assert validate(columnar, schema, space=space).total == 0
        q, b, d = columnar.ids_of([ox.NamedNode(f"http://e/{n}") for n in "qbd"])
        columnar.run(f"CREATE TABLE more AS SELECT {q} AS p, {b} AS s, {d} AS o")
        space.overlay("more", None)
        assert validate(columnar, schema, space=space).total == 1
        space.overlay(None, None)
        assert validate(columnar, schema, space=space).total == 0


def test_oxigraph_gets_what_its_queries_read(monkeypatch):
    """Each time only what an earlier query did not read; all the rest for one that may read any."""
    given = []
    quads = asked.Questions._quads

    def seen(questions, query):
        found = list(quads(questions, query))
        given.append(Counter(quad.predicate.value[-1] for quad in found))
        return found

    monkeypatch.setattr(asked.Questions, "_quads", seen)
    long = "FILTER (STRLEN(STR($this)) > 3)"
    queries = [
        f"SELECT $this WHERE {{ $this :p ?x {long} }}",
        f"SELECT $this ?value WHERE {{ $this :p ?x . ?x :q ?value {long} }}",
        f"SELECT $this WHERE {{ $this :q ?x {long} }}",
        f"SELECT $this ?value WHERE {{ $this ?y ?value {long} }}",
        f"SELECT $this ?value WHERE {{ $this :r ?value {long} }}",
    ]
    data = graph(Random(5))
    text = SHAPES.partition(":S a")[0] + ":S a sh:NodeShape ; sh:targetSubjectsOf :p , :q , :r .\n"
    for at, query in enumerate(queries):
        text += f':S sh:sparql :Q{at} . :Q{at} sh:select """PREFIX : <http://e/> {query}""" .\n'
    schema = read_shapes(ox.parse(text, format=ox.RdfFormat.TURTLE))
    expected = ours_direct(data, schema)
    assert expected.total() > 20
    with Columnar.from_quads(data, threads=1) as columnar:
        assert results_key(validate(columnar, schema).results()) == expected
    sizes = Counter(quad.predicate.value[-1] for quad in data)
    rest = {name: n for name, n in sizes.items() if name not in "pq"}
    assert given == [{"p": sizes["p"]}, {"q": sizes["q"]}, {}, rest, {}]


BESIDE = """@prefix : <http://e/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:A a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql :Q .
:Q sh:select '''PREFIX : <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
  SELECT $this (TERM AS ?value) WHERE { $this :p ?x LONG }''' .
:B a sh:NodeShape ; sh:targetSubjectsOf :p ;
  sh:property [ sh:path :p ; sh:in ( :n1 TERM ) ; sh:class :new ; sh:datatype xsd:integer ] .
"""


@pytest.mark.parametrize("term", [":new", '"x"^^xsd:integer'])
@pytest.mark.parametrize("condition", ["", "FILTER (STRLEN(STR($this)) > 3)"])
def test_terms_of_queries_trouble_no_other_constraint(term, condition):
    """A term that a query adds has a number beyond those of the data."""
    from kkgraph.columnar.space import Space

    text = BESIDE.replace("TERM", term).replace("LONG", condition)
    schema = read_shapes(ox.parse(text, format=ox.RdfFormat.TURTLE))
    data = graph(Random(5))
    expected = ours_direct(data, schema)
    assert expected.total() > 10
    with Columnar.from_quads(data, threads=1) as columnar:
        assert results_key(validate(columnar, schema).results()) == expected
        space = Space(columnar)
        ill_typed = ox.Literal("x", datatype=ox.NamedNode(XSD + "integer"))
        space.add_terms([ox.NamedNode("http://e/new"), ill_typed])  # as if it had been asked first
        assert results_key(validate(columnar, schema, space=space).results()) == expected
