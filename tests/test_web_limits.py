"""Every limit of a server is answered with its status, and one client never starves the others."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import socket
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import ROOT
from webserver import Server, wait_for

SCRIPT = """
from kkgraph.web.bounds import Bounds
from kkgraph.web.serving import serve
from kkgraph.web.writer import Source
serve(Source(), port=0, bounds=Bounds(
    workers=2, query_s=1.5, wait_s=6.0, client_queue=4, queue=12, max_rows=500,
    answer_bytes=2 * 2**20, line_bytes=8192, head_bytes=16384, head_s=0.5, stall_s=1.0,
    client_connections=40, connections=60, memory_bytes=400 * 2**20, cache_bytes=0,
))
"""
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER NOT EXISTS { ?a ?e ?x . ?d ?b ?x } }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
QUICK = "SELECT ?s { ?s a kk:KnowledgeGap } LIMIT 2"
HOSTILE = "127.0.0.2"


@pytest.fixture(scope="module")
def server():
    made = Server(script=SCRIPT)
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.said, made.said[made.said.find("Traceback") - 200 :][:3000]


def code(answer):
    return answer[0], json.loads(answer[2])["code"]


def calm(server):
    """Wait until nothing runs, and every process that was killed has its successor."""
    assert wait_for(lambda: (h := server.health())["running"] == 0 and h["processes"] >= 3, 20)


def gauge(server, name):
    for line in server.get("/metrics")[2].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return 0.0


def test_a_query_is_really_stopped(server):
    calm(server)
    started = gauge(server, "kkgraph_processes_started")
    assert code(server.query(BOMB)) == (504, "timeout")
    calm(server)
    assert gauge(server, "kkgraph_processes_started") > started  # it was killed, and replaced
    assert server.query(QUICK)[0] == 200


def test_rows_and_bytes_are_limited_and_nothing_is_cut_in_silence(server):
    assert server.query("SELECT * { ?s ?p ?o } LIMIT 500")[0] == 200
    for accept in ("application/sparql-results+json", "application/sparql-results+xml",
                   "text/csv", "text/tab-separated-values"):  # fmt: skip
        answer = server.query("SELECT * { ?s ?p ?o } LIMIT 501", accept)
        assert code(answer) == (422, "result-too-large"), accept
    tricky = '("},{" AS ?a) ("<result>\\n" AS ?b)'
    for accept in ("application/sparql-results+json", "text/csv"):
        text = f"SELECT {tricky} ?s {{ ?s ?p ?o }} LIMIT 400"
        assert server.query(text, accept)[0] == 200, "rows are counted, not what looks like one"
    assert code(server.query("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle")) == (
        422, "result-too-large",
    )  # fmt: skip
    large = "SELECT (CONCAT(?o, ?o, ?o, ?o) AS ?x) { ?s kk:statement ?o } LIMIT 500"
    assert server.query(large)[0] in (200, 422)
    wide = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } LIMIT 50000"
    assert code(server.query(wide)) == (422, "result-too-large")


def test_memory_is_limited(server):
    calm(server)
    status, which = code(server.query(GREEDY))
    assert (status, which) in ((507, "worker-died"), (504, "timeout"))
    assert server.query(QUICK)[0] == 200


def test_a_long_address_and_long_headers(server):
    path = "/sparql?query=" + quote("ASK {} #" + "x" * 9000)
    assert server.get(path)[0] == 414
    assert raw(server, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n")[:12] == b"HTTP/1.1 414"
    assert server.get("/health", {"x-long": "y" * 20_000})[0] == 431
    assert raw(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000)[:12] == b"HTTP/1.1 431"
    assert raw(server, b"NONSENSE\r\n\r\n")[:12] == b"HTTP/1.1 400"
    assert server.request("POST", "/sparql", b"#" * (2**20 + 1),
                          {"content-type": "application/sparql-query"})[0] == 413  # fmt: skip


def raw(server, data, seconds=10.0):
    """What comes back for these bytes, until the connection is closed."""
    with socket.create_connection((server.host, server.port), timeout=seconds) as link:
        answer = b""
        with contextlib.suppress(OSError):
            link.sendall(data)
            while piece := link.recv(65536):
                answer += piece
        return answer


def test_a_request_that_comes_byte_by_byte_is_cut(server):
    begun = time.monotonic()
    assert raw(server, b"GET /health HTTP/1.1\r\nHost: x\r\n")[:12] == b"HTTP/1.1 408"
    assert raw(server, b"")[:12] == b"HTTP/1.1 408"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    answer = raw(server, head + b"Content-Length: 900000\r\n\r\nASK", 15)
    assert answer[:12] == b"HTTP/1.1 408"
    assert time.monotonic() - begun < 25


def test_a_reader_that_does_not_read_is_cut(server):
    path = "/api/questions/cq76"
    assert len(server.get(path)[2]) > 200_000
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.connect((server.host, server.port))
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20)
        assert wait_for(lambda: gauge(server, "kkgraph_requests_open") >= 2, 5)
        assert wait_for(lambda: gauge(server, "kkgraph_requests_open") == 1, 12)


def test_a_client_that_leaves_frees_its_process():
    server = Server(script=SCRIPT.replace("query_s=1.5", "query_s=120.0"))
    try:
        link = socket.create_connection((server.host, server.port))
        body = BOMB.encode()
        link.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        assert wait_for(lambda: server.health()["running"] == 1, 20)
        link.close()
        assert wait_for(lambda: server.health()["running"] == 0, 40), "long before its time is over"
    finally:
        assert server.stop() == 0


def test_too_many_at_once_are_turned_away_with_advice(server):
    calm(server)
    answers = []

    def ask():
        answers.append(server.query(BOMB, source=HOSTILE))

    threads = [threading.Thread(target=ask) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {code(a) for a in answers}
    assert (429, "client-busy") in kinds
    assert (504, "timeout") in kinds
    assert kinds <= {(429, "client-busy"), (504, "timeout"), (503, "busy"), (503, "crowded")}
    assert all(int(a[1]["retry-after"]) > 0 for a in answers if a[0] in (429, 503))


def test_connections_are_limited(server):
    links = []
    with contextlib.ExitStack() as stack:
        for _ in range(45):
            link = socket.socket()
            stack.callback(link.close)
            link.bind((HOSTILE, 0))
            link.settimeout(5)
            link.connect((server.host, server.port))
            links.append(link)
        answer = links[-1].recv(100)
        assert answer[:12] == b"HTTP/1.1 429"
        # another client is let in, and answered as soon as the machine gets to it
        assert wait_for(lambda: server.get("/health")[0] == 200)


def test_one_client_with_bombs_does_not_starve_another(server):
    calm(server)
    stop = threading.Event()
    ended = []

    def bombard():
        while not stop.is_set():
            with contextlib.suppress(OSError):
                status = server.query(BOMB, source=HOSTILE)[0]
                if status == 504:  # its time was over; 429 is said at once
                    ended.append(status)
                else:
                    time.sleep(0.05)

    threads = [threading.Thread(target=bombard) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        assert wait_for(lambda: len(ended) >= 2, 30), "both processes are taken again and again"
        passed = []
        for _ in range(5):
            before = len(ended)
            status, _, body = server.query(QUICK)
            passed.append(len(ended) - before)
            assert status == 200, body
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # two run and four wait: in the order of coming five or six would end before each answer
    assert sorted(passed)[2] <= 2, passed


def soak(seconds):
    path = ROOT / "benchmarks" / "mixed_load.py"
    spec = importlib.util.spec_from_file_location("mixed_load", path)
    load = importlib.util.module_from_spec(spec)
    sys.modules["mixed_load"] = load
    spec.loader.exec_module(load)
    server = Server(script=SCRIPT.replace("client_queue=4", "client_queue=6"))
    try:
        outcome = load.run(server.port, seconds, lambda: memory_mb(server))
        calm(server)
    finally:
        assert server.stop() == 0
    assert set(outcome.good) == {"200"}, outcome.text()
    statuses = {int(s) for s in outcome.hostile if s.isdecimal()}
    assert statuses <= load.PROPER, outcome.text()
    assert {400, 403, 414, 415, 429} <= statuses, outcome.text()
    assert outcome.hostile["left"] >= 3
    assert "Traceback" not in server.said
    return outcome


def memory_mb(server):
    """The resident memory of the front process: what is its own would grow there."""
    text = (Path("/proc") / str(server.process.pid) / "status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def test_mixed_load_with_a_hostile_client():
    outcome = soak(5)
    assert len(outcome.times) >= 20, outcome.text()


@pytest.mark.long
def test_half_a_minute_of_mixed_load_leaves_memory_flat():
    outcome = soak(30)
    assert outcome.growth_mb < 30, outcome.text()
