"""The eight questions of the benchmark on a little data: from SQL, by hand, and by Oxigraph."""

from __future__ import annotations

import importlib

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph.columnar.loading import load
from kkgraph.columnar.queries import compiled

BENCHMARKS = ROOT / "benchmarks"
QUESTIONS = sorted(path.stem for path in (BENCHMARKS / "asking" / "queries").glob("*.rq"))


@pytest.fixture(scope="module")
def asking():
    """The modules of the benchmark that ask."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS / "asking"))
        patch.syspath_prepend(str(BENCHMARKS))
        names = ("asking.results", "by_sql", "harness", "cases")
        yield {name: importlib.import_module(name) for name in names}


@pytest.fixture(scope="module")
def data(asking, tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "cases.nt"
    asking["cases"].write(path, 60)
    return path


@pytest.fixture(scope="module")
def columnar(data):
    with load([data]) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def store(data):
    made = ox.Store()
    made.bulk_load(path=str(data), format=ox.RdfFormat.N_TRIPLES)
    return made


@pytest.fixture
def rows(asking, tmp_path):
    """The rows of an answer, as the benchmark compares them."""

    def compared(variables, terms):
        path = tmp_path / "answer.srj"
        path.write_text(asking["harness"].as_json(variables, terms), encoding="utf-8")
        return asking["asking.results"].answer(path)

    return compared


def test_there_are_eight():
    assert len(QUESTIONS) == 8
    assert sorted(path.stem for path in (BENCHMARKS / "asking" / "sql").glob("*.sql")) == QUESTIONS


@pytest.mark.parametrize("name", QUESTIONS)
def test_all_answer_alike(name, asking, columnar, store, rows):
    text = (BENCHMARKS / "asking" / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    statement = (BENCHMARKS / "asking" / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    by_hand = rows(*asking["by_sql"].asked(columnar, statement))
    answer = compiled(columnar, text).answer()
    results = store.query(text)
    names = tuple(v.value for v in results.variables)
    theirs = rows(names, [tuple(row[n] for n in names) for row in results])
    assert rows(answer.variables, list(answer.rows)) == by_hand
    assert theirs == by_hand
    assert len(by_hand) > 0
