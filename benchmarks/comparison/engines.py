"""The engines and the physical references: what each runs, and how far it is taken."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from comparison.processes import Run

HERE = Path(__file__).resolve().parent.parent
SHAPES = HERE / "shapes" / "usual.ttl"
PARSE = """
import collections, sys
import pyoxigraph
collections.deque(pyoxigraph.parse(path=sys.argv[1]), maxlen=0)
"""
Command = list[str | Path]


@dataclass(frozen=True)
class Engine:
    """One row: its command for a data file, and the largest number of cases it is given."""

    name: str
    label: str
    command: Callable[[Path], Command]
    reference: bool = False
    prepare: Callable[[Path], Command] | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Summary:
    """What a validator says of its own run."""

    version: str
    load_s: float
    validate_s: float
    violations: int
    by_component: dict[str, int] = field(default_factory=dict)


def columnar_file(data: Path) -> Path:
    """Where the saved columnar file of ``data`` is built."""
    return data.with_suffix(".kk")


def engines(peers: Path) -> dict[str, Engine]:
    """The references and every engine, by name; peers are looked for in the folder ``peers``."""
    rows = [*_references(), *_ours(), *_peers(peers)]
    return {row.name: row for row in rows}


def _references() -> list[Engine]:
    return [
        Engine(
            "read",
            "read the bytes (`dd`)",
            lambda data: ["dd", f"if={data}", "of=/dev/null", "bs=1M", "status=none"],
            reference=True,
        ),
        Engine("wc", "count the lines (`wc -l`)", lambda data: ["wc", "-l", data], reference=True),
        Engine(
            "parse",
            "parse only (pyoxigraph loop)",
            lambda data: [sys.executable, "-c", PARSE, data],
            reference=True,
        ),
    ]


def _ours() -> list[Engine]:
    kkgraph: Command = [sys.executable, "-m", "kkgraph.cli"]

    def validate(data: Path) -> Command:
        how = ["--no-background", "--engine", "columnar", "--format", "json", "--summary"]
        return [*kkgraph, "validate", data, "--shapes", SHAPES, *how]

    return [
        Engine("kkgraph", "kkgraph", validate),
        Engine(
            "reopened",
            "kkgraph, reopened",
            lambda data: validate(columnar_file(data)),
            prepare=lambda data: [*kkgraph, "columnar", "build", data, "-o", columnar_file(data)],
        ),
    ]


def _peers(peers: Path) -> list[Engine]:
    def script(name: str) -> Callable[[Path], Command]:
        python = peers / "python" / "bin" / "python"
        return lambda data: [python, HERE / "peers" / name, data, SHAPES]

    def java(engine: str) -> Callable[[Path], Command]:
        path = f"{peers / engine / 'classes'}:{peers / engine}/*"
        start: Command = [peers / "java", "-XX:MaxRAMPercentage=75", "-cp", path, "ShaclPeers"]
        return lambda data: [*start, engine, data, SHAPES]

    return [
        Engine("pyshacl", "pySHACL", script("pyshacl_run.py"), limit=1000),
        Engine("rudof", "rudof", script("rudof_run.py"), limit=1000),
        Engine("jena", "Apache Jena", java("jena")),
        Engine("topbraid", "TopBraid", java("topbraid")),
    ]


def summary(run: Run) -> Summary:
    """What the run printed as JSON. Raises ``ValueError`` with the reason of a failure."""
    try:
        if run.timed_out or run.code not in (0, 1):
            raise ValueError
        row = json.loads(run.out)
        return Summary(
            str(row.get("version") or version("kkgraph")),
            float(row["load_s"]),
            float(row["validate_s"]),
            int(row["violations"] if "violations" in row else row["results"]),
            dict(row["by_component"]),
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ValueError(failure(run)) from None


def failure(run: Run) -> str:
    """The last words of a process that failed."""
    if run.timed_out:
        return f"stopped after {run.seconds:.0f} s"
    lines = [line.strip(" \t│╭╮╰╯─") for line in f"{run.out}\n{run.err}".splitlines()]
    words = [line for line in lines if line] or ["no output"]
    ended = f"signal {-run.code}" if run.code < 0 else f"exit code {run.code}"
    return f"{ended}: {words[-1][:120]}"
