"""Linked data: what the graph says about one thing, or about its terms, as RDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import names, turtle
from kkgraph.names import PREFIXES
from kkgraph.web.answering import Sink, TooLargeError, too_large
from kkgraph.web.messages import Reply
from kkgraph.web.pages import things

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

DOCUMENTS: Final = (
    ("text/html", "html"),
    ("application/xhtml+xml", "html"),
    ("text/turtle", "ttl"),
    ("application/ld+json", "jsonld"),
    ("application/rdf+xml", "rdf"),
    ("application/n-triples", "nt"),
    ("application/trig", "trig"),
    ("application/n-quads", "nq"),
    ("application/x-turtle", "ttl"),
    ("application/json", "jsonld"),
)
"""What an address offers, the first of equals first."""
MEDIA: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
_INWARD: Final = 10_000
_PARTS: Final = frozenset(
    names.expand(c) for c in ("kk:evidence", "oa:hasSelector", "adms:identifier")
)
_LABELS: Final = tuple(ox.NamedNode(p) for p in (names.PREF_LABEL, names.RDFS_LABEL))


def known(desk: Desk, *, slug: str) -> Reply:
    """Nothing, where the graph says anything about the slug; else ``TermError``."""
    things.existing(desk, slug)
    return Reply(b"")


def document(desk: Desk, *, slug: str, form: str, max_bytes: int) -> Reply:
    """What is said about a thing, with the parts of its own, and the labels of what it names.

    Formats with graphs (trig, nq) say in which graph each statement stands; the others hold each
    statement once, without the analyst's and the reasoner's, which the default graph lacks too.
    """
    things.existing(desk, slug)
    quads = list(_about(desk, ox.NamedNode(names.KKD + slug)))
    return _written(quads, form, max_bytes)


def ontology(desk: Desk, *, form: str, max_bytes: int) -> Reply:
    """The ontology: the graph ``kkg:ontology``, or its shipped files where the store lacks it."""
    graph = ox.NamedNode(names.ONTOLOGY_GRAPH)
    quads: Iterable[Any] = desk.engine.quads_for_pattern(None, None, None, graph)
    found = list(quads)
    if not found:
        from kkgraph import files

        for path in files.ontology_files():
            found += [
                ox.Quad(q.subject, q.predicate, q.object, graph) for q in turtle.parse_file(path)
            ]
    return _written(found, form, max_bytes)


def _about(desk: Desk, node: ox.NamedNode) -> Iterator[ox.Quad]:
    engine = desk.engine
    named = [q for q in engine.quads_for_pattern(node, None, None, None) if _is_named(q)]
    waiting, seen = list(named), {node.value}
    mentioned: dict[str, None] = {}
    while waiting:
        quad = waiting.pop(0)
        yield quad
        mentioned[quad.predicate.value] = None
        if not isinstance(quad.object, ox.NamedNode):
            continue
        mentioned[quad.object.value] = None
        if quad.predicate.value in _PARTS and quad.object.value not in seen:
            seen.add(quad.object.value)
            part = engine.quads_for_pattern(quad.object, None, None, None)
            waiting += [q for q in part if _is_named(q)]
    inward = engine.quads_for_pattern(None, None, node, None)
    for quad in islice((q for q in inward if _is_named(q)), _INWARD):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad
            mentioned[quad.subject.value] = None
    for iri in mentioned:
        if iri not in seen:
            for label in _LABELS:
                found = engine.quads_for_pattern(ox.NamedNode(iri), label, None, None)
                yield from (q for q in found if _is_named(q))


def _is_named(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode)


def _written(quads: list[ox.Quad], form: str, max_bytes: int) -> Reply:
    kind = turtle.FORMATS[form]
    sink: Any = Sink(max_bytes)
    statements: Iterable[Any] = dict.fromkeys(quads)
    if form not in ("trig", "nq"):
        merged = [q for q in quads if names.is_merged(turtle.graph_of(q))] or quads
        statements = dict.fromkeys(ox.Triple(q.subject, q.predicate, q.object) for q in merged)
    try:
        ox.serialize(statements, output=sink, format=kind, prefixes=PREFIXES)
    except TooLargeError as error:
        raise too_large(_INWARD, max_bytes) from error
    return Reply(b"".join(sink.parts), MEDIA[form])
