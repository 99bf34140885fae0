"""The SPARQL 1.1 Graph Store HTTP Protocol: whole graphs read, replaced, added to and removed."""

from __future__ import annotations

import uuid
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


from kkgraph.errors import KkgraphError, RequestError
from kkgraph.web.answering import refuse_bad_graph
from kkgraph.web.messages import Reply
from kkgraph.web.negotiation import UPLOADS
from kkgraph.web.protocol import media_type, pairs
from kkgraph.web.service import Sent, Service, body_of

PATH = "/graphs"
_METHODS = ["GET", "PUT", "POST", "DELETE"]


def routes(service: Service) -> list[Route]:
    """The graph store (``?default``, ``?graph=IRI``), and graphs named by their own address."""
    from starlette.routing import Route

    async def store(request: Request) -> Sent:
        try:
            graph = _named(request)
            if graph is None:
                return await _create(request, service)
            return await _on(request, service, graph)
        except KkgraphError as error:
            return service.failed(request, error)

    async def direct(request: Request) -> Sent:
        try:
            if request.scope["query_string"]:
                raise _bad("a graph's own address takes no parameters")
            raw = request.scope["raw_path"].decode("latin-1")
            return await _on(request, service, refuse_bad_graph(_root(request) + raw))
        except KkgraphError as error:
            return service.failed(request, error)

    return [
        Route(PATH, store, methods=_METHODS),
        Route(PATH + "/{name:path}", direct, methods=_METHODS),
    ]


async def _on(request: Request, service: Service, graph: str) -> Sent:
    if request.method in ("GET", "HEAD"):
        bounds = service.bounds
        args = {
            "name": graph,
            "accept": request.headers.get("accept", ""),
            "max_rows": bounds.max_rows,
            "max_bytes": bounds.answer_bytes,
        }
        return await service.answer(request, "graph", args)
    service.authorise(request)
    if request.method == "DELETE":
        return _written(await service.write("drop", {"graph": graph}))
    parts = await _documents(request, service)
    kind = "put" if request.method == "PUT" else "add"
    args = {"graph": graph, "parts": parts, "base": graph or _root(request) + PATH}
    return _written(await service.write(kind, args))


async def _create(request: Request, service: Service) -> Sent:
    """POST to the store itself: a new graph, whose address is told in ``Location``."""
    if request.method != "POST":
        raise _bad("no graph is named")
    service.authorise(request)
    graph = f"{_root(request)}{PATH}/{uuid.uuid4()}"
    parts = await _documents(request, service)
    reply = await service.write("add", {"graph": graph, "parts": parts, "base": graph})
    return Sent(Reply(b"", status=reply.status), {"location": graph, "cache-control": "no-store"})


def _written(reply: Reply) -> Sent:
    return Sent(Reply(b"", status=reply.status), {"cache-control": "no-store"})


def _named(request: Request) -> str | None:
    """The graph that the parameters name, empty for the default graph; None where none is."""
    given = pairs(request.scope["query_string"].decode("latin-1"))
    graphs = [v for k, v in given if k == "graph"]
    default = [v for k, v in given if k == "default"]
    if len(graphs) + len(default) > 1:
        raise _bad("one graph at a time: either default or graph, once")
    if graphs:
        return refuse_bad_graph(graphs[0])
    return "" if default else None


async def _documents(request: Request, service: Service) -> list[tuple[bytes, str]]:
    """The RDF documents of the body, each with its format: one, or those of a form's files."""
    media, charset = media_type(request)
    body = await body_of(request, service.bounds.upload_bytes)
    if media == "multipart/form-data":
        head = b"Content-Type: " + request.headers["content-type"].encode("latin-1") + b"\r\n\r\n"
        found = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = [p for p in found.walk() if not p.is_multipart()] if found.is_multipart() else []
        if not parts:
            raise _bad("the form has no file")
        return [_part(p) for p in parts]
    return [(body, _format(media, charset))]


def _part(part: Message) -> tuple[bytes, str]:
    data = part.get_payload(decode=True)
    charset = str(part.get_param("charset") or "")
    return (data if isinstance(data, bytes) else b"", _format(part.get_content_type(), charset))


def _format(media: str, charset: str) -> str:
    if media not in UPLOADS:
        raise RequestError(
            "unsupported-media", f"{media or 'no content type'} is no RDF format known here",
            where="Content-Type", hint=f"Send one of: {', '.join(UPLOADS)}.",
        )  # fmt: skip
    if charset.lower() not in ("", "utf-8", "utf8", "us-ascii"):
        raise RequestError(
            "unsupported-media", f"the charset {charset} is not taken", where="Content-Type",
            hint="Send UTF-8.",
        )  # fmt: skip
    return UPLOADS[media]


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _bad(message: str) -> RequestError:
    return RequestError(
        "bad-request", message, hint="See https://www.w3.org/TR/sparql11-http-rdf-update/."
    )
