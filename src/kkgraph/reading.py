"""What lines say beside their cells: labels, findings and gaps, looked up and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final, TypeVar

from kkgraph import names, sparql
from kkgraph.model import Evidence, FindingNote, Gap, Reference, Text
from kkgraph.store import Limits, Store
from kkgraph.store.base import query_about

_HEAD: Final = "".join(
    f"PREFIX {p}: <{names.PREFIXES[p]}> "
    for p in ("kk", "kkd", "kkg", "oa", "skos", "rdfs", "dcterms")
)
_FINDINGS: Final = (
    _HEAD
    + """SELECT * WHERE {
  VALUES ?f { <urn:kkgraph:given> }
  ?f dcterms:identifier ?id ; kk:scope ?scope ; kk:hedge ?hedge ; kk:statement ?text .
  OPTIONAL { ?f kk:holder ?holder }
  OPTIONAL {
    ?f kk:evidence ?e .
    ?e oa:hasSource ?source ; kk:textSha256 ?sha ; oa:hasSelector ?sel .
    ?sel oa:start ?start ; oa:end ?end
  }
  OPTIONAL { ?f kk:evidence ?at . ?at oa:hasSource ?document ; kk:locator ?locator }
}"""
)
_TOLD: Final = ("start", "end", "source", "sha", "document", "locator", "id", "scope", "hedge")
_READ: Final = ("f", "text", "holder", *_TOLD)
_HOME: Final = (
    _HEAD + "SELECT ?f ?g WHERE { VALUES ?f { <urn:kkgraph:given> } GRAPH ?g { ?f a kk:Finding } } "
    "ORDER BY ?f ?g"
)
_LABELS: Final = (
    _HEAD
    + """SELECT DISTINCT ?n ?l ?rank WHERE {
  { VALUES ?n { <urn:kkgraph:given> } GRAPH ?g { ?n skos:prefLabel ?l } BIND(0 AS ?rank) }
  UNION
  { VALUES ?n { <urn:kkgraph:given> } GRAPH ?h { ?n rdfs:label ?l } BIND(1 AS ?rank) }
}"""
)
_REMEMBER: Final = 200_000
_AT_ONCE: Final = 20_000
"""The rows about more nodes than these would take more memory than what is made of them."""
_GAPS: Final = (
    _HEAD
    + """SELECT * WHERE {
  VALUES ?gap { <urn:kkgraph:given> }
  ?gap a kk:KnowledgeGap ; kk:question ?q ; kk:reason ?reason ; kk:boundedBy ?f
} ORDER BY ?gap ?f"""
)

_T = TypeVar("_T")


class Reader:
    """Looks up labels and findings in a store, and remembers them until the store changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._version = store.version
        self._labels: dict[str, Text | None] = {}
        self._findings: dict[str, FindingNote | None] = {}
        self._gaps: dict[str, Gap | None] = {}

    def labels(self, iris: Iterable[str]) -> dict[str, Text]:
        """Labels by IRI and language; ``skos:prefLabel`` wins over ``rdfs:label``."""
        self._refresh()
        return self._named(set(iris))

    def _named(self, wanted: set[str]) -> dict[str, Text]:
        _learn(self._labels, wanted, self._read_labels)
        return {i: label for i in wanted if (label := self._labels[i])}

    def findings(self, iris: Iterable[str]) -> dict[str, FindingNote]:
        """What a line says about the findings it rests on, by IRI; others are left out."""
        self._refresh()
        return self._noted(set(iris))

    def _noted(self, wanted: set[str]) -> dict[str, FindingNote]:
        _learn(self._findings, wanted, self._read_findings)
        return {i: note for i in wanted if (note := self._findings[i])}

    def gaps(self, iris: list[str]) -> tuple[Gap, ...]:
        """The knowledge gaps with these IRIs, in their order, each with its nearest findings."""
        self._refresh()
        _learn(self._gaps, set(iris), self._read_gaps)
        return tuple(gap for i in iris if (gap := self._gaps[i]))

    def _read_gaps(self, wanted: list[str]) -> dict[str, Gap]:
        raw: dict[str, dict[str, Any]] = {}
        chosen = ("gap", "q", "reason", "f")
        for gap, text, reason, finding in _columns(self.store, _GAPS, wanted, chosen):
            mine = raw.setdefault(gap.value, {"q": {}, "reason": reason.value, "f": {}})
            mine["q"][text.language or "en"] = text.value
            mine["f"][finding.value] = None
        notes = self._noted({f for m in raw.values() for f in m["f"]})
        labels = self._named({m["reason"] for m in raw.values()})
        return {
            iri: Gap(
                iri=names.compact(iri),
                question=mine["q"],
                reason=names.compact(mine["reason"]),
                reason_label=labels.get(mine["reason"], {}),
                bounded_by=tuple(notes[f] for f in mine["f"] if f in notes),
            )
            for iri, mine in raw.items()
        }

    def _refresh(self) -> None:
        if self.store.version != self._version or len(self._labels) > _REMEMBER:
            self._version = self.store.version
            self._labels.clear()
            self._findings.clear()
            self._gaps.clear()

    def _read_labels(self, wanted: list[str]) -> dict[str, Text]:
        out: dict[str, dict[str, tuple[int, str]]] = {}
        for node, label, rank in _columns(self.store, _LABELS, wanted, ("n", "l", "rank")):
            lang = (label.language or "en").split("-")[0]
            mine = out.setdefault(node.value, {})
            found = int(rank.value), label.value
            mine[lang] = min(mine.get(lang, found), found)
        return {iri: {lang: text for lang, (_, text) in by.items()} for iri, by in out.items()}

    def _read_findings(self, wanted: list[str]) -> dict[str, FindingNote]:
        """The notes; of several statements or pieces of evidence the first, in whatever order."""
        raw: dict[str, _Raw] = {}
        for iri, text, holder, *told in _columns(self.store, _FINDINGS, wanted, _READ):
            mine = raw.get(iri.value)
            if mine is None:
                mine = raw[iri.value] = _Raw(told)
            elif told != mine.told:
                mine.told = min(mine.told, told, key=_rank)
            lang = text.language or "en"
            mine.text[lang] = min(mine.text.get(lang, text.value), text.value)
            if holder is not None:
                mine.holders.add(holder.value)
        homes = _columns(self.store, _HOME, wanted, ("f", "g"))
        home = {iri.value: graph.value for iri, graph in homes}
        nodes = {node for mine in raw.values() for node in mine.holders}
        nodes |= {term.value for mine in raw.values() for term in mine.told[-2:]}
        labels = {iri: (names.compact(iri), text) for iri, text in self._named(nodes).items()}
        return {i: _note(i, m, home[i], labels) for i, m in raw.items() if i in home}


