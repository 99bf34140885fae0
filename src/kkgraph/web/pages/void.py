"""VoID and DCAT of what is served: as ``kkgraph publish`` describes it, and the ways to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.errors import StoreError
from kkgraph.names import KKD, KKG
from kkgraph.portal import gathering, profile, selecting
from kkgraph.portal.describing import OWN, Description
from kkgraph.portal.records import Dataset
from kkgraph.web.messages import Reply
from kkgraph.web.pages.linked import MEDIA

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

_COUNTED_UP_TO: Final = 1_000_000
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

    A plain dataset has none of our graphs: its default graph is the one dataset then.
    """
    if len(desk.engine) > _COUNTED_UP_TO:
        raise StoreError(
            "result-too-large",
            f"the store has more than {_COUNTED_UP_TO:,} statements, too many to count at once",
            hint="Describe it with kkgraph publish.",
        )
    store = desk.graph.store
    chosen = selecting.select(store)
    quads = list(store.quads([KKG + g for g in chosen.graphs]))
    if not quads:
        quads = list(desk.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    day = datetime.now(UTC).date().isoformat()
    gatherer = gathering.Gatherer(desk.graph, desk.graph, date=day)
    found = [p for p in gathering.portions(chosen, quads) if p.quads or p.slug == gathering.GRAPH]
    study = chosen.study and KKG + selecting.STUDY in store.graphs()
    return [gatherer.dataset(p, (), study=study) for p in found]
