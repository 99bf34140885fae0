"""A small web server on this machine that answers as a test tells it to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request: its method, path, query and form fields, headers and body."""

    method: str
    path: str
    query: dict[str, str]
    heads: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """One answer; ``cut`` says how many bytes of the body come before the line breaks."""

    body: bytes | str = b""
    status: int = 200
    media: str = "application/json"
    heads: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    wait_s: float = 0.0


@dataclass
class Server:
    """The server's address and the requests that it had."""

    base: str
    requests: list[Request]


@contextlib.contextmanager
def serving(answer: Callable[[Request], Reply]) -> Iterator[Server]:
    """A running server whose every answer is what ``answer`` returns."""
    seen: list[Request] = []
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, parts.path, query, dict(self.headers), body)
            seen.append(request)
            reply = answer(request)
            data = reply.body.encode() if isinstance(reply.body, str) else reply.body
            stop.wait(reply.wait_s)
            with contextlib.suppress(OSError):
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media)
                self.send_header("Content-Length", str(len(data)))
                for name, value in reply.heads.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data[: reply.cut] if reply.cut is not None else data)

        do_POST = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", seen)
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
