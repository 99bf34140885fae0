"""The form's words: titles of sheets and columns in both languages, and what matches them."""

from __future__ import annotations

import re
from typing import Final

from kkgraph import matching
from kkgraph.cases import spelling
from kkgraph.cases.form import Column, Form, Sheet
from kkgraph.cases.known import Known
from kkgraph.model import Text, in_language

REQUIRED: Final = "*"
_LONGEST: Final = 300
EXAMPLE: Final[Text] = {"en": "(example)", "th": "(ตัวอย่าง)"}
_LANGUAGES: Final[dict[str, Text]] = {
    "en": {"en": "English", "th": "อังกฤษ"},
    "th": {"en": "Thai", "th": "ไทย"},
}
_PLAIN: Final[dict[str, Text]] = {
    "id": {"en": "Id", "th": "รหัส"},
    "class": {"en": "Type", "th": "ประเภท"},
}


def title(column: Column, known: Known) -> Text:
    """The column's title in both languages: its own, or its property's label in the ontology."""
    label = column.label or _PLAIN.get(column.kind) or known.labels(column.property)
    found = {lang: in_language(label, lang) or column.key for lang in ("en", "th")}
    if column.lang:
        of = _LANGUAGES[column.lang]
        found = {lang: f"{text} ({in_language(of, lang)})" for lang, text in found.items()}
    return {lang: text[:1].upper() + text[1:] for lang, text in found.items()}


def header(column: Column, known: Known, lang: str, *, required: bool) -> str:
    """What stands at the head of the column: both titles, and a star where it is required."""
    texts = title(column, known)
    other = "en" if lang == "th" else "th"
    star = f" {REQUIRED}" if required else ""
    return f"{texts[lang]}{star}\n{texts[other]}"


def tab(sheet: Sheet, lang: str) -> str:
    """The sheet's name in the language, as a workbook shows it on the tab."""
    return in_language(sheet.label, lang)


def is_example(text: str) -> str:
    """The mark that makes a row the example, where the text of its first cell begins with it."""
    start = spelling.key(text)
    return next((m for m in EXAMPLE.values() if start.startswith(spelling.key(m))), "")


class Headers:
    """Titles to columns, and names to sheets, of a form."""

    def __init__(self, form: Form, known: Known) -> None:
        self.form = form
        self._columns: dict[str, dict[str, Column]] = {}
        self._titles: dict[str, list[str]] = {}
        for sheet in form.sheets:
            names: dict[str, Column] = {}
            for column in sheet.columns:
                texts = title(column, known)
                self._titles.setdefault(sheet.key, []).extend(texts.values())
                for name in (column.key, *texts.values()):
                    names.setdefault(spelling.key(name), column)
            self._columns[sheet.key] = names
        self._sheets = {
            spelling.key(name): sheet
            for sheet in form.sheets
            for name in (sheet.key, *sheet.label.values())
        }

    def column(self, sheet: Sheet, text: str) -> Column | None:
        """The column that a header cell means, in either language, or None."""
        known = self._columns[sheet.key]
        whole = re.sub(rf"\s*{re.escape(REQUIRED)}", "", text[:_LONGEST]).strip()
        parts = [whole, *whole.splitlines(), *re.split(r"\s+/\s+|\n", whole)]
        return next((known[k] for p in parts if (k := spelling.key(p)) in known), None)

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, in either language, or None."""
        return self._sheets.get(spelling.key(name))

    def near_columns(self, sheet: Sheet, text: str) -> list[str]:
        """The titles of the sheet that are most like the text."""
        return matching.nearest(text.splitlines()[0] if text else text, self._titles[sheet.key], 2)

    def near_sheets(self, text: str) -> list[str]:
        """The names of sheets that are most like the text."""
        return matching.nearest(text, [n for s in self.form.sheets for n in s.label.values()], 2)
