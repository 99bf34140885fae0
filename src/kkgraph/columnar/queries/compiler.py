"""From the intermediate form to relations: each pattern becomes a named part of one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.queries import conjuncts
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.closures import Closure
from kkgraph.columnar.queries.columns import (
    NOTHING,
    STORED,
    Column,
    Form,
    Relation,
    quoted,
    united,
)
from kkgraph.columnar.queries.conditions import matched, unmatched
from kkgraph.columnar.queries.duplicates import without_duplicates
from kkgraph.columnar.queries.expressions import Evaluation
from kkgraph.columnar.queries.frames import ROW, Frame
from kkgraph.columnar.queries.groups import grouped
from kkgraph.columnar.queries.joins import as_written, joined, joined_optionally, removed
from kkgraph.columnar.queries.products import counted, thinned
from kkgraph.columnar.queries.scopes import called, visible
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.steps import graphs_of, in_graph, matching
from kkgraph.columnar.queries.tabling import tabled
from kkgraph.columnar.queries.values import Nothing, Value
from kkgraph.columnar.queries.walks import walked

if TYPE_CHECKING:
    import pyarrow as pa

    from kkgraph.columnar.queries import Dataset


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of the statement, and the pattern that it answers."""

    name: str
    title: str
    sql: str


class Compiler:
    """Turns patterns into parts of one statement (``steps``, in their order)."""

    def __init__(self, space: Space, dataset: Dataset) -> None:
        self.space = space
        self.dataset = dataset
        self.steps: list[Step] = []
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._made: dict[str, int] = {}
        self.one_graph = False
        self.lists: dict[str, tuple[str, list[int]]] = {}
        self.closures: list[Closure] = []

    def column_name(self, variable: str) -> str:
        """The SQL name of a variable; SQL doesn't tell capitals from small letters."""
        if variable not in self._names:
            plain = variable.lstrip(".")
            name = f"_{plain}" if variable.startswith(".") else plain
            number = 1
            while name.lower() in self._taken:
                number += 1
                name = f"{plain}_{number}"
            self._taken.add(name.lower())
            self._names[variable] = quoted(name)
        return self._names[variable]

    def step(self, kind: str, title: str, sql: str) -> str:
        """A part of the statement; its name."""
        self._made[kind] = self._made.get(kind, 0) + 1
        name = f"{kind}_{self._made[kind]}"
        self.steps.append(Step(name, title, sql))
        return name

    def statement(
        self, last: str, *, handed: bool = False, instead: Mapping[str, str] | None = None
    ) -> str:
        """The statement of all parts and a last SELECT over them.

        With ``handed`` it reads long lists of terms from the tables of ``handed_over``. ``instead``
        are other texts of some parts, by their names.
        """
        lists = self.lists if handed else {}
        texts = {name: f"SELECT n AS {sql} FROM list_{name}" for name, (sql, _) in lists.items()}
        texts |= instead or {}
        parts = [f"{s.name} AS (\n  {texts.get(s.name, s.sql)}\n)" for s in self.steps]
        return "WITH RECURSIVE\n" + ",\n".join(parts) + f"\n{last}" if parts else last

    def handed_over(self) -> dict[str, pa.Table]:
        """The long lists of terms, as tables that a statement may name."""
        import numpy as np

        return {
            f"list_{name}": arrays.table({"n": arrays.integers(np.array(numbers, np.int64))})
            for name, (_, numbers) in self.lists.items()
        }

    def next_name(self, kind: str) -> str:
        """The name that the next part of a kind will have, for one that repeats itself."""
        return f"{kind}_{self._made.get(kind, 0) + 1}"

    def shared(self, kind: str, title: str, sql: str) -> str:
        """A part of the statement that is made once for the same SQL."""
        for step in self.steps:
            if step.sql == sql and step.title == title:
                return step.name
        return self.step(kind, title, sql)

    def relation(self, pattern: f.Pattern) -> Relation:
        """The solutions of a pattern."""
        found: Relation = _COMPILE[type(pattern)](self, pattern)
        return Relation(found.sql, {n: c for n, c in found.columns.items() if n != ROW})

    def frame(self, relation: Relation) -> tuple[Frame, Evaluation]:
        """Where expressions about a relation stand, under the alias ``l``."""
        frame = Frame(self.space, {"l": relation})
        return frame, Evaluation(frame, self)

    def matches(self, pattern: f.Pattern, frame: Frame) -> tuple[Relation, list[str]]:
        """What an EXISTS inside an expression asks, see ``expressions.Matching``."""
        names = dict.fromkeys(n for side in frame.sources.values() for n in side.columns)
        return matched(self, pattern, list(names))

    def _triples(self, pattern: f.Triples) -> Relation:
        return matching(self, pattern)

    def _walk(self, pattern: f.Walk) -> Relation:
        return walked(self, pattern, None)

    def _graphs(self, pattern: f.Graphs) -> Relation:
        return graphs_of(self, pattern)

    def _in_graph(self, pattern: f.InGraph) -> Relation:
        return in_graph(self, self.relation(pattern.pattern), pattern)

    def _join(self, pattern: f.Join) -> Relation:
        left = self.relation(pattern.left)
        if isinstance(pattern.right, f.Walk):
            return joined(self, left, walked(self, pattern.right, left))
        return joined(self, left, self.relation(pattern.right))

    def _optional(self, pattern: f.Optional) -> Relation:
        left = self.relation(pattern.left)
        right, condition = self._with_own(pattern)
        if isinstance(pattern.right, f.Walk) and condition is None:  # from where the left side is
            ends = walked(self, pattern.right, left)
            found = self.filtered(ends, right.condition) if isinstance(right, f.Filter) else ends
            return joined_optionally(self, left, found, None)
        return joined_optionally(self, left, self.relation(right), condition)

    def _with_own(self, pattern: f.Optional) -> tuple[f.Pattern, f.Expression | None]:
        """The right side with the conditions about it alone, and the other conditions."""
        if pattern.condition is None:
            return pattern.right, None
        return conjuncts.split_between(pattern.condition, pattern.right, visible(pattern.left))

    def _union(self, pattern: f.Union) -> Relation:
        sides = [self.relation(side) for side in _alternatives(pattern)]
        names = list(dict.fromkeys(name for side in sides for name in side.columns))
        columns = {
            n: _common(self.column_name(n), [side.columns.get(n) for side in sides]) for n in names
        }
        text = [name for name in names if columns[name].form is Form.WRITTEN]
        selects = []
        for side in (as_written(self, side, text) for side in sides):
            held = (f"{_as(side, n, columns[n])} AS {columns[n].sql}" for n in names)
            selects.append(f"SELECT {', '.join(held) or NOTHING} FROM {side.sql}")
        return Relation(self.step("union", "either", " UNION ALL ".join(selects)), columns)

    def _minus(self, pattern: f.Minus) -> Relation:
        right = thinned(pattern.right, visible(pattern.left))
        return removed(self, self.relation(pattern.left), self.relation(right))

    def _filter(self, pattern: f.Filter) -> Relation:
        return self.filtered(self.relation(pattern.pattern), pattern.condition)

    def filtered(self, relation: Relation, condition: f.Expression) -> Relation:
        """The solutions for which a condition holds; EXISTS on its own become joins."""
        for part in conjuncts.of(condition):
            if isinstance(part, f.Exists):
                relation = unmatched(self, relation, part.pattern, keep=True)
            elif part_is_absence(part):
                relation = unmatched(self, relation, _absent(part), keep=False)
        rest = [
            part
            for part in conjuncts.of(condition)
            if not isinstance(part, f.Exists) and not part_is_absence(part)
        ]
        if not rest:
            return relation
        frame, evaluation = self.frame(relation)
        conditions = [evaluation.condition(part) for part in rest]
        sql = (
            f"SELECT {listed('l', relation.columns)} FROM {frame.source('l')}"
            f" WHERE {' AND '.join(conditions)}"
        )
        return Relation(self.step("filter", "where the conditions hold", sql), relation.columns)

    def _extend(self, pattern: f.Extend) -> Relation:
        relation = self._extended(pattern)
        frame, evaluation = self.frame(relation)
        value = evaluation.value(pattern.expression)
        if isinstance(value, Nothing):
            return relation
        column = column_of(value, self.column_name(pattern.name))
        columns = {n: c for n, c in relation.columns.items() if n != pattern.name}
        kept = listed("l", columns) + ", " if columns else ""
        columns[pattern.name] = column
        sql = f"SELECT {kept}{value.sql} AS {column.sql} FROM {frame.source('l')}"
        return Relation(self.step("bind", f"with ?{pattern.name}", sql), columns)

    def _extended(self, pattern: f.Extend) -> Relation:
        """What a variable is added to; numbered, where new nodes belong to each solution."""
        # Expressions next to each other share the numbers, and so the nodes.
        inner = pattern.pattern
        relation = self._extend(inner) if isinstance(inner, f.Extend) else self.relation(inner)
        if "BNODE" not in called(pattern.expression) or ROW in relation.columns:
            return relation
        name = self.column_name(ROW)
        kept = listed("l", relation.columns)
        sql = f"SELECT {kept}, row_number() OVER () AS {name} FROM {relation.sql} l"
        columns = {**relation.columns, ROW: Column(name, Form.TYPED, "integer")}
        return Relation(self.step("numbered", "each solution numbered", sql), columns)

    def _table(self, pattern: f.Table) -> Relation:
        return tabled(self, pattern)

    def _group(self, pattern: f.Group) -> Relation:
        counts = counted(pattern)
        if counts is not None:
            return self.relation(counts)
        inner = pattern.pattern
        if isinstance(inner, f.Filter) and pattern.keys:
            before, after = conjuncts.about_groups(inner.condition, set(pattern.keys))
            if after is not None:
                kept = inner.pattern if before is None else f.Filter(before, inner.pattern)
                groups = without_duplicates(replace(pattern, pattern=kept))
                return self.filtered(grouped(self, groups), after)
        return grouped(self, without_duplicates(pattern))

    def _project(self, pattern: f.Project) -> Relation:
        inner = pattern.pattern
        relation = self.relation(inner.pattern if isinstance(inner, f.Order) else inner)
        columns = {n: relation.columns[n] for n in pattern.names if n in relation.columns}
        return Relation(self._selected("choice", relation, columns), columns)

    def _selected(self, kind: str, relation: Relation, columns: dict[str, Column]) -> str:
        sql = f"SELECT {listed('l', columns)} FROM {relation.sql} l"
        return self.step(kind, "these variables", sql)

    def _distinct(self, pattern: f.Distinct) -> Relation:
        inner = pattern.pattern
        if isinstance(inner, f.Project):
            inner = replace(inner, pattern=thinned(inner.pattern, set(inner.names)))
        relation = self.relation(inner)
        sql = f"SELECT DISTINCT {listed('l', relation.columns)} FROM {relation.sql} l"
        return Relation(self.step("distinct", "each once", sql), relation.columns)

    def _order(self, pattern: f.Order) -> Relation:
        return self.relation(pattern.pattern)

    def _slice(self, pattern: f.Slice) -> Relation:
        from kkgraph.columnar.queries.ordering import sliced

        return sliced(self, pattern)


