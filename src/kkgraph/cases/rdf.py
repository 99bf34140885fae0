"""RDF files read as a case: every triple with the line and column where its object stands.

No parser says where a triple stands, so the text is walked a second time. The parser alone says
which triples there are; a place is given only where the walk found exactly the same ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.cases import trees
from kkgraph.cases.records import Case, Place
from kkgraph.cases.spelling import slug
from kkgraph.cases.tokens import Lines, Unsure
from kkgraph.cases.walking import Anonymous, Stated, walk
from kkgraph.names import CASE_PREFIX

_BY_LINE: Final = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_WALKED: Final = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, *_BY_LINE)
_MOST_BYTES: Final = 64 * 2**20
"""Texts above this size get no places: bulk validation is the way for them."""
Out = dict[Any, list[tuple[str, Any]]]


def read_rdf(path: Path, *, lazily: bool = False) -> Case:
    """The case of an RDF file, in any format of ``turtle.FORMATS``.

    Origins are exact to the line and column in Turtle, TriG, N-Triples and N-Quads. In JSON-LD and
    RDF/XML they are those of the value or else of its subject, where these are certain, and the
    file otherwise. ``lazily`` puts finding them off until ``Case.located``. Raises ``SourceError``
    as ``turtle.parse_file`` does.
    """
    kind = turtle.format_of(path)
    data = turtle.read_bytes(path)
    quads = turtle.parse(data, kind, where=str(path), rename_blank_nodes=False)
    case = Case(str(path), _slug(quads, path))
    fresh: dict[Any, ox.BlankNode] = defaultdict(ox.BlankNode)

    def own(term: Any) -> Any:
        return fresh[term] if isinstance(term, ox.BlankNode) else term

    case.triples = [
        ox.Triple(own(t.subject), t.predicate, own(t.object))
        for t in dict.fromkeys(ox.Triple(q.subject, q.predicate, q.object) for q in quads)
    ]
    case.locate = lambda: _locate(case, _placed(data, kind, quads, str(path)), own)
    return case if lazily else case.located()


def _locate(case: Case, places: trees.Places, own: Callable[[Any], Any]) -> None:
    """Fill in where the triples and nodes of a case stand."""
    nodes = {name_of(own(node)): place for node, place in places.nodes.items()}
    whole = Place(case.source)
    for known, found in places.triples.items():
        triple = ox.Triple(own(known.subject), known.predicate, own(known.object))
        case.origins[triple] = tuple(dict.fromkeys(found))
    fields: dict[tuple[str, str], dict[Place, None]] = defaultdict(dict)
    for triple in case.triples:
        name = name_of(triple.subject)
        place = case.nodes.setdefault(name, nodes.get(name, whole))
        origin = case.origins.setdefault(triple, (place,))
        fields[name, triple.predicate.value].update(dict.fromkeys(origin))
    case.fields.update((key, tuple(found)) for key, found in fields.items())


def name_of(term: Any) -> str:
    """The key of a node in ``Case.nodes`` and ``fields``: its IRI, or ``_:`` and its label."""
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(term.value)


def _slug(quads: list[ox.Quad], path: Path) -> str:
    """The slug of the one case graph that the file names; else one of the file's own name."""
    named = {g for q in quads if (g := turtle.graph_of(q)).startswith(CASE_PREFIX)}
    return named.pop()[len(CASE_PREFIX) :] if len(named) == 1 else slug(path.stem) or "case"


