"""SPARQL's functions as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.arithmetic import decimal, integer
from kkgraph.columnar.queries.casts import CASTS
from kkgraph.columnar.queries.columns import XSD, text
from kkgraph.columnar.queries.moments import MOMENTS
from kkgraph.columnar.queries.regular import replaced, searched
from kkgraph.columnar.queries.uncovered import UncoveredError, refused
from kkgraph.columnar.queries.unknown import Written
from kkgraph.columnar.queries.values import Named, Nothing, Number, Tagged, Typed, Value

_BEYOND: Final = text(r"[^\x00-\x7F\x{0E00}-\x{0E7F}]")
_ABSOLUTE: Final = text(r"""[A-Za-z][A-Za-z0-9+.-]*://?[^\x00-\x20<>"{}|\\^`\[\]%#?]*""")
_TAG: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def is_of(value: Value, wanted: frozenset[str]) -> Value:
    """Whether a term is of one of the kinds."""
    return Typed(value.among(wanted), "boolean")


def string_of(value: Value) -> Value:
    """``STR``."""
    if value.kinds == {"bnode"}:
        return Nothing()
    sql = value.lex()
    if "bnode" in value.kinds:
        sql = f"CASE WHEN {value.among(k.EVERY - {'bnode'})} THEN {sql} END"
    return Typed(sql, "string")


def _of_literal(value: Value, sql: str, kind: str) -> Value:
    if not value.kinds & k.LITERALS:
        return Nothing()
    if value.kinds & k.NODES:
        sql = f"CASE WHEN {value.among(k.LITERALS)} THEN {sql} END"
    return Typed(sql, kind)


def texts(value: Value) -> str:
    """The text of a string, with or without a language; NULL for anything else."""
    if not value.kinds & k.TEXTS:
        return "CAST(NULL AS VARCHAR)"
    if value.kinds <= k.TEXTS:
        return value.lex()
    return f"CASE WHEN {value.among(k.TEXTS)} THEN {value.lex()} END"


def plain(value: Value) -> str:
    """The text of a string without a language; NULL for anything else."""
    if "string" not in value.kinds:
        return "CAST(NULL AS VARCHAR)"
    if value.kinds == {"string"}:
        return value.lex()
    return f"CASE WHEN {value.among(frozenset({'string'}))} THEN {value.lex()} END"


def _like(value: Value, sql: str) -> Value:
    """A string with the language of another."""
    if "lang" not in value.kinds:
        return Typed(sql, "string")
    return Tagged(sql, value.lang())


def _cased(function: str) -> Callable[[Value], Value]:
    def made(value: Value) -> Value:
        sql = texts(value)
        other = refused("the case of letters beyond ASCII and Thai")
        guarded = f"CASE WHEN regexp_matches({sql}, {_BEYOND}) THEN {other}"
        return _like(value, f"{guarded} ELSE {function}({sql}) END")

    return made


def _fitting(one: Value, two: Value) -> str | None:
    """The condition that the second string may be looked for in the first; None: always."""
    if "lang" not in two.kinds:
        return None
    return f"({two.lang()} = '' OR {two.lang()} = {one.lang()})"


def _test(function: str) -> Callable[[Value, Value], Value]:
    def made(one: Value, two: Value) -> Value:
        found = f"{function}({texts(one)}, {texts(two)})"
        fitting = _fitting(one, two)
        return Typed(f"CASE WHEN {fitting} THEN {found} END" if fitting else found, "boolean")

    return made


def _parted(before: bool) -> Callable[[Value, Value], Value]:
    """``STRBEFORE`` and ``STRAFTER``; plain and empty where nothing is found."""

    def made(one: Value, two: Value) -> Value:
        whole, part = texts(one), texts(two)
        at = f"strpos({whole}, {part})"
        cut = f"left({whole}, {at} - 1)" if before else f"substr({whole}, {at} + length({part}))"
        found = f"CASE WHEN {at} > 0 THEN {cut} WHEN {at} = 0 THEN '' END"
        fitting = _fitting(one, two)
        if fitting:
            found = f"CASE WHEN {fitting} THEN {found} END"
        if "lang" not in one.kinds:
            return Typed(found, "string")
        return Tagged(found, f"CASE WHEN {at} > 0 THEN {one.lang()} ELSE '' END")

    return made


def _part(whole: Value, start: Value, length: Value | None = None) -> Value:
    """``SUBSTR``: characters from ``start`` on; what lies before the first counts."""
    if start.kinds & k.NUMERIC != {"integer"} or (
        length is not None and length.kinds & k.NUMERIC != {"integer"}
    ):
        raise UncoveredError("SUBSTR with places that may be no integers")
    begin = f"greatest({integer(start)}, 1)"
    if length is None:
        return _like(whole, f"substr({texts(whole)}, {begin})")
    count = f"greatest(least({integer(start)}, 1) - 1 + {integer(length)}, 0)"
    return _like(whole, f"substr({texts(whole)}, {begin}, {count})")


def _joined(*values: Value) -> Value:
    """``CONCAT``; it has a language where all parts share it."""
    if not values:
        return Typed("''", "string")
    sql = " || ".join(texts(value) for value in values)
    if not all("lang" in value.kinds for value in values):
        return Typed(f"({sql})", "string")
    first = values[0].lang()
    alike = " AND ".join(f"{value.lang()} = {first}" for value in values[1:]) or "true"
    return Tagged(f"({sql})", f"CASE WHEN {alike} THEN {first} ELSE '' END")


