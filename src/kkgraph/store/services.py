"""Where a server takes updates and graphs: found on the first write, by what answers there."""

from __future__ import annotations

import threading
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from kkgraph.errors import StoreError
from kkgraph.store import writing
from kkgraph.store.address import Endpoint
from kkgraph.store.body import Deadline
from kkgraph.store.statuses import accept
from kkgraph.store.wire import Request, Wire

_UPDATE: Final = "application/sparql-update"
_NT: Final = "application/n-triples"
_ABSENT: Final = ("no-endpoint", "endpoint-refused", "endpoint-failed", "redirected")
_PROBE_S: Final = 30.0


class Services:
    """The update service and the graph store beside a query service."""

    def __init__(self, endpoint: Endpoint, wire: Wire) -> None:
        self._endpoint = endpoint
        self._wire = wire
        self._lock = threading.Lock()
        self._update_url = endpoint.update_url
        self._graphs_url: str | None = endpoint.graphs_url or None
        self._derive: bool | None = None

    def prepare(self) -> bool:
        """Find the update service; True where the default graph is left to its clients.

        Our own server derives it itself and refuses to have it written. Raises ``StoreError``
        read-only-store where nothing takes an update.
        """
        with self._lock:
            if self._derive is None:
                if not self._update_url:
                    self._update_url = self._find_update()
                self._derive = self._takes_default()
            return self._derive

    def update(self, text: str) -> None:
        """Run an update; raises as ``prepare``."""
        self.prepare()
        self._post(self._update_url, text, _UPDATE)

    def add(self, graph: str, ntriples: str) -> None:
        """Add triples without blank nodes to a graph, by the Graph Store Protocol or an update."""
        with self._lock:
            if self._graphs_url is None:
                self._graphs_url = self._find_graphs()
        if self._graphs_url:
            self._post(f"{self._graphs_url}?graph={quote(graph, safe='')}", ntriples, _NT)
        else:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{ntriples}}} }}")

    def _post(self, url: str, text: str, content: str, seconds: float | None = None) -> None:
        request = Request("POST", url, "*/*", text.encode(), content)
        deadline = Deadline(seconds or self._endpoint.write_timeout_s)
        with accept(self._wire.send(request, deadline)) as body:
            body.start()  # most say a word or nothing; read, so that the connection ends well

    def _find_update(self) -> str:
        """The first address, of those where servers have it, that carries out an empty update."""
        reasons = []
        for url in _beside(self._endpoint.url, ("update", "statements")):
            try:
                self._post(url, writing.NOTHING, _UPDATE, _PROBE_S)
                return url
            except StoreError as error:
                if error.code not in (*_ABSENT, "not-allowed"):
                    raise
                reasons.append(error)
        for reason in reasons:
            if reason.code == "not-allowed":
                raise reason
        raise read_only(self._endpoint.url) from reasons[-1]

    def _takes_default(self) -> bool:
        try:
            self._post(self._update_url, writing.DEFAULT_NOTHING, _UPDATE, _PROBE_S)
        except StoreError as error:
            if error.code == "endpoint-refused" and "(status 409" in error.message:
                return False
            raise
        return True

    def _find_graphs(self) -> str:
        """The address of the Graph Store Protocol, if its answer has our revision; else ""."""
        wanted = f"?graph={quote(writing.BOOK, safe='')}"
        for url in _beside(self._endpoint.url, ("data", "store", "graphs")):
            try:
                request = Request("GET", url + wanted, f"{_NT}, text/turtle;q=0.5", again=True)
                with accept(self._wire.send(request, Deadline(_PROBE_S))) as body:
                    if body.kind in (_NT, "text/turtle") and writing.REVISION in body.start():
                        return url
            except StoreError:
                continue
        return ""


def read_only(url: str) -> StoreError:
    """The error of a server that writes nothing."""
    return StoreError(
        "read-only-store",
        "this server takes no updates: neither here nor where servers usually take them",
        where=url,
        hint="If it takes them elsewhere: KKGRAPH_STORE_UPDATE_URL, or Endpoint(update_url=…).",
    )


def _beside(url: str, names: tuple[str, ...]) -> list[str]:
    """The addresses at which a server may have its other services, the likeliest first.

    Beside ``…/sparql`` or ``…/query`` (Fuseki, Oxigraph), at the same address, or below it.
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    head, _, last = path.rpartition("/")
    below = [f"{path}/{name}" for name in names]
    beside = [f"{head}/{name}" for name in names]
    paths = [*beside, path] if last in ("sparql", "query") else [path or "/", *below]
    return [urlunsplit(parts._replace(path=p)) for p in paths]
