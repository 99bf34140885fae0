"""The store: the derived default graph, limits that really stop, and files that stay whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph
from kkgraph.errors import KkgraphError, QuestionError, StoreError
from kkgraph.names import KKD, KKG
from kkgraph.store import Limits, OxigraphStore, execute

A, B, P = ox.NamedNode(KKD + "a"), ox.NamedNode(KKD + "b"), ox.NamedNode(KKD + "p")
FREE = Limits(timeout_s=None, max_rows=None)
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c > ?f && ?f > ?i) }"


def test_a_union_of_graphs_counts_a_triple_twice():
    """Why neither FROM nor the engine's union option is used."""
    store = OxigraphStore.in_memory(
        ox.Quad(A, P, B, ox.NamedNode(KKG + g)) for g in ("study", "cited", "analyst")
    )
    query = f"SELECT (COUNT(*) AS ?n) FROM <{KKG}study> FROM <{KKG}cited> {{ ?s ?p ?o }}"
    union = store.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", FREE)
    assert int(union.rows[0][0].value) == 3
    assert int(store.query(query, FREE).rows[0][0].value) in (1, 2)
    assert len(store.query("SELECT * { ?s ?p ?o }", FREE).rows) == 1


def test_timeout_really_stops_and_the_store_goes_on():
    graph = KnowledgeGraph.open()
    pids = []
    start = time.monotonic()
    with pytest.raises(StoreError) as caught:
        pids.append(graph.store)  # the worker is made by the query
        graph.query(SLOW, timeout_s=0.5)
    assert caught.value.code == "timeout"
    assert caught.value.exit_code == 3
    assert time.monotonic() - start < 15
    assert len(graph.ask("cq06")) == 6
    worker = graph.store._worker
    graph.close()
    assert not worker.alive


def test_a_dead_worker_is_an_error_then_replaced():
    graph = KnowledgeGraph.open()
    graph.ask("cq06")
    os.kill(graph.store._worker._process.pid, signal.SIGKILL)
    graph.store._worker._process.wait()
    assert len(graph.ask("cq06")) == 6
    graph.close()


def test_worker_sees_updates():
    with KnowledgeGraph.open() as graph:
        assert graph.query("ASK { kkd:new ?p ?o }").rows == [{"answer": False}]
        graph.update("INSERT DATA { GRAPH kkg:local { kkd:new a kk:Topic } }")
        assert graph.query("ASK { kkd:new ?p ?o }").rows == [{"answer": True}]


def test_on_disk_opens_again_as_it_was(tmp_path):
    path = tmp_path / "deep" / "graph"
    with KnowledgeGraph.open(path) as graph:
        graph.update("INSERT DATA { GRAPH kkg:local { kkd:new a kk:Topic } }")
        assert len(graph.ask("cq06")) == 6
    with KnowledgeGraph.open(path) as graph:
        assert graph.query("ASK { kkd:new ?p ?o }").rows == [{"answer": True}]
        assert len(graph.ask("cq06")) == 6
    assert [p.name for p in path.parent.iterdir()] == ["graph"]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda p: (p / "kkgraph.json").unlink(), "not-a-store"),
        (lambda p: (p / "kkgraph.json").write_text("{"), "not-a-store"),
        (lambda p: (p / "kkgraph.json").write_text(json.dumps({"format": 99})), "store-format"),
        (lambda p: (p / "oxigraph" / "CURRENT").unlink(), "not-a-store"),
        (lambda p: (p / "oxigraph" / "CURRENT").write_text("MANIFEST-9\n"), "unreadable-store"),
    ],
)
def test_a_damaged_store_is_a_clear_error_and_untouched(tmp_path, break_it, code):
    path = tmp_path / "graph"
    KnowledgeGraph.open(path).close()
    break_it(path)
    before = sorted(str(p) for p in path.rglob("*"))
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(path)
    assert caught.value.code == code
    assert caught.value.hint
    assert set(before) <= {str(p) for p in path.rglob("*")}


