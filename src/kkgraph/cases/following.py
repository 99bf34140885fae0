"""Results that only follow from another problem, which is shown already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kkgraph.cases.placing import MISSING, Placer
from kkgraph.cases.records import Place
from kkgraph.model import Problem
from kkgraph.names import compact
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result

_ORDERS: Final = (
    f.MinInclusive, f.MinExclusive, f.MaxInclusive, f.MaxExclusive, f.LessThan, f.LessThanOrEquals,
    f.Pattern,
)  # fmt: skip
_DOUBLED: Final = "duplicate-id"
_UNTYPED: Final = ("unknown-class", "missing-type")
_OF_A_KIND: Final = (f.Class, f.Or, f.Xone, f.Node)


class Followers:
    """Tells which results say nothing new.

    A cell that the reader could not read leaves a value missing; two rows of one id make one thing
    with too many values; a value that is no number has no place in an order; a row that doesn't
    say what it is makes a thing of no kind, wherever it is named.
    """

    def __init__(
        self, reader: Iterable[tuple[Problem, Place]], results: Iterable[Result], placer: Placer
    ) -> None:
        self._placer = placer
        grave = [(p, place) for p, place in reader if p.severity == "violation"]
        self._unread = {place for _, place in grave if place.row or place.line}
        self._doubled = {_row(place) for p, place in grave if p.component == _DOUBLED}
        self._untyped = {p.focus for p, _ in grave if p.component in _UNTYPED}
        self._ill = {_key(r) for r in results if isinstance(r.constraint, f.Datatype)}

    def follows(self, result: Result, places: Iterable[Place]) -> bool:
        """True where the result would not be there without another problem."""
        constraint = result.constraint
        if isinstance(constraint, MISSING) and result.path is not None:
            return not self._unread.isdisjoint(self._placer.cells(result))
        if isinstance(constraint, f.MaxCount | f.UniqueLang):
            return any(_row(p) in self._doubled for p in places)
        if isinstance(constraint, _OF_A_KIND) and result.value is not None:
            return getattr(result.value, "value", "") in self._untyped
        if isinstance(constraint, f.LessThan | f.LessThanOrEquals):
            other = result.focus, compact(constraint.predicate)
            if any(key[:2] == other for key in self._ill):
                return True
        return isinstance(constraint, _ORDERS) and _key(result) in self._ill


def _row(place: Place) -> tuple[str, str, int]:
    return place.file, place.sheet, place.row


def _key(result: Result) -> tuple[Any, ...]:
    return result.focus, str(result.path), result.value
