"""What a portal lists: datasets with their publishers, as read from CKAN or DCAT."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from kkgraph.errors import RemoteError
from kkgraph.link.records import Entry, Side
from kkgraph.model import Text

PortalKind = Literal["ckan", "dcat"]
MAX_TEXT: Final = 2_000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufeff]")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: ``id`` is unique in its portal, ``names`` are all that it is called."""

    id: str
    names: tuple[str, ...]
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset as its portal lists it; what the portal doesn't say is empty."""

    id: str
    title: Text
    url: str = ""
    publisher: str = ""
    modified: str = ""
    licence: str = ""
    formats: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """All that was read of a portal; ``whole`` is False where it gave less than it promised.

    ``fetched`` says when (``xsd:dateTime``, the oldest answer), ``requests`` how many answers
    came from the portal this time, the others having been kept.
    """

    address: str
    kind: PortalKind
    datasets: tuple[Listed, ...]
    publishers: dict[str, Publisher]
    fetched: str = ""
    requests: int = 0
    whole: bool = True
    notes: tuple[str, ...] = field(default=())

    def side(self) -> tuple[Side, list[Entry]]:
        """The publishers as entries to be linked, in the order of their ids."""
        host = urlsplit(self.address).hostname or "portal"
        slug = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-") or "portal"
        side = Side(f"portal-{slug}", self.address, host)
        used = {d.publisher for d in self.datasets}
        return side, [
            Entry(p.id, p.iri or self.address, p.names[0], p.names[1:], iri=p.iri)
            for p in sorted(self.publishers.values(), key=lambda p: p.id)
            if p.id in used and p.names
        ]


def clean(value: object) -> str:
    """A text of a portal without control and direction marks, at most 2,000 characters long."""
    text = value if isinstance(value, str) else ""
    return " ".join(_CONTROL.sub("", text).split())[:MAX_TEXT]


def web(value: object) -> str:
    """A text that is a web address of a page, else nothing."""
    text = clean(value)
    return text if text.startswith(("https://", "http://")) and not set(text) & set(' <>"') else ""


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return tuple(dict.fromkeys(t for t in texts if t))


def broken(url: str, message: str) -> RemoteError:
    """The error of an answer that has another form than it should."""
    return RemoteError(
        "unexpected-answer",
        message,
        where=url,
        hint="Give the address of a CKAN portal or of a DCAT catalogue (Turtle, JSON-LD, RDF/XML).",
    )
