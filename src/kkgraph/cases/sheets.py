"""A folder of CSV files as grids: UTF-8 or Thai Windows, with commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import Final

from kkgraph import files
from kkgraph.cases.grids import Cell, Grid, unescaped
from kkgraph.cases.records import Place
from kkgraph.cases.remarks import remark
from kkgraph.errors import SourceError
from kkgraph.model import Problem

MAX_BYTES: Final = 64 * 2**20
_SEPARATORS: Final = (",", ";", "\t")


def grids(path: Path) -> tuple[list[Grid], list[Problem]]:
    """The CSV files of a folder (or a single one), and what was said about reading them.

    A sheet's name in places is the file's name. Raises ``SourceError``: missing-file,
    unreadable-file, not-utf8, too-large, no-data for a folder without a CSV file.
    """
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.suffix.lower() == ".csv" and p.is_file())
        if not found:
            raise SourceError(
                "no-data",
                "there is no .csv file in this folder",
                where=str(path),
                hint="Make one with: kkgraph template FOLDER",
            )
    else:
        found = [path]
    folder = path if path.is_dir() else path.parent
    problems: list[Problem] = []
    return [_grid(folder, p, problems) for p in found], problems


def _grid(folder: Path, path: Path, problems: list[Problem]) -> Grid:
    place = Place(str(folder), path.name)
    text, encoding = decoded(path)
    if encoding:
        problems.append(remark("encoding", place, encoding))
    grid = Grid(unicodedata.normalize("NFC", path.stem), place)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=False)
        for number, row in enumerate(reader, 1):
            cells = [
                _cell(t, Place(str(folder), path.name, number, i)) for i, t in enumerate(row, 1)
            ]
            grid.rows.append(cells or [Cell(None, Place(str(folder), path.name, number, 1))])
    except csv.Error as error:
        raise SourceError(
            "bad-csv",
            f"the file cannot be read as CSV ({error})",
            where=str(path),
            hint="Save it from Excel or LibreOffice as CSV UTF-8.",
        ) from error
    return grid


def _cell(text: str, place: Place) -> Cell:
    if not text:
        return Cell(None, place)
    stripped = text.strip()
    if stripped.startswith("=") and len(stripped) > 1:
        return Cell(text, place, "formula")
    if stripped in ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"):
        return Cell(text, place, "error")
    return Cell(unescaped(text), place)


def decoded(path: Path) -> tuple[str, str]:
    """The text of a file, and the name of its encoding where that isn't UTF-8."""
    data = files.read_bytes(path)
    if len(data) > MAX_BYTES:
        raise SourceError("too-large", f"more than {MAX_BYTES // 2**20} MiB", where=str(path))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16", path).removeprefix("\ufeff"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return _strictly(data, "cp874", path), "Windows-874 (TIS-620)"


def _strictly(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            "not-utf8",
            "the letters are neither in UTF-8 nor in Thai Windows (874)",
            where=str(path),
            hint="Save the file from Excel or LibreOffice as CSV UTF-8.",
        ) from error


def separator(text: str) -> str:
    """What separates the columns: of comma, semicolon and tab the most frequent in the head."""
    head: list[str] = []
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == "\n" and not quoted and head:
            break
        elif not quoted and character in _SEPARATORS:
            head.append(character)
    return max(_SEPARATORS, key=head.count)