def _matches(lang: Value, wanted: Value) -> Value:
    """``LANGMATCHES``, of a range that the query names."""
    if not isinstance(wanted, Named) or wanted.kinds != {"string"}:
        raise UncoveredError("LANGMATCHES with a range that is only known at run time")
    tag, sought = plain(lang), wanted.term.value.lower()
    if sought == "*":
        return Typed(f"({tag} <> '')", "boolean")
    lower = f"lower({tag})"
    return Typed(
        f"({lower} = {text(sought)} OR starts_with({lower}, {text(sought + '-')}))", "boolean"
    )


def _iri(value: Value) -> Value:
    if value.kinds == {"iri"}:
        return value
    if isinstance(value, Written) or "iri" in value.kinds:
        raise UncoveredError("IRI of what may be an IRI or a string")
    sql = plain(value)
    other = refused("the text of an IRI that may be relative or invalid")
    return Typed(
        f"CASE WHEN regexp_full_match({sql}, {_ABSOLUTE}) THEN {sql}"
        f" WHEN {sql} IS NOT NULL THEN {other} END",
        "iri",
    )


def _with_datatype(form: Value, datatype: Value) -> Value:
    if not isinstance(datatype, Named) or not isinstance(datatype.term, ox.NamedNode):
        raise UncoveredError("STRDT with a datatype that is only known at run time")
    name = datatype.term.value
    if name == XSD + "string":
        return Typed(plain(form), "string")
    return Written(f"""('"' || {plain(form)} || {text('"^^' + name)})""")


def _with_language(form: Value, lang: Value) -> Value:
    if not isinstance(lang, Named) or not _TAG.fullmatch(lang.term.value):
        raise UncoveredError("STRLANG with a language that is only known at run time")
    return Tagged(plain(form), text(lang.term.value.lower()))


def _whole(function: str) -> Callable[[Value], Value]:
    """``CEIL``, ``FLOOR`` and ``ROUND`` (halves upwards)."""

    def made(value: Value) -> Value:
        mine = value.kinds & k.NUMERIC
        if not mine:
            return Nothing()
        if mine == {"integer"}:
            return Typed(integer(value), "integer")
        if mine == {"decimal"}:
            return Typed(f"CAST({function.format(decimal(value))} AS DECIMAL(38, 18))", "decimal")
        if not mine <= k.EXACT:
            raise UncoveredError("rounding of floating-point numbers")
        exact = f"CAST({function.format(decimal(value))} AS DECIMAL(38, 18))"
        return Number(exact, f"CAST({exact} AS DOUBLE)", value.rank())

    return made


def _absolute(value: Value) -> Value:
    mine = value.kinds & k.NUMERIC
    if not mine:
        return Nothing()
    if mine == {"integer"}:
        return Typed(f"abs({integer(value)})", "integer")
    if mine == {"decimal"}:
        return Typed(f"abs({decimal(value)})", "decimal")
    if mine == {"double"}:
        return Typed(f"abs({value.approx()})", "double")
    return Number(f"abs({value.exact()})", f"abs({value.approx()})", value.rank())


def _hashed(function: str) -> Callable[[Value], Value]:
    return lambda value: Typed(f"{function}({plain(value)})", "string")


def _tested(wanted: frozenset[str]) -> Callable[[Value], Value]:
    return lambda value: is_of(value, wanted)


def _length(value: Value) -> Value:
    return Typed(f"CAST(length({texts(value)}) AS BIGINT)", "integer")


def _datatype(value: Value) -> Value:
    return _of_literal(value, value.datatype(), "iri")


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "ISIRI": _tested(frozenset({"iri"})),
    "ISURI": _tested(frozenset({"iri"})),
    "ISBLANK": _tested(frozenset({"bnode"})),
    "ISLITERAL": _tested(k.LITERALS),
    "ISNUMERIC": _tested(k.NUMERIC),
    "STR": string_of,
    "LANG": lambda value: _of_literal(value, value.lang(), "string"),
    "DATATYPE": _datatype,
    "IRI": _iri,
    "URI": _iri,
    "STRDT": _with_datatype,
    "STRLANG": _with_language,
    "STRLEN": _length,
    "SUBSTR": _part,
    "UCASE": _cased("upper"),
    "LCASE": _cased("lower"),
    "STRSTARTS": _test("starts_with"),
    "STRENDS": _test("ends_with"),
    "CONTAINS": _test("contains"),
    "STRBEFORE": _parted(before=True),
    "STRAFTER": _parted(before=False),
    "CONCAT": _joined,
    "LANGMATCHES": _matches,
    "REGEX": lambda value, *rest: searched(value, texts(value), *rest),
    "REPLACE": lambda value, *rest: _like(value, replaced(texts(value), *rest)),
    "ENCODE_FOR_URI": lambda value: Typed(f"url_encode({texts(value)})", "string"),
    "ABS": _absolute,
    "CEIL": _whole("ceil({})"),
    "FLOOR": _whole("floor({})"),
    "ROUND": _whole("floor({} + CAST(0.5 AS DECIMAL(38, 18)))"),
    "MD5": _hashed("md5"),
    "SHA1": _hashed("sha1"),
    "SHA256": _hashed("sha256"),
    **MOMENTS,
    **CASTS,
}
