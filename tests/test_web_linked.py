"""Linked data and the pages that take something: negotiation, uploads, SPARQL for people."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import zipfile
from base64 import b64decode
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import names
from kkgraph.portal import package, profile
from test_web_pages import BROWSER, page
from webpage import Page
from webserver import Server

KK, KKD = names.KK, names.KKD
FORMS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "trig": ("application/trig", ox.RdfFormat.TRIG),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
}
ACCEPTS = {
    BROWSER["accept"]: "html",
    "text/html": "html",
    "*/*": "html",
    "": "html",
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "text/html;q=0.3, text/turtle;q=0.9": "ttl",
    "application/rdf+xml;q=0.9, text/turtle;q=0.9": "ttl",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("held")


@pytest.fixture(scope="module")
def server(folder):
    """A server whose temporary files go into ``folder``."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        running = Server()
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
    yield running
    running.stop()


@pytest.mark.parametrize("accept", ACCEPTS)
def test_a_things_address_sends_on_to_the_document_that_is_wanted(server, accept):
    status, headers, body = server.get("/id/e-laas", {"accept": accept} if accept else {})
    assert (status, headers["location"], body) == (303, f"/id/e-laas.{ACCEPTS[accept]}", b"")
    assert "accept" in headers["vary"].lower()
    status, headers, _ = server.get(headers["location"])
    assert status == 200
    assert headers["link"] == f'<{KKD}e-laas>; rel="describes"'


def test_the_language_goes_with_it(server):
    assert server.get("/id/e-laas?lang=th", BROWSER)[1]["location"] == "/id/e-laas.html?lang=th"
    assert server.get("/id/e-laas", {"accept": "application/pdf"})[0] == 406
    assert server.get("/id/nobody", BROWSER)[0] == 404
    assert server.get("/id/nobody", {"accept": "text/turtle"})[0] == 404


@pytest.mark.parametrize("form", FORMS)
def test_a_document_says_what_the_graph_says(server, graph, form):
    media, kind = FORMS[form]
    status, headers, body = server.get(f"/id/F369.{form}")
    assert status == 200
    assert headers["content-type"].split(";")[0] == media
    quads = list(ox.parse(body, format=kind))
    said = {(q.subject.value, q.predicate.value, str(q.object)) for q in quads}
    own = {
        (q.subject.value, q.predicate.value, str(q.object)): q.graph_name.value
        for q in graph.store.quads()
        if q.subject.value == KKD + "F369" and names.is_merged(q.graph_name.value)
    }
    assert len(own) >= 12
    assert own.keys() <= said
    assert (KKD + "F371", KK + "causes", f"<{KKD}F369>") in said  # what leads to it
    assert any(s == KKD + "F369-selector" for s, *_ in said)  # the parts of its evidence
    label = (KK + "asserted", names.RDFS_LABEL, '"asserted"@en')
    prefer = (KK + "asserted", names.PREF_LABEL, '"asserted"@en')
    assert {label, prefer} & said
    if form in ("trig", "nq"):
        graphs = {q.graph_name.value for q in quads if q.subject.value == KKD + "F369"}
        assert {names.KKG + "study", names.KKG + "analyst"} <= graphs
    else:
        assert (KKD + "F369", KK + "answers", f"<{KKD}rq1>") not in said  # the analyst's


@pytest.mark.parametrize(
    "path",
    [
        "/id/../../etc/passwd", "/id/..%2f..%2fetc%2fpasswd", "/id/%2e%2e/%2e%2e/etc/passwd",
        "/id/....//etc/passwd", "/id/e-laas%00.html", "/id/e-laas.exe", "/id/.html", "/id/",
        "/id/e-laas.html.html", "/id/e%20laas", "/id/e-laas%0d%0aset-cookie:x=1",
        "/id/" + "a" * 5000, "/assets/0/../../frame.py", "/assets/x/..%2f..%2fframe.py",
        "/assets/0000000000/words.yaml", "/ns.exe", "/ns../etc", "/graph/../data",
    ],
)  # fmt: skip
def test_no_path_leads_out(server, path):
    for accept in (BROWSER["accept"], "text/turtle"):
        status, headers, body = server.get(path, {"accept": accept})
        assert status in (404, 414)
        assert "set-cookie" not in headers
        assert b"root:" not in body
        assert b"import " not in body


