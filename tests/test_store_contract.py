"""One contract for all stores: in memory, on disk, and on real SPARQL servers.

Fuseki and Comunica are installed by ``tests/servers/install.sh``; without them their part is
skipped, and says so.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.request
from pathlib import Path

import pyoxigraph as ox
import pytest

import sparql_servers
from conftest import ROOT, nameless
from kkgraph import KnowledgeGraph, __version__, catalogue, names, opening, turtle
from kkgraph.analytic import ColumnarStore
from kkgraph.cli.main import main
from kkgraph.columnar.loading import load
from kkgraph.errors import KkgraphError, QuestionError, StoreError
from kkgraph.names import KKD, KKG, PREFIXES, is_merged
from kkgraph.store import Endpoint, Limits, Login, OxigraphStore, writing
from kkgraph.store.endpoint import EndpointStore
from linked import linked_graph

A, B, P = ox.NamedNode(KKD + "a"), ox.NamedNode(KKD + "b"), ox.NamedNode(KKD + "p")
FREE = Limits(timeout_s=None, max_rows=None)
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c > ?f) }"
ASKED = {q.id: q for q in catalogue.all_questions() if not q.federated}
LINKS = sorted(q.id for q in ASKED.values() if "links" in q.tags)
QUESTIONS = sorted(ASKED.keys() - set(LINKS))
WRITABLE = ("memory", "disk", "fuseki", "fuseki in parts")
SAVED = {"columnar file as SQL": "columnar", "columnar file on Oxigraph": "oxigraph"}
KINDS = (*WRITABLE, *SAVED)


def quad(graph, s=A, p=P, o=B):
    return ox.Quad(s, p, o, ox.NamedNode(KKG + graph))


def default(store):
    return store.query("SELECT ?s ?p ?o { ?s ?p ?o }", FREE).rows


def shape(triples):
    """Triples with their blank nodes named by what is said of them."""
    found = ox.Dataset(ox.Quad(*t) for t in triples)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(q) for q in found}


def derived(store):
    """What the default graph should hold: each triple of a merged graph, once."""
    quads = [q for q in store.quads() if is_merged(q.graph_name.value)]
    return shape({(q.subject, q.predicate, q.object) for q in quads})


def emptied(url):
    request = urllib.request.Request(
        url, b"DROP ALL", {"Content-Type": "application/sparql-update"}, method="POST"
    )
    urllib.request.urlopen(request, timeout=30).close()


def by_graph(quads):
    graphs = {}
    for q in quads:
        triple = ox.Triple(q.subject, q.predicate, q.object)
        graphs.setdefault(q.graph_name.value, []).append(triple)
    return graphs


def run(capsys, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kkgraph", *words])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture(scope="session")
def fuseki(tmp_path_factory):
    with sparql_servers.fuseki(tmp_path_factory.mktemp("fuseki")) as address:
        yield address


@pytest.fixture(scope="session")
def shared_graph(fuseki):
    """The shipped graph on the server; leave it as it is."""
    with KnowledgeGraph.open(f"{fuseki}/study/sparql", create=True, in_process=True) as opened:
        yield opened


def remote(url, **options):
    return EndpointStore(Endpoint(url, **options))


class Rebuilt:
    """A columnar file that is built again from its source, a store in memory, after each write."""

    def __init__(self, quads, folder, engine):
        self.source = OxigraphStore.in_memory(quads)
        self.folder, self.engine = folder, engine
        self.opened = (-1, None)

    def saved(self):
        if self.opened[0] != self.source.version:
            self.close()
            self.opened = (self.source.version, saved(self.source, self.folder, self.engine))
        return self.opened[1]

    def close(self):
        if self.opened[1] is not None:
            self.opened[1].close()

    def __getattr__(self, name):
        writes = ("put_graphs", "put_graph", "drop_graph", "update", "version")
        return getattr(self.source if name in writes else self.saved(), name)


def saved(source, folder, engine):
    """The columnar store of another store's quads."""
    file, data = folder / "store.kk", folder / "quads.nq"
    data.write_bytes(turtle.serialise(source.quads(), "nq"))
    load(data, into=file).close()
    return ColumnarStore.open(file, engine=engine)


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    quads = [quad("study"), quad("cited"), quad("analyst", o=A)]
    if request.param in SAVED:
        made = Rebuilt(quads, tmp_path, SAVED[request.param])
    elif request.param == "memory":
        made = OxigraphStore.in_memory(quads)
    elif request.param == "disk":
        made = OxigraphStore.create(tmp_path / "store", quads)
    elif request.param == "fuseki":
        address = request.getfixturevalue("fuseki")
        emptied(f"{address}/named/update")
        made = remote(f"{address}/named/sparql")
        made.put_graphs(by_graph(quads))
    else:
        address = request.getfixturevalue("fuseki")
        emptied(f"{address}/named/update")
        made = remote(f"{address}/lone/query")
        made.batch_bytes = 1  # all comes in parts
        made.put_graphs(by_graph(quads))
    yield made
    made.close()


