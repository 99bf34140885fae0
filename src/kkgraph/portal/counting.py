"""What a dataset holds, counted from its triples: for VoID, and for those who read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyoxigraph as ox

from kkgraph.columnar.queries.columns import text
from kkgraph.columnar.session import translated
from kkgraph.names import KK, KKG, PREFIXES, RDF_TYPE
from kkgraph.portal.records import Linkset, Statistics
from kkgraph.portal.selecting import triples_of

if TYPE_CHECKING:
    from kkgraph.analytic import ColumnarStore

_SKOS: Final = PREFIXES["skos"]
LINKING: Final = frozenset(
    (
        KK + "matches",
        *(_SKOS + f"{name}Match" for name in ("exact", "close", "broad", "narrow", "related")),
    )
)
"""The properties that count as links between two datasets."""


class Contents(Protocol):
    """What a dataset holds."""

    def statistics(self, base: str) -> Statistics:
        """The counts of its triples, each taken once; ``base`` begins the IRIs of entities."""

    def triples(self, graph: str) -> list[ox.Triple]:
        """The triples of one of its graphs, named without ``kkg:``."""


class Listed:
    """The contents of quads at hand."""

    def __init__(self, quads: Sequence[ox.Quad]) -> None:
        self._quads = quads

    def statistics(self, base: str) -> Statistics:
        """The counts."""
        return statistics((q.triple for q in self._quads), base)

    def triples(self, graph: str) -> list[ox.Triple]:
        """The triples of a graph, each once."""
        return triples_of(self._quads, graph)


class Saved:
    """The contents of some graphs of a columnar file (none: of its default graph), by SQL."""

    def __init__(self, store: ColumnarStore, graphs: Sequence[str]) -> None:
        self._store = store
        self._graphs = [KKG + graph for graph in graphs]

    def statistics(self, base: str) -> Statistics:
        """The counts."""
        columnar = self._store.columnar
        lo, hi = columnar.range_of("iri")
        kind = columnar.id_of(ox.NamedNode(RDF_TYPE))
        with translated(), columnar.connection.cursor() as cursor:
            cursor.execute(
                f"CREATE OR REPLACE TEMP TABLE counted AS {self._store.triples_in(self._graphs)}"
            )
            parts = (
                "SELECT count(*), count(DISTINCT s), count(DISTINCT o) FROM counted",
                "SELECT count(*) FROM terms SEMI JOIN counted ON id = s"
                f" WHERE id >= {lo} AND id < {hi} AND starts_with(lex, {text(base)})",
                "SELECT lex, n FROM terms JOIN (SELECT p AS id, count(*) AS n FROM counted"
                " GROUP BY p) USING (id)",
                "SELECT lex, n FROM terms JOIN (SELECT o AS id, count(*) AS n FROM counted"
                f" WHERE p = {-1 if kind is None else kind} AND o >= {lo} AND o < {hi}"
                " GROUP BY o) USING (id)",
            )
            found = [cursor.execute(sql).fetchall() for sql in parts]
            cursor.execute("DROP TABLE counted")
        ((triples, subjects, objects),), ((entities,),), properties, classes = found
        return Statistics(
            triples=triples,
            entities=entities,
            subjects=subjects,
            objects=objects,
            classes=tuple(sorted((iri, n) for iri, n in classes)),
            properties=tuple(sorted((iri, n) for iri, n in properties)),
        )

    def triples(self, graph: str) -> list[ox.Triple]:
        """The triples of a graph."""
        wanted = [KKG + graph] if KKG + graph in self._graphs else []
        return [q.triple for q in self._store.quads(wanted)]


def statistics(triples: Iterable[ox.Triple], base: str) -> Statistics:
    """The counts of these triples, each taken once; ``base`` begins the IRIs of entities."""
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    subjects: set[Any] = set()
    objects: set[Any] = set()
    number = 0
    for triple in set(triples):
        number += 1
        subjects.add(triple.subject)
        objects.add(triple.object)
        properties[triple.predicate.value] += 1
        if triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            classes[triple.object.value] += 1
    return Statistics(
        triples=number,
        entities=sum(str(getattr(s, "value", "")).startswith(base) for s in subjects),
        subjects=len(subjects),
        objects=len(objects),
        classes=tuple(sorted(classes.items())),
        properties=tuple(sorted(properties.items())),
    )


def linksets(slug: str, triples: Iterable[ox.Triple]) -> tuple[Linkset, ...]:
    """The links among these triples, one set for each property and pair of IRI spaces."""
    found: Counter[tuple[str, str, str]] = Counter()
    for triple in set(triples):
        ends = (triple.subject, triple.object)
        if triple.predicate.value in LINKING and all(isinstance(e, ox.NamedNode) for e in ends):
            first, last = (space(str(getattr(e, "value", ""))) for e in ends)
            found[triple.predicate.value, first, last] += 1
    return tuple(
        Linkset(f"{slug}-{number}", *key, triples=found[key])
        for number, key in enumerate(sorted(found), 1)
    )


def space(iri: str) -> str:
    """The part of an IRI up to its last ``#`` or ``/``: the space that it belongs to."""
    cut = max(iri.rfind("#"), iri.rfind("/"))
    return iri[: cut + 1] if cut > len("https://") else iri
