"""Validation of small data, node by node over an index in memory, without any SQL.

It means the same as the compiled SQL (a test holds them against each other), and needs no start-up
time. Sets of nodes go through each constraint together, so a SPARQL constraint is one query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.shacl import forms as f
from kkgraph.shacl.asking import Asker
from kkgraph.shacl.data import Data
from kkgraph.shacl.forms import Result, Schema, Shape
from kkgraph.shacl.paths import Path, Predicate
from kkgraph.shacl.terms import Term
from kkgraph.shacl.values import VALUE_TESTS, below, failing

Row = tuple[Term, Term | None, Path | None, tuple[tuple[str, Term], ...]]
Values = dict[Term, dict[Term, None]]


class Validator:
    """Validates one data graph against one schema."""

    def __init__(self, data: Data, schema: Schema) -> None:
        self.data = data
        self.schema = schema
        self._unread: Sequence[ox.Quad] = data.quads
        self._asker = Asker(self._quads, schema.quads)
        self._verdicts: dict[Term, dict[Term, bool]] = {}

    def _quads(self, _: str) -> Sequence[ox.Quad]:
        """All the data, for the first query."""
        quads, self._unread = self._unread, ()
        return quads

    def results(self, focus: Callable[[Term], bool] | None = None) -> list[Result]:
        """All results of all shapes with targets; ``focus`` limits which nodes are looked at."""
        found: list[Result] = []
        for shape in self.schema.targeted:
            nodes: dict[Term, None] = {}
            for target in shape.targets:
                nodes.update(dict.fromkeys(self.data.focus_nodes(target)))
            if focus is not None:
                nodes = {n: None for n in nodes if focus(n)}
            found += self._report(shape, Counter(nodes.keys()))
        return found

    def results_of(self, shape_id: Term, node: Term) -> list[Result]:
        """The results of one shape for one node, whatever the shape's targets are."""
        return list(self._report(self.schema.shapes[shape_id], Counter([node])))

    def _report(self, shape: Shape, bag: Counter[Term]) -> Iterator[Result]:
        """The results for each focus node, as often as the bag holds it."""
        if shape.deactivated or not bag:
            return
        values = self._values(shape, bag)
        for constraint in shape.constraints:
            if isinstance(constraint, f.Property):
                inner: Counter[Term] = Counter()
                for focus, times in bag.items():
                    for value in values[focus]:
                        inner[value] += times
                yield from self._report(self.schema.shapes[constraint.shapes[0]], inner)
                continue
            for node, found, path, bindings in self._rows(shape, constraint, values):
                result = Result(node, found, shape, constraint, path or shape.path, bindings)
                for _ in range(bag[node]):
                    yield result

    def _failing(self, shape_id: Term, nodes: Iterable[Term]) -> set[Term]:
        """Those of the nodes that don't conform to the shape."""
        shape = self.schema.shapes[shape_id]
        todo = dict.fromkeys(nodes)
        if shape.deactivated:
            return set()
        known = self._verdicts.setdefault(shape_id, {})
        fresh = [n for n in todo if n not in known]
        if fresh:
            values = self._values(shape, fresh)
            broken: set[Term] = set()
            for constraint in shape.constraints:
                if isinstance(constraint, f.Property):
                    every = {v for vs in values.values() for v in vs}
                    bad = self._failing(constraint.shapes[0], every)
                    broken |= {n for n, vs in values.items() if not bad.isdisjoint(vs)}
                else:
                    broken |= {row[0] for row in self._rows(shape, constraint, values)}
            known.update((n, n in broken) for n in fresh)
        return {n for n in todo if known[n]}

    def _values(self, shape: Shape, nodes: Iterable[Term]) -> Values:
        if shape.path is None:
            return {n: {n: None} for n in nodes}
        return {n: self.data.values(n, shape.path) for n in nodes}

    def _rows(self, shape: Shape, constraint: f.Constraint, values: Values) -> Iterable[Row]:
        if isinstance(constraint, VALUE_TESTS):
            bad = failing(constraint, _every(values), self.data)
            return _each(values, bad)
        if isinstance(constraint, f.Sparql | f.Custom):
            pairs = [(n, v) for n, vs in values.items() for v in vs]
            nodes = [(n, n) for n in values]
            ask = isinstance(constraint, f.Custom) and constraint.kind == "ask"
            solutions = self._asker.solutions(shape, constraint, pairs if ask else nodes)
            return [(s.focus, s.value, s.path, s.bindings) for s in solutions]
        if isinstance(constraint, f.Node | f.Not | f.And | f.Or | f.Xone):
            return _each(values, self._unfit(constraint, _every(values)))
        if isinstance(constraint, f.QualifiedMinCount | f.QualifiedMaxCount):
            return self._qualified(constraint, values)
        return _SET_TESTS[type(constraint)](constraint, values, self.data)

    def _unfit(self, constraint: Any, nodes: set[Term]) -> set[Term]:
        """The nodes that a logical constraint, or ``sh:node``, finds at fault."""
        failures = [self._failing(s, nodes) for s in constraint.shapes]
        match constraint:
            case f.Not():
                return nodes - failures[0]
            case f.And() | f.Node():
                return set().union(*failures)
            case f.Or():
                return {n for n in nodes if all(n in bad for bad in failures)}
        return {n for n in nodes if sum(n not in bad for bad in failures) != 1}

    def _qualified(self, constraint: Any, values: Values) -> Iterator[Row]:
        nodes = _every(values)
        good = nodes - self._failing(constraint.shapes[0], nodes)
        for sibling in constraint.siblings:
            good &= self._failing(sibling, nodes)
        least = isinstance(constraint, f.QualifiedMinCount)
        for focus, mine in values.items():
            count = sum(v in good for v in mine)
            if count < constraint.count if least else count > constraint.count:
                yield focus, None, None, ()


