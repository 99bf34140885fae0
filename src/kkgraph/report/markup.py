"""Pieces of HTML: escaped texts in both languages, marks, and findings that open."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final

from kkgraph import names
from kkgraph.model import FindingNote, Text, in_language
from kkgraph.report import words

LANGUAGES: Final = ("en", "th")
_PLAIN: Final = "kk:asserted"


def escape(text: str) -> str:
    """The text with ``& < > " '`` as character references."""
    return html.escape(text, quote=True)


def both(text: Text) -> str:
    """The text in both languages, of which the page's switch shows one; once where they agree."""
    en, th = (in_language(text, lang) for lang in LANGUAGES)
    if en == th:
        return escape(en)
    return f'<span lang="en">{escape(en)}</span><span lang="th">{escape(th)}</span>'


def mark(note: FindingNote) -> str:
    """The hedge of a finding as a small label in words."""
    plain = " plain" if note.hedge == _PLAIN else ""
    return f'<span class="hedge{plain}">{both(note.hedge_label)}</span>'


def finding(note: FindingNote, *, anchor: bool = False) -> str:
    """A finding as a line that opens to scope, strength, holder, graph, offsets and hash.

    ``anchor`` gives it the id that links on the page lead to; use it once for each finding.
    """
    name = f' id="{escape(note.id)}"' if anchor else ""
    return (
        f'<details class="finding"{name}><summary>'
        f'<span class="id">{escape(note.id)}</span>'
        f'<span class="said">{both(note.statement)}</span>'
        f'<span class="for">{both(note.scope_label)} {mark(note)}</span>'
        f"</summary>{_evidence(note)}</details>"
    )


def _evidence(note: FindingNote) -> str:
    holders = "; ".join(both(label) for _, label in note.holders)
    pairs = [
        (words.SCOPE, f"{both(note.scope_label)} {code(note.scope)}"),
        (words.HEDGE, f"{both(note.hedge_label)} {code(note.hedge)}"),
        (words.HOLDER, holders),
        (words.GRAPH, code(note.graph)),
    ]
    if note.evidence is not None:
        place = f"{note.evidence.start}–{note.evidence.end}"
        pairs += [(words.POSITION, place), (words.HASH, code(note.evidence.sha256))]
    if note.reference is not None:
        place = f"{code(names.slug(note.reference.source))}, {escape(note.reference.locator)}"
        pairs.append((words.PLACE, place))
    rows = "".join(f"<div><dt>{both(term)}</dt><dd>{said}</dd></div>" for term, said in pairs)
    return f'<dl class="evidence">{rows}</dl>'


def code(text: str) -> str:
    """A name or number of the graph, in a fixed-width face."""
    return f"<code>{escape(text)}</code>"


def links(notes: Iterable[FindingNote]) -> str:
    """The ids of findings, each a link to its place on the page."""
    found = (f'<a class="id" href="#{escape(n.id)}">{escape(n.id)}</a>' for n in notes)
    return f'<span class="ids">{" ".join(found)}</span>'


def tag(name: str, inside: str, **attributes: str) -> str:
    """An element; attribute values are escaped, ``class_`` stands for class."""
    given = "".join(f' {k.rstrip("_")}="{escape(v)}"' for k, v in attributes.items())
    return f"<{name}{given}>{inside}</{name}>"


def items(inside: Sequence[str], class_: str) -> str:
    """A list of ready-made items; nothing where there are none."""
    if not inside:
        return ""
    return tag("ul", "".join(f"<li>{i}</li>" for i in inside), class_=class_)


def section(name: str, title: Text, *parts: str) -> str:
    """A section with its id, its heading and its parts."""
    head = tag("h2", both(title), id=f"{name}-title")
    inside = "\n".join([head, *(p for p in parts if p)])
    return f'<section id="{name}" aria-labelledby="{name}-title">\n{inside}\n</section>'


def scrolling(name: str, table: str) -> str:
    """A table in a box that scrolls by itself; ``name`` is the id of its caption."""
    return f'<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">{table}</div>'
