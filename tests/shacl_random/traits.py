"""What terms, paths and queries have about them that validators are known to treat otherwise."""

from __future__ import annotations

import math

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.shacl import forms as f
from kkgraph.shacl.paths import Alternative, Inverse, Repeat, Sequence

BOUNDS = (f.MinInclusive, f.MinExclusive, f.MaxInclusive, f.MaxExclusive)
LESS = (f.LessThan, f.LessThanOrEquals)
LENGTHS = (f.MinLength, f.MaxLength)
QUERIES = (f.Sparql, f.Custom)
DURATIONS = {
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


def is_odd_double(term):
    value = value_of(term)
    zero = value is not None and value.exact is None and math.copysign(1, value.approx) < 0
    return is_nan(term) or (zero and value.approx == 0)


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


def has_blank(pairs):
    return any(isinstance(one, ox.BlankNode) for one, _ in pairs)


def turns_a_sequence(path, turned=False):
    match path:
        case Inverse(inner):
            return turns_a_sequence(inner, not turned)
        case Sequence(parts):
            return turned or any(turns_a_sequence(p, turned) for p in parts)
        case Alternative(parts):
            return any(turns_a_sequence(p, turned) for p in parts)
        case Repeat(inner, _):
            return turns_a_sequence(inner, turned)
    return False
