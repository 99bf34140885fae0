"""Why a triple holds: the rule that gave it, its premises, and so on down to asserted triples.

Nothing of this is kept while rules run but the round of each triple. A triple of a round follows
from triples of rounds before, so a rule read backwards finds premises, and the search ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.rules.closure import Closure, Row, rows_of, triple
from kkgraph.columnar.rules.compiling import AXIOMS, bound
from kkgraph.columnar.rules.rulebook import (
    DATA_RULES,
    INTERSECTION,
    LAST_RULES,
    OWL,
    SCHEMA_RULES,
    Rule,
    variable,
)
from kkgraph.columnar.rules.schema import WHOLES
from kkgraph.errors import QuestionError
from kkgraph.names import RDF_TYPE
from kkgraph.shacl.terms import Term, show, statement

RANKED: Final = "ranked"


@dataclass(frozen=True, slots=True)
class Derivation:
    """A triple, the rule of OWL 2 RL that gave it (``""``: it is asserted), and its premises."""

    triple: ox.Triple
    rule: str = ""
    premises: tuple[Derivation, ...] = ()

    def steps(self) -> Iterator[Derivation]:
        """This step and all below it, each premise before the next."""
        yield self
        for premise in self.premises:
            yield from premise.steps()


def derivation(closure: Closure, wanted: ox.Triple) -> Derivation:
    """One derivation of a triple; there may be others. The same data give the same one.

    Raises ``QuestionError`` bad-value for a triple that is neither asserted nor inferred.
    """
    subject, predicate, value = statement(wanted)
    numbers = [_number(closure, term) for term in (predicate, subject, value)]
    found = _Search(closure)
    if None in numbers or found.rank(row := _row(numbers)) is None:
        raise QuestionError(
            "bad-value",
            f"{show(subject)} {show(predicate)} {show(value)} is neither asserted nor inferred",
            where="explain",
            hint="Check the spelling of its three terms; the rules followed are listed in "
            "docs/rules.md.",
        )
    return found.of(row)


def _number(closure: Closure, term: Term) -> int | None:
    """The number of a term; a blank node may have the label that its one file gave it."""
    sources = closure.columnar.sources
    (found,) = closure.space.ids([term])
    if found is None and isinstance(term, ox.BlankNode) and len(sources) == 1:
        (found,) = closure.space.ids([ox.BlankNode(sources[0][1] + term.value)])
    return found


def _row(numbers: list[int | None]) -> Row:
    predicate, subject, value = (-1 if n is None else n for n in numbers)
    return predicate, subject, value


class _Search:
    def __init__(self, closure: Closure) -> None:
        self._closure = closure
        self._rules = (*SCHEMA_RULES, *DATA_RULES, *closure.schema.chains, *LAST_RULES)
        self._known: dict[Row, Derivation] = {}
        self._ranks: dict[Row, int | None] = {}

    def rank(self, row: Row) -> int | None:
        """The round that gave a triple, 0 for an asserted one, ``None`` where there is none."""
        if row not in self._ranks:
            predicate, subject, value = row
            found = self._closure.space.run(
                f"SELECT min(round) FROM {RANKED}"
                f" WHERE p = {predicate} AND s = {subject} AND o = {value}"
            )[0][0]
            self._ranks[row] = None if found is None else int(found)
        return self._ranks[row]

    def of(self, row: Row) -> Derivation:
        """The derivation of a triple that is there."""
        if row not in self._known:
            predicate, subject, value = row
            terms = self._closure.space.terms([subject, predicate, value])
            rank = self.rank(row)
            if not rank:
                self._known[row] = Derivation(triple(*terms))
            else:
                name, premises = self._reason(row, rank)
                below = tuple(self.of(premise) for premise in dict.fromkeys(premises))
                self._known[row] = Derivation(triple(*terms), name, below)
        return self._known[row]

    def _reason(self, row: Row, rank: int) -> tuple[str, list[Row]]:
        if (found := self._intersection(row, rank)) is not None:
            return INTERSECTION, found
        for rule in self._rules:
            if (found := self._premises(rule, row, rank)) is not None:
                return rule.name, found
        raise AssertionError(f"no rule gives {row}, which is of round {rank}")

    def _premises(self, rule: Rule, row: Row, rank: int) -> list[Row] | None:
        head = rule.conclusion
        assert head is not None
        values: dict[str, int] = {}
        for slot, number in zip(head.slots, row, strict=True):
            if variable(slot):
                if values.setdefault(str(slot), number) != number:
                    return None
            elif self._closure.compiler.number(slot) != number:
                return None
        asked = Rule(rule.name, tuple(bound(atom, values) for atom in rule.premises))
        sources = [AXIOMS if atom.is_axiom else RANKED for atom in rule.premises]
        joined = self._closure.compiler.joined(asked, sources)
        if joined is None:
            return None
        columns, tables, conditions = joined
        rounds = [f"a{place}.round" for place in range(len(sources))]
        conditions += [f"{column} < {rank}" for column in rounds]
        shown = ", ".join([*columns.values(), *rounds])
        found = self._closure.space.run(
            f"SELECT {shown} FROM {tables} WHERE {' AND '.join(conditions)}"
            f" ORDER BY {' + '.join(rounds)}, {shown} LIMIT 1"
        )
        if not found:
            return None
        values |= dict(zip(columns, map(int, found[0]), strict=False))
        return [rows_of(self._closure, rule, n, values) for n in range(len(rule.premises))]

    def _intersection(self, row: Row, rank: int) -> list[Row] | None:
        predicate, subject, value = row
        closure = self._closure
        if predicate != closure.compiler.number(RDF_TYPE):
            return None
        pointer = closure.compiler.number(OWL + "intersectionOf")
        lists = closure.space.run(f"SELECT DISTINCT l FROM {WHOLES} WHERE c = {value} ORDER BY l")
        for (head,) in lists:
            assert pointer is not None
            items = closure.space.run(f"SELECT item FROM {WHOLES} WHERE l = {head} ORDER BY item")
            rows = [(predicate, subject, int(item)) for (item,) in items]
            ranks = [self.rank(each) for each in rows]
            if all(found is not None and found < rank for found in ranks):
                return [(pointer, value, int(head)), *rows]
        return None
