"""A comparison as text: a matrix of marks, what the numbers stand for, and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkgraph.cases import words
from kkgraph.cases.conditions import ABSENT, PRESENT
from kkgraph.cases.matrix import BOTH, STATES, UNREPORTED
from kkgraph.cases.tabulated import check_size, filled, hedges_text, notes, sources_text
from kkgraph.layout import display_width, pad, wrap
from kkgraph.model import in_language

if TYPE_CHECKING:
    from kkgraph.cases.matrix import Cell, Comparison, Condition, Row

MARKS: Final = {PRESENT: "■", ABSENT: "□", BOTH: "!", UNREPORTED: "·"}
SPOKEN: Final = "○"
_NAME: Final = 44


def mark(cell: Cell) -> str:
    """The mark of a cell."""
    return SPOKEN if cell.state == UNREPORTED and cell.weaker else MARKS[cell.state]


def comparison(found: Comparison, width: int) -> str:
    """The matrix, its legend, and each cell's findings with strength and speaker.

    Raises ``StoreError`` result-too-large, as a table does.
    """
    check_size(found)
    lang = found.lang
    if not found.columns:
        return in_language(words.NOTHING, lang) + "\n"
    out = [in_language(found.kind.title, lang), ""]
    out += [*_matrix(found, width), "", *_legend(found, width), "", *_common(found, width), ""]
    out += _evidence(found, width)
    for line in notes(found):
        out += wrap(line, width)
    return "\n".join(line.rstrip() for line in out) + "\n"


def _matrix(found: Comparison, width: int) -> list[str]:
    """Blocks of numbered columns, as many to a block as fit."""
    name = min(_NAME, width // 2)
    room = max(1, (width - name - 2) // 4)
    out: list[str] = []
    for start in range(0, len(found.columns), room):
        block = found.columns[start : start + room]
        if start:
            out.append("")
        numbers = "".join(f"{start + n:>4}" for n in range(1, len(block) + 1))
        out.append(" " * name + numbers)
        level = ""
        for row in found.rows:
            if row.level != level:
                level = row.level
                out.append(in_language(words.LEVELS[level], found.lang))
            marks = "".join(f"{mark(found.cell(row, c)):>4}" for c in block)
            lines = wrap(in_language(row.label, found.lang), name - 3)
            out += [f"  {line}" for line in lines[:-1]]
            out.append(pad(f"  {lines[-1]}", name) + marks)
    return out


def _legend(found: Comparison, width: int) -> list[str]:
    lang = found.lang
    texts = {MARKS[s]: words.STATES[s] for s in STATES[:-1]}
    texts |= {SPOKEN: words.ONLY, MARKS[UNREPORTED]: words.STATES[UNREPORTED]}
    marks = [mark(cell) for _, _, cell in filled(found)]
    empty = len(marks) < len(found.rows) * len(found.columns)
    used = {*marks, *([MARKS[UNREPORTED]] if empty else [])}
    parts = [f"{m} {in_language(text, lang)}" for m, text in texts.items() if m in used]
    out = [*wrap("   ".join(parts), width), ""]
    for number, column in enumerate(found.columns, 1):
        lines = wrap(in_language(column.label, lang), width - 6)
        out.append(f"{number:>4}  {lines[0]}")
        out += [" " * 6 + line for line in lines[1:]]
    return out


def _common(found: Comparison, width: int) -> list[str]:
    """The answer to the question: what is reported of more than one row."""
    lang = found.lang
    common = found.common()
    if not common:
        return wrap(in_language(words.NONE_COMMON, lang), width)
    out = [in_language(words.COMMON, lang)]
    numbers = {c.iri: n for n, c in enumerate(found.columns, 1)}
    for column, rows in common:
        listed = "; ".join(in_language(r.label, lang) for r in rows)
        lines = wrap(f"{in_language(column.label, lang)}: {listed}", width - 6)
        out.append(f"{numbers[column.iri]:>4}  {lines[0]}")
        out += [" " * 6 + line for line in lines[1:]]
    return out


def _evidence(found: Comparison, width: int) -> list[str]:
    """Under each case what is said of it, by whom, how firmly, and in which finding."""
    out: list[str] = []
    numbers = {c.iri: n for n, c in enumerate(found.columns, 1)}
    cells: dict[str, list[tuple[Condition, Cell]]] = {}
    for row, column, cell in filled(found):
        cells.setdefault(row.iri, []).append((column, cell))
    for row in found.rows:
        mine = cells.get(row.iri, [])
        if not mine and not _told_of(row):
            continue
        out += [*wrap(in_language(row.label, found.lang), width)]
        out += _about(row, found.lang, width)
        for column, cell in mine:
            ids = " ".join(t.note.id for t in cell.told)
            head = f"{mark(cell)} {numbers[column.iri]:>3}  "
            said = f"{in_language(column.label, found.lang)} · {_said(cell, found)}"
            tail = f"  {ids}" if display_width(ids) < width // 3 else ""
            lines = wrap(said, width - 4 - len(head) - display_width(tail))
            out.append(
                "    " + head + pad(lines[0], width - 4 - len(head) - display_width(tail)) + tail
            )
            rest = lines[1:] if tail else [*lines[1:], *wrap(ids, width - 12)]
            out += [" " * (4 + len(head)) + line for line in rest]
        out.append("")
    return out


def _told_of(row: Row) -> bool:
    return len(row.sources) > 1


def _about(row: Row, lang: str, width: int) -> list[str]:
    out = []
    if len(row.sources) > 1:
        out.append(f"{in_language(words.HEADS['sources'], lang)}: {sources_text(row, lang)}")
    if row.related:
        key = words.MEMBERS if row.level == "group" else words.GROUPS
        listed = "; ".join(in_language(t, lang) for _, t in row.related)
        out.append(f"{in_language(key, lang)}: {listed}")
    return [f"    {x}" for line in out for x in wrap(line, width - 4)]


def _said(cell: Cell, found: Comparison) -> str:
    lang = found.lang
    holders = dict.fromkeys(
        in_language(label, lang) or curie for t in cell.told for curie, label in t.note.holders
    )
    hedges = hedges_text(cell.findings or cell.told, lang)
    counted = {told.note.hedge for told in cell.findings}
    also = [told for told in cell.weaker if counted and told.note.hedge not in counted]
    if also:
        hedges += f" ({in_language(words.ALSO, lang)} {hedges_text(also, lang)})"
    return f"{hedges} · {', '.join(holders)}"
