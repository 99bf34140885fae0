"""Queries answered on arrays: held against their SQL and against Oxigraph, and their limits."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pyoxigraph as ox
import pytest

from conftest import suite
from kkgraph.columnar import lexicon, native
from kkgraph.columnar.queries import UncoveredError, compiled
from kkgraph.columnar.solving import BeyondError, index, limits
from kkgraph.columnar.solving.matching import Pattern
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import StoreError
from solving_random import HEAD, graph, query
from sparql_random.comparing import plain
from sparql_random.deviations import counts_alternatives
from sparql_suite import Loaded, alike, answered, by_arrays, by_sql, collect, found

EACH = 12
LEFT_OUT = re.compile(r"LIMIT|OFFSET|:p\*|:q\?")
"""Any of several answers may be right; or Oxigraph has no path from a term that no triple names."""


def compared(seed, counts):
    """Hold the answers to some queries over one graph against each other."""
    random = Random(seed)
    data = graph(random, plain=bool(seed % 2))
    store = None
    if seed % 2:  # the other engine makes one number of several spellings
        store = ox.Store()
        store.extend(data)
    with Columnar.from_quads(data, threads=1) as columnar:
        for _ in range(EACH):
            text = query(random)
            counts[judged(columnar, store, text)] += 1


def judged(columnar, store, text):
    plan = compiled(columnar, text)
    try:
        mine = plan.by_arrays()
    except BeyondError:
        return "beyond"
    try:
        wanted = plan.by_sql()
    except UncoveredError:
        wanted = None
    if wanted is not None:
        if "ORDER BY" in text:
            assert mine.rows == wanted.rows, text
        assert alike(answered(wanted), answered(mine)), text
    other = LEFT_OUT.search(text) or counts_alternatives(text.removeprefix(HEAD))
    if store is not None and not other:
        theirs = plain(found(store.query(text)))
        assert alike(theirs, plain(answered(mine))), text
    return "same"


@pytest.mark.parametrize("start", [0, 15], ids=["compiled", "numpy"])
def test_answers_agree(start, monkeypatch):
    if start:
        monkeypatch.setattr(native, "library", lambda: None)
    counts = Counter()
    for seed in range(start, start + 15):
        compared(seed, counts)
    assert counts["same"] > 90, counts


@pytest.mark.long
@pytest.mark.parametrize("start", range(1000, 9000, 1000))
def test_answers_agree_for_long(start):
    counts = Counter()
    for seed in range(start, start + 1000):
        compared(seed, counts)
    assert counts["same"] > 6000, counts


def test_the_suite_of_the_w3c():
    """Every test that arrays answer is answered rightly, and so are enough of them."""
    loaded, counts = Loaded(), Counter()
    for case in collect(suite("sparql", skip=True)):
        outcome = by_arrays(case, loaded)
        assert outcome.right or outcome.word == "uncovered", f"{case}: {outcome.detail}"
        counts[outcome.word] += 1
    loaded.close()
    assert counts["passed"] >= 140, counts


@pytest.mark.long
def test_what_arrays_answer_of_the_suite_is_answered_by_sql_too():
    loaded = Loaded()
    cases = [case for case in collect(suite("sparql", skip=True)) if by_arrays(case, loaded).right]
    assert len(cases) >= 140
    assert [str(case) for case in cases if not by_sql(case, loaded).right] == []
    loaded.close()


PEOPLE = "".join(
    f"<urn:{n}> <urn:knows> <urn:{m}> . <urn:{n}> <urn:age> {n} . "
    for n in range(40)
    for m in range(9)
)
KNOWS = "SELECT ?a ?c WHERE { ?a <urn:knows> ?b . ?c <urn:knows> ?b } ORDER BY ?a ?c"


@pytest.fixture
def people():
    with Columnar.from_quads(ox.parse(PEOPLE, format=ox.RdfFormat.TURTLE)) as columnar:
        yield columnar


def test_what_takes_too_much_room_is_answered_as_sql(people, monkeypatch):
    plan = compiled(people, KNOWS)
    assert len(plan.by_arrays().rows) == 40 * 40 * 9
    monkeypatch.setattr(limits, "MOST_CELLS", 20_000)
    with pytest.raises(BeyondError, match="14,400 solutions at once"):
        plan.by_arrays()
    assert plan.answer().rows == plan.by_sql().rows


def test_the_room_is_known_before_it_is_taken(people):
    """A product of 10^12 rows is refused at once, and not made."""
    apart = " . ".join(f"?s{at} <urn:knows> ?o{at}" for at in range(5))
    with pytest.raises(BeyondError, match="solutions at once"):
        compiled(people, f"SELECT (COUNT(*) AS ?n) WHERE {{ {apart} }}").by_arrays()


def test_the_time_limit_holds(people):
    with pytest.raises(StoreError) as caught:
        compiled(people, KNOWS).by_arrays(timeout_s=0)
    assert caught.value.code == "timeout"


def test_properties_are_kept_up_to_a_limit(people, monkeypatch):
    assert compiled(people, KNOWS).by_arrays().rows
    kept = index._KEPT.of(people)
    assert kept._bytes == sum(edges.nbytes for edges in kept._found.values()) > 0
    monkeypatch.setattr(kept, "most", 3000)
    for _ in range(2):
        ages = compiled(people, "SELECT ?a WHERE { ?a <urn:age> 3 }").by_arrays()
        assert [str(row[0]) for row in ages.rows] == ["<urn:3>"]
    assert kept._bytes <= 3000
    assert kept._bytes == sum(edges.nbytes for edges in kept._found.values())
    monkeypatch.setattr(kept, "most", 100)
    with pytest.raises(BeyondError, match="larger than the memory"):
        compiled(people, KNOWS).by_arrays()


def test_solutions_are_counted_where_no_variable_is_left(people):
    """Nobody is as old as whom they know, directly or not."""
    both = "{ ?a <urn:age> ?b . ?a <urn:knows>+ ?b }"
    for text in (f"SELECT (COUNT(*) AS ?n) {both}", f"SELECT DISTINCT ?x {both}", f"ASK {both}"):
        plan = compiled(people, text)
        assert plan.by_arrays() == plan.by_sql()
    assert compiled(people, f"ASK {both}").by_arrays().truth is False


def test_equal_counts_are_ordered_by_what_comes_next():
    """Also where the greatest count is one less than the rows."""
    lines = "<urn:c> <urn:p> 1, 2 . <urn:a> <urn:p> 1, 2 . <urn:b> <urn:p> 1 ."
    text = "SELECT ?s (COUNT(?o) AS ?n) { ?s <urn:p> ?o } GROUP BY ?s ORDER BY DESC(?n) ?s"
    with Columnar.from_quads(ox.parse(lines, format=ox.RdfFormat.TURTLE)) as columnar:
        rows = compiled(columnar, text).by_arrays().rows
        assert [row[0].value for row in rows] == ["urn:a", "urn:c", "urn:b"]
        assert rows == compiled(columnar, text).by_sql().rows


def test_max_rows(people):
    answer = compiled(people, KNOWS).by_arrays(max_rows=3)
    assert (len(answer.rows), answer.truncated) == (3, True)
    made = compiled(people, "CONSTRUCT { ?a <urn:met> ?b } { ?a <urn:knows> ?b }")
    assert (len(made.by_arrays(max_rows=5).triples), made.by_arrays(max_rows=5).truncated) == (
        5,
        True,
    )
    assert not made.by_arrays(max_rows=360).truncated


BEYOND = {
    "GRAPH with a variable": "SELECT * { GRAPH ?g { ?s :p ?o } }",
    "a property that is a variable": "SELECT * { ?s ?p ?o }",
    "the function REGEX": 'SELECT * { ?s :p ?o FILTER REGEX(?o, "a") }',
    "the aggregate MAX": "SELECT (MAX(?o) AS ?m) { ?s :p ?o }",
    "a count of different solutions": "SELECT (COUNT(DISTINCT *) AS ?n) { ?s :p ?o }",
    "a negated property set": "SELECT * { ?s !:p ?o }",
    "DESCRIBE": "DESCRIBE :n1",
}


@pytest.mark.parametrize("reason", BEYOND)
def test_what_is_not_for_arrays_is_said(people, reason):
    plan = compiled(people, HEAD + BEYOND[reason])
    assert plan.lacking == reason
    assert f"on arrays\n  no: {reason}" in plan.explain()


@pytest.mark.parametrize("path", ["!:p", "^(!:p)", ":q|!:p", "(!:p)/:q", "(:q|^(!:p))*"])
def test_any_property_but_some_is_for_sql_wherever_it_stands(people, path):
    plan = compiled(people, f"PREFIX : <urn:> SELECT * {{ ?a :knows ?b . ?b {path} ?c }}")
    assert plan.lacking == "a negated property set"
    # Which of the rows comes first is left to the database, and may change with each run.
    assert Counter(plan.answer().rows) == Counter(plan.by_sql().rows)


def test_explain_says_that_arrays_answer(people):
    assert "on arrays\n  yes" in compiled(people, KNOWS).explain()


def test_forms_are_read_in_stretches_and_singly(monkeypatch):
    """Whatever is kept, each number has its own form."""
    import numpy as np

    monkeypatch.setattr(lexicon, "_STRETCH", 50)
    monkeypatch.setattr(lexicon, "_WORTHWHILE", 10)
    lines = (f'<urn:{n:03}> <urn:p> "{n}" .' for n in range(300))
    with Columnar.from_quads(ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES)) as columnar:
        wanted = dict(columnar.run("SELECT id, lex FROM terms"))
        assert len(wanted) == 601
        random = Random(1)
        for size in (1, 5, 30, 200, 601):
            for _ in range(3):
                numbers = sorted(random.sample(range(601), size))
                texts = lexicon.texts(columnar, np.array(numbers, np.int32)).to_pylist()
                assert texts == [wanted[number] for number in numbers]
        kept = lexicon._LEXICONS.of(columnar)
        assert len(kept._kept) == 12  # the last one has a single term

        # Where there is no more room, others are read singly, and old ones go after a while.
        monkeypatch.setattr(kept, "_most", kept._bytes)
        del kept._kept[3]
        numbers = np.arange(150, 200, dtype=np.int32)
        for turn in range(20):
            assert lexicon.texts(columnar, numbers).to_pylist() == [wanted[n] for n in numbers]
            assert (3 in kept._kept) == (turn >= 15), turn
        assert kept._bytes <= kept._most + kept._kept[3][0].nbytes


def test_duplicates_go_early_where_nobody_counts_them(people, monkeypatch):
    """A question that asks for each once goes on with each ?b once, not with all who know it."""
    sizes = []
    extended = Pattern.extended

    def seen(*given):
        found = extended(*given)
        sizes.append(found.size)
        return found

    monkeypatch.setattr(Pattern, "extended", seen)
    text = "SELECT DISTINCT ?c WHERE { ?a <urn:knows> ?b . ?c <urn:knows> ?b }"
    assert len(compiled(people, text).by_arrays().rows) == 40
    assert sizes == [360, 360]
    sizes.clear()
    assert len(compiled(people, text.replace("DISTINCT ", "")).by_arrays().rows) == 40 * 40 * 9
    assert sizes == [360, 40 * 40 * 9]
