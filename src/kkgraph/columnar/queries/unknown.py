"""Values of whose kind nothing is known before the statement runs."""

from __future__ import annotations

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import Form, text
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Value


class Written(Value):
    """A term as text, of whose kind nothing is known beforehand."""

    def __init__(self, sql: str) -> None:
        super().__init__(sql, Form.WRITTEN, k.EVERY)

    def written(self) -> str:
        """See ``Value``."""
        return self.sql

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        if wanted >= k.LITERALS or not k.LITERALS & wanted:
            starts = {"iri": "<", "bnode": "_", "opaque": '"'}
            marks = [text(mark) for kind, mark in starts.items() if kind in wanted]
            return f"(left({self.sql}, 1) IN ({', '.join(marks)}))" if marks else "false"
        if wanted <= k.TEXTS:
            return f"({self._end()} IN ('') OR {self._end()} LIKE '@%')"
        raise UncoveredError("the kind of a term that is only known at run time")

    def _end(self) -> str:
        return f"""regexp_extract({self.sql}, '^".*"([^"]*)$', 1, 's')"""

    def exact(self) -> str:
        """See ``Value``."""
        raise UncoveredError("the number of a term that is only known at run time")

    def approx(self) -> str:
        """See ``Value``."""
        return self.exact()

    def rank(self) -> str:
        """See ``Value``."""
        return self.exact()

    def truth(self) -> str:
        """See ``Value``."""
        return self.exact()

    def instant(self) -> tuple[str, str, str]:
        """See ``Value``."""
        raise UncoveredError("the time of a term that is only known at run time")

    def lex(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN left({self.sql}, 1) = '\"'"
            f""" THEN regexp_extract({self.sql}, '^"(.*)"[^"]*$', 1, 's')"""
            f" ELSE substr({self.sql}, 2, length({self.sql}) - 2) END"
        )

    def lang(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN {self.sql} IS NOT NULL"
            f""" THEN regexp_extract({self.sql}, '^".*"@([^"]*)$', 1, 's') END"""
        )

    def datatype(self) -> str:
        """See ``Value``."""
        raise UncoveredError("the datatype of a term that is only known at run time")
