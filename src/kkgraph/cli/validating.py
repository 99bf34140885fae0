"""The verb that validates: small files and national ones, before and after a change."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kkgraph.cli.common import (
    KEEP,
    Lang,
    Master,
    Memory,
    Place,
    Progress,
    SkipErrors,
    Store,
    Tables,
    app,
    choose,
    open_graph,
    problem_dict,
    width,
)
from kkgraph.errors import QuestionError, SourceError
from kkgraph.model import in_language

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kkgraph.cases.checking import Findings
    from kkgraph.shapes import Report

FORMATS: Final = ("text", "json", "sarif", "html", "xlsx", "ttl", "nt", "parquet")
_STANDARD: Final = ("ttl", "nt")
_WHOLE: Final = (*_STANDARD, "parquet")
_PLACED: Final = ("sarif", "html", "xlsx")


@app.command(rich_help_panel=KEEP)
def validate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Workbooks, CSV folders, YAML, RDF or saved columnar files (none: own data)."
        ),
    ] = None,
    shapes: Annotated[list[Path] | None, typer.Option("--shapes", help="Other shapes.")] = None,
    engine: Annotated[
        str,
        typer.Option("--engine", help="auto, columnar, spark, or pyshacl for a second opinion."),
    ] = "auto",
    form: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="text, json, sarif, html, xlsx (your workbook, marked), ttl, nt, or parquet.",
        ),
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
    master: Master = None,
    tables: Tables = None,
    memory: Memory = None,
    skip_errors: SkipErrors = False,
    lang: Lang = "en",
    output: Place = None,
    store: Store = None,
) -> None:
    """Check data against the shapes; every problem in plain Thai or English."""
    choose("--format", form, FORMATS)
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
    if summary and form not in ("text", "json"):
        raise QuestionError(
            "bad-value",
            "this format has no summary",
            where="--summary",
            hint="Leave --summary out, or choose --format text or json.",
        )
    if form in ("xlsx", "parquet") and output is None:
        raise SourceError(
            "no-output",
            "a workbook needs a file" if form == "xlsx" else "Parquet needs a folder",
            where="--output",
            hint=f"Add -o {'marked.xlsx' if form == 'xlsx' else 'results'}.",
        )
    if form == "parquet" and engine != "spark":
        raise QuestionError(
            "bad-value",
            "only Spark writes results as Parquet",
            where="--format",
            hint="Add --engine spark, or choose --format nt.",
        )
    progress = Progress()
    bulk: dict[str, Any] = {
        "first": 0 if summary or form in _WHOLE else first,
        "memory": memory,
        "skip_errors": skip_errors,
        **change,
    }
    if engine == "spark" or master or tables:
        bulk |= {"master": master, "tables": tables}
    chosen = list(shapes or ())
    special = [name for name, on in _special(bulk, engine, explain).items() if on]
    if files and engine != "spark" and _is_placed(files, special, summary=summary):
        from kkgraph.cases import checking

        findings = checking.check_files(
            files, _knowing(store, background), shapes=chosen, progress=progress
        )
        progress.end()
        place = None if output is None else Path(output)
        _write_findings(findings, form, lang, place, summary=summary)
        raise typer.Exit(0 if findings.conforms else 1)
    if explain and engine == "auto":
        engine = "columnar"
    bulk |= {"progress": progress, "explained": bool(explain)}
    if (files or tables) and store is None:
        found = _files(files, background, shapes=chosen, engine=engine, **bulk)
    else:
        found = open_graph(store).validate(
            files, shapes=chosen, engine=engine, background=background, **bulk
        )
    progress.end()
    _talk(found)
    source = ", ".join(map(str, files)) or "kkgraph"
    try:
        _write(found, form, lang, output, source, summary=summary, explained=explain or [])
    finally:
        if engine == "spark":
            found.close()
    raise typer.Exit(0 if found.conforms else 1)


def _special(bulk: dict[str, Any], engine: str, explain: list[str] | None) -> dict[str, bool]:
    """The options that only bulk validation or another engine understands, and which are given."""
    names = ("changed", "removed", "memory", "skip_errors")
    found = {f"--{name.replace('_', '-')}": bool(bulk[name]) for name in names}
    return {**found, "--engine": engine != "auto", "--explain": bool(explain)}


def _is_placed(files: list[Path], special: list[str], *, summary: bool) -> bool:
    """True where the files are cases or small: read with places, validated directly."""
    from kkgraph.cases.records import is_tabular
    from kkgraph.shapes.checking import is_small

    tables = [path for path in files if is_tabular(path)]
    if tables and special:
        raise QuestionError(
            "bad-value",
            f"{special[0]} is for RDF data, and {tables[0].name} is a form to fill in",
            where=special[0],
            hint="Leave the option out.",
        )
    return bool(tables) or (not (special or summary) and is_small(files))


def _knowing(store: str | None, background: bool) -> list[ox.Quad]:
    """What validation looks things up in: the shipped graph's quads, or those of a store."""
    from kkgraph import opening

    if not background:
        return []
    if store is not None:
        return open_graph(store).background()
    return opening.background_of(opening.shipped_quads())


def _files(files: list[Path], background: bool, **options: Any) -> Report:
    """The report of files beside the shipped graph, which needs no store for that."""
    from kkgraph import opening, shapes

    known = opening.background_of(opening.shipped_quads()) if background else ()
    return shapes.validate_files(files, known, **options)


def _write_findings(
    found: Findings, form: str, lang: str, output: Path | None, *, summary: bool
) -> None:
    from dataclasses import replace

    from kkgraph.cli import placed, render
    from kkgraph.cli.common import write_chunks
    from kkgraph.shapes.standard import chunks

    if form in _STANDARD:
        for problem in found.case.problems:
            print(f"{problem.where}: {in_language(problem.message, lang)}", file=sys.stderr)
        write_chunks(chunks(found.report, form), output)
    elif summary and form == "text":
        render.save(render.tallies(replace(found.report, tallies=found.tallies), lang), output)
    elif summary:
        counts = {k: v for k, v in placed.body(found).items() if k != "problems"}
        render.save(json.dumps(counts, ensure_ascii=False, indent=2) + "\n", output)
    else:
        placed.write(found, form, lang, output, width())


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
    place: str | None,
    source: str,
    *,
    summary: bool,
    explained: list[str],
) -> None:
    from kkgraph.cli import render
    from kkgraph.cli.common import write_chunks
    from kkgraph.shapes.standard import chunks

    output = None if place is None else Path(place)
    if explained:
        render.save(found.explain(() if "all" in explained else explained), output)
    elif form in ("ttl", "nt"):
        write_chunks(chunks(found, form), output)
    elif form == "parquet":
        from kkgraph.spark.results import write_results

        assert place is not None
        write_results(found.details, place)
    elif form in _PLACED:
        from kkgraph.cases.checking import Findings
        from kkgraph.cli import placed

        placed.write(Findings.of_report(found, source), form, lang, output, width())
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
