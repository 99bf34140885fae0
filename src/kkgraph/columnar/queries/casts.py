"""Casts between datatypes (SPARQL 1.1, 17.5), where they are exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.arithmetic import decimal, integer
from kkgraph.columnar.queries.columns import XSD, text
from kkgraph.columnar.queries.uncovered import refused
from kkgraph.columnar.queries.values import Nothing, Typed, Value
from kkgraph.columnar.queries.writing import lexical

_FLOATING: Final = frozenset({"float", "double"})
_INTEGER: Final = text("[+-]?[0-9]{1,18}")
_LONG: Final = text("[+-]?[0-9]{19,}")
_DECIMAL: Final = text(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_LONG_DECIMAL: Final = text(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = text(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NO_NUMBER: Final = text("[+-]?INF|NaN")


def _from_text(value: Value, pattern: str, long: str, stored: str) -> str:
    """The number that a string writes; NULL where it writes none."""
    sql = _string(value)
    many = refused("a cast of a number with many digits")
    return (
        f"CASE WHEN regexp_full_match({sql}, {pattern}) THEN CAST({sql} AS {stored})"
        f" WHEN regexp_full_match({sql}, {long}) THEN {many} END"
    )


def _string(value: Value) -> str:
    if value.kinds == {"string"}:
        return value.lex()
    return f"CASE WHEN {value.among(frozenset({'string'}))} THEN {value.lex()} END"


def _first(parts: list[str], kind: str) -> Value:
    return Typed(f"coalesce({', '.join(parts)})", kind) if parts else Nothing()


def _floating(value: Value) -> str:
    """The number of a double or float; NULL for any other."""
    return f"CASE WHEN {value.among(_FLOATING)} THEN {value.approx()} END"


def _to_integer(value: Value) -> Value:
    kinds, parts = value.kinds, []
    if kinds & k.EXACT == {"integer"}:
        parts.append(integer(value))
    elif kinds & k.EXACT:
        parts.append(f"CAST(trunc({decimal(value)}) AS BIGINT)")
    if kinds & _FLOATING:
        sql = _floating(value)
        parts.append(f"CASE WHEN isfinite({sql}) THEN CAST(trunc({sql}) AS BIGINT) END")
    if "boolean" in kinds:
        parts.append(f"CAST({value.truth()} AS BIGINT)")
    if "string" in kinds:
        parts.append(_from_text(value, _INTEGER, _LONG, "BIGINT"))
    return _first(parts, "integer")


def _to_decimal(value: Value) -> Value:
    kinds, parts = value.kinds, []
    if kinds & k.EXACT:
        parts.append(decimal(value))
    if kinds & _FLOATING:
        parts.append(_decimal_of(_floating(value)))
    if "boolean" in kinds:
        parts.append(f"CAST(CAST({value.truth()} AS INTEGER) AS DECIMAL(38, 18))")
    if "string" in kinds:
        parts.append(_from_text(value, _DECIMAL, _LONG_DECIMAL, "DECIMAL(38, 18)"))
    return _first(parts, "decimal")


def _decimal_of(sql: str) -> str:
    """The decimal that a double is, where 18 places hold it: it has 18 binary places at most."""
    fraction = f"({sql} - trunc({sql})) * 262144"
    whole = f"CAST(CAST(trunc({sql}) AS BIGINT) AS DECIMAL(38, 18))"
    places = f"CAST({fraction} AS BIGINT) * CAST(0.000003814697265625 AS DECIMAL(18, 18))"
    other = refused("a cast of a number with many digits")
    return (
        f"CASE WHEN NOT isfinite({sql}) THEN NULL"
        f" WHEN {fraction} = trunc({fraction}) THEN {whole} + {places}"
        f" WHEN {sql} IS NOT NULL THEN {other} END"
    )


def _to_floating(kind: str) -> Callable[[Value], Value]:
    stored = kind.upper()

    def made(value: Value) -> Value:
        kinds, parts = value.kinds, []
        if kinds & k.NUMERIC:
            parts.append(f"CAST({value.approx()} AS {stored})")
        if "boolean" in kinds:
            parts.append(f"CAST(CAST({value.truth()} AS INTEGER) AS {stored})")
        if "string" in kinds:
            parts.append(_from_text(value, _DOUBLE, _NO_NUMBER, stored))
        return _first(parts, kind)

    return made


def _to_boolean(value: Value) -> Value:
    kinds, parts = value.kinds, []
    if kinds & k.NUMERIC:
        parts.append(f"({value.approx()} <> 0)")
    if "boolean" in kinds:
        parts.append(value.truth())
    if "string" in kinds:
        sql = _string(value)
        parts.append(
            f"CASE WHEN {sql} IN ('true', '1') THEN true"
            f" WHEN {sql} IN ('false', '0') THEN false END"
        )
    return _first(parts, "boolean")


def _to_string(value: Value) -> Value:
    """The canonical lexical form of a number or boolean, a string or IRI as it is."""
    if isinstance(value, Typed):
        return Typed(value.lex(), "string")
    kinds, cases = value.kinds, []
    if kinds & k.EXACT:
        cases.append(f"WHEN {value.among(k.EXACT)} THEN {lexical(decimal(value), 'decimal')}")
    for kind in sorted(kinds & _FLOATING):
        single = f"CAST({value.approx()} AS {kind.upper()})"
        cases.append(f"WHEN {value.among(frozenset({kind}))} THEN {lexical(single, kind)}")
    if "boolean" in kinds:
        test = value.among(frozenset({"boolean"}))
        cases.append(f"WHEN {test} THEN {lexical(value.truth(), 'boolean')}")
    if kinds & (k.TEXTS | {"iri"}):
        cases.append(f"WHEN {value.among(k.TEXTS | {'iri'})} THEN {value.lex()}")
    if kinds & (k.TEMPORAL | {"duration", "opaque"}):
        other = refused("a cast to xsd:string of a literal of another type")
        cases.append(f"WHEN {value.among(k.TEMPORAL | {'duration', 'opaque'})} THEN {other}")
    return Typed(f"CASE {' '.join(cases)} END", "string") if cases else Nothing()


CASTS: Final[dict[str, Callable[..., Value]]] = {
    XSD + "integer": _to_integer,
    XSD + "decimal": _to_decimal,
    XSD + "float": _to_floating("float"),
    XSD + "double": _to_floating("double"),
    XSD + "boolean": _to_boolean,
    XSD + "string": _to_string,
}
