"""HTTP to a SPARQL server: connections kept, redirects checked, busy servers asked again.

Why not a library: one that is kept up and does it all was not found. SPARQLWrapper (last release
2022) reads whole answers, has no time limit but the socket's, and sends the login along wherever a
redirect leads.
"""

from __future__ import annotations

import email.utils
import http.client
import random
import socket
import ssl
import threading
import time
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from kkgraph.errors import QuestionError, StoreError
from kkgraph.store.address import Endpoint, is_loopback, origin
from kkgraph.store.body import Body, Deadline, Watch
from kkgraph.store.statuses import took_too_long

Place = tuple[str, str, int]
"""Scheme, host and port."""
TRIES: Final = 4
"""How often a request is sent at most, where it may be sent again."""
MAX_WAIT_S: Final = 30.0
_CONNECT_S: Final = 10.0
_MOMENT_S: Final = 0.001
_IDLE_S: Final = 5.0
_KEPT: Final = 8
_REDIRECTS: Final = 5
_BUSY: Final = frozenset((429, 502, 503, 504))
_MOVED: Final = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; ``again`` True where sending it twice does no harm (a query)."""

    method: str
    url: str
    accept: str
    body: bytes | None = None
    content: str = ""
    again: bool = False


class Unanswered(Exception):  # noqa: N818 (what happened, and no error of ours yet)
    """No answer began to arrive; ``sent`` where the server may have got the request even so."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Wire:
    """Sends requests to one endpoint; safe to use from several threads."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._idle: list[tuple[Place, float, http.client.HTTPConnection]] = []

    def send(self, request: Request, deadline: Deadline) -> Body:
        """The answer, whatever its status; a busy or silent server is asked again if it may be.

        Raises ``StoreError``: unreachable, redirected, timeout; write-unknown where a request that
        must not be sent twice may or may not have been carried out.
        """
        tries = TRIES if request.again else 1
        while True:
            tries -= 1
            try:
                body = self._follow(request, deadline)
            except Unanswered as failure:
                if deadline.passed and request.again:
                    raise deadline.error(self.endpoint.url) from failure
                wait = _pause(TRIES - tries)
                if not tries or _too_long(wait, deadline):
                    raise self._unreachable(request, failure) from failure
            else:
                if body.status not in _BUSY or not tries or _gave_up(body):
                    return body
                wait = _asked_for(body.headers.get("Retry-After")) or _pause(TRIES - tries)
                if _too_long(wait, deadline):
                    return body
                body.close()
            time.sleep(wait)

    def close(self) -> None:
        """End the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, _, connection in idle:
            connection.close()

    def _follow(self, request: Request, deadline: Deadline) -> Body:
        """The first answer that is no redirect; the login goes no further than where it is for."""
        for _ in range(_REDIRECTS + 1):
            body = self._exchange(request, deadline)
            if body.status not in _MOVED:
                return body
            location = body.headers.get("Location") or ""
            body.close()
            try:
                target = urldefrag(urljoin(request.url, location)).url
            except ValueError as error:
                raise self._redirected("that is no address", "") from error
            if not request.again:
                raise self._redirected("an update is not sent on to another address", target)
            try:
                self.endpoint.check(target.partition("?")[0])
            except QuestionError as error:
                raise self._redirected(error.message, target) from error
            if origin(request.url)[0] == "https" != origin(target)[0]:
                raise self._redirected("it leads from https to plain http", target)
            request = replace(request, url=target)
            if body.status == http.client.SEE_OTHER:
                request = replace(request, method="GET", body=None, content="")
        raise self._redirected("it leads on and on", request.url)

    def _exchange(self, request: Request, deadline: Deadline) -> Body:
        """One request and the beginning of its answer, on a kept connection if that is safe.

        A connection that was kept may have been closed meanwhile, and then nobody can tell whether
        the request arrived. So updates go on new ones.
        """
        while True:
            place = origin(request.url)
            connection = self._kept(place) if request.again else None
            reused = connection is not None
            if connection is None:
                connection = self._connect(place, deadline)
            watch = Watch(connection.sock, deadline)
            try:
                _patience(connection, deadline)
                self._write(connection, request)
                response = connection.getresponse()
                if watch.fired:  # the head may have been cut, and looks whole
                    raise TimeoutError("time ran out")
            except (OSError, http.client.HTTPException) as error:
                watch.stop()
                connection.close()
                if reused and not watch.fired:
                    continue
                raise Unanswered(str(error) or type(error).__name__, sent=True) from error
            except BaseException:
                watch.stop()
                connection.close()
                raise
            return Body(
                response,
                watch,
                self.endpoint,
                lambda fine, c=connection, p=place: self._release(p, c, fine),  # type: ignore[misc]
            )

    def _write(self, connection: http.client.HTTPConnection, request: Request) -> None:
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Accept": request.accept,
            "Accept-Encoding": "gzip",
            "User-Agent": "kkgraph",
        }
        if request.content:
            headers["Content-Type"] = request.content
        login = self.endpoint.login.header
        if login and self.endpoint.knows(request.url):
            headers["Authorization"] = login
        connection.request(request.method, target, body=request.body, headers=headers)

    def _connect(self, place: Place, deadline: Deadline) -> http.client.HTTPConnection:
        left = _CONNECT_S if deadline.left is None else min(_CONNECT_S, deadline.left)
        connection = _connection(place, max(left, _MOMENT_S))
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unanswered(str(error) or type(error).__name__, sent=False) from error
        return connection

    def _kept(self, place: Place) -> http.client.HTTPConnection | None:
        now = time.monotonic()
        with self._lock:
            old = [c for _, since, c in self._idle if now - since > _IDLE_S]
            self._idle = [item for item in self._idle if now - item[1] <= _IDLE_S]
            found = next((item for item in reversed(self._idle) if item[0] == place), None)
            if found is not None:
                self._idle.remove(found)
        for connection in old:
            connection.close()
        return found[2] if found is not None else None

    def _release(self, place: Place, connection: http.client.HTTPConnection, fine: bool) -> None:
        with self._lock:
            if fine and len(self._idle) < _KEPT:
                self._idle.append((place, time.monotonic(), connection))
                return
        connection.close()

    def _unreachable(self, request: Request, failure: Unanswered) -> StoreError:
        if failure.sent and not request.again:
            return StoreError(
                "write-unknown",
                f"the connection broke before the server said whether it wrote ({failure})",
                where=self.endpoint.url,
                hint="Look before you write again: kkgraph store status, kkgraph cases.",
            )
        return StoreError(
            "unreachable",
            f"the server does not answer: {failure}",
            where=self.endpoint.url,
            hint="Is the address right, the server running, and the network there?",
        )

    def _redirected(self, reason: str, target: str) -> StoreError:
        parts = urlsplit(target)
        shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return StoreError(
            "redirected",
            f"the server points to {shown}, and {reason}",
            where=self.endpoint.url,
            hint="If you trust that address, give it instead of this one.",
        )


