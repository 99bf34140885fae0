"""The rows of a file with the place of each: CSV, a workbook's sheet, or a Parquet table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkgraph import files
from kkgraph.cases import sheets
from kkgraph.errors import LinkError, SourceError

MAX_BYTES: Final = 512 * 2**20
TABLES: Final = frozenset((".csv", ".tsv", ".txt", ".xlsx", ".parquet"))


@dataclass(slots=True)
class Rows:
    """Heads and rows of texts; ``place`` makes ``file:row`` of a row's number in ``numbers``."""

    heads: list[str]
    rows: list[list[str]]
    numbers: list[int]
    place: Callable[[int], str]
    notes: list[str]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return zip(self.numbers, self.rows, strict=True)


def read(path: Path, *, sheet: str = "") -> Rows:
    """The rows of a table file, without empty ones.

    Raises ``SourceError`` (missing-file, too-large, bad-csv, broken-workbook, no-data) and
    ``LinkError`` (mixed-encodings, unknown-sheet).
    """
    if path.suffix.lower() == ".xlsx":
        found = _workbook(path, sheet)
    elif path.suffix.lower() == ".parquet":
        found = _parquet(path)
    else:
        found = _csv(path)
    if not found.heads:
        raise SourceError(
            "no-data", "the table is empty", where=str(path), hint="Give a file with rows."
        )
    return found


def _csv(path: Path) -> Rows:
    text, encoding = _decoded(path)
    notes = [f"read as {encoding}"] if encoding else []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sheets.separator(text))
    numbers: list[int] = []
    rows: list[list[str]] = []
    try:
        last = 0
        for row in reader:
            if any(c and not c.isspace() for c in row):
                numbers.append(last + 1)
                rows.append(row)
            last = reader.line_num
    except csv.Error as error:
        raise SourceError(
            "bad-csv",
            f"the file cannot be read as CSV ({error})",
            where=f"{path}:{reader.line_num}",
            hint="Save it from Excel or LibreOffice as CSV UTF-8.",
        ) from error
    return _split(rows, numbers, lambda n: f"{path}:{n}", notes)


def _split(
    rows: list[list[str]], numbers: list[int], place: Callable[[int], str], notes: list[str]
) -> Rows:
    heads = [c.strip() for c in rows[0]] if rows else []
    return Rows(heads, rows[1:], numbers[1:], place, notes)


def _decoded(path: Path) -> tuple[str, str]:
    """The text and its encoding; a file of which a part is UTF-8 and a part is not is refused."""
    data = files.read_bytes(path)
    if len(data) > MAX_BYTES:
        raise SourceError("too-large", f"more than {MAX_BYTES // 2**20} MiB", where=str(path))
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-8-sig"), ""
        except UnicodeDecodeError:
            _refuse_mixture(path, data)
    return sheets.decoded(path)


def _refuse_mixture(path: Path, data: bytes) -> None:
    fine, wrong = 0, 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            fine = fine or number
        except UnicodeDecodeError:
            wrong = wrong or number
        if fine and wrong:
            raise LinkError(
                "mixed-encodings",
                f"line {fine} is in UTF-8, and line {wrong} is not",
                where=f"{path}:{max(fine, wrong)}",
                hint="Two files were put together. Save each as CSV UTF-8, then join them.",
            )


def _workbook(path: Path, wanted: str) -> Rows:
    from kkgraph.cases import workbook

    grids, _ = workbook.grids(path)
    filled = [g for g in grids if g.rows and (not wanted or g.name == wanted)]
    if not filled and wanted:
        raise LinkError(
            "unknown-sheet",
            f'there is no sheet "{wanted}"',
            where=str(path),
            hint=f"Sheets: {', '.join(g.name for g in grids)}.",
        )
    if not filled:
        return Rows([], [], [], str, [])
    grid = filled[0]
    notes = [f'sheet "{grid.name}" of {len(filled)} (--sheet)'] if len(filled) > 1 else []
    rows, numbers = [], []
    for number, cells in enumerate(grid.rows, 1):
        for cell in cells:
            if cell.flaw:
                raise SourceError(
                    "formula",
                    f"a cell holds a {cell.flaw}, not a value",
                    where=str(cell.place),
                    hint="Copy the sheet and paste it as values.",
                )
        row = [c.text for c in cells]
        if any(c.strip() for c in row):
            rows.append(row)
            numbers.append(number)
    return _split(rows, numbers, lambda n: f"{path}!{grid.name}!A{n}", notes)


def _parquet(path: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        files.read_bytes(path)
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            "bad-parquet",
            f"the file cannot be read as Parquet ({error})",
            where=str(path),
            hint="Write it anew, or give it as CSV.",
        ) from error
    columns = [
        ["" if v is None else str(v) for v in table.column(name).to_pylist()]
        for name in table.column_names
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    numbers = list(range(1, len(rows) + 1))
    return Rows(list(table.column_names), rows, numbers, lambda n: f"{path}:{n}", [])
