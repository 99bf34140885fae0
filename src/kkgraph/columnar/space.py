"""The loaded terms and triples as the compiler sees them, with room for what is not in the data.

The compiled SQL reads four relations: ``facts(p, s, o)``, ``texts(id, lex)``,
``typed(id, family, exact, approx, zoned)`` and ``broken(id)``, the ill-typed literals. They are
views of the loaded tables, and of the terms and triples that were added here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.columnar import arrays
from kkgraph.columnar.dictionary import KINDS
from kkgraph.columnar.keys import key_of
from kkgraph.columnar.patterns import mismatch
from kkgraph.columnar.session import translated
from kkgraph.columnar.typed import insert, stored
from kkgraph.columnar.violations import TableViolations
from kkgraph.shacl.terms import Term, show, statement

if TYPE_CHECKING:
    import duckdb

    from kkgraph.columnar.tables import Columnar
    from kkgraph.shacl.forms import Pattern

Range = tuple[int, int]
_BATCH: Final = 20_000


class Space:
    """Identifiers of terms, ranges of kinds, and the connection that runs the SQL.

    Another engine overrides what touches the connection.
    """

    engine = "columnar"
    workers = 2
    """So many shapes at a time, as planning small statements takes longer than running them."""

    def __init__(self, columnar: Columnar) -> None:
        self.columnar = columnar
        self._connections = threading.local()
        self._lock = threading.RLock()
        self._extra: dict[Term, int] = {}
        self._ids: dict[Term, int | None] = {}
        self._names: dict[int, str] = {}
        self._ranges: dict[tuple[str, str, str], list[Range]] = {}
        for group in columnar.groups:
            key = (group.kind, group.datatype, group.lang)
            self._ranges.setdefault(key, []).append((group.lo, group.hi))
        self._next = columnar.n_terms
        self._roomy = False
        self._overlaid = False
        self.hidden: Range = (0, 0)
        self._shown: set[int] = set()
        self.naming = False
        self._viewed = False

    def run(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """The rows of a statement, on a connection of the calling thread's own."""
        with translated():
            return self._own().execute(sql, values).fetchall()

    def interrupter(self) -> Callable[[], None]:
        """What another thread calls to stop the statement that this thread then runs."""
        return self._own().interrupt

    def _own(self) -> duckdb.DuckDBPyConnection:
        found: duckdb.DuckDBPyConnection | None = getattr(self._connections, "own", None)
        if found is None:
            found = self._connections.own = self.columnar.connection.cursor()
            with self._lock:
                if not self._viewed:
                    self._viewed = True
                    for view in VIEWS:
                        found.execute(f"CREATE OR REPLACE VIEW {view}")
        return found

    def columns(self, sql: str) -> list[Any]:
        """The columns of a SELECT of whole numbers without nulls, as numpy arrays."""
        with translated():
            return list(self._own().execute(sql).fetchnumpy().values())

    def append_violations(self, table: str, numbers: Any, nodes: Any, values: Any) -> None:
        """Add violations (k, f, v, p, n) given as numpy arrays; a value of -1 is none."""
        columns = {"k": numbers, "f": nodes, "v": values}
        rows = arrays.table({name: arrays.integers(found) for name, found in columns.items()})
        with translated():
            own = self._own()
            own.register("appended", rows)
            own.execute(f"INSERT INTO {table} SELECT k, f, nullif(v, -1), NULL, 1 FROM appended")
            own.unregister("appended")

    @property
    def overlaid(self) -> bool:
        """True where the facts are more or less than the loaded triples."""
        return self._overlaid

    def batches(self, sql: str) -> Iterator[list[tuple[int, ...]]]:
        """The rows of a SELECT of whole numbers without nulls, some thousands at a time."""
        columns = self.columns(sql)
        for start in range(0, len(columns[0]), _BATCH):
            end = start + _BATCH
            yield list(zip(*(c[start:end].tolist() for c in columns), strict=True))

    def outcome(self, table: str) -> TableViolations:
        """The violations that were put into a table."""
        return TableViolations(self, table)

    def mismatch(self, constraint: Pattern, values: str) -> str | None:
        """The condition that a value's text ``lex`` breaks a pattern; None where SQL has none.

        ``values`` is the table of the values ``v``.
        """
        return mismatch(constraint, self.run)

    def ids(self, terms: Sequence[Term]) -> list[int | None]:
        """The identifiers of terms, None for those that the data don't have."""
        with self._lock:
            fresh = [t for t in dict.fromkeys(terms) if t not in self._ids]
            for term, number in zip(fresh, self.columnar.ids_of(fresh), strict=True):
                self._ids[term] = number
                if number is not None:
                    self._names[number] = show(term)
        return [self._ids[t] for t in terms]

    def iri(self, iri: str) -> int | None:
        """The identifier of an IRI, None where the data don't have it."""
        return self.ids([ox.NamedNode(iri)])[0]

    def write(self, number: int | None) -> str:
        """An identifier in SQL with its name in a comment; -1, which no term has, for None."""
        if number is None:
            return "-1"
        name = self._names.get(number, "")
        return f"{number} {comment(name)}" if name and len(name) < 80 else str(number)

    def learn_names(self, numbers: Sequence[int]) -> None:
        """Learn the names of identifiers for comments, where the plan is to be read."""
        if self.naming:
            self._names.update(
                (n, show(t)) for n, t in zip(numbers, self.terms(numbers), strict=True)
            )

    def ranges(self, kind: str, datatype: str | None = None) -> list[Range]:
        """The identifier ranges of a kind, or of the literals of a datatype."""
        with self._lock:
            found = [
                r
                for (k, d, _), ranges in self._ranges.items()
                if k == kind and (datatype is None or d == datatype)
                for r in ranges
            ]
        return _joined(found)

    def kinds(self) -> list[tuple[int, int, str, str, str]]:
        """Each range of identifiers (from, up to) with its kind, datatype and language."""
        with self._lock:
            return sorted((*r, *key) for key, ranges in self._ranges.items() for r in ranges)

    def languages(self) -> dict[str, list[Range]]:
        """The identifier ranges of the texts in each language."""
        found: dict[str, list[Range]] = {}
        with self._lock:
            for (_, _, lang), ranges in self._ranges.items():
                if lang:
                    found.setdefault(lang, []).extend(ranges)
        return {lang: _joined(ranges) for lang, ranges in sorted(found.items())}

    def add_terms(self, terms: Iterable[Term]) -> list[int]:
        """Identifiers for all the terms; those that the data lack get new ones."""
        with self._lock:
            return self._add_terms(list(terms))

    def _add_terms(self, wanted: list[Term]) -> list[int]:
        fresh: dict[tuple[str, str, str], list[Term]] = {}
        for term, number in zip(wanted, self.ids(wanted), strict=True):
            if number is None and term not in self._extra:
                self._extra[term] = -1  # numbered below, group by group, so that ranges stay few
                known = key_of(term)
                key = (KINDS[known.kind], known.datatype, known.language)
                fresh.setdefault(key, []).append(term)
        rows = []
        for key, members in sorted(fresh.items()):
            ranges = self._ranges.setdefault(key, [])
            ranges.append((self._next, self._next + len(members)))
            for number, term in enumerate(members, self._next):
                self._extra[term] = self._ids[term] = number
                self._names[number] = show(term)
                rows.append((number, term))
            self._next += len(members)
        if rows:
            self._store(rows)
        found = self.ids(wanted)
        assert all(n is not None for n in found)
        return [n for n in found if n is not None]

    def _store(self, rows: list[tuple[int, Term]]) -> None:
        self.make_room()
        self.append("extra_texts", [(n, t.value) for n, t in rows])
        broken, typed = [], []
        for number, term in rows:
            if not isinstance(term, ox.Literal) or term.language:
                continue
            datatype = term.datatype.value
            if xsd.ill_typed(term.value, datatype):
                broken.append((number,))
            elif (value := xsd.value(term.value, datatype)) is not None:
                kept = stored(value)
                exact = None if kept is None else str(kept)
                if value.family != xsd.Family.STRING:
                    typed.append((number, int(value.family), exact, value.approx, value.zoned))
        self.append("extra_broken", broken)
        self.append("extra_typed", typed)

    def make_room(self) -> None:
        """Make the tables for terms that are added; early, where several threads run later."""
        if self._roomy:
            return
        self._roomy = True
        self.run("CREATE OR REPLACE TABLE extra_texts(id BIGINT, lex VARCHAR)")
        self.run(
            "CREATE OR REPLACE TABLE extra_typed(id BIGINT, family UTINYINT,"
            " exact DECIMAL(38, 12), approx DOUBLE, zoned BOOLEAN)"
        )
        self.run("CREATE OR REPLACE TABLE extra_broken(id BIGINT)")
        union = "CREATE OR REPLACE VIEW {0} AS SELECT {1} FROM {2} UNION ALL SELECT {1} FROM"
        self.run(union.format("texts", "id, lex", "terms") + " extra_texts")
        self.run(union.format("typed", _TYPED, '"values"') + " extra_typed")
        self.run(union.format("broken", "id", "ill_typed") + " extra_broken")

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows, all at once."""
        with translated():
            insert(self._own(), table, rows)

    def add_background(self, quads: Iterable[ox.Quad]) -> None:
        """Let the facts hold these triples as well, for look-ups.

        Nodes that only they name are no focus nodes: ``hidden`` is the range of those.
        """
        start = self._next
        self.run("CREATE OR REPLACE TABLE background(s BIGINT, p BIGINT, o BIGINT)")
        self.append("background", self.numbered(quads))
        self.hidden = (start, self._next)
        self.overlay(None, None)

    def show(self, numbers: Iterable[int]) -> None:
        """Let nodes be focus nodes although the background names them."""
        low, high = self.hidden
        self._shown |= {n for n in numbers if low <= n < high}

    def visible(self, column: str) -> str:
        """The SQL condition that a node may be a focus node; empty where all may."""
        low, high = self.hidden
        if low == high:
            return ""
        shown = ", ".join(map(str, sorted(self._shown)))
        also = f" OR {column} IN ({shown})" if shown else ""
        return f"({column} < {low} OR {column} >= {high}{also})"

    def is_visible(self, number: int) -> bool:
        """True for a node that may be a focus node."""
        low, high = self.hidden
        return not low <= number < high or number in self._shown

    def numbered(self, quads: Iterable[ox.Quad]) -> list[tuple[int, int, int]]:
        """The triples of quads as (s, p, o), each once; new terms get identifiers."""
        terms = [term for quad in quads for term in statement(quad)]
        numbers = iter(self.add_terms(terms))
        return list(dict.fromkeys(zip(numbers, numbers, numbers, strict=True)))

    def terms(self, numbers: Sequence[int]) -> list[Term]:
        """The terms of identifiers."""
        old = self.columnar.n_terms
        known = (self._labelled(t) for t in self.columnar.terms_of([n for n in numbers if n < old]))
        added = {n: t for t, n in self._extra.items()}
        return [next(known) if n < old else added[n] for n in numbers]

    def _labelled(self, term: Term) -> Term:
        """A blank node under the label that its file gave it, where there is one file."""
        if isinstance(term, ox.BlankNode) and len(self.columnar.sources) < 2:
            return ox.BlankNode(self.columnar.blank_label(term.value))
        return term

    def overlay(self, added: str | None, removed: str | None) -> None:
        """Let ``facts`` be the loaded triples less ``removed``, the background, and ``added``.

        ``added`` and ``removed`` name tables (p, s, o).
        """
        self._overlaid = True
        base = "SELECT p, s, o FROM triples"
        if removed:
            base += f" ANTI JOIN {removed} USING (p, s, o)"
        parts = [base]
        if self.hidden != (0, 0):
            rows = f"SELECT DISTINCT p, s, o FROM background ANTI JOIN ({base}) USING (p, s, o)"
            self.run(f"CREATE OR REPLACE TABLE extra_facts AS {rows}")
            parts.append("SELECT p, s, o FROM extra_facts")
        if added:
            known = " ANTI JOIN extra_facts USING (p, s, o)" if len(parts) > 1 else ""
            parts.append(f"SELECT p, s, o FROM {added}{known}")
        self.run(f"CREATE OR REPLACE VIEW facts AS {' UNION ALL '.join(parts)}")


_TYPED: Final = "id, family, exact, approx, zoned"
VIEWS: Final = (
    "facts AS SELECT p, s, o FROM triples",
    "texts AS SELECT id, lex FROM terms",
    f'typed AS SELECT {_TYPED} FROM "values"',
    "broken AS SELECT id FROM ill_typed",
)


def _joined(ranges: list[Range]) -> list[Range]:
    """The ranges in order, neighbours made one."""
    out: list[Range] = []
    for low, high in sorted(ranges):
        if low == high:
            continue
        if out and out[-1][1] == low:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def comment(text: str) -> str:
    """The text as a comment in SQL, where comments may hold comments."""
    return f"/* {text.replace('*/', '* /').replace('/*', '/ *')} */"


def within(column: str, ranges: Iterable[Range]) -> str:
    """The SQL condition that an identifier lies in one of the ranges."""
    return " OR ".join(_between(column, low, high) for low, high in ranges) or "false"


def _between(column: str, low: int, high: int) -> str:
    if high == low + 1:
        return f"{column} = {low}"
    return f"({column} >= {low} AND {column} < {high})"
