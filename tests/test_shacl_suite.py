"""The W3C SHACL test suite, every test, on both back ends, counted."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import suite
from kkgraph.columnar.answers import answers, can_answer
from kkgraph.columnar.engine import validate
from kkgraph.columnar.space import Space
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import ShapeError
from kkgraph.names import RDF_TYPE
from kkgraph.shacl.data import Data
from kkgraph.shacl.direct import Validator
from kkgraph.shacl.forms import SH
from kkgraph.shacl.graph import ShapesGraph
from kkgraph.shacl.reading import read_shapes
from kkgraph.shacl.report import report_triples
from kkgraph.shacl.routes import read_path

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
EXPECTED = {"core": 98, "sparql": 23}
UNLISTED = ("sparql/component/nodeValidator-001.ttl",)  # in no manifest, and a test all the same


@dataclass(frozen=True)
class Case:
    name: str
    file: Path
    node: ox.NamedNode

    def __str__(self):
        return self.name


@cache
def parse(path):
    quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return tuple(quads)


def local(iri):
    from urllib.parse import unquote, urlparse

    return Path(unquote(urlparse(iri).path))


def collect():
    base = suite("shacl", "tests")
    if base is None:
        return []
    found = []

    def visit(path):
        graph = ShapesGraph(parse(path))
        for included in graph.objects_of(MF + "include"):
            visit(local(included.value))
        for entries in graph.objects_of(MF + "entries"):
            for node in graph.items(entries):
                name = str(path.relative_to(base).with_suffix(""))
                found.append(Case(f"{name}", path, node))

    for part in EXPECTED:
        visit(base / part / "manifest.ttl")
    for name in UNLISTED:
        visit(base / name)
    return found


CASES = collect()


def results_of(graph, report):
    """The results of a report as a multiset of what the suite compares."""
    found = Counter()
    for node in graph.values(report, SH + "result"):
        path = graph.one(node, SH + "resultPath")
        shape = graph.one(node, SH + "sourceShape")
        found[
            (
                str(graph.one(node, SH + "focusNode")),
                str(read_path(graph, path, node)) if path else "",
                str(graph.one(node, SH + "value")),
                str(graph.one(node, SH + "resultSeverity")),
                str(graph.one(node, SH + "sourceConstraintComponent")),
                str(shape),
                str(graph.one(node, SH + "sourceConstraint")),
            )
        ] += 1
    return found


def test_the_whole_suite_is_collected():
    suite("shacl", "tests", skip=True)
    parts = Counter(case.name.split("/")[0] for case in CASES)
    assert parts == EXPECTED


def inputs(case):
    graph = ShapesGraph(parse(case.file))
    action = graph.one(case.node, MF + "action")
    data = parse(local(graph.one(action, SHT + "dataGraph").value))
    return graph, data, parse(local(graph.one(action, SHT + "shapesGraph").value))


def test_most_of_the_core_is_answered_on_arrays():
    suite("shacl", "tests", skip=True)
    answered = 0
    for case in CASES:
        _, data, shapes = inputs(case)
        with contextlib.suppress(ShapeError), Columnar.from_quads(data, hold=True) as loaded:
            schema = read_shapes(shapes)
            if can_answer(schema):
                answered += answers(Space(loaded), schema, loaded.held) is not None
    assert answered > 70


def direct(data, schema):
    return [Validator(Data(data), schema).results()]


def arrays(data, schema):
    """On arrays alone, where these can answer such shapes."""
    if not can_answer(schema):
        return []
    with Columnar.from_quads(data, hold=True) as loaded:
        return [list(validate(loaded, schema).results())]


def tables(data, schema):
    """With the quick lane, and all in SQL."""
    with Columnar.from_quads(data) as loaded:
        return [list(validate(loaded, schema, explained=e).results()) for e in (False, True)]


ENGINES = (direct, arrays, tables)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda e: e.__name__)
def test_case(case, engine):
    graph, data, shapes = inputs(case)
    expected = graph.one(case.node, MF + "result")
    if expected == ox.NamedNode(SHT + "Failure"):
        with pytest.raises(ShapeError):
            engine(data, read_shapes(shapes))
        return
    for found in engine(data, read_shapes(shapes)):
        report_is_as_expected(found, graph, expected)


def report_is_as_expected(found, graph, expected):
    made = ShapesGraph(ox.Quad(t.subject, t.predicate, t.object) for t in report_triples(found))
    (report,) = made.subjects(RDF_TYPE, ox.NamedNode(SH + "ValidationReport"))
    assert made.one(report, SH + "conforms") == graph.one(expected, SH + "conforms")
    assert results_of(made, report) == results_of(graph, expected)
    for node in graph.values(expected, SH + "result"):
        wanted = set(graph.values(node, SH + "resultMessage"))
        assert wanted <= set(made.objects_of(SH + "resultMessage"))
