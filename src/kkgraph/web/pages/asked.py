"""Pages that ask: the catalogue, a stored question as a form, and free SPARQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from kkgraph import answers, entities, names, questions, sparql
from kkgraph.errors import KkgraphError, QuestionError
from kkgraph.graph import DEFAULT_TIMEOUT_S
from kkgraph.model import Parameter, Question, Row, Text
from kkgraph.pages import SECTIONS
from kkgraph.tables import Table
from kkgraph.web.pages.frame import words
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

LINES: Final = 100
"""Lines of an answer on one page."""
MOST: Final = 10_000
_CHOICES: Final = 500
_AS_LIST: Final = 400
_DECLARED: Final = f"PREFIX kk: <{names.KK}>\n\n"
EXAMPLES: Final[dict[str, str]] = {
    "sparql_example_findings": _DECLARED
    + """SELECT ?finding ?statement ?scope ?hedge WHERE {
  ?finding a kk:Finding ;
    kk:statement ?statement ;
    kk:scope ?scope ;
    kk:hedge ?hedge .
  FILTER(langMatches(lang(?statement), "%s"))
}
ORDER BY ?finding
LIMIT 50""",
    "sparql_example_systems": _DECLARED
    + """SELECT ?system ?provider ?user WHERE {
  ?system a kk:DigitalSystem .
  OPTIONAL { ?system kk:providedBy ?provider }
  OPTIONAL { ?system kk:usedBy ?user }
}
ORDER BY ?system ?provider ?user""",
    "sparql_example_graphs": """SELECT ?graph (COUNT(*) AS ?triples) WHERE {
  GRAPH ?graph { ?s ?p ?o }
}
GROUP BY ?graph
ORDER BY DESC(?triples)""",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in the form: its present value and the values that have an answer."""

    param: Parameter
    value: str
    choices: tuple[tuple[str, Text], ...]

    @property
    def as_list(self) -> bool:
        """True where all values fit into one list to choose from."""
        return 0 < len(self.choices) <= _AS_LIST


def catalogue_page(desk: Desk, visit: Visit) -> Page:
    """The stored questions, those that have all the words and the tag."""
    found = desk.questions.values()
    words, tag = visit.get("q").casefold().split(), visit.get("tag")
    chosen = [
        q
        for q in found
        if (not tag or tag in q.tags)
        and all(w in " ".join((q.id, *q.title.values(), *q.tags)).casefold() for w in words)
    ]
    order = {"research-question": 0, "daily": 1}
    groups: dict[str, list[Question]] = {}
    for q in sorted(chosen, key=lambda q: order.get(q.tags[0] if q.tags else "", 2)):
        groups.setdefault(q.tags[0] if q.tags else "other", []).append(q)
    return Page(
        "questions.html",
        "",
        {
            "groups": groups,
            "tags": sorted({t for q in found for t in q.tags}),
            "tag_name": tag_name,
            "number": len(chosen),
            "whole": len(desk.questions),
        },
    )


def tag_name(tag: str) -> Text:
    """The name of a tag in both languages; the tag itself where it has none."""
    english, dot, thai = SECTIONS.get(tag, "").partition(" · ")
    if dot:
        return {"en": english, "th": thai}
    return words().get(f"tag_{tag}") or {"en": tag, "th": tag}


