"""How far arrays go: a question that passes these limits is answered as SQL."""

from __future__ import annotations

import time
from typing import Final

from kkgraph.columnar.queries.running import too_long

MOST_CELLS: Final = 100_000_000
"""More cells of solutions than these are for an engine that can move them out of the memory."""
BYTES_A_CELL: Final = 32
"""So much of the session's memory must be allowed for each cell, as several copies are made."""
MOST_TERMS: Final = 50_000
"""Of so many different terms, or pairs of terms, a condition or an order is worked out here."""


class BeyondError(Exception):
    """A question, or what it meets in the data, is not for arrays; the text says why."""


class Allowance:
    """The time and the room that one question has."""

    def __init__(self, timeout_s: float | None, most_cells: int) -> None:
        self._timeout_s = timeout_s
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self._most = most_cells

    def check(self) -> None:
        """Raise ``StoreError`` timeout when the time is over."""
        if self._end is not None and time.monotonic() > self._end:
            raise too_long(self._timeout_s or 0)

    def room(self, rows: int, columns: int) -> None:
        """Raise ``BeyondError`` where solutions would take too much room; and as ``check``."""
        self.check()
        if rows * max(columns, 1) > self._most:
            raise BeyondError(f"{rows:,} solutions at once")
