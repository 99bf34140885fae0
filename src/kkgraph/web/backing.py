"""Where the answers of the reconciliation API come from: this process, or those of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from kkgraph.link.service import Refusal, Service
from kkgraph.web import reconcilepages
from kkgraph.web.turns import Turn, Turns

if TYPE_CHECKING:
    from starlette.requests import Request

Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""What answers a call of a service by its name and arguments."""
_LONG: Final = frozenset(("reconcile", "extend", "suggest_entity"))
_SHORT: Final = frozenset(
    ("manifest", "landing", "preview", "propose", "suggest_type", "suggest_property")
)


class Backing(Protocol):
    """Answers the calls of a service, within limits of its own."""

    def turn(self, request: Request) -> AbstractAsyncContextManager[Ask]:
        """A turn for one request; ``Refusal`` where it can't have one."""
        ...


class Threads:
    """A service in this process: what takes time runs in threads, a bounded number at once."""

    def __init__(self, service: Service, turns: Turns) -> None:
        self.service = service
        self.turns = turns

    @asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[Ask]:
        """A turn for one request, taken at its first long call and kept for the others."""
        taken: list[Turn] = []
        async with AsyncExitStack() as stack:

            async def ask(call: str, args: dict[str, Any]) -> Any:
                if call in _SHORT:
                    return perform(self.service, call, args)
                if not taken:
                    taken.append(await stack.enter_async_context(self.turns.turn()))
                return await taken[0].run(lambda: perform(self.service, call, args))

            yield ask


def perform(service: Service, call: str, args: Mapping[str, Any]) -> Any:
    """What a service answers to a call; ``landing`` is its page."""
    if call == "landing":
        return reconcilepages.landing(service, **args)
    if call not in _LONG and call not in _SHORT:
        raise Refusal(404, "not-found", "there is nothing at this address")
    return getattr(service, call)(**args)
