"""Records of the form turned into a case: its triples, each with the cells that it came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from kkgraph import matching, names
from kkgraph.cases import spelling
from kkgraph.cases.cells import Writer
from kkgraph.cases.form import Form, Part, Sheet
from kkgraph.cases.grids import Cell, Filled, Record
from kkgraph.cases.known import Known
from kkgraph.cases.records import Case, Place
from kkgraph.cases.remarks import remark
from kkgraph.cases.resolving import Resolver, Row
from kkgraph.cases.rules import Rules
from kkgraph.names import KKD, PREF_LABEL, RDF_TYPE

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|[A-Z]+[0-9]+")
_LOCAL: Final = re.compile(r"([a-z0-9]+|[A-Z]+[0-9]+)(-([a-z0-9]+|[A-Z]+[0-9]+))*")
_SAFE: Final = re.compile(r"[^A-Za-z0-9]+")


def build(source: str, filled: Sequence[Filled], form: Form, rules: Rules, known: Known) -> Case:
    """The case that the filled sheets describe, with all that is wrong on the way."""
    builder = _Builder(Case(source), form, rules, known)
    builder.run(filled)
    return builder.case


class _Builder:
    """Two passes: rows are named first, so that cells may refer to rows below them."""

    def __init__(self, case: Case, form: Form, rules: Rules, known: Known) -> None:
        self.case = case
        self.form = form
        self.known = known
        self.resolver = Resolver(known)
        self.writer = Writer(case, rules, self.resolver)

    def run(self, filled: Sequence[Filled]) -> None:
        for part in filled:
            self.case.problems += part.problems
        self.case.slug = self._slug(filled)
        later = [f for f in filled if self._key_column(f.sheet)]
        named = [
            (f.sheet, record, self._name(f.sheet, record))
            for f in filled
            if f not in later
            for record in self._records(f)
        ]
        for f in later:
            named += [(f.sheet, r, self._name_by_key(f.sheet, r)) for r in f.records]
        for sheet, record, row in named:
            self._describe(sheet, record, row)

    def _records(self, filled: Filled) -> list[Record]:
        if filled.sheet.single:
            for record in filled.records[1:]:
                self.case.problems.append(remark("many-rows", record.place))
            return filled.records[:1]
        return filled.records

    def _slug(self, filled: Sequence[Filled]) -> str:
        sheet = next((s for s in self.form.sheets if s.single), None)
        mine = next((f for f in filled if f.sheet is sheet), None)
        stem = spelling.slug(re.sub(r"\.\w+$", "", re.split(r"[/\\]", self.case.source)[-1]))
        made = stem or "case"
        if mine is None or not mine.records:
            place = mine.place if mine else Place(self.case.source)
            name = " / ".join(sheet.label.values()) if sheet else ""
            code = "no-case" if mine else "missing-sheet"
            self.case.problems.append(remark(code, place, name, sample=made))
            return made
        cell = self._cell(mine.records[0], "id")
        text = self._id_text(cell)
        if not text:
            place = mine.records[0].place_of("id")
            self.case.problems.append(remark("missing-id", place, fix=made))
            return made
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
            fix = spelling.slug(text) or made
            self.case.problems.append(remark("bad-id", cell.place, text, fix=fix))
            return fix
        return text

    @staticmethod
    def _cell(record: Record, key: str) -> Cell:
        found = record.cells.get(key)
        return found[0] if found else Cell(None, record.place)

    @staticmethod
    def _id_text(cell: Cell) -> str:
        return "" if cell.flaw else spelling.arabic(spelling.clean(cell.text)[0])

    @staticmethod
    def _key_column(sheet: Sheet) -> str:
        """The column whose node names the row: ``finding`` in ``{finding}-evidence``."""
        found = re.search(r"\{(\w+)\}", sheet.node.replace("{case}", ""))
        return found[1] if found and found[1] != "id" else ""

    def _name(self, sheet: Sheet, record: Record) -> Row:
        """The row's node: by its id, else by its name, so that the order of rows doesn't matter."""
        cell = self._cell(record, "id")
        text = self._id_text(cell)
        explicit = not sheet.single and text[:4] == "kkd:" and bool(_LOCAL.fullmatch(text[4:]))
        if explicit:
            iri = names.expand(text)
        else:
            local = "" if sheet.single else self._local(sheet, record, cell, text)
            iri = KKD + sheet.node.format(case=self.case.slug, id=local)
            text = text or local
        if not explicit and self.known.is_anothers(iri, self.case.graph):
            place = record.place_of("id")
            fix, known = f"{text}-2", names.compact(iri)
            self.case.problems.append(
                remark("taken-id", place, text, focus=iri, known=known, fix=fix)
            )
        kinds = self._kinds(sheet, record)
        above = frozenset(a for k in kinds for a in self.known.ancestors(k))
        row = Row(iri, text, above, record.place)
        if (first := self.resolver.rows.get(iri)) is not None:
            place = cell.place if text and not cell.is_blank else record.place
            self.case.problems.append(
                remark("duplicate-id", place, text, focus=iri, other=first.place)
            )
        else:
            labels = self._labels(sheet, record)
            self.resolver.add(row, labels)
            self._warn_of_known(row, labels, record)
        return row

    def _local(self, sheet: Sheet, record: Record, cell: Cell, text: str) -> str:
        column = sheet.column("id")
        if text and not _ID.fullmatch(text):
            fix = spelling.slug(text.removeprefix("kkd:")) or self._made(record)
            if column is not None and not column.property:
                self.case.problems.append(remark("bad-id", cell.place, text, fix=fix))
                return fix
            return _SAFE.sub("-", text).strip("-") or fix
        if text:
            return text
        english = [c for c in sheet.columns if c.property == PREF_LABEL and c.lang == "en"]
        name = spelling.slug(self._cell(record, english[0].key).text) if english else ""
        return name or self._made(record)

    @staticmethod
    def _made(record: Record) -> str:
        """A name out of what the row holds, the same wherever the row stands."""
        cells = sorted((k, c.text) for k, many in record.cells.items() for c in many if c.text)
        text = "\x00".join(f"{key}={value}" for key, value in cells)
        return "unnamed-" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]

    def _name_by_key(self, sheet: Sheet, record: Record) -> Row:
        key = self._key_column(sheet)
        column = sheet.column(key)
        found = self.writer.references(sheet, column, record, quiet=True) if column else []
        base = found[0] if found else f"{KKD}{self.case.slug}-{self._made(record)}"
        iri = sheet.node.format(case=self.case.slug, **{key: base})
        above = frozenset(a for k in sheet.classes for a in self.known.ancestors(k))
        row = Row(iri, "", above, record.place)
        if (first := self.resolver.rows.get(iri)) is not None:
            cell = self._cell(record, key)
            self.case.problems.append(
                remark("duplicate-id", cell.place, cell.text, focus=iri, other=first.place)
            )
        else:
            self.resolver.add(row, ())
        return row

    def _labels(self, sheet: Sheet, record: Record) -> list[str]:
        keys = [c.key for c in sheet.columns if c.property in (PREF_LABEL, names.ALT_LABEL)]
        texts = [self._cell(record, k) for k in keys]
        return [spelling.clean(c.text)[0] for c in texts if not c.is_blank and not c.flaw]

    def _warn_of_known(self, row: Row, labels: list[str], record: Record) -> None:
        """Say where a thing of the row's name and class is known under another IRI."""
        mine = f"{KKD}{self.case.slug}-"
        for label in labels:
            same = [
                i
                for i in self.known.named(label)
                if i != row.iri and not i.startswith(mine) and self.known.classes(i) & row.kinds
            ]
            if same and row.iri not in self.known:
                place = record.place_of("id")
                fix = names.compact(same[0])
                self.case.problems.append(
                    remark("name-known", place, label, focus=row.iri, fix=fix)
                )
                return

    def _kinds(self, sheet: Sheet, record: Record) -> tuple[str, ...]:
        if sheet.typed is None:
            return sheet.classes[:1]
        text = spelling.key(self._cell(record, sheet.typed.key).text)
        for kind in sheet.classes:
            labels = self.known.labels(kind).values()
            local = re.split("[#/]", kind)[-1]
            spelt = {spelling.key(n) for n in (*labels, local, names.compact(kind))}
            if text in spelt:
                return (kind,)
        return ()

    def _describe(self, sheet: Sheet, record: Record, row: Row) -> None:
        self.case.nodes.setdefault(row.iri, record.place)
        kinds = self._kinds(sheet, record)
        place = record.place_of(sheet.typed.key) if sheet.typed else record.place
        self.case.fields.setdefault((row.iri, RDF_TYPE), (place,))
        if sheet.typed and not kinds:
            blank = self._cell(record, sheet.typed.key).is_blank
            if not (blank and row.iri in self.known):
                self._say_type(sheet, record, row)
        for kind in kinds:
            self.writer.add(row.iri, RDF_TYPE, ox.NamedNode(kind), place)
            for target, predicate, value in sheet.constants:
                if target == kind:
                    self.writer.add(row.iri, predicate, ox.NamedNode(value), place)
                    self.case.fields.setdefault((row.iri, predicate), (place,))
        known = self.known.classes(row.iri)
        kinds = kinds or tuple(k for k in sheet.classes if k in known)
        nodes = {p.key: self._part(sheet, p, record, row) for p in sheet.parts}
        for column in sheet.columns:
            node = nodes[column.node] if column.node else row.iri
            if node and column.property:
                of = (sheet.part(column.node).kind,) if column.node else (kinds or sheet.classes)
                self.writer.write(sheet, column, record, node, of)

    def _say_type(self, sheet: Sheet, record: Record, row: Row) -> None:
        assert sheet.typed is not None
        cell = self._cell(record, sheet.typed.key)
        if cell.flaw:
            self.writer.flawed(cell, row.iri, RDF_TYPE)
            return
        labels = [self.known.label(k, lang) for lang in ("en", "th") for k in sheet.classes]
        count = len(sheet.classes)
        found = ", ".join(labels[:count])
        near = matching.nearest(cell.text, labels, 2) if cell.text else []
        code = "unknown-class" if cell.text else "missing-type"
        place = record.place_of(sheet.typed.key)
        self.case.problems.append(
            remark(code, place, cell.text, focus=row.iri, path="rdf:type", found=found, near=near)
        )

    def _part(self, sheet: Sheet, part: Part, record: Record, row: Row) -> str:
        """A further node of the row, where one of its columns is filled; ``""`` where none is."""
        columns = [c for c in sheet.columns if c.node == part.key]
        places = tuple(record.place_of(c.key) for c in columns)
        self.case.fields.setdefault((row.iri, part.link), places)
        cells = [c for column in columns for c in record.cells.get(column.key, ())]
        if all(c.is_blank for c in cells):
            return ""
        base = re.sub("-evidence$", "", row.iri)
        iri = part.node.format(case=self.case.slug, row=row.iri, **{self._key_column(sheet): base})
        self.case.nodes.setdefault(iri, record.place)
        first = next(c.place for c in cells if not c.is_blank)
        self.writer.add(row.iri, part.link, ox.NamedNode(iri), first)
        self.writer.add(iri, RDF_TYPE, ox.NamedNode(part.kind), first)
        for predicate, value in part.constants:
            self.writer.add(iri, predicate, ox.NamedNode(value), first)
        return iri
