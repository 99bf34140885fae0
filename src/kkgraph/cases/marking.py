"""The user's own workbook back, marked: coloured cells, comments, and the list as first sheet.

Marks can be told from everything else, so that marking a marked workbook replaces them: colours are
conditional formats with a formula of ours (a cell's own fill stays beneath), comments begin with a
sign, and the list's sheet has a name of ours. Nothing else is written; no cell is touched.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from kkgraph import files
from kkgraph.cases import colours, listing
from kkgraph.cases.checking import Findings, PlacedProblem
from kkgraph.cases.notes import Cell, Notes, cell_of
from kkgraph.cases.package import (
    Element,
    Package,
    outline,
    spliced,
    with_attribute,
    with_children,
)
from kkgraph.cases.phrases import is_own_sheet, say
from kkgraph.errors import SourceError
from kkgraph.model import in_language
from kkgraph.shapes.outcome import SEVERITIES
from kkgraph.tables import write_xlsx

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def write(findings: Findings, output: Path, lang: str = "en") -> None:
    """Write the marked workbook; for other inputs a workbook of the list alone.

    The file is complete or as it was before. Raises ``SourceError`` broken-workbook.
    """
    source = Path(findings.case.source)
    if source.suffix.lower() in (".xlsx", ".xlsm") and source.is_file():
        data = marked(files.read_bytes(source), findings, lang)
        partial = output.with_name(f".{output.name}.partial")
        try:
            partial.write_bytes(data)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    else:
        found = [texts for texts, _ in listing.rows(findings, lang)]
        write_xlsx(output, listing.heads(lang), found or [[say("conforms", lang)]])


def marked(data: bytes, findings: Findings, lang: str = "en") -> bytes:
    """The bytes of a workbook with its earlier marks replaced by those of the findings."""
    package = Package(data, findings.case.source)
    book = _Book(package, findings.case.source)
    book.clear()
    by_sheet: dict[str, list[PlacedProblem]] = defaultdict(list)
    for problem in findings.problems:
        for sheet in dict.fromkeys(p.sheet for p in problem.places):
            by_sheet[sheet].append(problem)
    styles = listing.Styles(package.parts[book.styles])
    for sheet, part in book.sheets.items():
        if sheet in by_sheet:
            _mark(book, part, _marks(by_sheet[sheet], sheet, lang), styles)
    package.parts[book.styles] = styles.xml
    listed = listing.sheet_xml(findings, lang, styles, book.namespace, book.sheets)
    book.add_first(listing.sheet_name(lang), listed)
    return package.save()


def unmarked(data: bytes) -> bytes:
    """The bytes of a workbook without our marks."""
    package = Package(data)
    _Book(package, "").clear()
    return package.save()


@dataclass
class _Mark:
    """A cell or row of a sheet, how grave its gravest problem is, and what its comment says."""

    row: int
    column: int
    severity: str = SEVERITIES[-1]
    notes: list[str] = field(default_factory=list)


class _Book:
    """The sheets of a workbook by name, and the parts that belong to the whole of it."""

    def __init__(self, package: Package, where: str) -> None:
        self.package = package
        main = [r.target for r in package.relations("") if r.kind.endswith("/officeDocument")]
        self._main = main[0] if main else "xl/workbook.xml"
        if self._main not in package.parts:
            raise SourceError("broken-workbook", "the file holds no workbook", where=where)
        self._relations = {r.ident: r for r in package.relations(self._main)}
        kinds = {r.kind.rpartition("/")[2]: r for r in self._relations.values()}
        if "worksheet" not in kinds or "styles" not in kinds:
            raise SourceError(
                "broken-workbook", "the workbook has no sheets or styles", where=where
            )
        self.base = kinds["worksheet"].kind.rpartition("/")[0]
        self.styles = kinds["styles"].target
        attributes = self._outline().root.attributes
        self.namespace = attributes.get(
            "xmlns", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        )
        found = {name: self._relations.get(ident) for name, ident, _ in self._listed()}
        self.sheets = {
            name: relation.target
            for name, relation in found.items()
            if relation is not None and relation.kind.endswith("/worksheet")
        }

    def _outline(self) -> Any:
        return outline(self.package.parts[self._main])

    def _child(self, name: str) -> Element | None:
        return next((c for c in self._outline().children if c.name == name), None)

    def _listed(self) -> list[tuple[str, str, Element]]:
        """Name, reference and element of each sheet, offsets in the whole part."""
        xml = self.package.parts[self._main]
        whole = self._child("sheets")
        assert whole is not None
        found = []
        for item in outline(xml[whole.start : whole.end]).children:
            ident = next(v for k, v in item.attributes.items() if k.endswith(":id"))
            place = Element(item.name, item.attributes, whole.start + item.start,
                            whole.start + item.end)  # fmt: skip
            found.append((item.attributes["name"], ident, place))
        return found

    def clear(self) -> None:
        """Take all our marks away."""
        for name, part in list(self.sheets.items()):
            if is_own_sheet(name):
                self._remove(name, part)
        for part in self.sheets.values():
            self.package.parts[part] = colours.take(self.package.parts[part])
            Notes(self.package, part, self.base).remove()

    def _remove(self, name: str, part: str) -> None:
        listed = self._listed()
        number = [n for n, _, _ in listed].index(name)
        _, ident, place = listed[number]
        xml = self.package.parts[self._main]
        self.package.parts[self._main] = spliced(xml, [(place.start, place.end, b"")])
        self.package.unrelate(self._main, ident)
        self.package.drop(part)
        del self.sheets[name]
        self._renumber(number, -1)

    def add_first(self, name: str, xml: bytes) -> None:
        """Add a sheet before all others; the sheet that was in view stays so."""
        part = self.package.free("xl/worksheets/kkgraph{}.xml")
        part = posixpath.normpath(part)
        taken = [int(e.attributes.get("sheetId", 0)) for _, _, e in self._listed()]
        ident = "rIdKkgraph"
        self.package.add(part, xml, _SHEET)
        self.package.relate(self._main, ident, f"{self.base}/worksheet", part)
        relations = self.base
        prefix = self._outline().prefix
        new = (
            f"<{prefix}sheet xmlns:r={quoteattr(relations)} name={quoteattr(name)}"
            f' sheetId="{max(taken, default=0) + 1}" r:id="{ident}"/>'
        ).encode()
        whole = self._child("sheets")
        assert whole is not None
        book = self.package.parts[self._main]
        changed = with_children(book[whole.start : whole.end], new, first=True)
        self.package.parts[self._main] = spliced(book, [(whole.start, whole.end, changed)])
        self._renumber(0, 1)

    def _renumber(self, place: int, step: int) -> None:
        """Let the view and the names of single sheets mean the same sheets as before."""
        xml = self.package.parts[self._main]
        changes = []
        for name, key in (("bookViews", "activeTab"), ("definedNames", "localSheetId")):
            whole = self._child(name)
            for item in outline(xml[whole.start : whole.end]).children if whole else ():
                assert whole is not None
                start, end = whole.start + item.start, whole.start + item.end
                number = int(item.attributes.get(key, 0 if key == "activeTab" else -1))
                if step < 0 and number == place and key == "localSheetId":
                    changes.append((start, end, b""))
                elif number > place or (step > 0 and number == place):
                    new = with_attribute(xml[start:end], key, str(number + step))
                    changes.append((start, end, new))
        self.package.parts[self._main] = spliced(xml, changes)


def _marks(problems: list[PlacedProblem], sheet: str, lang: str) -> list[_Mark]:
    """What is to be marked on one sheet; a column 0 stands for a whole row."""
    found: dict[Cell, _Mark] = {}
    for problem in problems:
        for place in problem.places:
            if place.sheet != sheet or not place.row:
                continue
            mark = found.setdefault((place.row, place.column), _Mark(place.row, place.column))
            mark.severity = min(mark.severity, problem.severity, key=SEVERITIES.index)
            said = _note(problem, lang)
            if said not in mark.notes:
                mark.notes.append(said)
    return list(found.values())


def _mark(book: _Book, part: str, marks: list[_Mark], styles: listing.Styles) -> None:
    """Colour the cells of one sheet, and write a comment to each."""
    package = book.package
    width = _width(package.parts[part])
    notes: dict[Cell, list[str]] = defaultdict(list)
    filled: dict[tuple[Cell, Cell], str] = {}
    for mark in marks:
        first, last = (mark.row, mark.column or 1), (mark.row, mark.column or width)
        filled[first, last] = mark.severity
        notes[first] += mark.notes
    package.parts[part] = colours.put(package.parts[part], filled, styles.fills)
    texts = {cell: "\n\n".join(said) for cell, said in notes.items()}
    ident = Notes(package, part, book.base).add(texts, book.namespace) if texts else ""
    if ident:
        prefix = outline(package.parts[part]).prefix
        new = f'<{prefix}legacyDrawing xmlns:r={quoteattr(book.base)} r:id="{ident}"/>'
        package.parts[part] = colours.inserted(package.parts[part], "legacyDrawing", new.encode())


def _note(problem: PlacedProblem, lang: str) -> str:
    message = in_language(problem.message, lang) or problem.component
    lines = [f"{say(f'{problem.severity}_of', lang)}: {message}"]
    if rule := in_language(problem.rule, lang):
        lines.append(f"{say('rule', lang)}: {rule}")
    if fix := in_language(problem.fix.text, lang):
        lines.append(f"{say('fix', lang)}: {fix}")
    return "\n".join(lines)


def _width(xml: bytes) -> int:
    """The last column that the sheet says it uses."""
    for child in outline(xml).children:
        if child.name == "dimension":
            return max(cell_of(child.attributes["ref"].rpartition(":")[2])[1], 1)
    return 1
