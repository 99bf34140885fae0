"""Queries answered: each becomes entries for the matcher, whose decision is the only match."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from kkgraph.link import naming, provinces
from kkgraph.link.codes import normal
from kkgraph.link.records import Candidate, Decision, Entry
from kkgraph.link.service.asking import Query
from kkgraph.link.service.kinds import Kind, Kinds, every
from kkgraph.link.service.properties import Properties, bare
from kkgraph.link.service.words import SCHEMES

ALTERNATIVES: Final = 12
"""Readings of one query at most: types times provinces times districts."""
LOOKED: Final = 50
"""Candidates looked at where some may be of another type than was asked for."""
TIED: Final = 9.0
"""A candidate of another reading ties with the match unless that is so many times likelier."""
VETO: Final = -100.0
"""The weight of what rules a candidate out, in an answer (JSON has no infinity)."""
_DIGITS: Final = 4


class Matcher(Protocol):
    """What finds candidates and decides: ``kkgraph.link.target.Target``."""

    def decide(self, entries: Sequence[Entry], *, threshold: float) -> list[Decision]:
        """A decision for each entry, in order."""
        ...

    def candidates(self, entry: Entry, limit: int = 10) -> list[Candidate]:
        """The best candidates for one entry, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query: candidates best first, and the id of the one that is a match."""

    candidates: tuple[Candidate, ...] = ()
    match: str = ""
    exact: frozenset[str] = frozenset()
    """Ids of those that were asked for by identifier."""


@dataclass
class _Reading:
    """A query in the matcher's terms: its alternatives, and the types that were asked for."""

    query: Query
    kinds: list[Kind] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    nothing: bool = False
    too_many: bool = False


