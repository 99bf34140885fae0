"""The reconciliation API over HTTP: routes that any server here can mount."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kkgraph.link.service import Refusal, Service, batch, load
from kkgraph.names import LANGUAGES
from kkgraph.web import exchange, reconcilepages
from kkgraph.web.turns import Turns

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PREFIX: Final = "/reconcile"
_PIECE: Final = 20
_METHODS: Final = ("GET", "POST", "OPTIONS")
Answer = Callable[["Request", dict[str, str], str], Awaitable[Any]]


class Reconciling:
    """The handlers of one service.

    ``public`` is the address under which clients reach it, where that is another than the one they
    ask (behind a proxy). ``origin`` narrows CORS, which the API asks to be open. ``log`` gets one
    line for each request, without what was asked.
    """

    def __init__(
        self,
        service: Service,
        *,
        lang: str = "en",
        public: str = "",
        origin: str = "*",
        turns: Turns | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.service = service
        self.lang = lang
        self.public = public.rstrip("/")
        self.origin = origin
        self.turns = turns or Turns()
        self.log = log

    def routes(self, prefix: str = PREFIX, *, page: str = "/") -> list[Route]:
        """The routes under ``prefix``, once more for each language, and the landing page.

        Routes and no mounted application: a redirect from ``/reconcile`` to ``/reconcile/`` would
        lose the body that was posted.
        """
        from starlette.routing import Route

        found = [Route(page, self._handler(self._page, page, ""), methods=["GET", "HEAD"])]
        for fixed in ("", *LANGUAGES):
            base = f"{prefix}/{fixed}" if fixed else prefix
            handlers: dict[str, Answer] = {
                "": partial(self._endpoint, page, base),
                "/": partial(self._endpoint, page, base),
                "/suggest/entity": self._suggest_entity,
                "/suggest/type": self._suggest_type,
                "/suggest/property": self._suggest_property,
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
            data = load(given["extend"])
            async with self.turns.turn() as turn:
                return await turn.run(lambda: self.service.extend(data, lang))
        if request.method == "POST":
            raise Refusal(400, "nothing-asked", 'the form has neither "queries" nor "extend"')
        root = self.root(request)
        return self.service.manifest(root + path, lang, documentation=root + page)

    async def _reconcile(self, request: Request, text: str, lang: str) -> dict[str, Any]:
        async with self.turns.turn() as turn:
            queries = await turn.run(lambda: batch(load(text)))
            request.state.note = f", {len(queries)} queries"
            out: dict[str, Any] = {}
            items = iter(queries.items())
            while piece := dict(itertools.islice(items, _PIECE)):
                out |= await turn.run(partial(self.service.reconcile, piece, lang))
        return out

    async def _suggest_entity(self, _: Request, given: dict[str, str], lang: str) -> Any:
        work = partial(
            self.service.suggest_entity, given.get("prefix", ""), lang,
            cursor=given.get("cursor"), limit=given.get("limit"), kind=given.get("type", ""),
        )  # fmt: skip
        async with self.turns.turn() as turn:
            return await turn.run(work)

    async def _suggest_type(self, _: Request, given: dict[str, str], lang: str) -> Any:
        return self.service.suggest_type(
            given.get("prefix", ""), lang, cursor=given.get("cursor"), limit=given.get("limit")
        )

    async def _suggest_property(self, _: Request, given: dict[str, str], lang: str) -> Any:
        return self.service.suggest_property(
            given.get("prefix", ""), lang, cursor=given.get("cursor"), limit=given.get("limit")
        )

    async def _properties(self, _: Request, given: dict[str, str], lang: str) -> Any:
        return self.service.propose(given.get("type", ""), given.get("limit"), lang)

    async def _entity(
        self, _: Request, given: dict[str, str], lang: str, *, small: bool
    ) -> Response:
        found = self.service.preview(given.get("id", ""), lang)
        return reconcilepages.html_reply(reconcilepages.entity(found, lang, small=small), lang)

    async def _page(self, request: Request, _: dict[str, str], lang: str) -> Response:
        text = reconcilepages.landing(self.service, self.root(request) + PREFIX, lang)
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
    from starlette.middleware.trustedhost import TrustedHostMiddleware

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
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
        exception_handlers={HTTPException: failed, Exception: failed},
    )


def stderr_log(line: str) -> None:
    """Write a line with the time to standard error."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)
