"""The loaded statements as text: terms in the syntax of N-Triples, made by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kkgraph.columnar.session import translated

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

_LINES: Final = 50_000
TERMS: Final = r"""
SELECT id, CASE kind
  WHEN 'iri' THEN '<' || lex || '>'
  WHEN 'bnode' THEN '_:' || lex
  ELSE '"' || replace(replace(replace(replace(lex, '\', '\\'), '"', '\"'),
                              chr(10), '\n'), chr(13), '\r') || '"'
    || CASE WHEN lang <> '' THEN '@' || lang
            WHEN datatype = 'http://www.w3.org/2001/XMLSchema#string' THEN ''
            ELSE '^^<' || datatype || '>' END
END AS text
FROM terms ASOF JOIN groups ON terms.id >= groups.lo
"""
"""A SELECT of every term: id, text."""


def statements(rows: str, written: str) -> str:
    """A SELECT of subject, predicate, object, graph as texts (graph NULL for the default one).

    ``rows`` is a SELECT of g, p, s, o; ``written`` the name of a relation made by ``TERMS``.
    """
    return f"""
SELECT s.text AS subject, p.text AS predicate, o.text AS object, g.text AS graph
FROM ({rows}) AS said
JOIN {written} AS s ON s.id = said.s JOIN {written} AS p ON p.id = said.p
JOIN {written} AS o ON o.id = said.o LEFT JOIN {written} AS g ON g.id = said.g
"""


def lines(columnar: Columnar, rows: str) -> Iterator[str]:
    """Quads as pieces of N-Quads, whole lines each; N-Triples where all are the default graph's.

    ``rows`` is a SELECT of g, p, s, o, with -1 for the default graph.
    """
    with translated(), columnar.connection.cursor() as cursor:
        used = f"SELECT unnest([g, p, s, o]) AS id FROM ({rows})"
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE written AS FROM ({TERMS}) SEMI JOIN ({used}) USING (id)"
        )
        found = cursor.execute(
            "SELECT concat_ws(' ', subject, predicate, object, graph, '.') || chr(10) AS line"
            f" FROM ({statements(rows, 'written')})"
        )
        while batch := found.fetchmany(_LINES):
            yield "".join(line for (line,) in batch)
        cursor.execute("DROP TABLE written")