@pytest.fixture
def server(fuseki):
    """A store on an empty dataset of the server."""
    emptied(f"{fuseki}/named/update")
    made = remote(f"{fuseki}/named/sparql")
    yield made
    made.close()


def test_default_graph_holds_merged_triples_once(store):
    assert default(store) == ((A, P, B),)


def test_a_triple_leaves_the_default_graph_with_its_last_graph(store):
    store.drop_graph(KKG + "study")
    assert len(default(store)) == 1
    store.drop_graph(KKG + "cited")
    assert default(store) == ()


def test_put_graph_replaces(store):
    store.put_graph(KKG + "case-x", [ox.Triple(A, P, A)])
    assert len(default(store)) == 2
    store.put_graph(KKG + "case-x", [ox.Triple(B, P, B)])
    assert {r[0] for r in default(store)} == {A, B}
    store.put_graph(KKG + "links-x", [ox.Triple(B, P, A)])
    assert len(default(store)) == 2
    assert KKG + "links-x" in store.graphs()


def test_several_graphs_are_put_at_once(store):
    x, y = KKG + "case-x", KKG + "context-x"
    node = ox.BlankNode()
    store.put_graphs(
        {
            x: [ox.Triple(A, P, B), ox.Triple(A, P, node), ox.Triple(node, P, B)],
            y: [ox.Triple(B, P, A), ox.Triple(node, P, A)],
            KKG + "load-x": [ox.Triple(A, P, A)],
        }
    )
    assert len(default(store)) == 5
    assert shape(default(store)) == derived(store)
    rows = store.query(
        f"SELECT ?n {{ GRAPH <{x}> {{ ?n ?p ?o }} GRAPH <{y}> {{ ?n ?q ?r }} }}", FREE
    )
    assert len([r for r in rows.rows if isinstance(r[0], ox.BlankNode)]) == 1
    store.put_graphs({x: [], y: [ox.Triple(B, P, B)]})
    assert set(default(store)) == {(A, P, B), (B, P, B)}
    assert shape(default(store)) == derived(store)
    assert x not in store.graphs()


def test_a_triple_that_another_case_has_too_stays(store):
    shared, own = ox.Triple(B, P, B), ox.Triple(B, P, A)
    store.put_graph(KKG + "case-x", [shared, own])
    store.put_graph(KKG + "case-y", [shared])
    store.put_graph(KKG + "links-z", [own])
    store.drop_graph(KKG + "case-x")
    assert set(default(store)) == {(A, P, B), (B, P, B)}


def test_a_blank_node_copied_into_another_graph_stays_there(store):
    node = ox.BlankNode()
    store.put_graph(KKG + "case-x", [ox.Triple(node, P, A), ox.Triple(node, P, B)])
    store.update(
        "INSERT { GRAPH kkg:local { ?s ?p kkd:a } } WHERE { GRAPH kkg:case-x { ?s ?p kkd:a } }"
    )
    store.drop_graph(KKG + "case-x")
    assert shape(default(store)) == derived(store)
    assert len([r for r in default(store) if isinstance(r[0], ox.BlankNode)]) == 1


