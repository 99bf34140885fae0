"""Where a node stands in the files: file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from kkgraph import files, names

_MAX_BYTES: Final = 64 * 2**20
_START: Final = re.compile(r"[ \t]*(<[^>]*>|[\w-]*:[\w.%-]*[\w%-])")
_PREFIX: Final = re.compile(r"\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.I)
_PACKED: Final = (".gz", ".zst", ".parquet", ".kk")


class Places:
    """Finds the line on which a node's statements begin; texts are read once, small ones only.

    ``sources`` says in which file a node stands; ``only`` is the one file that all stand in.
    """

    def __init__(self, sources: dict[str, Path] | None = None, only: Path | None = None) -> None:
        self._sources = sources or {}
        self._only = only
        self._lines: dict[Path, dict[str, int]] = {}

    def of(self, focus: str) -> str:
        """``file:line`` of a node, the file alone where no line is found, or nothing."""
        source = self._sources.get(focus, self._only)
        if source is None:
            return ""
        if source not in self._lines:
            self._lines[source] = _lines_of(source)
        lines = self._lines[source]
        line = lines.get(f"<{focus}>") or lines.get(names.compact(focus))
        return f"{source}:{line}" if line else str(source)


def _lines_of(source: Path) -> dict[str, int]:
    """For each term that begins a line, the first such line."""
    if source.suffix in _PACKED or source.stat().st_size > _MAX_BYTES:
        return {}
    found: dict[str, int] = {}
    prefixes: dict[str, str] = {}
    for number, line in files.lines(source):
        if declared := _PREFIX.match(line):
            prefixes[declared[1]] = declared[2]
        elif match := _START.match(line):
            prefix, colon, local = match[1].partition(":")
            known = colon and prefix in prefixes
            found.setdefault(f"<{prefixes[prefix]}{local}>" if known else match[1], number)
    return found
