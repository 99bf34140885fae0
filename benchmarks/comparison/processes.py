"""Whole processes, measured from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")


_MOST_WORDS = 2**24


@dataclass(frozen=True)
class Run:
    """One process: wall seconds, peak resident megabytes, what it printed, how it ended.

    A peak below about 10 MB is that of the launcher.
    """

    seconds: float
    peak_mb: float
    code: int
    out: str
    err: str
    timed_out: bool


def _words(path: Path) -> str:
    """What a process printed, without the data that `cat` passes through."""
    if path.stat().st_size > _MOST_WORDS:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def run(command: Sequence[str | Path], *, timeout_s: float) -> Run:
    """Run ``command`` to its end, or kill it and what it started after ``timeout_s``."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        start = [sys.executable, "-I", "-S", LAUNCHER, str(timeout_s), out, err, *command]
        launched = subprocess.run(start, stdout=subprocess.PIPE, check=True)
        seconds, peak_kb, code, late = json.loads(launched.stdout)
        texts = [_words(path) for path in (out, err)]
    return Run(seconds, peak_kb / 1024, code, *texts, bool(late))
