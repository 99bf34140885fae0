"""Bulk validation as its users meet it: planted errors, engines, reports, changes, bad input."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph, shapes, turtle
from kkgraph.columnar.loading import load
from kkgraph.columnar.saved import open_saved
from kkgraph.errors import QuestionError, ShapeError, SourceError, StoreError
from kkgraph.names import RDF_TYPE
from kkgraph.shacl.forms import SH
from kkgraph.shapes.checking import read_schema
from kkgraph.shapes.standard import chunks

sys.path.insert(0, str(ROOT / "benchmarks"))
USUAL = ROOT / "benchmarks" / "shapes" / "usual.ttl"
CASES = 100
KINDS = 8
PREFIXES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    """A generated file and its planted errors."""
    import cases

    path = tmp_path_factory.mktemp("nation") / "nation.nt"
    return path, cases.write(path, CASES)


@pytest.fixture(scope="module")
def saved(nation):
    path = nation[0].with_suffix(".kk")
    load(nation[0], into=path).close()
    return path


def write(folder, name, text):
    path = folder / name
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


def found(results):
    """What a planted error says of itself, as a multiset."""
    return Counter(
        (
            str(r.focus.value),
            "" if r.path is None else getattr(r.path, "iri", str(r.path)),
            "" if r.value is None else str(r.value),
            r.constraint.component.rpartition("#")[2],
        )
        for r in results
    )


def expected(planted):
    return Counter((p.focus, p.path, p.value, p.component) for p in planted)


@pytest.mark.parametrize("engine", ["direct", "columnar", "saved"])
def test_exactly_the_planted_errors_are_found(nation, saved, engine, monkeypatch):
    path, planted = nation
    assert len({p.kind for p in planted}) == KINDS
    assert len(planted) > 50
    if engine == "direct":
        monkeypatch.setattr(shapes.checking, "SMALL_BYTES", 2**30)
    chosen = saved if engine == "saved" else path
    option = "auto" if engine == "direct" else "columnar"
    report = shapes.validate_files([chosen], shapes=[USUAL], engine=option)
    assert report.engine == ("direct" if engine == "direct" else "columnar")
    assert found(report.results()) == expected(planted)
    assert report.total == len(planted)
    assert report.by_component() == dict(sorted(Counter(p.component for p in planted).items()))


def test_problems_stand_at_their_lines(nation):
    path, planted = nation
    report = shapes.validate_files([path], shapes=[USUAL], engine="columnar", first=None)
    lines = path.read_text("utf-8").splitlines()
    assert len(report.problems) == len(planted)
    for problem in report.problems:
        number = int(problem.where.rpartition(":")[2])
        assert lines[number - 1].startswith(f"<{problem.focus}> ")
        assert set(problem.message) == {"en", "th"}


def test_the_first_of_each_are_listed_and_all_are_counted(nation):
    path, planted = nation
    report = shapes.validate_files([path], shapes=[USUAL], engine="columnar", first=2)
    listed = Counter((p.shape, p.component) for p in report.problems)
    assert max(listed.values()) == 2
    assert sum(t.results for t in report.tallies) == report.total == len(planted)
    assert report.count("violation") == len(planted)


def test_a_standard_report_holds_every_result(nation):
    path, planted = nation
    report = shapes.validate_files([path], shapes=[USUAL], engine="columnar", first=0)
    for form, kind in (("nt", ox.RdfFormat.N_TRIPLES), ("ttl", ox.RdfFormat.TURTLE)):
        text = b"".join(chunks(report, form))
        quads = list(ox.parse(text, format=kind))
        kinds = Counter(q.object.value for q in quads if q.predicate.value == RDF_TYPE)
        assert kinds == {SH + "ValidationReport": 1, SH + "ValidationResult": len(planted)}
        assert text.count(b"@prefix sh:") == (form == "ttl")


def test_the_plan_can_be_read(nation):
    report = shapes.validate_files([nation[0]], shapes=[USUAL], engine="columnar", explained=True)
    plan = report.explain(["Finding-hedge"])
    assert "path kk:hedge" in plan
    assert "MaxCount 1" in plan
    assert "instances of kk:Finding" in plan
    assert "/* kk:hedge */" in plan
    again = shapes.validate_files([nation[0]], shapes=[USUAL], engine="columnar", explained=True)
    assert again.explain() == report.explain()
    with pytest.raises(QuestionError) as caught:
        report.explain(["Nothing"])
    assert caught.value.code == "bad-value"


def test_the_engines_agree_on_the_shipped_shapes(nation, graph, monkeypatch):
    path, _ = nation
    by_sql = graph.validate([path], engine="columnar")
    monkeypatch.setattr(shapes.checking, "SMALL_BYTES", 2**30)
    direct = graph.validate([path])
    assert (direct.engine, by_sql.engine) == ("direct", "columnar")
    assert direct.total > 1000
    assert Counter(by_sql.tallies) == Counter(direct.tallies)


def test_pyshacl_gives_a_second_opinion(graph):
    path = ROOT / "tests" / "shapes" / "findings" / "example-hedge.invalid.ttl"
    ours, theirs = graph.validate([path]), graph.validate([path], engine="pyshacl")
    assert theirs.engine == "pyshacl"
    assert {(p.focus, p.shape) for p in ours.problems} == {
        (p.focus, p.shape) for p in theirs.problems
    }
    with pytest.raises(QuestionError):
        graph.validate([path], engine="pyshacl", skip_errors=True)
    with pytest.raises(QuestionError):
        graph.validate([path], engine="jena")
    with pytest.raises(QuestionError):
        theirs.explain()


def test_a_change_is_checked_against_what_the_graph_knows(graph, tmp_path):
    base = tmp_path / "base.nt"
    base.write_bytes(graph.export("nt"))
    kept = tmp_path / "base.kk"
    load(base, into=kept).close()
    assert graph.validate([kept], background=False).conforms
    change = ROOT / "tests" / "shapes" / "data" / "article.invalid.ttl"
    for background in (True, False):
        report = graph.validate([kept], changed=[change], background=background)
        assert report.count("violation") == 2
        assert report.details.reached < 20
    gone = tmp_path / "gone.nt"
    gone.write_text(
        "<https://w3id.org/kkgraph/id/F369> <https://w3id.org/kkgraph/ns#hedge> "
        "<https://w3id.org/kkgraph/ns#asserted> .\n"
    )
    before = kept.read_bytes()
    report = graph.validate([kept], removed=[gone], background=False)
    assert ("kksh:Finding-hedge", "MinCountConstraintComponent") in {
        (p.shape, p.component) for p in report.problems
    }
    assert report.details.reached < 200
    assert kept.read_bytes() == before


def test_ill_typed_literals_and_equal_values_are_told_apart(tmp_path):
    data = write(tmp_path, "d.ttl", """
