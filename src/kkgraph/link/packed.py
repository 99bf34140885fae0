"""Decisions as short JSON texts, so that a review carries all that applying it needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kkgraph.errors import LinkError
from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side

MOST_CANDIDATES: Final = 5
"""How many candidates a review shows of an entry."""
_LONGEST: Final = 30_000
_FIELDS: Final = ("id", "where", "name", "type", "province", "district", "iri")


def pack(number: int, decision: Decision) -> str:
    """A decision, and its number in the linking, on one line of JSON.

    The best five candidates are kept, and fewer where a cell of a workbook couldn't hold them.
    """
    candidates = list(decision.candidates[:MOST_CANDIDATES])
    while True:
        text = _text(
            {
                "n": number,
                "e": _entry(decision.entry),
                "o": decision.outcome,
                "w": decision.why,
                "c": [_candidate(c) for c in candidates],
                **({"m": decision.remark} if decision.remark else {}),
            }
        )
        if len(text) <= _LONGEST or not candidates:
            return text
        candidates.pop()


def unpack(text: str) -> tuple[int, Decision]:
    """What ``pack`` put into a text; ``ValueError`` where it is none of its."""
    try:
        data = json.loads(text)
        candidates = tuple(
            Candidate(
                _as_entry(c["e"]), float(c["s"]), tuple(Reason(*_reason(r)) for r in c.get("r", ()))
            )
            for c in data["c"]
        )
        if data["o"] not in ("linked", "ambiguous", "none"):
            raise ValueError(data["o"])
        made = Decision(_as_entry(data["e"]), data["o"], candidates, data["w"], data.get("m", ""))
        return int(data["n"]), made
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def pack_head(linking: Linking) -> dict[str, Any]:
    """All that a linking is, but its decisions."""
    return {
        "source": _side(linking.source),
        "target": _side(linking.target),
        "threshold": linking.threshold,
        "version": linking.version,
        "made": linking.made,
        **({"reviewer": linking.reviewer} if linking.reviewer else {}),
        **({"reviewed": linking.reviewed} if linking.reviewed else {}),
    }


def unpack_head(data: Mapping[str, Any], where: str) -> Linking:
    """A linking without decisions; ``LinkError`` not-a-review where the head is damaged."""
    try:
        source, target = (Side(**{k: str(v) for k, v in data[e].items()}) for e in _ENDS)
        return Linking(
            source,
            target,
            (),
            float(data["threshold"]),
            str(data["version"]),
            str(data["made"]),
            reviewer=str(data.get("reviewer", "")),
            reviewed=str(data.get("reviewed", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LinkError(
            "not-a-review",
            "the head of the column with the data was changed",
            where=where,
            hint="Write the review anew, and copy the decisions over.",
        ) from error


_ENDS: Final = ("source", "target")


def digest(*texts: str) -> str:
    """The first 16 hexadecimal digits of the texts' SHA-256."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fingerprint(linking: Linking, rows: Iterable[str]) -> str:
    """What tells one linking from another: a hash of its sides and its packed decisions."""
    return digest(_text(pack_head(linking)), *rows)


def whole(linking: Linking) -> str:
    """The fingerprint of a linking as it stands."""
    return fingerprint(linking, (pack(n, d) for n, d in enumerate(linking, 1)))


def _side(side: Side) -> dict[str, str]:
    return {k: getattr(side, k) for k in ("slug", "source", "label", "sha256", "base")}


def _entry(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {k: v for k in _FIELDS if (v := getattr(entry, k))}
    if entry.names:
        found["names"] = list(entry.names)
    if entry.identifiers:
        found["codes"] = [list(pair) for pair in entry.identifiers]
    if entry.point:
        found["point"] = list(entry.point)
    return found


def _as_entry(data: Mapping[str, Any]) -> Entry:
    point = data.get("point")
    texts = {k: str(data.get(k, "")) for k in _FIELDS}
    return Entry(
        **texts,
        names=tuple(map(str, data.get("names", ()))),
        identifiers=tuple((str(s), str(v)) for s, v in data.get("codes", ())),
        point=(float(point[0]), float(point[1])) if point else None,
    )


def _candidate(candidate: Candidate) -> dict[str, Any]:
    reasons = [[r.kind, r.verdict, r.detail, _weight(r.weight)] for r in candidate.reasons]
    return {"e": _entry(candidate.entry), "s": round(candidate.score, 6), "r": reasons}


def _weight(weight: float) -> float | str:
    """A weight of JSON; that of a veto, which has no end, in words."""
    return round(weight, 3) if abs(weight) < 1e9 else str(weight)


def _reason(data: Any) -> tuple[Any, ...]:
    kind, verdict, detail, weight = data
    return str(kind), str(verdict), str(detail), float(weight)


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
