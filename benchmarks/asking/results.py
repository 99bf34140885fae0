"""Runs of the engines as rows: least times, means, agreement of the answers, and the Markdown."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asking.engines import SLOWEST, Engine, questions

Answers = dict[str, list[tuple[Any, ...]]]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DIGITS = 9


@dataclass
class Row:
    """Every run of one engine at one size; ``times`` by question, in seconds.

    ``failed`` has the words of a failure of the engine, ``errors`` those of single questions.
    """

    engine: Engine
    version: str = ""
    loads: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    failed: str = ""

    def seconds(self, question: str) -> float | None:
        """The least of a question's times, None where it failed."""
        found = self.times.get(question)
        return min(found) if found and question not in self.errors else None

    def mean(self, *, without: str = "") -> float | None:
        """The geometric mean over the questions, None where one has no time."""
        found = [self.seconds(name) for name in questions() if name != without]
        return None if None in found else statistics.geometric_mean(filter(None, found))


@dataclass(frozen=True)
class Size:
    """All rows of one size."""

    cases: int
    triples: int
    rows: list[Row]


def answer(path: Path) -> list[tuple[Any, ...]]:
    """The rows of SPARQL JSON, in their order; numbers by their first digits."""
    document = json.loads(path.read_text(encoding="utf-8"))
    names = sorted(document["head"]["vars"])
    return [
        tuple(_term(row.get(name)) for name in names) for row in document["results"]["bindings"]
    ]


def _term(value: dict[str, str] | None) -> Any:
    if value is None:
        return ("",)
    datatype = value.get("datatype", "").removeprefix(_XSD)
    if datatype in ("integer", "decimal", "double", "unsignedInt", "unsignedLong", "long", "int"):
        return ("number", f"{float(value['value']):.{_DIGITS}g}")
    return value["type"], value["value"], value.get("xml:lang", "").lower()


def agreement(row: Row, judge: Row) -> str:
    """Which answers are those of the judge."""
    if row is judge:
        return "the measure"
    wrong = []
    for name in questions():
        mine, theirs = row.answers.get(name), judge.answers.get(name)
        if mine is None or theirs is None:
            wrong.append(f"{name}: {row.errors.get(name, 'no answer')}")
        elif sorted(mine) != sorted(theirs):
            wrong.append(f"{name}: {len(mine):,} rows, not the {len(theirs):,}")
        elif mine != theirs:
            wrong.append(f"{name}: in another order")
    return "; ".join(wrong).replace("|", "/") or "all the same"


def table(sizes: Iterable[Size], about: str) -> str:
    """The Markdown of all sizes, under one line that says on what it was measured."""
    parts = [f"{about}\n"]
    for size in sizes:
        judge = next((row for row in size.rows if row.engine.name == "sql"), size.rows[0])
        base = size.rows[0]
        parts.append(f"\n### {size.cases:,} cases, {size.triples:,} triples\n\n{_head()}")
        parts += [_line(row, base, judge) for row in size.rows]
        rows = (f"{name} {len(judge.answers.get(name, ())):,}" for name in questions())
        parts.append(f"\nRows of the answers: {', '.join(rows)}.\n")
    return "".join(parts)


def _head() -> str:
    titles = ["", "version", "load s", *questions(), "mean", f"mean without {SLOWEST}",
              "× first row", "× without", "peak MB", "answers"]  # fmt: skip
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n"


def _line(row: Row, base: Row, judge: Row) -> str:
    if row.failed:
        return f"| {row.engine.label} | | **{row.failed.replace('|', '/')}** |\n"
    means = row.mean(), row.mean(without=SLOWEST)
    bases = base.mean(), base.mean(without=SLOWEST)
    ratios = [f"{a / b:.2f}" if a and b else "" for a, b in zip(means, bases, strict=True)]
    cells = [
        row.engine.label,
        row.version,
        _shown(statistics.median(row.loads)),
        *[_shown(row.seconds(name)) for name in questions()],
        *[_shown(mean) for mean in means],
        *ratios,
        f"{max(row.peaks):,.0f}",
        agreement(row, judge),
    ]
    return f"| {' | '.join(cells)} |\n"


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4f}" if seconds < 1 else f"{seconds:.2f}"
