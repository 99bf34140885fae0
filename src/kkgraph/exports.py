"""A store's graphs written as RDF."""

from __future__ import annotations

from collections.abc import Sequence

from kkgraph import names, turtle
from kkgraph.errors import QuestionError, TermError
from kkgraph.store import Store
from kkgraph.store.derived import with_default


def export(
    store: Store, kind: str, *, graphs: Sequence[str] = (), default_graph: bool = False
) -> bytes:
    """The graphs in a format of ``kkgraph.turtle.FORMATS``; see ``KnowledgeGraph.export``.

    Raises ``QuestionError`` bad-value, ``TermError`` unknown-graph.
    """
    if kind not in turtle.FORMATS:
        raise QuestionError(
            "bad-value",
            f'"{kind}" is no RDF format',
            where="export",
            hint=f"Choose one of: {', '.join(turtle.FORMATS)}.",
        )
    known = store.graphs()
    wanted = {names.graph_iri(g) for g in graphs}
    if unknown := wanted - set(known):
        raise TermError(
            "unknown-graph",
            f"there is no graph {', '.join(names.compact(g) for g in sorted(unknown))}",
            hint=f"Graphs: {', '.join(names.compact(g) for g in known)}.",
        )
    default_graph &= turtle.FORMATS[kind].supports_datasets
    chosen = sorted(wanted) or None
    if not turtle.FORMATS[kind].supports_datasets and not wanted:
        chosen = [g for g in known if names.is_merged(g)] or None
    quads = store.quads(chosen)
    return turtle.serialise(list(with_default(quads)) if default_graph else quads, kind)
