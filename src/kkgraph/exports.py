"""A store's graphs written as RDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kkgraph import names, turtle
from kkgraph.analytic import ColumnarStore
from kkgraph.errors import QuestionError, TermError
from kkgraph.store import Store
from kkgraph.store.derived import with_default


def chunks(
    store: Store, kind: str, *, graphs: Sequence[str] = (), default_graph: bool = False
) -> Iterator[bytes]:
    """The graphs in a format of ``kkgraph.turtle.FORMATS``; see ``KnowledgeGraph.export``.

    Of a columnar file N-Triples and N-Quads come in pieces, whole lines each, made by SQL; all
    else is one piece. Raises ``QuestionError`` bad-value, ``TermError`` unknown-graph, before
    anything is given.
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
    datasets = turtle.FORMATS[kind].supports_datasets
    default_graph &= datasets
    chosen = sorted(wanted) or None
    if not datasets and not wanted:
        chosen = [g for g in known if names.is_merged(g)] or None
    if isinstance(store, ColumnarStore) and kind in ("nt", "nq"):
        pieces = store.lines(chosen, merged=not datasets, default=default_graph)
        return (piece.encode("utf-8") for piece in pieces)
    quads = store.quads(chosen)
    return iter([turtle.serialise(with_default(quads) if default_graph else quads, kind)])