def part_is_absence(part: f.Expression) -> bool:
    """True for NOT EXISTS."""
    return isinstance(part, f.Call) and part.name == "!" and isinstance(part.arguments[0], f.Exists)


def _absent(part: f.Expression) -> f.Pattern:
    assert isinstance(part, f.Call)
    exists = part.arguments[0]
    assert isinstance(exists, f.Exists)
    return exists.pattern


def _alternatives(pattern: f.Pattern) -> list[f.Pattern]:
    if isinstance(pattern, f.Union):
        return [*_alternatives(pattern.left), *_alternatives(pattern.right)]
    return [pattern]


def _common(name: str, found: list[Column | None]) -> Column:
    """The column that holds what each of several holds."""
    known = [column for column in found if column is not None]
    maybe = len(known) < len(found) or any(column.maybe for column in known)
    if len({column.alike for column in known}) > 1:
        return Column(name, Form.WRITTEN, maybe=maybe)
    origins = known[0].origins
    for column in known[1:]:
        origins = united(origins, column.origins)
    return Column(name, known[0].form, known[0].kind, maybe, origins)


def _as(side: Relation, name: str, column: Column) -> str:
    if name in side.columns:
        return side.columns[name].sql
    stored = {Form.NUMBER: "BIGINT", Form.WRITTEN: "VARCHAR"}
    return f"CAST(NULL AS {stored.get(column.form) or STORED[column.kind]})"


def column_of(value: Value, name: str) -> Column:
    """The column that holds a value; NULL in it is an error or unbound."""
    return Column(name, value.form, value.kind, value.maybe, value.origins)


def listed(alias: str, columns: dict[str, Column]) -> str:
    """The columns of an alias, for SELECT."""
    return ", ".join(f"{alias}.{column.sql}" for column in columns.values()) or NOTHING


_COMPILE: Final[dict[type, Callable[[Compiler, Any], Relation]]] = {
    f.Triples: Compiler._triples,
    f.Walk: Compiler._walk,
    f.Graphs: Compiler._graphs,
    f.InGraph: Compiler._in_graph,
    f.Join: Compiler._join,
    f.Optional: Compiler._optional,
    f.Union: Compiler._union,
    f.Minus: Compiler._minus,
    f.Filter: Compiler._filter,
    f.Extend: Compiler._extend,
    f.Table: Compiler._table,
    f.Group: Compiler._group,
    f.Project: Compiler._project,
    f.Distinct: Compiler._distinct,
    f.Order: Compiler._order,
    f.Slice: Compiler._slice,
}