def test_update_keeps_the_default_graph_right(store):
    store.update("PREFIX x: <urn:x:> INSERT DATA { GRAPH kkg:study { x:s x:p 1 } } ;")
    assert len(default(store)) == 2
    store.update("INSERT DATA { GRAPH kkg:local { <urn:s> <urn:p> 2 } }")
    assert len(default(store)) == 3
    assert KKG + "local" in store.graphs()
    store.update("DELETE WHERE { GRAPH kkg:study { ?s ?p ?o } }")
    assert len(default(store)) == 2
    store.update("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert default(store) == ()


DIRECT = [
    "INSERT DATA { <urn:s> <urn:p> 2 }",
    "DELETE DATA { kkd:a kkd:p kkd:b }",
    "DELETE WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p 1 } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } INSERT { GRAPH kkg:x { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "CLEAR DEFAULT",
    "DROP ALL",
    "COPY kkg:study TO DEFAULT",
    "MOVE DEFAULT TO kkg:x",
    "CLEAR GRAPH kkg:study ; INSERT DATA { <urn:s> <urn:p> 2 }",
]


@pytest.mark.parametrize("update", DIRECT)
def test_the_default_graph_is_never_written_directly(store, update):
    before = sorted(str(q) for q in store.quads())
    with pytest.raises(QuestionError) as caught:
        store.update(update)
    assert caught.value.code == "default-graph-write"
    assert sorted(str(q) for q in store.quads()) == before


def test_updates_of_named_graphs_are_fine(store):
    store.drop_graph(KKG + "cited")
    store.update("WITH kkg:study DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }")
    store.update("COPY kkg:study TO kkg:case-y ; CLEAR GRAPH kkg:study")
    store.update("INSERT { GRAPH kkg:local { ?s ?p 2 } } WHERE { ?s ?p ?o } # the end ;")
    assert len(default(store)) == 2


def test_a_bad_update_changes_nothing(store):
    before = sorted(str(q) for q in store.quads())
    with pytest.raises(QuestionError) as caught:
        store.update("INSERT DATA { <urn:s> <urn:p> }")
    assert caught.value.where.startswith("query:1:")
    assert sorted(str(q) for q in store.quads()) == before


def test_rows_are_cut_and_marked(store):
    query = "SELECT ?s { GRAPH ?g { ?s kkd:p ?o } }"
    answer = store.query(query, Limits(None, 2))
    assert len(answer.rows) == 2
    assert answer.truncated
    assert not store.query(query, Limits(None, 3)).truncated
    made = store.query("CONSTRUCT { ?g ?p ?o } { GRAPH ?g { ?s ?p ?o } }", Limits(None, 1))
    assert (len(made.triples), made.truncated) == (1, True)


XSD = PREFIXES["xsd"]
TERMS = [
    ox.Literal("plain"),
    ox.Literal(""),
    ox.Literal('quotes " and \\ and \n\r\t and \u0001 and \U0001f600'),
    ox.Literal("\\u0041 is no escape"),
    ox.Literal("ขอนแก่น", language="th"),
    ox.Literal("colour", language="en-GB"),
    ox.Literal("字", language="zh-Hant"),
    ox.Literal("1", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("0.5", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean")),
    ox.Literal("2024-02-29", datatype=ox.NamedNode(XSD + "date")),
    ox.Literal("2014", datatype=ox.NamedNode(XSD + "gYear")),
    ox.Literal("2014-06", datatype=ox.NamedNode(XSD + "gYearMonth")),
    ox.Literal("not-a-year", datatype=ox.NamedNode(XSD + "gYear")),
    ox.Literal("POINT(102.8 16.4)", datatype=ox.NamedNode("urn:wkt")),
    ox.NamedNode("https://example.org/ขอนแก่น?a=1&b=(2)"),
]
REWRITTEN = [
    ("007", "integer", "7", "integer"),
    ("0.50", "decimal", "0.5", "decimal"),
    ("P12M", "duration", "P1Y", "duration"),
    ("5", "nonNegativeInteger", "5", "integer"),
    ("1", "boolean", "true", "boolean"),
]


def test_terms_come_back_as_they_are(store):
    graph = KKG + "local"
    store.put_graph(graph, [ox.Triple(A, P, term) for term in TERMS])
    rows = store.query("SELECT ?o { GRAPH kkg:local { kkd:a kkd:p ?o } }", FREE).rows
    assert {o for (o,) in rows} == set(TERMS)
    assert {q.object for q in store.quads([graph])} == set(TERMS)
    made = store.query("CONSTRUCT { ?s ?p ?o } { GRAPH kkg:local { ?s ?p ?o } }", FREE).triples
    assert {t.object for t in made} == set(TERMS)
    assert {o for s, _, o in default(store) if s == A} >= set(TERMS)


@pytest.mark.parametrize(("text", "kind", "after", "as_kind"), REWRITTEN)
def test_every_store_writes_literals_in_the_same_form(store, text, kind, after, as_kind):
    literal = ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
    store.put_graph(KKG + "local", [ox.Triple(A, P, literal)])
    ((found,),) = store.query("SELECT ?o { GRAPH kkg:local { ?s ?p ?o } }", FREE).rows
    assert found == ox.Literal(after, datatype=ox.NamedNode(XSD + as_kind))


def test_forms_of_query_and_known_prefixes(store):
    assert store.query("ASK { kkd:a kkd:p kkd:b }", FREE).truth is True
    assert store.query("# ASK\nASK { kkd:a kkd:p kkd:nothing }", FREE).truth is False
    own = "BASE <https://w3id.org/kkgraph/id/> PREFIX x: <https://w3id.org/kkgraph/id/> "
    assert store.query(own + "SELECT ?o { <a> x:p ?o }", FREE).rows == ((B,),)
    assert store.query("SELECT ?x ?o { VALUES ?x { UNDEF }\n ?s kkd:p ?o }", FREE).rows == (
        (None, B),
    )
    assert ox.Triple(A, P, B) in store.query("DESCRIBE kkd:a", FREE).triples
    assert store.query("CONSTRUCT { ?o ?p ?s } { ?s ?p ?o }", FREE).triples == (ox.Triple(B, P, A),)


def test_a_parameter_left_open_does_not_meet_a_filter_too_early(store):
    """Jena 5 applied the filter where the variable was still unbound: no rows at all."""
    query = "SELECT ?p ?o {\n  VALUES ?p { UNDEF }\n  ?s ?p ?o FILTER(?p IN (kkd:p, kkd:q))\n}"
    assert store.query(query, FREE).rows == ((P, B),)


@pytest.mark.parametrize("text", ["SELECT ?x WHERE { ?x ?y }", "SELECT ?x", "", "{" * 300])
def test_a_malformed_query_is_named_with_its_place(store, text):
    with pytest.raises(QuestionError) as caught:
        store.query(text, FREE)
    assert caught.value.code == "bad-sparql"
    assert caught.value.where.startswith("query")


def test_quads_keep_blank_nodes_together(store):
    node = ox.BlankNode()
    both = {KKG + "case-x": [ox.Triple(node, P, A)], KKG + "context-x": [ox.Triple(node, P, B)]}
    store.put_graphs(both)
    found = list(store.quads(both))
    assert len(found) == 2
    assert found[0].subject == found[1].subject
    assert list(store.quads([KKG + "nowhere"])) == list(store.quads([])) == []
    assert {q.graph_name.value for q in store.quads()} == {
        KKG + g for g in ("study", "cited", "analyst", "case-x", "context-x")
    }


def test_the_version_changes_with_each_write(store):
    seen = {store.version}
    store.put_graph(KKG + "local", [ox.Triple(A, P, A)])
    seen.add(store.version)
    store.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:p 1 } }")
    seen.add(store.version)
    store.query("ASK {}", FREE)
    seen.add(store.version)
    store.drop_graph(KKG + "local")
    seen.add(store.version)
    assert len(seen) == 4


@pytest.mark.parametrize("kind", ["memory", "fuseki"])
def test_a_time_limit_ends_the_wait_and_the_store_goes_on(kind, request):
    if kind == "memory":
        opened = KnowledgeGraph.open()
    else:
        opened = KnowledgeGraph(
            remote(f"{request.getfixturevalue('shared_graph').store.endpoint.url}")
        )
    start = time.monotonic()
    with pytest.raises(StoreError) as caught:
        opened.query(SLOW, timeout_s=0.5)
    assert (caught.value.code, caught.value.exit_code) == ("timeout", 3)
    assert time.monotonic() - start < 15
    assert opened.query("ASK {}").rows == [{"answer": True}]
    opened.close()


def test_every_kind_of_store_is_held_to_the_contract():
    assert len(KINDS) == 6


# What only a server can do wrong


def test_large_graphs_come_in_parts_unseen_until_all_are_there(server, monkeypatch):
    server.put_graphs(by_graph([quad("study"), quad("case-x", o=A)]))
    before = shape(default(server))
    bulk = [ox.Triple(A, P, ox.Literal(f"text {n}")) for n in range(50)]
    nodes = [ox.BlankNode() for _ in range(4)]
    chain = [ox.Triple(s, P, o) for s, o in itertools.pairwise(nodes)]
    seen = []
    add = server._services.add

    def add_and_look(graph, lines):
        add(graph, lines)
        found = server.query(
            "SELECT ?s { { ?s kkd:p ?o } UNION { GRAPH ?g { ?s kkd:p ?o } } }", FREE
        )
        seen.append((len(found.rows), shape(default(server)) == before, server.graphs()))

    monkeypatch.setattr(server._services, "add", add_and_look)
    server.batch_bytes = 1000
    server.put_graphs(
        {KKG + "case-x": bulk, KKG + "context-x": [*chain, ox.Triple(nodes[0], P, A)]}
    )
    assert len(seen) >= 5
    assert set(map(repr, seen)) == {repr((4, True, [KKG + "case-x", KKG + "study"]))}
    assert len(default(server)) == 1 + 50 + 4
    assert shape(default(server)) == derived(server)
    assert server.status().unfinished == ()
    assert [g for g in server._all_graphs() if writing.is_book(g)] == [writing.BOOK]


def test_an_upload_that_fails_is_undone(server, monkeypatch):
    server.put_graphs(by_graph([quad("study"), quad("case-x", o=A)]))
    before = {str(q) for q in server.quads()}
    add = server._services.add
    count = []

    def add_some(graph, lines):
        count.append(graph)
        if len(count) == 3:
            raise StoreError("endpoint-failed", "the server failed")
        add(graph, lines)

    monkeypatch.setattr(server._services, "add", add_some)
    server.batch_bytes = 300
    many = [ox.Triple(A, P, ox.Literal(f"text {n}")) for n in range(50)]
    with pytest.raises(StoreError, match="the server failed"):
        server.put_graph(KKG + "case-x", many)
    assert len(count) == 3
    assert {str(q) for q in server.quads()} == before
    assert server._all_graphs() == [KKG + "case-x", writing.BOOK, KKG + "study"]
    assert server.status().unfinished == ()


def test_an_upload_that_broke_off_is_noticed_and_tidied(server, monkeypatch, capsys):
    server.put_graphs(by_graph([quad("study")]))
    before = {str(q) for q in server.quads()}
    staging = writing.Staging([writing.part(KKG + "case-x", [ox.Triple(A, P, B)])])
    server._services.update(staging.begin())
    for graph, lines in staging.plain(1000):
        server._services.add(graph, lines)
    assert [s for s, _ in server.status().unfinished] == [staging.id]
    assert {str(q) for q in server.quads()} == before
    assert server.tidy() == 1
    assert server.status().unfinished == ()
    assert server._all_graphs() == [writing.BOOK, KKG + "study"]


def test_without_graph_store_protocol_parts_come_by_update(fuseki):
    emptied(f"{fuseki}/named/update")
    one, other = remote(f"{fuseki}/named/sparql"), remote(f"{fuseki}/lone/query")
    for store in (one, other):
        store.batch_bytes = 1
        store.put_graph(KKG + "case-x", [ox.Triple(A, P, ox.Literal(f"{n}")) for n in range(9)])
        assert len(default(store)) == 9
    assert one._services._graphs_url == f"{fuseki}/named/data"
    assert other._services._graphs_url == ""


def test_a_dataset_whose_services_share_its_address(fuseki):
    emptied(f"{fuseki}/whole")
    store = remote(f"{fuseki}/whole")
    store.batch_bytes = 1
    store.put_graphs(by_graph([quad("study"), quad("cited")]))
    assert store._services._update_url == store._services._graphs_url == f"{fuseki}/whole"
    assert default(store) == ((A, P, B),)


def test_two_clients_at_once(fuseki):
    """Each writes and removes cases that share triples; the default graph is right in the end."""
    emptied(f"{fuseki}/named/update")
    failures = []

    def work(number):
        try:
            store = remote(f"{fuseki}/named/sparql")
            for turn in range(6):
                name = f"{KKG}case-{number}-{turn % 2}"
                own = ox.Triple(A, P, ox.Literal(f"{number} {turn}"))
                store.put_graphs({name: [own, ox.Triple(A, P, B)] if turn % 3 else []})
            store.close()
        except KkgraphError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = remote(f"{fuseki}/named/sparql")
    assert shape(default(store)) == derived(store)
    assert len(store.graphs()) == 8


def test_a_client_sees_what_another_wrote(fuseki, server, monkeypatch):
    server.put_graphs(by_graph([quad("study")]))
    other = remote(f"{fuseki}/named/sparql")
    monkeypatch.setattr("kkgraph.store.endpoint.FRESH_S", 0.0)
    before = server.version
    assert server.version == before
    other.put_graph(KKG + "local", [ox.Triple(A, P, A)])
    assert server.version == before + 1


def test_a_server_without_updates_says_so(fuseki, server):
    server.put_graphs(by_graph([quad("study")]))
    shut = remote(f"{fuseki}/shut/sparql")
    assert default(shut) == ((A, P, B),)
    for write in (
        lambda: shut.put_graph(KKG + "local", [ox.Triple(A, P, B)]),
        lambda: shut.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:p kkd:b } }"),
    ):
        with pytest.raises(StoreError) as caught:
            write()
        assert caught.value.code == "read-only-store"
        assert "KKGRAPH_STORE_UPDATE_URL" in caught.value.hint
    given = remote(f"{fuseki}/shut/sparql", update_url=f"{fuseki}/named/update")
    given.drop_graph(KKG + "study")
    assert default(given) == ()


