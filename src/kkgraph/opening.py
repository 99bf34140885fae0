"""Opening a store: in memory, a folder, or a SPARQL server; and putting the shipped graph there."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph import __version__, files, names, turtle
from kkgraph.errors import QuestionError, StoreError
from kkgraph.store import Endpoint, OxigraphStore, Store
from kkgraph.store.address import is_url

if TYPE_CHECKING:
    from kkgraph.store.endpoint import EndpointStore, Status


SAVED: Final = ".kk"
"""How the names of columnar files end."""


class OtherVersion(UserWarning):
    """A server holds the graph of another version of kkgraph."""


def open_store(  # noqa: PLR0913 - each is one independent wish
    where: Path | str | Endpoint | None,
    *,
    in_process: bool = False,
    create: bool = False,
    engine: str = "auto",
    master: str | None = None,
    memory: str | None = None,
) -> Store:
    """The store at a place; see ``KnowledgeGraph.open``."""
    if engine == "spark":
        return _on_spark(where, master, memory)
    if master is not None:
        raise QuestionError(
            "bad-value",
            "only Spark has a master",
            where="master",
            hint="Add engine spark (--engine spark), or leave the master out.",
        )
    if isinstance(where, str) and is_url(where):
        where = Endpoint.of(where)
    if isinstance(where, Endpoint):
        _refuse_sql(engine, where.url)
        return _open_remote(where, in_process=in_process, create=create)
    place = None if where is None else Path(where)
    if (
        place is not None
        and place.suffix == SAVED
        and not (place.is_dir() and any(place.iterdir()))
    ):
        from kkgraph.analytic import ColumnarStore

        return ColumnarStore.open(place, engine=engine, in_process=in_process, memory=memory)
    if place is None and engine != "columnar":
        return OxigraphStore.in_memory(shipped_quads(), in_process=in_process)
    if place is None:
        return _in_columns(shipped_quads(), in_process=in_process)
    _refuse_sql(engine, str(place))
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        return OxigraphStore.open(place, in_process=in_process)
    place = place.resolve()
    if place.exists():
        place.rmdir()  # an empty folder: the store takes its place
    return OxigraphStore.create(place, shipped_quads(), in_process=in_process)


def _in_columns(quads: Iterable[ox.Quad], *, in_process: bool) -> Store:
    from kkgraph.analytic import ColumnarStore
    from kkgraph.columnar.tables import Columnar

    return ColumnarStore(Columnar.from_quads(quads), engine="columnar", in_process=in_process)


def _on_spark(where: Path | str | Endpoint | None, master: str | None, memory: str | None) -> Store:
    from kkgraph.analytic.spread import SparkStore
    from kkgraph.columnar.saved import open_saved
    from kkgraph.columnar.tables import Columnar

    if isinstance(where, Endpoint) or (isinstance(where, str) and is_url(where)):
        raise QuestionError(
            "bad-value",
            "Spark answers from tables, and this is a server",
            where=where.url if isinstance(where, Endpoint) else where,
            hint="Make them with: kkgraph columnar export FILE.kk --partitioned -o FOLDER",
        )

    def read() -> Columnar:
        if where is None:
            return Columnar.from_quads(shipped_quads())
        return open_saved(Path(where), memory=memory)

    return SparkStore.open(where, read, master=master, memory=memory)


def _refuse_sql(engine: str, where: str) -> None:
    """Raise ``QuestionError`` where a store that is no columnar file is to be asked as SQL."""
    if engine == "columnar":
        raise QuestionError(
            "bad-value",
            "questions run as SQL over a columnar file, and this is none",
            where=where,
            hint="Make one: kkgraph export --store STORE --format nq -o all.nq, then "
            "kkgraph columnar build all.nq -o FILE.kk",
        )


def connect(endpoint: Endpoint, *, in_process: bool = False) -> EndpointStore:
    """The store at a server, whatever is there; nothing is asked yet."""
    from kkgraph.store.endpoint import EndpointStore

    return EndpointStore(endpoint, in_process=in_process)


def _open_remote(endpoint: Endpoint, *, in_process: bool, create: bool) -> EndpointStore:
    store = connect(endpoint, in_process=in_process)
    status = store.status()
    if not status.version and create:
        status = initialise(store)
    check(status, endpoint.url)
    if status.version != __version__:
        warnings.warn(
            f"{endpoint.url} holds the graph of version {status.version}, and this is "
            f"{__version__}: answers may differ. Renew it: kkgraph store init URL --upgrade",
            OtherVersion,
            stacklevel=4,
        )
    return store


def check(status: Status, url: str) -> None:
    """Raise ``StoreError`` where what stands on a server cannot be asked rightly.

    Codes: no-graph-there, store-format, default-graph-differs.
    """
    from kkgraph.store.writing import FORMAT

    if not status.version:
        raise StoreError(
            "no-graph-there",
            "the server answers, and has no graph of kkgraph",
            where=url,
            hint=f"Put it there: kkgraph store init {url} (or open(…, create=True) in Python).",
        )
    if status.format > FORMAT:
        raise StoreError(
            "store-format",
            f"the store has a newer format ({status.format})",
            where=url,
            hint="Use a newer version of kkgraph.",
        )
    if status.union or not status.derived:
        _refuse_default(url, union=status.union)


def initialise(store: EndpointStore, *, upgrade: bool = False) -> Status:
    """What stands on the server once it has the shipped ontology and data.

    A server that has them already is left alone; with ``upgrade`` its copy is replaced by this
    version's, loaded cases and your own graphs stay. Raises ``StoreError``: foreign-data (it has
    data that are not ours), default-graph-differs (its default graph is the union of all graphs),
    and those of writing.
    """
    url = store.endpoint.url
    status = store.status()
    if status.version and not upgrade:
        return status
    if not status.version and not store.is_empty():
        raise StoreError(
            "foreign-data",
            "the server has data that are not of kkgraph, and they would mix",
            where=url,
            hint="Make an empty dataset on the server, and give its address.",
        )
    if store.is_union():
        _refuse_default(url, union=True)
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in shipped_quads():
        triple = ox.Triple(quad.subject, quad.predicate, quad.object)
        graphs[turtle.graph_of(quad)].append(triple)
    store.put_graphs(graphs)
    status = store.status()
    check(status, url)
    return status


def _refuse_default(url: str, *, union: bool) -> None:
    found = (
        "the server's default graph is the union of all graphs: analysts' notes and what was "
        "inferred would count as said by the study"
        if union
        else "the server's default graph lacks what the named graphs have"
    )
    remedy = (
        "Switch that off (Fuseki: tdb2:unionDefaultGraph false), or use another dataset."
        if union
        else "Load it with its default graph: kkgraph export --format nq --default-graph, or "
        f"kkgraph store init {url} --upgrade"
    )
    raise StoreError("default-graph-differs", found, where=url, hint=remedy)


def shipped_quads() -> Iterable[ox.Quad]:
    """The quads of the shipped ontology (in ``kkg:ontology``) and data."""
    graph = ox.NamedNode(names.ONTOLOGY_GRAPH)
    for path in files.ontology_files():
        for q in turtle.parse_file(path):
            yield ox.Quad(q.subject, q.predicate, q.object, graph)
    for path in files.data_files():
        yield from turtle.parse_file(path)


def background_of(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads that validation looks things up in: what is asserted, read or inferred."""
    return [q for q in quads if names.is_background(turtle.graph_of(q))]
