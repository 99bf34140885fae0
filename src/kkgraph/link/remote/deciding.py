"""Our decision on what a service offers: a tie, or what contradicts, is no link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kkgraph.link import comparing, thai
from kkgraph.link.records import Candidate, Decision, Entry, Reason
from kkgraph.link.remote.answers import Offer
from kkgraph.link.views import view

FULL: Final = 100.0
"""What services count to; a service that counts further is cut here."""
GAP: Final = 10.0
"""Points that the best must be ahead by where the service itself calls nothing a match."""
TIE: Final = 0.99
"""From this part of the best score on a second candidate ties with the best."""
_SURE: Final = frozenset(("agrees", "near"))


def decide(entry: Entry, offers: Sequence[Offer], *, threshold: float) -> Decision:
    """The decision on an entry, given what the service offers for it.

    Linked needs all of this: one candidate alone that the service calls a match (or, where it
    calls none so, a score of ``threshold`` in a hundred and ten points before the next); a name
    that isn't another one, as far as both are written in one script; and no contradiction in type,
    province, district or codes, nor a place in the stead of a body. Two matches, or two scores
    that are equal, are a tie.
    """
    if not offers:
        return Decision(entry, "none", (), "unknown-name")
    weighed = [(offer, _candidate(entry, offer)) for offer in offers]
    fine = [(o, c) for o, c in weighed if not contradicted(c)]
    rest = [c for _, c in weighed if contradicted(c)]
    listed = tuple([c for _, c in fine] + rest)
    claimed = [o for o in offers if o.match]
    if not fine:
        codes = any(r.kind == "identifier" for c in rest for r in c.reasons)
        return Decision(entry, "none", listed, "veto" if codes else "weak")
    best, candidate = fine[0]
    following = fine[1][0].score or 0.0 if len(fine) > 1 else 0.0
    if len(claimed) > 1:
        return Decision(entry, "ambiguous", listed, "tie")
    if claimed and claimed[0] is not best:
        return Decision(
            entry, "ambiguous", listed, "veto" if claimed[0] in _of(rest, offers) else "tie"
        )
    if best.score is None or any(o.score is None for o, _ in fine[1:]):
        return Decision(entry, "ambiguous", listed, "weak")
    if len(fine) > 1 and following >= best.score * TIE:
        return Decision(entry, "ambiguous", listed, "tie")
    if not _named(candidate):
        return Decision(entry, "ambiguous" if claimed else "none", listed, "weak")
    far = best.score - following >= GAP and FULL * threshold <= best.score <= FULL
    if claimed or (far and _agrees(candidate, "name")):
        return Decision(entry, "linked", listed, "certain")
    return Decision(entry, "ambiguous", listed, "weak")


def _of(candidates: Sequence[Candidate], offers: Sequence[Offer]) -> list[Offer]:
    ids = {c.entry.id for c in candidates}
    return [o for o in offers if o.entry.id in ids]


def _candidate(entry: Entry, offer: Offer) -> Candidate:
    """The offer with its score, and with what we find ourselves for and against it."""
    mine, other = view(entry), view(offer.entry)
    found = comparing.reasons(mine, other)
    if not _one_script(entry, offer.entry):
        found = [r for r in found if r.kind != "name"]
    if (offer.territory or other.territory) and not mine.territory:
        found.append(Reason("type", "contradicts", "a place, not a body"))
    said = "" if offer.score is None else f"service: {offer.score:g}"
    found = [_hard(r) for r in found]
    if said:
        found.insert(0, Reason("score", "agrees" if offer.match else "near", said))
    return Candidate(offer.entry, min(offer.score or 0.0, FULL) / FULL, tuple(found))


def _hard(reason: Reason) -> Reason:
    """A difference in type or territory, which no score of a stranger outweighs."""
    if reason.verdict == "differs" and reason.kind in ("type", "province", "district"):
        return Reason(reason.kind, "contradicts", reason.detail, reason.weight)
    return reason


def contradicted(candidate: Candidate) -> bool:
    """True where something speaks against the candidate that no score outweighs."""
    return any(r.verdict == "contradicts" for r in candidate.reasons)


def _named(candidate: Candidate) -> bool:
    """True unless the names, in one script, are other names."""
    verdicts = [r.verdict for r in candidate.reasons if r.kind == "name"]
    return not verdicts or verdicts[0] in _SURE


def _agrees(candidate: Candidate, kind: str) -> bool:
    return any(r.kind == kind and r.verdict in _SURE for r in candidate.reasons)


def _one_script(entry: Entry, other: Entry) -> bool:
    scripts = {thai.is_thai(n) for n in (entry.name, *entry.names) if n}
    return thai.is_thai(other.name) in scripts
