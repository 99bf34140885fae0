"""VoID and DCAT of what is served: as ``kkgraph publish`` describes it, and the ways to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.analytic import ColumnarStore
from kkgraph.errors import StoreError
from kkgraph.names import KKD, KKG
from kkgraph.portal import gathering, profile, selecting
from kkgraph.portal.counting import Contents, Saved
from kkgraph.portal.describing import OWN, Description
from kkgraph.portal.records import Dataset
from kkgraph.web.messages import Reply
from kkgraph.web.pages.linked import MEDIA

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

_COUNTED_UP_TO: Final = 1_000_000
_CASES: Final = 500
_EXAMPLES: Final = ("F001", "e-laas", "kktt")


def void(desk: Desk, *, base: str, form: str) -> Reply:
    """The VoID description of the datasets that the server at ``base`` has."""
    return _written(_described(desk, base).void(), form)


def dcat(desk: Desk, *, base: str, form: str) -> Reply:
    """The same as a DCAT catalogue, with the SPARQL service and a distribution for each format."""
    return _written(_described(desk, base).triples(), form)


def _written(triples: Sequence[ox.Triple], form: str) -> Reply:
    data = ox.serialize(triples, format=turtle.FORMATS[form], prefixes=OWN)
    return Reply(data or b"", MEDIA[form])


def _described(desk: Desk, base: str) -> Description:
    datasets: list[Dataset] = desk.keep("datasets", lambda: _datasets(desk))
    about = desk.keep("profile", profile.read)
    day = max(d.modified for d in datasets)
    found = Description(replace(about, address=f"{base}/"), issued=day)
    found.catalogue(datasets)
    examples = [KKD + slug for slug in _EXAMPLES if _known(desk, KKD + slug)]
    found.served(base, [(d, _address(d.slug)) for d in datasets], examples=examples)
    return found


def _address(slug: str) -> str:
    """Where the server has a dataset's triples: the default graph, the terms, a named graph."""
    fixed = {gathering.GRAPH: "/graphs?default", gathering.ONTOLOGY: "/ns.{form}"}
    return fixed.get(slug) or f"/graphs?{urlencode({'graph': KKG + slug})}"


def _known(desk: Desk, iri: str) -> bool:
    node: Any = ox.NamedNode(iri)
    return next(desk.engine.quads_for_pattern(node, None, None, None), None) is not None


def _datasets(desk: Desk) -> list[Dataset]:
    """The records of what would be published of the store; ``StoreError`` result-too-large.

    A plain dataset has none of our graphs: its default graph is the one dataset then. A columnar
    file is counted by its engine, whatever its size.
    """
    store = desk.graph.store
    chosen = selecting.select(store)
    day = datetime.now(UTC).date().isoformat()
    gatherer = gathering.Gatherer(desk.graph, desk.graph, date=day)
    study = chosen.study and KKG + selecting.STUDY in store.graphs()
    parts: list[tuple[gathering.Portion, Contents | None]]
    if isinstance(store, ColumnarStore):
        parts = list(_saved(store, chosen))
    else:
        parts = [(portion, None) for portion in _portions(desk, chosen)]
    return [gatherer.dataset(p, (), study=study, contents=contents) for p, contents in parts]


def _saved(
    store: ColumnarStore, chosen: selecting.Selection
) -> Iterator[tuple[gathering.Portion, Contents]]:
    """The datasets that have any triples, to be counted in the file."""
    if len(chosen.cases) > _CASES:
        raise _too_many(f"more than {_CASES:,} cases")
    there = set(store.graphs())
    for slug, kind, graphs in gathering.parts(chosen):
        held = [g for g in graphs if KKG + g in there]
        if held or slug == gathering.GRAPH:
            yield gathering.Portion(slug, kind, ()), Saved(store, held)


def _portions(desk: Desk, chosen: selecting.Selection) -> list[gathering.Portion]:
    if len(desk.engine) > _COUNTED_UP_TO:
        raise _too_many(f"more than {_COUNTED_UP_TO:,} statements")
    quads = list(desk.graph.store.quads([KKG + g for g in chosen.graphs]))
    if not quads:
        quads = list(desk.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    found = gathering.portions(chosen, quads)
    return [p for p in found if p.quads or p.slug == gathering.GRAPH]


def _too_many(what: str) -> StoreError:
    return StoreError(
        "result-too-large",
        f"the store has {what}, too many to count at once",
        hint="Describe it with kkgraph publish.",
    )
