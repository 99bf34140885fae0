"""What every request passes: limits of its head, CORS, counting, the log, and what goes wrong."""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


from kkgraph.errors import KkgraphError, RequestError, StoreError
from kkgraph.web.messages import Reply
from kkgraph.web.service import GONE as _GONE
from kkgraph.web.service import Sent, Service, client_of

_EXPOSED: Final = b"ETag, Location, Retry-After, Content-Language"
_ALLOWED: Final = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Accept-Language, Authorization, Content-Type, "
     b"If-None-Match"),
    (b"access-control-max-age", b"86400"),
]  # fmt: skip
_KINDS: Final = ("sparql", "graphs", "api", "health", "metrics", "id", "reconcile")


class Gate:
    """An ASGI application around another one; see ``kkgraph.web.app.build``."""

    def __init__(self, app: ASGIApp, service: Service, cors: str) -> None:
        from starlette.requests import ClientDisconnect, Request

        self._request = Request
        self._gone = ClientDisconnect
        self.app = app
        self.service = service
        self._always = [(b"x-content-type-options", b"nosniff")]
        if cors:
            self._always.append((b"access-control-allow-origin", cors.encode("latin-1")))
            self._always.append((b"access-control-expose-headers", _EXPOSED))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; never with a traceback."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status, size = 0, 0

        async def passing(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name for name, _ in message["headers"]}
                more = [h for h in self._always if h[0] not in said]
                message["headers"] = [*message["headers"], *more]
            else:
                size += len(message.get("body", b""))
            await send(message)

        meter = self.service.meter
        meter.open += 1
        try:
            await self._answer(scope, receive, passing)
        except self._gone:
            status = _GONE
        except Exception as error:
            if status and isinstance(error, (OSError, RuntimeError)):
                status = _GONE  # the connection was cut while the answer was being sent
            else:
                traceback.print_exc(file=sys.stderr)
                if status:
                    raise
                name = type(error).__name__
                failure = StoreError("engine-failed", f"an error of the server: {name}")
                await self.service.failed(self._request(scope), failure)(scope, receive, passing)
        finally:
            meter.open -= 1
            took = time.perf_counter() - start
            meter.count(_kind(scope["path"]), scope["method"], status, took, size)
            target = scope["path"]
            if scope["query_string"]:
                target += "?" + scope["query_string"].decode("latin-1")
            client = client_of(self._request(scope))
            meter.write(client, scope["method"], target, status, took, size)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (error := self._too_long(scope)) is not None:
            sent = self.service.failed(self._request(scope), error)
            sent.headers["connection"] = "close"
            await sent(scope, receive, send)
        elif scope["method"] == "OPTIONS":
            await self._options(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _options(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = Sent(Reply(b"", status=204), {"allow": "GET, HEAD, POST, PUT, DELETE, OPTIONS"})
        for name, value in _ALLOWED if len(self._always) > 1 else ():
            sent.headers[name.decode()] = value.decode()
        await sent(scope, receive, send)

    def _too_long(self, scope: Scope) -> KkgraphError | None:
        bounds = self.service.bounds
        if len(scope["raw_path"]) + len(scope["query_string"]) > bounds.line_bytes:
            return RequestError(
                "line-too-long", f"the address has more than {bounds.line_bytes} bytes",
                hint="Send it by POST.",
            )  # fmt: skip
        if sum(len(k) + len(v) for k, v in scope["headers"]) > bounds.head_bytes:
            return RequestError(
                "head-too-large", f"the headers have more than {bounds.head_bytes} bytes",
                hint="Send fewer.",
            )  # fmt: skip
        return None


def _kind(path: str) -> str:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in _KINDS else "other"
