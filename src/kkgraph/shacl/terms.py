"""RDF 1.1 terms and statements, and terms as people write them."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from kkgraph.errors import SourceError
from kkgraph.names import PREFIXES, compact

Term = ox.NamedNode | ox.BlankNode | ox.Literal
SH: Final = PREFIXES["sh"]


def statement(quad: ox.Quad | ox.Triple) -> tuple[Term, ox.NamedNode, Term]:
    """Subject, predicate, object of a quad; ``SourceError`` unsupported-term for RDF-star."""
    subject, value = quad.subject, quad.object
    if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
        raise SourceError(
            "unsupported-term",
            "a triple stands inside a triple (RDF-star)",
            where=str(quad),
            hint="Use RDF 1.1: say it of a node of its own.",
        )
    if isinstance(value, ox.Literal) and value.direction is not None:
        raise SourceError(
            "unsupported-term",
            f"a text with a base direction (RDF 1.2): {value}",
            where=str(subject),
            hint="Use RDF 1.1: leave the direction out.",
        )
    return subject, quad.predicate, value


def show(term: Term) -> str:
    """A term as a person writes it: a CURIE, a blank label, or a literal."""
    if isinstance(term, ox.NamedNode):
        return compact(term.value)
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    if term.language:
        return f'"{term.value}"@{term.language}'
    kind = compact(term.datatype.value)
    return f'"{term.value}"' if kind == "xsd:string" else f'"{term.value}"^^{kind}'
