"""Tables in which numbers are looked up by the numbers that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.solving.compiled import address, fitting, made, pointers
from kkgraph.columnar.solving.loops import NARROW, UNBOUND

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


class Table:
    """Numbers by the numbers that they belong to, from ``low`` on.

    The first slot is for all numbers below ``low``, and the last one for those above the others;
    in a table of starts each value ends where the next one begins, and one slot more says where
    the last one ends.
    """

    def __init__(self, slots: Numbers, low: int, *, starts: bool) -> None:
        self.slots = slots
        self._low = low
        self._last = len(slots) - 1 - starts

    def looked_up(self, wanted: Numbers) -> Numbers:
        """The number that belongs to each wanted one."""
        import numpy as np

        loops = fitting(wanted)
        if loops is None:
            return self.slots[self._places(wanted)]
        into = np.empty(len(wanted), np.int32)
        made(loops.kk_look_up(*self._given(wanted), address(into)))
        return into

    def found(self, wanted: Numbers) -> tuple[Numbers | None, Numbers]:
        """The number of each wanted one that has one, and its place (None: all have one)."""
        import numpy as np

        loops = fitting(wanted)
        if loops is None:
            numbers = self.looked_up(wanted)
            there = numbers != UNBOUND
            if there.all():
                return None, numbers
            found = np.flatnonzero(there)
            return found, numbers[found]
        where, into = np.empty(len(wanted), np.int32), np.empty(len(wanted), np.int32)
        many = made(loops.kk_find(*self._given(wanted), address(where), address(into)))
        return (None, into) if many == len(wanted) else (where[:many], into[:many])

    def spans(self, wanted: Numbers) -> tuple[Numbers, Numbers]:
        """Where the values of each wanted number begin, and how many there are."""
        slots = self._places(wanted)
        starts = self.slots[slots]
        slots += 1
        return starts, self.slots[slots] - starts

    def count(self, wanted: Numbers) -> int:
        """How many values the wanted numbers have together."""
        loops = fitting(wanted)
        if loops is None:
            return int(self.spans(wanted)[1].sum())
        return made(loops.kk_count(*self._given(wanted)))

    def spread(
        self, wanted: Numbers, left: Sequence[Numbers], right: Sequence[Numbers]
    ) -> list[Numbers]:
        """Columns of rows, each row as often as its wanted number has values, and these values.

        ``left`` are columns beside ``wanted``; ``right`` are columns of values.
        """
        import numpy as np

        loops = fitting(wanted, *left, *right)
        if loops is None:
            rows, at = spread(*self.spans(wanted))
            return [*(column[rows] for column in left), *(column[at] for column in right)]
        total = self.count(wanted)
        into = np.empty((len(left) + len(right), total), np.int32)
        if total:
            values = len(right[0]) if right else 0
            sides = pointers(left), len(left), pointers(right), len(right), values
            made(loops.kk_spread(*self._given(wanted), *sides, address(into), total))
        return list(into)

    def _given(self, wanted: Numbers) -> tuple[int, int, int, int, int]:
        return address(self.slots), len(self.slots), self._low, address(wanted), len(wanted)

    def _places(self, wanted: Numbers) -> Numbers:
        import numpy as np

        slots: Numbers = wanted - (self._low - 1)
        np.clip(slots, 0, self._last, out=slots)
        return slots


def spread(starts: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Of some ranges, the place of the range and the place within, one after the other."""
    import numpy as np

    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    most = int(starts.max(initial=0)) + total
    narrow = np.int32 if most < NARROW else np.int64
    rows = np.repeat(np.arange(len(counts), dtype=narrow), counts)
    at = np.repeat((starts - (ends - counts)).astype(narrow), counts)
    at += np.arange(total, dtype=narrow)
    return rows, at
