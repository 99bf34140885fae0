"""Solutions as relations of SQL: what each column holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
STORED: Final = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38, 18)",
    "float": "FLOAT",
    "double": "DOUBLE",
    "number": "STRUCT(exact DECIMAL(38, 18), approx DOUBLE, rank INTEGER)",
    "string": "VARCHAR",
    "iri": "VARCHAR",
}
"""The kinds of computed terms that a column can hold, and how."""


class Form(Enum):
    """How a column holds terms; NULL is unbound in each.

    ``NUMBER``: the term's number in the dictionary (a negative one for a term that the data lack).
    ``TYPED``: the value of a term whose kind is known beforehand. ``WRITTEN``: text, see
    ``writing``.
    """

    NUMBER = "number"
    TYPED = "typed"
    WRITTEN = "written"


Origin = tuple[str, int]
"""Where numbers stem from: ``s`` subjects, ``p`` predicates, ``o`` objects of a predicate
(-1: of any), ``c`` a certain term, ``g`` graphs."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its SQL name, form and kind, whether it may be unbound, and its origins."""

    sql: str
    form: Form
    kind: str = ""
    maybe: bool = False
    origins: frozenset[Origin] | None = None

    @property
    def alike(self) -> tuple[Form, str]:
        """Columns in which this is the same hold the same terms as the same values."""
        return self.form, self.kind

    def unbound(self, maybe: bool = True) -> Column:
        """The column where it may be unbound (or, with False, may not)."""
        return replace(self, maybe=maybe)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation by its name in SQL, with a column for each variable that may be bound."""

    sql: str
    columns: dict[str, Column]


NOTHING: Final = '1 AS "."'
"""The column of a relation that binds no variable."""


def united(
    one: frozenset[Origin] | None, two: frozenset[Origin] | None
) -> frozenset[Origin] | None:
    """The origins of what comes from either."""
    return None if one is None or two is None else one | two


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string in SQL."""
    if "\0" in value:
        return " || chr(0) || ".join("'" + p.replace("'", "''") + "'" for p in value.split("\0"))
    return "'" + value.replace("'", "''") + "'"
