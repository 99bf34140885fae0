"""Tables for Spark as a read-only store: every question is one statement, run by Spark."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from kkgraph.analytic import wording
from kkgraph.analytic.graphs import graphs_of
from kkgraph.analytic.matches import Matches
from kkgraph.analytic.readonly import ReadOnly
from kkgraph.errors import QuestionError
from kkgraph.model import Answer, Route
from kkgraph.sparql import check_nesting, with_prefixes
from kkgraph.store.base import Limits, Store
from kkgraph.store.execute import check_syntax

if TYPE_CHECKING:
    from kkgraph.columnar.queries.plan import Plan
    from kkgraph.columnar.tables import Columnar
    from kkgraph.spark.tables import SparkTables

PATIENCE_S: Final = 600.0
"""The seconds for a question where nobody has chosen them: a cluster is slow to start."""


class SparkStore(ReadOnly):
    """The graphs of tables for Spark, for reading only.

    A question is answered as the columnar store answers it as SQL, or refused with ``StoreError``
    not-on-spark and the reason: no other engine stands in for Spark.
    """

    what = "a folder of tables for Spark"
    again = "write the tables again: kkgraph columnar export FILE.kk --partitioned -o FOLDER"
    in_process = False

    def __init__(self, tables: SparkTables) -> None:
        self.tables = tables
        self.where = tables.folder
        self._graphs = graphs_of(tables)
        self.matches = Matches(tables, self._graphs)
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        where: Path | str | None,
        read: Callable[[], Columnar],
        *,
        master: str | None = None,
        memory: str | None = None,
    ) -> Self:
        """The store of a folder of tables, at a path or at an address that the cluster knows.

        With a master on this machine any other place will do as well: ``read`` loads what is there,
        and its tables are made first. Raises as ``kkgraph.spark.session.session`` and
        ``kkgraph.spark.opening.open_tables`` do.
        """
        from kkgraph.spark.opening import open_tables
        from kkgraph.spark.session import session

        paths, address = [], None
        if isinstance(where, str) and "://" in where:
            address = where
        elif where is not None and Path(where).is_dir():
            address = str(Path(where).resolve())
        elif where is not None:
            paths = [Path(where)]
        tables = open_tables(session(master, memory=memory), paths, address, read)
        try:
            return cls(tables)
        except BaseException:
            tables.close()
            raise

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer, within the limits; ``StoreError`` not-on-spark where Spark has none.

        Where the time limit is the usual one it is ``PATIENCE_S``.
        """
        from kkgraph.spark.asking import answered

        with self._lock, self._told():
            plan = self._planned(sparql)
            return answered(plan, timeout_s=_seconds(limits.timeout_s), max_rows=limits.max_rows)

    query_apart = query

    def write(self, sparql: str, address: str, *, timeout_s: float | None = PATIENCE_S) -> int:
        """The number of rows of an answer that the workers wrote as a folder of Parquet.

        All its rows are there; none comes to the driver. See ``kkgraph.spark.answers.write_answer``
        for the columns and the errors.
        """
        from kkgraph.spark.answers import write_answer

        with self._lock, self._told():
            return write_answer(self._planned(sparql), address, timeout_s=_seconds(timeout_s))

    def route(self, sparql: str) -> Route:
        """The way that a question takes: the plan, and Spark's statement."""
        from kkgraph.spark.asking import statement

        with self._lock:
            plan = self._planned(sparql)
            sql = statement(plan.sql)
            return Route("spark", wording.asked(), f"{plan.explain()}\n\nSpark\n  {sql}", sql)

    def watch(self, progress: Callable[[str], None] | None) -> None:
        """Let someone hear how far Spark is with a question; "" is said where it is answered."""
        self.tables.progress = progress

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.tables.progress is not None:
                self.tables.progress("")

    def _planned(self, sparql: str) -> Plan:
        from kkgraph.spark.asking import planned

        check_nesting(sparql)
        try:
            return planned(self.tables, with_prefixes(sparql), self.dataset)
        except QuestionError:
            check_syntax(sparql)  # it names the place in the text as it was given
            raise

    def close(self) -> None:
        """Drop what was made for the tables; Spark's session stays."""
        self.tables.close()


def _seconds(chosen: float | None) -> float | None:
    """The time limit: ``PATIENCE_S`` where it is the usual one of all stores."""
    return PATIENCE_S if chosen == Limits().timeout_s else chosen


def parquet_store(store: Store) -> SparkStore:
    """The store itself where Spark answers for it; ``QuestionError`` bad-value for others."""
    if isinstance(store, SparkStore):
        return store
    raise QuestionError(
        "bad-value",
        "only Spark writes answers as Parquet",
        where="--format",
        hint="Add --engine spark, or choose --format csv.",
    )
