"""RO-Crate 1.2: ``ro-crate-metadata.json``, which lists every file of the package."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkgraph import __version__
from kkgraph.model import Text
from kkgraph.portal.profile import Profile

NAME: Final = "ro-crate-metadata.json"
_SPECIFICATION: Final = "https://w3id.org/ro/crate/1.2"
_FORMATS: Final = {
    "text/csv": ("https://www.rfc-editor.org/rfc/rfc4180", "Comma-separated values"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "https://www.nationalarchives.gov.uk/PRONOM/fmt/214", "Microsoft Excel (Office Open XML)",
    ),
    "application/rdf+xml": ("https://www.w3.org/TR/rdf-syntax-grammar/", "RDF 1.1 XML Syntax"),
    "application/json": ("https://www.rfc-editor.org/rfc/rfc8259", "JSON"),
    "application/ld+json": ("https://www.w3.org/TR/json-ld11/", "JSON-LD 1.1"),
    "text/markdown": ("https://www.rfc-editor.org/rfc/rfc7763", "Markdown"),
    "text/turtle": ("https://www.w3.org/TR/turtle/", "RDF 1.1 Turtle"),
    "application/trig": ("https://www.w3.org/TR/trig/", "RDF 1.1 TriG"),
    "application/n-triples": ("https://www.w3.org/TR/n-triples/", "RDF 1.1 N-Triples"),
    "application/n-quads": ("https://www.w3.org/TR/n-quads/", "RDF 1.1 N-Quads"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the package as the crate lists it."""

    path: str
    media: str
    size: int
    sha256: str
    title: Text


def crate(
    parts: Sequence[Part], profile: Profile, *, title: Text, description: Text, date: str
) -> bytes:
    """The metadata file; texts stand in English, with the Thai title as ``alternateName``."""
    licence, publisher, place = profile.licence_iri, profile.publisher_url, "#thailand"
    folders: dict[str, list[str]] = {}
    for part in parts:
        head, slash, _ = part.path.rpartition("/")
        folders.setdefault(head + slash, []).append(part.path)
    tops = [p for p in folders.pop("", []) if p != NAME]
    used = sorted({p.media for p in parts})
    root = {
        "@id": "./", "@type": "Dataset", "name": title["en"], "alternateName": title["th"],
        "description": description["en"], "datePublished": date, "inLanguage": ["en", "th"],
        "license": {"@id": licence}, "publisher": {"@id": publisher},
        "author": {"@id": publisher}, "contentLocation": {"@id": place},
        "version": __version__, "url": profile.address,
        "hasPart": [{"@id": i} for i in (*tops, *sorted(folders))],
    }  # fmt: skip
    graph: list[dict[str, Any]] = [
        {
            "@id": NAME, "@type": "CreativeWork", "about": {"@id": "./"},
            "conformsTo": {"@id": _SPECIFICATION},
            "description": "What the files of this package are.", "name": "RO-Crate metadata",
        },
        root,
        *(_folder(name, inside) for name, inside in sorted(folders.items())),
        *(_file(part) for part in parts),
        *(_format(media) for media in used),
        {
            "@id": licence, "@type": "CreativeWork", "name": profile.licence["en"],
            "description": profile.licence["th"],
        },
        {
            "@id": publisher, "@type": "Organization", "name": profile.publisher["en"],
            "alternateName": profile.publisher["th"], "url": publisher,
            "description": "Who publishes this package.", "contactPoint": {"@id": "#contact"},
        },
        _contact(profile),
        {
            "@id": place, "@type": "Place", "name": "Thailand",
            "description": "Where the local administrative organisations are.",
        },
    ]  # fmt: skip
    data = {"@context": f"{_SPECIFICATION}/context", "@graph": graph}
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _folder(name: str, inside: list[str]) -> dict[str, Any]:
    return {
        "@id": name, "@type": "Dataset", "name": name.rstrip("/"),
        "description": f"The files under {name}",
        "hasPart": [{"@id": i} for i in inside],
    }  # fmt: skip


def _file(part: Part) -> dict[str, Any]:
    return {
        "@id": part.path, "@type": "File", "name": part.path.rpartition("/")[2],
        "description": part.title["en"], "contentSize": str(part.size), "sha256": part.sha256,
        "encodingFormat": [part.media, {"@id": _FORMATS[part.media][0]}],
    }  # fmt: skip


def _format(media: str) -> dict[str, Any]:
    iri, name = _FORMATS[media]
    return {
        "@id": iri, "@type": ["WebPage", "Standard"], "name": name,
        "description": f"The format of files of type {media}.",
    }  # fmt: skip


def _contact(profile: Profile) -> dict[str, Any]:
    found = {
        "@id": "#contact", "@type": "ContactPoint", "name": profile.contact["en"],
        "contactType": "publisher", "description": "Whom to ask about this package.",
        "url": profile.publisher_url,
    }  # fmt: skip
    return found | ({"email": profile.email} if profile.email else {})