def test_a_server_that_stops_a_query_says_so(fuseki, shared_graph, server):
    server.put_graphs(by_graph(shared_graph.store.quads([KKG + "entities"])))
    start = time.monotonic()
    with pytest.raises(StoreError) as caught:
        remote(f"{fuseki}/late/sparql").query(SLOW, Limits(30.0, None))
    assert caught.value.code == "timeout"
    assert time.monotonic() - start < 10


def test_a_login(fuseki, server, tmp_path, monkeypatch):
    server.put_graphs(by_graph([quad("study")]))
    url = f"{fuseki}/locked/sparql"
    for login in (Login(), Login(user="steward", password="wrong"), Login(token="abc")):
        with pytest.raises(StoreError) as caught:
            remote(url, login=login).query("ASK {}", FREE)
        assert caught.value.code == "not-allowed"
        assert "wrong" not in str(caught.value)
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("KKGRAPH_STORE_USER", "steward")
    monkeypatch.setenv("KKGRAPH_STORE_PASSWORD_FILE", str(tmp_path / "secret"))
    store = EndpointStore(Endpoint.of(url))
    assert default(store) == ((A, P, B),)
    store.drop_graph(KKG + "study")
    assert default(store) == ()
    assert "s3cret" not in f"{store!r} {store.endpoint!r} {store.endpoint.login!r}"


