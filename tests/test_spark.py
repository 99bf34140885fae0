"""Plans on Spark: the same answers as DuckDB's, from real worker processes, whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from random import Random

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import turtle
from kkgraph.columnar import engine
from kkgraph.columnar.loading import load
from kkgraph.columnar.saved import open_saved
from kkgraph.columnar.space import Space
from kkgraph.errors import QuestionError, SourceError, StoreError
from kkgraph.names import RDF_TYPE
from kkgraph.shapes import validate_files
from kkgraph.shapes.checking import identity, read_schema
from sparks import started, workers

FIXTURES = ROOT / "tests" / "fixtures" / "spark"
SHAPES = FIXTURES / "shapes.ttl"
DATA = FIXTURES / "data.ttl"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("spark") / "data.kk"
    load(DATA, into=path).close()
    return path


@pytest.fixture(scope="module")
def folder(saved):
    from kkgraph.spark.folder import write_folder

    place = saved.with_suffix("")
    with open_saved(saved) as loaded:
        write_folder(loaded, place, source=saved)
    return place


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    yield from started(tmp_path_factory.mktemp("workers"))


def rows(found):
    return [(*identity(r), r.bindings) for r in found.results()]


class Killer:
    """Kills a worker when the first large job is running."""

    def __init__(self, spark):
        self.spark = spark
        self.killed = None
        self.thread = None

    def __call__(self, text):
        if text.startswith("violations: ") and self.thread is None:
            self.thread = threading.Thread(target=self.kill)
            self.thread.start()

    def kill(self):
        tracker = self.spark.sparkContext.statusTracker()
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            stages = [tracker.getStageInfo(s) for s in tracker.getActiveStageIds()]
            if any(stage is not None and stage.numActiveTasks for stage in stages):
                self.killed = workers(self.spark)[0]
                os.kill(self.killed, signal.SIGKILL)
                return
            time.sleep(0.01)


@pytest.fixture(scope="module")
def schema():
    return read_schema([SHAPES])


@pytest.fixture(scope="module")
def validated(spark, folder, schema):
    """A validation on Spark in which a worker process is killed."""
    from kkgraph.spark.space import SparkSpace
    from kkgraph.spark.tables import open_folder

    assert len(workers(spark)) == 2
    killer = Killer(spark)
    tables = open_folder(spark, str(folder))
    space = SparkSpace(tables, progress=killer)
    found = engine.validate(tables, schema, space=space, progress=killer)
    yield found, killer
    found.close()
    assert not list(folder.glob(".work-*"))


@pytest.fixture(scope="module")
def expected(saved, schema):
    with open_saved(saved) as loaded:
        found = engine.validate(loaded, schema, space=Space(loaded))
        yield rows(found), found


def test_results_are_identical_to_duckdbs_although_a_worker_dies(validated, expected):
    found, killer = validated
    wanted, by_duckdb = expected
    assert killer.killed is not None
    assert killer.killed not in workers(found.space.tables.spark)
    assert len(wanted) > 60
    assert rows(found) == wanted
    assert [(c.number, c.results) for c in found.counts] == [
        (c.number, c.results) for c in by_duckdb.counts
    ]
    components = {type(c).__name__ for _, c in found.constraints}
    at_fault = {type(c.constraint).__name__ for c in found.counts}
    assert len(at_fault) == 29
    assert components - at_fault == {"Property"}


def test_the_first_results_are_the_same(validated, expected):
    found, _ = validated
    assert [identity(r) for r in found.results(1)] == [identity(r) for r in expected[1].results(1)]


def test_results_are_written_as_parquet(validated, expected, tmp_path):
    import pyarrow.parquet as pq

    from kkgraph.spark.results import write_results

    write_results(validated[0], str(tmp_path / "results"))
    table = pq.read_table(tmp_path / "results").to_pylist()
    written = sorted((r["component"], r["focus"], r["value"] or "") for r in table)
    wanted = sorted(
        (c.component, str(focus), "" if value is None else str(value))
        for focus, value, _, c, *_ in expected[0]
    )
    assert written == wanted


def test_a_large_report_comes_from_spark(spark, folder, saved, monkeypatch):
    """Through the door that the command line uses, with things looked up in a background."""
    shape = [ROOT / "tests" / "fixtures" / "spark" / "small.ttl"]
    background = turtle.parse_file(FIXTURES / "background.ttl")
    ours = validate_files([folder], background, shapes=shape, engine="spark", first=None)
    theirs = validate_files([saved], background, shapes=shape, engine="columnar", first=None)
    assert (ours.engine, theirs.engine) == ("spark", "columnar")
    assert len(theirs.problems) > 2
    assert [p.message for p in ours.problems] == [p.message for p in theirs.problems]
    assert (ours.tallies, ours.triples) == (theirs.tallies, theirs.triples)
    ours.close()


def test_too_many_triples_for_a_query_are_refused_by_name(spark, folder, monkeypatch):
    from kkgraph.spark import space as spaces
    from kkgraph.spark.tables import open_folder

    monkeypatch.setattr(spaces, "MOST_ROWS", 3)
    tables = open_folder(spark, str(folder))
    space = spaces.SparkSpace(tables)
    with pytest.raises(StoreError) as caught:
        list(space.batches("SELECT s, p, o FROM facts"))
    assert caught.value.code == "not-on-spark"
    tables.close()


def test_no_master_is_an_error_within_seconds(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.monotonic()
    master = f"spark://127.0.0.1:{port}"
    command = ["validate", str(DATA), "--engine", "spark", "--master", master]
    told = subprocess.run(
        [sys.executable, "-m", "kkgraph.cli", *command],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert told.returncode == 3
    assert "kkgraph: no-master: " in told.stderr
    assert master in told.stderr
    assert "Traceback" not in told.stderr
    assert time.monotonic() - start < 60


@pytest.mark.long
def test_a_master_that_is_silent_is_given_up():
    code = (
        "import sys; from kkgraph.spark.session import session\n"
        "from kkgraph.errors import StoreError\n"
        "try: session(sys.argv[1], wait_s=25)\n"
        "except StoreError as error: print(error.code)\n"
    )
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        master = f"spark://127.0.0.1:{silent.getsockname()[1]}"
        told = subprocess.run(
            [sys.executable, "-c", code, master],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert told.stdout == "no-master\n", told.stderr


def test_another_engine_knows_no_master():
    with pytest.raises(QuestionError, match="knows no master"):
        validate_files([DATA], engine="columnar", master="local")


KILLED = """
import os, sys
from pathlib import Path
from kkgraph.columnar.saved import open_saved
from kkgraph.spark.folder import write_folder

