"""Portals read: CKAN's Action API and DCAT catalogues, with publishers linked and nothing lost."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from conftest import shared
from kkgraph import names, turtle
from kkgraph.cli.app import app
from kkgraph.errors import RemoteError
from kkgraph.fetching import Fetcher
from kkgraph.link import Entry, Side, Target, reading
from kkgraph.portal import actions, catalogues, harvest
from portals import Ckan, package, said
from serving import Reply, serving

MANY = [package(n) for n in range(450)]
SIDE = Side("register", "register.csv")
BODIES = [
    Entry("5400104", "", "เทศบาลตำบลท่าพระ", type="SUBDISTRICT", province="40"),
    Entry("6400114", "", "ท่าพระ", type="SAO", province="40"),
    Entry("4400115", "", "เทศบาลเมืองศิลา", type="TOWN", province="40"),
]


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://p.example", "https://p.example"),
        ("https://p.example/", "https://p.example"),
        ("https://p.example/dataset?q=x", "https://p.example"),
        ("https://p.example/th/dataset/abc", "https://p.example/th"),
        ("https://p.example/api/3/action/package_search?rows=1", "https://p.example"),
        ("https://p.example/api/3", "https://p.example"),
        ("https://p.example/organization/x", "https://p.example"),
        ("https://p.example/data", "https://p.example/data"),
    ],
)
def test_the_root_of_a_portal(url, root):
    assert actions.root_of(url) == root


def test_all_pages_are_read_whatever_their_size():
    with serving(Ckan(MANY, rows=100, prefix="/th")) as server:
        found = harvest.read(f"{server.base}/th/dataset", Fetcher())
        searches = [r for r in server.requests if r.path.endswith("package_search")]
    assert [d.id for d in found.datasets] == [p["id"] for p in MANY]
    assert [r.query["start"] for r in searches] == ["0", "100", "200", "300", "400"]
    assert {r.query["sort"] for r in searches} == {"name asc"}
    assert found.whole and found.notes == () and found.kind == "ckan"
    first = found.datasets[0]
    assert (first.publisher, first.modified, first.formats) == ("o1", "2026-05-01", ("CSV", "XLSX"))
    assert first.url == f"{server.base}/th/dataset/dataset-000"
    assert found.publishers["o1"].iri == f"{server.base}/th/organization/tha-phra"
    assert len(found.publishers) == 4  # two pages of two, and one that is empty


def test_a_portal_that_hides_its_organisations_names_them_in_its_datasets():
    with serving(Ckan(MANY[:8], listed=False)) as server:
        found = harvest.read(server.base, Fetcher())
    assert len(found.publishers) == 4
    assert found.notes == (
        "the portal does not list its organisations: the portal refused the request: "
        "Authorization Error: Access denied",
    )


def test_a_limit_and_a_search():
    with serving(Ckan(MANY)) as server:
        found = harvest.read(server.base, Fetcher(), limit=30, query="งบ")
        search = server.requests[-1].query
    assert len(found.datasets) == 30 and found.whole
    assert (search["rows"], search["q"]) == ("30", "งบ")


def test_a_catalogue_that_changes_or_stops_early_is_told():
    with serving(Ckan(MANY[:150], rows=100, counts=[150, 151, 151])) as server:
        found = harvest.read(server.base, Fetcher())
    assert len(found.datasets) == 150 and not found.whole
    assert found.notes == (
        "the catalogue changed while it was read: 150 → 151",
        "the portal promises 151 datasets and gave 150",
    )
    double = [*MANY[:3], MANY[1]]
    with serving(Ckan(double)) as server:
        found = harvest.read(server.base, Fetcher())
    assert [d.id for d in found.datasets] == ["d000", "d001", "d002"] and not found.whole


def test_refusals_are_told_in_the_portals_own_words():
    with serving(Ckan(MANY)) as server:
        with pytest.raises(RemoteError, match="Search Query Error: Can't parse the query") as found:
            harvest.read(server.base, Fetcher(), query="{")
        assert (found.value.code, found.value.status) == ("service-refused", 409)
    gone = Reply(json.dumps({"success": False, "error": "gone"}))
    with serving(lambda _: gone) as server, pytest.raises(RemoteError, match="gone"):
        harvest.read(server.base, Fetcher(), kind="ckan")


@pytest.mark.parametrize(
    "reply",
    [
        Reply("<!DOCTYPE html><title>ปิดปรับปรุง</title>", media="text/html"),
        Reply("<html>", 404, "text/html"),
        Reply('{"a": 1}'),
        Reply("[]"),
        said({"results": []}),
        said({"count": "12", "results": []}),
        said({"count": 1, "results": ["x"]}),
    ],
)
def test_what_is_no_portal_is_said_to_be_none(reply):
    with serving(lambda _: reply) as server, pytest.raises(RemoteError) as found:
        harvest.read(server.base, Fetcher())
    assert found.value.code in ("unexpected-answer", "service-refused")
    assert found.value.hint


def test_a_busy_portal_is_waited_for_and_a_broken_line_mended(slept):
    first = [Reply(status=429, heads={"Retry-After": "9"}), said([])]
    portal = Ckan(MANY[:5], first=first)
    with serving(portal) as server:
        found = harvest.read(server.base, Fetcher())
    assert len(found.datasets) == 5 and slept == [9.0]
    portal = Ckan(MANY[:5], first=[said([]), Reply('{"success": true}', cut=5)])
    with serving(portal) as server:
        assert len(harvest.read(server.base, Fetcher()).datasets) == 5


def test_a_reading_that_broke_off_goes_on_where_it_was(tmp_path, slept):
    portal = Ckan(MANY, rows=100)
    failing: list[bool] = [True]

    def answer(request):
        if failing and request.query.get("start") == "300":
            return Reply(status=503)
        return portal(request)

    with serving(answer) as server:
        with pytest.raises(RemoteError) as found:
            harvest.read(server.base, Fetcher(cache=tmp_path, tries=2))
        assert found.value.code == "service-busy"
        failing.clear()
        before = len(server.requests)
        listing = harvest.read(server.base, Fetcher(cache=tmp_path))
        asked = [r.query["start"] for r in server.requests[before:]]
        assert asked == ["300", "400"] and listing.requests == 2
        assert len(listing.datasets) == 450
        # and once whole, nothing is asked again
        assert harvest.read(server.base, Fetcher(cache=tmp_path)).requests == 0


def test_publishers_are_linked_and_ties_are_not():
    with serving(Ckan(MANY[:8])) as server:
        listing = harvest.read(server.base, Fetcher())
    found = harvest.linked(listing, Target(SIDE, BODIES))
    outcomes = {d.entry.id: (d.outcome, d.link and d.link.entry.id) for d in found.linking}
    assert outcomes == {
        "o1": ("linked", "5400104"), "o2": ("linked", "6400114"), "o3": ("linked", "4400115"),
        "o4": ("none", None),
    }  # fmt: skip
    assert found.linked() == 6
    table = harvest.table(found, "th")
    row = table.rows[0]
    assert row["decision"] == "เชื่อมโยงแล้ว" and row["lao"] == "5400104" and "name" in row["reasons"]
    assert len(table) == 8 and len(harvest.table(found, "en", short=True).columns) == 7
    twice = [*BODIES, Entry("5400999", "", "เทศบาลตำบลท่าพระ", type="SUBDISTRICT", province="40")]
    tied = harvest.linked(listing, Target(SIDE, twice))
    assert tied.decisions["o1"].outcome == "ambiguous"
    cells = harvest.table(tied, "en").rows[0]
    assert (
        cells["lao"] == "" and "5400104" in cells["candidates"] and "5400999" in cells["candidates"]
    )


def test_the_triples_say_matches_and_never_same():
    with serving(Ckan(MANY[:8])) as server:
        listing = harvest.read(server.base, Fetcher())
    triples = list(harvest.triples(harvest.linked(listing, Target(SIDE, BODIES))))
    matches = [t for t in triples if t.predicate.value == names.KK + "matches"]
    assert {t.object.value for t in matches} == {
        names.KKD + f"register-{code}" for code in ("5400104", "6400114", "4400115")
    }
    assert not any("sameAs" in t.predicate.value for t in triples)
    data = ox.serialize(triples, format=ox.RdfFormat.TURTLE)
    assert len(turtle.parse(data, ox.RdfFormat.TURTLE, where="x")) == len(set(triples))


def test_texts_of_a_portal_are_made_harmless():
    evil = package(1) | {
        "title": "=HYPERLINK(\"http://x\")\u202e\x00", "license_url": "javascript:alert(1)",
        "license_title": "", "license_id": "", "name": "a/../b", "resources": "none",
        "organization": {"id": "o9", "name": "x", "title": "@SUM(A1)"}, "owner_org": "o9",
    }  # fmt: skip
    with serving(Ckan([evil])) as server:
        listing = harvest.read(server.base, Fetcher())
    (data,) = listing.datasets
    assert data.url.endswith("/dataset/a%2F..%2Fb")
    text = harvest.table(harvest.linked(listing, Target(SIDE, BODIES)), "en").to_csv()
    assert "'=HYPERLINK" in text and "'@SUM" in text and "\u202e" not in text and "\x00" not in text


DCAT = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<> a dcat:Catalog ; dcat:dataset <#d%(n)s> .
<#d%(n)s> a dcat:Dataset ; dct:title "ชุดข้อมูล %(n)s"@th , "Dataset %(n)s"@en ;
  dct:publisher [ a foaf:Agent ; foaf:name "%(who)s" ] ; dct:modified "2026-01-0%(n)s" ;
  dcat:distribution [ dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ] .
%(more)s
"""
NAMES = {"1": "เทศบาลเมืองศิลา จังหวัดขอนแก่น", "2": "ทต.ท่าพระ จ.ขอนแก่น", "3": "กรมที่ดิน"}


