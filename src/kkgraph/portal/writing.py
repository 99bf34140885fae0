"""The files of a package: the same data give the same bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

import pyoxigraph as ox

from kkgraph import names, turtle
from kkgraph.model import Text
from kkgraph.names import PREFIXES
from kkgraph.portal.describing import OWN
from kkgraph.portal.gathering import Portion
from kkgraph.portal.records import Distribution
from kkgraph.portal.selecting import each_once
from kkgraph.portal.wording import say

_PLAIN: Final = ("ttl", "nt", "jsonld", "rdf")
_HEAD_BYTES: Final = 64 * 1024
"""The prefixes of a file are within these."""
_NAMESPACE: Final = re.compile(rb' xmlns:[^ =]+="[^"]*"')


class Made(NamedTuple):
    """A data file that is written: its path in the package, its form, and what it is."""

    path: str
    form: str
    title: Text


def data_files(portion: Portion, folder: Path) -> Iterator[Made]:
    """The RDF files of a dataset, written into the folder one after the other.

    The quads come in order (``selecting.part``), as each triple is written where it first stands.
    """
    path = f"data/{portion.slug}."
    if portion.kind == "graph":
        for form in ("trig", "nq", "jsonld"):
            _rdf(portion.quads, form, folder / (path + form))
            yield Made(path + form, form, say("whole"))
        for form in ("ttl", "nt", "rdf"):
            merged = (q for q in portion.quads if names.is_merged(turtle.graph_of(q)))
            _rdf(each_once(merged), form, folder / (path + form))
            yield Made(path + form, form, say("merged"))
        return
    for form in _PLAIN:
        _rdf(each_once(portion.quads), form, folder / (path + form))
        yield Made(path + form, form, say("part"))


def distribution(made: Made, size: int, digest: str) -> Distribution:
    """The record of a data file of so many bytes, with this SHA-256."""
    slug = made.path.removeprefix("data/").replace(".", "-")
    return Distribution(slug, made.path, made.form, made.title, size, digest)


def sha256(data: bytes) -> str:
    """The digest in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def catalogue(triples: Sequence[ox.Triple], form: str) -> bytes:
    """A catalogue's triples in ttl, jsonld or rdf, with the prefixes of catalogues."""
    data = ox.serialize(triples, format=turtle.FORMATS[form], prefixes=OWN) or b""
    return settled(data, form)


def settled(data: bytes, form: str) -> bytes:
    """The bytes with their prefixes in order: the serialiser writes them as it comes upon them."""
    if form in ("ttl", "trig"):
        lines = data.split(b"\n")
        count = next((n for n, x in enumerate(lines) if not x.startswith(b"@prefix")), 0)
        return b"\n".join([*sorted(lines[:count]), *lines[count:]])
    if form != "rdf":
        return data
    start = data.index(b"<rdf:RDF") + len(b"<rdf:RDF")
    end = data.index(b">", start)
    return data[:start] + b"".join(sorted(_NAMESPACE.findall(data[start:end]))) + data[end:]


def _rdf(items: Iterable[ox.Quad] | Iterable[ox.Triple], form: str, path: Path) -> None:
    """Write items that come once each, in their order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+b") as file:
        ox.serialize(items, file, format=turtle.FORMATS[form], prefixes=PREFIXES)
        if form in ("ttl", "trig", "rdf"):
            _settle_head(file, form)


def _settle_head(file: IO[bytes], form: str) -> None:
    """Put the prefixes of a written file in order, see ``settled``; only its head is read."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if form == "rdf":
        head = head[: head.index(b">", head.index(b"<rdf:RDF")) + 1]
    else:
        lines = head.split(b"\n")
        count = next((n for n, x in enumerate(lines) if not x.startswith(b"@prefix")), 0)
        head = b"".join(line + b"\n" for line in lines[:count])
    file.seek(0)
    file.write(settled(head, form))
