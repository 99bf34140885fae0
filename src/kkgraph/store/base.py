"""What every store can do, and the plain result that it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import pyoxigraph as ox

from kkgraph import sparql as words
from kkgraph.errors import QuestionError
from kkgraph.model import Answer, Route

MAX_SECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one query: seconds until it is stopped, and rows until it is cut.

    ``timeout_s`` None waits for ever; ``max_rows`` None returns all.
    """

    timeout_s: float | None = 30.0
    max_rows: int | None = 100_000

    def __post_init__(self) -> None:
        seconds = self.timeout_s
        if seconds is not None and not 0 < seconds <= MAX_SECONDS:
            raise QuestionError(
                "bad-value",
                f"{seconds:g} s is no time limit",
                where="timeout",
                hint=f"Give more than 0 and at most {MAX_SECONDS} seconds (or None in Python).",
            )
        if self.max_rows is not None and self.max_rows < 1:
            raise QuestionError(
                "bad-value",
                f"{self.max_rows} is no number of rows",
                where="max_rows",
                hint="Give 1 or more (or None in Python).",
            )


class Store(Protocol):
    """A store of named graphs with a derived default graph (see ``kkgraph.names.is_merged``)."""

    @property
    def version(self) -> int:
        """A number that changes whenever the store's content does."""

    @property
    def path(self) -> Path | None:
        """The folder of a store on disk; None for one in memory."""

    @property
    def in_process(self) -> bool:
        """True where queries run in this process, and a time limit ends it."""

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer, within the limits; ``StoreError`` timeout where time ran out."""

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """As ``query``, always in a process of its own, which is ended where time runs out."""

    def route(self, sparql: str) -> Route:
        """Which engine answers the query, and why; nothing is run."""

    def update(self, sparql: str) -> None:
        """Run a SPARQL update atomically; the default graph is right again afterwards."""

    def put_graphs(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace named graphs by these triples, all of them or none; no triples: no graph."""

    def put_graph(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Replace a named graph by these triples, atomically."""

    def drop_graph(self, graph: str) -> None:
        """Remove a named graph, atomically."""

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""

    def quads(self, graphs: Iterable[str] | None = None) -> Iterable[ox.Quad]:
        """The quads of the named graphs, or of some (never of the derived default graph)."""

    def close(self) -> None:
        """Free what the store holds: worker processes, snapshots, locks."""


@runtime_checkable
class TakesLists(Protocol):
    """A store to which a list of IRIs can be handed over beside the query."""

    def query_about(self, sparql: str, iris: Sequence[str], limits: Limits) -> Answer:
        """As the function of this name."""


def query_about(store: Store, sparql: str, iris: Sequence[str], limits: Limits) -> Answer:
    """The answer of a query in which ``VALUES ?x { <urn:kkgraph:given> }`` stands for these IRIs.

    They go to a store as it takes them: as a table, or written into the query. Raises
    ``QuestionError`` bad-iri, and as ``Store.query``.
    """
    if isinstance(store, TakesLists):
        return store.query_about(sparql, iris, limits)
    return store.query(words.with_list(sparql, iris), limits)
