"""Jobs that write: updates and whole graphs. Each gives the snapshot that reads go to next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kkgraph import sparql, turtle
from kkgraph.errors import QuestionError, SourceError, TermError
from kkgraph.graph import KnowledgeGraph
from kkgraph.store import OxigraphStore
from kkgraph.store.snapshots import of_snapshot
from kkgraph.web import dataset, remote
from kkgraph.web.messages import Reply


def open_store(*, path: str | None, state: str | None, derived: bool) -> OxigraphStore:
    """The store on disk at ``path``; else the one in memory of a snapshot; else a new one.

    A new one holds the shipped graph, or nothing where its default graph is its own.
    """
    if path is not None and not derived and not Path(path).exists():
        return OxigraphStore.create(Path(path), (), in_process=True, derived=False)
    if path is not None:
        store: Any = KnowledgeGraph.open(path, in_process=True).store
        assert isinstance(store, OxigraphStore)
        return store
    if state is not None:
        return OxigraphStore(of_snapshot(Path(state)), in_process=True, derived=derived)
    if derived:
        made: Any = KnowledgeGraph.open(in_process=True).store
        assert isinstance(made, OxigraphStore)
        return made
    return OxigraphStore.in_memory((), in_process=True, derived=False)


def snapshot(store: OxigraphStore, *, folder: str) -> Reply:
    """The place of a new copy of the store's state, below the folder."""
    place = Path(folder)
    place.mkdir(parents=True)
    return Reply(b"", facts={"place": str(store.snapshot(place))})


def update(
    store: OxigraphStore,
    *,
    text: str,
    base: str,
    using: Sequence[str],
    using_named: Sequence[str],
    loads: Sequence[str],
    max_bytes: int,
    folder: str,
) -> Reply:
    """Run an update; ``using`` and ``using_named`` are the protocol's dataset for its patterns.

    ``loads`` are the hosts that ``LOAD`` may contact, ``max_bytes`` what one document may have.
    """
    text = remote.with_loaded(text, loads, max_bytes)
    sparql.refuse_remote(text, where="update")
    store.update(dataset.with_using(text, using, using_named), base=base)
    return snapshot(store, folder=folder)


def put(
    store: OxigraphStore, *, graph: str, parts: Sequence[tuple[bytes, str]], base: str, folder: str
) -> Reply:
    """Replace a graph by what the documents say; 201 where it is new."""
    _refuse_derived(store, graph)
    triples = _parsed(parts, base)
    new = _is_new(store, graph)
    store.put_graphs({graph: triples})
    return _written(store, folder, new)


def add(
    store: OxigraphStore, *, graph: str, parts: Sequence[tuple[bytes, str]], base: str, folder: str
) -> Reply:
    """Add to a graph what the documents say; 201 where it is new."""
    _refuse_derived(store, graph)
    triples = _parsed(parts, base)
    new = _is_new(store, graph)
    store.add_triples(graph, triples)
    return _written(store, folder, new)


def drop(store: OxigraphStore, *, graph: str, folder: str) -> Reply:
    """Remove a graph; ``TermError`` unknown-graph where there is none."""
    _refuse_derived(store, graph)
    if _is_new(store, graph):
        raise TermError("unknown-graph", f"there is no graph {graph}", where="graph")
    store.put_graphs({graph: ()})
    return _written(store, folder, False)


def _written(store: OxigraphStore, folder: str, new: bool) -> Reply:
    made = snapshot(store, folder=folder)
    return Reply(b"", status=201 if new else 204, facts=made.facts)


def _is_new(store: OxigraphStore, graph: str) -> bool:
    return bool(graph) and not store.engine.contains_named_graph(ox.NamedNode(graph))


def _refuse_derived(store: OxigraphStore, graph: str) -> None:
    if not graph and store.derived:
        raise QuestionError(
            "default-graph-write",
            "the default graph is derived from the named graphs and can't be written",
            where="default",
            hint="Write into a named graph, such as https://w3id.org/kkgraph/graph/local.",
        )


def _parsed(parts: Sequence[tuple[bytes, str]], base: str) -> list[ox.Triple]:
    triples = []
    for data, form in parts:
        if form == "rdf":
            turtle.refuse_entities(data, where="body")
        try:
            for quad in ox.parse(
                data, format=turtle.FORMATS[form], base_iri=base, rename_blank_nodes=True
            ):
                if not isinstance(quad.graph_name, ox.DefaultGraph):
                    raise SourceError(
                        "bad-rdf", "the document has named graphs", where="body",
                        hint="Send each graph by itself.",
                    )  # fmt: skip
                triples.append(ox.Triple(quad.subject, quad.predicate, quad.object))
        except SyntaxError as error:
            place = f"body:{error.lineno}:{error.offset}" if error.lineno else "body"
            raise SourceError("bad-rdf", str(error.args[0]), where=place) from error
        except ValueError as error:
            raise SourceError("bad-rdf", str(error), where="body") from error
    return triples