def _connection(place: Place, seconds: float) -> http.client.HTTPConnection:
    """A connection to a host, not yet open; through the proxy of the environment for https."""
    import urllib.request

    scheme, host, port = place
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    context = ssl.create_default_context()
    proxy = urllib.request.getproxies().get("https", "")
    if proxy and not is_loopback(host) and not urllib.request.proxy_bypass(host):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        tunnel = http.client.HTTPSConnection(
            parts.hostname or "", parts.port or 8080, timeout=seconds, context=context
        )
        tunnel.set_tunnel(host, port)
        return tunnel
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=context)


def _patience(connection: http.client.HTTPConnection, deadline: Deadline) -> None:
    """Let a connection wait until the deadline, and notice a host that is gone in any case."""
    sock = connection.sock
    if sock is not None:
        left = deadline.left
        sock.settimeout(None if left is None else max(left, _MOMENT_S))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _gave_up(body: Body) -> bool:
    """True where a server says that the query took too long: asking again is no use."""
    return body.status in (503, 504) and took_too_long(body.text())


def _pause(time_no: int) -> float:
    """Seconds to wait before the next try: 0.2, 0.4, 0.8 …, each up to a half longer by chance."""
    return 0.1 * float(2**time_no) * (1 + random.random() / 2)  # noqa: S311 (no secret)


def _asked_for(text: str | None) -> float:
    """The seconds of a ``Retry-After`` header, as a number or a date; 0 where there is none."""
    text = (text or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _too_long(wait: float, deadline: Deadline) -> bool:
    left = deadline.left
    return wait > MAX_WAIT_S or (left is not None and wait >= left)
