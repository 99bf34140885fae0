"""How fast a case is worked on: the form, reading, validating and marking, loading, comparing.

Run ``python benchmarks/casework.py [RUNS]`` in an environment with kkgraph. Whole processes, as a
user starts them: median of RUNS (default 5) with minimum and maximum, and the most memory that one
took. The large case has 1,000 findings with a passage each, one in ten with errors. At the end it
says how time grows: comparing 8 times as many findings, and replacing a case in a graph 20 times
as large.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import yaml
from comparison.processes import run

from kkgraph import KnowledgeGraph, names, turtle
from kkgraph.store import OxigraphStore

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
KKGRAPH = [sys.executable, "-m", "kkgraph.cli"]
SMALL = "jenrangsan-2019"
WRONG = 10


def many(folder: Path, *, wrong: bool) -> Path:
    """A workbook of 1,000 findings, made of a shipped case's first; some with two errors."""
    form = folder / "small.yaml"
    once("template", form, "--fill", SMALL, "--replace")
    case = yaml.safe_load(form.read_text(encoding="utf-8"))
    case["case"] |= {"id": "large"}
    first, passage = case["findings"][0], case["evidence"][0]
    case["findings"] = [first | {"id": f"F{n}"} for n in range(1, 1001)]
    case["evidence"] = [passage | {"finding": f"F{n}"} for n in range(1, 1001)]
    for finding in case["findings"][::WRONG] if wrong else ():
        finding |= {"hedge": "asertd", "statement_th": ""}
    text = json.dumps(case, ensure_ascii=False)
    made = folder / ("wrong.json" if wrong else "right.json")
    made.write_text(text.replace(f'"{SMALL}"', '"large"'), encoding="utf-8")
    book = made.with_suffix(".xlsx")
    once("template", book, "--fill", made, "--replace", check=False)
    return book


def once(*arguments: str | Path, check: bool = True) -> None:
    """One call of the command line, for what is only prepared."""
    subprocess.run([*KKGRAPH, *arguments], check=check, capture_output=True)


def row(what: str, aim: str, *arguments: str | Path, codes: tuple[int, ...] = (0,)) -> None:
    """A line of the table: whole processes after a warm-up, each with one of these exit codes."""
    seconds, memory = [], []
    for turn in range(RUNS + 1):
        done = run([*KKGRAPH, *arguments], timeout_s=300)
        if done.code not in codes:
            raise SystemExit(f"{what}: exit code {done.code}\n{done.out}{done.err}")
        if turn:
            seconds.append(done.seconds)
            memory.append(done.peak_mb)
    middle = statistics.median(seconds)
    spread = f"{min(seconds):.2f}–{max(seconds):.2f} s"
    print(f"| {what} | {middle:.2f} s | {spread} | {max(memory):.0f} MB | {aim} |")


def growth(what: str, small: Callable[[], object], large: Callable[[], object]) -> None:
    """How many times longer the large one takes, the best of RUNS each, in turns."""
    times: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(RUNS):
        for name, call in (("small", small), ("large", large)):
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    one, two = min(times["small"]), min(times["large"])
    print(f"{what}: {one * 1000:.1f} ms and {two * 1000:.1f} ms, {two / one:.1f} times.")


def graph_of(findings: int) -> KnowledgeGraph:
    """A graph with a case of so many findings on one barrier of one body."""
    rows = "".join(
        f"kkd:mine-F{n} a kk:Finding ; kk:kind kk:barrierKind ; kk:scope kkd:sila-town ;"
        f" kk:about kkd:sila-town ; kk:value kkd:budget ; kk:hedge kk:asserted ;"
        f' kk:holder kkd:mine ; dcterms:identifier "F{n}" .\n'
        for n in range(1, findings + 1)
    )
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
    graph = KnowledgeGraph.open()
    graph.store.put_graph(
        names.CASE_PREFIX + "mine",
        [q.triple for q in ox.parse(head + rows, format=turtle.FORMATS["ttl"])],
    )
    return graph


def store_of(size: int) -> OxigraphStore:
    """A store with so many triples beside a case."""
    link = ox.NamedNode(names.KK + "about")
    graph = ox.NamedNode(names.KKG + "study")
    nodes = (ox.NamedNode(f"{names.KKD}n{n}") for n in range(size))
    return OxigraphStore.in_memory([ox.Quad(node, link, node, graph) for node in nodes])


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        right, wrong = many(folder, wrong=False), many(folder, wrong=True)
        marked, store = folder / "marked.xlsx", folder / "store"
        print("| what | median | min–max | memory | aim |\n| --- | --- | --- | --- | --- |")
        row("`template`", "", "template", folder / "empty.xlsx", "--replace")
        row("`validate`, 336 triples", "≤ 1 s", "validate", f"{small_file()}")
        row("`load`, 336 triples", "≤ 1 s", "load", SMALL, "--store", store, "--replace")
        row("`validate`, 1,000 findings", "", "validate", right)
        row("`validate`, 1,000 findings, 200 errors", "", "validate", wrong, codes=(1,))
        mark = ("--format", "xlsx", "--output", marked)
        row("… and marked", "≤ 10 s, ≤ 500 MB", "validate", wrong, *mark, codes=(1,))
        row("`compare`", "", "compare", "--store", store)
    triples = [
        ox.Triple(ox.NamedNode(f"{names.KKD}c{n}"), ox.NamedNode(names.KK + "x"), ox.Literal(n))
        for n in range(300)
    ]
    few, lots = graph_of(500), graph_of(4000)
    print()
    growth(
        "Comparing 500 and 4,000 findings on one condition",
        lambda: few.compare("barrier", cases=["mine"]),
        lambda: lots.compare("barrier", cases=["mine"]),
    )
    near, far = store_of(3_000), store_of(60_000)
    case = names.CASE_PREFIX + "x"
    growth(
        "Replacing a case of 300 triples beside 3,000 and 60,000",
        lambda: near.put_graph(case, triples),
        lambda: far.put_graph(case, triples),
    )


def small_file() -> Path:
    """The file of the small case."""
    from kkgraph import files

    return files.case_packages()[SMALL] / f"{SMALL}.ttl"


if __name__ == "__main__":
    main()
