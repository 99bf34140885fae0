"""Cases without the constraints that another validator is known to judge otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kkgraph.shacl import forms as f
from kkgraph.shacl.data import Data
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.reading import read_shapes
from shacl_random.cases import Case
from shacl_random.queries import COMPONENT_PARAMETERS
from shacl_random.terms import SH, ex, sh


@dataclass(frozen=True)
class Deviation:
    """One thing that a validator does otherwise, what the specification says, and where it shows.

    ``applies`` is asked about each constraint of a case: the shape, the constraint, and all pairs
    of terms that it could compare (a parameter's literal and a value; a value and another
    property's value; otherwise a value with itself; for a query any term with itself).
    ``example``, data and shapes as ``shacl_random.written`` takes them, shows the deviation.
    """

    reason: str
    clause: str
    applies: Callable[[f.Shape, Any, list[tuple[Any, Any]]], bool]
    example: tuple[str, str]


@dataclass(frozen=True)
class PathDeviation:
    """The same of a property shape's path: ``applies`` is asked about a node and its values."""

    reason: str
    clause: str
    applies: Callable[[f.Shape, Any, list[Any]], bool]
    example: tuple[str, str]


@dataclass(frozen=True)
class TermDeviation:
    """The same of a term, which becomes another one wherever it stands."""

    reason: str
    clause: str
    instead: Callable[[Any], Any]
    example: tuple[str, str]


class Pairs(list):
    """Pairs of terms; all values, those without a partner too; and the nodes that have any."""

    def __init__(self, pairs, values):
        super().__init__(pairs)
        self.values = list(dict.fromkeys(v for vs in values.values() for v in vs))
        self.nodes = [n for n, vs in values.items() if vs]


def pruned(case, deviations):
    """The case without the constraints to which a deviation applies, and how many they are.

    A path to which one applies becomes the plain path ``ex:p``.
    """
    for deviation in deviations:
        if isinstance(deviation, TermDeviation):
            case = _with_terms(case, deviation.instead)
    plain = _with_plain_paths(case, [d for d in deviations if isinstance(d, PathDeviation)])
    schema = read_shapes(plain.shapes)
    data = Data(plain.data)
    terms = _terms(plain, schema)
    dropped = set()
    counts = Counter()
    for shape in schema.shapes.values():
        values = _values(shape, data, terms)
        for constraint in shape.constraints:
            counts["constraints"] += 1
            pairs = _pairs(constraint, data, values)
            if isinstance(constraint, f.Sparql | f.Custom):
                pairs = Pairs([(t, t) for t in terms], values)
            for deviation in deviations:
                if isinstance(deviation, Deviation) and deviation.applies(shape, constraint, pairs):
                    counts["dropped"] += 1
                    dropped |= {(shape.id, p) for p in _predicates(constraint)}
                    break
    kept = tuple(q for q in plain.shapes if (q.subject, q.predicate) not in dropped)
    return Case(plain.data, kept), counts


def _with_terms(case, instead):
    data, shapes = (
        tuple(ox.Quad(q.subject, q.predicate, instead(q.object), q.graph_name) for q in quads)
        for quads in (case.data, case.shapes)
    )
    return Case(data, shapes)


def _with_plain_paths(case, deviations):
    schema = read_shapes(case.shapes)
    data = Data(case.data)
    plain = set()
    for shape in schema.shapes.values():
        if shape.path is None:
            continue
        for node in _terms(case, schema):
            found = list(data.values(node, shape.path))
            if any(d.applies(shape, node, found) for d in deviations):
                plain.add(shape.id)
                break
    path = sh("path")
    shapes = tuple(
        ox.Quad(q.subject, path, ex("p")) if q.predicate == path and q.subject in plain else q
        for q in case.shapes
    )
    return Case(case.data, shapes)


def _terms(case, schema):
    """Every term that could be a focus node."""
    found = {t: None for q in case.data for t in (q.subject, q.object)}
    targets = (t.term for s in schema.shapes.values() for t in s.targets if t.kind == "node")
    return list(found | dict.fromkeys(targets))


def _values(shape, data, terms):
    """The values of each possible focus node."""
    if shape.path is None:
        return {t: [t] for t in terms}
    return {t: list(data.values(t, shape.path)) for t in terms}


def _pairs(constraint, data, values):
    found = Pairs([], values)
    if hasattr(constraint, "predicate"):
        other = Predicate(constraint.predicate)
        found += [(v, w) for n, vs in values.items() for w in data.values(n, other) for v in vs]
    else:
        limit = getattr(constraint, "limit", None)
        found += [(limit or v, v) for v in found.values]
    return found


def _predicates(constraint):
    if isinstance(constraint, f.Custom):
        return [ox.NamedNode(COMPONENT_PARAMETERS[constraint.iri])]
    name = type(constraint).__name__
    own = ox.NamedNode(SH + name[0].lower() + name[1:])
    return [own, sh("flags")] if isinstance(constraint, f.Pattern) else [own]
