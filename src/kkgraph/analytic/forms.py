"""Literals that Oxigraph's store writes in another form, and their way back.

The store holds numbers, dates and truth values as values: "007"^^xsd:integer comes back as "7",
and xsd:long as xsd:integer. Two literals of one value are then one term.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.analytic import wording
from kkgraph.names import PREFIXES
from kkgraph.sparql import blank

if TYPE_CHECKING:
    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.tables import Columnar
    from kkgraph.model import Answer, Text

_XSD: Final = PREFIXES["xsd"]
_BATCH: Final = 50_000
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_KEPT: Final = {
    "integer": "0|-?[1-9][0-9]{0,17}",
    "decimal": r"0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,14})\.[0-9]{0,14}[1-9]",
    "boolean": "true|false",
    "gYear": "[0-9]{4}",
    "gYearMonth": "[0-9]{4}-[0-9]{2}",
    "date": _DAY,
    "dateTime": f"{_DAY}T(?:[01][0-9]|2[0-3]):[0-9]{{2}}:[0-9]{{2}}Z?",
}
"""Forms that the store keeps for certain; all others are tried."""
_AS: Final = re.compile(r"\bAS\s*[?$](\w+)", re.I)
_VALUES: Final = re.compile(r"\bVALUES\s*(?:[?$](\w+)|\(([^)]*)\))", re.I)
_ANY_TEXT: Final = frozenset(_XSD + name for name in ("string", "anyURI"))


@dataclass(frozen=True, slots=True)
class Forms:
    """The literals that the store writes otherwise.

    ``back`` leads from the store's form to the data's, where there is one; ``several`` are those
    of which the data have more than one, ``first`` is an example (the data's form, the store's).
    """

    count: int = 0
    back: dict[Any, Any] | None = None
    several: frozenset[Any] = frozenset()
    first: tuple[Any, Any] | None = None

    def restored(self, answer: Answer, sparql: str) -> Answer:
        """The answer in the data's own forms, where its terms come from the data.

        What the query computes stays as it is, and so does a term with several forms.
        """
        if not self.back or answer.truth is not None:
            return answer
        computed = computed_variables(sparql)
        back = self.back
        if answer.triples is not None:
            if computed:
                return answer
            made = (ox.Triple(t.subject, t.predicate, back.get(t.object, t.object))
                    for t in answer.triples)  # fmt: skip
            return replace(answer, triples=tuple(made))
        kept = [v in computed for v in answer.variables]
        rows = tuple(
            tuple(t if k else back.get(t, t) for t, k in zip(row, kept, strict=True))
            for row in answer.rows
        )
        return replace(answer, rows=rows)

    def notice(self) -> Text:
        """What to tell about an answer from the store; empty where it can't differ."""
        if self.first is None:
            return {}
        before, after = self.first
        return wording.other_forms(self.count, before.value, after.value)


def forms_of(columnar: Columnar) -> Forms:
    """The literals of loaded data that the store writes otherwise, found by letting it do so."""
    back: dict[Any, Any] = {}
    several: set[Any] = set()
    count = 0
    first = None
    for group in columnar.groups:
        if group.kind == "literal" and group.datatype.startswith(_XSD):
            for literal, stored in _changed(_doubtful(columnar, group), group):
                count += 1
                first = first or (literal, stored)
                if stored in back:
                    several.add(stored)
                back[stored] = literal
    there = columnar.ids_of(list(back))
    several |= {t for t, n in zip(back, there, strict=True) if n is not None}
    kept = {t: literal for t, literal in back.items() if t not in several}
    return Forms(count, kept, frozenset(several), first)


def _doubtful(columnar: Columnar, group: Group) -> Iterator[list[str]]:
    """The lexical forms of a group that the store may change, some thousands at a time."""
    if group.lang or group.datatype in _ANY_TEXT:
        return
    kept = _KEPT.get(group.datatype.removeprefix(_XSD))
    test = f" AND NOT regexp_full_match(lex, '{kept}')" if kept else ""
    with columnar.connection.cursor() as cursor:
        cursor.execute(f"SELECT lex FROM terms WHERE id >= {group.lo} AND id < {group.hi}{test}")
        while rows := cursor.fetchmany(_BATCH):
            yield [lex for (lex,) in rows]


def _changed(batches: Iterable[list[str]], group: Group) -> Iterator[tuple[Any, Any]]:
    kind = ox.NamedNode(group.datatype)
    predicate = ox.NamedNode(_XSD)
    for batch in batches:
        literals = [ox.Literal(lex, datatype=kind) for lex in batch]
        engine = ox.Store()
        engine.extend(
            ox.Quad(ox.NamedNode(f"urn:{n}"), predicate, literal)
            for n, literal in enumerate(literals)
        )
        for quad in engine:
            literal = literals[int(str(quad.subject.value)[4:])]
            if quad.object != literal:
                yield literal, quad.object


def computed_variables(sparql: str) -> set[str]:
    """The variables whose terms may come from the query instead of the data: ``AS``, ``VALUES``."""
    plain = blank(sparql)
    found = set(_AS.findall(plain))
    for one, many in _VALUES.findall(plain):
        found |= {name.lstrip("?$") for name in (one, *many.split()) if name}
    return found
