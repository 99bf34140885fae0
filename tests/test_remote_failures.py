"""A server that misbehaves: each failure of a remote store is an error with its code and remedy."""

from __future__ import annotations

import gzip
import http.server
import json
import socket
import threading
import time
from email.utils import formatdate
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from kkgraph.errors import KkgraphError, QuestionError, SourceError, StoreError
from kkgraph.store import Endpoint, Limits, Login
from kkgraph.store.address import is_loopback, is_url
from kkgraph.store.endpoint import EndpointStore
from kkgraph.store.reading import declared, form_of

JSON = "application/sparql-results+json"
ROW = '{"s":{"type":"uri","value":"urn:%d"}}'
TOKEN = "s3cret-token-of-the-steward"
SOON = Limits(timeout_s=5.0, max_rows=None)
SELECT = "SELECT ?s { ?s ?p ?o }"


def rows(number):
    body = ",".join(ROW % n for n in range(number))
    return f'{{"head":{{"vars":["s"]}},"results":{{"bindings":[{body}]}}}}'.encode()


class Server(http.server.ThreadingHTTPServer):
    """Answers each request as its script says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, *script, **options):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.seen = []
        self.connections = set()
        self.stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/sparql"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what many of these tests are about


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        server.connections.add(self.client_address)
        server.seen.append((self.command, self.path, dict(self.headers), body))
        step = server.script.pop(0) if len(server.script) > 1 else server.script[0]
        if callable(step):
            step(self)
        else:
            self.answer(*step)

    do_POST = do_GET

    def answer(self, status, kind, body, **headers):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *words):
        pass


@pytest.fixture
def serve(request):
    """Starts a server with a script: (status, kind, body) or a function of the handler."""
    made = []

    def start(*script):
        made.append(Server(*script))
        return made[-1]

    yield start
    for server in made:
        server.stopped.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Pauses between tries are short here."""
    monkeypatch.setattr("kkgraph.store.wire._pause", lambda number: 0.01)


def store(server, **options):
    return EndpointStore(Endpoint(server.url, **options))


def fails(action, code, *words):
    with pytest.raises(StoreError) as caught:
        action()
    error = caught.value
    assert (error.code, error.exit_code) == (code, 3)
    assert error.where
    assert error.hint
    for word in words:
        assert word in error.message
    assert TOKEN not in str(error)
    return error


FINE = (200, JSON, rows(3))


def test_a_good_answer_on_one_connection(serve):
    server = serve(FINE)
    with_token = store(server, login=Login(token=TOKEN))
    for _ in range(3):
        answer = with_token.query("SELECT ?s { ?s kk:p ?o }", SOON)
        assert answer.rows == tuple((ox.NamedNode(f"urn:{n}"),) for n in range(3))
    method, path, headers, _ = server.seen[0]
    assert (method, path.partition("?")[0]) == ("GET", "/sparql")
    assert "PREFIX%20kk%3A" in path
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert len(server.connections) == 1


def test_a_long_query_goes_by_post(serve):
    server = serve(FINE)
    text = SELECT + "#" + "x" * 3000
    store(server).query(text, SOON)
    method, path, headers, body = server.seen[0]
    assert (method, path) == ("POST", "/sparql")
    assert headers["Content-Type"] == "application/sparql-query"
    assert body.decode() == text


# What is no answer


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((200, "text/html", b"<html><h1>Sign in</h1></html>"), "bad-answer", ["text/html"]),
        ((200, "", b"{}"), "bad-answer", ["of no type"]),
        ((200, JSON, b""), "bad-answer", ["malformed"]),
        ((200, JSON, b"{not json"), "bad-answer", ["malformed"]),
        ((200, JSON, rows(3)[:-9]), "bad-answer", ["malformed"]),
        ((200, JSON, rows(3).replace(b'"urn:1"', b"7")), "bad-answer", []),
        ((200, "text/csv", b"s\nurn:1\n"), "bad-answer", ["text/csv"]),
        ((400, "text/plain", b"Parse error: line 1"), "endpoint-refused", ["400", "line 1"]),
        ((401, "text/plain", b"who are you?"), "not-allowed", ["401", "login"]),
        ((403, "text/html", b"<h1>no</h1>"), "not-allowed", ["403"]),
        ((404, "text/html", b"<h1>no</h1>"), "no-endpoint", ["404"]),
        ((405, "", b""), "no-endpoint", ["405"]),
        ((408, "", b""), "timeout", []),
        ((500, "text/plain", b"java.lang.Exception\n\tat x"), "endpoint-failed", ["java"]),
        ((503, "text/plain", b"Query timed out"), "timeout", ["timed out"]),
        ((504, "application/problem+json", json.dumps({"code": "timeout", "detail": "after 9 s"})
          .encode()), "timeout", ["timeout: after 9 s"]),
    ],
)  # fmt: skip
def test_what_is_no_answer(serve, answer, code, words):
    server = serve(answer)
    fails(lambda: store(server, login=Login(token=TOKEN)).query(SELECT, SOON), code, *words)
    assert len(server.seen) == 1


