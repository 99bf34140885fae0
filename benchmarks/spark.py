"""What load, validation, rules and questions take on Spark, with one worker and with two.

Run ``python benchmarks/spark.py [--cases 1000] [--workers 1,2] [--steps load,validate,…]``. The
data are invented cases (``cases.py``), as N-Triples. Spark runs as ``local-cluster``: workers of
one core and 1 GB each, processes of their own, and a driver. Each number of workers is a process of
its own, they take turns, and each step runs once, since a second run is quicker than what a command
takes. ``start`` is until the session has run a task. What each step found is held against the
columnar engine's, in this process, by a hash: the rows of an answer, all results of a validation,
all inferred triples; of loading the numbers of triples and terms. Hashing is not timed. A second
table has how many times faster the last number of workers was than the first. The exit code is 1
where a step failed or differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from validation import generated, say

HERE = Path(__file__).resolve().parent
SHAPES = HERE / "shapes" / "usual.ttl"
QUERIES = HERE / "asking" / "queries"
STEPS = ("load", "validate", "reason", "questions")
HEAD = (
    "| workers | step | seconds | load of the machine | outcome | as the columnar engine's |\n"
    "|---|---|---|---|---|---|"
)


def digest(rows: Any) -> str:
    """A short hash of rows in their order."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def questions() -> dict[str, str]:
    """The research questions by name, in full SPARQL."""
    from kkgraph.sparql import with_prefixes

    found = {path.stem: with_prefixes(path.read_text("utf-8")) for path in QUERIES.glob("*.rq")}
    if len(found) != 8:
        raise SystemExit(f"{QUERIES}: {len(found)} questions of 8")
    return dict(sorted(found.items()))


def by_columns(data: Path, steps: list[str]) -> Iterator[tuple[str, float, str]]:
    """Each step on the columnar engine: seconds and outcome."""
    from kkgraph.columnar import engine
    from kkgraph.columnar.loading import load
    from kkgraph.columnar.queries import compiled
    from kkgraph.columnar.rules import close
    from kkgraph.columnar.space import Space
    from kkgraph.shapes.checking import read_schema

    start = time.perf_counter()
    with load(data) as loaded:
        yield "load", time.perf_counter() - start, _loaded(loaded)
        if "validate" in steps:
            schema = read_schema([SHAPES])
            yield _timed(
                "validate",
                lambda: engine.validate(loaded, schema, space=Space(loaded)),
                _validation,
            )
        for name, text in questions().items() if "questions" in steps else ():
            yield _timed(name, lambda text=text: compiled(loaded, text).answer(), _answer)
        if "reason" in steps:
            yield _timed("reason", lambda: close(loaded, _axioms(loaded)), _closure)


def on_spark(data: Path, folder: Path, workers: int, steps: list[str]) -> None:
    """Each step on Spark; prints a line of JSON for each."""
    from kkgraph.spark.asking import ask
    from kkgraph.spark.loading import load
    from kkgraph.spark.reasoning import close_tables
    from kkgraph.spark.session import session
    from kkgraph.spark.tables import open_folder

    os.environ["SPARK_WORKER_DIR"] = str(folder / "workers")
    settings = {"spark.sql.shuffle.partitions": str(max(2, workers))}
    start = time.perf_counter()
    spark = session(f"local-cluster[{workers},1,1024]", settings=settings, wait_s=300)
    _tell("start", time.perf_counter() - start, "")
    place = str(folder / "tables")
    start = time.perf_counter()
    load(spark, [str(data)], place)
    took = time.perf_counter() - start
    with open_folder(spark, place) as tables:
        _tell("load", took, _loaded(tables))
        if "validate" in steps:
            _tell(*_timed("validate", lambda: _validated(tables), _validation))
        for name, text in questions().items() if "questions" in steps else ():
            _tell(*_timed(name, lambda text=text: ask(tables, text), _answer))
        if "reason" in steps:
            _tell(*_timed("reason", lambda: close_tables(tables, _axioms(tables)), _closure))
    spark.stop()


def _validated(tables: Any) -> Any:
    from kkgraph.columnar import engine
    from kkgraph.shapes.checking import read_schema
    from kkgraph.spark.space import SparkSpace

    return engine.validate(tables, read_schema([SHAPES]), space=SparkSpace(tables))


