"""What the verbs for linking say: outcomes with their reasons, and how right they are."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from kkgraph.layout import columns_text, wrap
from kkgraph.link import provinces
from kkgraph.tables import safe_cell

if TYPE_CHECKING:
    from kkgraph.link import Candidate, Decision, Linking, Reason
    from kkgraph.link.evaluation import Evaluation, Fault
    from kkgraph.link.reading import Heard
    from kkgraph.link.records import Outcome

WORDS: Final[dict[str, dict[str, str]]] = {
    "counts": {
        "en": "{source} → {target}: of {n} rows {linked} are linked, {ambiguous} are ambiguous, "
        "and {none} have no counterpart.",
        "th": "{source} → {target}: จาก {n} แถว เชื่อมโยงได้ {linked} กำกวม {ambiguous} ไม่พบคู่ {none}",
    },
    "linked": {"en": "Linked", "th": "เชื่อมโยงได้"},
    "ambiguous": {"en": "Ambiguous", "th": "กำกวม"},
    "none": {"en": "No counterpart", "th": "ไม่พบคู่"},
    "first": {"en": "{what}: the first {k} of {n}", "th": "{what}: {k} แรกจาก {n}"},
    "written": {"en": "Written to {path}", "th": "บันทึกไว้ที่ {path}"},
    "save": {
        "en": "All of them: --output links.csv (or .json), or --format csv.",
        "th": "ดูทั้งหมด: --output links.csv (หรือ .json) หรือ --format csv",
    },
    "columns": {"en": "{file}: {roles}", "th": "{file}: {roles}"},
    "ids": {"en": "ids: {column}", "th": "รหัสแถว: {column}"},
    "row-numbers": {"en": "ids: row numbers", "th": "รหัสแถว: ลำดับแถว"},
    # the causes of a decision
    "certain": {"en": "certain", "th": "แน่ชัด"},
    "identifier": {"en": "by its code", "th": "ตามรหัส"},
    "tie": {"en": "several are as likely", "th": "มีหลายรายการที่เป็นไปได้พอกัน"},
    "rival": {"en": "another row claims it too", "th": "มีอีกแถวที่ตรงกับรายการเดียวกัน"},
    "weak": {"en": "not sure enough", "th": "ยังไม่แน่ชัดพอ"},
    "veto": {"en": "a code contradicts", "th": "รหัสขัดแย้งกัน"},
    "unknown-name": {"en": "nothing has such a name", "th": "ไม่มีรายการที่ชื่อนี้"},
    "no-name": {"en": "no name and no code", "th": "ไม่มีชื่อและรหัส"},
    "territory": {"en": "a territory, not a body", "th": "เป็นพื้นที่ ไม่ใช่องค์กร"},
    "unanswered": {"en": "the service gave no answer", "th": "บริการไม่ได้ตอบ"},
    "reviewed": {"en": "reviewed", "th": "ผ่านการตรวจแล้ว"},
    # reasons and verdicts
    "name": {"en": "name", "th": "ชื่อ"},
    "type": {"en": "type", "th": "ประเภท"},
    "province": {"en": "province", "th": "จังหวัด"},
    "district": {"en": "district", "th": "อำเภอ"},
    "code": {"en": "code", "th": "รหัส"},
    "place": {"en": "place", "th": "พิกัด"},
    "score": {"en": "score", "th": "คะแนน"},
    "also": {"en": "also claimed by", "th": "ตรงกับ"},
    "agrees": {"en": "=", "th": "="},
    "near": {"en": "≈", "th": "≈"},
    "differs": {"en": "≠", "th": "≠"},
    "contradicts": {"en": "contradicts", "th": "ขัดแย้ง"},
    # evaluation
    "precision": {"en": "Precision", "th": "ความแม่นยำ (precision)"},
    "recall": {"en": "Recall", "th": "ความครบถ้วน (recall)"},
    "f1": {"en": "F1", "th": "F1"},
    "of-links": {"en": "{a} of {b} links are right", "th": "ถูก {a} จาก {b} ลิงก์"},
    "of-gold": {"en": "{a} of {b} true links found", "th": "พบ {a} จาก {b} ลิงก์ที่ถูกต้อง"},
    "verdict": {"en": "verdict", "th": "ผล"},
    "kind": {"en": "kind", "th": "ชนิด"},
    "rows": {"en": "rows", "th": "แถว"},
    "wrong": {"en": "wrong link", "th": "ลิงก์ผิด"},
    "missed": {"en": "missed", "th": "ตกหล่น"},
    "apart": {"en": "not in the gold", "th": "ไม่อยู่ในชุดเฉลย"},
    "another": {"en": "to another than the true one", "th": "ไปยังรายการอื่น"},
    "taken": {"en": "to one that is another row's", "th": "ไปยังรายการของแถวอื่น"},
    "none-expected": {"en": "where there is none", "th": "ทั้งที่ไม่มีคู่"},
    "unnamed": {"en": "linked all the same", "th": "แต่เชื่อมโยงได้"},
    "beyond": {
        "en": "{n} rows are not in the gold. {m} of them were linked in provinces of which it has "
        "no row; nothing is said of those.",
        "th": "มี {n} แถวที่ไม่อยู่ในชุดเฉลย ในจำนวนนี้ {m} แถวเชื่อมโยงได้ในจังหวัดที่ชุดเฉลยไม่มี จึงไม่ได้ตัดสิน",
    },
    "true": {"en": "true: {id}", "th": "ที่ถูกต้อง: {id}"},
    "faultless": {"en": "No faults.", "th": "ไม่พบข้อผิดพลาด"},
}
TYPE_NAMES: Final[dict[str, dict[str, str]]] = {
    "PAO": {"en": "PAO", "th": "อบจ."},
    "MUNICIPALITY": {"en": "municipality", "th": "เทศบาล"},
    "CITY": {"en": "city municipality", "th": "เทศบาลนคร"},
    "TOWN": {"en": "town municipality", "th": "เทศบาลเมือง"},
    "SUBDISTRICT": {"en": "subdistrict municipality", "th": "เทศบาลตำบล"},
    "SAO": {"en": "SAO", "th": "อบต."},
    "SPECIAL": {"en": "special administration", "th": "อปท. รูปแบบพิเศษ"},
}
_KINDS: Final = {"identifier": "code", "rival": "also"}
"""Reasons whose word differs from that of the cause of the same name."""


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return WORDS[key][lang].format(**values)


def heard(file: str, found: Heard, lang: str) -> str:
    """Which column was taken for what, and what else there is to say of reading a file."""
    lines = []
    if found.roles:
        roles = [f"{column}={role}" for column, role in found.roles.items()]
        id_ = (
            say("ids", lang, column=found.id_column)
            if found.id_column
            else say("row-numbers", lang)
        )
        lines.append(say("columns", lang, file=file, roles=", ".join(roles) + f" ({id_})"))
    return "".join(f"{line}\n" for line in [*lines, *(f"{file}: {n}" for n in found.notes)])


def summary(linking: Linking, lang: str, width: int, *, first: int = 3, saved: str = "") -> str:
    """How many of each outcome there are, and the first of each with their reasons."""
    outcomes: tuple[Outcome, ...] = ("linked", "ambiguous", "none")
    counts = {o: f"{linking.count(o):,}" for o in outcomes}
    head = say("counts", lang, source=linking.source.label, target=linking.target.label,
               n=f"{len(linking.decisions):,}", **counts)  # fmt: skip
    out = wrap(head, width)
    for outcome in outcomes:
        found = list(linking.of(outcome))
        if not found:
            continue
        shown = found[:first]
        out += ["", say("first", lang, what=say(outcome, lang), k=len(shown), n=f"{len(found):,}")]
        for decision in shown:
            out += _lines(decision, lang, width)
    out += ["", say("written", lang, path=saved) if saved else say("save", lang)]
    return "\n".join(out) + "\n"


def _lines(decision: Decision, lang: str, width: int) -> list[str]:
    entry = decision.entry
    head = f"{entry.id} {entry.name or '–'} ({say(decision.why, lang)})"
    lines = [f"  {x}" for x in wrap(head, width - 2)]
    for candidate in decision.candidates[: 1 if decision.link else 3]:
        lines += [f"    {x}" for x in wrap(_candidate(candidate, lang), width - 4)]
    return lines


def _candidate(candidate: Candidate, lang: str) -> str:
    reasons = "; ".join(
        f"{say(_KINDS.get(r.kind, r.kind), lang)} {_sign(r, lang)}{_detail(r, lang)}"
        for r in candidate.reasons
    )
    return f"→ {candidate.entry.id} {candidate.entry.name} {candidate.score:.3f}: {reasons}"


def _sign(reason: Reason, lang: str) -> str:
    """How two things compare; nothing where the detail says it itself."""
    if reason.kind == "rival" or any(sign in reason.detail for sign in ("≠", "~")):
        return "" if reason.verdict != "contradicts" else say("contradicts", lang) + " "
    return say(reason.verdict, lang) + " "


def _detail(reason: Reason, lang: str) -> str:
    """What was compared, with types and provinces by their names."""
    if reason.kind not in ("type", "province"):
        return reason.detail
    words = reason.detail.split(" ")
    if reason.kind == "type":
        return " ".join(TYPE_NAMES.get(w, {}).get(lang, w) for w in words)
    return " ".join(provinces.name(w, lang) for w in words)


def evaluation(found: Evaluation, lang: str, width: int, *, first: int = 10) -> str:
    """Precision, recall and F1, the faults by kind, and the first of them one by one."""
    judged = found.right + found.wrong
    rows = [
        [say("precision", lang), f"{found.precision:.4f}",
         say("of-links", lang, a=f"{found.right:,}", b=f"{judged:,}")],
        [say("recall", lang), f"{found.recall:.4f}",
         say("of-gold", lang, a=f"{found.right:,}", b=f"{found.gold:,}")],
        [say("f1", lang), f"{found.f1:.4f}", ""],
    ]  # fmt: skip
    out = [f"{a}  {b}  {c}".rstrip() for a, b, c in rows]
    if not found.faults:
        out += ["", say("faultless", lang)]
    else:
        heads = [say(k, lang) for k in ("verdict", "kind", "rows")]
        kinds = [[say(v, lang), say(k, lang), f"{n:,}"] for (v, k), n in found.kinds().items()]
        out += ["", columns_text(heads, kinds, width).rstrip("\n")]
    if found.unnamed:
        text = say("beyond", lang, n=f"{found.unnamed:,}", m=f"{found.beyond:,}")
        out += ["", *wrap(text, width)]
    order = sorted(found.faults, key=lambda f: ("wrong", "missed", "apart").index(f.verdict))
    for fault in order[:first]:
        out += _fault(fault, lang, width)
    return "\n".join(out) + "\n"


def _fault(fault: Fault, lang: str, width: int) -> list[str]:
    truth = "; " + say("true", lang, id=fault.truth) if fault.truth else ""
    head = f"{say(fault.verdict, lang)}, {say(fault.kind, lang)}{truth}"
    return ["", *wrap(head, width), *_lines(fault.decision, lang, width)]


def faults_csv(found: Evaluation) -> str:
    """A row for each fault: verdict, kind, the row, the truth, and the best candidate."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("verdict", "kind", "id", "name", "where", "truth", "best", "best_name", "score")
    )
    for fault in found.faults:
        entry, best = fault.decision.entry, fault.decision.candidates[:1]
        to = [(c.entry.id, c.entry.name, f"{c.score:.4f}") for c in best] or [("", "", "")]
        row = (fault.verdict, fault.kind, entry.id, entry.name, entry.where, fault.truth, *to[0])
        writer.writerow([safe_cell(c) for c in row])
    return out.getvalue()
