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
import sys
import tempfile
from pathlib import Path

from asking.engines import QUERIES, SAVED, Engine, engines, questions
from asking.results import Row, Size, answer, table
from comparison.engines import failure
from comparison.options import above_limit, chosen, machine, parser, read
from comparison.processes import Run, run
from validation import generated, say


def measure(row: Row, data: Path, options: argparse.Namespace) -> None:
    """One more run of one engine; after a failure it isn't run again at this size."""
    if row.failed:
        return
    opened = data.with_suffix(row.engine.opens)
    names = [name for name in questions() if name not in row.errors]
    for some in [[name] for name in names] if row.engine.cold else [names]:
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


def at_size(cases: int, asked: list[Engine], options: argparse.Namespace) -> Size:
    """All rows at one size."""
    data, _ = generated(options.data, cases, options.seed)
    saved(data)
    say(f"{cases:,} cases: {data.name}")
    rows = [Row(engine) for engine in asked]
    for row in rows:
        row.failed = above_limit(row.engine.limit, cases)
        for name, limit in row.engine.limits.items():
            if words := above_limit(limit, cases):
                row.errors[name] = words
    for turn in range(options.runs):
        say(f"  run {turn + 1} of {options.runs}")
        for row in rows:
            measure(row, data, options)
    triples = run(["wc", "-l", data], timeout_s=600)
    return Size(cases, int(triples.out.split()[0]), rows)


def choose(options: argparse.Namespace) -> list[Engine]:
    """The engines asked for, in their order."""
    known = engines(options.peers)
    return chosen(known, options.engines.split(",") if options.engines else known, options.limit)


def about(options: argparse.Namespace) -> str:
    """On what, and how, it was measured."""
    return (
        f"Least seconds of {options.repeat} askings after the first, in {options.runs} processes; "
        f"{machine(options.seed)}; load {os.getloadavg()[0]:.1f} at the end."
    )


def arguments() -> argparse.Namespace:
    made = parser((__doc__ or "").splitlines()[0])
    made.add_argument("--repeat", type=int, default=5, help="askings after the first one")
    return read(made)


def main() -> None:
    options = arguments()
    asked = choose(options)
    sizes: list[Size] = []
    for cases in map(int, options.sizes.split(",")):
        sizes.append(at_size(cases, asked, options))
        text = table(sizes, about(options))
        if options.output:
            options.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
