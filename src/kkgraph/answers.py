"""Answering: a stored question run on a store; cells labelled, findings and gaps attached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.errors import QuestionError
from kkgraph.model import (
    Answer,
    Cell,
    Column,
    FindingNote,
    Question,
    Row,
    Text,
    in_language,
)
from kkgraph.reading import Reader
from kkgraph.store import Limits
from kkgraph.tables import Table

_XSD: Final = names.PREFIXES["xsd"]
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_WHOLE: Final = slice(None)


def answer(reader: Reader, question: Question, bound: str, lang: str, limits: Limits) -> Table:
    """The table of a stored question whose parameters are already bound in ``bound``."""
    return arranged(reader, question, reader.store.query(bound, limits), lang)


def arranged(
    reader: Reader, question: Question, result: Answer, lang: str, part: slice = _WHOLE
) -> Table:
    """The table of a stored question from its result; ``QuestionError`` bad-header if it lacks a
    column.

    Only the rows of ``part`` become lines, and only for these is anything looked up; the gaps are
    those of all rows.
    """
    known = set(result.variables)
    missing = [c.name for c in question.columns if c.name not in known]
    if missing:
        raise QuestionError(
            "bad-header",
            f"the query has no variable for the column {', '.join(missing)}",
            where=question.where or question.id,
            hint=f"It selects: {', '.join(result.variables)}.",
        )
    return tabulate(reader, result, question.columns, lang, question=question, part=part)


def tabulate(  # noqa: PLR0913
    reader: Reader,
    result: Answer,
    columns: tuple[Column, ...],
    lang: str,
    *,
    question: Question | None = None,
    part: slice = _WHOLE,
) -> Table:
    """A result as a table: labels in ``lang`` (else English), findings and gaps looked up.

    ``part`` as in ``arranged``.
    """
    place = {name: i for i, name in enumerate(result.variables)}
    named = [t for c in columns if c.type == "gap" for t in (r[place[c.name]] for r in result.rows)]
    gap_iris = [t.value for t in named if isinstance(t, ox.NamedNode)]
    gap_iris += (names.expand(g) for g in (question.gaps if question else ()))
    gaps = reader.gaps(list(dict.fromkeys(gap_iris)))
    shown = result.rows[part]
    terms = {c.name: [r[place[c.name]] for r in shown] for c in columns}
    notes = reader.findings(_iris(terms, columns, "finding"))
    nodes = {
        t.value
        for c in columns
        for t in terms[c.name]
        if isinstance(t, ox.NamedNode) and c.type not in ("finding", "gap")
    }
    labels = reader.labels(nodes)
    texts = {names.expand(g.iri): g.question for g in gaps} | labels
    made: dict[tuple[str, Any], Cell] = {}
    rows = []
    for number in range(len(shown)):
        cells: dict[str, Cell] = {}
        found: list[FindingNote] = []
        for column in columns:
            term = terms[column.name][number]
            cell = made.get((column.type, term))
            if cell is None:
                cell = made[column.type, term] = _cell(column, term, lang, texts, notes)
            cells[column.name] = cell
            if column.type == "finding" and isinstance(term, ox.NamedNode) and term.value in notes:
                found.append(notes[term.value])
        rows.append(Row(cells, _once(found)))
    return Table(columns, tuple(rows), lang, question, result.truncated, gaps)


def free_table(reader: Reader, result: Answer, lang: str) -> Table:
    """A table of any result: each variable a column, nodes labelled where labels exist.

    A truth value gives one cell, ``answer``; triples give subject, predicate and object.
    """
    if result.truth is not None:
        cell = ox.Literal(result.truth)
        result = Answer(("answer",), ((cell,),), truth=result.truth)
    elif result.triples is not None:
        triples = tuple((t.subject, t.predicate, t.object) for t in result.triples)
        names = ("subject", "predicate", "object")
        result = Answer(names, triples, triples=result.triples, truncated=result.truncated)
    columns = tuple(Column(v, "term", {"en": v}) for v in result.variables)
    table = tabulate(reader, result, columns, lang)
    return replace(table, answer=result)


def _cell(
    column: Column,
    term: Any,
    lang: str,
    texts: dict[str, Text],
    notes: dict[str, FindingNote],
) -> Cell:
    if term is None:
        return Cell(None)
    if isinstance(term, ox.NamedNode):
        if column.type == "finding" and term.value in notes:
            note = notes[term.value]
            return Cell(note.id, term.value, in_language(note.statement, lang))
        label = in_language(texts.get(term.value, {}), lang) or None
        plain = term.value if column.type == "term" else names.slug(term.value)
        return Cell(plain, term.value, label)
    if isinstance(term, ox.Literal):
        return Cell(_plain(term))
    return Cell(str(term))


def _plain(term: ox.Literal) -> Any:
    kind, text = term.datatype.value, term.value
    try:
        if kind == _XSD + "integer":
            return int(text)
        if kind in (_XSD + "decimal", _XSD + "double"):
            return float(text)
    except ValueError:
        return text  # ill-typed: the text is all there is
    if kind == _XSD + "boolean":
        return _TRUTH.get(text, text)
    return text


def _iris(terms: dict[str, list[Any]], columns: tuple[Column, ...], kind: str) -> list[str]:
    return list(
        dict.fromkeys(
            t.value
            for c in columns
            if c.type == kind
            for t in terms[c.name]
            if isinstance(t, ox.NamedNode)
        )
    )


def _once(found: list[FindingNote]) -> tuple[FindingNote, ...]:
    return tuple({n.iri: n for n in found}.values())
