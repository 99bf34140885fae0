"""The results of a validation as Parquet, written by the workers: one row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.compiler import VIOLATIONS
from kkgraph.errors import QuestionError
from kkgraph.spark.session import translated
from kkgraph.spark.space import SparkSpace, arrow_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from kkgraph.columnar.engine import Validation

_CONSTRAINTS: Final = "k INT, shape STRING, component STRING, severity STRING, path STRING"
_KINDS: Final = "lo BIGINT, hi BIGINT, kind STRING, datatype STRING, lang STRING"
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_WRITTEN: Final = rf"""
SELECT t.id, CASE g.kind
  WHEN 'iri' THEN concat('<', t.lex, '>')
  WHEN 'bnode' THEN concat('_:', substr(t.lex, CASE WHEN startswith(t.lex, '{{scope}}')
                                                  THEN {{start}} ELSE 1 END))
  ELSE concat('"', replace(replace(replace(replace(t.lex, '\\', '\\\\'), '"', '\\"'),
              '\n', '\\n'), '\r', '\\r'), '"',
    CASE WHEN g.lang <> '' THEN concat('@', g.lang)
         WHEN g.datatype = '{_STRING}' THEN ''
         ELSE concat('^^<', g.datatype, '>') END)
END AS text
FROM {{texts}} t JOIN result_kinds g ON t.id >= g.lo AND t.id < g.hi
"""
_ROWS: Final = f"""
SELECT c.shape, c.component, c.severity, f.text AS focus,
  coalesce(p.text, c.path) AS path, v.text AS value, r.n AS results
FROM {VIOLATIONS} r JOIN result_constraints c ON c.k = r.k
JOIN result_terms f ON f.id = r.f
LEFT JOIN result_terms v ON v.id = r.v LEFT JOIN result_terms p ON p.id = r.p
ORDER BY c.k, r.f, r.v NULLS LAST, r.p NULLS LAST
"""


def write_results(found: Validation, address: str) -> None:
    """Write all results of a validation on Spark as a new folder of Parquet files.

    Columns: shape, component, severity; focus and value as N-Triples writes them; path, which is
    a term too where it is one predicate of the data; results, how many the row stands for. Raises
    ``QuestionError`` bad-value for another engine's validation, ``StoreError`` as Spark's.
    """
    from pyspark.sql.types import StructType

    space = found.space
    if not isinstance(space, SparkSpace):
        raise QuestionError(
            "bad-value",
            "only Spark writes results as Parquet",
            where="--format",
            hint="Add --engine spark, or choose --format nt.",
        )
    spark: Any = space.tables.spark
    rows = [
        (n, shape.id.value, c.component, shape.severity, str(shape.path or "") or None)
        for n, (shape, c) in enumerate(found.constraints)
    ]
    with translated(address):
        local = arrow_rows(StructType.fromDDL(_CONSTRAINTS), rows)
        spark.createDataFrame(local).createOrReplaceTempView("result_constraints")
        show_terms(space)
        space.run(f"SELECT count(*) FROM {VIOLATIONS}")
        spark.sql(_ROWS).write.parquet(address)


def show_terms(space: SparkSpace) -> None:
    """Make the view ``result_terms(id, text)`` of all that a space knows: see ``show_texts``."""
    scopes = [own for _, own in space.tables.sources]
    scope = scopes[0] if len(scopes) == 1 else ""
    show_texts(space.tables.spark, space.kinds(), "texts", scope)


def show_texts(
    spark: SparkSession,
    kinds: Sequence[tuple[int, int, str, str, str]],
    texts: str,
    scope: str = "",
) -> None:
    """Make the view ``result_terms(id, text)``: the terms in the syntax of N-Triples.

    ``kinds`` says what the numbers from one up to another are, ``texts`` is the table of their
    lexical forms, ``scope`` what is left out before the labels of blank nodes.
    """
    from pyspark.sql.types import StructType

    local: Any = arrow_rows(StructType.fromDDL(_KINDS), kinds)
    spark.createDataFrame(local).createOrReplaceTempView("result_kinds")
    terms = _WRITTEN.format(scope=scope, start=len(scope) + 1, texts=texts)
    spark.sql(terms).createOrReplaceTempView("result_terms")
