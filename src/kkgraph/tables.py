"""Tables: the answer to a question, written as text, CSV, JSON, Markdown, xlsx or HTML."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from kkgraph.layout import columns_text
from kkgraph.model import Answer, Column, Gap, Question, Remote, Row, Text, in_language

if TYPE_CHECKING:
    import pandas


_ADDED: Final[dict[str, Text]] = {
    "scope": {"en": "Scope", "th": "ขอบเขต"},
    "hedge": {"en": "Hedge", "th": "ระดับการยืนยัน"},
}


@dataclass(frozen=True)
class Table:
    """Rows under named columns, with the findings each row rests on and the known gaps.

    ``truncated`` is True where ``max_rows`` cut the answer. Row order is the query's. ``remote``
    says whom a part of it was asked of, and when.
    """

    columns: tuple[Column, ...]
    lines: tuple[Row, ...]
    lang: str = "en"
    question: Question | None = None
    truncated: bool = False
    gaps: tuple[Gap, ...] = field(default=())
    answer: Answer | None = field(default=None, repr=False)
    remote: Remote | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One dict a row: column name → plain value (an id or IRI for a node, never a label)."""
        return [{c.name: self._value(r, c) for c in self.columns} for r in self.lines]

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def heads(self) -> list[str]:
        """The column labels in the table's language (the column's name where it has none)."""
        return [in_language(c.label, self.lang) or c.name for c in self.columns]

    def texts(self) -> list[list[str]]:
        """The cells as a person reads them: labels for nodes, ids for findings."""
        return [
            [
                str(r.cells[c.name].value or "") if c.type == "finding" else str(r.cells[c.name])
                for c in self.columns
            ]
            for r in self.lines
        ]

    def as_dict(self) -> dict[str, Any]:
        """The documented JSON form (docs/python.md)."""
        return {
            "question": self.question.id if self.question else None,
            "title": in_language(self.question.title, self.lang) if self.question else None,
            "lang": self.lang,
            "columns": [
                {"name": c.name, "type": c.type, "label": in_language(c.label, self.lang) or c.name}
                for c in self.columns
            ],
            "rows": [self._row_dict(r) for r in self.lines],
            "truncated": self.truncated,
            "gaps": [gap_dict(g, self.lang) for g in self.gaps],
            **({"remote": self.remote.as_dict()} if self.remote else {}),
        }

    def to_json(self, path: Path | str | None = None) -> str:
        """The JSON text (UTF-8, Thai unescaped); written to ``path`` too where one is given.

        A stored question's answer has the form of ``as_dict``; a free query's is SPARQL 1.1
        Query Results JSON.
        """
        data = self.as_dict() if self.answer is None else sparql_json(self.answer)
        return _write(json.dumps(data, ensure_ascii=False, indent=2) + "\n", path)

    def to_csv(self, path: Path | str | None = None) -> str:
        """CSV (RFC 4180) with labels in the cells, and scope and hedge in columns at the end.

        A text that a spreadsheet would take for a formula gets a leading apostrophe.
        """
        out = io.StringIO()
        writer = csv.writer(out)
        heads, rows = self.flat()
        writer.writerow(heads)
        writer.writerows([safe_cell(c) for c in row] for row in rows)
        return _write(out.getvalue(), path)

    def to_markdown(self) -> str:
        """A Markdown table of the labels."""
        heads, rows = self.flat()
        lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
        for row in rows:
            cells = (str(c).replace("|", "\\|").replace("\n", " ") for c in row)
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"

    def to_pandas(self) -> pandas.DataFrame:
        """A DataFrame of ``rows`` (needs pandas, which kkgraph doesn't install)."""
        import pandas

        return pandas.DataFrame(self.rows, columns=[c.name for c in self.columns])

    def to_xlsx(self, path: Path | str | IO[bytes]) -> None:
        """An .xlsx workbook of the labels; texts only, so that no cell is ever a formula."""
        heads, rows = self.flat()
        write_xlsx(path, heads, rows)

    def flat(self) -> tuple[list[str], list[list[Any]]]:
        """Heads and rows of labels, with scope, hedge and findings added where rows carry them."""
        heads = self.heads()
        rows: list[list[Any]] = [list(t) for t in self.texts()]
        for key, text in _ADDED.items():
            if not any(r.findings for r in self.lines):
                break
            heads.append(in_language(text, self.lang))
            for line, row in zip(self.lines, rows, strict=True):
                labels = (getattr(n, f"{key}_label") for n in line.findings)
                row.append("; ".join(_unique(in_language(t, self.lang) for t in labels)))
        return heads, rows

    def to_text(self, width: int = 100) -> str:
        """Aligned columns for a terminal; Thai combining marks take no width."""
        heads, rows = self.flat()
        return columns_text(heads, [[str(c) for c in r] for r in rows], width)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        heads, rows = self.flat()
        head = "".join(f"<th>{html.escape(h)}</th>" for h in heads)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in r) + "</tr>" for r in rows
        )
        title = in_language(self.question.title, self.lang) if self.question else ""
        gaps = "".join(
            f"<p>{html.escape(in_language(g.question, self.lang))} — "
            f"<b>{html.escape(in_language(g.reason_label, self.lang))}</b></p>"
            for g in self.gaps
        )
        return (
            f"<table><caption>{html.escape(title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{gaps}"
        )

    def _value(self, row: Row, column: Column) -> Any:
        return row.cells[column.name].value

    def _row_dict(self, row: Row) -> dict[str, Any]:
        out: dict[str, Any] = {c.name: row.cells[c.name].as_dict() for c in self.columns}
        for key in ("scope", "hedge", "graph"):
            found = _unique(getattr(n, key) for n in row.findings)
            out[key] = found[0] if len(found) == 1 else (found or None)
        out["evidence"] = [p.as_dict() for n in row.findings if (p := n.evidence or n.reference)]
        return out


