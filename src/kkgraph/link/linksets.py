"""The link graphs of a store: put in whole, listed, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import __version__, matching, names, sparql, turtle
from kkgraph.errors import LinkError
from kkgraph.link import linkgraph, mappings
from kkgraph.link.authorities import background, checked
from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side
from kkgraph.link.register import named
from kkgraph.link.sssom import MANUAL, UNSPECIFIED_LICENCE, Form
from kkgraph.model import Problem
from kkgraph.store import Limits, Store

_ALL: Final = Limits(max_rows=None)
_COUNTED: Final = """SELECT ?o (COUNT(?d) AS ?n) { GRAPH %s { ?d kk:linkOutcome ?o } }
GROUP BY ?o"""
_ABOUT: Final = """SELECT ?title ?made (COUNT(?d) AS ?reviewed) { GRAPH %s {
  %s dcterms:title ?title ; dcterms:created ?made .
  OPTIONAL { ?d kk:decidedBecause "reviewed" } } } GROUP BY ?title ?made"""


@dataclass(frozen=True, slots=True)
class LinkSet:
    """A link graph of a store, with how many decisions of each outcome it has."""

    name: str
    title: str
    made: str
    linked: int
    ambiguous: int
    none: int
    reviewed: int

    @property
    def graph(self) -> str:
        """The IRI of its graph."""
        return names.LINKS_PREFIX + self.name

    def as_dict(self) -> dict[str, Any]:
        """The set as a JSON object."""
        return {k: getattr(self, k) for k in ("name", "graph", *self.__slots__[1:])}


@dataclass(frozen=True, slots=True)
class Put:
    """What came of putting a link graph into a store; nothing was put where there are problems."""

    name: str
    replaced: bool
    triples: int
    problems: tuple[Problem, ...]


def put(store: Store, linking: Linking, form: Form) -> Put:
    """Put a linking into ``kkg:links-<name>`` in place of an older one, whole or not at all."""
    named(form.name, "--name")
    return _put(store, form.name, list(linkgraph.quads(linking, form)), form.graph)


def load(store: Store, path: Path, name: str = "") -> Put:
    """Put the links of a file into their graph: SSSOM/TSV, or a link graph as RDF.

    ``name`` is the set's name, that which the file says if none is given. Raises ``LinkError``:
    no-links (the file has no link decisions), several-graphs, bad-sssom, bad-name.
    """
    if path.suffix.lower() == ".tsv":
        found = mappings.read(path)
        linking, form = of_mappings(found, path, name)
        return put(store, linking, form)
    quads = turtle.parse_file(path)
    graph = _graph(quads, path)
    called = named(name or graph.removeprefix(names.LINKS_PREFIX), str(path))
    if name and names.LINKS_PREFIX + name != graph:
        old, new = ox.NamedNode(graph), ox.NamedNode(names.LINKS_PREFIX + name)
        quads = [
            ox.Quad(new if q.subject == old else q.subject, q.predicate, q.object) for q in quads
        ]
    return _put(store, called, quads, str(path))


def _put(store: Store, name: str, quads: Sequence[ox.Quad], where: str) -> Put:
    graph = names.LINKS_PREFIX + name
    there = graph in store.graphs()
    problems = checked(quads, background(store), where)
    triples = list(dict.fromkeys(q.triple for q in quads))
    if not problems:
        store.put_graphs({graph: triples})
    return Put(name, there, len(triples), problems)


def _graph(quads: Sequence[ox.Quad], path: Path) -> str:
    """The link graph that a file is: the set it describes, which is that of its quads."""
    typed = [q for q in quads if q.predicate.value == names.RDF_TYPE]
    if not any(turtle.object_of(q) == names.KK + "LinkDecision" for q in typed):
        raise LinkError(
            "no-links",
            "there are no link decisions in this file",
            where=str(path),
            hint="Load what kkgraph link wrote: a .sssom.tsv, .trig or .ttl file.",
        )
    linkset = names.expand("void:Linkset")
    sets = {turtle.subject_of(q) for q in typed if turtle.object_of(q) == linkset}
    homes = {g for q in quads if (g := turtle.graph_of(q))}
    if len(sets) != 1 or not homes <= sets or not next(iter(sets)).startswith(names.LINKS_PREFIX):
        raise LinkError(
            "several-graphs",
            f"one set of links is wanted, and there are {len(sets)} in {len(homes) or 1} graphs",
            where=str(path),
            hint="A file holds one void:Linkset, kkg:links-<name>, and its triples.",
        )
    return sets.pop()


def of_mappings(found: mappings.MappingSet, path: Path, name: str) -> tuple[Linking, Form]:
    """A linking made of an SSSOM file's mappings, each a link that the file vouches for.

    A mapping without a confidence is held for sure, as the standard has it. Raises ``LinkError``
    mixed-predicates where matches of concepts and of things stand in one file, twice-linked
    where an entry has two targets.
    """
    skos = names.PREFIXES["skos"]
    concepts = {m.predicate.startswith(skos) for m in found.mappings}
    if len(concepts) > 1:
        raise LinkError(
            "mixed-predicates",
            "matches of concepts and of other things stand in one file",
            where=str(path),
            hint="Make two files of it.",
        )
    seen: dict[str, str] = {}
    decisions = []
    for item in found.mappings:
        if item.subject in seen:
            raise LinkError(
                "twice-linked",
                f"{names.compact(item.subject)} has a mapping in {seen[item.subject]} already",
                where=item.where,
                hint="An entry has one counterpart: keep one of the mappings.",
            )
        seen[item.subject] = item.where
        decisions.append(_decision(item))
    called = named(name or _name_of(found.id, path), str(path))
    sides = [_side(found, end, path) for end in ("subject", "object")]
    made = f"{found.about.get('mapping_date') or '1970-01-01'}T00:00:00Z"
    version = str(found.about.get("mapping_tool_version") or __version__)
    reviewer = next((m.author for m in found.mappings if m.author), "")
    linking = Linking(sides[0], sides[1], tuple(decisions), 0.0, version, made, reviewer=reviewer)
    licence = str(found.about.get("license") or UNSPECIFIED_LICENCE)
    return linking, Form(called, concepts == {True}, licence)


def _name_of(identifier: str, path: Path) -> str:
    if identifier.startswith(names.LINKS_PREFIX):
        return identifier.removeprefix(names.LINKS_PREFIX)
    return path.name.lower().partition(".")[0].replace("_", "-")


def _side(found: mappings.MappingSet, end: str, path: Path) -> Side:
    source = str(found.about.get(f"{end}_source") or path.name)
    slug = source.rpartition(":")[2].removeprefix("source-").lower()
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in slug).strip("-")
    version = str(found.about.get(f"{end}_source_version") or "")
    digest = version.removeprefix("sha256:") if version.startswith("sha256:") else ""
    return Side(kept or end, source, source, digest)


def _decision(item: mappings.Mapped) -> Decision:
    by_hand = item.justification == MANUAL
    entry = Entry(item.subject, item.where, item.subject_label, iri=item.subject)
    why = "reviewed" if by_hand else "certain"
    if not item.object:
        return Decision(entry, "none", (), why, item.comment)
    target = Entry(item.object, item.where, item.object_label, iri=item.object)
    score = 1.0 if item.confidence is None else item.confidence
    reasons = (Reason("name", "agrees", item.comment),) if item.comment and not by_hand else ()
    remark = item.comment if by_hand else ""
    return Decision(entry, "linked", (Candidate(target, score, reasons),), why, remark)


def listed(store: Store) -> list[LinkSet]:
    """The link graphs of a store, by name."""
    graphs = (g for g in store.graphs() if g.startswith(names.LINKS_PREFIX))
    return [_read(store, g) for g in graphs]


def _read(store: Store, graph: str) -> LinkSet:
    node = sparql.iri(graph)
    counts = {o.value: int(n.value) for o, n in store.query(_COUNTED % node, _ALL).rows}
    rows = store.query(_ABOUT % (node, node), _ALL).rows
    title, made, reviewed = rows[0] if rows else (None, None, None)
    linked, ambiguous, none = (counts.get(names.expand(o), 0) for o in linkgraph.OUTCOMES.values())
    return LinkSet(
        graph.removeprefix(names.LINKS_PREFIX),
        title.value if title is not None else "",
        made.value if made is not None else "",
        linked,
        ambiguous,
        none,
        int(reviewed.value) if reviewed is not None else 0,
    )


def remove(store: Store, name: str) -> int:
    """How many triples a link graph had; it is gone afterwards. ``LinkError`` unknown-links."""
    known = [s.name for s in listed(store)]
    name = name.strip().removeprefix("kkg:links-").removeprefix(names.LINKS_PREFIX)
    if name not in known:
        there = f"There are: {', '.join(known)}." if known else "None is stored: kkgraph link load"
        raise LinkError(
            "unknown-links",
            f'there are no links "{name}"',
            where="links",
            hint=matching.did_you_mean(name, known) + there,
        )
    graph = names.LINKS_PREFIX + name
    count = sum(1 for _ in store.quads([graph]))
    store.drop_graph(graph)
    return count
