"""Groups of terms, and the full parser's word on single tokens."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import pyoxigraph as ox


class Key(NamedTuple):
    """What the terms of one group have in common; groups are numbered in this order."""

    kind: int
    datatype: str
    language: str


IRIS: Final = Key(0, "", "")
BLANKS: Final = Key(1, "", "")
REFUSED_KEY: Final = Key(-1, "", "")
_SUFFIX: Final = re.compile(
    rb'"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^<[^\x00-\x20<>"{}|^`\\]*>)?[ \t]'
)
_GRAPH: Final = ox.NamedNode("urn:g")
_PROBE: Final = b"<urn:s> <urn:p> %b <urn:g> .\n"
_TAIL: Final = b".\n"


def key_of(term: Any) -> Key:
    """The group of a parsed term; ``REFUSED_KEY`` where tables cannot hold it."""
    if isinstance(term, ox.NamedNode):
        return IRIS
    if isinstance(term, ox.BlankNode):
        return BLANKS
    if not isinstance(term, ox.Literal) or getattr(term, "direction", None) is not None:
        return REFUSED_KEY
    return Key(2, term.datatype.value, term.language or "")


def key_of_suffix(suffix: bytes) -> Key:
    """The group of the literals that end so, from their last quote to the separator behind."""
    if not _SUFFIX.fullmatch(suffix):
        return REFUSED_KEY
    return key_of(probe([b'"' + suffix])[0])


def probe(tokens: list[bytes]) -> list[Any]:
    """The term that each token writes, ``None`` where the full parser refuses the token."""
    bodies = [token[:-3] if token.endswith(_TAIL) else token for token in tokens]
    clean = [b"\r" not in body and b"\n" not in body for body in bodies]
    lines = [_PROBE % body for body in bodies]
    if all(clean):
        try:
            quads = list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
        except (SyntaxError, ValueError):
            quads = []
        if len(quads) == len(lines):
            return [_object([quad]) for quad in quads]
    return [_alone(line) if fine else None for line, fine in zip(lines, clean, strict=True)]


def _alone(line: bytes) -> Any:
    try:
        return _object(list(ox.parse(line, format=ox.RdfFormat.N_QUADS)))
    except (SyntaxError, ValueError):
        return None


def _object(quads: list[ox.Quad]) -> Any:
    # A token with a comment or a second term in it would swallow or replace the probe's graph.
    return quads[0].object if len(quads) == 1 and quads[0].graph_name == _GRAPH else None
