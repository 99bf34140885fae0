"""Reasoning on Spark with small tables on the driver: what reads only these is no job.

The axioms of a graph are few, and so is what is new after the first round, however many triples
there are. DuckDB, on the driver, runs the statements that read nothing else. Each statement on
Spark takes a second or so however little it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kkgraph.spark.dialect import Recursion, Statement, rendered
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
_MAKING: Final = re.compile(r"\s*(CREATE OR REPLACE TABLE \w+ AS|INSERT INTO \w+)\s(?=[^(])", re.I)
_TYPES: Final = {
    "bool": "BOOLEAN",
    "uint8": "SMALLINT",
    "int32": "INT",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "string": "STRING",
}


class NearSpace(SparkSpace):
    """A space whose small tables are on the driver.

    Spark gets them when it needs them. A table that has become too large is Spark's alone.
    """

    def __init__(
        self, tables: SparkTables, *, progress: Callable[[str], None] | None = None
    ) -> None:
        self._held: dict[str, pa.Table] = {}
        self._stale: set[str] = set()
        self._engine: duckdb.DuckDBPyConnection | None = None
        super().__init__(tables, progress=progress)

    def conclude(self, name: str, parts: Sequence[str], known: str, beside: str) -> None:
        """As ``columnar.rules.concluding.conclude``, with a job only for what needs one."""
        near: list[str] = []
        far: list[str] = []
        for part in parts:
            with translated():
                (near if self._near(rendered(part, self._closure).reads) else far).append(part)
        rows: list[tuple[Any, ...]] = []
        if near:
            less = f" ANTI JOIN {beside} USING (p, s, o)" if self._near([beside]) else ""
            found = self._here(f"SELECT DISTINCT p, s, o FROM ({' UNION ALL '.join(near)}){less}")
            rows = _tuples(found)
        if not rows and not far:
            self._lay(name, _TRIPLE, rows)
            return
        self._lay(_CONCLUDED, _TRIPLE, rows)
        union = " UNION ALL ".join([*far, f"SELECT p, s, o FROM {_CONCLUDED}"])
        self.run(
            f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT p, s, o FROM ({union})"
            f" ANTI JOIN ({known}) USING (p, s, o)"
        )

    def _lay(self, table: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
        """Make a table of rows that are at hand."""
        self._schemas[table], self._rows[table] = schema, rows
        self._waiting.pop(table, None)
        self._show(table)

    def _show(self, table: str) -> None:
        if len(self._rows[table]) > _FEW:
            self._drop(table)
            super()._show(table)
            return
        self._forget()
        self._held[table] = self._arrow(table)
        self._stale.add(table)
        self._weights[table] = 1

    def _ready(self, tables: Iterable[str]) -> None:
        for table in self._below(tables) & self._stale:
            self._stale.discard(table)
            self._spark.createDataFrame(self._held[table]).createOrReplaceTempView(table)

    def _drop(self, table: str) -> None:
        self._stale.discard(table)
        if self._held.pop(table, None) is not None and self._engine is not None:
            self._engine.unregister(table)  # or its rows would be kept

    def _table(self, said: Statement, sql: str) -> None:
        making = _MAKING.match(sql)
        if making is not None and self._near(said.reads):
            found = self._here(sql[making.end() :])
            schema = _ddl(found.schema)
            if schema is not None:
                self._lay(said.table, schema, _tuples(found))
                return
        self._drop(said.table)
        super()._table(said, sql)
        frame = self._spark.table(said.table)
        rows = frame.limit(_FEW + 1).toArrow()
        if rows.num_rows <= _FEW:
            fields = (f"`{f.name}` {f.dataType.simpleString()}" for f in frame.schema)
            self._lay(said.table, ", ".join(fields), _tuples(rows))

    def _replace(self, table: str, frame: DataFrame) -> None:
        self._drop(table)
        super()._replace(table, frame)

    def _near(self, tables: Sequence[str]) -> bool:
        """True for tables that are all on the driver, once what is inserted into them is there."""
        if not tables or not all(table in self._held for table in tables):
            return False
        if not self._waiting.keys().isdisjoint(tables):
            self._insert(tables)
        return all(table in self._held for table in tables)

    def _selected(self, said: Statement, sql: str) -> list[tuple[Any, ...]]:
        if self._near(said.reads):
            return _tuples(self._here(sql))
        return super()._selected(said, sql)

    def _fetched(self, said: Statement, sql: str) -> pa.Table:
        return self._here(sql) if self._near(said.reads) else super()._fetched(said, sql)

    def _at_hand(self, table: str, waiting: Sequence[tuple[Statement, str]]) -> bool:
        if table not in self._held:
            return False
        rows, far = list(self._rows[table]), []
        for said, sql in waiting:
            making = _MAKING.match(sql)
            if making is not None and self._near(said.reads):
                rows += _tuples(self._here(sql[making.end() :]))
            else:
                far.append(said)
        if far:
            self._ready(name for said in far for name in said.reads)
            union = " UNION ALL ".join(f"({said.sql})" for said in far)
            rows += _tuples(self._spark.sql(union).limit(_FEW + 1).toArrow())
        if len(rows) > _FEW:
            return False
        self._rows[table] = rows
        self._show(table)
        return True

    def _closure(self, recursion: Recursion) -> str:
        self._ready(self._held)
        return super()._closure(recursion)

    def _here(self, sql: str) -> pa.Table:
        """The rows of a SELECT that reads only tables on the driver."""
        import duckdb

        if self._engine is None:
            self._engine = duckdb.connect()
            self.tables.on_close(self._engine.close)
        for table, rows in self._held.items():
            self._engine.register(table, rows)
        return self._engine.sql(sql).to_arrow_table()


def _tuples(rows: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def _ddl(schema: pa.Schema) -> str | None:
    """The columns for Spark; None where it has no such type."""
    import pyarrow as pa

    types = [
        f"DECIMAL({f.type.precision}, {f.type.scale})"
        if pa.types.is_decimal128(f.type)
        else _TYPES.get(str(f.type))
        for f in schema
    ]
    if None in types:
        return None
    return ", ".join(f"`{f.name}` {kind}" for f, kind in zip(schema, types, strict=True))
