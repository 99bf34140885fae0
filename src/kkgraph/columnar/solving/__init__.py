"""Queries answered on sorted arrays in this process, without a statement of SQL.

Planning a statement takes an engine longer than most questions take on arrays. What is covered
means what the SQL means (the tests hold one against the other, and both against Oxigraph);
what isn't raises ``BeyondError``, and is answered as SQL.

Three steps: the parts of a group are joined in the order of what they leave (``joining``), over
properties as sorted columns (``edges``, ``index``); conditions are worked out once for each
different term (``judging``); groups and order come last (``aggregates``, ``arranging``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kkgraph.columnar.solving.coverage import lacking
from kkgraph.columnar.solving.limits import BeyondError

if TYPE_CHECKING:
    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.queries import forms as f
    from kkgraph.columnar.queries.space import Space
    from kkgraph.columnar.solving.solutions import Solutions
    from kkgraph.columnar.solving.solver import Solver
    from kkgraph.model import Answer

__all__ = ["BeyondError", "lacking", "solved"]


def solved(
    query: f.Query,
    space: Space,
    dataset: Dataset,
    *,
    timeout_s: float | None = None,
    max_rows: int | None = None,
) -> Answer:
    """The answer of a query, at most ``max_rows`` rows or triples of it.

    Raises ``BeyondError``, and ``StoreError`` timeout.
    """
    from kkgraph.columnar.solving.index import allowance
    from kkgraph.columnar.solving.solver import Solver

    try:
        solver = Solver(space, dataset, allowance(space.columnar, timeout_s))
        return _answer(query, solver, max_rows)
    except MemoryError as error:
        raise BeyondError("more memory than there is") from error


def _answer(query: f.Query, solver: Solver, max_rows: int | None) -> Answer:
    from kkgraph.columnar.queries.templates import instances, some
    from kkgraph.columnar.solving.joining import Wanted
    from kkgraph.model import Answer

    if query.kind == "ASK":
        found = solver.solutions(query.pattern, Wanted(frozenset(), once=True))
        return Answer(truth=found.size > 0)
    if query.kind == "CONSTRUCT":
        names = sorted(_names(query.template))
        found = solver.solutions(query.pattern, Wanted(frozenset(names)))
        triples = some(
            instances(query.template, tuple(names), _rows(solver, found, names)), max_rows
        )
        cut = max_rows is not None and len(triples) > max_rows
        return Answer(triples=tuple(triples[:max_rows]), truncated=cut)
    found = solver.solutions(query.pattern, Wanted(frozenset(query.names)))
    cut = max_rows is not None and found.size > max_rows
    if cut:
        found = found.take(_first(max_rows or 0))
    return Answer(query.names, tuple(_rows(solver, found, list(query.names))), truncated=cut)


def _first(count: int) -> Any:
    import numpy as np

    return np.arange(count)


def _names(template: tuple[f.Triple, ...]) -> set[str]:
    from kkgraph.columnar.queries import forms as f
    from kkgraph.columnar.queries.scopes import visible

    return visible(f.Triples(template, None))


def _rows(solver: Solver, found: Solutions, names: list[str]) -> list[tuple[Any, ...]]:
    """The terms of the solutions, row by row."""
    from kkgraph.columnar.queries.rows import in_rows

    if not names:
        return [()] * found.size
    empty = [None] * found.size
    columns = [
        solver.terms.column(found.columns[name]) if name in found.columns else empty
        for name in names
    ]
    return in_rows(columns)
