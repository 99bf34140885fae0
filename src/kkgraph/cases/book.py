"""The form as an Excel workbook: a template to fill in, or a case written back into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kkgraph.cases import headers
from kkgraph.cases.grids import escaped
from kkgraph.cases.plan import Heading, Page, guide
from kkgraph.model import Text, in_language

FILLED_ROWS: Final = 2_000
"""Down to this row the drop-downs and formats of a template reach."""
_WIDTHS: Final = {"id": 18, "class": 24, "text": 44, "texts": 26, "thing": 28, "hash": 44}
_TEXT: Final = frozenset(("id", "text", "texts", "hash", "period", "date"))
_HEAD: Final = {True: "FFF2CC", False: "DDEBF7"}
_GREY: Final = "7F7F7F"
_FONT: Final = "Tahoma"
_NARROW: Final = 16
_PAGE: Final = 240
_LINE: Final = 16
_LINES: Final = 8
_NOTE: Final = (420, 260)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Explained:
    """What the first sheet explains: pairs of label and definition, for hedges and scopes."""

    hedges: Sequence[tuple[Text, Text]]
    scopes: Sequence[tuple[Text, Text]]


def write(path: Path, pages: Sequence[Page], explained: Explained, lang: str, rows: Rows) -> None:
    """Write the workbook; with ``rows`` (by keys of sheet and column) in place of the examples.

    Texts are texts: none is ever a formula.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _guide_sheet(book.create_sheet(_tab(guide()["tab"], lang)), explained, lang)
    lists = _Lists(lang)
    for page in pages:
        sheet = book.create_sheet(_tab(page.sheet.label, lang))
        _fill(sheet, page, lists, lang, rows.get(page.sheet.key) if rows else None)
    lists.write(book.create_sheet(_tab(guide()["lists"], lang)))
    for sheet in book.worksheets:
        if sheet.title in {_tab(p.sheet.label, lang) for p in pages}:
            _validations(sheet, pages, lists, lang)
    book.active = 0 if not rows else 1
    book.save(path)


def _tab(label: Text, lang: str) -> str:
    """A sheet's name as Excel takes it: 31 characters at most, and none of its special ones."""
    return re.sub(r"[\[\]:*?/\\]", " ", in_language(label, lang))[:31]


def _fill(
    sheet: Any,
    page: Page,
    lists: _Lists,
    lang: str,
    rows: Sequence[Mapping[str, Any]] | None,
) -> None:
    from openpyxl.utils import get_column_letter

    for number, heading in enumerate(page.headings, 1):
        _head(sheet.cell(1, number), heading, lang)
        letter = get_column_letter(number)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _WIDTHS.get(heading.column.kind, _NARROW)
        if heading.column.kind in _TEXT:
            dimension.number_format = "@"
        lists.want(heading)
    if rows is None:
        _example(sheet, page, lang)
    else:
        for number, row in enumerate(rows, 2):
            for place, heading in enumerate(page.headings, 1):
                _put(sheet.cell(number, place), row.get(heading.column.key), heading)
            sheet.row_dimensions[number].height = _LINE * _lines(page, row)
    sheet.row_dimensions[1].height = 46
    sheet.freeze_panes = "B2"
    _print_wide(sheet, sum(_WIDTHS.get(h.column.kind, _NARROW) for h in page.headings))


