"""How fast the reconciliation service answers over HTTP: one name, ten, a thousand, many clients.

Run ``python benchmarks/reconcile.py GAZETTEER REGISTER [RUNS]`` in an environment with
``kkgraph[test]``: it serves the first table with ``kkgraph reconcile-serve`` and asks for the names
of the second, each with its type and province. A figure is the median of RUNS requests (default
30; of a thousand names a third of that) with the 95th percentile; no request asks what another did.
Prints the table of docs/reconciliation.md.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from kkgraph.link import reading
from kkgraph.link.records import Entry

CLIENTS = 16
SEED = 7


def served(gazetteer: str) -> tuple[subprocess.Popen[str], str, float]:
    """The server's process, its address, and the seconds until it answered."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kkgraph.cli", "reconcile-serve", gazetteer, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"OpenRefine: (\S+)", line):
            # nobody reads its log from here on; a full pipe would stop it
            pool = ThreadPoolExecutor(1)
            pool.submit(lambda: [None for _ in process.stderr or ()])
            pool.shutdown(wait=False)
            return process, found[1], time.perf_counter() - start
    raise SystemExit("the server did not start")


def ask(base: str, path: str, form: str = "") -> bytes:
    """The body of an answer, which must be 200."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    heads = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    connection.request("POST" if form else "GET", parts.path + path, form or None, heads)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, (answer.status, body[:200])
    return body


def form_of(entries: list[Entry]) -> str:
    """The form of a batch of names with their types and provinces."""
    batch = {
        f"q{n}": {
            "query": e.name,
            "properties": [{"pid": "type", "v": e.type}, {"pid": "province", "v": e.province}],
        }
        for n, e in enumerate(entries)
    }
    return urlencode({"queries": json.dumps(batch, ensure_ascii=False)})


def times(runs: int, work: Callable[[], object]) -> list[float]:
    """Seconds of each run, after one that isn't counted."""
    out = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        out.append(time.perf_counter() - start)
    return out[1:]


def row(what: str, found: list[float], names: int) -> None:
    """A line of the table."""
    median, high = statistics.median(found), sorted(found)[int(0.95 * len(found))]
    rate = f"{names / median:,.0f}" if names else ""
    print(f"| {what} | {1000 * median:.1f} ms | {1000 * high:.1f} ms | {rate} |")


def crowd(base: str, forms: Iterator[str], runs: int) -> float:
    """Names in a second with many clients, each sending batches of ten."""
    work = [next(forms) for _ in range(CLIENTS * runs)]
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda form: ask(base, "", form), work))
    return 10 * len(work) / (time.perf_counter() - start)


def memory_mib(process: subprocess.Popen[str]) -> float:
    """The most memory that the server took so far."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def main() -> None:
    gazetteer, register = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    names = reading.read(register)[1]
    random.Random(SEED).shuffle(names)
    endless = itertools.cycle(names)

    def forms(size: int) -> Iterator[str]:
        while True:
            yield form_of(list(itertools.islice(endless, size)))

    process, base, ready = served(gazetteer)
    try:
        print(f"Ready after {ready:.1f} s.\n")
        print("| request | median | 95 % | names a second |\n| --- | --- | --- | --- |")
        for size in (1, 10, 1000):
            made = forms(size)
            found = times(
                runs if size < 1000 else max(3, runs // 3), lambda m=made: ask(base, "", next(m))
            )
            row(f"{size:,} name{'s' if size > 1 else ''}", found, size)
        rate = crowd(base, forms(10), max(3, runs // 3))
        print(f"| {CLIENTS} clients, 10 names each time | | | {rate:,.0f} |")
        starts = [quote(e.name[:3]) for e in names[: runs + 1]]
        made = iter(starts)
        row("suggest, three letters typed",
            times(runs, lambda: ask(base, f"/suggest/entity?prefix={next(made)}")), 0)  # fmt: skip
        print(f"\nMost memory: {memory_mib(process):.0f} MiB.")
    finally:
        process.terminate()
        process.wait(15)


if __name__ == "__main__":
    main()
