"""The compiler's space on Spark: its tables are frames, and its statements are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.space import VIEWS, Space
from kkgraph.columnar.violations import TableViolations
from kkgraph.errors import StoreError
from kkgraph.spark.dialect import Recursion, Statement, rendered
from kkgraph.spark.patterns import unmatched
from kkgraph.spark.recursion import closure
from kkgraph.spark.session import translated

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from kkgraph.shacl.forms import Pattern
    from kkgraph.spark.tables import SparkTables

    Batches = Iterator[list[tuple[int, ...]]]

_AT_ONCE: Final = 16
"""So many statements that insert are one job."""
_HEAVY: Final = 6
"""A table whose plan reads more tables of the data than this is written down."""
_BATCH: Final = 20_000
_FEW: Final = 1_000
"""Answers of so many rows are remembered while the tables stay the same."""
MOST_ROWS: Final = 5_000_000
"""So many rows may come to the driver, for what is found outside SQL."""
_RESULTS: Final = """
SELECT r.k, r.f, coalesce(r.v, -1), coalesce(r.p, -1), r.n, x.lex, y.lex, z.lex
FROM ({rows}) r LEFT JOIN texts x ON x.id = r.f LEFT JOIN texts y ON y.id = r.v
LEFT JOIN texts z ON z.id = r.p
ORDER BY r.k, r.f, r.v NULLS LAST, r.p NULLS LAST
"""
_FIRST: Final = """
SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY k ORDER BY f, v NULLS LAST, p NULLS LAST) AS place
  FROM {table}
) WHERE place <= {first}
"""


class SparkSpace(Space):
    """Runs the compiler's statements on Spark.

    A small statement's table is a view, kept in the workers' memory when it is first read and
    made again where a worker is lost. Where a table stands on many others it is written into the
    folder ``work``, since a plan that holds all the plans below it is never done being planned.
    What is inserted is gathered, and becomes a few large jobs.
    """

    engine = "spark"
    workers = 1

    def __init__(
        self, tables: SparkTables, *, progress: Callable[[str], None] | None = None
    ) -> None:
        self.tables = tables
        self._spark = tables.spark
        self._progress = progress
        self._schemas: dict[str, str] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._waiting: dict[str, list[tuple[Statement, str]]] = {}
        self._answers: dict[str, list[tuple[Any, ...]]] = {}
        self._weights: dict[str, int] = {}
        self._views: dict[str, tuple[str, ...]] = {}
        self._made = 0
        super().__init__(tables)
        for view in VIEWS:
            self.run(f"CREATE OR REPLACE VIEW {view}")

    def run(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; ``StoreError`` as in ``session.translated``."""
        assert values is None
        with translated():
            said = rendered(sql, self._closure)
            match said.kind:
                case "select":
                    return self._selected(said, sql)
                case "empty":
                    self._schemas[said.table], self._rows[said.table] = said.sql, []
                    self._waiting.pop(said.table, None)
                    self._show(said.table)
                case "insert":
                    self._waiting.setdefault(said.table, []).append((said, sql))
                case "view":
                    self._forget()
                    self._ready(said.reads)
                    self._weights[said.table] = self._weight(said)
                    self._views[said.table] = said.reads
                    self._spark.sql(
                        f"CREATE OR REPLACE TEMPORARY VIEW `{said.table}` AS {said.sql}"
                    )
                case _:
                    self._table(said, sql)
        return []

    def _weight(self, said: Statement) -> int:
        """How many tables of the data a statement's plan reads."""
        return sum(self._weights.get(name, 1) for name in said.reads)

    def _table(self, said: Statement, sql: str) -> None:
        """Make a table of a SELECT; ``sql`` is the statement as DuckDB has it."""
        self._forget()
        self._insert(said.reads)
        self._rows.pop(said.table, None)
        self._waiting.pop(said.table, None)
        frame = self._spark.sql(said.sql)
        self._weights[said.table] = weight = self._weight(said)
        if weight > _HEAVY:
            frame = self.tables.written(frame, said.table)
            self._weights[said.table] = 1
        else:
            frame = self.tables.persisted(frame)
        frame.createOrReplaceTempView(said.table)

    def _selected(self, said: Statement, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, which are asked for once while the tables stay the same.

        ``sql`` is the statement as DuckDB has it.
        """
        self._insert(said.reads)
        if said.sql in self._answers:
            return self._answers[said.sql]
        found = [tuple(row) for row in self._spark.sql(said.sql).collect()]
        if len(found) <= _FEW:
            self._answers[said.sql] = found
        return found

    def _forget(self) -> None:
        self._answers.clear()

    def _closure(self, recursion: Recursion) -> str:
        self._made += 1
        name = f"closure_{self._made}"
        rows = closure(self._spark, recursion, self.tables.written, progress=self._progress)
        rows.createOrReplaceTempView(name)
        return name

    def _insert(self, tables: Sequence[str]) -> None:
        """Run the statements that insert into tables, some at a time, so that few jobs do it."""
        read = self._below(tables)
        for table in self._waiting.keys() & read:
            waiting = self._waiting.pop(table)
            if self._at_hand(table, waiting):
                continue
            selects = [said.sql for said, _ in waiting]
            self._ready([table, *(name for said, _ in waiting for name in said.reads)])
            kept: DataFrame = self._spark.table(table)
            for start in range(0, len(selects), _AT_ONCE):
                if self._progress is not None:
                    self._progress(f"{table}: {start} of {len(selects)} statements")
                union = " UNION ALL ".join(f"({sql})" for sql in selects[start : start + _AT_ONCE])
                rows = self._spark.sql(union).toDF(*kept.columns)
                kept = kept.unionAll(self.tables.written(rows, table))
            self._replace(table, kept)
        self._ready(read)

    def _below(self, tables: Iterable[str]) -> set[str]:
        """The tables and views, and those that the views among them read."""
        read = set(tables)
        todo = list(read)
        while todo:
            below = set(self._views.get(todo.pop(), ())) - read
            read |= below
            todo += below
        return read

    def _ready(self, tables: Iterable[str]) -> None:
        """See that Spark knows the tables, before it gets a statement that reads them."""

    def _at_hand(self, table: str, waiting: Sequence[tuple[Statement, str]]) -> bool:
        """Insert into a table without a job of its own; False where that can't be."""
        return False

    def _replace(self, table: str, frame: DataFrame) -> None:
        """Let a table be a frame of more rows."""
        frame.createOrReplaceTempView(table)
        self._weights[table] = self._weights.get(table, 1) + 1
        self._rows.pop(table, None)
        self._forget()

    def columns(self, sql: str) -> list[Any]:
        """The columns of a SELECT of whole numbers without nulls, as numpy arrays."""
        with translated():
            found = self._fetched(rendered(sql, self._closure), sql)
        return [column.to_numpy() for column in found.columns]

    def _fetched(self, said: Statement, sql: str) -> pa.Table:
        """The rows of a SELECT; ``sql`` is the statement as DuckDB has it."""
        self._insert(said.reads)
        return self._spark.sql(said.sql).toArrow()

    def batches(self, sql: str) -> Batches:
        """As in ``Space``; ``StoreError`` not-on-spark where the rows are too many to be fetched.

        So it may be with the facts that SPARQL constraints read.
        """
        rows = self.run(f"SELECT count(*) FROM ({sql})")[0][0]
        if rows > MOST_ROWS:
            raise StoreError(
                "not-on-spark",
                f"{rows:,} rows would come to Spark's driver, which may fetch {MOST_ROWS:,}",
                hint="Write them as Parquet. A SPARQL constraint: say it in SHACL Core, or name"
                " more of the properties in its query.",
            )
        return super().batches(sql)

    def interrupter(self) -> Callable[[], None]:
        """What another thread calls to end the jobs that run."""
        context: Any = self._spark.sparkContext
        cancel: Callable[[], None] = context.cancelAllJobs
        return cancel

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows, all at once."""
        if not rows:
            return
        with translated():
            if table in self._rows:
                self._rows[table] += rows
                self._show(table)
                return
            kept = self._spark.table(table)
            more = self._spark.createDataFrame(arrow_rows(kept.schema, rows))
            self._replace(table, kept.unionAll(more))

    def _show(self, table: str) -> None:
        """Let a table of rows that are at hand be found by its name."""
        self._forget()
        self._spark.createDataFrame(self._arrow(table)).createOrReplaceTempView(table)

    def _arrow(self, table: str) -> Any:
        """The rows that are at hand of a table."""
        from pyspark.sql.types import StructType

        return arrow_rows(StructType.fromDDL(self._schemas[table]), self._rows[table])

    def mismatch(self, constraint: Pattern, values: str) -> str | None:
        """The condition that a value's text breaks a pattern: it is among those found wrong."""
        with translated():
            self._insert([values])
            sql = rendered(
                f"SELECT DISTINCT v, lex FROM {values} JOIN texts ON texts.id = v", self._closure
            ).sql
            wrong = self._spark.sql(sql).mapInArrow(unmatched(constraint), "v BIGINT")
            self._made += 1
            name = f"unmatched_{self._made}"
            self.tables.persisted(wrong).createOrReplaceTempView(name)
        return f"v IN (FROM {name})"

    def learn(self, rows: list[Any]) -> None:
        """Remember the terms of results for a while, as their texts came with them."""
        forms: dict[int, str] = {}
        for _, f, v, p, _, *texts in rows:
            forms |= {n: t for n, t in zip((f, v, p), texts, strict=True) if n >= 0}
        old = self.tables.n_terms
        self.tables.learn({n: text for n, text in forms.items() if n < old})

    def outcome(self, table: str) -> SparkViolations:
        """The violations that were put into a table."""
        return SparkViolations(self, table)

    def results(self, table: str, start: int, first: int | None) -> Iterator[Any]:
        """Violations from a constraint's number on, in order, with the texts of their terms.

        Rows (k, f, v, p, n, and three texts), -1 for no term; ``first`` of each constraint.
        """
        rows = f"SELECT * FROM {table} WHERE k >= {start}"
        if first is not None:
            rows = _FIRST.format(table=f"({rows})", first=first)
        with translated():
            self._insert([table])
            yield from self._spark.sql(_RESULTS.format(rows=rows)).toLocalIterator()


class SparkViolations(TableViolations):
    """Violations that are read in one job for all constraints; their terms come with them."""

    def __init__(self, space: SparkSpace, table: str) -> None:
        super().__init__(space, table)
        self._spark = space
        self._groups: Iterator[tuple[int, Iterator[Any]]] = iter(())
        self._asked: tuple[int, int | None] = (-1, None)

    def batches(self, number: int, first: int | None) -> Iterator[list[tuple[Any, ...]]]:
        """As in ``TableViolations``; asked in the order of the numbers, all are one job."""
        if first == 0:
            return
        last, before = self._asked
        if before != first or number <= last or last < 0:
            found = self._spark.results(self._table, number, first)
            self._groups = groupby(found, itemgetter(0))
        self._asked = number, first
        rows = next((rows for k, rows in self._groups if k == number), iter(()))
        while batch := list(islice(rows, _BATCH)):
            self._spark.learn(batch)
            yield [tuple(row[1:5]) for row in batch]


def arrow_rows(schema: Any, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Rows that are at hand as an Arrow table of a Spark schema; decimals are given as texts."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    fields = to_arrow_schema(schema)
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    made = []
    for field, column in zip(fields, columns or [[] for _ in fields], strict=True):
        exact = pa.types.is_decimal(field.type)
        values = [None if v is None else Decimal(v) for v in column] if exact else column
        made.append(pa.array(values, field.type))
    return pa.Table.from_arrays(made, schema=fields)
