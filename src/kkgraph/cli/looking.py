"""The verbs that look: show, explain, evidence verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.common import (
    LOOK,
    Lang,
    Source,
    Store,
    app,
    choose,
    evidence_app,
    open_graph,
    width,
)


@app.command(rich_help_panel=LOOK)
def show(
    name: Annotated[str, typer.Argument(help="A name in Thai or English, a slug, CURIE or IRI.")],
    lang: Lang = "en",
    every: Annotated[bool, typer.Option("--all", help="Every finding, not the first 12.")] = False,
    store: Store = None,
) -> None:
    """An entity's page: names, codes, and what is said about it, by whom, how firmly."""
    from kkgraph.cli import render

    choose("--lang", lang, ("th", "en"))
    page = open_graph(store).entity(name)
    print(render.entity(page, lang, width(), limit=None if every else 12), end="")


@app.command(rich_help_panel=LOOK)
def explain(
    finding: Annotated[str, typer.Argument(help="A finding, such as F369.")],
    lang: Lang = "en",
    source: Source = None,
    store: Store = None,
) -> None:
    """A finding opened: claim, scope, hedge, evidence, and its passage where the text is given."""
    from kkgraph.cli import render

    choose("--lang", lang, ("th", "en"))
    found = open_graph(store).explain(finding, source=source)
    print(render.explanation(found, lang, width()), end="")


@evidence_app.command("verify")
def verify(
    source: Annotated[Path, typer.Option("--source", help="The study's text file.")],
    store: Store = None,
) -> None:
    """Re-slice and re-hash every anchor against the study's text."""
    result = open_graph(store).verify_evidence(source)
    for item in result.broken:
        print(f"{item.finding}  {item.start}–{item.end}  {item.reason}")
    print(f"{result.checked - len(result.broken)} of {result.checked} anchors hold ({source})")
    raise typer.Exit(1 if result.broken else 0)
