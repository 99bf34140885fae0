"""Problems with their places: as text, as JSON, and in the formats that others read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkgraph.cases.page import counts
from kkgraph.cases.phrases import say
from kkgraph.layout import display_width, pad, wrap
from kkgraph.model import in_language
from kkgraph.names import compact

if TYPE_CHECKING:
    from kkgraph.cases.checking import Findings, PlacedProblem
    from kkgraph.cases.records import Place


def text(findings: Findings, lang: str, width: int) -> str:
    """The problems for a terminal: those that break one rule together, each with place and fix."""
    out: list[str] = []
    for group in findings.groups():
        out += _alone(group[0], lang, width) if len(group) == 1 else _together(group, lang, width)
    if not out:
        return say("conforms", lang) + "\n"
    return "\n".join([*out, "", counts(findings, lang)]) + "\n"


def _alone(item: PlacedProblem, lang: str, width: int) -> list[str]:
    places = _places(item.places, with_file=True)
    value = in_language(item.given, lang)
    detail = f" [{_value_is(lang)}: {value}]" if value else ""
    out = [places, *_indented(_said(item, lang, _thing(item, lang), detail), width, 2)]
    return out + _details(item, lang, width, 4, with_rule=True)


def _together(group: list[PlacedProblem], lang: str, width: int) -> list[str]:
    files = dict.fromkeys(p.file for item in group for p in item.places)
    one = len(files) == 1
    number = say("places", lang, n=len(group))
    out = [f"{next(iter(files))}: {number}" if one else number]
    out += _indented(_said(group[0], lang, "", ""), width, 2)
    rules = {in_language(item.rule, lang) for item in group}
    shared = len(rules) == 1 and not any(item.why for item in group)
    if shared and (rule := rules.pop()):
        out += _labelled("rule", rule, lang, width, 4)
    fixes = {in_language(item.fix.text, lang) for item in group}
    same_fix = len(fixes) == 1 and not any(item.fix.term for item in group)
    if same_fix and (fix := fixes.pop()):
        out += _labelled("fix", fix, lang, width, 4)
    heads = [_places(item.places, with_file=not one) for item in group]
    room = min(max(map(display_width, heads)), 30)
    for item, place in zip(group, heads, strict=True):
        value = in_language(item.given, lang)
        shown = [_thing(item, lang), *([f"[{_value_is(lang)}: {value}]"] if value else [])]
        out += _indented(f"{pad(place, room)}  {' '.join(s for s in shown if s)}", width, 4)
        out += _details(item, lang, width, 6, with_rule=not shared, with_fix=not same_fix)
    return out


def _said(item: PlacedProblem, lang: str, thing: str, detail: str) -> str:
    message = in_language(item.message, lang) or item.component
    in_sheet = bool(item.places[0].sheet)
    path = in_language(item.path, lang) if in_sheet else item.problem.path
    about = (" – " if in_sheet else " ").join(p for p in (thing, path) if p)
    kind = say(f"{item.severity}_of", lang)
    shape = "" if item.shape == item.component else f" ({item.shape})"
    colon = ": " if path or in_sheet else " "
    return f"{kind}: {about}{colon if about else ''}{message}{detail}{shape}"


def _details(
    item: PlacedProblem,
    lang: str,
    width: int,
    indent: int,
    *,
    with_rule: bool,
    with_fix: bool = True,
) -> list[str]:
    out: list[str] = []
    if item.why:
        for line in (in_language(w, lang) for w in item.why):
            deeper = len(line) - len(line.lstrip())
            out += _indented(line.lstrip(), width, indent + deeper)
    elif with_rule and (rule := in_language(item.rule, lang)):
        out += _labelled("rule", rule, lang, width, indent)
    fix = in_language(item.fix.text, lang)
    if fix and with_fix:
        written = item.fix.term if item.places[0].line else ""
        plain = in_language(item.fix.value, lang)
        more = f" ({written})" if written and written.strip('"') != plain else ""
        out += _labelled("fix", fix + more, lang, width, indent)
    return out


def _labelled(key: str, said: str, lang: str, width: int, indent: int) -> list[str]:
    return _indented(f"{say(f'{key}_is', lang)}: {said}", width, indent)


def _indented(said: str, width: int, indent: int) -> list[str]:
    return [" " * indent + line for line in wrap(said, width - indent)]


def _thing(item: PlacedProblem, lang: str) -> str:
    """The thing by its short identifier in a text file, by its name in a sheet."""
    if item.places[0].sheet or not item.about:
        return in_language(item.about, lang)
    return compact(item.problem.focus)


def _value_is(lang: str) -> str:
    return "ค่า" if lang == "th" else "value"


def _places(places: Sequence[Place], *, with_file: bool) -> str:
    """``file:3, 5`` or ``file: Sheet!C7, C9``, the file left out where it is said above."""
    out: list[str] = []
    last: tuple[str, str] | None = None
    for place in places:
        head = (place.file, place.sheet)
        if place.line:
            full, short = f"{place.file}:{place.line}", str(place.line)
            inside = f":{place.line}"
        elif place.sheet:
            short = place.cell or (f"row {place.row}" if place.row else place.sheet)
            inside = f"{place.sheet}!{short}" if place.row else place.sheet
            full = f"{place.file}: {inside}"
        else:
            full = short = inside = place.file
        out.append(short if head == last else full if with_file else inside)
        last = head
    return ", ".join(dict.fromkeys(out))


def body(findings: Findings) -> dict[str, Any]:
    """The problems as the documented JSON object."""
    report = findings.report
    load_s, validate_s = report.seconds
    by_component: dict[str, int] = {}
    for tally in findings.tallies:
        by_component[tally.component] = by_component.get(tally.component, 0) + tally.results
    return {
        "conforms": findings.conforms,
        "triples": report.triples,
        "skipped": report.n_skipped,
        "results": len(findings.problems),
        "by_component": dict(sorted(by_component.items())),
        "by_shape": [asdict(t) for t in findings.tallies],
        "engine": report.engine,
        "load_s": round(load_s, 4),
        "validate_s": round(validate_s, 4),
        "problems": [_problem(p) for p in findings.problems],
    }


def _problem(item: PlacedProblem) -> dict[str, Any]:
    return {
        **asdict(item.problem),
        "places": [{**asdict(p), "cell": p.cell} for p in item.places],
        "about": item.about,
        "property": item.path,
        "given": item.given,
        "rule": item.rule,
        "why": list(item.why),
        "fix": asdict(item.fix),
    }


def write(findings: Findings, form: str, lang: str, output: Path | None, width: int) -> None:
    """Write the problems as text, json, sarif, html or xlsx."""
    from kkgraph import __version__
    from kkgraph.cases import page, sarif
    from kkgraph.cli import render

    match form:
        case "json":
            render.save(json.dumps(body(findings), ensure_ascii=False, indent=2) + "\n", output)
        case "sarif":
            render.save(sarif.to_sarif(findings, lang, __version__), output)
        case "html":
            render.save(page.to_html(findings, lang), output)
        case "xlsx":
            from kkgraph.cases import marking

            assert output is not None
            marking.write(findings, output, lang)
        case _:
            render.save(text(findings, lang, width), output)
