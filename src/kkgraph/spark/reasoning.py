"""Rules on Spark: the closure of tables by RDFS and OWL 2 RL, and the triples as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar.rules import Closure, close
from kkgraph.columnar.rules.closure import SHOWN
from kkgraph.errors import QuestionError
from kkgraph.spark.near import NearSpace
from kkgraph.spark.results import show_terms
from kkgraph.spark.session import translated
from kkgraph.spark.space import SparkSpace

if TYPE_CHECKING:
    from kkgraph.spark.tables import SparkTables

_TRIPLES: Final = f"""
SELECT s.text AS subject, p.text AS predicate, o.text AS object
FROM {SHOWN} t JOIN result_terms s ON s.id = t.s JOIN result_terms p ON p.id = t.p
JOIN result_terms o ON o.id = t.o
ORDER BY t.p, t.s, t.o
"""


def close_tables(
    tables: SparkTables,
    background: Iterable[ox.Quad] = (),
    *,
    progress: Callable[[str], None] | None = None,
) -> Closure:
    """What follows from tables by the rules of ``kkgraph.columnar.rules``, found by Spark.

    The rules' statements are those of the columnar engine; each round is a few jobs, and what it
    finds is written into the tables' work folder. Raises ``StoreError`` as Spark's.
    """
    return close(tables, background, progress=progress, space=NearSpace(tables, progress=progress))


def write_inferred(closure: Closure, address: str) -> None:
    """Write the inferred triples as a new folder of Parquet files.

    Columns: subject, predicate, object, as N-Triples writes them. ``columnar build`` and
    ``validate`` read such files. Raises ``QuestionError`` bad-value for another engine's closure.
    """
    space = closure.space
    if not isinstance(space, SparkSpace):
        raise QuestionError(
            "bad-value",
            "only Spark writes inferred triples as Parquet",
            where="output",
            hint="Close the tables with kkgraph.spark.reasoning.close_tables.",
        )
    with translated(address):
        show_terms(space)
        space.run(f"SELECT count(*) FROM {SHOWN}")
        space.tables.spark.sql(_TRIPLES).write.parquet(address)
