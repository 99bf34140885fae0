"""Long lists of IRIs in a query, which rdflib's parser need not see: it takes 0.4 ms for each."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.sparql import blank

_IRI: Final = r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\"{}|^`\\\x00-\x20]*>"
_LIST: Final = re.compile(rf"\bVALUES\s+[?$]\w+\s*\{{(?P<iris>(?:\s*{_IRI}){{50,}}\s*)\}}", re.I)
_NAME: Final = "urn:kkgraph:given:"

Lists = Mapping[ox.NamedNode, tuple[ox.NamedNode, ...]]


def shortened(sparql: str) -> tuple[str, Lists]:
    """The query with one IRI for each long list of a ``VALUES``, and the lists by these IRIs."""
    lists: dict[ox.NamedNode, tuple[ox.NamedNode, ...]] = {}
    out, at = [], 0
    masked = ""
    for match in _LIST.finditer(sparql):
        masked = masked or blank(sparql)
        if not masked[match.start() : match.start("iris")].strip():
            continue  # in a text or a comment
        try:
            iris = tuple(ox.NamedNode(iri[1:-1]) for iri in match["iris"].split())
        except ValueError:
            continue  # the parser will tell
        name = ox.NamedNode(_NAME + secrets.token_hex(8))
        lists[name] = iris
        out += [sparql[at : match.start("iris")], f" {name} "]
        at = match.end("iris")
    return "".join([*out, sparql[at:]]), lists


def rows_of(lists: Lists, row: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    """A row of a ``VALUES`` as the query has it: many, where it is the name of a list."""
    listed = lists.get(row[0]) if lists and len(row) == 1 else None
    return [row] if listed is None else [(iri,) for iri in listed]
