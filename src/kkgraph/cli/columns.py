"""The verbs of columnar files: build, info, export, and spread for Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kkgraph.cli.common import Master, Memory, Progress, SkipErrors, columnar_app
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Skipped


@columnar_app.command()
def build(
    paths: Annotated[list[Path], typer.Argument(help="RDF files (also .gz, .zst) or Parquet.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write (.kk).")],
    memory: Memory = None,
    skip_errors: SkipErrors = False,
    with_shipped: Annotated[
        bool,
        typer.Option("--with-shipped", help="Beside the shipped graph: for stored questions."),
    ] = False,
    case: Annotated[
        str, typer.Option("--case", help="The case's name there (default: the file's).")
    ] = "",
) -> None:
    """Load RDF files into one columnar file, which reopens at once and opens as a store."""
    from kkgraph.cases import national
    from kkgraph.columnar.loading import load

    if case and not with_shipped:
        raise QuestionError(
            "bad-value",
            "only beside the shipped graph the data are a case",
            where="--case",
            hint="Add --with-shipped.",
        )
    progress = Progress()

    def say(path: str, done: int, total: int) -> None:
        progress(f"reading {Path(path).name}: {done / 2**20:,.0f} of {total / 2**20:,.0f} MiB")

    if with_shipped:
        loaded = national.build(
            paths, output, case=case, memory=memory, skip_errors=skip_errors, progress=say
        )
    else:
        loaded = load(paths, memory=memory, skip_errors=skip_errors, progress=say, into=output)
    progress.end()
    with loaded:
        print(f"{output}: {loaded.n_triples:,} triples, {loaded.n_terms:,} terms")
        _tell(loaded.skipped)


def _tell(skipped: Skipped) -> None:
    if skipped.count:
        print(f"{skipped.count:,} malformed lines were left out; the first:")
        for refusal in skipped.first:
            print(f"  {refusal.where}: {refusal.message}")


@columnar_app.command()
def spread(
    inputs: Annotated[
        list[str], typer.Argument(help="N-Triples or N-Quads (also .gz, .bz2): paths, addresses.")
    ],
    output: Annotated[str, typer.Option("--output", "-o", help="The folder of tables to write.")],
    master: Master = None,
    memory: Memory = None,
    skip_errors: SkipErrors = False,
) -> None:
    """Load RDF on Spark into a folder of tables, for data that fit no single machine."""
    from kkgraph.spark.loading import load
    from kkgraph.spark.session import session

    progress = Progress()
    spark = session(master, memory=memory)
    manifest, skipped = load(spark, inputs, output, skip_errors=skip_errors, progress=progress)
    progress.end()
    rows = manifest.rows
    print(f"{output}: {rows['triples']:,} triples, {rows['terms']:,} terms")
    _tell(skipped)


@columnar_app.command()
def info(path: Annotated[Path, typer.Argument(help="A columnar file.")]) -> None:
    """Say what a columnar file holds: triples, terms by kind, datatype and language."""
    from kkgraph.columnar.saved import open_saved
    from kkgraph.names import compact

    with open_saved(path) as loaded:
        print(f"{loaded.n_triples:,} triples, {loaded.n_terms:,} terms")
        for source, _ in loaded.sources:
            print(f"  from {source}")
        for group in loaded.groups:
            kind = compact(group.datatype) if group.datatype else group.kind
            tag = f"@{group.lang}" if group.lang else ""
            print(f"  {group.n:>12,}  {kind}{tag}")
        ill = loaded.run("SELECT count(*) FROM ill_typed")[0][0]
        print(f"  {ill:>12,}  of these ill-typed")


@columnar_app.command()
def export(
    path: Annotated[Path, typer.Argument(help="A columnar file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")],
    partitioned: Annotated[
        bool, typer.Option("--partitioned", help="The tables for Spark, by predicate.")
    ] = False,
) -> None:
    """Write a columnar file as a folder of Parquet tables, readable by any analytics tool."""
    from kkgraph.columnar.parquet import to_parquet
    from kkgraph.columnar.saved import open_saved

    with open_saved(path) as loaded:
        if partitioned:
            from kkgraph.spark.folder import write_folder

            progress = Progress()
            manifest = write_folder(loaded, output, source=path, progress=progress)
            progress.end()
            rows = ", ".join(f"{name} {n:,}" for name, n in manifest.rows.items() if n)
            print(f"{output}: {rows}")
            return
        to_parquet(loaded, output)
        print(f"{output}: {', '.join(sorted(p.name for p in output.iterdir()))}")
