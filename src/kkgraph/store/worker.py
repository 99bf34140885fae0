"""A process that answers queries for another one, so that a query can really be stopped.

The engine can't cancel a query, so the parent kills this process when time runs out and starts a
new one. Messages are length-prefixed pickles over the process's own pipes; both ends are ours.
The first message is the data, every next one a query.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox

from kkgraph.errors import KkgraphError, StoreError
from kkgraph.model import Answer
from kkgraph.store.base import Limits
from kkgraph.store.execute import run

_ROOT: Final = str(Path(__file__).resolve().parents[2])


def send(pipe: IO[bytes], message: Any) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=5)
    pipe.write(struct.pack("<Q", len(data)))
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one message; ``EOFError`` where the other end is gone."""
    head = pipe.read(8)
    if len(head) < 8:
        raise EOFError
    (size,) = struct.unpack("<Q", head)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 (our own process wrote it)


class Worker:
    """A worker process with its data loaded; one query at a time."""

    def __init__(self, *, nquads: bytes | None = None, snapshot: str | None = None) -> None:
        self._lock = threading.Lock()
        path = os.pathsep.join(p for p in (_ROOT, os.environ.get("PYTHONPATH", "")) if p)
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from kkgraph.store.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        send(self._stdin, (nquads, snapshot))

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer; ``StoreError`` timeout, and the process killed, when time runs out."""
        with self._lock:
            expired = threading.Event()

            def stop() -> None:
                expired.set()
                self._process.kill()

            timer = threading.Timer(limits.timeout_s, stop) if limits.timeout_s else None
            if timer:
                timer.start()
            try:
                send(self._stdin, (sparql, limits.max_rows))
                answer = receive(self._stdout)
            except (EOFError, OSError) as error:
                self.close()
                if expired.is_set():
                    raise timed_out(limits.timeout_s or 0) from error
                raise StoreError(
                    "worker-died",
                    "the query process ended without an answer (out of memory?)",
                    hint="Ask for less, or add LIMIT. The store is unharmed.",
                ) from error
            except BaseException:
                self.close()
                raise
            finally:
                if timer:
                    timer.cancel()
        if isinstance(answer, KkgraphError):
            raise answer
        assert isinstance(answer, Answer)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def timed_out(seconds: float) -> StoreError:
    """The error of a query that was stopped."""
    return StoreError(
        "timeout",
        f"the query was stopped after {seconds:g} s",
        hint="Make it narrower, add LIMIT, or allow more time: timeout_s=…, --timeout.",
    )


def run_watched(engine: ox.Store, sparql: str, limits: Limits) -> Answer:
    """The answer, here; where time runs out the whole process ends, with exit code 3."""

    def stop() -> None:
        error = timed_out(limits.timeout_s or 0)
        os.write(2, f"kkgraph: {error.code}: {error}\n".encode())
        os._exit(error.exit_code)

    timer = threading.Timer(limits.timeout_s or 0, stop)
    timer.daemon = True
    timer.start()
    try:
        return run(engine, sparql, limits.max_rows)
    finally:
        timer.cancel()


def main() -> None:
    """Load the data, then answer until the parent closes the pipe."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    nquads, snapshot = receive(stdin)
    engine = ox.Store(snapshot) if snapshot else ox.Store()
    if nquads is not None:
        engine.bulk_load(nquads, format=ox.RdfFormat.N_QUADS)
    while True:
        try:
            sparql, max_rows = receive(stdin)
        except EOFError:
            return
        try:
            message: Any = run(engine, sparql, max_rows)
        except KkgraphError as error:
            error.__cause__ = None
            message = error
        send(stdout, message)
