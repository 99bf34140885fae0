"""A review read back: the decisions of a person, each checked against what was linked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kkgraph.cases import sheets, workbook
from kkgraph.cases.grids import Cell, Grid
from kkgraph.cases.records import Place
from kkgraph.errors import LinkError
from kkgraph.link import packed, reviewing
from kkgraph.link.records import Decision, Linking, Outcome
from kkgraph.link.remarks import remark
from kkgraph.model import Problem

_YOURS: Final = ("decision", "confirm", "remark")
_ROLE: Final = re.compile(r"[^\n\t|]{1,80}")


@dataclass(frozen=True)
class Review:
    """What came of reading a review.

    With problems ``linking`` is the one that was reviewed, unchanged: a review is applied as a
    whole or not at all. ``decided`` counts the rows that a reviewer decided on, ``changed`` those
    of them that came out otherwise than the machine had it.
    """

    linking: Linking
    problems: tuple[Problem, ...]
    decided: int = 0
    changed: int = 0


@dataclass
class _Row:
    """A row of a review as read: the decision it carries, and what the reviewer wrote."""

    number: int
    decision: Decision
    word: str
    confirm: str
    remark: str
    cells: dict[str, Cell]
    outcome: Outcome | None = None
    chosen: int = -1
    confirmed: bool = False
    problems: list[Problem] = field(default_factory=list)


def read(
    path: Path | str,
    *,
    role: str = "reviewer",
    linking: Linking | None = None,
    now: datetime | None = None,
) -> Review:
    """The linking with the decisions of a review, .xlsx or .csv.

    ``role`` says who reviewed, as "data steward"; it is no person's name. ``linking`` is what the
    review has to be of; without it the review itself says what was linked. Problems, each with its
    cell, are an unknown word, a row that was changed, stands twice, is missing or is of another
    linking, a candidate that isn't there, and one target for two rows that don't confirm it.

    Raises ``SourceError`` as the readers of workbooks and CSV do, ``LinkError`` not-a-review,
    other-linking, bad-role-name.
    """
    path = Path(path)
    if not _ROLE.fullmatch(role.strip()):
        raise LinkError(
            "bad-role-name",
            "who reviewed is told by a role, on one line and without a bar",
            where="--role",
            hint='Write a role such as "data steward", and no name.',
        )
    grid, head = _grid(path)
    about = _about(head)
    plain = packed.unpack_head(about, str(head.place))
    if linking is not None and packed.whole(linking) != about["linking"]:
        raise LinkError(
            "other-linking",
            "this is the review of another linking",
            where=str(path),
            hint="Apply it by itself, or keep its decisions in a new run with --reviewed.",
        )
    rows, problems = _rows(grid, about)
    problems += _missing(rows, about, grid)
    for row in rows:
        _decide(row, about)
        problems += row.problems
    problems += _shared(rows)
    ordered = [r.decision for r in sorted(rows, key=lambda r: r.number)]
    before = replace(plain, decisions=tuple(ordered))
    if problems:
        return Review(before, tuple(problems))
    after = [_after(r) for r in sorted(rows, key=lambda r: r.number)]
    when = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    decided = sum(r.outcome is not None for r in rows)
    done = replace(plain, decisions=tuple(after))
    if decided:
        done = replace(done, reviewer=role.strip(), reviewed=when)
    changed = sum(_result(a) != _result(b) for a, b in zip(ordered, after, strict=True))
    return Review(done, (), decided, changed)


def _result(decision: Decision) -> tuple[str, str]:
    return decision.outcome, decision.link.entry.id if decision.link else ""


def _grid(path: Path) -> tuple[Grid, Cell]:
    """The sheet of the review, and the head of its column with the data."""
    reader = sheets.grids if path.suffix.lower() == ".csv" else workbook.grids
    found, _ = reader(path)
    for grid in found:
        for cell in grid.rows[0] if grid.rows else ():
            if cell.text.startswith("kkgraph-review "):
                return grid, cell
    raise LinkError(
        "not-a-review",
        "this is no review: the column with the data is missing",
        where=str(path),
        hint="Write one with --output review.xlsx when you link, and keep its hidden last column.",
    )


def _about(head: Cell) -> dict[str, Any]:
    text = head.text
    try:
        if not text.startswith(reviewing.MARK + " "):
            raise ValueError("another version")
        about = json.loads(text.removeprefix(reviewing.MARK))
        if about["lang"] not in ("th", "en") or not 1 <= int(about["shown"]) <= 50:
            raise ValueError("language or columns")
        int(about["rows"]), str(about["linking"])
    except (ValueError, KeyError, TypeError) as error:
        raise LinkError(
            "not-a-review",
            f"the head of the column with the data was changed ({error})",
            where=str(head.place),
            hint="Write the review anew, and copy the decisions over.",
        ) from error
    return dict(about)


def _rows(grid: Grid, about: dict[str, Any]) -> tuple[list[_Row], list[Problem]]:
    keys = _columns(grid, about)
    problems: list[Problem] = []
    rows: list[_Row] = []
    seen: dict[int, Place] = {}
    for cells in grid.rows[1:]:
        if all(c.is_blank for c in cells):
            continue
        mine = {k: cells[n] for k, n in keys.items() if n < len(cells)}
        at = mine["data"].place if "data" in mine else cells[0].place
        row = _row(mine, about)
        if row is None:
            problems.append(remark("foreign-row", at))
        elif row.number in seen:
            problems.append(remark("twice", at, first=seen[row.number].row))
        else:
            seen[row.number] = at
            rows.append(row)
    return rows, problems


def _columns(grid: Grid, about: dict[str, Any]) -> dict[str, int]:
    """Where each column stands, by its head in the review's language."""
    heads = {_plain(c.text): n for n, c in enumerate(grid.rows[0])}
    wanted = reviewing.keys_of(int(about["shown"]))
    found = {k: heads.get(_plain(reviewing.head_text(k, about["lang"]))) for k in wanted[:-1]}
    data = next(n for n, c in enumerate(grid.rows[0]) if c.text.startswith("kkgraph-review "))
    missing = [k for k, n in found.items() if n is None]
    if missing:
        named = reviewing.head_text(missing[0], about["lang"]).partition("\n")[0]
        raise LinkError(
            "not-a-review",
            f'the column "{named}" is missing',
            where=str(grid.place),
            hint="Keep the heads as they were written.",
        )
    return {k: n for k, n in found.items() if n is not None} | {"data": data}


