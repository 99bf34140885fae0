"""The linking of two sides: each entry decided on, and claims on the same entry weighed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from kkgraph import __version__
from kkgraph.errors import LinkError
from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side
from kkgraph.link.target import THRESHOLD, Target

_MUCH_BETTER = 3.0


class Decider(Protocol):
    """What can be linked to: it decides on entries, and has notes on how that went."""

    side: Side
    notes: tuple[str, ...]

    def decide(
        self,
        entries: Iterable[Entry],
        *,
        threshold: float,
        progress: Callable[[str], None] | None,
    ) -> list[Decision]:
        """A decision for each entry, in order."""
        ...


def link(
    source: tuple[Side, Sequence[Entry]],
    target: Decider | tuple[Side, Sequence[Entry]],
    *,
    threshold: float = THRESHOLD,
    progress: Callable[[str], None] | None = None,
) -> Linking:
    """The decisions on all entries of the source, in order.

    ``target`` is a side with its entries, a ``Target`` made of them, or a service
    (``kkgraph.link.remote.RemoteTarget``). ``threshold`` is the least probability of a link. Where
    two entries that cannot be the same (they have different codes of one scheme, or lie in
    different districts) claim one entry of the target, only one that is much likelier keeps it.
    Raises ``LinkError`` bad-threshold.
    """
    if not 0.5 < threshold <= 1:
        raise LinkError(
            "bad-threshold",
            f"{threshold:g} is no probability above 0.5",
            where="--threshold",
            hint="Give one between 0.5 and 1, such as 0.98.",
        )
    side, entries = source
    to: Decider = Target(*target) if isinstance(target, tuple) else target
    decisions = to.decide(entries, threshold=threshold, progress=progress)
    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Linking(
        side, to.side, tuple(rivals(decisions)), threshold, f"kkgraph {__version__}", made, to.notes
    )


def rivals(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions, with links taken back where entries that differ claim the same one."""
    out = list(decisions)
    claims: dict[str, list[int]] = {}
    for place, decision in enumerate(out):
        if decision.link:
            claims.setdefault(decision.link.entry.id, []).append(place)
    for places in claims.values():
        if len(places) > 1:
            _weigh(out, places)
    return out


def _weigh(out: list[Decision], places: list[int]) -> None:
    weights = {p: _weight(out[p]) for p in places}
    for place in places:
        others = [p for p in places if p != place and _differ(out[p].entry, out[place].entry)]
        rival = max(others, key=lambda p: weights[p], default=None)
        if rival is None or weights[place] >= weights[rival] + _MUCH_BETTER:
            continue
        lost = weights[rival] >= weights[place] + _MUCH_BETTER
        out[place] = _taken_back(out[place], out[rival].entry, lost=lost)


def _weight(decision: Decision) -> float:
    return sum(r.weight for r in decision.candidates[0].reasons)


def _differ(one: Entry, other: Entry) -> bool:
    """True where two entries cannot be the same body: by a code, or by their districts."""
    mine, theirs = dict(one.identifiers), dict(other.identifiers)
    if any(mine[s] != theirs[s] for s in mine.keys() & theirs.keys()):
        return True
    return bool(one.district and other.district and one.district != other.district)


def _taken_back(decision: Decision, rival: Entry, *, lost: bool) -> Decision:
    first = decision.candidates[0]
    reason = Reason("rival", "differs", f"{rival.id} {rival.name}".strip())
    marked = Candidate(first.entry, first.score if lost else 0.5, (*first.reasons, reason))
    candidates = (marked, *decision.candidates[1:])
    return replace(decision, outcome="ambiguous", candidates=candidates, why="rival")
