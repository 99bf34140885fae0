"""How kkgraph's bulk validation compares with its peers, in one run on one machine.

Run ``python benchmarks/validation.py --peers DIR`` in an environment with kkgraph, after
``sh benchmarks/peers/install.sh DIR``. Every figure is the median of whole cold processes, which
load an N-Triples file of invented cases and validate it with ``shapes/usual.ttl``; the engines
take turns, and the last column holds their violations against the planted errors. A failure, a
time-out or a size that an engine isn't given stands in the table as such. The peers come compiled
by their installer, so kkgraph's modules are compiled before the first run, where that isn't done.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from comparison.engines import Engine, columnar_file, engines, failure, summary
from comparison.options import above_limit, chosen, machine, parser, read
from comparison.plot import svg
from comparison.processes import run
from comparison.results import Planted, Row, Size, table
from national.planting import ILL_TYPED

import kkgraph

HERE = Path(__file__).resolve().parent
REFERENCES = ("read", "wc", "parse")
ENGINES = "kkgraph,pyshacl,rudof,jena,topbraid"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def generated(folder: Path, cases: int, seed: int) -> tuple[Path, Planted]:
    """The data file of this size, made where it isn't there yet, and its planted errors."""
    sources = [HERE / "cases.py", *sorted((HERE / "national").glob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]
    data = folder / f"cases-{cases}-seed-{seed}-{digest}.nt"
    planted = data.with_suffix(".json")
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        say(f"generating {cases:,} cases")
        unfinished = data.with_suffix(".part")
        sizes = ["--cases", str(cases), "--seed", str(seed), "--planted", planted]
        made = run([sys.executable, HERE / "cases.py", unfinished, *sizes], timeout_s=3600)
        if made.code:
            raise SystemExit(f"no data: {failure(made)}")
        unfinished.rename(data)
    errors = json.loads(planted.read_text(encoding="utf-8"))
    years = sum(error["kind"] == ILL_TYPED for error in errors)
    return data, Planted(Counter(error["component"] for error in errors), years)


def prepare(row: Row, data: Path, timeout_s: float) -> None:
    """What an engine needs before its first timed run, such as the saved columnar file."""
    if row.engine.prepare is None or row.failed:
        return
    columnar_file(data).unlink(missing_ok=True)
    built = run(row.engine.prepare(data), timeout_s=timeout_s)
    row.prepared_s = built.seconds
    if built.code or built.timed_out:
        row.failed = f"build failed, {failure(built)}"


def measure(row: Row, data: Path, timeout_s: float) -> None:
    """One more run of one engine; after a failure it isn't run again at this size."""
    if row.failed:
        return
    one = run(row.engine.command(data), timeout_s=timeout_s)
    try:
        if not row.engine.reference:
            row.summaries.append(summary(one))
            if row.summaries[-1].by_component != row.summaries[0].by_component:
                row.failed = "failed, its runs disagree on the violations"
        elif one.code or one.timed_out:
            row.failed = failure(one)
    except ValueError as error:
        row.failed = f"failed, {error}"
    row.runs.append(one)
    ended = row.failed or f"{one.seconds:.2f} s, {one.peak_mb:,.0f} MB"
    say(f"  {row.engine.name}: {ended}")


def compare(rows: list[Row], data: Path, options: argparse.Namespace) -> int:
    """Every row ``options.runs`` times, in turns; returns the number of triples."""
    for row in rows:
        prepare(row, data, options.timeout)
    for turn in range(options.runs):
        say(f"  run {turn + 1} of {options.runs}")
        for row in rows:
            measure(row, data, options.timeout)
    lines = next(row for row in rows if row.engine.name == "wc").runs[0].out
    return int(lines.split()[0])


def at_size(cases: int, asked: Iterable[Engine], options: argparse.Namespace) -> Size:
    """All rows at one size."""
    data, planted = generated(options.data, cases, options.seed)
    say(f"{cases:,} cases: {data.name}")
    rows = [Row(engine) for engine in asked]
    for row in rows:
        row.failed = above_limit(row.engine.limit, cases)
    triples = compare(rows, data, options)
    return Size(cases, triples, planted, rows)


def choose(options: argparse.Namespace) -> list[Engine]:
    """The references and the engines asked for; kkgraph comes with its reopened file."""
    names = [*REFERENCES, *options.engines.replace("kkgraph", "kkgraph,reopened").split(",")]
    return chosen(engines(options.peers), names, options.limit)


def about(options: argparse.Namespace) -> str:
    """On what, and how, it was measured."""
    return (
        f"Medians (least–most) of whole cold processes taking turns, runs: {options.runs}; "
        f"{machine(options.seed)}."
    )


def arguments() -> argparse.Namespace:
    made = parser((__doc__ or "").splitlines()[0], engines=ENGINES)
    made.add_argument("--plot", type=Path, help="write an SVG plot")
    return read(made)


def main() -> None:
    options = arguments()
    asked = choose(options)
    compileall.compile_dir(Path(kkgraph.__file__).parent, quiet=2)
    sizes: list[Size] = []
    for cases in map(int, options.sizes.split(",")):
        sizes.append(at_size(cases, asked, options))
        text = table(sizes, about(options))
        if options.output:
            options.output.write_text(text, encoding="utf-8")
        if options.plot:
            options.plot.write_text(svg(sizes), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
