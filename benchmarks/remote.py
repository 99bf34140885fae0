"""The stored questions on a SPARQL server and on the embedded store, side by side.

    python benchmarks/remote.py [URL]

Without a URL a Fuseki is started, its dataset in memory (``tests/servers/install.sh`` brings it).
At a URL the graph must be there. Each question is asked in turn, all of them ROUNDS times after one
round that is not counted, with answers compared. Times are those of ``KnowledgeGraph.ask``, so an
answer's labels, findings and gaps are in them: several queries a question.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import sparql_servers
from kkgraph import KnowledgeGraph, catalogue

ROUNDS = 5


def main() -> None:
    with contextlib.ExitStack() as stack:
        if len(sys.argv) > 1:
            url = sys.argv[1]
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(sparql_servers.fuseki(folder)) + "/study/sparql"
        start = time.perf_counter()
        remote = stack.enter_context(KnowledgeGraph.open(url, create=True, in_process=True))
        print(f"opened {url} in {time.perf_counter() - start:.2f} s")
        embedded = stack.enter_context(KnowledgeGraph.open(in_process=True))
        rows = [("embedded", *measure(embedded)), ("server", *measure(remote))]
        differ = [q for q in rows[0][2] if rows[0][2][q] != rows[1][2][q]]
        print(f"{len(rows[0][2])} questions, {len(differ)} answered differently {differ or ''}")
        print("\n| store | median | 95 % | slowest | all |\n| --- | --- | --- | --- | --- |")
        for name, times, _ in rows:
            print(f"| {name} | {line(times)} |")
        print("\n| other work | embedded | server |\n| --- | --- | --- |")
        for name, work in OTHER.items():
            print(f"| {name} | {took(work, embedded)} | {took(work, remote)} |")


def measure(graph: KnowledgeGraph) -> tuple[dict[str, float], dict[str, str]]:
    """The median milliseconds of each question, and its answer."""
    times: dict[str, list[float]] = {q.id: [] for q in catalogue.all_questions()}
    answers = {}
    for turn in range(ROUNDS + 1):
        for name, mine in times.items():
            graph.reader._labels.clear()  # labels are looked up again, as by a new command
            graph.reader._findings.clear()
            start = time.perf_counter()
            table = graph.ask(name)
            if turn:
                mine.append(1000 * (time.perf_counter() - start))
            answers[name] = table.to_json()
    return {name: statistics.median(mine) for name, mine in times.items()}, answers


def line(times: dict[str, float]) -> str:
    ordered = sorted(times.items(), key=lambda item: item[1])
    slowest, most = ordered[-1]
    late = ordered[int(0.95 * len(ordered))][1]
    middle = statistics.median(times.values())
    total = sum(times.values()) / 1000
    return f"{middle:.1f} ms | {late:.1f} ms | {most:.0f} ms ({slowest}) | {total:.2f} s"


def load_and_unload(graph: KnowledgeGraph) -> None:
    assert graph.load(Path("ban-pet")).loaded
    graph.unload("ban-pet")


OTHER = {
    "load a case and unload it": load_and_unload,
    "read all 21,918 triples": lambda graph: len(list(graph.store.quads())),
    "check the ontology": lambda graph: graph.check(),
    "compare by theme": lambda graph: graph.compare("theme"),
}


def took(work, graph: KnowledgeGraph) -> str:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work(graph)
        times.append(time.perf_counter() - start)
    return f"{statistics.median(times):.2f} s"


if __name__ == "__main__":
    main()