def test_control_characters_of_a_server_do_not_reach_the_terminal(serve):
    server = serve((500, "text/plain", b"\x1b[31mred\x07\r\nnext" + b"x" * 5000))
    error = fails(lambda: store(server).query(SELECT, SOON), "endpoint-failed", "red", "next")
    assert error.message.isprintable()
    assert len(error.message) < 400


def test_a_truth_value_is_no_list_of_triples(serve):
    server = serve((200, JSON, b'{"head":{},"boolean":true}'))
    fails(lambda: list(store(server).quads(["urn:g"])), "bad-answer")


def test_fewer_triples_than_there_are(serve):
    term = '{"type":"uri","value":"urn:x"}'
    row = f'{{"g":{term},"s":{term},"p":{term},"o":{term}}}'
    some = f'{{"head":{{"vars":["g","s","p","o"]}},"results":{{"bindings":[{row}]}}}}'
    number = '{"type":"literal","value":"7","datatype":"http://www.w3.org/2001/XMLSchema#integer"}'
    count = f'{{"head":{{"vars":["n"]}},"results":{{"bindings":[{{"n":{number}}}]}}}}'
    server = serve((200, JSON, some.encode()), (200, JSON, count.encode()))
    fails(lambda: list(store(server).quads(["urn:g"])), "answer-cut", "1 of 7")


# What breaks off, or does not end


def broken(handler):
    handler.answer(200, JSON, rows(50)[:900], Content_Length="5000")
    handler.close_connection = True


def broken_chunk(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"400\r\n" + rows(9)[:100])
    handler.close_connection = True


