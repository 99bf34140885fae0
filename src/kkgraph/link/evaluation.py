"""How right a linking is: precision, recall and F1 against true links, and the errors by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from kkgraph.errors import LinkError
from kkgraph.link import rows
from kkgraph.link.records import Decision, Linking
from kkgraph.link.target import Known

Verdict = Literal["wrong", "missed", "apart"]
WRONG: Final = ("another", "taken", "none-expected")
"""Kinds of wrong links: to another entry than the true one; to one that is another row's; where
the gold says that there is none."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The true links of a file: source id → target id (``""``: it has none), and their lines."""

    path: str
    links: Mapping[str, str]
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """A decision that differs from the gold, or (``apart``) on which it says nothing."""

    verdict: Verdict
    kind: str
    decision: Decision
    truth: str = ""


@dataclass(frozen=True)
class Evaluation:
    """Counts of a linking against a gold, and every fault.

    ``apart`` are rows that the gold doesn't name, and that were linked to an entry that it doesn't
    name either: neither right nor wrong. ``beyond`` counts those of them that lie in provinces of
    which the gold names no row.
    """

    gold: int
    none_expected: int
    right: int
    faults: tuple[Fault, ...]
    unnamed: int
    beyond: int
    linking: Linking = field(repr=False)

    @property
    def wrong(self) -> int:
        """How many links are wrong."""
        return sum(f.verdict == "wrong" for f in self.faults)

    @property
    def precision(self) -> float:
        """The share of right links among those that the gold can judge; 1 where there are none."""
        judged = self.right + self.wrong
        return self.right / judged if judged else 1.0

    @property
    def recall(self) -> float:
        """The share of the gold's links that were found; 1 where it has none."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def kinds(self) -> dict[tuple[str, str], int]:
        """(verdict, kind) → how many, the most first."""
        counts = Counter((f.verdict, f.kind) for f in self.faults)
        return dict(sorted(counts.items(), key=lambda x: (x[0][0], -x[1], x[0][1])))


def evaluate(linking: Linking, gold: Gold) -> Evaluation:
    """The linking held against the gold.

    A row that the gold doesn't name counts as wrong where its link is another row's by the gold.
    """
    owners = {to: source for source, to in gold.links.items() if to}
    provinces = {d.entry.province for d in linking if d.entry.id in gold.links}
    faults: list[Fault] = []
    right = unnamed = beyond = 0
    for decision in linking:
        id_, link = decision.entry.id, decision.link
        if id_ not in gold.links:
            unnamed += 1
            if link is None:
                continue
            if link.entry.id in owners:
                faults.append(Fault("wrong", "taken", decision))
            elif decision.entry.province in provinces:
                faults.append(Fault("apart", "unnamed", decision))
            else:
                beyond += 1
            continue
        truth = gold.links[id_]
        if link is not None and link.entry.id == truth:
            right += 1
        elif link is not None:
            kind = "another" if truth else "none-expected"
            faults.append(Fault("wrong", kind, decision, truth))
        elif truth:
            faults.append(Fault("missed", decision.why, decision, truth))
    with_link = sum(bool(t) for t in gold.links.values())
    return Evaluation(
        with_link, len(gold.links) - with_link, right, tuple(faults), unnamed, beyond, linking
    )


def read_gold(path: Path | str, linking: Linking, target: Known) -> Gold:
    """The true links of a table with a column of source ids and one of target ids.

    The columns are known by their cells, whatever their heads are. An empty target says that the
    row has no counterpart. Raises ``LinkError``: gold-columns where no two columns hold such ids;
    gold-row-missing where an id is in neither side; gold-twice where a row has two truths.
    """
    path = Path(path)
    table = rows.read(path)
    sources = {d.entry.id for d in linking}
    mine, theirs = _columns(path, table, sources, target)
    links: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, row in table:
        source, to = _cell(row, mine), _cell(row, theirs)
        where = table.place(number)
        if source not in sources:
            raise _missing(source, table.heads[mine], linking.source.label, where)
        if to and target.entry(to) is None:
            raise _missing(to, table.heads[theirs], linking.target.label, where)
        if links.get(source, to) != to:
            raise LinkError(
                "gold-twice",
                f'"{source}" is linked to {links[source]} in row {lines[source]}, '
                f"and to {to or 'nothing'} here",
                where=where,
                hint="A row has one true link at most: remove one of them.",
            )
        links[source], lines[source] = to, number
    return Gold(str(path), links, lines)


def _missing(id_: str, column: str, side: str, where: str) -> LinkError:
    return LinkError(
        "gold-row-missing",
        f'there is no row "{id_}" ({column}) in {side}',
        where=where,
        hint="The gold is of another edition of the table, or its ids are in another column (--id, "
        "--id-to).",
    )


def _columns(path: Path, table: rows.Rows, sources: set[str], target: Known) -> tuple[int, int]:
    """The columns with most ids of the source, and with most of the target."""
    places = range(len(table.heads))
    cells = {n: [c for row in table.rows if (c := _cell(row, n))] for n in places}
    mine = {n: sum(c in sources for c in found) for n, found in cells.items()}
    theirs = {n: sum(target.entry(c) is not None for c in found) for n, found in cells.items()}
    pairs = [(mine[a] + theirs[b], -a, -b) for a in places for b in places if a != b and mine[a]]
    best = max(pairs, default=(0, 0, 0))
    if not pairs or not theirs[-best[2]]:
        raise LinkError(
            "gold-columns",
            "no two columns hold ids of the two sides",
            where=str(path),
            hint=f"Columns: {', '.join(table.heads)}. Ids of the input are such as "
            f'"{min(sources, default="")}"; say which column they are in with --id and --id-to.',
        )
    return -best[1], -best[2]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def as_dict(found: Evaluation) -> dict[str, Any]:
    """The evaluation as JSON values."""
    return {
        "precision": round(found.precision, 6),
        "recall": round(found.recall, 6),
        "f1": round(found.f1, 6),
        "gold": found.gold,
        "none_expected": found.none_expected,
        "right": found.right,
        "wrong": found.wrong,
        "missed": sum(f.verdict == "missed" for f in found.faults),
        "rows_not_in_gold": found.unnamed,
        "linked_beyond_gold": found.beyond,
        "kinds": [{"verdict": v, "kind": k, "count": n} for (v, k), n in found.kinds().items()],
        "faults": [_fault(f) for f in found.faults],
    }


def _fault(fault: Fault) -> dict[str, Any]:
    decision = fault.decision
    return {
        "verdict": fault.verdict,
        "kind": fault.kind,
        "id": decision.entry.id,
        "name": decision.entry.name,
        "where": decision.entry.where,
        "truth": fault.truth,
        "candidates": [
            {"id": c.entry.id, "name": c.entry.name, "score": round(c.score, 4)}
            for c in decision.candidates[:3]
        ],
    }
