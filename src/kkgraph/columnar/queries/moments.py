"""Parts of dates and times, read from their lexical forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import text
from kkgraph.columnar.queries.uncovered import UncoveredError, refused
from kkgraph.columnar.queries.values import Nothing, Typed, Value

_DAYS: Final = frozenset({"dateTime", "date"})
_CLOCK: Final = frozenset({"dateTime"})
_ZONE: Final = r"(Z|[+-][0-9]{2}:[0-9]{2})?$"


def _part(value: Value, wanted: frozenset[str], pattern: str) -> str | None:
    """The part of a date or time that a pattern finds; None where there can't be one."""
    if value.kinds & k.TEMPORAL - wanted:
        raise UncoveredError("a part of a date or time that may be of another type")
    if not value.kinds & wanted:
        return None
    sql = f"regexp_extract({value.lex()}, {text(pattern)}, 1)"
    midnight = f"WHEN contains({value.lex()}, 'T24:') THEN {refused('24:00:00')}"
    return (
        f"CASE WHEN NOT coalesce({value.among(wanted)}, false) THEN NULL {midnight} ELSE {sql} END"
    )


def _number(
    wanted: frozenset[str], pattern: str, kind: str = "integer"
) -> Callable[[Value], Value]:
    stored = {"integer": "BIGINT", "decimal": "DECIMAL(38, 18)"}[kind]

    def made(value: Value) -> Value:
        sql = _part(value, wanted, pattern)
        return Nothing() if sql is None else Typed(f"CAST({sql} AS {stored})", kind)

    return made


def _zone(value: Value) -> Value:
    sql = _part(value, _CLOCK, _ZONE)
    return Nothing() if sql is None else Typed(sql, "string")


MOMENTS: Final[dict[str, Callable[..., Value]]] = {
    "YEAR": _number(_DAYS, "^(-?[0-9]+)-"),
    "MONTH": _number(_DAYS, "^-?[0-9]+-([0-9]{2})-"),
    "DAY": _number(_DAYS, "^-?[0-9]+-[0-9]{2}-([0-9]{2})"),
    "HOURS": _number(_CLOCK, "T([0-9]{2}):"),
    "MINUTES": _number(_CLOCK, "T[0-9]{2}:([0-9]{2}):"),
    "SECONDS": _number(_CLOCK, "T[0-9]{2}:[0-9]{2}:([0-9.]+)", "decimal"),
    "TZ": _zone,
}
