"""A relay on this machine that the engine asks in place of other machines.

The engine's own client resolves names by itself, follows redirects wherever they lead, has no
limits and says nothing of what went wrong. So its ``SERVICE`` leads here, and the relay asks the
endpoint with checked addresses, limits, and the politeness of ``kkgraph.fetching``.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final

from kkgraph.errors import KkgraphError, QuestionError
from kkgraph.fetching import Fetcher

_ACCEPT: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
_KINDS: Final = frozenset(
    ("application/sparql-results+json", "application/sparql-results+xml", "application/json")
)
_JSON: Final = "application/sparql-results+json"
_MAX_QUERY: Final = 4 * 2**20


class Relay:
    """A running relay to some endpoints; ``places`` says where the engine finds each.

    It listens on the loopback interface, at an address that nobody can guess, and passes queries
    on to the endpoints and to nothing else, ``calls`` times at most. ``error`` is the first failure
    of an endpoint, or ``QuestionError`` service-limit.
    """

    def __init__(
        self, endpoints: Sequence[str], fetcher: Fetcher, *, calls: int | None = None
    ) -> None:
        self.fetcher = fetcher
        self.calls = calls
        self._asked = 0
        self.error: KkgraphError | None = None
        token = secrets.token_urlsafe(24)
        self._paths = {f"/{token}/{n}": e for n, e in enumerate(endpoints)}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        base = f"http://127.0.0.1:{self._server.server_port}"
        self.places = {endpoint: base + path for path, endpoint in self._paths.items()}
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        # not server_close(), which would wait for an endpoint that is still being asked
        self._server.socket.close()
        self._thread.join()

    def answer(self, path: str, query: str) -> tuple[bytes, str] | None:
        """The endpoint's answer and its media type; None where there is none."""
        endpoint = self._paths.get(path)
        if endpoint is None:
            return None
        try:
            self._count(endpoint)
            found = self.fetcher.post(endpoint, {"query": query}, accept=_ACCEPT)
            if found.media not in _KINDS:
                raise found.unexpected("" if found.media == "text/html" else found.media)
        except KkgraphError as error:
            self.error = self.error or error
            return None
        return found.body, _JSON if found.media == "application/json" else found.media

    def _count(self, endpoint: str) -> None:
        self._asked += 1
        if self.calls is not None and self._asked > self.calls:
            raise QuestionError(
                "service-limit",
                f"the query would ask other machines more than {self.calls} times",
                where=endpoint,
                hint="Bind the variables inside SERVICE there, so that it is asked once.",
            )


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes on what the engine sends."""

        timeout = 60

        def log_message(self, *_: object) -> None:
            """Say nothing: the query's own answer or error tells all."""

        def do_POST(self) -> None:
            """Pass on a query."""
            length = self.headers.get("Content-Length") or ""
            found = None
            if length.isdecimal() and int(length) <= _MAX_QUERY:
                query = self.rfile.read(int(length)).decode("utf-8", "replace")
                found = relay.answer(self.path, query)
            with suppress(OSError):
                self.send_response(200 if found else 502)
                body, media = found or (b"", "text/plain")
                self.send_header("Content-Type", media)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    return Handler