def paged(request, form="ttl"):
    page = request.query.get("page", "1")
    more = ""
    if page != "3":
        more = f'[] a hydra:PagedCollection ; hydra:nextPage "?page={int(page) + 1}" .'
    data = DCAT % {"n": page, "who": NAMES[page], "more": more}
    if form == "ttl":
        return Reply(data, media="text/turtle; charset=utf-8")
    base = f"http://{request.heads['Host']}{request.path}"
    triples = ox.parse(data.encode(), format=ox.RdfFormat.TURTLE, base_iri=base)
    kind, media = {
        "jsonld": (ox.RdfFormat.JSON_LD, "application/ld+json"),
        "rdf": (ox.RdfFormat.RDF_XML, "application/rdf+xml"),
    }[form]
    return Reply(ox.serialize((q.triple for q in triples), format=kind), media=media)


@pytest.mark.parametrize("form", ["ttl", "jsonld", "rdf"])
def test_a_dcat_catalogue_is_read_page_by_page(form):
    with serving(lambda r: paged(r, form)) as server:
        found = harvest.read(f"{server.base}/catalog.{form}", Fetcher())
        assert len(server.requests) == 3
    assert found.kind == "dcat" and found.whole
    assert [d.title["th"] for d in found.datasets] == ["ชุดข้อมูล 1", "ชุดข้อมูล 2", "ชุดข้อมูล 3"]
    assert [d.formats for d in found.datasets] == [("CSV",)] * 3
    assert sorted(found.publishers) == sorted(NAMES.values())
    linked = harvest.linked(found, Target(SIDE, BODIES))
    assert [linked.linking.count(o) for o in ("linked", "ambiguous", "none")] == [2, 0, 1]


