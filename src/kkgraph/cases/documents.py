"""YAML and JSON as records of the form, every value with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kkgraph import files
from kkgraph.cases.form import Column, Form, Sheet
from kkgraph.cases.grids import Cell, Filled, Record
from kkgraph.cases.headers import Headers
from kkgraph.cases.known import Known
from kkgraph.cases.records import Place
from kkgraph.cases.remarks import remark
from kkgraph.errors import SourceError
from kkgraph.model import Problem

MAX_BYTES: Final = 32 * 2**20
MAX_VALUES: Final = 500_000
_DEEP: Final = 20


def fill(path: Path, form: Form, known: Known) -> tuple[list[Filled], list[Problem]]:
    """The records of a .yaml or .json file, and what is wrong with its keys.

    A sheet is a list of mappings (the case one mapping) under the sheet's name; a text in two
    languages is a mapping of ``en`` and ``th``, several values are a list. Numbers, dates and
    "no" stay as written. Raises ``SourceError``: missing-file, unreadable-file, not-utf8,
    bad-yaml (with the line; aliases that grow too much too), too-large.
    """
    root = _compose(path)
    reader = _Reader(path, form, known)
    if root is not None:
        reader.read(root)
    return [reader.found[s.key] for s in form.sheets if s.key in reader.found], reader.problems


def _compose(path: Path) -> Any:
    import yaml

    text = files.read_text(path).removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        raise SourceError("too-large", f"more than {MAX_BYTES // 2**20} MiB", where=str(path))
    if path.suffix.lower() == ".json":
        text = _checked(text, path)
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _bad(path, line, str(error.problem or error.context)) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _bad(path, "", str(error).splitlines()[0] if str(error) else "nested") from error


def _bad(path: Path, line: str, what: str) -> SourceError:
    kind = "JSON" if path.suffix.lower() == ".json" else "YAML"
    return SourceError(
        "bad-yaml",
        f"the file cannot be read as {kind}: {what}",
        where=f"{path}{line}",
        hint="Compare the line with a new template: kkgraph template case.yaml",
    )


def _checked(text: str, path: Path) -> str:
    """JSON that is sound, without the tabs that YAML doesn't take (JSON's texts have none)."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _bad(path, f":{error.lineno}", error.msg) from error
    except RecursionError as error:
        raise _bad(path, "", "it is nested too deeply") from error
    return text.replace("\t", " ")


class _Reader:
    """Walks a composed document; an alias may be used, but not so that the whole explodes."""

    def __init__(self, path: Path, form: Form, known: Known) -> None:
        self.path = path
        self.headers = Headers(form, known)
        self.found: dict[str, Filled] = {}
        self.problems: list[Problem] = []
        self._left = MAX_VALUES

    def place(self, node: Any) -> Place:
        return Place(str(self.path), line=node.start_mark.line + 1)

    def read(self, root: Any) -> None:
        for key, value in self._pairs(root):
            sheet = self.headers.sheet(key.value)
            if sheet is None:
                near = self.headers.near_sheets(key.value)
                self.problems.append(remark("unknown-sheet", self.place(key), key.value, near=near))
                continue
            filled = self.found.setdefault(sheet.key, Filled(sheet, self.place(key)))
            for item in self._items(value):
                record = self._record(sheet, item)
                if any(not c.is_blank for cells in record.cells.values() for c in cells):
                    filled.records.append(record)

    def _pairs(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if not isinstance(node.value, list) or node.id != "mapping":
            line = f":{node.start_mark.line + 1}"
            raise _bad(self.path, line, "names with values are wanted here")
        for key, value in node.value:
            self._spend(key)
            if key.id != "scalar":
                raise _bad(self.path, f":{key.start_mark.line + 1}", "a plain name is wanted here")
            yield key, value

    def _items(self, node: Any) -> list[Any]:
        self._spend(node)
        if node.id == "sequence":
            return list(node.value)
        return [] if node.id == "scalar" and not node.value else [node]

    def _spend(self, node: Any) -> None:
        self._left -= 1
        if self._left < 0:
            line = f":{node.start_mark.line + 1}"
            raise _bad(
                self.path, line, f"it holds more than {MAX_VALUES:,} values with its aliases"
            )

    def _record(self, sheet: Sheet, node: Any) -> Record:
        cells: dict[str, tuple[Cell, ...]] = {}
        for key, value in self._pairs(node):
            columns = self._columns(sheet, key.value)
            if not columns:
                near = self.headers.near_columns(sheet, key.value)
                self.problems.append(
                    remark("unknown-column", self.place(key), key.value, near=near)
                )
            for lang, column in columns.items():
                of = value
                if lang and value.id == "mapping":
                    of = next((v for k, v in self._pairs(value) if k.value == lang), None)
                elif lang:
                    of = None if lang != "en" else value
                if of is not None and column.key in cells:
                    self.problems.append(remark("duplicate-column", self.place(key), key.value))
                elif of is not None:
                    cells[column.key] = tuple(self._cells(of, _DEEP))
        return Record(self.place(node), cells)

    def _columns(self, sheet: Sheet, name: str) -> dict[str, Column]:
        """The column of a key; by their language, the two that a text in two languages is for."""
        column = sheet.column(name) or self.headers.column(sheet, name)
        if column is not None:
            return {"": column}
        pair = {lang: sheet.column(f"{name}_{lang}") for lang in ("en", "th")}
        return {lang: c for lang, c in pair.items() if c is not None}

    def _cells(self, node: Any, deep: int) -> Iterator[Cell]:
        self._spend(node)
        place = self.place(node)
        if node.id == "scalar":
            null = node.tag.endswith(":null") and not node.style
            yield Cell(None if null else _whole(node.value), place)
        elif node.id == "sequence" and deep:
            for item in node.value:
                yield from self._cells(item, deep - 1)
        else:
            raise _bad(self.path, f":{place.line}", "a value or a list of values is wanted here")


def _whole(text: str) -> str:
    """The text with surrogates, as JSON may write a character, put together."""
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
