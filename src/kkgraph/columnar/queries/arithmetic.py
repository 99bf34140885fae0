"""Operators that calculate, with SPARQL's promotion of types.

Integers are BIGINT and decimals DECIMAL(38, 18) as in the engine that answers what isn't covered;
what passes them stops the statement, and that engine answers.
"""

from __future__ import annotations

from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.uncovered import refused
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

_UNIT: Final = "CAST(1000000000000000000 AS HUGEINT)"
_HALF_SCALE: Final = "DECIMAL(28, 9)"


def calculated(one: Value, operator: str, two: Value) -> Value:
    """``+``, ``-``, ``*`` or ``/`` of two values."""
    mine, theirs = one.kinds & k.NUMERIC, two.kinds & k.NUMERIC
    if not mine or not theirs:
        return Nothing()
    if mine == {"double"} or theirs == {"double"}:
        return Typed(_doubles(one.approx(), operator, two.approx()), "double")
    if (mine | theirs) - k.EXACT:
        return _promoted(one, operator, two)
    if operator == "/":
        return Typed(divided(decimal(one), decimal(two)), "decimal")
    if mine == theirs == {"integer"}:
        return Typed(f"({integer(one)} {operator} {integer(two)})", "integer")
    if {"decimal"} in (mine, theirs):
        return Typed(_exactly(one, operator, two), "decimal")
    return _promoted(one, operator, two)


def _exactly(one: Value, operator: str, two: Value) -> str:
    """Two exact numbers, of which one is no integer or may be none."""
    if operator == "*":
        return _product(one, two)
    if operator == "/":
        return divided(decimal(one), decimal(two))
    return f"({decimal(one)} {operator} {decimal(two)})"


def _promoted(one: Value, operator: str, two: Value) -> Value:
    """Two numbers of whichever types: that of the result is the later of both in ``RANKS``."""
    least = 1 if operator == "/" else 0
    rank = f"greatest({one.rank()}, {two.rank()}, {least})"
    cases = []
    exact = "NULL"
    if one.kinds & k.EXACT and two.kinds & k.EXACT:
        exact = f"CASE WHEN {rank} < 2 THEN {_exactly(one, operator, two)} END"
        cases.append(f"WHEN {rank} < 2 THEN CAST({exact} AS DOUBLE)")
    single, other = (f"CAST({value.approx()} AS FLOAT)" for value in (one, two))
    cases.append(f"WHEN {rank} = 2 THEN CAST({_doubles(single, operator, other)} AS DOUBLE)")
    cases.append(f"WHEN {rank} = 3 THEN {_doubles(one.approx(), operator, two.approx())}")
    both = f"{one.approx()} IS NOT NULL AND {two.approx()} IS NOT NULL"
    return Number(exact, f"CASE WHEN {both} THEN CASE {' '.join(cases)} END END", rank)


def _doubles(one: str, operator: str, two: str) -> str:
    if operator == "/":
        undefined = refused("0/0")
        return f"CASE WHEN {one} = 0 AND {two} = 0 THEN {undefined} ELSE {one} / {two} END"
    return f"({one} {operator} {two})"


def integer(value: Value) -> str:
    """An integer as BIGINT."""
    if isinstance(value, Typed) and value.kind == "integer":
        return value.sql
    return f"CAST({value.exact()} AS BIGINT)"


def decimal(value: Value) -> str:
    """An exact number with 18 places."""
    if isinstance(value, Typed) and value.kind == "decimal":
        return value.sql
    return f"CAST({value.exact()} AS DECIMAL(38, 18))"


def _product(one: Value, two: Value) -> str:
    if one.kinds & k.NUMERIC == {"integer"}:
        return f"({integer(one)} * {decimal(two)})"
    if two.kinds & k.NUMERIC == {"integer"}:
        return f"({decimal(one)} * {integer(two)})"
    first, second = (f"CAST({decimal(v)} AS {_HALF_SCALE})" for v in (one, two))
    held = f"{first} = {decimal(one)} AND {second} = {decimal(two)}"
    more = refused("a product of decimals with more than nine places")
    return f"CASE WHEN {held} THEN {first} * {second} WHEN NOT ({held}) THEN {more} END"


def divided(one: str, two: str) -> str:
    """The quotient of two DECIMAL(38, 18), cut after 18 places; NULL where the divisor is 0."""
    return quotient(scaled(one), f"nullif({scaled(two)}, 0)")


def quotient(one: str, two: str) -> str:
    """The quotient of two HUGEINT as DECIMAL(38, 18), cut after 18 places."""
    places = f"CAST((({one}) % ({two}) * {_UNIT}) // ({two}) AS DECIMAL(18, 0))"
    return (
        f"(CAST(({one}) // ({two}) AS DECIMAL(38, 18))"
        f" + {places} * CAST(0.000000000000000001 AS DECIMAL(18, 18)))"
    )


def unscaled(sql: str) -> str:
    """A HUGEINT of last places as the DECIMAL(38, 18) that it stands for."""
    places = f"CAST(({sql}) % {_UNIT} AS DECIMAL(18, 0))"
    return (
        f"(CAST(({sql}) // {_UNIT} AS DECIMAL(38, 18))"
        f" + {places} * CAST(0.000000000000000001 AS DECIMAL(18, 18)))"
    )


def scaled(decimal_sql: str) -> str:
    """A DECIMAL(38, 18) as the whole number of its last places."""
    whole = f"CAST(trunc({decimal_sql}) AS HUGEINT)"
    return (
        f"({whole} * {_UNIT}"
        f" + CAST(({decimal_sql} - trunc({decimal_sql})) * 1000000000000000000 AS HUGEINT))"
    )


def negated(value: Value) -> Value:
    """A number with the other sign."""
    mine = value.kinds & k.NUMERIC
    if not mine:
        return Nothing()
    if mine == {"integer"}:
        return Typed(f"(- {integer(value)})", "integer")
    if mine == {"decimal"}:
        return Typed(f"(- {decimal(value)})", "decimal")
    if mine == {"double"}:
        return Typed(f"(- {value.approx()})", "double")
    return Number(f"(- {value.exact()})", f"(- {value.approx()})", value.rank())
