"""Random shapes graphs: well-formed, without recursion, all shapes named by IRIs."""

from __future__ import annotations

from itertools import count

import pyoxigraph as ox

from kkgraph import xsd
from shacl_random import queries
from shacl_random.terms import (
    ABSENT,
    BLANKS,
    CLASSES,
    DATATYPES,
    LITERALS,
    NODE_KINDS,
    NODES,
    PATTERNS,
    PREDICATES,
    RANGES,
    RDF,
    RDFS,
    SUBCLASS,
    TYPE,
    XSD,
    ex,
    sh,
)

FIRST, REST, NIL = (ox.NamedNode(RDF + n) for n in ("first", "rest", "nil"))
ORDERED = [t for t in LITERALS if not t.language and xsd.value(t.value, t.datatype.value)]
VALUE_KINDS = (
    "class", "datatype", "nodeKind", "minInclusive", "maxInclusive", "minExclusive",
    "maxExclusive", "minLength", "maxLength", "pattern", "languageIn", "in", "hasValue",
    "equals", "disjoint", "closed",
)  # fmt: skip
PATH_KINDS = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualified")
P = PREDICATES[0]  # stands more often than the others, so that nodes have several values of it
SHAPE_KINDS = ("node", "property", "not", "and", "or", "xone")


class Dice:
    """The choices of a generator, made by a ``random.Random``."""

    def __init__(self, source):
        self.source = source

    def one(self, items):
        return items[self.source.randint(0, len(items) - 1)]

    def some(self, items, low, high):
        return list(dict.fromkeys(self.one(items) for _ in range(self.source.randint(low, high))))

    def number(self, low, high):
        return self.source.randint(low, high)

    def chance(self, percent):
        return self.source.randint(1, 100) > 100 - percent


