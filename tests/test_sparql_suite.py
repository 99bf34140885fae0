"""The W3C SPARQL test suites: each evaluation test by both routes, counted; each query's syntax.

A query is answered by SQL over the columnar tables or, where no plan covers it, by Oxigraph over
the same data. Each test must pass by the route that kkgraph takes. What Oxigraph gets wrong by
itself stands in ``sparql_suite.defects``, with the reason; a plan must cover it.

``python tests/test_sparql_suite.py`` prints the counts, and what passes by neither route.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pyoxigraph as ox
import pytest

from conftest import ROOT, suite
from kkgraph.columnar.tables import Columnar
from sparql_suite import (
    EXPECTED,
    EXPECTED_SYNTAX,
    Loaded,
    Result,
    accepts,
    alike,
    by_fallback,
    by_sql,
    by_value,
    collect,
    collect_syntax,
)
from sparql_suite.defects import OXIGRAPH, SYNTAX

CASES = collect(suite("sparql"))
TEXTS = collect_syntax(suite("sparql"))
LOADED = Loaded()
PARTS = {
    "sparql10": "SPARQL 1.0, evaluation",
    "sparql11": "SPARQL 1.1, evaluation",
    "csv-tsv": "results as CSV and TSV",
    "json": "results as JSON",
}
PAGE = ROOT / "docs" / "engines.md"
LINE = re.compile(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.M)


@cache
def outcomes(case):
    """What each route makes of a test."""
    return by_sql(case, LOADED), by_fallback(case, LOADED)


@pytest.fixture(scope="module", autouse=True)
def _unloaded():
    yield
    LOADED.close()


def test_the_whole_suite_is_collected():
    suite("sparql", skip=True)
    assert Counter(case.part for case in CASES) == EXPECTED
    assert Counter((text.part, text.good) for text in TEXTS) == EXPECTED_SYNTAX
    assert len({case.name for case in CASES}) == len(CASES)


def literal(text, name):
    return ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}"))


A, B, X, Y = ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.BlankNode("x"), ox.BlankNode("y")
ONE, FIRST, HALF = literal("1", "integer"), literal("01", "integer"), literal("0.50", "decimal")
UNLIKE = {
    "a row is missing": ([(A,), (B,)], [(A,)]),
    "a row stands twice": ([(A,)], [(A,), (A,)]),
    "a blank node is another": ([(X, X)], [(X, Y)]),
    "two blank nodes are one": ([(X, A), (Y, A)], [(X, A), (X, A)]),
    "something is unbound": ([(A, B)], [(A, None)]),
    "another spelling": ([(ONE,)], [(FIRST,)]),
    "another type": ([(ONE,)], [(ox.Literal("1"),)]),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_another_answer_is_noticed(name):
    left, right = (Result(tuple(rows), tuple("ab"[: len(rows[0])])) for rows in UNLIKE[name])
    assert alike(left, left)
    assert alike(right, right)
    assert not alike(left, right)


def test_what_is_the_same_in_other_words():
    assert alike(Result(((X, Y), (Y, A)), ("a", "b")), Result(((A, X), (X, Y)), ("b", "a")))
    rows = Result(((A,), (B,)), ("a",)), Result(((B,), (A,)), ("a",))
    assert alike(*rows)
    assert not alike(*rows, ordered=True)
    numbers = (
        Result(((FIRST, HALF),), ("a", "b")),
        Result(((ONE, literal("0.5", "decimal")),), ("a", "b")),
    )
    assert alike(*map(by_value, numbers))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    sql, fallback = outcomes(case)
    if sql.word == "uncovered":
        assert fallback.right, f"no plan ({sql.detail}), and Oxigraph: {fallback.detail}"
    else:
        assert sql.right, sql.detail


def test_what_oxigraph_gets_wrong_is_known():
    suite("sparql", skip=True)
    wrong = {case.name for case in CASES if not outcomes(case)[1].right}
    assert wrong == {name for _, _, names in OXIGRAPH for name in names}


def counted():
    """For each part: its tests, and how many pass by SQL, by both, and by Oxigraph only."""
    rows = {title: [0, 0, 0, 0] for title in PARTS.values()}
    for case in CASES:
        sql, fallback = (outcome.right for outcome in outcomes(case))
        row = rows[PARTS[case.part]]
        for place, true in enumerate((True, sql, sql and fallback, fallback and not sql)):
            row[place] += true
    return rows


def test_the_counts_are_those_of_the_page():
    """No count of the page is higher than what is found, so that those by SQL may only rise."""
    suite("sparql", skip=True)
    shown = {title: [*map(int, row)] for title, *row in LINE.findall(PAGE.read_text("utf-8"))}
    rows = counted()
    assert shown.keys() == rows.keys()
    for title, (tests, sql, _, other) in shown.items():
        assert rows[title][0] == tests
        assert rows[title][1] >= sql, table(rows)
        assert rows[title][1] + rows[title][3] >= sql + other, table(rows)


def test_the_page_names_what_oxigraph_gets_wrong():
    shown = PAGE.read_text("utf-8")
    rows = [f"| {what} | {word} | {len(names)} |" for what, word, names in OXIGRAPH]
    assert [row for row in rows if row not in shown] == []


def table(rows):
    return "\n".join(f"| {title} | {' | '.join(map(str, row))} |" for title, row in rows.items())


@pytest.fixture(scope="module")
def nothing():
    with Columnar.from_quads([], threads=1) as columnar:
        yield columnar


@pytest.mark.parametrize("text", TEXTS, ids=str)
def test_syntax(text, nothing):
    query = f"BASE <http://example.org/>\n{text.query.read_text(encoding='utf-8')}"
    expected = text.good if text.name not in SYNTAX else not text.good
    assert accepts(query, nothing) == expected


if __name__ == "__main__":
    print(table(counted()))
    for one in CASES:
        if not any(outcome.right for outcome in outcomes(one)):
            print(one, *(f"\n{outcome.word}: {outcome.detail}" for outcome in outcomes(one)))
