"""The report's own words in Thai and English; every other text comes from the graph."""

from __future__ import annotations

from typing import Final

from kkgraph.model import Text


def _word(en: str, th: str) -> Text:
    return {"en": en, "th": th}


TITLE: Final = _word(
    "Digital technology in five municipalities of Khon Kaen",
    "เทคโนโลยีดิจิทัลในเทศบาล 5 แห่งของขอนแก่น",
)
SUBTITLE: Final = _word(
    "What the study finds, how surely it says so, and what it leaves unknown",
    "สิ่งที่การศึกษาค้นพบ ระดับการยืนยันของแต่ละข้อ และสิ่งที่ยังไม่ทราบ",
)
LEAD: Final = _word(
    "This report answers the study's two research questions from its knowledge graph. Every line"
    " stands on findings of the study; open one to see for whom it holds, how surely it is said,"
    " who says it, and where in the article it stands. The points are the analyst's summary and"
    " say no more than the findings below them.",
    "รายงานนี้ตอบคำถามวิจัยสองข้อของการศึกษาจากกราฟความรู้ ทุกบรรทัดตั้งอยู่บนข้อค้นพบของการศึกษา"
    " เมื่อเปิดแต่ละข้อจะเห็นว่าใช้กับใคร ยืนยันเพียงใด ใครเป็นผู้กล่าว และอยู่ที่ใดในบทความ"
    " ประเด็นคำตอบเป็นบทสรุปของผู้วิเคราะห์ และไม่กล่าวเกินกว่าข้อค้นพบที่อยู่ใต้ประเด็นนั้น",
)
CONTENTS: Final = _word("Contents", "สารบัญ")
SKIP: Final = _word("Skip to the answers", "ข้ามไปยังคำตอบ")
NOT_KNOWN: Final = _word("Not known", "ยังไม่ทราบ")
FINDINGS: Final = _word("findings", "ข้อค้นพบ")
FINDING: Final = _word("Finding", "ข้อค้นพบ")
ANCHORS: Final = _word("anchors in the text", "ตำแหน่งอ้างอิงในตัวบท")
WORKS: Final = _word("cited works", "งานที่อ้างถึง")
GAPS: Final = _word("knowledge gaps", "สิ่งที่ยังไม่ทราบ")
READING: Final = _word("How to read the marks", "วิธีอ่านเครื่องหมายระดับการยืนยัน")
READING_NOTE: Final = _word(
    "Each finding carries the strength with which the text puts it. A goal, a belief or an"
    " expectation is not a measured result.",
    "ข้อค้นพบแต่ละข้อมีระดับการยืนยันตามที่ตัวบทกล่าว เป้าหมาย ความเชื่อ หรือความคาดหวังมิใช่ผลที่วัดได้",
)
SCOPE: Final = _word("Holds for", "ใช้กับ")
HEDGE: Final = _word("Strength", "ระดับการยืนยัน")
HOLDER: Final = _word("Said by", "ผู้กล่าว")
GRAPH: Final = _word("Graph", "กราฟ")
POSITION: Final = _word("Code points", "ตำแหน่งอักขระ")
HASH: Final = _word("SHA-256 of the passage", "SHA-256 ของข้อความ")
PLACE: Final = _word("Page or section", "หน้าหรือส่วน")
NEAREST: Final = _word("Nearest findings", "ข้อค้นพบที่ใกล้ที่สุด")
ACTORS: Final = _word("Actors and their ties", "ตัวแสดงและความเชื่อมโยง")
ACTORS_NOTE: Final = _word(
    "Drawn from what the study itself states; what it only reports from other works is left out."
    " Two boxes are joined only where the text joins them, so groups that it does not name are"
    " never merged with each other or with the five.",
    "วาดจากสิ่งที่การศึกษากล่าวเอง ไม่รวมสิ่งที่เพียงรายงานจากงานอื่น"
    " กล่องสองกล่องเชื่อมกันเฉพาะเมื่อตัวบทเชื่อมไว้"
    " กลุ่มที่ไม่ระบุชื่อจึงไม่ถูกรวมเข้าด้วยกันหรือรวมกับเทศบาลทั้งห้า",
)
DRAWING: Final = _word("Network of actors and collaborations", "เครือข่ายตัวแสดงและความร่วมมือ")
DRAWING_DESC: Final = _word(
    "{nodes} boxes joined by {edges} lines. Each line bears the tie and the finding that states"
    " it. The list below the drawing says the same in words.",
    "กล่อง {nodes} กล่องเชื่อมด้วยเส้น {edges} เส้น แต่ละเส้นมีชื่อความเชื่อมโยงและข้อค้นพบที่กล่าวไว้"
    " รายการใต้ภาพกล่าวเนื้อหาเดียวกันเป็นถ้อยคำ",
)
LEGEND: Final = _word("Legend", "คำอธิบายภาพ")
LEGEND_FORMS: Final = {
    "actor": _word("named body", "องค์กรที่ระบุชื่อ"),
    "unnamed": _word("group whose members are not named", "กลุ่มที่ไม่ระบุชื่อสมาชิก"),
    "network": _word("network or case group", "เครือข่ายหรือกลุ่มกรณีศึกษา"),
    "collaboration": _word("collaboration", "ความร่วมมือ"),
    "form": _word("form of collaboration", "รูปแบบความร่วมมือ"),
    "policy": _word("policy or project", "นโยบายหรือโครงการ"),
    "systems": _word("group of systems", "กลุ่มระบบ"),
}
LEGEND_LINE: Final = _word(
    "Broken line: the tie is not plainly asserted; its strength is written on it.",
    "เส้นประ: ไม่ใช่ข้อความที่กล่าวยืนยัน โดยเขียนระดับการยืนยันกำกับไว้",
)
IN_WORDS: Final = _word("The same in words", "เนื้อหาเดียวกันเป็นถ้อยคำ")
ALONE: Final = _word(
    "Spoken of in the results on actors, and joined to no one",
    "กล่าวถึงในผลการศึกษาด้านตัวแสดง แต่ไม่ได้เชื่อมกับผู้ใด",
)
SYSTEMS: Final = _word("Systems by focus and sector", "ระบบตามจุดเน้นและภาคส่วน")
SYSTEMS_NOTE: Final = _word(
    "The cells are the table of Palvia & Sharma as the study cites it (kkg:cited). The text sorts"
    " none of its own systems: where a system stands here is the analyst's reading (kkg:analyst)"
    " or the reasoner's conclusion from it (kkg:inferred). A system read with both focuses stands"
    " in two places.",
    "ช่องในตารางมาจากตารางของ Palvia & Sharma ตามที่การศึกษาอ้าง (kkg:cited)"
    " ตัวบทไม่ได้จัดระบบใดของตนลงในตาราง ตำแหน่งของระบบในที่นี้เป็นการอ่านของผู้วิเคราะห์ (kkg:analyst)"
    " หรือข้อสรุปของเครื่องอนุมานจากการอ่านนั้น (kkg:inferred)"
    " ระบบที่อ่านว่ามีทั้งสองจุดเน้นจึงปรากฏสองแห่ง",
)
SECTOR: Final = _word("Sector", "ภาคส่วน")
NETWORK: Final = _word("Network", "เครือข่าย")
EXAMPLE: Final = _word("Example in the table", "ตัวอย่างในตาราง")
PLACED: Final = _word("Systems placed here", "ระบบที่จัดไว้ในช่องนี้")
NONE_PUBLIC: Final = _word(
    "None: the text names no public operator of a system with an external focus.",
    "ไม่มี: ตัวบทไม่ระบุหน่วยงานภาครัฐที่ดำเนินการระบบซึ่งมุ่งภายนอก",
)
NONE: Final = _word("None.", "ไม่มี")
SEE_INTERNAL: Final = _word(
    "See below: an internal focus is enough, whatever the sector.",
    "ดูแถวล่าง: มุ่งภายในก็เพียงพอ ไม่ว่าภาคส่วนใด",
)
ANY_SECTOR: Final = _word("Any sector", "ทุกภาคส่วน")
INTERNAL_PLACED: Final = _word(
    "Systems with an internal focus (e-Governance in either sector)",
    "ระบบที่มุ่งภายใน (e-Governance ไม่ว่าภาคส่วนใด)",
)
SEE_BESIDE: Final = _word(
    "An external focus needs a stated operator: systems without one stand beside the table.",
    "ระบบที่มุ่งภายนอกต้องระบุผู้ดำเนินการ ระบบที่ไม่ระบุจึงอยู่นอกตาราง",
)
GROUPS: Final = _word("Groups of systems", "กลุ่มระบบ")
BY_ANALYST: Final = _word("analyst's reading", "การอ่านของผู้วิเคราะห์")
BY_REASONER: Final = _word("reasoner", "เครื่องอนุมาน")
BESIDE: Final = _word("Beside the table: operator not stated", "นอกตาราง: ไม่ระบุผู้ดำเนินการ")
BESIDE_NOTE: Final = _word(
    "These look outwards, yet the text does not say who runs them, so they fall in no cell.",
    "ระบบเหล่านี้มุ่งภายนอก แต่ตัวบทไม่ระบุผู้ดำเนินการ จึงไม่อยู่ในช่องใด",
)
UNREAD: Final = _word("No focus read", "ไม่ได้อ่านจุดเน้น")
THEMES: Final = _word("Findings by theme and strength", "ข้อค้นพบตามแก่นเรื่องและระดับการยืนยัน")
THEMES_NOTE: Final = _word(
    "Every number opens the list of its findings. The themes sort the results only; all else, such"
    " as the abstracts, the literature, the method and the discussion, stands outside them.",
    "ตัวเลขทุกตัวเปิดไปยังรายการข้อค้นพบ แก่นเรื่องใช้จัดเฉพาะผลการศึกษา"
    " ส่วนอื่น เช่น บทคัดย่อ วรรณกรรม วิธีวิจัย และการอภิปราย อยู่นอกแก่นเรื่อง",
)
OUTSIDE: Final = _word("Outside the themes", "นอกแก่นเรื่อง")
TOTAL: Final = _word("All", "รวม")
UNKNOWN: Final = _word("What the study leaves unknown", "สิ่งที่การศึกษาไม่ได้ให้คำตอบ")
UNKNOWN_NOTE: Final = _word(
    "Each question is one that the text raises and does not answer, with what it does say nearest"
    " to it.",
    "แต่ละข้อเป็นคำถามที่ตัวบทชวนให้ถามแต่ไม่ได้ตอบ พร้อมสิ่งใกล้เคียงที่สุดที่ตัวบทกล่าว",
)
ABOUT: Final = _word("About this report", "เกี่ยวกับรายงานนี้")
METHOD: Final = _word("Method", "วิธีการ")
METHOD_TEXT: Final = _word(
    "The study is a qualitative case study of five municipalities in the first phase of Khon Kaen"
    " Smart City. Two coders read the article and wrote each fact down as a finding in their own"
    " words, in Thai and English, with scope, strength and speaker. This page quotes no passage:"
    " it gives offsets in Unicode code points (end-exclusive) and the SHA-256 of the passage, so"
    " that whoever has the text can find and check it.",
    "การศึกษานี้เป็นกรณีศึกษาเชิงคุณภาพของเทศบาล 5 แห่งในโครงการขอนแก่นเมืองอัจฉริยะระยะที่ 1"
    " ผู้ลงรหัสสองคนอ่านบทความและเรียบเรียงข้อเท็จจริงแต่ละข้อเป็นข้อค้นพบด้วยถ้อยคำของตนทั้งภาษาไทยและอังกฤษ"
    " พร้อมขอบเขต ระดับการยืนยัน และผู้กล่าว หน้านี้ไม่คัดข้อความจากบทความ"
    " แต่ให้ตำแหน่งเป็นอักขระยูนิโคด (ไม่รวมตำแหน่งท้าย) และค่า SHA-256 ของข้อความ"
    " ผู้ที่มีตัวบทจึงค้นและตรวจสอบได้",
)
LIMITS: Final = _word("What it is not", "ข้อจำกัด")
LIMITS_TEXT: Final = _word(
    "No finding holds for a single municipality unless it names it, and none for local government"
    " elsewhere. The study's own words come first; a reading of the analyst is always marked.",
    "ไม่มีข้อค้นพบใดใช้กับเทศบาลแห่งใดแห่งหนึ่งเว้นแต่ระบุชื่อ และไม่ใช้กับท้องถิ่นนอกพื้นที่ศึกษา"
    " ให้น้ำหนักกับสิ่งที่การศึกษากล่าวเองก่อน และทำเครื่องหมายทุกครั้งที่เป็นการอ่านของผู้วิเคราะห์",
)
SOURCE: Final = _word("Source text (SHA-256 of the file)", "ตัวบท (SHA-256 ของไฟล์)")
CITE: Final = _word("Citing a finding", "การอ้างอิงข้อค้นพบ")
CITE_TEXT: Final = _word(
    "Give its IRI, such as https://w3id.org/kkgraph/id/F369, and the version of the graph.",
    "ให้ระบุ IRI เช่น https://w3id.org/kkgraph/id/F369 และรุ่นของกราฟ",
)
LICENCE: Final = _word("Licence", "สัญญาอนุญาต")
LICENCE_TEXT: Final = _word(
    "Data and text of this report: CC BY 4.0. Software: Apache 2.0. The article itself belongs to"
    " its authors and is not part of it.",
    "ข้อมูลและข้อความของรายงาน: CC BY 4.0 ซอฟต์แวร์: Apache 2.0 ตัวบทความเป็นของผู้เขียนและไม่รวมอยู่ในนี้",
)
VERSION: Final = _word("Version", "รุ่น")
DEEPER: Final = _word("Go deeper", "ดูต่อ")
OPENED: Final = _word(
    "A group without words repeats a strength shown above it.",
    "กลุ่มที่ไม่มีข้อความคือกลุ่มที่ซ้ำระดับการยืนยันที่แสดงไว้ข้างบน",
)
