"""After a change only the nodes that it can reach are validated again, and none is missed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pyoxigraph as ox
import pytest

from kkgraph.columnar import reach
from kkgraph.columnar.engine import validate
from kkgraph.columnar.plan import Plan
from kkgraph.columnar.space import Space
from kkgraph.columnar.tables import Columnar
from kkgraph.shacl.forms import Schema
from kkgraph.shacl.reading import read_shapes
from shacl_random import (
    Wishes,
    changed,
    differences,
    make_case,
    make_change,
    ours_direct,
    parsed,
    results_key,
)


def after_change(data, schema, added, removed):
    """The outcome, its results as a multiset, and for each shape the nodes that are reached."""
    with Columnar.from_quads(data, threads=1) as loaded:
        space = Space(loaded)
        reach.change(space, added, removed)
        nodes = {}
        for shape, table in reach.reached(space, schema, Plan(space)).items():
            numbers = [row[0] for row in space.run(f"FROM {table}")]
            nodes[shape] = set(space.terms(numbers))
        found = validate(loaded, schema, space=space, changed=True)
        return found, results_key(found.results()), nodes


def alone(schema, shape):
    """The schema with the targets of one shape only."""
    shapes = {i: s if i == shape.id else replace(s, targets=()) for i, s in schema.shapes.items()}
    return Schema(shapes, schema.quads)


def nothing_is_missed(seed):
    """How many shapes were run in full, on some nodes and on none, once no result was missed.

    Reached nodes have the results of a full validation, all others those of before.
    """
    source = random.Random(seed)
    case = make_case(source, Wishes())
    added, removed = make_change(source, case)
    schema = read_shapes(case.shapes)
    new = changed(case, added, removed)
    found, got, nodes = after_change(case.data, schema, added, removed)
    assert {s.id for s in schema.targeted} == {*nodes, *found.in_full}
    wanted = Counter()
    for shape in schema.targeted:
        one = alone(schema, shape)
        near = nodes.get(shape.id)
        if near is None:
            wanted += ours_direct(new, one)
            continue
        wanted += ours_direct(new, one, near.__contains__)
        before = ours_direct(case.data, one, lambda n, near=near: n not in near)
        now = ours_direct(new, one, lambda n, near=near: n not in near)
        assert not differences(before, now), (seed, case, added, removed)
    assert not differences(wanted, got), (seed, case, added, removed)
    some = sum(map(bool, nodes.values()))
    return Counter(full=len(found.in_full), some=some, none=len(nodes) - some, results=got.total())


def nothing_is_missed_in(seeds):
    counts = Counter()
    for seed in seeds:
        counts += nothing_is_missed(seed)
    shapes = counts["full"] + counts["some"] + counts["none"]
    # no mere test of validating in full, nor of reaching nothing
    assert shapes > len(seeds)
    assert 0 < counts["full"] < shapes / 4
    assert counts["some"] > shapes / 4
    assert counts["none"] > shapes / 20
    assert counts["results"] > 2 * len(seeds)


def test_nothing_is_missed():
    nothing_is_missed_in(range(60))


@pytest.mark.long
@pytest.mark.parametrize("start", range(60, 5060, 250))
def test_nothing_is_missed_for_long(start):
    nothing_is_missed_in(range(start, start + 250))


SHAPES = """
:S a sh:NodeShape ; sh:targetClass :C ;
  sh:property [ sh:path ( :part :name ) ; sh:minLength 3 ] ;
  sh:property [ sh:path :name ; sh:maxCount 1 ] .
"""
EMPTY = SHAPES.replace("maxCount 1", "maxCount 0")


def nation(size):
    return parsed(
        "\n".join(
            f':c{n} a :C ; :part :p{n} ; :name "c{n}" . :p{n} :name "part {n}" .'
            for n in range(size)
        )
    )


def name(local):
    return ox.NamedNode(f"http://example.org/{local}")


def test_one_literal_reaches_what_leads_to_it():
    data, schema = nation(500), read_shapes(parsed(SHAPES))
    added, removed = parsed(':p7 :name "x" .'), parsed(':p7 :name "part 7" .')
    found, got, nodes = after_change(data, schema, added, removed)
    assert nodes == {name("S"): {name("p7"), name("c7")}}
    assert found.reached == 2
    assert found.in_full == ()
    assert {(row[0], row[2]) for row in got} == {("<http://example.org/c7>", '"x"')}


def test_a_property_of_no_shape_reaches_nothing():
    schema = read_shapes(parsed(SHAPES))
    found, got, _ = after_change(nation(50), schema, parsed(":p7 :other 1 ."), [])
    assert (found.reached, got.total()) == (0, 0)


def test_a_change_of_nothing_reaches_nothing():
    schema = read_shapes(parsed(EMPTY))
    there, not_there = parsed(':c7 :name "c7" .'), parsed(':c7 :name "no such name" .')
    found, got, _ = after_change(nation(50), schema, there, not_there)
    assert (found.reached, got.total()) == (0, 0)


def test_a_repeated_path_leads_over_the_changed_data():
    """The steps walked to find what is reached hold the removed triple as well."""
    path = "sh:path [ sh:inversePath [ sh:zeroOrMorePath :part ] ] ; sh:maxCount 1"
    schema = read_shapes(parsed(f":S a sh:PropertyShape ; sh:targetNode :p3 ; {path} ."))
    found, got, _ = after_change(nation(5), schema, [], parsed(":c3 :part :p3 ."))
    assert (found.reached, got.total()) == (1, 0)


def test_a_node_that_leaves_its_class_is_looked_at_no_more():
    schema = read_shapes(parsed(EMPTY))
    found, got, _ = after_change(nation(5), schema, [], parsed(":c3 a :C ."))
    assert (found.reached, got.total()) == (1, 0)


def test_a_way_that_is_gone_leads_the_validation_nowhere():
    # to look for what the second path reaches, the steps of the first are walked as well
    schema = read_shapes(
        parsed("""
        :S sh:targetClass :C ;
          sh:property [ sh:path [ sh:oneOrMorePath ( :to :on ) ] ; sh:maxCount 1 ] ;
          sh:property [ sh:maxCount 9 ;
            sh:path [ sh:inversePath [ sh:oneOrMorePath ( :to :on ) ] ] ] .
        """)
    )
    data = parsed(":a a :C ; :to :b . :b :on :c . :c :to :d . :d :on :e .")
    assert len(ours_direct(data, schema)) == 1
    found, got, _ = after_change(data, schema, [], parsed(":d :on :e ."))
    assert found.reached > 0
    assert not got


def test_what_can_read_anything_is_run_in_full():
    query = 'sh:sparql [ sh:select "SELECT $this { $this <http://example.org/name> \\"c3\\" }" ]'
    schema = read_shapes(parsed(f"{SHAPES} :Q sh:targetClass :C ; {query} ."))
    found, got, nodes = after_change(nation(20), schema, parsed(":z :name 1 ."), [])
    assert found.in_full == (name("Q"),)
    assert set(nodes) == {name("S")}
    assert {row[0] for row in got} == {"<http://example.org/c3>"}


@pytest.mark.parametrize("added", [True, False])
def test_a_changed_class_tree_means_everything(added):
    schema = read_shapes(parsed(EMPTY))
    tree = parsed(":D rdfs:subClassOf :C .")
    data = *nation(20), *parsed(":d a :D ; :name 1 ."), *(() if added else tree)
    found, got, nodes = after_change(data, schema, tree if added else [], [] if added else tree)
    assert (found.in_full, nodes) == ((name("S"),), {})
    assert len({row[0] for row in got}) == (21 if added else 20)
