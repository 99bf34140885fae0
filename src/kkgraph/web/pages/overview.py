"""Pages that look across the study: the answers, the actors, the systems, the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph import names
from kkgraph.cases import tabulated
from kkgraph.cases import words as compared
from kkgraph.cases.conditions import ABSENT, KINDS, OUTSIDE, PRESENT
from kkgraph.cases.matrix import BOTH, UNREPORTED, Cell
from kkgraph.errors import KkgraphError, QuestionError
from kkgraph.report import drawing, gather
from kkgraph.report.positions import PLANS, Tree, trees
from kkgraph.report.records import Edge, Report, SystemReading
from kkgraph.web.pages.asked import LINES, paged
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

SPOKEN: Final = "spoken"
STATES: Final = (PRESENT, ABSENT, BOTH, SPOKEN, UNREPORTED)


def report_of(desk: Desk) -> Report:
    """The report on the desk's graph, gathered once for each snapshot."""
    found: Report = desk.keep("report", lambda: gather(desk.graph))
    return found


def home(desk: Desk, visit: Visit) -> Page:
    """The research questions answered, point by point."""
    report = report_of(desk)
    return Page("home.html", "", {"report": report, "stored": len(desk.questions)})


def actors(desk: Desk, visit: Visit) -> Page:
    """The network of actors as drawings, and the same in words."""
    network = report_of(desk).network
    labels = {n.id: n for n in network.nodes}
    groups = [_edges(tree) for tree in trees(network)]
    numbers = {_key(e): n for n, e in enumerate((e for g in groups for e in g), 1)}

    def place(edge: Edge) -> str:
        return f"#tie-{numbers[_key(edge)]}"

    def entity(slug: str) -> str:
        return visit.href(names.expand(slug))

    leads = drawing.Leads(node=entity, edge=place)
    drawn = [
        (shape, text)
        for shape in PLANS
        for text in (drawing.svg(network, visit.lang, shape, leads) if network.nodes else ())
    ]
    return Page(
        "actors.html",
        "",
        {
            "network": network,
            "nodes": labels,
            "groups": groups,
            "number": lambda edge: numbers[_key(edge)],
            "drawings": drawn,
            "forms": {n.form for n in network.nodes},
        },
    )


def _edges(tree: Tree) -> list[Edge]:
    return [e for edge, branch in tree.branches for e in (edge, *_edges(branch))]


def _key(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.property, edge.target


def systems(desk: Desk, visit: Visit) -> Page:
    """The systems in the table of Palvia & Sharma, each with who placed it there."""
    framework = report_of(desk).framework
    placed: dict[str, list[SystemReading]] = {}
    for system in framework.systems:
        placed.setdefault(system.place, []).append(system)
    cells = framework.cells
    return Page(
        "systems.html",
        "",
        {
            "framework": framework,
            "placed": placed,
            "focuses": list({c.focus.id: c.focus for c in cells}.values()),
            "sectors": list(
                {c.sector.id: c.sector for c in sorted(cells, key=lambda c: c.id, reverse=True)}
                .values()
            ),
            "at": {(c.sector.id, c.focus.id): c for c in cells},
        },
    )  # fmt: skip


COLUMNS: Final = 200
"""Of more conditions than these a page of the matrix shows those that its cases speak of, and no
more than these in its table."""


def matrix(desk: Desk, visit: Visit) -> Page:
    """The cases against themes (or another kind of condition), in three states."""
    kinds = {k.name: k for k in KINDS.values()}
    by = visit.get("by", "theme")
    if by not in kinds:
        raise QuestionError(
            "bad-value", f'"{by}" can\'t be compared', where="by",
            hint=f"Choose one of: {', '.join(kinds)}.",
        )  # fmt: skip
    found = desk.keep(f"matrix {by} {visit.lang}", lambda: _compared(desk, by, visit.lang))
    rows = list(found.rows) if found else []
    columns = list(found.columns) if found else []
    if by == "theme":  # their names begin with their numbers
        columns.sort(key=lambda c: (c.iri == OUTSIDE, visit.say(c.label)))
    common = found.common() if found else []
    part, pager = paged(len(rows), visit)
    shown = rows[part]
    spot = {c.iri: n for n, c in enumerate(columns)}
    if len(columns) > COLUMNS:
        here = {r.iri for r in shown}
        spoken = {iri for (row, iri), cell in found.cells.items() if row in here and cell.told}
        columns = [c for c in columns if c.iri in spoken]
    table = columns[:COLUMNS]
    place = {r.iri: n for n, r in enumerate(rows)}
    return Page(
        "matrix.html",
        "",
        {
            "by": by,
            "kinds": list(kinds.values()),
            "kind": kinds[by],
            "found": found,
            "columns": columns,
            "table": table,
            "left_out": len(spot) - len(columns),
            "below": len(columns) - len(table),
            **pager,
            "shown": len(shown),
            "levels": [
                (level, [r for r in shown if r.level == level])
                for level in dict.fromkeys(r.level for r in shown)
            ],
            "at": lambda r, c: _anchor(visit, place[r.iri], spot[c.iri], pager["page_number"]),
            "cell_id": lambda r, c: f"c{place[r.iri]}-{spot[c.iri]}",
            "row_id": lambda r: f"r{place[r.iri]}",
            "state": state,
            "state_text": lambda cell: tabulated.state_text(cell, visit.lang),
            "states": {
                s: compared.ONLY if s == SPOKEN else compared.STATES[s] for s in STATES
            },
            "compared": compared,
            "notes": tabulated.notes(found, visit.lang) if found else [],
            "common": [(c, r[:LINES], len(r)) for c, r in common[:LINES]],
            "more_common": max(len(common) - LINES, 0),
        },
    )  # fmt: skip


def _anchor(visit: Visit, row: int, column: int, here: int) -> str:
    """Where a cell is opened: on this page, or on the one that has its row."""
    page = row // LINES + 1
    return ("" if page == here else visit.again(page=page)) + f"#c{row}-{column}"


def _compared(desk: Desk, by: str, lang: str) -> Any:
    try:
        return desk.graph.compare(by, lang=lang)
    except KkgraphError as error:
        if error.code in ("unknown-case", "no-cases"):
            return None
        raise


def state(cell: Cell) -> str:
    """How a cell is drawn: its state, or that it is only spoken of."""
    return SPOKEN if cell.state == UNREPORTED and cell.weaker else cell.state
