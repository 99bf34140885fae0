"""Problems as one HTML page: nothing loaded from outside, every text escaped."""

from __future__ import annotations

import html
from typing import Final

from kkgraph.cases.checking import Findings, PlacedProblem
from kkgraph.cases.phrases import say
from kkgraph.cases.records import Place
from kkgraph.model import in_language
from kkgraph.names import LANGUAGES, compact

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1f1d1a;--paper:#fcfbf8;--card:#fff;--rule:#ddd7cb;
--soft:#5c564d;--violation:#a12a1c;--warning:#8a5a00;--info:#0d5c63}
@media(prefers-color-scheme:dark){:root{--ink:#e9e6df;--paper:#16181a;--card:#1d2022;
--rule:#393c3e;--soft:#aaa59a;--violation:#f0897c;--warning:#e3b25f;--info:#86cbc7}}
body{margin:0;background:var(--paper);color:var(--ink);
font:400 1rem/1.6 "Noto Sans Thai","Sarabun","Leelawadee UI",Thonburi,system-ui,sans-serif}
main{max-width:70rem;margin:0 auto;padding:2rem 1.25rem 4rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.3;margin:0 0 .2rem}h2{font-size:1.08rem;line-height:1.5;margin:0}
.counts{color:var(--soft);margin:0 0 1.5rem}
section{background:var(--card);border:1px solid var(--rule);border-left:.35rem solid var(--c);
border-radius:.3rem;padding:.9rem 1.1rem;margin:0 0 1rem}
.violation{--c:var(--violation)}.warning{--c:var(--warning)}.info{--c:var(--info)}
.badge{color:var(--c);font-weight:600;margin-right:.5em}
.rule{margin:.3rem 0 .6rem;color:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;vertical-align:top;border-top:1px solid var(--rule);
padding:.35rem .7rem .35rem 0}
th{font-weight:600;color:var(--soft);border:0}td.place{white-space:nowrap}
ul{list-style:none;margin:.2rem 0;padding:0;white-space:pre-wrap}
.shape{color:var(--soft);font:.8rem ui-monospace,monospace}
.good{border-left-color:#2c7a4b}
"""


def to_html(findings: Findings, lang: str) -> str:
    """The page in one language: the problems of a rule together, with places, values and fixes."""
    lang = lang if lang in LANGUAGES else "en"
    title = say("title", lang, n=findings.case.source)
    body = "".join(_group(group, findings.case.source, lang) for group in findings.groups())
    if not body:
        body = f'<section class="good"><h2>{_text(say("conforms", lang))}</h2></section>\n'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{_text(title)}</h1>\n<p class="counts">{_text(counts(findings, lang))}</p>\n'
        f"{body}</main>\n</body>\n</html>\n"
    )


def counts(findings: Findings, lang: str) -> str:
    """How many problems of each severity there are, in words."""
    found = [
        say(f"{severity}s" if n > 1 else severity, lang, n=n)
        for severity in ("violation", "warning", "info")
        if (n := findings.count(severity))
    ]
    return ", ".join(found) or say("conforms", lang)


def _group(group: list[PlacedProblem], source: str, lang: str) -> str:
    first = group[0]
    rules = dict.fromkeys(in_language(p.rule, lang) for p in group)
    shared = next(iter(rules)) if len(rules) == 1 else ""
    number = f" ({len(group)})" if len(group) > 1 else ""
    head = (
        f'<section class="{first.severity}">\n<h2><span class="badge">'
        f"{_text(say(f'{first.severity}_of', lang))}{number}</span>"
        f"{_text(in_language(first.message, lang) or first.component)}</h2>\n"
    )
    if shared:
        head += f'<p class="rule">{_text(shared)}</p>\n'
    columns = "".join(
        f"<th>{_text(say(name, lang))}</th>" for name in ("place", "thing", "value", "fix")
    )
    rows = "".join(_row(p, source, lang, with_rule=not shared) for p in group)
    return (
        f'{head}<div class="scroll"><table>\n<thead><tr>{columns}</tr></thead>\n'
        f'<tbody>\n{rows}</tbody>\n</table></div>\n<div class="shape">{_text(first.shape)}</div>\n'
        "</section>\n"
    )


def _row(problem: PlacedProblem, source: str, lang: str, *, with_rule: bool) -> str:
    places = "<br>".join(_text(_place(p, source)) for p in problem.places)
    thing = in_language(problem.about, lang) or compact(problem.problem.focus)
    path = in_language(problem.path, lang)
    fix = [in_language(problem.fix.text, lang)]
    if with_rule:
        fix.insert(0, in_language(problem.rule, lang))
    said = "<br>".join(_text(f) for f in fix if f)
    if problem.why:
        lines = "".join(f"<li>{_text(in_language(w, lang))}</li>" for w in problem.why)
        said += f"<ul>{lines}</ul>"
    name = _text(thing) + (f"<br>{_text(path)}" if path else "")
    value = _text(in_language(problem.given, lang))
    return (
        f'<tr><td class="place">{places}</td><td>{name}</td><td>{value}</td><td>{said}</td></tr>\n'
    )


def _place(place: Place, source: str) -> str:
    """The place in words, without the file where the page is about that one file."""
    if place.file != source or not (place.line or place.sheet):
        return str(place)
    return str(place)[len(source) :].removeprefix(":").strip()


def _text(text: str) -> str:
    return html.escape(text, quote=True)
