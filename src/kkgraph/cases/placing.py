"""Where a validation result stands in the user's files: the cells, the row or the line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.cases.rdf import name_of
from kkgraph.cases.records import Case, Place
from kkgraph.shacl import forms as f
from kkgraph.shacl.direct import Validator
from kkgraph.shacl.forms import Result
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat
from kkgraph.shacl.paths import Sequence as Steps
from kkgraph.shacl.terms import Term

MISSING: Final = (f.MinCount, f.HasValue, f.QualifiedMinCount)
"""The constraints that are broken by what is not there."""
_CELL: Final = re.compile(r"(?P<sheet>.+)!(?P<column>[A-Z]{1,3})(?P<row>[0-9]+)")
_ROW: Final = re.compile(r"(?P<sheet>.+), row (?P<row>[0-9]+)")
Places = tuple[Place, ...]


def in_order(place: Place) -> tuple[str, str, int, int, int]:
    """The order in which places stand in a file."""
    return place.file, place.sheet, place.row, place.line, place.column


class Placer:
    """Finds the places of results in a case."""

    def __init__(self, case: Case, validator: Validator) -> None:
        self._case = case
        self._data = validator.data
        self._validator = validator
        self._named: dict[str, list[Place]] = defaultdict(list)
        for triple, places in case.origins.items():
            if not isinstance(triple.object, ox.Literal):
                self._named[name_of(triple.object)] += places

    def of(self, result: Result) -> Places:
        """The places of a result, at least one: values at their cells or lines, what is missing
        at the empty cell, and what is wrong with a thing itself at its row.
        """
        found: Iterable[Place] = ()
        path = result.path
        if path is None:
            found = self._inside(result)
        elif isinstance(result.constraint, MISSING):
            found = self._empty(result.focus, path)
        elif result.value is not None:
            found = self._value(result.focus, path, result.value) or self._values(result)
        else:
            found = self._values(result)
        places = tuple(dict.fromkeys(found)) or self._node(result.focus)
        return tuple(sorted(places, key=in_order))

    def cells(self, result: Result) -> list[Place]:
        """The cells in which values of the result's path stand or could stand."""
        assert result.path is not None
        return list(self._fields(result.focus, result.path))

    def _inside(self, result: Result) -> Places:
        """The one cell that a rule on a thing itself blames, if it is one.

        That is the cell of the value that a query names, of the thing or of what it points at, or
        the cell that the branches of a compound rule come down to.
        """
        constraint, value = result.constraint, result.value
        blamed: set[Place] = set()
        if isinstance(constraint, f.Or | f.Xone | f.And | f.Node):
            for shape in constraint.shapes:
                for inner in self._validator.results_of(shape, result.focus):
                    if inner.path is not None:
                        blamed.update(self.of(inner))
        elif isinstance(constraint, f.Sparql | f.Custom) and value not in (None, result.focus):
            for triple in self._near(result.focus):
                if triple.object == value:
                    blamed.update(self._case.origins.get(triple, ()))
        return tuple(blamed) if len(blamed) == 1 and all(p.row for p in blamed) else ()

    def _near(self, focus: Any) -> Iterator[ox.Triple]:
        """The triples of a thing, and of the things that it points at."""
        pointed: dict[Any, None] = {focus: None}
        for predicate in self._data.predicates(focus):
            pointed.update(self._data.values(focus, Predicate(predicate)))
        for node in pointed:
            if not isinstance(node, ox.Literal):
                for predicate in self._data.predicates(node):
                    yield from self._step(node, predicate, forward=True)

    def _node(self, node: Term) -> Places:
        """The row or line that describes a node; else where it is named; else the whole file."""
        name = name_of(node)
        if name in self._case.nodes:
            return (self._case.nodes[name],)
        return tuple(dict.fromkeys(self._named.get(name, ()))) or (Place(self._case.source),)

    def _value(self, focus: Term, path: Path, value: Term) -> list[Place]:
        return [
            place
            for triple in self._last_steps(focus, path, forward=True)
            if value in (triple.object, triple.subject)
            for place in self._case.origins.get(triple, ())
        ]

    def _values(self, result: Result) -> list[Place]:
        """The places of all values; of those in a doubled language only, where that is the rule."""
        assert result.path is not None
        triples = list(self._last_steps(result.focus, result.path, forward=True))
        if isinstance(result.constraint, f.UniqueLang):
            tags = [getattr(t.object, "language", None) for t in triples]
            triples = [t for t, g in zip(triples, tags, strict=True) if g and tags.count(g) > 1]
        found = [place for t in triples for place in self._case.origins.get(t, ())]
        return found or list(self._fields(result.focus, result.path))

    def _empty(self, focus: Term, path: Path) -> Sequence[Place]:
        """The cells for the property that hold nothing yet; any of its cells where all are full."""
        choices = path.parts if isinstance(path, Alternative) else (path,)
        cells = next((c for p in choices if (c := self._cells(focus, p))), [])
        full = {
            place
            for triple in self._last_steps(focus, path, forward=True)
            for place in self._case.origins.get(triple, ())
        }
        return [p for p in cells if p not in full] or cells

    def _cells(self, focus: Term, path: Path) -> list[Place]:
        return [p for p in self._fields(focus, path) if p.cell]

    def _fields(self, focus: Term, path: Path) -> Iterator[Place]:
        match path:
            case Predicate(iri):
                yield from self._case.fields.get((name_of(focus), iri), ())
            case Inverse(Predicate(iri)):
                yield from self._case.fields.get((name_of(focus), f"^{iri}"), ())
            case Alternative(parts):
                for part in parts:
                    yield from self._fields(focus, part)
            case Steps(parts):
                for node in self._walk(focus, parts[:-1]):
                    yield from self._fields(node, parts[-1])

    def _walk(self, focus: Term, parts: Sequence[Path]) -> Iterable[Term]:
        nodes: dict[Any, None] = {focus: None}
        for part in parts:
            nodes = {v: None for n in nodes for v in self._data.values(n, part)}
        return nodes

    def _last_steps(self, focus: Any, path: Path, *, forward: bool) -> Iterator[ox.Triple]:
        """The triples with which a path ends, in whichever direction they are walked."""
        match path:
            case Predicate(iri):
                yield from self._step(focus, iri, forward=forward)
            case Inverse(inner):
                yield from self._last_steps(focus, inner, forward=not forward)
            case Alternative(parts):
                for part in parts:
                    yield from self._last_steps(focus, part, forward=forward)
            case Steps(parts):
                ordered = parts if forward else tuple(Inverse(p) for p in reversed(parts))
                for node in self._walk(focus, ordered[:-1]):
                    yield from self._last_steps(node, ordered[-1], forward=True)
            case Repeat(inner, _):
                way = path if forward else Inverse(path)
                for node in dict.fromkeys([focus, *self._data.values(focus, way)]):
                    yield from self._last_steps(node, inner, forward=forward)

    def _step(self, focus: Any, iri: str, *, forward: bool) -> Iterator[ox.Triple]:
        predicate, path = ox.NamedNode(iri), Predicate(iri)
        for other in self._data.values(focus, path if forward else Inverse(path)):
            subject, value = (focus, other) if forward else (other, focus)
            if not isinstance(subject, ox.Literal):
                yield ox.Triple(subject, predicate, value)


def place_of(text: str, source: str) -> Place:
    """The place that a reader's ``str(Place)`` stands for."""
    file, rest = source, text
    if text.startswith(source):
        rest = text[len(source) :]
    elif ": " in text:
        file, _, rest = text.partition(": ")
    rest = rest.removeprefix(":").strip()
    if rest.isdecimal():
        return Place(file, line=int(rest))
    if match := _CELL.fullmatch(rest):
        column = 0
        for letter in match["column"]:
            column = column * 26 + ord(letter) - 64
        return Place(file, match["sheet"], int(match["row"]), column)
    if match := _ROW.fullmatch(rest):
        return Place(file, match["sheet"], int(match["row"]))
    return Place(file, rest)
