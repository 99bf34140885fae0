"""After a change only the nodes that it can reach are validated again, and none is missed."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest

from kkgraph import turtle
from kkgraph.columnar import reach
from kkgraph.columnar.engine import validate
from kkgraph.columnar.space import Space
from kkgraph.columnar.tables import Columnar
from kkgraph.shacl.reading import read_shapes
from shacl_random import Wishes, make_case, make_change, ours_direct, results_key

SEEDS, STEP = 200, 50
PREFIXES = """@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def parse(text):
    return turtle.parse((PREFIXES + text).encode(), ox.RdfFormat.TURTLE, where="test")


def after(data, added, removed):
    """The data after a change: what is added and removed stays."""
    gone = {(q.subject, q.predicate, q.object) for q in removed}
    return [q for q in data if (q.subject, q.predicate, q.object) not in gone] + list(added)


def changed(data, schema, added, removed):
    """The results of the nodes that the change reaches, and the nodes of each shape."""
    with Columnar.from_quads(data, threads=1) as loaded:
        space = Space(loaded)
        reach.change(space, added, removed)
        found = validate(loaded, schema, space=space, changed=True)
        results = list(found.results())
        return results_key(results), found


@pytest.mark.parametrize("start", range(0, SEEDS, STEP))
def test_no_changed_verdict_is_missed(start):
    reached = total = 0
    for seed in range(start, start + STEP):
        source = random.Random(seed)
        case = make_case(source, Wishes())
        added, removed = make_change(source, case)
        schema = read_shapes(case.shapes)
        before = ours_direct(case.data, schema)
        wanted = ours_direct(after(case.data, added, removed), schema)
        got, found = changed(case.data, schema, added, removed)
        assert not got - wanted, (seed, case, added, removed)
        # what is new is found, and what is not found again was there before
        assert not (wanted - before) - got, (seed, case, added, removed)
        reached += found.reached
        total += 1
    assert total == STEP
    assert reached > 0


SHAPES = """
ex:S a sh:NodeShape ; sh:targetClass ex:C ;
  sh:property [ sh:path ( ex:part ex:name ) ; sh:minLength 3 ] ;
  sh:property [ sh:path ex:name ; sh:maxCount 1 ] .
"""


def nation(size):
    lines = [
        f'ex:c{n} a ex:C ; ex:part ex:p{n} ; ex:name "c{n}" . ex:p{n} ex:name "part {n}" .'
        for n in range(size)
    ]
    return parse("\n".join(lines))


def test_the_reach_of_one_literal_is_small():
    data, schema = nation(500), read_shapes(parse(SHAPES))
    added = parse('ex:p7 ex:name "x" .')
    got, found = changed(data, schema, added, [])
    assert found.reached == 2  # the part itself, and what has it
    assert {(row[0], row[2]) for row in got} == {("<http://example.org/c7>", '"x"')}
    assert found.in_full == ()


def test_a_node_that_leaves_its_class_is_looked_at_no_more():
    data, schema = nation(5), read_shapes(parse(SHAPES.replace("maxCount 1", "maxCount 0")))
    removed = parse("ex:c3 a ex:C .")
    got, found = changed(data, schema, [], removed)
    assert found.reached == 1
    assert not got


def test_a_way_that_is_gone_leads_the_validation_nowhere():
    # to look for what the second path reaches, the steps of the first are walked as well
    schema = read_shapes(
        parse("""
        ex:S sh:targetClass ex:C ;
          sh:property [ sh:path [ sh:oneOrMorePath ( ex:to ex:on ) ] ; sh:maxCount 1 ] ;
          sh:property [ sh:maxCount 9 ;
            sh:path [ sh:inversePath [ sh:oneOrMorePath ( ex:to ex:on ) ] ] ] .
        """)
    )
    data = parse("ex:a a ex:C ; ex:to ex:b . ex:b ex:on ex:c . ex:c ex:to ex:d . ex:d ex:on ex:e .")
    assert len(ours_direct(data, schema)) == 1
    got, found = changed(data, schema, [], parse("ex:d ex:on ex:e ."))
    assert found.reached > 0
    assert not got


def test_what_can_read_anything_is_run_in_full():
    query = 'sh:sparql [ sh:select "SELECT $this { $this <http://example.org/name> \\"c3\\" }" ]'
    schema = read_shapes(parse(f"{SHAPES} ex:Q sh:targetClass ex:C ; {query} ."))
    got, found = changed(nation(20), schema, parse("ex:z ex:name 1 ."), [])
    assert [s.value for s in found.in_full] == ["http://example.org/Q"]
    assert {row[0] for row in got} == {"<http://example.org/c3>"}


def test_a_changed_class_tree_means_everything():
    schema = read_shapes(parse(SHAPES.replace("maxCount 1", "maxCount 0")))
    added = parse("ex:D rdfs:subClassOf ex:C . ex:d a ex:D ; ex:name 1 .")
    got, found = changed(nation(20), schema, added, [])
    assert [s.value for s in found.in_full] == ["http://example.org/S"]
    assert len({row[0] for row in got}) == 21
