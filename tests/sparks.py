"""A Spark of this machine with real worker processes, for the tests that need one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kkgraph.errors import StoreError

MASTER = "local-cluster[2,1,1024]"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
}


def started(folder: Path) -> Iterator[Any]:
    """A session with two workers, stopped in the end; without Spark the tests are skipped."""
    pytest.importorskip("pyspark", reason="PySpark isn't installed: nothing runs on Spark here")
    from kkgraph.spark.session import session

    os.environ["SPARK_WORKER_DIR"] = str(folder)
    try:
        found = session(MASTER, settings=SETTINGS, wait_s=180)
    except StoreError as error:
        pytest.skip(f"SPARK IS NOT TESTED HERE: {error}")
    yield found
    found.stop()


def workers(spark: Any) -> list[int]:
    """The processes of the session's workers."""
    driver = spark.sparkContext._gateway.proc.pid
    pids = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, NotADirectoryError):
            continue
        if b"CoarseGrainedExecutorBackend" in command and parent == driver:
            pids.append(int(entry.name))
    return sorted(pids)
