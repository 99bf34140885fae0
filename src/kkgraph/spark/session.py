"""Sessions of Spark: found, started within a bounded time, and its errors as ours."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kkgraph.columnar.session import memory_bytes
from kkgraph.errors import KkgraphError, StoreError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOCAL: Final = "local[*]"
WAIT_S: Final = 90.0
"""How long a session may take to start and to run its first task at a master elsewhere."""
_START_S: Final = 300.0
"""The same on this machine, where only its own load can be in the way."""
_CALL_S: Final = 10.0
_SCHEMES: Final = {"spark://": 7077, "k8s://": 443}
_JAVA: Final = 17
_INSTALL: Final = "Install it: pip install 'kkgraph[spark]'"
_GET_JAVA: Final = (
    f"Install a full Java {_JAVA} or newer (a JDK, such as Temurin), or name it in JAVA_HOME."
)
_VERSION: Final = re.compile(r'version "(\d+)')
_SETTINGS: Final = {
    "spark.app.name": "kkgraph",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.ansi.enabled": "true",
    # of sorted numbers a file holds a small part of what they take once they are read: without this
    # a table that is "10 MB" is sent to all workers, and fits none
    "spark.sql.sources.fileCompressionFactor": "10",
    # seen to break jobs: "dynamicpruning has not finished"; plans name their predicates anyhow
    "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
}
"""What is set unless the caller, or the cluster's own files, say otherwise."""


_MEANING: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
}
"""What statements rely on: an overflow is an error, and no decimal place is rounded away."""


def session(
    master: str | None = None,
    *,
    memory: str | None = None,
    settings: Mapping[str, str] | None = None,
    wait_s: float | None = None,
) -> SparkSession:
    """A session at a master, which has run a task; one that is there already is taken.

    ``master`` is what Spark calls so (``local[*]``, ``spark://host:7077``, ``yarn``, ``k8s://…``).
    Raises ``StoreError``: no-spark (PySpark or Java is missing), no-master (nothing ran a task
    within ``wait_s`` seconds; without it 90, or 300 on this machine).
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise StoreError(
            "no-spark", "PySpark isn't installed, and this engine needs it", hint=_INSTALL
        ) from error
    found = SparkSession.getActiveSession()
    if found is not None:
        return found
    _call(master or LOCAL)
    chosen = {**_SETTINGS, **(settings or {})}
    if master is None or master.startswith("local"):
        chosen = {**_on_this_machine(memory), **chosen}
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        wait_s = wait_s or _START_S
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    _check_java()
    builder: Any = SparkSession.builder.master(master or LOCAL)
    for name, value in chosen.items():
        builder = builder.config(name, value)
    return _started(builder, master or LOCAL, wait_s or WAIT_S)


def apart(spark: SparkSession) -> SparkSession:
    """A session of its own on the same Spark: nobody else sees or replaces its views.

    What statements mean doesn't depend on how the other session is set up.
    """
    own = spark.newSession()
    for name, value in _MEANING.items():
        own.conf.set(name, value)
    return own


def _call(master: str) -> None:
    """Raise ``StoreError`` no-master where nothing listens at a master's address."""
    for scheme, own in _SCHEMES.items():
        if not master.startswith(scheme):
            continue
        causes = []
        for address in master.removeprefix(scheme).split(","):
            found = urlsplit(address if "://" in address else f"//{address}")
            try:
                place = (found.hostname or "", found.port or own)
                socket.create_connection(place, timeout=_CALL_S).close()
                return
            except (OSError, ValueError) as error:
                causes.append(f"{address}: {getattr(error, 'strerror', None) or error}")
        raise _no_master(master, "; ".join(causes))


def _no_master(master: str, cause: str) -> StoreError:
    return StoreError(
        "no-master",
        f"no Spark answers: {cause}",
        where=master,
        hint="Check the address, and that the cluster runs and has free workers.",
    )


def _on_this_machine(memory: str | None) -> dict[str, str]:
    """What is set besides where the workers are on this machine: few tasks, no chatter."""
    tasks = max(4, 2 * (os.cpu_count() or 1))
    quiet = Path(__file__).with_name("log4j2.properties").as_uri()
    found = {
        "spark.sql.shuffle.partitions": str(tasks),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet}",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    if memory is not None:
        found["spark.driver.memory"] = f"{max(memory_bytes(memory) // 2**20, 512)}m"
    return found


def _started(builder: Any, master: str, wait_s: float) -> SparkSession:
    """The session, when it has run a task on its workers; given up after a time."""
    outcome: list[Any] = []

    def start() -> None:
        try:
            spark = builder.getOrCreate()
            spark.sparkContext.setLogLevel("ERROR")
            outcome.append(spark)
            spark.sparkContext.parallelize([1], 1).count()
            outcome.append(True)
        except Exception as error:
            outcome.append(error)

    work = threading.Thread(target=start, daemon=True)
    work.start()
    work.join(wait_s)
    if outcome and outcome[-1] is True:
        ready: SparkSession = outcome[0]
        return ready
    cause = "it refused"
    if outcome and isinstance(outcome[-1], Exception):
        cause = first_line(outcome[-1])
    elif work.is_alive():
        cause = f"no worker took a task within {wait_s:g} s"
    _give_up(outcome)
    if "JAVA_GATEWAY_EXITED" in cause:
        raise StoreError("no-spark", "Java doesn't start Spark", where="java", hint=_GET_JAVA)
    raise _no_master(master, cause)


def _give_up(outcome: list[Any]) -> None:
    """Stop what has been started; a gateway that still waits for its master is ended."""
    from pyspark import SparkContext

    spark = next((found for found in outcome if hasattr(found, "sparkContext")), None)
    gateway = SparkContext._gateway
    process = getattr(gateway, "proc", None)
    if process is not None:
        process.kill()
    if spark is not None:
        SparkContext._active_spark_context = None
    SparkContext._gateway = None
    SparkContext._jvm = None


def _check_java() -> None:
    """Raise ``StoreError`` no-spark where the Java that Spark will take is too old, or missing."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    found = _version(java) if java else 0
    if found < _JAVA:
        what = f"this is {found}" if found else "there is none"
        raise StoreError(
            "no-spark",
            f"Spark needs Java {_JAVA} or newer, and {what}",
            where="JAVA_HOME" if home else "java",
            hint=_GET_JAVA,
        )


def _version(java: str) -> int:
    """The major version of a Java; 0 where it doesn't start."""
    try:
        told = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = _VERSION.search(told.stderr)
    return int(match.group(1)) if match else 0


def first_line(error: BaseException) -> str:
    """What an error of Spark says, without Java's names of its classes and places."""
    found: Any = getattr(error, "java_exception", None)
    text = str(error)
    if found is not None:
        text = str(found.getMessage() or found.toString())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:400] if lines else type(error).__name__


@contextmanager
def translated(where: str = "") -> Iterator[None]:
    """Turn Spark's errors into ``StoreError``: engine-failed, disk-full or no-master."""
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import PySparkException

    try:
        yield
    except KkgraphError:
        raise
    except Py4JNetworkError as error:
        raise StoreError(
            "no-master", "Spark went away while it was working", where=where
        ) from error
    except (PySparkException, Py4JError, ConnectionError) as error:
        message = first_line(error)
        if "No space left" in str(error):
            hint = "Free some space."
            raise StoreError("disk-full", message, where=where, hint=hint) from error
        raise StoreError("engine-failed", message, where=where) from error
