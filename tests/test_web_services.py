"""``SERVICE`` on a server: only machines on its list are asked, and within limits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from kkgraph import addresses, catalogue
from kkgraph.addresses import is_public, permit
from kkgraph.errors import KkgraphError, QuestionError, RemoteError, SourceError
from kkgraph.federation import keeping
from kkgraph.fetching import Fetcher
from kkgraph.web.contact import Contact
from kkgraph.web.desk import Desk
from kkgraph.web.messages import Job
from kkgraph.web.pages.visit import Visit
from serving import Reply, Request, serving
from test_federation import Endpoint
from webserver import Server, token_file

HTML = {"accept": "text/html"}


class Machine(Endpoint):
    """An endpoint at ``/sparql``; beside it addresses that lead elsewhere, fail, or are large."""

    away = ""

    def __call__(self, request: Request) -> Reply:
        if request.path == "/away":
            return Reply(status=307, heads={"Location": self.away})
        if request.path == "/home":
            return Reply(status=307, heads={"Location": "/sparql"})
        if request.path == "/inside":
            return Reply(status=307, heads={"Location": "http://169.254.169.254/latest"})
        if request.path == "/broken":
            return Reply("no", 400, "text/plain")
        if request.path == "/large":
            return Reply(b" " * (17 * 2**20), media="application/sparql-results+json")
        if request.path == "/sparql" and "form" in request.heads["Content-Type"]:
            return super().__call__(request)
        return Reply(status=404)


@pytest.fixture(scope="module")
def machines():
    """A machine that is allowed at some addresses, and one that isn't at any."""
    with serving(Machine()) as near, serving(Machine()) as far:
        Machine.away = f"{far.base}/sparql"
        yield near, far


@pytest.fixture(scope="module")
def server(machines, tmp_path_factory):
    near, _ = machines
    host = near.base.removeprefix("http://")
    token = token_file(tmp_path_factory.mktemp("services"))
    made = Server(
        "--allow-service", host, "--allow-service", "https://example.org/sparql",
        "--allow-update", "--token-file", str(token), "--allow-load", "127.0.0.1",
    )  # fmt: skip
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.said, made.said


@pytest.fixture(autouse=True)
def nobody_asked(machines):
    for machine in machines:
        machine.requests.clear()


ITEMS = "SELECT ?n WHERE { SERVICE %s { ?s <http://www.wikidata.org/prop/direct/P1082> ?n } }"


def told(answer):
    return answer[0], json.loads(answer[2])["code"]


def numbers(answer):
    assert answer[0] == 200, answer[2]
    return sorted(row["n"]["value"] for row in json.loads(answer[2])["results"]["bindings"])


def test_an_allowed_machine_is_asked_and_its_answer_is_joined(server, machines):
    near, far = machines
    found = server.query(ITEMS % f"<{near.base}/sparql>" + " ORDER BY ?n")
    assert numbers(found) == ["111111", "22222", "3"]
    assert found[1]["cache-control"] == "no-store" and "etag" not in found[1]
    joined = (
        "SELECT ?n { ?lao kk:matches ?item FILTER(STRSTARTS(STR(?item), 'http://www.wikidata')) "
        f"service silent <{near.base}/home> {{ ?item <http://www.wikidata.org/prop/direct/P1082> "
        "?n } }"
    )
    assert numbers(server.query(joined)) == ["111111", "22222"]
    assert [r.path for r in near.requests] == ["/sparql", "/home", "/sparql"]
    assert near.requests[0].heads["User-Agent"].startswith("kkgraph/")
    again = server.query(ITEMS % f"<{near.base}/sparql>" + " ORDER BY ?n")
    assert again[2] == found[2] and len(near.requests) == 4, "it is asked each time"
    assert far.requests == []
    turtle = server.query(
        f"CONSTRUCT {{ ?s a kk:Thing }} {{ SERVICE <{near.base}/sparql> {{ ?s ?p 3.0 }} }}",
        "application/n-triples",
    )
    assert turtle[2].startswith(b"<http://www.wikidata.org/entity/Q1> ")
    asked = server.query(f"ASK {{ SERVICE <{near.base}/sparql> {{ ?s ?p 3.0 }} }}")
    assert json.loads(asked[2])["boolean"] is True


