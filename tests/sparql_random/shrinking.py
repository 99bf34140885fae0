"""A smaller case that still shows the same."""

from __future__ import annotations

from sparql_random.nodes import smaller


def shrunk(case, shows, *, steps=3000):
    """The smallest case found of which ``shows(data, query)`` is still true."""
    data, query, left = list(case.data), case.query, steps
    changed = True
    while changed and left > 0:
        changed = False
        for less in smaller(query):
            left -= 1
            if len(str(less)) < len(str(query)) and shows(data, less):
                query, changed = less, True
                break
        for quad in list(data):
            left -= 1
            fewer = [q for q in data if q != quad]
            if shows(fewer, query):
                data, changed = fewer, True
    return type(case)(tuple(data), query)
