"""What pySHACL does otherwise than the specification says, beside what TopBraid shares with it."""

from __future__ import annotations

import re
from collections import Counter

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.shacl import forms as f
from shacl_random.deviations import STORED_AS_ONE, SUBSTITUTES, asking
from shacl_random.pruning import Deviation, PathDeviation, TermDeviation
from shacl_random.traits import (
    BOUNDS,
    LESS,
    QUERIES,
    has_blank,
    is_beyond_ascii,
    is_end_of_day,
    is_ill_typed_text,
    is_literal,
    is_nan,
    query_of,
    some,
    turns_a_sequence,
    value_of,
)

_ORDERED = {
    xsd.Family.EXACT,
    xsd.Family.FLOAT,
    xsd.Family.DOUBLE,
    xsd.Family.DATE_TIME,
    xsd.Family.DATE,
    xsd.Family.BOOLEAN,
}


def with_single_spaces(term):
    return ox.Literal("a b", datatype=term.datatype) if is_ill_typed_text(term) else term


def without_backslash(term):
    """The term without a backslash at its end, unless it is a pattern of its own."""
    if is_literal(term) and term.value.endswith("\\") and len(term.value) > 2:
        return ox.Literal(term.value.rstrip("\\"))
    return term


def rdflib_orders(one, two):
    """True where rdflib's order of two terms is SPARQL's."""
    left, right = value_of(one), value_of(two)
    if left is None or right is None or left.family is not right.family or is_nan(one):
        return False
    if is_nan(two) or is_end_of_day(one) or is_end_of_day(two):
        return False
    if left.family is xsd.Family.STRING:
        return one.datatype == two.datatype
    return left.family in _ORDERED and left.zoned == right.zoned


def is_misread(term, datatype):
    """True for a literal of the datatype whose form rdflib and XML Schema judge differently."""
    if not is_literal(term) or term.datatype.value != datatype:
        return False
    if datatype.removeprefix(xsd.XSD) in ("string", "integer", "decimal"):
        return is_beyond_ascii(term) and not datatype.endswith("string")
    return is_end_of_day(term) or xsd.ill_typed(term.value, datatype)


def order_differs(shape, constraint, pairs):
    if isinstance(constraint, BOUNDS):
        return any(is_literal(v) and not rdflib_orders(limit, v) for limit, v in pairs)
    return isinstance(constraint, LESS) and any(not rdflib_orders(v, w) for v, w in pairs)


def once_for_each_query(counted):
    """The results, those of one query that are alike as one.

    pySHACL gives them so; by 5.3 there is one result for each solution.
    """
    query = "SPARQLConstraintComponent"
    return Counter({row: 1 if row[3] == query else n for row, n in counted.items()})


PYSHACL = [
    STORED_AS_ONE,
    SUBSTITUTES,
    TermDeviation(
        "collapses the white space of tokens and normalized strings",
        "RDF 1.1 Concepts, section 3.3: literals are equal where their forms are, code by code",
        with_single_spaces,
        (':a :p "a  b"^^xsd:token .', "sh:maxLength 3"),
    ),
    TermDeviation(
        "fails where a value with a backslash at its end stands for a placeholder",
        "5.3.2: placeholders of sh:message stand for the values of variables",
        without_backslash,
        (
            ':a :p "say a\\\\" .',
            asking("$this :p ?value") + ' :c sh:message "{?value}" .',
        ),
    ),
    PathDeviation(
        "walks the inverse of a sequence from its first step",
        "2.3.1.2 and 2.3.1.4: the inverse of a path from s to o leads from o to s",
        lambda s, node, values: turns_a_sequence(s.path),
        (
            ":a :p :b . :b :q :c .",
            ":s sh:targetNode :c ; sh:property :t ."
            " :t sh:path [ sh:inversePath ( :p :q ) ] ; sh:minCount 1 .",
        ),
    ),
    Deviation(
        "orders terms that SPARQL's operators don't: IRIs as strings, literals by datatype",
        "4.3.1 and 4.5.3: based on SPARQL's <; a result where two terms can't be compared",
        order_differs,
        (":a :p :x ; :q :y .", "sh:lessThan :q"),
    ),
    Deviation(
        "stops at sh:lessThan where a value is a blank node",
        "4.5.3: a result where two terms can't be compared",
        lambda s, c, pairs: isinstance(c, LESS) and has_blank([(v, v) for v in pairs.values]),
        (":a :p [] ; :q 1 .", "sh:lessThan :q"),
    ),
    Deviation(
        "knows few lexical spaces, takes the digits of any script for an integer, and no 24:00:00",
        "4.1.2: no ill-typed literals of SPARQL 1.1's datatypes (the others here are left to it)",
        lambda s, c, pairs: (
            isinstance(c, f.Datatype) and any(is_misread(v, c.iri) for _, v in pairs)
        ),
        (':a :p "๑"^^xsd:integer .', "sh:datatype xsd:integer"),
    ),
    Deviation(
        "lets a blank node have a length of zero",
        "4.4.1: a result where the value node is a blank node",
        lambda s, c, pairs: isinstance(c, f.MinLength) and c.count == 0,
        (":a :p [] .", "sh:minLength 0"),
    ),
    Deviation(
        "reads patterns as Python does, and has only the flags i and m",
        "4.4.3: as SPARQL's REGEX, thus XPath's fn:matches and XML Schema's classes",
        lambda s, c, pairs: (
            isinstance(c, f.Pattern)
            and (
                re.search(r"\\[pP]", c.regex)
                or not set(c.flags) <= set("im")
                or ((c.flags or re.search(r"\\[wWsS]", c.regex)) and some(pairs, is_beyond_ascii))
            )
        ),
        (':a :p "น้ำ" .', r'sh:pattern "^\\w+$"'),
    ),
    Deviation(
        "has no $shapesGraph",
        "5.3.1: support for it is optional",
        lambda s, c, pairs: isinstance(c, f.Sparql) and "$shapesGraph" in c.select,
        (":a :p 1 .", asking("GRAPH $shapesGraph { ?value :none :none }")),
    ),
    Deviation(
        "takes an empty text for no solution of a component's SELECT validator",
        "6.3: there is one result for each solution",
        lambda s, c, pairs: (
            isinstance(c, f.Custom) and any(is_literal(v) and v.value == "" for v in pairs.values)
        ),
        (':a :p "" .', ":s sh:targetObjectsOf :p ; :linked :q ."),
    ),
    Deviation(
        "gives no sh:value where an ASK validator fails on a property shape",
        "6.3: the solution binds value to the value node",
        lambda s, c, pairs: isinstance(c, f.Custom) and c.kind == "ask",
        (":a :p :b .", ":s sh:targetNode :a ; sh:property :t . :t sh:path :p ; :alike :c ."),
    ),
    Deviation(
        "can't parse the path that it writes for $PATH where repetitions are nested",
        "6.3: PATH is replaced by the path in SPARQL's syntax",
        lambda s, c, pairs: isinstance(c, QUERIES) and re.search(r"\)[*+?]\)", query_of(c)),
        (
            ":a :p :b .",
            ":s sh:targetNode :a ; sh:property :t . :t sh:sparql :c ;"
            " sh:path [ sh:oneOrMorePath [ sh:oneOrMorePath :p ] ] ."
            " :c sh:select 'SELECT $this ?value { $this $PATH ?value }' .",
        ),
    ),
]
