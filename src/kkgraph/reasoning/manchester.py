"""One line of text for an axiom, close to the Manchester syntax, with CURIEs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.names import PREFIXES, RDF_TYPE, compact

_OWL: Final = PREFIXES["owl"]
_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_STRING: Final = PREFIXES["xsd"] + "string"
_KEYWORDS: Final = {
    _RDFS + "subClassOf": "SubClassOf",
    _RDFS + "subPropertyOf": "SubPropertyOf",
    _RDFS + "domain": "Domain",
    _RDFS + "range": "Range",
    _OWL + "equivalentClass": "EquivalentTo",
    _OWL + "equivalentProperty": "EquivalentTo",
    _OWL + "disjointWith": "DisjointWith",
    _OWL + "propertyDisjointWith": "DisjointWith",
    _OWL + "disjointUnionOf": "DisjointUnionOf",
    _OWL + "inverseOf": "InverseOf",
    _OWL + "hasKey": "HasKey",
    _OWL + "sameAs": "SameAs",
    _OWL + "differentFrom": "DifferentFrom",
    RDF_TYPE: "Type",
}
_JUNCTIONS: Final = {_OWL + "intersectionOf": " and ", _OWL + "unionOf": " or "}
_GROUPS: Final = {
    _OWL + "AllDisjointClasses": "DisjointClasses",
    _OWL + "AllDisjointProperties": "DisjointProperties",
    _OWL + "AllDifferent": "DifferentIndividuals",
}
_RESTRICTIONS: Final = {
    _OWL + name: word
    for name, word in (
        ("someValuesFrom", "some"), ("allValuesFrom", "only"), ("hasValue", "value"),
        ("hasSelf", "Self"), ("minCardinality", "min"), ("maxCardinality", "max"),
        ("cardinality", "exactly"), ("minQualifiedCardinality", "min"),
        ("maxQualifiedCardinality", "max"), ("qualifiedCardinality", "exactly"),
    )
}  # fmt: skip

_Tree = dict[Any, dict[str, list[Any]]]


def render(triples: Sequence[ox.Triple]) -> str:
    """The axiom that ``triples`` make, on one line; a part it cannot name stays a triple.

    Blank nodes never show, so the same axiom always gives the same text.
    """
    tree: _Tree = defaultdict(lambda: defaultdict(list))
    inner = set()
    for triple in triples:
        tree[triple.subject][triple.predicate.value].append(triple.object)
        if isinstance(triple.object, ox.BlankNode):
            inner.add(triple.object)
    roots = [s for s in tree if isinstance(s, ox.NamedNode)] or [s for s in tree if s not in inner]
    parts = [part for root in roots or list(tree) for part in _root(tree, root)]
    return "; ".join(sorted(parts))


def expression(triples: Sequence[ox.Triple], node: Any) -> str:
    """The class expression that a node begins, in parentheses where it has several words."""
    tree: _Tree = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        tree[triple.subject][triple.predicate.value].append(triple.object)
    return _wrapped(tree, node)


def _root(tree: _Tree, root: Any) -> list[str]:
    """The statements on one node that no other node of the axiom points at."""
    held = tree[root]
    if isinstance(root, ox.BlankNode):
        for kind in held.get(RDF_TYPE, ()):
            if kind.value in _GROUPS:
                members = [*held[_OWL + "members"], *held[_OWL + "distinctMembers"]]
                return [f"{_GROUPS[kind.value]}: {', '.join(_items(tree, members[0]))}"]
            if kind.value == _OWL + "NegativePropertyAssertion":
                return [_negative(tree, held)]
    name = _wrapped(tree, root)
    return [
        _statement(tree, name, predicate, value)
        for predicate, values in held.items()
        for value in values
        if isinstance(root, ox.NamedNode) or (predicate in _KEYWORDS and not _builtin(value))
    ]


def _statement(tree: _Tree, name: str, predicate: str, value: Any) -> str:
    if predicate == RDF_TYPE and _builtin(value) and value.value != _OWL + "Nothing":
        kind = compact(value.value).removeprefix("owl:").removesuffix("Property")
        return f"{name} Characteristics: {kind}"
    if predicate == _OWL + "propertyChainAxiom":
        return f"{name} SubPropertyChain: {' o '.join(_items(tree, value))}"
    if predicate in (_OWL + "disjointUnionOf", _OWL + "hasKey"):
        return f"{name} {_KEYWORDS[predicate]} {', '.join(_items(tree, value))}"
    if predicate in _JUNCTIONS:
        return f"{name} EquivalentTo {_JUNCTIONS[predicate].join(_items(tree, value))}"
    if predicate == _OWL + "oneOf":
        return f"{name} EquivalentTo {{{', '.join(_items(tree, value))}}}"
    return f"{name} {_KEYWORDS.get(predicate) or compact(predicate)} {_expression(tree, value)}"


def _negative(tree: _Tree, held: dict[str, list[Any]]) -> str:
    target = held.get(_OWL + "targetIndividual") or held.get(_OWL + "targetValue")
    parts = (held[_OWL + "sourceIndividual"], held[_OWL + "assertionProperty"], target)
    return f"not ({' '.join(_expression(tree, part[0]) for part in parts if part)})"


def _builtin(term: Any) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith((_OWL, _RDF, _RDFS))


def _items(tree: _Tree, node: Any) -> list[str]:
    """The members of an RDF list, each as an expression; a broken list ends where it breaks."""
    items, seen = [], set()
    while node in tree and node not in seen and tree[node].get(_RDF + "first"):
        seen.add(node)
        items.append(_wrapped(tree, tree[node][_RDF + "first"][0]))
        node = next(iter(tree[node].get(_RDF + "rest", ())), None)
    return items


def _wrapped(tree: _Tree, node: Any) -> str:
    text = _expression(tree, node)
    return f"({text})" if " " in text and isinstance(node, ox.BlankNode) else text


def _expression(tree: _Tree, node: Any) -> str:
    """A name, a literal or a class expression."""
    if isinstance(node, ox.NamedNode):
        return compact(node.value)
    if isinstance(node, ox.Literal):
        if node.language:
            return f'"{node.value}"@{node.language}'
        kind = node.datatype.value
        return f'"{node.value}"' if kind == _STRING else f'"{node.value}"^^{compact(kind)}'
    held = tree.get(node, {})
    if property_ := held.get(_OWL + "onProperty"):
        return _restriction(tree, held, _wrapped(tree, property_[0]))
    for predicate, word in _JUNCTIONS.items():
        if predicate in held:
            return word.join(_items(tree, held[predicate][0]))
    if complement := held.get(_OWL + "complementOf"):
        return f"not {_wrapped(tree, complement[0])}"
    if members := held.get(_OWL + "oneOf"):
        return f"{{{', '.join(_items(tree, members[0]))}}}"
    if inverse := held.get(_OWL + "inverseOf"):
        return f"inverse {_expression(tree, inverse[0])}"
    return "[]"


def _restriction(tree: _Tree, held: dict[str, list[Any]], property_: str) -> str:
    for predicate, word in _RESTRICTIONS.items():
        if predicate not in held:
            continue
        value = held[predicate][0]
        if word == "Self":
            return f"{property_} Self"
        if word not in ("min", "max", "exactly"):
            return f"{property_} {word} {_wrapped(tree, value)}"
        filler = held.get(_OWL + "onClass") or held.get(_OWL + "onDataRange")
        ending = f" {_wrapped(tree, filler[0])}" if filler else ""
        return f"{property_} {word} {value.value}{ending}"
    return f"{property_} []"
