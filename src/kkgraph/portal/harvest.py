"""A portal's catalogue with its publishers linked to local administrative organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.errors import RemoteError
from kkgraph.fetching import Fetcher
from kkgraph.link.linking import link
from kkgraph.link.records import Decision, Linking
from kkgraph.link.target import THRESHOLD, Target
from kkgraph.model import Cell, Column, Row, in_language
from kkgraph.names import KK, PREFIXES, RDF_TYPE
from kkgraph.portal import actions, catalogues
from kkgraph.portal.listed import Listed, Listing
from kkgraph.sparql import is_iri
from kkgraph.tables import Table

KINDS: Final = ("auto", "ckan", "dcat")
_NOBODY: Final = {"en": "no publisher named", "th": "ไม่ระบุผู้เผยแพร่"}
_OUTCOMES: Final = {
    "linked": {"en": "linked", "th": "เชื่อมโยงแล้ว"},
    "ambiguous": {"en": "ambiguous", "th": "กำกวม"},
    "none": {"en": "none", "th": "ไม่พบ"},
    "": {"en": "", "th": ""},
}
_COLUMNS: Final = {
    "dataset": ("Dataset", "ชุดข้อมูล"), "title": ("Title", "ชื่อ"),
    "publisher": ("Publisher", "ผู้เผยแพร่"), "decision": ("Decision", "ผลการจับคู่"),
    "lao": ("LAO", "อปท."), "type": ("Type", "ประเภท"), "name": ("Name of the LAO", "ชื่อ อปท."),
    "probability": ("Probability", "ความน่าจะเป็น"), "reasons": ("Reasons", "เหตุผล"),
    "candidates": ("Candidates", "ตัวเลือก"), "modified": ("Changed", "แก้ไขเมื่อ"),
    "formats": ("Formats", "รูปแบบ"), "licence": ("Licence", "สัญญาอนุญาต"),
    "url": ("Address", "ที่อยู่"),
}  # fmt: skip
_SHORT: Final = ("title", "publisher", "decision", "lao", "type", "name", "probability")


@dataclass(frozen=True)
class Harvest:
    """A listing, and the decision on each of its publishers."""

    listing: Listing
    linking: Linking

    @property
    def decisions(self) -> dict[str, Decision]:
        """The decision on each publisher, by its id."""
        return {d.entry.id: d for d in self.linking}

    def linked(self) -> int:
        """How many datasets have a publisher that is linked."""
        found = self.decisions
        return sum(
            d.publisher in found and found[d.publisher].outcome == "linked"
            for d in self.listing.datasets
        )


def read(
    url: str, fetcher: Fetcher, *, kind: str = "auto", query: str = "", **more: Any
) -> Listing:
    """The listing of a CKAN portal or a DCAT catalogue; ``auto`` finds out which it is.

    ``more``: ``limit`` and ``progress``. Errors as in ``actions.read`` and ``catalogues.read``.
    """
    if kind == "dcat" or (kind == "auto" and catalogues.is_catalogue(url)):
        return catalogues.read(url, fetcher, **more)
    try:
        return actions.read(url, fetcher, query=query, **more)
    except RemoteError as error:
        if kind == "ckan" or not catalogues.unlike(error):
            raise
        try:
            return catalogues.read(url, fetcher, **more)
        except RemoteError as second:
            if catalogues.unlike(second):
                raise _neither(url, error, second) from second
            raise


def _neither(url: str, ckan: RemoteError, dcat: RemoteError) -> RemoteError:
    return RemoteError(
        "unexpected-answer",
        f"neither a CKAN portal ({ckan.message}) nor a DCAT catalogue ({dcat.message})",
        where=url,
        hint="Give the portal's first page, or the address of its catalogue file.",
    )


def linked(
    listing: Listing,
    target: Target,
    *,
    threshold: float = THRESHOLD,
    progress: Callable[[str], None] | None = None,
) -> Harvest:
    """The listing with a decision on each publisher; never a link on a tie."""
    return Harvest(listing, link(listing.side(), target, threshold=threshold, progress=progress))


def table(found: Harvest, lang: str, *, short: bool = False) -> Table:
    """One row a dataset, in the portal's order; ``short`` leaves out what a screen can't hold."""
    names = _SHORT if short else tuple(_COLUMNS)
    columns = tuple(
        Column(n, "string", dict(zip(("en", "th"), _COLUMNS[n], strict=True))) for n in names
    )
    decisions = found.decisions
    rows = []
    for data in found.listing.datasets:
        cells = _cells(data, found.listing, decisions.get(data.publisher), lang)
        rows.append(Row({n: Cell(cells[n]) for n in names}))
    return Table(columns, tuple(rows), lang)


def _cells(data: Listed, listing: Listing, decision: Decision | None, lang: str) -> dict[str, Any]:
    publisher = listing.publishers.get(data.publisher)
    best = decision.link if decision else None
    rest = decision.candidates[1 if best else 0 :] if decision else ()
    return {
        "dataset": data.id,
        "title": in_language(data.title, lang),
        "publisher": publisher.names[0] if publisher else in_language(_NOBODY, lang),
        "decision": in_language(_OUTCOMES[decision.outcome if decision else ""], lang),
        "lao": best.entry.id if best else "",
        "type": best.entry.type if best else "",
        "name": best.entry.name if best else "",
        "probability": f"{best.score:.4f}" if best else "",
        "reasons": "; ".join(f"{r.kind} {r.verdict}: {r.detail}" for r in best.reasons)
        if best else "",
        "candidates": "; ".join(f"{c.entry.id} {c.entry.name} {c.score:.2f}" for c in rest),
        "modified": data.modified,
        "formats": ", ".join(data.formats),
        "licence": data.licence,
        "url": data.url,
    }  # fmt: skip


def triples(found: Harvest) -> Iterator[ox.Triple]:
    """The datasets and publishers as DCAT, a linked publisher with ``kk:matches`` its LAO.

    A publisher and an LAO are held to be the same body, never said to be identical. Datasets and
    publishers without an address of their own are left out.
    """
    target = found.linking.target
    for data in found.listing.datasets:
        iri = data.id if is_iri(data.id) else data.url
        if not is_iri(iri):
            continue
        yield _triple(iri, RDF_TYPE, _node("dcat", "Dataset"))
        for lang, text in data.title.items():
            yield _triple(iri, PREFIXES["dcterms"] + "title", _text(text, lang))
        publisher = found.listing.publishers.get(data.publisher)
        if publisher is not None and is_iri(publisher.iri):
            yield _triple(iri, PREFIXES["dcterms"] + "publisher", ox.NamedNode(publisher.iri))
        if data.url and data.url != iri:
            yield _triple(iri, PREFIXES["dcat"] + "landingPage", ox.NamedNode(data.url))
    for decision in found.linking:
        iri = decision.entry.iri
        if not is_iri(iri):
            continue
        agent = ox.NamedNode("http://xmlns.com/foaf/0.1/Agent")
        yield _triple(iri, RDF_TYPE, agent)
        for text in (decision.entry.name, *decision.entry.names):
            yield _triple(iri, "http://xmlns.com/foaf/0.1/name", ox.Literal(text))
        if decision.link:
            other = target.iri(decision.link.entry)
            yield _triple(iri, KK + "matches", ox.NamedNode(other))


def _triple(subject: str, predicate: str, term: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def _node(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES[prefix] + name)


def _text(text: str, lang: str) -> ox.Literal:
    try:
        return ox.Literal(text, language=lang) if lang else ox.Literal(text)
    except ValueError:
        return ox.Literal(text)
