"""The server of a graph: its processes, limits and token, run as ``kkgraph.web.running`` does."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

from kkgraph.addresses import permit
from kkgraph.errors import SourceError
from kkgraph.web import running
from kkgraph.web.bounds import Bounds
from kkgraph.web.writer import Source

_GRACE_S = 10
_KEEP_ALIVE_S = 15
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
    services: tuple[str, ...] = (),
    register: str = "",
) -> None:
    """Serve until a signal ends it; requests under way are finished first.

    ``loads`` are hosts that ``LOAD`` may contact, ``services`` hosts and addresses that
    ``SERVICE`` may (``addresses.permit``); ``proxy`` is the address of a reverse proxy whose
    ``X-Forwarded-For`` is believed; ``register`` is the stored one behind ``/reconcile`` (the
    bodies of the graph without it). Raises ``StoreError`` (port-in-use, no-address, and those of
    opening the store), ``RequestError`` no-web, ``LinkError`` unknown-register, ``SourceError``
    bad-address.
    """
    permitted = permit(services)
    running.require()
    from kkgraph.web.app import build
    from kkgraph.web.meter import Meter
    from kkgraph.web.registered import Pooled
    from kkgraph.web.service import Service
    from kkgraph.web.wire import limited

    limits = bounds or Bounds()
    listener = running.listen(host, port)
    service = Service(
        source,
        limits,
        token=token,
        meter=Meter(sys.stderr if log else None),
        loads=loads,
        permitted=permitted,
    )
    pooled = Pooled(service, register)
    server = running.server(
        build(service, cors=cors, pooled=pooled),
        started=lambda: _announce(source, running.address(listener)),
        http=limited(limits),
        limit_concurrency=None,  # the limits are those of the protocol
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )

    async def run() -> None:
        try:
            await service.start()
            await pooled.check()
            await server.serve(sockets=[listener])
        finally:
            await service.stop()

    factory = server.config.get_loop_factory()
    with running.calm(), asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run())


def _announce(source: Source, address: str) -> None:
    named = str(source.path) if source.path else "the shipped graph"
    print(f"kkgraph: serving {named} at {address}", file=sys.stderr, flush=True)


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
