"""A second opinion: the same data and shapes through pySHACL.

It is slower, takes some ill-typed literals as they are, and compares gYear and ``"1"``/``"01"``
otherwise than the specification does: ours decides.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names, turtle
from kkgraph.errors import ShapeError
from kkgraph.model import Problem
from kkgraph.shapes.outcome import SEVERITIES, Report, counted, rank
from kkgraph.shapes.places import Places

_TREE: Final = frozenset(names.PREFIXES["rdfs"] + n for n in ("subClassOf", "subPropertyOf"))


def validate(
    quads: list[ox.Quad], background: list[ox.Quad], shapes: Sequence[Path], places: Places
) -> Report:
    """The problems that pySHACL finds, without inference; ``ShapeError`` bad-shape if it can't."""
    start = time.perf_counter()
    data, nodes = _graph(quads)
    triples = len(data)
    rules = _rules(shapes)
    before: set[Problem] = set()
    if known := list(_neighbours(background, nodes)):
        around, _ = _graph(known)
        before = set(_problems(_run(around, rules), rules, Places()))
        data += around
    loaded = time.perf_counter()
    found = _problems(_run(data, rules), rules, places)
    problems = [p for p in found if p.focus in nodes and replace(p, where="") not in before]
    problems.sort(key=rank)
    seconds = (loaded - start, time.perf_counter() - loaded)
    return Report(tuple(problems), triples, counted(tuple(problems)), "pyshacl", seconds)


def _neighbours(background: list[ox.Quad], nodes: set[str]) -> Iterable[ox.Quad]:
    """The background that can bear on the nodes: two steps out, one step in, the class tree.

    pySHACL's own ``focus_nodes`` is not used: it also filters the values that ``sh:or`` looks at.
    """
    near = set(nodes)
    for quad in background:
        if turtle.subject_of(quad) in nodes and isinstance(quad.object, ox.NamedNode):
            near.add(quad.object.value)
    for quad in background:
        inward = isinstance(quad.object, ox.NamedNode) and quad.object.value in nodes
        if (
            quad.predicate.value in _TREE
            or turtle.subject_of(quad) in near
            or (inward and quad.predicate.value != names.RDF_TYPE)
        ):
            yield quad


def _rules(shapes: Sequence[Path]) -> Any:
    from rdflib import Graph

    rules = Graph()
    for path in shapes:
        for quad in turtle.parse_file(path):
            rules.add(_triple(quad))
    return rules


def _run(data: Any, rules: Any) -> Any:
    import pyshacl

    try:
        _, results, _ = pyshacl.validate(
            data,
            shacl_graph=rules,
            advanced=True,
            inference="none",
            do_owl_imports=False,
        )
    except Exception as error:  # pySHACL raises many kinds, all about the shapes
        raise ShapeError(
            "bad-shape",
            f"the shapes cannot be used: {(str(error).strip() or repr(error)).splitlines()[0]}",
            where="shapes",
            hint="Check the shapes file against the SHACL specification.",
        ) from error
    return results


def _graph(quads: Iterable[ox.Quad]) -> tuple[Any, set[str]]:
    from rdflib import Graph

    data = Graph()
    nodes = set()
    for quad in quads:
        data.add(_triple(quad))
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.NamedNode):
                nodes.add(term.value)
            elif isinstance(term, ox.BlankNode):
                nodes.add(f"_:{term.value}")
    return data, nodes


def _triple(quad: ox.Quad) -> Any:
    return _term(quad.subject), _term(quad.predicate), _term(quad.object)


def _term(term: Any) -> Any:
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    kind = term.datatype.value
    plain = kind == names.PREFIXES["xsd"] + "string"
    return (
        Literal(term.value, normalize=False)
        if plain
        else Literal(term.value, datatype=URIRef(kind), normalize=False)
    )


def _problems(results: Any, rules: Any, places: Places) -> Iterable[Problem]:
    from rdflib import RDF, BNode, Namespace

    sh = Namespace(names.PREFIXES["sh"])
    for node in results.subjects(RDF.type, sh.ValidationResult):
        at = results.value(node, sh.focusNode)
        focus = f"_:{at}" if isinstance(at, BNode) else str(at)
        messages = {m.language or "en": str(m) for m in results.objects(node, sh.resultMessage)}
        for origin in (sh.sourceConstraint, sh.sourceShape):
            for message in rules.objects(results.value(node, origin), sh.message):
                messages.setdefault(message.language or "en", str(message))
        path = results.value(node, sh.resultPath)
        value = results.value(node, sh.value)
        severity = str(results.value(node, sh.resultSeverity)).rpartition("#")[2].lower()
        yield Problem(
            severity=severity if severity in SEVERITIES else "violation",
            message=dict(sorted(messages.items())),
            focus=focus,
            path=_path(results, path),
            value="" if value is None else str(value),
            shape=names.compact(str(results.value(node, sh.sourceShape) or "")),
            component=str(results.value(node, sh.sourceConstraintComponent)).rpartition("#")[2],
            where=places.of(focus),
        )


def _path(results: Any, path: Any) -> str:
    from rdflib import URIRef

    if isinstance(path, URIRef):
        return names.compact(str(path))
    inverse = results.value(path, URIRef(names.PREFIXES["sh"] + "inversePath")) if path else None
    return f"^{names.compact(str(inverse))}" if isinstance(inverse, URIRef) else ""
