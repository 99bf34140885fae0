"""The intermediate form of a shapes graph: targets, paths and constraints, free of RDF syntax.

Both back ends read only this: ``kkgraph.shacl.direct`` walks it node by node, and
``kkgraph.columnar`` turns it into SQL. Terms are pyoxigraph's. ``str`` of any part is what
``--explain`` prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from kkgraph.shacl.paths import Path, predicates
from kkgraph.shacl.terms import SH, Term, show


@dataclass(frozen=True, slots=True)
class Target:
    """Which nodes a shape is for: ``kind`` is node, class, subjectsOf or objectsOf."""

    kind: str
    term: Term

    def __str__(self) -> str:
        return f"{self.kind} {show(self.term)}"


@dataclass(frozen=True, slots=True)
class Constraint:
    """What all constraints have: the local name of their component in the ``sh:`` vocabulary."""

    @property
    def component(self) -> str:
        """The component's IRI."""
        return f"{SH}{type(self).__name__}ConstraintComponent"


@dataclass(frozen=True, slots=True)
class Class(Constraint):
    """Each value is an instance of the class."""

    iri: str


@dataclass(frozen=True, slots=True)
class Datatype(Constraint):
    """Each value is a well-formed literal of the datatype."""

    iri: str


@dataclass(frozen=True, slots=True)
class NodeKind(Constraint):
    """Each value is of one of the kinds: iri, blank, literal."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Bound(Constraint):
    limit: ox.Literal


class MinInclusive(_Bound):
    """Each value is at least the limit."""


class MinExclusive(_Bound):
    """Each value is above the limit."""


class MaxInclusive(_Bound):
    """Each value is at most the limit."""


class MaxExclusive(_Bound):
    """Each value is below the limit."""


@dataclass(frozen=True, slots=True)
class _Number(Constraint):
    count: int


class MinLength(_Number):
    """Each value has at least so many code points (blank nodes have none)."""


class MaxLength(_Number):
    """Each value has at most so many code points."""


class MinCount(_Number):
    """There are at least so many values."""


class MaxCount(_Number):
    """There are at most so many values."""


@dataclass(frozen=True, slots=True)
class Pattern(Constraint):
    """Each value matches the regular expression, with SPARQL's flags."""

    regex: str
    flags: str = ""


@dataclass(frozen=True, slots=True)
class LanguageIn(Constraint):
    """Each value is a text in one of the language ranges."""

    ranges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UniqueLang(Constraint):
    """No two values are texts in the same language."""


@dataclass(frozen=True, slots=True)
class In(Constraint):
    """Each value is one of the terms."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class HasValue(Constraint):
    """One of the values is the term."""

    term: Term


@dataclass(frozen=True, slots=True)
class _Pair(Constraint):
    predicate: str


class Equals(_Pair):
    """The values are those of the other property."""


class Disjoint(_Pair):
    """No value is one of the other property's."""


class LessThan(_Pair):
    """Each value is below each of the other property's."""


class LessThanOrEquals(_Pair):
    """Each value is at most each of the other property's."""


@dataclass(frozen=True, slots=True)
class Closed(Constraint):
    """The node has no other properties than these."""

    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shapes(Constraint):
    shapes: tuple[Term, ...]


class Not(_Shapes):
    """No value conforms to the shape."""


class And(_Shapes):
    """Each value conforms to all shapes."""


class Or(_Shapes):
    """Each value conforms to one of the shapes at least."""


class Xone(_Shapes):
    """Each value conforms to exactly one of the shapes."""


class Node(_Shapes):
    """Each value conforms to the shape; one result for the value."""


class Property(_Shapes):
    """The property shape holds for each value; its results are reported themselves."""


@dataclass(frozen=True, slots=True)
class _Qualified(Constraint):
    shapes: tuple[Term, ...]
    count: int
    siblings: tuple[Term, ...] = ()


class QualifiedMinCount(_Qualified):
    """At least so many values conform to the shape, and to none of the siblings."""


class QualifiedMaxCount(_Qualified):
    """At most so many values conform to the shape, and to none of the siblings."""


@dataclass(frozen=True, slots=True)
class Sparql(Constraint):
    """A query of which each solution is a violation; ``$PATH`` already stands as a path."""

    select: str
    node: Term
    messages: tuple[tuple[str, str], ...] = ()

    @property
    def component(self) -> str:
        """The component's IRI."""
        return f"{SH}SPARQLConstraintComponent"


@dataclass(frozen=True, slots=True)
class Custom(Constraint):
    """A SPARQL-based component with its parameters: an ASK for each value, or a SELECT."""

    iri: str
    kind: str
    query: str
    bindings: tuple[tuple[str, Term], ...]
    messages: tuple[tuple[str, str], ...] = ()

    @property
    def component(self) -> str:
        """The component's own IRI."""
        return self.iri


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: a node shape where ``path`` is None, otherwise a property shape.

    ``messages`` are (text, language) pairs; ``severity`` is an IRI.
    """

    id: Term
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    severity: str = SH + "Violation"
    messages: tuple[tuple[str, str], ...] = ()
    deactivated: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        """What people call it: its CURIE, or (without an IRI) who names it and its path."""
        return self.label or show(self.id)

    def references(self) -> tuple[Term, ...]:
        """The shapes that this one's constraints name, in their order."""
        found: list[Term] = []
        for c in self.constraints:
            if isinstance(c, _Shapes | _Qualified):
                found += c.shapes
            if isinstance(c, _Qualified):
                found += c.siblings
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Schema:
    """All shapes, those before which others need first: a shape stands after all that it names.

    ``quads`` is the shapes graph itself, for ``$shapesGraph``.
    """

    shapes: dict[Term, Shape]
    quads: tuple[ox.Quad, ...] = field(repr=False, default=())

    def constants(self) -> list[Term]:
        """Every term that a target, path or constraint names, each once."""
        found: dict[Term, None] = {}
        for shape in self.shapes.values():
            for target in shape.targets:
                found[target.term] = None
            if shape.path is not None:
                found.update(dict.fromkeys(map(ox.NamedNode, predicates(shape.path))))
            for constraint in shape.constraints:
                found.update(dict.fromkeys(_named(constraint)))
        return list(found)

    @property
    def targeted(self) -> list[Shape]:
        """The active shapes that have targets of their own."""
        return [s for s in self.shapes.values() if s.targets and not s.deactivated]


def _named(constraint: Constraint) -> list[Term]:
    match constraint:
        case Class(iri) | _Pair(iri):
            return [ox.NamedNode(iri)]
        case In(terms):
            return list(terms)
        case HasValue(term):
            return [term]
        case Closed(allowed):
            return [ox.NamedNode(iri) for iri in sorted(allowed)]
    return []


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result; ``path`` is None for a node shape, ``value`` where there is none.

    ``bindings`` are a query's variables, for the placeholders of its messages.
    """

    focus: Term
    value: Term | None
    shape: Shape
    constraint: Constraint
    path: Path | None = None
    bindings: tuple[tuple[str, Term], ...] = ()
