"""SPARQL over the columnar tables: a query compiled to one SQL statement, and its answer.

``compiled`` either gives a plan that answers exactly as SPARQL has it, or raises
``UncoveredError`` with the reason; whoever asks then uses another engine over the same data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kkgraph.columnar.queries.uncovered import UncoveredError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkgraph.columnar.queries.forms import Term
    from kkgraph.columnar.tables import Columnar
    from kkgraph.model import Answer

__all__ = ["Compiled", "Dataset", "UncoveredError", "compiled"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query reads, as relations of SQL: names of tables or views, or SELECTs.

    ``default`` has the columns p, s, o, each triple once; ``named`` has g, p, s, o, without rows
    of the default graph.
    """

    default: str
    named: str

    @classmethod
    def of(cls, columnar: Columnar) -> Dataset:
        """RDF's own reading of the data: the default graph is what stands in no named graph."""
        if not columnar.has_graphs:
            return cls("triples", "SELECT g, p, s, o FROM quads WHERE false")
        return cls(
            "SELECT p, s, o FROM quads WHERE g = -1", "SELECT g, p, s, o FROM quads WHERE g >= 0"
        )


class Compiled(Protocol):
    """A query's plan."""

    @property
    def sql(self) -> str:
        """The statement, as the engine gets it."""

    def explain(self) -> str:
        """The way from SPARQL to SQL, for a reader."""

    def answer(self, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
        """The answer, as ``kkgraph.store.Store.query`` gives it.

        Raises ``StoreError``: timeout, out-of-memory; ``UncoveredError`` where the data turn out
        to hold what the statement can't answer exactly (an overflow, for example).
        """


def compiled(
    columnar: Columnar,
    sparql: str,
    dataset: Dataset | None = None,
    *,
    given: Sequence[Term] | None = None,
) -> Compiled:
    """The plan of a query over a dataset (``Dataset.of`` where none is given).

    ``given`` are terms for which ``VALUES ?x { <urn:kkgraph:given> }`` stands in the query. Raises
    ``UncoveredError``, and ``QuestionError`` bad-sparql.
    """
    from kkgraph.columnar.queries import plan

    return plan.compiled(columnar, sparql, dataset or Dataset.of(columnar), given)
