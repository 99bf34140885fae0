"""The sections of the page: answers, gaps, reading aid and colophon."""

from __future__ import annotations

from kkgraph.model import FindingNote, Gap
from kkgraph.report import words
from kkgraph.report.markup import both, code, escape, finding, items, links, mark, section, tag
from kkgraph.report.records import Point, Report, ResearchAnswer, Term


def reading(report: Report) -> str:
    """What each mark of strength means, in the words of the vocabulary."""
    terms = "".join(
        f"<div><dt>{_sample(h)}</dt><dd>{both(h.definition)}</dd></div>"
        for h in report.matrix.hedges
    )
    return section(
        "reading",
        words.READING,
        tag("p", both(words.READING_NOTE), class_="note"),
        tag("dl", terms, class_="marks"),
    )


def _sample(hedge: Term) -> str:
    plain = " plain" if hedge.id == "kk:asserted" else ""
    return f'<span class="hedge{plain}">{both(hedge.label)}</span>'


def answers(report: Report) -> str:
    """The research questions, each with its points as cards."""
    return "\n".join(_answer(a) for a in report.answers)


def _answer(answer: ResearchAnswer) -> str:
    points = "\n".join(_point(answer.id, n, p) for n, p in enumerate(answer.points, 1))
    note = tag("p", both(answer.note), class_="note")
    return section(answer.id, answer.title, note, f'<ol class="points">\n{points}\n</ol>')


def _point(question: str, number: int, point: Point) -> str:
    lines = "".join(finding(n) for n in point.findings)
    parts = [
        tag("h3", f'<span class="number">{number}</span> {both(point.text)}'),
        tag("p", _tally(point.findings), class_="tally"),
        tag("div", lines, class_="findings"),
        *(_open(g) for g in point.gaps),
    ]
    return f'<li class="point" id="{question}-{number}">{"".join(parts)}</li>'


def _tally(notes: tuple[FindingNote, ...]) -> str:
    """How many findings a point rests on, by strength."""
    by_hedge: dict[str, list[FindingNote]] = {}
    for note in notes:
        by_hedge.setdefault(note.hedge, []).append(note)
    return " ".join(
        f'<span class="count">{len(found)} {mark(found[0])}</span>' for found in by_hedge.values()
    )


def _open(gap: Gap) -> str:
    place = escape(gap.iri.partition(":")[2])
    return (
        f'<p class="open"><b>{both(words.NOT_KNOWN)}</b> '
        f'<a href="#{place}">{both(gap.question)}</a> '
        f'<span class="reason">{both(gap.reason_label)}</span></p>'
    )


def gaps(report: Report) -> str:
    """Every knowledge gap under its reason, each opening to the nearest findings."""
    by_reason: dict[str, list[Gap]] = {}
    for gap in report.gaps:
        by_reason.setdefault(gap.reason, []).append(gap)
    parts = []
    for found in by_reason.values():
        head = f'{both(found[0].reason_label)} <span class="number">{len(found)}</span>'
        parts.append(tag("h3", head))
        parts.append("".join(_gap(g) for g in found))
    note = tag("p", both(words.UNKNOWN_NOTE), class_="note")
    return section("gaps", words.UNKNOWN, note, *parts)


def _gap(gap: Gap) -> str:
    near = [f"{links([n])} {both(n.statement)} {mark(n)}" for n in gap.bounded_by]
    return (
        f'<details class="gap" id="{escape(gap.iri.partition(":")[2])}">'
        f"<summary>{both(gap.question)}</summary>"
        f'<p class="nearest">{both(words.NEAREST)}</p>{items(near, "near")}</details>'
    )


def about(report: Report) -> str:
    """Method, limits, source, how to cite, licence."""
    pairs = [
        (words.METHOD, both(words.METHOD_TEXT)),
        (words.LIMITS, both(words.LIMITS_TEXT)),
        (words.SOURCE, code(report.source_sha256)),
        (words.CITE, both(words.CITE_TEXT)),
        (words.LICENCE, both(words.LICENCE_TEXT)),
        (words.VERSION, code(f"kkgraph {report.version}")),
    ]
    rows = "".join(f"<div><dt>{both(t)}</dt><dd>{said}</dd></div>" for t, said in pairs)
    return section("about", words.ABOUT, tag("dl", rows, class_="about"))
