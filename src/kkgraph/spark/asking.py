"""SPARQL on Spark: the one statement of a query, where Spark says it as DuckDB does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.errors import StoreError
from kkgraph.spark.dialect import Recursion, rendered, words
from kkgraph.spark.recursion import closure
from kkgraph.spark.session import translated

if TYPE_CHECKING:
    import pyarrow as pa

    from kkgraph.model import Answer
    from kkgraph.spark.tables import SparkTables

_SAME: Final = frozenset(
    {
        *("count", "min", "max", "sum", "coalesce", "case", "if", "exists", "and", "or"),
        *("isnan", "starts_with", "contains", "length", "row_number", "any_value"),
    }
)
"""Functions that mean the same in both engines, for whatever the plans give them."""
_GROUP: Final = "kkgraph-ask"


def ask(
    tables: SparkTables, sparql: str, *, timeout_s: float | None = None, max_rows: int | None = None
) -> Answer:
    """The answer to a query over tables, found by Spark; at most ``max_rows`` rows of it.

    The query is compiled as for DuckDB. Raises ``StoreError`` not-on-spark where it can't be, or
    where a function in its statement may mean another thing to Spark; ``QuestionError`` bad-sparql;
    ``StoreError`` timeout, engine-failed.
    """
    from kkgraph.columnar.queries import UncoveredError, compiled

    try:
        return compiled(tables, sparql).answer(timeout_s=timeout_s, max_rows=max_rows)
    except UncoveredError as error:
        raise _not_here(str(error)) from error


def _not_here(reason: str) -> StoreError:
    return StoreError(
        "not-on-spark",
        f"the query has no translation for Spark: {reason}",
        hint="Ask a columnar file instead: kkgraph ask --store FILE.kk",
    )


class Statements:
    """What stands for DuckDB's connection where a query's plan runs statements.

    It has the few methods that the plans use; each statement is rendered and run by Spark.
    """

    def __init__(self, tables: SparkTables) -> None:
        self._tables = tables
        self._sql = ""
        self._made = 0

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
        """End the jobs that run for a query."""
        self._tables.spark.sparkContext.cancelJobGroup(_GROUP)

    def register(self, name: str, table: pa.Table) -> None:
        """Let a table at hand be found by its name."""
        self._tables.spark.createDataFrame(table).createOrReplaceTempView(name)

    def execute(self, sql: str, values: object = None) -> Statements:
        """Take a statement."""
        assert values is None
        self._sql = sql
        return self

    sql = execute

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the statement."""
        return [tuple(row) for row in self._frame().collect()]

    def to_arrow_reader(self, rows: int) -> pa.RecordBatchReader:
        """The rows of the statement as Arrow batches; Spark bounds what comes to its driver."""
        with translated():
            return self._frame().toArrow().to_reader(rows)

    def _frame(self) -> Any:
        other = words(self._sql) - _SAME
        if other:
            raise _not_here(f"{', '.join(sorted(other))} may mean another thing there")
        with translated():
            context: Any = self._tables.spark.sparkContext
            context.setJobGroup(_GROUP, "a query", True)
            return self._tables.spark.sql(rendered(self._sql, self._closure).sql)

    def _closure(self, recursion: Recursion) -> str:
        self._made += 1
        name = f"walked_{id(self)}_{self._made}"
        rows = closure(self._tables.spark, recursion, self._tables.written)
        rows.createOrReplaceTempView(name)
        return name
