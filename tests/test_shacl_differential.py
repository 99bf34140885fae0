"""Validators held against each other on random data and shapes.

Ours are the interpreter for small data, arrays, and the compiled SQL, with and without its quick
lane; they must give the same results, always. The others are pySHACL and TopBraid SHACL. What
those are known to do otherwise than the specification says is written down in
``shacl_random.deviations`` and ``shacl_random.pyshacl_deviations``, each with an example that
shows it; constraints to which one of these applies are taken out of a case before it is given to
both.

Every case comes from a number, so that each run compares the same ones.
"""

from __future__ import annotations

import random
from collections import Counter

import duckdb
import pytest

from kkgraph.columnar import arrays
from kkgraph.columnar.texts import matches
from kkgraph.shacl import forms as f
from kkgraph.shacl.patterns import for_re2, is_valid, matching
from kkgraph.shacl.reading import read_shapes
from shacl_random import (
    Wishes,
    differences,
    java_peer,
    make_case,
    ours_columnar,
    ours_direct,
    pyshacl_peer,
    report_key,
    written,
)
from shacl_random.deviations import STORED_AS_ONE, TOPBRAID
from shacl_random.pruning import pruned
from shacl_random.pyshacl_deviations import PYSHACL, once_for_each_query
from shacl_random.regexes import TEXTS, random_pattern

CORE, SPARQL = Wishes(), Wishes(sparql=True)
KINDS = pytest.mark.parametrize("wishes", [CORE, SPARQL], ids=["core", "sparql"])


def seeded(wishes, start, count):
    return [make_case(random.Random(seed), wishes) for seed in range(start, start + count)]


def reason_of(deviation):
    return deviation.reason.replace(" ", "-")


def back_ends_agree(case):
    """The results, once both back ends have given the same."""
    # what a query gives back of literals that the store makes one can't be told apart again
    case, _ = pruned(case, [STORED_AS_ONE])
    schema = read_shapes(case.shapes)
    direct = ours_direct(case.data, schema)
    for columnar in ours_columnar(case.data, schema):
        assert not differences(direct, columnar), case
    return direct


@KINDS
def test_back_ends_agree(wishes):
    found = Counter()
    for case in seeded(wishes, 0, 30):
        found.update(row[3] for row in back_ends_agree(case).elements())
    assert found.total() > 180
    assert len(found) > 15


@pytest.mark.long
@KINDS
@pytest.mark.parametrize("start", range(30, 5030, 250))
def test_back_ends_agree_for_long(start, wishes):
    found = sum(back_ends_agree(case).total() for case in seeded(wishes, start, 250))
    assert found > 1500


def from_pyshacl(case):
    """Ours and pySHACL's results of a case."""
    ours = ours_direct(case.data, read_shapes(case.shapes))
    return once_for_each_query(ours), once_for_each_query(pyshacl_peer.report(case))


def pyshacl_agrees(many):
    """How many results there were, all of them the same."""
    results = 0
    for case in many:
        left, _ = pruned(case, PYSHACL)
        ours, theirs = from_pyshacl(left)
        assert not differences(ours, theirs), left
        results += ours.total()
    return results


@KINDS
def test_pyshacl_agrees(wishes):
    assert pyshacl_agrees(seeded(wishes, 0, 200)) > 700


@pytest.mark.long
@KINDS
@pytest.mark.parametrize("start", range(200, 10_200, 1000))
def test_pyshacl_agrees_for_long(start, wishes):
    assert pyshacl_agrees(seeded(wishes, start, 1000)) > 3500


@pytest.mark.parametrize("deviation", PYSHACL, ids=reason_of)
def test_pyshacl_deviates(deviation):
    """The example shows the deviation, and is left out for it."""
    case = written(*deviation.example)
    try:
        ours, theirs = from_pyshacl(case)
    except Exception:  # pySHACL raises many kinds
        ours, theirs = Counter(["results"]), Counter()
    assert ours != theirs, "pySHACL agrees now: take the deviation out"
    assert not differences(*from_pyshacl(pruned(case, [deviation])[0]))


@pytest.fixture(scope="session")
def peers(tmp_path_factory):
    return java_peer.installed(tmp_path_factory.mktemp("peers"))


def from_topbraid(many, folder, peers):
    """Ours and TopBraid's results of each case; where it throws, none and its words."""
    for case, report in zip(many, java_peer.reports(many, folder, peers), strict=True):
        ours = ours_direct(case.data, read_shapes(case.shapes))
        yield ours, Counter([(report,)]) if isinstance(report, str) else report_key(report)


def topbraid_agrees(many, folder, peers):
    """How many results there were, all of them the same."""
    many = [pruned(case, TOPBRAID)[0] for case in many]
    results = 0
    for case, (ours, theirs) in zip(many, from_topbraid(many, folder, peers), strict=True):
        assert not differences(ours, theirs), case
        results += ours.total()
    return results


