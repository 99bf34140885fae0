"""Frozen records of a publication: datasets, their files, who publishes them, what was counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from kkgraph.model import Text

Kind = Literal["graph", "case", "ontology", "links"]


@dataclass(frozen=True, slots=True)
class Form:
    """A file format: its media type, its name, and its code in the EU's file-type list."""

    media: str
    name: str
    code: str


FORMS: Final[dict[str, Form]] = {
    "trig": Form("application/trig", "TriG", "RDF_TRIG"),
    "nq": Form("application/n-quads", "N-Quads", "RDF_N_QUADS"),
    "ttl": Form("text/turtle", "Turtle", "RDF_TURTLE"),
    "nt": Form("application/n-triples", "N-Triples", "RDF_N_TRIPLES"),
    "jsonld": Form("application/ld+json", "JSON-LD", "JSON_LD"),
    "rdf": Form("application/rdf+xml", "RDF/XML", "RDF_XML"),
    "csv": Form("text/csv", "CSV", "CSV"),
    "xlsx": Form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", "XLSX"
    ),
}
"""The formats of a package's data, by file ending."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file of a dataset: its path in the package, size in bytes, and SHA-256."""

    slug: str
    path: str
    form: str
    title: Text
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was counted in a dataset, each triple once whatever graphs it stands in.

    ``entities`` are distinct IRIs of ours that are described; ``classes`` are pairs of a class
    and the number of its instances, ``properties`` of a property and the number of its triples,
    both ordered by IRI.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Linkset:
    """Links of one property between two spaces of IRIs, in one graph."""

    slug: str
    predicate: str
    subjects: str
    objects: str
    triples: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset to be described: the graph, a case, the ontology, or a set of links.

    ``spatial`` are places, ``temporal`` is a first and a last month or year, ``sources`` are the
    works and studies that it is made of, ``unnamed`` counts the groups whose members its source
    leaves unnamed, ``problems`` the broken rules in spite of which it is published. ``licence`` is
    its own one, where it has another than the publication.
    """

    slug: str
    kind: Kind
    title: Text
    description: Text
    keywords: dict[str, tuple[str, ...]]
    modified: str
    statistics: Statistics
    distributions: tuple[Distribution, ...]
    spatial: tuple[str, ...] = ()
    temporal: tuple[str, str] | None = None
    sources: tuple[str, ...] = ()
    unnamed: int = 0
    problems: int = 0
    licence: str = ""
    linksets: tuple[Linkset, ...] = field(default=())
