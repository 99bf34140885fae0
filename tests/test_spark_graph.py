"""Asking, comparing and linking on Spark: to the row what one machine says, by real workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph, catalogue, link
from kkgraph.analytic import ColumnarStore
from kkgraph.cases.conditions import KINDS
from kkgraph.cases.matrix import ORDER
from kkgraph.columnar.loading import load
from kkgraph.errors import QuestionError, ReasonError, StoreError
from kkgraph.link import Entry, Side, Target
from sparks import started, workers

SLUGS = ("jenrangsan-2019", "kamnuansilpa-2020", "ban-pet")
HERE = Side("here", "here.csv", "here.csv")
THERE = Side("there", "there.csv", "there.csv")
TWICE = """
@prefix kk: <https://w3id.org/kkgraph/ns#> .
@prefix kkd: <https://w3id.org/kkgraph/id/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
kkd:made-F1 a kk:Finding ; dcterms:identifier "F1" ; kk:scope kkd:sila-town ;
  kk:claim kkd:claim-has ;
  kk:kind kk:resultFinding ; kk:hedge kk:asserted , kk:tendency ; kk:theme kkd:theme-actors ;
  kk:statement "one"@en , "another"@en ; kk:about kkd:sila-town ; kk:value kkd:e-laas .
"""
"""A finding of two hedges and statements, as data that nobody validated may have."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The study with its cases, and one that breaks the shapes, in a columnar file."""
    folder = tmp_path_factory.mktemp("data")
    graph = KnowledgeGraph.open(in_process=True)
    for slug in SLUGS:
        assert graph.load(slug).loaded
    broken = ox.parse(TWICE.encode(), format=ox.RdfFormat.TURTLE)
    graph.store.put_graph("https://w3id.org/kkgraph/graph/case-made", [q.triple for q in broken])
    (folder / "all.nq").write_bytes(graph.export("nq"))
    load(folder / "all.nq", into=folder / "all.kk").close()
    return folder / "all.kk"


@pytest.fixture(scope="module")
def folder(file):
    from kkgraph.columnar.saved import open_saved
    from kkgraph.spark.folder import write_folder

    with open_saved(file) as loaded:
        write_folder(loaded, file.with_suffix(""), source=file)
    return file.with_suffix("")


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    yield from started(tmp_path_factory.mktemp("workers"))


@pytest.fixture(scope="module")
def here(file):
    with KnowledgeGraph.open(file, engine="columnar") as graph:
        assert isinstance(graph.store, ColumnarStore)
        yield graph


@pytest.fixture(scope="module")
def there(spark, folder):
    assert len(workers(spark)) == 2
    with KnowledgeGraph.open(folder, engine="spark") as graph:
        yield graph
    assert not list(folder.glob(".work-*"))


ASKED = {
    "across the cases": ("lao-findings", {}),
    "a body": ("lao-findings", {"lao": "sila-town"}),
    "of the study alone": ("cq06", {}),
    "gaps": ("gaps", {}),
}


ONE = [n if at == 0 else pytest.param(n, marks=pytest.mark.long) for at, n in enumerate(ASKED)]


@pytest.mark.parametrize("name", ONE)
def test_stored_questions_have_the_same_answers(here, there, name):
    question, params = ASKED[name]
    lang = "en" if params else "th"
    wanted = here.ask(question, params, lang=lang)
    found = there.ask(question, params, lang=lang, timeout_s=None)
    assert found == wanted
    assert found.to_json() == wanted.to_json()
    assert len(wanted) > 2
    assert any(line.findings for line in wanted.lines) or wanted.gaps


