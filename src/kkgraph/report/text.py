"""The report as text for a terminal: each research question, its points, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kkgraph.layout import display_width, pad, wrap
from kkgraph.model import FindingNote, in_language
from kkgraph.report import words
from kkgraph.report.records import Point, Report, ResearchAnswer

_MARGIN = 6


def to_text(report: Report, lang: str = "en", width: int = 100) -> str:
    """The answers in ``lang`` as lines of at most ``width`` columns (at least 40).

    Under each point the findings stand in groups of one scope and one hedge, ids at the right.
    The first group of each hedge says its first finding in full.
    """
    width = max(width, 40)
    lines: list[str] = []
    for answer in report.answers:
        lines += _answer(answer, lang, width)
    lines += _closing(report, lang, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _answer(answer: ResearchAnswer, lang: str, width: int) -> Iterator[str]:
    title = wrap(in_language(answer.title, lang), width)
    yield from title
    yield "═" * max(display_width(line) for line in title)
    for number, point in enumerate(answer.points, 1):
        yield from _point(f"{number}", point, lang, width)
    yield ""


def _point(number: str, point: Point, lang: str, width: int) -> Iterator[str]:
    yield ""
    yield from _hanging(pad(number, 4), in_language(point.text, lang), width)
    said: set[str] = set()
    for notes in _groups(point.findings):
        first = notes[0]
        scope, hedge = in_language(first.scope_label, lang), in_language(first.hedge_label, lang)
        yield from _sides(f"{scope} · {hedge}", [n.id for n in notes], width)
        if first.hedge not in said:
            yield from _hanging(" " * _MARGIN, in_language(first.statement, lang), width)
        said.add(first.hedge)
    for gap in point.gaps:
        asked, reason = in_language(gap.question, lang), in_language(gap.reason_label, lang)
        head = f"    {in_language(words.NOT_KNOWN, lang)}: "
        yield from _hanging(head, f"{asked} ({reason})", width)


def _groups(notes: Sequence[FindingNote]) -> list[list[FindingNote]]:
    """The findings by scope and hedge, groups in the order of their first finding."""
    groups: dict[tuple[str, str], list[FindingNote]] = {}
    for note in notes:
        groups.setdefault((note.scope, note.hedge), []).append(note)
    return list(groups.values())


def _sides(left: str, ids: Sequence[str], width: int) -> Iterator[str]:
    """A head at the left and ids flush right; each side wraps within half the width or so."""
    right = wrap(" ".join(ids), max(width // 2, width - display_width(left) - _MARGIN))
    room = width - max(display_width(r) for r in right) - 2
    heads = wrap(left, room - 4)
    for level in range(max(len(heads), len(right))):
        head = heads[level] if level < len(heads) else ""
        tail = right[level] if level < len(right) else ""
        indent = "    " if level == 0 else "      "
        yield pad(indent + head, width - display_width(tail)) + tail


def _hanging(head: str, text: str, width: int) -> Iterator[str]:
    indent = " " * min(display_width(head), _MARGIN)
    first, *rest = wrap(text, width - display_width(head))
    yield head + first
    if rest:
        yield from (indent + line for line in wrap(" ".join(rest), width - len(indent)))


def _closing(report: Report, lang: str, width: int) -> Iterator[str]:
    counts = report.counts
    parts = (
        (counts.findings, words.FINDINGS),
        (counts.anchors, words.ANCHORS),
        (counts.works, words.WORKS),
        (counts.gaps, words.GAPS),
    )
    yield "─" * width
    yield from wrap(" · ".join(_count(n, in_language(w, lang), lang) for n, w in parts), width)
    yield from wrap(in_language(words.OPENED, lang), width)
    deeper = f"{in_language(words.DEEPER, lang)}: "
    yield from _hanging(deeper, "kkgraph explain F369 · kkgraph ask cq83", width)


def _count(number: int, word: str, lang: str) -> str:
    return f"{word} {number}" if lang == "th" else f"{number} {word}"
