"""SPARQL jobs: a query or a graph, evaluated and written in the format that the client wants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Final, cast

import orjson
import pyoxigraph as ox

from kkgraph import sparql, turtle
from kkgraph.analytic import ColumnarStore
from kkgraph.errors import QuestionError, StoreError, TermError
from kkgraph.model import Answer
from kkgraph.names import PREFIXES
from kkgraph.sparql import syntax_error
from kkgraph.store import Limits
from kkgraph.web import negotiation
from kkgraph.web.messages import Reply

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

_REMEMBERED: Final = 4
_ROW: Final = {"json": b"},{", "xml": b"<result>", "csv": b"\n", "tsv": b"\n"}


class TooLargeError(Exception):
    """The answer is larger than the server gives."""


class Sink(io.RawIOBase):
    """Takes what the engine writes, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Any) -> int:
        """Keep the bytes; ``TooLargeError`` past the limit."""
        self.size += len(data)
        if self.size > self.limit:
            raise TooLargeError
        self.parts.append(bytes(data))
        return len(data)


def query(
    desk: Desk,
    *,
    text: str,
    accept: str,
    base: str,
    default: Sequence[str],
    named: Sequence[str],
    max_rows: int,
    max_bytes: int,
) -> Reply:
    """The answer of a query, in the format that ``accept`` likes best.

    ``default`` and ``named`` are the protocol's dataset; where either is given, the query's own
    ``FROM`` counts no more. Raises ``QuestionError`` (bad-sparql, remote-access, not-acceptable),
    ``StoreError`` (result-too-large, engine-failed); and as ``Contact.sent``.
    """
    with desk.sent(text) as sent:
        return _query(desk, sent, accept, base, (default, named), (max_rows, max_bytes))


def _query(
    desk: Desk,
    text: str,
    accept: str,
    base: str,
    graphs: tuple[Sequence[str], Sequence[str]],
    most: tuple[int, int],
) -> Reply:
    max_rows, max_bytes = most
    try:
        found = _evaluate(desk, text, base, *graphs, max_rows)
        if isinstance(found, Answer):
            if found.truncated:
                raise TooLargeError
            found = found.triples if found.triples is not None else solutions(found)
        if isinstance(found, ox.QueryTriples | tuple):
            media, form = negotiation.choose(accept, negotiation.TRIPLES)
            return Reply(_triples(found, form, max_rows, max_bytes), media)
        asked = isinstance(found, ox.QueryBoolean)
        offers = negotiation.ASK if asked else negotiation.SELECT
        media, form = negotiation.choose(accept, offers)
        sink = Sink(max_bytes)
        found.serialize(output=sink, format=negotiation.RESULTS[form])
        body = b"".join(sink.parts)
        if not asked and body.count(_ROW[form]) >= max_rows and _rows(body, form) > max_rows:
            raise TooLargeError
        return Reply(body, media)
    except TooLargeError as error:
        raise too_large(max_rows, max_bytes) from error
    except SyntaxError as error:
        raise syntax_error(error, text) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise StoreError("engine-failed", f"the engine could not answer: {error}") from error


def graph(desk: Desk, *, name: str, accept: str, max_rows: int, max_bytes: int) -> Reply:
    """A graph's triples (``name`` empty: the default graph); ``TermError`` unknown-graph."""
    target: Any = ox.NamedNode(name) if name else ox.DefaultGraph()
    if name and not desk.engine.contains_named_graph(target):
        raise TermError("unknown-graph", f"there is no graph {name}", where="graph")
    media, form = negotiation.choose(accept, negotiation.TRIPLES)
    quads = desk.engine.quads_for_pattern(None, None, None, target)
    triples = (ox.Triple(q.subject, q.predicate, q.object) for q in quads)
    try:
        return Reply(_triples(triples, form, 10 * max_rows, max_bytes), media)
    except TooLargeError as error:
        raise too_large(10 * max_rows, max_bytes) from error


def too_large(max_rows: int, max_bytes: int) -> StoreError:
    """The error of an answer that passes the limits: it is refused, never cut in silence."""
    return StoreError(
        "result-too-large",
        f"the answer has more than {max_rows} rows or {max_bytes // 2**20} MiB",
        hint="Ask for less: add LIMIT, and page with ORDER BY and OFFSET.",
    )


