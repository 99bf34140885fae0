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
    property's value; otherwise a value with itself).
    """

    reason: str
    clause: str
    applies: Callable[[f.Shape, Any, list[tuple[Any, Any]]], bool]


@dataclass(frozen=True)
class PathDeviation:
    """The same of a property shape's path: ``applies`` is asked about a node and its values."""

    reason: str
    clause: str
    applies: Callable[[f.Shape, Any, list[Any]], bool]


def pruned(case, deviations):
    """The case without the constraints to which a deviation applies, and how many they are.

    A path to which one applies becomes the plain path ``ex:p``.
    """
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
                pairs = [(t, t) for t in terms]
            for deviation in deviations:
                if isinstance(deviation, Deviation) and deviation.applies(shape, constraint, pairs):
                    counts["dropped"] += 1
                    dropped |= {(shape.id, p) for p in _predicates(constraint)}
                    break
    kept = tuple(q for q in plain.shapes if (q.subject, q.predicate) not in dropped)
    return Case(plain.data, kept), counts


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
    if hasattr(constraint, "predicate"):
        other = Predicate(constraint.predicate)
        return [(v, w) for n, vs in values.items() for w in data.values(n, other) for v in vs]
    limit = getattr(constraint, "limit", None)
    every = dict.fromkeys(v for vs in values.values() for v in vs)
    return [(limit or v, v) for v in every]


def _predicates(constraint):
    if isinstance(constraint, f.Custom):
        return [ox.NamedNode(COMPONENT_PARAMETERS[constraint.iri])]
    name = type(constraint).__name__
    own = ox.NamedNode(SH + name[0].lower() + name[1:])
    return [own, sh("flags")] if isinstance(constraint, f.Pattern) else [own]
