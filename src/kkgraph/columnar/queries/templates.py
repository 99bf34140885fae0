"""CONSTRUCT: a template filled with solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import visible
from kkgraph.columnar.queries.uncovered import UncoveredError


def instances(
    template: Sequence[f.Triple], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> Iterator[ox.Triple]:
    """The triples of a template, each once; what would be no triple is left out.

    A blank node of the template is a new one in each solution.
    """
    seen: set[ox.Triple] = set()
    for row in rows:
        solution = dict(zip(names, row, strict=True))
        fresh: dict[str, ox.BlankNode] = {}
        for triple in template:
            made = _made(triple, solution, fresh)
            if made is not None and made not in seen:
                seen.add(made)
                yield made


def _made(
    triple: f.Triple, solution: dict[str, Any], fresh: dict[str, ox.BlankNode]
) -> ox.Triple | None:
    s, p, o = (
        _term(node, solution, fresh) for node in (triple.subject, triple.predicate, triple.object)
    )
    if o is None or isinstance(s, ox.Literal) or s is None or not isinstance(p, ox.NamedNode):
        return None
    return ox.Triple(s, p, o)


def _term(node: f.Node, solution: dict[str, Any], fresh: dict[str, ox.BlankNode]) -> Any:
    if isinstance(node, f.Constant):
        return node.term
    if node.name.startswith("."):
        return fresh.setdefault(node.name, ox.BlankNode())
    return solution.get(node.name)


def some(triples: Iterator[Any], most: int | None) -> list[Any]:
    """The triples, at most one more than ``most`` of them."""
    from itertools import islice

    return list(triples if most is None else islice(triples, most + 1))


def own_template(pattern: f.Pattern) -> tuple[f.Triple, ...]:
    """What CONSTRUCT WHERE makes of a pattern: its triples.

    Raises ``UncoveredError`` where it has more than these, or blank nodes.
    """
    while isinstance(pattern, f.Project | f.Slice | f.Order):
        pattern = pattern.pattern
    if not isinstance(pattern, f.Triples):
        raise UncoveredError("CONSTRUCT WHERE of more than triples")
    if any(n.startswith(".") for n in visible(pattern)):
        raise UncoveredError("CONSTRUCT WHERE with blank nodes")
    return pattern.triples