class Shapes:
    """Makes shapes one after the other; a shape names earlier ones only."""

    def __init__(self, dice, theme, data, wishes):
        self.dice = dice
        subjects = [q.subject for q in data]  # as often as they have triples
        self._met = [s for s in subjects if isinstance(s, ox.NamedNode)] or NODES
        self.theme = theme
        self.wishes = wishes
        self._classes = [q.object for q in data if q.predicate == TYPE] or CLASSES
        self._limits = [t for t in theme if t in ORDERED] or ORDERED
        self._datatypes = list(dict.fromkeys(t.datatype for t in theme))
        self.quads = []
        self.node_shapes = []
        self.property_shapes = []
        self._counting_siblings = set()
        self._numbers = count(1)

    @property
    def all(self):
        return [*self.node_shapes, *self.property_shapes]

    def make(self):
        if self.wishes.sparql:
            self.quads += queries.components()
        for number in range(self.dice.number(1, 6)):
            self._shape(number)
        return self.quads

    def add(self, subject, predicate, value):
        self.quads.append(ox.Quad(subject, predicate, value))

    def blank(self):
        return ox.BlankNode(f"x{next(self._numbers)}")

    def list(self, items):
        head = NIL
        for item in reversed(items):
            node = self.blank()
            self.add(node, FIRST, item)
            self.add(node, REST, head)
            head = node
        return head

    def path(self, depth=2):
        """A path's node; longer ones less often."""
        dice = self.dice
        kind = "iri"
        if depth and dice.chance(45):
            kind = dice.one(("inverse", "sequence", "alternative", "*", "+", "?"))
        if kind == "iri":
            return dice.one([*([*PREDICATES, P, P] * 3), TYPE, SUBCLASS, ABSENT])
        if kind == "sequence":
            return self.list([self.path(depth - 1) for _ in range(dice.number(2, 3))])
        node = self.blank()
        if kind == "alternative":
            parts = self.list([self.path(depth - 1) for _ in range(dice.number(2, 3))])
            self.add(node, sh("alternativePath"), parts)
            return node
        names = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}
        self.add(node, sh(names.get(kind, "inversePath")), self.path(depth - 1))
        return node

    def _shape(self, number):
        dice = self.dice
        is_property = dice.chance(55)
        shape = ex(f"s{number}")
        if not is_property and dice.chance(8) and CLASSES[0] not in self.node_shapes:
            shape = CLASSES[0]
            self.add(shape, TYPE, ox.NamedNode(RDFS + "Class"))
        self.add(shape, TYPE, sh("PropertyShape" if is_property else "NodeShape"))
        if is_property:
            self.add(shape, sh("path"), self.path())
        for kind in self._kinds(is_property):
            self._constraint(shape, kind, is_property)
        if dice.chance(70):
            self._target(shape)
        if dice.chance(20):
            severity = dice.one([sh("Info"), sh("Warning"), sh("Violation"), ex("Fatal")])
            self.add(shape, sh("severity"), severity)
        if dice.chance(10):
            self.add(shape, sh("message"), ox.Literal("Wrong: {?value}", language="en"))
        if dice.chance(6):
            self.add(shape, sh("deactivated"), ox.Literal(dice.chance(80)))
        (self.property_shapes if is_property else self.node_shapes).append(shape)

    def _kinds(self, is_property):
        kinds = [*VALUE_KINDS, *(PATH_KINDS * 2 if is_property else ())]
        if is_property and all(t.language for t in self.theme):
            kinds += ("uniqueLang", "languageIn") * 6
        if self.node_shapes or self.property_shapes:
            kinds += SHAPE_KINDS * 3
        if self.wishes.sparql:
            kinds += ("sparql", "sparql", "sparql", "component")
        kinds = [k for k in kinds if k not in self.wishes.without]
        return self.dice.some(kinds, 1, 3)

    def _target(self, shape):
        dice = self.dice
        for _ in range(dice.number(1, 2)):
            kind = dice.one(("Class", "Class", "Node", "Node", "SubjectsOf", "ObjectsOf"))
            if kind == "Class":
                value = dice.one(self._classes if dice.chance(90) else [ABSENT])
            elif kind == "Node":
                value = dice.one(self._met if dice.chance(70) else [*NODES, ABSENT, *self.theme])
            else:
                value = dice.one([*PREDICATES, TYPE])
            self.add(shape, sh(f"target{kind}"), value)

    def _constraint(self, shape, kind, is_property):
        dice = self.dice
        made = {
            "closed": self._closed,
            "pattern": self._pattern,
            "qualified": self._qualified,
            "sparql": self._sparql,
            "component": self._component,
        }
        if kind in made:
            made[kind](shape, is_property)
        elif kind in SHAPE_KINDS:
            self._logical(shape, kind)
        elif kind in ("class", "hasValue", "equals", "disjoint", "lessThan", "lessThanOrEquals"):
            for _ in range(2 if dice.chance(20) else 1):
                self.add(shape, sh(kind), self._value(kind))
        else:
            self.add(shape, sh(kind), self._value(kind))

    def _value(self, kind):
        dice = self.dice
        match kind:
            case "class":
                return dice.one([*CLASSES, ABSENT])
            case "datatype":
                return dice.one(self._datatypes if dice.chance(70) else DATATYPES)
            case "nodeKind":
                return dice.one(NODE_KINDS)
            case "minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive":
                return dice.one(self._limits if dice.chance(80) else ORDERED)
            case "minLength" | "maxLength" | "minCount" | "maxCount":
                return integer(dice.number(0, 3))
            case "languageIn":
                return self.list([ox.Literal(r) for r in dice.some(RANGES, 1, 2)])
            case "in":
                pool = [*NODES, *CLASSES, *self.theme]
                return self.list([dice.one(pool) for _ in range(dice.number(0, 5))])
            case "hasValue":
                return dice.one([*NODES, *(self.theme * 2)])
            case "uniqueLang":
                return ox.Literal(dice.chance(90))
        return dice.one([*PREDICATES, TYPE, ABSENT])

    def _logical(self, shape, kind):
        dice = self.dice
        pool = {"node": self.node_shapes, "property": self.property_shapes}.get(kind, self.all)
        if not pool:
            return
        if kind in ("and", "or", "xone"):
            inner = [dice.one(pool) for _ in range(dice.number(1, 3))]
            self.add(shape, sh(kind), self.list(inner))
        else:
            inner = dice.some(pool, 1, 3 if kind == "property" else 1)
            for one in inner:
                self.add(shape, sh(kind), one)
        if not self._counting_siblings.isdisjoint(inner):
            self._counting_siblings.add(shape)

    def _closed(self, shape, is_property):
        self.add(shape, sh("closed"), ox.Literal(self.dice.chance(90)))
        if self.dice.chance(70):
            ignored = self.dice.some([*PREDICATES, TYPE, SUBCLASS], 0, 3)
            self.add(shape, sh("ignoredProperties"), self.list(ignored))

    def _pattern(self, shape, is_property):
        pattern, flags = self.dice.one(PATTERNS)
        self.add(shape, sh("pattern"), ox.Literal(pattern))
        if flags:
            self.add(shape, sh("flags"), ox.Literal(flags))

    def _qualified(self, shape, is_property):
        # A sibling's shape that asks for its own siblings could lead back here.
        dice = self.dice
        pool = [s for s in self.all if s not in self._counting_siblings]
        if not pool:
            return
        self.add(shape, sh("qualifiedValueShape"), dice.one(pool))
        bounds = dice.one((("Min",), ("Max",), ("Min", "Max")))
        for bound in bounds:
            self.add(shape, sh(f"qualified{bound}Count"), integer(dice.number(0, 2)))
        if dice.chance(50):
            self.add(shape, sh("qualifiedValueShapesDisjoint"), ox.Literal(True))
            self._counting_siblings.add(shape)

    def _sparql(self, shape, is_property):
        dice = self.dice
        node = ex(f"{shape.value.rpartition('/')[2]}-query")
        pool = queries.FOR_NODES + (queries.FOR_PATHS * 3 if is_property else [])
        query = dice.one([*pool, queries.SHAPES_GRAPH])
        self.add(shape, sh("sparql"), node)
        self.add(node, sh("select"), ox.Literal(queries.prefixed(query)))
        if dice.chance(30):
            self.add(node, sh("message"), ox.Literal("{$this} has {?value}"))
        self.add(shape, ex("about"), dice.one(NODES))

    def _component(self, shape, is_property):
        if self.dice.chance(50):
            self.add(shape, ex("alike"), self.dice.one([*NODES, *self.theme]))
            return
        self.add(shape, ex("linked"), self.dice.one(PREDICATES))
        if self.dice.chance(50):
            self.add(shape, ex("target"), self.dice.one(NODES))


def integer(number):
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def data_quads(dice, theme):
    """A small data graph: a class tree, typed nodes, and edges to nodes and literals."""
    found = []
    for _ in range(dice.number(0, 4)):
        found.append(ox.Quad(dice.one(CLASSES), SUBCLASS, dice.one(CLASSES)))
    for _ in range(dice.number(1, 6)):
        found.append(ox.Quad(dice.one(NODES + BLANKS), TYPE, dice.one(CLASSES)))
    favourites = dice.some(theme, 2, 8)
    hubs = dice.some([*NODES, *BLANKS], 1, 2)
    for _ in range(dice.number(1, 36)):
        value = dice.one(NODES + BLANKS + CLASSES[:2])
        if dice.chance(60):
            value = dice.one(favourites if dice.chance(90) else LITERALS)
        graph = ex("graph") if dice.chance(5) else ox.DefaultGraph()
        subject = dice.one(hubs if dice.chance(75) else [*NODES, *BLANKS, CLASSES[0]])
        found.append(ox.Quad(subject, dice.one([*PREDICATES, P, P]), value, graph))
    return found
