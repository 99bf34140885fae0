"""ORDER BY, DISTINCT, LIMIT and OFFSET over arrays, in the order that SQL gives too."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.solving.conditions import extended
from kkgraph.columnar.solving.judging import exact
from kkgraph.columnar.solving.limits import MOST_TERMS, BeyondError
from kkgraph.columnar.solving.loops import (
    UNBOUND,
    ascending,
    by_text,
    narrowed,
    numbered,
    taken,
)
from kkgraph.columnar.solving.solutions import Column, Solutions
from kkgraph.columnar.solving.terms import Terms

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

_FIRST: Final = -(2**31)
_FEW: Final = 1000
"""So many texts are ordered as strings of Python, which are mostly at hand."""
_BY_TEXT: Final = ({"iri"}, {"string"}, {"lang"}, {"bnode"})


def with_keys(
    solutions: Solutions, keys: tuple[f.Key, ...], terms: Terms
) -> tuple[Solutions, tuple[f.Key, ...]]:
    """The solutions with a hidden variable for each key that is an expression; and the keys."""
    made = []
    for at, key in enumerate(keys):
        variable = key.expression
        if not isinstance(variable, f.Variable):
            variable = f.Variable(f".key{at}")
            solutions = extended(solutions, variable.name, key.expression, terms)
        made.append(f.Key(variable, key.descending))
    return solutions, tuple(made)


def ordered(
    solutions: Solutions, keys: tuple[f.Key, ...], names: list[str], terms: Terms
) -> Numbers | None:
    """The places of solutions in an order; equal ones by the other variables. None: as they are."""

    if not keys or solutions.size < 2:
        return None
    ranks, settled = [], set()
    for key in keys:
        if not isinstance(key.expression, f.Variable):
            raise BeyondError("an order of computed values, each once")
        column = solutions.columns.get(key.expression.name)
        if column is None:
            continue
        rank = _ranks(column, terms)
        ranks.append(rank.turned() if key.descending else rank.of_row)
        if rank.tells_apart:
            settled.add(key.expression.name)
        if rank.tells_apart and not column.computed and rank.size == solutions.size:
            return _order(ranks)  # each term stands once, so nothing is left to decide
    ranks += [
        _numbers(solutions.columns[name])
        for name in names
        if name in solutions.columns and name not in settled
    ]
    return _order(ranks) if ranks else None


def _order(ranks: list[Numbers]) -> Numbers:
    """The places of rows by their ranks, the first ones first."""
    order: Numbers | None = None
    for rank in reversed(ranks):
        if order is None:
            order = ascending(narrowed(rank))
        else:
            order = taken(order, ascending(taken(narrowed(rank), order)))
    assert order is not None
    return order


@dataclass(frozen=True, slots=True)
class _Ranks:
    """The place of each row's term in SPARQL's order, below ``size``; -1 for unbound.

    ``tells_apart``: different terms have different ranks.
    """

    of_row: Numbers
    size: int
    tells_apart: bool

    def turned(self) -> Numbers:
        """The ranks in descending order, unbound last."""
        import numpy as np

        return np.where(self.of_row < 0, self.size, self.size - 1 - self.of_row)


def _numbers(column: Column) -> Numbers:
    """A column as what its rows are told apart by in the end; unbound first."""
    import numpy as np

    if not column.computed:
        return np.where(column.values == UNBOUND, _FIRST, column.values)
    return _of_computed(column.values).of_row


def _of_computed(values: Numbers) -> _Ranks:
    """The ranks of computed numbers."""
    import numpy as np

    if values.dtype != object:
        least = int(values.min()) if len(values) else 0
        shifted: Numbers = values.astype(np.int64) - min(least, 0)
        return _Ranks(shifted, int(shifted.max(initial=0)) + 1, tells_apart=True)
    distinct = sorted({Decimal(value) for value in values if value is not None})
    rank = {value: at for at, value in enumerate(distinct)}
    found = (-1 if value is None else rank[Decimal(value)] for value in values)
    return _Ranks(np.fromiter(found, np.int64, len(values)), len(distinct), tells_apart=False)


def _ranks(column: Column, terms: Terms) -> _Ranks:
    """The ranks of a column, the same for terms that are equal in order."""
    import numpy as np

    if column.computed:
        return _of_computed(column.values)
    distinct, places = numbered(column.values)
    bound = distinct != UNBOUND
    known = distinct[bound]
    groups = terms.groups(known)
    kinds = {terms.kind(group) for group in groups}
    if not kinds:
        ranks, size = known, 0
    elif kinds in _BY_TEXT and known[0] >= 0:
        ranks, size = _by_text(known, kinds, len(groups), terms), len(known)
    elif kinds <= k.EXACT:
        _check(len(known))
        numbers = [exact(term) for term in terms.of(known)]
        rank = {number: at for at, number in enumerate(sorted(set(numbers)))}
        ranks, size = np.array([rank[number] for number in numbers], np.int32), len(rank)
    else:
        raise BeyondError("an order of terms of several kinds")
    if len(known) < len(distinct):
        every = np.full(len(distinct), -1, np.int32)
        every[bound] = ranks
        ranks = every
    return _Ranks(taken(ranks, places), size, tells_apart=size == len(known))


def _check(count: int) -> None:
    if count > MOST_TERMS:
        raise BeyondError("an order of many different terms")


def _by_text(known: Numbers, kinds: set[str], groups: int, terms: Terms) -> Numbers:
    """The ranks of terms of one kind by their text; those with a language then by that."""
    import numpy as np

    if groups > 1 or len(known) <= _FEW:
        if kinds == {"string"} and groups > 1:
            raise BeyondError("an order of texts of several datatypes")
        _check(len(known))
        texts = [(term.value, getattr(term, "language", "")) for term in terms.of(known)]
        rank = {text: at for at, text in enumerate(sorted(texts))}
        return np.array([rank[text] for text in texts], np.int32)
    ranks = np.empty(len(known), np.int32)
    ranks[by_text(terms.texts(known))] = np.arange(len(known), dtype=np.int32)
    return ranks
