"""What the verbs share: the application, options, opening the graph, and writing results."""

from __future__ import annotations

import os
import shutil
import sys
import time
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kkgraph import __version__
from kkgraph.errors import QuestionError, SourceError

_SILENT_S: Final = 2.0

if TYPE_CHECKING:
    from kkgraph.graph import KnowledgeGraph

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask a study, and open every answer down to its passage. "
    "ถามงานวิจัย แล้วเปิดดูหลักฐานของทุกคำตอบ",
)
evidence_app = typer.Typer(no_args_is_help=True, help="The anchors into the study's text.")
columnar_app = typer.Typer(no_args_is_help=True, help="Large data in columns, saved and reopened.")

ASK, LOOK, KEEP = "Ask", "Evidence", "Check and export"
CASES = "Cases"
Lang = Annotated[
    str, typer.Option("--lang", "-l", envvar="KKGRAPH_LANG", help="Language of labels: th or en.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file instead of the screen.")
]
Place = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", help="Write to this file instead of the screen; Parquet: to this folder."
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="KKGRAPH_STORE",
        help="A folder, a columnar file (.kk), or the URL of a SPARQL server (default: in memory).",
    ),
]
ENGINES: Final = ("auto", "oxigraph", "columnar", "spark")
Engine = Annotated[
    str,
    typer.Option(
        "--engine", help="For a columnar file: auto, oxigraph or columnar (SQL). Or spark."
    ),
]
Timeout = Annotated[float, typer.Option("--timeout", help="Seconds until a query is stopped.")]
MaxRows = Annotated[int, typer.Option("--max-rows", help="Rows until an answer is cut.", min=1)]
Memory = Annotated[str | None, typer.Option("--memory", help="Memory limit, such as 512MB or 2GB.")]
SkipErrors = Annotated[
    bool, typer.Option("--skip-errors", help="Count malformed lines and go on (N-Triples/N-Quads).")
]
Master = Annotated[str | None, typer.Option("--master", help="Spark's master (default: local[*]).")]
Tables = Annotated[
    str | None, typer.Option("--tables", "--data", help="Folder or address of tables for Spark.")
]
Source = Annotated[
    Path | None,
    typer.Option("--source", envvar="KKGRAPH_SOURCE", help="The study's text, to show passages."),
]


def _version(value: bool) -> None:
    if value:
        from kkgraph.columnar import native

        print(f"kkgraph {__version__}")
        how = "compiled code" if native.library() else "NumPy and Arrow (no compiled code here)"
        print(f"Large files are read by {how}.", file=sys.stderr)
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.")] = False,
) -> None:
    """Hold the options that stand before every verb; ``main`` reads ``--debug``."""
    context.call_on_close(_let_go)


_opened: Final[weakref.WeakSet[KnowledgeGraph]] = weakref.WeakSet()
_on_spark: Final[list[KnowledgeGraph]] = []
"""Held until they are closed: nothing else removes their folders of work."""


def _let_go() -> None:
    """Close what the verb opened: an error's traceback may hold it, and with it the lock."""
    for opened in (_on_spark, _opened):
        while opened:
            opened.pop().close()


def open_graph(
    store: str | None,
    engine: str = "auto",
    *,
    master: str | None = None,
    tables: str | None = None,
    memory: str | None = None,
) -> KnowledgeGraph:
    """The graph of a store on disk or on a server, or a fresh one in memory.

    ``tables`` are Spark's, and stand before ``store``. That a server has another version's graph is
    said on standard error. Raises ``QuestionError`` bad-value where what is Spark's is given to
    another engine.
    """
    if tables is not None and engine != "spark":
        raise QuestionError(
            "bad-value",
            "only Spark answers from such tables",
            where="--tables",
            hint="Add --engine spark, or leave it out.",
        )
    import warnings

    from kkgraph.graph import KnowledgeGraph

    with warnings.catch_warnings(record=True) as said:
        graph = KnowledgeGraph.open(
            tables or store, in_process=True, engine=engine, master=master, memory=memory
        )
    if engine == "spark":
        from kkgraph.analytic.spread import SparkStore

        _on_spark.append(graph)
        assert isinstance(graph.store, SparkStore)
        graph.store.watch(Progress())
    elif store is not None:
        _opened.add(graph)
    for warning in said:
        print(f"kkgraph: {warning.message}", file=sys.stderr)
    return graph