def test_a_foreign_folder_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(tmp_path)
    assert caught.value.code == "not-a-store"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_store_in_use_is_a_clear_error(tmp_path):
    path = tmp_path / "graph"
    with KnowledgeGraph.open(path):
        code = (
            "from kkgraph import KnowledgeGraph\n"
            f"try: KnowledgeGraph.open({str(path)!r})\n"
            "except Exception as e: print(e.code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
    assert done.stdout.strip() == "unreadable-store"


def test_killed_while_being_made_leaves_no_store(tmp_path):
    code = (
        "import sys; from kkgraph import KnowledgeGraph\n"
        "print('go', flush=True)\n"
        f"KnowledgeGraph.open({str(tmp_path / 'graph')!r})\nprint('done', flush=True)"
    )
    for delay in (0.02, 0.08, 0.15):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline().strip() == "go"
        time.sleep(delay)
        process.kill()
        process.wait()
        with KnowledgeGraph.open(tmp_path / "graph") as graph:
            assert len(graph.ask("cq06")) == 6
        import shutil

        shutil.rmtree(tmp_path / "graph")


def test_errors_survive_the_way_from_the_worker():
    import pickle

    error = pickle.loads(pickle.dumps(QuestionError("a", "b", where="c", hint="d")))
    assert isinstance(error, QuestionError)
    assert (error.code, error.message, error.where, error.hint) == ("a", "b", "c", "d")
    with KnowledgeGraph.open() as graph, pytest.raises(QuestionError) as caught:
        graph.query("SELECT ?x WHERE { ?x ?y }")
    assert caught.value.code == "bad-sparql"


def test_one_root_for_all_errors():
    from kkgraph import errors

    kinds = [k for k in vars(errors).values() if isinstance(k, type)]
    assert len(kinds) == 10
    assert all(issubclass(k, KkgraphError) for k in kinds)


def test_inserted_data_reach_the_default_graph_once_and_as_the_same_nodes():
    store = OxigraphStore.in_memory([], in_process=True)
    store.update(
        "INSERT DATA { GRAPH kkg:local { _:x <p:p> 1 . <s:s> <p:p> _:x } GRAPH <g:other> "
        "{ _:x <p:q> 2 } } ; INSERT DATA { GRAPH kkg:local { _:y <p:p> 3 . <s:s> <p:p> <r> } }",
        base="http://base.example/",
    )

    def found(text):
        return set(store.query(text, Limits(None, None)).rows)

    assert found("SELECT * { ?s ?p ?o }") == found("SELECT * { GRAPH kkg:local { ?s ?p ?o } }")
    assert len(found("SELECT * { ?s ?p ?o }")) == 4
    assert store.query("ASK { GRAPH <g:other> { ?x ?q 2 } ?x <p:p> 1 }", Limits(None, None)).truth
    assert len(found("SELECT DISTINCT ?x { ?x <p:p> ?n FILTER(ISBLANK(?x)) }")) == 2
    assert store.query("ASK { ?s ?p <http://base.example/r> }", Limits(None, None)).truth


def test_a_plain_store_has_a_default_graph_of_its_own(tmp_path):
    made = OxigraphStore.create(tmp_path / "store", [], in_process=True, derived=False)
    made.update("INSERT DATA { <a:a> <b:b> 1 } ; CLEAR SILENT GRAPH kkg:local")
    made.add_triples("", [ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("b:b"), ox.Literal(2))])
    made.close()
    again = OxigraphStore.open(tmp_path / "store", in_process=True)
    assert not again.derived
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert again.query(count, Limits(None, None)).rows[0][0].value == "2"
    again.put_graph("", [])
    assert again.query(count, Limits(None, None)).rows[0][0].value == "0"
    again.close()


def test_an_update_may_give_a_known_namespace_another_prefix():
    store = OxigraphStore.in_memory([], in_process=True)
    store.update(
        "PREFIX dc: <http://purl.org/dc/terms/> INSERT { GRAPH kkg:local { ?s dc:title 'x' } } "
        "WHERE { BIND(dc:title AS ?s) }"
    )
    assert store.query("ASK { dcterms:title dcterms:title 'x' }", Limits(None, None)).truth


def test_an_engine_that_breaks_down_is_an_error_and_ctrl_c_stays_itself():
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    class Broken:
        def __init__(self, error):
            self.error = error

        def query(self, *_, **__):
            raise self.error

    with pytest.raises(StoreError) as caught:
        execute.run(Broken(panic("no total order")), "ASK {}", None)
    assert caught.value.code == "engine-failed"
    assert "no total order" in caught.value.message
    with pytest.raises(KeyboardInterrupt):
        execute.run(Broken(KeyboardInterrupt()), "ASK {}", None)
