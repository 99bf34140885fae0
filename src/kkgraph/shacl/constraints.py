"""The constraints of SHACL Core and ``sh:sparql``, read from a shape's parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Constraint
from kkgraph.shacl.graph import ShapesGraph, refuse
from kkgraph.shacl.paths import Path, path_sparql
from kkgraph.shacl.patterns import is_valid
from kkgraph.shacl.queries import checked_query, prefixes_of, with_path
from kkgraph.shacl.terms import SH, Term, show

_KINDS: Final = {
    SH + "IRI": ("iri",),
    SH + "BlankNode": ("blank",),
    SH + "Literal": ("literal",),
    SH + "BlankNodeOrIRI": ("blank", "iri"),
    SH + "BlankNodeOrLiteral": ("blank", "literal"),
    SH + "IRIOrLiteral": ("iri", "literal"),
}
_FLAGS: Final = frozenset("smixq")
Reader = Callable[[ShapesGraph, Term, str, Term], Constraint]


def _iri(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> str:
    if not isinstance(value, ox.NamedNode):
        name = show(ox.NamedNode(predicate))
        raise refuse("bad-shape", f"{name} needs an IRI, not {show(value)}", node)
    return value.value


def _class(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    return f.Class(_iri(graph, node, predicate, value))


def _datatype(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    return f.Datatype(_iri(graph, node, predicate, value))


def _node_kind(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    iri = _iri(graph, node, predicate, value)
    if iri not in _KINDS:
        raise refuse("bad-shape", f"{show(value)} is no node kind", node)
    return f.NodeKind(frozenset(_KINDS[iri]))


def _bound(kind: Callable[[ox.Literal], Constraint]) -> Reader:
    def read(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
        if isinstance(value, ox.Literal) and xsd.value(value.value, value.datatype.value):
            return kind(value)
        name = show(ox.NamedNode(predicate))
        raise refuse("bad-shape", f"{name} needs a value with an order, not {show(value)}", node)

    return read


def _number(kind: Callable[[int], Constraint]) -> Reader:
    def read(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
        return kind(graph.number(node, predicate, value))

    return read


def _pair(kind: Callable[[str], Constraint]) -> Reader:
    def read(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
        return kind(_iri(graph, node, predicate, value))

    return read


def _shape(kind: Callable[[tuple[Term, ...]], Constraint]) -> Reader:
    def read(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
        return kind((value,))

    return read


def _shapes(kind: Callable[[tuple[Term, ...]], Constraint]) -> Reader:
    def read(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
        return kind(tuple(graph.items(value)))

    return read


def _pattern(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    flags = graph.one(node, SH + "flags")
    for text in (value, flags):
        if text is not None and not isinstance(text, ox.Literal):
            raise refuse("bad-shape", f"sh:pattern needs a text, not {show(text)}", node)
    letters = flags.value if isinstance(flags, ox.Literal) else ""
    if not set(letters) <= _FLAGS:
        raise refuse("bad-shape", f'sh:flags "{letters}" has letters other than s m i x q', node)
    assert isinstance(value, ox.Literal)
    check_regex(value.value, node)
    pattern = f.Pattern(value.value, "".join(sorted(set(letters))))
    if not is_valid(pattern):
        raise refuse(
            "bad-shape", f'sh:pattern "{value.value}" is malformed, or too large to be built', node
        )
    return pattern


def check_regex(regex: str, node: Term) -> None:
    """Raise ``ShapeError`` bad-shape where the engine can't run the expression.

    Back-references and look-around need an engine that may take for ever; they are refused, as
    the regular expressions of SPARQL have neither look-around nor a bound on time.
    """
    if re.search(r"\(\?(?:[=!]|<[=!])", regex):
        raise refuse("unsupported-shape", f'look-around in sh:pattern "{regex}"', node)
    if re.search(r"(?<!\\)(?:\\\\)*\\[1-9]", regex):
        raise refuse("unsupported-shape", f'a back-reference in sh:pattern "{regex}"', node)


def _languages(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    items = graph.items(value)
    ranges = tuple(i.value for i in items if isinstance(i, ox.Literal))
    if len(ranges) != len(items):
        raise refuse("bad-shape", "sh:languageIn needs a list of language tags", node)
    return f.LanguageIn(tuple(r.lower() for r in ranges))


def _in(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    return f.In(tuple(graph.items(value)))


def _has_value(graph: ShapesGraph, node: Term, predicate: str, value: Term) -> Constraint:
    return f.HasValue(value)


def _sparql(graph: ShapesGraph, value: Term, path: Path | None) -> Constraint:
    select = graph.one(value, SH + "select")
    if not isinstance(select, ox.Literal):
        raise refuse("bad-shape", "a SPARQL constraint needs one sh:select", value)
    query = checked_query(prefixes_of(graph, value) + select.value, ("this",), where=value)
    if graph.flag(value, SH + "deactivated"):
        query = ""
    if path is not None:
        query = with_path(query, path_sparql(path))
    return f.Sparql(query, value, graph.messages(value))


_READERS: Final[dict[str, Reader]] = {
    SH + "class": _class,
    SH + "datatype": _datatype,
    SH + "nodeKind": _node_kind,
    SH + "minInclusive": _bound(f.MinInclusive),
    SH + "minExclusive": _bound(f.MinExclusive),
    SH + "maxInclusive": _bound(f.MaxInclusive),
    SH + "maxExclusive": _bound(f.MaxExclusive),
    SH + "minLength": _number(f.MinLength),
    SH + "maxLength": _number(f.MaxLength),
    SH + "minCount": _number(f.MinCount),
    SH + "maxCount": _number(f.MaxCount),
    SH + "pattern": _pattern,
    SH + "languageIn": _languages,
    SH + "in": _in,
    SH + "hasValue": _has_value,
    SH + "equals": _pair(f.Equals),
    SH + "disjoint": _pair(f.Disjoint),
    SH + "lessThan": _pair(f.LessThan),
    SH + "lessThanOrEquals": _pair(f.LessThanOrEquals),
    SH + "not": _shape(f.Not),
    SH + "and": _shapes(f.And),
    SH + "or": _shapes(f.Or),
    SH + "xone": _shapes(f.Xone),
    SH + "node": _shape(f.Node),
    SH + "property": _shape(f.Property),
}
SHAPE_VALUED: Final = tuple(
    SH + n for n in ("node", "property", "not", "and", "or", "xone", "qualifiedValueShape")
)
SHAPE_LISTS: Final = frozenset(SH + n for n in ("and", "or", "xone"))
PARAMETERS: Final = (
    *_READERS,
    *(SH + n for n in ("uniqueLang", "closed", "qualifiedValueShape", "sparql")),
)
_ONCE: Final = frozenset(
    SH + n
    for n in (
        "datatype", "nodeKind", "minInclusive", "minExclusive", "maxInclusive", "maxExclusive",
        "minLength", "maxLength", "minCount", "maxCount", "languageIn", "in", "pattern",
        "uniqueLang", "closed",
    )
)  # fmt: skip
_PROPERTY_ONLY: Final = frozenset(
    SH + n
    for n in (
        "minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape",
    )
)  # fmt: skip


def read_constraints(graph: ShapesGraph, node: Term, path: Path | None) -> Iterator[Constraint]:
    """The constraints that a shape's own properties state."""
    for predicate in graph.predicates(node):
        if predicate in _PROPERTY_ONLY and path is None:
            name = show(ox.NamedNode(predicate))
            raise refuse("bad-shape", f"{name} needs a property shape (sh:path)", node)
        if predicate in _ONCE:
            graph.one(node, predicate)
        if predicate in _READERS:
            for value in graph.values(node, predicate):
                yield _READERS[predicate](graph, node, predicate, value)
    if ox.Literal(True) in graph.values(node, SH + "uniqueLang"):  # "1" doesn't count, says W3C
        yield f.UniqueLang()
    if graph.flag(node, SH + "closed"):
        yield _closed(graph, node)
    yield from _qualified(graph, node)
    for value in graph.values(node, SH + "sparql"):
        yield _sparql(graph, value, path)


