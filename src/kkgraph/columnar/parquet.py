"""Statements as Parquet tables, in and out: terms in the syntax of N-Triples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.lines import Block, Source
from kkgraph.columnar.saved import workshop
from kkgraph.columnar.session import quoted, reading, translated
from kkgraph.columnar.written import TERMS, statements
from kkgraph.errors import SourceError

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

_ROWS: Final = 50_000
_ONE_TERM: Final = r'(?s)^(?:[^" \t\n]*|".*"[^" \t\n]*)$'
_COLUMNS: Final = ("subject", "predicate", "object")
_TABLES: Final = ("terms", "groups", "triples", "quads", "ill_typed", "values")


def parquet_blocks(path: Path, source: Source) -> Iterator[Block]:
    """A table of statements as lines of N-Quads; ``SourceError`` as of ``reading.blocks``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with reading(path), pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            missing = [name for name in _COLUMNS if name not in names]
            if missing:
                raise SourceError(
                    "bad-rdf",
                    f"no column {missing[0]!r}",
                    where=source.name,
                    hint="A table of statements has subject, predicate, object and maybe graph.",
                )
            columns = [*_COLUMNS, "graph"] if "graph" in names else list(_COLUMNS)
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                yield Block(_rows(batch, source), source)
    except pa.ArrowException as error:
        raise SourceError("unreadable-file", str(error), where=source.name) from error


def _rows(batch: Any, source: Source) -> memoryview:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        parts = [column.cast(pa.large_binary()) for column in batch.columns]
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise SourceError("bad-rdf", "a column is not text", where=source.name) from error
    if any(part.null_count for part in parts[:3]):
        raise SourceError("bad-rdf", "a statement lacks a term", where=source.name)
    # Two terms in a cell would be read as the next column's.
    fine = [pc.match_substring_regex(part, _ONE_TERM) for part in parts]
    if not all(pc.all(cells, min_count=0).as_py() for cells in fine):
        raise SourceError("bad-rdf", "a cell is not one term", where=source.name)
    if len(parts) == 4:
        empty = pc.equal(pc.binary_length(parts[3]), 0)
        parts[3] = pc.if_else(empty, pa.scalar(None, pa.large_binary()), parts[3])
    end, gap = (pa.scalar(text, pa.large_binary()) for text in (b".\n", b" "))
    lines = pc.binary_join_element_wise(*parts, end, gap, null_handling="skip")
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    text = memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[len(lines)])]
    if np.count_nonzero(np.frombuffer(text, np.uint8) == 10) != len(lines):
        raise SourceError("bad-rdf", "a term holds a line end", where=source.name)
    return text


def to_parquet(columnar: Columnar, folder: Path) -> None:
    """Write every table as a Parquet file, and ``statements.parquet``, which ``load`` reads.

    The files are moved into the folder when all are complete; other files there are left alone.
    Raises ``StoreError``: unwritable-store, disk-full, out-of-memory, engine-failed.
    """
    with workshop(folder, "parquet") as building, translated(str(folder)):
        for name in _TABLES:
            _copy(columnar, f'FROM "{name}"', building / f"{name}.parquet")
        columnar.run(f"CREATE OR REPLACE TEMP VIEW written AS {TERMS}")
        rows = "SELECT g, p, s, o FROM quads"
        if not columnar.has_graphs:
            rows = "SELECT -1 AS g, p, s, o FROM triples"
        _copy(columnar, statements(rows, "written"), building / "statements.parquet")
        for file in building.iterdir():
            file.replace(folder / file.name)


def _copy(columnar: Columnar, query: str, path: Path) -> None:
    columnar.run(f"COPY ({query}) TO {quoted(path)} (FORMAT PARQUET, COMPRESSION ZSTD)")
