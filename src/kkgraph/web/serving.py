"""Running a server: the socket, the token, the event loop, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from kkgraph.errors import RequestError, SourceError, StoreError
from kkgraph.web.bounds import Bounds
from kkgraph.web.writer import Source

_SHORTEST = 16


def serve(
    source: Source,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str = "",
    bounds: Bounds | None = None,
    cors: str = "*",
    log: bool = True,
    proxy: str = "",
    loads: tuple[str, ...] = (),
) -> None:
    """Serve until a signal ends it; requests under way are finished first.

    ``loads`` are hosts that ``LOAD`` may contact; ``proxy`` is the address of a reverse proxy whose
    ``X-Forwarded-For`` is believed. Raises ``StoreError`` (port-in-use, and those of opening the
    store), ``RequestError`` no-web.
    """
    try:
        import jinja2  # noqa: F401 (the pages need both, and only when the first is asked for)
        import python_multipart  # noqa: F401
        import uvicorn

        from kkgraph.web.app import build
        from kkgraph.web.meter import Meter
        from kkgraph.web.service import Service
        from kkgraph.web.wire import limited
    except ImportError as error:
        raise RequestError(
            "no-web", f"the server's libraries are not installed ({error.name})",
            hint="Install them: pip install 'kkgraph[web]'.",
        ) from error  # fmt: skip
    limits = bounds or Bounds()
    listener = bind(host, port)
    service = Service(
        source, limits, token=token, meter=Meter(sys.stderr if log else None), loads=loads
    )
    config = uvicorn.Config(
        build(service, cors=cors),
        http=limited(limits),
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )

    class Server(uvicorn.Server):
        """Ends the processes before the signal that ended the server goes on its way."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            await service.stop()

    async def run() -> None:
        await service.start()
        shown = f"[{host}]" if ":" in host else host
        at = f"http://{shown}:{listener.getsockname()[1]}"
        print(f"kkgraph: serving {_named(source)} at {at}", file=sys.stderr, flush=True)
        try:
            await Server(config).serve(sockets=[listener])
        finally:
            await service.stop()

    with _calm(), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


@contextlib.contextmanager
def _calm() -> Iterator[None]:
    """SIGINT and SIGTERM end what is inside, and count as an orderly end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(n, signal.default_int_handler) for n in numbers]
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; ``StoreError`` port-in-use, no-address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(found[0], socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(found[4])
        listener.listen(512)
        listener.setblocking(False)
    except OSError as error:
        raise StoreError(
            "port-in-use", f"the server can't listen at {host}, port {port}: {error.strerror}",
            where="--port", hint="Another program may use it. Choose another: --port 8766.",
        ) from error  # fmt: skip
    return listener


def read_token(path: Path) -> str:
    """The token in the file's first line; ``SourceError`` where it is short or readable by all."""
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SourceError(
            "unreadable-file", f"the token can't be read: {error}", where=str(path),
            hint="Write a long random text into a file of your own.",
        ) from error  # fmt: skip
    token = (text.splitlines() or [""])[0].strip()
    if len(token) < _SHORTEST or not token.isascii():
        raise SourceError(
            "weak-token", f"the token has fewer than {_SHORTEST} characters, or not only ASCII",
            where=str(path),
            hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )  # fmt: skip
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and sys.platform != "win32":
        raise SourceError(
            "open-token", "others on this machine can read the token", where=str(path),
            hint=f"chmod 600 {path}",
        )  # fmt: skip
    return token


def _named(source: Source) -> str:
    return str(source.path) if source.path else "the shipped graph"
