"""Queries: what is refused before it runs, and terms that can't break out."""

from __future__ import annotations

import pytest

from kkgraph import sparql
from kkgraph.errors import QuestionError, TermError

GLUED = "PREFIX e: <http://127.0.0.1:9/>"
FORBIDDEN = [
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { S\\u0045RVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { # hidden\nSERVICE<http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'x' SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { FILTER(1 < 2) SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "LOAD <http://127.0.0.1:9/data.ttl>",
    # the engine needs no white space around a keyword
    f"{GLUED} SELECT * {{ VALUES ?x{{1}}SERVICEe:m{{?s ?p ?z}} }}",
    f"{GLUED} SELECT * {{ VALUES ?x{{1}}SERVICESILENTe:m{{?s ?p ?z}} }}",
    "PREFIX : <http://127.0.0.1:9/> SELECT * { VALUES ?x{1}SERVICE:l{?s ?p ?z} }",
    f"{GLUED} SELECT * {{ ?x a $y.SERVICE e:p{{?s ?p ?z}} }} LIMIT 1",
    f"{GLUED} SELECT ?z {{ BIND(1 AS ?a) FILTER(?a<2)SERVICE#>\ne:a{{ ?z ?y ?w }} }}",
    f"{GLUED} LOADe:load2",
    f"{GLUED} LOADSILENTe:load4",
    "PREFIX : <http://127.0.0.1:9/> LOAD:load5 INTO GRAPH kkg:local",
    f"{GLUED} INSERT {{ GRAPH kkg:x {{ ?x a 1 }} }} WHERE {{ ?x a ?q.SERVICE e:u{{?s ?p ?o}} }}",
    f'{GLUED} SELECT * {{ BIND("\\u005C" AS ?a) SERVICE e:x {{ ?s ?p ?o }} }} #"',
    "INSERT DATA { <urn:a> <urn:b> 'LOAD' } ; load silent <http://127.0.0.1:9/>",
]
ALLOWED = [
    "SELECT * { ?s ?p 'SERVICE' }",
    'SELECT * { ?s ?p """ LOAD <x> SERVICE """ }',
    "SELECT * { ?s <http://x/SERVICE> ?SERVICE . ?s kk:service ?load } # SERVICE",
    "PREFIX service: <urn:s:> SELECT * { ?s service:x ?o }",
    "SELECT * { ?s ?p 'it\\'s SERVICE' }",
    "SELECT * { kkd:e-service ?p ?payload ; kk:loads 'download' }",
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_remote_access_is_refused(graph, text):
    with pytest.raises(QuestionError) as caught:
        sparql.refuse_remote(text)
    assert caught.value.code == "remote-access"
    assert "allow" in caught.value.hint.lower()


@pytest.mark.parametrize("text", ALLOWED)
def test_the_words_themselves_are_harmless(graph, text):
    sparql.refuse_remote(text)
    graph.query(text)


def test_load_is_refused_in_an_update(graph):
    with pytest.raises(QuestionError) as caught:
        graph.update("LOAD <file:///etc/hostname>")
    assert caught.value.code == "remote-access"


@pytest.mark.parametrize(
    "value",
    ["x> } INSERT DATA { <a> <b> <c> } #", "kkd:a b", '"', "<script>", "}", "\\", "\n", "e-laas>"],
)
def test_an_entity_parameter_can_not_break_out(graph, value):
    with pytest.raises((QuestionError, TermError)) as caught:
        graph.ask("cq06", {"provider": value})
    assert caught.value.exit_code == 2


NASTY = ['" } UNION { ?s ?p ?o } #', "\\", '"""', "a\nb\tc\rd", "' OR 1=1", "ไทย 🐘 \u200b", "\x00"]


@pytest.mark.parametrize("value", NASTY)
def test_a_text_comes_back_as_it_went_in(graph, value):
    term = sparql.literal(value)
    rows = graph.query(f"SELECT ?x {{ BIND({term} AS ?x) }}").rows
    assert rows == [{"x": value}]


def test_syntax_errors_name_line_and_column(graph):
    with pytest.raises(QuestionError) as caught:
        graph.query("SELECT ?x WHERE {\n  ?x kk:about ?y .\n  ?x ?z }")
    assert caught.value.where.startswith("query:3:")
    assert len(str(caught.value)) < 400


def test_an_unknown_prefix_is_named(graph):
    with pytest.raises(QuestionError) as caught:
        graph.query("SELECT ?x { ?x nope:about ?y }")
    assert caught.value.code == "bad-sparql"
    with pytest.raises(TermError) as caught_name:
        graph.entity("nope:x")
    assert caught_name.value.code == "unknown-prefix"
    assert "kkd" in caught_name.value.hint


def test_construct_ask_and_describe(graph):
    table = graph.query("CONSTRUCT { ?s a kk:DigitalSystem } WHERE { ?s a kk:DigitalSystem }")
    assert len(table) >= 6
    assert [c.name for c in table.columns] == ["subject", "predicate", "object"]
    assert len(graph.query("DESCRIBE kkd:e-laas")) > 3
    assert graph.query("ASK { kkd:e-laas a kk:DigitalSystem }").rows == [{"answer": True}]


def test_sparql_results_json(graph):
    import json

    text = graph.query("SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(?s = kkd:e-laas) }").to_json()
    data = json.loads(text)
    assert data["head"]["vars"] == ["s", "l"]
    assert {b["l"]["xml:lang"] for b in data["results"]["bindings"]} == {"en", "th"}
    assert json.loads(graph.query("ASK {}").to_json()) == {"head": {}, "boolean": True}


def test_nothing_is_contacted(graph):
    """Every forbidden text, against a real listener: no connection comes."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        for text in FORBIDDEN:
            aimed = text.replace("127.0.0.1:9/", f"127.0.0.1:{port}/")
            for use in (graph.query, graph.update):
                with pytest.raises(QuestionError):
                    use(aimed)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_allowed_load_reads_once():
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from kkgraph import KnowledgeGraph

    hits = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/turtle")
            self.send_header("Content-Length", "25")
            self.end_headers()
            self.wfile.write(b"<urn:s> <urn:p> <urn:o> .")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own = KnowledgeGraph.open(in_process=True)
    url = f"http://127.0.0.1:{server.server_port}/x.ttl"
    own.update(f"LOAD <{url}> INTO GRAPH kkg:local", allow_remote=True)
    server.shutdown()
    assert hits == ["/x.ttl"]
    assert own.query("ASK { <urn:s> ?p ?o }").rows == [{"answer": True}]


def test_deep_nesting_is_refused_before_the_engine_breaks(graph):
    with pytest.raises(QuestionError) as caught:
        graph.query("SELECT ?x " + "{" * 3000 + "}" * 3000)
    assert caught.value.code == "bad-sparql"


@pytest.mark.parametrize("text", ["", "   ", "# nothing", ";", "PREFIX a: <urn:a>"])
def test_an_empty_update_does_nothing(text):
    from kkgraph import KnowledgeGraph

    own = KnowledgeGraph.open(in_process=True)
    before = own.store.version
    own.update(text)
    assert own.store.version == before


def test_an_update_beyond_sparql_1_1_is_a_clear_error(graph):
    with pytest.raises(QuestionError) as caught:
        graph.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:b <<( kkd:a kkd:b kkd:c )>> } }")
    assert caught.value.code == "bad-sparql"


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ('"abc"^^xsd:integer', "abc"),
        ('"abc"^^xsd:decimal', "abc"),
        ('"abc"^^xsd:boolean', "abc"),
        ('"1"^^xsd:boolean', True),
        ("12", 12),
    ],
)
def test_ill_typed_literals_stay_text(graph, term, value):
    assert graph.query(f"SELECT ({term} AS ?x) {{}}").rows == [{"x": value}]


def test_triple_terms_in_json(graph):
    import json

    text = graph.query("SELECT (<<( kkd:a kkd:b kkd:c )>> AS ?x) {}").to_json()
    (binding,) = json.loads(text)["results"]["bindings"]
    assert binding["x"]["type"] == "triple"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e300])
def test_a_time_limit_is_a_time(graph, seconds):
    with pytest.raises(QuestionError) as caught:
        graph.query("ASK {}", timeout_s=seconds)
    assert caught.value.code == "bad-value"


@pytest.mark.parametrize("rows", [0, -1])
def test_a_row_limit_is_a_number(graph, rows):
    with pytest.raises(QuestionError):
        graph.query("ASK {}", max_rows=rows)
