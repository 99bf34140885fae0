"""What the verbs for registers and sets of links say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkgraph.layout import columns_text, wrap
from kkgraph.model import in_language
from kkgraph.names import compact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkgraph.link.applying import Review
    from kkgraph.link.authorities import Added, Stored
    from kkgraph.link.linksets import LinkSet, Put
    from kkgraph.model import Problem

WORDS: Final[dict[str, dict[str, str]]] = {
    "added": {
        "en": "{name}: {n} entries stored, {t} triples in {graph}",
        "th": "{name}: เก็บแล้ว {n} รายการ {t} ทริเปิลใน {graph}",
    },
    "replaced": {
        "en": "{name}: {n} entries stored in place of the earlier ones, {t} triples in {graph}",
        "th": "{name}: เก็บแทนของเดิมแล้ว {n} รายการ {t} ทริเปิลใน {graph}",
    },
    "refused": {
        "en": "{name}: nothing stored. Correct these rows, and add it again.",
        "th": "{name}: ยังไม่ได้เก็บ โปรดแก้แถวเหล่านี้แล้วเพิ่มใหม่",
    },
    "fine": {
        "en": "{name}: {n} entries, no problems.",
        "th": "{name}: {n} รายการ ไม่พบปัญหา",
    },
    "wrong": {"en": "{name}: {n} problems.", "th": "{name}: พบปัญหา {n} ข้อ"},
    "written": {"en": "Written: {path}", "th": "เขียนแล้ว: {path}"},
    "removed": {"en": "{name}: removed, {n} triples.", "th": "{name}: นำออกแล้ว {n} ทริเปิล"},
    "no-registers": {
        "en": "No register is stored. Add one: kkgraph register add FILE --store FOLDER",
        "th": "ยังไม่มีทะเบียน เพิ่มด้วย kkgraph register add FILE --store FOLDER",
    },
    "no-links": {
        "en": "No links are stored. Load some: kkgraph link load FILE --store FOLDER",
        "th": "ยังไม่มีผลการจับคู่ นำเข้าด้วย kkgraph link load FILE --store FOLDER",
    },
    "problem": {"en": "problem", "th": "ปัญหา"},
    "warning": {"en": "warning", "th": "คำเตือน"},
    "more": {"en": "… and {n} more", "th": "… และอีก {n} ข้อ"},
    "register": {"en": "Register", "th": "ทะเบียน"},
    "label": {"en": "Called", "th": "ชื่อ"},
    "entries": {"en": "Entries", "th": "จำนวนรายการ"},
    "period": {"en": "Holds for", "th": "ช่วงเวลา"},
    "file": {"en": "File", "th": "แฟ้ม"},
    "made": {"en": "Added", "th": "เพิ่มเมื่อ"},
    "types": {"en": "Types", "th": "ประเภท"},
    "schemes": {"en": "Codes", "th": "รหัส"},
    "graph": {"en": "Graph", "th": "กราฟ"},
    "links": {"en": "Links", "th": "ชุดการจับคู่"},
    "linked": {"en": "linked", "th": "จับคู่แล้ว"},
    "ambiguous": {"en": "ambiguous", "th": "กำกวม"},
    "none": {"en": "none found", "th": "ไม่พบคู่"},
    "reviewed": {"en": "reviewed", "th": "ตรวจทานแล้ว"},
    "put": {
        "en": "{name}: stored, {t} triples in {graph}",
        "th": "{name}: เก็บแล้ว {t} ทริเปิลใน {graph}",
    },
    "put-again": {
        "en": "{name}: stored in place of the earlier ones, {t} triples in {graph}",
        "th": "{name}: เก็บแทนของเดิมแล้ว {t} ทริเปิลใน {graph}",
    },
    "unapplied": {
        "en": "Nothing applied: correct these cells, and apply it again.",
        "th": "ยังไม่ได้นำผลไปใช้ โปรดแก้เซลล์เหล่านี้แล้วทำใหม่",
    },
    "applied": {
        "en": "{n} rows decided by the reviewer, {c} of them otherwise than found. Now {linked} "
        "are linked, {ambiguous} ambiguous, {none} without a counterpart.",
        "th": "ผู้ตรวจทานตัดสิน {n} แถว ในจำนวนนี้ {c} แถวต่างจากผลเดิม ขณะนี้จับคู่แล้ว {linked} "
        "กำกวม {ambiguous} ไม่พบคู่ {none}",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return WORDS[key][lang].format(**values)


def problems(found: Sequence[Problem], lang: str, width: int, most: int = 50) -> str:
    """The problems, a place and a text each; the first fifty."""
    lines = []
    for item in found[:most]:
        kind = say("warning" if item.severity == "warning" else "problem", lang)
        lines.append(f"{item.where or item.focus}: {kind}")
        lines += [f"  {x}" for x in wrap(in_language(item.message, lang), width - 2)]
    if len(found) > most:
        lines.append(say("more", lang, n=len(found) - most))
    return "".join(f"{line}\n" for line in lines)


def added(done: Added, lang: str, width: int) -> str:
    """What came of adding a register."""
    out = problems(done.problems, lang, width)
    if not done.added:
        return out + say("refused", lang, name=done.name) + "\n"
    key = "replaced" if done.replaced else "added"
    graph = f"kkg:register-{done.name}"
    head = say(key, lang, name=done.name, n=f"{done.entries:,}", t=f"{done.triples:,}", graph=graph)
    return out + head + "\n"


def register_table(found: Sequence[Stored], lang: str, width: int) -> str:
    """The registers, a line each."""
    if not found:
        return say("no-registers", lang) + "\n"
    heads = [say(k, lang) for k in ("register", "label", "entries", "period", "made")]
    rows = [
        [r.name, in_language(r.label, lang), f"{r.entries:,}", in_language(r.period, lang),
         r.made[:10]]
        for r in found
    ]  # fmt: skip
    return columns_text(heads, rows, width)


def register_page(found: Stored, lang: str) -> str:
    """One register: its file, period, and what its entries are."""
    types = ", ".join(f"{k} {n:,}" for k, n in found.types.items())
    schemes = ", ".join(f"{k} {n:,}" for k, n in found.schemes.items())
    pairs = [
        (say("label", lang), in_language(found.label, lang)),
        (say("entries", lang), f"{found.entries:,}"),
        (say("types", lang), types),
        (say("schemes", lang), schemes),
        (say("period", lang), in_language(found.period, lang)),
        (say("file", lang), f"{found.file} (SHA-256 {found.sha256[:16]}…)"),
        (say("made", lang), found.made),
        (say("graph", lang), compact(found.graph)),
    ]
    return found.name + "\n" + "".join(f"  {k}: {v}\n" for k, v in pairs)


def links_table(found: Sequence[LinkSet], lang: str, width: int) -> str:
    """The sets of links, a line each."""
    if not found:
        return say("no-links", lang) + "\n"
    heads = [say(k, lang) for k in ("links", "label", "linked", "ambiguous", "none", "reviewed")]
    rows = [
        [s.name, s.title, *(f"{n:,}" for n in (s.linked, s.ambiguous, s.none, s.reviewed))]
        for s in found
    ]
    return columns_text(heads, rows, width)


def put(done: Put, lang: str, width: int) -> str:
    """What came of putting links into a store."""
    if done.problems:
        return problems(done.problems, lang, width) + say("refused", lang, name=done.name) + "\n"
    key = "put-again" if done.replaced else "put"
    graph = f"kkg:links-{done.name}"
    return say(key, lang, name=done.name, t=f"{done.triples:,}", graph=graph) + "\n"


def review(done: Review, lang: str, width: int) -> str:
    """What came of reading a review."""
    if done.problems:
        return problems(done.problems, lang, width) + say("unapplied", lang) + "\n"
    counts = {o: f"{done.linking.count(o):,}" for o in ("linked", "ambiguous", "none")}
    text = say("applied", lang, n=f"{done.decided:,}", c=f"{done.changed:,}", **counts)
    return "".join(f"{line}\n" for line in wrap(text, width))
