"""Answers, entities, findings and problems as text for a terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from kkgraph.cli.messages import reason, say
from kkgraph.entities import Entity, Explanation, Link
from kkgraph.layout import display_width, pad, wrap
from kkgraph.model import FindingNote, Gap, Problem, Route, Row, Text, in_language
from kkgraph.names import compact, slug
from kkgraph.shapes.outcome import Report
from kkgraph.tables import Table

_ID_WIDTH = 6
_CELLS = {"kk:EGovernanceSystem", "kk:EGovernmentSystem", "kk:InterOrganisationalSystem"}
_SHOWN_ABOVE = {"kk:scope", "kk:hedge", "kk:holder", "kk:evidence", "dcterms:identifier"}


def answer(table: Table, width: int) -> str:
    """A stored question's answer: title, rows under their scope and hedge, notes and gaps."""
    lang = table.lang
    out: list[str] = []
    if table.question:
        out += [*wrap(in_language(table.question.title, lang), width), ""]
    listed = {g.iri for g in table.gaps} & {
        compact(c.iri) for r in table.lines for c in r.cells.values() if c.iri
    }
    for item in (g for g in table.gaps if g.iri in listed):
        out += gap(item, lang, width, title=table.question.title if table.question else {})
    rows = [r for r in table.lines if not _is_gap_row(r, table)]
    if not table.lines:
        out.append("  " + say("no_rows", lang))
    elif any(r.findings for r in rows):
        out += _grouped(rows, table, width)
    elif rows:
        out += ["  " + line for line in table.to_text(width - 2).rstrip().split("\n")]
    if table.truncated:
        out += ["", "  " + say("truncated", lang, n=len(table))]
    if table.question and table.question.note:
        note = f"{say('note', lang)}: {in_language(table.question.note, lang)}"
        out += ["", *("  " + line for line in wrap(note, width - 2))]
    for item in (g for g in table.gaps if g.iri not in listed):
        text = (
            f"{say('not_known', lang)}: {in_language(item.question, lang)} "
            f"({reason(item.reason, lang, in_language(item.reason_label, lang))})"
        )
        out += ["  " + line for line in wrap(text, width - 2)]
    first = next((n.id for r in table.lines for n in r.findings), None)
    if first:
        out += ["", f"  {say('open_line', lang)}: kkgraph explain {first}"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out)) + "\n"


def gap(item: Gap, lang: str, width: int, *, title: Text | None = None) -> list[str]:
    """The lines of a knowledge gap: why it is unknown, and what is known."""
    out = []
    if title is None or in_language(item.question, lang) != in_language(title, lang):
        out += ["  " + line for line in wrap(in_language(item.question, lang), width - 2)]
    why = reason(item.reason, lang, in_language(item.reason_label, lang))
    out += [
        "  " + line for line in wrap(f"{say('unknown', lang)}: {why}{say('stop', lang)}", width - 2)
    ]
    out += ["  " + say("says", lang)]
    out += finding_lines(item.bounded_by, lang, width, indent=4)
    return [*out, ""]


def finding_lines(notes: Iterable[FindingNote], lang: str, width: int, *, indent: int) -> list[str]:
    """Findings under their scope, hedge and holder; each a wrapped statement with its id."""
    out: list[str] = []
    for mark, group in groupby(notes, key=lambda n: _mark(n, lang)):
        out += [" " * indent + line for line in wrap(mark, width - indent)]
        for note in group:
            out += _line(in_language(note.statement, lang), note.id, width, indent + 2)
    return out


def entity(page: Entity, lang: str, width: int, *, limit: int | None) -> str:
    """An entity's page: names, types, codes, direct statements, findings by role."""
    title = in_language(page.labels, lang) or slug(page.iri)
    other = [t for code, t in page.labels.items() if code != lang and t != title]
    out = [" / ".join([title, *other]), compact(page.iri), ""]
    out += [f"  {line}" for line in wrap(in_language(page.definitions, lang), width - 2) if line]
    facts = [
        (say("type", lang), ", ".join(in_language(t, lang) or c for c, t in page.types)),
        (say("also", lang), "; ".join(dict.fromkeys(n for _, n in page.other_names))),
        (
            say("codes", lang),
            "; ".join(f"{code} ({in_language(scheme, lang)})" for code, scheme in page.codes),
        ),
        (say("matches", lang), "; ".join(page.matches)),
    ]
    out += _pairs([(k, v) for k, v in facts if v], width)
    if page.links:
        out += ["", "  " + say("facts", lang)]
        out += [f"    {line}" for link in page.links for line in wrap(_link(link, lang), width - 4)]
    seen: set[str] = set()
    for role, head in (
        ("about", "about"),
        ("value", "value"),
        ("scope", "scoped"),
        ("holder", "held"),
    ):
        notes = [n for n in page.findings.get(role, ()) if n.id not in seen]
        seen |= {n.id for n in notes}
        if notes:
            shown = notes if limit is None else notes[:limit]
            out += ["", f"  {say(head, lang)} ({len(notes)})"]
            out += finding_lines(shown, lang, width, indent=4)
            if len(shown) < len(notes):
                out.append("    " + say("more", lang, n=len(notes) - len(shown)))
    if page.gaps:
        out += ["", f"  {say('gaps', lang)}: {', '.join(page.gaps)}"]
    return "\n".join(out) + "\n"


