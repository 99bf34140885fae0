"""Ontology hygiene: the ontology passes every check, and every check can fail."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import files, hygiene, names, turtle
from kkgraph.store import OxigraphStore

CHECKS = files.hygiene_files()
EXAMPLES = ROOT / "tests" / "hygiene"
PITFALLS = {
    "P04", "P05", "P06", "P08", "P10", "P11", "P13", "P19", "P22", "P24", "P30", "P34", "P35",
    "P36", "P38", "P40", "P41",
}  # fmt: skip


def store_of(path):
    graph = ox.NamedNode(names.ONTOLOGY_GRAPH)
    quads = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in turtle.parse_file(path)]
    return OxigraphStore.in_memory(quads, in_process=True)


def test_the_checks_are_whole():
    assert len(CHECKS) == 24
    assert {p.stem for p in CHECKS} == {p.name for p in EXAMPLES.iterdir()}
    found = {
        m[1] for p in CHECKS if (m := re.search(r"^#\+ pitfall: (P\d\d)", p.read_text(), re.M))
    }
    assert found >= PITFALLS


@pytest.mark.parametrize("check", CHECKS, ids=lambda p: p.stem)
def test_good_and_bad_example(check):
    folder = EXAMPLES / check.stem
    assert hygiene.run_check(store_of(folder / "good.ttl"), check) == []
    expected = re.search(r"^# expect: (\d+)", (folder / "bad.ttl").read_text("utf-8"))
    found = hygiene.run_check(store_of(folder / "bad.ttl"), check)
    assert len(found) == int(expected[1]) > 0
    assert all(set(p.message) == {"en", "th"} for p in found)


def test_the_ontology_passes(graph):
    found = graph.check()
    assert [(p.shape, p.focus, p.value) for p in found if p.severity != "info"] == []
    assert {p.shape for p in found} <= {"p11-domain-or-range", "p13-no-inverse"}
