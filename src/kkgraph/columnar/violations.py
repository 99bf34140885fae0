"""The violations in the table that SQL has filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kkgraph.columnar.space import Space


class TableViolations:
    """Rows (f, v, p, n) for each constraint by its number, of a table (k, f, v, p, n)."""

    def __init__(self, space: Space, table: str) -> None:
        self._space = space
        self._table = table

    def sums(self) -> dict[int, int]:
        """How many results each constraint has that has any."""
        return dict(self._space.run(f"SELECT k, sum(n)::BIGINT FROM {self._table} GROUP BY k"))

    def batches(self, number: int, first: int | None) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of one constraint by f, v and p, -1 for none; the first of them where given."""
        limit = f" LIMIT {first}" if first is not None else ""
        return self._space.batches(
            f"SELECT f, coalesce(v, -1), coalesce(p, -1), n FROM {self._table} "
            f"WHERE k = {number} ORDER BY f, v, p{limit}"
        )
