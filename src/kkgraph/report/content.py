"""What the report says: gathered from a graph with stored questions and a few queries."""

from __future__ import annotations

from typing import Final

import kkgraph
from kkgraph import catalogue, names
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import FindingNote, Gap
from kkgraph.report.framework import read_framework
from kkgraph.report.network import read_network
from kkgraph.report.reading import labels, picked, rows, stored, term
from kkgraph.report.records import (
    Counts,
    Entry,
    Matrix,
    Point,
    Report,
    ResearchAnswer,
    Term,
)

QUESTIONS: Final = ("rq1", "rq2")
OUTSIDE: Final = ""
"""The key of the findings that stand in no theme."""
_HEDGES: Final = (
    "asserted", "tendency", "possibility", "expectation", "goal", "belief", "opinion",
    "assumption", "estimate", "conditional", "normative", "inDevelopment", "initiated",
    "preliminary",
)  # fmt: skip
_FINDINGS: Final = """SELECT ?finding WHERE {
  VALUES ?g { kkg:study kkg:cited }
  GRAPH ?g { ?finding a kk:Finding }
} ORDER BY ?finding"""
_MATRIX: Final = """SELECT ?theme ?hedge (COUNT(DISTINCT ?finding) AS ?n) WHERE {
  VALUES ?g { kkg:study kkg:cited }
  GRAPH ?g {
    ?finding a kk:Finding ; kk:hedge ?hedge
    OPTIONAL { ?finding kk:theme ?theme }
  }
} GROUP BY ?theme ?hedge ORDER BY ?theme ?hedge"""
_THEMES: Final = "SELECT ?theme WHERE { ?theme a kk:Theme }"
_DEFINITIONS: Final = """SELECT ?hedge ?text (LANG(?text) AS ?lang) WHERE {
  ?hedge a kk:Hedge ; skos:definition ?text
} ORDER BY ?hedge ?lang"""
_COUNTS: Final = """SELECT
  (COUNT(DISTINCT ?finding) AS ?findings) (COUNT(DISTINCT ?selector) AS ?anchors) WHERE {
  VALUES ?g { kkg:study kkg:cited }
  GRAPH ?g { ?finding a kk:Finding ; kk:evidence/oa:hasSelector ?selector }
}"""
_WORKS: Final = "SELECT (COUNT(DISTINCT ?work) AS ?n) WHERE { ?work a kk:CitedWork }"
_GAPS: Final = """SELECT ?gap ?text (LANG(?text) AS ?lang) WHERE {
  ?gap a kk:KnowledgeGap ; kk:question ?text
} ORDER BY ?gap ?lang"""
_SOURCE: Final = "SELECT ?sha WHERE { kkd:study-document kk:fileSha256 ?sha }"


def gather(graph: KnowledgeGraph) -> Report:
    """The report on the study in ``graph``, without the cases that are loaded beside it.

    Raises what the graph's queries raise: ``QuestionError`` where a stored question is gone,
    ``StoreError`` where the engine fails.
    """
    graph = graph.study()
    rested = {q: stored(graph, q) for q in QUESTIONS}
    own = [r["finding"] for r in rows(graph, _FINDINGS)]
    named = [r["finding"] for found in rested.values() for r in found if "finding" in r]
    notes = graph.reader.findings({*own, *named})
    gaps = _gaps(graph, notes)
    counted = next(rows(graph, _COUNTS))
    return Report(
        answers=tuple(_answer(graph, q, rested[q], notes, gaps) for q in QUESTIONS),
        network=read_network(graph, notes),
        framework=read_framework(graph, notes),
        matrix=_matrix(graph),
        entries=_entries(graph, {iri: notes[iri] for iri in own}),
        gaps=tuple(gaps.values()),
        counts=Counts(
            findings=len(own),
            anchors=int(counted["anchors"]),
            works=int(next(rows(graph, _WORKS))["n"]),
            gaps=len(gaps),
        ),
        source_sha256=next((r["sha"] for r in rows(graph, _SOURCE)), ""),
        version=kkgraph.__version__,
    )


