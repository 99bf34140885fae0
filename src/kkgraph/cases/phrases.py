"""What reports of problems say around them, in English and Thai."""

from __future__ import annotations

from typing import Final

OWN_SHEET: Final = "(kkgraph)"
"""How the name of a sheet ends that marking has added: readers skip it, marking replaces it."""
PHRASES: Final[dict[str, tuple[str, str]]] = {
    "title": ("Check of {n}", "ผลการตรวจ {n}"),
    "conforms": ("No problems found.", "ไม่พบปัญหา"),
    "violation_of": ("problem", "ปัญหา"),
    "warning_of": ("warning", "คำเตือน"),
    "info_of": ("remark", "ข้อสังเกต"),
    "violation": ("1 problem", "1 ปัญหา"),
    "violations": ("{n} problems", "{n} ปัญหา"),
    "warning": ("1 warning", "1 คำเตือน"),
    "warnings": ("{n} warnings", "{n} คำเตือน"),
    "info": ("1 remark", "1 ข้อสังเกต"),
    "infos": ("{n} remarks", "{n} ข้อสังเกต"),
    "place": ("Place", "ตำแหน่ง"),
    "thing": ("Thing", "สิ่งที่กล่าวถึง"),
    "value": ("Value", "ค่าที่พบ"),
    "rule": ("Rule", "กฎ"),
    "fix": ("What to do", "วิธีแก้"),
    "table": ("Sheet", "แผ่นงาน"),
    "cell": ("Cell", "เซลล์"),
    "severity": ("Kind", "ระดับ"),
    "problem": ("What is wrong", "ปัญหาที่พบ"),
    "write": ("Write instead", "ค่าที่แนะนำ"),
    "shape": ("Shape", "รหัสกฎ"),
    "reader": ("Found while reading the file: {n}", "พบขณะอ่านแฟ้ม: {n}"),
    "places": ("{n} places", "{n} แห่ง"),
    "rule_is": ("rule", "กฎ"),
    "fix_is": ("to do", "วิธีแก้"),
    "row": ("row {n}", "แถว {n}"),
}


def say(key: str, lang: str, **values: object) -> str:
    """A phrase in the language, with its values filled in."""
    english, thai = PHRASES[key]
    return (thai if lang == "th" else english).format(**values)


def is_own_sheet(name: str) -> bool:
    """True for the name of a sheet that marking has added."""
    return name.endswith(OWN_SHEET)
