"""The W3C cases for protocol, graph store and service description, over real HTTP.

The manifests say each request and what must come back; they are read and carried out as they
stand, in their order. Only the paths are this server's (``/sparql``, ``/graphs``), and every
request carries the token. The server has a plain dataset (``--plain``), since the cases write
into the default graph.
"""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

from conftest import suite
from webserver import TOKEN, Server, token_file

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
HTS = Namespace("http://www.w3.org/2011/http-statusCodes#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FOLDER = suite("sparql", "sparql11")
STATUS = {
    HTS.OK: {200}, HTS.Created: {201}, HTS.NoContent: {204}, HTS.NotFound: {404},
    HTS.StatusCode2xx: set(range(200, 300)), HTS.StatusCode3xx: set(range(300, 400)),
    HTS.StatusCode4xx: set(range(400, 500)),
}  # fmt: skip
TABULAR = {
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
    "text/tab-separated-values",
}  # fmt: skip


def manifest(*parts):
    found = Graph()
    path = FOLDER.joinpath(*parts)
    return found.parse(path, publicID=path.as_uri())


def entries(found):
    (first,) = found.objects(None, MF.entries)
    return list(Collection(found, first))


def cases(*files):
    """(manifest, test) of each listed test; none where the suite is absent."""
    if FOLDER is None:
        return []
    return [(m, e) for m in (manifest(*f) for f in files) for e in entries(m)]


PROTOCOL = cases(("protocol", "manifest.ttl"))
STORE = cases(
    ("graph-store-protocol", "manifest-direct.ttl"),
    ("graph-store-protocol", "manifest-indirect.ttl"),
)
DESCRIPTION = cases(("service-description", "manifest.ttl"))


def name(case):
    return str(case[1]).rpartition("#")[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if FOLDER is None:
        suite("sparql", "sparql11", skip=True)
    token = token_file(tmp_path_factory.mktemp("token"))
    made = Server("--plain", "--allow-update", "--token-file", str(token))
    yield made
    assert made.stop() == 0


def test_every_case_is_here():
    suite("sparql", "sparql11", skip=True)
    assert [len(c) for c in (PROTOCOL, STORE, DESCRIPTION)] == [34, 13, 3]
    for listed in (PROTOCOL, STORE, DESCRIPTION):
        assert len({name(c) for c in listed}) == len(listed)
    described = {e for m, _ in PROTOCOL for e in m.subjects(RDF.type, MF.ProtocolTest)}
    assert described == {e for _, e in PROTOCOL}
    told = {e for m, _ in STORE for e in m.subjects(RDF.type, MF.GraphStoreProtocolTest)}
    forgotten = {name((None, e)) for e in told - {e for _, e in STORE}}
    assert forgotten == {"head_non_existing_direct"}  # described there, but not listed


@pytest.mark.parametrize("case", PROTOCOL, ids=name)
def test_protocol(server, case):
    found, test = case
    assert server.update("DROP ALL")[0] == 204
    for data in found.objects(test, UT.graphData):
        graph = quote(str(found.value(data, RDFS.label)), safe="")
        path = str(found.value(data, UT.graph))
        body = FOLDER.joinpath("protocol", path.rpartition("/")[2]).read_bytes()
        headers = {"content-type": "application/n-triples", "authorization": f"Bearer {TOKEN}"}
        assert server.request("PUT", f"/graphs?graph={graph}", body, headers)[0] == 201
    assert carry_out(server, found, test) >= 1


@pytest.mark.parametrize("case", STORE, ids=name)
def test_graph_store(server, case):
    assert server.update("DROP ALL")[0] == 204
    assert carry_out(server, *case) >= 1


def test_graph_store_case_that_the_manifest_forgets(server):
    found = manifest("graph-store-protocol", "manifest-direct.ttl")
    base = next(str(e) for _, e in STORE).rpartition("#")[0]
    assert carry_out(server, found, URIRef(f"{base}#head_non_existing_direct")) == 1


def carry_out(server, found, test):
    """Send the requests of a test, in order, and compare each response; how many."""
    connection = found.value(test, MF.action)
    requests = list(Collection(found, found.value(connection, HT.requests)))
    authority = str(found.value(connection, HT.connectionAuthority))
    known: dict[str, str] = {}
    for request in requests:
        method, path = (str(found.value(request, p)) for p in (HT.methodName, HT.absolutePath))
        for key, value in known.items():
            path = path.replace(key, quote(value, safe=""))
        path = path.replace("/gsp", "/graphs", 1)
        headers = {"host": authority, "authorization": f"Bearer {TOKEN}"}
        answer = server.request(
            method, path, body_of(found, request), {**headers, **headers_of(found, request)}
        )
        compare(found, found.value(request, HT.resp), answer, known)
    return len(requests)


def headers_of(found, node):
    first = found.value(node, HT.headers)
    return {
        str(found.value(h, HT.fieldName)).lower(): str(found.value(h, HT.fieldValue))
        for h in (Collection(found, first) if first else ())
    }


def body_of(found, node):
    content = found.value(node, HT.body)
    if content is None:
        return None
    text = str(found.value(content, CNT.chars))
    return text.encode(str(found.value(content, CNT.characterEncoding)))


def compare(found, expected, answer, known):
    status, headers, body = answer
    allowed = set().union(*(STATUS[s] for s in found.objects(expected, MF.expectedStatus)))
    assert status in allowed, (status, body)
    media = headers.get("content-type", "").split(";")[0]
    form = found.value(expected, MF.expectedFormat)
    if form is not None and str(form) == "RDF":
        kind = ox.RdfFormat.from_media_type(media)
        assert kind is not None, media
        list(ox.parse(body, format=kind))
    elif form is not None:
        assert media in (TABULAR if str(form) == "tabular" else sorted(TABULAR)[:2]), media
        assert body
    truth = found.value(expected, MF.expectedBoolean)
    if truth is not None:
        kind = ox.QueryResultsFormat.from_media_type(media)
        assert bool(ox.parse_query_results(body, format=kind)) is truth.toPython()
    location = found.value(expected, MF.expectedLocation)
    if location is not None:
        assert headers["location"]
        known[str(location)] = headers["location"]
    for key, value in headers_of(found, expected).items():
        assert headers[key].replace(" ", "") == value.replace(" ", "")
    if found.value(expected, HT.body) is not None:
        want = Graph().parse(data=body_of(found, expected).decode(), format="turtle")
        assert len(want) > 0
        assert isomorphic(Graph().parse(data=body.decode(), format="turtle"), want)


@pytest.mark.parametrize("case", DESCRIPTION, ids=name)
def test_service_description(server, case):
    assert server.update("INSERT DATA { GRAPH <http://g.example/1> { <a> <b> 1 } }")[0] == 204
    status, headers, body = server.get("/sparql")
    assert status == 200
    kind = ox.RdfFormat.from_media_type(headers["content-type"].split(";")[0])
    quads = ox.parse(body, format=kind, base_iri=server.url)
    lines = [f"{q.subject} {q.predicate} {q.object} ." for q in quads]
    found = Graph().parse(data="\n".join(lines), format="nt")
    checks = {
        "returns-rdf": lambda: len(found) > 10,
        "has-endpoint-triple": lambda: list(found.objects(None, SD.endpoint)) == [
            URIRef(server.url + "/sparql")
        ],
        "conforms-to-schema": lambda: conforms(found),
    }  # fmt: skip
    assert checks.keys() == {name(c) for c in DESCRIPTION}
    assert checks[name(case)]()


def conforms(found):
    """The vocabulary of the recommendation: every term known, domains, ranges and numbers kept."""
    kinds = {
        "endpoint": ("Service", None), "supportedLanguage": ("Service", "Language"),
        "resultFormat": ("Service", None), "inputFormat": ("Service", None),
        "feature": ("Service", "Feature"), "defaultDataset": ("Service", "Dataset"),
        "defaultGraph": ("Dataset", "Graph"), "namedGraph": ("Dataset", "NamedGraph"),
        "name": ("NamedGraph", None), "graph": ("NamedGraph", "Graph"),
    }  # fmt: skip
    single = ("endpoint", "defaultDataset", "defaultGraph", "name", "graph")
    languages = {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
    services = list(found.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    assert set(found.objects(None, SD.supportedLanguage)) == languages - {SD.SPARQL10Query}
    for subject, predicate, value in found:
        if not str(predicate).startswith(str(SD)):
            continue
        domain, kind = kinds[str(predicate)[len(SD) :]]
        assert (subject, RDF.type, SD[domain]) in found
        if kind == "Language":
            assert value in languages
        elif kind is not None:
            assert (value, RDF.type, SD[kind]) in found
    for term in single:
        for subject in set(found.subjects(RDF.type, SD[kinds[term][0]])):
            assert len(list(found.objects(subject, SD[term]))) == 1, term
    assert list(found.subjects(SD.name, URIRef("http://g.example/1")))
    return True
