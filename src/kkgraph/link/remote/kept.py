"""Answers of services, kept on disk: a run that broke off goes on where it stopped."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kkgraph.errors import SourceError

FILE: Final = "reconcile.sqlite"
_WAIT_S: Final = 30.0
_TABLE: Final = """CREATE TABLE IF NOT EXISTS answers (
  service TEXT NOT NULL, identity TEXT NOT NULL, query TEXT NOT NULL,
  answer TEXT NOT NULL, fetched REAL NOT NULL, PRIMARY KEY (service, identity, query)
) WITHOUT ROWID"""


class Kept:
    """The answers of one service in one state of it (``identity``), by the hash of the query.

    Each batch is kept whole or not at all, also where the machine stops; two runs may use one
    folder at the same time. Raises ``SourceError`` unwritable-cache.
    """

    def __init__(self, folder: Path, service: str, identity: str, *, max_age_s: float) -> None:
        self.path = folder / FILE
        self._of = (service, identity)
        self._oldest = time.time() - max_age_s
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
            self._db.execute(_TABLE)

    def get(self, queries: Iterable[str]) -> dict[str, list[Any]]:
        """The answers that are kept and not too old, by query."""
        wanted = json.dumps(list(queries))
        with self._errors():
            rows = self._db.execute(
                "SELECT query, answer FROM answers WHERE service = ? AND identity = ? "
                "AND fetched >= ? AND query IN (SELECT value FROM json_each(?))",
                (*self._of, self._oldest, wanted),
            )
            return {query: json.loads(answer) for query, answer in rows}

    def put(self, answers: Mapping[str, list[Any]]) -> None:
        """Keep the answers of a batch."""
        now = time.time()
        rows = [
            (*self._of, query, json.dumps(answer, ensure_ascii=False), now)
            for query, answer in answers.items()
        ]
        with self._errors(), self._whole():
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", rows)

    def drop(self, queries: Iterable[str]) -> None:
        """Forget the answers to queries."""
        with self._errors(), self._whole():
            self._db.executemany(
                "DELETE FROM answers WHERE service = ? AND identity = ? AND query = ?",
                [(*self._of, q) for q in queries],
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _whole(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise SourceError(
                "unwritable-cache",
                f"answers can't be kept here: {getattr(error, 'strerror', None) or error}",
                where=str(self.path),
                hint="Choose another folder with --cache, or remove the file if it is damaged.",
            ) from error
