"""Large graphs written fast: by their differences, or in bulk with a note that undoes a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.names import is_merged

LARGE: Final = 20_000
"""From so many triples on, a new graph is written in bulk: three times as fast as an update."""
_NOTE: Final = "loading.json"


def suits(engine: ox.Store, graphs: Mapping[str, Sequence[ox.Triple]]) -> bool:
    """True for one large graph that is new, and that the default graph has no part of."""
    if len(graphs) != 1:
        return False
    ((graph, triples),) = graphs.items()
    there = engine.contains_named_graph(ox.NamedNode(graph))
    return len(triples) >= LARGE and not there and not is_merged(graph)


def load(engine: ox.Store, graph: str, triples: Sequence[ox.Triple], path: Path | None) -> None:
    """Write a new graph in bulk.

    Bulk loading is no transaction: while it runs, a note in the store's folder says which graph
    to remove if the process ends before (see ``recover``).
    """
    name = ox.NamedNode(graph)
    with _noted(path, graph):
        engine.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)
        if path is not None:
            engine.flush()


@contextmanager
def _noted(path: Path | None, graph: str) -> Iterator[None]:
    if path is None:
        yield
        return
    note = path / _NOTE
    with note.open("w", encoding="utf-8") as file:
        json.dump({"graph": graph}, file)
        file.flush()
        os.fsync(file.fileno())
    yield
    note.unlink()


def recover(engine: ox.Store, path: Path) -> None:
    """Remove what a bulk load left behind that did not come to its end."""
    note = path / _NOTE
    try:
        graph = json.loads(note.read_text(encoding="utf-8"))["graph"]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError):
        graph = ""  # the note itself was cut off: nothing was loaded yet
    if graph:
        engine.remove_graph(ox.NamedNode(graph))
        engine.flush()
    note.unlink(missing_ok=True)


def differences(engine: ox.Store, graph: str, triples: Sequence[ox.Triple]) -> list[str] | None:
    """The steps that make a graph into these triples; None where it has to be written whole.

    That is so for a graph that is new or merged, and where blank nodes have no name to tell
    which is which.
    """
    name = ox.NamedNode(graph)
    if is_merged(graph) or not triples or not engine.contains_named_graph(name):
        return None
    before = {q.triple for q in engine.quads_for_pattern(None, None, None, name)}
    after = set(triples)
    if any(_nameless(t) for found in (before, after) for t in found):
        return None
    steps = []
    for verb, changed in (("DELETE", before - after), ("INSERT", after - before)):
        if changed:
            data = ox.serialize(changed, format=ox.RdfFormat.N_TRIPLES) or b""
            steps.append(f"{verb} DATA {{ GRAPH <{graph}> {{ {data.decode()} }} }}")
    return steps


def _nameless(triple: ox.Triple) -> bool:
    return not isinstance(triple.subject, ox.NamedNode) or isinstance(
        triple.object, ox.BlankNode | ox.Triple
    )
