"""A property as sorted arrays, looked up from one of its ends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

UNBOUND: Final = -1
NARROW: Final = 2**31 - 1
"""Numbers below this fit into half of the memory."""
_BITS: Final = 16
_MOST_PASSES: Final = 3
_SPREAD: Final = 32
"""A table over all numbers between the least and the largest key is made up to so many a key."""


def ascending(values: Numbers) -> Numbers:
    """The places of numbers in ascending order, equal ones as they stand.

    numpy sorts numbers of 16 bits by counting, which is several times as fast as comparing: so
    longer ones are sorted by their lowest 16 bits first, then by those above.
    """
    import numpy as np

    if not len(values):
        return np.empty(0, np.int64)
    low = values.min()
    left = values.astype(np.int64) - int(low)
    span, order = int(left.max()), None
    if span >> _MOST_PASSES * _BITS:
        return np.argsort(values, kind="stable")
    for shift in range(0, max(span.bit_length(), 1), _BITS):
        digits = (left >> shift).astype(np.uint16)  # the bits above are cut off
        if order is None:
            order = np.argsort(digits, kind="stable")
        else:
            order = order[np.argsort(digits[order], kind="stable")]
    assert order is not None
    return order


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
        order = ascending(self.values)
        return Edges(self.values[order], self.keys[order])

    def single(self, wanted: Numbers) -> Numbers | None:
        """The value of each wanted key, or ``UNBOUND``; None where keys have several values."""
        table = self._only
        return None if table is None else table[self._slots(wanted)]

    def expanded(self, wanted: Numbers) -> tuple[Numbers | None, Numbers]:
        """For each wanted key its values, with the place of the key in ``wanted``.

        No places (None) where each key has exactly one value.
        """
        import numpy as np

        found = self.single(wanted)
        if found is not None:
            there = found != UNBOUND
            if there.all():
                return None, found
            places = np.flatnonzero(there)
            return places, found[places]
        starts, counts = self.spans(wanted)
        ends = np.cumsum(counts, dtype=np.int64)
        total = int(ends[-1]) if len(ends) else 0
        narrow = np.int32 if max(total, self.size) < NARROW else np.int64
        places = np.repeat(np.arange(len(wanted), dtype=narrow), counts)
        at = np.repeat((starts - (ends - counts)).astype(narrow), counts)
        at += np.arange(total, dtype=narrow)
        return places, self.values[at]

    def count(self, wanted: Numbers) -> int:
        """How many pairs ``expanded`` would give."""
        found = self.single(wanted)
        if found is not None:
            return len(wanted)
        return int(self.spans(wanted)[1].sum())

    def spans(self, wanted: Numbers) -> tuple[Numbers, Numbers]:
        """Where the values of each wanted key begin, and how many there are."""
        import numpy as np

        table = self._starts
        if table is not None:
            slots = self._slots(wanted)
            starts = table[slots]
            slots += 1
            return starts, table[slots] - starts
        starts = np.searchsorted(self.keys, wanted)
        return starts, np.searchsorted(self.keys, wanted, side="right") - starts

    @property
    def _low(self) -> int:
        return int(self.keys[0]) if self.size else 0

    @property
    def _span(self) -> int:
        return int(self.keys[-1]) - self._low + 1 if self.size else 0

    def _slots(self, wanted: Numbers) -> Numbers:
        """Places in the tables; the first and the last one are for what is no key."""
        import numpy as np

        slots: Numbers = wanted - (self._low - 1)
        np.clip(slots, 0, self._span + 1, out=slots)
        return slots

    @cached_property
    def _starts(self) -> Numbers | None:
        """Where the values of each number begin, with a slot on either side."""
        import numpy as np

        if self._span > _SPREAD * self.size:
            return None
        table = np.zeros(self._span + 3, np.int32)
        counts = np.bincount(self.keys - self._low, minlength=self._span)
        np.cumsum(counts, out=table[2 : self._span + 2])
        table[self._span + 2] = self.size
        return table

    @cached_property
    def _only(self) -> Numbers | None:
        """The value of each number where no key has several, with a slot on either side."""
        import numpy as np

        if self.distinct != self.size or self._span > _SPREAD * self.size:
            return None
        table = np.full(self._span + 2, UNBOUND, np.int32)
        table[self.keys - (self._low - 1)] = self.values
        return table