def explanation(found: Explanation, lang: str, width: int) -> str:
    """A finding opened: statement, claim, scope, hedge, holder, evidence, passage, relations."""
    note = found.note
    evidence = ""
    if note.evidence:
        place = say(
            "characters",
            lang,
            a=note.evidence.start,
            b=note.evidence.end,
            s=slug(note.evidence.source),
        )
        evidence = f"{place}; SHA-256 {note.evidence.sha256}"
    elif note.reference:
        evidence = f"{slug(note.reference.source)}, {note.reference.locator}"
    out = [note.id, ""]
    out += [f"  {line}" for line in wrap(in_language(note.statement, lang), width - 2)] + [""]
    holders = "; ".join(in_language(t, lang) or c for c, t in note.holders)
    pairs = [
        (say("scope", lang), in_language(note.scope_label, lang) or note.scope),
        (say("hedge", lang), in_language(note.hedge_label, lang) or note.hedge),
        (say("holder", lang), holders),
        (say("graph", lang), note.graph),
        (say("evidence", lang), evidence),
    ]
    out += _pairs(pairs, width)
    if not note.reference:
        out += _pairs([(say("passage", lang), found.passage or say("no_text", lang))], width)
    links = [x for x in found.page.links if x.property not in _SHOWN_ABOVE]
    out += ["", "  " + say("facts", lang)]
    out += [f"    {line}" for x in links for line in wrap(_link(x, lang), width - 4)]
    return "\n".join(out) + "\n"


def problems(found: Iterable[Problem], lang: str, width: int, report: Report | None = None) -> str:
    """Problems, each with its place, the rule in plain words, the value, and its severity.

    With a report the counts at the end are of all that it found, listed or not.
    """
    items = list(found)
    total = {s: sum(p.severity == s for p in items) for s in ("violation", "warning", "info")}
    if report is not None:
        total = {severity: report.count(severity) for severity in total}
    if not any(total.values()):
        return say("conforms", lang) + "\n"
    out: list[str] = []
    for place, group in groupby(items, key=lambda p: p.where or compact(p.focus)):
        out.append(place)
        for item in group:
            text = in_language(item.message, lang) or item.component
            focus = f"{compact(item.focus)} " if item.where else ""
            detail = f" [{say('value_is', lang)}: {compact(item.value)}]" if item.value else ""
            path = f"{item.path}: " if item.path else ""
            line = f"{say(f'{item.severity}_of', lang)}: {focus}{path}{text}{detail} ({item.shape})"
            out += ["  " + part for part in wrap(line, width - 2)]
    counts = ", ".join(
        say(f"{severity}s" if number > 1 else severity, lang, n=number)
        for severity, number in total.items()
        if number
    )
    if len(items) < sum(total.values()):
        counts += " " + say("in_part", lang, n=len(items))
    return "\n".join([*out, "", counts] if out else [counts]) + "\n"


def route(found: Route, lang: str) -> str:
    """Which engine answers a question and why, and the way from SPARQL to SQL."""
    out = [
        f"{say('engine', lang)}: {found.engine}",
        f"{say('why', lang)}: {in_language(found.reason, lang)}",
    ]
    if found.notice:
        out.append(f"{say('note', lang)}: {in_language(found.notice, lang)}")
    if found.plan:
        out += ["", found.plan.rstrip("\n")]
    return "\n".join(out) + "\n"


