"""Classes and targets as tables of nodes."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.plan import Plan
from kkgraph.columnar.space import Space
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl.forms import Target
from kkgraph.shacl.terms import show

_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"


class Classes:
    """The class tree of the data, read once."""

    def __init__(self, space: Space, plan: Plan) -> None:
        self._space = space
        self._plan = plan
        self._below: dict[int, list[int]] = defaultdict(list)
        predicate = space.iri(_SUBCLASS)
        if predicate is not None:
            for lower, upper in space.run(f"SELECT s, o FROM facts WHERE p = {predicate}"):
                self._below[upper].append(lower)

    def instances(self, cls: str) -> str:
        """A table ``f`` of the instances of a class and of those below it."""
        top = self._space.iri(cls)
        predicate = self._space.write(self._space.iri(RDF_TYPE))
        name = show(ox.NamedNode(cls))
        if top is None:
            found = "o = -1"
        else:
            classes = self._closure(top)
            self._space.learn_names(classes)
            shown = ", ".join(self._space.write(c) for c in classes)
            found = f"o = {shown}" if len(classes) == 1 else f"o IN ({shown})"
        distinct = "" if " = " in found else "DISTINCT "
        sql = f"SELECT {distinct}s AS f FROM facts WHERE p = {predicate} AND {found}"
        return self._plan.table("inst", f"instances of {name}", sql)

    def _closure(self, top: int) -> list[int]:
        found = {top: None}
        todo = [top]
        while todo:
            for lower in self._below.get(todo.pop(), ()):
                if lower not in found:
                    found[lower] = None
                    todo.append(lower)
        return list(found)

    def target(self, target: Target) -> str:
        """A table ``f`` of the nodes that a target selects, each once."""
        if target.kind == "class":
            assert isinstance(target.term, ox.NamedNode)
            return self.instances(target.term.value)
        if target.kind == "node":
            (number,) = self._space.add_terms([target.term])
            sql = f"SELECT {self._space.write(number)}::BIGINT AS f"
        else:
            end = "s" if target.kind == "subjectsOf" else "o"
            assert isinstance(target.term, ox.NamedNode)
            predicate = self._space.write(self._space.iri(target.term.value))
            sql = f"SELECT DISTINCT {end} AS f FROM facts WHERE p = {predicate}"
        return self._plan.table("focus", f"target {target}", sql)
