"""Workbooks of more rows than the memory would hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from kkgraph.tables import put, widths


class LongBook:
    """A workbook written row by row; a context manager that saves it at the end.

    Texts, heads and widths are as in ``write_xlsx``.
    """

    def __init__(self, path: Path) -> None:
        from openpyxl import Workbook

        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet: Any = None
        self._rows = 0

    def sheet(self, title: str, heads: Sequence[str], first: Sequence[Sequence[Any]]) -> None:
        """Begin a sheet; ``first`` are rows that the widths of the columns are taken from."""
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        self._end()
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        for place, wide in enumerate(widths(heads, first), 1):
            self._sheet.column_dimensions[get_column_letter(place)].width = wide
        self._last = get_column_letter(len(heads))
        self._rows = 0
        self._write(heads, font=Font(bold=True))

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """More rows of the sheet."""
        for row in rows:
            self._write(row)

    def _write(self, row: Sequence[Any], font: Any = None) -> None:
        from openpyxl.cell import WriteOnlyCell

        self._rows += 1
        cells = [WriteOnlyCell(self._sheet) for _ in row]
        for cell, value in zip(cells, row, strict=True):
            put(cell, value, None, self._rows)
            if font is not None:
                cell.font = font
        self._sheet.append(cells)

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.auto_filter.ref = f"A1:{self._last}{self._rows}"
            self._sheet.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end()
        if kind is None:
            self._book.save(self._path)
