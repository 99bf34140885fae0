"""A process behind the front, as the front sees it: start it, give it a job, kill it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final, cast

from kkgraph.errors import StoreError
from kkgraph.web.messages import HEAD, Failure, Job, Reply, pack, to_reply

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_NICE: Final = 10


class _Link(asyncio.Protocol):
    """The front's end of the socket pair: gathers one message at a time."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.wanted = HEAD.size
        self.sizes: tuple[int, int] | None = None
        self.waiting: asyncio.Future[Reply | Failure] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self.parts.append(data)
        self.size += len(data)
        if self.size < self.wanted:
            return
        whole = b"".join(self.parts) if len(self.parts) > 1 else data
        if self.sizes is None:
            head, body = HEAD.unpack_from(whole)
            self.sizes = (head, body)
            self.wanted = HEAD.size + head + body
        self.parts = [whole]
        if self.size >= self.wanted:
            start = HEAD.size + self.sizes[0]
            reply = to_reply(whole[HEAD.size : start], whole[start : self.wanted])
            self.parts, self.size, self.wanted, self.sizes = [], 0, HEAD.size, None
            if self.waiting is not None and not self.waiting.done():
                self.waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(EOFError())


class Process:
    """One process. ``client`` and ``since`` say for whom it works, and from when on.

    Its temporary files lie in a folder of its own, which goes with it: an engine that is killed
    leaves what it had moved out of memory.
    """

    def __init__(self, role: str, memory: int) -> None:
        self.version = -1
        self.client = ""
        self.since = 0.0
        self.reason: StoreError | None = None
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH", "")) if p)
        self._socket = ours
        self._link: _Link | None = None
        hidden = {k: v for k, v in os.environ.items() if "TOKEN" not in k.upper()}
        self._folder = tempfile.TemporaryDirectory(
            prefix="kkgraph-work-", ignore_cleanup_errors=True
        )
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kkgraph.web.worker", str(theirs.fileno()), role, str(memory)],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env={**hidden, "PYTHONPATH": path, "TMPDIR": self._folder.name},
        )
        theirs.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """True while it runs and its work was not stopped."""
        return self.reason is None and self._child.poll() is None

    async def ask(self, job: Job, seconds: float | None) -> Reply:
        """The reply to a job. ``StoreError`` timeout or worker-died; the process is gone then.

        Raises what the job raised. Where the caller is cancelled, the process is killed.
        """
        loop = asyncio.get_running_loop()
        if self._link is None:
            _, self._link = await loop.create_connection(_Link, sock=self._socket)
        link = self._link
        assert link.transport is not None
        link.waiting = loop.create_future()
        timer = loop.call_later(seconds, self.stop, _timed_out(seconds)) if seconds else None
        link.transport.write(pack(job))
        try:
            reply = await link.waiting
        except EOFError as error:
            self.stop(self.reason or _died())
            assert self.reason is not None
            raise self.reason from error
        except BaseException:
            self.stop(_died())
            raise
        finally:
            link.waiting = None
            if timer is not None:
                timer.cancel()
        if isinstance(reply, Failure):
            raise reply.error
        return reply

    def stop(self, reason: StoreError | None = None) -> None:
        """Kill the process; what it was doing fails with the reason."""
        if self.reason is None:
            threading.Thread(target=self.reap, daemon=True).start()
        self.reason = self.reason or reason or _died()
        with contextlib.suppress(OSError):
            self._child.kill()
        if self._link is not None and self._link.transport is not None:
            self._link.transport.abort()
        else:
            self._socket.close()

    def reap(self) -> None:
        """Wait for the end of a process that was stopped, and remove its temporary files."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=5)
        self._folder.cleanup()

    def give_way(self) -> None:
        """Let other processes go first from now on."""
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)


def _timed_out(seconds: float) -> StoreError:
    return StoreError(
        "timeout",
        f"the request was stopped after {seconds:g} s",
        hint="Make it narrower, or add LIMIT.",
    )


def _died() -> StoreError:
    return StoreError(
        "worker-died",
        "the process that answered ended (out of memory?)",
        hint="Ask for less, or add LIMIT. The store is unharmed.",
    )