def _evaluate(
    desk: Desk,
    text: str,
    base: str,
    default: Sequence[str],
    named: Sequence[str],
    max_rows: int,
) -> Any:
    """What the engine gives; of a columnar file, where SQL answers, an ``Answer``."""
    store = desk.graph.store
    if isinstance(store, ColumnarStore):
        answer = _of_file(store, text, base, default, named, max_rows)
        if answer is not None:
            return answer
        engine = store.copied(text)
    else:
        assert isinstance(desk.engine, ox.Store)
        engine = desk.engine
    if not default and not named:
        default, named = sparql.dataset_of(text, base)
    if not default and not named:
        return engine.query(text, base_iri=base, prefixes=PREFIXES)
    chosen = tuple(sorted(set(default)))
    graphs: list[Any] = [ox.NamedNode(g) for g in chosen]
    if len(chosen) > 1:  # the engine would count a triple twice that stands in two of them
        engine = _merged(desk, chosen, named)
        graphs = [ox.DefaultGraph()]
    return engine.query(
        text,
        base_iri=base,
        prefixes=PREFIXES,
        default_graph=graphs,
        named_graphs=[ox.NamedNode(g) for g in dict.fromkeys(named)],
    )


def _of_file(
    store: ColumnarStore,
    text: str,
    base: str,
    default: Sequence[str],
    named: Sequence[str],
    max_rows: int,
) -> Answer | None:
    """The answer of a columnar file; None where Oxigraph has to answer over another dataset."""
    ox.Store().query(text, base_iri=base, prefixes=PREFIXES)  # a mistake is named where it stands
    limits = Limits(None, max_rows)
    whole = sparql.with_base(text, base)
    if not default and not named:
        return store.query(whole, limits)
    return store.query_over(sparql.without_dataset(whole), limits, default, named)


def solutions(answer: Answer) -> Any:
    """The rows or the truth value of an answer, as the engine's own results."""
    if answer.truth is not None:
        found: dict[str, Any] = {"head": {}, "boolean": answer.truth}
    else:
        rows = [
            {v: _bound(t) for v, t in zip(answer.variables, row, strict=True) if t is not None}
            for row in answer.rows
        ]
        found = {"head": {"vars": list(answer.variables)}, "results": {"bindings": rows}}
    return ox.parse_query_results(orjson.dumps(found), format=ox.QueryResultsFormat.JSON)


def _bound(term: Any) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _merged(desk: Desk, default: tuple[str, ...], named: Sequence[str]) -> ox.Store:
    """A store whose default graph is the merge of these graphs, beside the named ones."""
    key = (*default, "", *sorted(set(named)))
    if key not in desk.merged:
        made = ox.Store()
        for name in default:
            made.extend(
                ox.Quad(q.subject, q.predicate, q.object)
                for q in desk.engine.quads_for_pattern(None, None, None, ox.NamedNode(name))
            )
        for name in set(named):
            made.extend(desk.engine.quads_for_pattern(None, None, None, ox.NamedNode(name)))
        while len(desk.merged) >= _REMEMBERED:
            desk.merged.pop(next(iter(desk.merged)))
        desk.merged[key] = made
    return desk.merged[key]


def _triples(found: Iterable[Any], form: str, max_rows: int, max_bytes: int) -> bytes:
    sink = Sink(max_bytes)
    kind = turtle.FORMATS[form]
    ox.serialize(
        _counted(found, max_rows), output=cast("IO[bytes]", sink), format=kind, prefixes=PREFIXES
    )
    return b"".join(sink.parts)


def _counted(items: Iterable[Any], most: int) -> Iterator[Any]:
    for number, item in enumerate(items):
        if number >= most:
            raise TooLargeError
        yield item


def _rows(body: bytes, form: str) -> int:
    """The exact number of rows; called only where a quick count found too many."""
    if form == "csv":
        return sum(1 for _ in csv.reader(io.StringIO(body.decode("utf-8")))) - 1
    found = ox.parse_query_results(body, format=negotiation.RESULTS[form])
    return sum(1 for _ in found) if isinstance(found, ox.QuerySolutions) else 0


def refuse_bad_graph(name: str) -> str:
    """The graph's IRI; ``QuestionError`` bad-iri where it is none."""
    if not sparql.is_iri(name):
        raise QuestionError(
            "bad-iri", f"{name!r} is not an absolute IRI", where="graph", hint="Write it whole."
        )
    return name
