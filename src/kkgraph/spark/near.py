"""Reasoning on Spark with small tables on the driver: what reads only these is no job.

The axioms of a graph are few, and so is what is new after the first round, however many triples
there are. DuckDB, on the driver, runs the statements that read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kkgraph.spark.dialect import Statement, rendered
from kkgraph.spark.session import translated
from kkgraph.spark.space import SparkSpace

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from kkgraph.spark.tables import SparkTables

_FEW: Final = 100_000
"""A table of more rows than this is not held on the driver."""
_CONCLUDED: Final = "concluded"
_TRIPLE: Final = "p BIGINT, s BIGINT, o BIGINT"


class NearSpace(SparkSpace):
    """A space that holds small tables on the driver (``columnar.rules.nearby.Nearby``)."""

    def __init__(
        self, tables: SparkTables, *, progress: Callable[[str], None] | None = None
    ) -> None:
        self._held: set[str] = set()
        self._arrow: dict[str, pa.Table] = {}
        self._engine: duckdb.DuckDBPyConnection | None = None
        super().__init__(tables, progress=progress)

    def hold(self, table: str) -> None:
        """Keep a table's rows at hand, where they are few, and what is inserted into it.

        Each insertion would be one part more in every plan that reads it, with tasks of its own.
        """
        self._insert([table])
        with translated():
            if table not in self._rows:
                frame = self._spark.table(table)
                rows = frame.limit(_FEW + 1).collect()
                if len(rows) > _FEW:
                    return
                fields = (f"`{f.name}` {f.dataType.simpleString()}" for f in frame.schema)
                self._lay(table, ", ".join(fields), list(map(tuple, rows)))
            self._held.add(table)
            self._weights[table] = 1

    def conclude(self, name: str, parts: Sequence[str], known: str, beside: str) -> None:
        """As ``nearby.conclude``, with a job for what needs one."""
        with translated():
            reads = [rendered(part, self._closure).reads for part in parts]
        self._insert([table for tables in reads for table in tables])
        near: list[str] = []
        far: list[str] = []
        for part, tables in zip(parts, reads, strict=True):
            (near if self._near(tables) else far).append(part)
        rows: list[tuple[Any, ...]] = []
        if near:
            less = f" ANTI JOIN {beside} USING (p, s, o)" if self._near([beside]) else ""
            rows = self._here(f"SELECT DISTINCT p, s, o FROM ({' UNION ALL '.join(near)}){less}")
        if rows or far:
            self._lay(_CONCLUDED, _TRIPLE, rows)
            union = " UNION ALL ".join([*far, f"SELECT p, s, o FROM {_CONCLUDED}"])
            self.run(
                f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT p, s, o FROM ({union})"
                f" ANTI JOIN ({known}) USING (p, s, o)"
            )
        else:
            self._lay(name, _TRIPLE, rows)
        self.hold(name)

    def _lay(self, table: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
        """Make a table of rows that are at hand."""
        self._schemas[table], self._rows[table] = schema, rows
        self._waiting.pop(table, None)
        self._show(table)

    def _show(self, table: str) -> pa.Table:
        self._arrow[table] = super()._show(table)
        return self._arrow[table]

    def _table(self, said: Statement) -> None:
        self._held.discard(said.table)
        super()._table(said)

    def _replace(self, table: str, frame: DataFrame) -> None:
        self._held.discard(table)
        super()._replace(table, frame)

    def _near(self, tables: Sequence[str]) -> bool:
        """True for tables that are all on the driver."""
        return bool(tables) and all(table in self._held for table in tables)

    def _selected(self, said: Statement, sql: str) -> list[tuple[Any, ...]]:
        self._insert(said.reads)
        return self._here(sql) if self._near(said.reads) else super()._selected(said, sql)

    def _at_hand(self, table: str, waiting: Sequence[tuple[Statement, str]]) -> bool:
        if table not in self._held:
            return False
        rows = list(self._rows[table])
        for said, sql in waiting:
            if self._near(said.reads):
                rows += self._here(sql[sql.index("SELECT") :])
            else:
                rows += map(tuple, self._spark.sql(said.sql).limit(_FEW + 1).collect())
            if len(rows) > _FEW:
                self._held.discard(table)
                return False
        self._rows[table] = rows
        self._show(table)
        return True

    def _here(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT that reads only tables on the driver."""
        import duckdb

        if self._engine is None:
            self._engine = duckdb.connect()
            self.tables.on_close(self._engine.close)
        for table in self._held:
            self._engine.register(table, self._arrow[table])
        return self._engine.execute(sql).fetchall()
