"""Errors as problem documents (RFC 9457), in Thai and English, each with its HTTP status."""

from __future__ import annotations

import json
from typing import Final

from kkgraph.errors import KkgraphError
from kkgraph.model import Text, in_language
from kkgraph.web.messages import Reply

MEDIA: Final = "application/problem+json"
STATUS: Final[dict[str, int]] = {
    "ambiguous-entity": 409,
    "answer-too-large": 502,
    "bad-address": 403,
    "bad-redirect": 502,
    "result-too-large": 422,
    "body-too-large": 413,
    "busy": 503,
    "client-busy": 429,
    "crowded": 503,
    "cut-off": 502,
    "default-graph-write": 409,
    "engine-failed": 500,
    "line-too-long": 414,
    "head-too-large": 431,
    "not-a-finding": 404,
    "not-in-sql": 422,
    "no-answer": 504,
    "not-acceptable": 406,
    "remote-access": 403,
    "service-busy": 502,
    "service-limit": 422,
    "service-refused": 502,
    "timeout": 504,
    "too-many-solutions": 422,
    "token-needed": 401,
    "unexpected-answer": 502,
    "unknown-entity": 404,
    "unknown-graph": 404,
    "unknown-prefix": 404,
    "unknown-question": 404,
    "unsupported-media": 415,
    "updates-off": 403,
    "worker-died": 507,
}
"""Error code → status; every other code is a bad request, 400."""
RETRY_S: Final[dict[str, int]] = {"busy": 2, "client-busy": 5, "crowded": 10}
_TITLES: Final[dict[str, Text]] = {
    "ambiguous-entity": {"en": "The name fits several things", "th": "ชื่อนี้ตรงกับหลายสิ่ง"},
    "result-too-large": {"en": "The answer is too large", "th": "คำตอบใหญ่เกินไป"},
    "answer-too-large": {
        "en": "Another machine's answer is too large",
        "th": "คำตอบของเครื่องอื่นใหญ่เกินไป",
    },
    "bad-address": {"en": "That address may not be contacted", "th": "ไม่อนุญาตให้ติดต่อที่อยู่นี้"},
    "bad-redirect": {"en": "Another machine sends us astray", "th": "เครื่องอื่นส่งต่อไปยังที่ที่ไม่อนุญาต"},
    "cut-off": {"en": "Another machine's answer broke off", "th": "คำตอบของเครื่องอื่นขาดกลางคัน"},
    "no-answer": {"en": "Another machine gave no answer", "th": "เครื่องอื่นไม่ตอบ"},
    "service-busy": {"en": "Another machine is busy", "th": "เครื่องอื่นกำลังทำงานเต็มที่"},
    "service-limit": {
        "en": "Other machines would be asked too often",
        "th": "คำถามนี้จะถามเครื่องอื่นบ่อยเกินไป",
    },
    "service-refused": {"en": "Another machine refused the request", "th": "เครื่องอื่นปฏิเสธคำขอ"},
    "unexpected-answer": {
        "en": "Another machine answered something else",
        "th": "เครื่องอื่นตอบไม่ตรงรูปแบบ",
    },
    "bad-iri": {"en": "Not an IRI", "th": "ไม่ใช่ไออาร์ไอ (IRI)"},
    "bad-rdf": {"en": "The RDF cannot be read", "th": "อ่านข้อมูล RDF ไม่ได้"},
    "bad-request": {"en": "The request is malformed", "th": "รูปแบบของคำขอไม่ถูกต้อง"},
    "bad-sparql": {"en": "The SPARQL cannot be read", "th": "อ่านคำสั่ง SPARQL ไม่ได้"},
    "bad-value": {"en": "A value does not fit", "th": "ค่าที่ให้มาใช้ไม่ได้"},
    "body-too-large": {"en": "The request is too large", "th": "คำขอใหญ่เกินไป"},
    "busy": {"en": "The server is busy", "th": "เครื่องแม่ข่ายกำลังทำงานเต็มที่"},
    "client-busy": {"en": "Too many requests at once", "th": "ส่งคำขอพร้อมกันมากเกินไป"},
    "crowded": {
        "en": "A long query made way for others",
        "th": "คำถามที่ใช้เวลานานถูกหยุด เพื่อให้ผู้อื่นได้ใช้",
    },
    "dataset-conflict": {"en": "The graphs to use are named twice", "th": "ระบุกราฟที่จะใช้ซ้ำกันสองแห่ง"},
    "default-graph-write": {
        "en": "The default graph cannot be written",
        "th": "เขียนลงกราฟตั้งต้นไม่ได้",
    },
    "engine-failed": {"en": "The engine failed", "th": "ระบบค้นคืนขัดข้อง"},
    "not-in-sql": {
        "en": "The question has no translation to SQL, and the data are large",
        "th": "แปลงคำถามนี้เป็น SQL ไม่ได้ และข้อมูลมีขนาดใหญ่",
    },
    "not-a-finding": {"en": "There is no such finding", "th": "ไม่มีข้อค้นพบนี้"},
    "not-acceptable": {"en": "No format that you accept", "th": "ไม่มีรูปแบบที่ท่านรับได้"},
    "not-found": {"en": "There is nothing here", "th": "ไม่พบหน้านี้"},
    "not-allowed": {"en": "The method is not allowed here", "th": "ใช้วิธีนี้กับที่อยู่นี้ไม่ได้"},
    "remote-access": {
        "en": "Contact with other machines is not allowed",
        "th": "ไม่อนุญาตให้ติดต่อเครื่องอื่น",
    },
    "timeout": {"en": "The request took too long", "th": "คำขอใช้เวลานานเกินไป"},
    "token-needed": {"en": "A token is needed", "th": "ต้องใช้รหัสผ่านสิทธิ์"},
    "too-many-solutions": {
        "en": "The question has too many solutions to be made",
        "th": "คำถามนี้มีคำตอบมากเกินกว่าจะสร้างได้",
    },
    "unknown-format": {"en": "Not a file that is checked here", "th": "ไม่ใช่ไฟล์ชนิดที่ตรวจได้"},
    "unknown-entity": {"en": "There is no such thing", "th": "ไม่มีสิ่งนี้"},
    "unknown-graph": {"en": "There is no such graph", "th": "ไม่มีกราฟนี้"},
    "unknown-parameter": {"en": "There is no such parameter", "th": "ไม่มีตัวแปรนี้"},
    "unknown-prefix": {"en": "The prefix is not known", "th": "ไม่รู้จักคำนำหน้านี้"},
    "unknown-question": {"en": "There is no such question", "th": "ไม่มีคำถามนี้"},
    "unsupported-media": {"en": "The content type is not taken", "th": "ไม่รับเนื้อหาชนิดนี้"},
    "updates-off": {"en": "This server is read-only", "th": "เครื่องแม่ข่ายนี้ให้อ่านอย่างเดียว"},
    "worker-died": {"en": "The request needed too much memory", "th": "คำขอใช้หน่วยความจำมากเกินไป"},
}
_OTHER: Final[Text] = {"en": "The request failed", "th": "คำขอไม่สำเร็จ"}


def problem(error: KkgraphError, lang: str, *, status: int | None = None) -> Reply:
    """The problem document of an error; its title in ``lang``, its detail as it was raised."""
    number = status or STATUS.get(error.code, 400)
    data = {
        "type": f"urn:kkgraph:error:{error.code}",
        "title": in_language(_TITLES.get(error.code, _OTHER), lang),
        "status": number,
        "code": error.code,
        "detail": _plain(error.message),
    }
    if error.where:
        data["where"] = _plain(error.where)
    if error.hint:
        data["hint"] = _plain(error.hint)
    return Reply(json.dumps(data, ensure_ascii=False).encode("utf-8"), MEDIA, number)


def title(code: str) -> Text:
    """What an error's code says, in both languages."""
    return _TITLES.get(code, _OTHER)


def _plain(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
