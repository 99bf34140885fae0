"""Validation: data against SHACL shapes, each result as a problem that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files, names, turtle
from kkgraph.errors import ShapeError, SourceError
from kkgraph.model import Problem

_SEVERITIES: Final = ("violation", "warning", "info")
_TREE: Final = frozenset(names.PREFIXES["rdfs"] + n for n in ("subClassOf", "subPropertyOf"))


@dataclass(frozen=True)
class Report:
    """The result of a validation: every problem in one pass, the gravest first."""

    problems: tuple[Problem, ...]
    triples: int

    @property
    def conforms(self) -> bool:
        """True where nothing of severity violation was found."""
        return not any(p.severity == "violation" for p in self.problems)

    def count(self, severity: str) -> int:
        """How many problems have this severity."""
        return sum(p.severity == severity for p in self.problems)


def validate(
    quads: Iterable[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    background: Iterable[ox.Quad] = (),
    sources: dict[str, Path] | None = None,
) -> Report:
    """All problems of the quads' triples (graph names don't matter) under the shapes.

    ``background`` (the ontology, known entities) is there for look-ups: only nodes that the quads
    name are checked, and what the background alone would be blamed for is left out. ``sources``
    maps a focus IRI to the file it came from. Engine: pySHACL, without inference. Not checked:
    ill-typed literals, which pySHACL takes as they are. Raises ``ShapeError`` bad-shapes.
    """
    data, nodes = _graph(quads)
    triples = len(data)
    rules = _rules(list(shapes) or files.shape_files())
    before: set[Problem] = set()
    if known := list(_neighbours(list(background), nodes)):
        around, _ = _graph(known)
        before = {replace(p, where="") for p in _problems(_run(around, rules), rules, {})}
        data += around
    found = _problems(_run(data, rules), rules, sources or {})
    problems = [p for p in found if p.focus in nodes and replace(p, where="") not in before]
    problems.sort(key=_rank)
    return Report(tuple(problems), triples)


def validate_files(paths: Sequence[Path], background: Iterable[ox.Quad], **options: Any) -> Report:
    """The problems of RDF files, each with the file and line where its focus node stands."""
    quads: list[ox.Quad] = []
    sources: dict[str, Path] = {}
    for path in paths:
        mine = turtle.parse_file(path)
        quads += mine
        for quad in mine:
            if isinstance(quad.subject, ox.NamedNode):
                sources.setdefault(quad.subject.value, path)
    if not quads:
        raise SourceError(
            "no-data", "there are no triples to validate", where=", ".join(map(str, paths))
        )
    return validate(quads, background=background, sources=sources, **options)


def _rank(problem: Problem) -> tuple[Any, ...]:
    file, _, line = problem.where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    grave = _SEVERITIES.index(problem.severity)
    return grave, file, number, problem.focus, problem.shape, problem.value


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
            "bad-shapes",
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


def _problems(results: Any, rules: Any, sources: dict[str, Path]) -> Iterable[Problem]:
    from rdflib import RDF, BNode, Namespace

    sh = Namespace(names.PREFIXES["sh"])
    texts: dict[Path, str] = {}
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
        source = sources.get(focus)
        where = ""
        if source is not None:
            where = _place(source, focus, texts)
        yield Problem(
            severity=severity if severity in _SEVERITIES else "violation",
            message=dict(sorted(messages.items())),
            focus=focus,
            path=_path(results, path),
            value="" if value is None else str(value),
            shape=names.compact(str(results.value(node, sh.sourceShape) or "")),
            component=str(results.value(node, sh.sourceConstraintComponent)).rpartition("#")[2],
            where=where,
        )


def _path(results: Any, path: Any) -> str:
    from rdflib import URIRef

    if isinstance(path, URIRef):
        return names.compact(str(path))
    inverse = results.value(path, URIRef(names.PREFIXES["sh"] + "inversePath")) if path else None
    return f"^{names.compact(str(inverse))}" if isinstance(inverse, URIRef) else ""


def _place(source: Path, focus: str, texts: dict[Path, str]) -> str:
    if source not in texts:
        texts[source] = files.read_text(source)
    forms = "|".join(re.escape(f) for f in {names.compact(focus), f"<{focus}>"})
    match = re.search(rf"^[ \t]*(?:{forms})(?![\w-])", texts[source], re.M)
    return (
        f"{source}:{texts[source].count(chr(10), 0, match.start()) + 1}" if match else str(source)
    )
