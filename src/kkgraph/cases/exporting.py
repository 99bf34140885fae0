"""A case's triples written back into the rows of the form, as far as the form has a place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases import mapping, values
from kkgraph.cases.form import Column, Form, Part, Sheet
from kkgraph.cases.grids import Cell, Filled, Record
from kkgraph.cases.known import Known
from kkgraph.cases.records import Place
from kkgraph.cases.resolving import Resolver, Row
from kkgraph.cases.rules import Rule, Rules, local
from kkgraph.names import KK, KKD, PREF_LABEL, RDF_TYPE

_DATES: Final = frozenset(("date", "gYear", "gYearMonth"))
_NUMBERS: Final = frozenset(("integer", "decimal"))


@dataclass(frozen=True)
class Written:
    """Rows by sheet, and columns by key; the triples that have no place in the form.

    ``added`` are triples that the rows would give beside those of the case.
    """

    slug: str
    rows: dict[str, list[dict[str, Any]]]
    lost: tuple[ox.Triple, ...]
    added: tuple[ox.Triple, ...]


def write_back(  # noqa: PLR0913
    triples: Sequence[ox.Triple],
    form: Form,
    rules: Rules,
    known: Known,
    *,
    lang: str,
    slug: str = "",
) -> Written:
    """The rows that hold these triples; read again they give the same, but for what is lost.

    Known things are named by their labels in the language where these are unambiguous. Without
    ``slug`` the case is the only study among the triples.
    """
    exporter = _Exporter(triples, form, rules, known, lang, slug)
    rows = exporter.rows()
    again = set(_read_again(rows, form, rules, known))
    given = dict.fromkeys(triples)
    return Written(
        exporter.slug,
        rows,
        tuple(t for t in given if t not in again),
        tuple(t for t in again if t not in given),
    )


def _read_again(
    rows: dict[str, list[dict[str, Any]]], form: Form, rules: Rules, known: Known
) -> list[ox.Triple]:
    filled = []
    for sheet in form.sheets:
        part = Filled(sheet, Place("", sheet.key))
        for number, row in enumerate(rows.get(sheet.key, ()), 2):
            cells: dict[str, tuple[Cell, ...]] = {
                column.key: (Cell(row.get(column.key), Place("", sheet.key, number, place)),)
                for place, column in enumerate(sheet.columns, 1)
            }
            part.records.append(Record(Place("", sheet.key, number), cells))
        filled.append(part)
    return mapping.build("case", filled, form, rules, known).triples


class _Exporter:
    def __init__(  # noqa: PLR0913, PLR0917
        self,
        triples: Sequence[ox.Triple],
        form: Form,
        rules: Rules,
        known: Known,
        lang: str,
        slug: str,
    ) -> None:
        self.form = form
        self.rules = rules
        self.known = known
        self.lang = lang
        self.about: dict[str, dict[str, list[Any]]] = {}
        self.into: dict[tuple[str, str], list[str]] = {}
        for triple in triples:
            if not isinstance(triple.subject, ox.NamedNode):
                continue
            of = self.about.setdefault(triple.subject.value, {})
            of.setdefault(triple.predicate.value, []).append(triple.object)
            if isinstance(triple.object, ox.NamedNode):
                key = (triple.object.value, triple.predicate.value)
                self.into.setdefault(key, []).append(triple.subject.value)
        self.slug = slug or self._guessed()
        self.resolver = Resolver(known)
        self.places = self._places()

    def _guessed(self) -> str:
        studies = [n for n in self.about if KK + "Study" in self._types(n)]
        return studies[0].removeprefix(KKD) if len(studies) == 1 else "case"

    def _types(self, node: str) -> list[str]:
        return [t.value for t in self.about.get(node, {}).get(RDF_TYPE, ())]

    def _kinds(self, node: str, sheet: Sheet) -> list[str]:
        """The classes by which a node belongs to a sheet; of a known thing those it has there."""
        types = self._types(node)
        if not types and sheet.typed:
            types = list(self.known.classes(node))
        return [k for k in sheet.classes if k in types]

    def _places(self) -> dict[str, list[tuple[str, str]]]:
        """The nodes of each sheet, with the class that they are written under."""
        found: dict[str, list[tuple[str, str]]] = {s.key: [] for s in self.form.sheets}
        for node in self.about:
            for sheet in self.form.sheets:
                kinds = self._kinds(node, sheet)
                if not kinds or (sheet.single and node != KKD + self.slug):
                    continue
                if "{id}" in sheet.node or sheet.single:
                    self._note(node, sheet, kinds)
                found[sheet.key].append((node, kinds[0]))
                break
        return found

    def _note(self, node: str, sheet: Sheet, types: Iterable[str]) -> None:
        above = frozenset(a for t in types for a in self.known.ancestors(t))
        labels = [o.value for o in self.about[node].get(PREF_LABEL, ())]
        row = Row(node, self._id(node, sheet), above, Place("", sheet.key))
        self.resolver.add(row, labels)

    def _id(self, node: str, sheet: Sheet) -> str:
        if sheet.single:
            return self.slug
        own = node.removeprefix(f"{KKD}{self.slug}-")
        plain = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*|[A-Z]+[0-9]+", own)
        return own if own != node and plain else names.compact(node)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of all sheets."""
        return {
            sheet.key: [
                self._row(sheet, node, kind)
                for node, kind in sorted(self.places[sheet.key], key=lambda p: _numbered(p[0]))
            ]
            for sheet in self.form.sheets
        }

    def _row(self, sheet: Sheet, node: str, kind: str) -> dict[str, Any]:
        row: dict[str, Any] = {}
        nodes = {"": node} | {p.key: self._part(sheet, p, node) for p in sheet.parts}
        for column in sheet.columns:
            of = (sheet.part(column.node).kind,) if column.node else (kind,)
            rule = self.rules.of(of, column)
            if (value := self._value(sheet, column, nodes[column.node], rule)) not in (None, ""):
                row[column.key] = value
        if sheet.typed and kind in self._types(node):
            row[sheet.typed.key] = self.known.label(kind, self.lang)
        return row

    @staticmethod
    def _part(sheet: Sheet, part: Part, node: str) -> str:
        base = re.sub("-evidence$", "", node)
        return re.sub(r"\{\w+\}", lambda m: node if m[0] == "{row}" else base, part.node)

    def _value(self, sheet: Sheet, column: Column, node: str, rule: Rule) -> Any:
        if column.kind == "id":
            return self._id(node, sheet)
        if column.inverse:
            return self._references(self.into.get((node, column.property), ()), rule)
        terms = self.about.get(node, {}).get(column.property, [])
        match column.kind:
            case "thing":
                nodes = [t.value for t in terms if isinstance(t, ox.NamedNode)]
                return self._references(nodes, rule)
            case "period":
                return self._period(f"{node}-period", terms)
            case "texts" | "number":
                return "; ".join(t.value for t in terms if self._suits(t, column))
            case _:
                return next((t.value for t in terms if self._suits(t, column)), None)

    @staticmethod
    def _suits(term: Any, column: Column) -> bool:
        if not isinstance(term, ox.Literal):
            return False
        if column.lang:
            return bool(term.language == column.lang)
        kind = "" if term.language else local(term.datatype.value)
        wanted = {"number": _NUMBERS, "date": _DATES}.get(column.kind)
        return kind in wanted if wanted else bool(kind)

    def _period(self, node: str, terms: Sequence[Any]) -> str:
        if ox.NamedNode(node) not in terms:
            return ""
        of = self.about.get(node, {})
        texts = [t.value for t in of.get(KK + "beText", ())]
        labels = [t.value for t in of.get(PREF_LABEL, ()) if t.language == "en"]
        return next((t for t in (*texts, *labels) if values.period(t)), "")

    def _references(self, nodes: Iterable[str], rule: Rule) -> str:
        return "; ".join(self._reference(n, rule) for n in nodes)

    def _reference(self, node: str, rule: Rule) -> str:
        """The id of a row, the label of a known thing where it is unambiguous, or a CURIE."""
        if (row := self.resolver.rows.get(node)) is not None:
            return row.id
        label = self.known.label(node, self.lang)
        found = None if ";" in label else self.resolver.find(label, rule)
        if found is not None and found.iri == node:
            return label
        return names.compact(node)


def _numbered(node: str) -> int:
    """The number of a finding, by which rows are put in order; 0 for any other node."""
    found = re.search(r"[A-Z]+([0-9]+)(-evidence)?$", node)
    return int(found[1]) if found else 0
