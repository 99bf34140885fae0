"""A review: a workbook or CSV in which a person decides on links, side by side with reasons."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkgraph.cases.grids import escaped
from kkgraph.errors import LinkError
from kkgraph.link import packed, wording
from kkgraph.link.provinces import PROVINCES
from kkgraph.link.records import Candidate, Decision, Entry, Linking
from kkgraph.model import Text

MARK: Final = "kkgraph-review 1"
"""How the head of the column with the data begins."""
MOST_ROWS: Final = 49_000
HEADS: Final[dict[str, Text]] = {
    "outcome": {"en": "Found", "th": "ผลที่พบ"},
    "id": {"en": "Row", "th": "รายการ"},
    "name": {"en": "Name as written", "th": "ชื่อตามที่เขียน"},
    "type": {"en": "Type", "th": "ประเภท"},
    "place": {"en": "Province", "th": "จังหวัด"},
    "codes": {"en": "Codes", "th": "รหัส"},
    "where": {"en": "Where", "th": "ตำแหน่ง"},
    "candidate": {"en": "Candidate {k}", "th": "ตัวเลือก {k}"},
    "reasons": {"en": "Score and reasons {k}", "th": "คะแนนและเหตุผล {k}"},
    "decision": {"en": "Your decision", "th": "การตัดสินของท่าน"},
    "confirm": {"en": "Same target twice: sure?", "th": "ซ้ำกับแถวอื่น ยืนยันหรือไม่"},
    "remark": {"en": "Remark", "th": "หมายเหตุ"},
}
ACCEPT: Final[Text] = {"en": "accept {k}", "th": "รับตัวเลือก {k}"}
NONE: Final[Text] = {"en": "none", "th": "ไม่มีคู่"}
UNSURE: Final[Text] = {"en": "unsure", "th": "ไม่แน่ใจ"}
YES: Final[Text] = {"en": "yes", "th": "ยืนยัน"}
SHEET: Final[Text] = {"en": "Review", "th": "ตรวจทาน"}
_RANK: Final = {"ambiguous": 0, "none": 1, "linked": 2}


@dataclass(frozen=True, slots=True)
class Sheetful:
    """The heads (keys with their texts) and rows of a review, and how many candidates it shows."""

    keys: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shown: int


def lay_out(linking: Linking, lang: str) -> Sheetful:
    """The table of a review: a row for each decision, those in need of one first.

    Ambiguous ones come first, then those without a counterpart, then links, the weakest first.
    Raises ``LinkError`` too-many-rows.
    """
    if len(linking.decisions) > MOST_ROWS:
        raise LinkError(
            "too-many-rows",
            f"{len(linking.decisions):,} decisions are too many for one review",
            where="review",
            hint=f"Link at most {MOST_ROWS:,} rows at a time, such as one region.",
        )
    texts = [packed.pack(n, d) for n, d in enumerate(linking, 1)]
    name = packed.fingerprint(linking, texts)
    most = max((len(d.candidates) for d in linking), default=1)
    shown = max(1, min(packed.MOST_CANDIDATES, most))
    head = {"linking": name, "rows": len(texts), "lang": lang, "shown": shown}
    head |= packed.pack_head(linking)
    keys = keys_of(shown)
    data = f"{MARK} {json.dumps(head, ensure_ascii=False, separators=(',', ':'))}"
    heads = (*(head_text(k, lang) for k in keys[:-1]), data)
    order = sorted(range(len(texts)), key=lambda n: _urgency(linking.decisions[n], n))
    rows = tuple(
        (*cells(d := linking.decisions[n], shown, lang), "", "", d.remark, _data(name, texts[n]))
        for n in order
    )
    return Sheetful(keys, heads, rows, shown)


def _data(name: str, text: str) -> str:
    return f"{packed.digest(name, text)} {text}"


def _urgency(decision: Decision, number: int) -> tuple[int, float, int]:
    score = decision.candidates[0].score if decision.candidates else 0.0
    return _RANK[decision.outcome], score, number


def keys_of(shown: int) -> tuple[str, ...]:
    """The keys of the columns of a review that shows so many candidates, in order."""
    both = (f"{what}-{k}" for k in range(1, shown + 1) for what in ("candidate", "reasons"))
    first = ("outcome", "id", "name", "type", "place", "codes", "where")
    return (*first, *both, "decision", "confirm", "remark", "data")


def head_text(key: str, lang: str) -> str:
    """The head of a column in the language, and below it in the other one."""
    what, _, number = key.partition("-")
    other = "en" if lang == "th" else "th"
    return "\n".join(HEADS[what][tag].format(k=number) for tag in (lang, other))


def cells(decision: Decision, shown: int, lang: str) -> tuple[str, ...]:
    """What a row shows of a decision, up to the reviewer's columns."""
    entry = decision.entry
    found = wording.word(wording.OUTCOMES, decision.outcome, lang)
    out = [
        f"{found}: {wording.why(decision, lang)}",
        entry.id,
        "\n".join(dict.fromkeys(n for n in (entry.name, *entry.names) if n)),
        wording.word(wording.TYPES, entry.type, lang),
        _place(entry, lang),
        _codes(entry),
        entry.where.replace("\\", "/").rpartition("/")[2],
    ]
    for k in range(shown):
        if k < len(decision.candidates):
            out += _candidate(decision.candidates[k], lang)
        else:
            out += ["", ""]
    return tuple(_clean(c) for c in out)


