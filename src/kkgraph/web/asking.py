"""Jobs of the REST interface: stored questions, entities and findings, as JSON, CSV or xlsx."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from kkgraph.entities import Entity, Explanation, Link
from kkgraph.errors import QuestionError
from kkgraph.model import FindingNote, Question, Text, in_language
from kkgraph.tables import Table
from kkgraph.web.messages import Reply

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

JSON: Final = "application/json"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ask(
    desk: Desk, *, id: str, params: Mapping[str, str], lang: str, form: str, max_rows: int
) -> Reply:
    """The answer to a stored question: json (``Table.as_dict``), csv or xlsx.

    An answer past ``max_rows`` is cut and says so (``truncated``).
    """
    table = desk.ask(_question(desk, id), params, lang=lang, max_rows=max_rows)
    facts = {"rows": len(table), "truncated": table.truncated}
    return Reply(_written(table, form), {"csv": "text/csv", "xlsx": XLSX}.get(form, JSON), 200, "",
                 facts)  # fmt: skip


def sparql_of(desk: Desk, *, id: str, params: Mapping[str, str], lang: str) -> Reply:
    """The SPARQL that ``ask`` would run, with the parameters bound."""
    text = desk.graph.sparql_of(_question(desk, id), params, lang=lang)
    return Reply(text.encode(), "application/sparql-query")


def entity(desk: Desk, *, name: str, lang: str) -> Reply:
    """An entity's page: names, codes, links, and the findings by the role it plays in them."""
    return _json(entity_dict(desk.graph.entity(name), lang))


def finding(desk: Desk, *, name: str, lang: str) -> Reply:
    """A finding opened: claim, scope, hedge, holders, evidence, and what it is linked with."""
    found = desk.graph.explain(name)
    return _json(explanation_dict(found, lang))


def entity_dict(page: Entity, lang: str) -> dict[str, Any]:
    """An entity as a JSON object: names in every language, labels in ``lang``."""
    return {
        "iri": page.iri,
        "label": in_language(page.labels, lang),
        "labels": page.labels,
        "other_names": [{"lang": tag, "name": name} for tag, name in page.other_names],
        "types": [_named(curie, text, lang) for curie, text in page.types],
        "codes": [{"code": c, "scheme": in_language(t, lang)} for c, t in page.codes],
        "definition": in_language(page.definitions, lang),
        "matches": list(page.matches),
        "links": [_link(link, lang) for link in page.links],
        "findings": {
            role: [note_dict(n, lang) for n in notes] for role, notes in page.findings.items()
        },
        "gaps": list(page.gaps),
    }


def explanation_dict(found: Explanation, lang: str) -> dict[str, Any]:
    """A finding as a JSON object, with its direct links and the analyst's notes among them."""
    return {
        **note_dict(found.note, lang),
        "statements": found.note.statement,
        "links": [_link(link, lang) for link in found.page.links],
    }


def note_dict(note: FindingNote, lang: str) -> dict[str, Any]:
    """What every answer says of a finding, as a JSON object."""
    held = note.evidence or note.reference
    return {
        "id": note.id,
        "iri": note.iri,
        "statement": in_language(note.statement, lang),
        "scope": _named(note.scope, note.scope_label, lang),
        "hedge": _named(note.hedge, note.hedge_label, lang),
        "holders": [_named(h, text, lang) for h, text in note.holders],
        "graph": note.graph,
        "evidence": held.as_dict() if held else None,
    }


def _question(desk: Desk, name: str) -> Question:
    found = desk.questions.get(name.lower())
    if found is None:
        raise QuestionError(
            "unknown-question", f'there is no question "{name}"', where="path",
            hint="See /api/questions.",
        )  # fmt: skip
    return found


def _written(table: Table, form: str) -> bytes:
    if form == "csv":
        return table.to_csv().encode()
    if form == "xlsx":
        out = io.BytesIO()
        table.to_xlsx(out)
        return out.getvalue()
    return orjson.dumps(table.as_dict())


def _link(link: Link, lang: str) -> dict[str, Any]:
    return {
        "property": _named(link.property, link.property_label, lang),
        "node": link.node,
        "label": in_language(link.label, lang),
        "outward": link.outward,
        "graph": link.graph,
    }


def _named(curie: str, text: Text, lang: str) -> dict[str, str]:
    return {"id": curie, "label": in_language(text, lang)}


def _json(data: Any) -> Reply:
    return Reply(orjson.dumps(data), JSON)
