"""Answers that Spark's workers write as Parquet: DuckDB's, term by term, whole or not there."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pyoxigraph as ox
import pytest

from kkgraph.columnar.loading import load
from kkgraph.errors import KkgraphError, QuestionError, SourceError, StoreError
from sparks import started, workers

EX = "http://example.org/"
PREFIXED = f"PREFIX ex: <{EX}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
DATA = r"""
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a a ex:City ; ex:name "ขอนแก่น"@th , "a \"quoted\" name\\"@en ;
  ex:note "two\nlines\r\tand a tab" ;
  ex:whole 7 ; ex:part 0.250 ; ex:real 1.5e10 ; ex:likes ex:b , _:one .
ex:b a ex:City ; ex:name "plain" ; ex:whole "-0012"^^xsd:integer ; ex:part -3.5 ; ex:real 1e-7 .
ex:c a ex:Town ; ex:whole 99999999999 ; ex:part 12345678.000000001 ; ex:likes _:one , ex:a .
_:one ex:name "without a name of its own"@en-gb ; ex:odd "x"^^ex:unheardOf ;
  ex:day "2026-11-27"^^xsd:date .
ex:many ex:n 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31 .
"""
SELECTS = {
    "every kind of term": "SELECT ?s ?p ?o { ?s ?p ?o }",
    "unbound": "SELECT ?x ?note ?nowhere { ?x a ?c OPTIONAL { ?x ex:note ?note } }",
    "counted": "SELECT ?c (COUNT(?x) AS ?n) (SUM(?w) AS ?sum) (AVG(?w) AS ?mean)"
    " { ?x a ?c ; ex:whole ?w } GROUP BY ?c ORDER BY ?n ?c",
    "calculated": "SELECT ?x (?p * 2 AS ?twice) (?r + 1 AS ?more) (?w / 4 AS ?share)"
    " (?w > 5 AS ?big) { ?x ex:part ?p ; ex:whole ?w OPTIONAL { ?x ex:real ?r } }",
    "of several kinds": "SELECT ?v { { ?x ex:name ?n BIND(LANG(?n) AS ?v) }"
    " UNION { ?x ex:name ?v } }",
    "terms of the query": "SELECT ?x ?t"
    ' { VALUES (?x ?t) { (ex:a "not\\nthere"@th) (ex:none 1.0) } }',
    "in order": "SELECT ?n ?place { ?place ex:n ?n FILTER(?n > 2) } ORDER BY DESC(?n)",
    "some in order": "SELECT ?n { ?s ex:n ?n } ORDER BY ?n LIMIT 9 OFFSET 4",
    "none": "SELECT ?x { ?x ex:name ex:nobody }",
}
QUICK = ("every kind of term", "in order", "construct", "no manifest")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    place = tmp_path_factory.mktemp("answers") / "data.ttl"
    place.write_text(DATA, "utf-8")
    with load(place) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    from kkgraph.spark.folder import write_folder

    place = tmp_path_factory.mktemp("tables") / "tables"
    write_folder(data, place)
    return place


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    yield from started(tmp_path_factory.mktemp("workers"))


@pytest.fixture(scope="module")
def tables(spark, folder):
    from kkgraph.spark.tables import open_folder

    assert len(workers(spark)) == 2
    with open_folder(spark, str(folder)) as opened:
        yield opened
    assert not list(folder.glob(".work-*"))


@pytest.fixture
def write(tables, monkeypatch):
    """Writes an answer; that rows of it come to the driver is an error."""
    from kkgraph.spark.answers import write_answer
    from kkgraph.spark.asking import Statements, planned

    def fetched(*_):
        raise AssertionError("rows come to the driver")

    def written(sparql, place):
        plan = planned(tables, PREFIXED + sparql)
        monkeypatch.setattr(Statements, "to_arrow_reader", fetched)
        try:
            return write_answer(plan, str(place))
        finally:
            monkeypatch.undo()

    return written


def term(text):
    """The term that a cell holds."""
    if text is None:
        return None
    (quad,) = ox.parse(f"<urn:s> <urn:p> {text} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    return quad.object


def rows_in(place):
    import pyarrow.parquet as pq

    table = pq.read_table(place)
    columns = [[term(cell) for cell in column.to_pylist()] for column in table.columns]
    return table.column_names, list(zip(*columns, strict=True)) or [()] * table.num_rows


def answer(data, sparql):
    from kkgraph.columnar.queries import compiled

    return compiled(data, PREFIXED + sparql).answer()


def chosen(names):
    """The quick ones, and the others for the long run."""
    return [n if n in QUICK else pytest.param(n, marks=pytest.mark.long) for n in names]


@pytest.mark.parametrize("name", chosen(SELECTS))
def test_the_rows_are_duckdbs_term_by_term(data, write, spark, tmp_path, name):
    from kkgraph.spark.answers import rows_of

    wanted = answer(data, SELECTS[name])
    place = tmp_path / "answer.parquet"
    assert write(SELECTS[name], place) == len(wanted.rows) == rows_of(spark, str(place))
    names, found = rows_in(place)
    assert tuple(names) == wanted.variables
    in_order = "ORDER BY" in SELECTS[name]
    assert (found if in_order else sorted(found, key=str)) == (
        list(wanted.rows) if in_order else sorted(wanted.rows, key=str)
    )
    assert [p.name for p in tmp_path.iterdir()] == ["answer.parquet"]


BUILT = {
    "construct": "CONSTRUCT { ?x ex:called ?n ; ex:is ex:Here . ?n ex:of ?x . ?x ?n ex:wrong }"
    " WHERE { ?x a ?c OPTIONAL { ?x ex:name ?n } }",
    "describe": "DESCRIBE ex:c",
    "nothing": "CONSTRUCT { ?x ex:a ?x } WHERE { ?x ex:name ex:nobody }",
}


@pytest.mark.parametrize("name", chosen(BUILT))
def test_triples_are_read_back_as_statements(data, write, tmp_path, name):
    wanted = answer(data, BUILT[name]).triples
    place = tmp_path / "made.parquet"
    assert write(BUILT[name], place) == len(wanted)
    names, found = rows_in(place)
    assert names == ["subject", "predicate", "object"]
    assert sorted(map(str, found)) == sorted(
        str((t.subject, t.predicate, t.object)) for t in wanted
    )
    if wanted:
        with load(sorted(place.glob("part-*.parquet"))) as again:
            assert again.n_triples == len(wanted)


def test_a_blank_node_of_a_template_is_new_in_each_solution(write, tmp_path):
    place = tmp_path / "made.parquet"
    sparql = (
        "CONSTRUCT { ex:it ex:has _:new . _:new ex:was ?c . _:new ex:also _:other } { ?x a ?c }"
    )
    assert write(sparql, place) == 9
    _, found = rows_in(place)
    assert len({row[0] for row in found}) == 4
    assert len({row[2] for row in found if row[1].value.endswith("also")}) == 3
    assert {str(row[2]) for row in found if row[1].value.endswith("was")} == {
        f"<{EX}City>",
        f"<{EX}Town>",
    }


ALL = SELECTS["every kind of term"]


def test_what_is_there_is_left_as_it_is(write, tmp_path):
    place = tmp_path / "answer.parquet"
    place.mkdir()
    (place / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(SourceError) as caught:
        write(ALL, place)
    assert caught.value.code == "file-exists" and caught.value.hint
    assert [p.name for p in place.iterdir()] == ["mine.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["answer.parquet"]


@pytest.mark.parametrize("damage", chosen(["no manifest", "a file less", "a file cut"]))
def test_an_answer_that_is_not_whole_is_noticed(write, spark, tmp_path, damage):
    from kkgraph.spark.answers import MANIFEST, rows_of

    place = tmp_path / "answer.parquet"
    assert write(ALL, place) > 30
    part = next(p for p in sorted(place.glob("part-*")) if p.stat().st_size > 1200)
    if damage == "no manifest":
        (place / MANIFEST).unlink()
    elif damage == "a file less":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:-9])
        (place / f".{part.name}.crc").unlink()
    with pytest.raises(StoreError) as caught:
        rows_of(spark, str(place))
    assert caught.value.code == "half-written"
    with pytest.raises(KkgraphError) as refused:
        write(ALL, place)
    assert refused.value.code == ("half-written" if damage == "no manifest" else "file-exists")


def test_an_error_leaves_nothing_behind(write, tmp_path):
    sparql = "SELECT (?w * 99999999999999999999 * ?w AS ?v) { ?x ex:whole ?w }"
    with pytest.raises(StoreError) as caught:
        write(sparql, tmp_path / "answer.parquet")
    assert caught.value.code == "not-on-spark"
    assert not list(tmp_path.iterdir())


def test_a_query_that_takes_too_long_is_ended(tables, tmp_path):
    from kkgraph.spark.answers import write_answer
    from kkgraph.spark.asking import planned

    plan = planned(tables, PREFIXED + ALL)
    with pytest.raises(StoreError) as caught:
        write_answer(plan, str(tmp_path / "answer.parquet"), timeout_s=0.01)
    assert caught.value.code == "timeout"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "sparql",
    ["ASK { ?x a ex:City }", "SELECT ?x ?X { ?x ex:likes ?X }", "SELECT * { ex:a a ex:City }"],
    ids=["ask", "capitals", "no variable"],
)
def test_what_is_no_table_is_refused(write, tmp_path, sparql):
    with pytest.raises(QuestionError) as caught:
        write(sparql, tmp_path / "answer.parquet")
    assert caught.value.code == "bad-value"
    assert not list(tmp_path.iterdir())


KILLED = """
import os, sys
from kkgraph.spark import answers, asking, session, tables

