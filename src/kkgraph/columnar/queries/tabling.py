"""Solutions that a query holds, or that are given beside it, as relations."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, get_args

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Relation

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler

LONG: Final = 1_000
"""A longer list of given terms is handed over as a table, and not as text of SQL."""
LIST: Final = ox.NamedNode("urn:kkgraph:given")
"""What stands in a query for the list that is given beside it."""


def with_list(pattern: f.Pattern, rows: tuple[tuple[f.Term], ...]) -> f.Pattern:
    """The pattern with these solutions wherever ``LIST`` stands for them."""
    if isinstance(pattern, f.Table):
        return f.Table(pattern.names, rows) if pattern.rows == ((LIST,),) else pattern
    changed: dict[str, Any] = {
        field.name: with_list(part, rows)
        for field in fields(pattern)
        if isinstance(part := getattr(pattern, field.name), get_args(f.Pattern))
    }
    return replace(pattern, **changed)


def tabled(compiler: Compiler, pattern: f.Table) -> Relation:
    """The relation of given solutions; a long list is noted in the compiler's ``lists``."""
    if not pattern.names or not pattern.rows:
        return _empty(compiler, pattern)
    columns = {}
    numbers: list[int] = []
    for at, name in enumerate(pattern.names):
        terms = [row[at] for row in pattern.rows]
        numbers = [compiler.space.number(t) for t in terms if t is not None]
        if numbers:
            columns[name] = Column(
                compiler.column_name(name),
                Form.NUMBER,
                maybe=None in terms,
                origins=compiler.space.constants(numbers),
            )
    names = ", ".join(c.sql for c in columns.values()) or '"."'
    if len(pattern.rows) == len(numbers) > LONG and len(pattern.names) == 1:
        rows = ", ".join(map("({})".format, numbers))
        sql = f"SELECT CAST(n AS BIGINT) AS {names} FROM (VALUES {rows}) AS given(n)"
        step = compiler.step("values", "given solutions", sql)
        compiler.lists[step] = names, numbers
        return Relation(step, columns)
    rows = ", ".join(
        f"({', '.join(_given(compiler, row[pattern.names.index(n)]) for n in columns) or '1'})"
        for row in pattern.rows
    )
    sql = f"SELECT * FROM (VALUES {rows}) AS given({names})"
    return Relation(compiler.step("values", "given solutions", sql), columns)


def _empty(compiler: Compiler, pattern: f.Table) -> Relation:
    """No solution of some variables, or solutions without any variable."""
    columns = {}
    if not pattern.rows:
        columns = {
            name: Column(compiler.column_name(name), Form.NUMBER, origins=frozenset())
            for name in pattern.names
        }
    rows = " UNION ALL ".join(f"SELECT {NOTHING}" for _ in pattern.rows)
    sql = rows or f"SELECT {NOTHING} WHERE false"
    if columns:
        made = ", ".join(f"CAST(NULL AS BIGINT) AS {c.sql}" for c in columns.values())
        sql = f"SELECT {made} WHERE false"
    return Relation(compiler.step("values", "given solutions", sql), columns)


def _given(compiler: Compiler, term: f.Term | None) -> str:
    if term is None:
        return "CAST(NULL AS BIGINT)"
    return f"CAST({compiler.space.number(term)} AS BIGINT)"