def broken_gzip(handler):
    packed = gzip.compress(rows(5000))
    handler.answer(200, JSON, packed[: len(packed) // 2], Content_Encoding="gzip")


def no_gzip(handler):
    handler.answer(200, JSON, rows(5), Content_Encoding="gzip")


@pytest.mark.parametrize("how", [broken, broken_chunk, broken_gzip, no_gzip])
def test_an_answer_that_breaks_off(serve, how):
    server = serve(how)
    fails(lambda: store(server).query(SELECT, SOON), "answer-cut")
    assert len(server.seen) == 1


def silent(handler):
    handler.server.stopped.wait(20)
    handler.close_connection = True


def silent_body(handler):
    handler.answer(200, JSON, rows(9)[:40], Content_Length="5000")
    silent(handler)


def drip(handler):
    """A byte at a time: no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    while not handler.server.stopped.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()
    handler.close_connection = True


def drip_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.stopped.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()
    handler.close_connection = True


@pytest.mark.parametrize("how", [silent, silent_body, drip, drip_head])
def test_the_time_limit_ends_the_request_whatever_the_server_does(serve, how):
    server = serve(how, FINE)
    asked = store(server)
    start = time.monotonic()
    fails(lambda: asked.query(SELECT, Limits(0.4, None)), "timeout", "0.4 s")
    assert time.monotonic() - start < 15
    assert len(server.seen) == 1
    assert len(asked.query(SELECT, SOON).rows) == 3


def endless(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    handler.wfile.write(b'{"head":{"vars":["s"]},"results":{"bindings":[')
    while True:
        handler.wfile.write((ROW % 1).encode() * 1 + b",")


def test_rows_are_read_no_further_than_wanted(serve):
    answer = store(serve(endless)).query(SELECT, Limits(5.0, 10))
    assert (len(answer.rows), answer.truncated) == (10, True)


def bomb(handler):
    packed = gzip.compress(b'{"head":{"vars":["s"]}' + b" " * 50_000_000)
    assert len(packed) < 60_000
    handler.answer(200, JSON, packed, Content_Encoding="gzip")


@pytest.mark.parametrize("how", [endless, bomb])
def test_an_answer_has_a_size(serve, how):
    asked = store(serve(how), max_bytes=1_000_000)
    fails(lambda: asked.query(SELECT, Limits(20.0, None)), "answer-too-large", "1,000,000")


def test_gzip_is_unpacked(serve):
    server = serve(lambda h: h.answer(200, JSON, gzip.compress(rows(500)), Content_Encoding="gzip"))
    asked = store(server)
    assert [len(asked.query(SELECT, SOON).rows) for _ in range(2)] == [500, 500]
    assert server.seen[0][2]["Accept-Encoding"] == "gzip"
    assert len(server.connections) == 1


# Tried again, or not


def gone(handler):
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "trouble",
    [gone, (503, "", b""), (502, "text/html", b"<h1>Bad</h1>"), (504, "", b""), (429, "", b"")],
)
def test_a_query_is_sent_again(serve, trouble):
    server = serve(trouble, trouble, FINE)
    assert len(store(server).query(SELECT, SOON).rows) == 3
    assert len(server.seen) == 3


def test_not_for_ever(serve):
    server = serve((503, "text/plain", b"overloaded"))
    fails(lambda: store(server).query(SELECT, SOON), "busy-endpoint", "503", "overloaded")
    assert len(server.seen) == 4
    server = serve(gone)
    fails(lambda: store(server).query(SELECT, SOON), "unreachable")
    assert len(server.seen) == 4


@pytest.mark.parametrize("when", ["1", "date"])
def test_retry_after_is_kept(serve, when):
    def busy(handler):
        after = when if when != "date" else formatdate(time.time() + 1.9, usegmt=True)
        handler.answer(503, "", b"", Retry_After=after)

    server = serve(busy, FINE)
    start = time.monotonic()
    assert len(store(server).query(SELECT, SOON).rows) == 3
    assert 0.5 < time.monotonic() - start < 4


def test_a_wait_that_passes_the_time_limit_is_not_begun(serve):
    server = serve(lambda h: h.answer(503, "", b"", Retry_After="3600"))
    start = time.monotonic()
    fails(lambda: store(server).query(SELECT, Limits(None, None)), "busy-endpoint")
    assert time.monotonic() - start < 60
    assert len(server.seen) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(serve):
    def fine_then_closed(handler):
        handler.answer(*FINE)
        gone(handler)

    server = serve(fine_then_closed, FINE)
    asked = store(server)
    for _ in range(2):
        assert len(asked.query(SELECT, SOON).rows) == 3
    assert len(server.connections) == 2


def revision_of(text):
    return text.partition('#revision> "')[2].partition('"')[0]


def scripted(*on_update):
    """A server with a revision that updates change, if they get that far."""
    state = {"revision": "old", "updates": 0, "steps": list(on_update)}

    def act(handler):
        body = handler.server.seen[-1][3].decode()
        if handler.server.seen[-1][2].get("Content-Type") == "application/sparql-update":
            if "#none" in body:
                return handler.answer(204, "", b"")
            state["updates"] += 1
            step = state["steps"].pop(0)
            return step(handler, state, revision_of(body))
        value = f'{{"r":{{"type":"literal","value":"{state["revision"]}"}}}}'
        found = f'{{"head":{{"vars":["r"]}},"results":{{"bindings":[{value}]}}}}'
        return handler.answer(200, JSON, found.encode())

    return act, state


def test_an_update_is_never_sent_again(serve):
    for trouble in (
        lambda h, state, r: gone(h),
        lambda h, state, r: h.answer(503, "", b"", Retry_After="0"),
        lambda h, state, r: h.answer(502, "", b""),
    ):
        act, state = scripted(trouble)
        server = serve(act)
        with pytest.raises(StoreError) as caught:
            store(server).update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:b 1 } }")
        assert caught.value.code in ("write-unknown", "busy-endpoint")
        assert state["updates"] == 1


def test_a_lost_answer_of_an_update_that_ran_is_no_failure(serve):
    def done_then_gone(handler, state, revision):
        state["revision"] = revision
        gone(handler)

    act, state = scripted(done_then_gone)
    store(serve(act)).update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:b 1 } }")
    assert state["updates"] == 1


def test_an_update_that_takes_too_long_is_unknown(serve):
    act, state = scripted(lambda h, state, r: silent(h))
    asked = store(serve(act), write_timeout_s=0.4)
    fails(
        lambda: asked.put_graph("urn:g", [ox.Triple(*[ox.NamedNode("urn:x")] * 3)]), "write-unknown"
    )
    assert state["updates"] == 1


def test_an_update_that_changes_nothing_is_noticed(serve):
    act, _ = scripted(lambda h, state, r: h.answer(200, JSON, rows(1)))
    asked = store(serve(act))
    fails(lambda: asked.drop_graph("urn:g"), "read-only-store")


def test_a_server_that_takes_no_large_requests_gets_small_ones(serve, monkeypatch):
    monkeypatch.setattr("kkgraph.store.endpoint._SMALL_BYTES", 2000)
    sizes = []

    def limited(handler, state, revision):
        size = len(handler.server.seen[-1][3])
        if size > 4000:
            return handler.answer(413, "", b"")
        sizes.append(size)
        state["revision"] = revision or state["revision"]
        return handler.answer(204, "", b"")

    act, _ = scripted(*[limited] * 99)
    many = [ox.Triple(*[ox.NamedNode("urn:x")] * 2, ox.Literal(f"{n:0100}")) for n in range(60)]
    store(serve(act)).put_graph("urn:g", many)
    assert len(sizes) > 5


def test_a_server_that_is_not_there():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        asked = EndpointStore(Endpoint(f"http://127.0.0.1:{port}/sparql"))
        fails(lambda: asked.query(SELECT, SOON), "unreachable", "refused")
    tls = EndpointStore(Endpoint(f"https://127.0.0.1:{port}/sparql"))
    fails(lambda: tls.query(SELECT, SOON), "unreachable")


# Redirects and logins


def to(target, status=302):
    return lambda h: h.answer(status, "", b"", Location=target)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("query", [SELECT, SELECT + "#" + "x" * 3000])
def test_a_redirect_of_a_query_is_followed_without_the_login(serve, status, query):
    other = serve(FINE)
    server = serve(to(other.url, status))
    asked = store(server, login=Login(user="steward", password=TOKEN))
    assert len(asked.query(query, SOON).rows) == 3
    assert server.seen[0][2]["Authorization"].startswith("Basic ")
    assert "Authorization" not in other.seen[0][2]
    kept = status != 303 or len(query) < 100
    assert other.seen[0][0] == ("POST" if len(query) > 3000 and kept else "GET")


def test_a_redirect_on_the_same_server_keeps_the_login(serve):
    server = serve(to("/other/sparql"), FINE)
    store(server, login=Login(token=TOKEN)).query(SELECT, SOON)
    assert [s[1] for s in server.seen][1] == "/other/sparql"
    assert server.seen[1][2]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("http://example.org/sparql", "plain http"),
        ("file:///etc/passwd", "no address"),
        ("ftp://127.0.0.1/x", "no address"),
        ("http://user:pass@127.0.0.1/x", "ends up in logs"),
        ("//[bad", ""),
        ("", "on and on"),
        ("/sparql", "on and on"),
    ],
)
def test_a_redirect_to_where_no_store_should_be(serve, target, word):
    asked = store(serve(to(target)))
    error = fails(lambda: asked.query(SELECT, SOON), "redirected", word)
    assert "pass@" not in str(error)


def test_an_update_is_not_redirected(serve):
    other = serve(FINE)
    server = serve(to(other.url, 307))
    fails(lambda: store(server).drop_graph("urn:g"), "read-only-store")
    given = store(server, update_url=server.url)
    fails(lambda: given.drop_graph("urn:g"), "redirected", "update")
    assert [s[0] for s in other.seen if s[0] == "POST"] == []


def test_the_login_goes_only_where_it_is_for(serve):
    other = serve((204, "", b""))
    act, _ = scripted(lambda h, state, r: h.answer(204, "", b""))
    server = serve(act)
    asked = store(server, login=Login(token=TOKEN), update_url=other.url)
    fails(lambda: asked.drop_graph("urn:g"), "read-only-store")
    assert other.seen[0][2]["Authorization"] == f"Bearer {TOKEN}"  # its address was given


def test_a_proxy_of_the_environment_is_used_for_https(serve, monkeypatch):
    lines = []
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()

        def answer():
            for _ in range(4):
                connection, _ = proxy.accept()
                lines.append(connection.recv(1000).split(b"\r\n")[0])
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        asked = EndpointStore(Endpoint("https://kkgraph.invalid/sparql"))
        fails(lambda: asked.query(SELECT, SOON), "unreachable", "403")
    assert lines[0] == b"CONNECT kkgraph.invalid:443 HTTP/1.0" or b":443 HTTP/1.1" in lines[0]


ADDRESSES = {
    "http://example.org/sparql": "plain http",
    "https://user:pass@example.org/sparql": "ends up in logs",
    "https://example.org/sparql?key=1": "after ? or #",
    "https://example.org/sparql#x": "after ? or #",
    "https:///sparql": "no address",
    "https://example.org/a b": "no address",
    "https://example.org/\r\nX: y": "no address",
    "https://ขอนแก่น.example/sparql": "no address",
    "ftp://example.org/": "no address",
    "https://[bad/": "no URL",
    "https://example.org:99999/": "no URL",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_cannot_be_one(url):
    with pytest.raises(QuestionError, match=ADDRESSES[url].replace("?", r"\?")) as caught:
        Endpoint(url)
    assert caught.value.code == "bad-address"
    assert caught.value.hint
    assert "pass" not in str(caught.value).replace("password", "").replace("PASSWORD", "")


def test_plain_http_where_it_stays_here_or_is_allowed():
    for url in ("http://localhost:3030/x", "http://127.8.9.1/x", "http://[::1]:80/x"):
        Endpoint(url)
    assert not is_loopback("localhost.example.org")
    assert Endpoint("http://example.org/x", allow_http=True).url
    assert Endpoint.of("http://example.org/x", {"KKGRAPH_STORE_ALLOW_HTTP": "1"}).allow_http
    assert [is_url(t) for t in ("https://x", "HTTP://x", "folder", "./http:", None)] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_logins_are_read_and_never_shown(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"{TOKEN}\n")
    by_file = Endpoint.of("https://x.org/s", {"KKGRAPH_STORE_TOKEN_FILE": str(secret)})
    assert by_file.login.header == f"Bearer {TOKEN}"
    pair = {"KKGRAPH_STORE_USER": "me", "KKGRAPH_STORE_PASSWORD": "ลับ"}
    assert Endpoint.of("https://x.org/s", pair).login.header == "Basic bWU64Lil4Lix4Lia"
    for endpoint in (by_file, Endpoint.of("https://x.org/s", pair)):
        assert TOKEN not in repr(endpoint)
        assert "ลับ" not in repr(endpoint)
    with pytest.raises(SourceError) as missing:
        Endpoint.of("https://x.org/s", {"KKGRAPH_STORE_TOKEN_FILE": str(tmp_path / "no")})
    assert missing.value.code == "unreadable-file"
    for bad in ({"token": "two words"}, {"token": "x\ny"}, {"user": "a:b"}, {"password": "a\rb"}):
        with pytest.raises(QuestionError) as caught:
            Login(**bad)
        assert caught.value.code == "bad-login"
        assert str(next(iter(bad.values()))) not in str(caught.value)


# Texts


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "rows"),
        ("# ASK\nPREFIX ask: <urn:ask> ASK{}", "truth"),
        ("DESCRIBE kkd:x", "triples"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "triples"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "truth"),
        ("PREFIX s: <urn:s>\nCONSTRUCT{} { SERVICE <http://127.0.0.1:9/> {} }", "triples"),
    ],
)
def test_forms(text, form):
    assert form_of(text) == form


def test_prefixes_are_declared_where_they_are_used():
    assert declared("ASK { kkd:a a ?b }") == (
        "PREFIX kkd: <https://w3id.org/kkgraph/id/> ASK { kkd:a a ?b }"
    )
    own = "PREFIX kkd: <urn:own> ASK { kkd:a a 'kk:b', <kk:c> }"
    assert declared(own) == own
    assert declared("ASK { _:kk a ?kk }") == "ASK { _:kk a ?kk }"
    assert declared("SELECT ?x {\n  VALUES ?x { UNDEF }\n ?x ?p 'VALUES ?x { UNDEF }' }") == (
        "SELECT ?x {\n\n ?x ?p 'VALUES ?x { UNDEF }' }"
    )
    star = "SELECT * {\n  VALUES ?x { UNDEF }\n}"
    assert declared(star) == star


def test_every_failure_is_one_of_ours(serve):
    """Whatever bytes come back, nothing but our errors gets out."""
    import random

    rand = random.Random(7)
    good = b"HTTP/1.1 200 OK\r\nContent-Type: " + JSON.encode() + b"\r\nContent-Length: %d\r\n\r\n"

    def noise(handler):
        data = bytearray(good % len(rows(3)) + rows(3))
        for _ in range(rand.randint(1, 6)):
            data[rand.randrange(len(data))] = rand.randrange(256)
        handler.wfile.write(bytes(data[: rand.randint(1, len(data))]))
        handler.close_connection = True

    server = serve(noise)
    asked = store(server)
    outcomes = set()
    for _ in range(60):
        try:
            asked.query(SELECT, Limits(0.3, None))
            outcomes.add("answered")
        except KkgraphError as error:
            outcomes.add(error.code)
    assert {"bad-answer", "answer-cut"} <= outcomes
    assert urlsplit(server.url).hostname == "127.0.0.1"