def _candidate(candidate: Candidate, lang: str) -> list[str]:
    entry = candidate.entry
    lines = [
        " / ".join(dict.fromkeys(n for n in (entry.name, *entry.names[:2]) if n)),
        ", ".join(
            p for p in (wording.word(wording.TYPES, entry.type, lang), _place(entry, lang)) if p
        ),
        _codes(entry) or entry.id,
    ]
    reasons = "\n".join(wording.reason(r, lang) for r in candidate.reasons)
    return ["\n".join(x for x in lines if x), f"{candidate.score:.3f}\n{reasons}".strip()]


def _place(entry: Entry, lang: str) -> str:
    known = PROVINCES.get(entry.province)
    name = f"{known[0 if lang == 'th' else 1]} ({entry.province})" if known else entry.province
    return " · ".join(x for x in (name, entry.district) if x)


def _codes(entry: Entry) -> str:
    return "\n".join(f"{scheme} {value}" for scheme, value in entry.identifiers)


def _clean(text: str) -> str:
    """The text without what no cell can hold, and not longer than one can."""
    kept = "".join(c for c in text if c in "\n\t" or c >= " ")
    return kept[:4_000].strip()


def choices(shown: int, lang: str) -> list[str]:
    """The words of the drop-down in the column for decisions."""
    accepts = [ACCEPT[lang].format(k=k) for k in range(1, shown + 1)]
    return [*accepts, NONE[lang], UNSURE[lang]]


def to_csv(linking: Linking, lang: str = "en") -> str:
    """The review as CSV; no cell is a formula."""
    table = lay_out(linking, lang)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.heads)
    writer.writerows([escaped(c) for c in row] for row in table.rows)
    return out.getvalue()


def to_xlsx(linking: Linking, lang: str = "en") -> bytes:
    """The review as a workbook: drop-downs for the decisions, a frozen head, a sheet of words."""
    from kkgraph.link import reviewbook

    return reviewbook.made(lay_out(linking, lang), linking, lang)


def all_words(pattern: Text, shown: int = 0) -> Iterator[tuple[str, int]]:
    """The words for a choice in both languages, each with its number (0 where it has none)."""
    for text in pattern.values():
        numbers: Sequence[Any] = range(1, shown + 1) if "{k}" in text else (0,)
        for k in numbers:
            yield text.format(k=k), k
