"""Shapes compiled to SQL: nodes flow from outer shapes to inner ones, verdicts flow back.

For each shape there is a table of its focus nodes and one of their values. Outer shapes come
first, as their values are the inner ones' focus nodes; what an inner shape finds at fault is then
known when the outer one asks for it. Violations are rows of one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from kkgraph.columnar.classes import Classes
from kkgraph.columnar.columns import TableColumns
from kkgraph.columnar.conditions import Conditions
from kkgraph.columnar.lane import LOGIC, Lane, Values
from kkgraph.columnar.plan import Plan, first_numbers, numbered
from kkgraph.columnar.sets import Sets
from kkgraph.columnar.space import Space
from kkgraph.columnar.walks import Walks
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Constraint, Schema, Shape
from kkgraph.shacl.terms import Term
from kkgraph.shacl.values import VALUE_TESTS

VIOLATIONS: Final = "violations"
_QUALIFIED: Final = (f.QualifiedMinCount, f.QualifiedMaxCount)
Asked = Callable[[Shape, Constraint, int, str, str], str]


@dataclass
class _Use:
    """How a shape is used: SELECTs of (f, n) to report on, and of f whose verdict is asked."""

    report: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)
    alone: str = ""


@dataclass(frozen=True)
class _Work:
    """A shape's tables: focus nodes, values, and (where some count twice) how often each."""

    shape: Shape
    focus: str
    values: str
    bag: str
    reported: bool
    verdict: bool
    given: Values | None = None


