"""Values in expressions: a term as SQL, from each side that an operator may look at.

Every method gives SQL that is NULL where the value is unbound or an error, or where it has no
such side (``exact`` of a string, for example).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import XSD, Form, text
from kkgraph.columnar.queries.forms import Term
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.writing import lexical, written, written_value
from kkgraph.columnar.typed import stored

LANG_STRING: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


class Value(ABC):
    """A term in an expression; ``kinds`` are those it may have, ``sql`` and ``form`` how it is."""

    def __init__(self, sql: str, form: Form, kinds: frozenset[str], kind: str = "") -> None:
        self.sql = sql
        self.form = form
        self.kinds = kinds
        self.kind = kind
        self.maybe = True
        self.origins: frozenset[tuple[str, int]] | None = None

    @abstractmethod
    def written(self) -> str:
        """The term as text."""

    @abstractmethod
    def among(self, wanted: frozenset[str]) -> str:
        """Whether the term is of one of the kinds (an ill-typed literal is ``opaque``)."""

    def of_type(self, wanted: frozenset[str]) -> str:
        """Whether the datatype is that of one of the kinds, ill-typed or not."""
        return self.among(wanted)

    def exact(self) -> str:
        """The number of an integer or decimal."""
        return "NULL"

    def approx(self) -> str:
        """The number of any numeric literal, as a double."""
        return "NULL"

    def rank(self) -> str:
        """Of a number: 0 integer, 1 decimal, 2 float, 3 double."""
        return "NULL"

    def truth(self) -> str:
        """The value of a boolean."""
        return "NULL"

    def instant(self) -> tuple[str, str, str]:
        """Family, position and whether there is a zone, of a date or time."""
        return "NULL", "NULL", "NULL"

    @abstractmethod
    def lex(self) -> str:
        """The lexical form of a literal, or an IRI; of a blank node, anything."""

    def lang(self) -> str:
        """The language of a literal, else the empty string; NULL where there is no value."""
        return f"CASE WHEN ({self.sql}) IS NOT NULL THEN '' END"

    @abstractmethod
    def datatype(self) -> str:
        """The datatype of a literal."""


class Typed(Value):
    """A computed value of one kind."""

    def __init__(self, sql: str, kind: str) -> None:
        super().__init__(sql, Form.TYPED, frozenset({kind}), kind)

    def written(self) -> str:
        """See ``Value``."""
        return written_value(self.sql, self.kind)

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return f"CASE WHEN {self.sql} IS NOT NULL THEN {str(self.kind in wanted).lower()} END"

    def exact(self) -> str:
        """See ``Value``."""
        return self.sql if self.kind in k.EXACT else "NULL"

    def approx(self) -> str:
        """See ``Value``."""
        return f"CAST({self.sql} AS DOUBLE)" if self.kind in k.NUMERIC else "NULL"

    def rank(self) -> str:
        """See ``Value``."""
        return str(k.RANKS.index(self.kind)) if self.kind in k.NUMERIC else "NULL"

    def truth(self) -> str:
        """See ``Value``."""
        return self.sql if self.kind == "boolean" else "NULL"

    def lex(self) -> str:
        """See ``Value``."""
        return lexical(self.sql, self.kind)

    def datatype(self) -> str:
        """See ``Value``."""
        if self.kind == "iri":
            return "NULL"
        return f"CASE WHEN {self.sql} IS NOT NULL THEN {text(XSD + self.kind)} END"


class Number(Value):
    """A computed number whose datatype is only known at run time, with its sides in SQL."""

    def __init__(self, exact: str, approx: str, rank: str) -> None:
        super().__init__("", Form.TYPED, k.NUMERIC, "number")
        self._sides = exact, approx, rank
        self.sql = (
            f"CASE WHEN {approx} IS NOT NULL THEN struct_pack("
            f"exact := CAST({exact} AS DECIMAL(38, 18)), approx := {approx},"
            f" rank := CAST({rank} AS INTEGER)) END"
        )

    @classmethod
    def of(cls, sql: str) -> Number:
        """The number that a column holds."""
        found = cls(f"{sql}.exact", f"{sql}.approx", f"{sql}.rank")
        found.sql = sql
        return found

    def written(self) -> str:
        """See ``Value``."""
        raise UncoveredError("the text of a number whose type is only known at run time")

    def lex(self) -> str:
        """See ``Value``."""
        return self.written()

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        found = k.NUMERIC & wanted
        if found in (k.NUMERIC, frozenset()):
            return f"CASE WHEN {self._sides[1]} IS NOT NULL THEN {str(bool(found)).lower()} END"
        ranks = ", ".join(str(rank) for rank, kind in enumerate(k.RANKS) if kind in wanted)
        return f"({self._sides[2]} IN ({ranks}))"

    def exact(self) -> str:
        """See ``Value``."""
        return f"({self._sides[0]})"

    def approx(self) -> str:
        """See ``Value``."""
        return f"({self._sides[1]})"

    def rank(self) -> str:
        """See ``Value``."""
        return f"({self._sides[2]})"

    def datatype(self) -> str:
        """See ``Value``."""
        cases = " ".join(
            f"WHEN {rank} THEN {text(XSD + kind)}" for rank, kind in enumerate(k.RANKS)
        )
        return f"CASE {self._sides[2]} {cases} END"


class Nothing(Typed):
    """What is always an error or unbound."""

    def __init__(self) -> None:
        super().__init__("CAST(NULL AS VARCHAR)", "string")
        self.kinds = frozenset()


class Tagged(Value):
    """A computed string with a language that is only known at run time ('' for none)."""

    def __init__(self, lex: str, lang: str) -> None:
        super().__init__("", Form.WRITTEN, k.TEXTS)
        self._lex = lex
        self._lang = f"CASE WHEN {lex} IS NOT NULL THEN {lang} END"
        self.sql = self.written()

    def written(self) -> str:
        """See ``Value``."""
        tag = f"CASE WHEN {self._lang} = '' THEN '' ELSE '@' || {self._lang} END"
        return f"""('"' || {self._lex} || '"' || {tag})"""

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        both = {kind: str(kind in wanted).lower() for kind in ("string", "lang")}
        return (
            f"CASE WHEN {self._lex} IS NULL THEN NULL"
            f" WHEN {self._lang} = '' THEN {both['string']} ELSE {both['lang']} END"
        )

    def lex(self) -> str:
        """See ``Value``."""
        return self._lex

    def lang(self) -> str:
        """See ``Value``."""
        return self._lang

    def datatype(self) -> str:
        """See ``Value``."""
        return (
            f"CASE WHEN {self._lang} = '' THEN {text(XSD + 'string')}"
            f" WHEN {self._lang} <> '' THEN {text(LANG_STRING)} END"
        )


class Named(Value):
    """A term that the query names."""

    def __init__(self, term: Term, space: Space) -> None:
        self.term = term
        number = space.number(term)
        super().__init__(str(number), Form.NUMBER, frozenset({k.kind_of(term)}))
        self.maybe = False
        self.origins = frozenset({("c", number)})
        self._value = None
        if isinstance(term, ox.Literal) and not term.language:
            self._value = xsd.value(term.value, term.datatype.value)

    def written(self) -> str:
        """See ``Value``."""
        return text(written(self.term))

    def among(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        return str(bool(self.kinds & wanted)).lower()

    def of_type(self, wanted: frozenset[str]) -> str:
        """See ``Value``."""
        datatype = getattr(self.term, "datatype", None)
        known = datatype is not None and k.kind_of_datatype(datatype.value) in wanted
        return str(known).lower()

    def exact(self) -> str:
        """See ``Value``."""
        if self._value is None or not self.kinds & k.EXACT:
            return "NULL"
        number = self._value.exact
        if number is None or stored(self._value) is None:
            raise UncoveredError("a number with too many digits")
        if number == number.to_integral_value() and abs(number) < 2**63:
            return f"CAST({int(number)} AS BIGINT)"
        return f"CAST({text(format(number, 'f'))} AS DECIMAL(38, 12))"

    def approx(self) -> str:
        """See ``Value``."""
        if self._value is None or not self.kinds & k.NUMERIC:
            return "NULL"
        if self._value.approx != self._value.approx:
            raise UncoveredError("NaN")
        return f"CAST('{self._value.approx!r}' AS DOUBLE)"

    def rank(self) -> str:
        """See ``Value``."""
        return next((str(k.RANKS.index(kind)) for kind in self.kinds & k.NUMERIC), "NULL")

    def truth(self) -> str:
        """See ``Value``."""
        if self._value is None or "boolean" not in self.kinds:
            return "NULL"
        return str(self._value.exact == 1).lower()

    def instant(self) -> tuple[str, str, str]:
        """See ``Value``."""
        value = self._value
        if value is None or not self.kinds & k.TEMPORAL or value.exact is None:
            return "NULL", "NULL", "NULL"
        if stored(value) is None:
            raise UncoveredError("a time with too many digits")
        position = f"CAST({text(format(value.exact, 'f'))} AS DECIMAL(38, 12))"
        return str(int(value.family)), position, str(value.zoned).lower()

    @property
    def language(self) -> str:
        """The language, '' for none."""
        return getattr(self.term, "language", None) or ""

    def lex(self) -> str:
        """See ``Value``."""
        return text(self.term.value)

    def lang(self) -> str:
        """See ``Value``."""
        return text(self.language)

    def datatype(self) -> str:
        """See ``Value``."""
        if not isinstance(self.term, ox.Literal):
            return "NULL"
        return text(self.term.datatype.value)