def _row(cells: dict[str, Cell], about: dict[str, Any]) -> _Row | None:
    """A row; None where its data are not of this review, or were changed."""
    if "data" not in cells:
        return None
    key, _, text = cells["data"].text.partition(" ")
    if key != packed.digest(about["linking"], text):
        return None
    try:
        number, decision = packed.unpack(text)
    except ValueError:
        return None
    words = {
        k: cells[k].text.strip() if k in cells else "" for k in ("decision", "confirm", "remark")
    }
    row = _Row(number, decision, words["decision"], words["confirm"], words["remark"], cells)
    keys = reviewing.keys_of(int(about["shown"]))
    shown = reviewing.cells(decision, int(about["shown"]), about["lang"])
    for column, expected in zip(keys, shown, strict=False):
        is_ = cells[column].text if column in cells else ""
        if _plain(is_) != _plain(expected):
            at = cells[column].place if column in cells else cells["data"].place
            row.problems.append(remark("changed", at, is_[:60], was=expected[:60]))
    return row


def _missing(rows: list[_Row], about: dict[str, Any], grid: Grid) -> list[Problem]:
    gone = sorted(set(range(1, int(about["rows"]) + 1)) - {r.number for r in rows})
    if not gone:
        return []
    listed = ", ".join(map(str, gone[:10])) + (" …" if len(gone) > 10 else "")
    return [remark("missing", grid.place, n=len(gone), listed=listed)]


def _decide(row: _Row, about: dict[str, Any]) -> None:
    """Read the words of a row into what they mean."""
    row.confirmed = _plain(row.confirm) in {_plain(w) for w in reviewing.YES.values()}
    if row.confirm and not row.confirmed:
        words = " / ".join(reviewing.YES.values())
        row.problems.append(remark("confirm", row.cells["confirm"].place, row.confirm, words=words))
    if not row.word:
        return
    shown = int(about["shown"])
    place = row.cells["decision"].place
    meaning: dict[str, tuple[Outcome, int]] = {
        **{_plain(w): ("linked", k) for w, k in reviewing.all_words(reviewing.ACCEPT, 50)},
        **{str(k): ("linked", k) for k in range(1, 51)},
        **{_plain(w): ("none", 0) for w, _ in reviewing.all_words(reviewing.NONE)},
        **{_plain(w): ("ambiguous", 0) for w, _ in reviewing.all_words(reviewing.UNSURE)},
    }
    found = meaning.get(_plain(row.word))
    if found is None:
        words = ", ".join(reviewing.choices(shown, about["lang"]))
        row.problems.append(remark("word", place, row.word, words=words))
        return
    outcome, k = found
    if outcome == "linked" and k > len(row.decision.candidates):
        n = len(row.decision.candidates)
        row.problems.append(remark("no-candidate", place, row.word, n=n))
        return
    row.outcome = outcome
    row.chosen = k - 1


def _after(row: _Row) -> Decision:
    """The decision after the review."""
    before = row.decision
    if row.outcome is None:
        return replace(before, remark=row.remark)
    candidates = before.candidates
    if row.outcome == "linked":
        k = row.chosen
        candidates = (candidates[k], *candidates[:k], *candidates[k + 1 :])
    return Decision(before.entry, row.outcome, candidates, "reviewed", row.remark)


def _shared(rows: list[_Row]) -> list[Problem]:
    """Rows that are linked to one target, where a reviewer accepted it and didn't confirm that."""
    holders: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.outcome == "linked":
            holders[row.decision.candidates[row.chosen].entry.id].append(row)
        elif row.outcome is None and row.decision.link:
            holders[row.decision.link.entry.id].append(row)
    problems = []
    for target, mine in holders.items():
        for row in mine if len(mine) > 1 else ():
            if row.outcome == "linked" and not row.confirmed:
                others = ", ".join(r.decision.entry.id for r in mine if r is not row)
                at = row.cells["decision"].place
                problems.append(remark("shared", at, target, others=others))
    return problems


def _plain(text: str) -> str:
    """The text as it is compared: composed, in small letters, blanks and line ends made one."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
