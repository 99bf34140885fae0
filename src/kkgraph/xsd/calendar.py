"""Positions in time: seconds on XSD's time line, months and seconds of durations, all exact."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, localcontext
from typing import Final

_ALL_DIGITS: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_BEFORE_MONTH: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)

# 10,000 years are 25 whole cycles of the Gregorian calendar. Split there, a year of any length
# needs no division, and its last four digits are an ordinary integer.
_ERA_SECONDS: Final = 25 * 146_097 * 86_400
_ERA_MONTHS: Final = 120_000

_YEAR: Final = "(?P<sign>-?)(?P<era>[0-9]*)(?P<year>[0-9]{4})"
_CLOCK: Final = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?"
)
_ZONE: Final = "(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
_MONTH: Final = "(?P<month>[0-9]{2})"
_DAY: Final = "(?P<day>[0-9]{2})"
FIELDS: Final = {
    name: re.compile(pattern + _ZONE)
    for name, pattern in {
        "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}",
        "date": f"{_YEAR}-{_MONTH}-{_DAY}",
        "time": _CLOCK,
        "gYear": _YEAR,
        "gYearMonth": f"{_YEAR}-{_MONTH}",
        "gMonthDay": f"--{_MONTH}-{_DAY}",
        "gDay": f"---{_DAY}",
        "gMonth": f"--{_MONTH}",
    }.items()
}
"""The fields of a well-typed lexical form, by the local name of its datatype."""

_DURATION: Final = re.compile(
    "(?P<sign>-?)P(?:(?P<Y>[0-9]+)Y)?(?:(?P<M>[0-9]+)M)?(?:(?P<D>[0-9]+)D)?"
    r"(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9.]+)S)?)?"
)
_REFERENCES: Final = ((1696, 9), (1697, 2), (1903, 3), (1903, 7))


def exactly() -> AbstractContextManager[Context]:
    """A context in which sums and products of decimals lose no digit."""
    return localcontext(_ALL_DIGITS)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days(year: int, month: int, day: int) -> int:
    """Days from 0001-01-01, in the proleptic Gregorian calendar with a year 0."""
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400
    this_leap = 1 if month > 2 and _is_leap(year) else 0
    return 365 * before + leap_days + _BEFORE_MONTH[month - 1] + this_leap + day - 1


def _last_day(year: int, month: int) -> int:
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    return _days(*after, 1) - _days(year, month, 1)


def _zone_seconds(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds


def instant(lexical: str, name: str) -> tuple[Decimal, bool]:
    """Seconds on the time line, in UTC where the second part (has a zone) is true.

    XSD 1.1's ``timeOnTimeline``: absent fields are those of 1972-12-31T00:00:00, and an absent
    day is the last one of its month. ``name`` is a key of ``FIELDS``; the form is well typed.
    """
    match = FIELDS[name].fullmatch(lexical)
    assert match is not None, lexical
    field = match.groupdict()
    sign = -1 if field.get("sign") else 1
    year = sign * int(field["year"]) if "year" in field else 1972
    month = int(field.get("month") or 12)
    day = int(field["day"]) if "day" in field else _last_day(year, month)
    seconds = _days(year, month, day) * 86_400 - _zone_seconds(field["zone"])
    fraction = None
    if "hour" in field:
        # A time of day has no next day to go to: 24:00:00 is 00:00:00.
        hour = int(field["hour"]) % 24 if name == "time" else int(field["hour"])
        seconds += hour * 3600 + int(field["minute"]) * 60 + int(field["second"])
        fraction = field["fraction"]
    position = Decimal(seconds)
    if field.get("era") or fraction:
        with exactly():
            eras = Decimal(field.get("era") or 0) * sign
            position += eras * _ERA_SECONDS + Decimal(fraction or 0)
    return position, field["zone"] is not None


def duration(lexical: str) -> tuple[Decimal, Decimal]:
    """Months and seconds of a well-typed duration of any of the three datatypes."""
    match = _DURATION.fullmatch(lexical)
    assert match is not None, lexical
    years, months, days, hours, minutes, seconds = (
        Decimal(match[unit] or 0) for unit in ("Y", "M", "D", "h", "m", "s")
    )
    sign = -1 if match["sign"] else 1
    with exactly():
        whole = years * 12 + months
        rest = days * 86_400 + hours * 3600 + minutes * 60 + seconds
        return whole * sign, rest * sign


def ends(months: Decimal, seconds: Decimal) -> list[Decimal]:
    """Where a duration leads from each of XSD's four reference dateTimes, on the time line."""
    found = []
    with exactly():
        eras, rest = divmod(months, _ERA_MONTHS)
        for year, month in _REFERENCES:
            at = year * 12 + month - 1 + int(rest)
            days = _days(at // 12, at % 12 + 1, 1)
            found.append(eras * _ERA_SECONDS + days * 86_400 + seconds)
    return found
