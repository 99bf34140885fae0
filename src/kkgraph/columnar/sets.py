"""Constraints on all values of a node together: counts, pairs of properties, closed shapes."""

from __future__ import annotations

from typing import Any

from kkgraph import xsd
from kkgraph.columnar.conditions import strings
from kkgraph.columnar.plan import Plan
from kkgraph.columnar.space import Space, within
from kkgraph.columnar.walks import Walks
from kkgraph.shacl import forms as f
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.values import below

_NONE = "NULL::BIGINT AS v, NULL::BIGINT AS p"
_NO_PATH = "NULL::BIGINT AS p"


class Sets:
    """Writes SELECTs of (f, v, p) for these constraints."""

    def __init__(self, space: Space, plan: Plan, walks: Walks) -> None:
        self._space = space
        self._plan = plan
        self._walks = walks

    def rows(self, constraint: Any, focus: str, values: str) -> str:
        """The violations; ``focus`` has column f, ``values`` columns f and v."""
        match constraint:
            case f.MinCount(count):
                return self.counted(focus, values, count, least=True)
            case f.MaxCount(count):
                return self.counted(focus, values, count, least=False)
            case f.HasValue(term):
                number = self._space.write(self._space.ids([term])[0])
                having = f"(SELECT f FROM {values} WHERE v = {number})"
                return f"SELECT f, {_NONE} FROM {focus} ANTI JOIN {having} USING (f)"
            case f.UniqueLang():
                return self._unique(values)
            case f.Closed(allowed):
                return self._closed(values, allowed)
        others = self._plan.table(
            "val",
            f"values of {Predicate(constraint.predicate)}",
            self._walks.ends(focus, Predicate(constraint.predicate)),
        )
        match constraint:
            case f.Equals():
                one = f"SELECT f, v, {_NO_PATH} FROM {{}} x ANTI JOIN {{}} y USING (f, v)"
                return f"{one.format(values, others)} UNION ALL {one.format(others, values)}"
            case f.Disjoint():
                return f"SELECT f, v, {_NO_PATH} FROM {values} x SEMI JOIN {others} y USING (f, v)"
        return self._less(values, others, equal=isinstance(constraint, f.LessThanOrEquals))

    def counted(self, focus: str, values: str, count: int, *, least: bool) -> str:
        """The nodes with fewer (or more) values than the count."""
        counts = f"SELECT f, count(*) AS c FROM {values} GROUP BY f"
        if not least:
            return f"SELECT f, {_NONE} FROM ({counts}) WHERE c > {count}"
        if count == 0:
            return f"SELECT f, {_NONE} FROM {focus} WHERE false"
        if count == 1:
            return f"SELECT f, {_NONE} FROM {focus} ANTI JOIN {values} USING (f)"
        enough = f"(FROM ({counts}) WHERE c >= {count})"
        return f"SELECT f, {_NONE} FROM {focus} ANTI JOIN {enough} USING (f)"

    def _unique(self, values: str) -> str:
        cases = " ".join(
            f"WHEN {within('v', ranges)} THEN {number}"
            for number, ranges in enumerate(self._space.languages().values())
        )
        if not cases:
            return f"SELECT f, {_NONE} FROM {values} WHERE false"
        tagged = f"SELECT f, CASE {cases} END AS lang FROM {values}"
        return (
            f"SELECT f, {_NONE} FROM ({tagged}) WHERE lang IS NOT NULL "
            "GROUP BY f, lang HAVING count(*) > 1"
        )

    def _closed(self, values: str, allowed: frozenset[str]) -> str:
        known = [n for iri in sorted(allowed) if (n := self._space.iri(iri)) is not None]
        numbers = ", ".join(self._space.write(n) for n in known)
        where = f" WHERE t.p NOT IN ({numbers})" if known else ""
        return f"SELECT x.f, t.o AS v, t.p AS p FROM {values} x JOIN facts t ON t.s = x.v{where}"

    def _less(self, values: str, others: str, *, equal: bool) -> str:
        """One row for each pair that is not in order; pairs that SQL can't compare one by one."""
        sign = "<=" if equal else "<"
        pairs = f"{values} x JOIN {others} y USING (f)"
        exact, double = int(xsd.Family.EXACT), int(xsd.Family.DOUBLE)
        plain = strings(self._space)
        texts = f"({within('x.v', plain)}) AND ({within('y.v', plain)})"
        known = "a.exact IS NOT NULL AND b.exact IS NOT NULL"
        table = self._plan.table(
            "pairs",
            f"pairs of values, and whether the first is {sign} the second",
            "SELECT f, x.v, y.v AS w, CASE "
            f"WHEN a.family = b.family AND a.zoned = b.zoned AND {known} "
            f"THEN a.exact {sign} b.exact "
            f"WHEN a.family IN ({exact}, {double}) AND b.family IN ({exact}, {double}) "
            f"AND {double} IN (a.family, b.family) "
            f"THEN a.approx {sign} b.approx AND NOT isnan(a.approx) AND NOT isnan(b.approx) "
            "WHEN a.id IS NOT NULL AND b.id IS NOT NULL THEN NULL "
            f"WHEN {texts} THEN NULL ELSE false END AS fits "
            f"FROM {pairs} LEFT JOIN typed a ON a.id = x.v LEFT JOIN typed b ON b.id = y.v",
        )
        hard = self._space.run(f"SELECT DISTINCT v, w FROM {table} WHERE fits IS NULL")
        terms = self._space.terms([n for pair in hard for n in pair])
        good = [
            (int(v), int(w))
            for (v, w), one, two in zip(hard, terms[::2], terms[1::2], strict=True)
            if below(one, two, equal=equal)
        ]
        rows = f"SELECT f, v, {_NO_PATH} FROM {table} WHERE NOT fits"
        if hard:
            listed = ", ".join(f"({v}, {w})" for v, w in good) or "(-1, -1)"
            rows += (
                f" UNION ALL SELECT f, v, {_NO_PATH} FROM {table} "
                f"WHERE fits IS NULL AND (v, w) NOT IN (VALUES {listed})"
            )
        return rows
