"""Generated pages of the documentation: the stored questions and the ontology's terms.

``python -m kkgraph.pages docs/`` writes ``questions.md`` and ``terms.md``; the same files always
give the same pages, and a test compares them with what is on disk.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import __version__, catalogue, files, names, questions, turtle
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import Gap, Question
from kkgraph.reasoning import manchester

SECTIONS: Final[dict[str, str]] = {
    "research-question": "Research questions · คำถามวิจัย",
    "cases": "The cases · กรณีศึกษา",
    "tendency": "Tendencies · แนวโน้ม",
    "causes": "Causes · สาเหตุ",
    "beliefs": "Beliefs · ความเชื่อ",
    "expectations": "Expectations · ความคาดหวัง",
    "theme-1": "Theme 1: forms of digital technology · รูปแบบเทคโนโลยีดิจิทัล",
    "theme-2": "Theme 2: services in digital transition · บริการที่เปลี่ยนผ่านสู่ดิจิทัล",
    "theme-3": "Theme 3: actors and collaboration · ตัวแสดงและความร่วมมือ",
    "concepts": "Concepts and definitions · แนวคิดและบทนิยาม",
    "barriers": "Barriers · อุปสรรค",
    "enablers": "Enablers · ปัจจัยเอื้อ",
    "recommendations": "Recommendations · ข้อเสนอแนะ",
    "method": "Method and provenance · วิธีวิจัยและที่มา",
    "comparison": "Comparison with other work · การเปรียบเทียบกับงานอื่น",
    "limits": "Limits: what must not be guessed · สิ่งที่ห้ามคาดเดา",
    "daily": "Everyday questions · คำถามใช้งานทั่วไป",
    "elsewhere": "Questions that ask other machines · คำถามที่ถามแหล่งอื่น",
}
_OWL: Final = names.PREFIXES["owl"]
_KINDS: Final[dict[str, str]] = {
    "Class": "class",
    "ObjectProperty": "object property",
    "DatatypeProperty": "datatype property",
    "AnnotationProperty": "annotation property",
    "ConceptScheme": "concept scheme",
    "Concept": "concept",
}
_PREFACE: Final = """# Stored questions

{count} questions are stored, one `.rq` file each, under `queries/questions/`. Ask one by its id
(`kkgraph ask cq06`), list them with `kkgraph questions`, and see the SPARQL with
`kkgraph ask cq06 --show`. This page is made by `python -m kkgraph.pages docs/`.

An `.rq` file is SPARQL that runs as it stands, under a header of `#+ ` lines that hold YAML:
`title` (en and th), `columns`, and where wanted `params`, `note` (en and th), `gaps`, `tags`,
`competency`, `answers` and `federated` ([federation.md](federation.md)). Tabs and unknown keys are
refused.

- Column types: {columns}.
- Parameter types: {params}.

A parameter stands on a line of its own in the query,
`VALUES ?name {{ default }}`, with `UNDEF` where nothing is preset; `-p name='*'` leaves it open.
A column of type `finding` brings scope, hedge and evidence to its row; one of type `gap`, and each
gap named in the header, says what the graph knows to be unknown.
"""
_TERMS_PREFACE: Final = """# Terms of the ontology

The ontology is <{iri}>, version {version}; `kk:` stands for
<{base}>. Every term has a label and a definition in English and Thai. Some
names differ only in the case of their first letter (the class `kk:Goal` and the hedge `kk:goal`);
the anchors here carry the kind, so both can be linked: `#kk-class-goal`, `#kk-concept-goal`.
This page is made by `python -m kkgraph.pages docs/`.
"""


@dataclass(frozen=True)
class Term:
    """A term with its statements, and the axioms that need a blank node, as one line each."""

    iri: str
    kind: str
    values: dict[str, list[Any]]
    axioms: tuple[str, ...]

    def texts(self, curie: str, lang: str = "") -> list[str]:
        """The texts under a property, all or those of one language."""
        found = (v for v in self.values.get(names.expand(curie), ()) if isinstance(v, ox.Literal))
        return [v.value for v in found if not lang or v.language == lang]

    def nodes(self, curie: str) -> list[str]:
        """The IRIs under a property, sorted."""
        found = self.values.get(names.expand(curie), ())
        return sorted(v.value for v in found if isinstance(v, ox.NamedNode))

    def label(self, lang: str) -> str:
        """The label in a language; ``""`` where there is none."""
        return next(iter(self.texts("rdfs:label", lang) + self.texts("skos:prefLabel", lang)), "")

    def anchor(self) -> str:
        """The term's anchor on the generated page."""
        prefix, _, local = names.compact(self.iri).partition(":")
        return f"{prefix}-{self.kind.split()[-1]}-{local}".lower()


