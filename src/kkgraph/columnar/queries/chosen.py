"""A value that is one of several, depending on conditions (IF, COALESCE)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import Form, united
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

Case = tuple[str, Value]


class Chosen(Value):
    """The value of the first case whose condition holds."""

    def __init__(self, cases: Sequence[Case], form: Form) -> None:
        super().__init__("", form, frozenset[str]().union(*(v.kinds for _, v in cases)))
        self._cases = cases
        if form is not Form.TYPED:
            self.sql = self._each(lambda v: v.sql if form is Form.NUMBER else v.written())
        if form is Form.NUMBER:
            origins: frozenset[tuple[str, int]] | None = frozenset()
            for _, value in cases:
                origins = united(origins, value.origins)
            self.origins = origins

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Value:
        """The value, in the plainest form that all cases have in common."""
        known = [(test, v) for test, v in cases if not isinstance(v, Nothing)]
        if not known:
            return Nothing()
        kinds = {v.kind for _, v in known if isinstance(v, Typed)}
        if len(kinds) == 1 and all(isinstance(v, Typed) for _, v in known):
            sql = " ".join(f"WHEN {test} THEN {value.sql}" for test, value in known)
            return Typed(f"CASE {sql} END", kinds.pop())
        if all(v.kinds <= k.NUMERIC for _, v in known) and any(
            isinstance(v, Number) for _, v in known
        ):
            sides = cls(known, Form.TYPED)
            return Number(sides.exact(), sides.approx(), sides.rank())
        numbers = all(v.form is Form.NUMBER for _, v in known)
        return cls(known, Form.NUMBER if numbers else Form.WRITTEN)

    def _each(self, side: Callable[[Value], str]) -> str:
        cases = " ".join(f"WHEN {test} THEN {side(value)}" for test, value in self._cases)
        return f"CASE {cases} END"

    def written(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.written())

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.among(wanted))

    def of_type(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.of_type(wanted))

    def exact(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.exact())

    def approx(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.approx())

    def rank(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.rank())

    def truth(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.truth())

    def instant(self) -> tuple[str, str, str]:
        """See ``Value``."""
        return (
            self._each(lambda v: v.instant()[0]),
            self._each(lambda v: v.instant()[1]),
            self._each(lambda v: v.instant()[2]),
        )

    def lex(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.lex())

    def lang(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.lang())

    def datatype(self) -> str:
        """See ``Value``."""
        return self._each(lambda v: v.datatype())
