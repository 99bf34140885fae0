"""The verb that serves the graph over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.common import KEEP, app
from kkgraph.errors import QuestionError


@app.command(rich_help_panel=KEEP)
def serve(
    path: Annotated[
        Path | None,
        typer.Argument(
            envvar="KKGRAPH_STORE",
            help="A store on disk, made if it isn't there, or a columnar file "
            "(default: the shipped graph, in memory).",
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", help="The port.", min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    allow_update: Annotated[
        bool,
        typer.Option("--allow-update/--read-only", help="Take updates from whoever has the token."),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="The file whose first line is the token for updates."),
    ] = None,
    allow_load: Annotated[
        list[str] | None,
        typer.Option("--allow-load", help="A host that LOAD may contact (may be repeated)."),
    ] = None,
    allow_service: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-service",
            help="A host, host:port or whole address that SERVICE may contact (may be repeated).",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", help="Processes that answer.", min=1, max=64)
    ] = 2,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds until a query is stopped.", min=0.1)
    ] = 30.0,
    max_rows: Annotated[
        int, typer.Option("--max-rows", help="Rows that one answer may have.", min=1)
    ] = 100_000,
    max_upload: Annotated[
        int, typer.Option("--max-upload", help="MiB that one upload may have.", min=1)
    ] = 64,
    cache: Annotated[
        int, typer.Option("--cache", help="MiB of answers that are remembered.", min=0)
    ] = 32,
    cors: Annotated[
        str, typer.Option("--cors", help='Origin of scripts that may ask; "" for none.')
    ] = "*",
    proxy: Annotated[
        str, typer.Option("--behind-proxy", help="Address of the reverse proxy to believe.")
    ] = "",
    register: Annotated[
        str,
        typer.Option(
            "--register",
            help="The stored register behind /reconcile (default: the graph's bodies).",
        ),
    ] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="A plain dataset: the default graph is its own.")
    ] = False,
    log: Annotated[bool, typer.Option("--log/--no-log", help="A line for each request.")] = True,
) -> None:
    """Serve the graph: SPARQL, REST, reconciliation. Only this machine, read-only, by default."""
    from kkgraph.web.bounds import MIB, Bounds
    from kkgraph.web.serving import read_token
    from kkgraph.web.serving import serve as run
    from kkgraph.web.writer import Source

    if allow_update != (token_file is not None):
        raise QuestionError(
            "bad-value",
            "updates need a token, and a token is for updates",
            where="--allow-update" if allow_update else "--token-file",
            hint="Give both: --allow-update --token-file FILE.",
        )
    bounds = Bounds(
        workers=workers,
        query_s=timeout,
        max_rows=max_rows,
        upload_bytes=max_upload * MIB,
        cache_bytes=cache * MIB,
    )
    run(
        Source(path, derived=not plain),
        host=host,
        port=port,
        token=read_token(token_file) if token_file else "",
        bounds=bounds,
        cors=cors,
        log=log,
        proxy=proxy,
        loads=tuple(allow_load or ()),
        services=tuple(allow_service or ()),
        register=register,
    )
