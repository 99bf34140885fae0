"""A DCAT catalogue read: Turtle, JSON-LD or RDF/XML, with Hydra paging, nothing else fetched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from kkgraph import fetching, turtle
from kkgraph.errors import RemoteError, SourceError
from kkgraph.fetching import Fetcher, Response
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.portal.listed import Listed, Listing, Publisher, broken, clean, unique, web

ACCEPT: Final = (
    "text/turtle, application/ld+json;q=0.9, application/rdf+xml;q=0.8, application/n-triples;q=0.7"
)
_MEDIA: Final = {
    "text/turtle": "ttl", "application/x-turtle": "ttl", "application/ld+json": "jsonld",
    "application/json": "jsonld", "application/rdf+xml": "rdf", "application/xml": "rdf",
    "text/xml": "rdf", "application/n-triples": "nt", "application/trig": "trig",
    "application/n-quads": "nq",
}  # fmt: skip
_ENDINGS: Final = {"ttl", "jsonld", "rdf", "xml", "nt", "trig", "nq"}
_PAGES: Final = 1_000
_HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
_NEXT: Final = (_HYDRA + "next", _HYDRA + "nextPage")
_DCT, _DCAT = PREFIXES["dcterms"], PREFIXES["dcat"]
_NAMES: Final = (
    "http://xmlns.com/foaf/0.1/name", PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label",
    "http://www.w3.org/2006/vcard/ns#fn", _DCT + "title", PREFIXES["schema"] + "name",
)  # fmt: skip

Described = dict[Any, dict[str, list[Any]]]


def is_catalogue(url: str) -> bool:
    """True where the address has the ending of an RDF file."""
    return urlsplit(url).path.rpartition(".")[2].lower() in _ENDINGS


def read(
    url: str,
    fetcher: Fetcher,
    *,
    limit: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Listing:
    """The datasets of a DCAT catalogue and their publishers, from all its pages.

    Further pages (``hydra:next``, ``hydra:nextPage``) are fetched from the same host only. Raises
    ``RemoteError``: unexpected-answer where an answer is no RDF or lists no dataset, and those of
    ``Fetcher``.
    """
    described: Described = defaultdict(lambda: defaultdict(list))
    notes: list[str] = []
    oldest, page, seen = "", url, set[str]()
    while page and page not in seen and len(seen) < _PAGES:
        seen.add(page)
        answer = fetcher.get(page, accept=ACCEPT)
        oldest = min(oldest or answer.when, answer.when)
        quads = _parse(answer, f"p{len(seen)}")
        for quad in quads:
            values = described[quad.subject][quad.predicate.value]
            if quad.object not in values:
                values.append(quad.object)
        datasets = _instances(described, _DCAT + "Dataset")
        if progress:
            progress(f"{len(datasets):,} datasets from {len(seen)} pages")
        if limit and len(datasets) >= limit:
            break
        page = _next(quads, answer.url, url, notes)
    if not datasets:
        raise broken(url, "the answer is RDF and lists no dcat:Dataset")
    publishers: dict[str, Publisher] = {}
    found = [_dataset(d, described, publishers) for d in datasets]
    kept = tuple(sorted(found, key=lambda d: d.id))[: limit or None]
    stopped = bool(page) and not (limit and len(datasets) >= limit) and page not in seen
    if stopped:
        notes.append(f"the catalogue has more than {_PAGES} pages; the others were not read")
    return Listing(
        url, "dcat", kept, publishers, oldest, fetcher.requests, not stopped, tuple(notes)
    )


def _parse(answer: Response, mark: str) -> list[ox.Quad]:
    ending = urlsplit(answer.url).path.rpartition(".")[2].lower()
    form = _MEDIA.get(answer.media) or (ending if ending in _ENDINGS else "")
    if not form:
        raise answer.unexpected("" if answer.media == "text/html" else f"{answer.media}, no RDF")
    kind = turtle.FORMATS[form]
    try:
        quads = list(ox.parse(answer.body, format=kind, base_iri=answer.url))
    except (SyntaxError, ValueError) as error:
        raise broken(answer.url, f"the answer is no whole {kind.name}: {error}") from error
    return [ox.Quad(_apart(q.subject, mark), q.predicate, _apart(q.object, mark)) for q in quads]


def _apart(term: Any, mark: str) -> Any:
    """Blank nodes of different pages are different, whatever their names."""
    return ox.BlankNode(f"{mark}{term.value}") if isinstance(term, ox.BlankNode) else term


def _next(quads: Iterable[ox.Quad], here: str, first: str, notes: list[str]) -> str:
    for quad in quads:
        if quad.predicate.value in _NEXT:
            target = urljoin(here, str(getattr(quad.object, "value", "")))
            try:
                fetching.check_address(target)
            except SourceError:
                notes.append(f"the next page is not read: {target} is no safe address")
                return ""
            if urlsplit(target).netloc != urlsplit(first).netloc:
                notes.append(f"the next page is not read: {target} is on another host")
                return ""
            return target
    return ""


def _instances(described: Described, kind: str) -> list[Any]:
    wanted = ox.NamedNode(kind)
    return [s for s, about in described.items() if wanted in about.get(RDF_TYPE, ())]


def _dataset(node: Any, described: Described, publishers: dict[str, Publisher]) -> Listed:
    about = described[node]
    iri = node.value if isinstance(node, ox.NamedNode) else ""
    owner = next((o for p in ("publisher", "creator") for o in about.get(_DCT + p, ())), None)
    publisher = _publisher(owner, described) if owner is not None else None
    if publisher is not None:
        publishers.setdefault(publisher.id, publisher)
    files = [f for f in about.get(_DCAT + "distribution", ()) if not isinstance(f, ox.Literal)]
    title = {t.language or "": clean(t.value) for t in about.get(_DCT + "title", ())
             if isinstance(t, ox.Literal)}  # fmt: skip
    return Listed(
        id=iri or _first(about, _DCT + "identifier") or clean(next(iter(title.values()), "")),
        title=title or {"": _first(about, _DCT + "identifier")},
        url=web(_first(about, _DCAT + "landingPage")) or web(iri),
        publisher=publisher.id if publisher else "",
        modified=(_first(about, _DCT + "modified") or _first(about, _DCT + "issued"))[:10],
        licence=_first(about, _DCT + "license")
        or next((t for f in files if (t := _first(described[f], _DCT + "license"))), ""),
        formats=tuple(sorted({_format(described[f]) for f in files} - {""})),
        keywords=unique(clean(k.value) for k in about.get(_DCAT + "keyword", ())),
    )  # fmt: skip


def _publisher(node: Any, described: Described) -> Publisher | None:
    if isinstance(node, ox.Literal):
        name = clean(node.value)
        return Publisher(name, (name,)) if name else None
    about = described.get(node, {})
    called = unique(
        clean(t.value) for p in _NAMES for t in about.get(p, ()) if isinstance(t, ox.Literal)
    )
    iri = node.value if isinstance(node, ox.NamedNode) else ""
    if not called:
        return Publisher(iri, (iri,), iri) if iri else None
    return Publisher(iri or called[0], called, iri)


def _first(about: dict[str, list[Any]], predicate: str) -> str:
    return next((clean(str(o.value)) for o in about.get(predicate, ()) if hasattr(o, "value")), "")


def _format(about: dict[str, list[Any]]) -> str:
    text = _first(about, _DCT + "format") or _first(about, _DCAT + "mediaType")
    return text.rpartition("/")[2].upper()


def unlike(error: RemoteError) -> bool:
    """True for failures that say: there is no such service here, though something answers."""
    return error.code == "unexpected-answer" or (
        error.code == "service-refused" and error.status in (400, 404, 405, 406, 410)
    )
