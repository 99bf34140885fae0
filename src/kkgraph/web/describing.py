"""The service description: what this endpoint is and can do, as RDF (SPARQL 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.analytic.matches import Matches
from kkgraph.names import PREFIXES
from kkgraph.web import negotiation
from kkgraph.web.messages import Reply

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = PREFIXES["void"]
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads",
)  # fmt: skip
_INPUTS: Final = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
_COUNTED_UP_TO: Final = 2_000_000


def service(desk: Desk, *, endpoint: str, update: bool, accept: str) -> Reply:
    """The description of the service at ``endpoint``, in the RDF format that is accepted."""
    media, form = negotiation.choose(accept, negotiation.TRIPLES)
    data = ox.serialize(
        _statements(desk.engine, endpoint, update, federated=desk.contact is not None),
        format=turtle.FORMATS[form],
        prefixes={**PREFIXES, "sd": SD, "formats": _FORMATS},
    )
    return Reply(data or b"", media)


def _statements(
    engine: ox.Store | Matches, endpoint: str, update: bool, *, federated: bool
) -> list[ox.Triple]:
    me, url = ox.BlankNode("service"), ox.NamedNode(endpoint)
    counts = _counts(engine)
    out = [_triple(me, PREFIXES["rdf"] + "type", _sd("Service")), _triple(me, SD + "endpoint", url)]
    for name in ("SPARQL11Query", *(("SPARQL11Update",) if update else ())):
        out.append(_triple(me, SD + "supportedLanguage", _sd(name)))
    if federated:
        out.append(_triple(me, SD + "feature", _sd("BasicFederatedQuery")))
    for name in _RESULTS:
        out.append(_triple(me, SD + "resultFormat", ox.NamedNode(_FORMATS + name)))
    for name in _INPUTS if update else ():
        out.append(_triple(me, SD + "inputFormat", ox.NamedNode(_FORMATS + name)))
    dataset, default = ox.BlankNode("dataset"), ox.BlankNode("default")
    out += [
        _triple(me, SD + "defaultDataset", dataset),
        _triple(dataset, PREFIXES["rdf"] + "type", _sd("Dataset")),
        _triple(dataset, SD + "defaultGraph", default),
        *_graph(default, counts.get("")),
    ]
    for number, term in enumerate(sorted(engine.named_graphs(), key=str)):
        if not isinstance(term, ox.NamedNode):
            continue
        named, graph = ox.BlankNode(f"n{number}"), ox.BlankNode(f"g{number}")
        out += [
            _triple(dataset, SD + "namedGraph", named),
            _triple(named, PREFIXES["rdf"] + "type", _sd("NamedGraph")),
            _triple(named, SD + "name", term),
            _triple(named, SD + "graph", graph),
            *_graph(graph, counts.get(term.value)),
        ]
    return out


def _counts(engine: ox.Store | Matches) -> dict[str, int]:
    """The triples of each graph, the default one under ``""``; none of them of a large store."""
    if isinstance(engine, Matches):
        return engine.counts()
    if len(engine) > _COUNTED_UP_TO:
        return {}
    graphs = [ox.DefaultGraph(), *engine.named_graphs()]
    return {
        getattr(g, "value", ""): sum(1 for _ in engine.quads_for_pattern(None, None, None, g))
        for g in graphs
    }


def _graph(node: ox.BlankNode, number: int | None) -> list[ox.Triple]:
    out = [_triple(node, PREFIXES["rdf"] + "type", _sd("Graph"))]
    if number is not None:
        out.append(_triple(node, _VOID + "triples", ox.Literal(number)))
    return out


def _triple(
    subject: ox.BlankNode, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal
) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), value)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
