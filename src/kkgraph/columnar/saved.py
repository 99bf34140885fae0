"""Saved columnar files: written beside their place and moved there complete; Parquet out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkgraph import __version__
from kkgraph.building import scratch
from kkgraph.columnar.session import BUILD, connect, damaged, data_bytes, quoted, translated
from kkgraph.columnar.tables import Columnar, Skipped
from kkgraph.errors import KkgraphError, SourceError, StoreError

if TYPE_CHECKING:
    import duckdb

FORMAT: Final = 1
NAME: Final = "kkgraph columnar"
_TABLES: Final = ("terms", "groups", "triples", "quads", "ill_typed", "values", "sources")
_HEADER_BYTES: Final = 3 * 4096
_AGAIN: Final = f"Load the data again and save it: {BUILD}"


def save(columnar: Columnar, path: Path) -> None:
    """Write the loaded data as a file that ``open_saved`` opens at once.

    A file at that place stays as it was unless everything was written. Raises ``StoreError``:
    unwritable-store, disk-full, out-of-memory, engine-failed.
    """
    with building(path) as place, translated(str(path)):
        columnar.run(f"ATTACH {quoted(place)} AS written")
        try:
            for name in _TABLES:
                columnar.run(f'CREATE TABLE written."{name}" AS FROM "{name}"')
            mark(columnar.connection, "written.")
            columnar.run("CHECKPOINT written")
        finally:
            columnar.run("DETACH written")


def open_saved(
    path: Path,
    *,
    memory: str | None = None,
    threads: int | None = None,
    skipped: Skipped | None = None,
) -> Columnar:
    """The data of a saved file, for reading only; any number of processes may open it.

    Raises ``SourceError``: missing-file, truncated-file, not-a-columnar-file; ``StoreError``:
    columnar-format where another version of kkgraph wrote it.
    """
    _look(path)
    connection = connect(memory=data_bytes(memory), threads=threads)
    try:
        _attach(connection, path)
        # Views, so that every cursor of the session sees the tables without their schema's name.
        for name in _TABLES:
            connection.execute(f'CREATE VIEW "{name}" AS FROM saved."{name}"')
        with translated(str(path)):
            return Columnar(connection, skipped=skipped)
    except BaseException:
        connection.close()
        raise


def _look(path: Path) -> None:
    """Raise what can be told without opening the file."""
    if path.is_dir():
        raise _foreign(path, "this is a folder, and a columnar file is one file")
    if not path.is_file():
        raise SourceError(
            "missing-file", "there is no such file", where=str(path), hint="Check the path."
        )
    if not path.stat().st_size:
        raise damaged(str(path), "the file is empty")


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    import duckdb

    try:
        connection.execute(f"ATTACH {quoted(path)} AS saved (READ_ONLY)")
        size = connection.execute(
            "SELECT block_size * total_blocks FROM pragma_database_size()"
            " WHERE database_name = 'saved'"
        ).fetchall()[0][0]
        if path.stat().st_size < size + _HEADER_BYTES:
            raise damaged(str(path))
        found = connection.execute("SELECT name, number, kkgraph FROM saved.format").fetchall()
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise _refused(error, path) from error
    if not found or found[0][0] != NAME:
        raise _foreign(path)
    number, version = found[0][1:]
    if number != FORMAT:
        newer = f"Open it with kkgraph {version} or a newer one, or build it again: {BUILD}"
        raise StoreError(
            "columnar-format",
            f"the file has format {number} of kkgraph {version}; this one reads {FORMAT}",
            where=str(path),
            hint=newer if number > FORMAT else _AGAIN,
        )


def _refused(error: Exception, path: Path) -> KkgraphError:
    message = str(error)
    if "Could not read" in message or "Corrupt" in message:
        return damaged(str(path))
    if "version" in message:
        first = message.partition("\n")[0]
        return StoreError("columnar-format", first, where=str(path), hint=_AGAIN)
    return _foreign(path)


def _foreign(path: Path, message: str = "the file was not saved by kkgraph") -> SourceError:
    hint = f"Make one with: {BUILD}"
    return SourceError("not-a-columnar-file", message, where=str(path), hint=hint)


def mark(connection: duckdb.DuckDBPyConnection, schema: str = "") -> None:
    """Write what the file is into its table ``format``."""
    connection.execute(
        f"CREATE TABLE {schema}format (name VARCHAR, number INTEGER, kkgraph VARCHAR)"
    )
    connection.execute(
        f"INSERT INTO {schema}format VALUES (?, ?, ?)",
        [NAME, FORMAT, __version__],
    )


@contextmanager
def building(path: Path) -> Iterator[Path]:
    """A place beside ``path`` for a new file, which is moved to ``path`` when the block ends.

    After any failure the new file is gone and an older one is untouched. Raises ``StoreError``
    unwritable-store.
    """
    with workshop(path.parent, path.name) as folder:
        yield folder / path.name
        try:
            (folder / path.name).replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error


@contextmanager
def workshop(folder: Path, name: str) -> Iterator[Path]:
    """A new folder inside ``folder`` that is removed in the end; ``StoreError`` as above."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            made = stack.enter_context(scratch(folder, f".{name}-"))
        except OSError as error:
            raise _unwritable(folder / name, error) from error
        yield made


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        "unwritable-store", f"the file cannot be written: {error.strerror}", where=str(path)
    )