def _learn(
    known: dict[str, _T | None], wanted: set[str], read: Callable[[list[str]], dict[str, _T]]
) -> None:
    """Read what is not known yet; None stands for what isn't there. An error changes nothing."""
    lacking = wanted - known.keys()
    new = _listed(lacking)
    found: dict[str, _T] = {}
    for start in range(0, len(new), _AT_ONCE):
        found |= read(new[start : start + _AT_ONCE])
    known.update(dict.fromkeys(lacking) | found)


@dataclass
class _Raw:
    """What the rows of one finding say: ``_TOLD``, its statements by language, its holders."""

    told: list[Any]
    text: dict[str, str] = field(default_factory=dict)
    holders: set[str] = field(default_factory=set)


def _rank(told: list[Any]) -> list[tuple[int, str]]:
    """What puts the rows of one finding into an order: numbers by size, as all are whole."""
    return [(0, "") if term is None else (len(term.value), term.value) for term in told]


def _note(iri: str, mine: _Raw, graph: str, labels: dict[str, tuple[str, Text]]) -> FindingNote:
    told: list[Any] = [None if term is None else term.value for term in mine.told]
    start, end, source, sha, document, locator, number, *nodes = told
    name = number if iri == names.KKD + number else names.slug(iri)
    (scope, scope_label), (hedge, hedge_label), *holders = (
        labels.get(node) or (names.compact(node), {}) for node in (*nodes, *sorted(mine.holders))
    )
    return FindingNote(
        id=name,
        iri=iri,
        statement=mine.text,
        scope=scope,
        scope_label=scope_label,
        hedge=hedge,
        hedge_label=hedge_label,
        holders=tuple(holders),
        graph=names.compact(graph),
        evidence=None if start is None else Evidence(name, source, int(start), int(end), sha),
        reference=None if locator is None else Reference(name, document, locator),
    )


def _columns(
    store: Store, query: str, wanted: list[str], chosen: Sequence[str]
) -> Iterable[tuple[Any, ...]]:
    """The terms of some variables, for each solution; None where one is unbound."""
    result = query_about(store, query, wanted, Limits(max_rows=None))
    place = {name: at for at, name in enumerate(result.variables)}
    return map(itemgetter(*(place[name] for name in chosen)), result.rows)


def _listed(iris: Iterable[str]) -> list[str]:
    return sorted(i for i in set(iris) if sparql.is_iri(i))
