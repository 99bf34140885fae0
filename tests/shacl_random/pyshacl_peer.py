"""pySHACL on the terms of a case, as they are."""

from __future__ import annotations

import logging
import warnings

import pyoxigraph as ox
import pyshacl
import rdflib

from kkgraph.shacl.graph import ShapesGraph
from shacl_random.comparing import report_key

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def report(case):
    """pySHACL's results as a multiset; what it raises is raised."""
    for name in ("pyshacl", "rdflib.term"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's words on ill-typed literals
        _, found, text = pyshacl.validate(
            _graph(case.data), shacl_graph=_graph(case.shapes), inference="none"
        )
    if not isinstance(found, rdflib.Graph):
        raise RuntimeError(text)
    quads = (ox.Quad(*(_to_ox(t) for t in triple)) for triple in found)
    return report_key(ShapesGraph(quads))


def _graph(quads):
    graph = rdflib.Graph()
    for quad in quads:
        graph.add(tuple(_to_rdflib(t) for t in (quad.subject, quad.predicate, quad.object)))
    return graph


def _to_rdflib(term):
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    own = None if datatype == _STRING else rdflib.URIRef(datatype)
    return rdflib.Literal(term.value, datatype=own, normalize=False)


def _to_ox(term):
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or _STRING)))
