"""What every route uses: a job done for a request, within the limits, cached and negotiated."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import re
import secrets
import tempfile
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from kkgraph.web.contact import Contact

from kkgraph.addresses import Permit
from kkgraph.errors import KkgraphError, RequestError
from kkgraph.web import negotiation, problems
from kkgraph.web.bounds import Bounds
from kkgraph.web.messages import Job, Reply
from kkgraph.web.meter import Meter
from kkgraph.web.pool import Pool
from kkgraph.web.writer import Source, Writer

_CHUNK: Final = 256 * 1024
_ATTEND_AFTER_S: Final = 0.1
_CHANGING: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(|\[\s*\]|_:", re.I)
_DRAINED: Final = 8 * 1024 * 1024
GONE: Final = 499


class Sent:
    """A response of ready bytes, sent in pieces so that a slow reader holds back only itself."""

    def __init__(self, reply: Reply, headers: Mapping[str, str] | None = None) -> None:
        self.status = reply.status
        self.body = reply.body
        self.headers = {"vary": "Accept, Accept-Encoding, Accept-Language", **(headers or {})}
        if reply.media:
            self.headers["content-type"] = negotiation.content_type(reply.media)
        if reply.encoding:
            self.headers["content-encoding"] = reply.encoding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        raw = [(k.encode("latin-1"), _header(v)) for k, v in self.headers.items()]
        if self.status not in (204, 304):
            raw.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        view = self.body if self.status not in (204, 304) else b""
        for start in range(0, max(len(view), 1), _CHUNK):
            piece = view[start : start + _CHUNK]
            more = start + _CHUNK < len(view)
            await send({"type": "http.response.body", "body": piece, "more_body": more})


class Service:
    """The store behind one server, and what a request may do with it."""

    def __init__(
        self,
        source: Source,
        bounds: Bounds,
        *,
        token: str = "",
        meter: Meter | None = None,
        loads: tuple[str, ...] = (),
        permitted: Permit | None = None,
    ) -> None:
        self.bounds = bounds
        self.loads = loads
        self.meter = meter or Meter(None)
        folder = Path(tempfile.mkdtemp(prefix="kkgraph-serve-"))
        self.contact = _contact(permitted, folder, bounds) if permitted else None
        self.pool = Pool(bounds, self.contact)
        self.writer = Writer(source, bounds, self.pool, folder)
        self._token = token
        self._name = secrets.token_hex(4)
        self._cache: OrderedDict[str, Reply] = OrderedDict()
        self._cached_bytes = 0

    @property
    def may_update(self) -> bool:
        """True where whoever has the token may write."""
        return bool(self._token)

    @property
    def version(self) -> str:
        """A name for the store's present content, new after each write and each start."""
        return f"{self._name}-{self.pool.version}"

    async def start(self) -> None:
        """Open the store and start the processes."""
        try:
            await self.pool.start(await self.writer.start(keep=self.may_update))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End everything."""
        await self.pool.stop()
        self.writer.stop()

    async def answer(
        self,
        request: Request,
        kind: str,
        args: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        text: str = "",
    ) -> Sent:
        """The response to a reading job: from the cache, as 304, or by a process.

        ``text`` is the SPARQL, where there is any: what changes with each run is never cached, nor
        what comes from another machine.
        """
        gzip = negotiation.takes_gzip(request.headers.get("accept-encoding", ""))
        extra = dict(headers or {})
        tag = ""
        if not _CHANGING.search(text):
            tag = self._tag(kind, args, gzip)
            extra |= {"etag": tag, "cache-control": "no-cache"}
            if tag in _tags(request.headers.get("if-none-match", "")):
                return Sent(Reply(b"", status=304), extra)
            if (found := self._cache.get(tag)) is not None:
                self._cache.move_to_end(tag)
                self.meter.cached += 1
                return Sent(found, extra)
        job = Job(kind, dict(args), gzip)
        reply = await attended(request, self.pool.run(job, client_of(request)))
        if reply is None:
            return Sent(Reply(b"", status=GONE))
        if reply.facts.get("elsewhere"):  # it may be another one at any time
            extra.pop("etag", None)
            extra["cache-control"] = "no-store"
        elif tag:
            self._remember(tag, reply)
        return Sent(reply, extra)

    async def write(self, kind: str, args: Mapping[str, Any]) -> Reply:
        """The reply to a write. It is finished even where the client goes away."""
        return await self.writer.run(Job(kind, dict(args)))

    def authorise(self, request: Request) -> None:
        """Raise ``RequestError`` updates-off or token-needed unless the request may write.

        The token comes as ``Authorization: Bearer``, or as the password of ``Basic``.
        """
        if not self._token:
            raise RequestError(
                "updates-off", "this server takes no updates",
                hint="It was started read-only: kkgraph serve --allow-update --token-file FILE.",
            )  # fmt: skip
        given = _token_of(request.headers.get("authorization", ""))
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            raise RequestError(
                "token-needed", "the token is missing, or is another one",
                where="Authorization", hint="Send Authorization: Bearer TOKEN.",
            )  # fmt: skip

    def failed(self, request: Request, error: KkgraphError, status: int | None = None) -> Sent:
        """The problem document of an error, in the client's language."""
        lang = request.query_params.get("lang", "")
        if lang not in ("th", "en"):
            lang = negotiation.language(request.headers.get("accept-language", ""))
        headers = {"content-language": lang, "cache-control": "no-store"}
        if error.code in problems.RETRY_S:
            headers["retry-after"] = str(problems.RETRY_S[error.code])
        if error.code == "token-needed":
            headers["www-authenticate"] = 'Bearer realm="kkgraph", Basic realm="kkgraph"'
        if error.code == "body-too-large":
            headers["connection"] = "close"
        return Sent(problems.problem(error, lang, status=status), headers)

    def _tag(self, kind: str, args: Mapping[str, Any], gzip: bool) -> str:
        key = repr((kind, sorted(args.items()), gzip)).encode("utf-8", "surrogatepass")
        return f'W/"{self.version}-{hashlib.blake2b(key, digest_size=12).hexdigest()}"'

    def _remember(self, tag: str, reply: Reply) -> None:
        size = len(reply.body) + 512
        if size > self.bounds.cache_bytes // 8:
            return
        if tag not in self._cache:
            self._cached_bytes += size
        self._cache[tag] = reply
        while self._cached_bytes > self.bounds.cache_bytes:
            _, old = self._cache.popitem(last=False)
            self._cached_bytes -= len(old.body) + 512


