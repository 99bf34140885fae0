"""Tests of single values as SQL conditions on their identifiers.

Kinds, datatypes and languages are ranges of identifiers, so those tests read nothing but the
identifier. Tests of texts and of order look at each distinct value once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.columnar.patterns import quoted
from kkgraph.columnar.space import Space, comment, within
from kkgraph.columnar.typed import stored
from kkgraph.shacl import forms as f
from kkgraph.shacl.data import Data
from kkgraph.shacl.patterns import matching
from kkgraph.shacl.terms import show
from kkgraph.shacl.values import failing, in_language

_KINDS: Final = {"iri": "iri", "blank": "bnode", "literal": "literal"}
COMPARED: Final = {
    f.MinInclusive: ">=",
    f.MinExclusive: ">",
    f.MaxInclusive: "<=",
    f.MaxExclusive: "<",
}
_ROWS: Final = "SELECT f, v, NULL::BIGINT AS p FROM"
Table = Callable[[str, str, str], str]


class Conditions:
    """Writes, for a constraint on single values, the SELECT of the values that break it."""

    def __init__(self, space: Space, table: Table, instances: Callable[[str], str]) -> None:
        self._space = space
        self._table = table
        self._instances = instances

    def rows(self, constraint: f.Constraint, values: str) -> str:
        """A SELECT of the (f, v, p) of a table of values that break the constraint."""
        match constraint:
            case f.Pattern() | f.MinLength() | f.MaxLength():
                return self._texts(constraint, values)
            case f.MinInclusive() | f.MinExclusive() | f.MaxInclusive() | f.MaxExclusive():
                return self._order(constraint, values)
        return f"{_ROWS} {values} WHERE {self._fails(constraint)}"

    def _fails(self, constraint: f.Constraint) -> str:
        """The condition on ``v`` that it breaks a constraint on its identifier alone."""
        match constraint:
            case f.NodeKind(kinds):
                ranges = [r for k in sorted(kinds) for r in self._space.ranges(_KINDS[k])]
                return f"NOT ({within('v', ranges)} {comment(', '.join(sorted(kinds)))})"
            case f.Datatype(iri):
                return self._datatype(iri)
            case f.LanguageIn(ranges):
                found = [
                    r
                    for lang, places in self._space.languages().items()
                    if in_language(lang, ranges)
                    for r in places
                ]
                return f"NOT ({within('v', found)} {comment(', '.join(ranges))})"
            case f.In(terms):
                numbers = [n for n in self._space.ids(terms) if n is not None]
                known = ", ".join(self._space.write(n) for n in numbers)
                return f"v NOT IN ({known})" if numbers else "true"
            case f.Class(iri):
                return f"v NOT IN (FROM {self._instances(iri)})"
        raise TypeError(constraint)

    def _datatype(self, iri: str) -> str:
        ranges = self._space.ranges("literal", iri)
        name = comment(show(ox.NamedNode(iri)))
        condition = f"NOT ({within('v', ranges)} {name})"
        ill = self._space.run(f"SELECT count(*) FROM broken WHERE {within('id', ranges)}")
        return f"{condition} OR v IN (FROM broken)" if ill[0][0] else condition

    def _texts(self, constraint: Any, values: str) -> str:
        blank = within("v", self._space.ranges("bnode"))
        match constraint:
            case f.Pattern():
                broken = self._unmatched(constraint, values)
            case f.MinLength():
                broken = f"length(lex) < {constraint.count}"
            case _:
                broken = f"length(lex) > {constraint.count}"
        return f"{_ROWS} {values} JOIN texts ON texts.id = v WHERE {broken} OR {blank}"

    def _unmatched(self, constraint: f.Pattern, values: str) -> str:
        condition = self._space.mismatch(constraint, values)
        if condition is not None:
            return condition
        found = self._space.run(f"SELECT DISTINCT v, lex FROM {values} JOIN texts ON texts.id = v")
        good = matching(constraint, (lex for _, lex in found))
        bad = [number for number, lex in found if lex not in good]
        title = f"values that don't match {constraint.regex}, found by Oxigraph"
        table = self._table("bad", title, f"SELECT unnest({bad}::BIGINT[]) AS v")
        return f"v IN (FROM {table})"

    def _order(self, constraint: Any, values: str) -> str:
        literal = constraint.limit
        limit = xsd.value(literal.value, literal.datatype.value)
        assert limit is not None
        sign = COMPARED[type(constraint)]
        if limit.family == xsd.Family.STRING:
            plain = f"({within('v', strings(self._space))}) AND v NOT IN (FROM broken)"
            keeps = f"{plain} AND lex {sign} {quoted(limit.text)}"
            return f"{_ROWS} {values} JOIN texts ON texts.id = v WHERE NOT ({keeps})"
        covered, holds = _against(limit, sign)
        joined = f"{values} LEFT JOIN typed x ON x.id = v"
        keeps = f"coalesce({covered} AND {holds}, false)"
        # other families, other zones, and numbers that no column holds are looked at one by one
        sql = f"SELECT DISTINCT v FROM {values} JOIN typed x ON x.id = v WHERE NOT ({covered})"
        rest = [row[0] for row in self._space.run(sql)]
        terms = self._space.terms(rest)
        bad = failing(constraint, terms, Data(()))
        good = [str(n) for n, t in zip(rest, terms, strict=True) if t not in bad]
        also = f" AND v NOT IN ({', '.join(good)})" if good else ""
        return f"{_ROWS} {joined} WHERE NOT {keeps}{also}"


def strings(space: Space) -> list[tuple[int, int]]:
    """The identifier ranges of the texts without a language."""
    names = ("string", "normalizedString", "token", "language", "NMTOKEN", "Name", "NCName")
    return [r for n in names for r in space.ranges("literal", xsd.XSD + n)]


def _against(limit: xsd.Value, sign: str) -> tuple[str, str]:
    """For typed rows ``x``: which of them SQL can compare with the limit, and the comparison."""
    exact, double = int(xsd.Family.EXACT), int(xsd.Family.DOUBLE)
    number = f"'{limit.approx!r}'::DOUBLE"
    approximate = f"NOT isnan(x.approx) AND x.approx {sign} {number}"
    if limit.family == xsd.Family.DOUBLE:
        return f"x.family IN ({exact}, {double})", f"({approximate} AND NOT isnan({number}))"
    if limit.exact is None or stored(limit) is None:
        return "false", "false"
    exactly = f"x.exact {sign} {limit.exact:f}"
    if limit.family == xsd.Family.EXACT:
        covered = f"(x.family = {double} OR (x.family = {exact} AND x.exact IS NOT NULL))"
        return covered, f"CASE WHEN x.family = {exact} THEN {exactly} ELSE {approximate} END"
    same = f"x.family = {int(limit.family)} AND x.zoned = {limit.zoned} AND x.exact IS NOT NULL"
    return f"({same})", exactly
