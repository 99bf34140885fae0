"""What a description says in words, in English and Thai."""

from __future__ import annotations

from typing import Final

from kkgraph.model import Text, in_language

KEYWORDS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "digital local government", "e-Government", "e-Governance", "local administration",
        "municipality", "smart city", "linked data", "Thailand",
    ),
    "th": (
        "รัฐบาลท้องถิ่นดิจิทัล", "รัฐบาลอิเล็กทรอนิกส์", "องค์กรปกครองส่วนท้องถิ่น", "เทศบาล",
        "เมืองอัจฉริยะ", "ข้อมูลเชื่อมโยง", "ประเทศไทย",
    ),
}  # fmt: skip

WORDS: Final[dict[str, Text]] = {
    "catalogue": {
        "en": "Data of kkgraph: digital technology in local government",
        "th": "ข้อมูลของ kkgraph: เทคโนโลยีดิจิทัลในการปกครองส่วนท้องถิ่น",
    },
    "about": {
        "en": "The graph, the cases loaded into it, its ontology and its links to other data.",
        "th": "กราฟความรู้ กรณีศึกษาที่นำเข้า ออนโทโลยี และการเชื่อมโยงกับข้อมูลอื่น",
    },
    "graph": {
        "en": "kkgraph: digital technology in Thai municipalities",
        "th": "kkgraph: เทคโนโลยีดิจิทัลในเทศบาลไทย",
    },
    "about_graph": {
        "en": "What studies say about digital technology in local government, as {n} findings: "
        "each with whom it speaks of, how firmly, by whom, and where in the source. What a source "
        "does not say is recorded as unknown.",
        "th": "สิ่งที่งานวิจัยกล่าวถึงเทคโนโลยีดิจิทัลในการปกครองส่วนท้องถิ่น เป็นข้อค้นพบ {n} ข้อ "
        "แต่ละข้อระบุว่ากล่าวถึงผู้ใด หนักแน่นเพียงใด ผู้ใดกล่าว และอยู่ที่ใดในแหล่งข้อมูล "
        "สิ่งที่แหล่งข้อมูลไม่ได้กล่าวจะบันทึกว่าไม่ทราบ",
    },
    "endpoint": {"en": "SPARQL endpoint", "th": "จุดเชื่อมต่อ SPARQL"},
    "in_form": {"en": "As {form}, from the server", "th": "ในรูปแบบ {form} จากเครื่องแม่ข่าย"},
    "case": {"en": "Case: {name}", "th": "กรณีศึกษา: {name}"},
    "about_case": {
        "en": "{name}, as {n} findings, each with its scope, strength, speaker and place in the "
        "source.",
        "th": "{name} เป็นข้อค้นพบ {n} ข้อ แต่ละข้อระบุขอบเขต ระดับการยืนยัน ผู้กล่าว "
        "และตำแหน่งในแหล่งข้อมูล",
    },
    "ontology": {
        "en": "kkgraph ontology of digital local government",
        "th": "ออนโทโลยี kkgraph ว่าด้วยการปกครองส่วนท้องถิ่นดิจิทัล",
    },
    "about_ontology": {
        "en": "The classes and properties of the graph, with labels and definitions in English and "
        "Thai.",
        "th": "คลาสและพร็อพเพอร์ตีของกราฟ พร้อมชื่อและนิยามภาษาอังกฤษและภาษาไทย",
    },
    "links": {"en": "Links: {name}", "th": "การเชื่อมโยง: {name}"},
    "about_links": {
        "en": "Links of one dataset to another: {n} in all. A link says that two records are held "
        "to describe the same thing, not that they are identical.",
        "th": "การเชื่อมโยงชุดข้อมูลหนึ่งกับอีกชุดหนึ่ง รวม {n} รายการ การเชื่อมโยงหมายความว่าระเบียนทั้งสอง"
        "เห็นว่ากล่าวถึงสิ่งเดียวกัน มิได้หมายความว่าเหมือนกันทุกประการ",
    },
    "unnamed": {
        "en": "{n} groups of municipalities that the source leaves unnamed stay unnamed here.",
        "th": "กลุ่มเทศบาล {n} กลุ่มที่แหล่งข้อมูลไม่ระบุชื่อยังคงไม่ระบุชื่อในที่นี้",
    },
    "unnamed_one": {
        "en": "One group of municipalities that the source leaves unnamed stays unnamed here.",
        "th": "กลุ่มเทศบาล 1 กลุ่มที่แหล่งข้อมูลไม่ระบุชื่อยังคงไม่ระบุชื่อในที่นี้",
    },
    "problems": {
        "en": "Published in spite of broken rules ({n}); see reports/validation.ttl.",
        "th": "เผยแพร่ทั้งที่มีข้อมูลไม่เป็นไปตามกฎ ({n}) โปรดดู reports/validation.ttl",
    },
    "rights": {
        "en": "Open to everyone. Those whom a source leaves unnamed are not named.",
        "th": "เปิดให้ทุกคนเข้าถึง ผู้ที่แหล่งข้อมูลไม่ระบุชื่อจะไม่ถูกเปิดเผย",
    },
    "whole": {"en": "The whole, with its named graphs", "th": "ทั้งหมด พร้อมกราฟย่อย"},
    "merged": {"en": "Everything asserted, as plain triples", "th": "ทุกสิ่งที่ยืนยัน เป็นทริเปิล"},
    "sheet_en": {
        "en": "The findings as a flat sheet, in English", "th": "ตารางข้อค้นพบ ภาษาอังกฤษ"
    },
    "sheet_th": {"en": "The findings as a flat sheet, in Thai", "th": "ตารางข้อค้นพบ ภาษาไทย"},
    "sheets": {
        "en": "The findings as a workbook, in English and Thai",
        "th": "สมุดงานข้อค้นพบ ภาษาอังกฤษและภาษาไทย",
    },
    "part": {"en": "All its triples", "th": "ทริเปิลทั้งหมดของชุดข้อมูลนี้"},
}  # fmt: skip


def say(key: str, **values: object) -> Text:
    """A text in both languages; a value that is a text itself is put in by language."""
    return {
        lang: text.format(
            **{k: in_language(v, lang) if isinstance(v, dict) else v for k, v in values.items()}
        )
        for lang, text in WORDS[key].items()
    }


def join(*texts: Text) -> Text:
    """Sentences one after the other, in both languages."""
    return {lang: " ".join(t[lang] for t in texts if t) for lang in ("en", "th")}