def questions_page() -> str:
    """The catalogue of stored questions as Markdown: research, competency by tag, everyday."""
    found = catalogue.all_questions()
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in found:
        groups[question.tags[0] if question.tags else "other"].append(question)
    order = [*(s for s in SECTIONS if s in groups), *sorted(set(groups) - set(SECTIONS))]
    with KnowledgeGraph.open(in_process=True) as graph:
        wanted = dict.fromkeys(names.expand(g) for q in found for g in q.gaps)
        gaps = {g.iri: g for g in graph.reader.gaps(list(wanted))}
    out = [
        _PREFACE.format(
            count=len(found),
            columns=", ".join(sorted(questions.COLUMN_TYPES)),
            params=", ".join(sorted(questions.PARAMETER_TYPES)),
        )
    ]
    for tag in order:
        links = ", ".join(f"[{q.id}](#{q.id})" for q in groups[tag])
        out.append(f"## {SECTIONS.get(tag, tag)}\n\n{links}\n")
        out += [_question(q, gaps) for q in groups[tag]]
    return "\n".join(out)


def _question(question: Question, gaps: dict[str, Gap]) -> str:
    out = [f"### {question.id}", "", f"**{_safe(question.title['en'])}**  "]
    out += [_safe(question.title["th"]), ""]
    about = [f"tags: {', '.join(question.tags)}"] if question.tags else []
    about += [f"competency question {question.competency}"] if question.competency else []
    about += [f"part of the answer to {', '.join(question.answers)}"] if question.answers else []
    out += ["; ".join(about), ""] if about else []
    rows = [[f"`{c.name}`", c.type, c.label["en"], c.label["th"]] for c in question.columns]
    out += [*_table(["column", "type", "English", "ไทย"], rows), ""]
    if question.params:
        rows = [
            [f"`{p.name}`", p.type, f"`{p.default}`" if p.default else "open", *_both(p.label)]
            for p in question.params
        ]
        out += [*_table(["parameter", "type", "default", "English", "ไทย"], rows), ""]
    if question.note:
        out += [f"Note: {_safe(question.note['en'])}  ", _safe(question.note["th"]), ""]
    if question.federated:
        asked = ", ".join(f"<{e}>" for e in question.federated.endpoints)
        out += [f"Asks {asked}, where that is allowed ([federation.md](federation.md)).", ""]
    for name in question.gaps:
        gap = gaps[names.compact(names.expand(name))]
        texts = " / ".join(_safe(t) for t in _both(gap.question))
        out.append(f"- Not known (`{name}`): {texts}")
    return "\n".join([*out, ""] if question.gaps else out)


def terms_page() -> str:
    """The ontology as Markdown: properties at a glance, terms by module, reused terms."""
    modules = {path: read_terms(path) for path in files.ontology_files()}
    everything = [t for found in modules.values() for t in found]
    anchors = {t.iri: t.anchor() for t in everything}
    own = {p: [t for t in found if t.iri.startswith(names.KK)] for p, found in modules.items()}
    out = [_TERMS_PREFACE.format(iri=names.ONTOLOGY_IRI, base=names.KK, version=__version__)]
    properties = [t for found in own.values() for t in found if t.kind.endswith("property")]
    rows = [
        [*(_links(n, anchors) for n in ([t.iri], t.nodes("rdfs:domain"), t.nodes("rdfs:range")))]
        for t in sorted(properties, key=lambda t: t.iri)
    ]
    out += ["## Properties at a glance", "", "An empty cell means: of more than one class.", ""]
    out += [*_table(["property", "from", "to"], rows), ""]
    for path, found in own.items():
        if found:
            links = ", ".join(_link(t.iri, anchors) for t in found)
            out.append(f"## {path.stem}\n\n{_first_comment(path)}\n\n{links}\n")
            out += [_term(t, anchors) for t in found]
    out += ["## Disjoint classes\n", *(f"- {line}" for line in _loose(files.ontology_files())), ""]
    rows = [
        [
            f'<a id="{t.anchor()}"></a>`{names.compact(t.iri)}`',
            *(t.kind, t.label("en"), t.label("th"), *t.texts("owl:versionInfo")),
        ]
        for t in sorted(everything, key=lambda t: names.compact(t.iri))
        if not t.iri.startswith(names.KK)
    ]
    out += ["## Terms of other vocabularies\n", "They are used as their specification says.", ""]
    out += [*_table(["term", "kind", "English", "ไทย", "specification"], rows), ""]
    return "\n".join(out)


