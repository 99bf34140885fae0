"""The application: the routes of every module, behind one gate."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.routing import BaseRoute


from kkgraph import catalogue
from kkgraph.errors import RequestError
from kkgraph.web import graphstore, protocol, registered, rest, watching
from kkgraph.web.gate import Gate
from kkgraph.web.pages import routes as pages
from kkgraph.web.service import Service


def build(
    service: Service,
    *,
    extra: Sequence[BaseRoute] = (),
    cors: str = "*",
    pooled: registered.Pooled | None = None,
) -> Gate:
    """The ASGI application of a service: SPARQL, graph store, REST, reconciliation, health and
    metrics.

    ``extra`` are further routes, which go first. ``cors`` is the origin that scripts in a
    browser may come from (``*``: any; empty: none). ``pooled`` answers what ``/reconcile`` is asked
    (without it: the bodies of the graph). Starting it starts the service's processes.
    """
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException

    questions = {q.id: q for q in catalogue.all_questions()}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    async def refused(request: Request, error: Exception) -> Any:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not-found", 405: "not-allowed"}.get(status, "bad-request")
        detail = error.detail if isinstance(error, HTTPException) else ""
        sent = pages.failed(request, service, RequestError(code, detail), status)
        for name, value in (getattr(error, "headers", None) or {}).items():
            sent.headers[name.lower()] = value
        return sent

    app = Starlette(
        routes=[
            *extra,
            *pages.routes(service),
            *protocol.routes(service),
            *graphstore.routes(service),
            *rest.routes(service, questions),
            *registered.routes(pooled or registered.Pooled(service)),
            *watching.routes(service),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: refused},
    )
    app.router.redirect_slashes = False
    app.state.service = service
    return Gate(app, service, cors)
