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
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Relation, quoted
from kkgraph.columnar.queries.products import thinned
from kkgraph.columnar.queries.scopes import used
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler

_MOST: Final = "\0"
"""Stands in a part of a statement for how many rows are needed; no string of SQL has it."""
_PLAIN_TEXT: Final = frozenset({"string"})


@dataclass(frozen=True, slots=True)
class Arranged:
    """Solutions, their order (``ORDER BY …`` or nothing) and which of them are wanted.

    ``narrow`` is another text of the relation, for when only the first rows are needed.
    """

    relation: Relation
    order: str
    start: int
    length: int | None
    narrow: str | None = None

    def needed(self, most: int | None = None) -> int | None:
        """How many rows from the first on are needed; ``most`` as in ``clauses``. None: all."""
        lengths = [n for n in (self.length, most) if n is not None]
        return self.start + min(lengths) if lengths else None

    def instead(self, most: int | None = None) -> dict[str, str]:
        """The relation's text by its name where no more rows than that are needed; or nothing."""
        needed = self.needed(most)
        if needed is None or self.narrow is None:
            return {}
        return {self.relation.sql: self.narrow.replace(_MOST, str(needed))}

    def clauses(self, most: int | None = None) -> str:
        """What follows FROM in SQL; with ``most`` at most so many rows."""
        needed = self.needed(most)
        limit = "" if needed is None else f" LIMIT {needed - self.start}"
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
    found, order = _sorted(compiler, relation, columns, keys, distinct=distinct)
    part = None if distinct else _narrow(compiler, relation, keys)
    narrow = None
    if part is not None:
        narrow, _ = _with_keys(compiler, part, columns, keys, distinct=False)
    return Arranged(found, order, start, length, narrow)


def _sorted(
    compiler: Compiler,
    relation: Relation,
    columns: dict[str, Column],
    keys: tuple[f.Key, ...],
    *,
    distinct: bool,
) -> tuple[Relation, str]:
    """The chosen columns with those that they are sorted by, and the ORDER BY over both."""
    sql, orders = _with_keys(compiler, relation, columns, keys, distinct=distinct)
    if not distinct and not keys and columns == relation.columns:
        return relation, ""
    kind = "distinct" if distinct else "sorted" if keys else "choice"
    name = compiler.step(kind, "the variables that are asked for", sql)
    return Relation(name, columns), f" ORDER BY {', '.join(orders)}" if orders else ""


def _narrow(compiler: Compiler, relation: Relation, keys: tuple[f.Key, ...]) -> Relation | None:
    """The solutions that may be among the first, by their first key; None where that can't be told.

    So the terms of the other keys are looked up for these alone. Terms that are different must
    never be equal in the order, as numbers and times of one value are.
    """
    if len(keys) < 2 or not isinstance(keys[0].expression, f.Variable):
        return None
    column = relation.columns.get(keys[0].expression.name)
    if column is None or column.maybe or column.form is not Form.NUMBER:
        return None
    frame, evaluation = compiler.frame(relation)
    value = evaluation.value(keys[0].expression)
    if value.kinds & (k.NUMERIC | k.TEMPORAL):
        return None
    way = "DESC NULLS LAST" if keys[0].descending else "ASC NULLS FIRST"
    parts = {f"s{n}": sql for n, sql in enumerate(sort_keys(value))}  # a literal would be a place
    shown = "".join(f", {sql} AS {name}" for name, sql in parts.items())
    order = ", ".join(f"{name} {way}" for name in parts)
    keyed = f"SELECT l.{column.sql} AS first{shown} FROM {frame.source('l')}"
    first = f"SELECT first FROM ({keyed}) ORDER BY {order} LIMIT {_MOST}"
    return Relation(
        f"(SELECT l.* FROM {relation.sql} l SEMI JOIN ({first}) n ON n.first = l.{column.sql})",
        relation.columns,
    )


def _with_keys(
    compiler: Compiler,
    relation: Relation,
    columns: dict[str, Column],
    keys: tuple[f.Key, ...],
    *,
    distinct: bool,
) -> tuple[str, list[str]]:
    """A SELECT of columns with those that they are sorted by, and the parts of ORDER BY."""
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
    word = "SELECT DISTINCT" if distinct else "SELECT"
    return f"{word} {', '.join(selects)} FROM {frame.source('l')}", orders


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
