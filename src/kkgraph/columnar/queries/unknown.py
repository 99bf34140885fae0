"""Values of whose kind nothing is known before the statement runs."""

from __future__ import annotations

from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import XSD, Form, text
from kkgraph.columnar.queries.uncovered import refused
from kkgraph.columnar.queries.values import LANG_STRING, Value

_FLOATING: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PLAIN: Final = {
    "integer": "[+-]?[0-9]{1,18}",
    "decimal": r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})",
    "boolean": "true|false|1|0",
    "float": _FLOATING,
    "double": _FLOATING,
}
"""The forms that are surely well-typed, of the datatypes whose values are read from text."""


class Written(Value):
    """A term as text; what it is stands in the text."""

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
        return f"({self._kind()} IN ({', '.join(text(kind) for kind in sorted(wanted))}))"

    def _kind(self) -> str:
        """The kind of the term; what may be ill-typed, or has values of its own, is refused."""
        cases = [f"WHEN left({self.sql}, 1) = '<' THEN 'iri'"]
        cases.append(f"WHEN left({self.sql}, 1) = '_' THEN 'bnode'")
        cases.append(f"WHEN {self._end()} = '' THEN 'string'")
        cases.append(f"WHEN left({self._end()}, 1) = '@' THEN 'lang'")
        for kind, pattern in _PLAIN.items():
            test = f"{self._end()} = {text('^^' + XSD + kind)}"
            fits = f"regexp_full_match({self.lex()}, {text(pattern)})"
            cases.append(f"WHEN {test} AND {fits} THEN {text(kind)}")
        other = refused("the value of a term that is only known at run time")
        cases.append(f"WHEN starts_with({self._end()}, {text('^^' + XSD)}) THEN {other}")
        return f"CASE {' '.join(cases)} WHEN {self.sql} IS NOT NULL THEN 'opaque' END"

    def of_type(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return self.among(wanted - {"opaque"})

    def _end(self) -> str:
        return f"""regexp_extract({self.sql}, '^".*"([^"]*)$', 1, 's')"""

    def _number(self, kinds: frozenset[str], stored: str) -> str:
        return f"CASE WHEN {self.among(kinds)} THEN CAST({self.lex()} AS {stored}) END"

    def exact(self) -> str:
        """See ``Value``."""
        return self._number(k.EXACT, "DECIMAL(38, 18)")

    def approx(self) -> str:
        """See ``Value``."""
        return self._number(k.NUMERIC, "DOUBLE")

    def rank(self) -> str:
        """See ``Value``."""
        cases = " ".join(f"WHEN {text(kind)} THEN {rank}" for rank, kind in enumerate(k.RANKS))
        return f"CASE {self._kind()} {cases} END"

    def truth(self) -> str:
        """See ``Value``."""
        test = self.among(frozenset({"boolean"}))
        return f"CASE WHEN {test} THEN {self.lex()} IN ('true', '1') END"

    def instant(self) -> tuple[str, str, str]:
        """See ``Value``: a time is refused when the statement meets one."""
        never = f"CASE WHEN {self._kind()} = '' THEN 0 END"
        return never, never, "false"

    def lex(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN left({self.sql}, 1) = '\"'"
            f""" THEN regexp_extract({self.sql}, '^"(.*)"[^"]*$', 1, 's')"""
            f" WHEN left({self.sql}, 1) = '<' THEN substr({self.sql}, 2, length({self.sql}) - 2)"
            f" ELSE substr({self.sql}, 3) END"
        )

    def lang(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN {self.sql} IS NOT NULL"
            f""" THEN regexp_extract({self.sql}, '^".*"@([^"]*)$', 1, 's') END"""
        )

    def datatype(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN left({self.sql}, 1) <> '\"' THEN NULL"
            f" WHEN {self._end()} = '' THEN {text(XSD + 'string')}"
            f" WHEN left({self._end()}, 1) = '@' THEN {text(LANG_STRING)}"
            f" ELSE substr({self._end()}, 3) END"
        )
