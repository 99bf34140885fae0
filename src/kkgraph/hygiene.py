"""Ontology hygiene: each check is one ``.rq`` file whose rows are the problems it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from kkgraph import files, names, questions
from kkgraph.model import Problem
from kkgraph.store import Limits, Store

KEYS: Final = frozenset(("title", "pitfall", "severity", "explanation", "columns"))


def check(store: Store, paths: list[Path] | None = None) -> list[Problem]:
    """One problem for each row of each check over the store's ontology graph.

    The checks run on the default graph, so a store to be checked holds the ontology alone or with
    its data; every check is restricted to ontology terms. Order: check, then the check's own.
    """
    return [p for path in paths or files.hygiene_files() for p in run_check(store, path)]


def run_check(store: Store, path: Path) -> list[Problem]:
    """The problems that one check finds."""
    header, body, first = questions.split_header(path)
    data: dict[str, Any] = questions.load_header(path, header, first, KEYS)
    result = store.query(body, Limits(max_rows=None))
    place = {name: i for i, name in enumerate(result.variables)}

    def cell(row: tuple[Any, ...], name: str) -> str:
        term = row[place[name]]
        return "" if term is None else str(getattr(term, "value", term))

    return [
        Problem(
            severity=str(data["severity"]),
            message={k: str(v) for k, v in data["title"].items()},
            focus=cell(row, "entity"),
            path=names.compact(cell(row, "property")),
            value=cell(row, "value"),
            shape=path.stem,
            component=str(data["pitfall"]),
        )
        for row in result.rows
    ]
