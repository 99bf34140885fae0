"""The closure: rules applied to what is new until nothing new comes of them (semi-naive)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.columnar.dictionary import NARROW
from kkgraph.columnar.rules.closure import Closure, contradictions
from kkgraph.columnar.rules.compiling import AXIOMS, Compiler
from kkgraph.columnar.rules.concluding import conclude
from kkgraph.columnar.rules.limits import limited
from kkgraph.columnar.rules.rulebook import (
    CHARACTERISTICS,
    CONTRADICTIONS,
    DATA_RULES,
    IDENTITY,
    LAST_RULES,
    RDF,
    SCHEMA_RULES,
    VOCABULARY,
    Rule,
)
from kkgraph.columnar.rules.schema import WHOLES, Schema
from kkgraph.columnar.space import Space

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

INFERRED: Final = names.KKG + "inferred"
_ROOM: Final = 10_000_000
_NEW: Final = "fresh_{}"
_RULES: Final = (*SCHEMA_RULES, *DATA_RULES, *LAST_RULES, *CONTRADICTIONS)
_WORDS: Final = (
    *sorted(VOCABULARY | CHARACTERISTICS),
    *(RDF + name for name in ("type", "first", "rest", "nil")),
    *map(names.expand, IDENTITY),
)


def close(
    columnar: Columnar,
    background: Iterable[ox.Quad] = (),
    *,
    progress: Callable[[str], None] | None = None,
    timeout_s: float | None = None,
    space: Space | None = None,
) -> Closure:
    """What follows from the data by the rules of RDFS and OWL 2 RL in ``rulebook``.

    The premises are the triples of all graphs but kkg:inferred, registers, links and records of
    loads (as for HermiT), and the ``background``, such as an ontology that isn't in the data.
    Nothing is written; the tables are those of the session, or of the engine whose ``space`` is
    given. Raises ``StoreError``: out-of-memory, disk-full, engine-failed; ``ReasonError``
    reason-timeout.
    """
    start = time.perf_counter()
    run = _Run(space or Space(columnar), list(background), progress)
    with limited(run.space, timeout_s):
        run.everything()
        found = run.closure()
        found.contradictions = contradictions(found, run.schema)
    found.seconds = time.perf_counter() - start
    return found


class _Run:
    def __init__(
        self,
        space: Space,
        background: list[ox.Quad],
        progress: Callable[[str], None] | None,
    ) -> None:
        self.space = space
        self.compiler = Compiler(self.space)
        self.schema = Schema(self.space, self.compiler)
        self._progress = progress
        self._round = 0
        self._new_properties: set[int] = set()
        self._premises(background)
        self.compiler.learn(_RULES, _WORDS)

    def _premises(self, background: list[ox.Quad]) -> None:
        run, columnar = self.space.run, self.space.columnar
        wide = columnar.n_terms > NARROW - _ROOM
        number = "BIGINT" if wide else "INTEGER"
        premises = "SELECT p, s, o FROM triples"
        if left_out := _left_out(columnar):
            graphs = ", ".join(map(str, left_out))
            run(
                "CREATE OR REPLACE TABLE told AS SELECT DISTINCT p, s, o FROM quads"
                f" WHERE g NOT IN ({graphs}) ORDER BY p, s, o"
            )
            premises = "SELECT p, s, o FROM told"
        if background:
            self.space.add_background(background)
            cast = ", ".join(f"CAST({c} AS {number}) AS {c}" for c in "pso")
            run(
                f"CREATE OR REPLACE TABLE known AS SELECT DISTINCT {cast} FROM background"
                f" ANTI JOIN ({premises}) USING (p, s, o)"
            )
            premises += " UNION ALL SELECT p, s, o FROM known"
        columns = ", ".join(f"{c} {number}" for c in "pso")
        run(f"CREATE OR REPLACE TABLE inferred({columns}, round INTEGER)")
        run(f"CREATE OR REPLACE VIEW premises AS {premises}")
        for view, column, given in (("closed", "", ""), ("ranked", ", round", ", 0 AS round")):
            run(
                f"CREATE OR REPLACE VIEW {view} AS SELECT p, s, o{given} FROM premises"
                f" UNION ALL SELECT p, s, o{column} FROM inferred"
            )

    def everything(self) -> None:
        """Close the schema, then the data; again where the data turn out to hold axioms."""
        while True:
            self.schema.refresh()
            self._close_schema(SCHEMA_RULES)
            before = self._round
            self._close_data()
            if self._found_axioms(before):
                continue
            before = self._round
            self._close_schema(LAST_RULES)
            if self._round == before or not self.schema.reflective():
                return

    def _close_schema(self, rules: Sequence[Rule]) -> None:
        while True:
            parts = []
            for rule in rules:
                if self.schema.applies(rule):
                    parts.append(self.compiler.select(rule, [AXIOMS] * len(rule.premises)))
            if not self._add(parts, ""):
                return
            self.space.run(
                f"INSERT INTO {AXIOMS} SELECT p, s, o, {self._round} FROM {self._latest}"
                f" WHERE {self.schema.condition()}"
            )
            self.schema.look()

    def _close_data(self) -> None:
        rules = [r for r in (*DATA_RULES, *self.schema.chains) if self.schema.applies(r)]
        heads = self.schema.heads()
        wholes = bool(self.space.run(f"SELECT 1 FROM {WHOLES} LIMIT 1"))
        kind = self.compiler.number(names.RDF_TYPE)
        new: str | None = None
        while True:
            parts = [part for rule in rules for part in self._of(rule, new)]
            if wholes and (new is None or kind in self._new_properties):
                parts.append(self._intersections(new))
            if not self._add(parts, heads):
                return
            new = self._latest

    def _of(self, rule: Rule, new: str | None) -> list[str | None]:
        """A rule on all triples, or once for each premise that the new ones may match."""
        base = [AXIOMS if atom.is_axiom else "closed" for atom in rule.premises]
        if new is None:
            return [self.compiler.select(rule, base)]
        return [
            self.compiler.select(rule, [*base[:place], new, *base[place + 1 :]])
            for place in rule.facts
            if self._touches(rule, place)
        ]

    def _touches(self, rule: Rule, place: int) -> bool:
        """True where a new triple may match the premise, as far as its property goes."""
        wanted = self.schema.properties(rule, place)
        return wanted is None or bool(wanted & self._new_properties)

    def _intersections(self, new: str | None) -> str:
        """cls-int1: what has all the types that an intersection needs."""
        kind = self.compiler.made(names.RDF_TYPE)
        touched = ""
        if new is not None:
            touched = (
                f" SEMI JOIN (SELECT n.s, w.l FROM {new} n, {WHOLES} w"
                f" WHERE n.p = {kind} AND n.o = w.item) x ON t.s = x.s AND w.l = x.l"
            )
        return (
            f"SELECT {kind} AS p, t.s AS s, w.c AS o FROM closed t"
            f" JOIN {WHOLES} w ON t.o = w.item{touched}"
            f" WHERE t.p = {kind} GROUP BY t.s, w.l, w.c, w.n HAVING count(*) = w.n"
        )

    @property
    def _latest(self) -> str:
        return _NEW.format(self._round % 2)

    def _add(self, parts: Sequence[str | None], heads: str) -> int:
        """Add the conclusions that are new, as those of a new round; how many there are."""
        told = [part for part in parts if part is not None]
        if not told:
            return 0
        name = _NEW.format((self._round + 1) % 2)
        where = f" WHERE {heads}" if heads else ""
        conclude(self.space, name, told, f"SELECT p, s, o FROM closed{where}", AXIOMS)
        found = int(self.space.run(f"SELECT count(*) FROM {name}")[0][0])
        if found:
            self._round += 1
            self._new_properties = {
                row[0] for row in self.space.run(f"SELECT DISTINCT p FROM {name}")
            }
            self.space.run(f"INSERT INTO inferred SELECT p, s, o, {self._round} FROM {name}")
            if self._progress is not None:
                self._progress(f"round {self._round}: {found:,} triples")
        return found

    def _found_axioms(self, since: int) -> bool:
        lists = [self.compiler.number(RDF + name) for name in ("first", "rest")]
        cells = ", ".join(str(n) for n in lists if n is not None) or "-1"
        return bool(
            self.space.run(
                f"SELECT 1 FROM inferred WHERE round > {since}"
                f" AND ({self.schema.condition()} OR p IN ({cells})) LIMIT 1"
            )
        )

    def closure(self) -> Closure:
        """What was found, with what was not followed."""
        ignored = []
        kind = self.compiler.number(names.RDF_TYPE)
        for name in IDENTITY:
            number = self.compiler.number(names.expand(name))
            if number is None:
                continue
            where = f"p = {number}" if name[4].islower() else f"p = {kind} AND o = {number}"
            if count := self.space.run(f"SELECT count(*) FROM closed WHERE {where}")[0][0]:
                ignored.append((name, int(count)))
        if self.schema.broken:
            ignored.append(("rdf:List", self.schema.broken))
        return Closure(self.space, self.compiler, self.schema, self._round, tuple(ignored))


def _left_out(columnar: Columnar) -> list[int]:
    """The graphs that are no premises."""
    if not columnar.has_graphs:
        return []
    graphs = [row[0] for row in columnar.run("SELECT DISTINCT g FROM quads WHERE g >= 0")]
    found = zip(graphs, columnar.terms_of(graphs), strict=True)
    return sorted(
        number for number, term in found if term.value == INFERRED or names.is_apart(term.value)
    )
