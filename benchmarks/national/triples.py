"""Terms and nodes as canonical N-Triples text."""

from __future__ import annotations

from national.wording import Pair

ADMS = "http://www.w3.org/ns/adms#"
DCTERMS = "http://purl.org/dc/terms/"
KK = "https://w3id.org/kkgraph/ns#"
KKD = "https://w3id.org/kkgraph/id/"
OA = "http://www.w3.org/ns/oa#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUB_CLASS_OF = f"<{RDFS}subClassOf>"
PREF_LABEL, ALT_LABEL = f"<{SKOS}prefLabel>", f"<{SKOS}altLabel>"
IN_SCHEME, NOTATION = f"<{SKOS}inScheme>", f"<{SKOS}notation>"
NUMBER, TEMPORAL = f"<{DCTERMS}identifier>", f"<{DCTERMS}temporal>"
CODE, LOCATION = f"<{ADMS}identifier>", f"<{DCTERMS}Location>"
HAS_SOURCE, HAS_SELECTOR = f"<{OA}hasSource>", f"<{OA}hasSelector>"
FIRST, AFTER = f"<{OA}start>", f"<{OA}end>"


def kk(name: str) -> str:
    """A term of our vocabulary."""
    return f"<{KK}{name}>"


def kkd(name: str) -> str:
    """A thing of our data."""
    return f"<{KKD}{name}>"


def node(subject: str, *properties: tuple[str, str]) -> str:
    """The lines of one subject."""
    return "".join([f"{subject} {name} {value} .\n" for name, value in properties])


def both(predicate: str, wording: Pair) -> tuple[tuple[str, str], tuple[str, str]]:
    """One property in English and Thai."""
    return (predicate, f'"{wording.en}"@en'), (predicate, f'"{wording.th}"@th')


def typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{XSD}{datatype}>'


def integer(value: int) -> str:
    return f'"{value}"^^<{XSD}integer>'
