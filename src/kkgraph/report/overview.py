"""The sections that look across the study: network, systems in their table, themes by hedge."""

from __future__ import annotations

from kkgraph.report import words
from kkgraph.report.drawing import ASSERTED, svg
from kkgraph.report.markup import (
    LANGUAGES,
    both,
    finding,
    items,
    links,
    mark,
    scrolling,
    section,
    tag,
)
from kkgraph.report.positions import PLANS, Tree, trees
from kkgraph.report.records import (
    Edge,
    Entry,
    FrameworkCell,
    Matrix,
    Network,
    Node,
    Report,
    SystemReading,
    Term,
)

INTERNAL = "kk:internalFocus"


def network(report: Report) -> str:
    """The drawing, its legend, the same ties in words, and the actors joined to no one."""
    drawn = "\n".join(
        drawing
        for shape in PLANS
        for lang in LANGUAGES
        for drawing in svg(report.network, lang, shape)
    )
    caption = tag("figcaption", both(words.DRAWING))
    return section(
        "actors",
        words.ACTORS,
        tag("p", both(words.ACTORS_NOTE), class_="note"),
        f'<figure class="drawing">{caption}{_legend(report.network)}\n{drawn}\n</figure>',
        tag("h3", both(words.IN_WORDS)),
        _in_words(report.network),
        tag("h3", both(words.ALONE)) if report.network.alone else "",
        items([both(n.label) for n in report.network.alone], "names"),
    )


def _legend(found: Network) -> str:
    used = {n.form for n in found.nodes}
    keys = [
        f'<svg class="key" viewBox="0 0 30 18" width="30" height="18" aria-hidden="true">'
        f'<g class="box {form}"><rect x="1" y="1" width="28" height="16" rx="{_radius(form)}"/>'
        f"</g></svg> {both(label)}"
        for form, label in words.LEGEND_FORMS.items()
        if form in used
    ]
    return items([*keys, both(words.LEGEND_LINE)], "legend")


def _radius(form: str) -> int:
    return 8 if form == "collaboration" else 2


def _in_words(found: Network) -> str:
    nodes = {n.id: n for n in found.nodes}
    groups = [items([_tie(e, nodes) for e in _edges(t)], "ties") for t in trees(found)]
    return tag("div", "".join(groups), class_="words")


def _edges(tree: Tree) -> list[Edge]:
    return [e for edge, branch in tree.branches for e in (edge, *_edges(branch))]


def _tie(edge: Edge, nodes: dict[str, Node]) -> str:
    hedges = {n.hedge: mark(n) for n in edge.findings if n.hedge != ASSERTED}
    return " ".join(
        [
            f"<b>{both(nodes[edge.source].label)}</b>",
            f'<span class="tie-name">— {both(edge.label)} →</span>',
            f"<b>{both(nodes[edge.target].label)}</b>",
            links(edge.findings),
            *hedges.values(),
        ]
    )


def systems(report: Report) -> str:
    """The cited table with the systems placed in it, and those that stand beside it."""
    framework = report.framework
    by_place: dict[str, list[SystemReading]] = {}
    for system in framework.systems:
        by_place.setdefault(system.place, []).append(system)
    beside = [
        tag("h3", both(words.BESIDE)),
        tag("p", both(words.BESIDE_NOTE), class_="note"),
        _placed(by_place.get("no-operator", [])),
        tag("h3", both(words.UNREAD)) if "no-focus" in by_place else "",
        _placed(by_place.get("no-focus", [])) if "no-focus" in by_place else "",
    ]
    table = _table(framework.cells, by_place, tag("caption", both(framework.label), id="cells"))
    return section(
        "systems",
        words.SYSTEMS,
        tag("p", both(words.SYSTEMS_NOTE), class_="note"),
        f'<div class="beside">{scrolling("cells", table)}<aside>{"".join(beside)}</aside></div>',
    )


def _table(
    cells: tuple[FrameworkCell, ...], by_place: dict[str, list[SystemReading]], caption: str
) -> str:
    focuses = {c.focus.id: c.focus for c in cells}
    sectors = {c.sector.id: c.sector for c in sorted(cells, key=lambda c: c.id, reverse=True)}
    at = {(c.sector.id, c.focus.id): c for c in cells}
    heads = "".join(tag("th", both(f.label), scope="col") for f in focuses.values())
    rows = [f"<thead><tr>{tag('th', both(words.SECTOR), scope='col')}{heads}</tr></thead><tbody>"]
    for sector in sectors.values():
        inside = "".join(
            tag("td", _cell(at[sector.id, f], by_place) if (sector.id, f) in at else "")
            for f in focuses
        )
        rows.append(f"<tr>{tag('th', both(sector.label), scope='row')}{inside}</tr>")
    see = both(words.SEE_BESIDE)
    last = "".join(
        tag("td", _any(by_place) if f == INTERNAL else tag("p", see, class_="none"))
        for f in focuses
    )
    rows.append(f"<tr>{tag('th', both(words.ANY_SECTOR), scope='row')}{last}</tr></tbody>")
    return tag("table", caption + "".join(rows), class_="cells")


