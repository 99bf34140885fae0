"""Workbooks of cases, made by hand for the tests: a right one, and one with planted errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Rows = dict[str, list[dict[str, Any]]]
TITLES = {
    "case": "Case", "findings": "Findings", "evidence": "Evidence",
    "systems": "Systems and services", "actors": "Actors and groups",
    "collaborations": "Collaborations", "topics": "Topics and things", "sources": "Sources",
    "gaps": "Open questions",
}  # fmt: skip


def right(findings: int = 10) -> Rows:
    """The rows of a case without any problem."""
    return {
        "case": [{"id": "my-town", "name_th": "การศึกษาเทศบาลตัวอย่าง", "name_en": "A town"}],
        "findings": [_finding(n) for n in range(1, findings + 1)],
        "evidence": [
            {"finding": f"F{n}", "source": "text", "start": 100 * n, "end": 100 * n + 60,
             "passage": f"{n:064x}"}
            for n in range(1, findings + 1)
        ],
        "systems": [
            {"id": "complaints", "type": "Public digital service", "name_th": "ระบบร้องเรียน",
             "name_en": "Complaint system", "focus": "external focus", "network": "Internet",
             "status": "in use", "operated_by": "town"},
            {"id": "budget", "type": "Digital system", "name_th": "ระบบงบประมาณ",
             "name_en": "Budget system", "focus": "internal focus", "network": "Intranet",
             "status": "in use", "used_by": "town"},
            {"id": "messages", "type": "Digital system", "name_th": "ระบบข้อความ",
             "name_en": "Message system"},
        ],
        "actors": [
            {"id": "town", "type": "Town municipality", "name_th": "เทศบาลเมืองตัวอย่าง",
             "name_en": "Example Town", "dla_code": "4400199", "dla_year": "2560",
             "dla_source": "register"},
            {"id": "firms", "type": "Actor network", "name_th": "เครือข่ายบริษัท",
             "name_en": "Network of firms", "stated_size": 8},
        ],
        "collaborations": [
            {"id": "mou", "name_th": "ความร่วมมือกับเครือข่าย", "name_en": "Work with the network",
             "party": "town; firms", "form": "mou-signing", "formality": "formal"},
        ],
        "topics": [
            {"id": "awareness", "type": "Condition", "name_th": "การรับรู้ในเมืองตัวอย่าง",
             "name_en": "Awareness in the example town",
             "scheme": "scheme-topics"},
        ],
        "sources": [
            {"id": "article", "type": "Article", "name_th": "บทความ", "name_en": "The article",
             "study": "my-town"},
            {"id": "text", "type": "Source text", "name_th": "แฟ้มข้อความ", "name_en": "The text",
             "taken_from": "article", "file_hash": "a" * 64, "characters": 60000},
            {"id": "register", "type": "Cited work", "name_th": "ทะเบียน", "name_en": "A register"},
        ],
        "gaps": [
            {"id": "gap1", "question_th": "ระบบเริ่มใช้เมื่อใด", "question_en": "When did it start?",
             "reason": "notStated", "bounded_by": "F1"},
        ],
    }  # fmt: skip


def _finding(number: int) -> dict[str, Any]:
    return {
        "id": f"F{number}",
        "statement_th": f"เทศบาลตัวอย่างใช้ระบบร้องเรียนแบบที่ {number} กับประชาชน",
        "statement_en": f"The example town uses complaint system number {number} with people.",
        "kind": "result",
        "about": "town",
        "claim": "claim-uses",
        "value": ("complaints", "budget", "mou")[number % 3],
        "scope": "town",
        "hedge": "asserted",
        "holder": "my-town",
    }


def write(path: Path, rows: Rows) -> Path:
    """A workbook of the rows, with the columns' keys as heads."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for key, found in rows.items():
        sheet = book.create_sheet(TITLES[key])
        heads = list(dict.fromkeys(h for row in found for h in row))
        sheet.append(heads)
        for row in found:
            sheet.append([row.get(h) for h in heads])
    book.save(path)
    return path


def address(rows: Rows, sheet: str, row: int, column: str) -> str:
    """``Sheet!C7`` of a column in the row-th record of a sheet, from 1."""
    from kkgraph.cases.records import letters

    heads = list(dict.fromkeys(h for found in rows[sheet] for h in found))
    return f"{TITLES[sheet]}!{letters(heads.index(column) + 1)}{row + 1}"


PLANTED: list[tuple[str, str, int, str, Any, Any]] = [
    # kind, sheet, record (from 1), column, what is wrong, what is right
    ("a name with a slip", "findings", 1, "hedge", "assertd", None),
    ("a name with a slip", "findings", 2, "claim", "uses or aplies", None),
    ("a name with a slip", "systems", 1, "focus", "externl focus", None),
    ("a slip in Thai", "findings", 3, "hedge", "กล่าวยืนยน", None),
    ("a slip in Thai", "systems", 2, "status", "ใช้งานอยุ่", None),
    ("nothing there", "findings", 4, "claim", None, "claim-uses"),
    ("nothing there", "findings", 5, "kind", None, "result"),
    ("nothing there", "gaps", 1, "reason", None, "notStated"),
    ("one language missing", "findings", 6, "statement_th", None, "เทศบาลใช้ระบบร้องเรียนกับประชาชน"),
    ("one language missing", "topics", 1, "name_en", None, "Awareness in the town"),
    ("too short", "findings", 7, "statement_en", "It is used.", "It is used by the example town."),
    ("too many", "findings", 8, "hedge", "asserted; goal", "asserted"),
    ("too many", "findings", 9, "kind", "result; cause", "result"),
    ("no check sum", "evidence", 1, "passage", None, f"{1:064x}"),
    ("ends before it starts", "evidence", 2, "start", 900, 200),
    ("beyond the text", "evidence", 3, "end", 70000, 360),
    ("a wrong kind of thing", "findings", 10, "claim", "asserted", "claim-uses"),
    ("a wrong kind of thing", "findings", 11, "kind", "internet", "result"),
    ("none of several kinds", "findings", 12, "scope", "awareness", "town"),
    ("none of several kinds", "findings", 13, "holder", "complaints", "my-town"),
    ("a code of the wrong form", "actors", 1, "dla_code", "44001", "4400199"),
    ("too small", "actors", 2, "stated_size", 0, 8),
    ("no number", "evidence", 7, "end", "many", 760),
    ("no number", "evidence", 4, "start", "four hundred", 400),
    (
        "a formula",
        "findings",
        14,
        "statement_en",
        "=A1&B1",
        "The example town uses it with people.",
    ),
    ("a formula", "evidence", 5, "end", "=1+1", 560),
    ("an error value", "evidence", 6, "start", "#REF!", 600),
    ("a row that is not there", "findings", 15, "value", "no-such-row", "complaints"),
    ("a row that is not there", "gaps", 1, "bounded_by", "F99", "F1"),
    ("an id twice", "systems", 3, "id", "complaints", "messages"),
]


def planted() -> Rows:
    """The right case with every planted error."""
    rows = right(16)
    for _, sheet, number, column, wrong, _ in PLANTED:
        rows[sheet][number - 1][column] = wrong
    return rows
