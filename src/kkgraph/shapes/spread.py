"""Validation on Spark: data brought to its tables, and the compiled shapes run over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kkgraph.shapes import bulk
from kkgraph.shapes.outcome import Report

if TYPE_CHECKING:
    from kkgraph.columnar.space import Space
    from kkgraph.columnar.tables import Columnar


def validate_files(
    paths: Sequence[Path],
    background: list[ox.Quad],
    *,
    master: str | None = None,
    tables: str | None = None,
    **options: Any,
) -> Report:
    """The problems of data in Spark; all other options are those of ``bulk.validate_files``.

    The data are a folder that ``kkgraph columnar export --partitioned`` wrote, given as the one
    path or, where the cluster keeps it, as the address ``tables``. With a master on this machine
    any files may be given; their tables are made first, and are gone with ``Report.close``.
    Raises ``StoreError``: no-spark, no-master, half-written; otherwise as in ``bulk``.
    """
    memory, progress = options.get("memory"), options.get("progress")

    def opened(read: Callable[[], Columnar]) -> Columnar:
        from kkgraph.spark.opening import open_tables
        from kkgraph.spark.session import session

        return open_tables(session(master, memory=memory), paths, tables, read, progress=progress)

    def space(loaded: Columnar) -> Space:
        from kkgraph.spark.space import SparkSpace
        from kkgraph.spark.tables import SparkTables

        assert isinstance(loaded, SparkTables)
        return SparkSpace(loaded, progress=progress)

    spark = bulk.Elsewhere(opened, space)
    return bulk.validate_files(paths, background, elsewhere=spark, **options)
