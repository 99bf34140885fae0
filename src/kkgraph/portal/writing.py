"""The files of a package as bytes: the same data give the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.cases import flat
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import Text
from kkgraph.names import PREFIXES
from kkgraph.portal.describing import OWN
from kkgraph.portal.gathering import Portion
from kkgraph.portal.records import Distribution
from kkgraph.portal.selecting import triples_of
from kkgraph.portal.wording import say
from kkgraph.tables import Sheet, write_book

_PLAIN: Final = ("ttl", "nt", "jsonld", "rdf")
_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_NAMESPACE: Final = re.compile(rb' xmlns:[^ =]+="[^"]*"')
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)


class Made(NamedTuple):
    """A data file: its path in the package, its form, what it is, and its bytes."""

    path: str
    form: str
    title: Text
    data: bytes


def data_files(portion: Portion) -> Iterator[Made]:
    """The RDF files of a dataset, made one after the other."""
    path = f"data/{portion.slug}."
    if portion.kind == "graph":
        for form in ("trig", "nq", "jsonld"):
            yield Made(path + form, form, say("whole"), _rdf(portion.quads, form))
        merged = triples_of(portion.quads)
        for form in ("ttl", "nt", "rdf"):
            yield Made(path + form, form, say("merged"), _rdf(merged, form))
        return
    triples = list(dict.fromkeys(q.triple for q in portion.quads))
    for form in _PLAIN:
        yield Made(path + form, form, say("part"), _rdf(triples, form))


def sheet_files(graph: KnowledgeGraph, date: str) -> Iterator[Made]:
    """The findings as CSV in each language, and as one workbook with a sheet for each."""
    tables = {lang: flat.findings_sheet(graph.reader, lang) for lang in ("en", "th")}
    for lang, table in tables.items():
        text = "\ufeff" + table.to_csv()  # with its mark a spreadsheet reads Thai as it is
        path = f"data/findings.{lang}.csv"
        yield Made(path, "csv", say(f"sheet_{lang}"), text.encode("utf-8"))
    titles = {"en": "Findings", "th": "ข้อค้นพบ"}
    sheets = [Sheet(titles[lang], *table.flat()) for lang, table in tables.items()]
    yield Made("data/findings.xlsx", "xlsx", say("sheets"), book(sheets, date))


def book(sheets: Sequence[Sheet], date: str) -> bytes:
    """A workbook without the hour of its making: its date is the given one."""
    with tempfile.TemporaryDirectory(prefix="kkgraph-") as folder:
        path = Path(folder) / "book.xlsx"
        write_book(path, sheets)
        raw = path.read_bytes()
    out = io.BytesIO()
    stamp = f"{date}T00:00:00Z".encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, data)
    return out.getvalue()


def distribution(made: Made) -> Distribution:
    """The record of a data file."""
    slug = made.path.removeprefix("data/").replace(".", "-")
    digest = sha256(made.data)
    return Distribution(slug, made.path, made.form, made.title, len(made.data), digest)


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


def _rdf(items: Sequence[ox.Quad] | Sequence[ox.Triple], form: str) -> bytes:
    """The bytes of items that stand there once each, in their order."""
    data = ox.serialize(items, format=turtle.FORMATS[form], prefixes=PREFIXES)
    return settled(data or b"", form)