@pytest.mark.long
def test_a_stored_question_is_written_as_parquet(here, there, tmp_path):
    import pyarrow.parquet as pq

    params = {"lao": "sila-town"}
    wanted = here.query_raw(here.sparql_of("lao-findings", params)).rows
    written = there.write_answer("lao-findings", tmp_path / "found.parquet", params)
    rows = pq.read_table(tmp_path / "found.parquet").to_pylist()
    assert [tuple(row.values()) for row in rows] == [tuple(map(str, row)) for row in wanted]
    assert len(wanted) == written > 3
    with pytest.raises(QuestionError, match="of the study alone"):
        there.write_answer("cq06", tmp_path / "none.parquet")
    with pytest.raises(QuestionError, match="only Spark"):
        here.write_answer("lao-findings", tmp_path / "none.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["found.parquet"]


# Which stored questions Spark refuses, and by which word; all others must agree.
REFUSED = {
    "collaborations": "regexp_full_match",
    "works": "regexp_full_match",
    "wd-facts": "SERVICE",
    "wd-names": "SERVICE",
}


@pytest.mark.long
def test_every_stored_question_agrees_or_is_refused_with_its_reason(here, there):
    answered = 0
    for question in catalogue.all_questions():
        sparql = here.sparql_of(question)
        if question.id in REFUSED:
            with pytest.raises(StoreError, match=REFUSED[question.id]) as refused:
                there.query(sparql, timeout_s=None, allow_remote=True)
            assert refused.value.code == "not-on-spark"
            continue
        found = there.query_raw(sparql, timeout_s=None)
        wanted = here.query_raw(sparql, timeout_s=None)
        assert (found.variables, found.rows) == (wanted.variables, wanted.rows), question.id
        answered += 1
    assert answered == len(catalogue.all_questions()) - len(REFUSED)
    assert answered > 80


def test_a_question_without_translation_is_refused_and_not_answered_elsewhere(there):
    with pytest.raises(StoreError) as caught:
        there.ask("collaborations")
    assert caught.value.code == "not-on-spark"
    assert "regexp_full_match" in caught.value.message


def test_the_way_of_a_question_is_told(here, there):
    ours, theirs = there.route("lao-findings"), here.route("lao-findings")
    assert ours.engine == "spark"
    assert ours.plan == f"{theirs.plan}\n\nSpark\n  {ours.sql}"
    assert ours.sql.startswith("WITH ") and "RECURSIVE" not in ours.sql
    sparql = "SELECT ?a ?b { ?a rdfs:subClassOf+ ?b }"
    assert "walked_1" in there.store.route(sparql).sql


def test_how_far_a_question_is_can_be_heard(there):
    from kkgraph.spark.watching import tasks

    told = []
    there.store.watch(told.append)
    try:
        there.query("SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c }", timeout_s=None)
    finally:
        there.store.watch(None)
    assert told[-1] == ""
    assert all(text.startswith("asking: ") and text.endswith(" tasks") for text in told[:-1])
    context = there.store.tables.spark.sparkContext
    context.setJobGroup("counted", "", True)
    assert context.parallelize(range(8), 4).count() == 8
    assert tasks(context.statusTracker(), "counted") == (4, 4)


def test_a_question_that_takes_too_long_is_stopped(there):
    held = "FILTER(STR(?b) < STR(?d) && STR(?d) < STR(?f))"  # or they were counted, not made
    endless = f"SELECT (COUNT(*) AS ?n) {{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f {held} }}"
    with pytest.raises(StoreError) as caught:
        there.query(endless, timeout_s=0.5)
    assert caught.value.code == "timeout"
    assert there.query("ASK { ?s ?p ?o }", timeout_s=None).rows == [{"answer": True}]


def test_bad_sparql_is_told_by_its_place(there):
    with pytest.raises(QuestionError) as caught:
        there.query("SELECT ?x {\n ?x a }")
    assert caught.value.code == "bad-sparql"


def test_tables_take_no_changes(there):
    with pytest.raises(StoreError) as caught:
        there.update("INSERT DATA { GRAPH kkg:local { kkd:a a kk:Finding } }")
    assert caught.value.code == "read-only-store"


def test_large_tables_are_never_fetched_to_be_judged(there, monkeypatch):
    monkeypatch.setattr("kkgraph.large.LARGE", 10)
    with pytest.raises(StoreError) as caught:
        there.validate()
    assert caught.value.code == "not-on-spark"
    with pytest.raises(ReasonError) as refused:
        there.reason()
    assert refused.value.code == "too-much-to-classify"


@pytest.mark.long
def test_two_graphs_are_open_at_once(spark, there, tmp_path):
    from kkgraph.spark.folder import write_folder

    (tmp_path / "one.nt").write_text("<urn:a> <urn:p> <urn:b> .\n", "utf-8")
    with load(tmp_path / "one.nt") as loaded:
        write_folder(loaded, tmp_path / "one")
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    before = there.query(count, timeout_s=None).rows
    with KnowledgeGraph.open(tmp_path / "one", engine="spark") as other:
        assert other.query(count, timeout_s=None).rows == [{"n": 1}]
        assert there.query(count, timeout_s=None).rows == before
    assert there.query(count, timeout_s=None).rows == before


@pytest.mark.long
@pytest.mark.parametrize("by", KINDS)
def test_comparisons_are_the_same_in_every_form(here, there, by, tmp_path):
    from kkgraph.cases import tabulated
    from kkgraph.cli.matrices import comparison
    from kkgraph.report.heatmap import to_html

    wanted, found = (graph.compare(by, rows=ORDER) for graph in (here, there))
    assert found == wanted
    assert len(wanted.rows) > 12 and len(wanted.columns) > 2
    assert comparison(found, 100) == comparison(wanted, 100)
    assert tabulated.to_csv(found) == tabulated.to_csv(wanted)
    assert tabulated.to_qca(found) == tabulated.to_qca(wanted)
    assert tabulated.as_dict(found) == tabulated.as_dict(wanted)
    assert to_html(found) == to_html(wanted)
    tabulated.to_xlsx(found, tmp_path / "found.xlsx")
    assert (tmp_path / "found.xlsx").stat().st_size > 1000


def entries(side: str, n: int) -> list[Entry]:
    """Bodies of many provinces with names as people write them: slips, codes, places, twins."""
    kinds = ("เทศบาลตำบล", "ทต.", "อบต.", "องค์การบริหารส่วนตำบล", "เทศบาลเมือง")
    stems = ("ท่าพระ", "บ้านเป็ด", "ศิลา", "สำราญ", "เมืองเก่า", "กระนวน", "หนองบัว", "โนนสูง")
    provinces = ("40", "41", "44", "46", "10", "")
    out = []
    for number in range(n):
        stem = stems[number % len(stems)] + (str(number // 80) if number % 3 else "")
        if side == "here" and number % 7 == 0:
            stem = stem.replace("า", "", 1)
        codes = (("dla", f"5{number:06}"),) if number % 5 == 0 else ()
        point = (16.0 + number / 1000, 102.0 + number / 3000) if number % 4 == 0 else None
        name = f"{kinds[number % len(kinds)]}{stem}"
        province = provinces[number % len(provinces)]
        out.append(
            Entry(f"{side}-{number}", f"{side}.csv:{number}", name, ("Tha Phra",) * (number % 2),
                  province=province, identifiers=codes, point=point)
        )  # fmt: skip
    return out


def plain(linking):
    return (linking.source, linking.target, linking.decisions, linking.threshold, linking.notes)


def test_links_are_the_same_and_a_lost_worker_changes_nothing(spark):
    from kkgraph.link.spread import SpreadTarget

    mine, theirs = entries("here", 1200), entries("there", 900)
    wanted = link.link((HERE, mine), Target(THERE, theirs), threshold=0.9)
    outcomes = {d.outcome for d in wanted}
    assert outcomes == {"linked", "ambiguous", "none"}
    before = workers(spark)
    killed = []

    def kill():
        tracker = spark.sparkContext.statusTracker()
        limit = time.monotonic() + 60
        while time.monotonic() < limit and not killed:
            if tracker.getActiveStageIds():
                os.kill(before[0], signal.SIGKILL)
                killed.append(before[0])
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    found = link.link((HERE, mine), SpreadTarget(spark, THERE, theirs), threshold=0.9)
    thread.join()
    assert killed and killed[0] not in workers(spark)
    assert plain(found) == plain(wanted)


def test_rows_without_any_are_linked_to_nothing(spark):
    from kkgraph.link.spread import SpreadTarget

    assert link.link((HERE, []), SpreadTarget(spark, THERE, entries("there", 3))).decisions == ()


def test_the_bodies_of_tables_are_a_side(here, there):
    graph = KnowledgeGraph.open(in_process=True)
    for slug in SLUGS:
        graph.load(slug)
    wanted = link.of_graph(graph.store)
    assert len(wanted[1]) > 6
    assert link.of_graph(here.store) == wanted
    assert link.of_graph(there.store) == wanted


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kkgraph.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


WRONG = {
    "a master without Spark": ["ask", "cq06", "--master", "local"],
    "tables without Spark": ["compare", "--data", "folder"],
    "links without Spark": ["link", "a.csv", "--to", "b.csv", "--master", "local"],
    "a server": ["ask", "cq06", "--engine", "spark", "--store", "https://example.org/sparql"],
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_sparks_alone_is_refused_elsewhere(name):
    told = run(*WRONG[name])
    assert told.returncode == 2
    assert told.stderr.startswith("kkgraph: bad-value: ")
    assert "Traceback" not in told.stderr


@pytest.mark.long
def test_the_command_line_asks_compares_and_links(file, folder, tmp_path):
    pytest.importorskip("pyspark")
    where = ("--engine", "spark", "--master", "local[2]", "--data", folder)
    columnar = ("--engine", "columnar", "--store", file)
    before = set(folder.glob(".work-*"))  # those of graphs that are open here
    for verb in (
        ("ask", "lao-findings", "-p", "lao=sila-town", "--lang", "th"),
        ("ask", "cq06", "-f", "csv"),
        ("compare", "--by", "goal", "-f", "csv"),
        ("query", ROOT / "queries" / "questions" / "findings.rq", "-f", "json"),
    ):
        told, wanted = run(*verb, *where), run(*verb, *columnar)
        assert told.returncode == wanted.returncode == 0, told.stderr
        assert told.stdout == wanted.stdout
        assert len(wanted.stdout.splitlines()) > 3
    explained = run("ask", "lao-findings", "--explain", *where)
    assert explained.stdout.startswith("Engine: spark\n")
    place = tmp_path / "found.parquet"
    for code in (0, 2):
        told = run("ask", "lao-findings", "-p", "lao=sila-town", "-o", place, *where)
        assert told.returncode == code, told.stderr
        assert ("Written: ", "kkgraph: file-exists: ")[code // 2] in told.stderr
    assert list(place.glob("part-*.parquet"))
    (tmp_path / "mine.csv").write_text("เทศบาลเมืองศิลา\nเทศบาลตำบลท่าพระ\n", "utf-8")
    asked = ("link", tmp_path / "mine.csv", "--to", "graph", "-f", "csv")
    told = run(*asked, *where)
    assert told.returncode == 0, told.stderr
    assert told.stdout == run(*asked, "--store", file).stdout
    assert set(folder.glob(".work-*")) == before
