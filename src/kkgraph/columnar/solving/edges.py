"""A property as sorted arrays, looked up from one of its ends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.solving import loops
from kkgraph.columnar.solving.lookups import Table, spread
from kkgraph.columnar.solving.loops import UNBOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

_SPREAD: Final = 32
"""A table over all numbers between the least and the largest key is made up to so many a key."""


class Edges:
    """The pairs of a property, sorted by ``keys``: its subjects, or (turned round) its objects."""

    def __init__(self, keys: Numbers, values: Numbers) -> None:
        self.keys = keys
        self.values = values
        self.size = len(keys)

    @cached_property
    def distinct(self) -> int:
        """How many different keys there are."""
        import numpy as np

        return int(np.count_nonzero(self.keys[1:] != self.keys[:-1])) + 1 if self.size else 0

    @property
    def nbytes(self) -> int:
        """The memory of the pairs, and of the tables that may be made of them."""
        span = 0 if not self.size else int(self.keys[-1]) - int(self.keys[0]) + 3
        tables = 4 * span if span <= _SPREAD * self.size else 0
        return int(self.keys.nbytes + self.values.nbytes + tables)

    def of(self, key: int) -> Numbers:
        """The values of one key, sorted."""
        import numpy as np

        wanted = np.array((key, key + 1), self.keys.dtype)  # of one type, or all keys are copied
        low, high = np.searchsorted(self.keys, wanted)
        return self.values[low:high]

    def turned(self) -> Edges:
        """The same pairs, looked up from their other end."""
        order = loops.ascending(self.values)
        return Edges(loops.taken(self.values, order), loops.taken(self.keys, order))

    def single(self, wanted: Numbers) -> Numbers | None:
        """The value of each wanted key, or ``UNBOUND``; None where keys have several values."""
        return None if self._only is None else self._only.looked_up(wanted)

    def found(self, wanted: Numbers) -> tuple[Numbers | None, Numbers] | None:
        """The value of each wanted key that has one, and its place (None: all have one).

        None where keys have several values.
        """
        return None if self._only is None else self._only.found(wanted)

    def expanded(self, wanted: Numbers) -> tuple[Numbers | None, Numbers]:
        """For each wanted key its values, with the place of the key in ``wanted``.

        No places (None) where each key has exactly one value.
        """
        import numpy as np

        found = self.found(wanted)
        if found is not None:
            return found
        rows, values = self.spread(wanted, [np.arange(len(wanted), dtype=np.int32)], [self.values])
        return rows, values

    def spread(
        self, wanted: Numbers, left: Sequence[Numbers], right: Sequence[Numbers]
    ) -> list[Numbers]:
        """Columns of rows, each as often as its wanted key has pairs, and columns of the pairs.

        ``left`` are columns beside ``wanted``, and ``right`` columns beside ``keys``.
        """
        if self._starts is not None:
            return self._starts.spread(wanted, left, right)
        rows, at = spread(*self._spans(wanted))
        return [*(column[rows] for column in left), *(column[at] for column in right)]

    def count(self, wanted: Numbers) -> int:
        """How many pairs the wanted keys have together, at most."""
        if self._only is not None:
            return len(wanted)
        if self._starts is not None:
            return self._starts.count(wanted)
        return int(self._spans(wanted)[1].sum())

    def _spans(self, wanted: Numbers) -> tuple[Numbers, Numbers]:
        """Where the values of each wanted key begin, and how many there are."""
        import numpy as np

        starts = np.searchsorted(self.keys, wanted)
        return starts, np.searchsorted(self.keys, wanted, side="right") - starts

    @property
    def _low(self) -> int:
        return int(self.keys[0]) if self.size else 0

    @property
    def _span(self) -> int:
        return int(self.keys[-1]) - self._low + 1 if self.size else 0

    @cached_property
    def _starts(self) -> Table | None:
        """Where the values of each number begin."""
        import numpy as np

        if self._span > _SPREAD * self.size:
            return None
        table = np.zeros(self._span + 3, np.int32)
        counts = np.bincount(self.keys - self._low, minlength=self._span)
        np.cumsum(counts, out=table[2 : self._span + 2])
        table[self._span + 2] = self.size
        return Table(table, self._low, starts=True)

    @cached_property
    def _only(self) -> Table | None:
        """The value of each number where no key has several."""
        import numpy as np

        if self.distinct != self.size or self._span > _SPREAD * self.size:
            return None
        table = np.full(self._span + 2, UNBOUND, np.int32)
        table[self.keys - (self._low - 1)] = self.values
        return Table(table, self._low, starts=False)
