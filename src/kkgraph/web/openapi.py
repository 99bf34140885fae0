"""The OpenAPI 3.1 description of the REST interface, made from the questions' headers."""

from __future__ import annotations

from typing import Any, Final

from kkgraph import __version__
from kkgraph.model import Parameter, Question
from kkgraph.web.asking import JSON, XLSX
from kkgraph.web.problems import MEDIA

_LANG: Final = {
    "name": "lang",
    "in": "query",
    "description": "Language of titles and labels. ภาษาของหัวข้อและป้ายชื่อ",
    "schema": {"type": "string", "enum": ["en", "th"], "default": "en"},
}
_FORMAT: Final = {
    "name": "format",
    "in": "query",
    "description": "The format, in place of an Accept header.",
    "schema": {"type": "string", "enum": ["json", "csv", "xlsx"]},
}
_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_NAMED: Final = {
    "type": "object",
    "required": ["id", "label"],
    "properties": {"id": _TEXT, "label": _TEXT},
}
_PROBLEMS: Final = {
    "400": "A parameter is wrong.",
    "403": "The question asks other machines, which this server may not contact.",
    "404": "There is no such thing.",
    "406": "No format that is accepted.",
    "409": "The name fits several things.",
    "422": "The answer is too large.",
    "429": "Too many requests of this client wait.",
    "502": "Another machine failed, or answered something else.",
    "503": "The server is busy; come again.",
    "504": "The time limit is passed.",
}


def description(questions: dict[str, Question]) -> dict[str, Any]:
    """The description as a JSON object: a path for each question, its parameters typed."""
    paths: dict[str, Any] = {
        "/api/questions": _path("The stored questions", "questions", [_LANG], "Questions"),
        **{f"/api/questions/{q.id}": _question(q) for q in questions.values()},
        "/api/entities/{name}": _path(
            "An entity: names, codes, links and findings", "entity",
            [_name("entity", "e-laas"), _LANG],
            "Entity",
        ),
        "/api/findings/{name}": _path(
            "A finding: statement, scope, hedge, evidence and links", "finding",
            [_name("finding", "F369"), _LANG], "Finding",
        ),
        "/reconcile": _reconcile(),
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kkgraph",
            "version": __version__,
            "description": "Stored questions on a study of digital technology in local "
            "government, each answer with scope, hedge and evidence. Names of local government "
            "bodies are reconciled at /reconcile (Reconciliation API 0.2). "
            "คำถามที่เตรียมไว้ และบริการเทียบชื่อองค์กรปกครองส่วนท้องถิ่นที่ /reconcile",
        },
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _question(question: Question) -> dict[str, Any]:
    params = [*(_parameter(p) for p in question.params if p.name != "lang"), _LANG, _FORMAT]
    found = _path(question.title["en"], question.id, params, "Answer")
    operation = found["get"]
    operation["description"] = question.title["th"]
    operation["tags"] = list(question.tags)
    operation["responses"]["200"]["content"] |= {
        "text/csv": {"schema": _TEXT},
        XLSX: {"schema": {"type": "string", "format": "binary"}},
    }
    return found


