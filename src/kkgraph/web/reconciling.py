"""The reconciliation API over HTTP: routes that any server here can mount."""

from __future__ import annotations

import ipaddress
import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kkgraph.link.service import Refusal, Service, batch, load
from kkgraph.names import LANGUAGES
from kkgraph.web import exchange, reconcilepages
from kkgraph.web.backing import Backing, Threads
from kkgraph.web.turns import Turns

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX: Final = "/reconcile"
_PIECE: Final = 20
_METHODS: Final = ("GET", "POST", "OPTIONS")
Answer = Callable[["Request", dict[str, str], str], Awaitable[Any]]


class Reconciling:
    """The handlers of one service, or of what stands for it (``Backing``).

    ``public`` is the address under which clients reach it, where that is another than the one they
    ask (behind a proxy). ``origin`` narrows CORS, which the API asks to be open; where it is
    empty, whatever the routes are mounted in says who may ask. ``log`` gets one
    line for each request, without what was asked.
    """

    def __init__(
        self,
        service: Service | Backing,
        *,
        lang: str = "en",
        public: str = "",
        origin: str = "*",
        turns: Turns | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.backing = (
            Threads(service, turns or Turns()) if isinstance(service, Service) else service
        )
        self.lang = lang
        self.public = public.rstrip("/")
        self.origin = origin
        self.log = log

    def routes(self, prefix: str = PREFIX, *, page: str = "/") -> list[Route]:
        """The routes under ``prefix``, once more for each language, and the landing page.

        Routes and no mounted application: a redirect from ``/reconcile`` to ``/reconcile/`` would
        lose the body that was posted.
        """
        from starlette.routing import Route

        found = [
            Route(
                page, self._handler(partial(self._page, prefix), page, ""), methods=["GET", "HEAD"]
            )
        ]
        for fixed in ("", *LANGUAGES):
            base = f"{prefix}/{fixed}" if fixed else prefix
            handlers: dict[str, Answer] = {
                "": partial(self._endpoint, page, base),
                "/": partial(self._endpoint, page, base),
                "/suggest/entity": partial(self._suggest, "entity"),
                "/suggest/type": partial(self._suggest, "type"),
                "/suggest/property": partial(self._suggest, "property"),
                "/properties": self._properties,
                "/preview": partial(self._entity, small=True),
                "/entity": partial(self._entity, small=False),
            }
            for path, answer in handlers.items():
                handler = self._handler(answer, base + path, fixed)
                found.append(Route(base + path, handler, methods=list(_METHODS)))
        return found

    def _handler(self, answer: Answer, path: str, fixed: str) -> Any:
        async def handle(request: Request) -> Response:
            start = time.perf_counter()
            found = await self._answered(request, answer, fixed)
            if self.origin:
                found.headers["Access-Control-Allow-Origin"] = self.origin
            if self.log:
                took = 1000 * (time.perf_counter() - start)
                note = getattr(request.state, "note", "")
                self.log(f"{request.method} {path} {found.status_code} {took:.0f} ms{note}")
            return found

        return handle

    async def _answered(self, request: Request, answer: Answer, fixed: str) -> Response:
        from starlette.responses import Response

        if request.method == "OPTIONS":
            allowed = {
                "Access-Control-Allow-Methods": ", ".join(_METHODS),
                "Access-Control-Allow-Headers": "Accept-Language, Content-Type",
                "Access-Control-Max-Age": "600",
            }
            return Response(status_code=204, headers=allowed)
        try:
            given = await exchange.fields(request)
            lang = exchange.language(request, given, fixed, self.lang)
            call = exchange.callback(given)
            data = await answer(request, given, lang)
        except Refusal as refusal:
            return exchange.refused(refusal)
        if isinstance(data, Response):
            return data
        return exchange.reply(data, lang=lang, call=call)

    async def _endpoint(
        self, page: str, path: str, request: Request, given: dict[str, str], lang: str
    ) -> Any:
        if "queries" in given:
            return await self._reconcile(request, given["queries"], lang)
        if "extend" in given:
            return await self._one(request, "extend", data=load(given["extend"]), lang=lang)
        if request.method == "POST":
            raise Refusal(400, "nothing-asked", 'the form has neither "queries" nor "extend"')
        root = self.root(request)
        return await self._one(
            request, "manifest", base=root + path, lang=lang, documentation=root + page
        )

    async def _one(self, request: Request, call: str, **args: Any) -> Any:
        async with self.backing.turn(request) as ask:
            return await ask(call, args)

    async def _reconcile(self, request: Request, text: str, lang: str) -> dict[str, Any]:
        from anyio import to_thread

        async with self.backing.turn(request) as ask:
            queries = await to_thread.run_sync(lambda: batch(load(text)))
            request.state.note = f", {len(queries)} queries"
            out: dict[str, Any] = {}
            items = iter(queries.items())
            while piece := dict(itertools.islice(items, _PIECE)):
                out |= await ask("reconcile", {"queries": piece, "lang": lang})
        return out

    async def _suggest(self, what: str, request: Request, given: dict[str, str], lang: str) -> Any:
        args = {
            "prefix": given.get("prefix", ""), "lang": lang,
            "cursor": given.get("cursor"), "limit": given.get("limit"),
        }  # fmt: skip
        if what == "entity":
            args["kind"] = given.get("type", "")
        return await self._one(request, f"suggest_{what}", **args)

    async def _properties(self, request: Request, given: dict[str, str], lang: str) -> Any:
        return await self._one(
            request, "propose", kind=given.get("type", ""), limit=given.get("limit"), lang=lang
        )

    async def _entity(
        self, request: Request, given: dict[str, str], lang: str, *, small: bool
    ) -> Response:
        found = await self._one(request, "preview", id_=given.get("id", ""), lang=lang)
        return reconcilepages.html_reply(reconcilepages.entity(found, lang, small=small), lang)

    async def _page(self, prefix: str, request: Request, _: dict[str, str], lang: str) -> Response:
        endpoint = self.root(request) + prefix
        text = await self._one(request, "landing", endpoint=endpoint, lang=lang)
        return reconcilepages.html_reply(text, lang)

    def root(self, request: Request) -> str:
        """Scheme and host that clients use, without a path."""
        return self.public or str(request.base_url).rstrip("/")


def application(reconciling: Reconciling, *, hosts: Sequence[str]) -> Any:
    """A whole application with the API at ``/reconcile`` and its page at ``/``.

    ``hosts`` are the names that clients may use for this machine (``*`` for any): a page elsewhere
    whose own name leads to this machine is not let in.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not-found", 405: "bad-method"}.get(status, "failed")
        said = {404: "there is nothing at this address", 405: "this method isn't allowed here"}
        refusal = Refusal(status, code, said.get(status, "the request failed"))
        if reconciling.log and not isinstance(error, HTTPException):
            reconciling.log(f"{request.method} {request.url.path} 500 {type(error).__name__}")
        found = exchange.refused(refusal)
        found.headers["Access-Control-Allow-Origin"] = reconciling.origin
        if isinstance(error, HTTPException):
            found.headers.update(error.headers or {})
        return found

    return Starlette(
        routes=reconciling.routes(),
        middleware=[Middleware(_Hosts, hosts=frozenset(hosts))],
        exception_handlers={HTTPException: failed, Exception: failed},
    )


class _Hosts:
    """Lets in requests whose ``Host`` is one of these names, IPv6 in brackets and ports included.

    Starlette's own check cuts at the first colon, and so lets no IPv6 address in.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = frozenset(_bare(h) for h in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400."""
        given = [v.decode("latin-1") for k, v in scope.get("headers", ()) if k == b"host"]
        known = len(given) == 1 and host_of(given[0]) in self.hosts
        if scope["type"] != "http" or "*" in self.hosts or known:
            await self.app(scope, receive, send)
            return
        refusal = Refusal(400, "bad-host", "this server isn't called so", "Call it localhost.")
        await exchange.refused(refusal)(scope, receive, send)


def host_of(header: str) -> str:
    """The name or address in a ``Host`` header, without its port; empty where it is malformed.

    >>> host_of("LOCALHOST:8650"), host_of("[0:0::1]:8650"), host_of("::1")
    ('localhost', '::1', '')
    """
    text = header.strip().lower()
    if text.startswith("["):
        name, closed, port = text[1:].partition("]")
        if not closed or (port and not (port[0] == ":" and port[1:].isdecimal())):
            return ""
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            return ""
    name, colon, port = text.partition(":")
    return "" if colon and not port.isdecimal() else name


def _bare(host: str) -> str:
    """A name that the server goes by, as ``host_of`` gives it."""
    return host_of(f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host)


def stderr_log(line: str) -> None:
    """Write a line with the time to standard error."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)
