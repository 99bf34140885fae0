"""Queries of SPARQL constraints, solved on arrays from the nodes that they are asked about.

Only plain ones: triples and paths that all hold, under DISTINCT or not. For these it is the same
whether ``$this`` has its value from the start, as SHACL has it, or is joined with the nodes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.solving.limits import BYTES_A_CELL, MOST_CELLS, Allowance, BeyondError

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

THIS = "this"


class Facts:
    """The triples of a validation, as long as they stay the same: a view ``facts(p, s, o)``.

    ``number`` gives a term's number there, None where there is no such term.
    """

    def __init__(self, columnar: Columnar, number: Callable[[f.Term], int | None]) -> None:
        self.columnar = columnar
        self._number = number
        self.made: dict[int, f.Term] = {}
        token = secrets.token_hex(8)  # arrays are kept by the words that they were asked with
        self._relation = f"SELECT p, s, o FROM facts WHERE '{token}' <> ''"

    def number(self, term: f.Term) -> int:
        """The number of a term; a negative one where the facts lack it."""
        found = self._number(term)
        return -2 if found is None else found

    def rows(self, query: f.Query, nodes: Sequence[int]) -> list[dict[str, int]]:
        """The solutions of a query about some nodes: the numbers of its variables' terms.

        Raises ``BeyondError`` for a query, or for data, that are not for arrays.
        """
        import numpy as np

        from kkgraph.columnar.queries import Dataset
        from kkgraph.columnar.solving.index import memory_of
        from kkgraph.columnar.solving.joining import Wanted
        from kkgraph.columnar.solving.solutions import Solutions, distinct
        from kkgraph.columnar.solving.solver import Solver

        if self.columnar.elsewhere:
            raise BeyondError("data of which this process has no tables")
        pattern, once = _plain(query)
        most = min(MOST_CELLS, memory_of(self.columnar) // BYTES_A_CELL)
        solver = Solver(self, Dataset(self._relation, ""), Allowance(None, most))  # type: ignore[arg-type]
        seed = Solutions.of({THIS: np.array(sorted(set(nodes)), np.int32)}, len(set(nodes)))
        wanted = Wanted(frozenset({THIS, *query.names}), once)
        found = solver.group(pattern, wanted, seed)
        found = distinct(found) if once else found
        names = [name for name in (THIS, *query.names) if name in found.columns]
        columns: list[list[Any]] = [found.numbers(name).tolist() for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(query: f.Query) -> tuple[f.Pattern, bool]:
    """What must hold, and whether each solution counts once."""
    pattern = query.pattern
    once = isinstance(pattern, f.Distinct)
    while isinstance(pattern, f.Distinct | f.Project):
        pattern = pattern.pattern
    if query.kind != "SELECT" or query.graphs is not None or not _is_plain(pattern):
        raise BeyondError("a query that is more than triples and paths")
    return pattern, once


def _is_plain(pattern: f.Pattern) -> bool:
    match pattern:
        case f.Triples() | f.Walk():
            return pattern.graph is None
        case f.Join(left, right):
            return _is_plain(left) and _is_plain(right)
    return False
