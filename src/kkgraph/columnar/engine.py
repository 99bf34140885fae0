"""Validation of loaded data: the compiled plan run, and its violations as results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from kkgraph.columnar.answers import Answers, answers
from kkgraph.columnar.asked import Questions
from kkgraph.columnar.compiler import VIOLATIONS, Compiler
from kkgraph.columnar.explaining import explanation
from kkgraph.columnar.plan import Plan, numbered
from kkgraph.columnar.reach import reached
from kkgraph.columnar.session import translated
from kkgraph.columnar.space import Space
from kkgraph.shacl.forms import Constraint, Result, Schema, Shape
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.terms import Term

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar


@dataclass(frozen=True, slots=True)
class Count:
    """How many results one constraint of one shape has; ``number`` is its place in the plan."""

    number: int
    shape: Shape
    constraint: Constraint
    results: int


class Violations(Protocol):
    """Rows (f, v, p, n) for each constraint by its number, as ``Compiler`` makes them."""

    def sums(self) -> dict[int, int]:
        """How many results each constraint has that has any."""
        ...

    def batches(self, number: int, first: int | None) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of one constraint by f, v and p, -1 for none; the first of them where given."""
        ...


@dataclass
class Validation:
    """The outcome of a validation: counts at once, results when they are asked for.

    ``seconds`` is the time of planning and running, without loading. After a change ``reached``
    counts the nodes looked at again, and ``in_full`` names the shapes that were run on all nodes.
    """

    space: Space
    constraints: list[tuple[Shape, Constraint]]
    plan: Plan
    questions: Questions
    violations: Violations
    seconds: float = 0.0
    counts: list[Count] = field(default_factory=list)
    reached: int | None = None
    in_full: tuple[Term, ...] = ()

    @property
    def total(self) -> int:
        """How many results there are."""
        return sum(c.results for c in self.counts)

    @property
    def conforms(self) -> bool:
        """True where there is no result, of whatever severity, as SHACL has it."""
        return self.total == 0

    def by_component(self) -> dict[str, int]:
        """Results by the local name of their component."""
        found: dict[str, int] = {}
        for count in self.counts:
            name = count.constraint.component.rpartition("#")[2].rpartition("/")[2]
            found[name] = found.get(name, 0) + count.results
        return dict(sorted(found.items()))

    def close(self) -> None:
        """Free the tables."""
        self.space.columnar.close()

    def explain(self, shapes: Sequence[str] = ()) -> str:
        """The way from SHACL to SQL, of some shapes (CURIEs or IRIs) or of all.

        What was answered without SQL is run as SQL for this.
        """
        plan = self.plan
        if isinstance(self.violations, Answers):
            plan = validate(self.space.columnar, self.questions.schema, explained=True).plan
        return explanation(self.questions.schema, plan, shapes)

    def results(self, first: int | None = None) -> Iterator[Result]:
        """The results by constraint and focus node; ``first`` of each constraint where given.

        They are read in batches, so millions of them can be streamed.
        """
        for count in self.counts:
            yield from self._of(count.number, first)

    def _of(self, number: int, first: int | None) -> Iterator[Result]:
        left = first
        for batch in self.violations.batches(number, first):
            for result, times in self._decoded(number, batch):
                for _ in range(times if left is None else min(times, left)):
                    yield result
                    left = None if left is None else left - 1

    def _decoded(self, number: int, batch: list[tuple[Any, ...]]) -> Iterator[tuple[Result, int]]:
        shape, constraint = self.constraints[number]
        wanted = sorted({n for f, v, p, _ in batch for n in (f, v, p) if n >= 0})
        terms = dict(zip(wanted, self.space.terms(wanted), strict=True))
        for f, v, p, times in batch:
            path = shape.path
            if p >= 0:
                predicate = terms[p]
                assert isinstance(predicate, ox.NamedNode)
                path = Predicate(predicate.value)
            value = terms[v] if v >= 0 else None
            bindings = self.questions.bindings(number, f, v if v >= 0 else None)
            yield Result(terms[f], value, shape, constraint, path, bindings), times


def validate(  # noqa: PLR0913 - each is one independent wish
    columnar: Columnar,
    schema: Schema,
    *,
    progress: Callable[[str], None] | None = None,
    space: Space | None = None,
    changed: bool = False,
    explained: bool = False,
) -> Validation:
    """The outcome of validating loaded data against a schema, by SQL.

    Held data are answered on arrays where they can be. With ``changed`` only nodes that the
    change of the space (``kkgraph.columnar.reach.change``) can reach are looked at;
    ``Validation.reached`` says how many. ``explained`` makes a plan for reading: more names, and
    the same from run to run. Raises ``StoreError`` (out-of-memory, disk-full), ``ShapeError``
    (bad-shape: a query that the engine can't run).
    """
    start = time.perf_counter()
    space = space or Space(columnar)
    space.naming = explained
    plan = Plan(space, progress=progress)
    questions = Questions(space, schema, plan)
    violations: Violations | None = None
    if columnar.held is not None and not (changed or explained or space.overlaid):
        with translated():
            violations = answers(space, schema, columnar.held)
    if violations is not None:
        found = Validation(space, numbered(schema), plan, questions, violations)
    else:
        limits = reached(space, schema, plan) if changed else {}
        workers = 1 if explained else space.workers
        Compiler(space, schema, plan, questions.rows, limits=limits, workers=workers).run()
        found = Validation(space, numbered(schema), plan, questions, space.outcome(VIOLATIONS))
        if changed:
            nodes = " UNION ".join(f"SELECT f FROM {table}" for table in limits.values())
            found.reached = space.run(f"SELECT count(*) FROM ({nodes})")[0][0] if nodes else 0
            found.in_full = tuple(s.id for s in schema.targeted if s.id not in limits)
    sums = found.violations.sums()
    found.counts = [
        Count(number, shape, constraint, sums[number])
        for number, (shape, constraint) in enumerate(found.constraints)
        if number in sums
    ]
    found.seconds = time.perf_counter() - start
    return found
