"""Data held in arrays: the same as tables, and answered without SQL where they can be."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import shapes, xsd
from kkgraph.columnar import native
from kkgraph.columnar.answers import Answers
from kkgraph.columnar.columns import HeldColumns, TableColumns
from kkgraph.columnar.engine import validate
from kkgraph.columnar.loading import load
from kkgraph.columnar.space import Space
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import SourceError
from kkgraph.shacl.reading import read_shapes
from shacl_random.comparing import ours_direct, results_key
from test_columnar_load import _samples as samples

if native.library() is None:
    pytest.skip("held data need the compiled reader", allow_module_level=True)

USUAL = ROOT / "benchmarks" / "shapes" / "usual.ttl"
PREFIXES = """@prefix : <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TABLES = ("terms", "groups", "triples", "quads", "sources", "ill_typed", '"values"')


def quads(text):
    return list(ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE))


def rows(columnar):
    return {name: sorted(map(repr, columnar.run(f"FROM {name}"))) for name in TABLES}


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import cases

    path = tmp_path_factory.mktemp("nation") / "nation.nt"
    return path, cases.write(path, 20)


def test_held_data_become_the_same_tables(nation):
    path, _ = nation
    with load(path) as tables, load(path, hold=True) as held:
        assert (tables.held, held.held is None) == (None, False)
        assert held.groups == tables.groups
        numbers = random.Random(1).sample(range(tables.n_terms), 500)
        terms = held.terms_of(numbers)
        assert terms == tables.terms_of(numbers)
        absent = [ox.NamedNode("urn:absent"), ox.Literal("absent"), ox.Literal("x", language="xx")]
        assert held.ids_of([*terms, *absent]) == [*numbers, None, None, None]
        with pytest.raises(IndexError):
            held.terms_of([held.n_terms])
        assert (held.n_triples, held.sources) == (tables.n_triples, tables.sources)
        assert rows(held) == rows(tables)


def test_no_data_can_be_held(tmp_path):
    shape = (
        ":S sh:targetClass :C ; sh:closed true ; sh:property [ sh:path ( :p :q ) ; sh:in ( 1 ) ; "
    )
    schema = read_shapes(quads(f'{shape} sh:pattern "a" ; sh:equals :r ; sh:minInclusive 1 ] .'))
    with Columnar.from_quads([], hold=True) as columnar:
        assert (columnar.n_terms, columnar.n_triples) == (0, 0)
        found = validate(columnar, schema)
        assert isinstance(found.violations, Answers)
        assert found.conforms
        assert columnar.run("SELECT count(*) FROM triples") == [(0,)]
    empty = tmp_path / "empty.nt"
    empty.write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        shapes.validate_files([empty], shapes=[USUAL], engine="columnar")
    assert caught.value.code == "no-data"


def test_named_graphs_and_many_triples_are_not_held(monkeypatch):
    data = quads(":a :p 1 .")
    named = [ox.Quad(*data[0].triple, ox.NamedNode("urn:g"))]
    with Columnar.from_quads(named, hold=True) as columnar:
        assert columnar.held is None
        assert columnar.n_quads == 1
    with Columnar.from_quads(data, hold=True) as columnar:
        assert columnar.held is not None
    monkeypatch.setattr("kkgraph.columnar.held.MOST", 0)
    with Columnar.from_quads(data, hold=True) as columnar:
        assert columnar.held is None
        assert columnar.n_triples == 1


def test_the_engine_is_not_started(nation):
    path, planted = nation
    program = (
        "import sys; from pathlib import Path; from kkgraph import shapes; "
        "report = shapes.validate_files([Path(sys.argv[1])], shapes=[Path(sys.argv[2])], "
        "engine='columnar'); print(report.total, 'duckdb' in sys.modules); "
        "print(len(report.explain().splitlines()), 'duckdb' in sys.modules)"
    )
    command = [sys.executable, "-c", program, path, USUAL]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found, explained = done.stdout.splitlines()
    assert found == f"{len(planted)} False"
    assert int(explained.split()[0]) > 20
    assert explained.endswith("True")


@pytest.mark.parametrize("seed", range(2))
def test_literals_are_those_of_the_tables(seed):
    choose = random.Random(seed)
    literals = [
        ox.Literal(make(), datatype=ox.NamedNode(xsd.XSD + name))
        for name, make in samples(choose)
        for _ in range(60)
    ]
    literals += [ox.Literal(str(n), datatype=ox.NamedNode(xsd.XSD + "integer")) for n in range(99)]
    node = ox.NamedNode("urn:a")
    data = [ox.Quad(node, node, literal) for literal in literals]
    with Columnar.from_quads(data, hold=True) as columnar:
        space = Space(columnar)
        held, tables = HeldColumns(space, columnar.held), TableColumns(space, str)
        for iri in {literal.datatype.value for literal in literals}:
            (low, high) = columnar.range_of("literal", iri)
            assert high > low
            assert np.array_equal(held.broken(iri)[low:high], tables.broken(iri)[low:high]), iri
        ours, theirs = held.amounts(), tables.amounts()
        known = ours._known
        assert known.sum() > 100
        assert np.array_equal(known, theirs._known)
        assert np.array_equal(ours._whole, theirs._whole)
        assert np.array_equal(ours._number[known], theirs._number[known])
        assert (ours._other >= theirs._other).all()


