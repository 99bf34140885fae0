"""The job that checks an uploaded file: problems at their cells, and the marked workbook."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkgraph.cases.phrases import say
from kkgraph.errors import KkgraphError, SourceError
from kkgraph.model import in_language
from kkgraph.names import compact
from kkgraph.web.asking import XLSX
from kkgraph.web.bounds import MIB
from kkgraph.web.messages import Reply
from kkgraph.web.pages import frame
from kkgraph.web.pages.described import CHECKED_BYTES
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.cases.checking import Findings, PlacedProblem
    from kkgraph.web.desk import Desk

ENDINGS: Final = (
    ".xlsx", ".csv", ".yaml", ".yml", ".json", ".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf",
)  # fmt: skip
BOOKS: Final = (".xlsx",)
_INSIDE_BYTES: Final = 1_400_000
"""The largest workbook inside a page: browsers refuse longer data addresses, by base64."""
_HEADS: Final = {"value": "value", "fixes": "fix"}
_GROUPS: Final = 60
_PLACES: Final = 50


def check(desk: Desk, *, path: str, title: str, marked: bool, visit: Visit) -> Reply:
    """The page of a file's problems; with ``marked`` the marked workbook instead.

    The file is read where it lies, and whoever put it there takes it away. Raises what reading it
    raises, with the file's own name and not its place: ``SourceError`` broken-workbook, too-large,
    bad-rdf and others.
    """
    from kkgraph.cases import checking

    place = Path(path)
    try:
        known = desk.keep("background", desk.graph.background)
        found = checking.check_files([place], known)
        if marked:
            name = _marked_name(title)
            return Reply(book_of(found, place, visit.lang), XLSX, facts={"name": name})
        return frame.reply(_page(found, place, title, visit), visit)
    except KkgraphError as error:
        raise _named(error, path, title) from error


def template(desk: Desk, *, lang: str) -> Reply:
    """An empty form as a workbook in the language."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kkgraph-form-") as folder:
        place = Path(folder, "form.xlsx")
        desk.graph.template(place, lang=lang)
        return Reply(place.read_bytes(), XLSX)


def refuse_kind(title: str) -> None:
    """Raise ``SourceError`` unknown-format for a file of another kind than those checked."""
    if Path(title).suffix.lower() not in ENDINGS:
        raise SourceError(
            "unknown-format", f'"{title}" has no ending that is checked here', where=title,
            hint=f"Use one of: {', '.join(ENDINGS)}.",
        )  # fmt: skip


def book_of(found: Findings, place: Path, lang: str) -> bytes:
    """The workbook with its problems marked; for other files a workbook of the list."""
    from kkgraph.cases import listing, marking
    from kkgraph.tables import write_xlsx

    if place.suffix.lower() in BOOKS:
        return marking.marked(place.read_bytes(), found, lang)
    rows = [_plain(texts, str(place)) for texts, _ in listing.rows(found, lang)]
    out = io.BytesIO()
    write_xlsx(out, listing.heads(lang), rows or [[say("conforms", lang)]])
    return out.getvalue()


def _page(found: Findings, place: Path, title: str, visit: Visit) -> Page:
    from kkgraph.cases import page as pages

    groups = found.groups()
    book = b"" if not groups else book_of(found, place, visit.lang)
    inside = b64encode(book).decode() if 0 < len(book) <= _INSIDE_BYTES else ""
    return Page(
        "checked.html",
        title,
        {
            "title": title,
            "good": found.conforms and not groups,
            "counts": pages.counts(found, visit.lang),
            "groups": [_group(g, str(place), visit) for g in groups[:_GROUPS]],
            "cut": len(groups) > _GROUPS,
            "most": _GROUPS,
            "book": f"data:{XLSX};base64,{inside}" if inside else "",
            "too_big": bool(book) and not inside,
            "is_book": place.suffix.lower() in BOOKS,
            "book_name": _marked_name(title),
            "mib": CHECKED_BYTES // MIB,
        },
    )


def _group(group: list[PlacedProblem], source: str, visit: Visit) -> dict[str, Any]:
    first = group[0]
    rules = dict.fromkeys(visit.say(p.rule) for p in group)
    rows = [_row(p, source, visit, with_rule=len(rules) > 1) for p in group[:_PLACES]]
    told = [name for name in ("value", "fixes") if any(row[name] for row in rows)]
    heads = ["place", "thing", *(_HEADS[name] for name in told)]
    return {
        "severity": first.severity,
        "badge": say(f"{first.severity}_of", visit.lang),
        "number": len(group),
        "message": visit.say(first.message) or first.component,
        "rule": next(iter(rules)) if len(rules) == 1 else "",
        "shape": first.shape,
        "rows": rows,
        "told": told,
        "more": max(0, len(group) - _PLACES),
        "heads": [say(key, visit.lang) for key in heads],
    }


def _row(problem: PlacedProblem, source: str, visit: Visit, *, with_rule: bool) -> dict[str, Any]:
    thing = visit.say(problem.about) or compact(problem.problem.focus)
    fixes = [visit.say(problem.rule)] if with_rule else []
    fixes += [visit.say(problem.fix.text), *(visit.say(w) for w in problem.why)]
    return {
        "places": [_place(str(p), source) for p in problem.places],
        "thing": thing,
        "path": visit.say(problem.path),
        "value": in_language(problem.given, visit.lang),
        "fixes": [f for f in fixes if f],
    }


def _place(place: str, source: str) -> str:
    return place.removeprefix(source).removeprefix(":").strip() or "–"


def _plain(texts: Sequence[str], source: str) -> list[str]:
    return [t.replace(source, Path(source).name) for t in texts]


def _named(error: KkgraphError, path: str, title: str) -> KkgraphError:
    """The error with the name that the user gave the file, and nothing of where it lay."""

    def clean(text: str) -> str:
        return text.replace(path, title).replace(str(Path(path).parent), "")

    return type(error)(
        error.code, clean(error.message), where=clean(error.where), hint=clean(error.hint)
    )


def _marked_name(title: str) -> str:
    stem = Path(title).stem or "file"
    return f"{stem}-marked.xlsx"
