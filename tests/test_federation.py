"""Questions that ask other machines: only those declared, only when allowed, and kept."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph, catalogue, federation, sparql
from kkgraph.errors import QuestionError, RemoteError, StoreError
from kkgraph.federation import keeping
from kkgraph.federation.relay import Relay
from kkgraph.fetching import Fetcher
from kkgraph.questions import read_question
from serving import Reply, Request, serving

WD = "http://www.wikidata.org/entity/"
MADE_UP = f"""
  @prefix wdt: <http://www.wikidata.org/prop/direct/> .
  @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
  <{WD}Q876526> wdt:P1082 111111.0 ; wdt:P856 <https://one.example/> ; rdfs:label "ก"@th .
  <{WD}Q17155186> wdt:P1082 22222.0 .
  <{WD}Q1> wdt:P1082 3.0 .
"""  # made-up numbers: nothing here is what Wikidata says


class Endpoint:
    """A SPARQL endpoint as the protocol has it, over made-up data."""

    def __init__(self, data: str = MADE_UP) -> None:
        self.store = ox.Store()
        self.store.load(data.encode(), format=ox.RdfFormat.TURTLE)
        self.queries: list[str] = []

    def __call__(self, request: Request) -> Reply:
        query = request.form["query"]
        self.queries.append(query)
        found = self.store.query(query)
        body = found.serialize(format=ox.QueryResultsFormat.JSON)
        return Reply(body, media="application/sparql-results+json")


def question(tmp_path: Path, base: str, body: str = "", header: str = ""):
    """The shipped question with its endpoint moved to this machine, or another body."""
    text = Path(catalogue.get("wd-facts").where).read_text(encoding="utf-8")
    text = text.replace("https://query.wikidata.org/sparql", f"{base}/sparql")
    if body:
        head = "".join(x for x in text.splitlines(keepends=True) if x.startswith("#+"))
        text = (header or head) + body.replace("BASE", base)
    path = tmp_path / "moved.rq"
    path.write_text(text, encoding="utf-8")
    return read_question(path)


def test_an_answer_is_asked_for_once_and_then_kept(graph, tmp_path):
    endpoint = Endpoint()
    with serving(endpoint) as server:
        asked = question(tmp_path, server.base)
        table = graph.ask(asked, allow_remote=True, cache=tmp_path / "kept")
        assert [(r["municipality"], r["inhabitants"], r["website"]) for r in table.rows] == [
            ("khon-kaen-city", 111111.0, "https://one.example/"),
            ("mueang-kao-subdistrict", None, None),
            ("sila-town", 22222.0, None),
            ("tha-phra-subdistrict", None, None),
        ]
        assert table.remote.endpoints == (f"{server.base}/sparql",)
        assert not table.remote.kept
        assert len(endpoint.queries) == 1
        # nothing but the given values leaves: four items, and no name or IRI of ours
        sent = endpoint.queries[0]
        assert {f"{WD}Q876526", f"{WD}Q17155186"} <= set(sent.replace("<", " <").replace(">", " ")
                                                         .replace("<", "").split())  # fmt: skip
        assert "kkgraph" not in sent and "Q1>" not in sent
        request = server.requests[0]
        assert request.heads["User-Agent"].startswith("kkgraph/")
    # the server is gone now
    again = graph.ask(asked, cache=tmp_path / "kept")
    assert again.rows == table.rows
    assert again.remote == replace(table.remote, kept=True)
    assert again.as_dict()["remote"]["kept"] is True
    with pytest.raises(QuestionError) as found:  # another parameter, another question
        graph.ask(asked, {"municipality": "sila-town"}, cache=tmp_path / "kept")
    assert found.value.code == "remote-access"
    assert "--allow-remote" in found.value.hint


def test_nothing_is_contacted_unless_allowed(graph, tmp_path):
    with serving(Endpoint()) as server:
        with pytest.raises(QuestionError) as found:
            graph.ask(question(tmp_path, server.base), cache=tmp_path)
        assert found.value.code == "remote-access"
        assert server.requests == []


@pytest.mark.parametrize(
    "service",
    [
        "SERVICE <https://other.example/sparql> { ?s ?p ?o }",
        "SERVICE ?service { ?s ?p ?o }",
        "SERVICE kk:x { ?s ?p ?o }",
        "SERVICE SILENT <https://other.example/> { ?s ?p ?o }",
        "\\u0053ERVICE <https://other.example/> { ?s ?p ?o }",
        "SERVICE <https://other.example/> { SERVICE <BASE/sparql> { ?s ?p ?o } }",
        "SERVICE <BASE/sparql> { SERVICE <https://other.example/> { ?s ?p ?o } }",
        # a comment must not swallow the line below it once the declared service is blanked
        "# SERVICE\n<BASE/sparql> ?p ?o . SERVICE <https://other.example/> { ?s ?p ?o }",
        "SERVICE # <BASE/sparql>\n <https://other.example/> { ?s ?p ?o }",
        'BIND("x" AS ?x) SERVICE <https://other.example/> { ?s ?p "SERVICE <BASE/sparql>" }',
    ],
)
def test_services_that_are_not_declared_are_refused(graph, tmp_path, service):
    body = "PREFIX kk: <https://w3id.org/kkgraph/ns#>\nSELECT ?municipality ?thing ?inhabitants "
    body += "?website ?place WHERE {\nVALUES ?municipality { UNDEF }\n"
    body += "SERVICE <BASE/sparql> {\n  VALUES ?thing { UNDEF }\n ?thing ?p ?place }\n"
    with serving(Endpoint()) as server:
        asked = question(tmp_path, server.base, body + service + "\n}\n")
        with pytest.raises(QuestionError) as found:
            graph.ask(asked, allow_remote=True, cache=tmp_path)
        assert found.value.code == "remote-access"
        with pytest.raises(QuestionError):
            graph.sparql_of(asked)
        assert server.requests == []


def test_other_questions_may_not_use_services_at_all(graph, tmp_path):
    path = tmp_path / "plain.rq"
    path.write_text(
        "#+ title: {en: a, th: ก}\n#+ columns: [{name: s, type: entity}]\n"
        "SELECT ?s { SERVICE <https://query.wikidata.org/sparql> { ?s ?p ?o } }\n"
    )
    with pytest.raises(QuestionError) as found:
        graph.ask(str(path), allow_remote=True)
    assert found.value.code == "remote-access"


HEAD = "#+ title: {en: a, th: ก}\n#+ columns: [{name: item, type: entity}]\n#+ federated:\n"
BODY = (
    "SELECT ?item {\n SERVICE <https://a.example/> {\n  VALUES ?item { UNDEF }\n ?item ?p ?o }\n}"
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("#+   endpoint: https://a.example/\n", "needs a list of endpoints"),
        ("#+   endpoints: []\n", "needs an endpoint"),
        ("#+   endpoints: [http://a.example/]\n", "not encrypted"),
        ("#+   endpoints: [file:///etc/passwd]\n", "no web address"),
        ("#+   endpoints: [https://b.example/]\n", "no SERVICE <https://b.example/>"),
        ("#+   endpoints: [https://a.example/]\n#+   timeout: 5\n", 'unknown key "timeout"'),
        ("#+   endpoints: [https://a.example/]\n#+   timeout_s: 0\n", "timeout_s above 0"),
        ("#+   endpoints: [https://a.example/]\n#+   timeout_s: 5000\n", "timeout_s above 0"),
        ("#+   endpoints: [https://a.example/]\n#+   timeout_s: soon\n", "no number of seconds"),
        ("#+   endpoints: [https://a.example/]\n#+   given: [item]\n", "no variable: pattern"),
        ("#+   endpoints: [https://a.example/]\n#+   given: {it: x}\n", "line of its own"),
    ],
)  # fmt: skip
def test_headers_that_are_wrong(tmp_path, lines, said):
    path = tmp_path / "q.rq"
    path.write_text(HEAD + lines + BODY)
    with pytest.raises(QuestionError, match=said) as found:
        read_question(path)
    assert found.value.code == "bad-header"
    assert found.value.hint


def test_a_given_pattern_may_not_ask_others(tmp_path):
    path = tmp_path / "q.rq"
    given = '#+   given: {item: "SERVICE <https://b.example/> { ?item ?p ?o }"}\n'
    path.write_text(HEAD + "#+   endpoints: [https://a.example/]\n" + given + BODY)
    with pytest.raises(QuestionError) as found:
        read_question(path)
    assert found.value.code == "remote-access"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply("<!DOCTYPE html>", media="text/html"), "unexpected-answer"),
        (Reply("query is malformed", 400, "text/plain"), "service-refused"),
        (Reply(status=429, heads={"Retry-After": "99999"}), "service-busy"),
        (Reply('{"head": {', media="application/sparql-results+json", cut=4), "cut-off"),
        (Reply(status=302, heads={"Location": "https://10.0.0.1/"}), "bad-redirect"),
    ],
)
def test_failures_of_the_endpoint_are_told_as_they_are(graph, tmp_path, slept, reply, code):
    with serving(lambda _: reply) as server:
        asked = question(tmp_path, server.base)
        with pytest.raises(RemoteError) as found:
            graph.ask(asked, allow_remote=True, cache=tmp_path / "kept")
    assert found.value.code == code
    assert not (tmp_path / "kept").exists()


def test_silent_services_fail_aloud(graph, tmp_path, slept):
    body = Path(catalogue.get("wd-facts").where).read_text(encoding="utf-8")
    body = "".join(x for x in body.splitlines(keepends=True) if not x.startswith("#+"))
    body = body.replace("SERVICE <https://query.wikidata.org", "SERVICE SILENT <BASE")
    with serving(lambda _: Reply(status=500)) as server:
        asked = question(tmp_path, server.base, body)
        with pytest.raises(RemoteError):
            graph.ask(asked, allow_remote=True, cache=tmp_path)


def test_an_answer_that_is_no_result_ends_in_an_error(graph, tmp_path):
    reply = Reply("{}", media="application/sparql-results+json")
    with serving(lambda _: reply) as server, pytest.raises(StoreError) as found:
        graph.ask(question(tmp_path, server.base), allow_remote=True, cache=tmp_path)
    assert found.value.code == "engine-failed"


def test_the_time_limit_ends_the_asking(graph, tmp_path):
    with serving(lambda _: Reply(wait_s=30)) as server:
        asked = question(tmp_path, server.base)
        start = time.monotonic()
        with pytest.raises((RemoteError, StoreError)) as found:
            graph.ask(asked, allow_remote=True, cache=tmp_path, timeout_s=0.5)
        assert time.monotonic() - start < 10
    assert found.value.code in ("timeout", "no-answer")


def test_after_a_failure_the_kept_answer_is_pointed_to(graph, tmp_path, slept):
    endpoint = Endpoint()
    failing: list[bool] = []

    def answer(request):
        return Reply(status=500) if failing else endpoint(request)

    with serving(answer) as server:
        asked = question(tmp_path, server.base)
        graph.ask(asked, allow_remote=True, cache=tmp_path)
        failing.append(True)
        with pytest.raises(RemoteError, match="is kept: ask without"):
            graph.ask(asked, allow_remote=True, cache=tmp_path)
        assert graph.ask(asked, cache=tmp_path).remote.kept


def test_damaged_answers_are_not_used(graph, tmp_path):
    with serving(Endpoint()) as server:
        asked = question(tmp_path, server.base)
        graph.ask(asked, allow_remote=True, cache=tmp_path / "kept")
    (path,) = (tmp_path / "kept").glob("*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    data["answer"]["results"]["bindings"].pop()
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(QuestionError):
        graph.ask(asked, cache=tmp_path / "kept")
    assert keeping.get(tmp_path, "absent") is None


def test_without_given_values_nobody_is_asked(tmp_path):
    with serving(Endpoint()) as server, KnowledgeGraph.open(in_process=True) as graph:
        graph.update(
            "DELETE { GRAPH ?g { ?s kk:matches ?o } } WHERE { GRAPH ?g { ?s kk:matches ?o } }"
        )
        table = graph.ask(question(tmp_path, server.base), allow_remote=True, cache=tmp_path)
        assert len(table) == 0 and table.remote is None
        assert server.requests == []


def test_too_many_values_are_not_sent(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(federation.asking, "MAX_VALUES", 3)
    with serving(Endpoint()) as server:
        with pytest.raises(QuestionError) as found:
            graph.ask(question(tmp_path, server.base), allow_remote=True, cache=tmp_path)
        assert found.value.code == "too-many-values"
        assert server.requests == []


def test_the_relay_serves_nobody_else():
    with serving(Endpoint()) as server, Relay([f"{server.base}/sparql"], Fetcher()) as relay:
        (place,) = relay.places.values()
        other = place.rsplit("/", 2)[0] + "/guess/0"
        for url in (other, place.rsplit("/", 1)[0] + "/7"):
            with pytest.raises(RemoteError):
                Fetcher(tries=1).post(url, {"query": "ASK {}"})
        assert server.requests == []


def test_strings_and_comments_stay_as_they_are():
    text = 'SELECT * { ?s ?p "SERVICE <https://a.example/>" # SERVICE <https://a.example/>\n'
    text += "SERVICE<https://a.example/> { ?s ?p ?o } }"
    sent = sparql.send_services(text, {"https://a.example/": "http://127.0.0.1:1/x"})
    assert sent.count("https://a.example/") == 2
    assert sent.endswith("SERVICE<http://127.0.0.1:1/x> { ?s ?p ?o } }")
    sparql.refuse_undeclared(text, ["https://a.example/"])


def test_the_shipped_questions_are_answered_by_an_endpoint_on_this_machine(graph, tmp_path):
    found = [q for q in catalogue.all_questions() if q.federated]
    assert [q.id for q in found] == ["wd-facts", "wd-names"]
    with serving(Endpoint()) as server:
        base = f"{server.base}/sparql"
        for asked in found:
            moved = replace(
                asked,
                sparql=asked.sparql.replace("https://query.wikidata.org/sparql", base),
                federated=replace(asked.federated, endpoints=(base,)),
            )
            table = graph.ask(moved, lang="th", allow_remote=True, cache=tmp_path)
            assert table.remote is not None
            if asked.id == "wd-names":
                assert [(r["there"], r["same"]) for r in table.rows] == [("ก", False)]


def test_the_command_says_when_it_asked(tmp_path):
    with serving(Endpoint()) as server:
        question(tmp_path, server.base)
        command = [sys.executable, "-m", "kkgraph.cli", "ask", str(tmp_path / "moved.rq")]
        command += ["--cache", str(tmp_path / "kept"), "--format", "csv"]
        done = [
            subprocess.run([*command, *more], capture_output=True, text=True, check=False)
            for more in (["--allow-remote"], ["--lang", "th"])
        ]
    assert [d.returncode for d in done] == [0, 0]
    assert f"{server.base}/sparql was asked on 20" in done[0].stderr
    assert "คำตอบนี้เก็บไว้" in done[1].stderr
    assert done[0].stdout.count("\n") == done[1].stdout.count("\n") == 5
