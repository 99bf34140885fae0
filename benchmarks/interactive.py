"""How fast one person is served: start-up, the report, a stored question, the reasoner.

Run ``python benchmarks/interactive.py [RUNS]`` in an environment with ``kkgraph[test]``. A figure
is the median of RUNS runs (default 9) with minimum and maximum; the peer, rdflib, loads the same
files and answers the same question in the same run. Prints the table that stands in README.md.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
PY = sys.executable
IN_GRAPH = """
import sys, time, statistics
from kkgraph import KnowledgeGraph
graph = KnowledgeGraph.open()
graph.ask("cq06")
for name in {names!r}:
    times = []
    for _ in range({runs}):
        start = time.perf_counter()
        graph.ask(name)
        times.append(time.perf_counter() - start)
    print(statistics.median(times))
graph.close()
"""
PEER = """
import statistics, time
import rdflib
from kkgraph import catalogue, files
start = time.perf_counter()
data = rdflib.Dataset(default_union=True)
for path in files.ontology_files():
    data.parse(path, format="turtle")
for path in files.data_files():
    data.parse(path, format="trig")
print(time.perf_counter() - start)
for name in {names!r}:
    query = catalogue.get(name).sparql
    times = []
    for _ in range(3):
        start = time.perf_counter()
        list(data.query(query))
        times.append(time.perf_counter() - start)
    print(statistics.median(times))
"""
NAMES = ("cq06", "cq36", "cq63", "cq83", "rq1", "systems", "findings")


def wall(*command: str, runs: int = RUNS) -> tuple[float, float, float]:
    """Median, minimum and maximum seconds of whole processes, after one warm-up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    times = times[1:]
    return statistics.median(times), min(times), max(times)


def lines(code: str) -> list[float]:
    """The numbers that a program prints."""
    done = subprocess.run([PY, "-c", code], capture_output=True, text=True, check=True)
    return [float(x) for x in done.stdout.split()]


def row(what: str, figure: tuple[float, float, float], limit: str) -> None:
    median, low, high = figure
    print(f"| {what} | {median:.3f} s | {low:.3f}–{high:.3f} s | {limit} |")


def main() -> None:
    kkgraph = [PY, "-m", "kkgraph.cli"]
    start = wall(PY, "-c", "pass")
    print("| what | median | min–max | aim |\n| --- | --- | --- | --- |")
    row("`python -c pass`, for comparison", start, "")
    row("`import kkgraph` (whole process)", wall(PY, "-c", "import kkgraph"), "≤ 0.15 s")
    row("`kkgraph --help`", wall(*kkgraph, "--help"), "≤ 0.25 s")
    row("`kkgraph report`, cold", wall(*kkgraph, "report"), "≤ 1 s")
    row("`kkgraph ask cq06`, cold", wall(*kkgraph, "ask", "cq06"), "")
    ours = lines(IN_GRAPH.format(names=NAMES, runs=50))
    middle = sorted(ours)
    figure = (statistics.median(ours), middle[0], middle[-1])
    row(f"a stored question in an open graph ({len(NAMES)} questions)", figure, "≤ 5 ms median")
    peer = lines(PEER.format(names=NAMES))
    ratio = statistics.geometric_mean(p / o for p, o in zip(peer[1:], ours, strict=True))
    row("`kkgraph reason` (HermiT, ontology and study)", wall(*kkgraph, "reason", runs=3), "≤ 10 s")
    print(f"\nrdflib in the same run: load {peer[0]:.2f} s;", end=" ")
    print("the same questions, with neither labels nor evidence, take it", end=" ")
    print(f"{ratio:.1f} times our time (geometric mean).")
    for name, mine, theirs in zip(NAMES, ours, peer[1:], strict=True):
        print(f"  {name}: ours {mine * 1000:.1f} ms, rdflib {theirs * 1000:.1f} ms")


if __name__ == "__main__":
    main()
