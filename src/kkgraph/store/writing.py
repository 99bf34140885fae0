"""Writing to a server: SPARQL updates that keep the derived default graph right.

The bookkeeping stands in a graph of its own, ``kkg:store``: the format, a revision that each write
renews, and the uploads that have begun. Large graphs come in parts into graphs ``kkg:staged-…``,
their predicates disguised, so that no query takes them for data before the last step moves them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.names import KKG, PREFIXES, is_merged
from kkgraph.store.removal import MERGED

FORMAT: Final = 1
BOOK: Final = KKG + "store"
STAGED_PREFIX: Final = KKG + "staged-"
FORMAT_OF: Final = BOOK + "#format"
REVISION: Final = BOOK + "#revision"
STARTED: Final = BOOK + "#started"
DISGUISE: Final = "urn:kkgraph:staged:"
NOTHING: Final = (
    f"DELETE WHERE {{ GRAPH <{BOOK}> {{ <{BOOK}#none> <{BOOK}#none> <{BOOK}#none> }} }}"
)
"""An update that is valid everywhere and changes nothing."""
DEFAULT_NOTHING: Final = f"DELETE DATA {{ <{BOOK}#none> <{BOOK}#none> <{BOOK}#none> }}"
"""The same for the default graph: refused by a server that derives it itself, as ours does."""
_TYPED: Final = PREFIXES["xsd"] + "string"


def is_book(graph: str) -> bool:
    """True for the graphs of the bookkeeping, which hold no data."""
    return graph == BOOK or graph.startswith(STAGED_PREFIX)


@dataclass(frozen=True, slots=True)
class Part:
    """A graph's triples as N-Triples lines, each once; those with blank nodes apart."""

    graph: str
    plain: list[str]
    nameless: list[tuple[frozenset[str], str]]

    @property
    def lines(self) -> Iterator[str]:
        """All of them."""
        yield from self.plain
        yield from (line for _, line in self.nameless)

    @property
    def size(self) -> int:
        """Bytes of an update that inserts it."""
        return sum(len(line.encode()) for line in self.lines) * (1 + is_merged(self.graph))


def part(graph: str, triples: Iterable[ox.Triple]) -> Part:
    """A graph's triples as lines, with literals in the form that the embedded store gives them."""
    plain: dict[str, None] = {}
    nameless: dict[str, frozenset[str]] = {}
    for triple in triples:
        line = f"{triple.subject} {triple.predicate} {_written(triple.object)} ."
        blank = frozenset(_blank(triple.subject) | _blank(triple.object))
        if blank:
            nameless[line] = blank
        else:
            plain[line] = None
    return Part(graph, list(plain), [(nodes, line) for line, nodes in nameless.items()])


def _written(term: Any) -> str:
    """A term in N-Triples; a typed literal as it comes back out of the embedded store."""
    if isinstance(term, ox.Literal) and not term.language and term.datatype.value != _TYPED:
        return _canonical(term)
    return str(term)


@lru_cache(maxsize=65_536)
def _canonical(literal: ox.Literal) -> str:
    engine = ox.Store()
    node = ox.NamedNode(BOOK)
    engine.add(ox.Quad(node, node, literal))
    (stored,) = (quad.object for quad in engine)
    return str(stored)


def _blank(term: Any) -> set[str]:
    if isinstance(term, ox.Triple):
        return _blank(term.subject) | _blank(term.object)
    return {term.value} if isinstance(term, ox.BlankNode) else set()


def removal(graphs: Collection[str], *, derive: bool = True) -> list[str]:
    """Steps that remove graphs, and from the default graph the triples that only they have.

    First all of theirs go, then those come back that another merged graph has too. Both are plain
    joins, fast on every engine; ``NOT EXISTS`` and ``MINUS`` are quadratic on some. Without
    ``derive`` the default graph is left to the server.
    """
    going = ", ".join(f"<{g}>" for g in sorted(graphs))
    merged = [g for g in sorted(graphs) if derive and is_merged(g)]
    return [
        *(f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH <{g}> {{ ?s ?p ?o }} }}" for g in merged),
        *(
            f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH <{g}> {{ ?s ?p ?o }} "
            f"GRAPH ?g {{ ?s ?p ?o }} {MERGED} FILTER(?g NOT IN ({going})) }}"
            for g in merged
        ),
        *(f"DROP SILENT GRAPH <{g}>" for g in sorted(graphs)),
    ]


def whole(parts: Collection[Part], *, derive: bool = True) -> str:
    """One update that replaces graphs by these parts; a node in two of them stays one node."""
    steps = removal([p.graph for p in parts], derive=derive)
    texts = []
    for p in parts:
        if data := "\n".join(p.lines):
            texts.append(f"GRAPH <{p.graph}> {{\n{data}\n}}")
            if derive and is_merged(p.graph):
                texts.append(data)
    if texts:
        steps.append("INSERT DATA {\n" + "\n".join(texts) + "\n}")
    return " ;\n".join(steps)


