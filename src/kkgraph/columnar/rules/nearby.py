"""Small tables of a closure: an engine of several machines may keep them where the rules are led.

For DuckDB all tables are equally near, and one statement concludes what is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from kkgraph.columnar.space import Space


@runtime_checkable
class Nearby(Protocol):
    """A space that has small tables at hand."""

    def hold(self, table: str) -> None:
        """Keep a table's rows at hand as long as they are few, with what is inserted into it."""

    def conclude(self, name: str, parts: Sequence[str], known: str, beside: str) -> None:
        """As the function of this name."""


def hold(space: Space, table: str) -> None:
    """Let a small table be at hand where that is quicker: many statements read it."""
    if isinstance(space, Nearby):
        space.hold(table)


def conclude(space: Space, name: str, parts: Sequence[str], known: str, beside: str) -> None:
    """Make the table ``name(p, s, o)`` of what some SELECTs say and the SELECT ``known`` doesn't.

    ``beside`` is a small table of rows that are all known.
    """
    if isinstance(space, Nearby):
        space.conclude(name, parts, known, beside)
        return
    space.run(
        f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT p, s, o FROM"
        f" ({' UNION ALL '.join(parts)}) ANTI JOIN ({known}) USING (p, s, o)"
    )
