"""The page of the ontology's terms, and the terms as RDF."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kkgraph import files, names
from kkgraph.pages import Term, read_terms
from kkgraph.web.pages.frame import words
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

_NAMED: Final = re.compile(r"kkd?:[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]|\bF[0-9]{3}\b")
_HEADS = (
    ("term_a_kind_of", ("rdfs:subClassOf", "rdfs:subPropertyOf")),
    ("term_type", ("rdf:type",)),
    ("term_from", ("rdfs:domain",)),
    ("term_to", ("rdfs:range",)),
    ("term_in_scheme", ("skos:inScheme",)),
    ("term_disjoint", ("owl:disjointWith",)),
)
_TEXTS = (
    ("term_also", "skos:altLabel"),
    ("term_use", "skos:scopeNote"),
    ("term_example", "skos:example"),
    ("term_source", "dcterms:source"),
)


def terms(desk: Desk, visit: Visit) -> Page:
    """Every term of the ontology by module, its address on the page being its own name."""
    modules: dict[str, list[Term]] = desk.keep("terms", _modules)
    named: frozenset[str] = desk.keep("named by terms", lambda: _named(desk, modules))
    own = {m: [t for t in found if t.iri.startswith(names.KK)] for m, found in modules.items()}
    other = [t for found in modules.values() for t in found if not t.iri.startswith(names.KK)]
    return Page(
        "terms.html",
        "",
        {
            "modules": {m: found for m, found in own.items() if found},
            "other": sorted(other, key=lambda t: names.compact(t.iri)),
            "number": sum(len(found) for found in own.values()),
            "details": details,
            "texts": texts,
            "linked": lambda text: linked(text, named),
            "module_name": lambda m: (
                visit.say(words()[f"module_{m}"]) if f"module_{m}" in words() else m
            ),
            "local": lambda t: t.iri.removeprefix(names.KK),
            "kind": lambda t: f"kind_{t.kind.replace(' ', '_')}",
            "ontology": names.ONTOLOGY_IRI,
            "both": lambda t, curie: {
                lang: found[0] for lang in names.LANGUAGES if (found := t.texts(curie, lang))
            },
            "label_of": lambda t: {
                lang: found for lang in names.LANGUAGES if (found := t.label(lang))
            },
        },
    )


def _modules() -> dict[str, list[Term]]:
    return {path.stem: read_terms(path) for path in files.ontology_files()}


def details(term: Term) -> list[tuple[str, list[str]]]:
    """What a term is tied to: the name of the tie's word, and the IRIs."""
    found: list[tuple[str, list[str]]] = []
    for word, curies in _HEADS:
        nodes = [n for c in curies for n in term.nodes(c)]
        if word == "term_type":
            nodes = [n for n in nodes if n.startswith(names.KK)]
        if nodes:
            found.append((word, nodes))
    return found


def texts(term: Term, lang: str) -> list[tuple[str, list[str]]]:
    """What else is written of a term, in the language where it has one."""
    found: list[tuple[str, list[str]]] = []
    for word, curie in _TEXTS:
        said: list[Any] = term.texts(curie, lang) or term.texts(curie)
        if said:
            found.append((word, said))
    return found


def linked(text: str, known: Container[str]) -> list[tuple[str, str]]:
    """The pieces of a text, each with the name of the thing that it names (else ``""``).

    ``known`` are the IRIs that have a page.
    """
    out: list[tuple[str, str]] = []
    at = 0
    for match in _NAMED.finditer(text):
        name = _name(match)
        if names.expand(name) not in known:
            continue
        out += [(text[at : match.start()], ""), (match[0], name)]
        at = match.end()
    return [*out, (text[at:], "")]


def _name(match: re.Match[str]) -> str:
    return match[0] if ":" in match[0] else f"kkd:{match[0]}"


def _named(desk: Desk, modules: Mapping[str, Iterable[Term]]) -> frozenset[str]:
    """What the texts of the terms name and the graph knows, in whatever language they are read."""
    written = (
        text
        for found in modules.values()
        for term in found
        for lang in names.LANGUAGES
        for _, said in texts(term, lang)
        for text in said
    )
    found = {names.expand(_name(m)) for text in written for m in _NAMED.finditer(text)}
    return desk.described(found)
