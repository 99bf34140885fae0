"""Numbers as an array, for comparisons without SQL."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from kkgraph import xsd
from kkgraph.shacl import forms as f

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

LARGEST: Final = 2**53 - 1
"""A double holds every whole number up to this one exactly."""
_HOLDS: Final = {
    f.MinInclusive: operator.ge,
    f.MinExclusive: operator.gt,
    f.MaxInclusive: operator.le,
    f.MaxExclusive: operator.lt,
    f.LessThan: operator.lt,
    f.LessThanOrEquals: operator.le,
}
BOUNDS: Final = (f.MinInclusive, f.MinExclusive, f.MaxInclusive, f.MaxExclusive)
PAIRS: Final = (f.LessThan, f.LessThanOrEquals)


class Amounts:
    """The literals that are decimals or whole numbers, as doubles.

    The nearest doubles of two numbers stand in the order of the numbers, or are the same; only
    whole numbers up to 2**53 are known to be equal then. ``size`` is the number of identifiers;
    the columns say of each typed literal its double, whether it is a number whose double is near
    enough, and whether that is a whole number.
    """

    def __init__(
        self, size: int, ids: Numbers, approx: Numbers, known: Numbers, whole: Numbers
    ) -> None:
        import numpy as np

        self._number: Numbers = np.zeros(size, np.float64)
        self._number[ids] = approx
        self._known, self._whole, self._other = (np.zeros(size, bool) for _ in range(3))
        self._known[ids] = known
        self._whole[ids] = known & whole
        self._other[ids] = ~known

    def within(self, constraint: Any, values: Numbers) -> Numbers | None:
        """Which values keep a bound; None where that can't be said here."""
        limit = xsd.value(constraint.limit.value, constraint.limit.datatype.value)
        if limit is None or limit.family != xsd.Family.EXACT or limit.exact is None:
            return None
        numbers = self._number[values]
        known = self._known[values]
        unsure = known & (numbers == limit.approx)
        if _is_whole(limit.exact):
            unsure &= ~self._whole[values]
        if self._other[values].any() or unsure.any():
            return None
        found: Numbers = known & _HOLDS[type(constraint)](numbers, limit.approx)
        return found

    def in_order(self, constraint: Any, values: Numbers, others: Numbers) -> Numbers | None:
        """Which values stand in order to the others, in pairs; None as above."""
        if not (self._known[values].all() and self._known[others].all()):
            return None
        one, two = self._number[values], self._number[others]
        if ((one == two) & ~(self._whole[values] & self._whole[others])).any():
            return None
        found: Numbers = _HOLDS[type(constraint)](one, two)
        return found


def _is_whole(exact: Decimal) -> bool:
    return abs(exact) <= LARGEST and exact == exact.to_integral_value()
