"""The first sheet of a marked workbook: the list of problems, each with a link to its cell."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from kkgraph.cases.checking import Findings, PlacedProblem
from kkgraph.cases.package import Element, outline, spliced, with_attribute, with_children
from kkgraph.cases.phrases import OWN_SHEET, say
from kkgraph.cases.records import Place, letters
from kkgraph.layout import display_width
from kkgraph.model import in_language
from kkgraph.names import LANGUAGES
from kkgraph.tables import safe_cell

HEADS: Final = (
    "severity", "table", "cell", "thing", "value", "problem", "rule", "fix", "write", "shape",
)  # fmt: skip
_WIDTHS: Final = (11, 18, 10, 24, 24, 60, 44, 44, 24, 30)
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST: Final = 32_000
_TALLEST: Final = 26
_BOLD: Final = '<{p}font><{p}b/><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>'
_BLUE: Final = (
    '<{p}font><{p}u/><{p}sz val="11"/><{p}color rgb="FF0563C1"/><{p}name val="Calibri"/></{p}font>'
)
_PLAIN: Final = '<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>'
_FORMAT: Final = (
    '<{p}xf numFmtId="0" fontId="{font}" fillId="0" borderId="0" xfId="0" applyFont="1"'
    ' applyAlignment="1"><{p}alignment vertical="top" wrapText="1"/></{p}xf>'
)
_COLORS: Final = {"violation": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}
_FILL: Final = (
    '<{p}dxf><{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{color}"/>'
    '<{p}bgColor rgb="{color}"/></{p}patternFill></{p}fill></{p}dxf>'
)
_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip


def sheet_name(lang: str) -> str:
    """The name of the list's sheet."""
    return f"{'ปัญหา' if lang == 'th' else 'Problems'} {OWN_SHEET}"


def rows(findings: Findings, lang: str) -> list[tuple[list[str], Place]]:
    """One row for each place of each problem: the texts under ``HEADS``, and the place."""
    return [
        (_row(problem, place, lang), place)
        for problem in findings.problems
        for place in problem.places
    ]


def heads(lang: str) -> list[str]:
    """The texts of the first row."""
    return [say(key, lang) for key in HEADS]


def _row(problem: PlacedProblem, place: Place, lang: str) -> list[str]:
    cell = place.cell or (say("row", lang, n=place.row) if place.row else "")
    rule = [in_language(w, lang) for w in problem.why] or [in_language(problem.rule, lang)]
    path = in_language(problem.path, lang)
    thing = " – ".join(t for t in (in_language(problem.about, lang), path) if t)
    return [
        say(f"{problem.severity}_of", lang),
        place.sheet or place.file,
        cell or (str(place.line) if place.line else ""),
        thing,
        in_language(problem.given, lang),
        in_language(problem.message, lang) or problem.component,
        "\n".join(r for r in rule if r),
        in_language(problem.fix.text, lang),
        in_language(problem.fix.value, lang),
        problem.shape,
    ]


class Styles:
    """The workbook's styles, with those that the list and the marks need."""

    def __init__(self, xml: bytes) -> None:
        self._prefix = outline(xml).prefix
        self.xml = xml
        fonts = [self._once("fonts", f) for f in (_BOLD, _BLUE, _PLAIN)]
        self.bold, self.link, self.text = (
            self._once("cellXfs", _FORMAT.replace("{font}", str(font))) for font in fonts
        )
        self.fills = {
            severity: self._once("dxfs", _FILL.replace("{color}", color))
            for severity, color in _COLORS.items()
        }

    def _once(self, name: str, template: str) -> int:
        """The number of an element of a list of styles, which is added where it isn't there."""
        new = template.replace("{p}", self._prefix).encode()
        found = self._list(name)
        inner = self.xml[found.start : found.end]
        items = outline(inner).children
        for number, item in enumerate(items):
            if inner[item.start : item.end] == new:
                return number
        changed = with_attribute(with_children(inner, new), "count", str(len(items) + 1))
        self.xml = spliced(self.xml, [(found.start, found.end, changed)])
        return len(items)

    def _list(self, name: str) -> Element:
        whole = outline(self.xml)
        for child in whole.children:
            if child.name == name:
                return child
        before = [c for c in whole.children if _ORDER.index(c.name) < _ORDER.index(name)]
        at = before[-1].end if before else whole.inside
        new = f'<{self._prefix}{name} count="0"></{self._prefix}{name}>'.encode()
        self.xml = spliced(self.xml, [(at, at, new)])
        return self._list(name)


def sheet_xml(
    findings: Findings, lang: str, styles: Styles, namespace: str, sheets: Container[str]
) -> bytes:
    """The list's sheet as a part: texts only, so that no cell is ever a formula.

    ``sheets`` are those that a link can lead to.
    """
    lang = lang if lang in LANGUAGES else "en"
    found = rows(findings, lang)
    lines = [_line(1, heads(lang), [styles.bold] * len(HEADS))]
    links = []
    if not found:
        lines.append(_line(2, [say("conforms", lang)], [styles.text]))
    for number, (texts, place) in enumerate(found, 2):
        formats = [styles.text] * len(texts)
        if place.sheet in sheets and (target := _target(place)):
            formats[2] = styles.link
            links.append(
                f'<hyperlink ref="C{number}" location={quoteattr(target)}'
                f" display={quoteattr(texts[2])}/>"
            )
        lines.append(_line(number, texts, formats))
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(_WIDTHS, 1)
    )
    last = f"{letters(len(HEADS))}{max(len(lines), 2)}"
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{namespace}"><sheetPr><tabColor rgb="FFC00000"/></sheetPr>'
        f'<dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{widths}</cols><sheetData>{''.join(lines)}</sheetData>"
        f"{hyperlinks}</worksheet>"
    ).encode()


def _target(place: Place) -> str:
    """The cell that a link leads to; nothing where the place is in no sheet."""
    if not place.sheet or place.line:
        return ""
    name = place.sheet.replace("'", "''")
    return f"'{name}'!{place.cell or f'A{max(place.row, 1)}'}"


def _line(number: int, texts: Sequence[str], formats: Sequence[int]) -> str:
    cells = "".join(
        f'<c r="{letters(n)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_ILLEGAL.sub('', str(safe_cell(text)))[:_LONGEST])}</t></is></c>"
        for n, (text, style) in enumerate(zip(texts, formats, strict=True), 1)
        if text
    )
    lines = max(
        sum(1 + int(display_width(line) / width) for line in text.split("\n"))
        for text, width in zip(texts, _WIDTHS, strict=False)
    )
    height = min(lines, _TALLEST) * 15 + 3
    return f'<row r="{number}" ht="{height}" customHeight="1">{cells}</row>'
