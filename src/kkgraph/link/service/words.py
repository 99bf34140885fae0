"""What the reconciliation service says in its own words, in English and Thai."""

from __future__ import annotations

from typing import Final

from kkgraph.model import Text

BODIES: Final[Text] = {
    "en": "local government in the graph",
    "th": "องค์กรปกครองส่วนท้องถิ่นในกราฟ",
}
"""What the bodies of a graph are called as a register."""
PROPERTIES: Final[dict[str, tuple[Text, Text]]] = {
    "type": (
        {"en": "type", "th": "ประเภท"},
        {"en": "The kind of local government body", "th": "ประเภทขององค์กรปกครองส่วนท้องถิ่น"},
    ),
    "province": (
        {"en": "province", "th": "จังหวัด"},
        {"en": "By name, or by its two digits of TIS 1099", "th": "ชื่อ หรือรหัสสองหลักตาม มอก. 1099"},
    ),
    "district": (
        {"en": "district", "th": "อำเภอ"},
        {"en": "By name, or by its four digits of TIS 1099", "th": "ชื่อ หรือรหัสสี่หลักตาม มอก. 1099"},
    ),
    "name_th": (
        {"en": "name in Thai", "th": "ชื่อภาษาไทย"},
        {"en": "The whole name", "th": "ชื่อเต็ม"},
    ),
    "name_en": (
        {"en": "name in English", "th": "ชื่อภาษาอังกฤษ"},
        {"en": "The whole name", "th": "ชื่อเต็ม"},
    ),
    "other_names": (
        {"en": "names as registered", "th": "ชื่อตามทะเบียน"},
        {"en": "Every name of the register, as it stands there", "th": "ทุกชื่อตามที่ปรากฏในทะเบียน"},
    ),
    "iri": (
        {"en": "IRI", "th": "IRI"},
        {"en": "The identifier on the web", "th": "ตัวระบุบนเว็บ"},
    ),
    "latitude": (
        {"en": "latitude", "th": "ละติจูด"},
        {"en": "In degrees (WGS 84)", "th": "หน่วยองศา (WGS 84)"},
    ),
    "longitude": (
        {"en": "longitude", "th": "ลองจิจูด"},
        {"en": "In degrees (WGS 84)", "th": "หน่วยองศา (WGS 84)"},
    ),
    "coordinates": (
        {"en": "coordinates", "th": "พิกัด"},
        {"en": "Latitude, longitude in degrees (WGS 84)", "th": "ละติจูด, ลองจิจูด หน่วยองศา (WGS 84)"},
    ),
}
SCHEMES: Final[dict[str, tuple[Text, Text]]] = {
    "dla": (
        {"en": "DLA code", "th": "รหัส สถ."},
        {
            "en": "The seven digits of the Department of Local Administration",
            "th": "รหัสเจ็ดหลักของกรมส่งเสริมการปกครองท้องถิ่น",
        },
    ),
    "geocode": (
        {"en": "geocode", "th": "รหัสพื้นที่"},
        {"en": "A code that begins with those of TIS 1099", "th": "รหัสที่ขึ้นต้นตาม มอก. 1099"},
    ),
    "wikidata": (
        {"en": "Wikidata item", "th": "รายการวิกิสนเทศ"},
        {"en": "Such as Q21278778", "th": "เช่น Q21278778"},
    ),
}
SCHEME: Final[tuple[Text, Text]] = (
    {"en": "{} code", "th": "รหัส {}"},
    {"en": "A code of the register", "th": "รหัสในทะเบียน"},
)
LIMIT: Final[tuple[Text, Text]] = (
    {"en": "Limit", "th": "จำนวนค่า"},
    {
        "en": "Values for each row at most (0: all of them)",
        "th": "จำนวนค่าสูงสุดต่อแถว (0 คือทั้งหมด)",
    },
)
CONTENT: Final[tuple[Text, Text]] = (
    {"en": "Content", "th": "เนื้อหา"},
    {"en": "How a value that is itself a thing is given", "th": "รูปแบบของค่าที่เป็นสิ่งหนึ่งสิ่งใด"},
)
CONTENTS: Final[dict[str, Text]] = {
    "entity": {"en": "thing with its identifier", "th": "สิ่งนั้นพร้อมตัวระบุ"},
    "name": {"en": "name only", "th": "ชื่อเท่านั้น"},
    "id": {"en": "code only", "th": "รหัสเท่านั้น"},
}
PROVINCE_OF: Final[Text] = {"en": "{} province", "th": "จังหวัด{}"}
BANGKOK: Final[Text] = {"en": "Bangkok", "th": "กรุงเทพมหานคร"}
FEATURES: Final[dict[str, Text]] = {
    "name": {"en": "how near the names are", "th": "ความใกล้เคียงของชื่อ"},
    "type": {"en": "whether the types agree", "th": "ประเภทตรงกันหรือไม่"},
    "province": {"en": "whether the provinces agree", "th": "จังหวัดตรงกันหรือไม่"},
    "district": {"en": "whether the districts agree", "th": "อำเภอตรงกันหรือไม่"},
    "identifier": {"en": "whether a code agrees", "th": "รหัสตรงกันหรือไม่"},
    "place": {"en": "how near the places are", "th": "ความใกล้ของที่ตั้ง"},
    "rival": {"en": "whether another is as good", "th": "มีรายการอื่นที่ดีเท่ากันหรือไม่"},
    "contradicted": {
        "en": "a code, a type or a territory speaks against it",
        "th": "มีรหัส ประเภท หรือพื้นที่ที่ขัดแย้ง",
    },
}
HOW_MANY: Final[Text] = {"en": "entries in the register", "th": "จำนวนในทะเบียน"}
MEANING: Final[Text] = {"en": "meaning", "th": "ความหมาย"}
