"""The derived default graph: the merged graphs' triples, each once, beside their own graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kkgraph.names import is_merged


def with_default(quads: Iterable[ox.Quad]) -> Iterable[ox.Quad]:
    """The quads, and for those of merged graphs the same triple in the default graph."""
    for quad in quads:
        yield quad
        if isinstance(quad.graph_name, ox.NamedNode) and is_merged(quad.graph_name.value):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def insertion(graphs: Mapping[str, Iterable[ox.Triple]], *, derived: bool) -> list[str]:
    """The step of an update that inserts the triples; none where there are none.

    A blank node that stands in two of the graphs stays one node. ``""`` is the default graph.
    """
    parts = []
    for graph, triples in graphs.items():
        data = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")
        if data:
            parts.append(f"GRAPH <{graph}> {{ {data} }}" if graph else data)
        if data and derived and is_merged(graph):
            parts.append(data)
    return [f"INSERT DATA {{ {' '.join(parts)} }}"] if parts else []


def target(graph: str) -> str:
    """The graph in the words of an update; ``""`` is the default graph."""
    return f"GRAPH <{graph}>" if graph else "DEFAULT"