def _axioms(columnar: Any) -> list[Any]:
    from kkgraph.reasoning.saved import missing_ontology

    return missing_ontology(columnar)


def _loaded(columnar: Any) -> str:
    return f"{columnar.n_triples:,} triples, {columnar.n_terms:,} terms"


def _validation(found: Any) -> str:
    rows = sorted(
        " ".join(map(str, (r.focus, r.value, r.shape.id, r.constraint.component, r.path)))
        for r in found.results()
    )
    return f"{found.total:,} results, {digest(rows)}"


def _answer(found: Any) -> str:
    return f"{len(found.rows):,} rows, {digest(found.rows)}"


def _closure(found: Any) -> str:
    return f"{found.n:,} triples, {digest(sorted(map(str, found.triples())))}"


def _timed(
    step: str, work: Callable[[], Any], told: Callable[[Any], str]
) -> tuple[str, float, str]:
    start = time.perf_counter()
    found = work()
    return step, time.perf_counter() - start, told(found)


def _tell(step: str, seconds: float, outcome: str) -> None:
    said = {"step": step, "s": seconds, "outcome": outcome, "load": os.getloadavg()[0]}
    print(json.dumps(said), flush=True)


def measured(data: Path, workers: int, steps: list[str]) -> list[dict[str, Any]]:
    """What a process of its own says of its steps, told as it comes; a failure is the last one."""
    rows = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kkgraph-spark-") as folder:
        options = ["--data", str(data), "--folder", folder, "--on", str(workers)]
        command = [sys.executable, __file__, *options, "--steps", ",".join(steps)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("{"):
                    rows.append(json.loads(line))
                    say(f"  {rows[-1]['step']}: {rows[-1]['s']:.1f} s")
    if child.returncode:
        seconds = time.perf_counter() - start
        rows.append({"step": "failed", "s": seconds, "outcome": "see above", "load": 0.0})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--workers", default="1,2", help="numbers of workers")
    parser.add_argument("--steps", default=",".join(STEPS))
    parser.add_argument("--data", type=Path, help="a folder for generated data; with --on a file")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--on", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    steps = options.steps.split(",")
    if unknown := set(steps) - set(STEPS):
        parser.error(f"no steps: {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    if options.on is not None:
        on_spark(options.data, options.folder, options.on, steps)
        return
    with tempfile.TemporaryDirectory(prefix="kkgraph-cases-") as made:
        data, _ = generated(options.data or Path(made), options.cases, 1)
        good = report(data, [int(n) for n in options.workers.split(",")], steps)
    sys.exit(0 if good else 1)


def report(data: Path, workers: list[int], steps: list[str]) -> bool:
    """Measure all, and print the tables; True where nothing failed or differs."""
    say(f"the columnar engine: {data.name}")
    wanted = {}
    rows = []
    for step, seconds, outcome in by_columns(data, steps):
        wanted[step] = outcome
        rows.append(f"| – | {step} | {seconds:.2f} | {os.getloadavg()[0]:.1f} | {outcome} | |")
    good = True
    found: dict[int, dict[str, float]] = {}
    for number in workers:
        say(f"Spark with {number} worker{'' if number == 1 else 's'}")
        found[number] = {}
        for row in measured(data, number, steps):
            step, told = row["step"], row["outcome"]
            same = wanted.get(step) == told
            good &= same or step == "start"
            found[number][step] = row["s"]
            shown = ("yes" if same else "DIFFERS") if step in wanted else ""
            rows.append(
                f"| {number} | {step} | {row['s']:.1f} | {row['load']:.1f} | {told} | {shown} |"
            )
    print(f"{data.name}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(HEAD, *rows, sep="\n")
    if len(workers) > 1:
        print("", *ratios(found, workers[0], workers[-1]), sep="\n")
    return good


def ratios(found: dict[int, dict[str, float]], one: int, other: int) -> Iterator[str]:
    """A table of what more workers bring; only of what both did."""
    yield f"| step | {one} | {other} | times faster |"
    yield "|---|---|---|---|"
    for step, seconds in found[one].items():
        if step in found[other] and step != "failed":
            more = found[other][step]
            yield f"| {step} | {seconds:.1f} s | {more:.1f} s | {seconds / more:.2f} |"


if __name__ == "__main__":
    main()
