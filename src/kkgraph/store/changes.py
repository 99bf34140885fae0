"""What an update changes, told before it is made: so that it takes time by its own size.

The derived default graph follows the triples that come and go, and isn't made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph as ox

from kkgraph.names import PREFIXES, is_merged
from kkgraph.sparql import blank, names_remote
from kkgraph.store import updates
from kkgraph.store.removal import has_blank

MOST: Final = 100_000
"""Quads of one change; beyond, deriving the default graph anew takes less than telling them."""
_UNSETTLED: Final = re.compile(
    r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SAMPLE|GROUP_CONCAT|LIMIT|OFFSET)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Change:
    """Quads that go and quads that come, in this order, whether or not the store has them."""

    removed: tuple[ox.Quad, ...] = ()
    added: tuple[ox.Quad, ...] = ()

    @property
    def in_default(self) -> bool:
        """True where a quad of the default graph would come or go."""
        return any(
            isinstance(quad.graph_name, ox.DefaultGraph)
            for quads in (self.removed, self.added)
            for quad in quads
        )

    @property
    def nests(self) -> bool:
        """True where a triple stands within a quad, which SPARQL 1.1 doesn't have."""
        return any(
            isinstance(quad.object, ox.Triple)
            for quads in (self.removed, self.added)
            for quad in quads
        )


def of_data(steps: Iterable[updates.Data], base: str | None) -> Change:
    """The change of ``INSERT DATA`` and ``DELETE DATA``; what comes last holds.

    Raises ``SyntaxError`` as the engine does.
    """
    removed: dict[ox.Quad, None] = {}
    added: dict[ox.Quad, None] = {}
    for step in steps:
        scratch = ox.Store()
        scratch.update(step.text, base_iri=base, prefixes=PREFIXES)
        here, there = (added, removed) if step.inserts else (removed, added)
        for quad in scratch:
            here[quad] = None
            there.pop(quad, None)
    return Change(tuple(removed), tuple(added))


def of_modification(
    engine: ox.Store, asked: updates.Modification, base: str | None
) -> Change | None:
    """The change of one ``DELETE``/``INSERT`` … ``WHERE``, or None where only the engine can tell.

    Each part of a template is a ``CONSTRUCT`` over the same pattern. So the pattern must give the
    same each time it is evaluated, and a node without a name may stand in one part alone; what
    comes of it must not be very large.
    """
    parts = (*asked.deleted, *asked.inserted)
    nameless = any(map(updates.has_nameless, asked.inserted)) and len(asked.inserted) > 1
    unsettled = len(parts) > 1 and _UNSETTLED.search(blank(asked.where))
    if nameless or unsettled or names_remote(asked.where):
        return None
    try:
        over = _named(engine, asked, asked.graph, base) if asked.graph else None
        removed, added = (
            [q for part in group for q in _quads(engine, asked, part, over, base)]
            for group in (asked.deleted, asked.inserted)
        )
    except (SyntaxError, ValueError, RuntimeError, OSError):
        return None  # it will be told as the update itself tells it
    kept = set(added)
    change = Change(tuple(q for q in removed if q not in kept), tuple(added))
    return None if change.nests else change


def of_removal(engine: ox.Store, asked: updates.Removal, base: str | None) -> str:
    """The IRI of the graph that is removed; ``""`` where there is none, it is large, or unknown."""
    try:
        graph = _named(engine, asked, asked.graph, base)
    except (SyntaxError, ValueError):
        return ""
    held = islice(engine.quads_for_pattern(None, None, None, graph), MOST + 1)
    if not engine.contains_named_graph(graph) or sum(1 for _ in held) > MOST:
        return ""
    return graph.value


def made(engine: ox.Store, change: Change) -> bool:
    """True where the change was made, in one transaction; False where it can't be made so.

    A triple leaves the default graph with the last merged graph that has it. Nodes without a name
    can be added, but no statement removes them by themselves.
    """
    removed = {quad for quad in change.removed if quad in engine}
    added = [quad for quad in change.added if quad not in engine]
    coming = {_triple(quad) for quad in added if _counts(quad)}
    going = {
        triple
        for triple in {_triple(quad) for quad in removed if _counts(quad)} - coming
        if not _stays(engine, triple, removed)
    }
    if not removed:
        if added:
            engine.extend([*added, *(_quad(t) for t in coming)])
        return True
    if any(has_blank(q.subject) or has_blank(q.object) for q in (*removed, *added)):
        return False
    steps = [
        f"{word} DATA {{ {_data(quads)} }}"
        for word, quads in (
            ("DELETE", [*removed, *map(_quad, going)]),
            ("INSERT", [*added, *map(_quad, coming)]),
        )
        if quads
    ]
    engine.update(" ;\n".join(steps))
    return True


def _quads(
    engine: ox.Store,
    asked: updates.Modification,
    part: updates.Part,
    over: ox.NamedNode | None,
    base: str | None,
) -> list[ox.Quad]:
    graph = _named(engine, asked, part.graph, base) if part.graph else ox.DefaultGraph()
    found = engine.query(
        f"{asked.prologue}\nCONSTRUCT {{ {part.triples}\n}} WHERE {{ {asked.where}\n}}",
        base_iri=base,
        prefixes=PREFIXES,
        default_graph=over,
    )
    assert isinstance(found, ox.QueryTriples)
    triples = list(islice(found, MOST + 1))
    if len(triples) > MOST:
        raise ValueError("too many to be told one by one")
    return [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]


def _named(
    engine: ox.Store, asked: updates.Modification | updates.Removal, name: str, base: str | None
) -> ox.NamedNode:
    """The graph that the text names; ``ValueError`` where that is no IRI."""
    found = engine.query(
        f"{asked.prologue}\nSELECT ({name}\n AS ?graph) {{}}", base_iri=base, prefixes=PREFIXES
    )
    assert isinstance(found, ox.QuerySolutions)
    term = next(found)["graph"]
    if not isinstance(term, ox.NamedNode):
        raise ValueError(name)
    return term


def _stays(engine: ox.Store, triple: ox.Triple, removed: set[ox.Quad]) -> bool:
    return any(
        _counts(quad) and quad not in removed
        for quad in engine.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    )


def _counts(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and is_merged(quad.graph_name.value)


def _triple(quad: ox.Quad) -> ox.Triple:
    return ox.Triple(quad.subject, quad.predicate, quad.object)


def _quad(triple: ox.Triple) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object)


def _data(quads: Iterable[ox.Quad]) -> str:
    parts = []
    for quad in quads:
        triple = f"{quad.subject} {quad.predicate} {quad.object} ."
        graph = quad.graph_name
        named = isinstance(graph, ox.NamedNode)
        parts.append(f"GRAPH {graph} {{ {triple} }}" if named else triple)
    return "\n".join(parts)