def _term(term: Term, anchors: dict[str, str]) -> str:
    labels = " · ".join(_safe(t) for t in (term.label("en"), term.label("th")) if t)
    out = [f'<a id="{term.anchor()}"></a>', "", f"### {names.compact(term.iri)}", ""]
    out += [f"{term.kind}: **{labels}**", ""]
    out += [f"{_safe(t)}  " for t in term.texts("skos:definition", "en")]
    out += [_safe(t) for t in term.texts("skos:definition", "th")] + [""]
    for head, curies in (
        ("a kind of", ("rdfs:subClassOf", "rdfs:subPropertyOf")),
        ("type", ("rdf:type",)),
        ("from", ("rdfs:domain",)),
        ("to", ("rdfs:range",)),
        ("in the scheme", ("skos:inScheme",)),
        ("disjoint with", ("owl:disjointWith",)),
    ):
        nodes = [n for c in curies for n in term.nodes(c)]
        if head == "type":
            nodes = [n for n in nodes if n.startswith(names.KK)]
        if nodes:
            out.append(f"- {head} {_links(nodes, anchors)}")
    out += [f"- exactly: `{axiom}`" for axiom in term.axioms]
    for head, curie in (
        ("also called", "skos:altLabel"),
        ("use", "skos:scopeNote"),
        ("example", "skos:example"),
        ("source", "dcterms:source"),
    ):
        if texts := term.texts(curie):
            out.append(f"- {head}: {_safe('; '.join(texts))}")
    return "\n".join([*out, ""])


def read_terms(path: Path) -> list[Term]:
    """The terms that a module declares, classes first, then by name within their kind."""
    quads = turtle.parse_file(path)
    about: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            about[quad.subject.value][quad.predicate.value].append(quad.object)
    out = []
    for iri, values in about.items():
        types = [t.value for t in values.get(names.RDF_TYPE, ())]
        local = {t.removeprefix(_OWL) for t in types}
        kind = next((k for n, k in _KINDS.items() if n in local), "")
        if not kind and iri.startswith(names.KK):
            kind = "concept scheme" if "#ConceptScheme" in str(types) else "concept"
        if kind:
            out.append(Term(iri, kind, values, _axioms(iri, quads)))
    return sorted(out, key=lambda t: (list(_KINDS.values()).index(t.kind), t.iri))


def _axioms(iri: str, quads: Sequence[ox.Quad]) -> tuple[str, ...]:
    """The class expressions that stand on a term, in Manchester syntax."""
    mine = [q for q in quads if q.subject == ox.NamedNode(iri)]
    heads = [q for q in mine if isinstance(q.object, ox.BlankNode)]
    return tuple(sorted(manchester.render(_closure(q, quads)) for q in heads))


def _loose(paths: Iterable[Path]) -> list[str]:
    """The axioms that belong to no term: lists of disjoint classes."""
    quads = [q for path in paths for q in turtle.parse_file(path)]
    group = ox.NamedNode(_OWL + "AllDisjointClasses")
    heads = [q for q in quads if q.object == group]
    return sorted(_safe(manchester.render(_closure(q, quads))) for q in heads)


def _closure(head: ox.Quad, quads: Sequence[ox.Quad]) -> list[ox.Triple]:
    """A statement with everything below its blank nodes."""
    found = [ox.Triple(head.subject, head.predicate, head.object)]
    waiting = [head.subject if isinstance(head.subject, ox.BlankNode) else head.object]
    while waiting:
        node = waiting.pop()
        for quad in quads:
            if quad.subject == node and quad != head:
                found.append(ox.Triple(quad.subject, quad.predicate, quad.object))
                waiting += [quad.object] if isinstance(quad.object, ox.BlankNode) else []
    return found


def _first_comment(path: Path) -> str:
    return files.read_text(path).split("\n", 1)[0].removeprefix("# ")


def _link(iri: str, anchors: dict[str, str]) -> str:
    name = f"`{names.compact(iri)}`"
    return f"[{name}](#{anchors[iri]})" if iri in anchors else name


def _links(iris: Iterable[str], anchors: dict[str, str]) -> str:
    return ", ".join(_link(i, anchors) for i in iris)


def _both(text: dict[str, str]) -> list[str]:
    return [text.get("en", ""), text.get("th", "")]


def _safe(text: str) -> str:
    """The text with what Markdown would read as markup escaped."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([|*_\[\]`])", r"\\\1", text).replace("\n", " ")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    out = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return [*out, *("| " + " | ".join(row) + " |" for row in rows)]


def main(folder: str) -> None:
    """Write both pages into the folder."""
    for name, text in (("questions", questions_page()), ("terms", terms_page())):
        Path(folder, f"{name}.md").write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main(sys.argv[1])
