"""The order of typed values, partial where XSD's is."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kkgraph.xsd.calendar import duration, ends, exactly
from kkgraph.xsd.values import Family, Value, single

_NUMBERS: Final = frozenset({Family.EXACT, Family.FLOAT, Family.DOUBLE})
_DURATIONS: Final = frozenset(
    {Family.YEAR_MONTH_DURATION, Family.DAY_TIME_DURATION, Family.DURATION}
)
_FARTHEST_ZONE_S: Final = 14 * 3600


def compare(a: Value, b: Value) -> int | None:
    """-1, 0 or 1 as ``a`` is less than, equal to or greater than ``b``; None if incomparable.

    Numbers are promoted as SPARQL does (exact, then float, then double); NaN is incomparable,
    with itself too. A time with a zone and one without are ordered only if every zone from
    -14:00 to +14:00 gives the same order (XSD 1.1, section 3.3.7).
    Durations of different kinds, and general ones, are ordered only if they lead to the same
    order from four reference dateTimes (section 3.3.6); so P400Y equals P146097D, though
    SPARQL's ``=`` tells the two apart. Strings follow their code points.
    """
    if a.family in _NUMBERS and b.family in _NUMBERS:
        return _numbers(a, b)
    if a.family in _DURATIONS and b.family in _DURATIONS:
        if a.family is b.family and a.exact is not None and b.exact is not None:
            return _sign(a.exact, b.exact)
        return _durations(a, b)
    if a.family is not b.family:
        return None
    if a.exact is None or b.exact is None:
        return (a.text > b.text) - (a.text < b.text)
    return _sign(a.exact, b.exact) if a.zoned == b.zoned else _across_zones(a, b)


def _sign(a: Decimal, b: Decimal) -> int:
    return (a > b) - (a < b)


def _numbers(a: Value, b: Value) -> int | None:
    if a.exact is not None and b.exact is not None:
        return _sign(a.exact, b.exact)
    left, right = a.approx, b.approx
    if Family.DOUBLE not in (a.family, b.family):
        left, right = _as_float(a), _as_float(b)
    if left == right:
        return 0
    if left < right:
        return -1
    return 1 if left > right else None


def _as_float(number: Value) -> float:
    return number.approx if number.exact is None else single(number.exact, number.approx)


def _across_zones(a: Value, b: Value) -> int | None:
    assert a.exact is not None
    assert b.exact is not None
    with exactly():
        gap = a.exact - b.exact
    if gap > _FARTHEST_ZONE_S:
        return 1
    return -1 if gap < -_FARTHEST_ZONE_S else None


def _durations(a: Value, b: Value) -> int | None:
    pairs = zip(ends(*_parts(a)), ends(*_parts(b)), strict=True)
    orders = {_sign(left, right) for left, right in pairs}
    return orders.pop() if len(orders) == 1 else None


def _parts(value: Value) -> tuple[Decimal, Decimal]:
    if value.exact is None:
        return duration(value.text)
    if value.family is Family.YEAR_MONTH_DURATION:
        return value.exact, Decimal(0)
    return Decimal(0), value.exact