answers._Place.finish = lambda *_: os.kill(os.getpid(), 9)
opened = tables.open_folder(session.session("local[1]"), sys.argv[1])
answers.write_answer(asking.planned(opened, "SELECT * { ?s ?p ?o }"), sys.argv[2])
"""


@pytest.mark.long
def test_a_killed_run_leaves_no_answer_and_is_noticed(write, folder, tmp_path):
    place = tmp_path / "answer.parquet"
    told = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(place)], timeout=300, check=False
    )
    for left in folder.glob(".work-*"):
        shutil.rmtree(left)
    assert told.returncode == -signal.SIGKILL
    assert not place.exists()
    with pytest.raises(StoreError) as caught:
        write(ALL, place)
    assert caught.value.code == "half-written"
    assert caught.value.where.endswith("_answer.parquet.unfinished")


WRONG = {
    "another engine": (("parquet", "x.parquet", "columnar", 100_000), "bad-value"),
    "another engine by the name": (("text", "x.parquet", "auto", 100_000), "bad-value"),
    "another format": (("csv", "x.parquet", "spark", 100_000), "bad-value"),
    "no folder": (("parquet", None, "spark", 100_000), "no-output"),
    "some rows": (("parquet", "x", "spark", 10), "bad-value"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_go_with_parquet_is_refused(name):
    from kkgraph.cli.folders import parquet_folder

    given, code = WRONG[name]
    with pytest.raises(KkgraphError) as caught:
        parquet_folder(*given)
    assert caught.value.code == code and caught.value.hint


def test_parquet_is_asked_for_by_name_or_by_format():
    from kkgraph.cli.folders import parquet_folder

    assert parquet_folder("text", "s3a://bucket/x.parquet", "spark", 100_000) == (
        "s3a://bucket/x.parquet"
    )
    assert parquet_folder("parquet", "there", "spark", 100_000) == "there"
    assert parquet_folder("text", None, "spark", 100_000) is None
    assert parquet_folder("csv", "x.csv", "spark", 5) is None


@pytest.mark.parametrize("verb", [["reason"], ["validate", "--format", "parquet"]])
def test_an_address_reaches_spark_as_it_was_given(verb, monkeypatch):
    """A ``Path`` would make ``s3a:/bucket`` of it."""
    from types import SimpleNamespace

    from typer.testing import CliRunner

    from kkgraph.cli import keeping, validating
    from kkgraph.cli.app import app
    from kkgraph.spark import results

    seen = []
    report = SimpleNamespace(details=None, conforms=True, n_skipped=0, close=lambda: None)
    monkeypatch.setattr(keeping, "close_on_spark", lambda *given: seen.append(given[3]))
    monkeypatch.setattr(validating, "_files", lambda *given, **options: report)
    monkeypatch.setattr(results, "write_results", lambda found, address: seen.append(address))
    place = "s3a://bucket/found"
    command = [*verb, "--engine", "spark", "--tables", "s3a://bucket/nation", "--output", place]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert seen == [place]
