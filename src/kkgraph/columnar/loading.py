"""RDF files to typed terms in DuckDB: one pass over the text, then an exact dictionary."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar import arrays
from kkgraph.columnar.dictionary import (
    NARROW,
    Gathering,
    Group,
    append,
    listed,
    release,
    unify,
)
from kkgraph.columnar.held import Held
from kkgraph.columnar.held import hold as hold_all
from kkgraph.columnar.lines import Block, Rows, encode, in_graph
from kkgraph.columnar.reading import MAX_BYTES, blocks, quad_blocks, scope
from kkgraph.columnar.saved import building, mark, open_saved
from kkgraph.columnar.session import (
    connect,
    data_bytes,
    limit_memory,
    out_of_memory,
    thread_count,
    translated,
)
from kkgraph.columnar.statements import fill_statements
from kkgraph.columnar.tables import Columnar, Skipped
from kkgraph.columnar.terms import Reader
from kkgraph.columnar.typed import Typing
from kkgraph.errors import SourceError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_KEPT: Final = 0.4
"""This share of the memory allowed holds what is read; the rest lies in temporary files."""
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
    graph: str = "",
    also: Iterable[ox.Quad] = (),
    hold: bool = False,
) -> Columnar:
    """The data of one or several RDF or Parquet files, blank nodes apart for each file.

    ``memory`` ("512MB") bounds the process, where the program itself takes up to 256 MB: tables
    pass into temporary files, but the terms must fit while loading. ``skip_errors`` counts refused
    lines of N-Triples and N-Quads and goes on. ``progress`` hears the path, how many of its bytes
    are read, and its size. ``into`` writes a saved file, complete or not at all, and returns it
    opened. ``graph`` is where statements stand that name no graph ("": the default graph). ``also``
    are quads in memory, loaded after the files; their blank nodes are other ones than the files'.
    ``hold`` leaves data in arrays, where they are few enough and no memory is set, until a
    statement needs tables.

    Raises ``SourceError``: the codes of ``reading.blocks``, and bad-rdf, not-utf8 or
    unsupported-term at a line. Raises ``StoreError``: out-of-memory, disk-full, engine-failed,
    and unwritable-store for ``into``.
    """
    names = [Path(p) for p in ([paths] if isinstance(paths, (str, Path)) else paths)]
    sources = [(str(path), scope(number)) for number, path in enumerate(names)]
    loader = Loader(thread_count(threads), data_bytes(memory), skip_errors)

    def read() -> None:
        for number, path in enumerate(names):
            with translated(str(path)):
                found = blocks(path, number, max_bytes=max_bytes)
                loader.add(_told(found, path, progress), graph)
        loader.add(quad_blocks(also))

    if into is None and hold and memory is None:
        read()
        return loader.held(sources)
    if into is None:
        with loader.session() as connection:
            read()
            return loader.tables(sources, connection)
    read()
    loader.save(Path(into), sources)
    return open_saved(Path(into), memory=memory, threads=threads, skipped=loader.skipped)


def load_quads(
    quads: Iterable[ox.Quad], *, threads: int | None = None, hold: bool = False
) -> Columnar:
    """Quads in memory, loaded; blank nodes keep their labels. ``hold`` as in ``load``."""
    loader = Loader(thread_count(threads), None, False)
    if hold:
        loader.add(quad_blocks(quads))
        return loader.held([])
    with loader.session() as connection:
        loader.add(quad_blocks(quads))
        return loader.tables([], connection)


def _told(source: Iterator[Block], path: Path, progress: Progress | None) -> Iterator[Block]:
    for block in source:
        if progress is not None:
            progress(str(path), block.read, path.stat().st_size)
        yield block


class Loader:
    """What has been read so far, on its way to the tables."""

    def __init__(self, threads: int, limit: int | None, skip_errors: bool) -> None:
        self.skipped = Skipped()
        self._gathering = Gathering(None if limit is None else int(_KEPT * limit))
        self._threads = threads
        self._limit = limit
        self._skip_errors = skip_errors

    def add(self, source: Iterable[Block], graph: str = "") -> None:
        """Add an input's blocks; ``SourceError`` at a refused line, or ``StoreError`` of memory.

        Statements that name no graph stand in ``graph``, if one is given.
        """
        line = 0
        for block, rows in self._encoded(source):
            placed = [block.placed(refusal, line) for refusal in rows.refused]
            if placed and not (self._skip_errors and block.source.numbered):
                first = placed[0]
                raise SourceError(first.code, first.message, where=first.where, hint=_SKIP)
            self.skipped.add(placed)
            with translated(block.source.name):
                self._gathering.add(in_graph(rows, graph) if graph else rows)
            if block.done is not None:
                block.done()
            line += rows.n_lines
            if self._limit is not None and self._gathering.needed > self._limit:
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

    @contextmanager
    def session(self) -> Iterator[Future[duckdb.DuckDBPyConnection]]:
        """A session in memory, begun while the data are read, and closed if that fails."""
        with ThreadPoolExecutor(1) as ahead:
            session = ahead.submit(connect, threads=self._threads)
            try:
                yield session
            except BaseException:
                session.result().close()
                raise

    def held(self, sources: Sources) -> Columnar:
        """The data in arrays, or in tables where they must be; what was gathered is used up."""
        with translated():
            held = hold_all(self._gathering, sources, self._threads)
        if held is not None:
            self._gathering = Gathering()
            return Columnar(None, skipped=self.skipped, held=held)
        with self.session() as connection:
            return self.tables(sources, connection)

    def tables(self, sources: Sources, session: Future[duckdb.DuckDBPyConnection]) -> Columnar:
        """The data as tables of the session; what was gathered is used up."""
        with translated():
            connection = session.result()
            if self._limit is not None:
                limit_memory(connection, self._limit - self._gathering.n_bytes)
            self._fill(connection, sources)
            if self._limit is not None:
                limit_memory(connection, self._limit)
            return Columnar(connection, skipped=self.skipped)

    def save(self, path: Path, sources: Sources) -> None:
        """Write the data as a saved file; what was gathered is used up."""
        with building(path) as place, translated(str(path)):
            limit = self._limit and self._limit - self._gathering.n_bytes
            connection = connect(place, memory=limit, threads=self._threads)
            try:
                self._fill(connection, sources)
                mark(connection)
                connection.execute("CHECKPOINT")
            finally:
                connection.close()

    def _fill(self, connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
        narrow = self._gathering.n_terms <= NARROW
        make_tables(connection, "INTEGER" if narrow else "BIGINT")
        with ThreadPoolExecutor(1) as writes, Typing(connection) as typing:
            dictionary = unify(self._gathering, connection, writes, typing.add)
            _describe(connection, dictionary.groups, sources)
            fill_statements(connection, self._gathering, dictionary, self._threads)
            self._gathering = Gathering()
            for written in dictionary.writing:
                written.result()
            typing.finish()


def make_tables(connection: duckdb.DuckDBPyConnection, number: str) -> None:
    """Make the empty tables of loaded data; ``number`` is the SQL type of a term's number."""
    connection.execute(_TABLES.format(number=number))


