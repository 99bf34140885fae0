"""The pages of the reconciliation service: an entry, small or whole, and the landing page."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from typing import TYPE_CHECKING, Final

from kkgraph.link.service import Preview, Service
from kkgraph.link.service.words import FEATURES
from kkgraph.model import Text, in_language
from kkgraph.report.markup import both, tag
from kkgraph.report.page import choice, frame
from kkgraph.web.pages.frame import HEADERS

if TYPE_CHECKING:
    from starlette.responses import Response

_STYLE: Final = """
body { margin: 0; padding: .6rem .8rem; font: 14px/1.45 "Noto Sans Thai", "Sarabun", sans-serif;
  color: #1b1b1b; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.05rem; margin: 0 0 .1rem; } p { margin: 0 0 .4rem; color: #555; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: 0; }
dt { color: #555; } dd { margin: 0; }
"""
_WIDE: Final = "body { max-width: 46rem; margin: 2rem auto; font-size: 16px; }"
_SMALL_VALUES: Final = 3
_IRI: Final[Text] = {"en": "Identifier", "th": "ตัวระบุ"}
_TEXTS: Final[dict[str, Text]] = {
    "title": {"en": "Reconciliation service", "th": "บริการเทียบรายการ"},
    "lead": {
        "en": "This address tells a program such as OpenRefine which entry of a register a name "
        "stands for. Nothing here can be changed from outside.",
        "th": "ที่อยู่นี้ช่วยให้โปรแกรมอย่าง OpenRefine ทราบว่าชื่อหนึ่ง ๆ หมายถึงรายการใดในทะเบียน "
        "และไม่มีสิ่งใดที่แก้ไขจากภายนอกได้",
    },
    "register": {"en": "Register", "th": "ทะเบียน"},
    "entries": {"en": "{} entries", "th": "{} รายการ"},
    "paste": {"en": "Paste this into OpenRefine", "th": "คัดลอกที่อยู่นี้ไปวางใน OpenRefine"},
    "thai": {"en": "Answers in Thai", "th": "คำตอบเป็นภาษาไทย"},
    "english": {"en": "Answers in English", "th": "คำตอบเป็นภาษาอังกฤษ"},
    "steps": {"en": "How", "th": "วิธีใช้"},
    "step1": {
        "en": "In OpenRefine open the menu of the column with the names: Reconcile, Start "
        "reconciling…",
        "th": "ใน OpenRefine เปิดเมนูของคอลัมน์ที่มีชื่อ แล้วเลือก Reconcile, Start reconciling…",
    },
    "step2": {
        "en": "Choose Add standard service… and paste the address above.",
        "th": "เลือก Add standard service… แล้ววางที่อยู่ข้างต้น",
    },
    "step3": {
        "en": "Choose a type, or none, and add columns with more: a province, a code, a type. "
        "They decide between namesakes.",
        "th": "เลือกประเภท หรือไม่เลือกก็ได้ แล้วเพิ่มคอลัมน์ที่มีข้อมูลอื่น เช่น จังหวัด รหัส ประเภท ซึ่งช่วยแยกชื่อที่ซ้ำกัน",
    },
    "step4": {
        "en": "What is certain is matched. Where two entries fit a name equally, none is: look at "
        "the candidates and choose.",
        "th": "รายการที่แน่ชัดจะจับคู่ให้ แต่ถ้ามีสองรายการที่ตรงกับชื่อเท่ากันจะไม่จับคู่ให้ โปรดดูรายการที่เสนอแล้วเลือกเอง",
    },
    "step5": {
        "en": "Edit column, Add columns from reconciled values… brings codes, provinces and "
        "coordinates.",
        "th": "คำสั่ง Edit column, Add columns from reconciled values… ช่วยดึงรหัส จังหวัด "
        "และพิกัดมาเป็นคอลัมน์",
    },
    "types": {"en": "Types", "th": "ประเภท"},
    "properties": {"en": "Properties", "th": "คุณสมบัติ"},
    "features": {"en": "What a score is made of", "th": "คะแนนมาจากอะไร"},
    "odds": {
        "en": "A score is a probability in percent. The features are its parts, as natural "
        "logarithms of odds: above 0 speaks for a candidate, below 0 against it.",
        "th": "คะแนนคือความน่าจะเป็นเป็นร้อยละ ส่วนประกอบคือลอการิทึมธรรมชาติของออดส์ "
        "ค่ามากกว่า 0 สนับสนุน ค่าน้อยกว่า 0 คัดค้าน",
    },
}


def entity(found: Preview, lang: str, *, small: bool) -> str:
    """The page of an entry; ``small`` is the preview that a client shows in a frame."""
    lines = []
    for label, values in found.lines:
        shown = values[:_SMALL_VALUES] if small else values
        more = "…" if len(shown) < len(values) else ""
        lines.append(f"<dt>{_text(label)}</dt><dd>{_text('; '.join(shown) + more)}</dd>")
    if not small:
        lines.append(f"<dt>{_text(in_language(_IRI, lang))}</dt><dd>{_text(found.iri)}</dd>")
    style = _STYLE if small else _STYLE + _WIDE
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head><meta charset="utf-8">'
        f"<title>{_text(found.title)}</title><style>{style}</style></head>\n"
        f"<body><h1>{_text(found.title)}</h1>"
        f"{f'<p>{_text(found.kind)}</p>' if found.kind else ''}"
        f"<dl>{''.join(lines)}</dl></body>\n</html>\n"
    )


def landing(service: Service, endpoint: str, lang: str) -> str:
    """The page that says what this is and what to paste where, in both languages."""
    count = f"{len(service.entries):,}"
    entries = {k: v.format(count) for k, v in _TEXTS["entries"].items()}
    addresses = "".join(
        f"<dt>{_said(key)}</dt><dd><code>{_text(f'{endpoint}/{code}')}</code></dd>"
        for key, code in (("thai", "th"), ("english", "en"))
    )
    steps = "".join(f"<li>{_said(f'step{n}')}</li>" for n in range(1, 6))
    kinds = "".join(f"<li>{both(k.label)} <code>{_text(k.id)}</code></li>" for k in service.kinds)
    properties = "".join(
        f"<li>{both(p.label)} <code>{_text(p.id)}</code></li>" for p in service.properties
    )
    features = "".join(
        f'<li id="feature-{key}"><code>{key}</code> {both(text)}</li>'
        for key, text in FEATURES.items()
    )
    body = "\n".join(
        [
            f"<header>{choice()}{tag('h1', _said('title'))}",
            tag("p", _said("lead"), class_="lead"),
            f"<p>{_said('register')}: <b>{both(service.label)}</b>, {both(entries)}</p></header>",
            "<main>",
            f"<section><h2>{_said('paste')}</h2><dl>{addresses}</dl></section>",
            f"<section><h2>{_said('steps')}</h2><ol>{steps}</ol></section>",
            f"<section><h2>{_said('types')}</h2><ul>{kinds}</ul></section>",
            f"<section><h2>{_said('properties')}</h2><ul>{properties}</ul></section>",
            f"<section><h2>{_said('features')}</h2><p>{_said('odds')}</p><ul>{features}</ul>"
            "</section></main>",
        ]
    )
    return frame(in_language(_TEXTS["title"], lang), lang, body)


def html_reply(text: str, lang: str) -> Response:
    """A page as an answer, with a policy that allows its own style and script and nothing else.

    A client may show it in a frame, as the API has it for previews; so no policy forbids that.
    """
    from starlette.responses import Response

    policy = [
        "default-src 'none'", _own("style", text), _own("script", text),
        "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    heads = {
        **HEADERS,
        "content-language": lang,
        "content-security-policy": "; ".join(filter(None, policy)),
        "x-content-type-options": "nosniff",
        "vary": "Accept-Language",
    }
    return Response(text, 200, heads, "text/html; charset=utf-8")


def _own(kind: str, text: str) -> str:
    """The part of a policy that allows what stands in the page's ``<style>`` or ``<script>``."""
    found = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.S)
    digests = (base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in found)
    sources = " ".join(f"'sha256-{digest}'" for digest in digests)
    return f"{kind}-src {sources}" if sources else ""


def _said(key: str) -> str:
    return both(_TEXTS[key])


def _text(text: str) -> str:
    return html.escape(text, quote=True)
