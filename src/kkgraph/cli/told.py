"""What the verbs for cases say: what came of loading, the list of cases, and one case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkgraph.layout import columns_text, pad, wrap
from kkgraph.model import in_language
from kkgraph.names import compact

if TYPE_CHECKING:
    from kkgraph.cases.loading import Loading
    from kkgraph.cases.shelf import LoadedCase

WORDS: Final[dict[str, dict[str, str]]] = {
    "loaded": {
        "en": "{name}: loaded, {n} triples in {graph}",
        "th": "{name}: นำเข้าแล้ว {n} ทริเปิลใน {graph}",
    },
    "replaced": {
        "en": "{name}: loaded in place of the earlier one, {n} triples in {graph}",
        "th": "{name}: นำเข้าแทนของเดิมแล้ว {n} ทริเปิลใน {graph}",
    },
    "refused": {
        "en": "{name}: not loaded. Correct the problems, or load it as it is with --force, which "
        "marks it.",
        "th": "{name}: ไม่ได้นำเข้า โปรดแก้ปัญหา หรือนำเข้าตามที่เป็นด้วย --force ซึ่งจะทำเครื่องหมายไว้",
    },
    "forced": {
        "en": "Marked: loaded in spite of problems ({n}).",
        "th": "ทำเครื่องหมายไว้: นำเข้าทั้งที่มีปัญหา {n} ข้อ",
    },
    "context": {
        "en": "With {n} triples from outside the source in {graph}.",
        "th": "พร้อม {n} ทริเปิลจากภายนอกแหล่งข้อมูลใน {graph}",
    },
    "met": {"en": "The same by code: {text}.", "th": "เป็นสิ่งเดียวกันตามรหัส: {text}"},
    "rewritten": {
        "en": "The store writes {before} as {after} ({s} {p}, {place}); the submitted file has "
        "it as it was.",
        "th": "คลังข้อมูลเขียน {before} เป็น {after} ({s} {p}, {place}) ส่วนแฟ้มที่ส่งยังเป็นตามเดิม",
    },
    "kept": {"en": "The submitted file is kept in {place}", "th": "เก็บแฟ้มที่ส่งไว้ที่ {place}"},
    "unloaded": {
        "en": "{name}: unloaded, {n} triples removed.",
        "th": "{name}: นำออกแล้ว {n} ทริเปิล",
    },
    "none": {
        "en": "No case is loaded. Load one: kkgraph load ban-pet --store FOLDER",
        "th": "ยังไม่มีกรณีที่นำเข้า นำเข้าด้วย kkgraph load ban-pet --store FOLDER",
    },
    "case": {"en": "case", "th": "กรณี"},
    "study": {"en": "Study", "th": "การศึกษา"},
    "through": {"en": "Known through", "th": "ทราบผ่าน"},
    "file": {"en": "File", "th": "แฟ้ม"},
    "when": {"en": "Loaded", "th": "นำเข้าเมื่อ"},
    "findings": {"en": "Findings", "th": "ข้อค้นพบ"},
    "triples": {"en": "Triples", "th": "ทริเปิล"},
    "graph": {"en": "Graph", "th": "กราฟ"},
    "mark": {"en": "Mark", "th": "เครื่องหมาย"},
    "marked": {"en": "problems at load: {n}", "th": "มีปัญหา {n} ข้อเมื่อนำเข้า"},
    "scopes": {"en": "Claimed for", "th": "กล่าวถึง"},
    "codes": {"en": "Codes", "th": "รหัส"},
}


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return WORDS[key][lang].format(**values)


def loading(done: Loading, lang: str, width: int) -> str:
    """What came of loading: where it stands, who met whom, what the store rewrites."""
    out = []
    for met in done.met:
        out.append(say("met", lang, text=in_language(met.message, lang)))
    for item in done.rewritten:
        out.append(
            say("rewritten", lang, before=item.before, after=item.after, s=item.subject,
                p=item.predicate, place=item.place)
        )  # fmt: skip
    if not done.loaded:
        head = say("refused", lang, name=done.slug)
    else:
        key = "replaced" if done.replaced else "loaded"
        head = say(key, lang, name=done.slug, n=done.triples, graph=compact(done.graph))
        if done.context:
            graph = compact(done.graph.replace("/case-", "/context-"))
            out.append(say("context", lang, n=done.context, graph=graph))
        if done.forced:
            out.append(say("forced", lang, n=done.forced))
        if done.kept:
            out.append(say("kept", lang, place=_near(done.kept)))
    lines = [*wrap(head, width), *(f"  {x}" for line in out for x in wrap(line, width - 2))]
    return "\n".join(lines) + "\n"


def _near(place: Path) -> Path:
    """The path from here, where it is below; else as it is."""
    here = Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


def case_table(found: list[LoadedCase], lang: str, width: int) -> str:
    """The loaded cases, a line each."""
    if not found:
        return say("none", lang) + "\n"
    heads = [say(k, lang) for k in ("case", "study", "findings", "when", "mark")]
    rows = [
        [
            c.slug,
            "; ".join(in_language(t, lang) for _, t in c.studies),
            str(c.findings),
            c.loaded[:10],
            say("marked", lang, n=c.problems) if c.problems else "",
        ]
        for c in found
    ]
    if not any(c.problems for c in found):
        heads, rows = heads[:-1], [r[:-1] for r in rows]
    return columns_text(heads, rows, width)


def case_page(case: LoadedCase, lang: str, width: int) -> str:
    """One case: its study, where it is known from, its file, and what it speaks of."""
    pairs = [
        (say("study", lang), "; ".join(in_language(t, lang) for _, t in case.studies)),
        (say("through", lang), "; ".join(in_language(t, lang) for _, t in case.known_through)),
        (say("graph", lang), compact(case.graph)),
        (say("triples", lang), str(case.triples)),
        (say("findings", lang), str(case.findings)),
        (say("file", lang), f"{case.file}, SHA-256 {case.sha256}" if case.file else ""),
        (say("when", lang), case.loaded),
        (say("mark", lang), say("marked", lang, n=case.problems) if case.problems else ""),
    ]
    out = [case.slug, ""]
    for key, value in pairs:
        for number, line in enumerate(wrap(value, width - 18) if value else []):
            out.append(f"  {pad('' if number else key, 14)}  {line}")
    out += ["", f"  {say('scopes', lang)}"]
    codes: dict[str, list[str]] = {}
    for iri, code, scheme in case.codes:
        codes.setdefault(iri, []).append(f"{code} ({in_language(scheme, lang)})")
    for iri, label, number in case.units:
        line = f"{in_language(label, lang) or compact(iri)}: {number}"
        out += [f"    {x}" for x in wrap(line, width - 4)]
        for code in codes.get(iri, ()):
            out += [f"      {x}" for x in wrap(code, width - 6)]
    return "\n".join(out) + "\n"
