"""ORDER BY, DISTINCT, LIMIT and OFFSET over arrays, in the order that SQL gives too."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.solving.conditions import extended
from kkgraph.columnar.solving.edges import UNBOUND
from kkgraph.columnar.solving.judging import exact
from kkgraph.columnar.solving.limits import MOST_TERMS, BeyondError
from kkgraph.columnar.solving.solutions import Column, Solutions, numbered
from kkgraph.columnar.solving.terms import Terms

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

_FIRST: Final = -(2**31)
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
    import numpy as np

    if not keys or solutions.size < 2:
        return None
    ranks = []
    for key in keys:
        if not isinstance(key.expression, f.Variable):
            raise BeyondError("an order of computed values, each once")
        column = solutions.columns.get(key.expression.name)
        if column is None:
            continue
        rank = _ranks(column, terms)
        unbound = rank < 0
        ranks.append(np.where(unbound, np.iinfo(np.int64).max, -rank) if key.descending else rank)
    ranks += [_numbers(solutions.columns[name]) for name in names if name in solutions.columns]
    return np.lexsort(ranks[::-1]) if ranks else None


def _numbers(column: Column) -> Numbers:
    """A column as what its rows are told apart by in the end; unbound first."""
    import numpy as np

    if not column.computed:
        return np.where(column.values == UNBOUND, _FIRST, column.values)
    return _of_computed(column.values)


def _of_computed(values: Numbers) -> Numbers:
    """The ranks of computed numbers, -1 for unbound."""
    import numpy as np

    if values.dtype != object:
        least = int(values.min()) if len(values) else 0
        shifted: Numbers = values.astype(np.int64) - min(least, 0)
        return shifted
    distinct = sorted({Decimal(value) for value in values if value is not None})
    rank = {value: at for at, value in enumerate(distinct)}
    found = (-1 if value is None else rank[Decimal(value)] for value in values)
    return np.fromiter(found, np.int64, len(values))


def _ranks(column: Column, terms: Terms) -> Numbers:
    """The place of each row's term in SPARQL's order; -1 for unbound, the same for equals."""
    import numpy as np

    if column.computed:
        return _of_computed(column.values)
    distinct, places = numbered(column.values)
    kinds = terms.kinds(distinct) - {"unbound"}
    known = distinct[distinct != UNBOUND]
    ranks = np.full(len(distinct), -1, np.int64)
    if kinds in _BY_TEXT and (known >= 0).all():
        ranks[distinct != UNBOUND] = _by_text(known, kinds, terms)
    elif kinds and kinds <= k.EXACT:
        _check(len(known))
        numbers = [exact(term) for term in terms.of(known)]
        rank = {number: at for at, number in enumerate(sorted(set(numbers)))}
        ranks[distinct != UNBOUND] = [rank[number] for number in numbers]
    elif kinds:
        raise BeyondError("an order of terms of several kinds")
    found: Numbers = ranks[places]
    return found


def _check(count: int) -> None:
    if count > MOST_TERMS:
        raise BeyondError("an order of many different terms")


def _by_text(known: Numbers, kinds: set[str], terms: Terms) -> Numbers:
    """The ranks of terms of one kind by their text; those with a language then by that."""
    import numpy as np
    import pyarrow.compute as pc

    if len(numbered(terms.places(known))[0]) > 1:
        if kinds == {"string"}:
            raise BeyondError("an order of texts of several datatypes")
        _check(len(known))
        texts = [(term.value, term.language) for term in terms.of(known)]
        rank = {text: at for at, text in enumerate(sorted(set(texts)))}
        return np.array([rank[text] for text in texts], np.int64)
    order = arrays.numbers(pc.array_sort_indices(terms.texts(known)))
    ranks = np.empty(len(known), np.int64)
    ranks[order.astype(np.int64)] = np.arange(len(known))
    return ranks
