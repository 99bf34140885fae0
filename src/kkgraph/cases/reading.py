"""The one door for files of a case: a workbook, a folder of CSV, YAML, JSON or RDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kkgraph import turtle
from kkgraph.cases import mapping
from kkgraph.cases.extending import extended
from kkgraph.cases.filling import fill
from kkgraph.cases.form import Form, declared
from kkgraph.cases.grids import Grid
from kkgraph.cases.known import Known
from kkgraph.cases.records import Case
from kkgraph.cases.rules import Rules
from kkgraph.errors import SourceError
from kkgraph.model import Problem
from kkgraph.shapes.checking import read_schema

WORKBOOKS: Final = (".xlsx", ".xlsm")
DOCUMENTS: Final = (".yaml", ".yml", ".json")


def read(path: Path, known: Known, *, shapes: Sequence[Path] = ()) -> Case:
    """The case in a file or folder, with everything that is wrong in reading it.

    ``shapes`` are files of SHACL shapes in place of the shipped ones: what they require and allow
    is what the form wants. Raises ``SourceError`` where the file can't be read at all.
    """
    kind = path.suffix.lower()
    if path.is_dir() or kind == ".csv":
        from kkgraph.cases import sheets

        return _from_grids(path, *sheets.grids(path), known, shapes)
    if kind in WORKBOOKS or kind == ".xls":
        from kkgraph.cases import workbook

        return _from_grids(path, *workbook.grids(path), known, shapes)
    if kind in DOCUMENTS:
        from kkgraph.cases import documents

        form, rules = form_of(known, shapes)
        filled, problems = documents.fill(path, form, known)
        case = mapping.build(str(path), filled, form, rules, known)
        case.problems[:0] = problems
        return case
    if kind.removeprefix(".") in turtle.FORMATS:
        from kkgraph.cases.rdf import read_rdf

        return read_rdf(path)
    raise SourceError(
        "unknown-format",
        f'"{path.suffix}" is no ending of a case\'s file',
        where=str(path),
        hint="Use .xlsx, a folder of .csv, .yaml, .json, or RDF such as .ttl, .trig or .jsonld.",
    )


def _from_grids(
    path: Path,
    grids: list[Grid],
    problems: list[Problem],
    known: Known,
    shapes: Sequence[Path],
) -> Case:
    form, rules = form_of(known, shapes)
    filled, more = fill(grids, form, known, required=required(form, rules))
    case = mapping.build(str(path), filled, form, rules, known)
    case.problems[:0] = [*problems, *more]
    return case


def form_of(known: Known, shapes: Sequence[Path] = ()) -> tuple[Form, Rules]:
    """The form with all that these shapes (the shipped ones if none are given) say of it."""
    rules = Rules(read_schema(shapes), known)
    return extended(declared(), rules, known), rules


def required(form: Form, rules: Rules) -> frozenset[tuple[str, str]]:
    """The columns without which no row of their sheet can be right, by keys of sheet and column."""
    found = {
        (sheet.key, column.key)
        for sheet in form.sheets
        for column in sheet.columns
        if column.property
        and not column.node
        and all(_needs(rule.least, column.lang) for rule in rules.of_sheet(sheet, column).values())
    }
    found |= {(s.key, s.typed.key) for s in form.sheets if s.typed}
    return frozenset(found | {(s.key, "id") for s in form.sheets if s.single})


def _needs(least: int, lang: str) -> bool:
    """True where a value is needed in this column; a text in one of two languages needs two."""
    return least > 1 if lang else least > 0
