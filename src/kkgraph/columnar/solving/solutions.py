"""Solutions as columns of numbers, and which of them are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.solving.edges import NARROW, UNBOUND, ascending
from kkgraph.columnar.solving.limits import BeyondError

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

_SMALL: Final = 4096
"""Numbers of a range of this size are told apart as they are."""
_SPARSE: Final = 64
"""Fewer numbers than one of so many of their range are sorted: a table takes longer to make."""
_TABLE: Final = 1_000_000
"""Up to so many numbers more than rows, equal ones are found with a table and not by sorting."""


@dataclass(frozen=True, slots=True)
class Column:
    """One variable's terms.

    Without ``computed`` they are numbers of the dictionary (negative for those that only the query
    names, ``UNBOUND`` for none); otherwise whole numbers, or objects: ``int`` for xsd:integer,
    ``Decimal`` for xsd:decimal, None for unbound.
    """

    values: Numbers
    computed: bool = False

    def bound(self) -> bool:
        """True where every solution binds the variable."""
        if not self.computed:
            return not bool((self.values == UNBOUND).any())
        return self.values.dtype != object or all(v is not None for v in self.values)


@dataclass(frozen=True, slots=True)
class Solutions:
    """So many solutions, with a column for each variable that one of them may bind.

    ``different``: no two of them are known to be alike; where it is False, some may be.
    """

    size: int
    columns: Mapping[str, Column]
    different: bool = False

    @classmethod
    def unit(cls) -> Solutions:
        """The one solution that binds nothing."""
        return cls(1, {})

    @classmethod
    def of(cls, columns: Mapping[str, Numbers], size: int) -> Solutions:
        """Solutions of numbers of terms."""
        return cls(size, {name: Column(values) for name, values in columns.items()})

    def take(self, rows: Numbers | None) -> Solutions:
        """Some of the solutions, by their places or by a truth value for each; None: all."""
        if rows is None:
            return self
        size = int(rows.sum()) if rows.dtype == bool else len(rows)
        if rows.dtype == bool and size == self.size:
            return self
        columns = {n: Column(c.values[rows], c.computed) for n, c in self.columns.items()}
        return Solutions(size, columns)

    def adding(self, name: str, column: Column) -> Solutions:
        """The solutions with one variable more, or with others for it."""
        return Solutions(self.size, {**self.columns, name: column})

    def only(self, names: Iterable[str]) -> Solutions:
        """The solutions with some of the variables."""
        columns = {n: self.columns[n] for n in names if n in self.columns}
        return Solutions(self.size, columns, self.different and len(columns) == len(self.columns))

    def numbers(self, name: str) -> Numbers:
        """The numbers of a variable's terms; ``BeyondError`` for computed ones."""
        column = self.columns[name]
        if column.computed:
            raise BeyondError("a computed value where a term of the data is looked for")
        return column.values

    def certain(self, names: Iterable[str]) -> None:
        """Raise ``BeyondError`` unless every solution binds the variables to terms."""
        for name in names:
            if (self.numbers(name) == UNBOUND).any():
                raise BeyondError("a join on a variable that may be unbound")


@dataclass(frozen=True, slots=True)
class Groups:
    """Which solutions are alike: the group of each, and one solution of each group."""

    of_row: Numbers
    rows: Numbers

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.rows)


def coded(values: Numbers) -> tuple[Numbers, int]:
    """A small number for each value, the same for equal ones; and how many may be in use."""
    import numpy as np

    if values.dtype == object:
        known: dict[Any, int] = {}
        codes = np.fromiter((known.setdefault(_told(v), len(known)) for v in values), np.int32)
        return codes, len(known)
    if not len(values):
        return np.empty(0, np.int32), 1
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span <= _SMALL:
        return (values - low).astype(np.int32, copy=False), span
    known_values, codes = numbered(values)
    return codes.astype(np.int32, copy=False), len(known_values)


def numbered(values: Numbers) -> tuple[Numbers, Numbers]:
    """The different numbers, sorted; and for each of the given ones its place among these."""
    import numpy as np

    if not len(values):
        return values, np.empty(0, np.int32)
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span <= min(8 * len(values) + _TABLE, _SPARSE * len(values)):
        places = values - low
        there = np.zeros(span, bool)
        there[places] = True
        rank = np.cumsum(there, dtype=np.int32)
        rank -= 1
        return np.flatnonzero(there).astype(values.dtype) + low, rank[places]
    order = ascending(values)
    in_order = values[order]
    begins = np.append(True, in_order[1:] != in_order[:-1])
    codes = np.empty(len(values), np.int32)
    codes[order] = np.cumsum(begins, dtype=np.int32) - 1
    return in_order[begins], codes


def _told(value: Any) -> Any:
    """A value that equals those only which are the same term."""
    return type(value), value


def combined(columns: Iterable[Numbers], size: int) -> tuple[Numbers, int]:
    """One code for what stands in several columns of ``size`` rows, and how many may be in use."""
    import numpy as np

    codes, many = None, 1
    for values in columns:
        more, count = coded(values)
        if codes is None:
            codes, many = more, count
            continue
        if many > (2**62) // count:
            distinct, codes = numbered(codes)
            many = len(distinct)
        many *= count
        if many > NARROW:
            codes = codes.astype(np.int64)
        codes = codes * count + more
    return (np.zeros(size, np.int32), 1) if codes is None else (codes, many)


def grouped(columns: Iterable[Numbers], size: int) -> Groups:
    """The groups of rows that are alike in all columns, in the order of their codes."""
    import numpy as np

    codes, many = combined(columns, size)
    if many <= 8 * size + _TABLE:
        some = np.full(many, -1, np.int32 if size < NARROW else np.int64)
        some[codes] = np.arange(size, dtype=some.dtype)
        there: Numbers = np.greater_equal(some, 0)
        if there.all():
            return Groups(codes, some)
        numbers = np.cumsum(there, dtype=np.int32)
        numbers -= 1
        return Groups(numbers[codes], some[there])
    order = ascending(codes)
    sorted_codes = codes[order]
    begins = np.append(True, sorted_codes[1:] != sorted_codes[:-1])
    of_row = np.empty(size, np.int32)
    of_row[order] = np.cumsum(begins, dtype=np.int32) - 1
    return Groups(of_row, order[begins])


def distinct(solutions: Solutions) -> Solutions:
    """Each solution once."""
    import numpy as np

    if solutions.size < 2 or solutions.different:
        return solutions
    if not solutions.columns:
        return solutions.take(np.zeros(1, np.int64))
    groups = grouped((c.values for c in solutions.columns.values()), solutions.size)
    found = solutions if groups.size == solutions.size else solutions.take(groups.rows)
    return Solutions(found.size, found.columns, different=True)


def concatenated(parts: list[Solutions]) -> Solutions:
    """The solutions of all parts; a variable that a part lacks is unbound there."""
    import numpy as np

    names = list(dict.fromkeys(name for part in parts for name in part.columns))
    columns: dict[str, Column] = {}
    for name in names:
        found = [part.columns.get(name) for part in parts]
        if any(column is not None and column.computed for column in found):
            raise BeyondError("a union of computed values")
        values = [
            np.full(part.size, UNBOUND, np.int32) if column is None else column.values
            for part, column in zip(parts, found, strict=True)
        ]
        columns[name] = Column(np.concatenate(values))
    return Solutions(sum(part.size for part in parts), columns)
