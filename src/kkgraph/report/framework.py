"""The systems read against the table of Palvia & Sharma, each with who placed it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kkgraph import names
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import FindingNote
from kkgraph.report.reading import KK, Values, labels, picked, rows, stored, term
from kkgraph.report.records import Framework, FrameworkCell, SystemReading

ANALYST: Final = "kkg:analyst"
INFERRED: Final = "kkg:inferred"
_CELLS: Final = """SELECT
  ?framework ?cell ?sector ?focus ?concept ?network ?example ?finding WHERE {
  GRAPH kkg:cited {
    ?cell kk:cellOf ?framework ; kk:sector ?sector ; kk:focus ?focus ; kk:cellConcept ?concept
    OPTIONAL { ?cell kk:networkType ?network }
    OPTIONAL { ?cell kk:exampleSystem ?example }
  }
  OPTIONAL { ?finding kk:about ?cell }
} ORDER BY ?framework ?cell ?network ?example ?finding"""
_PLACES: Final = """SELECT DISTINCT ?system ?group ?class ?sector WHERE {
  VALUES (?type ?group) { (kk:DigitalSystem false) (kk:SystemGroup true) }
  ?system a ?type
  OPTIONAL {
    GRAPH kkg:inferred { ?system a ?class }
    VALUES ?class { kk:EGovernanceSystem kk:EGovernmentSystem kk:InterOrganisationalSystem }
  }
  OPTIONAL { GRAPH ?g { ?system kk:operatedBy ?operator } GRAPH ?h { ?operator kk:sector ?sector } }
} ORDER BY ?system ?class ?sector"""
_CLASS_PLACE: Final = {
    KK + "EGovernanceSystem": "internal",
    KK + "EGovernmentSystem": "public-external",
    KK + "InterOrganisationalSystem": "private-external",
}
_SECTOR_PLACE: Final = {
    KK + "publicSector": "public-external",
    KK + "privateSector": "private-external",
}


def read_framework(graph: KnowledgeGraph, notes: Mapping[str, FindingNote]) -> Framework:
    """The cells (from ``kkg:cited``) and the systems, placed by reasoner or analyst.

    Systems come from the stored question ``systems``; order: place, then system.
    """
    cells = list(rows(graph, _CELLS))
    places = list(rows(graph, _PLACES))
    read = stored(graph, "systems")
    keys = ("framework", "cell", "sector", "focus", "concept", "network", "example")
    nodes = {r[k] for r in cells for k in keys if k in r}
    known = labels(graph, nodes | {r["system"] for r in places})
    framework = cells[0]["framework"] if cells else ""
    by_cell: dict[str, list[Values]] = {}
    for row in cells:
        by_cell.setdefault(row["cell"], []).append(row)
    return Framework(
        label=known.get(framework, {}),
        cells=tuple(_cell(found, known, notes) for found in by_cell.values()),
        systems=_systems(places, read, known, notes),
    )


def _cell(
    found: list[Values],
    known: Mapping[str, dict[str, str]],
    notes: Mapping[str, FindingNote],
) -> FrameworkCell:
    first = found[0]
    networks = dict.fromkeys(r["network"] for r in found if "network" in r)
    examples = dict.fromkeys(r["example"] for r in found if "example" in r)
    return FrameworkCell(
        id=names.slug(first["cell"]),
        sector=term(first["sector"], known),
        focus=term(first["focus"], known),
        concept=term(first["concept"], known),
        networks=tuple(term(n, known) for n in networks),
        examples=tuple(term(e, known) for e in examples),
        findings=picked(notes, (r["finding"] for r in found if "finding" in r)),
    )


def _systems(
    places: list[Values],
    read: list[Values],
    known: Mapping[str, dict[str, str]],
    notes: Mapping[str, FindingNote],
) -> tuple[SystemReading, ...]:
    focuses: dict[str, set[str]] = {}
    carried: dict[str, set[str]] = {}
    for row in read:
        focuses.setdefault(row["system"], set()).update({row["focus"]} if "focus" in row else ())
        carried.setdefault(row["system"], set()).add(row["finding"])
    by_system: dict[str, list[Values]] = {}
    for row in places:
        by_system.setdefault(row["system"], []).append(row)
    out = []
    for iri, found in by_system.items():
        classes = {r["class"] for r in found if "class" in r}
        sectors = {r["sector"] for r in found if "sector" in r}
        for place, source, focus in _placed(focuses.get(iri, set()), classes, sectors):
            out.append(
                SystemReading(
                    system=term(iri, known),
                    group=found[0]["group"] == "true",
                    focus=names.compact(focus) if focus else "",
                    classes=tuple(sorted(names.compact(c) for c in classes)),
                    place=place,
                    source=source,
                    findings=picked(notes, carried.get(iri, ())),
                )
            )
    return tuple(sorted(out, key=lambda s: (s.place, s.group, s.system.id)))


def _placed(focuses: set[str], classes: set[str], sectors: set[str]) -> set[tuple[str, str, str]]:
    """(place, graph, focus) of a system; the reasoner's class comes before the analyst's focus."""
    out: set[tuple[str, str, str]] = set()
    for focus in focuses:
        if focus == KK + "internalFocus":
            wanted = {"internal"}
        else:
            wanted = {_SECTOR_PLACE[s] for s in sectors if s in _SECTOR_PLACE} or {"no-operator"}
        inferred = {_CLASS_PLACE[c] for c in classes}
        out |= {(p, INFERRED if p in inferred else ANALYST, focus) for p in wanted}
    seen = {place for place, _, _ in out}
    out |= {(_CLASS_PLACE[c], INFERRED, "") for c in classes if _CLASS_PLACE[c] not in seen}
    return out or {("no-focus", "", "")}