# The graph on a server


def test_an_empty_a_foreign_and_a_mixing_server(fuseki, server):
    url = server.endpoint.url
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(url)
    assert caught.value.code == "no-graph-there"
    assert f"kkgraph store init {url}" in caught.value.hint
    server._services.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(url, create=True)
    assert caught.value.code == "foreign-data"
    assert len(default(server)) == 1
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(f"{fuseki}/union", create=True)
    assert caught.value.code == "default-graph-differs"
    assert remote(f"{fuseki}/union").is_empty()


def test_another_version_and_another_format_are_noticed(server, capsys):
    url = server.endpoint.url
    ontology = ox.NamedNode(names.ONTOLOGY_IRI)
    version = ox.NamedNode(names.expand("owl:versionInfo"))
    old = ox.Triple(ontology, version, ox.Literal("0.0.9"))
    server.put_graphs({names.ONTOLOGY_GRAPH: [old], KKG + "case-x": [ox.Triple(A, P, B)]})
    with pytest.warns(opening.OtherVersion, match=r"0\.0\.9.*--upgrade"):
        KnowledgeGraph.open(url).close()
    code, _, err = run(capsys, "cases", "--store", url)
    assert (code, "holds the graph of version 0.0.9" in err) == (0, True)
    put = f"The graph of version {__version__} has been put there.\n"
    assert run(capsys, "store", "init", url, "--upgrade") == (0, put, "")
    assert len(server.graphs()) == 8
    here = len(default(KnowledgeGraph.open().store))
    assert len(default(server)) == here + 1
    book, form = f"<{writing.BOOK}>", f"<{writing.FORMAT_OF}>"
    server._services.update(
        f"INSERT DATA {{ GRAPH {book} {{ {book} {form} 99 }} }} ;"
        f"DELETE DATA {{ GRAPH {book} {{ {book} {form} {writing.FORMAT} }} }}"
    )
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(url)
    assert caught.value.code == "store-format"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_stored_question_gives_the_same_answer(graph, shared_graph, name):
    assert len(QUESTIONS) == 81
    ours, theirs = graph.ask(name), shared_graph.ask(name)
    assert theirs.to_json() == ours.to_json()
    expected = json.loads((ROOT / "tests" / "expected" / f"{name}.json").read_text("utf-8"))
    rows = [dict(row) for row in theirs.rows]
    assert rows == expected["rows"] if "rows" in expected else len(rows) == expected["count"]


