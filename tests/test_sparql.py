"""Queries: what is refused before it runs, and terms that can't break out."""

from __future__ import annotations

import pytest

from kkgraph import sparql
from kkgraph.errors import QuestionError, TermError

FORBIDDEN = [
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { S\\u0045RVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { # hidden\nSERVICE<http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'x' SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { FILTER(1 < 2) SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "LOAD <http://127.0.0.1:9/data.ttl>",
    "INSERT DATA { <urn:a> <urn:b> 'LOAD' } ; load silent <http://127.0.0.1:9/>",
]
ALLOWED = [
    "SELECT * { ?s ?p 'SERVICE' }",
    'SELECT * { ?s ?p """ LOAD <x> SERVICE """ }',
    "SELECT * { ?s <http://x/SERVICE> ?SERVICE . ?s kk:service ?load } # SERVICE",
    "PREFIX service: <urn:s:> SELECT * { ?s service:x ?o }",
    "SELECT * { ?s ?p 'it\\'s SERVICE' }",
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
    assert sparql.query_form("# ASK\nPREFIX a: <urn:select> select * {}") == "SELECT"


def test_sparql_results_json(graph):
    import json

    text = graph.query("SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(?s = kkd:e-laas) }").to_json()
    data = json.loads(text)
    assert data["head"]["vars"] == ["s", "l"]
    assert {b["l"]["xml:lang"] for b in data["results"]["bindings"]} == {"en", "th"}
    assert json.loads(graph.query("ASK {}").to_json()) == {"head": {}, "boolean": True}
