"""The addresses of pages and documents, and which of them answers: HTML or RDF."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import Scope

from kkgraph.errors import KkgraphError, RequestError, TermError
from kkgraph.web import negotiation, problems
from kkgraph.web.messages import Reply
from kkgraph.web.pages import assets, frame, uploads
from kkgraph.web.pages.frame import HEADERS
from kkgraph.web.pages.linked import DOCUMENTS, MEDIA
from kkgraph.web.pages.visit import LANGUAGES, Page, Visit, known
from kkgraph.web.protocol import pairs
from kkgraph.web.service import Sent, Service

_SLUG: Final = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)(?:\.(\w+))?")
_AS: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    **MEDIA,
}
Handler = Callable[["Request"], Awaitable[Sent]]


def _browsed(path: str, handler: Handler, wanted: Callable[[Request], bool]) -> BaseRoute:
    """A route that only takes what a browser asks of an address that programs use too."""
    from starlette.requests import Request
    from starlette.routing import Match, Route

    class Browsed(Route):
        """No match where a program asks, or something else is to be done than reading."""

        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            match, child = super().matches(scope)
            if match is Match.FULL and wanted(Request(scope)):
                return match, child
            return Match.NONE, {}

    return Browsed(path, handler, methods=["GET"])


def routes(service: Service) -> list[BaseRoute]:
    """Pages, documents and assets; they go before the protocols' routes."""
    from starlette.routing import Route

    def shown(name: str, *fields: str) -> Handler:
        async def handler(request: Request) -> Sent:
            return await _page(request, service, name, fields)

        return handler

    def documents(answer: Callable[[Request, Service], Awaitable[Sent]]) -> Handler:
        async def handler(request: Request) -> Sent:
            try:
                return await answer(request, service)
            except KkgraphError as error:
                return failed(request, service, error)

        return handler

    return [
        Route("/", shown("home"), methods=["GET"]),
        Route("/questions", shown("questions", "q", "tag"), methods=["GET"]),
        Route("/questions/{id}", documents(_question), methods=["GET"]),
        Route("/actors", shown("actors"), methods=["GET"]),
        Route("/systems", shown("systems"), methods=["GET"]),
        Route("/matrix", shown("matrix", "by", "page"), methods=["GET"]),
        Route("/terms", shown("terms"), methods=["GET"]),
        Route("/search", shown("search", "q"), methods=["GET"]),
        Route("/data", shown("data"), methods=["GET"]),
        Route("/validate", shown("validate"), methods=["GET"]),
        Route("/validate", uploads.handler(service, failed, visit_of), methods=["POST"]),
        Route("/validate/form.xlsx", documents(_form), methods=["GET"]),
        _browsed("/sparql", documents(_sparql), _for_people),
        Route("/graph/{slug}", documents(_graph), methods=["GET"]),
        Route("/id/{slug}", documents(_thing), methods=["GET"]),
        Route("/ns", documents(_ontology), methods=["GET"]),
        Route("/ns.{form}", documents(_ontology), methods=["GET"]),
        *(
            Route(f"/.well-known/{kind}", documents(partial(_about, kind)), methods=["GET"])
            for kind in ("void", "dcat")
        ),
        Route("/favicon.ico", _icon, methods=["GET"]),
        Route("/robots.txt", _robots, methods=["GET"]),
        Route(assets.PATH + "/{digest}/{name}", documents(_asset), methods=["GET"]),
    ]


def visit_of(request: Request, *allowed: str, **more: str) -> Visit:
    """The visit that a request is, with the parameters that are allowed and those given here."""
    given = pairs(request.scope["query_string"].decode("latin-1"))
    lang = dict(given).get("lang", "")
    chosen = lang in LANGUAGES
    if not chosen:
        lang = negotiation.language(request.headers.get("accept-language", ""))
    found = known(given, allowed)
    return Visit(request.url.path, lang, chosen, found, tuple(more.items()))


def failed(
    request: Request, service: Service, error: KkgraphError, status: int | None = None
) -> Sent:
    """An error as a page for a browser, and as a problem document for a program."""
    sent = service.failed(request, error, status)
    if not wants_html(request):
        return sent
    visit = visit_of(request)
    fields = {"error": error, "status": sent.status, "problem": problems.title(error.code)}
    page = Page("error.html", "", fields, sent.status)
    made = Sent(frame.reply(page, visit), {**sent.headers, **HEADERS})
    made.headers["content-language"] = visit.lang
    return made


def wants_html(request: Request) -> bool:
    """True where ``Accept`` names HTML and likes nothing that we have better."""
    accept = request.headers.get("accept", "")
    if "text/html" not in accept.lower():
        return False
    try:
        return negotiation.choose(accept, DOCUMENTS)[1] == "html"
    except KkgraphError:
        return False


async def _page(
    request: Request, service: Service, name: str, fields: tuple[str, ...], **more: str
) -> Sent:
    visit = visit_of(request, *fields, **more)
    headers = {**HEADERS, "content-language": visit.lang}
    try:
        return await service.answer(
            request, "page", {"name": name, "visit": visit}, headers=headers
        )
    except KkgraphError as error:
        return failed(request, service, error)


async def _question(request: Request, service: Service) -> Sent:
    name = request.path_params["id"]
    given = pairs(request.scope["query_string"].decode("latin-1"))
    fields = tuple(k for k, _ in given if k not in ("lang", "id") and len(k) < 64)
    return await _page(request, service, "question", fields, id=name)


