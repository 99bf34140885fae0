"""The verbs that ask: report, questions, ask, query."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.common import (
    ASK,
    ENGINES,
    Engine,
    Lang,
    Master,
    MaxRows,
    Memory,
    Output,
    Place,
    Store,
    Tables,
    Timeout,
    app,
    choose,
    open_graph,
    parse_params,
    width,
    write_bytes,
    write_table,
)
from kkgraph.cli.folders import parquet_folder, say_written
from kkgraph.errors import QuestionError, SourceError


@app.command(rich_help_panel=ASK)
def report(
    form: Annotated[str, typer.Option("--format", "-f", help="text, html or json.")] = "text",
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Both research questions answered, with evidence and gaps."""
    from kkgraph import report as reports
    from kkgraph.cli.render import save

    choose("--format", form, ("text", "html", "json"))
    choose("--lang", lang, ("th", "en"))
    found = reports.gather(open_graph(store))
    if form == "html":
        save(reports.to_html(found, lang), output)
    elif form == "json":
        save(reports.to_json(found, lang), output)
    else:
        save(reports.to_text(found, lang, width()), output)


@app.command(rich_help_panel=ASK)
def questions(
    search: Annotated[str, typer.Option("--search", "-s", help="Words in Thai or English.")] = "",
    form: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    lang: Lang = "en",
) -> None:
    """List the stored questions."""
    from kkgraph import catalogue
    from kkgraph.layout import columns_text
    from kkgraph.model import in_language

    choose("--format", form, ("text", "json"))
    choose("--lang", lang, ("th", "en"))
    found = catalogue.search(search) if search else catalogue.all_questions()
    if form == "json":
        items = [
            {
                "id": q.id, "title": q.title, "tags": q.tags, "competency": q.competency,
                "params": [
                    {"name": p.name, "type": p.type, "default": p.default} for p in q.params
                ],
            }
            for q in found
        ]  # fmt: skip
        print(json.dumps(items, ensure_ascii=False, indent=2))
        raise typer.Exit(0 if found else 1)
    rows = [[q.id, in_language(q.title, lang), ", ".join(p.name for p in q.params)] for q in found]
    heads = ["id", "คำถาม", "ตัวแปร"] if lang == "th" else ["id", "question", "parameters"]
    print(columns_text(heads, rows, width()), end="")
    raise typer.Exit(0 if found else 1)


@app.command(rich_help_panel=ASK)
def ask(
    question: Annotated[str, typer.Argument(help="A question's id (cq06), or an .rq file.")],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="name=value; * leaves it open.")
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", help="text, table, csv, json, md, xlsx, parquet (Spark)."),
    ] = "text",
    show: Annotated[bool, typer.Option("--show", help="Print the SPARQL and stop.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which engine answers and why, and stop.")
    ] = False,
    engine: Engine = "auto",
    lang: Lang = "en",
    output: Place = None,
    store: Store = None,
    timeout: Timeout = 30.0,
    max_rows: MaxRows = 100_000,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Ask the machines that the question declares.")
    ] = False,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Where their answers are kept (default: yours).")
    ] = None,
    master: Master = None,
    tables: Tables = None,
    memory: Memory = None,
) -> None:
    """Answer a stored question, each line with its scope, hedge and finding."""
    from kkgraph.cli import render

    choose("--format", form, ("text", "table", "csv", "json", "md", "xlsx", "parquet"))
    choose("--lang", lang, ("th", "en"))
    choose("--engine", engine, ENGINES)
    folder = None if show or explain else parquet_folder(form, output, engine, max_rows)
    place = None if output is None else Path(output)
    graph = open_graph(store, engine, master=master, tables=tables, memory=memory)
    params = parse_params(param or [])
    if show:
        render.save(graph.sparql_of(question, params, lang=lang), place)
        return
    if explain:
        render.save(render.route(graph.route(question, params, lang=lang), lang), place)
        return
    if folder is not None:
        rows = graph.write_answer(question, folder, params, lang=lang, timeout_s=timeout)
        say_written(folder, rows)
        return
    table = graph.ask(
        question,
        params,
        lang=lang,
        timeout_s=timeout,
        max_rows=max_rows,
        allow_remote=allow_remote,
        cache=cache,
    )
    if form == "text":
        render.save(render.answer(table, width()), place)
    else:
        write_table(table, form, place)
        _say_cut(table.truncated, max_rows)
    if table.remote is not None:
        from kkgraph.cli.messages import say

        key = "kept" if table.remote.kept else "asked"
        where = ", ".join(table.remote.endpoints)
        print(say(key, lang, where=where, when=table.remote.fetched), file=sys.stderr)


@app.command(rich_help_panel=ASK)
def query(
    file: Annotated[str, typer.Argument(help="A file of SPARQL, or - for standard input.")],
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="table, csv, json (SPARQL Results), md, ttl, parquet (Spark)."
        ),
    ] = "table",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which engine answers and why, and stop.")
    ] = False,
    engine: Engine = "auto",
    lang: Lang = "en",
    output: Place = None,
    store: Store = None,
    timeout: Timeout = 30.0,
    max_rows: MaxRows = 100_000,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let SERVICE contact other machines.")
    ] = False,
    master: Master = None,
    tables: Tables = None,
    memory: Memory = None,
) -> None:
    """Run any SPARQL query; known prefixes need no declaration."""
    from kkgraph import files, turtle
    from kkgraph.analytic.spread import parquet_store
    from kkgraph.sparql import refuse_remote

    choose("--format", form, ("table", "csv", "json", "md", "xlsx", "ttl", "parquet"))
    choose("--lang", lang, ("th", "en"))
    if "{" in file and not os.path.exists(file):  # noqa: PTH110 - a path may be no such text
        raise SourceError(
            "missing-file",
            "no file has such a name; it looks like a query",
            where=" ".join(file.split())[:60],
            hint="Save it in a file, or give it to standard input: echo '…' | kkgraph query -",
        )
    text = files.read_stdin() if file == "-" else files.read_text(file)
    choose("--engine", engine, ENGINES)
    folder = None if explain else parquet_folder(form, output, engine, max_rows)
    place = None if output is None else Path(output)
    graph = open_graph(store, engine, master=master, tables=tables, memory=memory)
    if explain:
        from kkgraph.cli import render

        render.save(render.route(graph.store.route(text), lang), place)
        return
    if folder is not None:
        if not allow_remote:
            refuse_remote(text)
        say_written(folder, parquet_store(graph.store).write(text, folder, timeout_s=timeout))
        return
    table = graph.query(
        text,
        lang=lang,
        timeout_s=timeout,
        max_rows=max_rows,
        allow_remote=allow_remote,
    )
    triples = table.answer.triples if table.answer else None
    if form == "ttl":
        if triples is None:
            raise QuestionError(
                "bad-value",
                "only CONSTRUCT and DESCRIBE give Turtle",
                where="--format",
                hint="Use --format table, csv or json.",
            )
        write_bytes(turtle.serialise(triples, "ttl"), place)
    else:
        write_table(table, form, place)
    _say_cut(table.truncated, max_rows)


def _say_cut(truncated: bool, max_rows: int) -> None:
    if truncated:
        print(f"kkgraph: only the first {max_rows} rows are shown (--max-rows)", file=sys.stderr)
