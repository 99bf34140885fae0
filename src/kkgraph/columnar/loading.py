"""RDF files to typed terms in DuckDB: one pass over the text, then an exact dictionary."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar.dictionary import NARROW, Gathering, Group, release, unify
from kkgraph.columnar.lines import Block, Rows, encode
from kkgraph.columnar.reading import MAX_BYTES, blocks, quad_blocks, scope
from kkgraph.columnar.saved import building, mark, open_saved
from kkgraph.columnar.session import (
    connect,
    data_bytes,
    out_of_memory,
    thread_count,
    translated,
)
from kkgraph.columnar.statements import fill_statements
from kkgraph.columnar.tables import Columnar, Skipped
from kkgraph.columnar.terms import Reader
from kkgraph.columnar.typed import fill_values
from kkgraph.errors import SourceError

if TYPE_CHECKING:
    import duckdb

_SHARE: Final = 0.6
_SKIP: Final = "Mend the line. --skip-errors (skip_errors=True) counts such lines and goes on."
_TABLES: Final = """
CREATE TABLE terms (id {number}, lex VARCHAR);
CREATE TABLE groups (lo BIGINT, hi BIGINT, kind VARCHAR, datatype VARCHAR, lang VARCHAR, n BIGINT);
CREATE TABLE triples (p {number}, s {number}, o {number});
CREATE TABLE quads (g {number}, p {number}, s {number}, o {number});
CREATE TABLE sources (number INTEGER, name VARCHAR, scope VARCHAR);
CREATE TABLE ill_typed (id {number});
CREATE TABLE "values" (
    id {number}, family UTINYINT, exact DECIMAL(38, 12), approx DOUBLE, zoned BOOLEAN
);
"""

Progress = Callable[[str, int, int], None]
Sources = list[tuple[str, str]]


def load(  # noqa: PLR0913 - each is one independent wish
    paths: Sequence[Path | str] | Path | str,
    *,
    memory: str | None = None,
    threads: int | None = None,
    skip_errors: bool = False,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    into: Path | None = None,
) -> Columnar:
    """The data of one or several RDF or Parquet files, blank nodes apart for each file.

    ``memory`` ("512MB") bounds the process, where the program itself takes up to 256 MB: tables
    pass into temporary files, but the terms must fit while loading. ``skip_errors`` counts refused
    lines of N-Triples and N-Quads and goes on. ``progress`` hears the path, how many of its bytes
    are read, and its size. ``into`` writes a saved file, complete or not at all, and returns it
    opened.

    Raises ``SourceError``: the codes of ``reading.blocks``, and bad-rdf, not-utf8 or
    unsupported-term at a line. Raises ``StoreError``: out-of-memory, disk-full, engine-failed,
    and unwritable-store for ``into``.
    """
    names = [Path(p) for p in ([paths] if isinstance(paths, (str, Path)) else paths)]
    loader = Loader(thread_count(threads), data_bytes(memory), skip_errors)
    for number, path in enumerate(names):
        with translated(str(path)):
            loader.add(_told(blocks(path, number, max_bytes=max_bytes), path, progress))
    sources = [(str(path), scope(number)) for number, path in enumerate(names)]
    if into is None:
        return loader.tables(sources)
    loader.save(Path(into), sources)
    return open_saved(Path(into), memory=memory, threads=threads, skipped=loader.skipped)


def load_quads(quads: Iterable[ox.Quad], *, threads: int | None = None) -> Columnar:
    """Quads in memory, loaded; blank nodes keep their labels."""
    loader = Loader(thread_count(threads), None, False)
    loader.add(quad_blocks(quads))
    return loader.tables([])


def _told(source: Iterator[Block], path: Path, progress: Progress | None) -> Iterator[Block]:
    for block in source:
        if progress is not None:
            progress(str(path), block.read, path.stat().st_size)
        yield block


class Loader:
    """What has been read so far, on its way to the tables."""

    def __init__(self, threads: int, limit: int | None, skip_errors: bool) -> None:
        self.skipped = Skipped()
        self._gathering = Gathering()
        self._threads = threads
        self._limit = limit
        self._skip_errors = skip_errors

    def add(self, source: Iterable[Block]) -> None:
        """Add an input's blocks; ``SourceError`` at a refused line, or ``StoreError`` of memory."""
        line = 0
        for block, rows in self._encoded(source):
            placed = [block.placed(refusal, line) for refusal in rows.refused]
            if placed and not (self._skip_errors and block.source.numbered):
                first = placed[0]
                raise SourceError(first.code, first.message, where=first.where, hint=_SKIP)
            self.skipped.add(placed)
            self._gathering.add(rows)
            line += rows.n_lines
            if self._limit is not None and self._gathering.n_bytes > _SHARE * self._limit:
                raise out_of_memory("the terms do not fit into the memory", block.source.name)
        release()

    def _encoded(self, source: Iterable[Block]) -> Iterator[tuple[Block, Rows]]:
        """Blocks and their rows, in their order, made on threads that are a little ahead."""
        waiting: deque[tuple[Block, Future[Rows]]] = deque()
        reader: Reader | None = None
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for block in source:
                    reader = reader or Reader(block.source.scope)
                    future = pool.submit(encode, block, reader, skip_errors=self._skip_errors)
                    waiting.append((block, future))
                    if len(waiting) > self._threads + 1:
                        yield _done(waiting)
                while waiting:
                    yield _done(waiting)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def tables(self, sources: Sources) -> Columnar:
        """The data as tables in memory; what was gathered is used up."""
        connection = connect(memory=self._rest(), threads=self._threads)
        try:
            with translated():
                self._fill(connection, sources)
                if self._limit is not None:
                    connection.execute(f"SET memory_limit = '{self._limit // 2**20}MiB'")
            return Columnar(connection, skipped=self.skipped)
        except BaseException:
            connection.close()
            raise

    def save(self, path: Path, sources: Sources) -> None:
        """Write the data as a saved file; what was gathered is used up."""
        with building(path) as place, translated(str(path)):
            connection = connect(place, memory=self._rest(), threads=self._threads)
            try:
                self._fill(connection, sources)
                mark(connection)
                connection.execute("CHECKPOINT")
            finally:
                connection.close()

    def _rest(self) -> int | None:
        return None if self._limit is None else self._limit - self._gathering.n_bytes

    def _fill(self, connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
        narrow = self._gathering.n_terms <= NARROW
        connection.execute(_TABLES.format(number="INTEGER" if narrow else "BIGINT"))
        dictionary = unify(self._gathering, connection)
        for group in dictionary.groups:
            row = [*asdict(group).values(), group.n]
            connection.execute("INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?)", row)
        for number, (name, own) in enumerate(sources):
            connection.execute("INSERT INTO sources VALUES (?, ?, ?)", [number, name, own])
        with ThreadPoolExecutor(1) as pool:  # the values need the terms only
            typing = pool.submit(_fill_values, connection.cursor(), dictionary.groups)
            fill_statements(connection, self._gathering, dictionary)
            self._gathering = Gathering()
            typing.result()


def _fill_values(connection: duckdb.DuckDBPyConnection, groups: list[Group]) -> None:
    with connection:
        fill_values(connection, groups)


def _done(waiting: deque[tuple[Block, Future[Rows]]]) -> tuple[Block, Rows]:
    block, future = waiting.popleft()
    return block, future.result()
