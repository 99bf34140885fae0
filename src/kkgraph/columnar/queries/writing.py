"""Terms as text, for what is only known at run time.

An IRI stands in ``<>``, a blank node behind ``_:``, a literal in quotes (nothing in it is escaped)
with ``@`` and its language or ``^^`` and its datatype behind it, unless it is a plain string. No
language or datatype holds a quote, so that the last one ends the literal.
"""

from __future__ import annotations

import pyoxigraph as ox

from kkgraph.columnar.queries.columns import XSD, text
from kkgraph.columnar.queries.forms import Term
from kkgraph.columnar.queries.uncovered import refused


def written(term: Term) -> str:
    """A term as text."""
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    return f'"{term.value}"{suffix(term.language or "", term.datatype.value)}'


def suffix(lang: str, datatype: str) -> str:
    """What follows the last quote of a literal."""
    if lang:
        return f"@{lang}"
    return "" if datatype == XSD + "string" else f"^^{datatype}"


def unwritten(written: str) -> Term:
    """The term that a text stands for."""
    if written.startswith("<"):
        return ox.NamedNode(written[1:-1])
    if written.startswith("_:"):
        return ox.BlankNode(written[2:])
    form, _, rest = written[1:].rpartition('"')
    if rest.startswith("@"):
        return ox.Literal(form, language=rest[1:])
    return ox.Literal(form, datatype=ox.NamedNode(rest[2:])) if rest else ox.Literal(form)


def written_value(sql: str, kind: str) -> str:
    """The SQL of a computed value as such a text."""
    if kind == "iri":
        return f"('<' || {sql} || '>')"
    form = lexical(sql, kind)
    if kind == "string":
        return f"""('"' || {form} || '"')"""
    return f"""('"' || {form} || {text('"^^' + XSD + kind)})"""


def lexical(sql: str, kind: str) -> str:
    """The SQL of the canonical lexical form of a computed value."""
    if kind in ("string", "iri"):
        return sql
    if kind == "boolean":
        return f"CASE WHEN {sql} THEN 'true' WHEN NOT {sql} THEN 'false' END"
    if kind == "integer":
        return f"CAST({sql} AS VARCHAR)"
    if kind == "decimal":
        return f"rtrim(rtrim(CAST(CAST({sql} AS DECIMAL(38, 18)) AS VARCHAR), '0'), '.')"
    return _floating(sql)


def _floating(sql: str) -> str:
    """The shortest text of a double or float, where every writer would write it so."""
    usual = f"abs({sql}) >= 0.0001 AND abs({sql}) < 1000000"
    return (
        f"CASE WHEN {sql} = 0 THEN '0'"
        f" WHEN {usual} THEN regexp_replace(CAST({sql} AS VARCHAR), '[.]0$', '')"
        f" WHEN {sql} IS NOT NULL THEN {refused('the text of a very large or small double')} END"
    )