def die(text):
    if text.startswith("writing triples"):
        os.kill(os.getpid(), 9)

path = Path(sys.argv[1])
write_folder(open_saved(path), Path(sys.argv[2]), source=path, progress=die)
"""


def test_a_half_written_folder_is_noticed_and_completed(saved, tmp_path):
    from kkgraph.spark.folder import MANIFEST, STARTED, write_folder
    from kkgraph.spark.tables import open_folder

    place = tmp_path / "tables"
    told = subprocess.run(
        [sys.executable, "-c", KILLED, str(saved), str(place)], timeout=100, check=False
    )
    assert told.returncode == -signal.SIGKILL
    assert (place / STARTED).is_file() and (place / "terms").is_dir()
    assert not (place / MANIFEST).exists() and not (place / "triples").exists()
    with pytest.raises(StoreError) as caught:
        open_folder(None, str(place))
    assert caught.value.code == "half-written"
    kept = (place / "terms").stat().st_mtime_ns
    told = []
    with open_saved(saved) as loaded:
        manifest = write_folder(loaded, place, source=saved, progress=told.append)
        assert manifest.rows["triples"] == loaded.n_triples
    assert (place / "terms").stat().st_mtime_ns == kept
    assert next(text.split()[1] for text in told) == "triples:"
    assert not (place / STARTED).exists()
    written = sum(1 for _ in (place / "triples").glob("p=*"))
    assert written > 5


def test_other_data_replace_what_is_left_of_a_broken_run(saved, folder, tmp_path):
    from kkgraph.spark.folder import STARTED, write_folder

    place = tmp_path / "tables"
    shutil.copytree(folder, place)
    (place / STARTED).write_text('{"path": "another"}\n')
    told = []
    with open_saved(saved) as loaded:
        write_folder(loaded, place, source=saved, progress=told.append)
    assert len(told) == 7


class FakeSpark:
    """A session that reads nothing: what is wrong must be found before."""

    class conf:
        set = staticmethod(lambda name, value: None)

    @staticmethod
    def newSession():
        return FakeSpark

    class read:
        @staticmethod
        def schema(_):
            return FakeSpark.read

        @staticmethod
        def parquet(_):
            return None


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_table_is_noticed(folder, tmp_path, damage):
    pytest.importorskip("pyspark")
    from kkgraph.spark.tables import open_folder

    place = tmp_path / "tables"
    shutil.copytree(folder, place)
    victim = sorted(place.glob("terms/*.parquet"))[0]
    if damage == "missing":
        victim.unlink()
    else:
        victim.write_bytes(victim.read_bytes()[:-7])
    with pytest.raises(StoreError) as caught:
        open_folder(FakeSpark, str(place))
    assert caught.value.code == "half-written"
    assert "terms" in caught.value.message


def test_no_folder_and_another_format(folder, tmp_path):
    from kkgraph.spark.folder import MANIFEST
    from kkgraph.spark.tables import open_folder

    with pytest.raises(SourceError) as missing:
        open_folder(None, str(ROOT / "docs"))
    assert missing.value.code == "not-a-columnar-file"
    place = tmp_path / "tables"
    shutil.copytree(folder, place)
    text = (place / MANIFEST).read_text()
    (place / MANIFEST).write_text(text.replace('"format": 1', '"format": 99'))
    with pytest.raises(StoreError) as other:
        open_folder(None, str(place))
    assert other.value.code == "columnar-format"


def test_statements_are_rendered():
    pytest.importorskip("sqlglot")
    from kkgraph.spark.dialect import rendered

    recursions = []

    def closure(recursion):
        recursions.append(recursion)
        return f"closure_{len(recursions)}"

    sql = "SELECT f FROM val_1 WHERE v NOT IN (FROM bad_1) AND (v, w) NOT IN (VALUES (1, 2))"
    said = rendered(sql, closure)
    assert " IN " not in said.sql and said.sql.count("EXISTS") == 2
    assert set(said.reads) == {"val_1", "bad_1"}
    walk = (
        "WITH RECURSIVE reach AS (({first}) UNION "
        "(SELECT r.f, e.v FROM reach r JOIN edges_1 e ON e.f = r.v)) SELECT f, v FROM reach"
    )
    inner = walk.format(first="SELECT f, v FROM walk_1")
    said = rendered(walk.format(first=f"SELECT f, v FROM ({inner})"), closure)
    assert [r.first for r in recursions] == [
        "SELECT f, v FROM walk_1",
        "SELECT f, v FROM (SELECT f, v FROM closure_1 AS reach)",
    ]
    assert said.sql == "SELECT f, v FROM closure_2 AS reach"
    assert rendered("CREATE OR REPLACE TABLE x(a BIGINT, b VARCHAR)", closure).sql == (
        "a BIGINT, b STRING"
    )
    with pytest.raises(StoreError):
        rendered("CHECKPOINT", closure)


def test_patterns_mean_the_same_in_the_workers():
    import pyarrow as pa

    from kkgraph.shacl.forms import Pattern
    from kkgraph.shacl.patterns import matching
    from kkgraph.spark.patterns import unmatched

    texts = ["", "a\nb", "a b", "ก1", "x١", "word-word", "a\u00a0b", "ABC", "a\u2028b", "b\n"]
    regexes = [
        r"^a.b$",
        r"^\w+$",
        r"\d",
        r"\bword\b",
        r"^b$",
        r"[a-z-[x]]",
        r"\s",
        "a{2,}",
        "^abc$",
    ]
    for regex in regexes:
        pattern = Pattern(regex=regex, flags="i" if regex == "^abc$" else "")
        batch = pa.record_batch({"v": list(range(len(texts))), "lex": texts})
        (found,) = unmatched(pattern)(iter([batch]))
        good = matching(pattern, texts)
        wanted = [n for n, text in enumerate(texts) if text not in good]
        assert found.column("v").to_pylist() == wanted, regex


class StoppedError(Exception):
    """Stands for a kill: nothing is tidied up."""


def lexical(term, columnar):
    """A term as N-Triples has it, a blank node by the label of its file."""
    if isinstance(term, ox.BlankNode):
        return f"_:{columnar.blank_label(term.value)}"
    return str(term)


def contents(columnar):
    """What tables say, without their numbers."""
    terms = columnar.terms_of(range(columnar.n_terms))
    names = [lexical(term, columnar) for term in terms]
    triples = columnar.run("SELECT s, p, o FROM triples")
    quads = columnar.run("SELECT g, s, p, o FROM quads")
    values = columnar.run('SELECT id, family, exact, approx, zoned FROM "values"')
    ill = columnar.run("SELECT id FROM ill_typed")
    return {
        "terms": sorted(names),
        "triples": sorted(tuple(names[n] for n in row) for row in triples),
        "quads": sorted(tuple(names[n] if n >= 0 else "" for n in row) for row in quads),
        "values": sorted((names[n], *map(str, rest)) for n, *rest in values),
        "ill": sorted(names[n] for (n,) in ill),
        "groups": [(g.kind, g.datatype, g.lang, g.n) for g in columnar.groups],
    }


def test_spark_loads_what_duckdb_loads_and_takes_up_a_broken_run(spark, tmp_path):
    from kkgraph.spark.folder import MANIFEST, STARTED
    from kkgraph.spark.loading import load as load_on_spark
    from kkgraph.spark.tables import open_folder

    quads = list(ox.parse(DATA.read_bytes(), format=ox.RdfFormat.TURTLE))
    one, two = tmp_path / "one.nt", tmp_path / "two names.nq"
    one.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES))
    two.write_text(
        '_:x <http://example.org/size> "007"^^<http://www.w3.org/2001/XMLSchema#integer>'
        " <urn:g> .\n# a comment\n\n"
        '<http://example.org/a> <http://example.org/name> "tab\\t\\u0e01 \\"q\\" \\\\"@th .\n'
        "this is no statement\n"
    )
    place = str(tmp_path / "tables")
    inputs = [str(one), str(two)]
    with pytest.raises(SourceError) as refused:
        load_on_spark(spark, inputs, place)
    assert refused.value.code == "bad-rdf"
    assert refused.value.where.endswith("two names.nq")
    assert "this is no statement" in refused.value.message

    def stop(text):
        if text == "quads: being written":
            raise StoppedError

    with pytest.raises(StoppedError):
        load_on_spark(spark, inputs, place, skip_errors=True, progress=stop)
    with pytest.raises(StoreError) as half:
        open_folder(spark, place)
    assert half.value.code == "half-written"
    (tmp_path / "tables" / "terms" / "_SUCCESS").unlink()  # as a killed job leaves a table
    told = []
    manifest, skipped = load_on_spark(spark, inputs, place, skip_errors=True, progress=told.append)
    made = [text.partition(":")[0] for text in told if text.endswith(("made", "written"))]
    assert made == ["terms", "quads", "ill_typed", "typed", "values"]
    assert skipped.count == 1
    assert not (tmp_path / "tables" / STARTED).exists()
    assert (tmp_path / "tables" / MANIFEST).is_file()
    tables = open_folder(spark, place)
    with load(inputs, skip_errors=True) as by_duckdb:
        wanted = contents(by_duckdb)
        assert manifest.rows["triples"] == by_duckdb.n_triples
    assert len(wanted["values"]) > 20 and len(wanted["ill"]) > 1
    assert contents(tables) == wanted
    tables.close()


@pytest.mark.long
@pytest.mark.parametrize("held", [100_000, 14, 3])
def test_rules_give_what_duckdb_gives(spark, tmp_path, monkeypatch, held):
    """Also where the axioms, or those with the inferred ones, are too many for the driver."""
    import pyarrow.parquet as pq

    from kkgraph.spark import near

    monkeypatch.setattr(near, "_FEW", held)
    on_driver, here = [], near.NearSpace._here
    monkeypatch.setattr(
        near.NearSpace, "_here", lambda s, sql: on_driver.append(sql) or here(s, sql)
    )
    from kkgraph.columnar.rules import close
    from kkgraph.spark.folder import write_folder
    from kkgraph.spark.reasoning import close_tables, write_inferred
    from kkgraph.spark.tables import open_folder

    with load(FIXTURES / "rules.ttl") as loaded:
        write_folder(loaded, tmp_path / "tables")
        theirs = close(loaded)
        wanted = list(theirs.triples())
        counted = theirs.counts()
        assert len(wanted) > 20 and theirs.rounds > 2
    with open_folder(spark, str(tmp_path / "tables")) as tables:
        ours = close_tables(tables)
        assert list(ours.triples()) == wanted
        assert ours.counts() == counted
        assert ours.rounds == theirs.rounds
        assert (len(on_driver) > 40) == (held == 100_000)
        assert ours.contradictory == theirs.contradictory == {"cax-dw": 1}
        assert ours.contradictions == theirs.contradictions
        write_inferred(ours, str(tmp_path / "inferred"))
    rows = pq.read_table(tmp_path / "inferred").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (str(t.subject), str(t.predicate), str(t.object)) for t in wanted
    ]


@pytest.mark.long
def test_a_derivation_is_the_same(spark, tmp_path):
    from kkgraph.columnar.rules import close
    from kkgraph.spark.folder import write_folder
    from kkgraph.spark.reasoning import close_tables
    from kkgraph.spark.tables import open_folder

    with load(FIXTURES / "rules.ttl") as loaded:
        write_folder(loaded, tmp_path / "tables")
        theirs = close(loaded)
        triples = list(theirs.triples())
        asked = triples[:: len(triples) // 3]
        wanted = [theirs.explain(triple) for triple in asked]
        axioms = theirs.written()
    assert max(len(list(found.steps())) for found in wanted) > 3
    with open_folder(spark, str(tmp_path / "tables")) as tables:
        ours = close_tables(tables)
        assert [ours.explain(triple) for triple in asked] == wanted
        assert ours.written() == axioms


@pytest.mark.long
def test_what_only_inference_reveals_is_found(spark, tmp_path):
    from kkgraph.columnar.rules import close
    from kkgraph.reasoning.saved import missing_ontology
    from kkgraph.shapes.closed import breaches
    from kkgraph.spark.folder import write_folder
    from kkgraph.spark.reasoning import close_tables
    from kkgraph.spark.tables import open_folder

    with load(ROOT / "tests" / "fixtures" / "unmasking.ttl") as loaded:
        write_folder(loaded, tmp_path / "tables")
        axioms = missing_ontology(loaded)
        wanted = breaches(close(loaded, axioms))
    assert wanted.total and wanted.revealed
    with open_folder(spark, str(tmp_path / "tables")) as tables:
        assert breaches(close_tables(tables, axioms)) == wanted


QUERIES = {
    "count by class": """SELECT ?c (COUNT(?x) AS ?n) WHERE { ?x a ?c } GROUP BY ?c
        ORDER BY DESC(?n) ?c""",
    "optional": """SELECT ?x ?n WHERE { ?x a ex:City OPTIONAL { ?x ex:colour ?n } }
        ORDER BY ?x ?n""",
    "not exists": """SELECT ?x WHERE { ?x ex:code ?c FILTER NOT EXISTS { ?x ex:name ?n } }
        ORDER BY ?x""",
    "minus": "SELECT ?x WHERE { ?x ex:code ?c MINUS { ?x ex:colour ?y } } ORDER BY ?x",
    "union": """SELECT DISTINCT ?x WHERE { { ?x ex:knows ex:a } UNION { ?x ex:likes ex:d } }
        ORDER BY ?x""",
    "path over a circle": "SELECT ?x ?y WHERE { ?x ex:partOf+ ?y }",
    "any steps": "SELECT ?y WHERE { ex:b ex:partOf* ?y }",
    "two steps": """SELECT ?x ?z (COUNT(*) AS ?n) WHERE { ?x ex:knows ?y . ?y ex:partOf ?z }
        GROUP BY ?x ?z HAVING (COUNT(*) > 0)""",
    "values": "SELECT ?x ?y WHERE { VALUES ?x { ex:a ex:none } ?x ex:likes ?y }",
    "ask": "ASK { ex:c ex:partOf ex:a }",
    "construct": "CONSTRUCT { ?y ex:known ?x } WHERE { ?x ex:knows ?y . ?y a ex:City }",
}


QUICK_ONES = ("optional", "path over a circle", "two steps", "construct")
MANY = [n if n in QUICK_ONES else pytest.param(n, marks=pytest.mark.long) for n in QUERIES]


@pytest.mark.parametrize("name", MANY)
def test_questions_have_duckdbs_answers(spark, folder, saved, name):
    from kkgraph.columnar.queries import compiled
    from kkgraph.spark.asking import ask
    from kkgraph.spark.tables import open_folder

    sparql = f"PREFIX ex: <http://example.org/> {QUERIES[name]}"
    with open_saved(saved) as loaded:
        wanted = compiled(loaded, sparql).answer()
    with open_folder(spark, str(folder)) as tables:
        found = ask(tables, sparql)
    assert (found.truth, found.variables) == (wanted.truth, wanted.variables)
    ordered = list if "ORDER BY" in sparql else partial(sorted, key=str)
    assert ordered(found.rows) == ordered(wanted.rows)
    assert sorted(map(str, found.triples or ())) == sorted(map(str, wanted.triples or ()))
    assert wanted.truth or len(wanted.rows) + len(wanted.triples or ()) > 1


EX = "http://example.org/"
PREFIXED = f"PREFIX ex: <{EX}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
CALCULATED = {
    "means": """SELECT ?c (AVG(?w) AS ?a) (AVG(?d) AS ?b) (AVG(?m) AS ?e)
        WHERE { ?x a ?c ; ex:whole ?w ; ex:part ?d ; ex:mixed ?m } GROUP BY ?c ORDER BY ?c""",
    "means of all": """SELECT (AVG(?w) AS ?a) (AVG(?d) AS ?b) (AVG(?m) AS ?e) (SUM(?m) AS ?f)
        WHERE { ?x ex:whole ?w ; ex:part ?d ; ex:mixed ?m }""",
    "distinct mean": "SELECT (AVG(DISTINCT ?s) AS ?a) WHERE { ?x ex:small ?s }",
    "none": "SELECT (AVG(?s) AS ?a) (SUM(?s) AS ?b) WHERE { ?x ex:small ?s FILTER(?s > 9) }",
    "sums": """SELECT ?c (SUM(?d) AS ?a) (SUM(?w) AS ?b)
        WHERE { ?x a ?c ; ex:part ?d ; ex:whole ?w }
        GROUP BY ?c HAVING (AVG(?d) > 0.5) ORDER BY ?a""",
    "calculated": """SELECT ?x (?w / ?s AS ?a) (?d / ?s AS ?b) (?d * 1.5 + 2 AS ?e) (-?m AS ?f)
        (xsd:integer(?d) AS ?g) (?s / 7 - ?m AS ?h)
        WHERE { ?x ex:whole ?w ; ex:small ?s ; ex:part ?d ; ex:mixed ?m FILTER(?d / 3 < 0.1) }
        ORDER BY ?x""",
    "shares": """SELECT ?c (100 * COUNT(?x) / 120 AS ?p) (AVG(?d) * 2 - SUM(?d) / 3 AS ?q)
        WHERE { ?x a ?c ; ex:part ?d } GROUP BY ?c ORDER BY ?q""",
    "doubles": """SELECT ?x (?r * 2 + 1 AS ?a) (?r + ?d AS ?b) { ?x ex:real ?r ; ex:part ?d }
        ORDER BY ?x""",
}
UNCERTAIN = {
    "sum of doubles": ("SELECT (SUM(?r) AS ?a) { ?x ex:real ?r }", "a sum of doubles"),
    "mean of doubles": (
        "SELECT ?c (AVG(?r) AS ?a) { ?x a ?c ; ex:real ?r } GROUP BY ?c",
        "doubles",
    ),
    "too long": ("SELECT ?x (?w * ?w * ?w AS ?a) { ?x ex:whole ?w }", "exactly"),
    "mean too long": ("SELECT (AVG(?l) AS ?a) { ?x ex:long ?l }", "exactly"),
    "many places": ("SELECT ?x ((?d / 3) * (?d / 3) AS ?a) { ?x ex:part ?d }", "nine places"),
}


def numbers():
    """Numbers of all types and sizes, below zero too, that two engines may calculate otherwise."""
    draw = Random(5)
    xsd = "http://www.w3.org/2001/XMLSchema#"
    quads = []

    def say(n, name, value, kind):
        literal = ox.Literal(str(value), datatype=ox.NamedNode(xsd + kind))
        quads.append(ox.Quad(*(ox.NamedNode(f"{EX}{t}") for t in (f"x{n}", name)), literal))

    for n in range(120):
        kind = ox.NamedNode(f"{EX}C{n % 7}")
        quads.append(ox.Quad(ox.NamedNode(f"{EX}x{n}"), ox.NamedNode(RDF_TYPE), kind))
        most = 10 ** draw.randint(1, 15)
        say(n, "long", draw.randint(10**16, 10**17), "integer")
        say(n, "whole", draw.randint(-most, most), "integer")
        say(n, "small", draw.randint(1, 9), "integer")
        say(
            n,
            "part",
            f"{draw.randint(-(10**6), 10**6)}.{draw.randint(1, 10**9 - 1):09d}",
            "decimal",
        )
        say(n, "mixed", draw.randint(-50, 50), "integer" if n % 2 else "decimal")
        say(n, "real", repr(draw.uniform(-100, 100)), "double")
    return quads


@pytest.fixture(scope="module")
def counted(spark, tmp_path_factory):
    """Numbers, loaded for DuckDB and for Spark."""
    from kkgraph.columnar.tables import Columnar
    from kkgraph.spark.folder import write_folder
    from kkgraph.spark.tables import open_folder

    place = tmp_path_factory.mktemp("numbers") / "tables"
    with Columnar.from_quads(numbers()) as loaded:
        write_folder(loaded, place)
        with open_folder(spark, str(place)) as tables:
            yield loaded, tables


FEW = [
    n if at % 3 == 0 else pytest.param(n, marks=pytest.mark.long) for at, n in enumerate(CALCULATED)
]


@pytest.mark.parametrize("name", FEW)
def test_numbers_are_calculated_to_the_last_digit(counted, name):
    from kkgraph.columnar.queries import compiled
    from kkgraph.spark.asking import ask

    loaded, tables = counted
    sparql = f"{PREFIXED} {CALCULATED[name]}"
    wanted, found = compiled(loaded, sparql).answer(), ask(tables, sparql)
    assert found == wanted
    assert wanted.rows and any(term is not None for term in wanted.rows[0])


@pytest.mark.parametrize("name", UNCERTAIN)
def test_what_isnt_certain_to_the_last_digit_is_refused(counted, name):
    from kkgraph.spark.asking import ask

    sparql, reason = UNCERTAIN[name]
    with pytest.raises(StoreError, match=reason) as caught:
        ask(counted[1], f"{PREFIXED} {sparql}")
    assert caught.value.code == "not-on-spark"


def test_what_may_mean_another_thing_to_spark_is_refused(spark, folder):
    from kkgraph.spark.asking import ask
    from kkgraph.spark.tables import open_folder

    sparql = """PREFIX ex: <http://example.org/>
        SELECT (REPLACE(?n, "[a-c]+", "x") AS ?r) { ?x ex:code ?n }"""
    with open_folder(spark, str(folder)) as tables, pytest.raises(StoreError) as caught:
        ask(tables, sparql)
    assert caught.value.code == "not-on-spark"


@pytest.mark.parametrize("version", ["11.0.2", ""])
def test_a_java_that_is_too_old_or_missing_is_told(tmp_path, monkeypatch, version):
    pytest.importorskip("pyspark")
    from kkgraph.spark import session as sessions

    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    if version:
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(StoreError) as caught:
        sessions._check_java()
    assert caught.value.code == "no-spark"
    assert ("11" if version else "none") in caught.value.message
