"""The connection: the limits that must hold before a request is one, and after its answer is sent.

A client that sends its request byte by byte, or that doesn't read its answer, holds a connection
and memory. Each connection is looked at every second and cut where nothing moves.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from kkgraph.web.bounds import Bounds

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Protocol
else:
    _Protocol = object  # ``limited`` adds the real one, which is imported late

_LOOK_S: Final = 1.0
_SLOWEST: Final = 1024  # bytes a second of a request's body


class Wire(_Protocol):
    """uvicorn's protocol with limits. ``bounds`` and ``clients`` are set by ``limited``."""

    bounds: Bounds
    clients: Counter[str]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or turn it away where its client has too many."""
        super().connection_made(transport)
        now = self.loop.time()
        self._refused = False
        self._in_head = True
        self._head_size = 0
        self._head_since = now
        self._body_since = now
        self._body_size = 0
        self._stuck_since: float | None = None
        self._watch: asyncio.TimerHandle | None = self.loop.call_later(_LOOK_S, self._look)
        self._host = self.client[0] if self.client else ""
        self.clients[self._host] += 1
        if self.clients[self._host] > self.bounds.client_connections:
            self._refuse(429, "Too many connections")
        elif len(self.connections) > self.bounds.connections:
            self._refuse(503, "Too many connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self.clients[self._host] -= 1
        if not self.clients[self._host]:
            del self.clients[self._host]

    def data_received(self, data: bytes) -> None:
        """Read on, unless the request's head is past its limits."""
        if self._refused:
            return
        before = self._in_head
        super().data_received(data)
        if before and self._in_head and not self._refused:
            if not self._head_size:
                self._head_since = self.loop.time()
            self._head_size += len(data)
            if self._head_size > self.bounds.head_bytes + self.bounds.line_bytes:
                self._refuse(431, "The headers are too large")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head = True
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        """Gather the address, up to its limit."""
        super().on_url(url)
        if len(self.url) > 2 * self.bounds.line_bytes - 1024:
            self._refuse(414, "The address is too long")

    def on_headers_complete(self) -> None:
        """The head is read; the application takes over."""
        self._in_head = False
        self._body_since = self.loop.time()
        self._body_size = 0
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body_size += len(body)
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; the next one's head may follow."""
        self._in_head = True
        self._head_size = 0
        if not self._refused:
            super().on_message_complete()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is sent to."""
        self._stuck_since = self._stuck_since or self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has read on."""
        self._stuck_since = None
        super().resume_writing()

    def _refuse(self, status: int, message: str) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            b"retry-after: 5\r\ncontent-length: %d\r\n\r\n%s"
            % (status, message.encode(), len(message), message.encode())
        )
        self.transport.close()

    def _look(self) -> None:
        """Cut the connection where nothing moves; else look again later."""
        now, bounds = self.loop.time(), self.bounds
        self._watch = self.loop.call_later(_LOOK_S, self._look)
        waiting = self.cycle is not None and not self.cycle.response_complete
        if self.transport.is_closing() or not waiting:
            left = self.transport.get_write_buffer_size()
            self._stuck_since = (self._stuck_since or now) if left else None
        if self._stuck_since is not None and now - self._stuck_since > bounds.stall_s:
            self.transport.abort()
        elif self._in_head and not waiting and now - self._head_since > bounds.head_s:
            if self.cycle is None or self._head_size:
                self._refuse(408, "The request took too long to come")
        elif waiting and self.cycle.more_body and not self.flow.read_paused:
            expected = (now - self._body_since - bounds.stall_s) * _SLOWEST
            if self._body_size < expected:
                self._refuse(408, "The request took too long to come")


def limited(bounds: Bounds) -> type[Wire]:
    """The protocol class for one server, with its own count of connections."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    counts: Counter[str] = Counter()
    fields: dict[str, Any] = {"bounds": bounds, "clients": counts}
    return type("LimitedWire", (Wire, HttpToolsProtocol), fields)
