"""A server on this machine: started, told about, and ended by Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from types import FrameType
from typing import Any, Final

from kkgraph.errors import RequestError, StoreError

_BACKLOG: Final = 128
_CONNECTIONS: Final = 256
_GRACE_S: Final = 5
_HEAD_BYTES: Final = 65_536
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
"""Names by which a client on this machine may call a server on it."""


def require() -> None:
    """Raise ``RequestError`` no-web where the extra ``web`` isn't installed."""
    if any(
        find_spec(name) is None for name in ("starlette", "uvicorn", "jinja2", "python_multipart")
    ):
        raise RequestError(
            "no-web",
            "a server needs Starlette and uvicorn",
            hint="Install them: pip install 'kkgraph[web]'",
        )


def is_loopback(host: str) -> bool:
    """True where only this machine can reach a server that listens at ``host``."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; ``StoreError`` port-in-use, or no-address. Port 0 takes any free one."""
    where = f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise StoreError(
                "port-in-use",
                "another program listens at this port",
                where=where,
                hint="Choose another with --port, or 0 for any free one.",
            ) from error
        raise StoreError(
            "no-address",
            f"the server can't listen there ({getattr(error, 'strerror', None) or error})",
            where=where,
            hint="Leave --host away to serve this machine alone; choose a --port from 1024 on.",
        ) from error
    return found


def address(found: socket.socket) -> str:
    """The address of a listening socket, as a browser takes it."""
    host, port = found.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(application: Any, found: socket.socket, *, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C (or a termination signal); requests being answered are finished first.

    ``started`` is called once, when requests are being accepted.
    """
    server(application, started=started).run(sockets=[found])


def server(application: Any, *, started: Callable[[], None], **options: Any) -> Any:
    """A server that isn't running yet; ``should_exit`` set to True ends it from another thread.

    ``options`` are further ones of ``uvicorn.Config``, or others in the place of those here.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """A server that a signal ends in peace: it isn't raised again afterwards."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with _handled(self.handle_exit):
                yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    common: dict[str, Any] = {
        "access_log": False,  # its lines hold whole addresses, and so what was asked
        "log_level": "warning",
        "server_header": False,
        "lifespan": "off",
        "ws": "none",
        "limit_concurrency": _CONNECTIONS,
        "timeout_graceful_shutdown": _GRACE_S,
        "http": "h11",  # httptools has no limit for the head
        "h11_max_incomplete_event_size": _HEAD_BYTES,
    }
    return Server(uvicorn.Config(application, **(common | options)))


@contextlib.contextmanager
def calm() -> Iterator[None]:
    """SIGINT and SIGTERM end what is inside, and count as an orderly end."""
    with _handled(signal.default_int_handler), contextlib.suppress(KeyboardInterrupt):
        yield


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """The handler of both signals; outside the main thread nothing: whoever started it ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
