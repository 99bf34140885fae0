"""Small datasets: few nodes that meet each other often, literals of all kinds, named graphs."""

from __future__ import annotations

import pyoxigraph as ox

from shacl_random.terms import BLANKS, LITERALS, NODES, PREDICATES, THEMES, ex, typed
from shacl_random.traits import is_rewritten

GRAPHS = [ex("g1"), ex("g2")]
# spellings that Oxigraph's store keeps, of kinds that random literals have too few of
MORE = [
    *(typed(str(number), "integer") for number in (2, 3, 5, 10, -7, 2020)),
    *(typed(form, "decimal") for form in ("2.5", "0.25", "-0.5", "10")),
    *(typed(form, "double") for form in ("2.5", "0.5", "1000000", "-3")),
    *(typed(form, "float") for form in ("2.5", "0.5")),
    typed("2021-05-06T07:08:09.5Z", "dateTime"),
    typed("2021-05-06T07:08:09-05:30", "dateTime"),
    typed("2021-05-06", "date"),
    *(ox.Literal(text) for text in ("abc", "Abc", "b-c", "12", "2.50", "true", "1e1")),
    ox.Literal("abc", language="en"),
    ox.Literal("bc", language="en"),
]
KEPT = [t for t in [*LITERALS, *MORE] if not is_rewritten(t)]


def stored(term):
    """The spelling that Oxigraph's store gives a term."""
    if not isinstance(term, ox.Literal):
        return term
    store = ox.Store()
    store.add(ox.Quad(NODES[0], PREDICATES[0], term))
    return next(iter(store)).object


def literals(dice, *, odd):
    """The literals of one case; where ``odd``, in spellings of any kind, but one of each value."""
    if not odd:
        theme = dice.one([[t for t in dice.one(THEMES) if t in KEPT], MORE, KEPT])
        return dice.some(theme or KEPT, 4, 10)
    found = {}
    for term in dice.some([*dice.one(THEMES), *dice.some(LITERALS, 2, 4)], 4, 10):
        found.setdefault(stored(term), term)
    return [*found.values()]


def quads(dice, theme):
    """The dataset: everything in the default graph, or some in named graphs too."""
    nodes = [*NODES, *NODES[:3], *BLANKS]
    named = dice.chance(35)
    graphs = [ox.DefaultGraph(), ox.DefaultGraph(), *(GRAPHS if named else ())]
    made = {}
    for _ in range(dice.number(10, 40)):
        value = dice.one(theme) if dice.chance(50) else dice.one(nodes)
        made[ox.Quad(dice.one(nodes), dice.one(PREDICATES), value, dice.one(graphs))] = None
    return list(made)