def test_the_terms_answer_themselves(server, graph):
    held = sum(q.graph_name.value == names.ONTOLOGY_GRAPH for q in graph.store.quads())
    for accept, form in (("", "ttl"), ("text/turtle", "ttl"), ("application/rdf+xml", "rdf")):
        status, headers, body = server.get("/ns", {"accept": accept} if accept else {})
        assert status == 200
        assert headers["content-location"] == f"/ns.{form}"
        assert len(list(ox.parse(body, format=FORMS[form][1]))) == held
    found = page(server, "/ns", "th")
    assert found.headers["content-location"] == "/terms?lang=th"
    own = {
        q.subject.value.removeprefix(KK)
        for q in graph.store.quads()
        if q.graph_name.value == names.ONTOLOGY_GRAPH and q.subject.value.startswith(KK)
        and q.predicate.value == names.RDF_TYPE
    }  # fmt: skip
    assert len(own) == 238
    assert own <= set(found.ids)  # the fragment of each name is its place on the page
    assert found.faults == []


def described(server, kind):
    status, headers, body = server.get(f"/.well-known/{kind}")
    assert (status, headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    return list(ox.parse(body, format=ox.RdfFormat.TURTLE))


def counts(triples):
    """The numbers of VoID on each dataset and its partitions."""
    void = names.PREFIXES["void"]
    return {
        (t.subject.value, t.predicate.value.removeprefix(void), t.object.value)
        for t in triples
        if t.predicate.value.startswith(void) and isinstance(t.object, ox.Literal)
    }


def test_the_dataset_is_described_as_it_is_published(server, graph, tmp_path):
    package.publish(graph, tmp_path / "package", profile.read(), day="2026-01-01")
    published = tmp_path / "package" / "metadata" / "void.ttl"
    wanted = counts(ox.parse(published.read_bytes(), format=ox.RdfFormat.TURTLE))
    found = described(server, "void")
    assert len(wanted) > 100
    assert counts(found) == wanted
    me = ox.NamedNode(KKD + "dataset-kkgraph")
    void = names.PREFIXES["void"]
    said = {(q.predicate.value, q.object) for q in found if q.subject == me}
    assert (void + "sparqlEndpoint", ox.NamedNode(server.url + "/sparql")) in said
    assert (void + "uriSpace", ox.Literal(KKD)) in said
    assert (void + "exampleResource", ox.NamedNode(KKD + "e-laas")) in said
    assert sum(p == names.PREFIXES["dcterms"] + "title" for p, _ in said) == 2
    assert server.get("/.well-known/void", BROWSER)[1]["location"] == "/data"
    assert server.get("/.well-known/void", {"accept": "application/rdf+xml"})[0] == 200


def test_the_catalogue_is_a_good_one(server):
    triples = described(server, "dcat")
    plain = [ox.Triple(q.subject, q.predicate, q.object) for q in triples]
    report = package.check_catalogue(plain)
    wrong = {p.path.rpartition("#")[2] for p in report.problems if p.severity == "violation"}
    assert wrong == {"dcat:byteSize", "checksum"}  # of files, not of answers
    dcat = names.PREFIXES["dcat"]
    kinds = [
        t.object.value.removeprefix(dcat) for t in plain if t.predicate.value == names.RDF_TYPE
    ]
    assert (kinds.count("Distribution"), kinds.count("DataService")) == (8, 1)
    assert kinds.count("Dataset") >= 2
    places = {t.object.value for t in plain if t.predicate.value == dcat + "accessURL"}
    wanted = {"/graphs?default", *(f"/ns.{f}" for f in ("ttl", "nt", "rdf", "jsonld"))}
    assert places == {server.url + path for path in wanted}
    assert {server.get(path)[0] for path in wanted} == {200}
    assert counts(triples) >= counts(described(server, "void"))


def test_sparql_answers_people_and_programs(server):
    text = "SELECT ?f ?h WHERE { ?f a kk:Finding ; kk:hedge ?h } ORDER BY ?f LIMIT 3"
    found = page(server, "/sparql?" + urlencode({"query": text}), "en")
    assert found.faults == []
    assert "/id/F001.html?lang=en" in found.internal()
    assert "3 lines" in found.text
    taken = [x for x in found.internal() if "as=" in x]
    assert len(taken) == 4
    for link, media in zip(taken, ("text/csv", "text/tab-separated-values",
                                   "application/sparql-results+json",
                                   "application/sparql-results+xml"), strict=True):  # fmt: skip
        status, headers, body = server.get(link, BROWSER)
        assert (status, headers["content-type"].split(";")[0]) == (200, media)
        assert b"F001" in body
    described = server.get("/sparql", {"accept": "text/turtle"})
    assert b"sparql-service-description" in described[2]
    plain = server.get("/sparql?" + urlencode({"query": text}), {"accept": "*/*"})
    assert plain[1]["content-type"] == "application/sparql-results+json"


def test_sparql_says_what_is_wrong(server):
    bad = page(server, "/sparql?" + urlencode({"query": "SELECT ?x WHERE { ?x a }"}), "th", 400)
    assert 'role="alert"' in bad.source
    assert "SELECT ?x WHERE { ?x a }" in bad.source  # the query is still in the form
    remote = "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    assert (
        'role="alert"' in page(server, "/sparql?" + urlencode({"query": remote}), "en", 400).source
    )
    yes = page(server, "/sparql?query=" + quote("ASK { kkd:F369 a kk:Finding }"), "en")
    assert "Yes: the graph says so." in yes.text
    built = "CONSTRUCT { ?f kk:hedge ?h } WHERE { ?f kk:hedge ?h } LIMIT 500"
    found = page(server, "/sparql?query=" + quote(built), "en")
    assert "The first 100 lines are shown" in found.text
    ttl = next(x for x in found.internal() if "as=ttl" in x)
    assert len(list(ox.parse(server.get(ttl)[2], format=ox.RdfFormat.TURTLE))) == 500


