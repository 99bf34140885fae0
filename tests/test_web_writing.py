"""Servers that take updates: the token, what is seen afterwards, hostile uploads, sudden ends."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from kkgraph import KnowledgeGraph
from kkgraph.errors import QuestionError, SourceError, StoreError
from kkgraph.store import OxigraphStore
from kkgraph.web import remote, running, serving
from kkgraph.web.remote import with_loaded
from kkgraph.web.writer import Source
from webserver import TOKEN, Server, token_file, wait_for

LOCAL = "https://w3id.org/kkgraph/graph/local"
GRAPH = "/graphs?graph=" + quote(LOCAL, safe="")
ALLOWED = {"authorization": f"Bearer {TOKEN}"}
TURTLE = {**ALLOWED, "content-type": "text/turtle"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("writing")
    token = token_file(folder)
    made = Server(str(folder / "store"), "--allow-update", "--token-file", str(token))
    yield made
    assert made.stop(signal.SIGTERM) == 0
    assert TOKEN not in made.said
    with KnowledgeGraph.open(folder / "store") as graph:  # the lock is gone, the store is whole
        assert len(graph.ask("cq06")) == 6


def ask(server, pattern):
    return json.loads(server.query(f"ASK {{ {pattern} }}")[2])["boolean"]


def test_without_the_token_nothing_is_written(server):
    for given in ("", "Bearer wrong", "Bearer", "Basic !!!", "Basic " + b64("u:wrong"), "Digest x"):
        headers = {"content-type": "application/sparql-update", "authorization": given}
        status, told, body = server.request("POST", "/sparql", b"DROP ALL", headers)
        assert (status, json.loads(body)["code"]) == (401, "token-needed")
        assert told["www-authenticate"].startswith("Bearer ")
        assert server.request("PUT", GRAPH, b"", headers)[0] == 401
        assert server.request("DELETE", GRAPH, None, headers)[0] == 401


def b64(text):
    return base64.b64encode(text.encode()).decode()


def test_an_update_is_seen_by_the_next_query_and_the_default_graph_follows(server):
    tag = server.get("/sparql?query=ASK%7B%7D")[1]["etag"]
    for number in range(3):
        text = f"INSERT DATA {{ GRAPH kkg:local {{ <http://x.example/s{number}> kk:value 1 }} }}"
        assert server.update(text)[0] == 204
        for _ in range(4):  # every process, not the first only
            assert ask(server, f"<http://x.example/s{number}> kk:value 1")
    assert server.get("/sparql?query=ASK%7B%7D")[1]["etag"] != tag
    headers = {"content-type": "application/x-www-form-urlencoded",
               "authorization": "Basic " + b64(f"anyone:{TOKEN}")}  # fmt: skip
    body = b"update=" + quote("DROP GRAPH kkg:local").encode()
    assert server.request("POST", "/sparql", body, headers)[0] == 204
    assert not ask(server, "<http://x.example/s0> kk:value 1")


def test_graphs_are_put_added_to_and_removed(server):
    assert server.request("PUT", GRAPH, b"<http://x.example/a> a <http://x.example/T> .", TURTLE)[
        0
    ] in (201, 204)
    assert ask(server, "<http://x.example/a> a <http://x.example/T>")  # derived
    assert server.request("POST", GRAPH, b"<#b> <http://x.example/p> _:x .", TURTLE)[0] == 204
    assert ask(server, f"<{LOCAL}#b> <http://x.example/p> ?x FILTER(ISBLANK(?x))")
    status, headers, body = server.get(GRAPH, {"accept": "application/n-triples"})
    assert body.count(b"\n") == 2
    assert server.request("DELETE", GRAPH, None, ALLOWED)[0] == 204
    assert server.get(GRAPH)[0] == 404
    assert not ask(server, "<http://x.example/a> a <http://x.example/T>")
    status, headers, _ = server.request("POST", "/graphs", b"<a:a> <b:b> 1 .", TURTLE)
    assert status == 201
    path = headers["location"].removeprefix(server.url)
    assert server.get(path)[0] == 200
    assert server.request("DELETE", path, None, ALLOWED)[0] == 204


def test_an_update_may_be_as_large_as_an_upload(server):
    lines = "".join(f'<x:s{n}> <x:large> "{"text " * 40}{n}" .\n' for n in range(6_000))
    text = f"DATA {{ GRAPH <http://x.example/large> {{ {lines} }} }}"
    assert len(text) > 1.2 * 2**20
    assert server.update(f"INSERT {text}")[0] == 204
    count = "SELECT (COUNT(*) AS ?n) { GRAPH <http://x.example/large> { ?s <x:large> ?o } }"
    assert b'"6000"' in server.query(count)[2]
    assert server.update("DROP GRAPH <http://x.example/large>")[0] == 204
    assert not ask(server, "GRAPH ?g { ?s <x:large> ?o }")


def test_the_derived_default_graph_is_never_written(server):
    for method in ("PUT", "POST", "DELETE"):
        body = None if method == "DELETE" else b"<a:a> <b:b> 1 ."
        status, _, told = server.request(method, "/graphs?default", body, TURTLE)
        assert (status, json.loads(told)["code"]) == (409, "default-graph-write")
    for text in ("CLEAR ALL", "INSERT DATA { <a:a> <b:b> 1 }", "DROP DEFAULT"):
        status, _, told = server.update(text)
        assert (status, json.loads(told)["code"]) == (409, "default-graph-write")
    assert server.get("/graphs?default", {"accept": "application/n-triples"})[0] == 200


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("LOAD <http://127.0.0.1:1/x> INTO GRAPH <http://g>", 403, "remote-access"),
        ("LOAD SILENT <file:///etc/passwd> INTO GRAPH <http://g>", 403, "remote-access"),
        ("INSERT { GRAPH <http://g> { ?s ?p ?o } } WHERE { SERVICE <http://h/> { ?s ?p ?o } }",
         403, "remote-access"),
        ("INSERT DATA { GRAPH <http://g> { <a> <b> ?c } }", 400, "bad-sparql"),
        ("CLEAR XYZ", 400, "bad-sparql"),
    ],
)  # fmt: skip
def test_updates_that_are_refused(server, text, status, code):
    got, _, body = server.update(text)
    assert (got, json.loads(body)["code"]) == (status, code)


class Host(BaseHTTPRequestHandler):
    """A host with a document, one with a redirect, and one that is too large."""

    def do_GET(self):
        port = self.server.server_address[1]
        away = {"/home": "/x.ttl", "/away": f"http://localhost:{port}/x.ttl",
                "/inside": "http://127.0.0.3:1/", "/round": "/round"}.get(self.path)  # fmt: skip
        if away:
            self.send_response(302)
            self.send_header("Location", away)
            self.end_headers()
            return
        body = b"<#s> <http://x.example/p> _:b ." if self.path == "/x.ttl" else b"nonsense"
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def source():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made.server_address[1]
    made.shutdown()


def test_load_contacts_allowed_hosts_only_and_checks_where_they_lead(source, monkeypatch):
    at, allowed = f"http://127.0.0.1:{source}", ("127.0.0.1",)

    def loaded(path, into="INTO GRAPH <http://g/>", silent=""):
        text = f"CLEAR SILENT GRAPH <http://h/> ; LOAD {silent}<{at}{path}> {into}"
        return with_loaded(text, allowed, 1000)

    made = loaded("/x.ttl")
    store = OxigraphStore.in_memory([], in_process=True)
    store.update(made)
    assert [q.subject.value for q in store.quads(["http://g/"])] == [f"{at}/x.ttl#s"]
    assert loaded("/home").replace("home", "x.ttl").count(f"<{at}/x.ttl#s>") == 1
    for path in ("/away", "/inside"):
        with pytest.raises(QuestionError, match="may not be contacted"):
            loaded(path)
    for path in ("/round", "/bad"):
        with pytest.raises(SourceError):
            loaded(path)
        assert loaded(path, silent="SILENT ").endswith("INSERT DATA { }")
    with pytest.raises(SourceError, match="too large"):
        with_loaded(f"LOAD <{at}/x.ttl>", allowed, 5)
    with pytest.raises(QuestionError, match="default graph"):
        store.update(loaded("/x.ttl", into=""))
    text = f"LOAD <{at}/x.ttl> INTO GRAPH <http://g/>"
    assert with_loaded(text, (), 1000) == text  # what runs it refuses it
    # a name on the list that leads to this machine is no way in
    with pytest.raises(QuestionError, match="not public"):
        with_loaded(f"LOAD <http://localhost:{source}/x.ttl>", ("localhost",), 1000)
    public = [(2, 1, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: public)
    assert remote.checked("data.example", 80, ("data.example",)) == "93.184.216.34"


XXE = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">
<!ENTITY y SYSTEM "http://127.0.0.1:1/"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
<rdf:Description rdf:about="http://e/s"><e:p>&x;&y;</e:p></rdf:Description></rdf:RDF>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "ha">%s]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
<rdf:Description rdf:about="http://e/s"><e:p>&a30;</e:p></rdf:Description></rdf:RDF>""" % b"".join(
    b'<!ENTITY a%d "&a%d;&a%d;">' % (n, n - 1, n - 1) for n in range(1, 31)
)


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (XXE, "application/rdf+xml", 400),
        (LAUGHS, "application/rdf+xml", 400),
        (b'{"@context": "http://127.0.0.1:1/c", "a": 1}', "application/ld+json", 400),
        (b"<a:a> <b:b> <c:c", "text/turtle", 400),
        (b"<a:a> <b:b> '\xff' .", "text/turtle", 400),
        (b"<a:a> <b:b> 1 .", "text/turtle; charset=utf-16", 415),
        (b"<a:a> <b:b> 1 .", "image/png", 415),
        (b"<a:a> <b:b> 1 .", "", 415),
        (b"no parts", "multipart/form-data; boundary=x", 400),
    ],
)
def test_hostile_uploads_change_nothing(server, body, media, status):
    before = server.health()["store"]
    got, _, answer = server.request("PUT", GRAPH, body, {**ALLOWED, "content-type": media})
    assert got == status, answer
    assert b"root:" not in answer
    assert server.health()["store"] == before


