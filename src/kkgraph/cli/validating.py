"""The verb that validates: small files and national ones, before and after a change."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kkgraph.cli.common import (
    KEEP,
    Lang,
    Memory,
    Output,
    Progress,
    SkipErrors,
    Store,
    app,
    choose,
    open_graph,
    problem_dict,
    width,
)
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from kkgraph.shapes import Report


@app.command(rich_help_panel=KEEP)
def validate(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="RDF or saved columnar files (none: own data).")
    ] = None,
    shapes: Annotated[list[Path] | None, typer.Option("--shapes", help="Other shapes.")] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="auto, columnar, or pyshacl for a second opinion.")
    ] = "auto",
    form: Annotated[
        str, typer.Option("--format", "-f", help="text, json, or a report in ttl or nt.")
    ] = "text",
    summary: Annotated[
        bool, typer.Option("--summary", help="Counts by shape and component, no single problems.")
    ] = False,
    first: Annotated[
        int, typer.Option("--first", min=0, help="Problems listed of each constraint (bulk data).")
    ] = 20,
    explain: Annotated[
        list[str] | None,
        typer.Option("--explain", help="Show the plan of a shape, from SHACL to SQL (or: all)."),
    ] = None,
    background: Annotated[
        bool, typer.Option("--background/--no-background", help="Look things up in the graph too.")
    ] = True,
    changed: Annotated[
        list[Path] | None, typer.Option("--changed", help="RDF files of triples to add (a change).")
    ] = None,
    removed: Annotated[
        list[Path] | None, typer.Option("--removed", help="RDF files of triples to take away.")
    ] = None,
    memory: Memory = None,
    skip_errors: SkipErrors = False,
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Check data against the shapes; every problem in plain Thai or English."""
    choose("--format", form, ("text", "json", "ttl", "nt"))
    choose("--lang", lang, ("th", "en"))
    files = list(paths or ())
    change = {"changed": list(changed or ()), "removed": list(removed or ())}
    if any(change.values()) and len(files) != 1:
        raise QuestionError(
            "bad-value",
            "a change needs the one file that it changes",
            where="--changed" if changed else "--removed",
            hint="Write: kkgraph validate nation.kk --changed new.ttl",
        )
    progress = Progress()
    bulk: dict[str, Any] = {
        "first": 0 if summary or form in ("ttl", "nt") else first,
        "memory": memory,
        "skip_errors": skip_errors,
        "progress": progress,
        **change,
    }
    if summary and form in ("ttl", "nt"):
        raise QuestionError(
            "bad-value",
            "a standard report has no summary",
            where="--summary",
            hint="Leave --summary out, or choose --format text or json.",
        )
    if explain and engine == "auto":
        engine = "columnar"
    if explain:
        bulk["explained"] = True
    if files and store is None:
        found = _files(files, background, shapes=list(shapes or ()), engine=engine, **bulk)
    else:
        found = open_graph(store).validate(
            files, shapes=list(shapes or ()), engine=engine, background=background, **bulk
        )
    progress.end()
    _talk(found)
    _write(found, form, lang, output, summary=summary, explained=explain or [])
    raise typer.Exit(0 if found.conforms else 1)


def _files(files: list[Path], background: bool, **options: Any) -> Report:
    """The report of files beside the shipped graph, which needs no store for that."""
    from kkgraph import graph, shapes

    known = graph.background_of(graph.shipped_quads()) if background else ()
    return shapes.validate_files(files, known, **options)


def _talk(found: Report) -> None:
    if found.n_skipped:
        lines = (
            "1 malformed line was"
            if found.n_skipped == 1
            else (f"{found.n_skipped:,} malformed lines were")
        )
        print(f"{lines} left out:", file=sys.stderr)
        for line in found.skipped:
            print(f"  {line}", file=sys.stderr)
    details = found.details
    if getattr(details, "reached", None) is not None:
        full = f"; {len(details.in_full)} shapes in full" if details.in_full else ""
        nodes = "1 node" if details.reached == 1 else f"{details.reached:,} nodes"
        print(f"The change can reach {nodes}{full}.", file=sys.stderr)


def _write(
    found: Report,
    form: str,
    lang: str,
    output: Path | None,
    *,
    summary: bool,
    explained: list[str],
) -> None:
    from kkgraph.cli import render
    from kkgraph.cli.common import write_chunks
    from kkgraph.shapes.standard import chunks

    if explained:
        render.save(found.explain(() if "all" in explained else explained), output)
    elif form in ("ttl", "nt"):
        write_chunks(chunks(found, form), output)
    elif form == "json":
        body = _body(found)
        if summary:
            del body["problems"]
        render.save(json.dumps(body, ensure_ascii=False, indent=2) + "\n", output)
    elif summary:
        render.save(render.tallies(found, lang), output)
    else:
        text = render.problems(found.problems, lang, width(), found)
        render.save(text, output)


def _body(found: Report) -> dict[str, Any]:
    load_s, validate_s = found.seconds
    return {
        "conforms": found.conforms,
        "triples": found.triples,
        "skipped": found.n_skipped,
        "results": found.total,
        "by_component": found.by_component(),
        "by_shape": [problem_dict(t) for t in found.tallies],
        "engine": found.engine,
        "load_s": round(load_s, 4),
        "validate_s": round(validate_s, 4),
        "problems": [problem_dict(p) for p in found.problems],
    }
