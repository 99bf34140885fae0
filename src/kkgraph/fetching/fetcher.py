"""GET and POST with limits, polite repetition, and redirects that are checked anew."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from kkgraph import __version__
from kkgraph.addresses import Address, Permit, is_loopback, resolve
from kkgraph.errors import RemoteError, SourceError
from kkgraph.fetching.responses import Kept, Response, key_of

AGENT: Final = f"kkgraph/{__version__} (+https://w3id.org/kkgraph)"
_MOVED: Final = frozenset((301, 302, 303, 307, 308))
_BUSY: Final = frozenset((429, 502, 503, 504))
_CHUNK: Final = 65_536
_SHOWN: Final = 200


class Fetcher:
    """Asks services that only read: a request that failed half-way may be sent again.

    ``timeout_s`` bounds each wait for the other side, ``total_s`` one whole answer, ``max_bytes``
    its size, ``redirects`` how often it may send us elsewhere. A busy service (429, 502, 503, 504)
    and a broken line are tried ``tries`` times in all, with the pause that ``Retry-After`` asks
    for, at most ``max_wait_s``, else 1, 2, 4 … seconds. ``pause_s`` lies between two requests.
    With ``cache`` answers are kept in that folder and taken from there until they are
    ``max_age_s`` old (None: for good). ``private`` allows hosts in a private network that are
    asked for by name; where a redirect leads is never trusted that far. With ``permitted`` nothing
    but what it names is contacted, redirects included.

    Every failure is a ``KkgraphError``: ``SourceError`` bad-address, unwritable-cache;
    ``RemoteError`` no-answer, service-busy, service-refused, answer-too-large, cut-off,
    bad-redirect, and unexpected-answer (from ``Response.json``).
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        timeout_s: float = 20.0,
        total_s: float = 120.0,
        max_bytes: int = 64 * 2**20,
        tries: int = 4,
        max_wait_s: float = 60.0,
        pause_s: float = 0.0,
        redirects: int = 5,
        private: bool = False,
        permitted: Permit | None = None,
        cache: Path | None = None,
        max_age_s: float | None = None,
    ) -> None:
        self.timeout_s = timeout_s
        self.total_s = total_s
        self.max_bytes = max_bytes
        self.tries = tries
        self.max_wait_s = max_wait_s
        self.pause_s = pause_s
        self.redirects = redirects
        self.private = private
        self.permitted = permitted
        self.requests = 0
        """How many requests were sent (answers from the cache need none)."""
        self._kept = Kept(cache, max_age_s) if cache is not None else None
        self._last = 0.0

    def get(
        self, url: str, params: Mapping[str, object] | None = None, *, accept: str = "*/*"
    ) -> Response:
        """The answer to GET; ``params`` are added to the address."""
        if params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(dict(params))
        return self._ask("GET", url, accept, "", b"")

    def post(
        self, url: str, data: Mapping[str, object] | Any, *, form: bool = True, accept: str = "*/*"
    ) -> Response:
        """The answer to POST of form fields, or of JSON where ``form`` is False."""
        if form:
            return self._ask(
                "POST", url, accept, "application/x-www-form-urlencoded", urlencode(data).encode()
            )
        body = json.dumps(data, ensure_ascii=False).encode("utf-8")
        return self._ask("POST", url, accept, "application/json", body)

    def _ask(self, method: str, url: str, accept: str, media: str, body: bytes) -> Response:
        key = key_of(method, url, accept, body)
        if self._kept and (kept := self._kept.get(key)) is not None:
            return kept
        for tried in range(1, self.tries + 1):
            try:
                found = self._follow(method, url, {"Accept": accept, "Content-Type": media}, body)
                break
            except _Again as again:
                wait = 2.0 ** (tried - 1) if again.wait_s is None else again.wait_s
                if tried == self.tries or wait > self.max_wait_s:
                    raise again.error from again.__cause__
                time.sleep(wait)
        if self._kept:
            self._kept.put(key, found)
        return found

    def _follow(self, method: str, url: str, heads: dict[str, str], body: bytes) -> Response:
        start = urlsplit(url)
        for hop in range(self.redirects + 1):
            here = urlsplit(url)
            own = here.hostname == start.hostname
            named = self.permitted is not None and self.permitted.allows(url)
            if not (own or named) and is_loopback(here.hostname or ""):
                raise _redirect(url, "the service sends us to this machine itself")
            try:
                found = self._send(method, url, heads, body, private=self.private and own)
            except SourceError as error:
                if hop == 0:
                    raise
                message = f"the service sends us to {url}: {error.message}"
                raise _redirect(start.geturl(), message) from error
            if not isinstance(found, str):
                return found
            code, _, place = found.partition(" ")
            target = urljoin(url, place)
            if code == "303" or (code in ("301", "302") and method == "POST"):
                method, body = "GET", b""
            url = target
        raise _redirect(url, f"the service sends us on more than {self.redirects} times")

    def _send(
        self, method: str, url: str, heads: dict[str, str], body: bytes, *, private: bool
    ) -> Response | str:
        """The answer, or ``"302 address"`` where the service sends us elsewhere."""
        proxy = _proxy(url)
        address = resolve(url, private=private, proxied=bool(proxy), permitted=self.permitted)
        self._rest()
        connection = _connect(address, proxy, self.timeout_s)
        sent = {k: v for k, v in heads.items() if v and (body or k != "Content-Type")}
        sent |= {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        try:
            connection.request(method, address.target, body=body or None, headers=sent)
            answer = connection.getresponse()
            place = answer.headers.get("Location")
            if answer.status in _MOVED and place:
                return f"{answer.status} {place}"
            if answer.status in _BUSY:
                raise _Again(_busy(url, answer), _retry_after(answer))
            data = self._read(url, answer)
        except _Again:
            raise
        except (TimeoutError, ssl.SSLError, OSError, http.client.HTTPException) as error:
            raise _Again(_failed(url, error)) from error
        finally:
            connection.close()
        if answer.status != 200:
            raise _refused(url, answer.status, data)
        media = answer.headers.get_content_type() if answer.headers.get("Content-Type") else ""
        link = answer.headers.get("Link", "")
        return Response(url, answer.status, media, data, time.time(), link)

    def _read(self, url: str, answer: http.client.HTTPResponse) -> bytes:
        """The whole body, within the limits; one that breaks off is an error."""
        until = time.monotonic() + self.total_s
        expected = answer.length
        if expected is not None and expected > self.max_bytes:
            raise self._too_large(url)
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > self.max_bytes:
                raise self._too_large(url)
            if time.monotonic() > until:
                raise _Again(_silent(url, f"the answer took more than {self.total_s:g} s"))
        if expected is not None and size < expected:
            raise http.client.IncompleteRead(b"", expected - size)
        return b"".join(parts)

    def _too_large(self, url: str) -> RemoteError:
        return RemoteError(
            "answer-too-large",
            f"the answer is larger than {self.max_bytes / 2**20:g} MiB",
            where=url,
            hint="Ask for less at once, or raise the limit on purpose.",
        )

    def _rest(self) -> None:
        wait = self._last + self.pause_s - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._last = time.monotonic()
        self.requests += 1


class _Again(Exception):  # noqa: N818 (never leaves this module)
    """A failure after which a second try may help, and after how long."""

    def __init__(self, error: RemoteError, wait_s: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait_s = wait_s


class Pinned(http.client.HTTPConnection):
    """A connection to numbers that were checked, whatever the name would give now."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        super().__init__(address.host, address.port, timeout=timeout_s)
        self.address = address

    def connect(self) -> None:
        """Connect to the first number that answers; TLS is checked against the name."""
        last: OSError | None = None
        for number in self.address.numbers:
            try:
                self.sock = socket.create_connection((number, self.address.port), self.timeout)
                break
            except OSError as error:
                last = error
        else:
            raise last or OSError("no address")
        if self.address.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.address.host)


def _connect(address: Address, proxy: str, timeout_s: float) -> http.client.HTTPConnection:
    if not proxy:
        return Pinned(address, timeout_s)
    parts = urlsplit(proxy)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port or 3128, timeout=timeout_s
    )
    heads = {}
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        heads["Proxy-Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    connection.set_tunnel(address.host, address.port, headers=heads)
    return connection


def _proxy(url: str) -> str:
    """The proxy that the environment names for this address; none for this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or is_loopback(host) or urllib.request.proxy_bypass(host):
        return ""
    found = urllib.request.getproxies().get("https", "")
    return found if "//" in found or not found else f"http://{found}"


def _retry_after(answer: http.client.HTTPResponse) -> float | None:
    text = (answer.headers.get("Retry-After") or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _busy(url: str, answer: http.client.HTTPResponse) -> RemoteError:
    wait = _retry_after(answer)
    asked = f" and asks us to wait {wait:.0f} s" if wait is not None else ""
    return RemoteError(
        "service-busy",
        f"the service is busy or limits its users (HTTP {answer.status}){asked}",
        where=url,
        hint="Try again later; what was fetched is kept where a cache was given.",
    )


def _failed(url: str, error: Exception) -> RemoteError:
    if isinstance(error, http.client.IncompleteRead | ConnectionResetError | BrokenPipeError):
        return RemoteError(
            "cut-off",
            "the answer broke off before its end",
            where=url,
            hint="Try again; what was fetched before is kept where a cache was given.",
        )
    if isinstance(error, TimeoutError):
        return _silent(url, "the service did not answer in time")
    if isinstance(error, ssl.SSLError):
        return _silent(url, f"no safe connection could be made ({error.reason or error})")
    if isinstance(error, http.client.HTTPException):
        return _silent(url, f"the service does not speak HTTP ({type(error).__name__})")
    return _silent(url, f"there is no connection ({getattr(error, 'strerror', None) or error})")


def _silent(url: str, message: str) -> RemoteError:
    hint = "Check the address and the network, or try again later."
    return RemoteError("no-answer", message, where=url, hint=hint)


def _refused(url: str, status: int, body: bytes) -> RemoteError:
    text = " ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())[:_SHOWN]
    shown = "" if text.lower().startswith(("<!doctype", "<html")) or not text else f": {text}"
    error = RemoteError(
        "service-refused",
        f"the service refused the request (HTTP {status}){shown}",
        where=url,
        hint="Check the address"
        + (", or whether it needs a login." if status in (401, 403) else "."),
    )
    error.status = status
    error.body = body
    return error


def _redirect(url: str, message: str) -> RemoteError:
    return RemoteError(
        "bad-redirect", message, where=url, hint="Give the address where the service really is."
    )
