"""Reading the graph for the report: rows of a query, rows of a stored question, labelled terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kkgraph import names
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import FindingNote, Text
from kkgraph.report.records import Term

HEAD: Final = "".join(f"PREFIX {p}: <{iri}> " for p, iri in sorted(names.PREFIXES.items()))
KK: Final = names.KK
Values = dict[str, str]
"""One row: variable → IRI or lexical value; an unbound variable is absent."""


def rows(graph: KnowledgeGraph, query: str) -> Iterator[Values]:
    """The rows of a SELECT query, in its order; known prefixes need no declaration."""
    result = graph.query_raw(HEAD + query, max_rows=None)
    for row in result.rows:
        pairs = zip(result.variables, row, strict=True)
        yield {name: str(term.value) for name, term in pairs if term is not None}


def stored(graph: KnowledgeGraph, question: str) -> list[Values]:
    """The rows of a stored question with its parameters left open."""
    result = graph.query_raw(graph.sparql_of(question), max_rows=None)
    return [
        {n: str(t.value) for n, t in zip(result.variables, row, strict=True) if t is not None}
        for row in result.rows
    ]


def labels(graph: KnowledgeGraph, iris: Iterable[str]) -> dict[str, Text]:
    """Labels by IRI and language."""
    return graph.reader.labels(iris)


def term(iri: str, known: Mapping[str, Text]) -> Term:
    """The term of an IRI; its slug stands for a missing label."""
    name = names.slug(iri)
    return Term(name, known.get(iri) or {"en": name})


def picked(notes: Mapping[str, FindingNote], iris: Iterable[str]) -> tuple[FindingNote, ...]:
    """The notes of these findings, each once, ordered by id; unknown ones are left out."""
    found = {i: notes[i] for i in iris if i in notes}
    return tuple(sorted(found.values(), key=lambda n: n.id))
