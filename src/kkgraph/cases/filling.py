"""Grids turned into the form's records: which header is which column, which row is data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from kkgraph.cases.form import Column, Form, Sheet
from kkgraph.cases.grids import Cell, Filled, Grid, Record
from kkgraph.cases.headers import Headers, is_example, tab, title
from kkgraph.cases.known import Known
from kkgraph.cases.remarks import remark
from kkgraph.model import Problem

_HEAD_ROWS: Final = 12
_ALIKE: Final = 0.6
_SKIPPED: Final = ("lists", "รายการตัวเลือก", "read me", "อ่านก่อน", "problems", "ปัญหา")


def fill(
    grids: Sequence[Grid], form: Form, known: Known, *, required: frozenset[tuple[str, str]]
) -> tuple[list[Filled], list[Problem]]:
    """The filled sheets in the form's order, and what is wrong with sheets as a whole.

    ``required`` are the keys of sheets with those of the columns that they can't do without.
    Sheets are found by their names in either language; one with another name but the form's
    headers is read and said so.
    """
    headers = Headers(form, known)
    found: dict[str, Filled] = {}
    problems: list[Problem] = []
    for grid, sheet, renamed in _matched(grids, headers, problems):
        if sheet.key in found:
            problems.append(remark("duplicate-sheet", grid.place, grid.name, **_called(sheet)))
            continue
        if renamed:
            name = tab(sheet, "th" if _is_thai(grid.name) else "en")
            problems.append(remark("renamed-sheet", grid.place, grid.name, fix=name))
        filled = _filled(grid, sheet, headers, known, required)
        if filled is not None:
            found[sheet.key] = filled
        else:
            problems.append(remark("no-header", grid.place, grid.name))
    return [found[s.key] for s in form.sheets if s.key in found], problems


def _called(sheet: Sheet) -> dict[str, str]:
    return {"sheet": tab(sheet, "en"), "sheet_th": tab(sheet, "th")}


def _is_thai(text: str) -> bool:
    return any("\u0e00" <= c <= "\u0e7f" for c in text)


def _matched(
    grids: Sequence[Grid], headers: Headers, problems: list[Problem]
) -> Iterable[tuple[Grid, Sheet, bool]]:
    named = [(g, headers.sheet(g.name)) for g in grids]
    taken = {s.key for _, s in named if s is not None}
    for grid, sheet in named:
        if not any(map(_is_used, grid.rows)):
            continue
        if sheet is not None:
            yield grid, sheet, False
        elif grid.name.casefold() in _SKIPPED:
            continue
        elif (alike := _alike(grid, headers, taken)) is not None:
            taken.add(alike.key)
            yield grid, alike, True
        else:
            near = headers.near_sheets(grid.name)
            problems.append(remark("unknown-sheet", grid.place, grid.name, near=near))


def _alike(grid: Grid, headers: Headers, taken: set[str]) -> Sheet | None:
    """The one free sheet whose headers this grid has, most of them and three at least."""
    best: list[tuple[float, Sheet]] = []
    for sheet in headers.form.sheets:
        row, columns = _head(grid, sheet, headers)
        used = sum(not c.is_blank for c in grid.rows[row]) if columns else 0
        if sheet.key not in taken and len(columns) >= 3 and len(columns) >= _ALIKE * used:
            best.append((len(columns) / len(sheet.columns), sheet))
    best.sort(key=lambda pair: -pair[0])
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


def _head(grid: Grid, sheet: Sheet, headers: Headers) -> tuple[int, dict[int, Column]]:
    """The header row and its columns by position; the row with the most headers of the form."""
    found: tuple[int, dict[int, Column]] = (0, {})
    for number, row in enumerate(grid.rows[:_HEAD_ROWS]):
        columns: dict[int, Column] = {}
        for place, cell in enumerate(row):
            column = None if cell.is_blank else headers.column(sheet, cell.text)
            if column is not None:
                columns[place] = column
        if len(columns) > len(found[1]):
            found = number, columns
    return found


def _filled(
    grid: Grid,
    sheet: Sheet,
    headers: Headers,
    known: Known,
    required: frozenset[tuple[str, str]],
) -> Filled | None:
    number, columns = _head(grid, sheet, headers)
    if not columns:
        return None
    filled = Filled(sheet, grid.place)
    kept = _kept(grid, number, columns, filled, headers)
    present = {c.key for c in kept.values()}
    head = replace(grid.rows[number][0].place, column=0)
    for column in sheet.columns:
        if column.key not in present and (sheet.key, column.key) in required:
            name = " / ".join(title(column, known).values())
            filled.problems.append(remark("missing-column", head, name))
    for row in grid.rows[number + 1 :]:
        cells = {c.key: row[i] for i, c in kept.items() if i < len(row)}
        if all(c.is_blank for c in cells.values()):
            continue
        for i, column in kept.items():  # a row may end before its last columns
            if i >= len(row):
                cells[column.key] = Cell(None, replace(row[0].place, column=i + 1))
        if _left_out(cells, sheet, filled):
            continue
        place = replace(row[0].place, column=0)
        filled.records.append(Record(place, {k: (c,) for k, c in cells.items()}))
    return filled


def _kept(
    grid: Grid, number: int, columns: dict[int, Column], filled: Filled, headers: Headers
) -> dict[int, Column]:
    """The columns that are read, the first of each; the others are said."""
    kept: dict[int, Column] = {}
    for place, cell in enumerate(grid.rows[number]):
        column = columns.get(place)
        if column is None:
            below = any(
                i < len(r) and _is_used([r[i]]) for r in grid.rows[number + 1 :] for i in (place,)
            )
            if below or not cell.is_blank:
                near = headers.near_columns(filled.sheet, cell.text) if cell.text else []
                filled.problems.append(remark("unknown-column", cell.place, cell.text, near=near))
        elif column in kept.values():
            filled.problems.append(remark("duplicate-column", cell.place, cell.text))
        else:
            kept[place] = column
    return kept


def _left_out(cells: dict[str, Cell], sheet: Sheet, filled: Filled) -> bool:
    """True for the example row, which is said to be left out where it was changed."""
    first = next((c for c in cells.values() if not c.is_blank), None)
    mark = is_example(first.text) if first is not None else ""
    if first is None or not mark:
        return False
    given = {k: c.text for k, c in cells.items() if not c.is_blank and c is not first}
    extra = [k for k in given if not (column := sheet.column(k)) or not column.example]
    numbers = [
        k
        for k, text in given.items()
        if (column := sheet.column(k))
        and column.kind in ("text", "hash", "value")
        and column.example
        and text != column.example
    ]
    if extra or numbers:
        filled.problems.append(remark("example-row", first.place, mark))
    return True


def _is_used(row: Iterable[Cell]) -> bool:
    return any(not c.is_blank for c in row)
