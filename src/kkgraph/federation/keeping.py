"""Answers of federated questions, kept with their date for when no machine may be asked."""

from __future__ import annotations

import hashlib
import json
import os
import time
from calendar import timegm
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.errors import SourceError
from kkgraph.model import Answer
from kkgraph.tables import sparql_json

STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"
"""How the time of asking is written, in UTC."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and when the machines were asked (``xsd:dateTime``)."""

    answer: Answer
    fetched: str

    @property
    def age_s(self) -> float:
        """The seconds since then; endless where the date can't be read."""
        try:
            return time.time() - timegm(time.strptime(self.fetched, STAMP))
        except ValueError:
            return float("inf")


def key(sparql: str, max_rows: int | None) -> str:
    """The name of an answer: it changes with the query, the values sent and the row limit."""
    return hashlib.sha256(f"{max_rows}\n{sparql}".encode()).hexdigest()[:40]


def get(folder: Path, name: str) -> Kept | None:
    """The answer kept under a name; None where there is none, or not a whole one."""
    try:
        data = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        text = json.dumps(data["answer"])
        if data["sha256"] != hashlib.sha256(text.encode()).hexdigest():
            return None
        found = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
        if not isinstance(found, ox.QuerySolutions):
            return None
        names = tuple(v.value for v in found.variables)
        rows = tuple(tuple(s[n] for n in names) for s in found)
        answer = Answer(names, rows, truncated=bool(data["truncated"]))
        return Kept(answer, str(data["fetched"]))
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        return None


def put(folder: Path, name: str, kept: Kept, *, question: str, endpoints: Sequence[str]) -> None:
    """Keep an answer; ``SourceError`` unwritable-cache where the folder can't be written."""
    answer = sparql_json(kept.answer)
    data = {
        "question": question, "endpoints": list(endpoints), "fetched": kept.fetched,
        "truncated": kept.answer.truncated,
        "sha256": hashlib.sha256(json.dumps(answer).encode()).hexdigest(), "answer": answer,
    }  # fmt: skip
    beside = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
        beside.replace(folder / f"{name}.json")
    except OSError as error:
        raise SourceError(
            "unwritable-cache",
            f"answers can't be kept here: {error.strerror or error}",
            where=str(folder),
            hint="Choose another folder for them.",
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def prune(folder: Path, most: int) -> None:
    """Remove the oldest answers of a folder until there are no more than ``most``."""
    found = []
    for path in folder.glob("*.json"):
        with suppress(OSError):
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found)[: max(0, len(found) - most)]:
        with suppress(OSError):
            path.unlink(missing_ok=True)