def _parameter(param: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if param.type == "integer":
        schema = {"type": "string", "pattern": r"^([+-]?[0-9]{1,18}|\*)$"}
    if param.type == "entity":
        schema["description"] = "A slug, CURIE, IRI or label in Thai or English; * leaves it open."
    if param.default is not None:
        schema["default"] = param.default
    label = " · ".join(param.label[k] for k in ("en", "th") if k in param.label)
    found = {"name": param.name, "in": "query", "description": label, "schema": schema}
    if param.default is not None:
        found["example"] = param.default
    return found


def _name(what: str, example: str) -> dict[str, Any]:
    return {
        "name": "name",
        "in": "path",
        "required": True,
        "description": f"The {what}'s id, slug, CURIE, IRI or label.",
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _path(summary: str, id: str, params: list[dict[str, Any]], schema: str) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {
            "description": "The answer.",
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
    }
    for status, text in _PROBLEMS.items():
        content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[status] = {"description": text, "content": content}
    operation = {
        "operationId": id,
        "summary": summary,
        "parameters": params,
        "responses": responses,
    }
    return {"get": operation}


def _reconcile() -> dict[str, Any]:
    """The path of the Reconciliation API; its errors are JSON of that API, no problem documents."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    refused = {status: {"description": text, "content": content} for status, text in {
        **{k: v for k, v in _PROBLEMS.items() if k in ("400", "404", "422", "429", "503", "504")},
        "408": "The form came too slowly.", "413": "The form is too large.",
        "415": "The body is no form.", "507": "It needed too much memory.",
    }.items()}  # fmt: skip
    said = {"application/json": {"schema": {"type": "object"}}}
    ok = {"200": {"description": "The answer.", "content": said}}
    lang = {**_LANG, "schema": {"type": "string", "enum": ["en", "th"]}}
    form = {
        "queries": {
            "type": "string", "description": "JSON: queries by key.",
            "example": '{"q0": {"query": "ทต.ท่าพระ"}}',
        },
        "lang": lang["schema"],
    }  # fmt: skip
    body = {"application/x-www-form-urlencoded": {"schema": _object(form, ("queries",))}}
    return {
        "get": {
            "operationId": "reconciliation-manifest",
            "summary": "The manifest of the Reconciliation API · คำอธิบายบริการเทียบชื่อ",
            "parameters": [lang],
            "responses": ok | refused,
        },
        "post": {
            "operationId": "reconcile",
            "summary": "Candidates for names, by the Reconciliation API 0.2 · เทียบชื่อ",
            "requestBody": {"required": True, "content": body},
            "responses": ok | refused,
        },
    }


def _schemas() -> dict[str, Any]:
    evidence = {
        "type": ["object", "null"],
        "description": "Where it stands: code points into a text, with the passage's SHA-256; or "
        "a place in a document.",
    }
    note = {
        "id": _TEXT, "iri": _TEXT, "statement": _TEXT, "scope": _ref("Named"),
        "hedge": _ref("Named"), "holders": _list(_ref("Named")), "graph": _TEXT,
        "evidence": evidence,
    }  # fmt: skip
    entity = {
        "iri": _TEXT, "label": _TEXT, "labels": {"type": "object"},
        "other_names": _list({"type": "object"}), "types": _list(_ref("Named")),
        "codes": _list({"type": "object"}), "definition": _TEXT, "matches": _list(_TEXT),
        "links": _list(_ref("Link")), "gaps": _list(_TEXT),
        "findings": {"type": "object", "additionalProperties": _list(_ref("Note"))},
    }  # fmt: skip
    column = {"name": _TEXT, "type": _TEXT, "label": _TEXT}
    cell = _object({"value": {}, "iri": _TEXT, "label": _TEXT}, ("value",))
    answer = {
        "question": _MAYBE, "title": _MAYBE, "lang": {"enum": ["en", "th"]},
        "columns": _list(_object(column)), "truncated": {"type": "boolean"},
        "rows": _list({"type": "object", "description": "A cell for each column, and scope, "
                       "hedge, graph and evidence of the findings that carry the row."}),
        "gaps": _list({"type": "object"}),
    }  # fmt: skip
    remote = {
        "type": "object", "description": "Whom a part of the answer is from, and when they were "
        "asked; kept where it is from an earlier time.",
    }  # fmt: skip
    parameter = {"name": _TEXT, "type": _TEXT, "default": _MAYBE, "label": _TEXT}
    question = {
        "id": _TEXT, "title": _TEXT, "tags": _list(_TEXT), "answers": _list(_TEXT),
        "params": _list(_object(parameter)), "columns": _list(_object(column)), "href": _TEXT,
    }  # fmt: skip
    problem = {
        "type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "code": _TEXT,
        "detail": _TEXT, "where": _TEXT, "hint": _TEXT,
    }  # fmt: skip
    link = {
        "property": _ref("Named"), "node": _TEXT, "label": _TEXT,
        "outward": {"type": "boolean"}, "graph": _TEXT,
    }  # fmt: skip
    return {
        "Named": _NAMED,
        "Cell": cell,
        "Link": _object(link),
        "Note": _object(note),
        "Finding": _object(
            {**note, "statements": {"type": "object"}, "links": _list(_ref("Link"))}
        ),
        "Entity": _object(entity),
        "Answer": _object({**answer, "remote": remote}, tuple(answer)),
        "Questions": _list(_object(question)),
        "Refusal": _object(
            {
                "status": {"const": "error"},
                "error": _object(
                    {"code": _TEXT, "message": _TEXT, "hint": _TEXT}, ("code", "message")
                ),
            }
        ),
        "Problem": _object(problem, ("type", "title", "status", "code", "detail")),
    }


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    names = list(properties) if required is None else list(required)
    return {"type": "object", "required": names, "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
