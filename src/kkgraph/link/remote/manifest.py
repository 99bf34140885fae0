"""What a reconciliation service says of itself, as far as it is needed here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from kkgraph import names
from kkgraph.errors import RemoteError
from kkgraph.link.records import Side

DEFAULT_BATCH: Final = 10
"""Queries in one request where the service doesn't say how many it takes (as OpenRefine sends)."""
MOST_BATCH: Final = 100
WIKIDATA: Final = "http://www.wikidata.org/entity/"
_KNOWN: Final = ("0.1", "0.2")
_IDENTITY: Final = ("versions", "name", "identifierSpace", "schemaSpace", "serviceVersion")
_ENDS: Final = ("/", "#", "=", ":", "-", "_")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A service: its address, name, the spaces of its identifiers and schema, and its limits.

    ``identity`` is a hash of what must not change while answers are gathered: versions, name,
    spaces and the software's version.
    """

    url: str
    name: str
    versions: tuple[str, ...]
    identifier_space: str
    schema_space: str
    view: str
    batch: int
    identity: str

    @property
    def ours(self) -> bool:
        """True where it is a service of this program: it knows our types and properties."""
        return self.schema_space == names.KK

    @property
    def side(self) -> Side:
        """The service as a side of a linking."""
        host = urlsplit(self.url).hostname or "service"
        slug = re.sub(r"[^a-z0-9]+", "-", f"{host}-{self.name}".lower()).strip("-")[:60].strip("-")
        return Side(slug, self.url, self.name, base=self.identifier_space)

    def iri(self, id_: str) -> str:
        """The IRI of an entity: its id where that is one, else made of the space or the view."""
        if id_.startswith(("http://", "https://")):
            return id_
        if not self.identifier_space.endswith(_ENDS) and self.view:
            return self.view.replace("{{id}}", quote(id_, safe=""))
        return self.identifier_space + quote(id_, safe="")


def read(data: Any, url: str) -> Manifest:
    """The manifest in an answer.

    Versions 0.1 (which says none) and 0.2 are understood, and a later one that says it understands
    these too. Raises ``RemoteError``: not-a-service where it is no manifest, or of another version,
    or its name or spaces are missing; service-refused where it wants a login.
    """
    if not isinstance(data, Mapping):
        raise _none(url, "the answer is no manifest")
    missing = [k for k in ("name", "identifierSpace", "schemaSpace") if not _text(data, k)]
    if missing:
        raise _none(url, f"its manifest has no {' and no '.join(missing)}")
    given = data.get("versions")
    versions = tuple(str(v) for v in given) if isinstance(given, list) else ("0.1",)
    if not set(versions) & set(_KNOWN):
        raise _none(url, f"it speaks version {', '.join(versions)[:60] or '?'} of the API only")
    if data.get("authentication"):
        raise RemoteError(
            "service-refused",
            "the service wants a login",
            where=url,
            hint="Services that need a login aren't supported.",
        )
    batch = data.get("batchSize")
    whole = isinstance(batch, int) and not isinstance(batch, bool) and batch > 0
    view = data.get("view")
    about = {k: data.get(k) for k in _IDENTITY}
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    return Manifest(
        url=url,
        name=_text(data, "name")[:200],
        versions=versions,
        identifier_space=_text(data, "identifierSpace"),
        schema_space=_text(data, "schemaSpace"),
        view=_text(view, "url") if isinstance(view, Mapping) else "",
        batch=min(int(batch), MOST_BATCH) if whole and batch is not None else DEFAULT_BATCH,
        identity=hashlib.sha256(text.encode()).hexdigest()[:32],
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    found = data.get(key)
    return found.strip() if isinstance(found, str) else ""


def _none(url: str, why: str) -> RemoteError:
    return RemoteError(
        "not-a-service",
        f"this is no reconciliation service that can be used: {why}",
        where=url,
        hint="Give the address that one pastes into OpenRefine.",
    )
