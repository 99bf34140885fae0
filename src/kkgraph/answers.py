"""Answering: a stored question run on a store; cells labelled, findings and gaps attached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names, sparql
from kkgraph.errors import QuestionError
from kkgraph.model import (
    Answer,
    Cell,
    Column,
    Evidence,
    FindingNote,
    Gap,
    Question,
    Reference,
    Row,
    Text,
    in_language,
)
from kkgraph.store import Limits, Store
from kkgraph.store.base import query_about
from kkgraph.tables import Table

_XSD: Final = names.PREFIXES["xsd"]
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
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_REMEMBER: Final = 200_000
_WHOLE: Final = slice(None)
_GAPS: Final = (
    _HEAD
    + """SELECT * WHERE {
  VALUES ?gap { <urn:kkgraph:given> }
  ?gap a kk:KnowledgeGap ; kk:question ?q ; kk:reason ?reason ; kk:boundedBy ?f
} ORDER BY ?gap ?f"""
)


def answer(reader: Reader, question: Question, bound: str, lang: str, limits: Limits) -> Table:
    """The table of a stored question whose parameters are already bound in ``bound``."""
    return arranged(reader, question, reader.store.query(bound, limits), lang)


def arranged(
    reader: Reader, question: Question, result: Answer, lang: str, part: slice = _WHOLE
) -> Table:
    """The table of a stored question from its result; ``QuestionError`` bad-header if it lacks a
    column.

    Only the rows of ``part`` become lines, and only for these is anything looked up; the gaps are
    those of all rows.
    """
    known = set(result.variables)
    missing = [c.name for c in question.columns if c.name not in known]
    if missing:
        raise QuestionError(
            "bad-header",
            f"the query has no variable for the column {', '.join(missing)}",
            where=question.where or question.id,
            hint=f"It selects: {', '.join(result.variables)}.",
        )
    return tabulate(reader, result, question.columns, lang, question=question, part=part)


def tabulate(  # noqa: PLR0913
    reader: Reader,
    result: Answer,
    columns: tuple[Column, ...],
    lang: str,
    *,
    question: Question | None = None,
    part: slice = _WHOLE,
) -> Table:
    """A result as a table: labels in ``lang`` (else English), findings and gaps looked up.

    ``part`` as in ``arranged``.
    """
    place = {name: i for i, name in enumerate(result.variables)}
    named = [t for c in columns if c.type == "gap" for t in (r[place[c.name]] for r in result.rows)]
    gap_iris = [t.value for t in named if isinstance(t, ox.NamedNode)]
    gap_iris += (names.expand(g) for g in (question.gaps if question else ()))
    gaps = reader.gaps(list(dict.fromkeys(gap_iris)))
    shown = result.rows[part]
    terms = {c.name: [r[place[c.name]] for r in shown] for c in columns}
    notes = reader.findings(_iris(terms, columns, "finding"))
    nodes = {
        t.value
        for c in columns
        for t in terms[c.name]
        if isinstance(t, ox.NamedNode) and c.type not in ("finding", "gap")
    }
    labels = reader.labels(nodes)
    texts = {names.expand(g.iri): g.question for g in gaps} | labels
    made: dict[tuple[str, Any], Cell] = {}
    rows = []
    for number in range(len(shown)):
        cells: dict[str, Cell] = {}
        found: list[FindingNote] = []
        for column in columns:
            term = terms[column.name][number]
            cell = made.get((column.type, term))
            if cell is None:
                cell = made[column.type, term] = _cell(column, term, lang, texts, notes)
            cells[column.name] = cell
            if column.type == "finding" and isinstance(term, ox.NamedNode) and term.value in notes:
                found.append(notes[term.value])
        rows.append(Row(cells, _once(found)))
    return Table(columns, tuple(rows), lang, question, result.truncated, gaps)


def free_table(reader: Reader, result: Answer, lang: str) -> Table:
    """A table of any result: each variable a column, nodes labelled where labels exist.

    A truth value gives one cell, ``answer``; triples give subject, predicate and object.
    """
    if result.truth is not None:
        cell = ox.Literal(result.truth)
        result = Answer(("answer",), ((cell,),), truth=result.truth)
    elif result.triples is not None:
        triples = tuple((t.subject, t.predicate, t.object) for t in result.triples)
        names = ("subject", "predicate", "object")
        result = Answer(names, triples, triples=result.triples, truncated=result.truncated)
    columns = tuple(Column(v, "term", {"en": v}) for v in result.variables)
    table = tabulate(reader, result, columns, lang)
    return replace(table, answer=result)


class Reader:
    """Looks up labels and findings in a store, and remembers them until the store changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._version = store.version
        self._labels: dict[str, Text] = {}
        self._findings: dict[str, FindingNote | None] = {}
        self._gaps: dict[str, Gap | None] = {}

    def labels(self, iris: Iterable[str]) -> dict[str, Text]:
        """Labels by IRI and language; ``skos:prefLabel`` wins over ``rdfs:label``."""
        self._refresh()
        wanted = set(iris)
        if new := _listed(wanted - self._labels.keys()):
            self._labels |= {iri: {} for iri in wanted - self._labels.keys()}
            self._labels |= self._read_labels(new)
        return {i: self._labels[i] for i in wanted if self._labels.get(i)}

    def findings(self, iris: Iterable[str]) -> dict[str, FindingNote]:
        """What a line says about the findings it rests on, by IRI; others are left out."""
        self._refresh()
        wanted = set(iris)
        if new := _listed(wanted - self._findings.keys()):
            self._findings |= dict.fromkeys(wanted - self._findings.keys())
            self._findings |= self._read_findings(new)
        return {i: note for i in wanted if (note := self._findings.get(i))}

    def gaps(self, iris: list[str]) -> tuple[Gap, ...]:
        """The knowledge gaps with these IRIs, in their order, each with its nearest findings."""
        self._refresh()
        if new := _listed(set(iris) - self._gaps.keys()):
            self._gaps |= dict.fromkeys(set(iris) - self._gaps.keys())
            self._gaps |= self._read_gaps(new)
        return tuple(gap for i in iris if (gap := self._gaps.get(i)))

    def _read_gaps(self, wanted: list[str]) -> dict[str, Gap]:
        raw: dict[str, dict[str, Any]] = {}
        for row in _rows(self.store, _GAPS, wanted):
            mine = raw.setdefault(
                row["gap"].value, {"q": {}, "reason": row["reason"].value, "f": {}}
            )
            mine["q"][row["q"].language or "en"] = row["q"].value
            mine["f"][row["f"].value] = None
        notes = self.findings({f for m in raw.values() for f in m["f"]})
        labels = self.labels({m["reason"] for m in raw.values()})
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
        for row in _rows(self.store, _LABELS, wanted):
            label = row["l"]
            lang = (label.language or "en").split("-")[0]
            mine = out.setdefault(row["n"].value, {})
            found = int(row["rank"].value), label.value
            mine[lang] = min(mine.get(lang, found), found)
        return {iri: {lang: text for lang, (_, text) in by.items()} for iri, by in out.items()}

    def _read_findings(self, wanted: list[str]) -> dict[str, FindingNote]:
        """The notes; of several statements or pieces of evidence the first, in whatever order."""
        raw: dict[str, dict[str, Any]] = {}
        for row in _rows(self.store, _FINDINGS, wanted):
            text, holder = row.pop("text"), row.pop("holder", None)
            mine = raw.setdefault(row["f"].value, {"text": {}, "holders": set(), "row": row})
            mine["row"] = min(mine["row"], row, key=_rank)
            lang = text.language or "en"
            mine["text"][lang] = min(mine["text"].get(lang, text.value), text.value)
            if holder is not None:
                mine["holders"].add(holder.value)
        home = {row["f"].value: row["g"].value for row in _rows(self.store, _HOME, wanted)}
        nodes = {n for m in raw.values() for n in m["holders"]}
        nodes |= {m["row"][k].value for m in raw.values() for k in ("scope", "hedge")}
        labels = self.labels(nodes)
        return {i: _note(i, m, home[i], labels) for i, m in raw.items() if i in home}