class Compiler:
    """Compiles a schema over a space and runs it; ``violations(k, f, v, p, n)`` is the outcome.

    ``k`` is an index into ``constraints``; ``v`` and ``p`` (a path other than the shape's) may be
    null; ``n`` says how many results the row stands for. ``limits`` names, for some shapes, a
    table of focus nodes outside which their targets aren't looked at. ``ask`` answers SPARQL
    constraints.
    """

    def __init__(  # noqa: PLR0913 - each is one independent wish
        self,
        space: Space,
        schema: Schema,
        plan: Plan,
        ask: Asked,
        *,
        limits: Mapping[Term, str] | None = None,
        workers: int = 1,
    ) -> None:
        self.space = space
        self.schema = schema
        self.plan = plan
        self.constraints = numbered(schema)
        self._first = first_numbers(schema)
        self._limits = limits or {}
        self._workers = workers
        self._ask = ask
        self._uses: dict[Term, _Use] = {s: _Use() for s in schema.shapes}
        space.ids(schema.constants())
        self._bad: dict[Term, str] = {}
        self._classes = Classes(space, plan)
        self._walks = Walks(space, plan.table)
        self._conditions = Conditions(space, plan.table, self._classes.instances)
        self._sets = Sets(space, plan, self._walks)
        quick = workers > 1 and not space.overlaid
        self._columns = TableColumns(space, self._classes.instances)
        self._lane = Lane(space, schema.shapes, self._columns) if quick else None

    def run(self) -> None:
        """Make the table of violations and fill it."""
        self.space.run(
            f"CREATE OR REPLACE TABLE {VIOLATIONS}"
            "(k INTEGER, f BIGINT, v BIGINT, p BIGINT, n BIGINT)"
        )
        asks = any(isinstance(c, f.Sparql | f.Custom) for _, c in self.constraints)
        if asks or any(t.kind == "node" for s in self.schema.targeted for t in s.targets):
            self.space.make_room()  # before several threads read what it replaces
        waiting: list[_Work] = []
        with ThreadPoolExecutor(self._workers) as pool:
            judged: list[Future[None]] = []
            for shape in reversed(self.schema.shapes.values()):
                self.plan.work_on(shape.name)
                work = self._prepare(shape)
                if work is None:
                    continue
                if not self._is_leaf(work):
                    waiting.append(work)
                elif self._workers == 1:
                    self._judge(work)
                else:
                    judged.append(pool.submit(self._judge, work))
            for task in judged:
                task.result()
        for work in reversed(waiting):
            self._judge(work)
        if self._lane is not None:
            self._lane.write(VIOLATIONS)

    def _is_leaf(self, work: _Work) -> bool:
        """True where no verdict of another shape is needed for this one's."""
        waits = (*LOGIC, *_QUALIFIED, *((f.Property,) if work.verdict else ()))
        rest = [c for c in work.shape.constraints if not self._is_quick(work, c)]
        return not any(isinstance(c, waits) for c in rest)

    def _prepare(self, shape: Shape) -> _Work | None:
        """The shape's focus nodes and values, passed on to the shapes that it names."""
        use = self._uses[shape.id]
        if shape.deactivated:
            return None
        if shape.targets:
            table = self._targets(shape)
            use.report.append(f"SELECT f, 1 AS n FROM {table}")
            use.alone = table
        if not use.report and not use.check:
            return None
        focus, bag = self._focus(use)
        values = f"(SELECT f, f AS v FROM {focus})"
        given = None
        if shape.path is not None:
            values = self._walks.ends(focus, shape.path)
            given = self._given(shape, focus, bag, use)
            if _readers(shape, given, self._lane) > 1:
                values = self.plan.table("val", f"values of {shape.path}", values)
            else:
                values = f"({values})"
        work = _Work(shape, focus, values, bag, bool(use.report), bool(use.check), given)
        for constraint in shape.constraints:
            if not self._is_quick(work, constraint):
                self._pass_on(work, constraint)
        return work

    def _is_quick(self, work: _Work, constraint: Constraint) -> bool:
        """True where the quick lane answers a constraint."""
        return bool(self._lane and work.given and self._lane.covers(work.shape, constraint))

    def _given(self, shape: Shape, focus: str, bag: str, use: _Use) -> Values | None:
        """What the quick lane needs, where it can answer some of the shape's constraints."""
        if self._lane is None or bag or use.check:
            return None
        if not any(self._lane.covers(shape, c) for c in shape.constraints):
            return None
        nodes = self._columns.table(focus)
        return None if nodes is None else self._lane.values(shape, nodes)

    def _focus(self, use: _Use) -> tuple[str, str]:
        if len(use.report) == 1 and use.alone and not use.check:
            return use.alone, ""
        bag = ""
        if use.report:
            rows = " UNION ALL ".join(f"({sql})" for sql in use.report)
            bag = self.plan.table(
                "bag",
                "focus nodes, and how often each is reported",
                f"SELECT f, sum(n) AS n FROM ({rows}) GROUP BY f",
            )
        every = [f"SELECT f FROM {bag}"] if bag else []
        every += [f"SELECT f FROM ({sql})" for sql in use.check]
        union = (
            " UNION ".join(every)
            if len(every) > 1
            else every[0].replace("SELECT", "SELECT DISTINCT", 1)
        )
        return self.plan.table("focus", "nodes to look at", union), bag

    def _targets(self, shape: Shape) -> str:
        parts = [self._classes.target(t) for t in dict.fromkeys(shape.targets)]
        table = parts[0]
        if len(parts) > 1:
            union = " UNION ".join(f"SELECT f FROM {p}" for p in parts)
            table = self.plan.table("focus", "nodes of all targets", union)
        if visible := self.space.visible("f"):
            sql = f"SELECT f FROM {table} WHERE {visible}"
            table = self.plan.table("focus", "of these, those that the files name", sql)
        if shape.id in self._limits:
            sql = f"SELECT f FROM {table} SEMI JOIN {self._limits[shape.id]} USING (f)"
            table = self.plan.table("focus", "of these, those that the change can reach", sql)
        return table

    def _pass_on(self, work: _Work, constraint: Constraint) -> None:
        if isinstance(constraint, f.Property):
            inner = self._uses[constraint.shapes[0]]
            if work.reported:
                if work.shape.path is None and not work.bag:
                    inner.alone = work.focus
                n, join = ("b.n", f" JOIN {work.bag} b USING (f)") if work.bag else ("1", "")
                inner.report.append(f"SELECT x.v AS f, {n} AS n FROM {work.values} x{join}")
            if work.verdict:
                inner.check.append(f"SELECT v AS f FROM {work.values}")
        elif isinstance(constraint, LOGIC + _QUALIFIED):
            named = (*constraint.shapes, *getattr(constraint, "siblings", ()))
            for shape in named:
                self._uses[shape].check.append(f"SELECT v AS f FROM {work.values}")

    def _judge(self, work: _Work) -> None:
        """Fill in the violations of a shape, and its verdict where one is asked."""
        self.plan.work_on(work.shape.name)
        at_fault: list[str] = []
        for place, constraint in enumerate(work.shape.constraints):
            if isinstance(constraint, f.Property):
                bad = self._bad.get(constraint.shapes[0])
                if work.verdict and bad:
                    at_fault.append(f"SELECT f FROM {work.values} WHERE v IN (FROM {bad})")
                continue
            number = self._first[work.shape.id] + place
            if self._is_quick(work, constraint):
                assert self._lane is not None and work.given is not None
                if self._lane.note(constraint, number, work.given):
                    continue
            rows = self._rows(work, constraint, number)
            if rows is None:
                continue
            if work.verdict:
                title = f"violations of {_name(constraint)}"
                rows = f"FROM {self.plan.table('viol', title, rows)}"
                at_fault.append(f"SELECT f {rows}")
            if work.reported:
                self._insert(work, constraint, number, rows)
        if work.verdict:
            union = " UNION ".join(at_fault) or f"SELECT f FROM {work.focus} WHERE false"
            if len(at_fault) == 1:
                union = f"SELECT DISTINCT f FROM ({union})"
            self._bad[work.shape.id] = self.plan.table(
                "bad", f"nodes that don't conform to {work.shape.name}", union
            )

    def _insert(self, work: _Work, constraint: Constraint, number: int, rows: str) -> None:
        n, join = ("b.n", f" JOIN {work.bag} b USING (f)") if work.bag else ("1", "")
        self.plan.run(
            VIOLATIONS,
            f"results of {_name(constraint)}",
            f"INSERT INTO {VIOLATIONS} SELECT {number}, r.f, r.v, r.p, {n} FROM ({rows}) r{join}",
        )

    def _rows(self, work: _Work, constraint: Constraint, number: int) -> str | None:
        """A SELECT of the violations (f, v, p); None where there can't be any."""
        plain = "SELECT f, v, NULL::BIGINT AS p FROM"
        if isinstance(constraint, VALUE_TESTS):
            return self._conditions.rows(constraint, work.values)
        if isinstance(constraint, LOGIC):
            condition = self._logical(constraint)
            return f"{plain} {work.values} WHERE {condition}" if condition else None
        if isinstance(constraint, _QUALIFIED):
            return self._qualified(work, constraint)
        if isinstance(constraint, f.Sparql | f.Custom):
            return self._ask(work.shape, constraint, number, work.focus, work.values)
        return self._sets.rows(constraint, work.focus, work.values)

    def _logical(self, constraint: Any) -> str:
        """The condition on ``v`` that a logical constraint is broken; empty for never."""
        bad = [self._bad.get(s) for s in constraint.shapes]
        fails = [f"v IN (FROM {b})" if b else "false" for b in bad]
        match constraint:
            case f.Not():
                return f"NOT ({fails[0]})"
            case f.And() | f.Node():
                return " OR ".join(x for x in fails if x != "false")
            case f.Or():
                return " AND ".join(fails) if "false" not in fails else ""
        count = " + ".join(f"(NOT ({x}))::INTEGER" for x in fails)
        return f"{count} <> 1"

    def _qualified(self, work: _Work, constraint: Any) -> str:
        bad = self._bad.get(constraint.shapes[0])
        conditions = [f"v NOT IN (FROM {bad})"] if bad else []
        for sibling in constraint.siblings:
            other = self._bad.get(sibling)
            conditions.append(f"v IN (FROM {other})" if other else "false")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        fitting = f"SELECT f, v FROM {work.values}{where}"
        least = isinstance(constraint, f.QualifiedMinCount)
        return self._sets.counted(work.focus, f"({fitting})", constraint.count, least=least)


def _readers(shape: Shape, given: Values | None, lane: Lane | None) -> int:
    """How many times the SQL of a shape reads its values."""
    quick = [lane and given and lane.covers(shape, c) for c in shape.constraints]
    rest = [c for c, done in zip(shape.constraints, quick, strict=True) if not done]
    twice = (f.UniqueLang, f.Equals, f.LessThan, f.LessThanOrEquals, f.Property, *LOGIC)
    return sum(2 if isinstance(c, twice + _QUALIFIED) else 1 for c in rest)


def _name(constraint: Constraint) -> str:
    return constraint.component.rpartition("#")[2].removesuffix("ConstraintComponent")