def test_questions_on_registers_and_links(shared_graph):
    assert len(LINKS) == 7
    linked = linked_graph()
    extra = sorted(set(linked.store.graphs()) - set(shared_graph.store.graphs()))
    assert extra
    shared_graph.store.put_graphs(by_graph(linked.store.quads(extra)))
    try:
        for name in LINKS:
            ours = linked.ask(name)
            assert len(ours) > 0
            assert (name, shared_graph.ask(name).rows) == (name, ours.rows)
    finally:
        shared_graph.store.put_graphs(dict.fromkeys(extra, ()))


def test_questions_with_parameters_and_in_thai(graph, shared_graph):
    asked = [
        ("relations", {"relation": "kk:causes"}),
        ("cq06", {}),
        ("cq36", {}),
        ("actors", {}),
        ("findings", {}),
    ]
    for name, params in asked:
        ours = graph.ask(name, params, lang="th")
        assert len(ours) > 0
        assert shared_graph.ask(name, params, lang="th").to_json() == ours.to_json()


def test_looking_checking_and_exporting(graph, shared_graph):
    for name in ("e-LAAS", "เทศบาลนครขอนแก่น", "kk:Finding"):
        assert shared_graph.entity(name) == graph.entity(name)
    assert shared_graph.explain("F369").note == graph.explain("F369").note
    assert shared_graph.check() == graph.check()
    assert shared_graph.validate().problems == graph.validate().problems
    kinds = {"trig": ox.RdfFormat.TRIG, "nt": ox.RdfFormat.N_TRIPLES}
    for kind, form in kinds.items():
        ours, theirs = (
            {nameless(q) for q in ox.parse(g.export(kind), format=form)}
            for g in (graph, shared_graph)
        )
        assert len(ours) > 15_000
        assert ours == theirs


