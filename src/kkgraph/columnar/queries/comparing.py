"""Operators that compare: ``=``, ``<`` and their kin, and what counts as true."""

from __future__ import annotations

from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import Form
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Nothing, Typed, Value

_ZONE_SPAN: Final = 14 * 3600
_SAME_BY_TERM: Final = k.NODES | k.TEXTS
_ORDERED: Final = frozenset({"boolean"}) | k.TEXTS | k.NUMERIC | k.TEMPORAL


def same_term(one: Value, two: Value) -> str:
    """Whether both are the same term."""
    if one.form is Form.NUMBER and two.form is Form.NUMBER:
        return f"({one.sql} = {two.sql})"
    if (one.form, one.kind) == (two.form, two.kind):
        return f"({one.sql} = {two.sql})"
    return f"({one.written()} = {two.written()})"


def equal(one: Value, two: Value) -> str:
    """SPARQL's ``=``: by value where both have one, else by term; NULL where nobody can say."""
    if not one.kinds or not two.kinds:
        return "CAST(NULL AS BOOLEAN)"
    if isinstance(one, Typed) and isinstance(two, Typed) and one.kind == two.kind:
        return f"({one.sql} = {two.sql})"
    if _by_term(one, two) or _by_term(two, one):
        return same_term(one, two)
    cases = []
    if one.kinds & k.NUMERIC and two.kinds & k.NUMERIC:
        both = f"{one.approx()} IS NOT NULL AND {two.approx()} IS NOT NULL"
        cases.append(f"WHEN {both} THEN {numbers(one, '=', two)}")
    if "boolean" in one.kinds & two.kinds:
        both = f"{one.truth()} IS NOT NULL AND {two.truth()} IS NOT NULL"
        cases.append(f"WHEN {both} THEN {one.truth()} = {two.truth()}")
    if one.kinds & two.kinds & k.TEMPORAL:
        (family, at, zoned), (other, there, theirs) = one.instant(), two.instant()
        apart = f"{zoned} = {theirs} OR abs({at} - {there}) > {_ZONE_SPAN}"
        cases.append(f"WHEN {family} = {other} THEN CASE WHEN {apart} THEN {at} = {there} END")
    if "duration" in one.kinds & two.kinds:
        raise UncoveredError("the comparison of durations")
    if "opaque" in one.kinds | two.kinds:
        cases.append(_opaque(one, two))
    if not cases:
        return _never(one, two) if not one.kinds & two.kinds else same_term(one, two)
    return f"CASE {' '.join(cases)} ELSE {same_term(one, two)} END"


def _by_term(one: Value, two: Value) -> bool:
    """Whether equality is that of terms, whatever the second may be."""
    return one.kinds <= _SAME_BY_TERM and not ("string" in one.kinds and "opaque" in two.kinds)


def _never(one: Value, two: Value) -> str:
    """Terms whose kinds exclude each other are unlike, where both are bound."""
    if not one.maybe and not two.maybe:
        return "false"
    return f"CASE WHEN {one.sql} IS NOT NULL AND {two.sql} IS NOT NULL THEN false END"


def _opaque(one: Value, two: Value) -> str:
    """Literals of unknown meaning are the same term, or nobody can say."""
    opaque = frozenset({"opaque"})
    comparable = k.LITERALS - {"lang"}
    tests = []
    if "opaque" in one.kinds:
        tests.append(f"({one.among(opaque)} AND {two.among(comparable)})")
    if "opaque" in two.kinds:
        tests.append(f"({two.among(opaque)} AND {one.among(comparable)})")
    return f"WHEN {' OR '.join(tests)} THEN nullif({same_term(one, two)}, false)"


def numbers(one: Value, operator: str, two: Value) -> str:
    """Two numbers compared, exactly where both are exact."""
    mine, theirs = one.kinds & k.NUMERIC, two.kinds & k.NUMERIC
    if "float" in mine | theirs and not mine == theirs == {"float"}:
        return _promoted(one, operator, two)
    if mine <= k.EXACT and theirs <= k.EXACT:
        return f"({one.exact()} {operator} {two.exact()})"
    if not mine & k.EXACT or not theirs & k.EXACT:
        return f"({one.approx()} {operator} {two.approx()})"
    both = f"{one.exact()} IS NOT NULL AND {two.exact()} IS NOT NULL"
    return (
        f"CASE WHEN {both} THEN {one.exact()} {operator} {two.exact()}"
        f" ELSE {one.approx()} {operator} {two.approx()} END"
    )


