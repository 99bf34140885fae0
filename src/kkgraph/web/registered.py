"""The reconciliation API of the served graph: answered by a process with the register prepared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kkgraph.errors import KkgraphError
from kkgraph.link.service import Refusal
from kkgraph.link.service.words import BODIES
from kkgraph.web import problems
from kkgraph.web.backing import Ask, perform
from kkgraph.web.messages import Job, Reply
from kkgraph.web.reconciling import PREFIX, Reconciling
from kkgraph.web.service import Service, attended, client_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

    from kkgraph import link
    from kkgraph.web.desk import Desk

PAGE: Final = PREFIX + "/about"


class Pooled:
    """Asks a process of its own, which holds up no query while it prepares a register.

    ``register`` names a register of the store; empty, the bodies of the graph answer. The process
    is started when it is first asked. The limits are the server's.
    """

    def __init__(self, service: Service, register: str = "") -> None:
        self.service = service
        self.register = register
        bounds = replace(service.bounds, workers=1)
        self.pool = service.pool.beside(bounds, self.job("manifest", {"base": "", "lang": "en"}))
        self._starting = asyncio.Lock()
        self._started = False

    @asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[Ask]:
        """Each call is a job of its own, so that those of others come between."""

        async def ask(call: str, args: dict[str, Any]) -> Any:
            from starlette.requests import ClientDisconnect

            work = self._run(self.job(call, args), client_of(request))
            try:
                reply = await attended(request, work)
            except Refusal:
                raise
            except KkgraphError as error:
                status = problems.STATUS.get(error.code, 400)
                raise Refusal(status, error.code, error.message, error.hint) from error
            if reply is None:
                raise ClientDisconnect
            return reply.facts["found"]

        yield ask

    def job(self, call: str, args: Mapping[str, Any]) -> Job:
        """The job of a call."""
        return Job("reconcile", {"register": self.register, "call": call, "given": dict(args)})

    async def check(self) -> None:
        """Prepare the register; ``LinkError`` unknown-register where the store has none."""
        if self.register:
            await self._start()

    async def _run(self, job: Job, client: str) -> Reply:
        await self._start()
        return await self.pool.run(job, client)

    async def _start(self) -> None:
        async with self._starting:
            if not self._started:
                assert self.service.pool.place is not None
                await self.pool.start(self.service.pool.place)
                self._started = True


def routes(pooled: Pooled) -> list[Route]:
    """The API at ``/reconcile`` and its page; CORS, log and limits are the server's."""
    return Reconciling(pooled, origin="").routes(PREFIX, page=PAGE)


def answer(desk: Desk, *, register: str, call: str, given: Mapping[str, Any]) -> Reply:
    """What a call gives, beside no body; the register is prepared once for each snapshot."""
    service = desk.keep(f"reconcile {register}", lambda: _service(desk, register))
    return Reply(b"", facts={"found": perform(service, call, given)})


def _service(desk: Desk, register: str) -> link.service.Service:
    from kkgraph.link import authorities, reading
    from kkgraph.link.service import Service as Reconciler
    from kkgraph.link.target import Target

    store = desk.graph.store
    if register:
        side, entries = authorities.side(store, register)
        label = authorities.read(store, register).label
        return Reconciler(side, entries, Target(side, entries), label=label or None)
    side, entries = reading.of_graph(store)
    return Reconciler(side, entries, Target(side, entries), label=BODIES)
