"""What the rules found: the new triples, where the data contradict themselves, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar.rules.compiling import AXIOMS, Compiler
from kkgraph.columnar.rules.rulebook import CONTRADICTIONS, EACH, SUBCLASS, THING, Rule, variable
from kkgraph.columnar.space import Space, within
from kkgraph.names import RDF_TYPE
from kkgraph.shacl.terms import Term

if TYPE_CHECKING:
    from kkgraph.columnar.rules.derivation import Derivation
    from kkgraph.columnar.rules.schema import Schema
    from kkgraph.columnar.tables import Columnar

SHOWN: Final = "shown"
_BESIDE: Final = "shown_beside"
_FIRST: Final = 20
Row = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Premises that can't be true together, by a rule of OWL 2 RL such as ``cax-dw``.

    A premise whose value is the member of a list of axioms is given with the list.
    """

    rule: str
    premises: tuple[ox.Triple, ...]


@dataclass
class Closure:
    """The outcome of ``close``.

    ``rounds`` is how often rules were applied until nothing new came. ``ignored`` names what
    nothing is concluded from, and how often it stands in the data: what would make two things
    one, and lists that are none. ``contradictions`` are the first of each rule, and
    ``contradictory`` counts all by rule.
    """

    space: Space
    compiler: Compiler
    schema: Schema
    rounds: int
    ignored: tuple[tuple[str, int], ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    contradictory: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.space.run(f"CREATE OR REPLACE TABLE expressions AS {self.schema.expressions()}")
        iri = within("p", self.space.ranges("iri"))
        low, high = self.space.hidden
        blank = within("{0}", [r for r in self.space.ranges("bnode") if low <= r[0] < high])
        foreign = " OR ".join(blank.format(c) for c in "so")
        self.space.run(
            f"CREATE OR REPLACE VIEW {SHOWN} AS SELECT p, s, o FROM inferred i"
            f" ANTI JOIN expressions x ON i.s = x.s ANTI JOIN expressions y ON i.o = y.s"
            f" WHERE ({iri}) AND NOT ({foreign}){self._no_thing()}"
        )
        self.n = int(self.space.run(f"SELECT count(*) FROM {SHOWN}")[0][0])

    def _no_thing(self) -> str:
        thing = self.compiler.number(THING)
        if thing is None:
            return ""
        kinds = [self.compiler.number(iri) for iri in (RDF_TYPE, SUBCLASS)]
        places = ", ".join(str(n) for n in kinds if n is not None) or "-1"
        return f" AND NOT (o = {thing} AND p IN ({places}))"

    def __enter__(self) -> Closure:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the tables, those of the data too."""
        self.columnar.close()

    @property
    def columnar(self) -> Columnar:
        """The data."""
        return self.space.columnar

    @property
    def consistent(self) -> bool:
        """True where no rule found a contradiction."""
        return not self.contradictory

    def triples(self) -> Iterator[ox.Triple]:
        """The inferred triples, in the order of their terms' numbers, read in batches."""
        for batch in self.space.batches(f"SELECT s, p, o FROM {SHOWN} ORDER BY p, s, o"):
            yield from self.decoded(batch)

    def decoded(self, rows: list[tuple[int, ...]]) -> Iterator[ox.Triple]:
        """Rows (s, p, o) as triples."""
        wanted = sorted({n for row in rows for n in row})
        terms = dict(zip(wanted, self.space.terms(wanted), strict=True))
        for subject, predicate, value in rows:
            yield triple(terms[subject], terms[predicate], terms[value])

    def counts(self) -> list[tuple[ox.NamedNode, Term | None, int]]:
        """How many triples were inferred by property, and for types by class; the most first."""
        kind = self.compiler.number(RDF_TYPE)
        rows = self.space.run(
            f"SELECT p, CASE WHEN p = {-1 if kind is None else kind} THEN o END AS c, count(*) AS n"
            f" FROM {SHOWN} GROUP BY ALL ORDER BY n DESC, p, c"
        )
        wanted = sorted({n for row in rows for n in row[:2] if n is not None})
        terms = dict(zip(wanted, self.space.terms(wanted), strict=True))
        found: list[tuple[ox.NamedNode, Term | None, int]] = []
        for predicate, cls, n in rows:
            name = terms[predicate]
            assert isinstance(name, ox.NamedNode)
            found.append((name, None if cls is None else terms[cls], int(n)))
        return found

    def beside_data(self) -> str:
        """The table (p, s, o) of the inferred triples that stand in no graph of the data."""
        self.space.run(
            f"CREATE OR REPLACE TABLE {_BESIDE} AS SELECT p, s, o FROM {SHOWN}"
            " ANTI JOIN triples USING (p, s, o)"
        )
        return _BESIDE

    def written(self) -> tuple[ox.Triple, ...]:
        """The triples that only write axioms: those of class expressions and lists."""
        rows = self.space.run(
            "SELECT s, p, o FROM closed SEMI JOIN expressions USING (s) ORDER BY s, p, o"
        )
        return tuple(self.decoded([(int(s), int(p), int(o)) for s, p, o in rows]))

    def explain(self, triple: ox.Triple) -> Derivation:
        """Why a triple holds, down to asserted ones; ``QuestionError`` bad-value if it doesn't."""
        from kkgraph.columnar.rules.derivation import derivation

        return derivation(self, triple)

    def write(self, path: Path) -> None:
        """Write the data with the inferred triples in kkg:inferred; see ``writing.write``."""
        from kkgraph.columnar.rules.writing import write

        write(self, path)


def triple(subject: Term, predicate: Term, value: Term) -> ox.Triple:
    """The triple of three terms that have the right kinds."""
    assert not isinstance(subject, ox.Literal)
    assert isinstance(predicate, ox.NamedNode)
    return ox.Triple(subject, predicate, value)


def contradictions(closure: Closure, schema: Schema) -> tuple[Contradiction, ...]:
    """The first contradictions of each rule; all are counted in ``closure.contradictory``."""
    found: list[Contradiction] = []
    for rule in CONTRADICTIONS:
        if not schema.applies(rule):
            continue
        sources = [AXIOMS if atom.is_axiom else "closed" for atom in rule.premises]
        joined = closure.compiler.joined(rule, sources)
        if joined is None:
            continue
        columns, tables, conditions = joined
        names = list(columns)
        shown = ", ".join(f"{column} AS v{n}" for n, column in enumerate(columns.values()))
        base = f"SELECT DISTINCT {shown} FROM {tables} WHERE {' AND '.join(conditions)}"
        count = int(closure.space.run(f"SELECT count(*) FROM ({base})")[0][0])
        if count:
            closure.contradictory[rule.name] = closure.contradictory.get(rule.name, 0) + count
            for row in closure.space.run(f"{base} ORDER BY ALL LIMIT {_FIRST}"):
                values = dict(zip(names, map(int, row), strict=True))
                found.append(Contradiction(rule.name, premises_of(closure, rule, values)))
    return tuple(found)


def premises_of(closure: Closure, rule: Rule, values: dict[str, int]) -> tuple[ox.Triple, ...]:
    """The triples that a rule's premises are, where its variables have these values."""
    rows = [rows_of(closure, rule, place, values) for place in range(len(rule.premises))]
    return tuple(dict.fromkeys(closure.decoded([(s, p, o) for p, s, o in rows])))


def rows_of(closure: Closure, rule: Rule, place: int, values: dict[str, int]) -> Row:
    """A premise as (p, s, o); that of a list is the triple that leads to the list."""
    atom = rule.premises[place]
    found = []
    for slot in atom.slots:
        number = values[str(slot)] if variable(slot) else closure.compiler.number(slot)
        assert number is not None
        found.append(number)
    if isinstance(atom.predicate, str) and atom.predicate.startswith(EACH):
        pointer = closure.compiler.number(atom.predicate.removeprefix(EACH))
        rows = closure.space.run(
            f"SELECT p, s, o FROM {AXIOMS} WHERE p = {pointer} AND s = {found[1]} ORDER BY o"
        )
        for row in rows:
            if found[2] in closure.schema.members.get(row[2], ()):
                return int(row[0]), int(row[1]), int(row[2])
    return found[0], found[1], found[2]