def _promoted(one: Value, operator: str, two: Value) -> str:
    """Two numbers compared in the later of both types, where one may be a float."""
    rank = f"greatest({one.rank()}, {two.rank()})"
    cases = [f"WHEN {rank} = 3 THEN {one.approx()} {operator} {two.approx()}"]
    single, other = (f"CAST({value.approx()} AS FLOAT)" for value in (one, two))
    cases.append(f"WHEN {rank} = 2 THEN {single} {operator} {other}")
    if one.kinds & k.EXACT and two.kinds & k.EXACT:
        cases.append(f"WHEN {rank} < 2 THEN {one.exact()} {operator} {two.exact()}")
    return f"CASE {' '.join(cases)} END"


def ordered(one: Value, operator: str, two: Value) -> str:
    """SPARQL's ``<``, ``>``, ``<=`` and ``>=``; NULL where there is no order."""
    if isinstance(one, Typed) and isinstance(two, Typed) and one.kind == two.kind != "iri":
        return f"({one.sql} {operator} {two.sql})"
    cases = []
    if one.kinds & k.NUMERIC and two.kinds & k.NUMERIC:
        only = not (one.kinds & two.kinds & _ORDERED) - k.NUMERIC
        if only:
            return numbers(one, operator, two)
        both = f"{one.approx()} IS NOT NULL AND {two.approx()} IS NOT NULL"
        cases.append(f"WHEN {both} THEN {numbers(one, operator, two)}")
    if "boolean" in one.kinds & two.kinds:
        both = f"{one.truth()} IS NOT NULL AND {two.truth()} IS NOT NULL"
        cases.append(f"WHEN {both} THEN {one.truth()} {operator} {two.truth()}")
    if one.kinds & two.kinds & k.TEMPORAL:
        cases.append(_times(one, operator, two))
    texts = one.kinds & two.kinds & k.TEXTS
    if texts:
        both = f"{one.among(k.TEXTS)} AND {two.among(k.TEXTS)} AND {one.lang()} = {two.lang()}"
        cases.append(f"WHEN {both} THEN {one.lex()} {operator} {two.lex()}")
    if "duration" in one.kinds & two.kinds:
        raise UncoveredError("the comparison of durations")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS BOOLEAN)"


def _times(one: Value, operator: str, two: Value) -> str:
    """Dates and times of one datatype; one with and one without zone only where all zones agree."""
    (family, at, zoned), (other, there, theirs) = one.instant(), two.instant()
    apart = f"{zoned} = {theirs} OR abs({at} - {there}) > {_ZONE_SPAN}"
    return f"WHEN {family} = {other} THEN CASE WHEN {apart} THEN {at} {operator} {there} END"


def truth(value: Value) -> str:
    """The effective boolean value; an ill-typed number or boolean is false."""
    if isinstance(value, Nothing):
        return "CAST(NULL AS BOOLEAN)"
    if isinstance(value, Typed):
        return _typed_truth(value)
    if value.kind == "number":
        return f"({value.approx()} <> 0 AND NOT isnan({value.approx()}))"
    cases = []
    if "boolean" in value.kinds:
        cases.append(f"WHEN {value.truth()} IS NOT NULL THEN {value.truth()}")
    if value.kinds & k.NUMERIC:
        cases.append(f"WHEN {value.approx()} IS NOT NULL THEN {value.approx()} <> 0")
    if value.kinds & k.TEXTS:
        cases.append(f"WHEN {value.among(k.TEXTS)} THEN {value.lex()} <> ''")
    if "opaque" in value.kinds:
        cases.append(f"WHEN {value.of_type(k.NUMERIC | {'boolean'})} THEN false")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS BOOLEAN)"


def _typed_truth(value: Typed) -> str:
    if value.kind == "boolean":
        return value.sql
    if value.kind in k.EXACT:
        return f"({value.sql} <> 0)"
    if value.kind in ("float", "double"):
        return f"({value.sql} <> 0 AND NOT isnan({value.sql}))"
    return f"({value.sql} <> '')" if value.kind == "string" else "CAST(NULL AS BOOLEAN)"
