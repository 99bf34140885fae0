"""What the command line says, in English and Thai."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "unknown": {"en": "Unknown", "th": "ไม่ทราบ"},
    "says": {"en": "What is known", "th": "สิ่งที่ทราบ"},
    "not_known": {"en": "Not known", "th": "ยังไม่ทราบ"},
    "open_line": {"en": "Open a line", "th": "เปิดดูหลักฐาน"},
    "no_rows": {"en": "No rows.", "th": "ไม่พบข้อมูล"},
    "truncated": {
        "en": "The answer is longer; only the first {n} rows are shown (--max-rows).",
        "th": "คำตอบยาวกว่านี้ แสดงเพียง {n} แถวแรก (--max-rows)",
    },
    "asked": {"en": "{where} was asked on {when}.", "th": "ถาม {where} เมื่อ {when}"},
    "kept": {
        "en": "{where} was asked on {when}; this is the answer kept from then (--allow-remote asks "
        "again).",
        "th": "คำตอบนี้เก็บไว้จากการถาม {where} เมื่อ {when} (--allow-remote เพื่อถามใหม่)",
    },
    "engine": {"en": "Engine", "th": "เครื่องมือตอบ"},
    "why": {"en": "Why", "th": "เหตุผล"},
    "note": {"en": "Note", "th": "หมายเหตุ"},
    "scope": {"en": "Scope", "th": "ขอบเขต"},
    "hedge": {"en": "Hedge", "th": "ระดับการยืนยัน"},
    "holder": {"en": "Whose statement", "th": "ผู้กล่าว"},
    "graph": {"en": "Graph", "th": "กราฟ"},
    "evidence": {"en": "Evidence", "th": "หลักฐาน"},
    "characters": {"en": "characters {a}–{b} of {s}", "th": "อักขระที่ {a}–{b} ของ {s}"},
    "passage": {"en": "Passage", "th": "ข้อความต้นฉบับ"},
    "no_text": {
        "en": "The text is not at hand: give it with --source FILE to read the passage.",
        "th": "ไม่มีตัวบทอยู่ในเครื่อง ระบุด้วย --source FILE เพื่ออ่านข้อความต้นฉบับ",
    },
    "type": {"en": "Type", "th": "ประเภท"},
    "codes": {"en": "Codes", "th": "รหัส"},
    "also": {"en": "Also called", "th": "ชื่ออื่น"},
    "matches": {"en": "Elsewhere", "th": "ในแหล่งอื่น"},
    "facts": {"en": "Direct statements", "th": "ข้อความโดยตรง"},
    "about": {"en": "Said about it", "th": "สิ่งที่กล่าวถึง"},
    "value": {"en": "Named in", "th": "ถูกอ้างถึงใน"},
    "scoped": {"en": "Said for it", "th": "สิ่งที่กล่าวเฉพาะขอบเขตนี้"},
    "held": {"en": "Its own statements", "th": "ข้อความของผู้กล่าวนี้"},
    "gaps": {"en": "Knowledge gaps that it bounds", "th": "ช่องว่างความรู้ที่เกี่ยวข้อง"},
    "claim": {"en": "Claim", "th": "สาระ"},
    "more": {"en": "… and {n} more (--all)", "th": "… และอีก {n} ข้อ (--all)"},
    "conforms": {"en": "No problems found.", "th": "ไม่พบปัญหา"},
    "violation_of": {"en": "problem", "th": "ปัญหา"},
    "warning_of": {"en": "warning", "th": "คำเตือน"},
    "info_of": {"en": "remark", "th": "ข้อสังเกต"},
    "violation": {"en": "1 problem", "th": "1 ปัญหา"},
    "violations": {"en": "{n} problems", "th": "{n} ปัญหา"},
    "warning": {"en": "1 warning", "th": "1 คำเตือน"},
    "warnings": {"en": "{n} warnings", "th": "{n} คำเตือน"},
    "info": {"en": "1 remark", "th": "1 ข้อสังเกต"},
    "infos": {"en": "{n} remarks", "th": "{n} ข้อสังเกต"},
    "stop": {"en": ".", "th": ""},
    "in_part": {
        "en": "({n} of them listed; --first N lists more, --summary counts them by shape)",
        "th": "(แสดง {n} ข้อ ใช้ --first N เพื่อดูเพิ่ม หรือ --summary เพื่อนับแยกตามกฎ)",
    },
    "bulk": {
        "en": "{n} results in {t} triples (read in {a} s, validated in {b} s)",
        "th": "{n} ข้อ จาก {t} ทริเปิล (อ่าน {a} วินาที ตรวจ {b} วินาที)",
    },
    "value_is": {"en": "value", "th": "ค่า"},
    "notNamed": {"en": "the study does not name it", "th": "การศึกษาไม่ระบุชื่อ"},
    "notStated": {"en": "the study does not state it", "th": "การศึกษามิได้กล่าวไว้"},
    "openListReason": {
        "en": 'the study gives examples only; its list ends in "etc."',
        "th": "การศึกษายกเพียงตัวอย่าง รายการยังไม่สิ้นสุด",
    },
    "notMeasured": {"en": "the study did not measure it", "th": "การศึกษามิได้วัดผล"},
    "outsideScope": {
        "en": "the study claims nothing beyond its own area",
        "th": "การศึกษามิได้อ้างผลนอกพื้นที่ของตน",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return MESSAGES[key][lang].format(**values)


def reason(curie: str, lang: str, fallback: str) -> str:
    """Why something is unknown, as a clause; the concept's label where none is written here."""
    key = curie.partition(":")[2]
    return say(key, lang) if key in MESSAGES else fallback
