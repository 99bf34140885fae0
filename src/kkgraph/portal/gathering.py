"""The datasets of a publication: what each is called, holds, covers and rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases import shelf
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import Text
from kkgraph.names import KK, KKD, KKG
from kkgraph.portal import counting
from kkgraph.portal.counting import Contents
from kkgraph.portal.records import Dataset, Distribution, Kind
from kkgraph.portal.selecting import Selection
from kkgraph.portal.wording import KEYWORDS, join, say
from kkgraph.store import Limits

GRAPH: Final = "kkgraph"
ONTOLOGY: Final = "kkgraph-ontology"
_DCT: Final = names.PREFIXES["dcterms"]
_ARTICLE: Final = KKD + "study-article"


@dataclass(frozen=True)
class Portion:
    """A dataset's slug and kind, and the quads that it is made of, to be read again and again."""

    slug: str
    kind: Kind
    quads: Iterable[ox.Quad]


def parts(selection: Selection) -> list[tuple[str, Kind, tuple[str, ...]]]:
    """What is published as datasets, each with its graphs: the whole, the ontology, each case,
    each graph of links.
    """
    found: list[tuple[str, Kind, tuple[str, ...]]] = [
        (GRAPH, "graph", selection.graphs),
        (ONTOLOGY, "ontology", ("ontology",)),
    ]
    found += [(f"case-{c}", "case", (f"case-{c}", f"context-{c}")) for c in selection.cases]
    return found + [(g, "links", (g,)) for g in selection.links]


def portions(selection: Selection, quads: Sequence[ox.Quad]) -> list[Portion]:
    """The datasets with their quads."""

    def of(*graphs: str) -> tuple[ox.Quad, ...]:
        wanted = {KKG + g for g in graphs}
        return tuple(q for q in quads if getattr(q.graph_name, "value", "") in wanted)

    return [
        Portion(slug, kind, tuple(quads) if kind == "graph" else of(*graphs))
        for slug, kind, graphs in parts(selection)
    ]


class Gatherer:
    """Describes datasets of a graph; ``labelled`` is the graph that knows the labels."""

    def __init__(self, graph: KnowledgeGraph, labelled: KnowledgeGraph, *, date: str) -> None:
        self.graph = graph
        self.labelled = labelled
        self.date = date

    def dataset(
        self,
        portion: Portion,
        distributions: Iterable[Distribution],
        *,
        problems: int = 0,
        study: bool = True,
        contents: Contents | None = None,
    ) -> Dataset:
        """The record of a dataset with its files; ``contents`` stand for quads not at hand."""
        held = contents or counting.Listed(tuple(portion.quads))
        counts = held.statistics(KK if portion.kind == "ontology" else KKD)
        number = dict(counts.classes)
        more: dict[str, Any] = {
            "graph": self._whole, "case": self._case, "ontology": self._ontology,
            "links": self._links,
        }[portion.kind](portion.slug, held, number.get(KK + "Finding", 0))  # fmt: skip
        marks = [more.pop("description")]
        hidden = number.get(KK + "AnonymousCaseGroup", 0)
        if hidden:
            marks.append(say("unnamed_one" if hidden == 1 else "unnamed", n=hidden))
        problems = more.pop("problems", 0) or problems
        if problems:
            marks.append(say("problems", n=problems))
        if portion.kind == "graph" and not study:
            more["sources"] = ()
        return Dataset(
            slug=portion.slug,
            kind=portion.kind,
            description=join(*marks),
            modified=more.pop("modified", self.date),
            keywords=KEYWORDS,
            statistics=counts,
            distributions=tuple(distributions),
            unnamed=hidden,
            problems=problems,
            **more,
        )

    def sources(self, data: Dataset) -> Text:
        """What a dataset rests on, in words."""
        labels = self.labelled.reader.labels(set(data.sources))
        found = [labels.get(s, {}) for s in data.sources]
        if not any(found):
            return say("graph")
        return {
            lang: "; ".join(t.get(lang) or t.get("en", "") for t in found if t)
            for lang in ("en", "th")
        }

    def _whole(self, slug: str, held: Contents, findings: int) -> dict[str, Any]:
        context = held.triples("context")
        return {
            "title": say("graph"),
            "description": say("about_graph", n=findings),
            "sources": (_ARTICLE,),
            "temporal": self._temporal("study"),
            "spatial": self._spatial("study"),
            "linksets": counting.linksets("links-context", context),
        }

    def _case(self, slug: str, held: Contents, findings: int) -> dict[str, Any]:
        case = shelf.read(self.graph.reader, slug.removeprefix("case-"), whole=False)
        name: Text = next((t for _, t in case.studies if t), {}) or {"en": case.slug}
        return {
            "title": say("case", name=name),
            "description": say("about_case", name=name, n=findings),
            "sources": tuple(i for i, _ in (*case.known_through, *case.studies)),
            "modified": case.loaded[:10] or self.date,
            "problems": case.problems,
            "temporal": self._temporal(slug),
            "spatial": self._spatial(slug),
        }

    def _ontology(self, slug: str, held: Contents, findings: int) -> dict[str, Any]:
        head = ox.NamedNode(names.ONTOLOGY_IRI)
        changed = [
            t.object.value
            for t in held.triples("ontology")
            if t.subject == head and t.predicate.value == names.expand("dcterms:modified")
            and isinstance(t.object, ox.Literal)
        ]  # fmt: skip
        return {
            "title": say("ontology"),
            "description": say("about_ontology"),
            "modified": max(changed, default=self.date),
        }

    def _links(self, slug: str, held: Contents, findings: int) -> dict[str, Any]:
        triples = held.triples(slug)
        found = counting.linksets(slug, triples)
        node = ox.NamedNode(KKG + slug)
        about = {
            t.predicate.value: t.object.value
            for t in triples
            if t.subject == node and isinstance(t.object, ox.NamedNode | ox.Literal)
        }
        name = about.get(_DCT + "title") or slug.removeprefix("links-")
        return {
            "title": say("links", name=name),
            "description": say("about_links", n=sum(s.triples for s in found)),
            "modified": about.get(_DCT + "created", "")[:10] or self.date,
            "licence": about.get(_DCT + "license", ""),
            "linksets": found,
        }

    def _spatial(self, graph: str) -> tuple[str, ...]:
        """Territories of the named bodies that findings are claimed for, and places so claimed."""
        rows = self.labelled.store.query(
            f"""SELECT DISTINCT ?place {{
              GRAPH <{KKG}{graph}> {{ ?f a kk:Finding ; kk:scope ?scope }}
              {{ ?scope kk:governs ?place }} UNION
              {{ ?scope a dcterms:Location BIND(?scope AS ?place) }} }} ORDER BY ?place""",
            Limits(max_rows=None),
        ).rows
        return tuple(str(p.value) for (p,) in rows)

    def _temporal(self, graph: str) -> tuple[str, str] | None:
        """The first start and the last end of the periods that a study's fieldwork is given."""
        rows = self.labelled.store.query(
            f"""SELECT (MIN(STR(?start)) AS ?first) (MAX(STR(?end)) AS ?last) {{
              GRAPH <{KKG}{graph}> {{ ?f a kk:Finding ; kk:claim kkd:claim-has-period ;
                kk:scope ?study ; kk:value ?p . ?p a kk:Period ; kk:start ?start ; kk:end ?end }}
              ?study a kk:Study }}""",
            Limits(max_rows=None),
        ).rows
        ((first, last),) = rows or ((None, None),)
        return (first.value, last.value) if first is not None and last is not None else None
