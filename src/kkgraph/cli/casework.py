"""The verbs for cases: load, unload, cases, compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kkgraph.cli.common import (
    CASES,
    ENGINES,
    Engine,
    Lang,
    Master,
    Memory,
    Output,
    Progress,
    Store,
    Tables,
    app,
    choose,
    on_disk,
    open_graph,
    width,
)
from kkgraph.errors import SourceError

if TYPE_CHECKING:
    pass

Name = Annotated[str, typer.Argument(help="A case's name, such as ban-pet.")]


@app.command(rich_help_panel=CASES)
def load(
    path: Annotated[
        Path, typer.Argument(help="A workbook, CSV folder, YAML, RDF file, or a shipped case.")
    ],
    name: Annotated[str, typer.Option("--name", help="The case's name (default: its own).")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Load it in place of a case of this name.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Load it in spite of problems, and mark it.")
    ] = False,
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Validate a case and load it into a graph of its own."""
    from kkgraph.cli.told import loading

    choose("--lang", lang, ("th", "en"))
    graph = on_disk(store)
    progress = Progress()
    done = graph.load(path, name=name, replace=replace, force=force, progress=progress)
    progress.end()
    if done.findings.problems:
        from kkgraph.cli import placed

        print(placed.text(done.findings, lang, width()))
    print(loading(done, lang, width()), end="")
    raise typer.Exit(0 if done.loaded else 1)


@app.command(rich_help_panel=CASES)
def unload(name: Name, lang: Lang = "en", store: Store = None) -> None:
    """Remove a loaded case, its graph and its kept file."""
    from kkgraph.cli.told import say

    choose("--lang", lang, ("th", "en"))
    number = on_disk(store).unload(name)
    print(say("unloaded", lang, name=name, n=number))


@app.command(rich_help_panel=CASES)
def cases(
    name: Annotated[str | None, typer.Argument(help="One case; none: the list of all.")] = None,
    form: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """The loaded cases, or one of them: its study, file, findings and bodies."""
    from kkgraph.cli.told import case_page, case_table

    choose("--format", form, ("text", "json"))
    choose("--lang", lang, ("th", "en"))
    graph = on_disk(store)
    found = graph.cases() if name is None else [graph.case(name)]
    if form == "json":
        body = [c.as_dict(lang) for c in found]
        shown = json.dumps(body if name is None else body[0], ensure_ascii=False, indent=2) + "\n"
    else:
        shown = (
            case_table(found, lang, width()) if name is None else case_page(found[0], lang, width())
        )
    print(shown, end="")


@app.command(rich_help_panel=CASES)
def compare(
    by: Annotated[
        str, typer.Option("--by", help="theme, system, barrier, enabler, collaboration or goal.")
    ] = "theme",
    chosen: Annotated[
        str, typer.Option("--cases", help="Only these: study,ban-pet,… (default: all).")
    ] = "",
    rows: Annotated[
        str, typer.Option("--rows", help="Only such rows: body,group,unnamed,population,other.")
    ] = "",
    count: Annotated[
        str, typer.Option("--count", help="Weaker reports to count: tendency,estimate,preliminary.")
    ] = "",
    form: Annotated[
        str, typer.Option("--format", "-f", help="text, csv, xlsx, html, json or qca.")
    ] = "text",
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
    engine: Engine = "auto",
    master: Master = None,
    tables: Tables = None,
    memory: Memory = None,
) -> None:
    """What cases have in common, and who says so: cases against conditions, with evidence."""
    from kkgraph.cases import tabulated
    from kkgraph.cli.matrices import comparison
    from kkgraph.cli.render import save

    choose("--format", form, ("text", "csv", "xlsx", "html", "json", "qca"))
    choose("--lang", lang, ("th", "en"))
    if form == "xlsx" and output is None:
        raise SourceError(
            "no-output", "a workbook needs a file", where="--output", hint="Add -o name.xlsx."
        )
    choose("--engine", engine, ENGINES)
    graph = open_graph(store, engine, master=master, tables=tables, memory=memory)
    found = graph.compare(by, cases=_list(chosen), rows=_list(rows), count=_list(count), lang=lang)
    if form == "xlsx":
        assert output is not None
        tabulated.to_xlsx(found, output)
    elif form == "html":
        from kkgraph.report.heatmap import to_html

        save(to_html(found), output)
    elif form == "json":
        save(json.dumps(tabulated.as_dict(found), ensure_ascii=False, indent=2) + "\n", output)
    elif form in ("csv", "qca"):
        save(tabulated.to_csv(found) if form == "csv" else tabulated.to_qca(found), output)
        for line in tabulated.notes(found):
            print(line, file=sys.stderr)
    else:
        save(comparison(found, width()), output)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
