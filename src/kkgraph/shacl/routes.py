"""Property paths read from a shapes graph."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from kkgraph.shacl.graph import ShapesGraph, refuse
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from kkgraph.shacl.terms import SH, Term, show

_SIGNS: Final = {
    SH + "zeroOrMorePath": "*",
    SH + "oneOrMorePath": "+",
    SH + "zeroOrOnePath": "?",
}
_MAX_DEPTH: Final = 50


def read_path(graph: ShapesGraph, node: Term, shape: Term, depth: int = 0) -> Path:
    """The path that a node describes; ``ShapeError`` bad-shape names the shape that has it."""
    if depth > _MAX_DEPTH:
        raise refuse("bad-shape", "its path contains itself, or is nested too deeply", shape)
    if isinstance(node, ox.NamedNode):
        return Predicate(node.value)
    if isinstance(node, ox.Literal):
        raise refuse("bad-shape", f"{show(node)} is no path", shape)
    if graph.is_list(node):
        return Sequence(_parts(graph, node, shape, depth))
    found: list[Path] = []
    for inner in graph.values(node, SH + "inversePath"):
        found.append(Inverse(read_path(graph, inner, shape, depth + 1)))
    for inner in graph.values(node, SH + "alternativePath"):
        found.append(Alternative(_parts(graph, inner, shape, depth)))
    for predicate, sign in _SIGNS.items():
        for inner in graph.values(node, predicate):
            found.append(Repeat(read_path(graph, inner, shape, depth + 1), sign))
    if len(found) != 1:
        raise refuse("bad-shape", "its sh:path is no well-formed path", shape)
    return found[0]


def _parts(graph: ShapesGraph, head: Term, shape: Term, depth: int) -> tuple[Path, ...]:
    parts = tuple(read_path(graph, item, shape, depth + 1) for item in graph.items(head))
    if len(parts) < 2:
        raise refuse("bad-shape", "its path has a list with fewer than two members", shape)
    return parts
