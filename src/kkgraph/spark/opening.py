"""Data for Spark, however they are given: a folder of tables, an address, or files of here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkgraph.errors import SourceError
from kkgraph.spark.folder import is_folder, write_folder
from kkgraph.spark.tables import open_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from kkgraph.columnar.tables import Columnar
    from kkgraph.spark.tables import SparkTables


def open_tables(
    spark: SparkSession,
    paths: Sequence[Path],
    tables: str | None,
    read: Callable[[], Columnar],
    *,
    progress: Callable[[str], None] | None = None,
) -> SparkTables:
    """The tables at the address ``tables``, in the one folder of ``paths``, or made of files.

    ``read`` loads the files; their tables are in a temporary folder until they are closed, so the
    workers must be on this machine. Raises as ``open_folder`` and ``read`` do, and ``SourceError``
    bad-value or not-a-columnar-file.
    """
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
    if not str(spark.sparkContext.master).startswith("local"):
        raise SourceError(
            "not-a-columnar-file",
            "the workers of a cluster can't read the files of this machine",
            where=", ".join(map(str, paths)),
            hint="Write tables where they can: kkgraph columnar export FILE.kk --partitioned"
            " -o FOLDER; then --tables FOLDER.",
        )
    made: Any = tempfile.TemporaryDirectory(prefix="kkgraph-spark-")
    try:
        with read() as loaded:
            write_folder(loaded, Path(made.name, "tables"), progress=progress)
        opened = open_folder(spark, str(Path(made.name, "tables")))
    except BaseException:
        made.cleanup()
        raise
    opened.skipped = loaded.skipped
    opened.on_close(made.cleanup)
    return opened
