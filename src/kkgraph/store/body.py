"""The body of an answer as a stream: unpacked, within its size and time, noticed where it ends."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from kkgraph.errors import StoreError
from kkgraph.store.address import Endpoint
from kkgraph.store.worker import timed_out

CHUNK: Final = 1 << 16
_TEXT: Final = 300


class Deadline:
    """A moment until which something must be done; ``seconds`` None: never."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """Seconds left, not below 0; None: for ever."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """True once there is no time left."""
        return self.left == 0.0

    def error(self, where: str) -> StoreError:
        """The error of what did not end in time."""
        error = timed_out(self.seconds or 0)
        return StoreError(error.code, error.message, where=where, hint=error.hint)


class Watch:
    """Ends a connection at a deadline, whatever the reader is waiting for."""

    def __init__(self, sock: socket.socket | None, deadline: Deadline) -> None:
        self.fired = False
        self.deadline = deadline
        self._sock = sock  # an answer that ends with its connection takes it away from there
        self._timer: threading.Timer | None = None
        if (left := deadline.left) is not None:
            self._timer = threading.Timer(left, self._end)
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> None:
        self.fired = True
        self.cut()

    def cut(self) -> None:
        """End the connection at once, also while another thread reads from it."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                # of a TLS socket too, the plain one below it: another thread may be inside of it
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def stop(self) -> None:
        """Let the connection live."""
        if self._timer is not None:
            self._timer.cancel()


class Body:
    """An answer's body, read once; use it in a ``with`` block, or close it.

    ``read`` raises ``StoreError``: answer-too-large, answer-cut, timeout.
    """

    def __init__(
        self,
        response: http.client.HTTPResponse,
        watch: Watch,
        endpoint: Endpoint,
        release: Callable[[bool], None],
    ) -> None:
        self.status = response.status
        self.headers = response.headers
        self.where = endpoint.url
        self._response = response
        self._watch = watch
        self._max = endpoint.max_bytes
        self._release: Callable[[bool], None] | None = release
        self._total = 0
        self._ready = bytearray()
        self._ended = self._drained = False
        packed = (response.headers.get("Content-Encoding") or "").strip().lower()
        self._gzip = zlib.decompressobj(wbits=31) if packed in ("gzip", "x-gzip") else None

    @property
    def kind(self) -> str:
        """The media type, in small letters and without parameters."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, at least one until the end; all that are left where it is < 0."""
        while (size < 0 or not self._ready) and not self._ended:
            self._fill()
        taken = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(taken)]
        return taken

    def start(self) -> str:
        """The beginning of the body, of some pages' length; less where it cannot be read."""
        try:
            while len(self._ready) < CHUNK and not self._ended:
                self._fill()
        except StoreError:
            pass
        return bytes(self._ready[:CHUNK]).decode("utf-8", "replace")

    def text(self) -> str:
        """The beginning of the body as one line, for a message; empty where it is a page."""
        text = self.start()
        if self.kind in ("text/html", "application/xhtml+xml"):
            return ""
        words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return words[:_TEXT] + ("…" if len(words) > _TEXT else "")

    def close(self) -> None:
        """Let go of the connection: kept for the next request where all was read, else ended."""
        self._watch.stop()
        if self._release is not None:
            release, self._release = self._release, None
            fine = self._drained and not self._watch.fired and not self._response.will_close
            if not fine:
                self._watch.cut()
            self._response.close()
            release(fine)

    def __enter__(self) -> Body:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _fill(self) -> None:
        """Read on from the connection; what comes out is unpacked, counted and ready."""
        data = self._receive() if self._gzip is None else self._unpacked(self._gzip)
        self._total += len(data)
        if self._total > self._max:
            raise StoreError(
                "answer-too-large",
                f"the answer is larger than {self._max:,} bytes",
                where=self.where,
                hint="Ask for less, or add LIMIT.",
            )
        self._ready += data

    def _unpacked(self, gzip: Any) -> bytes:
        """The next piece, never much of it at once, however tightly it was packed."""
        try:
            data: bytes = gzip.decompress(gzip.unconsumed_tail or self._receive(), CHUNK)
        except zlib.error as error:
            raise self._cut("it is not what gzip makes") from error
        if gzip.eof:
            self._receive()
            self._ended = True
        elif self._ended and not data:
            raise self._cut("it ended too early")
        return data

    def _receive(self) -> bytes:
        try:
            data = self._response.read1(CHUNK)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            raise self._late() or self._cut(str(error) or type(error).__name__) from error
        if not data:
            if late := self._late():
                raise late
            if self._response.length:
                raise self._cut(f"{self._response.length:,} bytes are missing")
            self._ended = self._drained = True
        return data

    def _late(self) -> StoreError | None:
        deadline = self._watch.deadline
        if self._watch.fired or deadline.passed:
            return deadline.error(self.where)
        return None

    def _cut(self, reason: str) -> StoreError:
        return StoreError(
            "answer-cut",
            f"the answer broke off: {reason}",
            where=self.where,
            hint="Ask again. If it goes on, a server or proxy on the way ends answers early.",
        )