@pytest.mark.parametrize(
    "service",
    [
        "SERVICE <FAR/sparql> { ?s ?p ?o }",
        "SERVICE SILENT <FAR/sparql> { ?s ?p ?o }",
        "BIND(<NEAR/sparql> AS ?x) SERVICE ?x { ?s ?p ?o }",
        "VALUES ?x { <FAR/sparql> } SERVICE SILENT ?x { ?s ?p ?o }",
        "SERVICE near:sparql { ?s ?p ?o }",
        "SERVICE far:sparql { ?s ?p ?o }",
        "SERVICE # <NEAR/sparql>\n <FAR/sparql> { ?s ?p ?o }",
        "SERVICE #\n <NEAR/sparql> { ?s ?p ?o }",
        "SERVICE <sparql> { ?s ?p ?o }",
        "SERVICE <NEAR@FAR/sparql> { ?s ?p ?o }",
        "SERVICE <http://localhost/sparql> { ?s ?p ?o }",
        "SERVICE <https://example.org/other> { ?s ?p ?o }",
        "SERVICE <file:///etc/passwd> { ?s ?p ?o }",
        "{1}SERVICE<FAR/sparql>{}",
        "\\u0053ERVICE <FAR/sparql> { ?s ?p ?o }",
        "SERVICE <NEAR/sparql> { SERVICE <FAR/sparql> { ?s ?p ?o } }",
        "SERVICE <NEAR/sparql> { SERVICE <NEAR/sparql> { ?s ?p ?o } }",
        "SERVICE <NEAR/sparql> { ?s ?p ?o } SERVICE <FAR/sparql> { ?s ?p ?o }",
        "# SERVICE\n<NEAR/sparql> ?p ?o . SERVICE <FAR/sparql> { ?s ?p ?o }",
        'BIND("SERVICE <NEAR/sparql>" AS ?x) SERVICE <FAR/sparql> { ?s ?p ?o }',
    ],
)
def test_no_other_machine_is_asked(server, machines, service):
    near, far = machines
    text = f"PREFIX near: <{near.base}/> PREFIX far: <{far.base}/>\nSELECT * {{ {service} }}"
    text = text.replace("NEAR", near.base).replace("FAR", far.base)
    for answer in (
        server.query(text),
        server.query(text.replace("SELECT *", "ASK")),
        server.query(text.replace("SELECT *", "DESCRIBE *")),
    ):
        assert told(answer) in ((403, "remote-access"), (400, "bad-sparql")), service
        if answer[0] == 403:
            assert "--allow-service" in json.loads(answer[2])["hint"]
    assert near.requests == far.requests == []


def test_names_and_words_that_only_look_like_services(server, machines):
    near, _ = machines
    text = (
        f"SELECT ?n {{ VALUES ?n {{ 'SERVICE <{near.base}/sparql>' <{near.base}/sparql> }} "
        f"FILTER NOT EXISTS {{ ?n kk:SERVICE <{near.base}/sparql> }} }} # SERVICE <x:y>"
    )
    assert numbers(server.query(text)) == [f"SERVICE <{near.base}/sparql>", f"{near.base}/sparql"]
    assert near.requests == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/away", 502, "bad-redirect"),
        ("/inside", 502, "bad-redirect"),
        ("/broken", 502, "service-refused"),
        ("/large", 502, "answer-too-large"),
    ],
)
def test_what_goes_wrong_there_is_told_as_it_is(server, machines, path, status, code):
    near, far = machines
    text = ITEMS % f"<{near.base}{path}>"
    assert told(server.query(text)) == (status, code)
    assert far.requests == []
    silent = server.query(text.replace("SERVICE", "SERVICE SILENT"))
    assert silent[0] == 200, "SILENT takes a failure for an empty solution, as SPARQL has it"
    assert far.requests == []


def test_a_mistake_is_told_at_its_place(server, machines):
    near, _ = machines
    service = f"SERVICE <{near.base}/sparql>"
    text = f"SELECT * {{\n{service} {{ ?s ?p }} }}"
    answer = server.query(text)
    assert told(answer) == (400, "bad-sparql")
    assert answer[2] == server.query(text.replace(service, " " * len(service)))[2]
    assert json.loads(answer[2])["where"].startswith("query:2:")
    assert near.requests == []


def test_a_query_asks_a_bounded_number_of_times(server, machines):
    near, _ = machines
    parts = " UNION ".join(
        f"{{ SERVICE <{near.base}/sparql> {{ ?s ?p {n} }} }}" for n in range(101)
    )
    answer = server.query(f"SELECT * {{ {parts} }}")
    assert told(answer) == (422, "service-limit")
    assert len(near.requests) == 100


