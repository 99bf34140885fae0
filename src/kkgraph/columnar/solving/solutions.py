"""Solutions as columns of numbers, and which of them are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.solving import loops
from kkgraph.columnar.solving.limits import BeyondError
from kkgraph.columnar.solving.loops import UNBOUND

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


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
        if rows.dtype == bool:
            rows = loops.places(rows)
            if len(rows) == self.size:
                return self
        columns = {
            n: Column(loops.taken(c.values, rows), c.computed) for n, c in self.columns.items()
        }
        return Solutions(len(rows), columns)

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


def grouped(columns: Iterable[Numbers], size: int) -> Groups:
    """The groups of rows that are alike in all columns."""
    found = [_codes(values) if values.dtype == object else values for values in columns]
    return Groups(*loops.alike(found, size))


def _codes(values: Numbers) -> Numbers:
    """A number for each value, the same for those only which are the same term."""
    import numpy as np

    known: dict[Any, int] = {}
    told = ((type(value), value) for value in values)
    return np.fromiter((known.setdefault(value, len(known)) for value in told), np.int32)


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
