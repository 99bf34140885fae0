"""``LOAD`` from hosts that are allowed: fetched here, never by the engine, and written as data.

The engine would contact whatever it is told to, and follow every redirect. So a document is
fetched before the update runs: the host must be on the list, each address that its name has must
be a public one (unless the list has the address itself), the connection goes to the address that
was checked, and each redirect is checked in the same way.
"""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from kkgraph import sparql, turtle
from kkgraph.addresses import Address, is_public
from kkgraph.errors import KkgraphError, QuestionError, SourceError
from kkgraph.fetching import Pinned
from kkgraph.web.negotiation import UPLOADS

_REDIRECTS: Final = 5
_SECONDS: Final = 10.0
_ACCEPT: Final = "text/turtle, application/n-triples, application/rdf+xml;q=0.8"
_LOAD: Final = re.compile(r"(?<![\w:.\-?$@%\\])LOAD(?![\w:.\-%\\])", re.I)
_STEP: Final = re.compile(r"[{};]")


def with_loaded(text: str, allowed: Collection[str], max_bytes: int) -> str:
    """The update with each ``LOAD`` turned into ``INSERT DATA`` of what it would have loaded.

    Raises ``QuestionError`` remote-access where a host or address is not allowed, ``SourceError``
    not-loaded where the document can't be had; with ``SILENT`` that is passed over.
    """
    if not allowed or not _LOAD.search(text):
        return text
    steps = sparql.operations(text)
    pieces = _pieces(text)
    if len(pieces) != len(steps):
        return text  # it is refused, as it stands, by whoever runs it
    out = []
    for piece, step in zip(pieces, steps, strict=True):
        if step.name != "Load":
            out.append(piece)
            continue
        found = _LOAD.search(sparql.blank(piece))
        head = piece[: found.start()] if found else ""
        out.append(head + _data(step, allowed, max_bytes))
    return " ;\n".join(out)


def fetch(url: str, allowed: Collection[str], max_bytes: int) -> tuple[bytes, str, str]:
    """The document at a URL, its format, and where it was found in the end."""
    for _ in range(_REDIRECTS + 1):
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not {host, f"{host}:{port}"} & set(allowed):
            raise _refused(f"{parts.scheme}://{host}:{port} is not on the list")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        number = checked(host, port, allowed)
        link = Pinned(Address(url, parts.scheme, host, port, target, (number,)), _SECONDS)
        try:
            link.request("GET", target, headers={"Accept": _ACCEPT})
            answer = link.getresponse()
            where = answer.getheader("Location")
            if answer.status in (301, 302, 303, 307, 308) and where:
                url = urljoin(url, where)
                continue
            data = answer.read(max_bytes + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError("not-loaded", f"it can't be fetched: {error}", where=url) from error
        finally:
            link.close()
        if answer.status != 200 or len(data) > max_bytes:
            reason = f"status {answer.status}" if answer.status != 200 else "it is too large"
            raise SourceError("not-loaded", f"it can't be fetched: {reason}", where=url)
        media = (answer.getheader("Content-Type") or "").split(";")[0].strip().lower()
        ending = PurePosixPath(parts.path).suffix.lstrip(".")
        form = UPLOADS.get(media, ending if ending in ("ttl", "nt", "rdf", "jsonld") else "ttl")
        return data, form, url
    raise SourceError("not-loaded", "it is redirected again and again", where=url)


def checked(host: str, port: int, allowed: Collection[str]) -> str:
    """An address of the host, all of whose addresses were checked."""
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, port, proto=6)}
    except OSError as error:
        raise SourceError("not-loaded", f"the host has no address: {error}", where=host) from error
    for address in found:
        plain = address.split("%")[0]
        if not is_public(plain) and host not in (plain, f"[{plain}]"):
            raise _refused(f"{host} has the address {plain}, which is not public")
    return min(found)


def _data(step: Any, allowed: Collection[str], max_bytes: int) -> str:
    parts = dict(step)
    try:
        data, form, url = fetch(str(parts["iri"]), allowed, max_bytes)
        if form == "rdf":
            turtle.refuse_entities(data, where=url)
        quads = ox.parse(data, format=turtle.FORMATS[form], base_iri=url, rename_blank_nodes=True)
        triples = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
    except (SyntaxError, ValueError) as error:
        return _failed(parts, SourceError("not-loaded", str(error), where=str(parts["iri"])))
    except SourceError as error:
        return _failed(parts, error)
    body = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")
    graph = parts.get("graphiri")
    return f"INSERT DATA {{ GRAPH <{graph}> {{ {body} }} }}" if graph else (
        f"INSERT DATA {{ {body} }}"
    )  # fmt: skip


def _failed(parts: dict[str, Any], error: KkgraphError) -> str:
    if parts.get("silent"):
        return "INSERT DATA { }"
    raise error


def _pieces(text: str) -> list[str]:
    """The operations of an update, each with the declarations before it."""
    plain, depth, start = sparql.blank(text), 0, 0
    out = []
    for match in _STEP.finditer(plain):
        if match[0] == ";" and depth == 0:
            out.append(text[start : match.start()])
            start = match.end()
        depth += {"{": 1, "}": -1}.get(match[0], 0)
    if plain[start:].strip():
        out.append(text[start:])
    return out


def _refused(message: str) -> QuestionError:
    return QuestionError(
        "remote-access", f"{message}, and may not be contacted", where="update",
        hint="Whoever runs the server can allow a host: --allow-load HOST.",
    )  # fmt: skip
