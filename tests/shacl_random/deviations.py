"""What other validators are known to do otherwise than the specification says.

"The specification" is SHACL (W3C Recommendation, 20 July 2017) and what it builds on.
"""

from __future__ import annotations

import math
import re

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.shacl import forms as f
from shacl_random.pruning import Deviation, PathDeviation

BOUNDS = (f.MinInclusive, f.MinExclusive, f.MaxInclusive, f.MaxExclusive)
LESS = (f.LessThan, f.LessThanOrEquals)
LENGTHS = (f.MinLength, f.MaxLength)
_DURATIONS = {
    xsd.Family.DURATION,
    xsd.Family.YEAR_MONTH_DURATION,
    xsd.Family.DAY_TIME_DURATION,
}


def is_literal(term):
    return isinstance(term, ox.Literal)


def value_of(term):
    if not is_literal(term) or term.language:
        return None
    return xsd.value(term.value, term.datatype.value)


def family_of(term):
    value = value_of(term)
    return value and value.family


def is_nan(term):
    value = value_of(term)
    return value is not None and math.isnan(value.approx)


def is_astral(term):
    return not isinstance(term, ox.BlankNode) and any(ord(c) > 0xFFFF for c in term.value)


def is_beyond_ascii(term):
    return not isinstance(term, ox.BlankNode) and not term.value.isascii()


def is_ill_typed_text(term):
    if not is_literal(term) or term.language:
        return False
    name = term.datatype.value.removeprefix(xsd.XSD)
    ill = xsd.ill_typed(term.value, term.datatype.value)
    return ill and name in ("token", "normalizedString", "language")


def is_end_of_day(term):
    return value_of(term) is not None and "T24:" in term.value


def is_zoned_day(term):
    value = value_of(term)
    return value is not None and value.zoned and value.family is not xsd.Family.DATE_TIME


def some(pairs, test):
    return any(test(one) or test(two) for one, two in pairs)


def is_rewritten(term):
    """True for a literal that Oxigraph's store gives back in another form, or as another type."""
    if not is_literal(term):
        return False
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), term))
    return next(iter(store)).object != term


def query_of(constraint):
    return constraint.select if isinstance(constraint, f.Sparql) else constraint.query


def bindings_of(constraint):
    return getattr(constraint, "bindings", ())


QUERIES = (f.Sparql, f.Custom)
OURS = [
    Deviation(
        "Oxigraph's store makes one of literals that differ in form or in a derived datatype",
        "SPARQL 1.1, section 12.1: a query matches RDF terms",
        lambda s, c, pairs: (
            isinstance(c, QUERIES)
            and (some(pairs, is_rewritten) or any(is_rewritten(v) for _, v in bindings_of(c)))
        ),
    ),
    Deviation(
        "Oxigraph gives each end of an alternative path once",
        "SPARQL 1.1, section 18.4: the alternatives' union keeps duplicates",
        lambda s, c, pairs: isinstance(c, QUERIES) and "|" in query_of(c).replace("||", ""),
    ),
]
TOPBRAID = [
    *OURS,
    Deviation(
        "gives the value node as the focus node of sh:closed on a property shape",
        "3.6.2.1: sh:focusNode is the focus node that caused the result",
        lambda s, c, pairs: isinstance(c, f.Closed) and s.path is not None,
    ),
    Deviation(
        "doesn't look at sh:equals where the focus node is a literal",
        "4.5.1: each value node that is no value of the property gives a result",
        lambda s, c, pairs: isinstance(c, f.Equals) and s.path is None,
    ),
    Deviation(
        "orders NaN above all numbers and equal to itself",
        "4.3.1: based on SPARQL's <; op:numeric-less-than is false for NaN",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_nan),
    ),
    Deviation(
        "doesn't order durations of different kinds as XML Schema does",
        "4.3.1 leaves to SPARQL 1.1, section 17.3.1, which operators an implementation adds",
        lambda s, c, pairs: (
            isinstance(c, (*BOUNDS, *LESS)) and some(pairs, lambda t: family_of(t) in _DURATIONS)
        ),
    ),
    Deviation(
        "compares ill-typed strings, such as a token with two spaces",
        "4.3.1: SPARQL's < has no operand that is ill-typed",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_ill_typed_text),
    ),
    Deviation(
        "finds that a term without an order is at most itself",
        "4.5.4: a result where the two can't be compared; SPARQL's <= has no such operands",
        lambda s, c, pairs: (
            isinstance(c, f.LessThanOrEquals)
            and any(one == two and value_of(one) is None for one, two in pairs)
        ),
    ),
    Deviation(
        "puts 24:00:00 before 00:00:00 of the next day",
        "4.3.1: op:dateTime-less-than compares points in time; XML Schema 3.3.7.1 has them equal",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_end_of_day),
    ),
    Deviation(
        "orders no gYear (date, ...) that has a time zone",
        "4.3.1 leaves to SPARQL 1.1, section 17.3.1, which operators an implementation adds",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS, *QUERIES)) and some(pairs, is_zoned_day),
    ),
    Deviation(
        "orders texts of one language",
        "4.5.3: SPARQL's < has simple literals as operands, and none with a language",
        lambda s, c, pairs: (
            isinstance(c, LESS)
            and any(is_literal(one) and is_literal(two) and one.language for one, two in pairs)
        ),
    ),
    Deviation(
        "orders strings by UTF-16 units",
        "4.3.1: SPARQL's < of strings is fn:compare, by code points",
        lambda s, c, pairs: isinstance(c, (*BOUNDS, *LESS)) and some(pairs, is_astral),
    ),
    Deviation(
        "takes any text for a normalizedString",
        "4.1.2: 'for the datatypes supported by SPARQL 1.1', which names its ancestor only",
        lambda s, c, pairs: isinstance(c, f.Datatype) and some(pairs, is_ill_typed_text),
    ),
    Deviation(
        "counts UTF-16 units",
        "4.4.1: as STRLEN does, which counts characters",
        lambda s, c, pairs: isinstance(c, LENGTHS) and some(pairs, is_astral),
    ),
    Deviation(
        "fails at the flags x and q",
        "4.4.3: flags as of SPARQL's REGEX",
        lambda s, c, pairs: isinstance(c, f.Pattern) and set(c.flags) & set("xq"),
    ),
    Deviation(
        r"reads \w, \d and \s as Java does: ASCII only",
        "4.4.3: as SPARQL's REGEX, thus XPath's fn:matches and XML Schema's classes",
        lambda s, c, pairs: (
            isinstance(c, f.Pattern)
            and re.search(r"\\[wWdDsS]", c.regex)
            and some(pairs, is_beyond_ascii)
        ),
    ),
    PathDeviation(
        "gives a literal no values of any path",
        "2.3.1.4 and 2.3.1.1: a path may stand still, or lead back from a literal",
        lambda s, node, values: is_literal(node) and values,
    ),
]