ex:a ex:year "not-a-year"^^xsd:gYear ; ex:n "1"^^xsd:integer, "01"^^xsd:integer .
ex:b ex:year "2020"^^xsd:gYear ; ex:n "007"^^xsd:integer .
""")  # fmt: skip
    shape = write(tmp_path, "s.ttl", """
ex:S sh:targetSubjectsOf ex:year ;
  sh:property [ sh:path ex:year ; sh:datatype xsd:gYear ] ;
  sh:property [ sh:path ex:n ; sh:maxCount 1 ] ;
  sh:property [ sh:path ex:n ; sh:in ( "1"^^xsd:integer "01"^^xsd:integer "007"^^xsd:integer ) ] .
""")  # fmt: skip
    for engine in ("auto", "columnar"):
        report = shapes.validate_files([data], shapes=[shape], engine=engine)
        assert {(p.focus, p.value, p.component) for p in report.problems} == {
            ("http://example.org/a", "not-a-year", "DatatypeConstraintComponent"),
            ("http://example.org/a", "", "MaxCountConstraintComponent"),
        }


def test_placeholders_and_unnamed_shapes_read_well(tmp_path):
    data = write(tmp_path, "d.ttl", 'ex:a a ex:C ; ex:n "007"^^xsd:integer .')
    shape = write(tmp_path, "s.ttl", """
ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:m ; sh:minCount 1 ] ;
  sh:sparql [ sh:message "{$this} has {?value}"@en ;
    sh:select "SELECT $this ?value WHERE { $this <http://example.org/n> ?value }" ] .