def test_linking_and_filling_a_form(graph, shared_graph, tmp_path):
    source = ROOT / "tests" / "fixtures" / "linking" / "agencies.csv"
    ours, theirs = (g.link(source).decisions for g in (graph, shared_graph))
    assert len(ours) > 5
    assert theirs == ours
    assert shared_graph.template(tmp_path / "form.yaml", fill="ban-pet").complete


def test_cases_load_compare_and_unload(shared_graph, tmp_path):
    """Both stores tell the same of two loaded cases; afterwards all is as before."""
    ours, theirs = KnowledgeGraph.open(tmp_path / "store", in_process=True), shared_graph
    start = {nameless(q) for q in theirs.store.quads()}
    for graph in (ours, theirs):
        assert graph.load(Path("ban-pet")).loaded
        assert graph.load(Path("jenrangsan-2019")).loaded
        with pytest.raises(KkgraphError) as caught:
            graph.load(Path("ban-pet"))
        assert caught.value.code == "case-exists"
    told = [[{**c.as_dict("th"), "loaded": ""} for c in g.cases()] for g in (ours, theirs)]
    assert told[0] == told[1]
    assert len(told[0]) == 2
    assert ours.compare("theme") == theirs.compare("theme")
    for name in ("cq06", "findings", "actors", "systems"):
        assert theirs.ask(name).to_json() == ours.ask(name).to_json()
    for graph in (ours, theirs):
        assert graph.unload("ban-pet") > 100
        graph.unload("jenrangsan-2019")
    assert {nameless(q) for q in theirs.store.quads()} == start
    assert len(default(theirs.store)) == len(default(ours.store))
    ours.close()


