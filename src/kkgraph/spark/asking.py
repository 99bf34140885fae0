"""SPARQL on Spark: the one statement of a query, where Spark says it as DuckDB does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kkgraph.errors import StoreError
from kkgraph.spark.dialect import Recursion, rendered, words
from kkgraph.spark.recursion import closure
from kkgraph.spark.session import translated
from kkgraph.spark.watching import watched

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.queries.plan import Plan
    from kkgraph.model import Answer
    from kkgraph.spark.tables import SparkTables

Made = TypeVar("Made")
_SAME: Final = frozenset(
    {
        *("count", "min", "max", "sum", "coalesce", "case", "if", "exists", "and", "or"),
        *("isnan", "starts_with", "contains", "length", "row_number", "any_value"),
        *("error", "greatest", "nullif", "struct", "trunc"),
    }
)
"""Functions that mean the same in both engines, for whatever the plans give them; some as
``kkgraph.spark.numbers`` says them."""
_RAISED: Final = r"\[USER_RAISED_EXCEPTION\] "
_INEXACT: Final = (
    *("ARITHMETIC_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE", "CAST_OVERFLOW", "DIVIDE_BY_ZERO"),
    *("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "NUMERIC_OUT_OF_SUPPORTED_RANGE"),
)
"""Spark's errors for numbers that pass what it calculates exactly."""
_NUMBERS: Final = itertools.count()


def ask(
    tables: SparkTables,
    sparql: str,
    *,
    dataset: Dataset | None = None,
    timeout_s: float | None = None,
    max_rows: int | None = None,
) -> Answer:
    """The answer to a query over tables, found by Spark; at most ``max_rows`` rows of it.

    ``dataset`` is what the query's graphs are (none: RDF's own reading). The query is compiled as
    for DuckDB. Raises ``StoreError`` not-on-spark where it can't be, where a function in its
    statement may mean another thing to Spark, or where the data hold what it can't answer exactly;
    ``QuestionError`` bad-sparql; ``StoreError`` timeout, engine-failed.
    """
    return answered(planned(tables, sparql, dataset), timeout_s=timeout_s, max_rows=max_rows)


def answered(plan: Plan, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
    """The answer of a plan; errors as of ``ask``."""
    with covered():
        return plan.by_sql(timeout_s=timeout_s, max_rows=max_rows)


def planned(tables: SparkTables, sparql: str, dataset: Dataset | None = None) -> Plan:
    """The plan of a query that Spark can answer; ``StoreError`` not-on-spark for others."""
    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.queries.plan import Plan

    with covered():
        plan = Plan(tables, sparql, dataset or Dataset.of(tables))
        sql = plan.statement.sql()
    refuse_other(sql)
    return plan


@contextmanager
def covered() -> Iterator[None]:
    """Let what has no statement be ``StoreError`` not-on-spark."""
    from kkgraph.columnar.queries import UncoveredError

    try:
        yield
    except UncoveredError as error:
        raise not_here(str(error)) from error


def statement(sql: str) -> str:
    """A query's statement as Spark gets it; what is walked in rounds before stands as ``walked_N``.

    Nothing is run.
    """
    numbers = itertools.count(1)
    return rendered(sql, lambda _: f"walked_{next(numbers)}").sql


def refuse_other(sql: str) -> None:
    """Raise ``StoreError`` not-on-spark where a statement has what may mean another thing there."""
    if other := words(sql) - _SAME:
        raise not_here(f"{', '.join(sorted(other))} may mean another thing there")


def not_here(reason: str) -> StoreError:
    """The error for a query that Spark does not answer."""
    return StoreError(
        "not-on-spark",
        f"the query has no translation for Spark: {reason}",
        hint="Ask a columnar file instead: kkgraph ask --store FILE.kk",
    )


@contextmanager
def _exactly() -> Iterator[None]:
    """Let an error that says that there is no exact answer be ``UncoveredError``."""
    from kkgraph.columnar.queries.uncovered import MARK, UncoveredError

    try:
        yield
    except StoreError as error:
        told = str(error.__cause__)
        # the statement, which may stand in any error, has the same words
        if found := re.search(rf"{_RAISED}{MARK}(.+?)(?: SQLSTATE|$)", told, re.M):
            raise UncoveredError(found[1].strip()) from error
        if any(name in told for name in _INEXACT):
            reason = "a number that passes what Spark calculates exactly"
            raise UncoveredError(reason) from error
        raise


class Statements:
    """What stands for DuckDB's connection where a query's plan runs statements.

    It has the few methods that the plans use; each statement is rendered and run by Spark.
    """

    def __init__(self, tables: SparkTables) -> None:
        self._tables = tables
        self._sql = ""
        self._made = 0
        self._group = f"kkgraph-{next(_NUMBERS)}"
        self._left: Iterator[tuple[Any, ...]] | None = None

    def cursor(self) -> Statements:
        """Another one over the same session."""
        return Statements(self._tables)

    def __enter__(self) -> Statements:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""

    def interrupt(self) -> None:
        """End the jobs that run for a query, and those that it has yet to start."""
        context: Any = self._tables.spark.sparkContext
        context._jsc.sc().cancelJobGroupAndFutureJobs(self._group)

    def register(self, name: str, table: pa.Table) -> None:
        """Let a table at hand be found by its name."""
        self._tables.spark.createDataFrame(table).createOrReplaceTempView(name)

    def execute(self, sql: str, values: object = None) -> Statements:
        """Take a statement."""
        assert values is None
        self._sql, self._left = sql, None
        return self

    sql = execute

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the statement."""
        with self._running():
            return [tuple(row) for row in self._frame().collect()]

    def fetchmany(self, rows: int) -> list[tuple[Any, ...]]:
        """The next rows of the statement; none where all have been given."""
        if self._left is None:
            batches = self.to_arrow_reader(rows)
            self._left = (
                row
                for batch in batches
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            )
        return list(itertools.islice(self._left, rows))

    def to_arrow_reader(self, rows: int) -> pa.RecordBatchReader:
        """The rows of the statement as Arrow batches; Spark bounds what comes to its driver."""
        with self._running():
            return self._frame().toArrow().to_reader(rows)

    def made(self, sql: str, work: Callable[[DataFrame], Made]) -> Made:
        """What is made of the frame of a statement's rows, which stay with the workers."""
        self.execute(sql)
        with self._running():
            return work(self._frame())

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Let jobs belong to this query, and to none afterwards: an ended group runs no more."""
        tables = self._tables
        context: Any = tables.spark.sparkContext
        with _exactly(), translated():
            context.setJobGroup(self._group, "a query", True)
            try:
                with watched(tables.spark, "asking", tables.progress, group=self._group):
                    yield
            finally:
                context.setLocalProperty("spark.jobGroup.id", None)

    def _frame(self) -> DataFrame:
        refuse_other(self._sql)
        return self._tables.spark.sql(rendered(self._sql, self._closure).sql)

    def _closure(self, recursion: Recursion) -> str:
        self._made += 1
        name = f"walked_{id(self)}_{self._made}"
        rows = closure(self._tables.spark, recursion, self._tables.written)
        rows.createOrReplaceTempView(name)
        return name
