"""What is new among the conclusions of some rules: one statement, or more where that is quicker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from kkgraph.columnar.space import Space


@runtime_checkable
class Concludes(Protocol):
    """A space that concludes in a way of its own."""

    def conclude(self, name: str, parts: Sequence[str], known: str, beside: str) -> None:
        """As the function of this name."""


def conclude(space: Space, name: str, parts: Sequence[str], known: str, beside: str) -> None:
    """Make the table ``name(p, s, o)`` of what some SELECTs say and the SELECT ``known`` doesn't.

    ``beside`` is a small table of rows that are all known.
    """
    if isinstance(space, Concludes):
        space.conclude(name, parts, known, beside)
        return
    space.run(
        f"CREATE OR REPLACE TABLE {name} AS SELECT DISTINCT p, s, o FROM"
        f" ({' UNION ALL '.join(parts)}) ANTI JOIN ({known}) USING (p, s, o)"
    )
