"""Typed values: the place of a literal in the order of its datatype."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Final

from kkgraph.xsd.calendar import FIELDS, duration, instant
from kkgraph.xsd.lexical import XSD, ill_typed


class Family(IntEnum):
    """The datatypes whose values can be compared; the numbers are stable and may be stored."""

    EXACT = 1
    FLOAT = 2
    DOUBLE = 3
    DATE_TIME = 4
    DATE = 5
    TIME = 6
    G_YEAR = 7
    G_YEAR_MONTH = 8
    G_MONTH_DAY = 9
    G_DAY = 10
    G_MONTH = 11
    BOOLEAN = 12
    STRING = 13
    YEAR_MONTH_DURATION = 14
    DAY_TIME_DURATION = 15
    DURATION = 16


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its family.

    ``exact`` is the number of an ``EXACT`` or ``BOOLEAN`` (0 or 1), the seconds on XSD's time
    line (0 is the start of year 1; in UTC where ``zoned``) of a date or time, the months of a
    ``YEAR_MONTH_DURATION`` or the seconds of a ``DAY_TIME_DURATION``; None for the others.
    ``approx`` is the nearest double of ``exact``, or the value itself of a ``DOUBLE`` or (in
    single precision) a ``FLOAT``; 0 for ``STRING`` and ``DURATION``. ``text`` is the lexical
    form of a ``STRING`` or ``DURATION`` and empty for the others, so that ``01`` equals ``1``.
    """

    family: Family
    exact: Decimal | None
    approx: float
    zoned: bool
    text: str


_FAMILIES: Final = {
    XSD + name: family
    for family, names in {
        Family.EXACT: (
            "decimal integer long int short byte nonNegativeInteger positiveInteger "
            "nonPositiveInteger negativeInteger unsignedLong unsignedInt unsignedShort "
            "unsignedByte"
        ),
        Family.FLOAT: "float",
        Family.DOUBLE: "double",
        Family.DATE_TIME: "dateTime dateTimeStamp",
        Family.DATE: "date",
        Family.TIME: "time",
        Family.G_YEAR: "gYear",
        Family.G_YEAR_MONTH: "gYearMonth",
        Family.G_MONTH_DAY: "gMonthDay",
        Family.G_DAY: "gDay",
        Family.G_MONTH: "gMonth",
        Family.BOOLEAN: "boolean",
        Family.STRING: "string normalizedString token language NMTOKEN Name NCName",
        Family.YEAR_MONTH_DURATION: "yearMonthDuration",
        Family.DAY_TIME_DURATION: "dayTimeDuration",
        Family.DURATION: "duration",
    }.items()
    for name in names.split()
}


def value(lexical: str, datatype: str) -> Value | None:
    """The value of a literal, or None where it is ill-typed, unordered or of another datatype.

    Numbers of any length stay exact. Unordered are ``anyURI`` and the two binary datatypes.
    """
    family = _FAMILIES.get(datatype)
    if family is None or ill_typed(lexical, datatype):
        return None
    if family in (Family.STRING, Family.DURATION):
        return Value(family, None, 0.0, False, lexical)
    if family is Family.DOUBLE:
        return Value(family, None, float(lexical), False, "")
    if family is Family.FLOAT:
        return Value(family, None, _float(lexical), False, "")
    exact, zoned = _position(lexical, family, datatype)
    return Value(family, exact, float(exact), zoned, "")


def _position(lexical: str, family: Family, datatype: str) -> tuple[Decimal, bool]:
    if family is Family.EXACT:
        return Decimal(lexical), False
    if family is Family.BOOLEAN:
        return Decimal(lexical in ("true", "1")), False
    if family is Family.YEAR_MONTH_DURATION:
        return duration(lexical)[0], False
    if family is Family.DAY_TIME_DURATION:
        return duration(lexical)[1], False
    name = datatype.removeprefix(XSD)
    return instant(lexical, name if name in FIELDS else "dateTime")


def _float(lexical: str) -> float:
    nearest = float(lexical)
    if nearest == 0 or not math.isfinite(nearest):
        # Such a form may hold an exponent that no Decimal can.
        return nearest
    return single(Decimal(lexical), nearest)


def single(exact: Decimal, nearest: float) -> float:
    """The single-precision number closest to ``exact``, whose closest double is ``nearest``.

    Rounding twice can end on the wrong side of a tie. So where the double is not exact, the
    neighbour with an odd last bit is taken: it lies on no tie.
    """
    if nearest == 0 or not math.isfinite(nearest):
        return nearest
    double = Decimal(nearest)
    if exact != double and struct.pack("<d", nearest)[0] % 2 == 0:
        nearest = math.nextafter(nearest, math.inf if exact > double else -math.inf)
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", nearest))[0]
    except OverflowError:
        return math.copysign(math.inf, nearest)
    return rounded
