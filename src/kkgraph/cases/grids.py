"""Cells, grids and records: what a file holds before it is known what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from kkgraph.cases.form import Sheet
from kkgraph.cases.records import Place
from kkgraph.model import Problem

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its place; ``flaw`` is formula or error where it can't be read as it stands.

    ``typed`` is True where the file tells numbers from texts, as a workbook does.
    """

    value: Value
    place: Place
    flaw: str = ""
    typed: bool = False

    @property
    def text(self) -> str:
        """The value as a person would write it; ``""`` for none."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        if isinstance(self.value, datetime):
            return self.value.date().isoformat()
        if isinstance(self.value, date):
            return self.value.isoformat()
        return str(self.value)

    @property
    def is_blank(self) -> bool:
        """True where nothing is to be read: no value, or only spaces."""
        return not self.flaw and (self.value is None or not self.text.strip())


@dataclass
class Grid:
    """A sheet of a workbook or a CSV file: rows of cells, gaps filled with empty ones."""

    name: str
    place: Place
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Record:
    """One filled row: its cells by the keys of the form's columns, several for a list.

    A column that the sheet lacks has no cell.
    """

    place: Place
    cells: dict[str, tuple[Cell, ...]]

    def place_of(self, key: str) -> Place:
        """Where a column's value stands, or would stand; the row where the column is missing."""
        found = self.cells.get(key)
        return found[0].place if found else self.place


@dataclass
class Filled:
    """A sheet of the form with its records, and what was found wrong while reading it."""

    sheet: Sheet
    place: Place
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def escaped(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """The text without the apostrophe that ``escaped`` put before it."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text
