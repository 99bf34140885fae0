"""SPARQL-based constraint components: their declarations, and the shapes that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final

import pyoxigraph as ox

from kkgraph.names import RDF_TYPE
from kkgraph.shacl.forms import Constraint, Custom
from kkgraph.shacl.graph import ShapesGraph, refuse
from kkgraph.shacl.paths import Path, path_sparql
from kkgraph.shacl.queries import checked_query, prefixes_of, with_path
from kkgraph.shacl.terms import SH, Term

_CLASS: Final = ox.NamedNode(SH + "ConstraintComponent")


@dataclass(frozen=True, slots=True)
class Validator:
    """A component's query: ``kind`` is ask or select."""

    kind: str
    query: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Component:
    """A declared component: its parameters (variable → property) and its validators."""

    iri: str
    mandatory: Mapping[str, str]
    optional: Mapping[str, str]
    any: Validator | None
    for_node: Validator | None
    for_property: Validator | None


@dataclass(frozen=True, slots=True)
class Components:
    """The declared components, and the parameters that make a node a shape."""

    items: tuple[Component, ...] = ()
    mandatory: frozenset[str] = field(default_factory=frozenset)


def read_components(graph: ShapesGraph) -> Components:
    """The components that the shapes graph declares."""
    nodes: dict[Term, None] = {}
    for cls in graph.subclasses(_CLASS):
        nodes.update(dict.fromkeys(graph.subjects(RDF_TYPE, cls)))
    items = tuple(_component(graph, n) for n in nodes if _is_custom(graph, n))
    return Components(items, frozenset(p for c in items for p in c.mandatory.values()))


def _is_custom(graph: ShapesGraph, node: Term) -> bool:
    """A component of the SHACL vocabulary itself is built in, whoever repeats its declaration."""
    own = isinstance(node, ox.NamedNode) and node.value.startswith(SH)
    return not own and bool(graph.values(node, SH + "parameter"))


def _component(graph: ShapesGraph, node: Term) -> Component:
    if not isinstance(node, ox.NamedNode):
        raise refuse("bad-shape", "a constraint component must have an IRI", node)
    mandatory: dict[str, str] = {}
    optional: dict[str, str] = {}
    for item in graph.values(node, SH + "parameter"):
        path = graph.one(item, SH + "path")
        if not isinstance(path, ox.NamedNode):
            raise refuse("bad-shape", "a parameter needs sh:path with an IRI", item)
        name = path.value.rpartition("#")[2].rpartition("/")[2]
        chosen = optional if graph.flag(item, SH + "optional") else mandatory
        chosen[name] = path.value
    if not mandatory:
        raise refuse("bad-shape", "a constraint component needs a mandatory parameter", node)
    names = (*mandatory, *optional)
    return Component(
        node.value,
        mandatory,
        optional,
        _validator(graph, node, "validator", names),
        _validator(graph, node, "nodeValidator", names),
        _validator(graph, node, "propertyValidator", names),
    )


def _validator(
    graph: ShapesGraph, node: Term, name: str, parameters: tuple[str, ...]
) -> Validator | None:
    found = graph.one(node, SH + name)
    if found is None:
        return None
    ask, select = graph.one(found, SH + "ask"), graph.one(found, SH + "select")
    text = ask or select
    if not isinstance(text, ox.Literal) or (ask and select):
        raise refuse("bad-shape", "a validator needs sh:ask or sh:select", found)
    bound = ("this", "value") if ask else ("this",)
    query = checked_query(prefixes_of(graph, found) + text.value, bound, where=found)
    _refuse_setting(query, parameters, found)
    messages = graph.messages(found) or graph.messages(node)
    return Validator("ask" if ask else "select", query, messages)


def _refuse_setting(query: str, parameters: tuple[str, ...], where: Term) -> None:
    for before, name in pairwise(query.split()):
        if before.upper() == "AS" and name[1:].rstrip(")") in parameters:
            raise refuse("unsupported-shape", f"{name} is bound already, AS can't set it", where)


def read_custom(
    graph: ShapesGraph, node: Term, path: Path | None, known: Components
) -> Iterator[Constraint]:
    """The constraints of declared components on one shape; one for each choice of values."""
    for component in known.items:
        given = {n: graph.values(node, p) for n, p in component.mandatory.items()}
        if not all(given.values()):
            continue
        names = list(component.mandatory)
        for name, predicate in component.optional.items():
            if values := graph.values(node, predicate):
                given[name] = values
                names.append(name)
        if len(names) > 1 and any(len(given[n]) > 1 for n in names):
            raise refuse("bad-shape", "a component's parameter stands twice", node)
        for choice in product(*(given[n] for n in names)):
            yield _custom(component, path, tuple(zip(names, choice, strict=True)), node)


def _custom(
    component: Component, path: Path | None, bindings: tuple[tuple[str, Term], ...], node: Term
) -> Custom:
    special = component.for_node if path is None else component.for_property
    chosen = special or component.any
    if chosen is None:
        kind = "node" if path is None else "property"
        raise refuse("bad-shape", f"<{component.iri}> has no validator for a {kind} shape", node)
    query = chosen.query if path is None else with_path(chosen.query, path_sparql(path))
    return Custom(component.iri, chosen.kind, query, bindings, chosen.messages)