def _cell(cell: FrameworkCell, by_place: dict[str, list[SystemReading]]) -> str:
    def named(terms: tuple[Term, ...]) -> str:
        return ", ".join(both(t.label) for t in terms)

    parts = [
        tag("p", f"<b>{both(cell.concept.label)}</b> {links(cell.findings)}", class_="concept"),
        tag("p", f"{both(words.NETWORK)}: {named(cell.networks)}"),
    ]
    if cell.examples:
        parts.append(tag("p", f"{both(words.EXAMPLE)}: {named(cell.examples)}"))
    parts.append(tag("p", both(words.PLACED), class_="placed"))
    if cell.focus.id == INTERNAL:
        return "".join([*parts, tag("p", both(words.SEE_INTERNAL), class_="none")])
    place = "public-external" if cell.sector.id == "kk:publicSector" else "private-external"
    if place not in by_place:
        nobody = words.NONE_PUBLIC if place == "public-external" else words.NONE
        return "".join([*parts, tag("p", both(nobody), class_="none")])
    return "".join([*parts, _placed(by_place[place])])


def _any(by_place: dict[str, list[SystemReading]]) -> str:
    placed = by_place.get("internal", [])
    return tag("p", both(words.INTERNAL_PLACED), class_="placed") + _placed(placed)


def _placed(found: list[SystemReading]) -> str:
    single = items([_system(s) for s in found if not s.group], "placed-list")
    groups = items([_system(s) for s in found if s.group], "placed-list")
    head = tag("p", both(words.GROUPS), class_="placed") if groups else ""
    return single + head + groups or tag("p", both(words.NONE), class_="none")


def _system(system: SystemReading) -> str:
    who = {"kkg:analyst": words.BY_ANALYST, "kkg:inferred": words.BY_REASONER}.get(system.source)
    by = f' <span class="by">{both(who)}</span>' if who else ""
    return f"{both(system.system.label)}{by} {links(system.findings)}"


def themes(report: Report) -> str:
    """The counts by theme and hedge, and below them the list behind every count."""
    matrix = report.matrix
    columns = [*matrix.themes, Term("", words.OUTSIDE)]
    behind = _behind(report.entries)
    written: set[str] = set()
    lists = []
    for theme in columns:
        found = [_list(theme, h, behind.get((theme.id, h.id), []), written) for h in matrix.hedges]
        lists.append(tag("h3", both(theme.label)) + "".join(found))
    return section(
        "themes",
        words.THEMES,
        tag("p", both(words.THEMES_NOTE), class_="note"),
        scrolling("matrix", _matrix(matrix, columns)),
        *lists,
    )


def _behind(entries: tuple[Entry, ...]) -> dict[tuple[str, str], list[Entry]]:
    out: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        for theme in entry.themes or ("",):
            out.setdefault((theme, entry.note.hedge), []).append(entry)
    return out


def _matrix(matrix: Matrix, columns: list[Term]) -> str:
    heads = "".join(tag("th", both(t.label), scope="col") for t in columns)
    total = tag("th", both(words.TOTAL), scope="col")
    head = f"<thead><tr>{tag('th', both(words.HEDGE), scope='col')}{heads}{total}</tr></thead>"
    rows = []
    for hedge in matrix.hedges:
        counts = [matrix.counts.get((t.id, hedge.id), 0) for t in columns]
        cells = "".join(_count(t, hedge, n) for t, n in zip(columns, counts, strict=True))
        name = tag("th", both(hedge.label), scope="row")
        rows.append(f"<tr>{name}{cells}<td>{sum(counts)}</td></tr>")
    sums = [sum(n for (t, _), n in matrix.counts.items() if t == c.id) for c in columns]
    feet = "".join(f"<td>{n}</td>" for n in [*sums, sum(sums)])
    foot = f"<tfoot><tr>{tag('th', both(words.TOTAL), scope='row')}{feet}</tr></tfoot>"
    caption = tag("caption", both(words.THEMES), id="matrix")
    return tag("table", f"{caption}{head}<tbody>{''.join(rows)}</tbody>{foot}", class_="matrix")


def _count(theme: Term, hedge: Term, number: int) -> str:
    if not number:
        return '<td class="none">–</td>'
    return f'<td><a href="#{_name(theme, hedge)}">{number}</a></td>'


def _list(theme: Term, hedge: Term, found: list[Entry], written: set[str]) -> str:
    """The findings behind one count, under the sections of the text they stand in."""
    if not found:
        return ""
    inside = []
    place = ""
    for entry in found:
        if entry.section.id != place:
            place = entry.section.id
            inside.append(tag("h4", both(entry.section.label)))
        inside.append(finding(entry.note, anchor=entry.note.id not in written))
        written.add(entry.note.id)
    head = f'{both(hedge.label)} <span class="number">{len(found)}</span>'
    return (
        f'<details class="list" id="{_name(theme, hedge)}"><summary>{head}</summary>'
        f"{''.join(inside)}</details>"
    )


def _name(theme: Term, hedge: Term) -> str:
    return f"{theme.id or 'outside'}-{hedge.id.partition(':')[2]}"
