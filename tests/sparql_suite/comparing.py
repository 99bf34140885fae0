"""Whether two results are the same, but for the names of blank nodes."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pyoxigraph as ox

from kkgraph import xsd

NUMBERS = {xsd.Family.EXACT, xsd.Family.FLOAT, xsd.Family.DOUBLE}


def alike(expected, result, *, lax=False, ordered=False):
    """True where the results are the same: variables, multiplicity, and order where it counts.

    With ``lax`` a row may stand fewer times than expected, but at least once (REDUCED).
    """
    if expected.truth is not None or result.truth is not None:
        return expected.truth == result.truth
    if expected.is_graph != result.is_graph or set(expected.variables) != set(result.variables):
        return False
    places = [result.variables.index(name) for name in expected.variables]
    rows = [tuple(row[p] for p in places) for row in result.rows]
    if result.is_graph:
        rows = result.rows
    if expected.texts:
        rows = [tuple(as_text(term) for term in row) for row in rows]
    left, right = list(expected.rows), list(rows)
    if lax:
        counts, most = Counter(right), Counter(left)
        return set(counts) == set(most) and all(n <= most[row] for row, n in counts.items())
    if ordered or expected.ordered:
        left, right = ([(n, *row) for n, row in enumerate(side)] for side in (left, right))
    return isomorphic(left, right, is_blank_text if expected.texts else is_blank)


def is_blank(term):
    return isinstance(term, ox.BlankNode)


def is_blank_text(text):
    return isinstance(text, str) and text.startswith("_:")


def as_text(term):
    """What CSV leaves of a term."""
    if term is None:
        return ""
    return f"_:{term.value}" if is_blank(term) else term.value


def by_value(result):
    """The result with one spelling for each number, for suites that expect a value only."""
    rows = tuple(tuple(_plain(term) for term in row) for row in result.rows)
    return type(result)(
        rows, result.variables, result.truth, result.is_graph, result.ordered, result.texts
    )


def _plain(term):
    if isinstance(term, ox.Literal) and not term.language:
        value = xsd.value(term.value, term.datatype.value)
        if value is not None and value.family in NUMBERS:
            form = repr(value.approx) if value.exact is None else str(Fraction(value.exact))
            return ox.Literal(form, datatype=term.datatype)
    return term


def isomorphic(left, right, blank=is_blank):
    """True where renaming the blanks one to one makes the left multiset of rows the right one."""
    if len(left) != len(right):
        return False
    plain = [Counter(r for r in side if not any(map(blank, r))) for side in (left, right)]
    if plain[0] != plain[1]:
        return False
    sides = [Counter(r for r in side if any(map(blank, r))) for side in (left, right)]
    colours = [_colours(side, blank) for side in sides]
    if Counter(colours[0].values()) != Counter(colours[1].values()):
        return False
    order = sorted(colours[0], key=lambda node: str(colours[0][node]))
    return _match(order, {}, sides, colours)


def _colours(rows, blank):
    """A colour for each blank node, from what stands about it, refined a few times."""
    nodes = {term for row in rows for term in row if blank(term)}
    colours = dict.fromkeys(nodes, 0)
    for _ in range(4):
        about = {node: [] for node in nodes}
        for row, count in rows.items():
            shown = tuple(colours[t] if blank(t) else str(t) for t in row)
            for place, term in enumerate(row):
                if blank(term):
                    about[term].append((place, shown, count))
        colours = {node: hash(tuple(sorted(map(repr, seen)))) for node, seen in about.items()}
    return colours


def _match(order, chosen, sides, colours):
    if len(chosen) == len(order):
        moved = Counter()
        for row, count in sides[0].items():
            moved[tuple(chosen.get(term, term) for term in row)] += count
        return moved == sides[1]
    node = order[len(chosen)]
    taken = set(chosen.values())
    fitting = [n for n, colour in colours[1].items() if colour == colours[0][node]]
    return any(
        _match(order, {**chosen, node: other}, sides, colours)
        for other in fitting
        if other not in taken
    )
