"""What publishing and reading portals say, in English and Thai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkgraph.layout import wrap
from kkgraph.model import in_language

if TYPE_CHECKING:
    from kkgraph.portal.harvest import Harvest
    from kkgraph.portal.package import Published

WORDS: Final[dict[str, dict[str, str]]] = {
    "written": {
        "en": "{path}: {n} files, {size:.1f} MB, {d} datasets",
        "th": "{path}: {n} แฟ้ม {size:.1f} MB ชุดข้อมูล {d} ชุด",
    },
    "refused": {
        "en": "Not published. Correct the problems, or publish as it is with --force, which marks "
        "it.",
        "th": "ไม่ได้เผยแพร่ โปรดแก้ปัญหา หรือเผยแพร่ตามที่เป็นด้วย --force ซึ่งจะทำเครื่องหมายไว้",
    },
    "exposed": {
        "en": "Not published: this would tell who the unnamed are. --force does not help.",
        "th": "ไม่ได้เผยแพร่ เพราะจะเปิดเผยผู้ที่แหล่งข้อมูลไม่ระบุชื่อ และ --force ใช้ไม่ได้ในกรณีนี้",
    },
    "forced": {
        "en": "Marked: published in spite of problems ({n}).",
        "th": "ทำเครื่องหมายไว้: เผยแพร่ทั้งที่มีปัญหา {n} ข้อ",
    },
    "dataset": {
        "en": "{title}: {t} triples, {n} files",
        "th": "{title}: {t} ทริเปิล {n} แฟ้ม",
    },
    "unnamed": {"en": "{n} unnamed groups stay unnamed", "th": "กลุ่มที่ไม่ระบุชื่อ {n} กลุ่มยังคงไม่ระบุชื่อ"},
    "kept_back": {
        "en": "Kept back: {names}.",
        "th": "ไม่ได้เผยแพร่: {names}",
    },
    "lacking": {
        "en": "The CKAN records lack what the profile requires: {names}. Set it in a profile "
        "(--show-profile prints one to start from).",
        "th": "ระเบียน CKAN ยังขาดสิ่งที่โปรไฟล์กำหนด: {names} โปรดกำหนดในโปรไฟล์ "
        "(--show-profile แสดงโปรไฟล์ตั้งต้น)",
    },
    "unsuited": {
        "en": 'The CKAN records have a value that the profile does not allow: {field} "{value}".',
        "th": 'ระเบียน CKAN มีค่าที่โปรไฟล์ไม่อนุญาต: {field} "{value}"',
    },
    "address": {
        "en": "The metadata say that the files are at {address} (--address changes it).",
        "th": "เมทาดาทาระบุว่าแฟ้มอยู่ที่ {address} (เปลี่ยนได้ด้วย --address)",
    },
    "read": {
        "en": "{address}: {n} datasets of {p} publishers ({kind}, fetched {when}, {r} requests)",
        "th": "{address}: ชุดข้อมูล {n} ชุดของผู้เผยแพร่ {p} ราย ({kind} ดึงเมื่อ {when} ขอข้อมูล {r} ครั้ง)",
    },
    "linked": {
        "en": "Publishers: {a} linked to an LAO, {b} ambiguous, {c} none; {n} datasets are by a "
        "linked one.",
        "th": "ผู้เผยแพร่: เชื่อมโยงกับ อปท. {a} ราย กำกวม {b} ราย ไม่พบ {c} ราย ชุดข้อมูล {n} ชุด"
        "เป็นของผู้เผยแพร่ที่เชื่อมโยงแล้ว",
    },
    "not_whole": {
        "en": "The portal gave less than it promised; run it again.",
        "th": "พอร์ทัลให้ข้อมูลไม่ครบตามที่แจ้ง โปรดสั่งอีกครั้ง",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return WORDS[key][lang].format(**values)


def publication(done: Published, address: str, lang: str, width: int) -> str:
    """What came of publishing: the datasets, what was kept back, what is still to be filled in."""
    out = []
    for data in done.datasets:
        line = say("dataset", lang, title=in_language(data.title, lang),
                   t=data.statistics.triples, n=len(data.distributions))  # fmt: skip
        if data.unnamed:
            line += "; " + say("unnamed", lang, n=data.unnamed)
        out.append(line)
    if done.path is not None:
        out.append(say("address", lang, address=address))
    if done.kept_back:
        out.append(say("kept_back", lang, names=", ".join(f"kkg:{g}" for g in done.kept_back)))
    if done.lacking:
        out.append(say("lacking", lang, names=", ".join(done.lacking)))
    out += [say("unsuited", lang, field=f, value=v) for f, v in done.unsuited]
    if done.exposed:
        head = say("exposed", lang)
    elif done.path is None:
        head = say("refused", lang)
    else:
        head = say("written", lang, path=done.path, n=done.files, size=done.size / 1e6,
                   d=len(done.datasets))  # fmt: skip
        if done.problems:
            out.append(say("forced", lang, n=done.broken))
    lines = [*wrap(head, width), *(f"  {x}" for line in out for x in wrap(line, width - 2))]
    return "\n".join(lines) + "\n"


def harvest(found: Harvest, lang: str) -> str:
    """How much was read, and what came of linking."""
    listing, linking = found.listing, found.linking
    lines = [
        say("read", lang, address=listing.address, n=len(listing.datasets),
            p=len(linking.decisions), kind=listing.kind.upper(), when=listing.fetched,
            r=listing.requests),
        say("linked", lang, a=linking.count("linked"), b=linking.count("ambiguous"),
            c=linking.count("none"), n=found.linked()),
        *listing.notes,
    ]  # fmt: skip
    if not listing.whole:
        lines.append(say("not_whole", lang))
    return "\n".join(lines) + "\n"