def _contact(permitted: Permit, folder: Path, bounds: Bounds) -> Contact:
    from kkgraph.web.contact import Contact

    return Contact(
        permitted,
        folder / "asked",
        bounds.query_s,
        bounds.service_bytes,
        bounds.service_calls,
    )


async def attended(request: Request, work: Coroutine[Any, Any, Reply]) -> Reply | None:
    """The result of the work; None where the client went away, and the work was stopped."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    watch: list[asyncio.Task[None]] = []
    gone = False

    async def wait() -> None:
        nonlocal gone
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                gone = True
                task.cancel()
                return

    timer = loop.call_later(_ATTEND_AFTER_S, lambda: watch.append(loop.create_task(wait())))
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        task.uncancel()
        return None
    finally:
        timer.cancel()
        for waiting in watch:
            waiting.cancel()


async def body_of(request: Request, limit: int) -> bytes:
    """The request's body; ``RequestError`` body-too-large as soon as it passes the limit."""
    too_large = RequestError(
        "body-too-large", f"the request has more than {limit} bytes", where="body",
        hint="Send it in parts.",
    )  # fmt: skip
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(
            "unsupported-media", "packed requests are not taken", where="Content-Encoding",
            hint="Send it as it is.",
        )  # fmt: skip
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limit:
        if int(stated) <= limit + _DRAINED:  # read it, so that the client comes to the answer
            async for _ in request.stream():
                pass
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def client_of(request: Request) -> str:
    """Who asks: the address, of IPv6 its network of 64 bits."""
    host = request.client.host if request.client else ""
    if ":" not in host:
        return host
    try:
        return str(ipaddress.ip_network(f"{host.split('%')[0]}/64", strict=False))
    except ValueError:
        return host


def _token_of(header: str) -> str:
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(value, validate=True).decode("utf-8").partition(":")[2]
        except ValueError:
            return ""
    return ""


def _tags(header: str) -> frozenset[str]:
    """The tags of ``If-None-Match``, all as weak ones, since it compares weakly."""
    found = (t.strip() for t in header.split(","))
    return frozenset(t if t.startswith("W/") else f"W/{t}" for t in found if t)


def _header(value: str) -> bytes:
    """A header's value; line breaks and what Latin-1 lacks can't get into it."""
    safe = "".join(c if c.isprintable() else "?" for c in value)
    return safe.encode("latin-1", "replace")
