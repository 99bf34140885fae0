"""The ways by which a query is answered: on arrays, as SQL, or by Oxigraph over the same data."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from kkgraph.analytic import ColumnarStore
from kkgraph.columnar.queries import UncoveredError, compiled
from kkgraph.columnar.solving import BeyondError
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import QuestionError
from kkgraph.store.base import Limits
from sparql_suite.comparing import alike, by_value
from sparql_suite.results import answered, expected

NO_LIMITS = Limits(timeout_s=None, max_rows=None)
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """What a route made of a test: "passed", "by value", "wrong", "uncovered", "refused".

    ``by value``: the same, but that a computed number is spelt otherwise.
    """

    word: str
    detail: str = ""

    @property
    def right(self):
        return self.word in ("passed", "by value")


class Loaded:
    """The dataset of the last test, which the next one often has too."""

    def __init__(self):
        self._key, self._columnar, self._store = None, None, None

    def columnar(self, case):
        self._turn_to(case)
        if self._columnar is None:
            self._columnar = Columnar.from_quads(case.quads(), threads=1)
        return self._columnar

    def store(self, case):
        self._turn_to(case)
        if self._store is None:
            columnar = self.columnar(case)
            self._store = ColumnarStore(columnar, engine="oxigraph", in_process=True)
        return self._store

    def _turn_to(self, case):
        if self._key != (case.data, case.named):
            self.close()
            self._key = case.data, case.named

    def close(self):
        for opened in (self._store, self._columnar):
            if opened is not None:
                opened.close()
        self._key, self._columnar, self._store = None, None, None


def by_arrays(case, loaded):
    try:
        answer = compiled(loaded.columnar(case), case.text).by_arrays()
    except (UncoveredError, BeyondError) as reason:
        return Outcome("uncovered", str(reason))
    except QuestionError as error:
        return Outcome("refused", str(error))
    return judged(case, answered(answer))


def by_sql(case, loaded):
    try:
        answer = compiled(loaded.columnar(case), case.text).by_sql()
    except UncoveredError as reason:  # also of an answer, where the data are what no plan covers
        return Outcome("uncovered", str(reason))
    except QuestionError as error:
        return Outcome("refused", str(error))
    return judged(case, answered(answer))


def by_fallback(case, loaded):
    try:
        return judged(case, answered(loaded.store(case).query(case.text, NO_LIMITS)))
    except QuestionError as error:
        return Outcome("refused", str(error))


def accepts(text, columnar):
    """Whether a query is read, for SQL or for Oxigraph."""
    try:
        compiled(columnar, text)
    except UncoveredError:
        pass
    except QuestionError:
        return False
    else:
        return True
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    except RuntimeError:  # a function that it doesn't know, in a query that it has read
        return True
    return True


def judged(case, result):
    wanted = expected(case.result)
    ordered = bool(_ORDER.search(case.text)) and not wanted.is_graph
    if alike(wanted, result, lax=case.lax, ordered=ordered):
        return Outcome("passed")
    if alike(by_value(wanted), by_value(result), lax=case.lax, ordered=ordered):
        return Outcome("by value")
    return Outcome("wrong", f"expected {shown(wanted)}\nfound {shown(result)}")


def shown(result):
    if result.truth is not None:
        return str(result.truth).lower()
    rows = sorted(" ".join("-" if t is None else str(t) for t in row) for row in result.rows)
    return "\n  ".join([" ".join(result.variables), *rows])