def _every(values: Values) -> set[Term]:
    return {v for vs in values.values() for v in vs}


def _each(values: Values, bad: set[Term]) -> Iterator[Row]:
    for focus, mine in values.items():
        for value in mine:
            if value in bad:
                yield focus, value, None, ()


def _counted(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    least = isinstance(constraint, f.MinCount)
    for focus, mine in values.items():
        if len(mine) < constraint.count if least else len(mine) > constraint.count:
            yield focus, None, None, ()


def _has_value(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    for focus, mine in values.items():
        if constraint.term not in mine:
            yield focus, None, None, ()


def _unique_lang(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    for focus, mine in values.items():
        tags = Counter(v.language.lower() for v in mine if isinstance(v, ox.Literal) and v.language)
        for count in tags.values():
            if count > 1:
                yield focus, None, None, ()


def _others(constraint: Any, focus: Term, data: Data) -> dict[Term, None]:
    return data.values(focus, Predicate(constraint.predicate))


def _equals(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    for focus, mine in values.items():
        others = _others(constraint, focus, data)
        for value in [*(v for v in mine if v not in others), *(v for v in others if v not in mine)]:
            yield focus, value, None, ()


def _disjoint(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    for focus, mine in values.items():
        others = _others(constraint, focus, data)
        for value in mine:
            if value in others:
                yield focus, value, None, ()


def _less(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    equal = isinstance(constraint, f.LessThanOrEquals)
    for focus, mine in values.items():
        for other in _others(constraint, focus, data):
            for value in mine:
                if not below(value, other, equal=equal):
                    yield focus, value, None, ()


def _closed(constraint: Any, values: Values, data: Data) -> Iterator[Row]:
    for focus, mine in values.items():
        for value in mine:
            for predicate in data.predicates(value):
                if predicate not in constraint.allowed:
                    path = Predicate(predicate)
                    for found in data.values(value, path):
                        yield focus, found, path, ()


_SET_TESTS: Final[dict[type, Callable[[Any, Values, Data], Iterable[Row]]]] = {
    f.MinCount: _counted,
    f.MaxCount: _counted,
    f.HasValue: _has_value,
    f.UniqueLang: _unique_lang,
    f.Equals: _equals,
    f.Disjoint: _disjoint,
    f.LessThan: _less,
    f.LessThanOrEquals: _less,
    f.Closed: _closed,
}
