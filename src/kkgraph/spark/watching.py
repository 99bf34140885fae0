"""How far Spark is: the tasks of the jobs that run, told while one waits for them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_EVERY_S: Final = 1.0
_NUMBERS: Final = itertools.count()


@contextmanager
def watched(
    spark: SparkSession,
    what: str,
    progress: Callable[[str], None] | None,
    *,
    group: str = "",
) -> Iterator[None]:
    """Say once a second how many tasks of the jobs of this thread are done, of those known.

    ``group`` is the jobs' group where the thread has set one.
    """
    if progress is None:
        yield
        return
    context: Any = spark.sparkContext
    own = group or f"kkgraph-{what}-{next(_NUMBERS)}"
    if not group:
        context.setJobGroup(own, what, True)
    over = threading.Event()

    def tell() -> None:
        tracker = context.statusTracker()
        while not over.wait(_EVERY_S):
            done, known = tasks(tracker, own)
            if known:
                progress(f"{what}: {done:,} of {known:,} tasks")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
        if not group:
            context.setLocalProperty("spark.jobGroup.id", None)


def tasks(tracker: Any, group: str) -> tuple[int, int]:
    """The tasks of a group's jobs that are done, and all that are known of."""
    done = known = 0
    for job in tracker.getJobIdsForGroup(group):
        info = tracker.getJobInfo(job)
        for stage in map(tracker.getStageInfo, info.stageIds if info else ()):
            if stage is not None:
                done += stage.numCompletedTasks
                known += stage.numTasks
    return done, known
