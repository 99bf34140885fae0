"""The engines: what each runs, on what file, and how far it is taken."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUERIES = HERE / "queries"
Command = list[str | Path]
PLAIN, SAVED = ".nt", ".kk"
SLOWEST = "no-external"
"""The question with NOT EXISTS, without which a second mean is given."""
QUADRATIC = {SLOWEST: 7850}
"""For an engine whose time for it grows with the square of the data: an hour at 50,000 cases."""


@dataclass(frozen=True)
class Engine:
    """One row: its command but for the arguments of ``harness``, and the file that it opens.

    ``cold`` starts a process for each question, of which opening the file is a part; ``limit`` is
    the largest number of cases that it is given, and ``limits`` those of single questions.
    """

    name: str
    label: str
    command: Command
    opens: str = PLAIN
    cold: bool = False
    limit: int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)


def engines(peers: Path) -> dict[str, Engine]:
    """Every engine by name; peers are looked for in the folder ``peers``."""
    here = sys.executable

    def jena(kind: str) -> Command:
        path = f"{peers / 'tdb' / 'classes'}:{peers / 'tdb'}/*"
        return [peers / "java", "-XX:MaxRAMPercentage=75", "-cp", path, "JenaQuestions", kind]

    rows = [
        Engine("kkgraph", "kkgraph", [here, HERE / "by_kkgraph.py"], SAVED),
        Engine("cold", "kkgraph, cold", [here, HERE / "by_kkgraph.py"], SAVED, cold=True),
        Engine("statement", "kkgraph, SQL alone", [here, HERE / "by_statement.py"], SAVED),
        Engine("sql", "SQL by hand", [here, HERE / "by_sql.py"], SAVED),
        Engine("maplib", "maplib", [peers / "maplib/bin/python", HERE / "by_maplib.py"]),
        Engine(
            "oxigraph", "Oxigraph, in memory", [here, HERE / "by_oxigraph.py"], limits=QUADRATIC
        ),
        Engine("jena", "Apache Jena, in memory", jena("memory")),
        Engine("tdb2", "Apache Jena, TDB2", jena("tdb2")),
        Engine("rdflib", "rdflib", [here, HERE / "by_rdflib.py"], limit=100),
    ]
    return {row.name: row for row in rows}


def questions() -> list[str]:
    """The names of the questions, in the order of the table."""
    return [
        "two-dimensions",
        "theme-territory",
        "locally-developed",
        "top-forms",
        "no-external",
        "co-occurrence",
        "average-having",
        "path-optional",
    ]
