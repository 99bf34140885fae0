"""The verbs that keep the graph in order: check, reason, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.closing import close, close_on_spark
from kkgraph.cli.common import (
    KEEP,
    Lang,
    Master,
    Memory,
    Output,
    Place,
    Store,
    Tables,
    app,
    choose,
    open_graph,
    width,
    write_chunks,
    write_table,
)
from kkgraph.errors import QuestionError


@app.command(rich_help_panel=KEEP)
def check(lang: Lang = "en", store: Store = None) -> None:
    """Check the ontology's hygiene (the OOPS! pitfalls); remarks don't fail."""
    from kkgraph.cli import render

    choose("--lang", lang, ("th", "en"))
    found = open_graph(store).check()
    grave = [p for p in found if p.severity != "info"]
    print(render.problems(grave, lang, width()), end="")
    print(f"{len(found) - len(grave)} remarks (p11, p13) do not count.", file=sys.stderr)
    raise typer.Exit(1 if grave else 0)


@app.command(rich_help_panel=KEEP)
def reason(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="RDF files to reason over as well, or a columnar file (.kk) alone."),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Write what is inferred to data/inferred.trig, or into the .kk file."
        ),
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option("--explain", help="With .kk: how a triple 'S P O' follows, step by step."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="List every inferred triple.")] = False,
    output: Place = None,
    store: Store = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", help="Seconds until reasoning is stopped (HermiT: 60)."),
    ] = None,
    no_background: Annotated[
        bool, typer.Option("--no-background", help="With .kk: without the shipped ontology.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With .kk: write in spite of what was found.")
    ] = False,
    memory: Memory = None,
    engine: Annotated[
        str, typer.Option("--engine", help="auto, or spark for rules over tables for Spark.")
    ] = "auto",
    master: Master = None,
    tables: Tables = None,
) -> None:
    """Check consistency and classify with HermiT (extra ``reason``), or a .kk file by rules."""
    from kkgraph import files
    from kkgraph.cli.render import inferred
    from kkgraph.names import compact
    from kkgraph.opening import SAVED

    given = list(paths or ())
    choose("--engine", engine, ("auto", "spark"))
    if engine == "spark":
        background = not no_background
        close_on_spark(given, tables, master, output, explain, background, every, force, memory)
        return
    place = None if output is None else Path(output)
    if any(path.suffix == SAVED for path in given):
        if len(given) > 1 or store is not None:
            raise QuestionError(
                "bad-value",
                "a columnar file is reasoned over alone",
                where=str(next(path for path in given if path.suffix == SAVED)),
                hint="Put all data into it: kkgraph columnar build DATA … -o FILE.kk",
            )
        target = place or (given[0] if write else None)
        close(given[0], target, explain, not no_background, every, force, memory, timeout)
        return
    for option, value in (("--master", master), ("--tables", tables)):
        if value:
            raise QuestionError(
                "bad-value", f"{option} needs Spark", where=option, hint="Add --engine spark."
            )
    for option, wanted in (("--explain", explain), ("--force", force), ("--memory", memory)):
        if wanted:
            raise QuestionError(
                "bad-value",
                f"{option} needs a columnar file",
                where=option,
                hint="Make one with: kkgraph columnar build DATA -o FILE.kk",
            )
    graph = open_graph(store)
    found = graph.reason(given, timeout_s=60.0 if timeout is None else timeout)
    if not found.consistent:
        print("Inconsistent. These axioms contradict each other; remove any one of them:")
        for axiom in found.explanation:
            print(f"  {axiom.text}")
        raise typer.Exit(1)
    for name in found.unsatisfiable:
        print(f"Unsatisfiable: {compact(name)} (nothing can ever be one)")
    if write or place:
        target = place or files.inferred_file()
        target.write_text(graph.inferred_trig(), encoding="utf-8")
        print(f"Written: {target}", file=sys.stderr)
    print(f"Consistent; {len(found.inferred)} triples inferred in {found.seconds:.1f} s.")
    print(inferred(found.inferred, every=every), end="")
    raise typer.Exit(1 if found.unsatisfiable else 0)


@app.command(rich_help_panel=KEEP)
def export(
    form: Annotated[
        str,
        typer.Option("--format", "-f", help="trig, nq, jsonld, ttl, nt, rdf, owl, csv or xlsx."),
    ] = "trig",
    graphs: Annotated[str, typer.Option("--graphs", help="Only these graphs: study,cited,…")] = "",
    default_graph: Annotated[
        bool,
        typer.Option("--default-graph", help="With trig, nq, jsonld: the default graph as well."),
    ] = False,
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Export the graph as RDF, the ontology as OWL, or the findings as a flat sheet."""
    from kkgraph.cases import flat

    rdf = ("trig", "nq", "jsonld", "ttl", "nt", "rdf", "owl")
    choose("--format", form, (*rdf, "csv", "xlsx"))
    choose("--lang", lang, ("th", "en"))
    if graphs and form not in rdf[:-1]:
        raise QuestionError(
            "bad-value",
            f"--graphs does not go with {form}",
            where="--graphs",
            hint=f"Choose one of: {', '.join(rdf[:-1])}.",
        )
    if default_graph and form not in rdf[:3]:
        raise QuestionError(
            "bad-value",
            f"{form} has no named graphs beside which a default graph could stand",
            where="--default-graph",
            hint=f"Choose one of: {', '.join(rdf[:3])}.",
        )
    graph = open_graph(store)
    if form in rdf:
        chosen = [g.strip() for g in graphs.split(",") if g.strip()]
        chosen = ["ontology"] if form == "owl" else chosen
        write_chunks(graph.export_chunks(form, graphs=chosen, default_graph=default_graph), output)
    else:
        write_table(flat.findings_sheet(graph.reader, lang), form, output)