def rederived(update: str) -> str:
    """An update of named graphs, after which the default graph is derived anew."""
    return (
        f"{update}\n;\nDROP DEFAULT ;\n"
        f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} {MERGED} }}"
    )


def stamped(update: str, revision: str) -> str:
    """The update, and with it the new revision of the store."""
    old = f"DELETE WHERE {{ GRAPH <{BOOK}> {{ <{BOOK}> <{REVISION}> ?r }} }}"
    new = (
        f'INSERT DATA {{ GRAPH <{BOOK}> {{ <{BOOK}> <{REVISION}> "{revision}" ; '
        f"<{FORMAT_OF}> {FORMAT} }} }}"
    )
    return f"{update} ;\n{old} ;\n{new}"


def new_revision() -> str:
    """A text that no other write has."""
    return uuid.uuid4().hex


class Staging:
    """An upload in parts: the updates that begin it, take it up, move it in place or undo it."""

    def __init__(self, parts: Collection[Part]) -> None:
        self.id = STAGED_PREFIX + uuid.uuid4().hex
        self.parts = list(parts)
        self.places = {p.graph: f"{self.id}-{n}" for n, p in enumerate(self.parts)}

    def begin(self) -> str:
        """The update that tells others that an upload has begun."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        stamp = f'"{now}"^^<{PREFIXES["xsd"]}dateTime>'
        return f"INSERT DATA {{ GRAPH <{BOOK}> {{ <{self.id}> <{STARTED}> {stamp} }} }}"

    def plain(self, size: int) -> Iterator[tuple[str, str]]:
        """(staged graph, N-Triples) of what has no blank nodes, in pieces of about ``size``."""
        for p in self.parts:
            for piece in _pieces((disguised(line) for line in p.plain), size):
                yield self.places[p.graph], "\n".join(piece) + "\n"

    def nameless(self, size: int) -> Iterator[str]:
        """Updates with the triples that have blank nodes; one node's triples are never parted."""
        for group in _groups(self.parts, size):
            texts = [
                f"GRAPH <{self.places[graph]}> {{\n" + "\n".join(map(disguised, lines)) + "\n}"
                for graph, lines in group.items()
            ]
            yield "INSERT DATA {\n" + "\n".join(texts) + "\n}"

    def finish(self, *, derive: bool = True) -> str:
        """The one update that puts everything in its place."""
        steps = removal([p.graph for p in self.parts], derive=derive)
        for p in self.parts:
            target = f"GRAPH <{p.graph}> {{ ?s ?p ?o }}"
            if derive and is_merged(p.graph):
                target += " ?s ?p ?o"
            steps.append(
                f"INSERT {{ {target} }} WHERE {{ GRAPH <{self.places[p.graph]}> {{ ?s ?q ?o }} "
                f"BIND(IRI(SUBSTR(STR(?q), {len(DISGUISE) + 1})) AS ?p) }}"
            )
        return " ;\n".join([*steps, self.undo()])

    def undo(self) -> str:
        """The update that takes away what was staged, and the note of it."""
        return undone(self.id, self.places.values())


def undone(staging: str, graphs: Iterable[str]) -> str:
    """The update that removes a staging's graphs and its note."""
    return " ;\n".join(
        [
            *(f"DROP SILENT GRAPH <{graph}>" for graph in graphs),
            f"DELETE WHERE {{ GRAPH <{BOOK}> {{ <{staging}> ?p ?o }} }}",
        ]
    )


def disguised(line: str) -> str:
    """An N-Triples line whose predicate no query asks for."""
    subject, predicate, rest = line.split(" ", 2)
    return f"{subject} <{DISGUISE}{predicate[1:]} {rest}"


def _pieces(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    piece: list[str] = []
    total = 0
    for line in lines:
        if piece and total + len(line) > size:
            yield piece
            piece, total = [], 0
        piece.append(line)
        total += len(line.encode())
    if piece:
        yield piece


def _groups(parts: Iterable[Part], size: int) -> Iterator[Mapping[str, list[str]]]:
    """Lines by graph, about ``size`` bytes a group; what hangs together by blank nodes stays so."""
    root: dict[str, str] = {}

    def find(node: str) -> str:
        root.setdefault(node, node)
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    lines = [(graph, nodes, line) for p in parts for graph, nodes, line in _nameless(p)]
    for _, nodes, _ in lines:
        first, *others = nodes
        for other in others:
            root[find(other)] = find(first)
    clusters: dict[str, list[tuple[str, str]]] = {}
    for graph, nodes, line in lines:
        clusters.setdefault(find(next(iter(nodes))), []).append((graph, line))
    group: dict[str, list[str]] = {}
    total = 0
    for cluster in clusters.values():
        weight = sum(len(line.encode()) for _, line in cluster)
        if group and total + weight > size:
            yield group
            group, total = {}, 0
        for graph, line in cluster:
            group.setdefault(graph, []).append(line)
        total += weight
    if group:
        yield group


def _nameless(p: Part) -> Iterator[tuple[str, frozenset[str], str]]:
    yield from ((p.graph, nodes, line) for nodes, line in p.nameless)
