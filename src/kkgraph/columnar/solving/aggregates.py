"""GROUP BY over arrays: counts, sums and means of exact numbers, samples."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.solving import loops
from kkgraph.columnar.solving.judging import Number, exact
from kkgraph.columnar.solving.limits import MOST_TERMS, BeyondError
from kkgraph.columnar.solving.loops import UNBOUND
from kkgraph.columnar.solving.solutions import Column, Groups, Solutions, grouped
from kkgraph.columnar.solving.terms import Terms

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

FUNCTIONS: Final = frozenset({"COUNT", "SUM", "AVG", "SAMPLE"})
_EXACT_DOUBLES: Final = 2**53
_PLACES: Final = 10**18
_CONTEXT: Final = Context(prec=60)


def groups_of(pattern: f.Group, solutions: Solutions, terms: Terms) -> Solutions:
    """One solution for each group, with what is made of its members."""
    keys = [name for name in pattern.keys or () if name in solutions.columns]
    groups = _groups(pattern, keys, solutions)
    columns = dict(solutions.only(keys).take(groups.rows).columns) if keys else {}
    for aggregate in pattern.aggregates:
        argument = aggregate.argument
        if argument is not None and not isinstance(argument, f.Variable):
            raise BeyondError("an aggregate of an expression")
        name = None if argument is None else argument.name
        made = _Aggregate(groups, solutions, terms, keyed=pattern.keys is not None).made(
            aggregate, name
        )
        if made is not None:
            columns[aggregate.name] = made
    return Solutions(groups.size, columns)


def _groups(pattern: f.Group, keys: list[str], solutions: Solutions) -> Groups:
    """The groups; without GROUP BY all solutions are one, even where there is none."""
    import numpy as np

    if pattern.keys is None:
        return Groups(np.zeros(solutions.size, np.int32), np.zeros(1, np.int32))
    if not solutions.size:
        return Groups(np.empty(0, np.int32), np.empty(0, np.int32))
    return grouped((solutions.columns[name].values for name in keys), solutions.size)


class _Aggregate:
    """What becomes of the members of each group."""

    def __init__(self, groups: Groups, solutions: Solutions, terms: Terms, *, keyed: bool) -> None:
        self._groups = groups
        self._solutions = solutions
        self._terms = terms
        self._keyed = keyed

    def made(self, aggregate: f.Aggregate, name: str | None) -> Column | None:
        """The column of an aggregate; None where it is unbound in every group."""
        column = None if name is None else self._solutions.columns.get(name)
        if aggregate.function == "COUNT":
            return Column(self._count(aggregate, name, column), computed=True)
        if aggregate.function not in FUNCTIONS:
            raise BeyondError(f"the aggregate {aggregate.function}")
        if column is None:
            raise BeyondError("an aggregate of what is unbound")
        if aggregate.function == "SAMPLE":
            return self._sample(column)
        return self._total(column, mean=aggregate.function == "AVG", distinct=aggregate.distinct)

    def _count(self, aggregate: f.Aggregate, name: str | None, column: Column | None) -> Numbers:
        import numpy as np

        of_row, many = self._groups.of_row, self._groups.size
        if name is None:
            if aggregate.distinct:
                raise BeyondError("a count of different solutions")
            return loops.tallied(of_row, many)
        if column is None:
            return np.zeros(many, np.int64)
        bound = None if column.bound() else _bound(column)
        if bound is not None:
            of_row = of_row[bound]
        if not aggregate.distinct:
            return loops.tallied(of_row, many)
        values = column.values if bound is None else column.values[bound]
        if not len(values):
            return np.zeros(many, np.int64)
        pairs = grouped((of_row, values), len(values))
        return loops.tallied(loops.taken(of_row, pairs.rows), many)

    def _sample(self, column: Column) -> Column | None:
        """The term with the least number of each group, which SQL has too."""
        import numpy as np

        if column.computed or not column.bound() or not self._solutions.size:
            raise BeyondError("a sample of what may be unbound, or is computed")
        least = np.full(self._groups.size, np.iinfo(np.int32).max, np.int32)
        np.minimum.at(least, self._groups.of_row, column.values)
        return Column(least)

    def _total(self, column: Column, *, mean: bool, distinct: bool) -> Column:
        """Sums or means of exact numbers, which doubles hold exactly while they are added."""
        import numpy as np

        of_row, values = self._groups.of_row, column.values
        if column.computed or not column.bound():
            raise BeyondError("a sum of computed values, or of what may be unbound")
        if distinct and len(values):
            pairs = grouped((of_row, values), len(values))
            of_row, values = of_row[pairs.rows], values[pairs.rows]
        known, places = loops.numbered(values)
        if len(known) > MOST_TERMS:
            raise BeyondError("a sum of many different numbers")
        numbers = [exact(term) for term in self._terms.of(known)]
        scale = max((_digits(number) for number in numbers), default=0)
        whole = [int(Decimal(number).scaleb(scale, _CONTEXT)) for number in numbers]
        if max(map(abs, whole), default=0) * max(len(values), 1) >= _EXACT_DOUBLES:
            raise BeyondError("a sum of long numbers")
        weights = np.array(whole, np.float64)[places]
        totals = np.bincount(of_row, weights, minlength=self._groups.size).astype(np.int64)
        counts = loops.tallied(of_row, self._groups.size)
        broken = np.array([isinstance(n, Decimal) for n in numbers], bool)[places]
        decimal = np.bincount(of_row, broken, minlength=self._groups.size) > 0
        made = np.empty(self._groups.size, object)
        for at, (total, count, is_decimal) in enumerate(
            zip(totals.tolist(), counts.tolist(), decimal.tolist(), strict=True)
        ):
            made[at] = _finished(total, scale, count, is_decimal=is_decimal, mean=mean)
        return Column(made, computed=True)


def _finished(total: int, scale: int, count: int, *, is_decimal: bool, mean: bool) -> Number:
    """The sum or mean of ``count`` numbers of ``scale`` decimal places; 0 for none of them."""
    if not count:
        return 0
    if not mean:
        return Decimal(total).scaleb(-scale, _CONTEXT) if is_decimal else total // 10**scale
    places = abs(total) * _PLACES // (count * 10**scale)
    return Decimal(places if total >= 0 else -places).scaleb(-18, _CONTEXT)


def _digits(number: Number) -> int:
    """How many decimal places a number has."""
    if isinstance(number, int):
        return 0
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _bound(column: Column) -> Numbers:
    """Which rows of a column are bound."""
    import numpy as np

    if column.computed:
        return np.fromiter((v is not None for v in column.values), bool, len(column.values))
    bound: Numbers = column.values != UNBOUND
    return bound
