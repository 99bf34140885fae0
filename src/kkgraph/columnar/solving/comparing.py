"""Comparisons of plain terms, for all solutions at once.

Of an IRI or a blank node it is enough to compare numbers; of exact numbers it is enough to compare
their places among all that occur. So the terms are looked at once each, not once for each pair. A
number is neither less nor more than a text or a node: that is an error, which no solution survives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.solving.judging import exact
from kkgraph.columnar.solving.solutions import grouped
from kkgraph.columnar.solving.terms import Terms

if TYPE_CHECKING:
    import numpy as np

    from kkgraph.columnar.solving.solutions import Solutions

    Numbers = np.ndarray[Any, np.dtype[Any]]

_MOST: Final = 200_000
"""So many different numbers are read; of more it is quicker to ask the database."""


_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_NODE, _TEXT, _EXACT, _OTHER = range(4)


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: the number of its term, or one for each solution."""

    numbers: Numbers
    kinds: Numbers


def compared(condition: f.Expression, solutions: Solutions, terms: Terms) -> Numbers | None:
    """For each solution whether a comparison holds; None where it isn't one of plain terms.

    Raises ``BeyondError`` for numbers that are none, or have too many digits.
    """
    import numpy as np

    if not isinstance(condition, f.Call) or condition.name not in _OPERATORS:
        return None
    sides = [_side(argument, solutions, terms) for argument in condition.arguments]
    one, two = sides if len(sides) == 2 else (None, None)
    if one is None or two is None:
        return None
    if condition.name in ("=", "!="):
        nodes = (one.kinds == _NODE) | (two.kinds == _NODE)
        if nodes.all():
            same: Numbers = _OPERATORS[condition.name](one.numbers, two.numbers)
            return same
    exacts = (one.kinds == _EXACT) & (two.kinds == _EXACT)
    low, high = np.minimum(one.kinds, two.kinds), np.maximum(one.kinds, two.kinds)
    apart = (low < _EXACT) & (high == _EXACT)
    known = exacts if condition.name in ("=", "!=") else exacts | apart
    found = _ranks(one.numbers[exacts], two.numbers[exacts], terms) if known.all() else None
    if found is None:
        return None
    holds = np.zeros(solutions.size, bool)
    holds[exacts] = _OPERATORS[condition.name](*found)
    return holds


def _side(expression: f.Expression, solutions: Solutions, terms: Terms) -> _Side | None:
    """A side that is a variable or a constant; None for others, and where any is unbound."""
    import numpy as np

    if isinstance(expression, f.Constant):
        kind = _sort(k.kind_of(expression.term))
        number = terms.numbers([expression.term])
        return _Side(np.repeat(number, solutions.size), np.full(solutions.size, kind, np.int8))
    column = solutions.columns.get(expression.name) if isinstance(expression, f.Variable) else None
    if column is None or column.computed or (column.values < 0).any():
        return None
    places = terms.places(column.values)
    groups = grouped([places], solutions.size)
    kinds = np.array([_sort(terms.kind(place)) for place in places[groups.rows].tolist()], np.int8)
    return _Side(column.values, kinds[groups.of_row])


def _sort(kind: str) -> int:
    if kind in k.NODES:
        return _NODE
    if kind in k.TEXTS:
        return _TEXT
    return _EXACT if kind in k.EXACT else _OTHER


def _ranks(one: Numbers, two: Numbers, terms: Terms) -> tuple[Numbers, Numbers] | None:
    """The place of each number among all that occur; None where they are too many."""
    import numpy as np

    both = np.concatenate([one, two])
    groups = grouped([both], len(both))
    if groups.size > _MOST:
        return None
    values = [exact(term) for term in terms.of(both[groups.rows])]
    place = {value: at for at, value in enumerate(sorted(set(values)))}
    ranks = np.array([place[value] for value in values], np.int64)[groups.of_row]
    return ranks[: len(one)], ranks[len(one) :]