def on_disk(store: str | None) -> KnowledgeGraph:
    """The graph of a store that stays; in memory it would be gone when the command ends."""
    if store is None:
        raise QuestionError(
            "no-store",
            "cases, registers and links are kept in a store on disk or on a server, "
            "and none is named",
            where="--store",
            hint="Add --store FOLDER (made the first time) or --store URL, or set KKGRAPH_STORE.",
        )
    return open_graph(store)


def choose(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise ``QuestionError`` bad-value where the value is not allowed."""
    if value not in allowed:
        raise QuestionError(
            "bad-value",
            f'"{value}" is not possible here',
            where=option,
            hint=f"Choose one of: {', '.join(allowed)}.",
        )


def parse_params(items: list[str]) -> dict[str, str]:
    """The ``name=value`` options as a mapping."""
    out: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals:
            raise QuestionError(
                "bad-value",
                f'"{item}" is no name=value',
                where="--param",
                hint="Write -p provider=central-government.",
            )
        if name.strip() in out:
            raise QuestionError(
                "bad-value",
                f'the parameter "{name.strip()}" is given twice',
                where="--param",
                hint="Give it once; ask again for another value.",
            )
        out[name.strip()] = value.strip()
    return out


def write_table(table: object, form: str, output: Path | None) -> None:
    """Write a table in a format, to a file or the screen."""
    from kkgraph.cli.render import save
    from kkgraph.tables import Table

    assert isinstance(table, Table)
    if form == "xlsx":
        if output is None:
            raise SourceError(
                "no-output", "a workbook needs a file", where="--output", hint="Add -o name.xlsx."
            )
        table.to_xlsx(output)
        return
    writers = {"csv": table.to_csv, "json": table.to_json, "md": table.to_markdown}
    save(writers[form]() if form in writers else table.to_text(width()), output)


def write_bytes(data: bytes, output: Path | None) -> None:
    """Write bytes to a file or standard output."""
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


def write_chunks(chunks: Iterable[bytes], output: Path | None) -> None:
    """Write bytes as they come, to a file (complete, or as it was before) or standard output."""
    if output is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        return
    if output.exists() and not output.is_file():  # a pipe or a device, which can't be replaced
        with output.open("wb") as file:
            file.writelines(chunks)
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb") as file:
            file.writelines(chunks)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)


class Progress:
    """Says on standard error what is being done, from the third second on, on one line."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._said = 0
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str) -> None:
        """Say it, if it is time to say anything; nothing clears the line."""
        if not what:
            self.end()
        elif self._shown and time.monotonic() - self._start > _SILENT_S:
            print(f"\r{what[:100]:<{self._said}}", end="", file=sys.stderr, flush=True)
            self._said = min(len(what), 100)

    def end(self) -> None:
        """Clear the line."""
        if self._said:
            print(f"\r{'':<{self._said}}\r", end="", file=sys.stderr, flush=True)
            self._said = 0


def problem_dict(item: object) -> dict[str, object]:
    """A problem as a JSON object."""
    from dataclasses import asdict

    return asdict(item)  # type: ignore[call-overload, no-any-return]


def width() -> int:
    """Columns to write in: the terminal's, between 60 and 110."""
    columns = shutil.get_terminal_size((100, 40)).columns
    wanted = os.environ.get("KKGRAPH_WIDTH", "")
    if wanted and not wanted.isdecimal():
        raise QuestionError(
            "bad-value",
            f'"{wanted}" is no number of columns',
            where="KKGRAPH_WIDTH",
            hint="Set it to a number such as 100, or unset it.",
        )
    return max(40, int(wanted)) if wanted else min(max(columns, 60), 110)
