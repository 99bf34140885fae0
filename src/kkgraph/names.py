"""Namespaces, prefixes and graph names: the fixed vocabulary of identifiers."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kkgraph.errors import TermError

KK: Final = "https://w3id.org/kkgraph/ns#"
KKD: Final = "https://w3id.org/kkgraph/id/"
KKSH: Final = "https://w3id.org/kkgraph/shapes#"
KKQ: Final = "https://w3id.org/kkgraph/query/"
KKG: Final = "https://w3id.org/kkgraph/graph/"
ONTOLOGY_IRI: Final = "https://w3id.org/kkgraph/ns"

PREFIXES: Final[dict[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cito": "http://purl.org/spar/cito/",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "kk": KK,
    "kkd": KKD,
    "kkg": KKG,
    "kkq": KKQ,
    "kksh": KKSH,
    "locn": "http://www.w3.org/ns/locn#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

RDF_TYPE: Final = PREFIXES["rdf"] + "type"
PREF_LABEL: Final = PREFIXES["skos"] + "prefLabel"
ALT_LABEL: Final = PREFIXES["skos"] + "altLabel"
RDFS_LABEL: Final = PREFIXES["rdfs"] + "label"
LANGUAGES: Final = ("en", "th")

ONTOLOGY_GRAPH: Final = KKG + "ontology"
LOCAL_GRAPH: Final = KKG + "local"
CASE_PREFIX: Final = KKG + "case-"
CONTEXT_PREFIX: Final = KKG + "context-"
LOAD_PREFIX: Final = KKG + "load-"
LINKS_PREFIX: Final = KKG + "links-"
REGISTER_PREFIX: Final = KKG + "register-"
MERGED_GRAPHS: Final = frozenset(
    KKG + name for name in ("ontology", "entities", "study", "cited", "context", "local")
)
"""Graphs whose triples also stand, each once, in the default graph (see ``is_merged``)."""
MERGED_PREFIXES: Final = (CASE_PREFIX, CONTEXT_PREFIX)
"""How the names of loaded cases' graphs begin, and of what came with them from outside."""


def is_merged(graph_iri: str) -> bool:
    """True where the graph's triples belong to the default graph as well."""
    return graph_iri in MERGED_GRAPHS or graph_iri.startswith(MERGED_PREFIXES)


def is_apart(graph_iri: str) -> bool:
    """True for graphs that are no part of what studies say: registers, links, load records."""
    return graph_iri.startswith((REGISTER_PREFIX, LINKS_PREFIX, LOAD_PREFIX))


def is_background(graph_iri: str) -> bool:
    """True where validation looks things up: what is asserted, read or inferred."""
    return is_merged(graph_iri) or graph_iri in (KKG + "analyst", KKG + "inferred")


def expand(name: str) -> str:
    """The full IRI of a CURIE, an ``<IRI>`` or a bare IRI.

    >>> expand("kkd:F369")
    'https://w3id.org/kkgraph/id/F369'

    Raises ``TermError`` (unknown-prefix) where the prefix is not declared here.
    """
    if name.startswith("<") and name.endswith(">"):
        return name[1:-1]
    if name.startswith(("http://", "https://", "urn:")):
        return name
    prefix, colon, local = name.partition(":")
    if not colon:
        return KKD + name
    if prefix not in PREFIXES:
        raise TermError(
            "unknown-prefix",
            f'the prefix "{prefix}:" is not known',
            where=name,
            hint=f"Known prefixes: {', '.join(sorted(PREFIXES))}. Or write the whole IRI.",
        )
    return PREFIXES[prefix] + local


@lru_cache(maxsize=10_000)
def compact(iri: str) -> str:
    """The CURIE of an IRI, or the IRI itself where no prefix fits.

    >>> compact("https://w3id.org/kkgraph/id/e-laas")
    'kkd:e-laas'
    """
    best = ""
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and len(base) > len(PREFIXES.get(best, "")):
            best = prefix
    return f"{best}:{iri[len(PREFIXES[best]) :]}" if best else iri


def slug(iri: str) -> str:
    """The local name of one of our data IRIs; a CURIE or the IRI for any other."""
    return iri[len(KKD) :] if iri.startswith(KKD) else compact(iri)


def graph_iri(name: str) -> str:
    """The IRI of a graph given as ``study``, ``kkg:study`` or a full IRI."""
    return KKG + name if ":" not in name else expand(name)
