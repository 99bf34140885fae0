"""The report as JSON in one language: the same answers for a program to read."""

from __future__ import annotations

import json
from typing import Any

from kkgraph.model import FindingNote, Text, in_language
from kkgraph.report.records import Edge, Framework, Node, Report, ResearchAnswer, Term
from kkgraph.tables import gap_dict


def to_json(report: Report, lang: str = "en") -> str:
    """The report as JSON text (UTF-8, Thai unescaped, keys in a fixed order).

    ``answers`` holds the research questions with their points; points, edges, cells and systems
    name findings by id, and ``findings`` holds each one once, with its evidence.
    """
    notes: dict[str, FindingNote] = {e.note.id: e.note for e in report.entries}
    for answer in report.answers:
        notes |= {n.id: n for p in answer.points for n in p.findings}
    matrix = report.matrix
    data: dict[str, Any] = {
        "lang": lang,
        "version": report.version,
        "source_sha256": report.source_sha256,
        "counts": {
            "findings": report.counts.findings,
            "anchors": report.counts.anchors,
            "works": report.counts.works,
            "gaps": report.counts.gaps,
        },
        "answers": [_answer(a, lang) for a in report.answers],
        "network": {
            "nodes": [_node(n, lang) for n in report.network.nodes],
            "edges": [_edge(e, lang) for e in report.network.edges],
            "alone": [_node(n, lang) for n in report.network.alone],
        },
        "framework": _framework(report.framework, lang),
        "themes": [_term(t, lang) for t in matrix.themes],
        "hedges": [_term(h, lang) for h in matrix.hedges],
        "matrix": [
            {"theme": theme or None, "hedge": hedge, "findings": n}
            for (theme, hedge), n in matrix.counts.items()
        ],
        "gaps": [gap_dict(g, lang) for g in report.gaps],
        "findings": [_finding(notes[i], lang) for i in sorted(notes)],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _answer(answer: ResearchAnswer, lang: str) -> dict[str, Any]:
    return {
        "question": answer.id,
        "title": in_language(answer.title, lang),
        "note": in_language(answer.note, lang),
        "points": [
            {
                "point": p.id,
                "text": in_language(p.text, lang),
                "findings": [n.id for n in p.findings],
                "gaps": [g.iri for g in p.gaps],
            }
            for p in answer.points
        ],
    }


def _finding(note: FindingNote, lang: str) -> dict[str, Any]:
    return {
        "finding": note.id,
        "iri": note.iri,
        "statement": in_language(note.statement, lang),
        "scope": _labelled(note.scope, note.scope_label, lang),
        "hedge": _labelled(note.hedge, note.hedge_label, lang),
        "holders": [_labelled(h, label, lang) for h, label in note.holders],
        "graph": note.graph,
        "evidence": _place(note),
    }


def _framework(framework: Framework, lang: str) -> dict[str, Any]:
    return {
        "label": in_language(framework.label, lang),
        "cells": [
            {
                "cell": c.id,
                "sector": _term(c.sector, lang),
                "focus": _term(c.focus, lang),
                "concept": _term(c.concept, lang),
                "networks": [_term(n, lang) for n in c.networks],
                "examples": [_term(e, lang) for e in c.examples],
                "findings": [n.id for n in c.findings],
            }
            for c in framework.cells
        ],
        "systems": [
            {
                **_term(s.system, lang),
                "group": s.group,
                "place": s.place,
                "placed_by": s.source or None,
                "focus": s.focus or None,
                "classes": list(s.classes),
                "findings": [n.id for n in s.findings],
            }
            for s in framework.systems
        ],
    }


def _node(node: Node, lang: str) -> dict[str, Any]:
    return {
        "id": node.id,
        "label": in_language(node.label, lang),
        "kind": in_language(node.kind, lang),
        "form": node.form,
    }


def _edge(edge: Edge, lang: str) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "property": edge.property,
        "label": in_language(edge.label, lang),
        "findings": [n.id for n in edge.findings],
    }


def _term(term: Term, lang: str) -> dict[str, Any]:
    out = _labelled(term.id, term.label, lang)
    if term.definition:
        out["definition"] = in_language(term.definition, lang)
    return out


def _labelled(name: str, label: Text, lang: str) -> dict[str, Any]:
    return {"id": name, "label": in_language(label, lang)}


def _place(note: FindingNote) -> dict[str, Any] | None:
    place = note.evidence or note.reference
    return place.as_dict() if place else None
