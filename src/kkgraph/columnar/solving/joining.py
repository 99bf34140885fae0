"""Patterns that all hold, one after the other: first those that leave the fewest solutions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import used
from kkgraph.columnar.solving.limits import Allowance, BeyondError
from kkgraph.columnar.solving.matching import Pattern, joined
from kkgraph.columnar.solving.solutions import Solutions, distinct
from kkgraph.columnar.solving.walks import Walk

Atom = Pattern | Walk | Solutions
Condition = Callable[[f.Expression, Solutions], Solutions]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of solutions: ``names`` (None: all variables), and each ``once`` or as often
    as it is found. With ``once`` there may still be duplicates."""

    names: frozenset[str] | None = None
    once: bool = False

    def also(self, names: set[str]) -> Wanted:
        """The same with more variables."""
        return self if self.names is None else Wanted(self.names | names, self.once)


class Joining:
    """Joins the parts of a group; ``condition`` drops the solutions for which one doesn't hold."""

    def __init__(self, condition: Condition, wanted: Wanted, allowed: Allowance) -> None:
        self._condition = condition
        self._wanted = wanted
        self._allowed = allowed
        self._atoms: list[Atom] = []
        self._conditions: list[f.Expression] = []
        self._distinct: dict[str, int] = {}

    def solved(
        self, atoms: list[Atom], conditions: list[f.Expression], seed: Solutions | None = None
    ) -> Solutions:
        """The solutions of all the atoms (added to those of ``seed``) under the conditions."""
        self._check(atoms, seed)
        self._atoms = [
            atom.alone(self._allowed) if isinstance(atom, Walk) and atom.is_known else atom
            for atom in atoms
        ]
        self._conditions = list(conditions)
        self._reduce()
        known = Solutions.unit() if seed is None else seed
        known = self._filtered(known)
        while self._atoms:
            atom = min(self._atoms, key=lambda one: self._cost(known, one))
            self._atoms.remove(atom)
            names = set(known.columns) | names_of(atom)
            known = self._extended(known, atom)
            self._learn(atom, known)
            known = self._pruned(self._filtered(known), names)
        for condition in self._conditions:
            known = self._condition(condition, known)
        self._conditions = []
        return self._pruned(known, set(known.columns))

    def _check(self, atoms: list[Atom], seed: Solutions | None) -> None:
        """Refuse what an order of its own would answer otherwise, or what can't be started."""
        if seed is not None:
            seed.certain(n for n in seed.columns if any(n in names_of(atom) for atom in atoms))
        for atom in atoms:
            if isinstance(atom, Solutions):
                others = (names_of(other) for other in atoms if other is not atom)
                atom.certain(set(atom.columns).intersection({n for o in others for n in o}))
        known = set() if seed is None else set(seed.columns)
        known |= {n for a in atoms if not isinstance(a, Walk) or a.is_known for n in names_of(a)}
        for atom in atoms:
            if not isinstance(atom, Walk) or atom.is_known:
                continue
            if not atom.names & (_nodes(atoms, atom) if atom.may_stay else known):
                raise BeyondError("a path of which neither end is known")

    def _cost(self, known: Solutions, atom: Atom) -> tuple[bool, bool, float]:
        """How late an atom should come: apart from the rest, a path, by what it leaves."""
        shared = names_of(atom) & set(known.columns)
        apart = bool(known.columns) and not shared and bool(names_of(atom))
        if isinstance(atom, Walk):
            return not shared or (atom.may_stay and not self._is_node(atom, known)), True, 0.0
        size = known.size * float(atom.size)
        for name in shared:
            theirs = atom.distinct(name) if isinstance(atom, Pattern) else max(atom.size, 1)
            size /= max(theirs, min(self._distinct.get(name, known.size), known.size), 1)
        return apart, False, size

    def _is_node(self, walk: Walk, known: Solutions) -> bool:
        """Whether a bound end of a path is a node of the graph, by a triple pattern before it."""
        return bool(walk.names & set(known.columns) - _nodes(self._atoms, walk))

    def _reduce(self) -> None:
        """Ask patterns that only choose among the terms of found solutions of these at once."""
        for pattern in [atom for atom in self._atoms if isinstance(atom, Pattern)]:
            about = [
                place
                for place, atom in enumerate(self._atoms)
                if isinstance(atom, Solutions)
                and len(pattern.names) == 1
                and pattern.names <= set(atom.columns)
            ]
            for place in about:
                found = self._atoms[place]
                assert isinstance(found, Solutions)
                self._atoms[place] = pattern.extended(found, None, self._allowed)
            if about:
                self._atoms.remove(pattern)

    def _extended(self, known: Solutions, atom: Atom) -> Solutions:
        later = self._needed()
        if isinstance(atom, Pattern):
            return atom.extended(known, later, self._allowed)
        if isinstance(atom, Walk):
            return joined(known, atom.between(known, self._allowed), later, self._allowed)
        return joined(known, atom, later, self._allowed)

    def _needed(self) -> set[str] | None:
        """The variables that somebody will look at; None for all."""
        if self._wanted.names is None:
            return None
        needed = set(self._wanted.names)
        for atom in self._atoms:
            needed |= names_of(atom)
        for condition in self._conditions:
            needed |= used(condition)
        return needed

    def _learn(self, atom: Atom, known: Solutions) -> None:
        """Remember how many different terms a variable may have."""
        for name in names_of(atom):
            many = atom.distinct(name) if isinstance(atom, Pattern) else known.size
            self._distinct[name] = min(many, self._distinct.get(name, many))

    def _filtered(self, known: Solutions) -> Solutions:
        for condition in list(self._conditions):
            if used(condition) <= set(known.columns):
                self._conditions.remove(condition)
                known = self._condition(condition, known)
        return known

    def _pruned(self, known: Solutions, before: set[str]) -> Solutions:
        """Without the variables that nobody will look at; without duplicates, where none counts.

        There may be new duplicates where a variable of those before has gone.
        """
        needed = self._needed()
        if needed is None:
            return known
        known = known.only(n for n in known.columns if n in needed)
        gone = not before <= set(known.columns)
        return distinct(known) if self._wanted.once and gone else known


def names_of(atom: Atom) -> set[str]:
    """The variables that an atom binds."""
    return set(atom.columns) if isinstance(atom, Solutions) else atom.names


def _nodes(atoms: list[Atom], walk: Walk) -> set[str]:
    """The variables that triple patterns bind to nodes of the graph of a path."""
    patterns = (atom for atom in atoms if isinstance(atom, Pattern))
    return {name for a in patterns if a.index.rows == walk.index.rows for name in a.names}
