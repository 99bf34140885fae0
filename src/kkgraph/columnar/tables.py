"""The loaded data: tables in DuckDB, and the way from terms to numbers and back.

Tables: ``triples(p, s, o)`` distinct and sorted so; ``quads(g, p, s, o)`` empty unless there are
named graphs (``g`` is -1 in the default graph); ``terms(id, lex)``; ``groups(lo, hi, kind,
datatype, lang, n)``; ``ill_typed(id)``; ``values(id, family, exact, approx, zoned)``.
"""

from __future__ import annotations

import bisect
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar import arrays
from kkgraph.columnar.dictionary import KINDS, Group
from kkgraph.columnar.keys import key_of
from kkgraph.columnar.lines import Refusal
from kkgraph.columnar.session import translated

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from kkgraph.columnar.held import Held

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

_FIRST_REFUSALS: Final = 20


@dataclass
class Skipped:
    """The refused lines of a load with ``skip_errors``: how many, and the first twenty."""

    count: int = 0
    first: list[Refusal] = field(default_factory=list)

    def add(self, refused: list[Refusal]) -> None:
        """Count more refused lines."""
        self.count += len(refused)
        self.first += refused[: _FIRST_REFUSALS - len(self.first)]


class Columnar:
    """Typed terms and statements in DuckDB; a context manager that closes the connection.

    Data that are held in memory go into tables when a statement first asks for them.
    """

    elsewhere = False
    """Whether another engine than DuckDB has the tables: arrays of them are not kept here."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection | None,
        *,
        skipped: Skipped | None = None,
        held: Held | None = None,
    ) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.held = held
        self.skipped = skipped or Skipped()
        self.has_graphs = False
        if held is not None:
            self.groups = held.groups
            self.sources: list[Any] = held.sources
            self.n_triples = held.n_triples
        else:
            rows = self.run("SELECT lo, hi, kind, datatype, lang FROM groups ORDER BY lo")
            self.groups = [Group(*row) for row in rows]
            self.sources = self.run("SELECT name, scope FROM sources ORDER BY number")
            self.n_triples = self._count("triples")
            self.has_graphs = self._count("quads") > 0
        self._ranges = {(g.kind, g.datatype, g.lang): (g.lo, g.hi) for g in self.groups}
        self._his = [g.hi for g in self.groups]
        self.n_terms = self._his[-1] if self._his else 0
        self.n_quads = self._count("quads") if self.has_graphs else self.n_triples

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The session that has the tables; they are made now where the data are held in memory."""
        with self._lock:
            if self._connection is None:
                from kkgraph.columnar.loading import tables_of

                assert self.held is not None
                self._connection = tables_of(self.held)
            return self._connection

    @classmethod
    def from_quads(
        cls, quads: Iterable[ox.Quad], *, threads: int | None = None, hold: bool = False
    ) -> Columnar:
        """Quads in memory, loaded; blank nodes keep their labels. ``hold`` as in ``load``."""
        from kkgraph.columnar.loading import load_quads

        return load_quads(quads, threads=threads, hold=hold)

    def __enter__(self) -> Columnar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the tables of an unsaved load are gone with it."""
        if self._connection is not None:
            self._connection.close()

    def run(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; ``StoreError`` as in ``translated``."""
        with translated():
            return self.connection.execute(sql, values).fetchall()

    def _count(self, table: str) -> int:
        row = self.run(f"SELECT count(*) FROM {table}")[0]
        return int(row[0])

    def range_of(self, kind: str, datatype: str = "", lang: str = "") -> tuple[int, int]:
        """The numbers (from, up to) of a group; ``(0, 0)`` where it has no term."""
        return self._ranges.get((kind, datatype, lang), (0, 0))

    def group_of(self, number: int) -> Group:
        """The group of a term; ``IndexError`` for a number that no term has."""
        if not 0 <= number < self.n_terms:
            raise IndexError(number)
        return self.groups[bisect.bisect_right(self._his, number)]

    def blank_label(self, label: str) -> str:
        """The label that the file gave to a blank node (numbered for each file when loaded)."""
        scope, _, own = label.partition("_")
        known = any(scope == known.rstrip("_") for _, known in self.sources if known)
        return own if known else label

    def id_of(self, term: Term) -> int | None:
        """The number of a term, ``None`` where the data lack it. A blank node: by our label."""
        return self.ids_of([term])[0]

    def ids_of(self, terms: Sequence[Term]) -> list[int | None]:
        """The numbers of several terms, in one look for each group concerned."""
        found: list[int | None] = [None] * len(terms)
        for (lo, hi), places in self.wanted(terms).items():
            for lex, number in self._numbered(lo, hi, list(places)).items():
                for place in places[lex]:
                    found[place] = number
        return found

    def wanted(self, terms: Sequence[Term]) -> dict[tuple[int, int], dict[str, list[int]]]:
        """Where to look for terms: ranges of numbers, the forms in each, and their places."""
        wanted: dict[tuple[int, int], dict[str, list[int]]] = defaultdict(dict)
        for place, term in enumerate(terms):
            key = key_of(term)
            if key.kind < 0:
                continue
            lo, hi = self.range_of(KINDS[key.kind], key.datatype, key.language)
            if hi > lo:
                wanted[lo, hi].setdefault(term.value, []).append(place)
        return wanted

    def _numbered(self, lo: int, hi: int, wanted: list[str]) -> dict[str, int]:
        """The numbers of some forms of a group, those that it has."""
        if self.held is not None:
            return self.held.numbered(self.group_of(lo), wanted)
        forms = arrays.table({"lex": arrays.strings(wanted)})
        return {lex: number for number, lex in self._look_up("lex", forms, lo, hi)}

    def terms_of(self, numbers: Sequence[int]) -> list[Term]:
        """The terms with these numbers, in their order; ``IndexError`` for an unknown number."""
        import numpy as np

        ids = np.array(sorted(set(numbers)), np.int64)
        if self.held is not None:
            known = ids[(ids >= 0) & (ids < self.n_terms)]
            rows = list(zip(known.tolist(), self.held.texts(known).to_pylist(), strict=True))
        else:
            wanted = arrays.table({"id": arrays.integers(ids)})
            rows = self._look_up("id", wanted, 0, self.n_terms)
        made = {number: term_of(self.group_of(number), lex) for number, lex in rows}
        try:
            return [made[int(number)] for number in numbers]
        except KeyError as error:
            raise IndexError(error.args[0]) from error

    def forms_of(self, numbers: Any) -> pa.Array:
        """The lexical forms of terms, whose numbers are sorted and different."""
        return arrays.strings([term.value for term in self.terms_of(numbers)])

    def _look_up(self, column: str, wanted: pa.Table, lo: int, hi: int) -> list[tuple[int, str]]:
        with translated(), self.connection.cursor() as cursor:
            cursor.register("wanted", wanted)
            return cursor.execute(
                f"SELECT id, lex FROM terms SEMI JOIN wanted USING ({column})"
                " WHERE id >= ? AND id < ?",
                [lo, hi],
            ).fetchall()


def term_of(group: Group, lex: str) -> Term:
    """The term of a group with a lexical form."""
    if group.kind == "iri":
        return ox.NamedNode(lex)
    if group.kind == "bnode":
        return ox.BlankNode(lex)
    if group.lang:
        return ox.Literal(lex, language=group.lang)
    return ox.Literal(lex, datatype=ox.NamedNode(group.datatype))
