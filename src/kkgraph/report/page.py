"""The report as one HTML file: both languages inside, nothing loaded from outside."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from kkgraph.model import Text, in_language
from kkgraph.report import overview, sections, words
from kkgraph.report.markup import LANGUAGES, both, escape, tag
from kkgraph.report.records import Report

_NAMES = {"en": "English", "th": "ภาษาไทย"}


def to_html(report: Report, lang: str = "en") -> str:
    """The report's page, opening in ``lang``; the same report gives the same bytes."""
    if lang not in LANGUAGES:
        lang = "en"
    return frame(in_language(words.TITLE, lang), lang, _body(report))


def frame(title: str, lang: str, body: str, *, more_style: str = "") -> str:
    """A whole page around a body, opening in ``lang``; a switch at the top shows the other one.

    Style and script are inside and named by their hash in the page's own security policy, which
    allows no other source. The switch works without the script; the script opens what a link leads
    to and opens everything for print.
    """
    style, script = _asset("style.css") + more_style, _asset("script.js")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{lang}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *_radios(lang),
            f'<div class="page">\n{body}\n</div>',
            f"<script>{script}</script>",
            "</body>",
            "</html>\n",
        ]
    )


def choice() -> str:
    """The visible part of the language switch."""
    labels = "".join(
        f'<label for="lang-{code}" lang="{code}" class="always">{_NAMES[code]}</label>'
        for code in LANGUAGES
    )
    return f'<div class="choice">{labels}</div>'


def _asset(name: str) -> str:
    return files("kkgraph.report").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    def source(text: str) -> str:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return f"'sha256-{digest}'"

    rest = "base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; {rest}"


def _radios(lang: str) -> list[str]:
    """The switch itself stands before the page, so that style alone can show one language."""
    return [
        f'<input class="switch" type="radio" name="lang" id="lang-{code}"'
        f' aria-label="{_NAMES[code]}"{" checked" if code == lang else ""}>'
        for code in LANGUAGES
    ]


def _body(report: Report) -> str:
    return "\n".join(
        [
            tag("a", both(words.SKIP), class_="skip", href="#rq1"),
            _header(report),
            _contents(report),
            "<main>",
            sections.reading(report),
            sections.answers(report),
            overview.network(report),
            overview.systems(report),
            sections.gaps(report),
            overview.themes(report),
            sections.about(report),
            "</main>",
            f"<footer><p>{both(words.LICENCE_TEXT)}</p></footer>",
        ]
    )


def _header(report: Report) -> str:
    counts = (
        (report.counts.findings, words.FINDINGS),
        (report.counts.anchors, words.ANCHORS),
        (report.counts.works, words.WORKS),
        (report.counts.gaps, words.GAPS),
    )
    numbers = "".join(f"<li><b>{n}</b> {both(word)}</li>" for n, word in counts)
    return "\n".join(
        [
            "<header>",
            choice(),
            tag("p", f"kkgraph {escape(report.version)}", class_="kicker"),
            tag("h1", both(words.TITLE)),
            tag("p", both(words.SUBTITLE), class_="subtitle"),
            tag("p", both(words.LEAD), class_="lead"),
            tag("ul", numbers, class_="counts"),
            "</header>",
        ]
    )


def _contents(report: Report) -> str:
    entries: list[tuple[str, Text]] = [
        ("reading", words.READING),
        *((a.id, a.title) for a in report.answers),
        ("actors", words.ACTORS),
        ("systems", words.SYSTEMS),
        ("gaps", words.UNKNOWN),
        ("themes", words.THEMES),
        ("about", words.ABOUT),
    ]
    inside = "".join(f'<li><a href="#{name}">{both(title)}</a></li>' for name, title in entries)
    head = tag("h2", both(words.CONTENTS), id="contents-title")
    return f'<nav id="contents" aria-labelledby="contents-title">{head}<ol>{inside}</ol></nav>'
