"""The loaded statements as text: terms in the syntax of N-Triples, made by SQL."""

from __future__ import annotations

from typing import Final

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
