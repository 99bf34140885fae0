"""RDF in and out: files to quads with positions, quads to canonical, hand-readable TriG."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files
from kkgraph.errors import SourceError
from kkgraph.names import PREFIXES, RDF_TYPE, expand

FORMATS: Final[dict[str, ox.RdfFormat]] = {
    "ttl": ox.RdfFormat.TURTLE,
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "json-ld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "owl": ox.RdfFormat.RDF_XML,
    "xml": ox.RdfFormat.RDF_XML,
}
MAX_BYTES: Final = 512 * 1024 * 1024
BASE: Final = "urn:kkgraph:file"
"""What relative IRIs of a file without a base of its own are resolved against."""
_FIRST: Final = """
rdf:type rdfs:subClassOf dcterms:identifier skos:prefLabel skos:altLabel skos:definition
skos:inScheme kk:kind kk:section kk:about kk:claim kk:value kk:valueLiteral kk:scope kk:hedge
kk:holder kk:theme kk:openList kk:statement kk:question kk:reason kk:boundedBy kk:restates
kk:weakens kk:conflictsWith kk:exampleOf kk:causes kk:enables kk:hinders cito:agreesWith
oa:hasSource oa:hasSelector oa:start oa:end kk:evidence kk:textSha256
"""
_ORDER: Final = {expand(curie): number for number, curie in enumerate(_FIRST.split())}
_ENTITY: Final = re.compile(rb"<!ENTITY\s+(\S+)\s+(\"[^\"]*\"|'[^']*'|\S+)")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_XSD: Final = PREFIXES["xsd"]
_PLAIN: Final = {
    _XSD + "integer": re.compile(r"-?(?:0|[1-9]\d*)"),
    _XSD + "decimal": re.compile(r"-?(?:0|[1-9]\d*)\.(?:0|\d*[1-9])"),
    _XSD + "boolean": re.compile(r"true|false"),
}


def format_of(path: Path | str) -> ox.RdfFormat:
    """The RDF format that a file's name ending says; ``SourceError`` unknown-format otherwise."""
    ending = Path(path).suffix.lstrip(".").lower()
    if ending not in FORMATS:
        hint = "Use .ttl, .trig, .nt, .nq, .jsonld or .rdf."
        if ending in ("gz", "zst", "parquet"):
            hint += " Packed files and Parquet are read by the columnar engine only."
        if ending == "kk":
            hint = "A columnar file is validated by itself: kkgraph validate FILE.kk"
        raise SourceError(
            "unknown-format",
            f'".{ending}" is no RDF file ending known here',
            where=str(path),
            hint=hint,
        )
    return FORMATS[ending]


def parse_file(path: Path | str) -> list[ox.Quad]:
    """All quads of an RDF file, blank nodes renamed apart from every other file's.

    Raises ``SourceError``: missing-file, unreadable-file, unknown-format, too-large, or bad-rdf
    with line and column. Nothing is fetched: a remote JSON-LD context is an error.
    """
    kind = format_of(path)
    return parse(read_bytes(path), kind, where=str(path))


def read_bytes(path: Path | str) -> bytes:
    """The bytes of an RDF file; ``SourceError`` as in ``files.read_bytes``, or too-large."""
    data = files.read_bytes(path)
    if len(data) > MAX_BYTES:
        raise SourceError("too-large", f"more than {MAX_BYTES // 2**20} MiB", where=str(path))
    return data


def parse(
    data: bytes, kind: ox.RdfFormat, *, where: str, rename_blank_nodes: bool = True
) -> list[ox.Quad]:
    """The quads of RDF bytes; ``SourceError`` bad-rdf names ``where:line:column``."""
    if kind == ox.RdfFormat.RDF_XML:
        refuse_entities(data, where=where)
    try:
        return list(
            ox.parse(data, format=kind, base_iri=BASE, rename_blank_nodes=rename_blank_nodes)
        )
    except SyntaxError as error:
        place = f"{where}:{error.lineno}:{error.offset}" if error.lineno else where
        message = re.sub(r"^Parser error at .*?: ", "", str(error.args[0]))
        if message.startswith("Invalid UTF-8"):
            hint = "Save the file as UTF-8."
            raise SourceError("not-utf8", message, where=place, hint=hint) from error
        raise SourceError(
            "bad-rdf", message, where=place, hint=f"The file must be {kind.name}."
        ) from error
    except ValueError as error:
        raise SourceError("bad-rdf", str(error), where=where) from error


