"""The REST interface: each stored question at an address of its own, entities and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


from kkgraph.errors import KkgraphError, QuestionError
from kkgraph.model import Question, in_language
from kkgraph.web import negotiation, openapi
from kkgraph.web.asking import JSON, XLSX
from kkgraph.web.messages import Reply
from kkgraph.web.protocol import pairs
from kkgraph.web.service import Sent, Service

PATH = "/api"
FORMS = {"json": JSON, "csv": "text/csv", "xlsx": XLSX}
_OFFERS = tuple((media, form) for form, media in FORMS.items())
_RESERVED = ("lang", "format")


def routes(service: Service, questions: dict[str, Question]) -> list[Route]:
    """The routes below ``/api``."""
    from starlette.routing import Route

    listed = {lang: json.dumps(_listing(questions, lang), ensure_ascii=False).encode()
              for lang in ("en", "th")}  # fmt: skip
    described = json.dumps(openapi.description(questions), ensure_ascii=False).encode()

    async def all_questions(request: Request) -> Sent:
        try:
            lang = _only(request, ("lang",))["lang"]
            return _fixed(listed[lang], lang)
        except KkgraphError as error:
            return service.failed(request, error)

    async def question(request: Request) -> Sent:
        try:
            return await _ask(request, service, questions)
        except KkgraphError as error:
            status = 400 if error.code in ("unknown-entity", "unknown-prefix") else None
            return service.failed(request, error, status)

    async def entity(request: Request) -> Sent:
        return await _thing(request, service, "entity")

    async def finding(request: Request) -> Sent:
        return await _thing(request, service, "finding")

    async def description(request: Request) -> Sent:
        return _fixed(described, "en")

    return [
        Route(PATH + "/questions", all_questions, methods=["GET"]),
        Route(PATH + "/questions/{id}", question, methods=["GET"]),
        Route(PATH + "/entities/{name:path}", entity, methods=["GET"]),
        Route(PATH + "/findings/{name}", finding, methods=["GET"]),
        Route(PATH + "/openapi.json", description, methods=["GET"]),
    ]


async def _ask(request: Request, service: Service, questions: dict[str, Question]) -> Sent:
    name = request.path_params["id"].lower()
    asked = questions.get(name)
    if asked is None:
        raise QuestionError(
            "unknown-question", f'there is no question "{name}"', where="path",
            hint="See /api/questions.",
        )  # fmt: skip
    given = _only(request, (*_RESERVED, *(p.name for p in asked.params)))
    lang, form = given.pop("lang"), given.pop("format", "")
    if form and form not in FORMS:
        raise _bad_value("format", form, tuple(FORMS))
    form = form or negotiation.choose(request.headers.get("accept", ""), _OFFERS)[1]
    headers = {"content-language": lang}
    if form != "json":
        headers["content-disposition"] = f'attachment; filename="{asked.id}.{form}"'
    args = {
        "id": asked.id,
        "params": given,
        "lang": lang,
        "form": form,
        "max_rows": service.bounds.max_rows,
    }
    return await service.answer(request, "ask", args, headers=headers)


async def _thing(request: Request, service: Service, kind: str) -> Sent:
    try:
        lang = _only(request, ("lang",))["lang"]
        negotiation.choose(request.headers.get("accept", ""), _OFFERS[:1])
        args = {"name": request.path_params["name"], "lang": lang}
        return await service.answer(request, kind, args, headers={"content-language": lang})
    except KkgraphError as error:
        return service.failed(request, error, 404 if error.code == "bad-iri" else None)


def _only(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    """The parameters, each once and none but these; ``lang`` is always there."""
    out: dict[str, str] = {}
    for name, value in pairs(request.scope["query_string"].decode("latin-1")):
        if name not in allowed:
            raise QuestionError(
                "unknown-parameter", f'there is no parameter "{name}" here', where=name,
                hint=f"Its parameters: {', '.join(allowed)}.",
            )  # fmt: skip
        if name in out:
            raise QuestionError(
                "bad-value", f'the parameter "{name}" is given twice', where=name,
                hint="Give it once.",
            )  # fmt: skip
        out[name] = value
    lang = out.get("lang", "")
    if lang and lang not in ("th", "en"):
        raise _bad_value("lang", lang, ("th", "en"))
    out["lang"] = lang or negotiation.language(request.headers.get("accept-language", ""))
    return out


def _bad_value(name: str, value: str, allowed: tuple[str, ...]) -> QuestionError:
    return QuestionError(
        "bad-value",
        f'"{value}" is not possible here',
        where=name,
        hint=f"Choose one of: {', '.join(allowed)}.",
    )


def _fixed(data: bytes, lang: str) -> Sent:
    headers = {"content-language": lang, "cache-control": "max-age=300"}
    return Sent(Reply(data, JSON), headers)


def _listing(questions: dict[str, Question], lang: str) -> list[dict[str, Any]]:
    return [
        {
            "id": q.id,
            "title": in_language(q.title, lang),
            "tags": list(q.tags),
            "answers": list(q.answers),
            "params": [
                {
                    "name": p.name,
                    "type": p.type,
                    "default": p.default,
                    "label": in_language(p.label, lang) or p.name,
                }
                for p in q.params
            ],
            "columns": [
                {"name": c.name, "type": c.type, "label": in_language(c.label, lang) or c.name}
                for c in q.columns
            ],
            "href": f"{PATH}/questions/{q.id}",
        }
        for q in questions.values()
    ]
