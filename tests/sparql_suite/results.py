"""Results of queries in one form: what a file of the suite expects, and what an engine answers."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import pyoxigraph as ox

from kkgraph.names import RDF_TYPE
from kkgraph.shacl.graph import ShapesGraph

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_FORMATS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Result:
    """A truth value, or a graph, or rows of terms under variables.

    ``ordered`` where the order of the rows counts; ``texts`` where the file has lost the kinds of
    terms (CSV).
    """

    rows: tuple[tuple[object, ...], ...] = ()
    variables: tuple[str, ...] = ()
    truth: bool | None = None
    is_graph: bool = False
    ordered: bool = False
    texts: bool = False


def expected(path):
    """What a file of the suite expects."""
    if path.suffix == ".csv":
        return _of_csv(path)
    if path.suffix in _FORMATS:
        results = ox.parse_query_results(path=str(path), format=_FORMATS[path.suffix])
        return found(results)
    kind = ox.RdfFormat.from_extension(path.suffix.lstrip("."))
    graph = ShapesGraph(ox.parse(path=str(path), format=kind, base_iri=path.as_uri()))
    sets = graph.subjects(RDF_TYPE, ox.NamedNode(RS + "ResultSet"))
    if not sets:
        return Result(tuple(tuple(q.triple) for q in graph.quads), is_graph=True)
    return _of_result_set(graph, sets[0])


def found(results):
    """What Oxigraph answers, or has read from a file."""
    if isinstance(results, ox.QueryTriples):
        return Result(tuple({tuple(t): None for t in results}), is_graph=True)
    if isinstance(results, ox.QueryBoolean):
        return Result(truth=bool(results))
    names = tuple(v.value for v in results.variables)
    return Result(tuple(tuple(row[n] for n in names) for row in results), names)


def answered(answer):
    """What a ``kkgraph.model.Answer`` says."""
    if answer.triples is not None:
        return Result(tuple({tuple(t): None for t in answer.triples}), is_graph=True)
    if answer.truth is not None:
        return Result(truth=answer.truth)
    return Result(answer.rows, answer.variables)


def _of_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return Result(tuple(tuple(row) for row in rows), tuple(header), texts=True)


def _of_result_set(graph, node):
    truth = graph.one(node, RS + "boolean")
    if truth is not None:
        return Result(truth=truth.value == "true")
    names = tuple(sorted(n.value for n in graph.values(node, RS + "resultVariable")))
    rows = []
    for solution in graph.values(node, RS + "solution"):
        bound = {
            graph.one(b, RS + "variable").value: graph.one(b, RS + "value")
            for b in graph.values(solution, RS + "binding")
        }
        index = graph.one(solution, RS + "index")
        rows.append((index and int(index.value), tuple(bound.get(n) for n in names)))
    ordered = bool(rows) and all(index is not None for index, _ in rows)
    if ordered:
        rows.sort(key=lambda row: row[0])
    return Result(tuple(row for _, row in rows), names, ordered=ordered)