def _closed(graph: ShapesGraph, node: Term) -> Constraint:
    allowed = set()
    for shape in graph.values(node, SH + "property"):
        for path in graph.values(shape, SH + "path"):
            if isinstance(path, ox.NamedNode):
                allowed.add(path.value)
    ignored = graph.one(node, SH + "ignoredProperties")
    for item in graph.items(ignored) if ignored is not None else []:
        allowed.add(_iri(graph, node, SH + "ignoredProperties", item))
    return f.Closed(frozenset(allowed))


def _qualified(graph: ShapesGraph, node: Term) -> Iterator[Constraint]:
    shapes = graph.values(node, SH + "qualifiedValueShape")
    if not shapes:
        return
    siblings: dict[Term, None] = {}
    if graph.flag(node, SH + "qualifiedValueShapesDisjoint"):
        for parent in graph.subjects(SH + "property", node):
            for sibling in graph.values(parent, SH + "property"):
                siblings.update(dict.fromkeys(graph.values(sibling, SH + "qualifiedValueShape")))
    bounds = (
        ("qualifiedMinCount", f.QualifiedMinCount),
        ("qualifiedMaxCount", f.QualifiedMaxCount),
    )
    for shape in shapes:
        others = tuple(s for s in siblings if s not in shapes)
        for name, kind in bounds:
            value = graph.one(node, SH + name)
            if value is not None:
                yield kind((shape,), graph.number(node, SH + name, value), others)
