"""Answers from SQL held against Oxigraph's, on random datasets and queries.

Where a plan covers a query, its answer must be Oxigraph's. What Oxigraph is known to do otherwise
than the specification says is written down in ``sparql_random.deviations``, each with an example
that shows it; a query to which one of these applies is not compared.

Every query comes from a number, so that each run compares the same ones.
"""

from __future__ import annotations

import re
from collections import Counter

import pyoxigraph as ox
import pytest

from conftest import ROOT
from sparql_random import Engines, difference, make_cases, shrunk, written
from sparql_random.comparing import REFUSED, UNCOVERED
from sparql_random.deviations import OXIGRAPH
from sparql_suite import found

EACH = 5


def differs(data, query):
    """True where both engines answer, and otherwise."""
    try:
        with Engines(data) as engines:
            unlike = difference(engines, query)
    except Exception as error:  # whatever a plan may raise is a difference to show
        unlike = f"{type(error).__name__}: {error}"
    return bool(unlike) and not unlike.startswith(UNCOVERED) and REFUSED not in unlike


def compared(seeds):
    """How many queries had the same answer, were left out, or had no plan."""
    counts = Counter()
    for seed in seeds:
        cases = make_cases(seed, EACH)
        with Engines(cases[0].data) as engines:
            for case in cases:
                counts[_judged(engines, case, counts)] += 1
            counts["on arrays"] += engines.on_arrays
    return counts


def _judged(engines, case, counts):
    if any(deviation.applies(case) for deviation in OXIGRAPH):
        return "left out"
    unlike = difference(engines, case.query)
    if unlike.startswith(UNCOVERED):
        return "uncovered"
    if unlike:
        small = shrunk(case, differs) if REFUSED not in unlike else case
        with Engines(small.data) as again:
            pytest.fail(f"{small}\n{difference(again, small.query)}")
    return "same"


def test_answers_agree():
    counts = compared(range(25))
    assert counts["same"] > 50
    assert counts["on arrays"] > 6
    assert counts["left out"] < 40


@pytest.mark.long
@pytest.mark.parametrize("start", range(1000, 3000, 250))
def test_answers_agree_for_long(start):
    assert compared(range(start, start + 250))["same"] > 500


def test_the_page_names_each_deviation():
    shown = (ROOT / "docs" / "engines.md").read_text("utf-8")
    rows = [f"| {d.reason} | {d.source} |" for d in OXIGRAPH]
    assert [row for row in rows if row not in shown] == []


CONSTRUCTS = r"""ASK CONSTRUCT DESCRIBE SELECT DISTINCT FROM FROM.NAMED OPTIONAL UNION MINUS FILTER
BIND VALUES UNDEF GRAPH EXISTS NOT.EXISTS GROUP.BY HAVING ORDER.BY DESC LIMIT OFFSET COUNT SUM AVG
MIN MAX SAMPLE GROUP_CONCAT && \|\| IN NOT.IN BOUND IF COALESCE isIRI isBlank isLiteral isNumeric
sameTerm REGEX CONTAINS STRSTARTS STRENDS LANGMATCHES LANG DATATYPE STR STRLEN SUBSTR UCASE LCASE
ENCODE_FOR_URI MD5 SHA1 SHA256 SHA384 SHA512 CONCAT STRBEFORE STRAFTER STRLANG STRDT REPLACE TZ IRI
ABS CEIL FLOOR ROUND YEAR MONTH DAY HOURS MINUTES SECONDS \)\* \)\+ \)\? \(\^ !\(
BNODE\(\) \[\] \[.< _:n CONSTRUCT.WHERE VALUES.\?\w+.{ HAVING.\(.*\).\(.*> WHERE.*\}.LIMIT"""


def test_every_construct_is_compared():
    """What is left out leaves each operator, function and form among the queries compared."""
    texts = [
        str(case.query)
        for seed in range(300)
        for case in make_cases(seed, EACH)
        if not any(deviation.applies(case) for deviation in OXIGRAPH)
    ]
    missing = [c for c in CONSTRUCTS.split() if not any(re.search(c, text) for text in texts)]
    assert missing == []


def test_many_answers_have_rows():
    """An answer without rows shows little."""
    filled = total = 0
    for seed in range(150):
        cases = make_cases(seed, EACH)
        store = ox.Store()
        store.extend(cases[0].data)
        for case in cases:
            result = found(store.query(str(case.query)))
            filled += bool(result.rows or result.truth)
            total += 1
    assert filled > total * 0.4


@pytest.mark.parametrize("deviation", OXIGRAPH, ids=lambda d: d.reason.replace(" ", "-"))
def test_oxigraph_deviates(deviation):
    """The example shows the deviation, and is left out for it."""
    case = written(*deviation.example)
    assert deviation.applies(case)
    with Engines(case.data) as engines:
        unlike = difference(engines, case.query)
    if unlike.startswith(UNCOVERED):
        pytest.xfail(unlike)
    assert unlike, "they agree now: take the deviation out"
