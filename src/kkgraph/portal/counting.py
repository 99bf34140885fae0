"""What a dataset holds, counted from its triples: for VoID, and for those who read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.names import KK, PREFIXES, RDF_TYPE
from kkgraph.portal.records import Linkset, Statistics

_SKOS: Final = PREFIXES["skos"]
LINKING: Final = frozenset(
    (
        KK + "matches",
        *(_SKOS + f"{name}Match" for name in ("exact", "close", "broad", "narrow", "related")),
    )
)
"""The properties that count as links between two datasets."""


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