def _answer(
    graph: KnowledgeGraph,
    question: str,
    found: list[dict[str, str]],
    notes: dict[str, FindingNote],
    gaps: dict[str, Gap],
) -> ResearchAnswer:
    asked = catalogue.get(question)
    by_point: dict[str, tuple[dict[str, FindingNote], dict[str, Gap]]] = {}
    for row in found:
        resting, open_ = by_point.setdefault(row["point"], ({}, {}))
        if row.get("finding") in notes:
            resting[row["finding"]] = notes[row["finding"]]
        if row.get("gap") in gaps:
            open_[row["gap"]] = gaps[row["gap"]]
    texts = labels(graph, by_point)
    points = tuple(
        Point(names.slug(p), texts.get(p, {}), tuple(fs.values()), tuple(gs.values()))
        for p, (fs, gs) in by_point.items()
    )
    return ResearchAnswer(question, asked.title, asked.note, points)


def _gaps(graph: KnowledgeGraph, notes: dict[str, FindingNote]) -> dict[str, Gap]:
    """Every knowledge gap by IRI, in the order of the stored question ``gaps``."""
    found = stored(graph, "gaps")
    known = labels(graph, {r["reason"] for r in found})
    texts: dict[str, dict[str, str]] = {}
    for row in rows(graph, _GAPS):
        texts.setdefault(row["gap"], {})[row["lang"]] = row["text"]
    reasons = {r["gap"]: r["reason"] for r in found}
    nearest: dict[str, list[str]] = {}
    for row in found:
        nearest.setdefault(row["gap"], []).append(row["finding"])
    return {
        gap: Gap(
            iri=names.compact(gap),
            question=texts.get(gap, {}),
            reason=names.compact(reason),
            reason_label=known.get(reason, {}),
            bounded_by=picked(notes, nearest[gap]),
        )
        for gap, reason in reasons.items()
    }


def _matrix(graph: KnowledgeGraph) -> Matrix:
    counted = list(rows(graph, _MATRIX))
    themes = [r["theme"] for r in rows(graph, _THEMES)]
    hedges = {r["hedge"] for r in counted} | {names.KK + h for h in _HEDGES}
    known = labels(graph, {*themes, *hedges})
    definitions: dict[str, dict[str, str]] = {}
    for row in rows(graph, _DEFINITIONS):
        definitions.setdefault(row["hedge"], {})[row["lang"]] = row["text"]
    rank = {names.KK + h: i for i, h in enumerate(_HEDGES)}
    return Matrix(
        themes=tuple(
            sorted((term(t, known) for t in themes), key=lambda t: t.label.get("en", t.id))
        ),
        hedges=tuple(
            Term(names.compact(h), known.get(h, {}), definitions.get(h, {}))
            for h in sorted(hedges, key=lambda h: (rank.get(h, len(rank)), h))
        ),
        counts={
            (names.slug(r["theme"]) if "theme" in r else OUTSIDE, names.compact(r["hedge"])): int(
                r["n"]
            )
            for r in counted
        },
    )


def _entries(graph: KnowledgeGraph, notes: dict[str, FindingNote]) -> tuple[Entry, ...]:
    """Every finding of the study with its section and themes, in the order of the text's ids."""
    placed: dict[str, tuple[str, list[str]]] = {}
    for row in stored(graph, "findings"):
        if row["finding"] in notes:
            themes = placed.setdefault(row["finding"], (row["section"], []))[1]
            if "theme" in row:
                themes.append(names.slug(row["theme"]))
    known = labels(graph, {section for section, _ in placed.values()})
    found = [
        Entry(notes[iri], term(section, known), tuple(themes))
        for iri, (section, themes) in placed.items()
    ]
    return tuple(sorted(found, key=lambda e: e.note.id))