def _lines(page: Page, row: Mapping[str, Any]) -> int:
    """How many lines the longest text of a row takes in its column, eight at most."""
    widths = {h.column.key: _WIDTHS.get(h.column.kind, _NARROW) for h in page.headings}
    return min(
        _LINES, max([1, *(1 + len(str(v)) * 11 // (10 * widths[k]) for k, v in row.items() if v)])
    )


def _print_wide(sheet: Any, width: int) -> None:
    """Print on as many pages side by side as the columns need to stay legible."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth = max(1, round(width / _PAGE))
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _head(cell: Any, heading: Heading, lang: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    other = "en" if lang == "th" else "th"
    star = f" {headers.REQUIRED}" if heading.required else ""
    cell.value = f"{heading.title[lang]}{star}\n{heading.title[other]}"
    cell.font = Font(name=_FONT, size=10, bold=True)
    cell.fill = PatternFill("solid", start_color=_HEAD[heading.required])
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = Border(bottom=Side("medium"))
    text = f"{heading.help[lang]}\n\n{heading.help[other]}"
    cell.comment = Comment(text, "kkgraph", width=_NOTE[0], height=_NOTE[1])


def _example(sheet: Any, page: Page, lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    for place, heading in enumerate(page.headings, 1):
        cell = sheet.cell(2, place)
        text = heading.example
        if place == 1:
            text = f"{in_language(headers.EXAMPLE, lang)} {text}"
        _put(cell, text or None, heading)
        cell.font = Font(name=_FONT, size=9, italic=True, color=_GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _put(cell: Any, value: Any, heading: Heading) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment

    if value is None or value == "":
        return
    number = _number(value) if heading.column.kind in ("value", "number") else None
    if number is not None:
        cell.value = number
    elif isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", escaped(value))
        cell.data_type = "s"
        if heading.column.kind in _TEXT:
            cell.number_format = "@"
    else:
        cell.value = value
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _number(value: Any) -> int | float | None:
    """The number that a text is, where a spreadsheet keeps it exactly."""
    text = str(value)
    if re.fullmatch(r"0|-?[1-9][0-9]{0,14}", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,6}", text) and repr(float(text)) == text:
        return float(text)
    return None


class _Lists:
    """The hidden sheet that drop-downs choose from: one column for each list."""

    def __init__(self, lang: str) -> None:
        self._tab = _tab(guide()["lists"], lang)
        self._columns: dict[tuple[str, ...], int] = {}
        self._titles: list[str] = []
        self._lang = lang

    def want(self, heading: Heading) -> None:
        if heading.choices and heading.choices not in self._columns:
            self._columns[heading.choices] = len(self._columns) + 1
            self._titles.append(heading.title[self._lang])

    def range_of(self, heading: Heading) -> str:
        from openpyxl.utils import get_column_letter

        letter = get_column_letter(self._columns[heading.choices])
        last = len(heading.choices) + 1
        return f"{quoted(self._tab)}!${letter}$2:${letter}${last}"

    def write(self, sheet: Any) -> None:
        for choices, number in self._columns.items():
            cell = sheet.cell(1, number, self._titles[number - 1])
            cell.data_type = "s"
            for row, choice in enumerate(choices, 2):
                cell = sheet.cell(row, number, escaped(choice))
                cell.data_type = "s"
        sheet.sheet_state = "hidden"


def quoted(tab: str) -> str:
    """A sheet's name as formulas write it."""
    return "'" + tab.replace("'", "''") + "'"


def _validations(sheet: Any, pages: Sequence[Page], lists: _Lists, lang: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    page = next(p for p in pages if _tab(p.sheet.label, lang) == sheet.title)
    tabs = {p.sheet.key: _tab(p.sheet.label, lang) for p in pages}
    for number, heading in enumerate(page.headings, 1):
        if heading.choices:
            formula = lists.range_of(heading)
        elif heading.rows_of:
            formula = f"{quoted(tabs[heading.rows_of])}!$A$3:$A${FILLED_ROWS}"
        elif heading.whole_from is not None:
            whole = DataValidation(
                "whole", operator="greaterThanOrEqual", formula1=str(heading.whole_from)
            )
            _reach(sheet, whole, get_column_letter(number), heading, lang, strict=False)
            continue
        else:
            continue
        choice = DataValidation("list", formula1=formula, allow_blank=True)
        strict = heading.closed and heading.single
        _reach(sheet, choice, get_column_letter(number), heading, lang, strict=strict)


def _reach(  # noqa: PLR0913
    sheet: Any, validation: Any, letter: str, heading: Heading, lang: str, *, strict: bool
) -> None:
    """Add a validation to a column; what it doesn't know is only refused where ``strict``."""
    validation.errorStyle = "stop"
    validation.showErrorMessage = strict
    validation.errorTitle = heading.title[lang][:32]
    validation.error = heading.help[lang][:224]
    sheet.add_data_validation(validation)
    validation.add(f"{letter}2:{letter}{FILLED_ROWS}")


def _guide_sheet(sheet: Any, explained: Explained, lang: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    words = guide()
    order = (lang, "en" if lang == "th" else "th")
    rows: list[tuple[str, str, str]] = [
        ("title", in_language(words["title"], order[0]), in_language(words["title"], order[1]))
    ]
    rows += [("", f"{n}. {s[order[0]]}", f"{n}. {s[order[1]]}") for n, s in _numbered(words)]
    for key, pairs in (("hedge", explained.hedges), ("scope", explained.scopes)):
        part = words[key]
        rows += [("", "", ""), ("head", part["title"][order[0]], part["title"][order[1]])]
        rows.append(("", part["text"][order[0]], part["text"][order[1]]))
        for label, definition in pairs:
            both = [": ".join(filter(None, (label.get(of), definition.get(of)))) for of in order]
            rows.append(("", *both))  # type: ignore[arg-type]
    for number, (style, *texts) in enumerate(rows, 1):
        for place, text in enumerate(texts, 1):
            cell = sheet.cell(number, place, text)
            cell.data_type = "s"
            size = {"title": 16, "head": 12}.get(style, 10)
            cell.font = Font(name=_FONT, size=size, bold=bool(style))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if style == "head":
                cell.fill = PatternFill("solid", start_color=_HEAD[False])
        sheet.row_dimensions[number].height = _height(style, max(map(len, texts)))
    for letter in "AB":
        sheet.column_dimensions[letter].width = 78
    sheet.sheet_view.showGridLines = False
    _print_wide(sheet, _PAGE)


def _numbered(words: dict[str, Any]) -> list[tuple[int, Text]]:
    return list(enumerate(words["steps"], 1))


def _height(style: str, longest: int) -> float:
    return 26 if style == "title" else 15.0 * (1 + longest // 82)
