"""The loaded cases of a store: what each is, when and from which file it was loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import matching, names, sparql
from kkgraph.cases import keeping
from kkgraph.errors import TermError
from kkgraph.model import Text, in_language
from kkgraph.reading import Reader
from kkgraph.store import Limits, Store

_ALL: Final = Limits(max_rows=None)
_HEAD: Final = "".join(
    f"PREFIX {p}: <{names.PREFIXES[p]}> "
    for p in ("kk", "kkd", "kkg", "adms", "dcterms", "prov", "skos", "rdfs")
)
_XSD: Final = names.PREFIXES["xsd"]
_FILE: Final = names.expand("dcterms:title")
_HASH: Final = names.KK + "fileSha256"
_WHEN: Final = names.expand("dcterms:created")
_PROBLEMS: Final = names.KK + "problemsAtLoad"


@dataclass(frozen=True)
class LoadedCase:
    """A loaded case; ``problems`` above 0 says that it was loaded in spite of so many.

    ``studies`` and ``known_through`` are nodes with their labels; ``units`` are the bodies and
    groups that its findings are claimed for, with the number of those findings.
    """

    slug: str
    file: str
    sha256: str
    loaded: str
    problems: int
    triples: int
    findings: int
    studies: tuple[tuple[str, Text], ...]
    known_through: tuple[tuple[str, Text], ...]
    units: tuple[tuple[str, Text, int], ...]
    codes: tuple[tuple[str, str, Text], ...]

    @property
    def graph(self) -> str:
        """The IRI of its graph."""
        return names.CASE_PREFIX + self.slug

    def as_dict(self, lang: str) -> dict[str, Any]:
        """The case as a JSON object, with labels in the language."""
        return {
            "case": self.slug,
            "graph": self.graph,
            "studies": [{"iri": i, "label": in_language(t, lang)} for i, t in self.studies],
            "known_through": [
                {"iri": i, "label": in_language(t, lang)} for i, t in self.known_through
            ],
            "file": self.file,
            "sha256": self.sha256,
            "loaded": self.loaded,
            "problems": self.problems,
            "triples": self.triples,
            "findings": self.findings,
            "scopes": [
                {"iri": i, "label": in_language(t, lang), "findings": n} for i, t, n in self.units
            ],
            "codes": [
                {"iri": i, "code": c, "scheme": in_language(t, lang)} for i, c, t in self.codes
            ],
        }


def record(
    slug: str, file: str, sha256: str, problems: int | None, when: datetime
) -> Iterable[ox.Triple]:
    """The triples of ``kkg:load-<slug>``: of what file a case's graph was made, and when.

    ``problems`` is None where nobody has validated it.
    """
    graph = ox.NamedNode(names.CASE_PREFIX + slug)
    stamp = ox.Literal(
        when.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=ox.NamedNode(_XSD + "dateTime")
    )
    found = []
    if problems is not None:
        number = ox.Literal(str(problems), datatype=ox.NamedNode(_XSD + "integer"))
        found.append(ox.Triple(graph, ox.NamedNode(_PROBLEMS), number))
    return [
        ox.Triple(graph, ox.NamedNode(names.RDF_TYPE), ox.NamedNode(names.expand("prov:Entity"))),
        ox.Triple(graph, ox.NamedNode(_FILE), ox.Literal(file)),
        ox.Triple(graph, ox.NamedNode(_HASH), ox.Literal(sha256)),
        ox.Triple(graph, ox.NamedNode(_WHEN), stamp),
        *found,
    ]


def slugs(store: Store) -> list[str]:
    """The names of the loaded cases, sorted."""
    return [
        g.removeprefix(names.CASE_PREFIX) for g in store.graphs() if g.startswith(names.CASE_PREFIX)
    ]


def require(store: Store, slug: str) -> str:
    """The name, if a case has it; ``TermError`` unknown-case otherwise."""
    known = slugs(store)
    slug = slug.strip().removeprefix("kkg:case-").removeprefix(names.CASE_PREFIX)
    if slug in known:
        return slug
    listed = f"Loaded: {', '.join(known)}." if known else "No case is loaded: kkgraph load PATH"
    raise TermError(
        "unknown-case",
        f'no case "{slug}" is loaded',
        hint=matching.did_you_mean(slug, known) + listed,
    )


def loaded(reader: Reader) -> list[LoadedCase]:
    """The loaded cases, by name."""
    return [read(reader, slug) for slug in slugs(reader.store)]


def read(reader: Reader, slug: str, *, whole: bool = True) -> LoadedCase:
    """What is known of a loaded case; ``TermError`` unknown-case.

    Without ``whole`` its units and codes are left out, which may be those of a nation.
    """
    store = reader.store
    slug = require(store, slug)
    graph = f"<{names.CASE_PREFIX}{slug}>"
    stated = f"SELECT ?p ?o {{ GRAPH <{names.LOAD_PREFIX}{slug}> {{ {graph} ?p ?o }} }}"
    about = {p.value: o.value for p, o in _rows(store, stated)}
    studies = _nodes(store, f"GRAPH {graph} {{ ?n a kk:Study }}")
    through = _nodes(store, f"GRAPH {graph} {{ ?s a kk:Study ; kk:knownThrough ?n }}")
    scoped = f"GRAPH {graph} {{ ?f a kk:Finding ; kk:scope ?n }}"
    counted = whole and _rows(
        store, f"SELECT ?n (COUNT(?f) AS ?k) {{ {scoped} }} GROUP BY ?n ORDER BY DESC(?k) ?n"
    )
    codes = whole and _rows(
        store,
        f"SELECT DISTINCT ?n ?c ?s {{ {{ GRAPH {graph} {{ ?n a ?t }} }} UNION "
        f"{{ GRAPH {graph} {{ ?f kk:scope ?n }} }} ?n adms:identifier ?i . "
        "?i skos:notation ?c ; kk:identifierScheme ?s } ORDER BY ?n ?s ?c",
    )
    units = [(n.value, int(k.value)) for n, k in counted or ()]
    nodes = {*studies, *through, *(n for n, _ in units), *(s.value for *_, s in codes or ())}
    labels = reader.labels(nodes)
    return LoadedCase(
        slug=slug,
        file=about.get(_FILE, ""),
        sha256=about.get(_HASH, ""),
        loaded=about.get(_WHEN, ""),
        problems=int(about.get(_PROBLEMS, "0")),
        triples=_count(store, f"GRAPH {graph} {{ ?s ?p ?o }}"),
        findings=sum(n for _, n in units) if whole else _count(store, scoped),
        studies=tuple((n, labels.get(n, {})) for n in studies),
        known_through=tuple((n, labels.get(n, {})) for n in through),
        units=tuple((n, labels.get(n, {}), k) for n, k in units),
        codes=tuple((n.value, c.value, labels.get(s.value, {})) for n, c, s in codes or ()),
    )


def forced(store: Store) -> dict[str, int]:
    """Of the cases that were loaded in spite of problems: how many each had."""
    rows = _rows(store, f"SELECT ?g ?n {{ GRAPH ?h {{ ?g <{_PROBLEMS}> ?n }} FILTER(?n > 0) }}")
    return {g.value.removeprefix(names.CASE_PREFIX): int(n.value) for g, n in rows}


def hashes(store: Store) -> set[str]:
    """The SHA-256 digests under which the files of the loaded cases are kept."""
    rows = _rows(
        store,
        f"SELECT ?h {{ GRAPH ?l {{ ?g <{_HASH}> ?h }} "
        f'FILTER(STRSTARTS(STR(?l), "{names.LOAD_PREFIX}")) }}',
    )
    return {h.value for (h,) in rows}


def unload(store: Store, slug: str) -> int:
    """How many triples a case had; its graphs are removed in one transaction, then its files."""
    slug = require(store, slug)
    triples = _count(store, f"GRAPH <{names.CASE_PREFIX}{slug}> {{ ?s ?p ?o }}")
    prefixes = (names.CASE_PREFIX, names.CONTEXT_PREFIX, names.LOAD_PREFIX)
    store.put_graphs({prefix + slug: () for prefix in prefixes})
    sweep(store)
    return triples


def sweep(store: Store) -> None:
    """Remove kept files that belong to no loaded case."""
    if store.path is not None:
        keeping.sweep(store.path, hashes(store))


def _nodes(store: Store, pattern: str) -> list[str]:
    return [n.value for (n,) in _rows(store, f"SELECT DISTINCT ?n {{ {pattern} }} ORDER BY ?n")]


def _count(store: Store, pattern: str) -> int:
    ((number,),) = _rows(store, f"SELECT (COUNT(*) AS ?inside) {{ {pattern} }}")
    return int(number.value)


def _rows(store: Store, query: str) -> tuple[tuple[Any, ...], ...]:
    sparql.refuse_remote(query)
    return store.query(_HEAD + query, _ALL).rows
