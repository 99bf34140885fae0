"""A comparison as rows of plain values: CSV, a workbook, JSON, and a truth table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from kkgraph import names
from kkgraph.cases import words
from kkgraph.cases.conditions import ABSENT, PRESENT
from kkgraph.cases.matrix import BOTH, UNREPORTED, Cell, Comparison, Condition, Row, Told
from kkgraph.errors import StoreError
from kkgraph.model import Text, in_language
from kkgraph.tables import Sheet, safe_cell, write_book

_FILLS: Final = {PRESENT: "CFE8D5", ABSENT: "F6D5C5", BOTH: "F3E3A1"}
MOST_CELLS: Final = 5_000_000
"""A matrix of more cells is none that anybody reads."""


def notes(found: Comparison, lang: str = "") -> list[str]:
    """What a reader must know, a sentence a line, in a language (the comparison's own)."""
    lang = lang or found.lang

    def say(text: Text, *values: object) -> str:
        return in_language(text, lang).format(*values)

    lines = [
        in_language(found.kind.meaning, lang),
        in_language(words.UNREPORTED_NOTE, lang),
        in_language(words.GROUPS_NOTE, lang),
        say(words.COUNTED, ", ".join(in_language(t, lang) for t in found.counted.values())),
    ]
    if found.elsewhere:
        lines.append(say(words.ELSEWHERE, found.elsewhere))
    lines += [say(words.FORCED, n, case) for case, n in sorted(found.forced.items())]
    return lines


def state_text(cell: Cell, lang: str) -> str:
    """The state in words; for one that is only spoken of, with how it is."""
    if cell.state == UNREPORTED and cell.weaker:
        return f"{in_language(words.ONLY, lang)} ({hedges_text(cell.weaker, lang)})"
    return in_language(words.STATES[cell.state], lang)


def hedges_text(told: Iterable[Told], lang: str) -> str:
    """The strengths of findings, each once."""
    found = (in_language(t.note.hedge_label, lang) or t.note.hedge for t in told)
    return ", ".join(dict.fromkeys(found))


def cell_text(cell: Cell, lang: str) -> str:
    """The state and the findings; empty where nothing is said."""
    if not cell.told:
        return ""
    ids = ", ".join(t.note.id for t in cell.told)
    return f"{state_text(cell, lang)}: {ids}"


def sources_text(row: Row, lang: str) -> str:
    """The studies that say anything of a row."""
    return "; ".join(in_language(t, lang) for _, t in row.sources)


def matrix(found: Comparison) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows: the case, its sort, who says, and a cell for each condition.

    Raises ``StoreError`` result-too-large, as ``truth_table`` does.
    """
    check_size(found)
    lang = found.lang
    heads = [in_language(words.HEADS[h], lang) for h in ("case", "level", "sources")]
    heads += [in_language(c.label, lang) for c in found.columns]
    rows: list[list[Any]] = []
    for row in found.rows:
        cells = [cell_text(found.cell(row, c), lang) for c in found.columns]
        level = in_language(words.LEVELS[row.level], lang)
        rows.append([in_language(row.label, lang), level, sources_text(row, lang), *cells])
    return heads, rows


def check_size(found: Comparison) -> None:
    """Raise ``StoreError`` result-too-large for a matrix that nobody could open."""
    rows, columns = len(found.rows), len(found.columns)
    if rows * columns > MOST_CELLS:
        raise StoreError(
            "result-too-large",
            f"a matrix of {rows:,} cases and {columns:,} conditions is too large to be written",
            hint="Compare fewer cases (--cases, --rows) or by another kind (--by), or take "
            "--format json, which has only the cells that findings speak of.",
        )


def evidence(found: Comparison) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows: one for each finding behind each cell."""
    lang = found.lang
    keys = ("case", "condition", "state", "report", "finding", "statement", "hedge", "holder")
    heads = [in_language(words.HEADS[h], lang) for h in (*keys, "study", "evidence")]
    rows: list[list[Any]] = []
    for row, column, cell in filled(found):
        for told in cell.told:
            note = told.note
            rows.append(
                [
                    in_language(row.label, lang),
                    in_language(column.label, lang),
                    state_text(cell, lang),
                    in_language(words.REPORTS[told.report], lang),
                    note.id,
                    in_language(note.statement, lang),
                    in_language(note.hedge_label, lang) or note.hedge,
                    "; ".join(in_language(t, lang) or c for c, t in note.holders),
                    "; ".join(in_language(found.cases[c], lang) for c in told.cases),
                    place_text(told),
                ]
            )
    return heads, rows


def filled(found: Comparison) -> Iterable[tuple[Row, Condition, Cell]]:
    """The cells of which anything is said, row by row."""
    return found.filled()


def place_text(told: Told) -> str:
    """Where the evidence of a finding stands: offsets and hash, or a document's page."""
    note = told.note
    if note.evidence is not None:
        e = note.evidence
        return f"{names.slug(e.source)} {e.start}–{e.end}, SHA-256 {e.sha256}"
    if note.reference is not None:
        return f"{names.slug(note.reference.source)}, {note.reference.locator}"
    return ""


def to_csv(found: Comparison) -> str:
    """The matrix as CSV, with no text that a spreadsheet would run."""
    return _csv(*matrix(found))


def to_xlsx(found: Comparison, path: Path) -> None:
    """A workbook: the matrix with its states in colour and in words, the evidence, the notes."""
    lang = found.lang
    shades = {in_language(text, lang): _FILLS[s] for s, text in words.STATES.items() if s in _FILLS}

    def fill(value: Any) -> str | None:
        text = str(value or "")
        return next((colour for word, colour in shades.items() if text.startswith(word)), None)

    title = {key: in_language(text, lang) for key, text in words.SHEETS.items()}
    listed = [[line] for line in notes(found)]
    sheets = [
        Sheet(title["matrix"], *matrix(found), fill=fill, frozen="B2"),
        Sheet(title["evidence"], *evidence(found)),
        Sheet(title["notes"], [in_language(found.kind.title, lang)], listed),
    ]
    write_book(path, sheets)


def truth_table(found: Comparison) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows for qualitative comparative analysis: 1 present, 0 absent, else blank.

    A condition's head is its slug with underscores. "Not reported" is never 0, and a contradiction
    is blank; the last column says so in each row.
    """
    check_size(found)
    lang = found.lang
    heads = ["case", "level", *_unique(_name(c) for c in found.columns), "note"]
    rows: list[list[Any]] = []
    for row in found.rows:
        cells = [found.cell(row, c) for c in found.columns]
        torn = [h for h, c in zip(heads[2:-1], cells, strict=True) if c.state == BOTH]
        note = in_language(words.BLANK_NOTE, lang)
        if torn:
            note += "; " + in_language(words.CONTRADICTION, lang).format(", ".join(torn))
        rows.append([names.slug(row.iri), row.level, *(c.truth for c in cells), note])
    return heads, rows


def to_qca(found: Comparison) -> str:
    """The truth table as CSV."""
    return _csv(*truth_table(found))


def as_dict(found: Comparison) -> dict[str, Any]:
    """The documented JSON form (docs/comparing.md)."""
    lang = found.lang
    said: dict[str, list[tuple[Condition, Cell]]] = {}
    for row, column, cell in filled(found):
        said.setdefault(row.iri, []).append((column, cell))
    return {
        "by": found.kind.name,
        "meaning": in_language(found.kind.meaning, lang),
        "lang": lang,
        "counted": list(found.counted),
        "cases": {c: in_language(t, lang) for c, t in found.cases.items()},
        "forced": found.forced,
        "conditions": [{"iri": c.iri, "label": in_language(c.label, lang)} for c in found.columns],
        "rows": [_row_dict(row, said.get(row.iri, ()), lang) for row in found.rows],
        "common": {
            names.slug(c.iri): [names.slug(r.iri) for r in rows] for c, rows in found.common()
        },
        "elsewhere": found.elsewhere,
        "notes": notes(found),
    }


def _row_dict(row: Row, said: Iterable[tuple[Condition, Cell]], lang: str) -> dict[str, Any]:
    cells = {names.slug(c.iri): cell for c, cell in said}
    return {
        "iri": row.iri,
        "label": in_language(row.label, lang),
        "level": row.level,
        "sources": [c for c, _ in row.sources],
        "related": [{"iri": i, "label": in_language(t, lang)} for i, t in row.related],
        "findings": row.findings,
        "cells": {
            slug: {
                "state": cell.state,
                "findings": [_told_dict(t, lang) for t in cell.findings],
                "weaker": [_told_dict(t, lang) for t in cell.weaker],
            }
            for slug, cell in cells.items()
        },
    }


def _told_dict(told: Told, lang: str) -> dict[str, Any]:
    note = told.note
    return {
        "finding": note.id,
        "iri": note.iri,
        "report": told.report,
        "hedge": note.hedge,
        "holders": [c for c, _ in note.holders],
        "cases": list(told.cases),
        "statement": in_language(note.statement, lang),
        "evidence": place_text(told),
    }


def _csv(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(h) for h in heads])
    writer.writerows([safe_cell(c) for c in row] for row in rows)
    return out.getvalue()


def _name(column: Condition) -> str:
    """A name that analysis programs take: letters, digits and underscores."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", names.slug(column.iri)).strip("_")
    return plain if plain[:1].isalpha() else f"c_{plain}"


def _unique(found: Iterable[str]) -> list[str]:
    out: list[str] = []
    for name in found:
        number = 1
        made = name
        while made in out:
            number += 1
            made = f"{name}_{number}"
        out.append(made)
    return out
