"""The records of a comparison: rows, columns, and cells with the findings behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kkgraph.cases.conditions import ABSENT, OUTSIDE, PRESENT, Kind
from kkgraph.model import FindingNote, Text
from kkgraph.names import KK

BOTH: Final = "both"
UNREPORTED: Final = "unreported"
STATES: Final = (PRESENT, ABSENT, BOTH, UNREPORTED)
LEVELS: Final[dict[str, str]] = {
    KK + "LocalAdministrativeOrganisation": "body",
    KK + "CaseGroup": "group",
    KK + "AnonymousCaseGroup": "unnamed",
    KK + "Population": "population",
}
"""The sorts of rows, by the classes of scopes."""
ORDER: Final = (*LEVELS.values(), "other")


@dataclass(frozen=True)
class Told:
    """A finding behind a cell: what it reports (present, absent, spoken), and in which cases."""

    note: FindingNote
    report: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A case and a condition: the state, the findings that make it, and what is said less firmly.

    ``state`` is present, absent, both (a contradiction) or unreported. ``weaker`` are findings
    that speak of the condition and don't report it: a goal, a belief, another claim.
    """

    state: str = UNREPORTED
    findings: tuple[Told, ...] = ()
    weaker: tuple[Told, ...] = ()

    @property
    def truth(self) -> int | None:
        """1 for reported present, 0 for reported absent; None for all else."""
        return {PRESENT: 1, ABSENT: 0}.get(self.state)

    @property
    def told(self) -> tuple[Told, ...]:
        """All findings of the cell."""
        return (*self.findings, *self.weaker)


@dataclass(frozen=True)
class Row:
    """A case: a named body or group, an unnamed group, or a population.

    ``sources`` are the studies that say anything of it, ``related`` the members of a named group
    or the named groups that a body belongs to; nothing is passed on between these.
    """

    iri: str
    label: Text
    level: str
    sources: tuple[tuple[str, Text], ...]
    related: tuple[tuple[str, Text], ...]
    findings: int


@dataclass(frozen=True)
class Condition:
    """A column."""

    iri: str
    label: Text


@dataclass(frozen=True)
class Comparison:
    """Rows and columns, and a cell for each pair that any finding speaks of.

    ``counted`` are the hedges that make a report. ``elsewhere`` counts findings on these conditions
    that are claimed for no row: for places, in general, for a study. ``forced`` names cases that
    were loaded in spite of problems, with their number.
    """

    kind: Kind
    lang: str
    rows: tuple[Row, ...]
    columns: tuple[Condition, ...]
    cells: dict[tuple[str, str], Cell]
    cases: dict[str, Text]
    counted: dict[str, Text]
    elsewhere: int
    forced: dict[str, int]

    def cell(self, row: Row, column: Condition) -> Cell:
        """The cell; an empty one where nothing is said."""
        return self.cells.get((row.iri, column.iri), Cell())

    def filled(self) -> Iterator[tuple[Row, Condition, Cell]]:
        """The cells of which anything is said, row by row; takes time by their number."""
        places = {c.iri: n for n, c in enumerate(self.columns)}
        mine: dict[str, list[tuple[int, Cell]]] = {}
        for (iri, column), told in self.cells.items():
            if column in places and told.told:
                mine.setdefault(iri, []).append((places[column], told))
        for row in self.rows:
            for place, cell in sorted(mine.get(row.iri, ()), key=lambda one: one[0]):
                yield row, self.columns[place], cell

    def contradictions(self) -> list[tuple[Row, Condition, Cell]]:
        """The cells in which the condition is reported both present and absent."""
        return [one for one in self.filled() if one[2].state == BOTH]

    def common(self) -> list[tuple[Condition, list[Row]]]:
        """The conditions that are reported present of two rows or more, with these rows."""
        rows: dict[str, list[Row]] = {}
        for row, column, cell in self.filled():
            if cell.state in (PRESENT, BOTH) and column.iri != OUTSIDE:
                rows.setdefault(column.iri, []).append(row)
        found = ((c, rows.get(c.iri, [])) for c in self.columns)
        return [(c, mine) for c, mine in found if len(mine) > 1]
