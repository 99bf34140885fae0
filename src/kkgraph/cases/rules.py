"""What the shapes say of the form's columns: required, allowed, how many, of which datatype.

Nothing of this is written into the form: a shape that is added or changed changes the template
and the readers by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from kkgraph.cases.form import Column, Sheet
from kkgraph.cases.known import Known
from kkgraph.names import PREFIXES
from kkgraph.shacl import forms
from kkgraph.shacl.forms import Schema, Shape
from kkgraph.shacl.paths import Alternative, Inverse, Predicate

_XSD: Final = PREFIXES["xsd"]
_EVERY: Final = "*"


@dataclass
class Rule:
    """What holds for the values of one property on nodes of one class.

    ``least`` and ``most`` are the limits of how many values there may be (``most`` None: any
    number). ``instead`` are other properties of which one will do. ``allowed`` are the only terms,
    ``classes`` the only classes of a value. ``shapes`` are where it comes from.
    """

    least: int = 0
    most: int | None = None
    instead: frozenset[str] = frozenset()
    allowed: tuple[Any, ...] | None = None
    classes: frozenset[str] = frozenset()
    datatypes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    unique_lang: bool = False
    patterns: tuple[str, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)
    is_node: bool = False
    shapes: list[Shape] = field(default_factory=list)

    @property
    def single(self) -> bool:
        """True where there may be only one value (in each language)."""
        return self.most == 1 or self.unique_lang


class Rules:
    """The rules of a schema, looked up by class and property."""

    def __init__(self, schema: Schema, known: Known) -> None:
        self.schema = schema
        self._known = known
        self._found: dict[tuple[str, bool, frozenset[str]], Rule] = {}
        self._by_target: dict[str, list[Shape]] = {}
        for shape in schema.targeted:
            for target in shape.targets:
                if target.kind == "class":
                    self._by_target.setdefault(target.term.value, []).append(shape)
                elif target.kind == "subjectsOf":
                    self._by_target.setdefault(_EVERY + target.term.value, []).append(shape)

    def of(self, kinds: Iterable[str], column: Column) -> Rule:
        """What holds for a column on nodes that are of all these classes (and those above)."""
        above = frozenset(a for k in kinds for a in self._known.ancestors(k))
        key = (column.property, column.inverse, above)
        if key not in self._found:
            self._found[key] = self._gather(column, above)
        return self._found[key]

    def of_sheet(self, sheet: Sheet, column: Column) -> dict[str, Rule]:
        """The rule of a column for each class that the sheet (or its further node) may describe."""
        kinds = (sheet.part(column.node).kind,) if column.node else sheet.classes
        return {kind: self.of((kind,), column) for kind in kinds}

    def missing(self, sheet: Sheet) -> dict[str, list[str]]:
        """Properties that a shape requires and no column of the sheet has, with their classes."""
        known = {c.property for c in sheet.columns}
        known |= {p for _, p, _ in sheet.constants} | {p.link for p in sheet.parts}
        found: dict[str, list[str]] = {}
        for kind in sheet.classes:
            for shape in self._shapes(self._known.ancestors(kind)):
                least = max(
                    (c.count for c in shape.constraints if isinstance(c, forms.MinCount)), default=0
                )
                if least and isinstance(shape.path, Predicate) and shape.path.iri not in known:
                    found.setdefault(shape.path.iri, []).append(kind)
        return {p: list(dict.fromkeys(kinds)) for p, kinds in found.items()}

    def missing_rules(self, sheet: Sheet, name: str) -> list[Rule]:
        """The rules of a property that the sheet lacks, one for each class, strictest first."""
        column = Column(name, "text", name)
        found = [self.of((kind,), column) for kind in sheet.classes]
        return sorted(found, key=lambda rule: -rule.least)

    def _shapes(self, targets: Iterable[str]) -> Iterator[Shape]:
        for target in targets:
            for shape in self._by_target.get(target, ()):
                yield from self._parts(shape)

    def _parts(self, shape: Shape) -> Iterator[Shape]:
        if shape.deactivated:
            return
        if shape.path is not None:
            yield shape
        for constraint in shape.constraints:
            if isinstance(constraint, forms.Property | forms.And | forms.Node):
                for inner in constraint.shapes:
                    part = self.schema.shapes[inner]
                    if part.path is not None or not isinstance(constraint, forms.Property):
                        yield from self._parts(part)

    def _gather(self, column: Column, kinds: frozenset[str]) -> Rule:
        rule = Rule()
        always = list(self._shapes(sorted(kinds)))
        for shape in (*always, *self._shapes([_EVERY + column.property])):
            others = _others(shape, column)
            if others is None or shape in rule.shapes:
                continue
            rule.shapes.append(shape)
            for constraint in shape.constraints:
                # that there is a value says nothing where the shape is for nodes that have one
                if shape in always or not isinstance(constraint, forms.MinCount):
                    self._take(rule, constraint, others)
        return rule

    def _take(self, rule: Rule, constraint: forms.Constraint, others: frozenset[str]) -> None:
        match constraint:
            case forms.MinCount(count) if others and count:
                rule.instead = others
            case forms.MinCount(count):
                rule.least = max(rule.least, count)
            case forms.MaxCount(count) if not others:
                rule.most = count if rule.most is None else min(rule.most, count)
            case forms.In(terms):
                kept = rule.allowed
                rule.allowed = terms if kept is None else tuple(t for t in kept if t in terms)
            case forms.Class(iri):
                rule.classes |= {iri}
            case forms.Datatype(iri):
                rule.datatypes |= {iri}
            case forms.LanguageIn(ranges):
                rule.languages |= set(ranges)
            case forms.UniqueLang():
                rule.unique_lang = True
            case forms.Pattern(regex, _):
                rule.patterns += (regex,)
            case forms.NodeKind(kinds):
                rule.is_node = rule.is_node or "literal" not in kinds
            case forms.Or(shapes) | forms.Xone(shapes):
                self._either(rule, shapes)
            case forms._Bound(limit) | forms._Number(limit):
                rule.limits[type(constraint).__name__] = limit

    def _either(self, rule: Rule, shapes: tuple[Any, ...]) -> None:
        """Branches that each name one class, or one datatype."""
        inner = [c for s in shapes for c in self.schema.shapes[s].constraints]
        if all(isinstance(c, forms.Class) for c in inner):
            rule.classes |= {c.iri for c in inner if isinstance(c, forms.Class)}
        elif all(isinstance(c, forms.Datatype) for c in inner):
            rule.datatypes |= {c.iri for c in inner if isinstance(c, forms.Datatype)}


def _others(shape: Shape, column: Column) -> frozenset[str] | None:
    """The other properties of the shape's path; None where the path isn't the column's."""
    path = shape.path
    if isinstance(path, Inverse) and column.inverse and isinstance(path.path, Predicate):
        return frozenset() if path.path.iri == column.property else None
    if column.inverse:
        return None
    if isinstance(path, Predicate):
        return frozenset() if path.iri == column.property else None
    if isinstance(path, Alternative):
        parts = {p.iri for p in path.parts if isinstance(p, Predicate)}
        return frozenset(parts - {column.property}) if column.property in parts else None
    return None


def local(datatype: str) -> str:
    """The local name of an XML Schema datatype."""
    return datatype.removeprefix(_XSD)
