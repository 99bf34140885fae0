"""A columnar file behind the server: the answers of a store in a folder, from the file itself."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import sparql, turtle
from kkgraph.analytic import fallback
from kkgraph.cases import national
from kkgraph.columnar import queries
from kkgraph.errors import QuestionError, StoreError, TermError
from kkgraph.names import KKG, PREFIXES
from kkgraph.store.snapshots import take
from kkgraph.web import answering, desk, pool, process, writer
from kkgraph.web.bounds import Bounds
from kkgraph.web.desk import Desk
from kkgraph.web.pages import described, things
from kkgraph.web.pages.visit import Visit
from webserver import Server

BAN_PET = ROOT / "data" / "cases" / "ban-pet" / "ban-pet.ttl"
BASE = "http://127.0.0.1/sparql"
JSON = "application/sparql-results+json"
FORMS = (JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values")


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    file = tmp_path_factory.mktemp("nation") / "nation.kk"
    national.build([BAN_PET], file).close()
    return file


@pytest.fixture(scope="module")
def desks(nation, tmp_path_factory):
    """A desk over the file, by SQL where it can, and one over an engine with the same quads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kkgraph.analytic.store.SMALL", 0)
        patch.setattr("kkgraph.web.desk._PREPARED_UP_TO", 0)
        ours, theirs = Desk(), Desk()
        ours._open(nation)
        engine = ox.Store()
        engine.extend(ours.engine.quads_for_pattern(None, None, None))
        theirs._open(take(engine, tmp_path_factory.mktemp("snapshot"), on_disk=False))
        yield ours, theirs
        ours.graph.close()


def asked(at, text, accept=JSON, default=(), named=(), **bounds):
    limits = {"max_rows": 50_000, "max_bytes": 10**8, **bounds}
    return answering.query(
        at, text=text, accept=accept, base=BASE, default=default, named=named, **limits
    )


def rows(reply):
    return sorted(
        json.dumps(b, sort_keys=True) for b in json.loads(reply.body)["results"]["bindings"]
    )


QUERIES = [
    "SELECT ?h (COUNT(*) AS ?n) { ?f kk:hedge ?h } GROUP BY ?h",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?f a kk:Finding } } GROUP BY ?g",
    "SELECT ?s ?l ?n { ?s skos:prefLabel ?l OPTIONAL { ?s kk:statedSize ?n } }",
    "BASE <https://w3id.org/kkgraph/id/> SELECT ?p ?o { <e-laas> ?p ?o }",
    f"SELECT ?s {{ ?s a kk:DigitalSystem }}\n# FROM <{KKG}study>\n",
]


@pytest.mark.parametrize("text", QUERIES)
def test_the_same_rows(desks, text):
    ours, theirs = (rows(asked(d, text)) for d in desks)
    assert ours == theirs != []


@pytest.mark.parametrize("accept", FORMS)
def test_every_format_of_results(desks, accept):
    text = (
        "SELECT ?iri ?text ?n ?none { VALUES ?iri { kkd:e-laas } ?iri skos:prefLabel ?text "
        'FILTER(LANG(?text) = "th") BIND(7 AS ?n) OPTIONAL { ?iri kk:nothing ?none } }'
    )
    ours, theirs = (asked(d, text, accept) for d in desks)
    assert ours.media == theirs.media == accept
    form = dict(zip(FORMS, ("JSON", "XML"), strict=False)).get(accept)
    if form is None:
        assert ours.body == theirs.body
        return
    found = [
        [[str(t) for t in s] for s in ox.parse_query_results(
            r.body, format=getattr(ox.QueryResultsFormat, form))]
        for r in (ours, theirs)
    ]  # fmt: skip
    assert found[0] == found[1] != []


