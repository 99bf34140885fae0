"""Runner: SQL written by hand over the same saved file, as the yardstick (see ``harness``).

The statements stand in the folder ``sql`` beside this file; ``<kk:theme>`` in one is the number of
that term. Columns named ``n_`` are counts and ``d_`` averages; all others are numbers of terms.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from harness import as_json, run

from kkgraph.columnar.saved import open_saved
from kkgraph.columnar.tables import Columnar

SQL = Path(__file__).with_name("sql")
PREFIXES = {
    "kk": "https://w3id.org/kkgraph/ns#",
    "kkd": "https://w3id.org/kkgraph/id/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
TERM = re.compile(r"<(\w+):([\w-]+)>")
DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")


def load(path: Path) -> Any:
    columnar = open_saved(path)
    statements = {
        text.split("\n", 1)[0]: (SQL / f"{name}.sql").read_text(encoding="utf-8")
        for name, text in _questions()
    }
    return lambda text: asked(columnar, statements[text.split("\n", 1)[0]])


def _questions() -> list[tuple[str, str]]:
    folder = Path(__file__).with_name("queries")
    return [(path.stem, path.read_text(encoding="utf-8")) for path in folder.iterdir()]


def asked(columnar: Columnar, statement: str) -> Any:
    names = [ox.NamedNode(PREFIXES[p] + name) for p, name in TERM.findall(statement)]
    numbers = iter(-1 if n is None else n for n in columnar.ids_of(names))
    result = columnar.connection.execute(TERM.sub(lambda _: str(next(numbers)), statement))
    columns = [column[0] for column in result.description]
    rows = result.fetchall()
    places = [n for n, name in enumerate(columns) if name[:2] not in ("n_", "d_")]
    used = sorted({row[p] for row in rows for p in places if row[p] is not None})
    terms: dict[Any, Any] = dict(zip(used, columnar.terms_of(used), strict=True))
    made = [
        tuple(
            terms.get(value) if n in places else _number(value, columns[n])
            for n, value in enumerate(row)
        )
        for row in rows
    ]
    return tuple(re.sub("^[nd]_", "", name) for name in columns), made


def _number(value: Any, column: str) -> ox.Literal:
    return ox.Literal(str(value), datatype=DECIMAL) if column[0] == "d" else ox.Literal(value)


if __name__ == "__main__":
    run(load, version("kkgraph"), lambda answer: as_json(*answer))
