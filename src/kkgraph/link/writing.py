"""A linking written to a file, in the form that its name's ending says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kkgraph import turtle
from kkgraph.errors import LinkError
from kkgraph.link import linkgraph, reviewing, sssom
from kkgraph.link.records import Candidate, Decision, Entry, Linking
from kkgraph.link.sssom import Form
from kkgraph.tables import safe_cell

HEADS: Final = (
    "source_id", "source_name", "source_where", "outcome", "why", "target_id", "target_name",
    "target_type", "target_province", "score", "reasons", "other_candidates",
)  # fmt: skip


def write(
    linking: Linking, path: Path | str, *, lang: str = "en", form: Form | None = None
) -> None:
    """Write a linking: .csv, .json, and the other endings of ``WRITERS``.

    ``form`` says what the set of links is called, and the like; its language outweighs ``lang``.
    The file is written beside its place and then put there, so that it is whole or as it was.
    Raises ``LinkError`` unknown-format for another ending.
    """
    path = Path(path)
    writer = check(path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(writer(linking, form or Form.of(linking, lang)))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def check(path: Path) -> Writer:
    """What writes a file of this name; ``LinkError`` unknown-format where nothing does."""
    for ending, writer in WRITERS.items():
        if path.name.lower().endswith(ending):
            return writer
    raise LinkError(
        "unknown-format",
        f'"{path.name}" has no ending that links are written in',
        where="--output",
        hint=f"Use one of: {', '.join(WRITERS)}.",
    )


def to_csv(linking: Linking, lang: str = "en") -> str:
    """A row for each entry of the source, in order; texts safe for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows([safe_cell(c) for c in _row(d)] for d in linking)
    return out.getvalue()


def _row(decision: Decision) -> list[Any]:
    entry, link = decision.entry, decision.link
    rest = decision.candidates[1:] if link else decision.candidates
    found: list[Any] = [""] * 6
    if link:
        to = link.entry
        found = [to.id, to.name, to.type, to.province, f"{link.score:.4f}", reasons_text(link)]
    listed = "; ".join(f"{c.entry.id} {c.entry.name} {c.score:.2f}" for c in rest)
    return [entry.id, entry.name, entry.where, decision.outcome, decision.why, *found, listed]


def reasons_text(candidate: Candidate) -> str:
    """The reasons of a candidate on one line."""
    return "; ".join(f"{r.kind} {r.verdict}: {r.detail}" for r in candidate.reasons)


def to_json(linking: Linking, lang: str = "en") -> str:
    """The whole linking as JSON, as docs/linking.md describes it."""
    return json.dumps(as_dict(linking), ensure_ascii=False, indent=1) + "\n"


def as_dict(linking: Linking) -> dict[str, Any]:
    """The linking as JSON values."""
    return {
        "source": _side(linking.source),
        "target": _side(linking.target),
        "threshold": linking.threshold,
        "version": linking.version,
        "made": linking.made,
        "notes": list(linking.notes),
        "counts": {o: linking.count(o) for o in ("linked", "ambiguous", "none")},
        "decisions": [
            {
                **_entry(d.entry),
                "outcome": d.outcome,
                "why": d.why,
                "candidates": [_candidate(c) for c in d.candidates],
            }
            for d in linking
        ],
    }


def _side(side: Any) -> dict[str, str]:
    return {"slug": side.slug, "source": side.source, "label": side.label, "sha256": side.sha256}


def _entry(entry: Entry) -> dict[str, Any]:
    found = {
        "id": entry.id,
        "name": entry.name,
        "names": list(entry.names),
        "type": entry.type,
        "province": entry.province,
        "district": entry.district,
        "identifiers": dict(entry.identifiers),
        "where": entry.where,
        "iri": entry.iri,
    }
    return {k: v for k, v in found.items() if v}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    reasons = [
        {"kind": r.kind, "verdict": r.verdict, "detail": r.detail, "weight": _weight(r.weight)}
        for r in candidate.reasons
    ]
    return {**_entry(candidate.entry), "score": round(candidate.score, 6), "reasons": reasons}


def _weight(weight: float) -> float | None:
    """A weight of JSON; None for a veto, which outweighs everything."""
    return round(weight, 3) if abs(weight) < 1e6 else None


def _rdf(kind: str) -> Writer:
    return lambda linking, form: turtle.serialise(linkgraph.quads(linking, form), kind)


Writer = Callable[[Linking, Form], bytes]
WRITERS: Final[dict[str, Writer]] = {
    ".review.csv": lambda linking, form: reviewing.to_csv(linking, form.lang).encode("utf-8-sig"),
    ".csv": lambda linking, form: to_csv(linking, form.lang).encode("utf-8-sig"),
    ".json": lambda linking, form: to_json(linking, form.lang).encode(),
    ".sssom.tsv": lambda linking, form: sssom.text(linking, form).encode(),
    ".xlsx": lambda linking, form: reviewing.to_xlsx(linking, form.lang),
    **{f".{kind}": _rdf(kind) for kind in ("ttl", "trig", "nt", "nq", "jsonld", "rdf")},
}
"""Ending → what makes the bytes of it, the longest endings first."""
