"""The verb that hands out the form of a case: empty, or filled from a case at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.common import CASES, Lang, Store, app, choose, open_graph

_SHOWN = 20


@app.command(rich_help_panel=CASES)
def template(
    path: Annotated[
        Path, typer.Argument(help="A file ending in .xlsx or .yaml, or a folder for CSV files.")
    ],
    lang: Lang = "en",
    fill: Annotated[
        str,
        typer.Option(
            "--fill",
            help="Fill it from a case: a file of any kind, or the id of a loaded or shipped case.",
        ),
    ] = "",
    shapes: Annotated[
        list[Path] | None, typer.Option("--shapes", help="Other shapes to take the rules from.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a file that is there already.")
    ] = False,
    store: Store = None,
) -> None:
    """Write a form to fill in for a case of your own: a workbook, CSV files or YAML."""
    choose("--lang", lang, ("th", "en"))
    filed = open_graph(store).template(
        path, lang=lang, fill=fill or None, shapes=list(shapes or ()), replace=replace
    )
    print(f"Written: {path}", file=sys.stderr)
    for triple in filed.lost[:_SHOWN]:
        print(f"  The form has no place for: {triple}", file=sys.stderr)
    if len(filed.lost) > _SHOWN:
        print(f"  … and {len(filed.lost) - _SHOWN} more.", file=sys.stderr)
    grave = sum(p.severity == "violation" for p in filed.problems)
    if grave:
        print(
            f"  {fill} has problems, so cells are missing: kkgraph validate {fill}", file=sys.stderr
        )
    raise typer.Exit(0 if filed.complete else 1)
