"""Validation on Spark: data brought to its tables, and the compiled shapes run over them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.shapes import bulk
from kkgraph.shapes.checking import no_data, read_schema
from kkgraph.shapes.outcome import Report
from kkgraph.shapes.places import Places

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar


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
    from kkgraph.spark.opening import open_tables
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
    options: dict[str, Any] = {"memory": memory, "threads": threads, "progress": progress}

    def read() -> Columnar:
        return bulk.open_data(paths, skip_errors=skip_errors, **options)

    loaded = open_tables(spark, paths, tables, read, progress=progress)
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
