"""Kinds of terms: what operators tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.xsd import XSD, Family

if TYPE_CHECKING:
    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.queries.forms import Term

_INTEGERS: Final = [
    "integer",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
]
_TIMES: Final = ["dateTime", "date", "time", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth"]
_DURATIONS: Final = ["duration", "yearMonthDuration", "dayTimeDuration", "dateTimeStamp"]
_BY_DATATYPE: Final = {
    XSD + "string": "string",
    **{XSD + name: "integer" for name in _INTEGERS},
    **{XSD + name: name for name in ("decimal", "float", "double", "boolean", *_TIMES)},
    **{XSD + name: "duration" for name in _DURATIONS},
}
EXACT: Final = frozenset({"integer", "decimal"})
NUMERIC: Final = EXACT | {"float", "double"}
TEMPORAL: Final = frozenset(_TIMES)
RANKS: Final = ("integer", "decimal", "float", "double")
"""The kinds of numbers, each promoted to those after it."""
NODES: Final = frozenset({"iri", "bnode"})
TEXTS: Final = frozenset({"string", "lang"})
VALUED: Final = NUMERIC | TEMPORAL | {"boolean", "duration"}
LITERALS: Final = VALUED | TEXTS | {"opaque"}
EVERY: Final = LITERALS | NODES
FAMILIES: Final = {
    "float": Family.FLOAT,
    "double": Family.DOUBLE,
    "boolean": Family.BOOLEAN,
    "dateTime": Family.DATE_TIME,
    "date": Family.DATE,
    "time": Family.TIME,
    "gYear": Family.G_YEAR,
    "gYearMonth": Family.G_YEAR_MONTH,
    "gMonthDay": Family.G_MONTH_DAY,
    "gDay": Family.G_DAY,
    "gMonth": Family.G_MONTH,
    "integer": Family.EXACT,
    "decimal": Family.EXACT,
}


def kind_of_datatype(datatype: str) -> str:
    """The kind of the literals of a datatype; ``opaque`` where only identity is known."""
    return _BY_DATATYPE.get(datatype, "opaque")


def kind_of_group(group: Group) -> str:
    """The kind of a group's terms (of those that are not ill-typed)."""
    if group.kind != "literal":
        return group.kind
    return "lang" if group.lang else kind_of_datatype(group.datatype)


def kind_of(term: Term) -> str:
    """The kind of a term; an ill-typed literal is ``opaque``."""
    from kkgraph import xsd

    if isinstance(term, ox.NamedNode):
        return "iri"
    if isinstance(term, ox.BlankNode):
        return "bnode"
    if term.language:
        return "lang"
    datatype = term.datatype.value
    kind = kind_of_datatype(datatype)
    return "opaque" if kind in VALUED and xsd.ill_typed(term.value, datatype) else kind
