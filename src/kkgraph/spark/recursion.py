"""Recursive tables: their step repeated on the driver, each time over what was new."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kkgraph.errors import StoreError
from kkgraph.spark.dialect import Recursion
from kkgraph.spark.session import translated

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def closure(
    spark: SparkSession,
    recursion: Recursion,
    written: Callable[[DataFrame, str], DataFrame],
    *,
    progress: Callable[[str], None] | None = None,
) -> DataFrame:
    """All rows of a recursive table, as a frame.

    ``written`` writes a frame down under a name and gives it back as it is read from there: so
    what a round found is never worked out again, and no plan grows with the rounds. The step is
    linear (it reads the table once), so what is new after a round follows from what was new
    before it. Raises ``StoreError`` engine-failed where rows may count twice, as then no round is
    the last one.
    """
    if not recursion.distinct:
        raise StoreError("engine-failed", "a recursion of bags of rows has no end", where="Spark")
    with translated():
        known = spark.sql(recursion.first).distinct()
        names = recursion.columns or tuple(known.columns)
        new = known = written(known.toDF(*names), recursion.name)
        rounds = 0
        while count := new.count():
            if progress is not None:
                progress(f"round {rounds}: {count:,} new rows")
            rounds += 1
            new.createOrReplaceTempView(recursion.name)
            found = spark.sql(recursion.step).toDF(*names).subtract(known)
            new = written(found, recursion.name)
            known = known.unionAll(new)
        spark.catalog.dropTempView(recursion.name)
    return known
