"""DCAT 3 and VoID: a catalogue of the datasets of a publication, as triples without blank nodes.

The terms follow DCAT-AP 3.0 where it has them; aligned with it, not conformant to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from kkgraph import __version__, names
from kkgraph.model import Text
from kkgraph.names import KKD, PREFIXES, RDF_TYPE
from kkgraph.portal.counting import space
from kkgraph.portal.profile import Profile
from kkgraph.portal.records import FORMS, Dataset, Distribution, Linkset
from kkgraph.portal.wording import say

OWN: Final[dict[str, str]] = {
    **{p: PREFIXES[p] for p in ("dcat", "dcterms", "kkd", "prov", "rdfs", "void", "xsd", "kk")},
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "adms": PREFIXES["adms"],
}
_EU: Final = "http://publications.europa.eu/resource/authority/"
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_VOID_FEATURE: Final = {
    "ttl": "Turtle", "nt": "N-Triples", "rdf": "RDF_XML", "jsonld": "JSON-LD", "nq": "N-Quads",
    "trig": "TriG",
}  # fmt: skip
SERVED: Final = ("ttl", "nt", "rdf", "jsonld")
CATALOGUE: Final = KKD + "catalogue"
PUBLISHER: Final = KKD + "publisher"
CONTACT: Final = KKD + "contact"
RIGHTS: Final = KKD + "rights-unnamed-stay-unnamed"


def dataset_iri(slug: str) -> str:
    """The IRI of a dataset in the catalogue."""
    return f"{KKD}dataset-{slug}"


class Description:
    """The triples of a catalogue, gathered dataset by dataset."""

    def __init__(self, profile: Profile, *, issued: str) -> None:
        self.profile = profile
        self.issued = issued
        self._triples: dict[ox.Triple, None] = {}

    def triples(self) -> list[ox.Triple]:
        """All of them, each once: the catalogue, what it lists, and the partitions at the end."""
        return sorted(self._triples, key=_place)

    def void(self) -> list[ox.Triple]:
        """Those that VoID has use for: its own terms, titles, licences and dumps."""
        spaces = (OWN["void"], OWN["dcterms"], OWN["foaf"])
        kinds = {OWN["void"] + k for k in ("Dataset", "Linkset", "DatasetDescription")}
        about = {
            t.subject
            for t in self._triples
            if (t.predicate.value == RDF_TYPE and getattr(t.object, "value", "") in kinds)
            or t.predicate.value.startswith(OWN["void"])
        }
        return [
            t
            for t in self.triples()
            if t.subject in about
            and (
                t.predicate.value.startswith(spaces)
                or (t.predicate.value == RDF_TYPE and getattr(t.object, "value", "") in kinds)
            )
        ]

    def catalogue(self, datasets: Sequence[Dataset]) -> None:
        """Add the catalogue itself, its publisher, contact and licence, and every dataset."""
        self._type(CATALOGUE, "dcat:Catalog", "void:DatasetDescription")
        self._texts(CATALOGUE, "dcterms:title", say("catalogue"))
        self._texts(CATALOGUE, "dcterms:description", say("about"))
        self._dates(CATALOGUE, max(d.modified for d in datasets))
        self._common(CATALOGUE)
        self._iri(CATALOGUE, "foaf:homepage", self.profile.publisher_url)
        self._iri(CATALOGUE, "foaf:primaryTopic", dataset_iri(datasets[0].slug))
        self._publisher()
        for data in datasets:
            self._iri(CATALOGUE, "dcat:dataset", dataset_iri(data.slug))
            self.dataset(data)
            if data is not datasets[0]:
                self._iri(dataset_iri(datasets[0].slug), "void:subset", dataset_iri(data.slug))

    def served(
        self, base: str, addresses: Sequence[tuple[Dataset, str]], *, examples: Sequence[str]
    ) -> None:
        """Add the ways to the datasets on a server at ``base``, the first one's SPARQL endpoint.

        ``addresses`` are the datasets, each with the address of its triples, ``{form}`` in it
        being the file ending where each format has one of its own.
        """
        first, endpoint = dataset_iri(addresses[0][0].slug), f"{base}/sparql"
        self._iri(first, "void:sparqlEndpoint", endpoint)
        self._iri(first, "void:uriLookupEndpoint", f"{base}/search?q=")
        self._iri(first, "void:exampleResource", *examples)
        service = f"{base}/.well-known/dcat#sparql"
        self._iri(CATALOGUE, "dcat:service", service)
        self._type(service, "dcat:DataService")
        self._texts(service, "dcterms:title", say("endpoint"))
        self._iri(service, "dcat:endpointURL", endpoint)
        self._common(service)
        for data, address in addresses:
            self._iri(service, "dcat:servesDataset", dataset_iri(data.slug))
            for form in SERVED:
                self._way(data, form, base + address.replace("{form}", form))

    def _way(self, data: Dataset, name: str, address: str) -> None:
        iri, form = dataset_iri(data.slug), FORMS[name]
        node = f"{self.profile.address}.well-known/dcat#{data.slug}-{name}"
        self._iri(iri, "dcat:distribution", node)
        self._type(node, "dcat:Distribution")
        self._texts(node, "dcterms:title", say("in_form", form=form.name))
        self._iri(node, "dcat:accessURL", address)
        self._iri(node, "dcat:mediaType", _IANA + form.media)
        self._iri(node, "dcterms:format", _EU + f"file-type/{form.code}")
        self._iri(node, "dcterms:license", data.licence or self.profile.licence_iri)
        self._iri(iri, "void:feature", _FORMATS + _VOID_FEATURE[name])

    def dataset(self, data: Dataset) -> None:
        """Add a dataset with its files, counts and links."""
        iri = dataset_iri(data.slug)
        self._type(iri, "dcat:Dataset", "void:Dataset", "prov:Entity")
        self._texts(iri, "dcterms:title", data.title)
        self._texts(iri, "dcterms:description", data.description)
        for lang, words in data.keywords.items():
            for word in words:
                self._add(iri, "dcat:keyword", ox.Literal(word, language=lang))
        self._dates(iri, data.modified)
        self._common(iri, data.licence)
        self._plain(iri, "dcterms:identifier", data.slug)
        self._plain(iri, "dcat:version", __version__)
        self._iri(iri, "dcat:contactPoint", CONTACT)
        self._iri(iri, "dcat:theme", _EU + "data-theme/GOVE")
        self._iri(iri, "dcterms:accessRights", _EU + "access-right/PUBLIC")
        self._iri(iri, "dcterms:accrualPeriodicity", _EU + "frequency/IRREG")
        if data.kind != "ontology":
            self._iri(iri, "dcterms:spatial", _EU + "country/THA", *data.spatial)
            self._iri(iri, "dcterms:conformsTo", f"{names.ONTOLOGY_IRI}/{__version__}")
        self._iri(iri, "dcat:landingPage", self.profile.address)
        self._iri(iri, "dcterms:source", *data.sources)
        self._iri(iri, "prov:wasDerivedFrom", *data.sources)
        if data.unnamed:
            self._type(RIGHTS, "dcterms:RightsStatement")
            self._texts(RIGHTS, "rdfs:label", say("rights"))
            self._iri(iri, "dcterms:rights", RIGHTS)
        status = "UnderDevelopment" if data.problems else "Completed"
        self._iri(iri, "adms:status", f"http://purl.org/adms/status/{status}")
        self._period(iri, data)
        self._counts(iri, data)
        for file in data.distributions:
            self._distribution(iri, file, data.licence)
        # a dataset of nothing but links is a linkset itself; else its links are a part of it
        own = [s.triples for s in data.linksets] == [data.statistics.triples]
        for links in data.linksets:
            self._linkset(iri if own else dataset_iri(links.slug), iri, links)

    def _period(self, iri: str, data: Dataset) -> None:
        if data.temporal is None:
            return
        period = f"{KKD}period-of-{data.slug}"
        self._iri(iri, "dcterms:temporal", period)
        self._type(period, "dcterms:PeriodOfTime")
        for name, value in zip(("startDate", "endDate"), data.temporal, strict=True):
            kind = {1: "gYear", 2: "gYearMonth"}.get(len(value.split("-")), "date")
            self._add(period, f"dcat:{name}", _typed(value, kind))

    def _counts(self, iri: str, data: Dataset) -> None:
        found = data.statistics
        for name, number in (
            ("triples", found.triples), ("entities", found.entities),
            ("distinctSubjects", found.subjects), ("distinctObjects", found.objects),
            ("classes", len(found.classes)), ("properties", len(found.properties)),
        ):  # fmt: skip
            self._number(iri, f"void:{name}", number, "integer")
        self._plain(iri, "void:uriSpace", names.KK if data.kind == "ontology" else KKD)
        used = {space(p) for p, _ in (*found.properties, *found.classes)}
        self._iri(iri, "void:vocabulary", *sorted(used))
        for kind, pairs, count in (
            ("class", found.classes, "entities"),
            ("property", found.properties, "triples"),
        ):
            for term, number in pairs:
                place = f"{iri}-{kind}-{_slug(term)}"
                self._iri(iri, f"void:{kind}Partition", place)
                self._iri(place, f"void:{kind}", term)
                self._number(place, f"void:{count}", number, "integer")

    def _distribution(self, iri: str, file: Distribution, licence: str) -> None:
        form = FORMS[file.form]
        node = f"{KKD}distribution-{file.slug}"
        address = self.profile.address + file.path
        self._iri(iri, "dcat:distribution", node)
        self._type(node, "dcat:Distribution")
        self._texts(node, "dcterms:title", file.title)
        self._iri(node, "dcat:accessURL", address)
        self._iri(node, "dcat:downloadURL", address)
        self._iri(node, "dcat:mediaType", _IANA + form.media)
        self._iri(node, "dcterms:format", _EU + f"file-type/{form.code}")
        self._number(node, "dcat:byteSize", file.size, "nonNegativeInteger")
        self._iri(node, "dcterms:license", licence or self.profile.licence_iri)
        self._dates(node, "")
        self._iri(node, "spdx:checksum", f"{node}-sha256")
        self._type(f"{node}-sha256", "spdx:Checksum")
        self._iri(f"{node}-sha256", "spdx:algorithm", OWN["spdx"] + "checksumAlgorithm_sha256")
        self._add(f"{node}-sha256", "spdx:checksumValue", _typed(file.sha256, "hexBinary"))
        if file.form in _VOID_FEATURE:
            self._iri(iri, "void:dataDump", address)
            self._iri(iri, "void:feature", _FORMATS + _VOID_FEATURE[file.form])

    def _linkset(self, iri: str, parent: str, links: Linkset) -> None:
        self._type(iri, "void:Linkset")
        if iri != parent:
            self._iri(parent, "void:subset", iri)
        ends = (("subjectsTarget", links.subjects), ("objectsTarget", links.objects))
        for name, base in ends:
            end = dataset_iri("kkgraph") if base == KKD else f"{KKD}dataset-of-{_slug(base)}"
            self._iri(iri, f"void:{name}", end)
            self._type(end, "void:Dataset")
            self._plain(end, "void:uriSpace", base)
        self._iri(iri, "void:linkPredicate", links.predicate)
        self._number(iri, "void:triples", links.triples, "integer")

    def _publisher(self) -> None:
        profile = self.profile
        self._type(PUBLISHER, "foaf:Organization", "foaf:Agent")
        self._texts(PUBLISHER, "foaf:name", profile.publisher)
        self._iri(PUBLISHER, "foaf:homepage", profile.publisher_url)
        self._type(CONTACT, "vcard:Organization")
        self._texts(CONTACT, "vcard:fn", profile.contact)
        if profile.email:
            self._iri(CONTACT, "vcard:hasEmail", f"mailto:{profile.email}")
        else:
            self._iri(CONTACT, "vcard:hasURL", profile.publisher_url)
        self._type(profile.licence_iri, "dcterms:LicenseDocument")
        self._texts(profile.licence_iri, "rdfs:label", profile.licence)

    def _common(self, iri: str, licence: str = "") -> None:
        self._iri(iri, "dcterms:publisher", PUBLISHER)
        self._iri(iri, "dcterms:license", licence or self.profile.licence_iri)
        self._iri(iri, "dcterms:language", _EU + "language/ENG", _EU + "language/THA")

    def _dates(self, iri: str, modified: str) -> None:
        self._add(iri, "dcterms:issued", _typed(self.issued, "date"))
        if modified:
            self._add(iri, "dcterms:modified", _typed(modified, "date"))

    def _type(self, iri: str, *curies: str) -> None:
        for curie in curies:
            self._triples[ox.Triple(_node(iri), _node(RDF_TYPE), _node(_expand(curie)))] = None

    def _iri(self, iri: str, curie: str, *targets: str) -> None:
        for target in targets:
            if target:
                self._add(iri, curie, _node(target))

    def _texts(self, iri: str, curie: str, text: Text) -> None:
        for lang, value in text.items():
            self._add(iri, curie, ox.Literal(value, language=lang))

    def _plain(self, iri: str, curie: str, value: str) -> None:
        self._add(iri, curie, ox.Literal(value))

    def _number(self, iri: str, curie: str, value: int, kind: str) -> None:
        self._add(iri, curie, _typed(str(value), kind))

    def _add(self, iri: str, curie: str, term: ox.NamedNode | ox.Literal) -> None:
        self._triples[ox.Triple(_node(iri), _node(_expand(curie)), term)] = None


def _place(triple: ox.Triple) -> tuple[bool, bool, str, bool, str]:
    subject = str(triple.subject)
    part = "-class-" in subject or "-property-" in subject
    kind = triple.predicate.value == RDF_TYPE
    return subject != f"<{CATALOGUE}>", part, subject, not kind, str(triple)


def _expand(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return OWN[prefix] + local


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _typed(value: str, kind: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


def _slug(iri: str) -> str:
    """A name for a term that is part of another IRI: its CURIE, or its letters and digits."""
    short = names.compact(iri)
    text = short if short != iri else iri.partition("://")[2]
    return "-".join(w for w in "".join(c if c.isalnum() else " " for c in text).split() if w)
