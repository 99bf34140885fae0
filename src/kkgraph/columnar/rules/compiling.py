"""A rule as one SELECT over the tables of axioms and of triples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.rules.rulebook import EACH, SUBCLASS, THING, ZERO, Atom, Rule, Slot, variable
from kkgraph.columnar.space import Space, within
from kkgraph.names import PREFIXES, RDF_TYPE

AXIOMS: Final = "axioms"
_COLUMNS: Final = ("p", "s", "o")
_ZERO: Final = ox.Literal("0", datatype=ox.NamedNode(PREFIXES["xsd"] + "nonNegativeInteger"))
_EQUIVALENT: Final = PREFIXES["owl"] + "equivalent"
_ORDERINGS: Final = (
    SUBCLASS,
    PREFIXES["rdfs"] + "subPropertyOf",
    _EQUIVALENT + "Class",
    _EQUIVALENT + "Property",
)


class Compiler:
    """Writes rules as SQL; knows the identifiers of the terms in them.

    The lists of ``each:`` have negative identifiers, which no term has.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._each: dict[str, int] = {}
        self.keeps_thing = False
        """Whether conclusions on ``owl:Thing`` are kept, since axioms build on them."""

    def number(self, slot: Slot) -> int | None:
        """The identifier of a constant; ``None`` where the data and axioms lack it."""
        if isinstance(slot, int):
            return slot
        if slot.startswith(EACH):
            return self._each.setdefault(slot, -10 - len(self._each))
        return self._space.ids([_term(slot)])[0]

    def learn(self, rules: Iterable[Rule], iris: Iterable[str]) -> None:
        """Look up all constants of rules, and other IRIs, at once: each look-up may be a job."""
        atoms = [a for rule in rules for a in (*rule.premises, rule.conclusion) if a is not None]
        slots = [s for a in atoms for s in a.slots if isinstance(s, str) and not variable(s)]
        wanted = [_term(s) for s in (*slots, *iris) if not s.startswith(EACH)]
        self._space.ids(wanted)

    def made(self, iri: str) -> int:
        """The identifier of an IRI, a new one if need be."""
        return self._space.add_terms([ox.NamedNode(iri)])[0]

    def literal(self, column: str) -> str:
        """The condition that a column holds a literal."""
        return within(column, self._space.ranges("literal"))

    def select(self, rule: Rule, sources: Sequence[str]) -> str | None:
        """The conclusions (p, s, o) of a rule; ``None`` where a term of it is nowhere.

        ``sources`` names a table (p, s, o) for each premise.
        """
        head = rule.conclusion
        assert head is not None
        found = self.joined(rule, sources)
        if found is None:
            return None
        columns, tables, conditions = found
        written = []
        for slot in head.slots:
            if variable(slot):
                written.append(columns[str(slot)])
            else:
                written.append(str(slot if isinstance(slot, int) else self.made(slot)))
        conditions += self._sensible(rule, written)
        shown = ", ".join(f"{v} AS {c}" for v, c in zip(written, _COLUMNS, strict=True))
        return f"SELECT {shown} FROM {tables}{_where(conditions)}"

    def joined(
        self, rule: Rule, sources: Sequence[str]
    ) -> tuple[dict[str, str], str, list[str]] | None:
        """The column of each variable, the tables, and the conditions between them."""
        columns: dict[str, str] = {}
        conditions: list[str] = []
        for place, atom in enumerate(rule.premises):
            for name, slot in zip(_COLUMNS, atom.slots, strict=True):
                column = f"a{place}.{name}"
                if variable(slot):
                    known = columns.setdefault(str(slot), column)
                    if known != column:
                        conditions.append(f"{column} = {known}")
                    continue
                number = self.number(slot)
                if number is None:
                    return None
                conditions.append(f"{column} = {number}")
        if rule.ordered is not None:
            first, second = rule.ordered
            conditions.append(f"{columns[first]} < {columns[second]}")
        tables = ", ".join(f"{source} a{place}" for place, source in enumerate(sources))
        return columns, tables, conditions

    def _sensible(self, rule: Rule, written: list[str]) -> list[str]:
        """Conditions that leave out literals as subjects, and what goes without saying."""
        head = rule.conclusion
        assert head is not None
        predicate, subject, value = written
        found = []
        if variable(head.subject) and not any(a.subject == head.subject for a in rule.premises):
            found.append(f"NOT ({self.literal(subject)})")
        if head.predicate in _ORDERINGS:
            found.append(f"{subject} <> {value}")
        thing = self.number(THING)
        if thing is not None and not self.keeps_thing:
            if head.predicate in (RDF_TYPE, SUBCLASS):
                found.append(f"{value} <> {thing}")
            elif variable(head.predicate) and (kind := self.number(RDF_TYPE)) is not None:
                found.append(f"NOT ({predicate} = {kind} AND {value} = {thing})")
        return found


def _term(slot: str) -> ox.NamedNode | ox.Literal:
    return _ZERO if slot == ZERO else ox.NamedNode(slot)


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def bound(atom: Atom, values: Mapping[str, int]) -> Atom:
    """The pattern with identifiers for the variables that have one."""
    subject, predicate, value = (
        values.get(slot, slot) if isinstance(slot, str) else slot
        for slot in (atom.subject, atom.predicate, atom.value)
    )
    return Atom(subject, predicate, value)
