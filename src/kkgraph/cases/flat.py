"""The findings as one flat sheet, for people who never see RDF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import pyoxigraph as ox

from kkgraph import answers, names
from kkgraph.model import Cell, Column, Row
from kkgraph.reading import Reader
from kkgraph.store import Limits
from kkgraph.store.base import query_about
from kkgraph.tables import Table

_SHEET: Final = """PREFIX kk: <https://w3id.org/kkgraph/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT ?f ?id ?graph ?section ?kind ?about ?claim ?value ?scope ?hedge ?holder ?theme ?en ?th
       ?start ?end ?sha256 ?locator WHERE {
  GRAPH ?graph { ?f a kk:Finding ; dcterms:identifier ?id ; kk:kind ?kind ; kk:claim ?claim ;
    kk:scope ?scope ; kk:hedge ?hedge ; kk:about ?about ; kk:evidence ?e ;
    kk:statement ?en , ?th . }
  OPTIONAL { ?e kk:textSha256 ?sha256 ; oa:hasSelector ?s . ?s oa:start ?start ; oa:end ?end . }
  OPTIONAL { ?e kk:locator ?locator }
  FILTER(langMatches(lang(?en), "en") && langMatches(lang(?th), "th"))
  OPTIONAL { ?f kk:section ?section }
  OPTIONAL { { ?f kk:value ?value } UNION { ?f kk:valueLiteral ?value } }
  OPTIONAL { ?f kk:holder ?holder }
  OPTIONAL { ?f kk:theme ?theme }
} ORDER BY ?f ?about ?value ?holder ?graph"""
_HEADS: Final = {
    "id": ("Finding", "ข้อค้นพบ"), "graph": ("Graph", "กราฟ"), "section": ("Section", "ส่วน"),
    "kind": ("Kind", "ชนิด"), "about": ("About", "กล่าวถึง"), "claim": ("Claim", "สาระ"),
    "value": ("Value", "ค่า"), "scope": ("Scope", "ขอบเขต"), "hedge": ("Hedge", "ระดับการยืนยัน"),
    "holder": ("Whose statement", "ผู้กล่าว"), "theme": ("Theme", "แก่นเรื่อง"),
    "en": ("Statement (English)", "ข้อความ (อังกฤษ)"), "th": ("Statement (Thai)", "ข้อความ (ไทย)"),
    "start": ("Start (code point)", "เริ่มที่อักขระ"), "end": ("End", "สิ้นสุดที่อักขระ"),
    "sha256": ("SHA-256 of the passage", "SHA-256 ของข้อความ"),
    "locator": ("Page or section", "หน้าหรือส่วน"),
}  # fmt: skip


_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_ALL: Final = Limits(max_rows=None)
_GIVEN: Final = _SHEET.replace("WHERE {", "WHERE {\n  VALUES ?f { <urn:kkgraph:given> }", 1)
_LOCATED: Final = (
    _SHEET.partition("SELECT")[0]
    + """ASK {
  GRAPH ?graph { ?f a kk:Finding ; kk:evidence ?e } ?e kk:locator ?locator }"""
)
_FINDINGS: Final = _SHEET.partition("SELECT")[0] + (
    "SELECT DISTINCT ?f WHERE { GRAPH ?graph { ?f a kk:Finding } } ORDER BY ?f"
)


def findings(reader: Reader) -> list[str]:
    """The IRIs of all findings, in the order of the sheet."""
    rows = reader.store.query(_FINDINGS, _ALL).rows
    return [str(f.value) for (f,) in rows if isinstance(f, ox.NamedNode)]


def has_locator(reader: Reader) -> bool:
    """True where a finding has a page or a section, so that the sheet has a column for them."""
    return bool(reader.store.query(_LOCATED, _ALL).truth)


def findings_sheet(
    reader: Reader,
    lang: str,
    some: Sequence[str] | None = None,
    *,
    located: bool | None = None,
) -> Table:
    """One row a finding, ordered by id; several subjects, values or holders joined by "; ".

    Findings of loaded cases come with the others, under the case's name, and then with a column
    for pages and sections. ``some`` are the IRIs of the only ones wanted, and ``located`` says
    whether they get that column (None: if any of them fills it).
    """
    if some is None:
        found = reader.store.query(_SHEET, _ALL)
    else:
        found = query_about(reader.store, _GIVEN, some, _ALL)
    table = answers.free_table(reader, found, lang)
    merged: dict[str, dict[str, dict[str, None]]] = {}
    for line in table.lines:
        iri = str(line.cells["f"].iri)
        mine = merged.setdefault(iri, {})
        for name in _HEADS:
            mine.setdefault(name, {})[str(line.cells[name])] = None
        number = str(line.cells["id"].value)
        mine["id"] = {number if iri == names.KKD + number else names.slug(iri): None}
    if located is None:
        located = _has_locator(merged.values())
    heads = {n: h for n, h in _HEADS.items() if n != "locator" or located}
    columns = tuple(Column(n, "string", {"en": e, "th": t}) for n, (e, t) in heads.items())
    rows = tuple(
        Row({n: Cell(_number(n, "; ".join(v for v in mine[n] if v))) for n in heads})
        for mine in merged.values()
    )
    return Table(columns, rows, lang)


def _has_locator(rows: Iterable[dict[str, dict[str, None]]]) -> bool:
    return any(any(row["locator"]) for row in rows)


def _number(name: str, text: str) -> str | int:
    """A place as a number; as text where it is none, or where data give several."""
    return int(text) if name in ("start", "end") and _WHOLE.fullmatch(text) else text
