"""Casts between datatypes (SPARQL 1.1, 17.5), where they are exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.arithmetic import decimal, integer, refused
from kkgraph.columnar.queries.columns import XSD, text
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Typed, Value

_INTEGER: Final = text("[+-]?[0-9]{1,18}")
_LONG: Final = text("[+-]?[0-9]{19,}")
_DECIMAL: Final = text(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_LONG_DECIMAL: Final = text(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = text(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NO_NUMBER: Final = text("[+-]?INF|NaN")


def _only(value: Value, allowed: frozenset[str], target: str) -> frozenset[str]:
    """The kinds that a value may have, all of which can be cast."""
    if value.kinds - allowed - k.NODES:
        raise UncoveredError(f"a cast to xsd:{target} of what may be anything")
    return value.kinds


def _from_text(value: Value, pattern: str, long: str, stored: str) -> str:
    """The number that a string writes; NULL where it writes none."""
    sql = value.lex()
    if value.kinds != {"string"}:
        sql = f"CASE WHEN {value.among(frozenset({'string'}))} THEN {sql} END"
    many = refused("a cast of a number with many digits")
    return (
        f"CASE WHEN regexp_full_match({sql}, {pattern}) THEN CAST({sql} AS {stored})"
        f" WHEN regexp_full_match({sql}, {long}) THEN {many} END"
    )


def _first(parts: list[str], kind: str) -> Value:
    return Typed(f"coalesce({', '.join(parts)})" if parts else "NULL", kind)


def _to_integer(value: Value) -> Value:
    kinds = _only(value, k.EXACT | {"boolean", "string"}, "integer")
    parts = []
    if kinds & k.EXACT == {"integer"}:
        parts.append(integer(value))
    elif kinds & k.EXACT:
        parts.append(f"CAST(trunc({decimal(value)}) AS BIGINT)")
    if "boolean" in kinds:
        parts.append(f"CAST({value.truth()} AS BIGINT)")
    if "string" in kinds:
        parts.append(_from_text(value, _INTEGER, _LONG, "BIGINT"))
    return _first(parts, "integer")


def _to_decimal(value: Value) -> Value:
    kinds = _only(value, k.EXACT | {"boolean", "string"}, "decimal")
    parts = []
    if kinds & k.EXACT:
        parts.append(decimal(value))
    if "boolean" in kinds:
        parts.append(f"CAST(CAST({value.truth()} AS INTEGER) AS DECIMAL(38, 18))")
    if "string" in kinds:
        parts.append(_from_text(value, _DECIMAL, _LONG_DECIMAL, "DECIMAL(38, 18)"))
    return _first(parts, "decimal")


def _to_double(value: Value) -> Value:
    kinds = _only(value, k.EXACT | {"double", "boolean", "string"}, "double")
    parts = []
    if kinds & k.NUMERIC:
        parts.append(value.approx())
    if "boolean" in kinds:
        parts.append(f"CAST(CAST({value.truth()} AS INTEGER) AS DOUBLE)")
    if "string" in kinds:
        parts.append(_from_text(value, _DOUBLE, _NO_NUMBER, "DOUBLE"))
    return _first(parts, "double")


def _to_boolean(value: Value) -> Value:
    kinds = _only(value, k.NUMERIC - {"float"} | {"boolean", "string"}, "boolean")
    parts = []
    if kinds & k.NUMERIC:
        parts.append(f"({value.approx()} <> 0)")
    if "boolean" in kinds:
        parts.append(value.truth())
    if "string" in kinds:
        sql = f"CASE WHEN {value.among(frozenset({'string'}))} THEN {value.lex()} END"
        parts.append(
            f"CASE WHEN {sql} IN ('true', '1') THEN true"
            f" WHEN {sql} IN ('false', '0') THEN false END"
        )
    return _first(parts, "boolean")


def _to_string(value: Value) -> Value:
    kinds = value.kinds - {"bnode"}
    if isinstance(value, Typed):
        return Typed(value.lex(), "string")
    if kinds == {"integer"}:
        return Typed(f"CAST({integer(value)} AS VARCHAR)", "string")
    if not kinds <= k.TEXTS | {"iri"}:
        raise UncoveredError("a cast to xsd:string of what may be anything")
    sql = value.lex()
    if "bnode" in value.kinds:
        sql = f"CASE WHEN {value.among(k.EVERY - {'bnode'})} THEN {sql} END"
    return Typed(sql, "string")


CASTS: Final[dict[str, Callable[..., Value]]] = {
    XSD + "integer": _to_integer,
    XSD + "decimal": _to_decimal,
    XSD + "double": _to_double,
    XSD + "boolean": _to_boolean,
    XSD + "string": _to_string,
}
