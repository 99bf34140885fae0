"""How fast kkgraph answers research questions from SQL, against other engines, in one run.

Run ``python benchmarks/questions.py --peers DIR`` in an environment with kkgraph, after
``sh benchmarks/peers/install.sh DIR tdb maplib``. Eight kinds of questions
(``asking/queries``) are put to each engine over the invented cases of ``cases.py``. A process
loads the data, asks each question once, and then several times more: a figure is the least of
these later times, in seconds, of all processes. The row "cold" has a process for each question,
and counts opening the saved file, compiling and answering. All answers are compared row by row,
in their order, with those of SQL written by hand (``asking/sql``). The means are geometric.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from asking.engines import QUERIES, SAVED, Engine, engines, questions
from asking.results import Row, Size, answer, table
from comparison.engines import failure
from comparison.processes import Run, run
from validation import generated, say


def measure(row: Row, data: Path, options: argparse.Namespace) -> None:
    """One more run of one engine; after a failure it isn't run again at this size."""
    if row.failed:
        return
    opened = data.with_suffix(row.engine.opens)
    names = [[name] for name in questions()] if row.engine.cold else [questions()]
    for some in names:
        with tempfile.TemporaryDirectory() as folder:
            _one(row, opened, some, Path(folder), options)
    mean = row.mean()
    say(f"  {row.engine.name}: {row.failed or (f'{mean:.4f} s' if mean else row.errors)}")


def _one(row: Row, data: Path, names: list[str], folder: Path, options: argparse.Namespace) -> None:
    """A process that is asked some of the questions."""
    asked, out = folder / "queries", folder / "out"
    asked.mkdir()
    out.mkdir()
    for name in names:
        text = (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
        (asked / f"{name}.rq").write_text(text, encoding="utf-8")
    repeat = 0 if row.engine.cold else options.repeat
    made = run([*row.engine.command, data, asked, out, str(repeat)], timeout_s=options.timeout)
    try:
        report = json.loads(made.out)
    except ValueError:
        row.failed = failure(made)
        return
    _take(row, report, made, out)


def _take(row: Row, report: dict, made: Run, out: Path) -> None:
    row.version = report["version"]
    row.loads.append(report["load_s"])
    row.peaks.append(made.peak_mb)
    for name, times in report["questions"].items():
        if isinstance(times, str):
            row.errors[name] = times
            continue
        found = answer(out / f"{name}.srj")
        if row.answers.setdefault(name, found) != found:
            row.errors[name] = "its runs disagree"
        later = [report["load_s"] + times[0]] if row.engine.cold else times[1:] or times
        row.times.setdefault(name, []).extend(later)


def saved(data: Path) -> None:
    """Build the columnar file of the data, where it isn't there yet."""
    if not data.with_suffix(SAVED).exists():
        say("building the columnar file")
        kkgraph = [sys.executable, "-m", "kkgraph.cli", "columnar", "build"]
        built = run([*kkgraph, data, "-o", data.with_suffix(SAVED)], timeout_s=3600)
        if built.code:
            raise SystemExit(f"no columnar file: {failure(built)}")


def at_size(cases: int, chosen: list[Engine], options: argparse.Namespace) -> Size:
    """All rows at one size."""
    data, _ = generated(options.data, cases, options.seed)
    saved(data)
    say(f"{cases:,} cases: {data.name}")
    rows = [Row(engine) for engine in chosen]
    for row in rows:
        if row.engine.limit is not None and cases > row.engine.limit:
            row.failed = f"not run above {row.engine.limit:,} cases"
    for turn in range(options.runs):
        say(f"  run {turn + 1} of {options.runs}")
        for row in rows:
            measure(row, data, options)
    triples = run(["wc", "-l", data], timeout_s=600)
    return Size(cases, int(triples.out.split()[0]), rows)


def choose(options: argparse.Namespace) -> list[Engine]:
    """The engines asked for, in their order."""
    known = engines(options.peers)
    for limit in options.limit:
        name, _, cases = limit.partition("=")
        if name not in known or not cases.isdigit():
            raise SystemExit(f"--limit {limit}: write it as ENGINE=CASES")
        known[name] = replace(known[name], limit=int(cases))
    names = options.engines.split(",") if options.engines else list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no such engine: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names]


def about(options: argparse.Namespace) -> str:
    """On what, and how, it was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"Least seconds of {options.repeat} askings after the first, in {options.runs} processes; "
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; seed {options.seed}; load {load:.1f} at the end."
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="100,1000,7850,50000", help="numbers of cases")
    parser.add_argument("--engines", default="", help="names, with commas; all where not given")
    parser.add_argument("--peers", type=Path, default=Path("peers"), help="folder of install.sh")
    parser.add_argument("--limit", action="append", default=[], metavar="ENGINE=CASES")
    parser.add_argument("--runs", type=int, default=3, help="processes of each engine")
    parser.add_argument("--repeat", type=int, default=5, help="askings after the first one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one process")
    cache = Path(tempfile.gettempdir()) / "kkgraph-benchmark"
    parser.add_argument("--data", type=Path, default=cache, help="where data files are kept")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    options.peers = options.peers.resolve()
    chosen = choose(options)
    sizes: list[Size] = []
    for cases in map(int, options.sizes.split(",")):
        sizes.append(at_size(cases, chosen, options))
        text = table(sizes, about(options))
        if options.output:
            options.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
