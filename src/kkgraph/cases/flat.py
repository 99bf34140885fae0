"""The findings as one flat sheet, for people who never see RDF."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kkgraph import answers, names
from kkgraph.model import Cell, Column, Row
from kkgraph.store import Limits
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


def findings_sheet(reader: answers.Reader, lang: str) -> Table:
    """One row a finding, ordered by id; several subjects, values or holders joined by "; ".

    Findings of loaded cases come with the others, under the case's name, and then with a column
    for pages and sections.
    """
    table = answers.free_table(reader, reader.store.query(_SHEET, Limits(max_rows=None)), lang)
    merged: dict[str, dict[str, dict[str, None]]] = {}
    for line in table.lines:
        iri = str(line.cells["f"].iri)
        mine = merged.setdefault(iri, {})
        for name in _HEADS:
            mine.setdefault(name, {})[str(line.cells[name])] = None
        number = str(line.cells["id"].value)
        mine["id"] = {number if iri == names.KKD + number else names.slug(iri): None}
    heads = {n: h for n, h in _HEADS.items() if n != "locator" or _has_locator(merged.values())}
    columns = tuple(Column(n, "string", {"en": e, "th": t}) for n, (e, t) in heads.items())
    rows = tuple(
        Row({n: Cell(_number(n, "; ".join(v for v in mine[n] if v))) for n in heads})
        for mine in merged.values()
    )
    return Table(columns, rows, lang)


def _has_locator(rows: Iterable[dict[str, dict[str, None]]]) -> bool:
    return any(any(row["locator"]) for row in rows)


def _number(name: str, text: str) -> str | int:
    return int(text) if name in ("start", "end") and text else text
