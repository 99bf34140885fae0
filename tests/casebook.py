"""A small sound case as rows of the form, for tests to write, break and read again."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kkgraph.cases import reading, template
from kkgraph.cases.known import Known
from kkgraph.cases.records import Case

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ROWS: dict[str, list[dict[str, Any]]] = {
    "case": [
        {
            "id": "nong-na",
            "name_th": "การศึกษาเทศบาลหนองนา",
            "name_en": "The study of Nong Na",
            "description_en": "A study that tests made up.",
            "known_through": "article",
        }
    ],
    "sources": [
        {
            "id": "article",
            "type": "Article",
            "name_th": "บทความหนองนา",
            "name_en": "The Nong Na article",
            "date": "31/5/2562",
            "citation": "Nong Na (2019).",
            "study": "nong-na",
        },
        {
            "id": "text",
            "type": "Source text",
            "name_th": "ตัวบทหนองนา",
            "name_en": "The Nong Na text",
            "taken_from": "article",
            "file_hash": HASH,
            "characters": "5000",
        },
    ],
    "actors": [
        {
            "id": "council",
            "type": "Town municipality",
            "name_th": "เทศบาลเมืองหนองนา",
            "name_en": "Nong Na Town Municipality",
            "other_names_en": "Nong Na; NN",
            "dla_code": "4400199",
            "dla_year": "๒๕๖๐",
            "dla_source": "article",
        },
        {
            "id": "some",
            "type": "Anonymous case group",
            "name_th": "เทศบาลบางแห่งของหนองนา (ไม่ระบุชื่อ)",
            "name_en": "Some municipalities of Nong Na (not named)",
            "size": "2",
            "out_of": "6",
        },
    ],
    "systems": [
        {
            "id": "line",
            "type": "Public digital service",
            "name_th": "ระบบร้องเรียนหนองนา",
            "name_en": "Nong Na complaints",
            "focus": "external focus",
            "network": "Internet; Extranet",
            "status": "in use",
            "provided_by": "council",
        }
    ],
    "topics": [
        {
            "id": "awareness",
            "type": "Condition",
            "name_th": "การรับรู้ของชาวหนองนา",
            "name_en": "Awareness in Nong Na",
        }
    ],
    "collaborations": [
        {
            "id": "mou",
            "name_th": "ความร่วมมือหนองนา",
            "name_en": "The Nong Na collaboration",
            "party": "council; academics-and-researchers",
            "formality": "formal",
        }
    ],
    "findings": [
        {
            "id": "F1",
            "statement_th": "เทศบาลเมืองหนองนาใช้ระบบร้องเรียนของตนเอง",
            "statement_en": "Nong Na uses a complaint system of its own, and the study says so.",
            "kind": "result",
            "about": "council; line; mou",
            "claim": "uses or applies",
            "value": "line",
            "scope": "council",
            "hedge": "asserted",
            "holder": "nong-na",
            "theme": "Theme 1: forms of digital technology",
        },
        {
            "id": "F2",
            "statement_th": "เทศบาลบางแห่งคาดว่าประชาชนจะรับรู้มากขึ้น",
            "statement_en": "Some municipalities expect that people will come to know more.",
            "kind": "ผลการศึกษา",
            "about": "awareness",
            "claim": "uses or applies",
            "value_th": "รับรู้; เข้าใจ",
            "value_number": "70; 85.5",
            "scope": "some",
            "hedge": "ความคาดหวัง",
            "holder": "การศึกษาเทศบาลหนองนา",
            "open_list": "ใช่",
            "restates": "F1",
        },
    ],
    "evidence": [
        {"finding": "F1", "source": "text", "start": "100", "end": "150", "passage": HASH},
        {"finding": "F2", "source": "article", "locator": "abstract"},
    ],
    "gaps": [
        {
            "id": "gap1",
            "question_th": "ระบบเริ่มใช้เมื่อใด",
            "question_en": "When did the system start?",
            "reason": "not stated",
            "bounded_by": "F1",
        }
    ],
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows, to be changed as one likes."""
    return deepcopy(ROWS)


def write(
    path: Path, known: Known, *, lang: str = "en", rows: dict[str, list[dict[str, Any]]] = ROWS
) -> Path:
    """A filled form at that path."""
    template.write(path, known, lang=lang, rows=rows, replace=True)
    return path


def read(path: Path, known: Known) -> Case:
    """The case in a file."""
    return reading.read(path, known)


def triples(case: Case) -> set[ox.Triple]:
    """The triples as a set, each of which must have a place."""
    assert all(case.origins[t] for t in case.triples)
    assert len(set(case.triples)) == len(case.triples)
    return set(case.triples)


def said(case: Case, *, grave: bool = False) -> list[tuple[str, str, str]]:
    """Code, severity and place (without the file) of each remark; only violations if grave."""
    return [
        (p.component, p.severity, p.where.removeprefix(case.source).lstrip(": "))
        for p in case.problems
        if not grave or p.severity == "violation"
    ]
