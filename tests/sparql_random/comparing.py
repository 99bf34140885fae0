"""Two engines' answers to one query, held against each other as the query allows it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.columnar.queries import UncoveredError, compiled
from kkgraph.columnar.solving import BeyondError
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import QuestionError
from sparql_random.graphs import stored
from sparql_random.nodes import Node
from sparql_suite import alike, answered, found

REFUSED = "refused"
UNCOVERED = "uncovered"
_SLICE = re.compile(r" (LIMIT|OFFSET) ")
_KEY = re.compile(r"^(?:ASC|DESC)?\(?\?(\w+)\)?$")
_NUMBERS = {xsd.Family.EXACT, xsd.Family.FLOAT, xsd.Family.DOUBLE}


class Engines:
    """A dataset in both engines; a context manager."""

    def __init__(self, data):
        self.columnar = Columnar.from_quads(data, threads=1)
        self.store = ox.Store()
        self.store.extend(data)
        self.on_arrays = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.columnar.close()

    def ours(self, query, *, arrays=False):
        """The result by SQL or on arrays; ``REFUSED``, or ``UNCOVERED`` with the reason."""
        try:
            plan = compiled(self.columnar, str(query))
            return answered(plan.by_arrays() if arrays else plan.by_sql())
        except (UncoveredError, BeyondError) as reason:
            return f"{UNCOVERED}: {reason}"
        except QuestionError:
            return REFUSED

    def theirs(self, query):
        """The result by Oxigraph, or ``REFUSED``."""
        try:
            return found(self.store.query(str(query)))
        except SyntaxError:
            return REFUSED


def difference(engines, query):
    """In words how the answers differ; "" where they agree, ``UNCOVERED…`` where no plan is.

    Where the query is answered on arrays too, that answer is held against the other engine's first.
    """
    by_arrays = _difference(engines, query, engines.ours(query, arrays=True))
    if by_arrays and not by_arrays.startswith(UNCOVERED):
        return f"on arrays: {by_arrays}"
    engines.on_arrays += not by_arrays
    return _difference(engines, query, engines.ours(query))


def _difference(engines, query, ours):
    theirs = engines.theirs(query)
    if isinstance(ours, str) or isinstance(theirs, str):
        if str(ours).startswith(UNCOVERED):
            return ours
        return "" if ours == theirs else f"ours {ours}\ntheirs {theirs}"
    whole, cut = unsliced(query)
    name, descending = first_key(query)
    if name in ours.variables and not in_order(keys(ours, name), descending):
        return f"not in the order of ?{name}: {' '.join(map(str, keys(ours, name)))}"
    if cut and "BNODE" in str(query):  # which are others in each answer
        same = len(ours.rows) == len(theirs.rows)
        return "" if same else f"{len(ours.rows)} rows, theirs {len(theirs.rows)}"
    if cut:
        return _within(ours, theirs, plain(engines.theirs(whole)))
    ours, theirs = plain(ours), plain(theirs)
    if not alike(theirs, ours):
        return _shown(ours, theirs)
    return ""


def _within(ours, theirs, whole):
    """A part of the answer may be any such part where the order leaves ties."""
    ours = plain(ours)
    if len(ours.rows) != len(theirs.rows):
        return f"{len(ours.rows)} rows, theirs {len(theirs.rows)}"
    places = [ours.variables.index(name) for name in whole.variables]
    rows = Counter(tuple(row[p] for p in places) for row in ours.rows)
    other = rows - Counter(whole.rows)
    return f"rows that the whole answer lacks: {other}" if other else ""


def _shown(ours, theirs):
    if ours.truth is not None or theirs.truth is not None:
        return f"ours {ours.truth}, theirs {theirs.truth}"
    if set(ours.variables) != set(theirs.variables):
        return f"the variables {ours.variables}, theirs {theirs.variables}"
    places = [ours.variables.index(name) for name in theirs.variables]
    if ours.is_graph:
        places = [0, 1, 2]
    left = Counter(tuple(row[p] for p in places) for row in ours.rows)
    right = Counter(theirs.rows)
    lines = [" ".join(theirs.variables)]
    for title, rows in (("only ours", left - right), ("only theirs", right - left)):
        for row, times in rows.items():
            lines.append(f"{title} ({times}): {' '.join(map(str, row))}")
    return "\n".join(lines)


def plain(result):
    """The result with one spelling of each value, as far as two engines may spell it."""
    rows = tuple(tuple(spelt(term) for term in row) for row in result.rows)
    if result.is_graph:  # triples that differ by a spelling alone are one
        rows = tuple(dict.fromkeys(rows))
    return type(result)(rows, result.variables, result.truth, result.is_graph)


@cache
def spelt(term):
    """A term, as Oxigraph's store would spell it; of doubles, the first digits only."""
    if not isinstance(term, ox.Literal) or term.language:
        return term
    term = stored(term)
    value = xsd.value(term.value, term.datatype.value)
    if value is None or value.family not in _NUMBERS:
        return term
    digits = {xsd.Family.FLOAT: 6}.get(value.family, 12)
    form = str(value.exact) if value.exact is not None else f"{value.approx:.{digits}g}"
    return ox.Literal(form, datatype=term.datatype)


def unsliced(query):
    """The query without its last LIMIT and OFFSET, and whether it has any."""
    end = query.parts[-1]
    if not isinstance(end, Node) or end.kind != "list":
        return query, False
    left = tuple(part for part in end.parts if not _SLICE.match(str(part)))
    parts = (*query.parts[:-1], Node("list", left, end.separator))
    return Node(query.kind, parts, query.separator), len(left) < len(end.parts)


def first_key(query):
    """The variable by which the answer is ordered first, or "", and whether from the top."""
    end = query.parts[-1]
    if isinstance(end, Node) and end.kind == "list" and end.parts:
        clause = end.parts[0]
        if str(clause).startswith(" ORDER BY "):
            first = str(clause.parts[1].parts[0]) if clause.parts[1].parts else ""
            found_key = _KEY.match(first)
            return found_key.group(1) if found_key else "", first.startswith("DESC")
    return "", False


def keys(result, name):
    """What the rows are ordered by."""
    place = result.variables.index(name)
    return [row[place] for row in result.rows]


def in_order(terms, descending):
    """False where two terms stand against the order of SPARQL 1.1, 15.1.

    Unbound comes before blank nodes, these before IRIs, and those before literals. Literals are
    held against those of their own family only: the order of others is not defined.
    """
    if descending:
        terms = terms[::-1]
    ranks = [_rank(term) for term in terms]
    if ranks != sorted(ranks):
        return False
    families = defaultdict(list)
    for term in terms:
        family, value = _comparable(term)
        families[family].append(value)
    return all(values == sorted(values) for values in families.values())


def _rank(term):
    if term is None:
        return 0
    return 1 + [ox.BlankNode, ox.NamedNode, ox.Literal].index(type(term))


def family_of(term):
    """What a literal can be compared with: others of the same family."""
    value = xsd.value(term.value, term.datatype.value) if not term.language else None
    if value is None:
        return None
    return "number" if value.family in _NUMBERS else value.family, value.zoned


def _comparable(term):
    if isinstance(term, ox.NamedNode):
        return "iri", term.value
    family = family_of(term) if isinstance(term, ox.Literal) else None
    if family is None:
        return None, 0
    value = xsd.value(term.value, term.datatype.value)
    if family[0] == xsd.Family.STRING:
        return (*family, term.datatype.value), term.value
    number = value.approx if value.exact is None else value.exact
    return (None, 0) if number != number else (family, number)  # NaN