def tables_of(held: Held) -> duckdb.DuckDBPyConnection:
    """A session with the tables of data that are held in arrays, which stay as they are."""
    import pyarrow as pa

    connection = connect(threads=held.threads)
    try:
        with translated(), Typing(connection) as typing:
            make_tables(connection, "INTEGER")
            terms = []
            for group, forms in zip(held.groups, held.forms, strict=True):
                terms.append(listed(group, forms))
                typing.add(group, terms[-1])
            if terms:
                append(connection, "terms", pa.concat_tables(terms))
            _describe(connection, held.groups, held.sources)
            columns = {"p": held.predicates(), "s": held.subjects, "o": held.objects}
            triples = {name: arrays.integers(found) for name, found in columns.items()}
            append(connection, "triples", arrays.table(triples))
            typing.finish()
    except BaseException:
        connection.close()
        raise
    return connection


def _describe(connection: duckdb.DuckDBPyConnection, groups: list[Group], sources: Sources) -> None:
    append(connection, "groups", _listed(groups))
    for number, (name, own) in enumerate(sources):
        connection.execute("INSERT INTO sources VALUES (?, ?, ?)", [number, name, own])


def _listed(groups: list[Group]) -> pa.Table:
    import numpy as np

    numbers = {
        name: arrays.integers(np.array([getattr(g, name) for g in groups], np.int64))
        for name in ("lo", "hi", "n")
    }
    texts = {
        name: arrays.strings([getattr(g, name) for g in groups])
        for name in ("kind", "datatype", "lang")
    }
    return arrays.table({"lo": numbers["lo"], "hi": numbers["hi"], **texts, "n": numbers["n"]})


def _done(waiting: deque[tuple[Block, Future[Rows]]]) -> tuple[Block, Rows]:
    block, future = waiting.popleft()
    return block, future.result()
