"""An Excel workbook as grids: nothing is calculated, and nothing in it can do harm."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from kkgraph.cases.grids import Cell, Grid, unescaped
from kkgraph.cases.packing import DAMAGE, look
from kkgraph.cases.phrases import is_own_sheet
from kkgraph.cases.records import Place
from kkgraph.cases.remarks import remark
from kkgraph.errors import SourceError
from kkgraph.model import Problem

MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 500
BLANK_ROWS: Final = 1_000
OWN_SHEETS: Final = frozenset(("lists", "รายการตัวเลือก"))
"""Hidden sheets that a template has itself."""


def grids(path: Path) -> tuple[list[Grid], list[Problem]]:
    """The sheets of an .xlsx file, and what is wrong with whole sheets.

    The list of problems of a marked workbook is left out. Formulas and error values are kept as
    flaws of their cells. A hidden sheet is read, and said.
    Reading a sheet ends after 1,000 empty rows. Raises ``SourceError`` as ``packing.look`` does,
    and too-large for a sheet of more than 50,000 filled rows.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    parts = look(path)
    problems: list[Problem] = []
    found: list[Grid] = []
    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            for sheet in book.worksheets:
                if is_own_sheet(str(sheet.title)):
                    continue
                found.append(_grid(path, sheet, parts.merged, problems))
        finally:
            book.close()
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise _broken(path, error) from error
    except (*DAMAGE, SyntaxError, IndexError) as error:
        raise _broken(path, error) from error
    return found, problems


def _broken(path: Path, error: Exception) -> SourceError:
    return SourceError(
        "broken-workbook",
        f"the workbook is damaged ({type(error).__name__})",
        where=str(path),
        hint="Open it in Excel or LibreOffice and save it anew as .xlsx.",
    )


def _grid(path: Path, sheet: Any, merged: dict[str, list[str]], problems: list[Problem]) -> Grid:
    name = str(sheet.title)
    grid = Grid(name, Place(str(path), name))
    if sheet.sheet_state != "visible" and name.casefold() not in OWN_SHEETS:
        problems.append(remark("hidden-sheet", grid.place, name))
    for found in merged.get(str(sheet._worksheet_path).lstrip("/"), ()):
        if (range_ := _below_head(found)) is not None:
            row, column = range_
            place = Place(str(path), name, row, column)
            problems.append(remark("merged-cells", place, found))
    sheet.reset_dimensions()
    _rows(grid, sheet, problems)
    return grid


def _below_head(found: str) -> tuple[int, int] | None:
    """Row and column where a merged range starts; None for one in the first row alone."""
    from openpyxl.utils.cell import range_boundaries

    column, row, _, last = range_boundaries(found)
    return (row, column) if last > 1 else None


def _rows(grid: Grid, sheet: Any, problems: list[Problem]) -> None:
    blank, filled = 0, 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [_cell(c, grid.place, number, i) for i, c in enumerate(cells[:MAX_COLUMNS], 1)]
        if all(c.value is None for c in row):
            blank += 1
            if blank >= BLANK_ROWS:
                if filled:
                    last = number - blank
                    problems.append(
                        remark("rows-below", grid.place, str(last), n=f"{BLANK_ROWS:,}")
                    )
                break
            continue
        for empty in range(number - blank, number):
            grid.rows.append([Cell(None, Place(grid.place.file, grid.name, empty, 1))])
        blank, filled = 0, filled + 1
        if filled > MAX_ROWS:
            raise SourceError(
                "too-large",
                f"the sheet has more than {MAX_ROWS:,} filled rows",
                where=str(grid.place),
                hint="Bring one case in a workbook, or load a large set as RDF.",
            )
        grid.rows.append(row)


def _cell(cell: Any, of: Place, row: int, column: int) -> Cell:
    place = Place(of.file, of.sheet, row, column)
    value = cell.value
    kind = getattr(cell, "data_type", "n")
    if kind == "f":
        return Cell(_formula(value), place, "formula", typed=True)
    if kind == "e":
        return Cell(str(value), place, "error", typed=True)
    if isinstance(value, str):
        value = unescaped(value)
    elif isinstance(value, time):
        value = value.isoformat()
    elif isinstance(value, datetime | date) or value is None:
        pass
    elif not isinstance(value, int | float | bool):
        value = str(value)
    return Cell(value, place, typed=True)


def _formula(value: Any) -> str:
    text = getattr(value, "text", None) or str(value)
    return str(text)