def test_a_gigabyte_is_refused_before_it_is_read(server):
    headers = {**TURTLE, "content-length": str(2**30)}
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    connection.putrequest("PUT", GRAPH)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["code"] == "body-too-large"
    connection.close()


def test_a_stream_is_refused_once_it_passes_the_limit(server):
    sent = 0
    link = socket.create_connection((server.host, server.port), timeout=20)
    link.sendall(
        f"PUT {GRAPH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/turtle\r\n"
        f"Authorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    piece = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    with contextlib.suppress(OSError):
        for _ in range(1024):
            link.sendall(piece)
            sent += 2**20
    answer = b""
    with contextlib.suppress(OSError):
        answer = link.recv(65536)
    link.close()
    assert sent < 100 * 2**20  # the limit is 64 MiB
    assert not answer or b" 413 " in answer.split(b"\r\n")[0]
    assert server.health()["status"] == "ok"


def test_a_write_goes_on_where_its_client_leaves(server):
    body = b"INSERT DATA { GRAPH kkg:local { <http://x.example/left> kk:value 1 } }"
    link = socket.create_connection((server.host, server.port))
    link.sendall(
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-update\r\n"
        b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
        % (TOKEN.encode(), len(body))
        + body
    )
    link.close()
    assert wait_for(lambda: ask(server, "<http://x.example/left> kk:value 1"))


MANY = (
    "INSERT {{ GRAPH <http://big.example/> {{ ?a <http://x.example/with> ?b }} }} "
    "WHERE {{ GRAPH kkg:study {{ ?a ?p ?x }} GRAPH kkg:cited {{ ?b ?q ?y }} {0} }}"
)


def test_kill_9_during_an_update_leaves_the_store_intact(tmp_path):
    """First the process that writes is killed; then, in another update, the whole server."""
    options = [str(tmp_path / "store"), "--allow-update", "--token-file", str(token_file(tmp_path))]
    server = Server(*options)
    for number, victim in enumerate(("writer", "server")):
        mark = f"INSERT DATA {{ GRAPH kkg:local {{ <http://x.example/m{number}> kk:value 1 }} }}"
        assert server.update(mark)[0] == 204
        answers = []

        def long_update(server=server, answers=answers):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers.append(server.update(MANY.format("")))

        thread = threading.Thread(target=long_update)
        thread.start()
        time.sleep(0.6)
        assert thread.is_alive(), "the update was too quick to be interrupted"
        os.kill(writer_of(server) if victim == "writer" else server.process.pid, signal.SIGKILL)
        thread.join(timeout=20)
        if victim == "writer":
            assert [a[0] for a in answers] == [507]
            assert ask(server, "<http://x.example/m0> kk:value 1")
    assert not answers
    server.process.wait(timeout=10)
    again = reopened(tmp_path / "store")
    assert not list(again.quads(["http://big.example/"]))
    found = {q.subject.value for q in again.quads([LOCAL])}
    assert found == {"http://x.example/m0", "http://x.example/m1"}
    assert KnowledgeGraph(again).ask("cq06").rows == KnowledgeGraph.open().ask("cq06").rows
    again.close()


def writer_of(server):
    for pid in server.children():
        if b"\0write\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("no process writes")


def reopened(place):
    """The store, as soon as the killed processes have let it go."""
    end = time.monotonic() + 20
    while True:
        try:
            return OxigraphStore.open(place)
        except StoreError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_the_token_must_be_long_and_nobody_elses(tmp_path):
    path = token_file(tmp_path)
    assert serving.read_token(path) == TOKEN
    path.chmod(0o644)
    with pytest.raises(SourceError, match="others on this machine"):
        serving.read_token(path)
    path.chmod(0o600)
    path.write_text("short\n")
    with pytest.raises(SourceError, match="fewer than"):
        serving.read_token(path)
    with pytest.raises(SourceError, match="can't be read"):
        serving.read_token(tmp_path / "absent")


def test_a_port_in_use_is_told(tmp_path):
    with running.listen("127.0.0.1", 0) as taken:
        with pytest.raises(StoreError) as caught:
            serving.serve(Source(), port=taken.getsockname()[1])
        assert caught.value.code == "port-in-use"