def tallies(report: Report, lang: str) -> str:
    """How many problems each constraint of each shape has, the most first."""
    if not report.total:
        return say("conforms", lang) + "\n"
    rows = sorted(report.tallies, key=lambda t: (-t.results, t.shape, t.component))
    number = max(len(f"{t.results:,}") for t in rows)
    name = max(len(t.shape) for t in rows)
    lines = [
        f"{t.results:>{number},}  {say(f'{t.severity}_of', lang)}  {t.shape:<{name}}  "
        f"{t.component.removesuffix('ConstraintComponent')}"
        for t in rows
    ]
    load_s, validate_s = report.seconds
    end = say("bulk", lang, n=f"{report.total:,}", t=f"{report.triples:,}",
              a=f"{load_s:.2f}", b=f"{validate_s:.2f}")  # fmt: skip
    return "\n".join([*lines, "", end]) + "\n"


def inferred(triples: Iterable[Any], *, every: bool) -> str:
    """Inferred triples: the systems placed in a cell one by one, the rest counted by class."""
    found = [tuple(compact(t.value) for t in (x.subject, x.predicate, x.object)) for x in triples]
    if every:
        return "".join(f"  {s} {p} {o}\n" for s, p, o in found)
    placed = [f"  {s} is a {o}" for s, _, o in found if o in _CELLS]
    counts = Counter(o for _, p, o in found if p == "rdf:type" and o not in _CELLS)
    rest = [f"  {number} × {name}" for name, number in counts.most_common()]
    axioms = [f"  {s} is below {o}" for s, p, o in found if p == "rdfs:subClassOf"]
    return "\n".join([*placed, *axioms, *rest]) + "\n"


def _grouped(rows: list[Row], table: Table, width: int) -> list[str]:
    out: list[str] = []
    shown = _telling(rows, table)
    for mark, group in groupby(rows, key=lambda r: _row_mark(r, table.lang)):
        if mark:
            out += ["  " + line for line in wrap(mark, width - 2)]
        for row in group:
            ids = " ".join(n.id for n in row.findings)
            out += _line(_row_text(row, shown, table.lang), ids, width, 4)
    return out


def _telling(rows: list[Row], table: Table) -> list[str]:
    """The columns worth a place in the line: not findings or gaps, not the same in every row."""
    plain = [c.name for c in table.columns if c.type not in ("finding", "gap")]
    varied = [n for n in plain if len({str(r.cells[n]) for r in rows}) > 1]
    return varied or plain


def _row_text(row: Row, shown: list[str], lang: str) -> str:
    marks = {m for n in row.findings for m in _mark(n, lang).split(" · ")}
    cells = [text for name in shown if (text := str(row.cells[name])) and text not in marks]
    text = " · ".join(dict.fromkeys(cells))
    return text or "; ".join(in_language(n.statement, lang) for n in row.findings)


def _is_gap_row(row: Row, table: Table) -> bool:
    return any(c.type == "gap" and row.cells[c.name].iri for c in table.columns)


def _row_mark(row: Row, lang: str) -> str:
    return " | ".join(dict.fromkeys(_mark(n, lang) for n in row.findings))


def _mark(note: FindingNote, lang: str) -> str:
    parts = [
        in_language(note.scope_label, lang) or note.scope,
        in_language(note.hedge_label, lang) or note.hedge,
    ]
    holders = [(in_language(t, lang) or c) for c, t in note.holders if c != "kkd:study"]
    return " · ".join([*parts, *holders])


def _line(text: str, tail: str, width: int, indent: int) -> list[str]:
    room = width - indent - max(_ID_WIDTH, display_width(tail) + 2)
    lines = wrap(text, room)
    first = " " * indent + pad(lines[0], room) + "  " + tail
    return [first, *(" " * (indent + 2) + line for line in _rewrap(lines[1:], room - 2))]


def _rewrap(lines: list[str], room: int) -> list[str]:
    return wrap(" ".join(lines), room) if lines else []


def _pairs(pairs: list[tuple[str, str]], width: int) -> list[str]:
    out = []
    for key, value in pairs:
        lines = wrap(value, width - 20)
        out.append(f"  {pad(key, 16)}  {lines[0]}")
        out += [" " * 20 + line for line in lines[1:]]
    return out


def _link(link: Link, lang: str) -> str:
    name = in_language(link.property_label, lang) or link.property
    node = in_language(link.label, lang) or link.node
    ident = f" ({link.node})" if node != link.node else ""
    arrow = f"{name} → {node}{ident}" if link.outward else f"{node}{ident} → {name}"
    return f"{arrow}  [{link.graph}]"


def save(text: str, output: Path | None) -> None:
    """Print the text, or write it to the file."""
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8", newline="")
