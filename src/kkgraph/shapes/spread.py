"""Validation on Spark: data brought to its tables, and the compiled shapes run over them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.errors import SourceError
from kkgraph.shapes import bulk
from kkgraph.shapes.checking import no_data, read_schema
from kkgraph.shapes.outcome import Report
from kkgraph.shapes.places import Places

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from kkgraph.spark.tables import SparkTables

_HERE: Final = ("local", "local[", "local-cluster[")
"""Masters whose workers see the files of this machine."""


def validate_files(  # noqa: PLR0913 - each is one independent wish
    paths: Sequence[Path],
    background: list[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    first: int | None = bulk.FIRST,
    memory: str | None = None,
    threads: int | None = None,
    skip_errors: bool = False,
    progress: Callable[[str], None] | None = None,
    changed: Sequence[Path] = (),
    removed: Sequence[Path] = (),
    explained: bool = False,
    master: str | None = None,
    tables: str | None = None,
) -> Report:
    """The problems of data in Spark, the first of each constraint; ``first`` None lists all.

    The data are a folder that ``kkgraph columnar export --partitioned`` wrote, given as the one
    path or, where the cluster keeps it, as the address ``tables``. With a master on this machine
    any files may be given; their tables are made first, and are gone with ``Report.close``.
    Raises ``StoreError``: no-spark, no-master, half-written; otherwise as in ``bulk``.
    """
    from kkgraph.spark.session import session
    from kkgraph.spark.space import SparkSpace

    schema = read_schema(shapes)
    change = None
    if changed or removed:
        change = tuple(
            [q for p in side for q in turtle.parse_file(p)] for side in (changed, removed)
        )
    start = time.perf_counter()
    spark = session(master, memory=memory)
    loaded = _open(
        spark, paths, tables, memory=memory, threads=threads, skip=skip_errors, progress=progress
    )
    took = time.perf_counter() - start
    try:
        if not loaded.n_triples:
            raise no_data(paths)
        return bulk.validate(
            loaded,
            schema,
            background,
            places=Places(only=paths[0] if len(paths) == 1 and paths[0].is_file() else None),
            first=first,
            loading_s=took,
            progress=progress,
            change=change,
            explained=explained,
            space=SparkSpace(loaded, progress=progress),
        )
    except BaseException:
        loaded.close()
        raise


def _open(  # noqa: PLR0913 - each is one independent wish
    spark: SparkSession,
    paths: Sequence[Path],
    tables: str | None,
    *,
    memory: str | None,
    threads: int | None,
    skip: bool,
    progress: Callable[[str], None] | None,
) -> SparkTables:
    from kkgraph.spark.folder import is_folder, write_folder
    from kkgraph.spark.tables import open_folder

    if tables is not None:
        if paths:
            raise SourceError(
                "bad-value",
                "data are given twice",
                where="tables",
                hint="Give files, or --tables with a folder.",
            )
        return open_folder(spark, tables)
    if len(paths) == 1 and is_folder(paths[0]):
        return open_folder(spark, str(paths[0].resolve()))
    if not str(spark.sparkContext.master).startswith(_HERE):
        raise SourceError(
            "not-a-columnar-file",
            "the workers of a cluster can't read the files of this machine",
            where=", ".join(map(str, paths)),
            hint="Write tables where they can: kkgraph columnar export FILE.kk --partitioned"
            " -o FOLDER; then --tables FOLDER.",
        )
    made: Any = tempfile.TemporaryDirectory(prefix="kkgraph-spark-")
    try:
        options: dict[str, Any] = {"memory": memory, "threads": threads, "progress": progress}
        with bulk.open_data(paths, skip_errors=skip, **options) as loaded:
            write_folder(loaded, Path(made.name, "tables"), progress=progress)
        opened = open_folder(spark, str(Path(made.name, "tables")))
    except BaseException:
        made.cleanup()
        raise
    opened.skipped = loaded.skipped
    opened.on_close(made.cleanup)
    return opened