def _rank(row: dict[str, Any]) -> list[tuple[int, str]]:
    """What puts the rows of one finding into an order: numbers by size, as all are whole."""
    told = (row.get(name) for name in _TOLD)
    return [(0, "") if term is None else (len(term.value), term.value) for term in told]


def _note(iri: str, mine: dict[str, Any], graph: str, labels: dict[str, Text]) -> FindingNote:
    row = mine["row"]
    number = row["id"].value
    name = number if iri == names.KKD + number else names.slug(iri)
    evidence = reference = None
    if row.get("start") is not None:
        evidence = Evidence(
            name,
            row["source"].value,
            int(row["start"].value),
            int(row["end"].value),
            row["sha"].value,
        )
    if row.get("locator") is not None:
        reference = Reference(name, row["document"].value, row["locator"].value)
    scope, hedge = row["scope"].value, row["hedge"].value
    return FindingNote(
        id=name,
        iri=iri,
        statement=mine["text"],
        scope=names.compact(scope),
        scope_label=labels.get(scope, {}),
        hedge=names.compact(hedge),
        hedge_label=labels.get(hedge, {}),
        holders=tuple((names.compact(h), labels.get(h, {})) for h in sorted(mine["holders"])),
        graph=names.compact(graph),
        evidence=evidence,
        reference=reference,
    )


def _cell(
    column: Column,
    term: Any,
    lang: str,
    texts: dict[str, Text],
    notes: dict[str, FindingNote],
) -> Cell:
    if term is None:
        return Cell(None)
    if isinstance(term, ox.NamedNode):
        if column.type == "finding" and term.value in notes:
            note = notes[term.value]
            return Cell(note.id, term.value, in_language(note.statement, lang))
        label = in_language(texts.get(term.value, {}), lang) or None
        plain = term.value if column.type == "term" else names.slug(term.value)
        return Cell(plain, term.value, label)
    if isinstance(term, ox.Literal):
        return Cell(_plain(term))
    return Cell(str(term))


def _plain(term: ox.Literal) -> Any:
    kind, text = term.datatype.value, term.value
    try:
        if kind == _XSD + "integer":
            return int(text)
        if kind in (_XSD + "decimal", _XSD + "double"):
            return float(text)
    except ValueError:
        return text  # ill-typed: the text is all there is
    if kind == _XSD + "boolean":
        return _TRUTH.get(text, text)
    return text


def _rows(store: Store, query: str, wanted: list[str]) -> Iterable[dict[str, Any]]:
    result = query_about(store, query, wanted, Limits(max_rows=None))
    for row in result.rows:
        yield dict(zip(result.variables, row, strict=True))


def _listed(iris: Iterable[str]) -> list[str]:
    return sorted(i for i in set(iris) if sparql.is_iri(i))


def _iris(terms: dict[str, list[Any]], columns: tuple[Column, ...], kind: str) -> list[str]:
    return list(
        dict.fromkeys(
            t.value
            for c in columns
            if c.type == kind
            for t in terms[c.name]
            if isinstance(t, ox.NamedNode)
        )
    )


def _once(found: list[FindingNote]) -> tuple[FindingNote, ...]:
    return tuple({n.iri: n for n in found}.values())
