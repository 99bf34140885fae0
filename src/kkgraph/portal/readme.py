"""The package's own pages, in English and Thai: what it holds, and what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kkgraph import __version__
from kkgraph.model import Text
from kkgraph.portal.profile import Profile
from kkgraph.portal.records import FORMS, Dataset

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>|]")
NAMES: Final = {"en": "README.md", "th": "README.th.md"}
_WORDS: Final[dict[str, Text]] = {
    "made": {
        "en": "Published on {date} by {publisher} with kkgraph {version}.",
        "th": "เผยแพร่เมื่อ {date} โดย {publisher} ด้วย kkgraph {version}",
    },
    "licence": {"en": "Licence: [{name}]({iri}).", "th": "สัญญาอนุญาต: [{name}]({iri})"},
    "datasets": {"en": "Datasets", "th": "ชุดข้อมูล"},
    "counts": {
        "en": "{t} triples, {e} things described, {c} classes, {p} properties.",
        "th": "{t} ทริเปิล สิ่งที่อธิบาย {e} รายการ {c} คลาส {p} พร็อพเพอร์ตี",
    },
    "heads": {
        "en": "| file | format | bytes | what |", "th": "| แฟ้ม | รูปแบบ | ไบต์ | เนื้อหา |"
    },
    "others": {"en": "Other files", "th": "แฟ้มอื่น"},
    "unnamed": {
        "en": "Please do not try to find out who the unnamed groups are: the sources leave them "
        "unnamed on purpose.",
        "th": "โปรดอย่าพยายามสืบหาว่ากลุ่มที่ไม่ระบุชื่อคือใคร แหล่งข้อมูลจงใจไม่เปิดเผย",
    },
    "check": {
        "en": "To check the files: `sha256sum -c manifest-sha256.txt`.",
        "th": "ตรวจสอบแฟ้มด้วย `sha256sum -c manifest-sha256.txt`",
    },
}  # fmt: skip
OTHERS: Final[dict[str, Text]] = {
    "README.md": {"en": "This page in English", "th": "หน้านี้ภาษาอังกฤษ"},
    "README.th.md": {"en": "This page in Thai", "th": "หน้านี้"},
    "metadata/dcat.ttl": {"en": "The catalogue (DCAT 3, VoID)", "th": "บัญชีข้อมูล (DCAT 3, VoID)"},
    "metadata/dcat.jsonld": {"en": "The same as JSON-LD", "th": "เนื้อหาเดียวกันเป็น JSON-LD"},
    "metadata/dcat.rdf": {"en": "The same as RDF/XML", "th": "เนื้อหาเดียวกันเป็น RDF/XML"},
    "metadata/void.ttl": {"en": "The VoID part alone", "th": "เฉพาะส่วน VoID"},
    "metadata/ckan/": {
        "en": "A record for CKAN's package_create",
        "th": "ระเบียนสำหรับ package_create ของ CKAN",
    },
    "reports/validation.ttl": {
        "en": "The SHACL report on the data", "th": "รายงาน SHACL ของข้อมูล"
    },
    "reports/metadata.ttl": {
        "en": "The SHACL report on the catalogue", "th": "รายงาน SHACL ของบัญชีข้อมูล"
    },
}  # fmt: skip


def readme(
    datasets: Sequence[Dataset], others: Sequence[str], profile: Profile, *, lang: str, date: str
) -> bytes:
    """The page in a language, as Markdown."""

    def say(key: str, **values: object) -> str:
        return _WORDS[key][lang].format(**values)

    publisher = profile.publisher[lang]
    lines = [
        f"# {plain(datasets[0].title[lang])}", "", plain(datasets[0].description[lang]), "",
        "- " + say("made", date=date, publisher=publisher, version=__version__),
        "- " + say("licence", name=profile.licence[lang], iri=profile.licence_iri),
        "- " + say("check"),
    ]  # fmt: skip
    if any(d.unnamed for d in datasets):
        lines += ["", say("unnamed")]
    lines += ["", f"## {say('datasets')}"]
    for data in datasets:
        found = data.statistics
        counts = say("counts", t=found.triples, e=found.entities, c=len(found.classes),
                     p=len(found.properties))  # fmt: skip
        lines += ["", f"### {plain(data.title[lang])}", ""]
        if data is not datasets[0]:
            lines += [plain(data.description[lang]), ""]
        lines += [counts, "", say("heads"), "| --- | --- | --- | --- |"]
        lines += [
            f"| [{d.path}]({d.path}) | {FORMS[d.form].name} | {d.size} | {d.title[lang]} |"
            for d in data.distributions
        ]
    lines += ["", f"## {say('others')}", ""]
    lines += [f"- [{path}]({path}): {other(path)[lang]}" for path in others]
    return ("\n".join(lines) + "\n").encode("utf-8")


def plain(text: str) -> str:
    """A text that no Markdown reader takes for markup."""
    return _MARKUP.sub(lambda m: "\\" + m[0], " ".join(text.split()))


def other(path: str) -> Text:
    """What a file beside the data is."""
    return OTHERS.get(path) or OTHERS[path[: path.rfind("/") + 1]]
