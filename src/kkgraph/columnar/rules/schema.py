"""The axioms of the data as one small table, with the lists in them taken apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from kkgraph.columnar.rules.compiling import AXIOMS, Compiler
from kkgraph.columnar.rules.rulebook import (
    CHAIN,
    CHARACTERISTICS,
    EACH,
    LISTS,
    OWL,
    RDF,
    RDFS,
    SUBCLASS,
    THING,
    VOCABULARY,
    WITH_LITERALS,
    Atom,
    Rule,
    variable,
)
from kkgraph.columnar.space import Space, within
from kkgraph.names import RDF_TYPE

WHOLES: Final = "wholes"
_CHAIN_AXIOM: Final = OWL + "propertyChainAxiom"
_POINTERS: Final = (*LISTS, _CHAIN_AXIOM)
_ON_PROPERTIES: Final = CHARACTERISTICS | {
    RDFS + "subPropertyOf",
    RDFS + "domain",
    RDFS + "range",
    OWL + "inverseOf",
    OWL + "onProperty",
}
_MOST_HEADS: Final = 2000
_HARMLESS: Final = (SUBCLASS, OWL + "someValuesFrom", OWL + "onClass")


@dataclass
class Schema:
    """The table ``axioms(p, s, o, round)``, and what a table cannot hold.

    ``wholes(l, c, item, n)`` has the ``n`` classes that an intersection ``c`` needs by its list
    ``l``. ``chains`` is a rule for each property chain. ``broken`` counts lists that are none.
    """

    space: Space
    compiler: Compiler
    chains: list[Rule] = field(default_factory=list)
    cells: set[int] = field(default_factory=set)
    members: dict[int, frozenset[int]] = field(default_factory=dict)
    present: set[int] = field(default_factory=set)
    broken: int = 0
    _ends: dict[tuple[int | None, str], set[int]] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read the axioms anew from what is asserted and inferred so far."""
        self.space.run(
            f"CREATE OR REPLACE TABLE {AXIOMS} AS"
            f" SELECT p, s, o, round FROM ranked WHERE {self.condition()}"
        )
        self._take_lists_apart()
        self.look()

    def look(self) -> None:
        """See which kinds of axioms there are."""
        kind = self.compiler.number(RDF_TYPE)
        key = f"CASE WHEN p = {_sql(kind)} THEN o ELSE p END"
        rows = self.space.run(f"SELECT DISTINCT {key} FROM {AXIOMS}")
        self.present = {row[0] for row in rows}
        self._ends = defaultdict(set)
        on_properties = self._numbers(sorted(_ON_PROPERTIES))
        for number, subject, value in self.space.run(
            f"SELECT {key}, s, o FROM {AXIOMS} WHERE {key} IN ({on_properties})"
        ):
            self._ends[number, "s"].add(subject)
            self._ends[number, "o"].add(value)

    def condition(self) -> str:
        """The condition that a triple is an axiom."""
        plain = self._numbers(VOCABULARY - WITH_LITERALS)
        free = self._numbers(VOCABULARY & WITH_LITERALS)
        kinds = self._numbers(CHARACTERISTICS)
        resource = f"NOT ({self.compiler.literal('o')})"
        kind = _sql(self.compiler.number(RDF_TYPE))
        return f"(p IN ({plain}) AND {resource} OR p IN ({free}) OR p = {kind} AND o IN ({kinds}))"

    def applies(self, rule: Rule) -> bool:
        """True where there are axioms for all the premises that ask for one."""
        for atom in rule.premises:
            if atom.is_axiom:
                slot = atom.value if atom.predicate == RDF_TYPE else atom.predicate
                if self.compiler.number(slot) not in self.present:
                    return False
        return True

    def properties(self, rule: Rule, place: int) -> set[int] | None:
        """The properties that triples for a premise may have; ``None`` where that is open."""
        predicate = rule.premises[place].predicate
        if not variable(predicate):
            number = self.compiler.number(predicate)
            return set() if number is None else {number}
        found: set[int] | None = None
        for atom in rule.premises:
            if atom.is_axiom and predicate in (atom.subject, atom.value):
                column = "s" if predicate == atom.subject else "o"
                key = self.compiler.number(
                    atom.value if atom.predicate == RDF_TYPE else atom.predicate
                )
                mine = self._ends.get((key, column), set())
                found = mine if found is None else found & mine
        return found

    def heads(self) -> str:
        """A condition on p that any conclusion on the data fulfils; empty where it is too long."""
        number = self.compiler.number
        inverse = _sql(number(OWL + "inverseOf"))
        ends = f"""
SELECT o FROM {AXIOMS} WHERE p IN ({self._numbers([RDFS + "subPropertyOf", OWL + "onProperty"])})
UNION SELECT s FROM {AXIOMS} WHERE p = {inverse}
UNION SELECT o FROM {AXIOMS} WHERE p = {inverse}
UNION SELECT s FROM {AXIOMS} WHERE p = {_sql(number(_CHAIN_AXIOM))}
UNION SELECT s FROM {AXIOMS} WHERE o IN ({self._numbers(CHARACTERISTICS)})"""
        found = sorted({row[0] for row in self.space.run(ends)} | {self.compiler.made(RDF_TYPE)})
        return f"p IN ({', '.join(map(str, found))})" if len(found) <= _MOST_HEADS else ""

    def reflective(self) -> bool:
        """True where axioms speak of the vocabulary of axioms itself."""
        words = self._numbers(VOCABULARY | CHARACTERISTICS | {RDF_TYPE})
        return bool(self.space.run(f"SELECT 1 FROM {AXIOMS} WHERE s IN ({words}) LIMIT 1"))

    def _numbers(self, iris: frozenset[str] | list[str]) -> str:
        found = [n for iri in sorted(iris) if (n := self.compiler.number(iri)) is not None]
        return ", ".join(map(str, found)) or "-1"

    def _take_lists_apart(self) -> None:
        self.chains, self.broken, self.cells, self.members = [], 0, set(), {}
        pointers = self._numbers(list(_POINTERS))
        named = {self.compiler.number(iri): iri for iri in _POINTERS}
        heads = self.space.run(f"SELECT p, s, o, round FROM {AXIOMS} WHERE p IN ({pointers})")
        lists = self._lists() if heads else {}
        rows: list[tuple[int, int, int, int]] = []
        wholes: list[tuple[int, int, int, int]] = []
        thing = self.compiler.number(THING)
        for predicate, subject, head, rank in sorted(heads):
            items = self._items(lists, head)
            if items is None:
                self.broken += 1
                continue
            self.members[head] = frozenset(items)
            iri = named[predicate]
            if iri == _CHAIN_AXIOM:
                self.chains.append(_chain(subject, head, items))
                continue
            each = self.compiler.number(EACH + iri)
            assert each is not None
            needed = sorted(set(items) - ({thing} if iri == OWL + "intersectionOf" else set()))
            if EACH + iri not in WITH_LITERALS:
                needed = self._resources(needed)
            rows += [(each, subject, item, rank) for item in needed]
            if iri == OWL + "intersectionOf":
                wholes += [(head, subject, item, len(needed)) for item in needed]
        self.space.append(AXIOMS, rows)
        self.space.run(
            f"CREATE OR REPLACE TABLE {WHOLES}(l BIGINT, c BIGINT, item BIGINT, n BIGINT)"
        )
        self.space.append(WHOLES, wholes)
        self._see_thing()

    def _see_thing(self) -> None:
        thing = self.compiler.number(THING)
        if thing is not None:
            harmless = self._numbers(list(_HARMLESS))
            self.compiler.keeps_thing = bool(
                self.space.run(
                    f"SELECT 1 FROM {AXIOMS} WHERE s = {thing}"
                    f" OR o = {thing} AND p NOT IN ({harmless}) LIMIT 1"
                )
            )

    def _lists(self) -> dict[int, tuple[list[int], list[int]]]:
        """Each cell's first values and rests."""
        found: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for place, name in enumerate(("first", "rest")):
            number = _sql(self.compiler.number(RDF + name))
            for subject, value in self.space.run(f"SELECT s, o FROM closed WHERE p = {number}"):
                found[subject][place].append(value)
        return found

    def _items(self, lists: dict[int, tuple[list[int], list[int]]], cell: int) -> list[int] | None:
        """The members of a list, ``None`` where it branches, breaks off or runs in a circle."""
        end = self.compiler.number(RDF + "nil")
        items: list[int] = []
        seen: set[int] = set()
        while cell != end:
            firsts, rests = lists.get(cell, ([], []))
            if cell in seen or len(firsts) != 1 or len(rests) != 1:
                return None
            seen.add(cell)
            items.append(firsts[0])
            cell = rests[0]
        self.cells |= seen
        return items

    def _resources(self, items: list[int]) -> list[int]:
        literals = self.space.ranges("literal")
        return [n for n in items if not any(low <= n < high for low, high in literals)]

    def expressions(self) -> str:
        """A SELECT of the blank nodes that only write axioms: class expressions and lists."""
        blank = within("s", self.space.ranges("bnode"))
        self.space.run("CREATE OR REPLACE TABLE cells(s BIGINT)")
        self.space.append("cells", [(cell,) for cell in sorted(self.cells)])
        return (
            f"SELECT DISTINCT s FROM {AXIOMS} WHERE {blank} UNION SELECT s FROM cells WHERE {blank}"
        )


def _chain(subject: int, head: int, items: list[int]) -> Rule:
    steps = tuple(Atom(f"?x{n}", item, f"?x{n + 1}") for n, item in enumerate(items))
    axiom = Atom(subject, _CHAIN_AXIOM, head)
    return Rule(CHAIN, (axiom, *steps), Atom("?x0", subject, f"?x{len(items)}"))


def _sql(number: int | None) -> str:
    return "-1" if number is None else str(number)
