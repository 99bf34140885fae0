"""Queries as a server wants them, and its answers as exact terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.errors import StoreError
from kkgraph.model import Answer
from kkgraph.names import PREFIXES
from kkgraph.sparql import blank, check_nesting, names_remote, split_prologue, syntax_error
from kkgraph.store.body import Body

QUERY: Final = "application/sparql-query"
_JSON: Final = "application/sparql-results+json"
_XML: Final = "application/sparql-results+xml"
_NT: Final = "application/n-triples"
ACCEPT: Final = {
    "rows": f"{_JSON}, {_XML};q=0.5",
    "truth": f"{_JSON}, {_XML};q=0.5",
    "triples": f"{_NT}, text/turtle;q=0.5",
}
"""The media types asked for, by the form of the query."""
_RESULTS: Final = {
    _JSON: ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    _XML: ox.QueryResultsFormat.XML,
}
_GRAPHS: Final = {
    _NT: ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
_FORMS: Final = {"select": "rows", "ask": "truth", "construct": "triples", "describe": "triples"}
_DECLARED: Final = re.compile(r"PREFIX\s+([^\s:<]*):", re.I)
_USED: Final = re.compile(r"(?<![\w.?$-])([A-Za-z][\w-]*):")
_OPEN: Final = re.compile(r"^[ \t]*VALUES \?\w+ \{ UNDEF \}[ \t]*$", re.M)
_HINT: Final = "Is this the address of a SPARQL service? A proxy or login page may stand before it."


def form_of(sparql: str) -> str:
    """What a query asks for: rows, truth or triples; ``QuestionError`` bad-sparql with its place.

    The embedded engine's parser decides, on an empty store. A query with ``SERVICE`` is left to the
    server's, for here it would be carried out.
    """
    check_nesting(sparql)
    if not names_remote(sparql):
        try:
            result = ox.Store().query(sparql, prefixes=PREFIXES)
        except SyntaxError as error:
            raise syntax_error(error, sparql) from error
        except (ValueError, RuntimeError, OSError):
            pass  # it parses; what it fails on here, the server may know
        else:
            if isinstance(result, ox.QueryBoolean):
                return "truth"
            return "rows" if isinstance(result, ox.QuerySolutions) else "triples"
    words = split_prologue(sparql)[1].split(None, 1)
    return _FORMS.get(re.sub(r"\W.*", "", words[0]).lower() if words else "", "rows")


def declared(sparql: str) -> str:
    """The text with the known prefixes declared that it uses and does not declare itself.

    A parameter that is left open, ``VALUES ?x { UNDEF }`` on a line of its own, is left out: it
    says nothing, and Jena and QLever apply a filter on ``?x`` right after it, when it is unbound.
    """
    sparql = without_open(sparql)
    prologue, _ = split_prologue(sparql)
    own = set(_DECLARED.findall(prologue))
    used = dict.fromkeys(_USED.findall(blank(sparql)))
    missing = [p for p in used if p in PREFIXES and p not in own]
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in missing) + sparql


def without_open(sparql: str) -> str:
    """The text without its lines of open parameters; as it is where it selects ``*``."""
    plain = blank(sparql)
    if re.search(r"SELECT\s+(DISTINCT\s+|REDUCED\s+)?\*", plain, re.I):
        return sparql
    for match in reversed(list(_OPEN.finditer(plain))):
        sparql = sparql[: match.start()] + sparql[match.end() :]
    return sparql


def answer(body: Body, form: str, max_rows: int | None) -> Answer:
    """A body as an answer of at most ``max_rows`` rows or triples.

    Blank nodes get names that no other answer has. Raises ``StoreError`` bad-answer, and those of
    ``Body.read``.
    """
    names: dict[str, ox.BlankNode] = {}
    try:
        if form == "triples":
            kept, cut = _take((_triple(quad, names) for quad in _statements(body)), max_rows)
            return Answer(triples=tuple(kept), truncated=cut)
        variables, solutions = _solutions(body)
        if isinstance(solutions, bool):
            return Answer(truth=solutions)
        rows = (tuple(_own(s[v], names) for v in variables) for s in solutions)
        kept, cut = _take(rows, max_rows)
        return Answer(variables, tuple(kept), truncated=cut)
    except (SyntaxError, ValueError) as error:
        raise _bad(body, f"it breaks off or is malformed ({_short(error)})") from error


def quads(body: Body) -> Iterator[ox.Quad]:
    """The quads of an answer with the variables g, s, p and o, one by one."""
    names: dict[str, ox.BlankNode] = {}
    try:
        _, solutions = _solutions(body)
        if isinstance(solutions, bool):
            raise _bad(body, "a truth value is no list of triples")
        for row in solutions:
            subject, object_ = _own(row["s"], names), _own(row["o"], names)
            yield ox.Quad(subject, row["p"], object_, row["g"])
    except (SyntaxError, ValueError, TypeError) as error:
        raise _bad(body, f"it breaks off or is malformed ({_short(error)})") from error


def _solutions(body: Body) -> tuple[tuple[str, ...], Iterator[Any] | bool]:
    """The variables, and the solutions as they are parsed; or the truth value."""
    result: Any = ox.parse_query_results(body, format=_format(body, _RESULTS))  # type: ignore[arg-type]
    if isinstance(result, ox.QueryBoolean):
        return (), bool(result)
    return tuple(v.value for v in result.variables), _each(result)


def _statements(body: Body) -> Iterator[ox.Quad]:
    return _each(ox.parse(body, format=_format(body, _GRAPHS)))  # type: ignore[arg-type]


def _each(result: Any) -> Iterator[Any]:
    """What a parser gives; what stands after the rows in JSON (Comunica adds metadata) is skipped.

    The parser stops at such a member with an error, when it has given all solutions. It must end in
    the thread that made it, so the traceback of an error doesn't keep it.
    """
    try:
        yield from result
    except SyntaxError as error:
        if "after the end of the bindings array" not in str(error):
            raise
    finally:
        del result


def _format(body: Body, known: dict[str, Any]) -> Any:
    if body.kind in known:
        return known[body.kind]
    wanted = " or ".join(known)
    raise _bad(body, f'it is "{body.kind or "of no type"}", not {wanted}')


def _own(term: Any, names: dict[str, ox.BlankNode]) -> Any:
    if isinstance(term, ox.BlankNode):
        return names.setdefault(term.value, ox.BlankNode())
    return term


def _triple(quad: ox.Quad, names: dict[str, ox.BlankNode]) -> ox.Triple:
    return ox.Triple(_own(quad.subject, names), quad.predicate, _own(quad.object, names))


def _take(items: Iterator[Any], max_rows: int | None) -> tuple[list[Any], bool]:
    if max_rows is None:
        return list(items), False
    found = list(islice(items, max_rows + 1))
    return found[:max_rows], len(found) > max_rows


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def _bad(body: Body, reason: str) -> StoreError:
    return StoreError(
        "bad-answer", f"the answer cannot be read: {reason}", where=body.where, hint=_HINT
    )
