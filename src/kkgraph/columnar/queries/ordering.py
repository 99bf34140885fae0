"""ORDER BY, LIMIT and OFFSET: SPARQL's order of terms, made total.

Unbound, then blank nodes, IRIs and literals; among literals numbers by value, then times by their
datatype and value, then all others by text, datatype and language. What is equal stands in the
order of the other columns, so that an answer is the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import NOTHING, Column, Relation, quoted
from kkgraph.columnar.queries.products import thinned
from kkgraph.columnar.queries.scopes import used
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler

_PLAIN_TEXT: Final = frozenset({"string"})


@dataclass(frozen=True, slots=True)
class Arranged:
    """Solutions, their order (``ORDER BY …`` or nothing) and which of them are wanted."""

    relation: Relation
    order: str
    start: int
    length: int | None

    def clauses(self, most: int | None = None) -> str:
        """What follows FROM in SQL; with ``most`` at most so many rows."""
        lengths = [n for n in (self.length, most) if n is not None]
        limit = f" LIMIT {min(lengths)}" if lengths else ""
        return self.order + limit + (f" OFFSET {self.start}" if self.start else "")


def arranged(compiler: Compiler, pattern: f.Pattern) -> Arranged:
    """The solutions of a whole query or sub-select."""
    start, length = 0, None
    if isinstance(pattern, f.Slice):
        start, length, pattern = pattern.start, pattern.length, pattern.pattern
    distinct = isinstance(pattern, f.Distinct)
    if isinstance(pattern, f.Distinct):
        pattern = pattern.pattern
    names: tuple[str, ...] | None = None
    if isinstance(pattern, f.Project):
        names, pattern = pattern.names, pattern.pattern
    keys: tuple[f.Key, ...] = ()
    if isinstance(pattern, f.Order):
        keys, pattern = pattern.keys, pattern.pattern
    if distinct and names is not None and any(used(k.expression) - set(names) for k in keys):
        raise UncoveredError("DISTINCT in the order of what is not selected")
    if distinct and names is not None:
        pattern = thinned(pattern, set(names))
    relation = compiler.relation(pattern)
    wanted = list(relation.columns) if names is None else names
    columns = {n: relation.columns[n] for n in wanted if n in relation.columns}
    relation, order = _sorted(compiler, relation, columns, keys, distinct=distinct)
    return Arranged(relation, order, start, length)


def _sorted(
    compiler: Compiler,
    relation: Relation,
    columns: dict[str, Column],
    keys: tuple[f.Key, ...],
    *,
    distinct: bool,
) -> tuple[Relation, str]:
    """The chosen columns with those that they are sorted by, and the ORDER BY over both."""
    frame, evaluation = compiler.frame(relation)
    made: list[str] = []
    orders: list[str] = []
    for key in keys:
        value = evaluation.value(key.expression)
        for sql in [] if isinstance(value, Nothing) else sort_keys(value):
            name = quoted(f"order.{len(made) + 1}")
            made.append(f"{sql} AS {name}")
            orders.append(f"{name} {'DESC NULLS LAST' if key.descending else 'ASC NULLS FIRST'}")
    selects = [f"l.{column.sql}" for column in columns.values()] or [NOTHING]
    selects += made
    if keys:
        orders += [f"{column.sql} NULLS FIRST" for column in columns.values()]
    if not distinct and not keys and columns == relation.columns:
        return relation, ""
    word = "SELECT DISTINCT" if distinct else "SELECT"
    sql = f"{word} {', '.join(selects)} FROM {frame.source('l')}"
    kind = "distinct" if distinct else "sorted" if keys else "choice"
    name = compiler.step(kind, "the variables that are asked for", sql)
    return Relation(name, columns), f" ORDER BY {', '.join(orders)}" if orders else ""


def sliced(compiler: Compiler, pattern: f.Slice) -> Relation:
    """A sub-select with a limit."""
    found = arranged(compiler, pattern)
    listed = ", ".join(c.sql for c in found.relation.columns.values()) or NOTHING
    sql = f"SELECT {listed} FROM {found.relation.sql}{found.clauses()}"
    return Relation(compiler.step("slice", "some of them", sql), found.relation.columns)


def sort_keys(value: Value) -> list[str]:
    """What solutions are sorted by for a value, the weightiest first; NULL where it is unbound."""
    if isinstance(value, Typed):
        return [value.sql]
    if isinstance(value, Number):
        return [value.approx(), value.exact()]
    kinds = value.kinds
    if kinds and kinds <= k.EXACT:
        return [value.exact()]
    if kinds in (_PLAIN_TEXT, {"iri"}, {"bnode"}):
        return [value.lex()]
    if kinds == {"double"}:
        return [value.approx()]
    return _mixed(value)


def _mixed(value: Value) -> list[str]:
    ranks = [({"bnode"}, 0), ({"iri"}, 1), (k.NUMERIC, 2)]
    ranks += [({kind}, 3 + at) for at, kind in enumerate(sorted(k.TEMPORAL))]
    cases = " ".join(
        f"WHEN {value.among(frozenset(kinds))} THEN {rank}"
        for kinds, rank in ranks
        if value.kinds & kinds
    )
    last = 3 + len(k.TEMPORAL)
    rest = f"CASE WHEN {value.sql} IS NOT NULL THEN {last} END"
    keys = [f"CASE {cases} ELSE {rest} END" if cases else rest]
    if value.kinds & k.NUMERIC:
        keys.append(value.approx())
    if value.kinds & k.EXACT:
        keys.append(value.exact())
    if value.kinds & k.TEMPORAL:
        keys.append(value.instant()[1])
    if value.kinds - k.NUMERIC - k.TEMPORAL:
        by_value = f"{keys[0]} BETWEEN 2 AND {last - 1}"
        keys.append(f"CASE WHEN NOT {by_value} THEN {value.lex()} END" if cases else value.lex())
    if value.kinds - k.NODES - k.NUMERIC - k.TEMPORAL:
        keys += [value.datatype(), value.lang()]
    return keys
