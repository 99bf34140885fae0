"""A shapes graph read into the intermediate form, with what is wrong in it said by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import pyoxigraph as ox

from kkgraph.errors import ShapeError
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl import components, constraints
from kkgraph.shacl.forms import Schema, Shape, Target
from kkgraph.shacl.graph import ShapesGraph, refuse
from kkgraph.shacl.routes import read_path
from kkgraph.shacl.terms import SH, Term, show

_TARGETS: Final = {
    SH + "targetNode": "node",
    SH + "targetClass": "class",
    SH + "targetSubjectsOf": "subjectsOf",
    SH + "targetObjectsOf": "objectsOf",
}
_UNSUPPORTED: Final = ("target", "rule", "expression", "js", "values", "nodeByExpression")
_ANNOTATIONS: Final = frozenset(
    SH + n
    for n in (
        "name", "description", "order", "group", "defaultValue", "path", "severity", "message",
        "deactivated", "prefixes", "declare", "flags", "ignoredProperties",
        "qualifiedValueShapesDisjoint", "qualifiedMinCount", "qualifiedMaxCount", "select", "ask",
        "shapesGraph", "suggestedShapesGraph",
    )
)  # fmt: skip


def read_shapes(quads: Iterable[ox.Quad]) -> Schema:
    """The shapes of a graph in the intermediate form, each after those that it names.

    Graph names don't matter. Raises ``ShapeError``: bad-shape (which one, and why),
    unsupported-shape (by name: nothing is left out silently), recursive-shapes (the circle).
    """
    graph = ShapesGraph(quads)
    try:
        return _schema(graph)
    except ShapeError as error:
        error.where = graph.place(error.where)
        raise


def _schema(graph: ShapesGraph) -> Schema:
    for node in graph.subjects_of(SH + "entailment"):
        raise refuse(
            "unsupported-shape",
            "sh:entailment asks for reasoning, which validation doesn't do",
            node,
            "Add what follows to the data first (kkgraph reason), and leave this out.",
        )
    known = components.read_components(graph)
    found: dict[Term, Shape] = {}
    for node in _shape_nodes(graph, known):
        found[node] = _shape(graph, node, known)
    return Schema(_named(_ordered(found)), graph.quads)


def _named(shapes: dict[Term, Shape]) -> dict[Term, Shape]:
    """The shapes, those without a name called by who names them and by their path."""
    labels: dict[Term, str] = {}
    for shape in reversed(shapes.values()):
        name = labels.get(shape.id) or show(shape.id)
        for number, inner in enumerate(dict.fromkeys(shape.references()), 1):
            if isinstance(inner, ox.BlankNode) and inner not in labels:
                path = shapes[inner].path
                labels[inner] = f"{name} › {path if path is not None else number}"
    return {key: replace(s, label=labels.get(key, "")) for key, s in shapes.items()}


def _shape_nodes(graph: ShapesGraph, known: components.Components) -> list[Term]:
    """The shapes of the graph, in the order in which they are met.

    A shape is an instance of a shape class, has a target or a parameter, or is named as one.
    """
    nodes: dict[Term, None] = {}
    for kind in ("NodeShape", "PropertyShape"):
        for cls in graph.subclasses(ox.NamedNode(SH + kind)):
            nodes.update(dict.fromkeys(graph.subjects(RDF_TYPE, cls)))
    for predicate in (*_TARGETS, *constraints.PARAMETERS, *known.mandatory):
        nodes.update(dict.fromkeys(graph.subjects_of(predicate)))
    for name in _UNSUPPORTED:
        for node in graph.subjects_of(SH + name):
            if name == "js" or name in {"rule", "target", "expression"} or node in nodes:
                raise refuse(
                    "unsupported-shape",
                    f"sh:{name} is not part of SHACL Core or SHACL-SPARQL",
                    node,
                    "Say the same with sh:sparql, or leave it out.",
                )
    for predicate in constraints.SHAPE_VALUED:
        for value in graph.objects_of(predicate):
            if predicate in constraints.SHAPE_LISTS:
                nodes.update(dict.fromkeys(graph.items(value)))
            else:
                nodes[value] = None
    return [n for n in nodes if not graph.is_parameter_or_component(n)]


def _shape(graph: ShapesGraph, node: Term, known: components.Components) -> Shape:
    if isinstance(node, ox.Literal):
        raise refuse("bad-shape", "a literal stands where a shape is expected", node)
    paths = graph.values(node, SH + "path")
    if len(paths) > 1:
        raise refuse("bad-shape", "it has several sh:path", node, "Write one.")
    kinds = {k.value for k in graph.types(node) if isinstance(k, ox.NamedNode)}
    if SH + "PropertyShape" in kinds and not paths:
        raise refuse("bad-shape", "a property shape needs sh:path", node)
    if SH + "NodeShape" in kinds and paths:
        raise refuse("bad-shape", "a node shape can't have sh:path", node)
    path = read_path(graph, paths[0], node) if paths else None
    if path is None and node in graph.property_values:
        raise refuse("bad-shape", "it is named by sh:property and has no sh:path", node)
    for predicate in graph.predicates(node):
        _refuse_unknown(predicate, node)
    severity = graph.one(node, SH + "severity")
    if severity is not None and not isinstance(severity, ox.NamedNode):
        raise refuse("bad-shape", "sh:severity must be an IRI", node)
    return Shape(
        id=node,
        path=path,
        targets=tuple(_targets(graph, node)),
        constraints=(
            *constraints.read_constraints(graph, node, path),
            *components.read_custom(graph, node, path, known),
        ),
        severity=severity.value if severity else SH + "Violation",
        messages=graph.messages(node),
        deactivated=graph.flag(node, SH + "deactivated"),
    )


def _refuse_unknown(predicate: str, node: Term) -> None:
    if not predicate.startswith(SH) or predicate in _ANNOTATIONS or predicate in _TARGETS:
        return
    if predicate in constraints.PARAMETERS:
        return
    raise refuse(
        "unsupported-shape",
        f"sh:{predicate[len(SH) :]} is no property of shapes known here",
        node,
        "Check its spelling against the SHACL specification.",
    )


def _targets(graph: ShapesGraph, node: Term) -> Iterator[Target]:
    for predicate, kind in _TARGETS.items():
        for value in graph.values(node, predicate):
            if kind == "node":
                if isinstance(value, ox.BlankNode):
                    raise refuse("bad-shape", "sh:targetNode can't be a blank node", node)
            elif not isinstance(value, ox.NamedNode):
                name = predicate[len(SH) :]
                raise refuse("bad-shape", f"sh:{name} must be an IRI, not {show(value)}", node)
            yield Target(kind, value)
    classes = graph.subclasses(ox.NamedNode(PREFIXES["rdfs"] + "Class"))
    classes |= {ox.NamedNode(PREFIXES["owl"] + "Class")}
    if isinstance(node, ox.NamedNode) and classes & set(graph.types(node)):
        yield Target("class", node)


def _ordered(shapes: dict[Term, Shape]) -> dict[Term, Shape]:
    """The shapes with those that are named first; a circle is refused with its members."""
    done: dict[Term, Shape] = {}
    for start in shapes:
        trail: list[tuple[Term, Iterator[Term]]] = []
        _enter(start, shapes, done, trail)
        while trail:
            node, rest = trail[-1]
            following = next(rest, None)
            if following is None:
                done[node] = shapes[node]
                trail.pop()
            else:
                _enter(following, shapes, done, trail)
    return done


def _enter(
    node: Term,
    shapes: dict[Term, Shape],
    done: dict[Term, Shape],
    trail: list[tuple[Term, Iterator[Term]]],
) -> None:
    if node in done:
        return
    names = [n for n, _ in trail]
    if node in names:
        circle = [*names[names.index(node) :], node]
        raise ShapeError(
            "recursive-shapes",
            f"shapes name each other in a circle: {' → '.join(show(n) for n in circle)}",
            where=show(node),
            hint="SHACL leaves the meaning of recursive shapes open. Break the circle.",
        )
    trail.append((node, iter(shapes[node].references())))
