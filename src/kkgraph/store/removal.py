"""Taking graphs away: the steps of an update that also keep the derived default graph right."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.names import MERGED_GRAPHS, MERGED_PREFIXES, is_merged

MERGED: Final = (
    f"FILTER(?g IN ({', '.join(f'<{g}>' for g in sorted(MERGED_GRAPHS))})"
    + "".join(f' || STRSTARTS(STR(?g), "{p}")' for p in MERGED_PREFIXES)
    + ")"
)
"""A filter on ``?g``: the graphs whose triples the default graph has as well."""


def removal(engine: ox.Store, graphs: Collection[str]) -> list[str]:
    """Steps that remove the graphs, and from the default graph the triples that only they have.

    What is theirs alone is looked up triple by triple, so it takes time by the size of the graphs
    and not of the store. Blank nodes have no name to delete them by; they go by a pattern.
    """
    alone: list[ox.Triple] = []
    steps: list[str] = []
    for graph in filter(is_merged, sorted(graphs)):
        shared = False
        blank = False
        for quad in engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
            nameless = has_blank(quad.subject) or has_blank(quad.object)
            elsewhere = _stands_elsewhere(engine, quad, graphs)
            blank |= nameless and not elsewhere
            shared |= nameless and elsewhere
            if not nameless and not elsewhere:
                alone.append(ox.Triple(quad.subject, quad.predicate, quad.object))
        if blank:
            steps.append(_by_pattern(graph, graphs, shared=shared))
    if alone:
        data = (ox.serialize(alone, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")
        steps.insert(0, f"DELETE DATA {{ {data} }}")
    return [*steps, *(f"DROP SILENT GRAPH <{graph}>" for graph in sorted(graphs))]


def _by_pattern(graph: str, graphs: Collection[str], *, shared: bool) -> str:
    """The step for triples with blank nodes; other graphs are asked only where one has any."""
    kept = ""
    if shared:
        own = ", ".join(f"<{g}>" for g in sorted(graphs))
        kept = f"MINUS {{ GRAPH ?g {{ ?s ?p ?o }} {MERGED} FILTER(?g NOT IN ({own})) }}"
    return (
        f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} "
        f"FILTER(ISBLANK(?s) || ISBLANK(?o) || ISTRIPLE(?o)) {kept} }}"
    )


def _stands_elsewhere(engine: ox.Store, quad: ox.Quad, graphs: Collection[str]) -> bool:
    """True where a graph that stays, and whose triples the default graph has, has it too."""
    names = (
        other.graph_name.value
        for other in engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if isinstance(other.graph_name, ox.NamedNode)
    )
    return any(name not in graphs and is_merged(name) for name in names)


def has_blank(term: Any) -> bool:
    """True for a blank node, and for a triple that has one."""
    if isinstance(term, ox.Triple):
        return has_blank(term.subject) or has_blank(term.object)
    return isinstance(term, ox.BlankNode)
