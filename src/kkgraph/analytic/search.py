"""Things of a columnar file by the words that they bear, found by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph import names

if TYPE_CHECKING:
    from kkgraph.analytic.store import ColumnarStore
    from kkgraph.columnar.tables import Columnar

_NAMING: Final = ("skos:prefLabel", "skos:altLabel", "rdfs:label")
_BEARING: Final = (*_NAMING, "kk:statement")


def search(columnar: Columnar, words: Sequence[str], first: int) -> tuple[list[str], list[str]]:
    """The first things and the first findings that bear all of the words, whatever their case.

    They are IRIs of our own; a word may stand in any label or statement of a thing, or in its IRI.
    Things with short texts come first; findings are in the order of their IRIs.
    """
    properties = [_number(columnar, names.expand(curie)) for curie in _BEARING]
    lo, hi = columnar.range_of("iri")
    found = "".join(
        " SEMI JOIN (SELECT s FROM texts WHERE contains(text, ?)) USING (s)" for _ in words
    )
    rows = columnar.run(
        f"""
WITH bearing AS (
  SELECT DISTINCT s, o FROM triples WHERE p IN ({", ".join(map(str, properties))})
    AND s >= {lo} AND s < {hi}
), own AS (
  SELECT id AS s, lex FROM terms SEMI JOIN bearing ON id = s
  WHERE starts_with(lex, ?) OR starts_with(lex, ?)
), texts AS (
  SELECT s, lower(terms.lex) AS text FROM bearing JOIN terms ON id = o SEMI JOIN own USING (s)
  UNION ALL SELECT s, lower(regexp_replace(lex, '^.*[/#]', '')) FROM own
), hits AS (
  SELECT s, sum(length(text)) AS size FROM texts{found} GROUP BY s
), judged AS (
  SELECT lex, size, s IN (
    SELECT s FROM triples WHERE p = {_number(columnar, names.RDF_TYPE)}
      AND o = {_number(columnar, names.KK + "Finding")}
  ) AS finding FROM hits JOIN own USING (s)
)
SELECT lex, finding FROM judged
QUALIFY row_number() OVER (
  PARTITION BY finding ORDER BY CASE WHEN finding THEN 0 ELSE size END, lex
) <= {first}
ORDER BY CASE WHEN finding THEN 0 ELSE size END, lex
""",
        [names.KKD, names.KK, *(word.lower() for word in words)],
    )
    return [iri for iri, finding in rows if not finding], [iri for iri, finding in rows if finding]


def _number(columnar: Columnar, iri: str) -> int:
    number = columnar.id_of(ox.NamedNode(iri))
    return -1 if number is None else number


def named(store: ColumnarStore, name: str, *, instances: bool) -> list[str]:
    """The IRIs of what bears this name in the default graph, whatever its case, sorted.

    With ``instances`` what is of a class of OWL's own (a class, a property) is left out.
    """
    columnar, default = store.columnar, store.dataset.default
    bearing = ", ".join(str(_number(columnar, names.expand(c))) for c in _NAMING)
    lo, hi = columnar.range_of("iri")
    apart = f"""
ANTI JOIN (
  SELECT t.s AS id FROM {default} AS t JOIN terms AS kind ON kind.id = t.o
  WHERE t.p = {_number(columnar, names.RDF_TYPE)} AND starts_with(kind.lex, ?)
) USING (id)"""
    rows = columnar.run(
        f"""
SELECT DISTINCT node.lex FROM (
  SELECT t.s AS id FROM {default} AS t JOIN terms AS label ON label.id = t.o
  WHERE t.p IN ({bearing}) AND t.s >= {lo} AND t.s < {hi} AND lower(label.lex) = ?
) AS found JOIN terms AS node USING (id){apart if instances else ""}
ORDER BY node.lex
""",
        [name.lower(), *([names.PREFIXES["owl"]] if instances else [])],
    )
    return [iri for (iri,) in rows]
