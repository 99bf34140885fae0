"""Results as a standard ``sh:ValidationReport``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

import pyoxigraph as ox

from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result
from kkgraph.shacl.messages import messages_of
from kkgraph.shacl.paths import Alternative, Path, Predicate, Repeat, Sequence
from kkgraph.shacl.terms import SH, Term

_RDF: Final = PREFIXES["rdf"]
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_OWN: Final = "kkgraph."
"""Before each blank label of a report's own, to keep it apart from those of the data."""
_TRUE: Final = ox.Literal(True)
_FALSE: Final = ox.Literal(False)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


class ReportWriter:
    """Makes the triples of a report one result at a time, so that a long one can be streamed."""

    def __init__(self) -> None:
        self.report = ox.BlankNode(f"{_OWN}report")
        self._numbers = count(1)

    def head(self, *, conforms: bool) -> Iterator[ox.Triple]:
        """The report's own triples."""
        yield ox.Triple(self.report, _TYPE, _sh("ValidationReport"))
        yield ox.Triple(self.report, _sh("conforms"), _TRUE if conforms else _FALSE)

    def result(self, result: Result) -> Iterator[ox.Triple]:
        """The triples of one result, linked from the report."""
        node = ox.BlankNode(f"{_OWN}result{next(self._numbers)}")
        yield ox.Triple(self.report, _sh("result"), node)
        yield ox.Triple(node, _TYPE, _sh("ValidationResult"))
        yield ox.Triple(node, _sh("focusNode"), result.focus)
        if result.path is not None:
            head, triples = self.path(result.path)
            yield ox.Triple(node, _sh("resultPath"), head)
            yield from triples
        if result.value is not None:
            yield ox.Triple(node, _sh("value"), result.value)
        yield ox.Triple(node, _sh("sourceShape"), _named(result.shape.id))
        component = ox.NamedNode(result.constraint.component)
        yield ox.Triple(node, _sh("sourceConstraintComponent"), component)
        if isinstance(result.constraint, f.Sparql):
            yield ox.Triple(node, _sh("sourceConstraint"), _named(result.constraint.node))
        yield ox.Triple(node, _sh("resultSeverity"), ox.NamedNode(result.shape.severity))
        for text, language in messages_of(result):
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            yield ox.Triple(node, _sh("resultMessage"), literal)

    def path(self, path: Path) -> tuple[ox.NamedNode | ox.BlankNode, list[ox.Triple]]:
        """A path's node and the triples that describe it."""
        if isinstance(path, Predicate):
            return ox.NamedNode(path.iri), []
        if isinstance(path, Sequence):
            return self._list(path.parts)
        node = ox.BlankNode(f"{_OWN}path{next(self._numbers)}")
        if isinstance(path, Alternative):
            head, triples = self._list(path.parts)
            return node, [ox.Triple(node, _sh("alternativePath"), head), *triples]
        names = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}
        name = names[path.sign] if isinstance(path, Repeat) else "inversePath"
        inside, triples = self.path(path.path)
        return node, [ox.Triple(node, _sh(name), inside), *triples]

    def _list(self, parts: Iterable[Path]) -> tuple[ox.BlankNode, list[ox.Triple]]:
        nodes: list[ox.BlankNode] = []
        triples: list[ox.Triple] = []
        for part in parts:
            node = ox.BlankNode(f"{_OWN}path{next(self._numbers)}")
            head, inner = self.path(part)
            nodes.append(node)
            triples += [ox.Triple(node, ox.NamedNode(_RDF + "first"), head), *inner]
        ends: list[ox.BlankNode | ox.NamedNode] = [*nodes[1:], ox.NamedNode(_RDF + "nil")]
        rest = ox.NamedNode(_RDF + "rest")
        triples += [ox.Triple(n, rest, e) for n, e in zip(nodes, ends, strict=True)]
        return nodes[0], triples


def _named(shape: Term) -> ox.NamedNode | ox.BlankNode:
    assert not isinstance(shape, ox.Literal)
    return shape


def report_triples(results: Iterable[Result]) -> Iterator[ox.Triple]:
    """The whole report of results that are at hand."""
    found = list(results)
    writer = ReportWriter()
    yield from writer.head(conforms=not found)
    for result in found:
        yield from writer.result(result)
