"""What is looked up beside the cells: in batches, remembered, and nothing lost by an error."""

from __future__ import annotations

import pytest

from kkgraph import reading
from kkgraph.errors import StoreError
from kkgraph.names import KK, KKD
from kkgraph.reading import Reader
from kkgraph.store import Limits

FREE = Limits(None, None)
BODIES = [KKD + name for name in ("sila-town", "khon-kaen-city", "tha-phra-subdistrict")]
FINDINGS = [f"{KKD}F{number}" for number in (267, 312, 314, 369)]


class Failing:
    """A store that refuses each query once it is told to."""

    def __init__(self, store):
        self.store, self.version, self.fails, self.asked = store, store.version, False, 0

    def query(self, sparql, limits):
        self.asked += 1
        if self.fails:
            raise StoreError("timeout", "the time is over")
        return self.store.query(sparql, limits)


@pytest.fixture
def store(graph):
    return Failing(graph.store)


def test_batches_make_no_difference(graph, store, monkeypatch):
    whole = Reader(graph.store)
    monkeypatch.setattr(reading, "_AT_ONCE", 2)
    parts = Reader(store)
    gaps = graph.store.query(f"SELECT ?g {{ ?g a <{KK}KnowledgeGap> }} LIMIT 5", FREE).rows
    found = [g.value for (g,) in gaps]
    assert parts.labels(BODIES) == whole.labels(BODIES)
    assert store.asked == 2
    assert parts.findings([*FINDINGS, KKD + "no-such", "no iri"]) == whole.findings(FINDINGS)
    assert len(parts.findings(FINDINGS)) == len(FINDINGS)
    assert len(parts.gaps(found)) == 5 and parts.gaps(found) == whole.gaps(found)
    asked = store.asked
    parts.labels(BODIES)
    parts.findings([*FINDINGS, KKD + "no-such"])
    assert store.asked == asked, "what is known is not asked for again"


def test_an_error_is_not_taken_for_an_empty_answer(store):
    reader = Reader(store)
    store.fails = True
    for ask in (reader.labels, reader.findings, reader.gaps):
        with pytest.raises(StoreError):
            ask(FINDINGS)
    store.fails = False
    assert len(reader.findings(FINDINGS)) == len(FINDINGS)
    assert reader.labels(BODIES).keys() == set(BODIES)


def test_a_full_memory_loses_nothing_that_is_asked_for(store, monkeypatch):
    reader = Reader(store)
    monkeypatch.setattr(reading, "_REMEMBER", 0)
    first = reader.findings(FINDINGS[:2])
    assert reader.findings(FINDINGS).keys() == set(FINDINGS)
    assert reader.findings(FINDINGS[:2]) == first
