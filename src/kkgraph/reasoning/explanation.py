"""Why a theory is inconsistent: a minimal set of axioms, by QuickXplain over HermiT.

HermiT only says that a theory is inconsistent. QuickXplain (Junker 2004) asks it about parts and
keeps what is needed. Two things make that quick: the parts of one step are judged by one Java
process, smallest first (it stops at the first inconsistent one, which is the answer); and
individuals are first tried in chunks, each with its neighbours, because a contradiction is
nearly always local.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, groupby, pairwise
from typing import Final

from kkgraph.reasoning.axioms import Axiom, Theory
from kkgraph.reasoning.hermit import Hermit

_WIDTH: Final = 16
"""Parts that one Java process judges. On the study 8, 12, 16 and 32 take 9 to 13 s alike."""

_HUB: Final = 30
"""An individual with more neighbours than this isn't looked through."""

_Bundle = tuple[Axiom, ...]


def explain(theory: Theory, hermit: Hermit, witness: _Bundle = ()) -> tuple[Axiom, ...]:
    """A minimal inconsistent set of ``theory``'s axioms: terminology first, then assertions.

    ``theory`` with ``witness`` must be inconsistent; the witness itself is never in the result.
    Without any one axiom of the result, the rest is consistent. There may be other such sets;
    which one comes back depends on the axioms alone, never on the order of the quads.
    """
    return _Explanation(theory, hermit, witness).minimal()


class _Explanation:
    def __init__(self, theory: Theory, hermit: Hermit, witness: _Bundle) -> None:
        self._theory = theory
        self._hermit = hermit
        self._witness = witness

    def minimal(self) -> tuple[Axiom, ...]:
        terms = self._theory.terminology
        facts: _Bundle = ()
        if self._consistent(terms):
            facts = self._quickxplain(terms, _singly(self._near()))
        module = self._module(facts)
        if len(module) < len(terms) and self._consistent((*facts, *module)):
            module = terms
        kept = self._quickxplain(facts, _singly(module))
        return (*sorted(kept, key=_text), *sorted(facts, key=_text))

    def _judge(self, parts: Iterable[Iterable[Axiom]]) -> int:
        documents = [self._theory.document(chain(self._witness, part)) for part in parts]
        return self._hermit.consistent_before(documents)

    def _consistent(self, axioms: Iterable[Axiom]) -> bool:
        return self._judge([axioms]) == 1

    def _near(self) -> _Bundle:
        """Assertions that are inconsistent with the whole terminology, narrowed by individual.

        Chunks of individuals are judged first with what they point to, then with what is two
        steps away; where no chunk is inconsistent by itself, QuickXplain takes its time.
        """
        terms = self._theory.terminology
        circles = _Circles(self._theory.assertions)
        chosen = circles.names
        for steps in (1, 2):
            while len(chosen) > 1:
                chunks = _chunks(chosen)
                number = self._judge((*terms, *circles.around(part, steps)) for part in chunks)
                if number == len(chunks):
                    break
                chosen = chunks[number]
            if len(chosen) < len(circles.names):
                break
        near = circles.around(chosen, steps)
        bundles = [tuple(group) for _, group in groupby(near, key=_subject)]
        return self._quickxplain(terms, bundles) if len(bundles) > _WIDTH else near

    def _module(self, facts: _Bundle) -> _Bundle:
        """The terminology that the facts reach through shared names, nearest first."""
        known = frozenset[str]().union(*(axiom.names for axiom in (*self._witness, *facts)))
        reached: list[Axiom] = []
        left = list(self._theory.terminology)
        while found := [axiom for axiom in left if axiom.names & known]:
            reached += found
            left = [axiom for axiom in left if not axiom.names & known]
            known = known.union(*(axiom.names for axiom in found))
        return tuple(reached)

    def _quickxplain(
        self, given: _Bundle, bundles: Sequence[_Bundle], *, given_is_consistent: bool = False
    ) -> _Bundle:
        """The smallest sub-sequence of ``bundles`` that is inconsistent with ``given``.

        ``given`` with all ``bundles`` must be inconsistent. One call finds the first prefix that
        is inconsistent: what stands after it isn't needed, and its last piece is.
        """
        ends = sorted({round(i * len(bundles) / _WIDTH) for i in range(_WIDTH)} - {len(bundles)})
        if given_is_consistent:
            ends = [end for end in ends if end]
        number = self._judge((*given, *chain.from_iterable(bundles[:end])) for end in ends)
        if number < len(ends) and ends[number] == 0:
            return ()
        start = ends[number - 1] if number else 0
        end = ends[number] if number < len(ends) else len(bundles)
        before, piece = bundles[:start], bundles[start:end]
        kept = tuple(chain.from_iterable(piece))
        if len(piece) > 1:
            background = (*given, *chain.from_iterable(before))
            kept = self._quickxplain(background, piece, given_is_consistent=True)
        return (self._quickxplain((*given, *kept), before) if before else ()) + kept


def _text(axiom: Axiom) -> str:
    return axiom.text


def _subject(axiom: Axiom) -> str:
    return axiom.subject


def _singly(axioms: Iterable[Axiom]) -> list[_Bundle]:
    return [(axiom,) for axiom in axioms]


def _chunks(names: list[str]) -> list[list[str]]:
    ends = [round(i * len(names) / _WIDTH) for i in range(_WIDTH + 1)]
    chunks = [names[a:b] for a, b in pairwise(ends)]
    return [chunk for chunk in chunks if chunk]


class _Circles:
    """The assertions by individual, and the individuals near a given one."""

    def __init__(self, assertions: Iterable[Axiom]) -> None:
        self._held: dict[str, list[Axiom]] = defaultdict(list)
        for axiom in assertions:
            self._held[axiom.subject].append(axiom)
        self.names = sorted(self._held)
        self._onward: dict[str, set[str]] = {}
        self._both: dict[str, set[str]] = defaultdict(set)
        for name, held in self._held.items():
            self._onward[name] = set().union(*(axiom.names for axiom in held)) - {name}
            for other in self._onward[name]:
                self._both[name].add(other)
                self._both[other].add(name)

    def around(self, names: Sequence[str], steps: int) -> _Bundle:
        """Assertions on ``names`` and on what they point to; with two steps, to and from.

        The second way goes through no hub: nearly everything is two steps from a hub.
        """
        wanted = set(names)
        if steps == 1:
            wanted.update(*(self._onward[name] for name in names))
        else:
            for _ in range(steps):
                small = [name for name in wanted if len(self._both[name]) <= _HUB]
                wanted.update(*(self._both[name] for name in small))
        return tuple(
            axiom for name in sorted(wanted & self._held.keys()) for axiom in self._held[name]
        )
