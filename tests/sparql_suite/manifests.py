"""The query-evaluation tests that the manifests of the suites list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyoxigraph as ox

from kkgraph.shacl.graph import ShapesGraph

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
KINDS = {MF + "QueryEvaluationTest", MF + "CSVResultFormatTest"}
# the manifest of each part
MANIFESTS = {
    "sparql10": "sparql10/manifest-evaluation.ttl",
    "sparql11": "sparql11/manifest-sparql11-query.ttl",
    "csv-tsv": "sparql11/csv-tsv-res/manifest.ttl",
    "json": "sparql11/json-res/manifest.ttl",
}
SYNTAX = {
    "sparql10": "sparql10/manifest-syntax.ttl",
    "sparql11": "sparql11/syntax-query/manifest.ttl",
}
EXPECTED_SYNTAX = {
    ("sparql10", True): 149,
    ("sparql10", False): 50,
    ("sparql11", True): 63,
    ("sparql11", False): 31,
}
# how many tests each part has; of syntax, by whether the query is good
EXPECTED = {"sparql10": 283, "sparql11": 225, "csv-tsv": 6, "json": 4}
_GRAPH_CLAUSE = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """One test: a query, the files of the default graph and of the named graphs, a result."""

    name: str
    part: str
    query: Path
    data: tuple[Path, ...]
    named: tuple[tuple[str, Path], ...]
    result: Path
    lax: bool

    def __str__(self):
        return self.name

    @property
    def text(self):
        """The query; relative IRIs in it are meant against its file."""
        return f"BASE <{self.query.as_uri()}>\n{self.query.read_text(encoding='utf-8')}"

    def quads(self):
        """The dataset; blank nodes of different files stay apart."""
        for path in self.data:
            yield from parsed(path, ox.DefaultGraph())
        for iri, path in self.named:
            yield from parsed(path, ox.NamedNode(iri))


def parsed(path, graph):
    kind = ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    quads = ox.parse(path=str(path), format=kind, base_iri=path.as_uri(), rename_blank_nodes=True)
    return [ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads]


def local(iri):
    return Path(unquote(urlparse(iri).path))


@dataclass(frozen=True)
class Text:
    """A query that must be read, or must be refused."""

    name: str
    part: str
    query: Path
    good: bool

    def __str__(self):
        return self.name


def collect(base):
    """The evaluation tests of all parts, in the order of the manifests."""
    return [
        _case(graph, node, path, part, base)
        for part, graph, node, path in _listed(base, MANIFESTS)
        if {t.value for t in graph.types(node)} & KINDS
    ]


def collect_syntax(base):
    """The syntax tests."""
    found = []
    for part, graph, node, path in _listed(base, SYNTAX):
        (kind,) = (t.value.rpartition("#")[2].rstrip("1") for t in graph.types(node))
        if kind in ("PositiveSyntaxTest", "NegativeSyntaxTest"):
            query = local(graph.one(node, MF + "action").value)
            name = f"{path.parent.relative_to(base)}/{query.stem}"
            found.append(Text(name, part, query, kind.startswith("Positive")))
    return found


def _listed(base, manifests):
    """(part, the manifest's graph, a test, the manifest's file) of every test."""
    if base is None:
        return
    for part, name in manifests.items():
        for graph, node, path in _visit(base / name):
            yield part, graph, node, path


def _visit(path):
    quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    graph = ShapesGraph(quads)
    for included in graph.objects_of(MF + "include"):
        for file in graph.items(included):
            yield from _visit(local(file.value))
    for entries in graph.objects_of(MF + "entries"):
        yield from ((graph, node, path) for node in graph.items(entries))


def _case(graph, node, manifest, part, base):
    action = graph.one(node, MF + "action")
    query = local(graph.one(action, QT + "query").value)
    named = [_graph(graph, n) for n in graph.values(action, QT + "graphData")]
    for relative in _GRAPH_CLAUSE.findall(query.read_text(encoding="utf-8")):
        file = query.parent / relative
        named.append((file.as_uri(), file))
    return Case(
        f"{manifest.parent.relative_to(base)}/{node.value.rpartition('#')[2]}",
        part,
        query,
        tuple(local(n.value) for n in graph.values(action, QT + "data")),
        tuple(named),
        local(graph.one(node, MF + "result").value),
        graph.one(node, MF + "resultCardinality") is not None,
    )


def _graph(graph, node):
    if isinstance(node, ox.NamedNode):
        return node.value, local(node.value)
    return graph.one(node, LABEL).value, local(graph.one(node, QT + "graph").value)
