"""A comparison as one HTML file: a heat map that opens to the findings behind each cell."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby

from kkgraph.cases import tabulated
from kkgraph.cases import words as said
from kkgraph.cases.conditions import ABSENT, PRESENT
from kkgraph.cases.matrix import BOTH, STATES, UNREPORTED, Cell, Comparison, Condition, Row
from kkgraph.model import Text, in_language
from kkgraph.report.markup import LANGUAGES, both, escape, finding, items, scrolling, section, tag
from kkgraph.report.page import choice, frame

_SIGNS = {PRESENT: "■", ABSENT: "□", BOTH: "!", UNREPORTED: "·", "spoken": "○"}


def to_html(found: Comparison) -> str:
    """The page, opening in the comparison's language; the same comparison gives the same bytes.

    A state is told by sign, colour and words. Cells are links that the keyboard reaches; a screen
    reader hears the state and the findings.
    """
    style = files("kkgraph.report").joinpath("heatmap.css").read_text(encoding="utf-8")
    title = in_language(said.TITLE, found.lang)
    name = in_language(found.kind.title, found.lang)
    return frame(f"{title}: {name}", found.lang, _body(found), more_style=style)


def _body(found: Comparison) -> str:
    tabulated.check_size(found)
    head = "\n".join(
        [
            "<header>",
            choice(),
            tag("p", both(said.TITLE), class_="kicker"),
            tag("h1", both(found.kind.title)),
            tag("p", both(found.kind.meaning), class_="lead"),
            "</header>",
        ]
    )
    notes = zip(*(tabulated.notes(found, lang)[1:] for lang in LANGUAGES), strict=True)
    listed = items([both(dict(zip(LANGUAGES, pair, strict=True))) for pair in notes], "notes")
    return "\n".join(
        [
            tag("a", both(said.SKIP), class_="skip", href="#behind-title"),
            head,
            "<main>",
            section("map", said.SHEETS["matrix"], _legend(), listed, _map(found), _common(found)),
            section("behind", said.SHEETS["evidence"], *_behind(found)),
            "</main>",
        ]
    )


def _legend() -> str:
    texts = {**said.STATES, "spoken": said.ONLY}
    order = (*STATES[:-1], "spoken", UNREPORTED)
    return items([f"{_sign(s)} {both(texts[s])}" for s in order], "legend")


def _sign(kind: str) -> str:
    return f'<span class="sign {kind}" aria-hidden="true">{_SIGNS[kind]}</span>'


def _map(found: Comparison) -> str:
    if not found.columns:
        return tag("p", both(said.NOTHING))
    heads = "".join(
        f'<th scope="col"><span class="turned">{both(c.label)}</span></th>' for c in found.columns
    )
    caption = tag("caption", both(found.kind.title), id="map-caption")
    case = both(said.HEADS["case"])
    head = f'<thead><tr><th scope="col" class="corner">{case}</th>{heads}</tr></thead>'
    bodies = "".join(
        _level(found, level, list(rows))
        for level, rows in groupby(enumerate(found.rows), lambda one: one[1].level)
    )
    return scrolling("map-caption", f'<table class="heat">{caption}{head}{bodies}</table>')


def _common(found: Comparison) -> str:
    """What is reported of more than one row, each row a link to its evidence."""
    if not (common := found.common()):
        return tag("p", both(said.NONE_COMMON), class_="note")
    place = {r.iri: n for n, r in enumerate(found.rows)}
    lines = [
        f"{both(column.label)}: "
        + "; ".join(f'<a href="#r{place[r.iri]}">{both(r.label)}</a>' for r in rows)
        for column, rows in common
    ]
    return tag("h3", both(said.COMMON)) + items(lines, "common")


def _level(found: Comparison, level: str, rows: list[tuple[int, Row]]) -> str:
    """The rows of one sort with their numbers, under its name."""
    name = both(said.LEVELS[level])
    span = len(found.columns) + 1
    head = f'<tr class="level"><th scope="rowgroup" colspan="{span}">{name}</th></tr>'
    return f"<tbody>{head}{''.join(_row(found, n, r) for n, r in rows)}</tbody>"


def _row(found: Comparison, number: int, row: Row) -> str:
    cells = "".join(
        _cell(found.cell(row, column), f"c{number}-{place}")
        for place, column in enumerate(found.columns)
    )
    label = both(row.label)
    if _has_part(found, row):
        label = f'<a href="#r{number}">{label}</a>'
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def _cell(cell: Cell, name: str) -> str:
    kind = "spoken" if cell.state == UNREPORTED and cell.weaker else cell.state
    sign = f'<span aria-hidden="true">{_SIGNS[kind]}</span>'
    words = _hidden(_state(cell), ", ".join(t.note.id for t in cell.told))
    if cell.told:
        return f'<td class="{kind}"><a href="#{name}">{sign}{words}</a></td>'
    return f'<td class="{kind}">{sign}{words}</td>'


def _hidden(text: Text, ids: str) -> str:
    """Words for a screen reader, that a pointer shows as well."""
    return f'<span class="said-only">{both(text)}{escape(": " + ids if ids else "")}</span>'


def _state(cell: Cell) -> Text:
    return {lang: tabulated.state_text(cell, lang) for lang in LANGUAGES}


def _has_part(found: Comparison, row: Row) -> bool:
    return len(row.sources) > 1 or any(found.cell(row, c).told for c in found.columns)


def _behind(found: Comparison) -> Iterable[str]:
    """For each case of which anything is said: who says so, and cell by cell the findings."""
    for number, row in enumerate(found.rows):
        if not _has_part(found, row):
            continue
        parts = [tag("h3", both(row.label), id=f"r{number}"), _about(row)]
        for place, column in enumerate(found.columns):
            cell = found.cell(row, column)
            if cell.told:
                parts.append(_opened(cell, column, f"c{number}-{place}"))
        yield f'<div class="case">{"".join(parts)}</div>'


def _about(row: Row) -> str:
    sources = "; ".join(both(t) for _, t in row.sources)
    lines = [f"{both(said.HEADS['sources'])}: {sources}"]
    if row.related:
        key = said.MEMBERS if row.level == "group" else said.GROUPS
        lines.append(f"{both(key)}: {'; '.join(both(t) for _, t in row.related)}")
    return "".join(tag("p", line, class_="note") for line in lines)


def _opened(cell: Cell, column: Condition, name: str) -> str:
    kind = "spoken" if cell.state == UNREPORTED else cell.state
    head = f'{_sign(kind)} {both(column.label)} <span class="state">{both(_state(cell))}</span>'
    listed = "".join(finding(t.note) for t in cell.told)
    return f'<details class="cell" id="{name}"><summary>{head}</summary>{listed}</details>'