""")  # fmt: skip
    for engine in ("auto", "columnar"):
        problems = shapes.validate_files([data], shapes=[shape], engine=engine).problems
        assert {p.shape for p in problems} == {
            "http://example.org/S",
            "http://example.org/S › http://example.org/m",
        }
        assert {p.message["en"] for p in problems if p.value} == {"http://example.org/a has 007"}
        assert all(p.where == f"{data}:4" for p in problems)


BAD_SHAPES = {
    "recursive": ("ex:S sh:targetClass ex:C ; sh:node ex:T . ex:T sh:node ex:S .",
                  "recursive-shapes", "ex"),
    "rule": ("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:rule [] .",
             "unsupported-shape", "rule"),
    "misspelt": ("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:minCuont 1 .",
                 "unsupported-shape", "minCuont"),
    "js": ("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:js [] .", "unsupported-shape", "js"),
    "entailment": ("ex:S a sh:NodeShape ; sh:targetClass ex:C . ex: sh:entailment ex:RDFS .",
                   "unsupported-shape", "entailment"),
    "look-around": ('ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:pattern "(?=a)" .',
                    "unsupported-shape", "look-around"),
    "back-reference": ('ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:pattern "(a)\\\\1" .',
                       "unsupported-shape", "back-reference"),
    "pattern": ('ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:pattern "(" .',
                "bad-shape", "pattern"),
    "huge": ('ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:pattern "((((a{99}){99}){99}){99})" .',
             "bad-shape", "pattern"),
    "list": ("ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:in ex:x .", "bad-shape", "list"),
    "path": ("ex:S a sh:PropertyShape ; sh:targetClass ex:C .", "bad-shape", "path"),
    "minus": ('ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this { $this ?p ?o '
              'MINUS { $this ex:q ?o } }" ] .', "unsupported-shape", "MINUS"),
    "query": ('ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "SELECT $this {" ] .',
              "bad-shape", "parse"),
    "empty": ("", "no-shapes", "target"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SHAPES)
def test_a_bad_shape_is_named(tmp_path, name):
    text, code, word = BAD_SHAPES[name]
    data = write(tmp_path, "d.ttl", "ex:a a ex:C .")
    shape = write(tmp_path, "s.ttl", text)
    with pytest.raises(ShapeError) as caught:
        shapes.validate_files([data], shapes=[shape])
    assert caught.value.code == code
    assert word in caught.value.message
    assert caught.value.where.startswith(str(shape))
    assert caught.value.hint


def test_a_pattern_never_explodes(tmp_path):
    data = write(tmp_path, "d.ttl", f'ex:a a ex:C ; ex:p "{"a" * 5000}!" .')
    shape = write(tmp_path, "s.ttl", 'ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; '
                  'sh:pattern "^(a+)+$" ] .')  # fmt: skip
    for engine in ("auto", "columnar"):
        start = time.perf_counter()
        assert shapes.validate_files([data], shapes=[shape], engine=engine).total == 1
        assert time.perf_counter() - start < 20  # an exploding engine would take for ever


def test_a_malformed_line_is_named_and_can_be_left_out(nation, tmp_path):
    lines = nation[0].read_text("utf-8").splitlines(keepends=True)
    wrong = 23_456
    path = tmp_path / "bad.nt"
    path.write_text("".join([*lines[: wrong - 1], "<urn:a> <urn:b> .\n", *lines[wrong - 1 :]]))
    target = tmp_path / "bad.kk"
    target.write_bytes(b"as it was")
    for call in (lambda: load(path, into=target), lambda: shapes.validate_files([path])):
        with pytest.raises(SourceError) as caught:
            call()
        assert caught.value.where.startswith(f"{path}:{wrong}:")
    assert target.read_bytes() == b"as it was"
    report = shapes.validate_files([path], shapes=[USUAL], skip_errors=True)
    assert report.n_skipped == 1
    assert report.total == len(nation[1])


def test_too_little_memory_is_said(nation):
    with pytest.raises(StoreError) as caught:
        shapes.validate_files([nation[0]], shapes=[USUAL], engine="columnar", memory="1MB")
    assert caught.value.code == "out-of-memory"
    assert "memory" in caught.value.hint


def kkgraph(*words, **options):
    command = [sys.executable, "-m", "kkgraph.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_command_line_says_what_it_found(nation, saved):
    path, planted = nation
    done = kkgraph("validate", saved, "--shapes", USUAL, "--no-background", "--summary")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith(f"{len(planted)} results in 3")
    done = kkgraph("validate", path, "--shapes", USUAL, "--no-background", "--engine", "columnar",
                   "--format", "json", "--first", "1")  # fmt: skip
    body = json.loads(done.stdout)
    assert body["results"] == len(planted)
    assert sum(body["by_component"].values()) == len(planted)
    assert sum(t["results"] for t in body["by_shape"]) == len(planted)
    assert body["engine"] == "columnar"
    assert 0 < len(body["problems"]) < len(planted)
    done = kkgraph("validate", path, "--summary", "--format", "ttl")
    assert done.returncode == 2
    assert "bad-value" in done.stderr


def test_a_columnar_file_says_what_it_holds(saved, tmp_path):
    done = kkgraph("columnar", "info", saved)
    assert done.returncode == 0
    with open_saved(saved) as loaded:
        assert f"{loaded.n_triples:,} triples" in done.stdout
    assert "rdf:langString@th" in done.stdout
    folder = tmp_path / "out"
    assert kkgraph("columnar", "export", saved, "-o", folder).returncode == 0
    back = load(folder / "statements.parquet")
    with back, open_saved(saved) as loaded:
        assert back.n_triples == loaded.n_triples


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_an_interrupt_leaves_the_previous_file(tmp_path):
    target = tmp_path / "kept.kk"
    target.write_bytes(b"as it was")
    endless = tmp_path / "endless.nt"
    os.mkfifo(endless)
    under_way = threading.Event()

    def feed():
        with contextlib.suppress(BrokenPipeError), endless.open("wb") as pipe:
            for number in itertools.count():
                pipe.write(b"<http://x.example/%d> <http://x.example/p> <urn:o> .\n" % number)
                if number == 200_000:
                    under_way.set()

    feeding = threading.Thread(target=feed)
    feeding.start()
    command = [sys.executable, "-m", "kkgraph.cli", "columnar", "build", endless, "-o", target]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert under_way.wait(60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    feeding.join()
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "stopped" in errors
    assert target.read_bytes() == b"as it was"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["endless.nt", "kept.kk"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
@pytest.mark.parametrize("name", ["one.nt", "one.ttl", "one.nt.gz"])
def test_a_named_pipe_is_read_like_a_file(tmp_path, name):
    pipe = tmp_path / name
    os.mkfifo(pipe)
    text = b"<urn:s> <urn:p> <urn:o> .\n"
    data = gzip.compress(text) if name.endswith(".gz") else text
    feeding = threading.Thread(target=pipe.write_bytes, args=(data,))
    feeding.start()
    with load(pipe) as loaded:
        assert loaded.n_triples == 1
    feeding.join()


def test_the_shipped_shapes_compile_whole(graph):
    quads = [q for q in graph.store.quads() if turtle.graph_of(q)]
    report = shapes.validate(quads, engine="columnar")
    direct = shapes.validate(quads)
    assert report.triples == direct.triples > 15_000
    assert Counter(report.tallies) == Counter(direct.tallies)
    assert len(read_schema().shapes) > 200
    report.close()


def test_a_graph_of_files_needs_no_store(tmp_path, nation):
    with KnowledgeGraph.open(in_process=True) as own:
        report = own.validate([nation[0]], shapes=[USUAL], background=False, engine="columnar")
    assert report.total == len(nation[1])