def form(name, data, **fields):
    """A form with a file, as a browser sends it: its content type and its bytes."""
    line = b"--frontier\r\nContent-Disposition: form-data; name="
    parts = [line + f'"{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    head = f'"file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    parts.append(line + head.encode() + data + b"\r\n")
    return "multipart/form-data; boundary=frontier", b"".join(parts) + b"--frontier--\r\n"


def check(server, name, data, lang="en", **fields):
    kind, body = form(name, data, **fields)
    headers = {**BROWSER, "content-type": kind}
    return server.request("POST", f"/validate?lang={lang}", body, headers)


@pytest.fixture(scope="module")
def books(graph, tmp_path_factory):
    """A good workbook (a shipped case in the form), and the same with two cells spoilt."""
    from openpyxl import load_workbook

    good = tmp_path_factory.mktemp("books") / "good.xlsx"
    graph.template(good, fill="ban-pet")
    book = load_workbook(good)
    book["Findings"]["M3"] = "quite certain"
    book["Evidence"]["C2"] = "<script>alert(1)</script>"
    out = io.BytesIO()
    book.save(out)
    return good.read_bytes(), out.getvalue()


def nothing_left(folder):
    """True where no upload is left: beside the server's folders, or in its processes' own."""
    beside = [
        p for p in folder.iterdir() if not p.name.startswith(("kkgraph-serve", "kkgraph-work"))
    ]
    return [*beside, *folder.glob("kkgraph-work-*/*")] == []


def test_a_good_workbook_is_good(server, folder, books):
    status, _, body = check(server, "case.xlsx", books[0])
    found = Page(body.decode(), server.url + "/validate")
    assert status == 200
    assert found.faults == []
    assert "No problems found. It fits the rules of the graph." in found.text
    assert nothing_left(folder)


@pytest.mark.parametrize("lang", ["en", "th"])
def test_problems_stand_at_their_cells(server, folder, books, lang):
    from openpyxl import load_workbook

    status, headers, body = check(server, r"C:\\secret\\กรณี.xlsx", books[1], lang)
    found = Page(body.decode(), server.url + "/validate")
    assert status == 200
    assert found.faults == []
    assert headers["cache-control"] == "no-store"
    assert "Findings!M3" in found.texts
    assert "Evidence!C2" in found.texts
    assert "กรณี.xlsx" in found.title
    assert "secret" not in found.source
    assert "kkgraph-check" not in found.source
    assert "&lt;script&gt;alert(1)" in found.source
    (inside,) = [x for x in found.links if x.startswith("data:")]
    book = load_workbook(io.BytesIO(b64decode(inside.partition("base64,")[2])))
    assert book.sheetnames[0] == ("Problems (kkgraph)" if lang == "en" else "ปัญหา (kkgraph)")
    assert book["Findings"]["M3"].comment is not None
    assert nothing_left(folder)


def test_the_marked_workbook_comes_at_once(server, books):
    from openpyxl import load_workbook

    status, headers, body = check(server, "กรณี.xlsx", books[1], "th", give="marked")
    assert status == 200
    assert headers["content-type"].endswith("spreadsheetml.sheet")
    assert headers["content-disposition"].endswith(f"filename*=UTF-8''{quote('กรณี-marked.xlsx')}")
    assert load_workbook(io.BytesIO(body))["Evidence"]["C2"].comment is not None


def test_rdf_is_checked_too(server, folder):
    text = (
        b"@prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        b'<http://example.org/f> a kk:Finding ;\n  kk:hedge "x" .\n'
    )
    status, _, body = check(server, "mine.ttl", text)
    found = Page(body.decode(), server.url + "/validate")
    assert status == 200
    assert found.source.count('<section class="found violation"') >= 5
    assert "2" in found.texts or "3" in found.texts  # the line
    assert found.faults == []
    assert any(x.startswith("data:") for x in found.links)  # the list of problems
    status, _, body = check(server, "broken.ttl", text[:-2])
    assert status == 400
    assert "broken.ttl" in Page(body.decode(), server.url).text
    assert nothing_left(folder)


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/worksheets/sheet1.xml", b"0" * (257 * 2**20))
    return out.getvalue()


def test_what_is_no_case_is_refused(server, folder):
    refused = {
        ("bomb.xlsx", bomb()): 400,
        ("noise.xlsx", os.urandom(5000)): 400,
        ("empty.xlsx", b""): 400,
        ("program.exe", b"MZ"): 400,
        ("page.html", b"<html>"): 400,
        ("huge.xlsx", b"0" * (17 * 2**20)): 413,
        ("entity.rdf", b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'): 400,
        ("", b"abc"): 400,
    }
    for (name, data), expected in refused.items():
        status, _, body = check(server, name, data, "th")
        assert status == expected, (name, status, body[-400:])
        assert b"root:" not in body
        if status != 413:
            found = Page(body.decode(), server.url + "/validate")
            assert found.faults == []
            assert found.lang == "th"
    assert nothing_left(folder)
    assert server.health()["status"] == "ok"


def test_a_form_that_is_none_is_refused(server):
    for kind, body in (
        ("application/json", b"{}"),
        ("multipart/form-data", b"nothing"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"'
                                            b"\r\n\r\nno file\r\n--x--\r\n"),
    ):  # fmt: skip
        status, headers, answer = server.request("POST", "/validate", body, {"content-type": kind})
        assert status in (400, 415)
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(answer)["status"] == status


def test_the_empty_form_can_be_had(server, folder):
    from openpyxl import load_workbook

    for lang, sheet in (("en", "Findings"), ("th", "ข้อค้นพบ")):
        status, headers, body = server.get(f"/validate/form.xlsx?lang={lang}")
        assert status == 200
        assert lang in headers["content-disposition"]
        assert any(sheet in name for name in load_workbook(io.BytesIO(body)).sheetnames)
    assert nothing_left(folder)


def test_assets_are_kept_for_ever_and_have_no_way_out(server):
    found = page(server, "/", "en")
    wanted = sorted(set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', found.source)))
    assert len(wanted) == 3
    for path in wanted:
        status, headers, body = server.get(path, {"accept-encoding": "gzip"})
        assert status == 200
        assert headers["cache-control"].endswith("immutable")
        assert b"http://" not in body.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"https://" not in body
    other = wanted[0].replace(wanted[0].split("/")[2], "0" * 10)
    assert server.get(other)[1]["cache-control"] == "no-cache"
    assert server.get("/favicon.ico")[0] == 200
    assert b"Disallow: /sparql" in server.get("/robots.txt")[2]


def test_the_examples_of_the_documentation_run(server):
    text = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    found = re.findall(r"^```bash\n(curl -s .*?)^```\n\n```text\n(.*?)^```$", text, re.M | re.S)
    assert len(found) == 3
    for command, output in found:
        here = command.replace("http://127.0.0.1:8765", server.url)
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=True)
        assert done.stdout.replace(server.url, "http://127.0.0.1:8765") == output
