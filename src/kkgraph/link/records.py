"""Frozen records of linking: two sides of entries, and a decision for each entry of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote

from kkgraph import names

Outcome = Literal["linked", "ambiguous", "none"]
Verdict = Literal["agrees", "near", "differs", "contradicts"]

TYPES: Final[dict[str, str]] = {
    "PAO": names.KK + "ProvincialAdministrativeOrganisation",
    "MUNICIPALITY": names.KK + "Municipality",
    "CITY": names.KK + "CityMunicipality",
    "TOWN": names.KK + "TownMunicipality",
    "SUBDISTRICT": names.KK + "SubdistrictMunicipality",
    "SAO": names.KK + "SubdistrictAdministrativeOrganisation",
    "SPECIAL": names.KK + "SpecialLocalAdministration",
}
"""The types of local administrative organisations, by the codes used in tables.

``MUNICIPALITY`` is one whose rank is not said.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a side, or one node of a graph, as understood.

    ``id`` is unique in its side: the value of the id column, else the row's number. ``where`` is
    ``file:row``, ``file!sheet!A12`` or an IRI. ``name`` is as written, ``names`` are further ones
    (in another language, former). ``type`` is a key of ``TYPES`` where it is one, else as written;
    ``province`` and ``district`` are codes of TIS 1099 (2 and 4 digits) where known, else names as
    written. ``identifiers`` are pairs of scheme (dla, geocode, wikidata or any other) and value.
    ``point`` is latitude and longitude in degrees. What isn't known is empty.
    """

    id: str
    where: str
    name: str
    names: tuple[str, ...] = ()
    type: str = ""
    province: str = ""
    district: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    point: tuple[float, float] | None = None
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What is linked, or linked to: a file, a graph's part, or somebody's service.

    ``slug`` names it in IRIs and graphs; ``source`` is the path or address, ``sha256`` the hash of
    the file (empty for a graph or a service), ``label`` what people read.
    """

    slug: str
    source: str
    label: str = ""
    sha256: str = ""
    base: str = ""

    def iri(self, entry: Entry) -> str:
        """The IRI of an entry: its own, else one made of this side's base and the entry's id."""
        if entry.iri:
            return entry.iri
        return (self.base or f"{names.KKD}{self.slug}-") + quote(entry.id, safe="")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for or against a candidate.

    ``kind`` is name, type, province, district, identifier, place, rival or review; ``detail`` says
    what was compared, ``weight`` is its share in the score, as a natural logarithm of odds.
    """

    kind: str
    verdict: Verdict
    detail: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of the other side with its score, a calibrated probability of 0 to 1."""

    entry: Entry
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for an entry: linked, ambiguous or none.

    ``candidates`` come best first (ties by id). Where linked, the first one is the link. ``why`` is
    a code: certain, identifier, tie, rival, weak, veto, unknown-name, no-name, territory, or
    reviewed. ``remark`` is what a reviewer wrote beside it.
    """

    entry: Entry
    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    remark: str = ""

    @property
    def link(self) -> Candidate | None:
        """The candidate that it is linked to."""
        return self.candidates[0] if self.outcome == "linked" else None


@dataclass(frozen=True)
class Linking:
    """The decisions on all entries of ``source``, in its order, against ``target``."""

    source: Side
    target: Side
    decisions: tuple[Decision, ...]
    threshold: float
    version: str
    made: str
    """When, as ``xsd:dateTime`` in UTC."""
    notes: tuple[str, ...] = field(default=())
    reviewer: str = ""
    """The role of who decided what has the reason reviewed; never a person's name."""
    reviewed: str = ""
    """When that was, as ``xsd:dateTime`` in UTC."""

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def count(self, outcome: Outcome) -> int:
        """How many entries have this outcome."""
        return sum(d.outcome == outcome for d in self.decisions)

    def of(self, outcome: Outcome) -> Iterable[Decision]:
        """The decisions with this outcome, in order."""
        return (d for d in self.decisions if d.outcome == outcome)
