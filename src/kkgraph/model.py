"""Frozen records that pass between the floors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Text = dict[str, str]
"""A text in several languages: language tag → string."""


def in_language(text: Text, lang: str) -> str:
    """The text in ``lang``; else English, else any language, else ``""``."""
    return text.get(lang) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a question's answer; ``type`` says how a cell is read and labelled."""

    name: str
    type: str
    label: Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the asker may set; ``default`` None leaves it open (matches all)."""

    name: str
    type: str
    default: str | None
    label: Text


@dataclass(frozen=True, slots=True)
class Federation:
    """What a stored question may ask of other machines.

    ``endpoints`` are the only addresses that it may contact, ``timeout_s`` bounds the whole.
    ``given`` pairs a variable with a SPARQL pattern that gives its values here; they are written
    into the question before it is sent, so that a service is asked about these alone.
    """

    endpoints: tuple[str, ...]
    timeout_s: float = 60.0
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Remote:
    """Whom an answer comes from in part, when they were asked, and whether it was kept since."""

    endpoints: tuple[str, ...]
    fetched: str
    kept: bool

    def as_dict(self) -> dict[str, Any]:
        """The record as a JSON object."""
        return {"endpoints": list(self.endpoints), "fetched": self.fetched, "kept": self.kept}


@dataclass(frozen=True, slots=True)
class Question:
    """A stored question: its header and its SPARQL, which runs as it stands."""

    id: str
    title: Text
    columns: tuple[Column, ...]
    sparql: str
    params: tuple[Parameter, ...] = ()
    tags: tuple[str, ...] = ()
    competency: str | None = None
    answers: tuple[str, ...] = ()
    note: Text = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    where: str = ""
    federated: Federation | None = None

    @property
    def iri(self) -> str:
        """The question's own IRI."""
        return f"https://w3id.org/kkgraph/query/{self.id}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding stands: code-point offsets into a text, and the passage's hash."""

    finding: str
    source: str
    start: int
    end: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """The anchor as a JSON object."""
        return {
            "finding": self.finding,
            "source": self.source,
            "start": self.start,
            "end": self.end,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a finding stands in a document whose text is not at hand: its page or section."""

    finding: str
    source: str
    locator: str

    def as_dict(self) -> dict[str, Any]:
        """The reference as a JSON object."""
        return {"finding": self.finding, "source": self.source, "locator": self.locator}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with data: what, where, how badly, and the remedy."""

    severity: str
    message: Text = field(hash=False)
    focus: str
    path: str = ""
    value: str = ""
    shape: str = ""
    component: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an answer: the plain value, and for a node its IRI and label."""

    value: Any
    iri: str | None = None
    label: str | None = None

    def __str__(self) -> str:
        if self.value is None:
            return ""
        return self.label if self.label is not None else str(self.value)

    def as_dict(self) -> dict[str, Any]:
        """The cell as a JSON object: value, and iri and label for a node."""
        out: dict[str, Any] = {"value": self.value}
        if self.iri is not None:
            out["iri"] = self.iri
        if self.label is not None:
            out["label"] = self.label
        return out


@dataclass(frozen=True, slots=True)
class FindingNote:
    """What every line of an answer carries about a finding it rests on.

    ``id`` is the study's number of the finding (F369); a finding of another case has its slug
    there (ban-pet-F1), since numbers alone would clash.
    """

    id: str
    iri: str
    statement: Text
    scope: str
    scope_label: Text
    hedge: str
    hedge_label: Text
    holders: tuple[tuple[str, Text], ...]
    graph: str
    evidence: Evidence | None
    reference: Reference | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the graph knows to be unknown, with the nearest findings."""

    iri: str
    question: Text
    reason: str
    reason_label: Text
    bounded_by: tuple[FindingNote, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: its cells, and the findings that carry it."""

    cells: dict[str, Cell]
    findings: tuple[FindingNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """The way that a question takes: which engine answers it, and why.

    ``engine`` is ``oxigraph``, ``columnar`` (as SQL) or ``server``. ``plan`` is the way from SPARQL
    to SQL for a reader, ``sql`` the statement itself. ``notice`` tells in what the engine's answer
    may differ from the data's own forms.
    """

    engine: str
    reason: Text
    plan: str = ""
    sql: str = ""
    notice: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a query: solutions (SELECT), a truth value (ASK) or triples (CONSTRUCT).

    ``rows`` are tuples of terms in the order of ``variables``, None for unbound.
    """

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[Any, ...] | None = None
    truncated: bool = False
