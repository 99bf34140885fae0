"""One statement on the engine: its time limit, and the engine's errors made ours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kkgraph.columnar.queries.uncovered import MARK, UncoveredError
from kkgraph.columnar.session import out_of_memory, translated
from kkgraph.errors import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

    from kkgraph.columnar.tables import Columnar

Done = TypeVar("Done")
MOST_CELLS: Final = 100_000_000
"""An answer with more than these would fill the memory before anybody could read it."""
_BATCH: Final = 122_880
_INEXACT: Final = ("Overflow", "overflow", "out of range", "Could not cast", "Casting value")


class Running:
    """A connection of its own to the data; a context manager that ends what still runs."""

    def __init__(self, columnar: Columnar, timeout_s: float | None) -> None:
        self._connection = columnar.connection.cursor()
        self._timeout_s = timeout_s
        self._expired = threading.Event()
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Running:
        if self._timeout_s is not None:
            self._timer = threading.Timer(self._timeout_s, self._stop)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._connection.close()

    def _stop(self) -> None:
        self._expired.set()
        self._connection.interrupt()

    def table(self, sql: str, **given: Any) -> pa.Table:
        """The rows of a statement; ``given`` are tables that it may name."""
        return self.done(lambda connection: self._fetched(connection, sql, given))

    def done(self, work: Callable[[Any], Done]) -> Done:
        """What is made with the connection, within the time limit; errors as for a query."""
        import duckdb

        try:
            with translated():
                return work(self._connection)
        except KeyboardInterrupt:
            if self._expired.is_set():
                raise self._too_long() from None
            raise
        except StoreError as error:
            cause = error.__cause__
            if self._expired.is_set() or isinstance(cause, duckdb.InterruptException):
                raise self._too_long() from error
            if isinstance(cause, duckdb.InternalException):
                raise UncoveredError("a statement that the engine fails to plan") from error
            reason = _uncovered(str(cause))
            if reason is not None:
                raise UncoveredError(reason) from error
            raise

    def _fetched(self, connection: Any, sql: str, given: dict[str, Any]) -> pa.Table:
        for name, table in given.items():
            connection.register(name, table)
        import pyarrow as pa

        reader = connection.sql(sql).to_arrow_reader(_BATCH)
        batches, cells = [], 0
        for batch in reader:
            batches.append(batch)
            cells += batch.num_rows * batch.num_columns
            if cells > MOST_CELLS:
                raise out_of_memory(f"the answer has more than {MOST_CELLS:,} cells")
        if self._expired.is_set():
            raise self._too_long()
        return pa.Table.from_batches(batches, reader.schema)

    def _too_long(self) -> StoreError:
        return too_long(self._timeout_s or 0)


def too_long(seconds: float) -> StoreError:
    """The error for a query that was stopped after so many seconds."""
    return StoreError(
        "timeout",
        f"the query took longer than {seconds:g} s and was stopped",
        hint="Ask for less, add LIMIT, or allow more time.",
    )


def _uncovered(message: str) -> str | None:
    """Why the engine stopped, where it did because it could not answer exactly."""
    if MARK in message:
        return message.partition(MARK)[2].partition("\n")[0]
    if any(word in message for word in _INEXACT):
        return "a number that passes what the engine calculates exactly"
    return None
