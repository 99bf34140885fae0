from __future__ import annotations

import compileall
import json
import os
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph
from kkgraph.fetching import fetcher
from kkgraph.link.remote import target

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once: many tests start processes, also where Python keeps no bytecode."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "src" / "kkgraph", quiet=2)


_LONGEST = ("test_docs", "test_spark", "test_reasoning", "test_spark_graph")
"""The files of tests that take longest, in the order in which they begin."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, or one process would go on with them when the rest is done."""
    ranks = {name: rank for rank, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def shared(*parts: str) -> Path:
    """A file of the shared material; skips loudly where it is absent."""
    base = Path(os.environ.get("KKGRAPH_SHARED", ROOT.parent / "shared"))
    path = base.joinpath(*parts)
    if not path.exists():
        warnings.warn(f"SKIPPED: {'/'.join(parts)} of the shared material is absent", stacklevel=2)
        pytest.skip(f"the shared material is absent: {'/'.join(parts)}")
    return path


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.open(in_process=True)


@pytest.fixture(scope="session")
def study_text() -> str:
    return shared("source", "study.txt").read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def worksheet() -> list[dict]:
    path = shared("source", "inventory.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses (s) that requests to others asked for, none of which is waited for.

    Only the modules that make them have another clock: threads of the process (Spark's, once its
    tests have run) go on to sleep, and what they ask for is nobody's pause.
    """
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic, time=time.time)
    for module in (fetcher, target):
        monkeypatch.setattr(module, "time", clock)
    return pauses


def nameless(q: ox.Quad | ox.Triple) -> tuple[str, ...]:
    """A quad, or a triple, whose blank nodes are one."""
    terms = ["_" if isinstance(t, ox.BlankNode) else str(t) for t in (q.subject, q.object)]
    graph = [str(q.graph_name)] if isinstance(q, ox.Quad) else []
    return (terms[0], q.predicate.value, terms[1], *graph)


def suite(*parts: str, skip: bool = False) -> Path | None:
    """A folder of the conformance suites; None (or, with ``skip``, a loud skip) if absent."""
    base = Path(os.environ.get("KKGRAPH_CONFORMANCE", ROOT.parent / "shared" / "conformance"))
    path = base.joinpath(*parts)
    if path.exists():
        return path
    if skip:
        warnings.warn(f"SKIPPED: the suite {'/'.join(parts)} is absent", stacklevel=2)
        pytest.skip(f"the conformance suite is absent: {'/'.join(parts)}")
    return None
