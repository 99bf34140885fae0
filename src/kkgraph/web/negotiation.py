"""Content negotiation: which of the offered media types, languages and codings a client wants."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from kkgraph.errors import RequestError

SELECT: Final = (
    ("application/sparql-results+json", "json"),
    ("application/json", "json"),
    ("application/sparql-results+xml", "xml"),
    ("application/xml", "xml"),
    ("text/xml", "xml"),
    ("text/csv", "csv"),
    ("text/tab-separated-values", "tsv"),
)
ASK: Final = SELECT[:5]
TRIPLES: Final = (
    ("text/turtle", "ttl"),
    ("application/x-turtle", "ttl"),
    ("application/n-triples", "nt"),
    ("text/plain", "nt"),
    ("application/rdf+xml", "rdf"),
    ("application/ld+json", "jsonld"),
    ("application/trig", "trig"),
    ("application/n-quads", "nq"),
)
RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
UPLOADS: Final = {
    "text/turtle": "ttl",
    "application/x-turtle": "ttl",
    "application/n-triples": "nt",
    "text/plain": "nt",
    "application/rdf+xml": "rdf",
    "application/xml": "rdf",
    "text/xml": "rdf",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
}
_UTF8: Final = frozenset(("text/turtle", "text/csv", "text/plain", "text/tab-separated-values"))


@lru_cache(maxsize=1024)
def accepted(header: str) -> tuple[tuple[str, float], ...]:
    """The ranges of an ``Accept`` header with their q-values; parameters but q are left out."""
    out = []
    for part in header.split(","):
        name, *params = (p.strip() for p in part.split(";"))
        quality = 1.0
        for param in params:
            key, _, value = param.partition("=")
            if key.strip().lower() == "q":
                quality = _quality(value.strip())
        if name:
            out.append((name.lower(), quality))
    return tuple(out)


def _quality(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


@lru_cache(maxsize=4096)
def choose(header: str, offers: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """The offer (media type, format) that the header likes best, the first of equals.

    The most specific range that fits an offer decides its quality (RFC 9110, 12.5.1). Raises
    ``RequestError`` not-acceptable, naming what there is.
    """
    if not header.strip():
        return offers[0]
    ranges = accepted(header)
    best, found = 0.0, None
    for media, form in offers:
        kind = media.split("/")[0] + "/*"
        weights = [
            (level, q)
            for name, q in ranges
            for level, wanted in enumerate(("*/*", kind, media))
            if name == wanted
        ]
        quality = max(weights, key=lambda w: w[0])[1] if weights else 0.0
        if quality > best:
            best, found = quality, (media, form)
    if found is None:
        raise RequestError(
            "not-acceptable",
            "none of the formats that are accepted is offered here",
            where="Accept",
            hint=f"Offered: {', '.join(dict.fromkeys(m for m, _ in offers))}.",
        )
    return found


@lru_cache(maxsize=256)
def takes_gzip(header: str) -> bool:
    """True where an ``Accept-Encoding`` header takes gzip."""
    found = dict(accepted(header))
    return found.get("gzip", found.get("*", 0.0)) > 0


@lru_cache(maxsize=256)
def language(header: str) -> str:
    """``th`` or ``en``, whichever an ``Accept-Language`` header likes better; en by default."""
    found: dict[str, float] = {}
    for name, quality in accepted(header):
        tag = name.split("-")[0]
        found[tag] = max(found.get(tag, 0.0), quality)
    return "th" if found.get("th", 0.0) > found.get("en", 0.0) else "en"


def content_type(media: str) -> str:
    """The header value: text formats say that they are UTF-8."""
    return f"{media}; charset=utf-8" if media in _UTF8 else media
