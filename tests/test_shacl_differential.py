"""Random data and shapes: our engines against each other, against TopBraid, and pySHACL.

A constraint to which a known deviation of the other validator applies is taken out of its case
beforehand; each deviation is written down with the clause of the specification. What is left must
agree to the result.
"""

from __future__ import annotations

import random
from collections import Counter

import pyoxigraph as ox
import pytest

from kkgraph import xsd
from kkgraph.columnar.engine import validate
from kkgraph.columnar.tables import Columnar
from kkgraph.shacl import forms as f
from kkgraph.shacl.graph import ShapesGraph
from kkgraph.shacl.reading import read_shapes
from shacl_random import Wishes, differences, java_peer, make_case, results_key
from shacl_random import ours_columnar as columnar
from shacl_random import ours_direct as direct
from shacl_random.comparing import report_key
from shacl_random.deviations import BOUNDS, LENGTHS, LESS, TOPBRAID, family_of, is_ill_typed_text
from shacl_random.pruning import Deviation, pruned

CASES, MANY = 240, 4000
STEP = 60
PEER_CASES = 300
PYSHACL_CASES = 120


def in_sql(data, schema):
    """The results of the plan that goes without the quick lane."""
    with Columnar.from_quads(data, threads=1) as loaded:
        return results_key(validate(loaded, schema, explained=True).results())


def compare(first, last):
    found = Counter()
    for seed in range(first, last):
        case = make_case(random.Random(seed), Wishes(sparql=seed % 4 == 0))
        schema = read_shapes(case.shapes)
        wanted = direct(case.data, schema)
        for engine in (columnar, in_sql):
            assert differences(wanted, engine(case.data, schema)) == [], (seed, engine, case)
        found.update(row[3] for row in wanted)
    return found


@pytest.mark.parametrize("start", range(0, CASES, STEP))
def test_our_engines_agree(start):
    found = compare(start, start + STEP)
    assert found.total() > 300
    assert len(found) > 18


@pytest.mark.long
def test_our_engines_agree_on_many():
    found = compare(CASES, CASES + MANY)
    assert len(found) > 30


def prune(deviations, count, wishes, most):
    cases, counts = [], Counter()
    for seed in range(count):
        case, dropped = pruned(make_case(random.Random(seed), wishes(seed)), deviations)
        cases.append(case)
        counts += dropped
    assert counts["dropped"] < counts["constraints"] * most
    return cases


def test_topbraid_agrees(tmp_path):
    peers = java_peer.installed(tmp_path / "peers")
    cases = prune(TOPBRAID, PEER_CASES, lambda seed: Wishes(sparql=seed % 4 == 0), 0.2)
    reports = java_peer.reports(cases, tmp_path / "pairs", peers)
    assert len(reports) == PEER_CASES
    results = 0
    for number, (case, report) in enumerate(zip(cases, reports, strict=True)):
        assert not isinstance(report, str), (number, report, case)
        wanted = direct(case.data, read_shapes(case.shapes))
        assert differences(wanted, report_key(report)) == [], (number, case)
        results += wanted.total()
    assert results > 1000


PYSHACL = [
    *TOPBRAID,
    Deviation(
        "compares terms that SPARQL's < cannot, by Python's order, or stops with an exception",
        "4.3.1 and 4.5.3: a result where the two can't be compared",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS))
        and any(family_of(t) is not xsd.Family.EXACT for pair in pairs for t in pair),
    ),
    Deviation(
        "gives a blank node a length",
        "4.4.1 and 4.4.2: blank nodes break both",
        lambda s, c, pairs: isinstance(c, LENGTHS)
        and any(isinstance(v, ox.BlankNode) for _, v in pairs),
    ),
    Deviation(
        "has Python's regular expressions, without classes of Unicode properties",
        "4.4.3: SPARQL's REGEX",
        lambda s, c, pairs: isinstance(c, f.Pattern) and "\\" in c.regex,
    ),
    Deviation(
        "reads literals through rdflib, which changes white space in some of them",
        "RDF 1.1 Concepts, 3.3: the lexical form is part of the literal",
        lambda s, c, pairs: any(is_ill_typed_text(t) for pair in pairs for t in pair),
    ),
]  # fmt: skip


# taking sh:closed out would leave sh:ignoredProperties, which pySHACL refuses to see alone
NOT_CLOSED = Wishes(without=frozenset({"closed"}))


def test_pyshacl_agrees():
    import pyshacl
    from rdflib import Graph

    def graph(quads):
        from kkgraph.shapes.second import _triple

        found = Graph()
        for quad in quads:
            found.add(_triple(quad))
        return found

    def term(node):
        kind = type(node).__name__
        if kind == "URIRef":
            return ox.NamedNode(str(node))
        if kind == "BNode":
            return ox.BlankNode(str(node))
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(
            str(node), datatype=ox.NamedNode(str(node.datatype or xsd.XSD + "string"))
        )

    results = refused = 0
    for number, case in enumerate(prune(PYSHACL, PYSHACL_CASES, lambda _: NOT_CLOSED, 0.4)):
        try:
            _, report, _ = pyshacl.validate(graph(case.data), shacl_graph=graph(case.shapes))
        except pyshacl.errors.ReportableRuntimeError:
            refused += 1  # "Cannot use sh:lessThan to compare a BlankNode"
            continue
        quads = [ox.Quad(*map(term, triple)) for triple in report]
        wanted = direct(case.data, read_shapes(case.shapes))
        assert differences(wanted, report_key(ShapesGraph(quads))) == [], (number, case)
        results += wanted.total()
    assert results > 300
    assert refused < PYSHACL_CASES / 10