def test_the_verbs(server, shared_graph, capsys):
    empty, url = server.endpoint.url, shared_graph.store.endpoint.url
    assert run(capsys, "store", "status", empty) == (1, "There is no graph of kkgraph.\n", "")
    code, _, err = run(capsys, "ask", "cq06", "--store", empty)
    assert (code, "no-graph-there" in err) == (3, True)
    assert "is there" in run(capsys, "store", "init", url)[1]
    code, out, _ = run(capsys, "store", "status", url, "--lang", "th")
    assert (code, "7 กราฟ" in out, "กราฟเริ่มต้นถูกต้อง" in out) == (0, True, True)
    here = run(capsys, "ask", "cq06", "--format", "csv")
    assert run(capsys, "ask", "cq06", "--format", "csv", "--store", url) == here
    assert run(capsys, "load", "ban-pet", "--store", url)[0] == 0
    assert "ban-pet" in run(capsys, "cases", "--store", url)[1]
    assert run(capsys, "unload", "ban-pet", "--store", url)[0] == 0
    shared_graph.store._services.update(writing.Staging([]).begin())
    code, out, _ = run(capsys, "store", "status", url)
    assert (code, "did not end" in out) == (1, True)
    assert run(capsys, "store", "tidy", url) == (0, "Unfinished uploads removed: 1\n", "")
    code, _, err = run(capsys, "store", "status", "folder")
    assert (code, "bad-address" in err) == (2, True)


# A server that only answers


ANSWERED = ["context", "entities", "inferred", "ontology"]


@pytest.fixture(scope="module")
def answering(graph, tmp_path_factory):
    """The address of a Comunica that has part of the shipped graph, loaded from an export."""
    folder = tmp_path_factory.mktemp("comunica")
    data = folder / "all.nq"
    data.write_bytes(graph.export("nq", graphs=ANSWERED, default_graph=True))
    with sparql_servers.comunica(folder, data) as url:
        yield url


def test_comunica_answers(graph, answering):
    with KnowledgeGraph.open(answering) as opened:
        status = opened.store.status()
        assert (status.version, status.format, status.revision) == (__version__, 0, "")
        assert opened.store.graphs() == [KKG + g for g in ANSWERED]
        some = [KKG + "context", KKG + "inferred"]
        ours, theirs = ({str(q) for q in g.store.quads(some)} for g in (graph, opened))
        assert ours == theirs != set()
        count = "SELECT (COUNT(*) AS ?n) { ?f a kk:DigitalSystem }"
        assert opened.query(count).rows == graph.query(count).rows
        labels = "SELECT ?l { kkd:e-laas skos:prefLabel ?l } ORDER BY ?l"
        assert opened.query(labels).rows == graph.query(labels).rows
        made = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH kkg:context { ?s ?p ?o } }"
        assert set(opened.query_raw(made).triples) == set(graph.query_raw(made).triples)
        assert opened.query("ASK { kkd:e-laas a kk:DigitalSystem }").rows == [{"answer": True}]
        assert len(opened.query_raw("SELECT * { ?s ?p ?o }", max_rows=5).rows) == 5


def test_comunica_takes_no_updates(answering):
    for write in (
        lambda s: s.put_graph(KKG + "local", [ox.Triple(A, P, B)]),
        lambda s: s.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:p kkd:b } }"),
    ):
        with pytest.raises(StoreError) as caught:
            write(remote(answering))
        assert caught.value.code == "read-only-store"
