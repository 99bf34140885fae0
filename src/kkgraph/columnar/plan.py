"""The plan of a validation: which tables are made, in which order, from which SQL."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import accumulate

from kkgraph.columnar.space import Space
from kkgraph.shacl.forms import Constraint, Schema, Shape
from kkgraph.shacl.terms import Term


@dataclass(frozen=True, slots=True)
class Step:
    """One table: its name, what it holds in words, the SQL that makes it, and for which shape."""

    name: str
    title: str
    sql: str
    shape: str = ""


def numbered(schema: Schema) -> list[tuple[Shape, Constraint]]:
    """All constraints with their shapes, in the order in which violations count them."""
    return [(shape, c) for shape in schema.shapes.values() for c in shape.constraints]


def first_numbers(schema: Schema) -> dict[Term, int]:
    """For each shape the place of its first constraint among all."""
    sizes = [len(shape.constraints) for shape in schema.shapes.values()]
    return dict(zip(schema.shapes, accumulate(sizes, initial=0), strict=False))


class Plan:
    """Runs steps as they are added and keeps them, so that they can be shown afterwards.

    Several threads may add steps; each says first for which shape it works (``work_on``). The
    tables stay until the next plan over the same data replaces them, or the data are closed.
    """

    def __init__(self, space: Space, *, progress: Callable[[str], None] | None = None) -> None:
        self.space = space
        self.steps: list[Step] = []
        self._progress = progress
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._numbers: Counter[str] = Counter()
        self._made: dict[tuple[str, str], Future[str]] = {}

    def work_on(self, shape: str) -> None:
        """Let this thread's next steps belong to a shape."""
        self._mine.shape = shape

    @property
    def _shape(self) -> str:
        return getattr(self._mine, "shape", "")

    def table(self, kind: str, title: str, sql: str) -> str:
        """The name of a table with what the SQL selects; the same SQL gives the same table."""
        with self._lock:
            waiting = self._made.get((kind, sql))
            if waiting is None:
                made = self._made[kind, sql] = Future()
                name = self._next(kind)
        if waiting is not None:
            return waiting.result()
        try:
            self._run(
                Step(name, title, sql, self._shape), f"CREATE OR REPLACE TABLE {name} AS {sql}"
            )
        except BaseException as error:
            made.set_exception(error)
            raise
        made.set_result(name)
        return name

    def _next(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{kind}_{self._numbers[kind]}"

    def given(self, kind: str, title: str, rows: list[tuple[int, int | None, int | None]]) -> str:
        """The name of a table (f, v, p) with rows that were found outside SQL."""
        with self._lock:
            name = self._next(kind)
        sql = f"CREATE OR REPLACE TABLE {name}(f BIGINT, v BIGINT, p BIGINT)"
        self._run(Step(name, title, "rows found outside SQL", self._shape), sql)
        self.space.append(name, rows)
        return name

    def run(self, name: str, title: str, sql: str) -> None:
        """Run a statement that fills a table that is there already."""
        self._run(Step(name, title, sql, self._shape), sql)

    def _run(self, step: Step, sql: str) -> None:
        if self._progress is not None:
            self._progress(f"{step.shape}: {step.title}")
        self.space.run(sql)
        with self._lock:
            self.steps.append(step)
