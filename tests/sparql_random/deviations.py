"""What Oxigraph does otherwise than the specification says, as far as random queries meet it.

"The specification" is SPARQL 1.1 Query Language (W3C Recommendation, 21 March 2013). The example of
a deviation is a dataset in TriG and a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kkgraph import xsd
from shacl_random.terms import XSD
from sparql_random.cases import Case
from sparql_random.comparing import family_of
from sparql_random.nodes import Node

_WHOLE = re.compile(r"^(ASK|SELECT DISTINCT|CONSTRUCT) ")
_COUNTING = re.compile(r"\b(COUNT|SUM|AVG|GROUP_CONCAT|LIMIT|OFFSET|SAMPLE|BNODE)\b")
_SET = re.compile(r"!\([^)]*\)")
_STILL = re.compile(r"(\S+) (?:\S*[>)][*?]\S*) (\S+|\".*?\"\S*) [.}]")
_BOUNDED = re.compile(r'"([^"]*)"\^\^<[^>]*#(byte|nonNegativeInteger)>')
_JUDGING = re.compile(r"isNumeric|IF\(|FILTER|IN \(|=")
_WITHIN = re.compile(r"MINUS|SELECT|VALUES|BIND|GRAPH|EXISTS")


@dataclass(frozen=True)
class Deviation:
    """One way to differ; a case to which it ``applies`` is not compared."""

    reason: str
    source: str
    applies: Callable[[Case], bool]
    example: tuple[str, str]


def counts_alternatives(text: str) -> bool:
    """True for a query where it matters how often an alternative path leads to the same end."""
    alternatives = "|" in _SET.sub("", text).replace("||", "")
    whole = _WHOLE.match(text) and "_:a" not in text
    return alternatives and not (whole and not _COUNTING.search(text))


def stands_still_elsewhere(case: Case) -> bool:
    """True where a path of no steps may end at a constant that is no node of the data."""
    nodes = {str(term) for q in case.data for term in (q.subject, q.object)}
    named = any(not isinstance(q.graph_name, ox.DefaultGraph) for q in case.data)
    ends = [end for match in _STILL.findall(str(case.query)) for end in match]
    return any(not end.startswith("?") and (named or end not in nodes) for end in ends)


def _whole_text(case: Case) -> str:
    """The query, and the objects of the data."""
    return " ".join([str(case.query), *(str(q.object) for q in case.data)])


def has_long_number(case: Case) -> bool:
    """True where it may be asked whether a number with many digits is one, or is true."""
    return bool(re.search(r"\d{20}", _whole_text(case)) and _JUDGING.search(str(case.query)))


def passes_bounds(case: Case) -> bool:
    """True where a literal is a whole number, but none of its datatype."""
    text = _whole_text(case)
    return any(
        xsd.value(form, XSD + name) is None and xsd.value(form, XSD + "integer") is not None
        for form, name in _BOUNDED.findall(text)
    )


def chooses_among_unlike(case: Case) -> bool:
    """True where the least or greatest is sought of literals that have no order."""
    text = str(case.query)
    if not re.search(r"\b(MIN|MAX)\((?!(DISTINCT )?(STRLEN|IF)\()", text):
        return False
    literals = [q.object for q in case.data if isinstance(q.object, ox.Literal)]
    families = {family_of(term) for term in literals}
    return len(families) > 1 or None in families or bool(re.search(r'"|STR|LANG|xsd', text))


def _bounds(part: Node, *, guarded: bool = False) -> bool:
    """True where something is held against an upper or lower bound that may be no number."""
    below = [p for p in part.parts if isinstance(p, Node)]
    signs = [p for p in part.parts if isinstance(p, str) and re.search(r"[<>]= (?!\d)", p)]
    guards = " && " in part.parts and str(below[0]).startswith("isNumeric(")
    return (bool(signs) and not guarded) or any(
        _bounds(p, guarded=guards and p is below[1]) for p in below
    )


def reads_another_graph(case: Case) -> bool:
    """True where a graph is named that the dataset lacks, and something is sought there."""
    text = str(case.query)
    there = {str(q.graph_name) for q in case.data} if " FROM " not in f" {text}" else set()
    named = re.findall(r"GRAPH (<[^>]*>)", text)
    return any(graph not in there for graph in named)


def scopes_graph(case: Case) -> bool:
    """True where a pattern within GRAPH is not evaluated in each graph by itself."""
    return any(_WITHIN.search(group) for group in _groups(str(case.query), "GRAPH ?"))


def _groups(text: str, head: str) -> Iterator[str]:
    """What stands in braces after each place with the head."""
    for found in re.finditer(re.escape(head), text):
        start, depth = text.index("{", found.end()), 0
        for place in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            if not depth:
                yield text[start : place + 1]
                break


OXIGRAPH = [
    Deviation(
        "a term is at most and at least itself, though it has no order",
        "17.3: <= and >= are defined for numbers, strings, booleans and dateTimes",
        lambda case: _bounds(case.query),
        (":a :p :a .", "SELECT ?x WHERE { ?x ?y ?z FILTER ( ?x <= ?z ) }"),
    ),
    Deviation(
        "a term of a datatype that it doesn't know is neither in nothing nor outside of it",
        "17.4.1.9, 17.4.1.10: nothing is IN (), everything NOT IN ()",
        lambda case: "IN ()" in str(case.query),
        (":a :p :b .", 'SELECT ((("a"^^:d NOT IN ())) AS ?n1) WHERE { ?x :p ?y }'),
    ),
    Deviation(
        "a text with a language is neither true nor false",
        "17.2.2: a plain literal, with a language or without, is true if it isn't empty",
        lambda case: bool(re.search(r"FILTER \( \?\w+ \)", str(case.query))),
        (':a :p "a"@en .', "SELECT ?x WHERE { ?x :p ?y FILTER ( ?y ) }"),
    ),
    Deviation(
        "a number outside the bounds of its datatype is a number",
        '17.4.2.4: isNumeric("1200"^^xsd:byte) is false, as it is no byte',
        passes_bounds,
        (':a :p "300"^^xsd:byte .', "SELECT (isNumeric(?y) AS ?n1) WHERE { ?x :p ?y }"),
    ),
    Deviation(
        "a number with more digits than it holds is no number",
        "17.1, 17.2.2: xsd:integer and xsd:decimal are numeric, and true unless zero",
        has_long_number,
        (f":a :p {'9' * 41} .", "SELECT (isNumeric(?y) AS ?n1) WHERE { ?x :p ?y }"),
    ),
    Deviation(
        "COUNT of an expression is unbound where that is in error once",
        "18.5.1.2: it counts how often the expression has a value that is no error",
        lambda case: bool(re.search(r"COUNT\((DISTINCT )?[^?*D]", str(case.query))),
        (":a :p 1 , :b .", "SELECT (COUNT(-?z) AS ?n1) WHERE { ?x :p ?z }"),
    ),
    Deviation(
        "a graph that the dataset lacks has an answer to a pattern that needs no triples",
        "18.6: of what is no graph of the dataset nothing is a solution",
        reads_another_graph,
        (":a :p :b .", "SELECT ?x WHERE { ?x :p ?y GRAPH :g { VALUES ?w { 1 } } }"),
    ),
    Deviation(
        "a triple of two graphs named by FROM is there twice",
        "13.2: the default graph is the RDF merge of the graphs, which is a set",
        lambda case: str(case.query).count("FROM <") > 1,
        (
            ":g1 { :a :p :b } :g2 { :a :p :b }",
            "SELECT ?x FROM :g1 FROM :g2 WHERE { ?x :p ?y }",
        ),
    ),
    Deviation(
        "DESCRIBE of a named resource says nothing where the pattern has no solution",
        "16.4: it takes the resources of the solutions, and any directly named",
        lambda case: str(case.query).startswith("DESCRIBE <"),
        (":a :p :b .", "DESCRIBE :a WHERE { ?x :q ?y }"),
    ),
    Deviation(
        "MIN and MAX choose otherwise among literals that have no order",
        "18.5.1.5, 15.1: they go by ORDER BY, which leaves open the order of unlike literals",
        chooses_among_unlike,
        (':a :p "12" , 5 .', "SELECT (MAX(?x) AS ?n1) WHERE { ?z :p ?x . }"),
    ),
    Deviation(
        "an alternative path gives each end once",
        "18.4: an alternative path is the union of two, which keeps duplicates",
        lambda case: counts_alternatives(str(case.query)),
        (":a :p :b ; :q :b .", "SELECT ?x WHERE { ?x (:p|:q) :b }"),
    ),
    Deviation(
        "a path of no steps does not end at a term that the data lack",
        "18.4: a term of the query itself is an end of the path",
        stands_still_elsewhere,
        (":a :p :b .", "SELECT ?x WHERE { ?x :p* :c }"),
    ),
    Deviation(
        "a sub-select, MINUS, VALUES, BIND or EXISTS within GRAPH is not evaluated in each graph",
        "18.6: the pattern is evaluated in each graph, and then joined to its name",
        scopes_graph,
        (":g { :a :p :b }", "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?x :q ?y } } }"),
    ),
]