def test_a_catalogue_without_an_ending_is_found_out():
    def answer(request):
        if "/api/3/" in request.path:
            return Reply("<html>not here", 404, "text/html")
        return paged(request)

    with serving(answer) as server:
        assert len(harvest.read(f"{server.base}/open-data", Fetcher()).datasets) == 3


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ("[] hydra:next <https://10.0.0.1/next> .", "on another host"),
        ("[] hydra:next <file:///etc/passwd> .", "no safe address"),
        ("[] hydra:next <?page=1> .", ""),
    ],
)
def test_next_pages_that_lead_astray_or_in_a_circle(more, note):
    def answer(request):
        return Reply(DCAT % {"n": 1, "who": "x", "more": more}, media="text/turtle")

    with serving(answer) as server:
        found = catalogues.read(f"{server.base}/c.ttl", Fetcher())
        assert len(server.requests) <= 2
    assert len(found.datasets) <= 2
    assert any(note in n for n in found.notes) if note else found.whole


@pytest.mark.parametrize(
    "reply",
    [
        Reply("@prefix", media="text/turtle"),
        Reply("<a> <b> <c> .", media="text/turtle"),
        Reply('{"@context": "https://other.example/context"}', media="application/ld+json"),
        Reply('<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
              media="application/rdf+xml"),
        Reply(b"\x00\x01", media="image/png"),
    ],
)  # fmt: skip
def test_what_is_no_catalogue_is_said_to_be_none(reply):
    with serving(lambda _: reply) as server, pytest.raises(RemoteError) as found:
        harvest.read(f"{server.base}/c", Fetcher(), kind="dcat")
    assert found.value.code == "unexpected-answer"


def test_the_command(tmp_path):
    run = CliRunner().invoke
    out = tmp_path / "datasets.csv"
    with serving(Ckan(MANY[:8])) as server:
        args = ["portal", "fetch", server.base, "--cache", str(tmp_path / "kept")]
        done = run(app, [*args, "--lang", "th", "-f", "csv", "-o", str(out)])
        assert done.exit_code == 0, done.output
        assert "ชุดข้อมูล 8 ชุด" in done.stderr
        text = out.read_text(encoding="utf-8")
        assert text.count("\n") == 9 and "sila-town" in text
        done = run(app, [*args, "-f", "json"])
        assert len(json.loads(done.stdout)["rows"]) == 8 and "0 requests" in done.stderr
        done = run(app, [*args, "-f", "ttl"])
        assert "kk:matches kkd:sila-town" in done.stdout
    portal = Ckan(MANY[:8], counts=[9, 9])
    with serving(portal) as server:
        done = run(app, ["portal", "fetch", server.base, "--cache", str(tmp_path / "other")])
    assert done.exit_code == 1 and "gave less than it promised" in done.stderr


def test_the_real_register_takes_the_publishers():
    register = reading.read(shared("open-data", "th-lao-register-2017.csv"))
    with serving(Ckan(MANY[:8])) as server:
        listing = harvest.read(server.base, Fetcher())
    found = harvest.linked(listing, Target(*register))
    assert {p: d.link.entry.id for p, d in found.decisions.items() if d.link} == {
        "o1": "5400104", "o2": "6400114", "o3": "4400115",
    }  # fmt: skip
