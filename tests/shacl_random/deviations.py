"""What our own engines and TopBraid SHACL do otherwise than the specification says.

"The specification" is SHACL (W3C Recommendation, 20 July 2017) and what it builds on. The example
of a deviation is a data graph and what constrains ``:p`` of ``:a`` (or a whole shapes graph).
"""

from __future__ import annotations

import re

from kkgraph.shacl import forms as f
from shacl_random.pruning import Deviation
from shacl_random.traits import (
    BOUNDS,
    DURATIONS,
    LENGTHS,
    LESS,
    QUERIES,
    bindings_of,
    family_of,
    is_astral,
    is_beyond_ascii,
    is_end_of_day,
    is_ill_typed_text,
    is_literal,
    is_odd_double,
    is_rewritten,
    is_zoned_day,
    query_of,
    some,
    value_of,
)


def asking(pattern, names="$this ?value"):
    """A query about :a, and about the values of :p only where the pattern says so."""
    pattern = re.sub(r"(?<![\w:]):(\w+)", r"<http://example.org/\1>", pattern)
    return f":s sh:targetNode :a ; sh:sparql :c . :c sh:select 'SELECT {names} {{ {pattern} }}' ."


STANDING_STILL = (
    ":b :q 1 .",
    ":s sh:targetNode :a ; sh:property :t . :t sh:path [ sh:zeroOrMorePath :p ] ; sh:sparql :c ."
    " :c sh:select 'SELECT $this ?value { $this $PATH ?value }' .",
)
STORED_AS_ONE = Deviation(
    "Oxigraph's store makes one of literals that differ in form or in a derived datatype",
    "SPARQL 1.1, section 12.1: a query matches RDF terms",
    lambda s, c, pairs: (
        isinstance(c, QUERIES)
        and (some(pairs, is_rewritten) or any(is_rewritten(v) for _, v in bindings_of(c)))
    ),
    (":a :p 1 , 01 .", asking("$this :p ?value")),
)
OURS = [
    STORED_AS_ONE,
    Deviation(
        "Oxigraph gives each end of an alternative path once",
        "SPARQL 1.1, section 18.4: the alternatives' union keeps duplicates",
        lambda s, c, pairs: isinstance(c, QUERIES) and "|" in query_of(c).replace("||", ""),
        (":a :p :b ; :q :b .", asking("$this :p|:q ?value")),
    ),
]
SUBSTITUTES = Deviation(
    "puts the focus node into the query, so a path of no steps is found where the data lack it",
    "appendix A: pre-binding joins $this with a path's solutions, which are nodes of the data",
    lambda s, c, pairs: isinstance(c, QUERIES) and re.search(r"[\w>)][*?]", query_of(c)),
    STANDING_STILL,
)
TOPBRAID = [
    *OURS,
    SUBSTITUTES,
    Deviation(
        "gives the value node as the focus node of sh:closed on a property shape",
        "3.6.2.1: sh:focusNode is the focus node that caused the result",
        lambda s, c, pairs: isinstance(c, f.Closed) and s.path is not None,
        (":a :p :b . :b :q 1 .", "sh:closed true"),
    ),
    Deviation(
        "looks at neither sh:equals nor a path's sh:class where the focus node is a literal",
        "4.1.1 and 4.5.1: a result for each value node at fault, whatever the focus node",
        lambda s, c, pairs: (
            (isinstance(c, f.Equals) or (isinstance(c, f.Class) and s.path is not None))
            and any(map(is_literal, pairs.nodes))
        ),
        (
            ":a :p 1 .",
            ":s sh:targetObjectsOf :p ; sh:property :t ; sh:equals :q ."
            " :t sh:path [ sh:inversePath :p ] ; sh:class :c .",
        ),
    ),
    Deviation(
        "orders NaN above all numbers and equal to itself, and -0.0 below 0",
        "4.3.1: based on SPARQL's <; op:numeric-less-than is false for NaN, and for the two zeros",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_odd_double),
        (':a :p "NaN"^^xsd:double , "-0.0"^^xsd:double .', "sh:minInclusive 0"),
    ),
    Deviation(
        "doesn't order durations of different kinds as XML Schema does",
        "4.3.1 leaves to SPARQL 1.1, section 17.3.1, which operators an implementation adds",
        lambda s, c, pairs: (
            isinstance(c, (*BOUNDS, *LESS)) and some(pairs, lambda t: family_of(t) in DURATIONS)
        ),
        (
            ':a :p "P1Y"^^xsd:yearMonthDuration .',
            'sh:maxInclusive "P13M"^^xsd:duration ; sh:minInclusive "P1D"^^xsd:dayTimeDuration',
        ),
    ),
    Deviation(
        "compares ill-typed strings, such as a token with two spaces",
        "4.3.1: SPARQL's < has no operand that is ill-typed",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_ill_typed_text),
        (':a :p "a  b"^^xsd:token .', 'sh:maxInclusive "b"'),
    ),
    Deviation(
        "finds that a term without an order is at most itself",
        "4.5.4: a result where the two can't be compared; SPARQL's <= has no such operands",
        lambda s, c, pairs: (
            isinstance(c, f.LessThanOrEquals)
            and any(one == two and value_of(one) is None for one, two in pairs)
        ),
        (":a :p :b ; :q :b .", "sh:lessThanOrEquals :q"),
    ),
    Deviation(
        "puts 24:00:00 before 00:00:00 of the next day",
        "4.3.1: op:dateTime-less-than compares points in time; XML Schema 3.3.7.1 has them equal",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_end_of_day),
        (
            ':a :p "2019-12-31T24:00:00"^^xsd:dateTime .',
            'sh:minInclusive "2020-01-01T00:00:00"^^xsd:dateTime',
        ),
    ),
    Deviation(
        "doesn't order a gYear (date, ...) and one of another time zone as XML Schema does",
        "4.3.1 leaves to SPARQL 1.1, section 17.3.1, which operators an implementation adds",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS, *QUERIES)) and some(pairs, is_zoned_day),
        (':a :p "2020Z"^^xsd:gYear .', 'sh:minInclusive "2021+07:00"^^xsd:gYear'),
    ),
    Deviation(
        "orders texts of one language",
        "4.5.3: SPARQL's < has simple literals as operands, and none with a language",
        lambda s, c, pairs: (
            isinstance(c, LESS)
            and any(is_literal(one) and is_literal(two) and one.language for one, two in pairs)
        ),
        (':a :p "a"@en ; :q "b"@en .', "sh:lessThan :q"),
    ),
    Deviation(
        "orders strings by UTF-16 units",
        "4.3.1: SPARQL's < of strings is fn:compare, by code points",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_astral),
        (':a :p "😀" .', 'sh:minInclusive "\\uffee"'),
    ),
    Deviation(
        "takes any text for a normalizedString",
        "4.1.2: 'for the datatypes supported by SPARQL 1.1', which names its ancestor only",
        lambda s, c, pairs: isinstance(c, f.Datatype) and some(pairs, is_ill_typed_text),
        (':a :p "a\\tb"^^xsd:normalizedString .', "sh:datatype xsd:normalizedString"),
    ),
    Deviation(
        "counts UTF-16 units",
        "4.4.1: as STRLEN does, which counts characters",
        lambda s, c, pairs: isinstance(c, LENGTHS) and some(pairs, is_astral),
        (':a :p "😀" .', "sh:maxLength 1"),
    ),
    Deviation(
        "fails at the flags x and q",
        "4.4.3: flags as of SPARQL's REGEX",
        lambda s, c, pairs: isinstance(c, f.Pattern) and set(c.flags) & set("xq"),
        (':a :p "ab" .', 'sh:pattern "a b" ; sh:flags "x"'),
    ),
    Deviation(
        r"reads \w and \d as Java does: ASCII only",
        "4.4.3: as SPARQL's REGEX, thus XPath's fn:matches and XML Schema's classes",
        lambda s, c, pairs: (
            isinstance(c, f.Pattern)
            and re.search(r"\\[wWdD]", c.regex)
            and some(pairs, is_beyond_ascii)
        ),
        (':a :p "๑๒" .', r'sh:pattern "^\\d+$"'),
    ),
]
