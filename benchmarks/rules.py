"""How kkgraph's rules as SQL compare with other ways to the same closure, in one run.

Run ``python benchmarks/rules.py [--cases 20,1000,7850] [--runs 3] [--folder DIR]`` in an
environment with kkgraph, reasonable and owlrl. The data are invented cases (``cases.py``), the
axioms kkgraph's own and those of ``ontology/families.ttl``, so that subclasses, subproperties,
inverses, domains, ranges, transitive and symmetric properties and defined classes all have work.
``updates`` are the same rules as SPARQL updates on Oxigraph in memory, run until nothing changes.
Every engine is a whole process of its own; they take turns. *close* is the time of reasoning
alone, without loading; closures are compared by a sum of hashes over their triples.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
from comparison.processes import run
from validation import generated, say

from kkgraph import files, turtle

HERE = Path(__file__).resolve().parent
RUNNER = HERE / "peers" / "closure_run.py"
FAMILIES = HERE / "ontology" / "families.ttl"
ENGINES = ("kkgraph", "updates", "reasonable", "owlrl")
MOST_CASES = {"kkgraph": 10**9, "updates": 7850, "reasonable": 7850, "owlrl": 20}
HEAD = (
    "| | version | close | × kkgraph | CPU | load | peak MB | inferred | closure |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


@dataclass
class Row:
    """The runs of one engine at one size."""

    engine: str
    rows: list[dict[str, object]] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    failed: str = ""

    def median(self, name: str) -> float:
        return statistics.median(float(str(row[name])) for row in self.rows)

    def shown(self, name: str) -> str:
        values = [float(str(row[name])) for row in self.rows]
        if len(values) == 1:
            return f"{values[0]:.2f}"
        return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def axioms(folder: Path) -> Path:
    """All axioms as N-Triples, with names for blank nodes, so that updates can name them too."""
    path = folder / "axioms.nt"
    quads = [q for file in [*files.ontology_files(), FAMILIES] for q in turtle.parse_file(file)]
    triples = [ox.Triple(_named(q.subject), q.predicate, _named(q.object)) for q in quads]
    path.write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    return path


def _named(term: object) -> object:
    return ox.NamedNode(f"urn:expression:{term.value}") if isinstance(term, ox.BlankNode) else term


def measure(row: Row, paths: list[Path], timeout_s: float) -> None:
    """One more run; after a failure the engine isn't run again at this size."""
    if row.failed:
        return
    one = run([sys.executable, RUNNER, row.engine, *paths], timeout_s=timeout_s)
    if one.timed_out:
        row.failed = f"stopped after {timeout_s:.0f} s"
    elif one.code:
        last = one.err.strip().splitlines()[-1:] or [f"exit code {one.code}"]
        row.failed = f"failed: {last[0][:100]}"
    else:
        row.rows.append(json.loads(one.out.strip().splitlines()[-1]))
        row.peaks.append(one.peak_mb)
        say(f"  {row.engine}: close {row.rows[-1]['close_s']:.2f} s")


def table(rows: list[Row]) -> str:
    """The Markdown table of one size."""
    ours = rows[0]
    text = HEAD
    for row in rows:
        if row.failed or not row.rows:
            text += f"| {row.engine} | | {row.failed or 'not run'} | | | | | | |\n"
            continue
        times = row.median("close_s") / ours.median("close_s") if ours.rows else float("nan")
        first = row.rows[0]
        same = "–" if row is ours else _agreement(ours, row)
        text += (
            f"| {row.engine} | {first['version']} | {row.shown('close_s')} | {times:.1f} |"
            f" {row.shown('close_cpu_s')} | {row.shown('load_s')} | {max(row.peaks):,.0f} |"
            f" {first['closure']:,} | {same} |\n"
        )
    if ours.rows:
        text += f"\nkkgraph writes the closed file in {ours.shown('write_s')} s.\n"
    return text


def _agreement(ours: Row, row: Row) -> str:
    if not ours.rows:
        return "–"
    mine, theirs = ours.rows[0], row.rows[0]
    if mine["digest"] == theirs["digest"]:
        return "the same"
    return f"another ({int(str(theirs['closure'])) - int(str(mine['closure'])):+,})"


def size(cases: int, options: argparse.Namespace, folder: Path) -> str:
    """Measure one size."""
    data, _ = generated(folder, cases, options.seed)
    more = axioms(folder)
    saved = folder / f"closure-{cases}.kk"
    command = [sys.executable, "-m", "kkgraph.cli", "columnar", "build", data, more, "-o", saved]
    built = run(command, timeout_s=options.timeout)
    if built.code:
        raise SystemExit(f"no file: {built.err}")
    say(built.out.strip())
    rows = [Row(engine) for engine in options.engines.split(",")]
    for _ in range(options.runs):
        for row in rows:
            if cases <= MOST_CASES[row.engine]:
                given = [saved] if row.engine == "kkgraph" else [data, more]
                measure(row, given, options.timeout)
    triples = built.out.partition(": ")[2].partition(" triples")[0]
    return f"### {cases:,} cases, {triples} triples\n\n{table(rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", default="20,1000")
    parser.add_argument("--engines", default=",".join(ENGINES), help="kkgraph first")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=1800, help="seconds of one process")
    parser.add_argument("--folder", type=Path, help="where the data are kept between runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{platform.platform()}, Python {platform.python_version()}; seconds, seed 1.\n")
        for cases in options.cases.split(","):
            print(size(int(cases), options, folder), flush=True)


if __name__ == "__main__":
    main()
