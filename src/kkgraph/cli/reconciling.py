"""The verb that serves a register: reconcile-serve."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kkgraph.cli.common import Lang, Store, app, choose, on_disk, open_graph
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkgraph.link import Entry, Side

_WORDS: Final[dict[str, dict[str, str]]] = {
    "serving": {
        "en": "Serving {n:,} entries of {label} at {address}/\n"
        "For OpenRefine: {address}/reconcile/{lang} (Ctrl-C ends)",
        "th": "ให้บริการ {n:,} รายการของ {label} ที่ {address}/\n"
        "สำหรับ OpenRefine: {address}/reconcile/{lang} (หยุดด้วย Ctrl-C)",
    },
    "open": {
        "en": "Other machines can reach it too: it answers whoever asks.",
        "th": "เครื่องอื่นเข้าถึงได้ด้วย และจะตอบทุกคนที่ถาม",
    },
    "ended": {"en": "Ended.", "th": "หยุดแล้ว"},
}


@app.command("reconcile-serve", rich_help_panel="Link")
def reconcile_serve(
    register: Annotated[
        str | None,
        typer.Argument(
            help="A table, an RDF file, or register:NAME (default: the graph's bodies)."
        ),
    ] = None,
    roles: Annotated[
        list[str] | None, typer.Option("--map", "-m", help="COLUMN=ROLE, as for link.")
    ] = None,
    id_column: Annotated[str, typer.Option("--id", help="The column of identifiers.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="The sheet of a workbook.")] = "",
    name: Annotated[str, typer.Option("--name", help="What to call the register.")] = "",
    port: Annotated[int, typer.Option("--port", help="0 takes any free one.")] = 8650,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; others can't reach 127.0.0.1.")
    ] = "127.0.0.1",
    public: Annotated[
        str, typer.Option("--public-url", help="The address that clients use, behind a proxy.")
    ] = "",
    origin: Annotated[
        str, typer.Option("--origin", help="The one web page's origin that may ask (default: any).")
    ] = "*",
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Serve a register to OpenRefine and others (Reconciliation API 0.2); needs extra ``web``."""
    from kkgraph.link.service import Service
    from kkgraph.link.target import Target
    from kkgraph.web import reconciling, running

    choose("--lang", lang, ("th", "en"))
    _web_address("--public-url", public, path=True)
    _web_address("--origin", "" if origin == "*" else origin, path=False)
    running.require()
    sock = running.listen(host, port)
    side, entries = _side(register, roles, id_column, sheet, store, lang)
    side = _named(side, name)
    service = Service(side, entries, Target(side, entries))
    api = reconciling.Reconciling(
        service, lang=lang, public=public, origin=origin, log=reconciling.stderr_log
    )
    local = running.is_loopback(host)
    hosts = running.LOOPBACK if local and not public else ("*",)

    def started() -> None:
        address = public.rstrip("/") or running.address(sock)
        label = side.label or side.slug
        _say("serving", lang, n=len(entries), label=label, address=address, lang=lang)
        if not local:
            _say("open", lang)

    running.serve(reconciling.application(api, hosts=hosts), sock, started=started)
    _say("ended", lang)


def _web_address(option: str, given: str, *, path: bool) -> None:
    """Raise ``QuestionError`` bad-value where this is no web address (without a path, of pages)."""
    form = r"https?://[A-Za-z0-9.:\[\]-]+" + (r"(?:/[!-~]*)?" if path else "")
    if given and not re.fullmatch(form, given):
        raise QuestionError(
            "bad-value",
            f'"{given}" is no web address',
            where=option,
            hint="Write https://data.example.go.th" + (", or with a path." if path else "."),
        )


def _side(
    register: str | None,
    roles: list[str] | None,
    id_column: str,
    sheet: str,
    store: str | None,
    lang: str,
) -> tuple[Side, Sequence[Entry]]:
    from kkgraph.cli.linked import heard
    from kkgraph.link import authorities, columns, reading
    from kkgraph.link.service.words import BODIES

    if register is not None and register.startswith("register:"):
        with on_disk(store) as graph:
            return authorities.side(graph.store, register.removeprefix("register:"))
    if register is not None:
        path, said = Path(register), reading.Heard()
        found = reading.read(
            path, columns.parsed(roles or []), sheet=sheet, id_column=id_column, heard=said
        )
        print(heard(path.name, said, lang), end="", file=sys.stderr)
        return found
    with open_graph(store) as graph:
        side, entries = reading.of_graph(graph.store)
    return _named(side, BODIES[lang]), entries


def _named(side: Side, name: str) -> Side:
    from dataclasses import replace

    return replace(side, label=name) if name else side


def _say(key: str, in_: str, **values: object) -> None:
    print(_WORDS[key][in_].format(**values), file=sys.stderr, flush=True)
