"""The pool of answering processes, and who gets one next.

A client that keeps processes busy for long waits behind the others: the next free process goes to
the client with the least recent use; a client with long jobs leaves one process to the others; and
a long job that stands in the way moves aside (its process gives way and a new one takes its
place), or is ended where its client has one aside already.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkgraph.errors import KkgraphError, StoreError
from kkgraph.web.bounds import Bounds
from kkgraph.web.clients import HALF_LIFE_S, Client
from kkgraph.web.messages import Job, Reply
from kkgraph.web.process import Process

if TYPE_CHECKING:
    from kkgraph.web.contact import Contact

_TICK_S: Final = 0.05
_REMEMBERED: Final = 10_000
_OWN: Final = 4  # a client waits longer for its own long jobs before they move aside
_START_S: Final = 120.0
_PREPARE_S: Final = 600.0
_AGAIN: Final = "Try again in a moment, or make it narrower."


class Pool:
    """Answering processes over one snapshot; ``run`` gives a job to the next that is free.

    ``contact`` says whom they may ask; without it nobody. ``prepare`` is a job that each process
    does with every snapshot before it answers from it. Where ``spare``, one more stands ready.
    """

    def __init__(
        self,
        bounds: Bounds,
        contact: Contact | None = None,
        *,
        prepare: Job | None = None,
        spare: bool = True,
    ) -> None:
        self.bounds = bounds
        self.contact = contact
        self._prepare = prepare
        self._spares = spare
        self._beside: list[Pool] = []
        self.version = 0
        self.place: Path | None = None
        self.killed: dict[str, int] = {}
        self.started = 0
        self._idle: deque[Process] = deque()
        self._fast: set[Process] = set()
        self._aside: set[Process] = set()
        self._spare: Process | None = None
        self._clients: dict[str, Client] = {}
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = 0
        self._closed = False

    async def start(self, place: Path) -> None:
        """Start the processes over the snapshot; ``StoreError`` where they can't."""
        self.place = place
        made = [self._made() for _ in range(self.bounds.workers)]
        for process in await asyncio.gather(*made):
            self._fast.add(process)
            self._idle.append(process)
        self._keep(self._tick())

    def advance(self, place: Path) -> None:
        """Answer from this snapshot from the next job on."""
        self.place = place
        self.version += 1
        for pool in self._beside:
            pool.advance(place)

    def beside(self, bounds: Bounds, prepare: Job) -> Pool:
        """Another pool over the same snapshots, for work that is to hold up nobody here.

        It isn't started yet, and ends with this one.
        """
        made = Pool(bounds, prepare=prepare, spare=False)
        made.place, made.version = self.place, self.version
        self._beside.append(made)
        return made

    @property
    def oldest(self) -> int:
        """The oldest version that a process still reads from."""
        held = [p.version for p in (*self._fast, *self._aside) if p.version >= 0]
        spare = [self._spare.version] if self._spare else []
        return min([self.version, *held, *spare, *(pool.oldest for pool in self._beside)])

    def gauges(self) -> dict[str, int]:
        """How many jobs wait and run, and how many processes there are, those beside included."""
        busy = len(self._fast) - len(self._idle)
        found = {
            "waiting": self._waiting,
            "running": busy + len(self._aside),
            "aside": len(self._aside),
            "processes": len(self._fast) + len(self._aside) + bool(self._spare),
        }
        for pool in self._beside:
            found = {name: number + pool.gauges()[name] for name, number in found.items()}
        return found

    async def run(self, job: Job, client: str) -> Reply:
        """The reply to a job, in turn. ``StoreError``: busy, client-busy, timeout, worker-died."""
        process = await self._acquire(client)
        mine = self._clients[client]
        try:
            if process.version != self.version:
                await self._load(process)
                process.since = time.monotonic()
            return await process.ask(job, self.bounds.query_s)
        finally:
            now = time.monotonic()
            took = now - process.since
            mine.running -= 1
            mine.use(took, now)
            if took > self.bounds.long_s:
                mine.heavy_until = now + HALF_LIFE_S
            self._release(process)

    async def stop(self) -> None:
        """End every process."""
        self._closed = True
        for pool in self._beside:
            await pool.stop()
        for task in list(self._tasks):
            task.cancel()
        processes = [*self._fast, *self._aside, *([self._spare] if self._spare else [])]
        for process in processes:
            process.stop()
        for process in processes:
            process.reap()

    async def _acquire(self, name: str) -> Process:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = Client()
        now = time.monotonic()
        if self._idle and not self._waiting and self._may_run(client, now):
            return self._give(client, name, now)
        if len(client.waiting) >= self.bounds.client_queue:
            raise StoreError(
                "client-busy", "this client has too many requests waiting", hint=_AGAIN
            )
        if self._waiting >= self.bounds.queue:
            raise StoreError("busy", "too many requests are waiting", hint=_AGAIN)
        mine: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        client.waiting.append(mine)
        self._waiting += 1
        self._dispatch()
        timer = asyncio.get_running_loop().call_later(self.bounds.wait_s, _give_up, mine)
        try:
            return await mine
        except BaseException:
            if mine in client.waiting:
                client.waiting.remove(mine)
                self._waiting -= 1
            elif mine.done() and not mine.cancelled() and not mine.exception():
                client.running -= 1
                self._release(mine.result())
            raise
        finally:
            timer.cancel()

    def _may_run(self, client: Client, now: float) -> bool:
        """True where the client may have one more: one with long jobs leaves one to the others."""
        most = self.bounds.workers
        if now < client.heavy_until and most > 1 and self._has_company(client, now):
            most -= 1
        return client.running < most or client.running == 0

    def _has_company(self, client: Client, now: float) -> bool:
        return any(
            c.running or c.waiting or now - c.at < HALF_LIFE_S
            for c in self._clients.values()
            if c is not client
        )

    def _give(self, client: Client, name: str, now: float) -> Process:
        process = self._idle.popleft()
        process.client, process.since = name, now
        client.running += 1
        return process

    def _dispatch(self) -> None:
        """Give free processes to those who wait, first to whoever has used least."""
        now = time.monotonic()
        while self._idle and self._waiting:
            ready = [
                (c.used_s * 0.5 ** ((now - c.at) / HALF_LIFE_S), name)
                for name, c in self._clients.items()
                if c.waiting and self._may_run(c, now)
            ]
            if not ready:
                return
            name = min(ready)[1]
            client = self._clients[name]
            mine = client.waiting.popleft()
            self._waiting -= 1
            if not mine.done():
                mine.set_result(self._give(client, name, now))

    def _release(self, process: Process) -> None:
        process.client = ""
        if process.reason is not None:
            reason = process.reason.code
            self.killed[reason] = self.killed.get(reason, 0) + 1
        if process in self._aside:
            self._aside.discard(process)
            process.stop()
            self._keep(self._reaped(process))
        elif not process.alive:
            self._fast.discard(process)
            self._keep(self._reaped(process))
            self._replace()
        else:
            self._idle.append(process)
        self._dispatch()

    def _replace(self) -> None:
        """Bring the processes for short jobs back to their number, from the spare one first."""
        if self._closed:
            return
        if self._spare is not None and len(self._fast) < self.bounds.workers:
            self._fast.add(self._spare)
            self._idle.append(self._spare)
            self._spare = None
        lacking = self.bounds.workers - len(self._fast)
        lacking += self._spares and self._spare is None
        while self._starting < lacking:
            self._starting += 1
            self._keep(self._start_one())

    async def _start_one(self) -> None:
        try:
            process = await self._made()
        except KkgraphError:
            await asyncio.sleep(1.0)  # not again and again without a pause
            self._starting -= 1
            self._replace()
            return
        self._starting -= 1
        if len(self._fast) < self.bounds.workers:
            self._fast.add(process)
            self._idle.append(process)
        elif self._spares and self._spare is None:
            self._spare = process
        else:
            process.stop()
        self._replace()
        self._dispatch()

    async def _made(self) -> Process:
        process = Process("read", self.bounds.memory_bytes)
        self.started += 1
        try:
            await self._load(process)
        except BaseException:
            process.stop()
            raise
        return process

    async def _load(self, process: Process) -> None:
        version = self.version
        await process.ask(
            Job("load", {"place": str(self.place), "contact": self.contact}), _START_S
        )
        if self._prepare is not None:
            await process.ask(self._prepare, _PREPARE_S)
        process.version = version

    async def _reaped(self, process: Process) -> None:
        await asyncio.to_thread(process.reap)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            if self._spares and self._spare is None and not self._starting:
                self._replace()
            if self._waiting:
                self._make_room()
                self._dispatch()
            if len(self._clients) > _REMEMBERED:
                self._forget()

    def _make_room(self) -> None:
        """Move long jobs aside for those who wait; end those of a client with one aside."""
        now = time.monotonic()
        waiting = {name for name, c in self._clients.items() if c.waiting}
        apart = {p.client for p in self._aside}
        for process in sorted((p for p in self._fast if p.client), key=lambda p: p.since):
            others = bool(waiting - {process.client})
            long_s = self.bounds.long_s * (1 if others else _OWN)
            if now - process.since <= long_s or self._idle:
                continue
            self._clients[process.client].heavy_until = now + HALF_LIFE_S
            if process.client not in apart and len(self._aside) < self.bounds.long_workers:
                apart.add(process.client)
                self._fast.discard(process)
                self._aside.add(process)
                process.give_way()
                self._replace()
            elif others:
                process.stop(StoreError("crowded", "it took long, and others wait", hint=_AGAIN))

    def _forget(self) -> None:
        now = time.monotonic()
        for name, client in list(self._clients.items()):
            if not client.waiting and not client.running and now - client.at > 60:
                del self._clients[name]

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _give_up(waiting: asyncio.Future[Process]) -> None:
    if not waiting.done():
        waiting.set_exception(
            StoreError("busy", "the request waited too long for its turn", hint=_AGAIN)
        )
