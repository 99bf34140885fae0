"""What the verb for linking says: how many, examples with their reasons, and what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kkgraph.layout import wrap

if TYPE_CHECKING:
    from kkgraph.link import Candidate, Decision, Linking

WORDS: Final[dict[str, dict[str, str]]] = {
    "counts": {
        "en": "{source} → {target}: {linked} of {n} linked, {ambiguous} ambiguous, {none} without "
        "a counterpart",
        "th": "{source} → {target}: เชื่อมโยงแล้ว {linked} จาก {n} กำกวม {ambiguous} ไม่พบคู่ {none}",
    },
    "linked": {"en": "Linked", "th": "เชื่อมโยงแล้ว"},
    "ambiguous": {"en": "Ambiguous", "th": "กำกวม"},
    "none": {"en": "Without a counterpart", "th": "ไม่พบคู่"},
    "first": {"en": "{what} (the first {k} of {n})", "th": "{what} ({k} รายการแรกจาก {n})"},
    "why": {"en": "why", "th": "เหตุผล"},
}


def say(key: str, lang: str, **values: object) -> str:
    """A message in the language, with its values filled in."""
    return WORDS[key][lang].format(**values)


def summary(linking: Linking, lang: str, width: int, first: int = 3) -> str:
    """How many of each outcome there are, and the first of each with their reasons."""
    counts = {o: f"{linking.count(o):,}" for o in ("linked", "ambiguous", "none")}
    head = say("counts", lang, source=linking.source.label, target=linking.target.label,
               n=f"{len(linking.decisions):,}", **counts)  # fmt: skip
    out = wrap(head, width)
    for outcome in ("linked", "ambiguous", "none"):
        found = [d for d in linking if d.outcome == outcome]
        if not found:
            continue
        shown = found[:first]
        what = say("first", lang, what=say(outcome, lang), k=len(shown), n=f"{len(found):,}")
        out += ["", what]
        for decision in shown:
            out += _lines(decision, width)
    return "\n".join(out) + "\n"


def _lines(decision: Decision, width: int) -> list[str]:
    entry = decision.entry
    lines = [f"  {entry.id} {entry.name} ({decision.why})"]
    for candidate in decision.candidates[:3]:
        lines += [f"    {x}" for x in wrap(_candidate(candidate), width - 4)]
    return lines


def _candidate(candidate: Candidate) -> str:
    reasons = "; ".join(f"{r.kind} {r.verdict}: {r.detail}" for r in candidate.reasons)
    return f"→ {candidate.entry.id} {candidate.entry.name} {candidate.score:.3f} [{reasons}]"
