"""A process behind the front: it holds its own copy of the store, does one job after another.

``main`` is told the number of its end of a socket pair. It ends with the front process, or when
the front kills it: that is how a job is stopped.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from typing import Any, Final

from kkgraph.errors import KkgraphError, StoreError
from kkgraph.web.messages import Failure, Job, Reply, of_reply, read_message

_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG
_GZIP_FROM: Final = 1024


def main() -> None:
    """Do the jobs that come in, until the other end is gone."""
    descriptor, role, memory = (sys.argv[1], sys.argv[2], int(sys.argv[3]))
    _settle(memory)
    from kkgraph.web import desk

    chosen: Any = desk.WritingDesk() if role == "write" else desk.Desk()
    link = socket.socket(fileno=int(descriptor))
    reader = link.makefile("rb")
    while True:
        try:
            job = read_message(reader.read)
        except EOFError:
            os._exit(0)
        link.sendall(of_reply(_done(chosen, job)))


def _done(desk: Any, job: Job) -> Reply | Failure:
    try:
        reply: Reply = desk.do(job)
    except KkgraphError as error:
        error.__cause__ = None
        return Failure(error)
    except MemoryError:
        os._exit(3)  # the front tells it as out of memory, and starts another
    except Exception as error:
        import traceback

        traceback.print_exc()
        return Failure(StoreError("engine-failed", f"{type(error).__name__}: {error}"))
    if job.gzip and not reply.encoding and len(reply.body) >= _GZIP_FROM:
        import gzip

        packed = gzip.compress(reply.body, compresslevel=5, mtime=0)
        return Reply(packed, reply.media, reply.status, "gzip", reply.facts)
    return reply


def _settle(memory: int) -> None:
    """Leave stopping to the front, die with it, and take no more memory than allowed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 20)
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if memory and sys.platform != "win32":
        import resource

        # Arrow's own allocator takes a GiB of addresses at once, which would count as used
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (memory, memory))


if __name__ == "__main__":
    main()
