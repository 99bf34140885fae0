"""A template of the form to fill in: a workbook, a folder of CSV files, or YAML."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kkgraph.cases import book, headers
from kkgraph.cases.grids import escaped
from kkgraph.cases.known import Known
from kkgraph.cases.plan import Heading, Page, guide, meanings, plan
from kkgraph.cases.reading import form_of
from kkgraph.errors import QuestionError, SourceError
from kkgraph.model import in_language

_WRAP: Final = 96
_LISTED: Final = 120
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def write(  # noqa: PLR0913
    path: Path,
    known: Known,
    *,
    lang: str = "en",
    shapes: Sequence[Path] = (),
    rows: Rows | None = None,
    replace: bool = False,
) -> None:
    """Write a template whose kind the ending says: .xlsx, .yaml, or a folder of CSV files.

    ``shapes`` in place of the shipped ones say what is required and allowed. With ``rows`` (by
    keys of sheet and column) it is a filled form. Raises ``SourceError`` file-exists unless
    ``replace``; ``QuestionError`` bad-value for another ending.
    """
    if path.exists() and not replace and (path.is_file() or any(path.iterdir())):
        raise SourceError(
            "file-exists",
            "there is such a file already, and it is left as it is",
            where=str(path),
            hint="Give another name, or add --replace.",
        )
    form, rules = form_of(known, shapes)
    pages = plan(form, rules, known, lang)
    kind = path.suffix.lower()
    if kind == ".xlsx":
        about = [meanings(rules, form, known, key) for key in ("hedge", "scope")]
        book.write(path, pages, book.Explained(*about), lang, rows or {})
    elif kind in (".yaml", ".yml"):
        path.write_text(outline(pages, lang, rows or {}), encoding="utf-8", newline="\n")
    elif not kind:
        _folder(path, pages, lang, rows or {})
    else:
        raise QuestionError(
            "bad-value",
            f'"{kind}" is no kind of template',
            where=str(path),
            hint="Give a name that ends in .xlsx or .yaml, or a folder's name for CSV files.",
        )


def _folder(path: Path, pages: Sequence[Page], lang: str, rows: Rows) -> None:
    """CSV files with a byte order mark, by which Excel knows the Thai letters, and a guide."""
    path.mkdir(parents=True, exist_ok=True)
    for page in pages:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([_head(h, lang) for h in page.headings])
        if not rows:
            example = [h.example for h in page.headings]
            example[0] = f"{in_language(headers.EXAMPLE, lang)} {example[0]}"
            writer.writerow([escaped(t) for t in example])
        for row in rows.get(page.sheet.key, ()):
            values = [row.get(h.column.key) for h in page.headings]
            writer.writerow(["" if v is None else escaped(str(v)) for v in values])
        name = path / f"{page.sheet.key}.csv"
        name.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    guide_text = "\n".join(_guide(pages, lang))
    (path / "read-me.txt").write_text(guide_text + "\n", encoding="utf-8-sig", newline="\r\n")


def _head(heading: Heading, lang: str) -> str:
    other = "en" if lang == "th" else "th"
    star = f" {headers.REQUIRED}" if heading.required else ""
    return f"{heading.title[lang]}{star} / {heading.title[other]}"


def _guide(pages: Sequence[Page], lang: str) -> list[str]:
    lines = [guide()["title"][lang], ""]
    lines += [f"{n}. {step[lang]}" for n, step in enumerate(guide()["steps"], 1)]
    for key in ("hedge", "scope"):
        lines += ["", guide()[key]["title"][lang], guide()[key]["text"][lang]]
    for page in pages:
        lines += ["", f"== {headers.tab(page.sheet, lang)} ({page.sheet.key}.csv)"]
        lines.append(in_language(page.sheet.help, lang))
        for heading in page.headings:
            lines.append(f"- {heading.title[lang]}: {heading.help[lang]}")
            if heading.choices:
                more = ["…"] if len(heading.choices) > _LISTED else []
                lines.append(f"    {' | '.join([*heading.choices[:_LISTED], *more])}")
    return lines


def outline(pages: Sequence[Page], lang: str, rows: Rows) -> str:
    """The form as YAML: help and examples as comments, or the rows of a case."""
    lines = [f"# {guide()['title'][lang]}"]
    lines += [f"# {line}" for step in guide()["steps"][4:7] for line in _wrapped(step[lang])]
    for page in pages:
        sheet = page.sheet
        lines += ["", f"# {headers.tab(sheet, lang)}: {in_language(sheet.help, lang)}"]
        if not rows:
            lines += _explained(page, lang)
        filled = rows.get(sheet.key, ())
        if not filled:
            lines.append(f"{sheet.key}: {'{}' if sheet.single else '[]'}")
            continue
        lines.append(f"{sheet.key}:")
        for row in filled:
            lines += _mapping(page, row, single=sheet.single)
    return "\n".join(lines) + "\n"


def _explained(page: Page, lang: str) -> list[str]:
    lines = []
    for number, heading in enumerate(page.headings):
        star = headers.REQUIRED if heading.required else " "
        head = "" if page.sheet.single else "- " if number == 0 else "  "
        lines += [
            f"#   {star} {t}" for t in _wrapped(f"{heading.title[lang]}. {heading.help[lang]}")
        ]
        lines.append(f"# {head}{heading.column.key}: {_scalar(heading.example)}".rstrip())
    return lines


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, _WRAP, break_long_words=False) or [""]


def _mapping(page: Page, row: Mapping[str, Any], *, single: bool) -> list[str]:
    pairs = [
        (h, row[h.column.key]) for h in page.headings if row.get(h.column.key) not in (None, "")
    ]
    lines = [f"{h.column.key}: {_value(h, v)}" for h, v in pairs] or ["{}"]
    first = "  " if single else "  - "
    rest = "  " if single else "    "
    return [f"{first if n == 0 else rest}{line}" for n, line in enumerate(lines)]


def _value(heading: Heading, value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_scalar(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A value as YAML writes it in one line, quoted where it needs to be."""
    import json

    text = str(value)
    if isinstance(value, int) or not text:
        return text
    return json.dumps(text, ensure_ascii=False)
