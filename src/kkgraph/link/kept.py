"""Reviewed decisions kept in a new run: what a person decided isn't decided anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from kkgraph.errors import LinkError
from kkgraph.link import applying, mappings
from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason
from kkgraph.link.sssom import MANUAL

_NOTED: Final = 5


class Kept:
    """Reviewed decisions by the IRI of their entry: target, remark, and the entry's name.

    The target is the IRI of what was accepted, ``""`` where a reviewer found nothing, None where
    the reviewer was unsure.
    """

    def __init__(self) -> None:
        self.by_iri: dict[str, tuple[str | None, str, str]] = {}
        self.reviewer = ""
        self.reviewed = ""

    def add(self, iri: str, target: str | None, remark: str, name: str) -> None:
        """Keep a decision; of two on one entry the last one counts."""
        self.by_iri[iri] = (target, remark, name)


def read(path: Path | str, *, role: str = "reviewer") -> Kept:
    """The reviewed decisions of a review (.xlsx, .csv) or of an SSSOM file.

    Of an SSSOM file those count that a person curated. Raises ``LinkError`` unfinished-review for
    a review with problems, and as ``applying.read`` and ``mappings.read`` do.
    """
    path = Path(path)
    kept = Kept()
    if path.suffix.lower() == ".tsv":
        found = mappings.read(path)
        for item in found.mappings:
            if item.justification == MANUAL:
                kept.add(item.subject, item.object, item.comment, item.subject_label)
                kept.reviewer = item.author or kept.reviewer or role
        date = str(found.about.get("mapping_date") or "1970-01-01")
        kept.reviewed = f"{date}T00:00:00Z"
        return kept
    review = applying.read(path, role=role)
    if review.problems:
        first = review.problems[0]
        raise LinkError(
            "unfinished-review",
            f"the review is not finished: {first.message['en']}",
            where=first.where,
            hint="See all that is left to do with: kkgraph link apply FILE",
        )
    done = review.linking
    for decision in done:
        if decision.why == "reviewed":
            target = None if decision.outcome == "ambiguous" else ""
            if decision.link:
                target = done.target.iri(decision.link.entry)
            kept.add(done.source.iri(decision.entry), target, decision.remark, decision.entry.name)
    kept.reviewer, kept.reviewed = done.reviewer, done.reviewed
    return kept


def keep(linking: Linking, kept: Kept, entry_of: Callable[[str], Entry | None]) -> Linking:
    """The linking with the reviewed decisions in place of the machine's.

    ``entry_of`` gives the target's entry of an IRI. A decision whose entry is gone, has another
    name now, or whose target is gone is not kept: ``notes`` say so. Where the machine linked
    another entry onto what a reviewer accepted, that becomes ambiguous: nothing is linked twice.
    """
    notes: list[str] = []
    out: list[Decision] = []
    held: dict[str, str] = {}
    left = dict(kept.by_iri)
    for decision in linking:
        iri = linking.source.iri(decision.entry)
        found = left.pop(iri, None)
        done = _kept(decision, found, entry_of, notes) if found else None
        out.append(done or decision)
        if done and done.link:
            held[done.link.entry.id] = decision.entry.id
    notes += [f"{iri} was reviewed, and is no longer among the rows" for iri in left]
    final = tuple(_held(d, held) for d in out)
    some = any(d.why == "reviewed" for d in final)
    return replace(
        linking,
        decisions=final,
        notes=(*linking.notes, *_short(notes)),
        reviewer=kept.reviewer if some else "",
        reviewed=kept.reviewed if some else "",
    )


def _kept(
    decision: Decision,
    found: tuple[str | None, str, str],
    entry_of: Callable[[str], Entry | None],
    notes: list[str],
) -> Decision | None:
    target, remark, name = found
    where = decision.entry.where
    if name and name != decision.entry.name:
        notes.append(f"{where}: the name was {name} when it was reviewed; decided anew")
        return None
    if target is None:
        return replace(decision, outcome="ambiguous", why="reviewed", remark=remark)
    if not target:
        return replace(decision, outcome="none", why="reviewed", remark=remark)
    entry = entry_of(target)
    if entry is None:
        notes.append(f"{where}: the reviewed target {target} is gone; decided anew")
        return None
    same = next((c for c in decision.candidates if c.entry.id == entry.id), None)
    first = same or Candidate(entry, 1.0, (Reason("review", "agrees"),))
    rest = (c for c in decision.candidates if c.entry.id != entry.id)
    return Decision(decision.entry, "linked", (first, *rest), "reviewed", remark)


def _held(decision: Decision, held: dict[str, str]) -> Decision:
    """The decision, no link where a reviewer gave its target to another entry."""
    link = decision.link
    holder = held.get(link.entry.id, "") if link else ""
    if link is None or decision.why == "reviewed" or not holder:
        return decision
    reason = Reason("rival", "differs", holder)
    marked = Candidate(link.entry, min(link.score, 0.5), (*link.reasons, reason))
    return replace(
        decision, outcome="ambiguous", why="rival", candidates=(marked, *decision.candidates[1:])
    )


def _short(notes: Iterable[str]) -> list[str]:
    found = list(notes)
    more = len(found) - _NOTED
    return [*found[:_NOTED], *([f"and {more} more reviewed rows like these"] if more > 0 else [])]
