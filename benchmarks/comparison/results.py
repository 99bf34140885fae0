"""Medians of the runs, agreement with the planted errors, and the Markdown table."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from comparison.engines import Engine, Summary
from comparison.processes import Run

YEARS = "DatatypeConstraintComponent"
HEAD = (
    "| | version | seconds | load | validate | peak MB | × kkgraph | violations |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


@dataclass
class Row:
    """Every run of one engine at one size."""

    engine: Engine
    runs: list[Run] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    failed: str = ""
    prepared_s: float | None = None

    @property
    def seconds(self) -> float | None:
        """The median, or None where the engine failed or wasn't run."""
        if self.failed or not self.runs:
            return None
        return statistics.median(run.seconds for run in self.runs)


@dataclass(frozen=True)
class Planted:
    """The errors in the data by component, and how many of them are ill-typed years.

    SHACL asks for a check of the lexical form only where SPARQL 1.1 supports the datatype, which
    leaves ``xsd:gYear`` open: a validator that passes over those literals breaks no rule.
    """

    components: Counter[str]
    years: int


@dataclass(frozen=True)
class Size:
    """All rows of one size."""

    cases: int
    triples: int
    planted: Planted
    rows: Sequence[Row]


def agreement(summary: Summary, errors: Planted) -> str:
    """How the counts of a validator differ from what was planted, by component."""
    found, planted = summary.by_component, errors.components
    names = sorted(planted.keys() | found.keys())
    apart = {name: found.get(name, 0) - planted[name] for name in names}
    if {name: by for name, by in apart.items() if by} == {YEARS: -errors.years}:
        return f"{summary.violations:,}, all but the {errors.years:,} ill-typed years"
    parts = [
        f"{name.removesuffix('ConstraintComponent')} {'+' if by > 0 else '−'}{abs(by):,}"
        for name, by in apart.items()
        if by
    ]
    total = f"{summary.violations:,}"
    if summary.violations != sum(found.values()):
        parts.append("the parts do not add up")
    return f"{total}: {', '.join(parts)}" if parts else f"{total}, all as planted"


def _span(runs: Sequence[Run]) -> str:
    seconds = [run.seconds for run in runs]
    digits = 2 if min(seconds) >= 0.1 else 3
    shown = (f"{pick(seconds):.{digits}f}" for pick in (statistics.median, min, max))
    return "{} ({}–{})".format(*shown)


def _line(row: Row, base: float | None, planted: Planted) -> str:
    label = row.engine.label
    if row.failed:
        return f"| {label} | | **{row.failed.replace('|', '/')}** | | | | | |\n"
    peak = statistics.median(run.peak_mb for run in row.runs)
    ratio = f"{row.seconds / base:.2f}" if base and row.seconds else ""
    cells = [label, "", _span(row.runs), "", "", f"{peak:,.0f}", ratio, ""]
    if row.summaries:
        cells[1] = row.summaries[0].version
        cells[3] = f"{statistics.median(each.load_s for each in row.summaries):.2f}"
        cells[4] = f"{statistics.median(each.validate_s for each in row.summaries):.2f}"
        cells[7] = agreement(row.summaries[0], planted)
    if row.prepared_s is not None:
        cells[0] += f" (built before, in {row.prepared_s:.2f} s)"
    return f"| {' | '.join(cells)} |\n"


def table(sizes: Iterable[Size], about: str) -> str:
    """The Markdown of all sizes, under one line that says on what it was measured."""
    parts = [f"{about}\n"]
    for size in sizes:
        planted = size.planted.components.total()
        parts.append(
            f"\n### {size.cases:,} cases, {size.triples:,} triples, {planted:,} planted errors\n\n"
        )
        base = next((row.seconds for row in size.rows if row.engine.name == "kkgraph"), None)
        parts.append(HEAD)
        parts += [_line(row, base, size.planted) for row in size.rows]
    return "".join(parts)
