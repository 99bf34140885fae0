"""Values that are numbers of terms in the dictionary, with the columns joined to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import Column, Form, text
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import LANG_STRING, Named, Value
from kkgraph.columnar.queries.writing import suffix
from kkgraph.columnar.space import within

_TRUE: Final = "true"


class Numbered(Value):
    """A term by its number; ``facet`` gives the SQL of a column of ``terms`` or ``values``."""

    def __init__(self, column: Column, sql: str, space: Space, facet: Callable[[str], str]) -> None:
        super().__init__(sql, Form.NUMBER, space.kinds(column))
        self.maybe = column.maybe
        self.origins = column.origins
        self.column = column
        self._space = space
        self._facet = facet
        self._made = {n: Named(space.made[n], space) for n in space.made_in(column)}

    def _or_made(self, sql: str, made: Callable[[Named], str]) -> str:
        """The SQL, with what it would be for the terms that the data lack."""
        if not self._made:
            return sql
        cases = " ".join(f"WHEN {n} THEN {made(term)}" for n, term in self._made.items())
        return f"CASE {self.sql} {cases} ELSE {sql} END"

    def _group(self, wanted: frozenset[str] | set[str]) -> str:
        return self._space.among(self.sql, wanted, self.column)

    def _per_group(self, value: Callable[[str, str, str], str | None]) -> str:
        """A CASE over the groups; ``value`` gets kind, language and datatype of each."""
        cases = []
        for at in self._space.groups(self.column):
            group = self._space.columnar.groups[at]
            found = value(group.kind, group.lang, group.datatype)
            if found is not None:
                test = f"{self.sql} >= {group.lo} AND {self.sql} < {group.hi}"
                cases.append(f"WHEN {test} THEN {found}")
        return f"CASE {' '.join(cases)} END" if cases else "NULL"

    def written(self) -> str:
        """See ``Value``."""
        lex = self._facet("lex")

        def per_group(kind: str, lang: str, datatype: str) -> str:
            if kind == "iri":
                return f"'<' || {lex} || '>'"
            if kind == "bnode":
                return f"'_:' || {lex}"
            end = text('"' + suffix(lang, datatype))
            return f"""'"' || {lex} || {end}"""

        return self._or_made(self._per_group(per_group), Named.written)

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        if self.kinds <= wanted:
            sql = _TRUE
        elif not self.kinds & wanted:
            sql = "false"
        else:
            sql = self._partly(wanted)
        if sql in (_TRUE, "false"):
            return f"CASE WHEN {self.sql} IS NOT NULL THEN {sql} END" if self.maybe else sql
        return sql

    def of_type(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return self._or_made(self._group(wanted), lambda term: term.of_type(wanted))

    def _partly(self, wanted: frozenset[str]) -> str:
        sql = self._group(wanted)
        if "opaque" not in self.kinds or not self.kinds & k.VALUED:
            return sql
        well = f"{self._facet('family')} IS NOT NULL"
        by_group = self._group(wanted - {"opaque"})
        ill = self._group(k.VALUED)
        found = f"({by_group} AND (NOT {ill} OR {well}))"
        if "opaque" in wanted:
            found = f"({found} OR {self._group({'opaque'})} OR ({ill} AND NOT {well}))"
        return self._or_made(found, lambda term: term.among(wanted))

    def _valued(self, facet: str, wanted: frozenset[str], made: Callable[[Named], str]) -> str:
        here = self.kinds & wanted
        if not here:
            return "NULL"
        sql = self._facet(facet)
        if self.kinds & k.VALUED - wanted:
            numbers = sorted({int(k.FAMILIES[kind]) for kind in here})
            among = ", ".join(map(str, numbers))
            sql = f"CASE WHEN {self._facet('family')} IN ({among}) THEN {sql} END"
        return self._or_made(sql, made)

    def exact(self) -> str:
        """See ``Value``."""
        if self.kinds & k.EXACT and self._space.facts.unheld:
            raise UncoveredError("numbers with too many digits among the data")
        return self._valued("exact", k.EXACT, Named.exact)

    def approx(self) -> str:
        """See ``Value``."""
        if self.kinds & {"double", "float"} and self._space.facts.not_a_number:
            raise UncoveredError("NaN among the data")
        return self._valued("approx", k.NUMERIC, Named.approx)

    def rank(self) -> str:
        """See ``Value``."""
        cases = [
            f"WHEN {self.among(frozenset({kind}))} THEN {rank}"
            for rank, kind in enumerate(k.RANKS)
            if kind in self.kinds
        ]
        if len(cases) == 1 and self.kinds <= k.NUMERIC and not self.maybe:
            return cases[0].rpartition(" ")[2]
        return f"CASE {' '.join(cases)} END" if cases else "NULL"

    def truth(self) -> str:
        """See ``Value``."""
        sql = self._valued("exact", frozenset({"boolean"}), lambda t: f"CAST({t.truth()} AS INT)")
        return sql if sql == "NULL" else f"({sql} = 1)"

    def instant(self) -> tuple[str, str, str]:
        """See ``Value``."""
        if not self.kinds & k.TEMPORAL:
            return "NULL", "NULL", "NULL"
        position = self._valued("exact", k.TEMPORAL, lambda t: t.instant()[1])
        family = self._valued("family", k.TEMPORAL, lambda t: t.instant()[0])
        return family, position, self._or_made(self._facet("zoned"), lambda t: t.instant()[2])

    def lex(self) -> str:
        """See ``Value``."""
        return self._or_made(self._facet("lex"), Named.lex)

    def lang(self) -> str:
        """See ``Value``."""
        if "lang" not in self.kinds:
            return f"CASE WHEN {self.sql} IS NOT NULL THEN '' END" if self.maybe else "''"
        cases = self._per_group(lambda _, lang, __: text(lang) if lang else None)
        plain = cases.removesuffix("END") + f"ELSE CASE WHEN {self.sql} IS NOT NULL THEN '' END END"
        return self._or_made(plain if cases != "NULL" else "''", Named.lang)

    def in_language(self, fits: Callable[[str], bool]) -> str:
        """Whether the language ('' for none) fits; NULL for what is no literal."""
        ranges = self._space.ranges(
            self.column, lambda group: group.kind == "literal" and fits(group.lang)
        )
        sql = f"({within(self.sql, ranges)})"
        if self.maybe or self.kinds & k.NODES or self._made:
            sql = f"CASE WHEN {self.among(k.LITERALS)} THEN {sql} END"
        return self._or_made(sql, lambda term: str(fits(term.language)).lower())

    def datatype(self) -> str:
        """See ``Value``."""
        cases = self._per_group(
            lambda kind, lang, datatype: (
                text(LANG_STRING if lang else datatype) if kind == "literal" else None
            )
        )
        return self._or_made(cases, Named.datatype)
