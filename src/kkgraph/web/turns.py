"""Work in threads, a bounded number at a time, with an end to it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from kkgraph.link.service import Refusal

if TYPE_CHECKING:
    from anyio import CapacityLimiter

T = TypeVar("T")
WORKERS: Final = 2
"""Pieces of work at one time."""
WAITING: Final = 64
"""Requests being worked on or waiting, at most."""
TIME_S: Final = 60.0
"""Seconds for one request at most."""


class Turn:
    """The turn of one request: its pieces of work, until its time is over."""

    def __init__(self, limiter: CapacityLimiter, time_s: float) -> None:
        self._limiter = limiter
        self._until = time.monotonic() + time_s
        self._time_s = time_s

    async def run(self, work: Callable[[], T]) -> T:
        """What the work returns; ``Refusal`` 503 timeout where it may not begin any more."""
        import anyio

        if time.monotonic() > self._until:
            raise Refusal(
                503,
                "timeout",
                f"this took more than {self._time_s:g} s",
                "Send fewer queries at once.",
            )
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)


class Turns:
    """Gives requests their turn: a large one works in pieces, so that small ones come between."""

    def __init__(
        self, *, workers: int = WORKERS, waiting: int = WAITING, time_s: float = TIME_S
    ) -> None:
        self._workers = workers
        self._waiting = waiting
        self._time_s = time_s
        self._limiter: CapacityLimiter | None = None
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A turn for one request; ``Refusal`` 503 busy where too many wait already."""
        import anyio

        if self._inside >= self._waiting:
            raise Refusal(503, "busy", "too many requests at once", "Try again in a moment.")
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._workers)
        self._inside += 1
        try:
            yield Turn(self._limiter, self._time_s)
        finally:
            self._inside -= 1
