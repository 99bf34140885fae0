"""Pages about the server's data: its graphs, and the form for checking a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.analytic.matches import Matches
from kkgraph.errors import TermError
from kkgraph.web.bounds import MIB
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

CHECKED_BYTES: Final = 16 * MIB
"""The largest file that the page checks; larger ones are for the command line."""
_LISTED: Final = 200
_COUNTED: Final = 1_000_000
"""Triples of one graph that are counted; of a larger one a page says that it has more."""
_LAST: Final = "-(evidence|selector)$"
_KNOWN: Final = (
    "ontology", "entities", "study", "cited", "context", "analyst", "inferred", "local",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """A number of triples; ``more`` is True where no more were counted."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


def data(desk: Desk, visit: Visit) -> Page:
    """What the server holds: each graph with its size and what it is."""
    sizes: dict[str, Size] = desk.keep("sizes", lambda: _sizes(desk))
    graphs = [
        (names.compact(iri), word_of(iri), size, names.is_merged(iri))
        for iri, size in sizes.items()
        if iri
    ]
    return Page("data.html", "", {"graphs": graphs, "default_size": sizes[""]})


def _sizes(desk: Desk) -> dict[str, Size]:
    """The number of triples of each graph; the default one under ``""``."""
    if isinstance(desk.engine, Matches):
        return {graph: Size(number) for graph, number in desk.engine.counts().items()}
    found = {"": _count(desk.engine, ox.DefaultGraph())}
    for name in sorted(desk.engine.named_graphs(), key=str):
        if isinstance(name, ox.NamedNode):
            found[name.value] = _count(desk.engine, name)
    return found


def _count(engine: ox.Store, graph: Any) -> Size:
    """The number of a graph's triples, up to what is counted."""
    quads = engine.quads_for_pattern(None, None, None, graph)
    number = sum(1 for _ in islice(quads, _COUNTED))
    return Size(number, number == _COUNTED)


def word_of(iri: str) -> str:
    """The name of the words that say what a graph is."""
    name = iri.removeprefix(names.KKG)
    if iri.startswith(names.KKG) and name in _KNOWN:
        return f"graph_{name}"
    return "graph_case" if iri.startswith(names.CASE_PREFIX) else "graph_other"


def graph(desk: Desk, visit: Visit) -> Page:
    """A graph: what it is, how large, and the first of what it describes."""
    iri = names.KKG + visit.get("slug")
    node = ox.NamedNode(iri)
    if not desk.engine.contains_named_graph(node):
        raise TermError(
            "unknown-graph", f"there is no graph {names.compact(iri)}", where=iri,
            hint="See the list of graphs.",
        )  # fmt: skip
    size, number, shown = desk.keep(f"graph {iri}", lambda: _contents(desk, node))
    labels = desk.graph.reader.labels(shown)
    notes = desk.graph.reader.findings(shown)
    return Page(
        "graph.html",
        names.compact(iri),
        {
            "iri": iri,
            "what": word_of(iri),
            "size": size,
            "number": number,
            "things": [(names.compact(s), labels.get(s, {}), notes.get(s)) for s in shown],
            "merged": names.is_merged(iri),
        },
    )


def _contents(desk: Desk, graph: ox.NamedNode) -> tuple[Size, Size, list[str]]:
    """The size of a graph, how many things it describes, and the first of them by IRI.

    Evidence and selectors come last.
    """
    if isinstance(desk.engine, Matches):
        number, shown = desk.engine.subjects(graph, _LISTED, _LAST)
        return Size(desk.engine.counts()[graph.value]), Size(number), shown
    subjects: dict[str, None] = {}
    size = 0
    for quad in islice(desk.engine.quads_for_pattern(None, None, None, graph), _COUNTED):
        size += 1
        if isinstance(quad.subject, ox.NamedNode):
            subjects[quad.subject.value] = None
    order = sorted(subjects, key=lambda s: (bool(re.search(_LAST, s)), s))
    more = size == _COUNTED
    return Size(size, more), Size(len(subjects), more), order[:_LISTED]


def validate(desk: Desk, visit: Visit) -> Page:
    """The form that takes a file to be checked."""
    return Page("validate.html", "", {"mib": CHECKED_BYTES // MIB, "error": None})
