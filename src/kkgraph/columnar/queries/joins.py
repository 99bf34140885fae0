"""Joins of solutions: two agree where each shared variable is the same or unbound in one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Relation
from kkgraph.columnar.queries.frames import Frame

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


def as_written(compiler: Compiler, relation: Relation, names: list[str]) -> Relation:
    """The relation with some of its columns as text."""
    frame, evaluation = compiler.frame(relation)
    selects, columns = [], {}
    for name, column in relation.columns.items():
        if name in names and column.form is not Form.WRITTEN:
            value = evaluation.value(f.Variable(name))
            selects.append(f"{value.written()} AS {column.sql}")
            columns[name] = Column(column.sql, Form.WRITTEN, maybe=column.maybe)
        else:
            selects.append(f"l.{column.sql}")
            columns[name] = column
    if columns == relation.columns:
        return relation
    sql = f"SELECT {', '.join(selects)} FROM {frame.source('l')}"
    return Relation(compiler.step("written", "terms as text", sql), columns)


def alike(
    compiler: Compiler, left: Relation, right: Relation, shared: list[str]
) -> tuple[Relation, Relation]:
    """Both relations, with the shared variables held in the same way."""
    unlike = [n for n in shared if left.columns[n].alike != right.columns[n].alike]
    unlike += [n for n in shared if left.columns[n].alike == (Form.TYPED, "double")]
    if not unlike:
        return left, right
    return as_written(compiler, left, unlike), as_written(compiler, right, unlike)


def agreeing(left: Relation, right: Relation, name: str) -> str:
    """The condition that both agree on a variable."""
    one, two = left.columns[name], right.columns[name]
    tests = [f"l.{one.sql} = r.{two.sql}"]
    tests += [f"l.{one.sql} IS NULL"] if one.maybe else []
    tests += [f"r.{two.sql} IS NULL"] if two.maybe else []
    return tests[0] if len(tests) == 1 else f"({' OR '.join(tests)})"


def _shared(left: Relation, right: Relation) -> list[str]:
    return [name for name in left.columns if name in right.columns]


def joined(compiler: Compiler, left: Relation, right: Relation) -> Relation:
    """The solutions of both that agree."""
    shared = _shared(left, right)
    left, right = alike(compiler, left, right, shared)
    for one, two in ((left, right), (right, left)):
        for name in shared:
            if one.columns[name].maybe and not two.columns[name].maybe:
                return _in_parts(compiler, one, two, name)
    columns = _merged(left, right, optional=False)
    conditions = [agreeing(left, right, name) for name in shared]
    how = f"JOIN {right.sql} r ON {' AND '.join(conditions)}" if shared else None
    sql = (
        f"SELECT {_selected(left, right, columns)} FROM {left.sql} l"
        f" {how or f'CROSS JOIN {right.sql} r'}"
    )
    return Relation(compiler.step("join", "what agrees", sql), columns)


def _in_parts(compiler: Compiler, one: Relation, two: Relation, name: str) -> Relation:
    """A join in two parts: where ``one`` binds the variable, and where it doesn't.

    Each part is then a join on equality, which an engine does fast.
    """
    column = one.columns[name]
    bound = _part(compiler, one, name, f"{column.sql} IS NOT NULL", column.unbound(False))
    unbound = _part(compiler, one, name, f"{column.sql} IS NULL", None)
    sides = [joined(compiler, bound, two), joined(compiler, unbound, two)]
    columns = {
        n: replace(c, maybe=c.maybe or sides[1].columns[n].maybe, origins=_either(sides, n))
        for n, c in sides[0].columns.items()
    }
    selects = [
        f"SELECT {', '.join(s.columns[n].sql for n in columns) or NOTHING} FROM {s.sql}"
        for s in sides
    ]
    return Relation(compiler.step("join", "both parts", " UNION ALL ".join(selects)), columns)


def _either(sides: list[Relation], name: str) -> frozenset[tuple[str, int]] | None:
    from kkgraph.columnar.queries.columns import united

    return united(sides[0].columns[name].origins, sides[1].columns[name].origins)


def _part(
    compiler: Compiler, relation: Relation, name: str, test: str, column: Column | None
) -> Relation:
    columns = {n: c for n, c in relation.columns.items() if n != name}
    if column is not None:
        columns = {**columns, name: column}
    listed = ", ".join(c.sql for c in columns.values()) or NOTHING
    sql = f"SELECT {listed} FROM {relation.sql} WHERE {test}"
    return Relation(compiler.step("part", f"where ?{name} is bound, or not", sql), columns)


def _merged(left: Relation, right: Relation, *, optional: bool) -> dict[str, Column]:
    columns = dict(left.columns)
    for name, column in right.columns.items():
        mine = columns.get(name)
        if mine is None:
            columns[name] = column.unbound() if optional else column
        elif mine.maybe:
            origins = _either([left, right], name)
            columns[name] = replace(mine, maybe=column.maybe or optional, origins=origins)
        elif mine.origins is None or ("o", -1) in mine.origins:
            columns[name] = mine if optional else replace(mine, origins=column.origins)
    return columns


def _selected(left: Relation, right: Relation, columns: dict[str, Column]) -> str:
    parts = []
    for name, column in columns.items():
        one, two = left.columns.get(name), right.columns.get(name)
        if one is None:
            assert two is not None
            parts.append(f"r.{two.sql}")
        elif two is not None and one.maybe:
            parts.append(f"coalesce(l.{one.sql}, r.{two.sql}) AS {column.sql}")
        else:
            parts.append(f"l.{one.sql}")
    return ", ".join(parts) or NOTHING


def joined_optionally(
    compiler: Compiler, left: Relation, right: Relation, condition: f.Expression | None
) -> Relation:
    """The left solutions, each with what agrees on the right under the condition, or alone."""
    from kkgraph.columnar.queries.expressions import Evaluation

    shared = _shared(left, right)
    left, right = alike(compiler, left, right, shared)
    for name in shared:
        if left.columns[name].maybe and not right.columns[name].maybe:
            return _optional_in_parts(compiler, left, right, condition, name)
    columns = _merged(left, right, optional=True)
    frame = Frame(compiler.space, {"l": left, "r": right})
    conditions = [agreeing(left, right, name) for name in shared]
    if condition is not None:
        conditions.append(Evaluation(frame, compiler).condition(condition))
    sql = (
        f"SELECT {_selected(left, right, columns)} FROM {frame.source('l')}"
        f" LEFT JOIN {frame.source('r')} ON {' AND '.join(conditions) or 'true'}"
    )
    return Relation(compiler.step("optional", "with what may be there", sql), columns)


def _optional_in_parts(
    compiler: Compiler,
    left: Relation,
    right: Relation,
    condition: f.Expression | None,
    name: str,
) -> Relation:
    from kkgraph.columnar.queries.columns import united

    column = left.columns[name]
    bound = _part(compiler, left, name, f"{column.sql} IS NOT NULL", column.unbound(False))
    unbound = _part(compiler, left, name, f"{column.sql} IS NULL", None)
    sides = [joined_optionally(compiler, part, right, condition) for part in (bound, unbound)]
    columns = {
        n: replace(
            c,
            maybe=c.maybe or sides[1].columns[n].maybe,
            origins=united(c.origins, sides[1].columns[n].origins),
        )
        for n, c in sides[0].columns.items()
    }
    selects = [
        f"SELECT {', '.join(s.columns[n].sql for n in columns) or NOTHING} FROM {s.sql}"
        for s in sides
    ]
    return Relation(compiler.step("optional", "both parts", " UNION ALL ".join(selects)), columns)


def removed(compiler: Compiler, left: Relation, right: Relation) -> Relation:
    """The left solutions that agree with no right one on a variable that both bind."""
    from kkgraph.columnar.queries.compiler import listed

    shared = _shared(left, right)
    counted = [name for name in shared if not name.startswith(f.GRAPH)]
    if not counted:
        return left
    left, right = alike(compiler, left, right, shared)
    conditions = [agreeing(left, right, name) for name in shared]
    if all(left.columns[n].maybe or right.columns[n].maybe for n in counted):
        both = (f"l.{left.columns[n].sql} = r.{right.columns[n].sql}" for n in counted)
        conditions.append(f"({' OR '.join(both)})")
    sql = (
        f"SELECT {listed('l', left.columns)} FROM {left.sql} l"
        f" ANTI JOIN {right.sql} r ON {' AND '.join(conditions)}"
    )
    return Relation(compiler.step("minus", "without what agrees", sql), left.columns)
