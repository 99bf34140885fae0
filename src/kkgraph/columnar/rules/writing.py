"""A saved columnar file with the inferred triples in kkg:inferred, written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.dictionary import KINDS, Group
from kkgraph.columnar.keys import Key, key_of
from kkgraph.columnar.rules.closure import SHOWN, Closure
from kkgraph.columnar.saved import building, mark
from kkgraph.columnar.session import quoted, translated
from kkgraph.names import KKG

_INFERRED: Final = KKG + "inferred"
_KEYS: Final = {kind: place for place, kind in enumerate(KINDS)}


def write(closure: Closure, path: Path) -> None:
    """Write all data and, as the graph kkg:inferred, what the rules gave; an older one is replaced.

    A file at that place, the one that was read included, stays as it was unless everything was
    written. Raises ``StoreError``: unwritable-store, disk-full, out-of-memory, engine-failed.
    """
    run = closure.space.run
    numbering = _numbering(closure)
    with building(path) as place, translated(str(path)):
        run(f"ATTACH {quoted(place)} AS written")
        try:
            _terms(closure, numbering)
            _statements(closure, numbering)
            mark(closure.columnar.connection, "written.")
            run("CHECKPOINT written")
        finally:
            run("DETACH written")


@dataclass(frozen=True)
class _Numbering:
    """New numbers: each group keeps its order, and its new terms come behind its old ones.

    ``steps`` are (from, shift) of the old numbers; ``added`` is the new number of each new term.
    """

    groups: list[Group]
    steps: list[tuple[int, int]]
    added: dict[int, int]

    def sql(self, column: str) -> str:
        """The new number of an old one, or of a term that was added."""
        shifts = [(start, shift) for start, shift in self.steps if shift]
        text = column
        if shifts:
            cases = " ".join(
                f"WHEN {column} >= {start} THEN {column} + {shift}" for start, shift in shifts[::-1]
            )
            text = f"CASE {cases} ELSE {column} END"
        if self.added:
            named = " ".join(f"WHEN {old} THEN {new}" for old, new in self.added.items())
            first = min(self.added)
            text = f"CASE WHEN {column} >= {first} THEN CASE {column} {named} END ELSE {text} END"
        return text


def _numbering(closure: Closure) -> _Numbering:
    space, columnar = closure.space, closure.columnar
    (graph,) = space.add_terms([ox.NamedNode(_INFERRED)])
    rows = space.run(
        f"SELECT DISTINCT n FROM (SELECT unnest([p, s, o]) AS n FROM {SHOWN})"
        f" WHERE n >= {columnar.n_terms} ORDER BY n"
    )
    new = sorted({int(row[0]) for row in rows} | ({graph} if graph >= columnar.n_terms else set()))
    fresh: dict[Key, list[int]] = {}
    for number, term in zip(new, space.terms(new), strict=True):
        fresh.setdefault(key_of(term), []).append(number)
    old = {Key(_KEYS[g.kind], g.datatype, g.lang): g for g in columnar.groups}
    groups: list[Group] = []
    steps: list[tuple[int, int]] = []
    added: dict[int, int] = {}
    at = 0
    for key in sorted({*old, *fresh}):
        group, mine = old.get(key), fresh.get(key, [])
        size = group.n if group else 0
        if group:
            steps.append((group.lo, at - group.lo))
        added.update(zip(mine, range(at + size, at + size + len(mine)), strict=True))
        end = at + size + len(mine)
        groups.append(Group(at, end, KINDS[key[0]], key[1], key[2]))
        at = end
    return _Numbering(groups, steps, added)


def _terms(closure: Closure, numbering: _Numbering) -> None:
    run, n = closure.space.run, closure.columnar.n_terms
    known = ", ".join(map(str, numbering.added)) or "-1"
    number = _number(closure)
    new = numbering.sql("id")
    run(
        f"CREATE TABLE written.terms AS SELECT CAST({new} AS {number}) AS id, lex FROM"
        f" (SELECT id, lex FROM texts WHERE id < {n} OR id IN ({known})) ORDER BY id"
    )
    run(
        f"CREATE TABLE written.ill_typed AS SELECT CAST({new} AS {number}) AS id FROM broken"
        f" WHERE id < {n} OR id IN ({known})"
    )
    run(
        f'CREATE TABLE written."values" AS SELECT CAST({new} AS {number}) AS id, family, exact,'
        f" approx, zoned FROM typed WHERE id < {n} OR id IN ({known})"
    )
    run('CREATE TABLE written.groups AS FROM "groups" LIMIT 0')
    closure.space.append(
        "written.groups",
        [(g.lo, g.hi, g.kind, g.datatype, g.lang, g.n) for g in numbering.groups],
    )
    run("CREATE TABLE written.sources AS FROM sources")


def _statements(closure: Closure, numbering: _Numbering) -> None:
    run, columnar = closure.space.run, closure.columnar
    number = _number(closure)
    p, s, o = (f"CAST({numbering.sql(c)} AS {number})" for c in "pso")
    (old,) = closure.space.ids([ox.NamedNode(_INFERRED)])
    told = "SELECT p, s, o FROM triples"
    if run(f"SELECT 1 FROM quads WHERE g = {old} LIMIT 1"):
        told = f"SELECT DISTINCT p, s, o FROM quads WHERE g <> {old}"
    new = f"SELECT p, s, o FROM {SHOWN} ANTI JOIN ({told}) USING (p, s, o)"
    run(
        f"CREATE TABLE written.triples AS SELECT {p} AS p, {s} AS s, {o} AS o"
        f" FROM ({told} UNION ALL {new}) ORDER BY 1, 2, 3"
    )
    run(f"CREATE TABLE written.quads (g {number}, p {number}, s {number}, o {number})")
    if not closure.n and not columnar.has_graphs:
        return
    rows = "SELECT -1 AS g, p, s, o FROM triples"
    if columnar.has_graphs:
        rows = f"SELECT g, p, s, o FROM quads WHERE g <> {old}"
    g = f"CAST({numbering.sql('g')} AS {number})"
    run(
        f"INSERT INTO written.quads SELECT {g} AS g, {p} AS p, {s} AS s, {o} AS o"
        f" FROM ({rows} UNION ALL SELECT {old} AS g, p, s, o FROM {SHOWN}) ORDER BY 1, 2, 3, 4"
    )


def _number(closure: Closure) -> str:
    """The type of the columns of identifiers."""
    sql = "SELECT data_type FROM duckdb_columns() WHERE table_name = 'inferred'"
    return str(closure.space.run(sql)[0][0])
