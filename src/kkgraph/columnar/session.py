"""Sessions of the engine: its threads and memory, and its errors as ours."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkgraph.errors import KkgraphError, SourceError, StoreError

if TYPE_CHECKING:
    import duckdb

_MOST_THREADS: Final = 16
_UNITS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([kmgt]?)(i?)b?", re.IGNORECASE)
_PROGRAM: Final = 256 * 1024**2
_LEAST: Final = 64 * 1024**2
BUILD: Final = "kkgraph columnar build DATA -o FILE.kk"
_MORE: Final = "Give it more memory (memory=, --memory), or split the data."


def thread_count(threads: int | None) -> int:
    """The number of threads to use: the given one, or one for each core."""
    if threads is not None and threads < 1:
        raise SourceError("bad-value", f"{threads} threads cannot do anything", where="threads")
    return threads or min(os.cpu_count() or 1, _MOST_THREADS)


def memory_bytes(memory: str) -> int:
    """The bytes of a size such as ``512MB`` or ``2 GiB``; ``SourceError`` bad-value otherwise."""
    match = _SIZE.fullmatch(memory.strip())
    if match is None:
        raise SourceError(
            "bad-value", f"{memory!r} is no size", where="memory", hint="Write 512MB or 2GB."
        )
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** _UNITS[unit.lower()])


def data_bytes(memory: str | None) -> int | None:
    """How much of the memory allowed is left for data beside the program itself."""
    if memory is None:
        return None
    allowed = memory_bytes(memory)
    return max(allowed - _PROGRAM, allowed // 4)


def connect(
    path: Path | None = None, *, memory: int | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A session in memory, or on a new file; what passes its memory goes to temporary files."""
    import duckdb

    spill = Path(tempfile.gettempdir()) / f"kkgraph-{os.getpid()}-{os.urandom(4).hex()}"
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": thread_count(threads),
        "temp_directory": str(spill),
    }
    if memory is not None:
        config["memory_limit"] = _mebibytes(memory)
    return duckdb.connect(str(path) if path else ":memory:", config=config)


def limit_memory(connection: duckdb.DuckDBPyConnection, memory: int) -> None:
    """Bound the memory of a session, as ``connect`` does."""
    connection.execute(f"SET memory_limit = '{_mebibytes(memory)}'")


def allowed_bytes(connection: duckdb.DuckDBPyConnection) -> int:
    """The bound on the memory of a session, in bytes."""
    found = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    return memory_bytes(str(found[0][0]))


def _mebibytes(memory: int) -> str:
    return f"{max(memory, _LEAST) // 2**20}MiB"


def out_of_memory(message: str, where: str = "") -> StoreError:
    """The error for data that do not fit into the memory allowed."""
    return StoreError("out-of-memory", message, where=where, hint=_MORE)


def damaged(where: str, message: str = "the file is incomplete or damaged") -> SourceError:
    """The error for a columnar file that is not as it was written."""
    hint = f"Copy it again, or build it again: {BUILD}"
    return SourceError("truncated-file", message, where=where, hint=hint)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the errors of a file into ``SourceError``: missing-, unreadable- or truncated-file."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(
            "missing-file", "there is no such file", where=str(path), hint="Check the path."
        ) from error
    except OSError as error:
        cause = error.strerror or str(error)
        if "Truncated" in cause:
            raise SourceError(
                "truncated-file",
                "the file ends in the middle",
                where=str(path),
                hint="Copy or download it again.",
            ) from error
        raise SourceError(
            "unreadable-file", f"the file cannot be read: {cause}", where=str(path)
        ) from error


@contextmanager
def translated(where: str = "") -> Iterator[None]:
    """Turn the engine's errors into ``StoreError``: out-of-memory, disk-full or engine-failed.

    A columnar file of which a part is damaged is a ``SourceError`` truncated-file.
    """
    try:
        yield
    except KkgraphError:
        raise
    except Exception as error:
        ours = _translation(error, where)
        if ours is None:
            raise
        raise ours from error


def _translation(error: Exception, where: str) -> BaseException | None:
    """What to raise for an error of the engine; None for any other error."""
    import duckdb

    message = _first_line(error)
    match error:
        case MemoryError() | duckdb.OutOfMemoryException():
            return out_of_memory(message or "no memory is left", where)
        case duckdb.Error() if "MemoryError" in message:  # Python's, where it hands tables over
            return out_of_memory("no memory is left", where)
        case duckdb.Error() if "Corrupt database file" in message:
            return damaged(where)
        case RuntimeError() if "interrupted" in str(error):  # what the engine makes of Ctrl-C
            return KeyboardInterrupt()
        case duckdb.Error() | OSError():
            if "No space left" in str(error):
                return StoreError("disk-full", message, where=where, hint="Free some space.")
            return StoreError("engine-failed", message, where=where)
    return None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def quoted(path: Path) -> str:
    """A path as a string of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
