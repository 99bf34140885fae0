"""What the comparisons of engines are asked with, and on what they were measured."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

E = TypeVar("E")


def parser(description: str, *, engines: str = "") -> argparse.ArgumentParser:
    """The options that all comparisons share; ``engines`` are those asked where none is named."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--sizes", default="100,1000,7850,50000", help="numbers of cases")
    every = "names, with commas" + ("" if engines else "; all where not given")
    made.add_argument("--engines", default=engines, help=every)
    made.add_argument("--peers", type=Path, default=Path("peers"), help="folder of install.sh")
    made.add_argument("--limit", action="append", default=[], metavar="ENGINE=CASES")
    made.add_argument("--runs", type=int, default=3, help="processes of each engine")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--timeout", type=float, default=900, help="seconds for one process")
    cache = Path(tempfile.gettempdir()) / "kkgraph-benchmark"
    made.add_argument("--data", type=Path, default=cache, help="where data files are kept")
    made.add_argument("--output", type=Path, help="write the table to this file too")
    return made


def read(made: argparse.ArgumentParser) -> argparse.Namespace:
    """The options as given, with the whole path of the peers' folder."""
    options = made.parse_args()
    options.peers = options.peers.resolve()
    return options


def chosen(known: dict[str, E], names: Iterable[str], limits: Iterable[str]) -> list[E]:
    """The engines of these names, in their order, each up to its limit of cases."""
    known = dict(known)
    for limit in limits:
        name, _, cases = limit.partition("=")
        if name not in known or not cases.isdigit():
            raise SystemExit(f"--limit {limit}: write it as ENGINE=CASES")
        known[name] = replace(known[name], limit=int(cases))
    names = list(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"no such engine: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names]


def above_limit(limit: int | None, cases: int) -> str:
    """Why an engine isn't run at this size, or "" where it is."""
    return f"not run above {limit:,} cases" if limit is not None and cases > limit else ""


def machine(seed: int) -> str:
    """On what it was measured, and from which seed."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; seed {seed}"
    )
