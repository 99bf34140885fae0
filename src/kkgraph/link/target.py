"""What is linked to: an index of one side's entries that decides on the entries of another."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kkgraph.errors import LinkError
from kkgraph.link import comparing, scoring
from kkgraph.link.blocks import Blocks
from kkgraph.link.records import Candidate, Decision, Entry, Reason, Side
from kkgraph.link.views import Key, View, view

THRESHOLD: Final = 0.98
FLOOR: Final = 0.1
LEAST: Final = 1e-3
LISTED: Final = 5
_EVERY: Final = 2_000
_LIKE: Final = 72.0


class Deciding(ABC):
    """What rows are linked to: ``decide`` says for each what it is."""

    def decide(
        self,
        entries: Iterable[Entry],
        *,
        threshold: float = THRESHOLD,
        progress: Callable[[str], None] | None = None,
    ) -> list[Decision]:
        """A decision for each entry, in order.

        Linked needs a probability of ``threshold`` at least. Each entry is looked at for itself:
        whether two claim the same entry here is looked at by ``linking.link``.
        """
        return self._decided(list(entries), threshold, progress)

    @abstractmethod
    def _decided(
        self, asked: list[Entry], threshold: float, progress: Callable[[str], None] | None
    ) -> list[Decision]:
        """The decisions of ``decide``."""


class Known(Deciding):
    """The entries of a side that is linked to, by their ids.

    Raises ``LinkError`` duplicate-code where two rows of a table have one code of a scheme
    (Wikidata's aside, which may be of something wider).
    """

    def __init__(self, side: Side, entries: Iterable[Entry]) -> None:
        self.side = side
        self.notes: tuple[str, ...] = ()
        self.entries: Sequence[Entry] = tuple(entries)
        _refuse_twice(self.entries)
        self._ids = {e.id: place for place, e in enumerate(self.entries)}

    def __len__(self) -> int:
        return len(self.entries)

    def entry(self, id: str) -> Entry | None:
        """The entry of this id; None where there is none."""
        place = self._ids.get(id)
        return None if place is None else self.entries[place]


class Target(Known):
    """The entries of a side, indexed by name, territory and code; errors as of ``Known``.

    >>> target = Target(Side("mine", "mine.csv"), [Entry("1", "", "ทต.ท่าพระ จ.ขอนแก่น")])
    >>> target.decide([Entry("a", "", "เทศบาลตำบลท่าพระ ขอนแก่น")])[0].link.entry.id
    '1'
    """

    def __init__(self, side: Side, entries: Iterable[Entry]) -> None:
        super().__init__(side, entries)
        self.views: Sequence[View] = [view(e) for e in self.entries]
        self._blocks = Blocks(self.views)

    def _decided(
        self, asked: list[Entry], threshold: float, progress: Callable[[str], None] | None
    ) -> list[Decision]:
        out = []
        for number, entry in enumerate(asked, 1):
            if progress and number % _EVERY == 0:
                progress(f"linking: {number:,}")
            out.append(self._decision(entry, view(entry), threshold))
        return out

    def candidates(self, entry: Entry, limit: int = 10) -> list[Candidate]:
        """The likest entries for one, best first, with probabilities that sum to 1 at most.

        One that an identifier of the same scheme contradicts is left out.
        """
        found = self._candidates(view(entry), thorough=True)
        return [c for c in found if not vetoed(c)][:limit]

    def _decision(self, entry: Entry, asked: View, threshold: float) -> Decision:
        if not asked.keys and not asked.codes:
            return Decision(entry, "none", (), "no-name")
        found = self._candidates(asked)
        open_ = [c for c in found if not vetoed(c)]
        shown = tuple([*open_, *(c for c in found if vetoed(c))][:LISTED])
        if not open_:
            return Decision(entry, "none", shown, "veto" if found else "unknown-name")
        best = open_[0]
        if asked.territory and not agrees(best, "identifier"):
            return Decision(entry, "none", shown, "territory")
        if len(open_) > 1 and self._contested(asked, open_):
            return Decision(entry, "ambiguous", shown, "tie")
        if best.score >= threshold:
            why = "identifier" if agrees(best, "identifier") else "certain"
            return Decision(entry, "linked", shown, why)
        if best.score < FLOOR:
            return Decision(entry, "none", shown, "veto" if vetoed(shown[-1]) else "weak")
        tied = len(open_) > 1 and open_[1].score * 9 > best.score
        return Decision(entry, "ambiguous", shown, "tie" if tied else "weak")

    def _contested(self, asked: View, open_: Sequence[Candidate]) -> bool:
        """True where a name in Thai that nobody bears may be a slip of two others.

        Which of two bodies a letter away was meant is not known, whatever slip is the likelier.
        """
        near = 0
        for candidate in open_:
            if candidate.score < LEAST or agrees(candidate, "identifier"):
                break
            level, _, _ = comparing.name_level(asked, self.views[self._ids[candidate.entry.id]])
            if level not in comparing.SLIPS:
                break
            near += 1
        return near > 1

    def _candidates(self, asked: View, *, thorough: bool = False) -> list[Candidate]:
        places = self._places(asked, thorough=thorough)
        compared: list[tuple[float, int, list[Reason]]] = []
        for place in sorted(places):  # a sum of floats depends on their order
            why = comparing.reasons(asked, self.views[place])
            compared.append((sum(r.weight for r in why), place, why))
        chances = scoring.probabilities([s for s, _, _ in compared]) if compared else []
        out = [
            Candidate(self.entries[place], chance, tuple(why))
            for chance, (_, place, why) in zip(chances, compared, strict=True)
        ]
        return sorted(out, key=lambda c: (-c.score, c.entry.id))

    def _places(self, asked: View, *, thorough: bool) -> set[int]:
        """The places worth comparing: of the same code, of the same name, else near it."""
        found = self._blocks.by_code(asked)
        if found and not thorough:
            return found
        sure = False
        for key in asked.keys:
            province = "" if key.anywhere else asked.province
            for place in self._blocks.named(key.skeleton, province):
                found.add(place)
                sure = sure or self._fits(asked, key, place)
        if sure and not thorough:
            return found
        for key in asked.keys:
            province = "" if key.anywhere else asked.province
            for name in self._blocks.near(key.light):
                found.update(self._blocks.named(name, province))
        if not found and asked.keys and (asked.province or thorough):
            like = asked.keys[0].skeleton
            for name in self._blocks.like(like, asked.province, cutoff=_LIKE, limit=LISTED):
                found.update(self._blocks.named(name, asked.province))
        if not found and asked.province:
            for key in asked.keys:
                found.update(self._blocks.named(key.skeleton, "")[:LISTED])
        return found

    def _fits(self, asked: View, key: Key, place: int) -> bool:
        """True where an entry has just this name, may be of this type, and no other code."""
        other, type_ = self.views[place], key.type
        if all(k.exact != key.exact for k in other.keys):
            return False
        if not comparing.may_be(type_, other.type):
            return False
        return all(values & other.codes.get(s, values) for s, values in asked.codes.items())


def _refuse_twice(entries: Sequence[Entry]) -> None:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        for pair in entry.identifiers:
            if pair[0] == "wikidata" or entry.iri:
                continue
            first = seen.setdefault(pair, entry)
            if first is not entry:
                raise LinkError(
                    "duplicate-code",
                    f"{pair[0]} {pair[1]} is the code of {first.where} too",
                    where=entry.where,
                    hint="A code of a register belongs to one row: correct one of them, or map the "
                    "column to ignore.",
                )


def vetoed(candidate: Candidate) -> bool:
    """True where an identifier contradicts the candidate."""
    return any(r.verdict == "contradicts" for r in candidate.reasons)


def agrees(candidate: Candidate, kind: str) -> bool:
    """True where a reason of the kind speaks for the candidate."""
    return any(r.kind == kind and r.verdict == "agrees" for r in candidate.reasons)
