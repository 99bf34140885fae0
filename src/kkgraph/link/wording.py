"""Words for reasons and outcomes, in Thai and English."""

from __future__ import annotations

from typing import Final

from kkgraph.link.records import Candidate, Decision, Reason
from kkgraph.model import Text

KINDS: Final[dict[str, Text]] = {
    "name": {"en": "name", "th": "ชื่อ"},
    "type": {"en": "type", "th": "ประเภท"},
    "province": {"en": "province", "th": "จังหวัด"},
    "district": {"en": "district", "th": "อำเภอ"},
    "identifier": {"en": "code", "th": "รหัส"},
    "place": {"en": "place", "th": "พิกัด"},
    "rival": {"en": "other candidates", "th": "ตัวเลือกอื่น"},
    "score": {"en": "score of the service", "th": "คะแนนของบริการ"},
    "review": {"en": "review", "th": "การตรวจทาน"},
}
VERDICTS: Final[dict[str, Text]] = {
    "agrees": {"en": "agrees", "th": "ตรงกัน"},
    "near": {"en": "is near", "th": "ใกล้เคียง"},
    "differs": {"en": "differs", "th": "ต่างกัน"},
    "contradicts": {"en": "contradicts", "th": "ขัดกัน"},
}
OUTCOMES: Final[dict[str, Text]] = {
    "linked": {"en": "linked", "th": "จับคู่แล้ว"},
    "ambiguous": {"en": "ambiguous", "th": "กำกวม"},
    "none": {"en": "none found", "th": "ไม่พบคู่"},
}
WHY: Final[dict[str, Text]] = {
    "certain": {"en": "all that is known agrees", "th": "ข้อมูลที่ทราบตรงกัน"},
    "identifier": {"en": "a code agrees", "th": "รหัสตรงกัน"},
    "tie": {"en": "several fit equally well", "th": "มีหลายรายการที่ตรงพอ ๆ กัน"},
    "rival": {"en": "another row claims it too", "th": "มีอีกแถวที่ตรงกับรายการเดียวกัน"},
    "weak": {"en": "the best is not sure enough", "th": "รายการที่ดีที่สุดยังไม่แน่ชัดพอ"},
    "veto": {"en": "a code contradicts", "th": "รหัสขัดกัน"},
    "unknown-name": {"en": "no such name there", "th": "ไม่มีชื่อนี้ในปลายทาง"},
    "no-name": {"en": "the row has no name", "th": "แถวนี้ไม่มีชื่อ"},
    "territory": {
        "en": "the row names a territory, which is no organisation",
        "th": "แถวนี้กล่าวถึงเขตพื้นที่ซึ่งมิใช่องค์กร",
    },
    "unanswered": {"en": "the service gave no answer", "th": "บริการไม่ได้ตอบ"},
    "reviewed": {"en": "decided by a reviewer", "th": "ผู้ตรวจทานตัดสิน"},
}
TYPES: Final[dict[str, Text]] = {
    "PAO": {"en": "Provincial Administrative Organisation", "th": "องค์การบริหารส่วนจังหวัด"},
    "MUNICIPALITY": {"en": "Municipality", "th": "เทศบาล"},
    "CITY": {"en": "City Municipality", "th": "เทศบาลนคร"},
    "TOWN": {"en": "Town Municipality", "th": "เทศบาลเมือง"},
    "SUBDISTRICT": {"en": "Subdistrict Municipality", "th": "เทศบาลตำบล"},
    "SAO": {"en": "Subdistrict Administrative Organisation", "th": "องค์การบริหารส่วนตำบล"},
    "SPECIAL": {"en": "special local administration", "th": "องค์กรปกครองส่วนท้องถิ่นรูปแบบพิเศษ"},
}
"""What the types are called, as they stand in a body's name."""


def word(words: dict[str, Text], key: str, lang: str) -> str:
    """The word for a key in the language; the key itself where there is none."""
    return words[key][lang] if key in words else key


def reason(given: Reason, lang: str) -> str:
    """One reason, such as ``name agrees (ท่าพระ)``."""
    between = "" if lang == "th" else " "
    text = word(KINDS, given.kind, lang) + between + word(VERDICTS, given.verdict, lang)
    return f"{text} ({given.detail})" if given.detail else text


def reasons(candidate: Candidate, lang: str) -> str:
    """A candidate's reasons in one line."""
    return "; ".join(reason(r, lang) for r in candidate.reasons)


def why(decision: Decision, lang: str) -> str:
    """Why it was decided so, in words."""
    return word(WHY, decision.why, lang)