ANSWERED = {
    "texts": (
        ':a :p "aaa" , "b\\n" , <urn:long> , [] .',
        'sh:property [ sh:path :p ; sh:pattern "^[a-z]$" ; sh:minLength 2 ; sh:maxLength 3 ]',
    ),
    "a pattern that RE2 lacks": (
        ':a :p "ab" , "a-b" .',
        'sh:property [ sh:path :p ; sh:pattern "[a-z-[b]]$" ]',
    ),
    "paths": (
        ":a :p :b . :b :p :c , :d . :c :q :a . :d :q :a .",
        "sh:property [ sh:path ( :p :p ) ; sh:maxCount 1 ] ;"
        "sh:property [ sh:path [ sh:inversePath :q ] ; sh:maxCount 1 ] ;"
        "sh:property [ sh:path ( :p [ sh:inversePath ( :q :p ) ] ) ; sh:nodeKind sh:Literal ] ;"
        "sh:property [ sh:path [ sh:alternativePath ( :p :q ) ] ; sh:maxCount 0 ; sh:in ( :x ) ]",
    ),
    "nested and counted": (
        ":a :p :b , :c , 5 . :b :p 1 , 2 . :c :p 3 .",
        "sh:property [ sh:path :p ; sh:qualifiedValueShape [ sh:class :C ] ; "
        "sh:qualifiedMinCount 1 ; sh:property [ sh:path :p ; sh:minInclusive 2 ; sh:maxCount 1 ; "
        "sh:xone ( [ sh:datatype xsd:integer ] [ sh:nodeKind sh:Literal ] ) ] ]",
    ),
    "closed and compared": (
        ":a :p :b , 1 ; :q 1 , 2 . :b :p 4 .",
        "sh:closed true ; sh:property [ sh:path :p ; sh:equals :q ; "
        "sh:node [ sh:closed true ; sh:property [ sh:path :q ] ] ; sh:disjoint :q ]",
    ),
}
LEFT_TO_SQL = {
    "a node that isn't there": (":a :p 1 .", "sh:targetNode :z ; sh:nodeKind sh:Literal"),
    "a repeated path": (":a :p :b .",
                        "sh:property [ sh:path [ sh:oneOrMorePath :p ] ; sh:maxCount 0 ]"),
    "a pair of unlike things": (":a :p :b ; :q 1 .", "sh:property [ sh:path :p ; sh:lessThan :q ]"),
    "a query": (":a :p :b .", "sh:sparql [ sh:select 'SELECT $this { $this ?p ?o }' ]"),
    "a date": (':a :p "2020-01-01"^^xsd:date .',
               'sh:property [ sh:path :p ; sh:minInclusive "2021-01-01"^^xsd:date ]'),
    "a number too near": (":a :p 0.1 .", "sh:property [ sh:path :p ; sh:minExclusive 0.1 ]"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ANSWERED, *LEFT_TO_SQL])
def test_arrays_answer_or_leave_it_to_sql(name):
    text, shape = {**ANSWERED, **LEFT_TO_SQL}[name]
    schema = read_shapes(quads(f":S sh:targetSubjectsOf :p ; {shape} ."))
    data = quads(text)
    with Columnar.from_quads(data, hold=True) as columnar:
        found = validate(columnar, schema)
        assert isinstance(found.violations, Answers) == (name in ANSWERED)
        assert found.total > 0
        assert results_key(found.results()) == ours_direct(data, schema)
        assert results_key(found.results()).total() == found.total
        for count in found.counts:
            first = [r for r in found.results(1) if r.constraint is count.constraint]
            assert first


def test_a_node_reached_twice_is_reported_twice():
    schema = read_shapes(quads("""
:S sh:targetNode :a , :b ; sh:property [ sh:path :p ; sh:property :T ] .
:R sh:targetNode :a ; sh:property [ sh:path :p ; sh:property :T ] .
:T sh:path :q ; sh:minCount 1 .
"""))  # fmt: skip
    data = quads(":a :p :c . :b :p :c .")
    with Columnar.from_quads(data, hold=True) as columnar:
        found = validate(columnar, schema)
        assert isinstance(found.violations, Answers)
        assert found.total == 3
        assert len(list(found.results())) == 3
        assert len(list(found.results(2))) == 2
        assert results_key(found.results()) == ours_direct(data, schema)
