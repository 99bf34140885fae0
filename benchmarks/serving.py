"""How fast the server answers: whole processes, `wrk` beside them on the same machine.

    python benchmarks/serving.py [--seconds 10] [--fuseki jena-fuseki-server.jar --java java]
                                 [--soak MINUTES]

Needs wrk, and an environment with ``kkgraph[test]``. Every load is bounded in time and goes to
127.0.0.1 only. Stored questions: each of them as often as any other, a new value of a parameter
and the other language each time, values that have an answer only. Uncached: a server without a
cache. SPARQL: the same questions as queries in the protocol, to this server (without a cache) and
to Fuseki, with the same quads, one after the other, in turns. ``--soak`` runs a hostile client
beside the others instead (see ``mixed_load.py``).

A Fuseki of its own: mvn dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:6.2.0
-DoutputDirectory=DIR
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox

from kkgraph import KnowledgeGraph, catalogue, names
from kkgraph.store import Limits, OxigraphStore

CONNECTIONS = 16
ROUNDS = 40
LUA = """
local lines, n, step = {}, 0, 1
for line in io.lines("FILE") do lines[#lines + 1] = line end
function setup(thread) thread:set("first", math.random(1, #lines)) end
function init(args) n = first end
function request()
  n = n % #lines + 1
  return wrk.format("GET", lines[n], {["Accept"] = "MEDIA"})
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %f %f %f %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What wrk measured: requests a second, milliseconds, errors; and the CPU time it took."""

    rate: float
    p50: float
    p90: float
    p99: float
    worst: float
    errors: int
    requests: int
    cpu_ms: float
    memory_mb: float

    def row(self, what: str) -> str:
        """A line of the Markdown table."""
        return (
            f"| {what} | {self.rate:.0f} | {self.p50:.1f} | {self.p90:.1f} | {self.p99:.1f} | "
            f"{self.worst:.0f} | {self.errors} | {self.cpu_ms:.2f} | {self.memory_mb:.0f} |"
        )


def questions(graph: KnowledgeGraph) -> dict[str, list[dict[str, str]]]:
    """Each question with the parameter values that bring at least one row."""
    found = graph.store.query(
        "SELECT DISTINCT ?e { ?e a ?t ; skos:prefLabel ?l } ORDER BY ?e", Limits(None, None)
    ).rows
    entities = [names.compact(row[0].value) for row in found]
    random.Random(3).shuffle(entities)
    out = {}
    for question in catalogue.all_questions():
        if question.federated:
            continue
        mine: list[dict[str, str]] = [{}]
        for param in question.params:
            kept = 0
            for entity in entities:
                bound = graph.sparql_of(question.id, {param.name: entity})
                if graph.store.query(bound, Limits(None, 1)).rows:
                    mine.append({param.name: entity})
                    kept += 1
                if kept == ROUNDS:
                    break
        random.Random(3).shuffle(mine)
        out[question.id] = mine
    return out


def requests(per: dict[str, list[dict[str, str]]], graph: KnowledgeGraph) -> tuple[list[str], ...]:
    """The addresses of the stored questions, and of the same as SPARQL (without the host)."""
    stored, sparql = [], []
    for number in range(ROUNDS):
        for name, values in per.items():
            params = values[number % len(values)]
            lang = "th" if number % 2 else "en"
            stored.append(f"/api/questions/{name}?" + urlencode({**params, "lang": lang}))
            text = graph.sparql_of(name, params, lang=lang)
            sparql.append("?" + urlencode({"query": re.sub(r"^\s*#.*\n", "", text, flags=re.M)}))
    for items in (stored, sparql):
        random.Random(7).shuffle(items)
    return stored, sparql


@contextlib.contextmanager
def running(command: list[str], ready: str, **options: object) -> Iterator[int]:
    """A process until the end of the block; its number, once the address answers."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(ready, timeout=2):
                break
            time.sleep(0.2)
        else:
            raise SystemExit(f"no answer from {ready}")
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        process.kill()


def tree(pid: int) -> list[int]:
    """The process and those below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found = [pid]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found


def used(pid: int) -> tuple[float, float]:
    """CPU seconds and resident megabytes of a process and those below it."""
    seconds = memory = 0.0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return seconds, memory


def measure(pid: int, base: str, lines: list[str], media: str, seconds: float) -> Figures:
    """wrk against the addresses, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        targets, script = Path(folder, "targets"), Path(folder, "load.lua")
        host = re.match(r"http://[^/]+", base)[0]
        targets.write_text("\n".join(base[len(host) :] + line for line in lines) + "\n")
        script.write_text(LUA.replace("FILE", str(targets)).replace("MEDIA", media))
        before = used(pid)[0]
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "10s",
             "-s", str(script), host],
            capture_output=True, text=True, check=True, timeout=seconds + 60,
        )  # fmt: skip
        cpu, memory = used(pid)
    number, micros, *rest = (float(x) for x in re.search(r"FIGURES (.*)", done.stdout)[1].split())
    p50, p90, p99, worst = (x / 1000 for x in rest[:4])
    return Figures(
        number / micros * 1e6, p50, p90, p99, worst, int(rest[4]), int(number),
        (cpu - before) / number * 1000, memory,
    )  # fmt: skip


def serve(port: int, *options: str) -> contextlib.AbstractContextManager[int]:
    """This project's server, without a log."""
    command = [sys.executable, "-m", "kkgraph.cli", "serve", "--port", str(port), "--no-log"]
    return running([*command, *options], f"http://127.0.0.1:{port}/health")


def fuseki(jar: str, java: str, port: int, folder: str) -> contextlib.AbstractContextManager[int]:
    """Fuseki with the same quads, the default graph included, in memory."""
    data = Path(folder, "data.nq")
    graph = KnowledgeGraph.open()
    assert isinstance(graph.store, OxigraphStore)
    graph.store.engine.dump(str(data), format=ox.RdfFormat.N_QUADS)
    command = [java, "-Xmx4g", "-cp", jar, "org.apache.jena.fuseki.main.cmds.FusekiMainCmd"]
    options = ["--localhost", "--port", str(port), "--file", str(data), "/kk"]
    ready = f"http://127.0.0.1:{port}/kk/query?query=ASK%7B%7D"
    return running([*command, *options], ready, cwd=folder)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--fuseki", default="")
    parser.add_argument("--java", default="java")
    parser.add_argument("--soak", type=float, default=0)
    given = parser.parse_args()
    if given.soak:
        sys.path.insert(0, str(Path(__file__).parent))
        import mixed_load

        with serve(8791, "--cache", "8", "--timeout", "5") as pid:
            print(mixed_load.run(8791, given.soak * 60, lambda: used(pid)[1]).text())
        return
    graph = KnowledgeGraph.open(in_process=True)
    stored, sparql = requests(questions(graph), graph)
    print(f"{len(set(stored))} addresses of stored questions, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f} before\n")  # fmt: skip
    print("| what | requests/s | p50 ms | p90 ms | p99 ms | max ms | errors | CPU ms a request "
          "| MB |\n| --- |" + " ---: |" * 8)  # fmt: skip
    at = "http://127.0.0.1:"
    results = "application/sparql-results+json"
    with serve(8791, "--cache", "0") as pid:
        measure(pid, at + "8791", stored, "*/*", 3)
        for _ in range(2):
            found = measure(pid, at + "8791", stored, "*/*", given.seconds)
            print(found.row("stored questions, uncached"), flush=True)
    with serve(8792) as pid:
        measure(pid, at + "8792", stored, "*/*", 8)
        found = measure(pid, at + "8792", stored, "*/*", given.seconds)
        print(found.row("stored questions, cached"), flush=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        mine = stack.enter_context(serve(8793, "--cache", "0"))
        peers = [("SPARQL, kkgraph, uncached", mine, at + "8793/sparql")]
        if given.fuseki:
            theirs = stack.enter_context(fuseki(given.fuseki, given.java, 8794, folder))
            peers.append(("SPARQL, Fuseki", theirs, at + "8794/kk/query"))
        for _, pid, base in peers:
            measure(pid, base, sparql, results, 15)  # a JVM needs its time
        for _ in range(2):
            for what, pid, base in peers:
                found = measure(pid, base, sparql, results, given.seconds)
                print(found.row(what), flush=True)
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
