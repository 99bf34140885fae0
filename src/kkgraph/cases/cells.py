"""Single cells turned into triples, by the kind of their column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases import spelling, values
from kkgraph.cases.form import Column, Sheet
from kkgraph.cases.grids import Cell, Record
from kkgraph.cases.records import Case, Place
from kkgraph.cases.remarks import remark
from kkgraph.cases.resolving import Resolver
from kkgraph.cases.rules import Rule, Rules, local
from kkgraph.names import KK, PREF_LABEL, RDF_TYPE

_SEPARATORS: Final = re.compile(r"[;\n]")
_ORDER: Final = ("integer", "decimal", "boolean", "gYear", "gYearMonth", "date", "string")
_SAMPLES: Final = {
    "number": ("a number", "ตัวเลข", "1204"),
    "date": ("a date", "วันเวลา", "2019-05-31 / 31/5/2562 / พ.ค. 2562"),
    "period": ("a year or a period", "ปีหรือช่วงเวลา", "พ.ศ. 2562 / 2019 / พ.ค. 2562 – มี.ค. 2563"),
}


class Writer:
    """Adds the triples of cells to a case, and keeps where they came from."""

    def __init__(self, case: Case, rules: Rules, resolver: Resolver) -> None:
        self.case = case
        self._rules = rules
        self._resolver = resolver
        self._rule: dict[tuple[str, str, tuple[str, ...]], Rule] = {}

    def add(self, node: str, predicate: str, term: Any, place: Place) -> None:
        """Add a triple that came from this place."""
        triple = ox.Triple(ox.NamedNode(node), ox.NamedNode(predicate), term)
        before = self.case.origins.get(triple, ())
        if not before:
            self.case.triples.append(triple)
        if place not in before:
            self.case.origins[triple] = (*before, place)

    def write(
        self, sheet: Sheet, column: Column, record: Record, node: str, kinds: Sequence[str]
    ) -> None:
        """Add the triples of a record's cells of one column."""
        places = tuple(c.place for c in record.cells.get(column.key, ())) or (record.place,)
        field = (node, column.property)
        if not column.inverse:
            self.case.fields[field] = (*self.case.fields.get(field, ()), *places)
        rule = self.rule(sheet, column, kinds)
        for cell in record.cells.get(column.key, ()):
            if cell.flaw:
                self.flawed(cell, node, column.property)
            elif not cell.is_blank:
                for term, triples in self._terms(cell, column, rule, node):
                    self._tie(column, node, term, cell.place)
                    for predicate, value in triples:
                        self.add(term.value, predicate, value, cell.place)

    def rule(self, sheet: Sheet, column: Column, kinds: Sequence[str]) -> Rule:
        """The rule of a column; where the shapes say nothing of the class, that of any class."""
        key = (sheet.key, column.key, tuple(kinds))
        if key not in self._rule:
            found = self._rules.of(kinds, column)
            if column.kind == "value" and not found.datatypes:
                every = self._rules.of_sheet(sheet, column).values()
                found = next((r for r in every if r.datatypes), found)
            self._rule[key] = found
        return self._rule[key]

    def flawed(self, cell: Cell, node: str, predicate: str) -> None:
        """Say that a cell holds a formula or an error."""
        code = "formula" if cell.flaw == "formula" else "cell-error"
        self._say(code, cell, node, predicate)

    def references(
        self, sheet: Sheet, column: Column, record: Record, *, quiet: bool = False
    ) -> list[str]:
        """The IRIs that a record's cells of a column name; what is wrong is said later if quiet."""
        rule = self.rule(sheet, column, sheet.classes)
        cells = [c for c in record.cells.get(column.key, ()) if not c.flaw and not c.is_blank]
        return [iri for c in cells for iri in self._things(c, column, rule, "", quiet=quiet)]

    def _tie(self, column: Column, node: str, term: Any, place: Place) -> None:
        if column.inverse:
            self.add(term.value, column.property, ox.NamedNode(node), place)
            field = (term.value, column.property)
            self.case.fields[field] = (*self.case.fields.get(field, ()), place)
        else:
            self.add(node, column.property, term, place)

    def _terms(
        self, cell: Cell, column: Column, rule: Rule, node: str
    ) -> Iterator[tuple[Any, list[tuple[str, Any]]]]:
        """The values of a cell, each with the triples of a node of its own where it needs one."""
        if column.kind == "thing":
            for iri in self._things(cell, column, rule, node):
                yield ox.NamedNode(iri), []
        elif column.kind == "period":
            yield from self._period(cell, column, node)
        else:
            for literal in self._literals(cell, column, rule, node):
                yield literal, []

    def _literals(self, cell: Cell, column: Column, rule: Rule, node: str) -> Iterator[ox.Literal]:
        match column.kind:
            case "hash":
                yield values.digest(str(cell.value))
            case "number":
                yield from self._numbers(cell, column, node)
            case "date":
                found = values.typed(cell, ["date", "gYearMonth", "gYear"])
                if found is not None:
                    yield found
                else:
                    self._unreadable("date", cell.text, cell, node, column)
            case "value":
                yield self._value(cell, column, rule, node)
            case "texts":
                for text in self._split(self._text(cell, node, column)):
                    yield self._literal(text, column)
            case _:
                yield self._literal(self._plain(cell, column, node), column)

    def _numbers(self, cell: Cell, column: Column, node: str) -> Iterator[ox.Literal]:
        texts = self._split(cell.text)
        for text in texts:
            found = values.number(Cell(text, cell.place))
            if found is None:
                self._unreadable("number", text, cell, node, column)
                continue
            if len(texts) == 1:
                self._if_text(cell, node, column, found)
            yield found

    @staticmethod
    def _literal(text: str, column: Column) -> ox.Literal:
        return ox.Literal(text, language=column.lang) if column.lang else ox.Literal(text)

    def _text(self, cell: Cell, node: str, column: Column) -> str:
        """The cell's text, cleaned, with a remark on each thing that was cleaned away."""
        text, changes = spelling.clean(cell.text)
        for code in changes:
            self._say(code, cell, node, column.property, fix=text)
        return text

    def _plain(self, cell: Cell, column: Column, node: str) -> str:
        text = self._text(cell, node, column)
        if column.kind != "id":
            return text
        text = spelling.arabic(text).removeprefix("kkd:")
        return text.removeprefix(f"{self.case.slug}-")

    @staticmethod
    def _split(text: str) -> list[str]:
        return [t.strip() for t in _SEPARATORS.split(text) if t.strip()]

    def _value(self, cell: Cell, column: Column, rule: Rule, node: str) -> ox.Literal:
        """The value in the datatype that the shapes want; unreadable text is left to them."""
        wanted = sorted((local(d) for d in rule.datatypes), key=_rank)
        found = values.typed(cell, wanted) if wanted else values.number(cell)
        if found is None:
            return ox.Literal(self._text(cell, node, column))
        self._if_text(cell, node, column, found)
        return found

    def _if_text(self, cell: Cell, node: str, column: Column, found: ox.Literal) -> None:
        kind = local(found.datatype.value)
        if cell.typed and isinstance(cell.value, str) and kind in ("integer", "decimal"):
            self._say("number-as-text", cell, node, column.property, fix=found.value)

    def _period(
        self, cell: Cell, column: Column, node: str
    ) -> Iterator[tuple[Any, list[tuple[str, Any]]]]:
        found = values.period(cell.text)
        if found is None:
            self._unreadable("period", cell.text, cell, node, column)
            return
        triples: list[tuple[str, Any]] = [
            (RDF_TYPE, ox.NamedNode(KK + "Period")),
            (PREF_LABEL, ox.Literal(found.label, language="en")),
            (PREF_LABEL, ox.Literal(found.thai, language="th")),
        ]
        bounds = (("start", found.start), ("end", found.end))
        triples += [(KK + name, values.moment(text)) for name, text in bounds if text]
        if found.era_text:
            triples.append((KK + "beText", ox.Literal(found.era_text, language="th")))
        if found.approximate:
            triples.append((KK + "approximate", values.boolean("true")))
        iri = f"{node}-period"
        self.case.nodes.setdefault(iri, cell.place)
        for predicate, _ in triples:
            self.case.fields[iri, predicate] = (cell.place,)
        yield ox.NamedNode(iri), triples

    def _things(
        self, cell: Cell, column: Column, rule: Rule, node: str, *, quiet: bool = False
    ) -> list[str]:
        """The IRIs that the cell names: the whole of it, else its parts between semicolons."""
        text, changes = spelling.clean(cell.text)
        for code in () if quiet else changes:
            self._say(code, cell, node, column.property, fix=text)
        whole = self._resolver.find(text, rule)
        if whole is not None and whole.iri:
            return [whole.iri]
        found: list[str] = []
        for part in filter(None, (p.strip() for p in _SEPARATORS.split(text))):
            resolved = self._resolver.find(part, rule)
            if resolved is not None and resolved.iri:
                found.append(resolved.iri)
            elif not quiet:
                resolved = self._resolver.resolve(part, rule, column.prefers)
                self._say(resolved.code, cell, node, column.property, part, **resolved.words)
        return list(dict.fromkeys(found))

    def _unreadable(self, kind: str, text: str, cell: Cell, node: str, column: Column) -> None:
        english, thai, sample = _SAMPLES[kind]
        words = {"kind": english, "kind_th": thai, "sample": sample}
        self._say("bad-value", cell, node, column.property, text, **words)

    def _say(
        self, code: str, cell: Cell, node: str, predicate: str, value: str = "", **words: Any
    ) -> None:
        path = names.compact(predicate) if predicate else ""
        self.case.problems.append(
            remark(code, cell.place, value or cell.text, focus=node, path=path, **words)
        )


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