def refuse_entities(data: bytes, *, where: str) -> None:
    """Raise ``SourceError`` bad-rdf where XML entities lead outside, or would swell the document.

    Short entities that stand for namespaces are usual in OWL files, and stay possible. The parser
    itself expands one within the other without end.
    """
    start = data.find(b"<!DOCTYPE")
    if start < 0:
        return
    size = 0
    for match in _ENTITY.finditer(data, start):
        name, value = match[1], match[2]
        if name == b"%" or value[:1] not in (b'"', b"'") or b"&" in value or b"%" in value:
            raise SourceError(
                "bad-rdf",
                "the document declares entities that refer to others or to other files",
                where=where,
                hint="Write the IRIs out, or declare each entity as a plain text.",
            )
        size += len(value) * data.count(b"&" + name + b";")
    if size > 4 * len(data) + 2**20:
        raise SourceError("bad-rdf", "the entities make the document swell", where=where)


def serialise(quads: Iterable[Any], kind: str) -> bytes:
    """RDF bytes in one of ``FORMATS``. Triple formats get triples (the graphs are dropped)."""
    target = FORMATS[kind]
    if not target.supports_datasets:
        quads = {ox.Triple(q.subject, q.predicate, q.object): None for q in quads}
    return ox.serialize(quads, format=target, prefixes=PREFIXES) or b""


def graph_of(quad: ox.Quad) -> str:
    """The IRI of the quad's graph; ``""`` for the default graph."""
    name = quad.graph_name
    return "" if isinstance(name, ox.DefaultGraph) else name.value


def subject_of(quad: ox.Quad) -> str:
    """The subject's IRI or blank-node name."""
    return str(getattr(quad.subject, "value", quad.subject))


def object_of(quad: ox.Quad) -> str:
    """The object's IRI, blank-node name or lexical form."""
    return str(getattr(quad.object, "value", quad.object))


def canonical(quads: Iterable[ox.Quad]) -> str:
    """Canonical TriG: fixed prefix, graph, subject, predicate and object order, two spaces.

    The same quads always give the same text, so a file in ``data/`` equals what this returns.
    Blank nodes are refused (``SourceError`` blank-node): data have none.
    """
    graphs: dict[str, dict[str, dict[str, list[Any]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for quad in quads:
        for term in (quad.subject, quad.object):
            if isinstance(term, ox.BlankNode):
                raise SourceError("blank-node", f"a blank node in {quad}", hint="Give it an IRI.")
        graphs[graph_of(quad)][subject_of(quad)][quad.predicate.value].append(quad.object)
    body = []
    for name in sorted(graphs):
        subjects = [_subject(s, graphs[name][s]) for s in sorted(graphs[name], key=_subject_key)]
        block = "\n\n".join(subjects)
        if name:
            indented = "\n".join(f"  {line}" if line else "" for line in block.split("\n"))
            block = f"{_iri(name)} {{\n{indented}\n}}"
        body.append(block)
    text = "\n\n".join(body) + "\n"
    used = set(re.findall(r"(?<![\w<\"/:])([a-z]+):", text))
    head = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in sorted(PREFIXES) if p in used)
    return f"{head}\n{text}"


def _subject_key(iri: str) -> tuple[str, ...]:
    return tuple(re.split(r"(?<=/F\d{3})", iri))


def _subject(iri: str, predicates: dict[str, list[Any]]) -> str:
    lines = [_iri(iri)]
    ordered = sorted(predicates, key=lambda p: (_ORDER.get(p, len(_ORDER)), _iri(p)))
    for predicate in ordered:
        objects = [_term(o) for o in sorted(set(predicates[predicate]), key=_object_key)]
        name = "a" if predicate == RDF_TYPE else _iri(predicate)
        if len(objects) == 1:
            lines.append(f"  {name} {objects[0]} ;")
        else:
            lines.append(f"  {name}\n    " + " ,\n    ".join(objects) + " ;")
    lines[-1] = lines[-1][:-1] + "."
    return "\n".join(lines)


def _object_key(term: Any) -> tuple[Any, ...]:
    if isinstance(term, ox.Literal):
        return (1, term.language or "", term.value)
    return (0, "", _iri(term.value))


def _iri(iri: str) -> str:
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and _LOCAL.fullmatch(iri[len(base) :]):
            return f"{prefix}:{iri[len(base) :]}"
    return f"<{iri}>"


def _term(term: Any) -> str:
    if isinstance(term, ox.NamedNode):
        return _iri(term.value)
    kind = term.datatype.value
    if kind in _PLAIN and _PLAIN[kind].fullmatch(term.value):
        return str(term.value)
    escaped = term.value.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    if term.language:
        return f'"{escaped}"@{term.language}'
    return f'"{escaped}"' if kind == _XSD + "string" else f'"{escaped}"^^{_iri(kind)}'
