"""The findings of cases, read for a comparison: in a few queries, whatever is compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases import shelf
from kkgraph.cases.conditions import Said
from kkgraph.cases.matrix import LEVELS
from kkgraph.model import Text, in_language
from kkgraph.names import KK, KKD, KKG
from kkgraph.reading import Reader
from kkgraph.store import Limits

STUDY: Final = "study"
_OWN: Final[dict[str, str]] = {KKG + "study": STUDY, KKG + "cited": STUDY, KKG + "local": "local"}
_ALL: Final = Limits(max_rows=None)
_HEAD: Final = f"PREFIX kk: <{names.KK}> PREFIX rdfs: <{names.PREFIXES['rdfs']}> "
_FINDINGS: Final = (
    _HEAD
    + """SELECT ?f ?g ?scope ?kind ?claim ?hedge ?theme WHERE {
  GRAPH ?g { ?f a kk:Finding }
  ?f kk:scope ?scope ; kk:kind ?kind ; kk:claim ?claim ; kk:hedge ?hedge .
  OPTIONAL { ?f kk:theme ?theme }
}"""
)
_NODES: Final = (
    _HEAD
    + """SELECT ?f ?p ?node ?class WHERE {
  VALUES ?p { kk:about kk:value }
  ?f a kk:Finding ; ?p ?node . ?node a ?class
}"""
)
_CLASSES: Final = _HEAD + "SELECT ?class ?above WHERE { ?class rdfs:subClassOf+ ?above }"
_SCOPES: Final = (
    _HEAD + "SELECT DISTINCT ?scope ?class WHERE { ?f kk:scope ?scope . ?scope a ?class }"
)
_MEMBERS: Final = (
    _HEAD + "SELECT ?group ?member WHERE { ?group a kk:CaseGroup ; kk:member ?member }"
)


@dataclass(frozen=True)
class Gathered:
    """The findings, in which of the cases each stands, and the cases' names."""

    said: list[Said]
    homes: dict[str, tuple[str, ...]]
    cases: dict[str, Text]


def chosen(reader: Reader, wanted: Sequence[str]) -> dict[str, Text]:
    """The cases that are compared, with the names of their studies."""
    loaded = shelf.slugs(reader.store)
    chosen = [w.strip() for w in wanted if w.strip()] or [STUDY, *loaded, "local"]
    out: dict[str, Text] = {}
    for name in chosen:
        if name == STUDY:
            out[STUDY] = reader.labels([KKD + "study"]).get(KKD + "study", {"en": STUDY})
        elif name == "local":
            out["local"] = {"en": "Your own additions", "th": "ส่วนที่เพิ่มเอง"}
        else:
            case = shelf.read(reader, name, whole=False)
            label: Text = {}
            for lang in names.LANGUAGES:
                label[lang] = "; ".join(in_language(t, lang) for _, t in case.studies) or case.slug
            out[case.slug] = label
    return out


def gather(reader: Reader, cases: dict[str, Text]) -> Gathered:
    """The findings of the cases."""
    homes: dict[str, dict[str, None]] = defaultdict(dict)
    plain: dict[str, tuple[str, ...]] = {}
    once: dict[str, str] = {}  # each text once, however many findings have it
    for f, g, *rest in reader.store.query(_FINDINGS, _ALL).rows:
        case = _OWN.get(g.value, g.value.removeprefix(names.CASE_PREFIX))
        if case in cases:
            homes[f.value][case] = None
            told = (t.value if t is not None else "" for t in rest)
            said_of = tuple(once.setdefault(value, value) for value in told)
            plain[f.value] = min(plain.get(f.value, said_of), said_of)  # whatever the order of rows
    sides = _sides(reader, plain)
    said = []
    for iri in sorted(plain):
        scope, kind, claim, hedge, theme = plain[iri]
        about, value = (sides.get((iri, KK + side), {}) for side in ("about", "value"))
        said.append(Said(iri, scope, kind, claim, hedge, theme, about, value))
    # what a case brings of its own is told by the case, and not by the study that cites it
    told_by = {i: tuple(c for c in h if c != STUDY or len(h) == 1) for i, h in homes.items()}
    return Gathered(said, told_by, cases)


def _sides(
    reader: Reader, findings: Container[str]
) -> dict[tuple[str, str], dict[str, frozenset[str]]]:
    """By finding and property the nodes, in order, with all their classes."""
    above = _superclasses(reader)
    known: dict[tuple[frozenset[str], str], frozenset[str]] = {}  # many nodes have the same classes
    once: dict[str, str] = {}
    sides: dict[tuple[str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for f, p, term, kind in reader.store.query(_NODES, _ALL).rows:
        if f.value not in findings or not isinstance(term, ox.NamedNode):
            continue
        nodes, node = sides[f.value, p.value], once.setdefault(term.value, term.value)
        have = nodes.get(node, frozenset())
        classes = known.get((have, kind.value))
        if classes is None:
            classes = have | {kind.value, *above.get(kind.value, ())}
            known[have, kind.value] = classes
        nodes[node] = classes
    return {key: dict(sorted(nodes.items())) for key, nodes in sides.items()}


def _superclasses(reader: Reader) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, above in reader.store.query(_CLASSES, _ALL).rows:
        if isinstance(above, ox.NamedNode):
            found[kind.value].add(above.value)
    return found


def levels_of(reader: Reader) -> dict[str, str]:
    """What sort of row each scope is; other scopes are left out."""
    above = _superclasses(reader)
    found: dict[str, int] = {}
    for scope, kind in reader.store.query(_SCOPES, _ALL).rows:
        for rank, name in enumerate(LEVELS):  # of two sorts the later one, whatever comes first
            if name == kind.value or name in above.get(kind.value, ()):
                found[scope.value] = max(rank, found.get(scope.value, rank))
    sorts = list(LEVELS.values())
    return {scope: sorts[rank] for scope, rank in found.items()}


def members(reader: Reader) -> list[tuple[str, str]]:
    """The named groups of cases with their members."""
    return [(g.value, m.value) for g, m in reader.store.query(_MEMBERS, _ALL).rows]
