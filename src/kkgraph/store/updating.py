"""Updates of one engine: checked, with the derived default graph right in the same transaction."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from kkgraph.errors import QuestionError, StoreError
from kkgraph.names import LOCAL_GRAPH, PREFIXES
from kkgraph.sparql import (
    check_nesting,
    names_remote,
    operations,
    split_prologue,
    syntax_error,
    without_comments,
    writes_default_graph,
)
from kkgraph.store import changes, updates
from kkgraph.store.removal import MERGED, removal

_DERIVED_ANEW: Final = (
    f"DROP DEFAULT ;\nINSERT {{ ?s ?p ?o }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} {MERGED} }}"
)


def run_update(engine: ox.Store, text: str, base: str | None = None) -> None:
    """Run an update as it is; ``QuestionError`` bad-sparql, ``StoreError`` engine-failed."""
    try:
        engine.update(text, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, text) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise _failed(error) from error


def update_derived(engine: ox.Store, sparql: str, text: str, base: str | None) -> None:
    """Run an update, with the derived default graph, in one transaction.

    ``text`` is what ``trimmed_update`` makes of it, which isn't empty.
    Raises as ``run_update``; ``QuestionError`` default-graph-write where it would write into the
    default graph.
    """
    change = change_of_data(sparql, base)
    if change is None:
        check_update(sparql, base)
        if _update_shortly(engine, sparql, base):
            return
        refuse_default_write(sparql)
    elif _made(engine, change):
        return
    run_update(engine, f"{text}\n;\n{_DERIVED_ANEW}", base)


def _update_shortly(engine: ox.Store, sparql: str, base: str | None) -> bool:
    """True where the update was made by its change alone."""
    asked = updates.read(sparql)
    if isinstance(asked, updates.Removal):
        graph = changes.of_removal(engine, asked, base)
        if graph:
            again = [] if asked.drops else [f"CREATE SILENT GRAPH <{graph}>"]
            run_update(engine, " ;\n".join(removal(engine, {graph}) + again))
        return bool(graph)
    if not isinstance(asked, updates.Modification):
        return False
    if not all(part.graph for part in (*asked.deleted, *asked.inserted)):
        return False
    change = changes.of_modification(engine, asked, base)
    return change is not None and _made(engine, change)


def _made(engine: ox.Store, change: changes.Change) -> bool:
    try:
        return changes.made(engine, change)
    except (ValueError, RuntimeError, OSError) as error:
        raise _failed(error) from error


def change_of_data(sparql: str, base: str | None = None) -> changes.Change | None:
    """The change of an update that has ``INSERT DATA`` and ``DELETE DATA`` alone; else None.

    Raises ``QuestionError``: bad-sparql; default-graph-write where it would write into the default
    graph, which is derived and never written.
    """
    steps = updates.read(sparql)
    if not isinstance(steps, tuple):
        return None
    if len(steps) == 1 and steps[0].inserts:
        steps = (updates.Data(sparql, inserts=True),)  # one reading tells all
    else:
        check_update(sparql, base)
    try:
        found = changes.of_data(steps, base)
    except SyntaxError as error:
        raise syntax_error(error, sparql) from error
    if found.in_default:
        raise _default_write()
    if found.nests:
        refuse_default_write(sparql)  # reads SPARQL 1.1, and refuses what goes beyond it
    return found


def trimmed_update(sparql: str) -> str:
    """An update without the semicolon that may end it; "" where it does nothing.

    Raises ``QuestionError`` bad-sparql where its brackets nest too deeply.
    """
    prologue, body = split_prologue(sparql)
    plain = without_comments(body).rstrip().rstrip(";").rstrip()
    if not plain:
        return ""
    check_nesting(sparql, where="update")
    return f"{prologue}\n{body[: len(plain)]}"


def check_update(sparql: str, base: str | None = None) -> None:
    """Raise ``QuestionError`` bad-sparql where the engine can't read the update.

    One that names other machines isn't tried: it would contact them.
    """
    if names_remote(sparql):
        return
    try:
        ox.Store().update(sparql, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, sparql) from error
    except (RuntimeError, OSError):
        pass  # it parses; what it lacks on an empty store, the real one may have


def refuse_default_write(sparql: str) -> None:
    """Raise ``QuestionError`` default-graph-write where one of the steps writes there."""
    if writes_default_graph(operations(sparql)):
        raise _default_write()


def _default_write() -> QuestionError:
    return QuestionError(
        "default-graph-write",
        "the default graph is derived from the named graphs and can't be written",
        where="update",
        hint=f"Write into a named graph: INSERT DATA {{ GRAPH <{LOCAL_GRAPH}> {{ … }} }}",
    )


def _failed(error: Exception) -> StoreError:
    return StoreError("engine-failed", f"the update failed: {error}")
