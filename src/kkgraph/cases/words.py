"""What a comparison says in its own words, in English and Thai."""

from __future__ import annotations

from typing import Final

from kkgraph.cases.conditions import ABSENT, PRESENT, SPOKEN
from kkgraph.cases.matrix import BOTH, UNREPORTED
from kkgraph.model import Text

STATES: Final[dict[str, Text]] = {
    PRESENT: {"en": "reported present", "th": "รายงานว่ามี"},
    ABSENT: {"en": "reported absent", "th": "รายงานว่าไม่มี"},
    BOTH: {"en": "contradiction: both reported", "th": "ขัดแย้ง: รายงานทั้งสองอย่าง"},
    UNREPORTED: {"en": "not reported", "th": "ไม่มีรายงาน"},
}
ONLY: Final[Text] = {
    "en": "spoken of, not reported",
    "th": "กล่าวถึงแต่มิใช่การรายงาน",
}
LEVELS: Final[dict[str, Text]] = {
    "body": {"en": "named body", "th": "องค์กรที่ระบุชื่อ"},
    "group": {"en": "named group of cases", "th": "กลุ่มกรณีศึกษาที่ระบุชื่อ"},
    "unnamed": {"en": "group not named", "th": "กลุ่มที่ไม่ระบุชื่อ"},
    "population": {"en": "population described", "th": "ประชากรที่กล่าวถึง"},
    "other": {"en": "place, study or in general", "th": "สถานที่ งานวิจัย หรือทั่วไป"},
}
HEADS: Final[dict[str, Text]] = {
    "case": {"en": "Case", "th": "กรณี"},
    "level": {"en": "Sort", "th": "ชนิด"},
    "sources": {"en": "Said by the studies", "th": "กล่าวในการศึกษา"},
    "condition": {"en": "Condition", "th": "เงื่อนไข"},
    "state": {"en": "State", "th": "สถานะ"},
    "report": {"en": "What the finding reports", "th": "สิ่งที่ข้อค้นพบรายงาน"},
    "finding": {"en": "Finding", "th": "ข้อค้นพบ"},
    "statement": {"en": "Statement", "th": "ข้อความ"},
    "hedge": {"en": "Strength", "th": "ระดับการยืนยัน"},
    "holder": {"en": "Said by", "th": "ผู้กล่าว"},
    "study": {"en": "Study", "th": "การศึกษา"},
    "evidence": {"en": "Evidence", "th": "หลักฐาน"},
}
REPORTS: Final[dict[str, Text]] = {
    PRESENT: {"en": "present", "th": "มี"},
    ABSENT: {"en": "absent", "th": "ไม่มี"},
    SPOKEN: {"en": "speaks of it", "th": "กล่าวถึง"},
}
SHEETS: Final[dict[str, Text]] = {
    "matrix": {"en": "Matrix", "th": "เมทริกซ์"},
    "evidence": {"en": "Evidence", "th": "หลักฐาน"},
    "notes": {"en": "How to read", "th": "วิธีอ่าน"},
}
UNREPORTED_NOTE: Final[Text] = {
    "en": "Not reported means that the sources don't say it. It is not absence.",
    "th": "“ไม่มีรายงาน” หมายความว่าแหล่งข้อมูลมิได้กล่าวไว้ มิใช่ว่าไม่มี",
}
GROUPS_NOTE: Final[Text] = {
    "en": "What is said of a group is said of the group, not of each member. Groups that the "
    "source does not name have rows of their own and are never merged.",
    "th": "สิ่งที่กล่าวถึงกลุ่มเป็นของกลุ่ม มิใช่ของสมาชิกแต่ละราย กลุ่มที่แหล่งข้อมูลไม่ระบุชื่อมีแถวของตนเองและไม่รวมกัน",
}
BLANK_NOTE: Final[Text] = {
    "en": "blank = not reported, or only spoken of less firmly; never read it as 0",
    "th": "ช่องว่าง = ไม่มีรายงาน หรือกล่าวไว้ไม่หนักแน่นพอ ห้ามอ่านเป็น 0",
}
COUNTED: Final[Text] = {"en": "Counted as reports: {}", "th": "นับเป็นการรายงาน: {}"}
ELSEWHERE: Final[Text] = {
    "en": "{} more findings on such conditions are claimed for what has no row here, such as "
    "places, studies or in general (--rows).",
    "th": "ยังมีข้อค้นพบอีก {} ข้อที่กล่าวถึงสิ่งซึ่งไม่มีแถวในที่นี้ เช่น สถานที่ งานวิจัย หรือทั่วไป (--rows)",
}
FORCED: Final[Text] = {
    "en": "Loaded in spite of problems ({}): {}",
    "th": "นำเข้าทั้งที่มีปัญหา {} ข้อ: {}",
}
CONTRADICTION: Final[Text] = {
    "en": "contradiction, left blank: {}",
    "th": "ขัดแย้ง จึงเว้นว่าง: {}",
}
MEMBERS: Final[Text] = {
    "en": "Members, of whom alone this is not said",
    "th": "สมาชิก ซึ่งมิได้กล่าวถึงเป็นรายแห่ง",
}
GROUPS: Final[Text] = {
    "en": "Also one of, with rows of their own",
    "th": "อยู่ในกลุ่มต่อไปนี้ด้วย ซึ่งมีแถวของตนเอง",
}
TITLE: Final[Text] = {
    "en": "What the cases have in common, and who says so",
    "th": "กรณีต่าง ๆ มีสิ่งใดร่วมกัน และใครเป็นผู้กล่าว",
}
SKIP: Final[Text] = {"en": "Skip to the evidence", "th": "ข้ามไปยังหลักฐาน"}
NOTHING: Final[Text] = {
    "en": "Nothing of this kind is said of these cases.",
    "th": "ไม่มีข้อความชนิดนี้เกี่ยวกับกรณีเหล่านี้",
}
COMMON: Final[Text] = {
    "en": "Reported present of more than one row",
    "th": "รายงานว่ามีมากกว่าหนึ่งแถว",
}
NONE_COMMON: Final[Text] = {
    "en": "No condition is reported present of more than one row.",
    "th": "ไม่มีเงื่อนไขใดที่รายงานว่ามีมากกว่าหนึ่งแถว",
}
ALSO: Final[Text] = {"en": "also", "th": "และ"}
