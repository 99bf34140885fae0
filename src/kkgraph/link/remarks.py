"""What can be wrong with a review or a register, as problems with their places."""

from __future__ import annotations

from typing import Final

from kkgraph.cases.records import Place
from kkgraph.model import Problem, Text

TEXTS: Final[dict[str, Text]] = {
    "word": {
        "en": 'The decision "{value}" is none of: {words}. Choose one of them.',
        "th": 'คำตัดสิน "{value}" ไม่ใช่คำใดใน {words} โปรดเลือกคำหนึ่ง',
    },
    "confirm": {
        "en": '"{value}" is no confirmation. Write {words}, or leave the cell empty.',
        "th": '"{value}" ไม่ใช่คำยืนยัน โปรดเขียน {words} หรือเว้นว่าง',
    },
    "no-candidate": {
        "en": 'There is no such candidate in this row: it has {n}. ("{value}")',
        "th": 'แถวนี้ไม่มีตัวเลือกนั้น เพราะมี {n} ตัวเลือก ("{value}")',
    },
    "changed": {
        "en": 'This cell was changed: it said "{was}". Put that back; write into the yellow '
        "columns only.",
        "th": 'เซลล์นี้ถูกแก้ เดิมเขียนว่า "{was}" โปรดคืนค่าเดิม และเขียนเฉพาะในคอลัมน์สีเหลือง',
    },
    "foreign-row": {
        "en": "This row is of another review, or its hidden data were changed. Take it out, or "
        "restore it from the file as it was written.",
        "th": "แถวนี้เป็นของการตรวจทานอื่น หรือข้อมูลที่ซ่อนไว้ถูกแก้ โปรดนำออก หรือคืนค่าจากแฟ้มเดิม",
    },
    "twice": {
        "en": "This row stands in row {first} already. Keep one of them.",
        "th": "แถวนี้ซ้ำกับแถวที่ {first} โปรดเก็บไว้แถวเดียว",
    },
    "missing": {
        "en": "{n} rows are missing (numbers {listed} of the linking). Put them back; leave a row "
        "empty to decide nothing on it.",
        "th": "มีแถวหายไป {n} แถว (ลำดับ {listed} ของการจับคู่) โปรดนำกลับมา หากไม่ต้องการตัดสินให้เว้นว่าง",
    },
    "shared": {
        "en": "{value} is the target of another row too ({others}). Correct one, or confirm it in "
        "the column beside.",
        "th": "{value} เป็นคู่ของแถวอื่นด้วย ({others}) โปรดแก้แถวหนึ่ง หรือยืนยันในคอลัมน์ถัดไป",
    },
    "duplicate-code": {
        "en": 'The code "{value}" stands in row {first} already. Each row needs a code of its own.',
        "th": 'รหัส "{value}" มีอยู่แล้วในแถวที่ {first} แต่ละแถวต้องมีรหัสของตน',
    },
    "no-code": {
        "en": "The row has no code. Fill it in, or take the row out.",
        "th": "แถวนี้ไม่มีรหัส โปรดเติมรหัสหรือนำแถวออก",
    },
    "bad-code": {
        "en": '"{value}" is no code of the kind {scheme}. Correct it.',
        "th": '"{value}" ไม่ใช่รหัสชนิด {scheme} โปรดแก้ไข',
    },
    "left-out": {
        "en": '"{value}" is no code of the kind {scheme}, and is left out.',
        "th": '"{value}" ไม่ใช่รหัสชนิด {scheme} จึงไม่นำเข้า',
    },
    "unknown-type": {
        "en": '"{value}" is no type of local administration. Correct it; known are: {words}.',
        "th": '"{value}" ไม่ใช่ประเภทขององค์กรปกครองส่วนท้องถิ่น โปรดแก้ไข ประเภทที่รู้จักคือ {words}',
    },
    "no-name": {
        "en": "The row has no name. Fill it in, or take the row out.",
        "th": "แถวนี้ไม่มีชื่อ โปรดเติมชื่อหรือนำแถวออก",
    },
    "mixed-encodings": {
        "en": "This line is not in UTF-8, and line {first} is. Save the whole file as CSV UTF-8.",
        "th": "บรรทัดนี้ไม่ใช่ UTF-8 แต่บรรทัดที่ {first} เป็น โปรดบันทึกทั้งแฟ้มเป็น CSV UTF-8",
    },
    "unknown-province": {
        "en": '"{value}" is no province of Thailand. Correct it, or leave it empty.',
        "th": '"{value}" ไม่ใช่จังหวัดของประเทศไทย โปรดแก้ไขหรือเว้นว่าง',
    },
}


def remark(kind: str, place: Place | str, value: str = "", **values: object) -> Problem:
    """The problem of a kind at a place."""
    text = {lang: t.format(value=value, **values) for lang, t in TEXTS[kind].items()}
    return Problem("violation", text, "", value=value, component=kind, where=str(place))