def test_updates_contact_nobody_and_load_keeps_its_own_list(server, machines):
    near, far = machines
    text = f"INSERT {{ GRAPH <x:g> {{ ?s ?p ?o }} }} WHERE {{ SERVICE <{near.base}/sparql> {{}} }}"
    assert told(server.update(text)) == (403, "remote-access")
    assert told(server.update("LOAD <https://example.org/sparql> INTO GRAPH <x:g>")) == (
        403, "remote-access",
    )  # fmt: skip
    assert told(server.query(f"LOAD <{near.base}/sparql>")) == (403, "remote-access")
    assert near.requests == far.requests == []


def test_the_page_for_sparql_asks_too_and_the_description_says_so(server, machines):
    near, far = machines

    def page(text):
        return server.get("/sparql?" + urlencode({"query": text, "lang": "th"}), HTML)

    status, heads, body = page(ITEMS % f"<{near.base}/sparql>")
    assert status == 200 and b"111111" in body and "etag" not in heads
    assert page(ITEMS % f"<{far.base}/sparql>")[0] == 400
    assert page(ITEMS % f"<{near.base}/broken>")[0] == 502
    assert far.requests == []
    described = server.get("/sparql", {"accept": "text/turtle"})[2]
    assert b"sd:feature sd:BasicFederatedQuery" in described


@pytest.fixture(scope="module")
def snapshot(graph, tmp_path_factory):
    return str(graph.store.snapshot(tmp_path_factory.mktemp("snapshot")))


@pytest.fixture
def desk(machines, snapshot, tmp_path):
    """A desk that may ask the near machine, with the shipped question moved there."""
    near, _ = machines
    made = Desk()
    contact = Contact(permit([f"{near.base}/sparql"]), tmp_path / "kept", 10.0, 2**20, 10)
    made.do(Job("load", {"place": snapshot, "contact": contact}))
    asked = catalogue.get("wd-facts")
    base = f"{near.base}/sparql"
    made.questions["wd-facts"] = replace(
        asked,
        sparql=asked.sparql.replace("https://query.wikidata.org/sparql", base),
        federated=replace(asked.federated, endpoints=(base,)),
    )
    return made


def asked(desk, **params):
    args = {"id": "wd-facts", "params": params, "lang": "en", "form": "json", "max_rows": 100}
    return desk.do(Job("ask", args))


def test_stored_questions_are_answered_and_their_answers_stand_in(desk, machines, monkeypatch):
    near, _ = machines
    reply = asked(desk)
    first = json.loads(reply.body)
    assert reply.facts["elsewhere"] is True
    assert [r["inhabitants"]["value"] for r in first["rows"]] == [111111.0, None, 22222.0, None]
    assert first["remote"]["kept"] is False and len(near.requests) == 1
    again = json.loads(asked(desk).body)
    assert again["rows"] == first["rows"] and again["remote"]["kept"] is True
    assert len(near.requests) == 1, "a fresh answer is not asked for again"
    visit = Visit("/questions/wd-facts", "th", placed=(("id", "wd-facts"),))
    for words in ("ข้อมูลนี้ได้จากการถาม", "คำตอบนี้เก็บไว้จากการถาม"):  # a page has its own row limit
        page = desk.do(Job("page", {"name": "question", "visit": visit}))
        assert page.status == 200 and words in page.body.decode()
    assert len(near.requests) == 2
    old = keeping.time.time() + 3600
    monkeypatch.setattr(keeping.time, "time", lambda: old)
    assert json.loads(asked(desk).body)["remote"]["kept"] is False
    assert len(near.requests) == 3, "an old one is"
    broken = replace(desk.contact, permitted=permit(["http://127.0.0.1:1/sparql"]))
    desk.contact = broken
    with pytest.raises(QuestionError) as found:  # no longer on the list, and none of the user's
        asked(desk)
    assert found.value.code == "remote-access"


def test_an_old_answer_stands_in_for_a_machine_that_fails(desk, machines, monkeypatch):
    near, _ = machines
    asked(desk)
    monkeypatch.setattr(Machine, "__call__", lambda self, request: Reply("no", 400, "text/plain"))
    old = keeping.time.time() + 3600
    monkeypatch.setattr(keeping.time, "time", lambda: old)
    held = json.loads(asked(desk).body)
    assert held["remote"]["kept"] is True and len(held["rows"]) == 4
    assert len(near.requests) == 2
    with pytest.raises(RemoteError) as found:  # another parameter, of which nothing is kept
        asked(desk, municipality="sila-town")
    assert found.value.code == "service-refused"