class Answering:
    """Answers queries from a register."""

    def __init__(
        self,
        entries: Sequence[Entry],
        matcher: Matcher,
        kinds: Kinds,
        properties: Properties,
        *,
        threshold: float,
    ) -> None:
        self.matcher = matcher
        self.kinds = kinds
        self.properties = properties
        self.threshold = threshold
        self._by_code: dict[str, list[Entry]] = {}
        for entry in entries:
            # a row number is no identifier that anybody would ask for
            own = () if _is_row_number(entry) else (entry.id,)
            for code in {_code(c) for c in (*own, entry.iri, *(v for _, v in entry.identifiers))}:
                if code:
                    self._by_code.setdefault(code, []).append(entry)

    def answer(self, queries: Sequence[Query]) -> list[Found]:
        """The answers to queries, in order; each is answered as if it stood alone."""
        readings = [self._read(q) for q in queries]
        asked = [e for r in readings for e in r.entries]
        decisions = iter(self.matcher.decide(asked, threshold=self.threshold) if asked else ())
        return [self._found(r, list(itertools.islice(decisions, len(r.entries)))) for r in readings]

    def _read(self, query: Query) -> _Reading:
        wanted = [self.kinds.get(t) for t in query.types]
        kinds = [k for k in wanted if k is not None]
        reading = _Reading(query, kinds)
        if query.overlong or (
            query.types and query.strict != "should" and not self._fit(query, wanted)
        ):
            reading.nothing = True
            return reading
        entry, choices = self._entry(query)
        codes = [k.code for k in kinds] if all(k.code for k in kinds) else []
        types = list(dict.fromkeys(codes)) or choices.get("type", [])
        if (query.strict == "all" and len(kinds) > 1) or self._says_another(query, kinds):
            types = []
        options = [types or [""], choices.get("province") or [""], choices.get("district") or [""]]
        combined = list(itertools.islice(itertools.product(*options), ALTERNATIVES + 1))
        reading.too_many = len(combined) > ALTERNATIVES
        if reading.too_many:
            combined = [("", "", "")]
        if entry.name or entry.identifiers or entry.names:
            reading.entries = [
                replace(entry, type=t, province=p, district=d) for t, p, d in combined
            ]
        return reading

    def _says_another(self, query: Query, kinds: list[Kind]) -> bool:
        """True where the name itself says a type that is none of those asked for."""
        said = {type_ for type_, _ in naming.parse(query.text).readings}
        if not kinds or "" in said:  # ทมอ is a name, though it may be read as a town
            return False
        types = [t for s in said if (t := every().get(s))]
        return not any(every().related(t, k) for t in types for k in kinds)

    def _fit(self, query: Query, wanted: list[Kind | None]) -> bool:
        """True where some entry may bear the types asked for."""
        return None not in wanted if query.strict == "all" else any(wanted)

    def _entry(self, query: Query) -> tuple[Entry, dict[str, list[str]]]:
        """What a query says, as an entry; values that exclude each other as choices."""
        given = {name: tuple(bare(v) for v in values) for name, values in query.properties}
        codes = []
        for name, values in query.properties:
            prop = self.properties.get(name)
            # a code that the register lacks may still say where its bearer is
            scheme = prop.scheme if prop else name if name in SCHEMES else ""
            codes += [(scheme, normal(scheme, v)) for v in values if scheme]
        more = [v for n in ("name_th", "name_en", "other_names") for v in given.get(n, ())]
        names = [n for n in (query.text, *more) if n]
        entry = Entry(
            id="q", where="query", name=names[0] if names else "", names=tuple(names[1:]),
            identifiers=tuple(codes), point=_point(given),
        )  # fmt: skip
        # a type that the register lacks tells its bearer from those that it has
        types = [self.kinds.get(v) or every().get(v) for v in given.get("type", ())]
        choices = {
            "type": [k.code for k in types if k and k.code],
            "province": [provinces.code(v) or v for v in given.get("province", ())],
        }
        first = choices["province"][0] if len(choices["province"]) == 1 else ""
        choices["district"] = [naming.district_code(v, first) for v in given.get("district", ())]
        return entry, {k: list(dict.fromkeys(v)) for k, v in choices.items()}

    def _found(self, reading: _Reading, decisions: list[Decision]) -> Found:
        if reading.nothing:
            return Found()
        query = reading.query
        exact = [e for e in self._by_code.get(_code(query.text), ()) if self._allowed(reading, e)]
        best: dict[str, Candidate] = {}
        most = max(LOOKED if reading.kinds else 0, query.limit)
        for entry, decision in zip(reading.entries, decisions, strict=True):
            sure = decision.outcome == "linked" and len(reading.entries) == 1
            more = () if sure else self.matcher.candidates(entry, limit=most)
            for candidate in (*decision.candidates, *more):
                before = best.get(candidate.entry.id)
                if before is None or candidate.score > before.score:
                    best[candidate.entry.id] = candidate
        best |= {e.id: Candidate(e, 1.0) for e in exact}
        ranked = sorted(
            (c for c in best.values() if self._allowed(reading, c.entry)),
            key=lambda c: (-c.score, c.entry.id),
        )
        match = self._match(reading, decisions, exact)
        if ranked and ranked[0].entry.id != match:
            match = ""
        ids = frozenset(e.id for e in exact)
        return Found(tuple(ranked[: query.limit]), match, ids)

    def _match(self, reading: _Reading, decisions: list[Decision], exact: list[Entry]) -> str:
        """The id of what all readings agree on and none makes doubtful; empty otherwise."""
        if exact:
            # by its identifier, unless properties speak of something else
            others = {c.entry.id for d in decisions if (c := d.link)} - {exact[0].id}
            return exact[0].id if len(exact) == 1 and not others else ""
        linked = {c.entry.id: c.entry for d in decisions if (c := d.link)}
        if reading.too_many or len(linked) != 1:
            return ""
        (entry,) = linked.values()
        score = max(c.score for d in decisions if (c := d.link))
        for decision in (d for d in decisions if d.outcome == "ambiguous"):
            likely = [c.entry for c in decision.candidates if c.score * TIED > score]
            if any(e.id != entry.id and self._allowed(reading, e) for e in likely):
                return ""
        return entry.id if self._allowed(reading, entry) else ""

    def _allowed(self, reading: _Reading, entry: Entry) -> bool:
        if not reading.query.types or reading.query.strict == "should":
            return True
        test: Callable[[Any], bool] = all if reading.query.strict == "all" else any
        return test([self.kinds.covers(k, entry) for k in reading.kinds])


def features(candidate: Candidate, *, exact: bool) -> list[dict[str, Any]]:
    """What spoke for and against a candidate: weights by kind, and whether anything contradicts."""
    if exact:
        return [{"id": "identifier", "value": 1.0}, {"id": "contradicted", "value": False}]
    weights: dict[str, float] = {}
    for reason in candidate.reasons:
        weights[reason.kind] = weights.get(reason.kind, 0.0) + reason.weight
    out: list[dict[str, Any]] = [
        {"id": kind, "value": round(max(weight, VETO), _DIGITS)} for kind, weight in weights.items()
    ]
    against = any(r.verdict == "contradicts" for r in candidate.reasons)
    return [*out, {"id": "contradicted", "value": against}]


def _point(given: dict[str, tuple[str, ...]]) -> tuple[float, float] | None:
    """The coordinates that a query says, where they are degrees on the globe."""
    pair = ",".join(given.get("coordinates", ())[:1]) or ",".join(
        v for name in ("latitude", "longitude") for v in given.get(name, ())[:1]
    )
    with suppress(ValueError):
        lat, lon = (float(part) for part in pair.split(","))
        return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
    return None


def _is_row_number(entry: Entry) -> bool:
    before = entry.where.removesuffix(entry.id)
    return entry.id.isdecimal() and before != entry.where and not before[-1:].isdecimal()


def _code(text: str) -> str:
    return text.strip().casefold()