def test_topbraid_agrees(tmp_path, peers):
    many = [*seeded(CORE, 0, 150), *seeded(SPARQL, 0, 150)]  # together: Java starts once
    assert topbraid_agrees(many, tmp_path, peers) > 1500


@pytest.mark.long
@KINDS
@pytest.mark.parametrize("start", range(150, 9750, 1600))
def test_topbraid_agrees_for_long(start, wishes, tmp_path, peers):
    assert topbraid_agrees(seeded(wishes, start, 1600), tmp_path, peers) > 8000


def test_topbraid_deviates(tmp_path, peers):
    """Each example shows its deviation, and is left out for it."""
    many = [written(*deviation.example) for deviation in TOPBRAID]
    left = [pruned(case, [d])[0] for case, d in zip(many, TOPBRAID, strict=True)]
    pairs = list(from_topbraid(many + left, tmp_path, peers))
    differ = [bool(differences(*pair)) for pair in pairs]
    shown, hidden = differ[: len(many)], differ[len(many) :]
    assert [d.reason for d, yes in zip(TOPBRAID, shown, strict=True) if not yes] == []
    assert [d.reason for d, yes in zip(TOPBRAID, hidden, strict=True) if yes] == []


def test_every_component_has_results():
    """The random cases show something of each constraint component."""
    found = Counter()
    for case in seeded(SPARQL, 0, 500):
        schema = read_shapes(case.shapes)
        found.update(row[3] for row in ours_direct(case.data, schema).elements())
    names = leaves(f.Constraint) - {"Property", "Custom", "Sparql"} | {"SPARQL"}
    custom = {"http://example.org/AlikeComponent", "http://example.org/LinkedComponent"}
    assert set(found) == {f"{name}ConstraintComponent" for name in names} | custom


def leaves(kind):
    below = {leaf for b in kind.__subclasses__() for leaf in leaves(b)}
    return below or ({kind.__name__} if kind.__name__[0] != "_" else set())


@pytest.mark.parametrize(
    ("deviations", "most"),
    [([STORED_AS_ONE], 0.08), (PYSHACL, 0.25), (TOPBRAID, 0.22)],
    ids=["ours", "pyshacl", "topbraid"],
)
def test_most_constraints_are_compared(deviations, most):
    """Few constraints are taken out for what another validator does otherwise."""
    counts = Counter()
    for case in seeded(SPARQL, 0, 200):
        counts += pruned(case, deviations)[1]
    assert counts["constraints"] > 1000
    assert counts["dropped"] < counts["constraints"] * most


FOUND = {
    "the two properties of sh:equals are one": (":a :p 1 , 2 .", "sh:equals :p"),
    "the two properties of sh:disjoint are one": (":a :p 1 , 2 .", "sh:disjoint :p"),
    "an ill-typed token has no order": (':a :p "a  b"^^xsd:token .', 'sh:maxInclusive "b"'),
    "an IRI with a comment of SQL in it": (
        ":a :p <http://example.org/*> , <http://example.org/*/> .",
        "sh:class <http://example.org/*> ; sh:in ( <http://example.org/*/> ) ;"
        ' sh:hasValue <http://example.org/*> ; sh:datatype :x ; sh:languageIn ( "*/" "/*" )',
    ),
    "a query's path of no steps from a node without the query's properties": (
        ":a :q 1 .",
        ":s sh:targetNode :a ; sh:sparql :c . :c sh:select 'SELECT $this ?value WHERE {"
        " $this <http://example.org/p>* ?value FILTER (?value = <http://example.org/a>) }' .",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found(name):
    case = written(*FOUND[name])
    assert back_ends_agree(case) or "disjoint" not in name


def patterns_agree(seeds):
    """How many random expressions RE2 is asked; it must find what Oxigraph's engine does."""
    asked = 0
    with duckdb.connect() as connection:
        for seed in seeds:
            pattern = random_pattern(random.Random(seed))
            regex = for_re2(pattern) if is_valid(pattern) else None
            if regex is None or not re2_builds(connection, regex):
                continue
            test = "SELECT t FROM (SELECT unnest(?) AS t) WHERE regexp_matches(t, ?)"
            found = {t for (t,) in connection.execute(test, [list(TEXTS), regex]).fetchall()}
            assert found == matching(pattern, TEXTS), pattern
            by_arrow = matches(pattern, arrays.strings(TEXTS))
            assert found == {t for t, fits in zip(TEXTS, by_arrow, strict=True) if fits}, pattern
            asked += 1
    return asked


def re2_builds(connection, regex):
    try:
        connection.execute("SELECT regexp_matches('', ?)", [regex])
    except duckdb.Error:
        return False
    return True


def test_patterns_mean_the_same():
    assert patterns_agree(range(2000)) > 800


@pytest.mark.long
def test_patterns_mean_the_same_for_long():
    assert patterns_agree(range(2000, 60_000)) > 25_000
