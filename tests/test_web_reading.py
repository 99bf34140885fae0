"""A read-only server as its clients see it: formats, caching, questions, hostile input."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import catalogue
from kkgraph.web import negotiation, problems
from kkgraph.web.dataset import with_using
from kkgraph.web.problems import STATUS
from webserver import Server, wait_for

JSON = "application/sparql-results+json"
SELECT = "SELECT ?s WHERE { ?s a kk:KnowledgeGap } ORDER BY ?s LIMIT 3"
CONSTRUCT = "CONSTRUCT WHERE { kkd:F369 ?p ?o }"


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.said


def sparql(server, text, accept, **headers):
    return server.get("/sparql?" + urlencode({"query": text}), {"accept": accept, **headers})


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.9, */*;q=0.1",
         "application/sparql-results+xml"),
        ("text/turtle, application/json;q=0.2", "application/json"),
        ("text/*;q=0.5", "text/xml"),
    ],
)  # fmt: skip
def test_solutions_come_in_the_format_that_is_liked_best(server, accept, media):
    status, headers, body = sparql(server, SELECT, accept)
    assert (status, headers["content-type"]) == (200, media)
    kind = ox.QueryResultsFormat.from_media_type(media.split(";")[0])
    if kind in (ox.QueryResultsFormat.CSV, None):
        assert body.count(b"gap-") >= 3 or body.count(b"https://") == 3
    else:
        assert len(list(ox.parse_query_results(body, format=kind))) == 3


@pytest.mark.parametrize(
    "media",
    ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json",
     "application/trig", "application/n-quads"],
)  # fmt: skip
def test_triples_come_in_six_formats(server, media):
    status, headers, body = sparql(server, CONSTRUCT, media)
    assert status == 200
    assert headers["content-type"].split(";")[0] == media
    found = list(ox.parse(body, format=ox.RdfFormat.from_media_type(media)))
    assert len(found) > 8
    graph = quote("https://w3id.org/kkgraph/graph/study", safe="")
    status, headers, body = server.get(f"/graphs?graph={graph}", {"accept": media})
    assert status == 200
    assert len(list(ox.parse(body, format=ox.RdfFormat.from_media_type(media)))) > 1000


def test_what_is_not_offered_is_406(server):
    for text, accept in ((SELECT, "image/png"), (SELECT, "text/turtle"), ("ASK {}", "text/csv"),
                         (CONSTRUCT, "text/csv"), (SELECT, "text/csv;q=0")):  # fmt: skip
        status, headers, body = sparql(server, text, accept)
        assert status == 406, accept
        assert headers["content-type"] == problems.MEDIA
        assert "Offered:" in json.loads(body)["hint"]


def test_negotiation_prefers_the_more_specific_range():
    offers = (("text/turtle", "ttl"), ("application/ld+json", "jsonld"))
    assert negotiation.choose("text/turtle;q=0.1, */*;q=0.9", offers)[1] == "jsonld"
    assert negotiation.choose("application/*;q=nonsense, text/turtle", offers)[1] == "ttl"
    assert negotiation.language("th;q=0.4, en;q=0.8") == "en"
    assert negotiation.language("th-TH, en;q=0.8") == "th"
    assert not negotiation.takes_gzip("gzip;q=0, br")


def test_head_options_and_cors(server):
    full = sparql(server, SELECT, JSON)
    head = server.request("HEAD", "/sparql?" + urlencode({"query": SELECT}), None, {"accept": JSON})
    assert head[0] == 200
    assert head[2] == b""
    assert head[1]["content-length"] == str(len(full[2]))
    asked = {"origin": "http://a.example", "access-control-request-method": "POST"}
    status, headers, _ = server.request("OPTIONS", "/sparql", None, asked)
    assert status == 204
    assert "Authorization" in headers["access-control-allow-headers"]
    assert full[1]["access-control-allow-origin"] == "*"
    status, headers, body = server.request("DELETE", "/sparql")
    assert status == 405
    assert set(headers["allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "POST"}
    assert json.loads(body)["status"] == 405


def test_gzip(server):
    plain = server.get("/api/questions/cq76")
    packed = server.get("/api/questions/cq76", {"accept-encoding": "br, gzip;q=0.5"})
    assert "content-encoding" not in plain[1]
    assert packed[1]["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed[1]["vary"]
    assert gzip.decompress(packed[2]) == plain[2]
    assert len(packed[2]) * 3 < len(plain[2])


def test_etags(server):
    status, headers, _ = sparql(server, SELECT, JSON)
    tag = headers["etag"]
    for given in (tag, f'"other", {tag}', tag.removeprefix("W/")):
        status, headers, body = sparql(server, SELECT, JSON, **{"if-none-match": given})
        assert (status, body) == (304, b"")
        assert headers["etag"] == tag
    assert sparql(server, SELECT, "text/csv")[1]["etag"] != tag
    assert sparql(server, SELECT, JSON, **{"if-none-match": '"other"'})[0] == 200
    for changing in ("SELECT (NOW() AS ?n) {}", "SELECT (RAND() AS ?n) {}"):
        assert "etag" not in sparql(server, changing, JSON)[1]


def test_a_triple_of_two_default_graphs_counts_once(server):
    graphs = [f"https://w3id.org/kkgraph/graph/{g}" for g in ("study", "cited")]
    both = [("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")]
    both += [("default-graph-uri", g) for g in graphs]
    _, _, body = server.get("/sparql?" + urlencode(both), {"accept": JSON})
    want = server.query(
        "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } "
        f"FILTER(?g IN (<{graphs[0]}>, <{graphs[1]}>)) }} }}"
    )
    assert json.loads(body) == json.loads(want[2])
    froms = f"FROM <{graphs[0]}> FROM <{graphs[1]}>"
    for text in (froms, "FROM kkg:study FROM kkg:cited FROM NAMED kkg:study"):
        _, _, body = server.query(f"SELECT (COUNT(*) AS ?n) {text} WHERE {{ ?s ?p ?o }}")
        assert json.loads(body) == json.loads(want[2])
    one = [("query", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")]
    one += [("named-graph-uri", graphs[0])]
    number = json.loads(server.get("/sparql?" + urlencode(one))[2])["results"]["bindings"][0]
    assert 1000 < int(number["n"]["value"]) < 20_000


def test_using_is_written_before_each_pattern_and_nothing_else_changes():
    text = (
        "PREFIX where: <http://w/> DELETE { ?s ?p where:WHERE } INSERT { ?s ?p '} WHERE {' }\n"
        "# WHERE\n WHERE { ?s ?p where:x FILTER NOT EXISTS { SELECT ?s WHERE { ?s ?p ?s } } } ;\n"
        "DELETE WHERE { GRAPH <http://g> { ?s ?p _:b } } ; CLEAR GRAPH <http://g>"
    )
    made = with_using(text, ["http://u"], ["http://n", "http://n"])
    assert made.count("USING <http://u> USING NAMED <http://n> WHERE") == 2
    assert made.replace("USING <http://u> USING NAMED <http://n> ", "") == text.replace(
        "DELETE WHERE { GRAPH <http://g> { ?s ?p _:b } }",
        "DELETE { GRAPH <http://g> { ?s ?p _:b } } WHERE { GRAPH <http://g> { ?s ?p _:b } }",
    )
    assert with_using(text, [], []) == text


def test_a_read_only_server_writes_nothing(server):
    for method, path, body, media in (
        ("POST", "/sparql", b"DROP ALL", "application/sparql-update"),
        ("POST", "/sparql", b"update=DROP+ALL", "application/x-www-form-urlencoded"),
        ("PUT", "/graphs?graph=http%3A%2F%2Fg", b"<a:a> <b:b> 1 .", "text/turtle"),
        ("POST", "/graphs", b"<a:a> <b:b> 1 .", "text/turtle"),
        ("DELETE", "/graphs?graph=http%3A%2F%2Fg", b"", ""),
    ):
        status, _, answer = server.request(method, path, body, {"content-type": media})
        assert (status, json.loads(answer)["code"]) == (403, "updates-off")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { {1} UNION {} SERVICE SILENT ?x { } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    ],
)
def test_no_query_contacts_another_machine(server, text):
    status, _, body = server.query(text)
    assert (status, json.loads(body)["code"]) in ((403, "remote-access"), (400, "bad-sparql"))


def test_every_question_answers_as_the_library_does(server, graph):
    asked = refused = 0
    for question in catalogue.all_questions():
        for lang in ("en", "th"):
            status, headers, body = server.get(f"/api/questions/{question.id}?lang={lang}")
            if question.federated:  # a server asks no other machine
                assert (status, json.loads(body)["code"]) == (403, "remote-access")
                refused += 1
                continue
            assert status == 200
            assert headers["content-language"] == lang
            assert json.loads(body) == graph.ask(question.id, lang=lang).as_dict(), question.id
            asked += 1
    assert asked + refused == 2 * len(catalogue.all_questions())
    assert (asked > 150, refused) == (True, 4)


def test_a_question_with_a_parameter_as_csv_and_xlsx(server, graph):
    import openpyxl

    path = "/api/questions/cq06?" + urlencode({"provider": "kkd:central-government", "lang": "th"})
    want = graph.ask("cq06", {"provider": "kkd:central-government"}, lang="th")
    assert len(want) == 6
    assert json.loads(server.get(path)[2]) == want.as_dict()
    _, headers, body = server.get(path, {"accept": "text/csv"})
    assert body.decode() == want.to_csv()
    assert headers["content-disposition"] == 'attachment; filename="cq06.csv"'
    _, _, body = server.get(path + "&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert [c.value for c in sheet[1]] == want.flat()[0]
    assert sheet.max_row == 7


def test_entities_and_findings(server, graph):
    page = graph.entity("e-laas")
    for name in ("e-laas", "kkd:e-laas", page.iri, page.labels["th"]):
        status, _, body = server.get(f"/api/entities/{quote(name, safe='')}?lang=th")
        assert status == 200
        found = json.loads(body)
        assert (found["iri"], found["label"]) == (page.iri, page.labels["th"])
    assert len(found["links"]) == len(page.links)
    assert {r: len(n) for r, n in found["findings"].items()} == {
        r: len(n) for r, n in page.findings.items()
    }
    status, _, body = server.get("/api/findings/F369?lang=th")
    one = json.loads(body)
    assert one["id"] == "F369"
    assert one["evidence"] == graph.explain("F369").note.evidence.as_dict()
    assert one["statement"] == graph.explain("F369").note.statement["th"]
    assert server.get("/api/findings/e-laas")[0] == 404
    assert server.get("/api/findings/F999")[0] == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/questions/nothing", 404, "unknown-question"),
        ("/api/questions/cq06?provder=x", 400, "unknown-parameter"),
        ("/api/questions/cq06?provider=no-such-thing", 400, "unknown-entity"),
        ("/api/questions/cq06?provider=a&provider=b", 400, "bad-value"),
        ("/api/questions/cq06?lang=fr", 400, "bad-value"),
        ("/api/questions/cq06?format=pdf", 400, "bad-value"),
        ("/api/questions/cq06?provider=%FF", 400, "bad-request"),
        ("/api/entities/no-such-thing", 404, "unknown-entity"),
        ("/api/entities/city%20municipality", 409, "ambiguous-entity"),
        ("/nothing/here", 404, "not-found"),
        ("/sparql?query=SELECT", 400, "bad-sparql"),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=no%20iri", 400, "bad-iri"),
        ("/sparql?query=ASK%7B%7D&using-graph-uri=http%3A%2F%2Fg", 400, "bad-request"),
        ("/graphs", 400, "bad-request"),
        ("/graphs?graph=http%3A%2F%2Fno.such", 404, "unknown-graph"),
        ("/graphs?default&graph=http%3A%2F%2Fg", 400, "bad-request"),
    ],
)
def test_problems_are_told_in_both_languages(server, path, status, code):
    titles = set()
    for lang in ("th", "en"):
        got, headers, body = server.get(path, {"accept-language": lang})
        told = json.loads(body)
        assert (got, told["status"], told["code"]) == (status, status, code)
        assert headers["content-type"] == problems.MEDIA
        assert headers["content-language"] == lang
        titles.add(told["title"])
    assert len(titles) == 2


def test_every_problem_has_a_title_in_both_languages():
    told = problems._TITLES
    assert all(set(t) == {"en", "th"} for t in told.values())
    assert set(STATUS) - set(told) <= {"line-too-long", "head-too-large"}


def test_the_description_names_every_question_and_its_parameters(server):
    told = json.loads(server.get("/api/openapi.json")[2])
    assert told["openapi"] == "3.1.0"
    listed = json.loads(server.get("/api/questions?lang=th")[2])
    questions = catalogue.all_questions()
    assert [q["id"] for q in listed] == [q.id for q in questions]
    for question in questions:
        given = {p["name"] for p in told["paths"][f"/api/questions/{question.id}"]["get"]
                 ["parameters"]}  # fmt: skip
        assert given == {p.name for p in question.params} | {"lang", "format"}
    assert len(told["paths"]) == len(questions) + 4


@pytest.mark.parametrize(
    "path",
    ["/api/entities/..%2f..%2f..%2fetc%2fpasswd", "/api/entities/../../../etc/passwd",
     "/graphs/../../etc/passwd", "/api/questions/..%2fcq06.rq", "/api/findings/%00",
     "/api/entities/%ff%fe", "/api/entities/%0d%0aSet-Cookie:%20a=b",
     "/graphs?graph=http%3A%2F%2Fg%0d%0aSet-Cookie:%20a=b", "/api/questions/%2e%2e/%2e%2e"],
)  # fmt: skip
def test_no_path_leads_out_or_into_a_header(server, path):
    status, headers, body = server.get(path)
    assert 400 <= status < 500
    assert b"root:" not in body
    assert "set-cookie" not in headers
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"\xff\xfeASK {}", "application/sparql-query", 400),
        ("ASK {}".encode("utf-16"), "application/sparql-query; charset=utf-16", 415),
        (b"query=%FF", "application/x-www-form-urlencoded", 400),
        (b"nothing=1", "application/x-www-form-urlencoded", 400),
        (b"query=ASK+%7B%7D&update=DROP+ALL", "application/x-www-form-urlencoded", 400),
        (b"ASK {}", "", 415),
        (b"ASK {}", "application/json", 415),
        (b"", "application/sparql-query", 400),
        (b"\0\0\0", "application/sparql-query", 400),
        (b"SELECT * {" + b"{" * 5000 + b"}" * 5000 + b"}", "application/sparql-query", 400),
        (b"SELECT " + b"(1+" * 3000, "application/sparql-query", 400),
    ],
)
def test_malformed_bodies_are_bad_requests(server, body, media, status):
    headers = {"content-type": media} if media else {}
    got, _, answer = server.request("POST", "/sparql", body, headers)
    assert got == status, answer
    assert json.loads(answer)["detail"]
    packed = {"content-type": media, "content-encoding": "gzip"}
    assert server.request("POST", "/sparql", gzip.compress(body), packed)[0] == 415


def test_health_metrics_and_log(server):
    before = server.health()
    assert (before["status"], before["updates"]) == ("ok", False)
    server.get("/api/questions/cq06", {"authorization": "Bearer should-not-be-logged"})
    text = server.get("/metrics")[2].decode()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert int(values['kkgraph_requests_total{kind="api",method="GET",status="200"}']) >= 1
    assert int(values['kkgraph_request_seconds_count{kind="api"}']) >= 1
    assert float(values["kkgraph_processes"]) >= 2
    assert wait_for(lambda: '"GET /api/questions/cq06" 200' in server.said)
    assert "should-not-be-logged" not in server.said


def test_curl_sparqlwrapper_and_rdflib_are_at_home(server):
    from rdflib import Graph, URIRef
    from rdflib.plugins.stores.sparqlstore import SPARQLStore
    from SPARQLWrapper import CSV, TURTLE, XML, SPARQLWrapper
    from SPARQLWrapper import JSON as AS_JSON

    done = subprocess.run(
        ["curl", "-sS", "--fail", "-H", "Accept: text/csv", "--data-urlencode", f"query={SELECT}",
         server.url + "/sparql"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[0] == "s"
    assert len(done.stdout.splitlines()) == 4
    for method in ("GET", "POST"):
        client = SPARQLWrapper(server.url + "/sparql")
        client.setMethod(method)
        client.setQuery("PREFIX kk: <https://w3id.org/kkgraph/ns#> " + SELECT)
        client.setReturnFormat(AS_JSON)
        assert len(client.queryAndConvert()["results"]["bindings"]) == 3
        client.setReturnFormat(XML)
        assert len(client.queryAndConvert().getElementsByTagName("result")) == 3
        client.setReturnFormat(CSV)
        assert len(client.queryAndConvert().splitlines()) == 4
    client.setQuery("PREFIX kkd: <https://w3id.org/kkgraph/id/> " + CONSTRUCT)
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=client.queryAndConvert(), format="turtle")) > 8
    remote = Graph(SPARQLStore(server.url + "/sparql"))
    subject = URIRef("https://w3id.org/kkgraph/id/F369")
    assert len(list(remote.predicate_objects(subject))) > 8
    assert len(remote) > 1000


def test_no_question_file_is_read_by_name(server):
    assert (ROOT / "queries" / "questions" / "cq06.rq").exists()
    assert server.get("/api/questions/" + quote("cq06.rq"))[0] == 404
    assert server.get("/api/questions/CQ06")[0] == 200


def test_the_examples_of_the_documentation_run(server):
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    found = re.findall(r"^```bash\n(curl -s .*?)^```\n\n```text\n(.*?)^```$", text, re.M | re.S)
    assert len(found) == 5
    for command, output in found:
        here = command.replace("http://127.0.0.1:8765", server.url)
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=True)
        got = [line.rstrip("\r") for line in done.stdout.rstrip("\n").splitlines()]
        assert got == output.rstrip("\n").splitlines(), done.stdout