def question(desk: Desk, visit: Visit) -> Page:
    """A question as a form, and its answer with the values given (else with its defaults)."""
    asked = desk.questions.get(visit.get("id").lower())
    if asked is None:
        raise QuestionError(
            "unknown-question", f'there is no question "{visit.get("id")}"', where="path",
            hint="Choose one from the list of questions.",
        )  # fmt: skip
    known = {p.name for p in asked.params}
    given = {k: v for k, v in visit.given if k in known}
    usual = {p.name: visit.lang if p.type == "lang" else p.default or "" for p in asked.params}
    values = usual | given
    bound = {k: v or "*" for k, v in values.items()}
    fields: dict[str, Any] = {"asked": asked, "tag_name": tag_name, "error": None, "table": None}
    try:
        if not desk.asks(asked):
            fields["sparql"] = desk.graph.sparql_of(asked, bound, lang=visit.lang)
            return Page("elsewhere.html", visit.say(asked.title), fields)
        fields |= _answered(desk, asked, bound, visit)
        fields["sparql"] = desk.graph.sparql_of(asked, bound, lang=visit.lang)
    except KkgraphError as error:
        if error.code not in ("unknown-entity", "ambiguous-entity", "bad-value", "unknown-prefix"):
            raise
        fields |= {"error": error, "sparql": asked.sparql}
    fields["fields"] = [_field(desk, asked, p, values[p.name], visit) for p in asked.params]
    asked_with = {**bound, "lang": visit.lang}
    fields["rest"] = f"/api/questions/{asked.id}?{urlencode(asked_with)}"
    fields["downloads"] = [
        (name, f"/api/questions/{asked.id}?{urlencode({**asked_with, 'format': form})}")
        for name, form in (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json"))
    ]
    return Page("question.html", visit.say(asked.title), fields, 400 if fields["error"] else 200)


def _answered(desk: Desk, asked: Question, bound: dict[str, str], visit: Visit) -> dict[str, Any]:
    """The lines of one page of the answer; only for these are labels and findings looked up."""
    if asked.federated is not None:
        whole = desk.ask(asked, bound, lang=visit.lang, max_rows=MOST)
        part, fields = paged(len(whole), visit)
        return {**fields, **_shown(whole, whole.lines[part])}
    reader, found = desk.solutions(asked, bound, lang=visit.lang, max_rows=MOST)
    part, fields = paged(len(found.rows), visit)
    table = answers.arranged(reader, asked, found, visit.lang, part)
    return {**fields, **_shown(table, table.lines)}


def _shown(table: Table, lines: Sequence[Row]) -> dict[str, Any]:
    return {"table": table, "lines": lines, "has_findings": any(line.findings for line in lines)}


def paged(total: int, visit: Visit) -> tuple[slice, dict[str, Any]]:
    """The lines of the page that the address names, and what its pager says."""
    number = visit.get("page", "1")
    last = max(1, -(-total // LINES))
    page = min(max(1, int(number)), last) if number.isdecimal() and len(number) < 7 else 1
    start = (page - 1) * LINES
    fields = {"start": start, "total": total, "page_number": page, "last_page": last}
    return slice(start, start + LINES), fields


def _field(desk: Desk, asked: Question, param: Parameter, value: str, visit: Visit) -> Field:
    if param.type == "lang":
        return Field(
            param, value, tuple((k, {k: v}) for k, v in (("en", "English"), ("th", "ไทย")))
        )
    if param.type != "entity":
        return Field(param, value, ())
    found = desk.keep(f"choices {asked.id} {param.name}", lambda: choices(desk, asked, param))
    labels = dict(found)
    if value and value not in labels:
        try:
            iri = entities.resolve(desk.graph.store, value, instances=True)
            value = names.slug(iri)
            if value not in labels:
                found = ((value, desk.graph.reader.labels([iri]).get(iri, {})), *found)
        except KkgraphError:
            found = ((value, {}), *found)
    listed = sorted(found, key=lambda c: (visit.say(c[1]) or c[0]).casefold())
    return Field(param, value, tuple(listed))


def choices(desk: Desk, asked: Question, param: Parameter) -> tuple[tuple[str, Text], ...]:
    """The values of an entity parameter that have an answer, with their labels.

    They are found by the question's own pattern with every parameter left open; where that
    doesn't tell, they are those of the answer's column of the same name.
    """
    opened = questions.bind(asked, {p.name: None for p in asked.params})
    values = _of_pattern(desk, opened, param.name) or _of_column(desk, opened, param.name)
    if param.default:
        values.add(names.expand(param.default))
    first = sorted((names.slug(v), v) for v in values)[:_CHOICES]
    labels = desk.graph.reader.labels([iri for _, iri in first])
    return tuple((name, labels.get(iri, {})) for name, iri in first)


def _of_pattern(desk: Desk, opened: str, name: str) -> set[str]:
    """The values in the group of the query in which the parameter stands."""
    head, start, _ = opened.partition("SELECT")
    place = opened.find(f"VALUES ?{name} ")
    pattern = _group_around(opened, place) if start and place > 0 else ""
    if not pattern:
        return set()
    text = f"{head}SELECT DISTINCT ?{name} WHERE {pattern} LIMIT {_CHOICES}"
    try:
        result = desk.graph.query_raw(text, timeout_s=DEFAULT_TIMEOUT_S)
    except KkgraphError:
        return set()
    return {r[0].value for r in result.rows if isinstance(r[0], ox.NamedNode)}


def _of_column(desk: Desk, opened: str, name: str) -> set[str]:
    """The values in the answer's column; the engine sorts out which are different."""
    head, start, rest = opened.partition("SELECT")
    text = f"{head}SELECT DISTINCT ?{name} WHERE {{ {{ {start}{rest} }} }}"
    try:
        result = desk.graph.query_raw(text)
    except KkgraphError:
        return set()
    return {r[0].value for r in result.rows if isinstance(r[0], ox.NamedNode)}


def _group_around(text: str, place: int) -> str:
    """The text between the braces that enclose a place, with them."""
    depth = 0
    for start in range(place, -1, -1):
        depth += (text[start] == "}") - (text[start] == "{")
        if depth < 0:
            break
    else:
        return ""
    depth = 0
    for end in range(start, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if not depth:
            return text[start : end + 1]
    return ""


def query(desk: Desk, visit: Visit) -> Page:
    """The page for free SPARQL: the editor, and the result of the query in the address."""
    text = visit.get("query")
    fields: dict[str, Any] = {
        "text": text or EXAMPLES["sparql_example_findings"] % visit.lang,
        "examples": {k: (q % visit.lang if "%s" in q else q) for k, q in EXAMPLES.items()},
        "table": None,
        "truth": None,
        "error": None,
        "most": LINES,
        "downloads": [],
    }
    status = 200
    if text:
        try:
            sparql.check_nesting(text)
            with desk.sent(text) as sent:
                fields |= _result(desk, visit, sent, text)
        except KkgraphError as error:
            if error.exit_code != 2:
                raise
            fields["error"] = error
            status = 400
    return Page("sparql.html", "", fields, status)


def _result(desk: Desk, visit: Visit, sent: str, text: str) -> dict[str, Any]:
    """The fields of a result; ``sent`` is the query as it runs, ``text`` as it was asked."""
    away = sent != text
    answer = desk.graph.query_raw(sent, timeout_s=None, max_rows=LINES, allow_remote=away)
    if answer.truth is not None:
        return {"truth": answer.truth, "downloads": _downloads(text, ("json", "xml"))}
    if answer.triples is not None:
        table = desk.graph.query(
            sent, lang=visit.lang, timeout_s=None, max_rows=LINES, allow_remote=away
        )
        return {"table": table, "downloads": _downloads(text, ("ttl", "jsonld", "nt", "rdf"))}
    table = answers.free_table(desk.graph.reader, answer, visit.lang)
    return {"table": table, "downloads": _downloads(text, ("csv", "tsv", "json", "xml"))}


def _downloads(text: str, forms: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f.upper(), "/sparql?" + urlencode({"query": text, "as": f})) for f in forms]
