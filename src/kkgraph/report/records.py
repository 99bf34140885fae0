"""Frozen records of the report; every text in them is bilingual (``kkgraph.model.Text``)."""

from __future__ import annotations

from dataclasses import dataclass, field

from kkgraph.model import FindingNote, Gap, Text


@dataclass(frozen=True, slots=True)
class Term:
    """A node by its slug (``e-laas``) or CURIE (``kk:asserted``), with label and definition."""

    id: str
    label: Text
    definition: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of an answer: the analyst's words, the findings it rests on, what it leaves open."""

    id: str
    text: Text
    findings: tuple[FindingNote, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class ResearchAnswer:
    """A research question with the points that answer it, in their stated order."""

    id: str
    title: Text
    note: Text
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A box of the network. ``form`` is the way it is drawn; ``kind`` the label of its class."""

    id: str
    label: Text
    kind: Text
    form: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A tie that the study states, from ``source`` to ``target``, with the findings carrying it."""

    source: str
    target: str
    property: str
    label: Text
    findings: tuple[FindingNote, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """The actors that the study joins, and those it speaks of in its results without a tie."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    alone: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FrameworkCell:
    """A cell of the cited table: sector by focus, with its concept, networks and examples."""

    id: str
    sector: Term
    focus: Term
    concept: Term
    networks: tuple[Term, ...]
    examples: tuple[Term, ...]
    findings: tuple[FindingNote, ...]


@dataclass(frozen=True, slots=True)
class SystemReading:
    """A system (or group of systems), with its focus, its operator's sector and its classes.

    ``focus`` is the analyst's reading, ``classes`` the reasoner's additions; both may be empty.
    ``place`` says where it stands: internal, public-external, private-external, no-operator or
    no-focus. A system read with both focuses has one reading for each.
    """

    system: Term
    group: bool
    focus: str
    classes: tuple[str, ...]
    place: str
    source: str
    findings: tuple[FindingNote, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """The table of Palvia & Sharma as the study cites it, and the systems read against it."""

    label: Text
    cells: tuple[FrameworkCell, ...]
    systems: tuple[SystemReading, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding with the section of the text it stands in and the themes it is sorted under."""

    note: FindingNote
    section: Term
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Findings by theme and hedge: ``counts`` by (theme id, hedge id).

    The theme ``""`` stands for the findings that lie outside the themes of the results.
    """

    themes: tuple[Term, ...]
    hedges: tuple[Term, ...]
    counts: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings, anchors (evidence with offsets), cited works and gaps there are."""

    findings: int
    anchors: int
    works: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that the report says, in both languages; the same graph gives an equal report."""

    answers: tuple[ResearchAnswer, ...]
    network: Network
    framework: Framework
    matrix: Matrix
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    counts: Counts
    source_sha256: str
    version: str