def test_truths_triples_and_the_description(desks):
    ours, _ = desks
    assert json.loads(asked(ours, "ASK { ?s a kk:Finding }").body)["boolean"] is True
    made = asked(ours, "CONSTRUCT { ?s a kk:X } { ?s a kk:DigitalSystem }", "application/n-triples")
    theirs = asked(desks[1], "CONSTRUCT { ?s a kk:X } { ?s a kk:DigitalSystem }",
                   "application/n-triples")  # fmt: skip
    assert sorted(made.body.splitlines()) == sorted(theirs.body.splitlines()) != []
    kinds = [
        answer.body.count(b"void:triples")
        for answer in (
            desk.READING["description"](d, endpoint=BASE, update=False, accept="text/turtle")
            for d in desks
        )
    ]
    assert kinds[0] == kinds[1] > 8


def test_the_dataset_of_the_protocol(desks):
    study, cited = KKG + "study", KKG + "cited"
    count = "SELECT (COUNT(*) AS ?n) FROM kkg:nothing { ?s ?p ?o }"
    for default, named in [((study,), ()), ((study, cited), (study,)), ((), (cited,)),
                           (("urn:no",), ())]:  # fmt: skip
        found = [rows(asked(d, count, default=default, named=named)) for d in desks]
        assert found[0] == found[1]
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    found = [rows(asked(d, graphs, default=(study,), named=(cited,))) for d in desks]
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_limits_and_mistakes(desks):
    for at in desks:
        with pytest.raises(StoreError) as caught:
            asked(at, "SELECT * { ?s ?p ?o }", max_rows=10)
        assert caught.value.code == "result-too-large"
        with pytest.raises(StoreError) as caught:
            asked(at, "SELECT * { ?s ?p ?o } LIMIT 500", max_bytes=1000)
        assert caught.value.code == "result-too-large"
        with pytest.raises(QuestionError) as caught:
            asked(at, "SELECT *\n{ ?s ?p }")
        assert (caught.value.code, caught.value.where) == ("bad-sparql", "query:2:10")
        with pytest.raises(QuestionError) as caught:
            asked(at, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
        assert caught.value.code == "remote-access"


def test_what_has_no_translation_is_refused_where_its_copy_would_be_large(desks, monkeypatch):
    ours, theirs = desks

    def refuse(*_):
        raise queries.UncoveredError("nothing")

    monkeypatch.setattr("kkgraph.analytic.store.compiled", refuse)
    monkeypatch.setattr(fallback, "IN_MEMORY", 100)
    monkeypatch.setattr(ours.graph.store._fallback, "_most", 10_000)
    ours.graph.store._fallback.close()
    text = "SELECT ?s ?h { ?s kk:hedge ?h }"
    assert rows(asked(ours, text)) == rows(asked(theirs, text)) != []
    named = (KKG + "study",)
    assert rows(asked(ours, text, default=named)) == rows(asked(theirs, text, default=named)) != []
    with pytest.raises(StoreError) as caught:
        asked(ours, "SELECT * { ?s ?p ?o }")
    assert caught.value.code == "not-in-sql"
    assert "copy for Oxigraph" in str(caught.value)


def test_graphs_things_and_searches(desks):
    ours, theirs = desks
    bodies = [
        answering.graph(d, name=KKG + "cited", accept="application/n-triples", max_rows=10**6,
                        max_bytes=10**8).body
        for d in desks
    ]  # fmt: skip
    assert sorted(bodies[0].splitlines()) == sorted(bodies[1].splitlines()) != []
    with pytest.raises(TermError, match="there is no graph"):
        answering.graph(ours, name="urn:no", accept="*/*", max_rows=9, max_bytes=9)
    assert described._sizes(ours) == described._sizes(theirs)
    for slug in ("e-laas",):
        visit = Visit(f"/id/{slug}", "en", placed=(("slug", slug),))
        pages = [things.thing(d, visit) for d in desks]
        assert pages[0].title == pages[1].title
        assert pages[0].fields == pages[1].fields
    sought = ["แผน", "digital system", "F369", "ban pet", "nothing-of-the-kind", ""]
    for words in sought:
        visit = Visit("/search", "en", given=(("q", words),))
        one, two = (things.search(d, visit).fields for d in desks)
        assert one["found_questions"] == two["found_questions"]
        assert one["found_findings"] == two["found_findings"]
        things_found = [sorted(n for n, *_ in f["found_things"]) for f in (one, two)]
        assert things_found[0] == things_found[1]
        assert one["cut"] == two["cut"]


def test_the_datasets_clauses_are_taken_out_and_nothing_else():
    text = (
        "PREFIX from: <urn:from> SELECT ?from FROM <urn:a> FROM NAMED from:b from kkg:c\n"
        '{ ?from from:FROM "FROM <urn:a>" } # FROM <urn:x>'
    )
    found = sparql.without_dataset(text)
    assert len(found) == len(text)
    kept = " ".join(found.split())
    assert kept == (
        'PREFIX from: <urn:from> SELECT ?from { ?from from:FROM "FROM <urn:a>" } # FROM <urn:x>'
    )
    assert sparql.with_base("BASE <urn:b:> ASK {}", "urn:a:") == "BASE <urn:b:> ASK {}"
    assert sparql.with_base("ASK { <base> a 1 }", "urn:a:").startswith("BASE <urn:a:> ASK")
    declared = sparql.with_prefixes("PREFIX kk: <urn:x:> SELECT ('skos:x' AS ?l) { ?s kk:p kkd:e }")
    assert declared.startswith(f"PREFIX kkd: <{PREFIXES['kkd']}> PREFIX kk: <urn:x:>")
    assert "skos: <" not in declared


def test_it_is_served(nation, tmp_path):
    server = Server(str(nation), "--workers", "1", "--no-log")
    try:
        for path, text in [("/data", "kkg:case-nation"), ("/search?q=e-laas", "e-LAAS")]:
            status, _, body = server.get(path, {"accept": "text/html", "accept-language": "en"})
            assert (path, status, text in body.decode()) == (path, 200, True)
        status, _, body = server.get("/api/questions/cq06", {"accept": "application/json"})
        assert (status, len(json.loads(body)["rows"])) == (200, 6)
        status, _, body = server.query(
            "SELECT (COUNT(*) AS ?n) { GRAPH kkg:case-nation { ?s ?p ?o } }"
        )
        assert (status, int(json.loads(body)["results"]["bindings"][0]["n"]["value"])) == (
            200,
            len(set(turtle.parse_file(BAN_PET))),
        )
        assert server.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:b 1 } }")[0] == 403
    finally:
        server.stop()


