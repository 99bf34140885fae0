"""Terms and triples in short, for the modules here that write RDF."""

from __future__ import annotations

import re
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names

SCHEMES: Final = ("dla", "geocode", "wikidata")
"""Schemes of codes that the shipped data describe (``kkd:scheme-dla`` and so on)."""
_XSD: Final = names.PREFIXES["xsd"]
_TYPE: Final = ox.NamedNode(names.RDF_TYPE)
_CACHE: dict[str, ox.NamedNode] = {}
_THAI: Final = re.compile("[\u0e00-\u0e7f]")


def node(curie: str) -> ox.NamedNode:
    """The node of a CURIE that stands in our code (remembered: there are few of them)."""
    found = _CACHE.get(curie)
    if found is None:
        found = _CACHE[curie] = ox.NamedNode(names.expand(curie))
    return found


def is_a(subject: ox.NamedNode, curie: str) -> ox.Triple:
    """The triple that types a node."""
    return ox.Triple(subject, _TYPE, node(curie))


def say(subject: ox.NamedNode, curie: str, value: Any) -> ox.Triple:
    """A triple; a plain string becomes a literal."""
    return ox.Triple(subject, node(curie), ox.Literal(value) if isinstance(value, str) else value)


def typed(value: str, kind: str) -> ox.Literal:
    """A literal of an XSD type, such as ``gYear``."""
    return ox.Literal(value, datatype=ox.NamedNode(_XSD + kind))


def whole(value: int) -> ox.Literal:
    """An integer literal."""
    return typed(str(value), "integer")


def decimal(value: float) -> ox.Literal:
    """A canonical decimal with at most four digits after the point."""
    shown = f"{value:.4f}".rstrip("0")
    return typed(shown + "0" if shown.endswith(".") else shown, "decimal")


def in_its_language(text: str) -> ox.Literal:
    """The text tagged as Thai where it has Thai letters, else as English."""
    return ox.Literal(text, language="th" if _THAI.search(text) else "en")


def slugged(text: str) -> str:
    """The text in small Latin letters, digits and single hyphens; ``""`` where it has none."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def scheme(name: str) -> ox.NamedNode:
    """The node of a scheme of codes, ``kkd:scheme-<name>``."""
    return ox.NamedNode(f"{names.KKD}scheme-{slugged(name) or 'other'}")


def scheme_triples(name: str) -> list[ox.Triple]:
    """What is said of a scheme that the shipped data don't describe; nothing of those they do."""
    if name in SCHEMES:
        return []
    mine = scheme(name)
    return [
        is_a(mine, "kk:IdentifierScheme"),
        say(mine, "skos:prefLabel", ox.Literal(f"Codes called {name}", language="en")),
        say(mine, "skos:prefLabel", ox.Literal(f"รหัสที่เรียกว่า {name}", language="th")),
    ]