def test_kept_answers_are_few(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.json").write_text("{}")
    keeping.prune(tmp_path, 5)
    assert len(list(tmp_path.iterdir())) == 5
    keeping.prune(tmp_path, 2)
    assert len(list(tmp_path.iterdir())) == 2
    keeping.prune(tmp_path / "absent", 2)


@pytest.mark.parametrize(
    ("named", "url", "allowed"),
    [
        ("one.example", "https://one.example/sparql", True),
        ("One.Example.", "https://one.example:443/", True),
        ("one.example", "http://one.example/sparql", True),  # refused later: not encrypted
        ("one.example", "https://one.example:8443/sparql", False),
        ("one.example:8443", "https://one.example:8443/sparql", True),
        ("one.example:8443", "https://one.example/sparql", False),
        ("one.example", "https://two.one.example/sparql", False),
        ("one.example", "https://one.example.evil.example/", False),
        ("one.example", "https://one.example@evil.example/", False),
        ("one.example", "ftp://one.example/", False),
        ("https://one.example/sparql", "https://one.example/sparql", True),
        ("https://one.example/sparql", "https://one.example/sparql2", False),
        ("https://one.example/sparql", "https://one.example/", False),
        ("::1", "http://[::1]/sparql", True),
        ("[::1]:3030", "http://[::1]:3030/sparql", True),
        ("one.example", "http://[bad", False),
    ],
)
def test_what_a_permit_allows(named, url, allowed):
    assert permit([named]).allows(url) is allowed


@pytest.mark.parametrize(
    "named", ["", "one.example/sparql", "a b", "u@one.example", "http://one.example/sparql",
              "https://u:p@one.example/", "one.example:port", "file:///x", "one.example:99999"]
)  # fmt: skip
def test_what_is_no_permit(named):
    with pytest.raises(SourceError) as found:
        permit([named])
    assert found.value.code == "bad-address"
    assert found.value.hint


def test_a_bad_list_ends_the_command_before_it_serves():
    command = [sys.executable, "-m", "kkgraph.cli", "serve", "--port", "0"]
    done = subprocess.run(
        [*command, "--allow-service", "one.example/x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "bad-address" in done.stderr


@pytest.mark.parametrize(
    ("numbers", "named", "code"),
    [
        (["127.0.0.1"], [], "bad-address"),
        (["93.184.216.34", "10.0.0.7"], [], "bad-address"),
        (["169.254.169.254"], [], "bad-address"),
        (["::ffff:10.0.0.7"], [], "bad-address"),
        (["64:ff9b::7f00:1"], [], "bad-address"),
        (["fe80::1"], [], "bad-address"),
        (["10.0.0.7"], ["10.0.0.7"], ""),
        (["10.0.0.7", "10.0.0.8"], ["10.0.0.7"], "bad-address"),
    ],
)
def test_a_name_is_resolved_once_and_leads_nowhere_inside(monkeypatch, numbers, named, code):
    looked_up, connected = [], []

    def look_up(host, port, **_):
        looked_up.append(host)
        return [(2, 1, 6, "", (n, port)) for n in numbers]

    def connect(place, *_):
        connected.append(place)
        raise OSError("no network in this test")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setattr("kkgraph.fetching.fetcher.socket.create_connection", connect)
    monkeypatch.setattr("kkgraph.fetching.fetcher._proxy", lambda url: "")
    fetcher = Fetcher(permitted=permit(["inner.example", *named]), tries=1)
    with pytest.raises(KkgraphError) as found:
        fetcher.post("https://inner.example/sparql", {"query": "ASK {}"})
    assert found.value.code == (code or "no-answer")
    assert looked_up == ["inner.example"]
    assert connected == ([] if code else [("10.0.0.7", 443)])


def test_public_addresses_and_those_that_wrap_others():
    inside = ["10.1.2.3", "127.0.0.1", "0.0.0.0", "169.254.1.1", "192.168.0.1", "100.64.0.1",
              "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1",
              "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"]  # fmt: skip
    assert [n for n in inside if is_public(n)] == []
    outside = ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"]
    assert [n for n in outside if not is_public(n)] == []