def test_updates_are_refused_at_the_start(nation, tmp_path):
    bounds = Bounds()
    made = writer.Writer(writer.Source(nation), bounds, pool.Pool(bounds), tmp_path)
    with pytest.raises(StoreError) as caught:
        writer._saved(nation, keep=True)
    assert caught.value.code == "read-only-store"
    assert writer._saved(nation, keep=False) == nation.resolve()
    made.stop()


def test_a_question_that_takes_too_much_memory_ends_its_process_alone(desks, monkeypatch):
    """The front tells that it took too much, and starts another process."""

    class Plan:
        def answer(self, **_):
            raise StoreError("out-of-memory", "Allocation failure")

    monkeypatch.setattr("kkgraph.analytic.store.compiled", lambda *_: Plan())
    with pytest.raises(MemoryError):
        asked(desks[0], "SELECT * { ?s ?p ?o }")


def test_a_killed_process_leaves_no_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one = process.Process("read", 2**30)
    (folder,) = tmp_path.glob("kkgraph-work-*")
    (folder / "moved out of memory").write_bytes(b"x" * 1000)
    environment = Path(f"/proc/{one.pid}/environ")
    if environment.exists():
        assert f"TMPDIR={folder}".encode() in environment.read_bytes()
    one.stop(StoreError("timeout", "it took long"))
    one.reap()
    assert not one.alive
    assert list(tmp_path.iterdir()) == []


def test_what_is_moved_out_of_memory_is_bounded(desks):
    (limit,) = desks[0].graph.store.columnar.run(
        "SELECT value FROM duckdb_settings() WHERE name = 'max_temp_directory_size'"
    )
    assert limit == ("3.7 GiB",)
