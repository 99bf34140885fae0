"""The SPARQL 1.1 Protocol: queries by GET, by form and directly; updates by form and directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


from kkgraph import sparql
from kkgraph.errors import KkgraphError, RequestError
from kkgraph.web.answering import refuse_bad_graph
from kkgraph.web.messages import Reply
from kkgraph.web.service import Sent, Service, body_of

PATH = "/sparql"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_DATASET = ("default-graph-uri", "named-graph-uri")
_USING = ("using-graph-uri", "using-named-graph-uri")


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks: a query or an update with its dataset; neither for the description."""

    query: str | None = None
    update: str | None = None
    default: Sequence[str] = ()
    named: Sequence[str] = ()


def routes(service: Service) -> list[Route]:
    """The endpoint, with and without a slash at its end."""
    from starlette.routing import Route

    async def endpoint(request: Request) -> Sent:
        try:
            operation = await _read(request, service)
            if operation.update is not None:
                return await _update(request, service, operation)
            return await _query(request, service, operation)
        except KkgraphError as error:
            return service.failed(request, error)

    return [Route(path, endpoint, methods=["GET", "POST"]) for path in (PATH, PATH + "/")]


async def _query(request: Request, service: Service, operation: Operation) -> Sent:
    accept = request.headers.get("accept", "")
    base = endpoint_of(request)
    if operation.query is None:
        args = {"endpoint": base, "update": service.may_update, "accept": accept}
        return await service.answer(request, "description", args)
    sparql.check_nesting(operation.query)
    bounds = service.bounds
    args = {
        "text": operation.query,
        "accept": accept,
        "base": base,
        "default": tuple(operation.default),
        "named": tuple(operation.named),
        "max_rows": bounds.max_rows,
        "max_bytes": bounds.answer_bytes,
    }
    return await service.answer(request, "query", args, text=operation.query)


async def _update(request: Request, service: Service, operation: Operation) -> Sent:
    args = {
        "text": operation.update,
        "base": endpoint_of(request),
        "using": tuple(operation.default),
        "using_named": tuple(operation.named),
        "loads": service.loads,
        "max_bytes": service.bounds.upload_bytes,
    }
    await service.write("update", args)
    return Sent(Reply(b"", status=204), {"cache-control": "no-store"})


def endpoint_of(request: Request) -> str:
    """The endpoint's own URL, without the query."""
    return str(request.url.replace(query="", fragment="", path=PATH))


async def _read(request: Request, service: Service) -> Operation:
    """The operation of a request. Raises ``RequestError``; asks for the token before a body."""
    given = pairs(request.scope["query_string"].decode("latin-1"))
    if request.method != "POST":
        return _operation(given, ("query",), "a query by GET")
    media, charset = media_type(request)
    if media == UPDATE:
        service.authorise(request)
    if media not in (FORM, QUERY, UPDATE):
        raise RequestError(
            "unsupported-media", f"{media or 'no content type'} is not taken here",
            where="Content-Type", hint=f"Send {FORM}, {QUERY} or {UPDATE}.",
        )  # fmt: skip
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise RequestError(
            "unsupported-media", f"the charset {charset} is not taken",
            where="Content-Type", hint="Send UTF-8.",
        )  # fmt: skip
    bounds = service.bounds
    most = bounds.upload_bytes if media == UPDATE else bounds.query_bytes
    body = text_of(await body_of(request, most))
    if media == FORM:
        operation = _operation(given + pairs(body), ("query", "update"), "a form")
        if operation.query is None and operation.update is None:
            raise _bad("the form has no query and no update")
    elif media == QUERY:
        operation = _operation([*given, ("query", body)], ("query",), "a query")
    else:
        operation = _operation([*given, ("update", body)], ("update",), "an update")
    if operation.update is not None:
        service.authorise(request)
    return operation


def _operation(given: list[tuple[str, str]], allowed: tuple[str, ...], what: str) -> Operation:
    found = {name: [v for k, v in given if k == name] for name in ("query", "update")}
    for name, values in found.items():
        if values and name not in allowed:
            raise _bad(f"{what} can't have the parameter {name}")
        if len(values) > 1:
            raise _bad(f"the parameter {name} is given {len(values)} times")
    if found["query"] and found["update"]:
        raise _bad("a query and an update at once")
    names, others = (_USING, _DATASET) if found["update"] else (_DATASET, _USING)
    if any(k in others for k, _ in given):
        raise _bad(f"{' and '.join(others)} don't go with this operation")
    default, named = ([refuse_bad_graph(v) for k, v in given if k == n] for n in names)
    query, update = (found[n][0] if found[n] else None for n in ("query", "update"))
    return Operation(query, update, default, named)


def pairs(text: str) -> list[tuple[str, str]]:
    """The parameters of a query string or form, as UTF-8; ``RequestError`` bad-request."""
    try:
        return parse_qsl(
            text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        raise _bad(f"the parameters can't be read: {error}") from error


def media_type(request: Request) -> tuple[str, str]:
    """The media type of the request's body and its charset, in small letters."""
    media, *params = (p.strip() for p in request.headers.get("content-type", "").split(";"))
    found = (p.partition("=") for p in params)
    charset = next((v.strip('" ') for k, _, v in found if k.strip().lower() == "charset"), "")
    return media.lower(), charset.lower()


def text_of(body: bytes) -> str:
    """The body as text; ``RequestError`` bad-request where it isn't UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(f"the body is not UTF-8: {error.reason} at byte {error.start}") from error


def _bad(message: str) -> RequestError:
    return RequestError(
        "bad-request", message, hint="See https://www.w3.org/TR/sparql11-protocol/."
    )