def sparql_json(answer: Answer) -> dict[str, Any]:
    """A SELECT or ASK result in the form of SPARQL 1.1 Query Results JSON."""
    if answer.truth is not None:
        return {"head": {}, "boolean": answer.truth}
    bindings = [
        {n: _json_term(t) for n, t in zip(answer.variables, row, strict=True) if t is not None}
        for row in answer.rows
    ]
    return {"head": {"vars": list(answer.variables)}, "results": {"bindings": bindings}}


def _json_term(term: Any) -> dict[str, Any]:
    kind = type(term).__name__
    if kind == "NamedNode":
        return {"type": "uri", "value": term.value}
    if kind == "BlankNode":
        return {"type": "bnode", "value": term.value}
    if kind == "Triple":
        parts = {n: _json_term(getattr(term, n)) for n in ("subject", "predicate", "object")}
        return {"type": "triple", "value": parts}
    out = {"type": "literal", "value": term.value}
    if term.language:
        out["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        out["datatype"] = term.datatype.value
    return out


def gap_dict(gap: Gap, lang: str) -> dict[str, Any]:
    """A knowledge gap as JSON: its question, the reason, and the nearest findings."""
    return {
        "gap": gap.iri,
        "question": in_language(gap.question, lang),
        "reason": gap.reason,
        "reason_label": in_language(gap.reason_label, lang),
        "bounded_by": [
            {
                "finding": n.id,
                "statement": in_language(n.statement, lang),
                "scope": n.scope,
                "hedge": n.hedge,
            }
            for n in gap.bounded_by
        ],
    }


def safe_cell(value: Any) -> Any:
    """The value, with an apostrophe before a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; ``fill`` gives a cell's colour as RRGGBB, or None."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    fill: Callable[[Any], str | None] | None = None
    frozen: str = "A2"


def write_xlsx(
    path: Path | str | IO[bytes], heads: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """One sheet with a bold, frozen, filtered head; texts stay texts, never formulas."""
    write_book(path, [Sheet("Sheet", heads, rows)])


def write_book(path: Path | str | IO[bytes], sheets: Sequence[Sheet]) -> None:
    """A workbook of such sheets, as in ``write_xlsx``."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for given in sheets:
        sheet = book.create_sheet(given.title)
        for number, row in enumerate([given.heads, *given.rows], 1):
            for place, value in enumerate(row, 1):
                put(sheet.cell(number, place), value, given, number)
        _finish(sheet, given)
    book.save(path)


def put(cell: Any, value: Any, given: Sheet | None, number: int) -> None:
    """Set a cell of a row (1: the head) to a value, with its form; texts are never formulas."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import PatternFill

    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", safe_cell(value))
        cell.data_type = "s"
        cell.alignment = _alignment(number > 1)
    else:
        cell.value = value
    colour = given.fill(value) if given and given.fill and number > 1 else None
    if colour:
        cell.fill = PatternFill("solid", fgColor=colour)


@cache
def _alignment(wrapped: bool) -> Any:
    """One object for all cells, since making one for each is slow."""
    from openpyxl.styles import Alignment

    return Alignment(wrap_text=wrapped, vertical="top")


def _finish(sheet: Any, given: Sheet) -> None:
    from openpyxl.styles import Font

    for place, wide in enumerate(widths(given.heads, given.rows), 1):
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = wide
    sheet.freeze_panes = given.frozen
    sheet.auto_filter.ref = sheet.dimensions


def widths(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """How wide the columns are, by their heads and first rows."""
    texts = [heads, *([str(cell or "") for cell in row] for row in rows[:200])]
    return [
        min(60, max(len(str(text)) for text in column) + 2) for column in zip(*texts, strict=True)
    ]


def _unique(items: Any) -> list[Any]:
    return list(dict.fromkeys(items))


def _write(text: str, path: Path | str | None) -> str:
    if path is not None:
        Path(path).write_text(text, encoding="utf-8", newline="")
    return text
