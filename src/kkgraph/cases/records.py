"""A case as it was read: its triples, and the place in the user's file that each came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.model import Problem
from kkgraph.names import CASE_PREFIX

_TABULAR: Final = (".xlsx", ".xlsm", ".xls", ".csv", ".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell of a sheet, or a line of a text file; numbers start at 1, and 0 is "none".

    ``sheet`` is the sheet's name as the user sees it, or the name of a CSV file in a folder.
    ``column`` 0 is a whole row, ``row`` 0 a whole sheet.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: int = 0
    line: int = 0

    @property
    def cell(self) -> str:
        """``C7``, or ``""`` where no single cell is meant."""
        return f"{letters(self.column)}{self.row}" if self.row and self.column else ""

    def __str__(self) -> str:
        if self.line:
            return f"{self.file}:{self.line}"
        if not self.sheet:
            return self.file
        if self.cell:
            return f"{self.file}: {self.sheet}!{self.cell}"
        return f"{self.file}: {self.sheet}" + (f", row {self.row}" if self.row else "")


def is_tabular(path: Path) -> bool:
    """True for what is no RDF: a workbook, a CSV file or folder, YAML or JSON."""
    return path.is_dir() or path.suffix.lower() in _TABULAR


def letters(column: int) -> str:
    """The letters of a column of a spreadsheet: 1 is ``A``, 27 is ``AA``."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


@dataclass
class Case:
    """What a reader made of a file, or of a folder of CSV files.

    ``origins`` has the places that each triple came from; ``nodes`` the place of the row (or the
    line) that describes a node, by its IRI; ``fields`` the cell where a node's values of a
    property stand or, where it is empty, would stand, by IRIs of node and property. ``problems``
    are what the reader itself found, such as an unknown column or an ambiguous name, each with
    its place in ``where``.
    """

    source: str
    slug: str = ""
    triples: list[ox.Triple] = field(default_factory=list)
    origins: dict[ox.Triple, tuple[Place, ...]] = field(default_factory=dict)
    nodes: dict[str, Place] = field(default_factory=dict)
    fields: dict[tuple[str, str], tuple[Place, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    locate: Callable[[], None] | None = field(default=None, repr=False, compare=False)
    """Fills in origins, nodes and fields, where the reader put that off; see ``located``."""

    def located(self) -> Case:
        """The case itself, with its places filled in."""
        if self.locate is not None:
            locate, self.locate = self.locate, None
            locate()
        return self

    @property
    def graph(self) -> str:
        """The IRI of the named graph that the case is loaded into."""
        return CASE_PREFIX + self.slug
