"""Mixed load on a server: clients that ask as people do, and beside them one that means harm.

``run`` needs a running server at a port of 127.0.0.1. The clients come from 127.0.0.1, the hostile
one from 127.0.0.2, so that the server can tell them apart. Used by ``serving.py --soak`` for ten
minutes, and by the tests for seconds.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

GOOD, HOSTILE = "127.0.0.1", "127.0.0.2"
QUESTIONS = ("cq06", "cq36", "cq63", "cq83", "rq1", "rq2", "systems", "gaps", "goals", "works")
QUERIES = (
    "SELECT ?s ?l { ?s a kk:DigitalSystem ; skos:prefLabel ?l } ORDER BY ?s",
    "SELECT ?h (COUNT(*) AS ?n) { ?f kk:hedge ?h } GROUP BY ?h ORDER BY ?h",
    "CONSTRUCT WHERE { kkd:F369 ?p ?o }",
)
BOMBS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER NOT EXISTS { ?a ?e ?x . ?d ?b ?x } }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * { ?a (!<x:y>|^!<x:y>)* ?b . ?b (!<x:y>|^!<x:y>)* ?c }",
    "SELECT * {" + "{" * 3000 + "}" * 3000 + "}",
    "ASK { FILTER(" + " || ".join(f"?a = {n}" for n in range(20_000)) + ") }",
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
)
BAD = (
    (b"\xff\xfe\x00", "application/sparql-query"),
    (b"query=%FF", "application/x-www-form-urlencoded"),
    (b"ASK {", "application/sparql-query"),
    (b"ASK {}", "image/png"),
    (b"DROP ALL", "application/sparql-update"),
)
PROPER = {200, 400, 403, 408, 413, 414, 415, 422, 429, 431, 503, 504, 507}


@dataclass(slots=True)
class Outcome:
    """What came of it: the others' answers and times, the hostile one's statuses, memory."""

    seconds: float
    good: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    hostile: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Seconds that this share of the others' requests took at most."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def growth_mb(self) -> float:
        """How much the middle of the last fifth of memory figures is above that of the second."""
        fifth = max(1, len(self.memory_mb) // 5)
        early, late = sorted(self.memory_mb[fifth : 2 * fifth]), sorted(self.memory_mb[-fifth:])
        return late[len(late) // 2] - early[len(early) // 2]

    def text(self) -> str:
        """The outcome in lines."""
        return (
            f"{self.seconds:.0f} s; others: {len(self.times)} requests, {dict(self.good)}, "
            f"p50 {self.percentile(0.5) * 1000:.0f} ms, p99 {self.percentile(0.99) * 1000:.0f} ms, "
            f"max {max(self.times) * 1000:.0f} ms\n"
            f"hostile client: {dict(sorted(self.hostile.items()))}\n"
            f"memory: {min(self.memory_mb):.0f} to {max(self.memory_mb):.0f} MB, "
            f"late against early {self.growth_mb:+.0f} MB"
        )


def run(port: int, seconds: float, memory: Callable[[], float], *, others: int = 4) -> Outcome:
    """The outcome of so many seconds of mixed load; ``memory`` says the server's, in megabytes."""
    outcome = Outcome(seconds)
    stop = threading.Event()
    work: list[Callable[[], None]] = [
        *(lambda n=n: _ask(port, stop, outcome, n) for n in range(others)),
        *(lambda n=n: _bombard(port, stop, outcome, n) for n in range(4)),
        lambda: _malform(port, stop, outcome),
        lambda: _dawdle(port, stop, outcome),
        lambda: _leave(port, stop, outcome),
    ]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(1.0, seconds / 20))
        outcome.memory_mb.append(memory())
    stop.set()
    for thread in threads:
        thread.join()
    return outcome


def _send(port: int, source: str, method: str, path: str, body: bytes | None, media: str) -> int:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        link.request(method, path, body, {"Content-Type": media} if media else {})
        answer = link.getresponse()
        answer.read()
        return answer.status
    finally:
        link.close()


def _ask(port: int, stop: threading.Event, outcome: Outcome, number: int) -> None:
    """One of the others: questions in both languages, queries, an entity; a moment's thought."""
    choose = random.Random(number)
    while not stop.is_set():
        kind = choose.random()
        path = f"/api/questions/{choose.choice(QUESTIONS)}?lang={choose.choice(('th', 'en'))}"
        if kind > 0.9:
            path = "/api/entities/e-laas"
        elif kind > 0.6:
            path = "/sparql?query=" + quote(choose.choice(QUERIES))
        begun = time.monotonic()
        try:
            said = str(_send(port, GOOD, "GET", path, None, ""))
        except OSError as error:
            said = type(error).__name__
        outcome.times.append(time.monotonic() - begun)
        outcome.good[said] += 1
        time.sleep(choose.random() * 0.05)


def _bombard(port: int, stop: threading.Event, outcome: Outcome, number: int) -> None:
    choose = random.Random(100 + number)
    while not stop.is_set():
        body = choose.choice(BOMBS).encode()
        with contextlib.suppress(OSError, http.client.HTTPException):
            status = _send(port, HOSTILE, "POST", "/sparql", body, "application/sparql-query")
            outcome.hostile[str(status)] += 1
            if status in (429, 503):
                time.sleep(0.05)


def _malform(port: int, stop: threading.Event, outcome: Outcome) -> None:
    choose = random.Random(200)
    while not stop.is_set():
        body, media = choose.choice(BAD)
        with contextlib.suppress(OSError, http.client.HTTPException):
            outcome.hostile[str(_send(port, HOSTILE, "POST", "/sparql", body, media))] += 1
            outcome.hostile[str(_send(port, HOSTILE, "GET", "/x" * 20_000, None, ""))] += 1
        time.sleep(0.02)


def _dawdle(port: int, stop: threading.Event, outcome: Outcome) -> None:
    """Requests that come byte by byte, and answers that nobody reads."""
    while not stop.is_set():
        with contextlib.ExitStack() as stack:
            for number in range(20):
                link = socket.socket()
                stack.callback(link.close)
                with contextlib.suppress(OSError):
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    link.bind((HOSTILE, 0))
                    link.settimeout(5)
                    link.connect(("127.0.0.1", port))
                    line = b"GET /api/questions/cq76 HTTP/1.1\r\nHost: x\r\n"
                    link.sendall(line + (b"\r\n" if number % 2 else b""))
                    outcome.hostile["dawdled"] += 1
            stop.wait(3)


def _leave(port: int, stop: threading.Event, outcome: Outcome) -> None:
    """Clients that go away in the middle."""
    body = BOMBS[0].encode()
    while not stop.is_set():
        with contextlib.suppress(OSError):
            link = socket.socket()
            link.bind((HOSTILE, 0))
            link.connect(("127.0.0.1", port))
            link.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            stop.wait(0.3)
            link.close()
            outcome.hostile["left"] += 1