def _placed(data: bytes, kind: ox.RdfFormat, quads: list[ox.Quad], file: str) -> trees.Places:
    """Where triples and nodes stand; nothing where that is not certain."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return trees.Places()
    if len(data) > _MOST_BYTES:
        return trees.Places()
    try:
        if kind in _WALKED:
            text = text.removeprefix("\ufeff")
            stated = walk(text, base=turtle.BASE, lines=kind in _BY_LINE)
            return _matched(stated, quads, Lines(text), file)
        if kind == ox.RdfFormat.JSON_LD:
            return trees.in_json(text, quads, file)
        return trees.in_xml(data, quads, file)
    except (Unsure, ValueError, RecursionError):  # a term that only the parser takes
        return trees.Places()


def _matched(stated: list[Stated], quads: list[ox.Quad], lines: Lines, file: str) -> trees.Places:
    """The places of a walk whose triples are those of the parser, blank nodes paired."""
    pairs = _paired(stated, quads)
    found = trees.Places()
    seen: Counter[ox.Triple] = Counter()
    for s in stated:
        triple = ox.Triple(
            pairs.get(s.subject, s.subject), s.predicate, pairs.get(s.object, s.object)
        )
        seen[triple] += 1
        line, column = lines.at(s.at)
        found.triples[triple].append(Place(file, line=line, column=column))
        line, column = lines.at(s.subject_at)
        found.nodes.setdefault(triple.subject, Place(file, line=line, column=column))
    if seen != Counter(ox.Triple(q.subject, q.predicate, q.object) for q in quads):
        raise Unsure("the walk and the parser differ")
    return found


def _paired(stated: list[Stated], quads: list[ox.Quad]) -> dict[Any, Any]:
    """The parser's blank node for each anonymous one of the walk.

    An anonymous node stands in one place of the text, so these nodes form trees. Two are the same
    where their trees are; among equals (which nothing tells apart) the order of the text decides.
    """
    labels = {t for s in stated for t in (s.subject, s.object) if isinstance(t, ox.BlankNode)}
    ids: dict[Any, int] = {}
    ours = _Trees(((s.subject, s.predicate.value, s.object) for s in stated), _is_ours, ids)
    theirs = _Trees(
        ((q.subject, q.predicate.value, q.object) for q in quads),
        lambda t: isinstance(t, ox.BlankNode) and t not in labels,
        ids,
    )
    pairs: dict[Any, Any] = {}
    todo = [(ours.roots(), theirs.roots())]
    while todo:
        mine, their = todo.pop()
        for key, nodes in mine.items():
            others = their.get(key, [])
            if len(nodes) != len(others):
                raise Unsure("blank nodes")
            for node, other in zip(nodes, others, strict=True):
                pairs[node] = other
                todo.append((ours.children(node), theirs.children(other)))
    return pairs


def _is_ours(term: Any) -> bool:
    return isinstance(term, Anonymous)


class _Trees:
    """The trees of anonymous nodes among some triples, each with a number for what it is."""

    def __init__(
        self,
        triples: Iterable[tuple[Any, str, Any]],
        anonymous: Callable[[Any], bool],
        ids: dict[Any, int],
    ) -> None:
        self._out: Out = defaultdict(list)
        self._top: dict[Any, None] = {}
        self._entries: list[tuple[Any, str, Any]] = []
        self._anonymous = anonymous
        inner = set()
        for subject, predicate, value in triples:
            if anonymous(subject):
                self._out[subject].append((predicate, value))
                self._top.setdefault(subject)
            if anonymous(value):
                if value in inner:
                    raise Unsure("an anonymous node in two places")
                inner.add(value)
                self._top.setdefault(value)
                if not anonymous(subject):
                    self._entries.append((subject, predicate, value))
        self._kinds = self._numbered(ids)
        self._order = {node: n for n, node in enumerate(self._top)}
        for node in inner:
            self._top.pop(node, None)

    def _numbered(self, ids: dict[Any, int]) -> dict[Any, int]:
        """For each node the number of its tree: equal trees have the same one."""
        kinds: dict[Any, int] = {}
        entered = set()
        for start in self._top:
            trail = [start]
            while trail:
                node = trail[-1]
                todo = [v for _, v in self._out.get(node, ()) if self._anonymous(v)]
                todo = [v for v in todo if v not in kinds]
                if node not in kinds and todo:
                    if node in entered:
                        raise Unsure("a circle of anonymous nodes")
                    entered.add(node)
                    trail += todo
                    continue
                trail.pop()
                edges = [(p, kinds.get(v, v)) for p, v in self._out.get(node, ())]
                tree = frozenset(Counter(edges).items())
                kinds[node] = ids.setdefault(tree, len(ids))
        return kinds

    def roots(self) -> dict[Any, list[Any]]:
        """The nodes that a named node or nothing leads to, by where they hang and what they are."""
        found: dict[Any, list[Any]] = defaultdict(list)
        for node in self._top:
            found[None, None, self._kinds[node]].append(node)
        for subject, predicate, node in self._entries:
            found[subject, predicate, self._kinds[node]].append(node)
        return self._sorted(found)

    def children(self, node: Any) -> dict[Any, list[Any]]:
        """The anonymous nodes below a node, in the same way."""
        found: dict[Any, list[Any]] = defaultdict(list)
        for predicate, value in self._out.get(node, ()):
            if self._anonymous(value):
                found[predicate, self._kinds[value]].append(value)
        return self._sorted(found)

    def _sorted(self, found: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
        return {key: sorted(nodes, key=self._order.__getitem__) for key, nodes in found.items()}