async def _sparql(request: Request, service: Service) -> Sent:
    visit = visit_of(request, "query", "as")
    form, text = visit.get("as"), visit.get("query")
    if not (form and text):
        sent = await _page(request, service, "query", ("query",))
        own = f"style-src 'self' {frame.EDITOR_STYLE}"
        sent.headers["content-security-policy"] = frame.POLICY.replace("style-src 'self'", own)
        return sent
    if form not in _AS:
        raise RequestError("bad-request", f'"{form}" is no format', where="as")
    args = {
        "text": text,
        "accept": _AS[form],
        "base": str(request.url.replace(query="")),
        "default": (),
        "named": (),
        "max_rows": service.bounds.max_rows,
        "max_bytes": service.bounds.answer_bytes,
    }
    headers = {"content-disposition": f'attachment; filename="result.{form}"'}
    return await service.answer(request, "query", args, headers=headers, text=text)


def _for_people(request: Request) -> bool:
    given = {k for k, _ in pairs(request.scope["query_string"].decode("latin-1"))}
    return wants_html(request) and given <= {"query", "as", "lang"}


async def _graph(request: Request, service: Service) -> Sent:
    slug, form = _split(request.path_params["slug"])
    iri = f"https://w3id.org/kkgraph/graph/{slug}"
    if form not in ("", "html"):
        raise _nothing(slug)
    if form or wants_html(request):
        return await _page(request, service, "graph", (), slug=slug)
    return _see(request, f"/graphs?{urlencode({'graph': iri})}")


async def _thing(request: Request, service: Service) -> Sent:
    """303 to the document that suits; the documents have the endings .html, .ttl and so on.

    A thing's address names the thing, which is no document: so it sends on (RFC 9110, 15.4.4).
    """
    slug, form = _split(request.path_params["slug"])
    about = {"link": f'<https://w3id.org/kkgraph/id/{slug}>; rel="describes"'}
    if form == "html":
        sent = await _page(request, service, "thing", (), slug=slug)
        sent.headers |= about
        return sent
    if form:
        if form not in MEDIA:
            raise _nothing(f"{slug}.{form}")
        args = {"slug": slug, "form": form, "max_bytes": service.bounds.answer_bytes}
        return await service.answer(request, "document", args, headers=about)
    chosen = negotiation.choose(request.headers.get("accept", "") or "*/*", DOCUMENTS)[1]
    await service.answer(request, "known", {"slug": slug})
    return _see(request, f"/id/{slug}.{chosen}", keep=True)


async def _ontology(request: Request, service: Service) -> Sent:
    """The terms: their names have a fragment, so the document itself answers, and says where."""
    form = request.path_params.get("form", "")
    if not form:
        form = negotiation.choose(request.headers.get("accept", "") or "text/turtle", DOCUMENTS)[1]
    if form == "html":
        sent = await _page(request, service, "terms", ())
        sent.headers["content-location"] = f"/terms?lang={visit_of(request).lang}"
        return sent
    if form not in MEDIA:
        raise _nothing(f"ns.{form}")
    args = {"form": form, "max_bytes": service.bounds.answer_bytes}
    headers = {"content-location": f"/ns.{form}"}
    return await service.answer(request, "ontology", args, headers=headers)


async def _about(kind: str, request: Request, service: Service) -> Sent:
    if wants_html(request):
        return _see(request, "/data", keep=True)
    accept = request.headers.get("accept", "") or "text/turtle"
    offers = tuple(d for d in DOCUMENTS if d[1] in ("ttl", "jsonld", "rdf", "nt"))
    form = negotiation.choose(accept, offers)[1]
    base = f"{request.url.scheme}://{request.url.netloc}"
    return await service.answer(request, kind, {"base": base, "form": form})


async def _form(request: Request, service: Service) -> Sent:
    visit = visit_of(request)
    name = f"kkgraph-form-{visit.lang}.xlsx"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return await service.answer(request, "template", {"lang": visit.lang}, headers=headers)


async def _asset(request: Request, service: Service) -> Sent:
    name = request.path_params["name"]
    if name not in assets.held():
        raise _nothing(name)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    if f"{assets.PATH}/{request.path_params['digest']}/{name}" != assets.address(name):
        headers = {"cache-control": "no-cache"}
    return Sent(Reply(assets.held()[name], assets.media(name)), headers)


async def _icon(request: Request) -> Sent:
    return Sent(Reply(assets.held()["icon.svg"], assets.media("icon.svg")))


async def _robots(request: Request) -> Sent:
    text = b"User-agent: *\nDisallow: /sparql\nDisallow: /graphs\nDisallow: /search\n"
    return Sent(Reply(text, "text/plain; charset=utf-8"))


def _split(name: str) -> tuple[str, str]:
    """A slug and the ending of a document; ``TermError`` where it is neither."""
    match = _SLUG.fullmatch(name)
    if match is None or len(name) > 200:
        raise _nothing(name)
    return match[1], match[2] or ""


def _nothing(name: str) -> KkgraphError:
    return TermError(
        "unknown-entity", f'there is nothing called "{name[:200]}"', where="path",
        hint="Search for its name.",
    )  # fmt: skip


def _see(request: Request, target: str, *, keep: bool = False) -> Sent:
    """See Other: the document, in the language that the address names, if any."""
    visit = visit_of(request)
    if keep and visit.chosen:
        target += f"?lang={visit.lang}"
    headers: dict[str, Any] = {"location": quote(target, safe="/?=&%.:#-_~+")}
    return Sent(Reply(b"", status=303), headers)
