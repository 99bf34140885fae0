"""The pages, as a browser gets them: both languages, every link, nothing that is not ours."""

from __future__ import annotations

import json
import re
from collections import deque
from urllib.parse import quote, urlencode

import pytest

from kkgraph import KnowledgeGraph, catalogue
from webpage import Page
from webserver import Server

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PATHS = {
    "/": ("Digital technology in five municipalities", "เทคโนโลยีดิจิทัลในเทศบาล 5 แห่ง"),
    "/questions": ("Questions", "คำถาม"),
    "/questions/cq06": ("Which centrally supplied internal systems", "ระบบบริหารภายใน"),
    "/questions/findings": ("Answer", "คำตอบ"),
    "/actors": ("Actors and their ties", "ตัวแสดงและความเชื่อมโยง"),
    "/systems": ("Systems by focus and sector", "ระบบตามจุดเน้นและภาคส่วน"),
    "/matrix": ("What the cases have in common", "กรณีต่าง ๆ มีสิ่งใดร่วมกัน"),
    "/matrix?by=barrier": ("Barriers", "อุปสรรค"),
    "/terms": ("Academic body", "องค์กรวิชาการ"),
    "/search?q=line": ("Complaint system via LINE", "ผลการค้นหา"),
    "/data": ("What this server holds", "เครื่องแม่ข่ายนี้มีข้อมูลใด"),
    "/validate": ("The file to check", "แฟ้มที่จะตรวจ"),
    "/sparql": ("SPARQL query", "คำสั่ง SPARQL"),
    "/graph/study": ("What the study itself states.", "สิ่งที่การศึกษากล่าวเอง"),
    "/id/F369.html": ("For whom it holds", "ใช้กับใคร"),
    "/id/e-laas.html": ("What is said about it", "มีการกล่าวถึงอย่างไร"),
}
ENGLISH_ONLY = re.compile(r"[A-Za-z]{4,}( [a-z]{2,}){5,}")


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


def page(server, path, lang="", status=200, **headers):
    target = path + (("&" if "?" in path else "?") + f"lang={lang}" if lang else "")
    given = {k.replace("_", "-"): v for k, v in headers.items()}
    got, answered, body = server.get(target, {**BROWSER, **given})
    assert got == status, (target, got, body[:500])
    assert answered["content-type"] == "text/html; charset=utf-8"
    found = Page(body.decode(), server.url + target)
    found.headers = answered
    return found


def test_how_many_pages_are_looked_at():
    assert len(PATHS) == 16


@pytest.mark.parametrize("lang", ["en", "th"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_in_a_language(server, path, lang):
    found = page(server, path, lang)
    assert found.faults == []
    assert found.lang == lang == found.headers["content-language"]
    assert found.heads.count("h1") == 1
    assert found.heads[0] == "h1"
    assert {"header", "main", "footer", "nav"} <= set(found.tags)
    assert found.title.strip()
    assert found.title not in ("kkgraph", "")
    assert "#content" in found.links[:1]  # the skip link comes first
    assert PATHS[path][lang == "th"] in found.text
    policy = found.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in found.headers
    other = "th" if lang == "en" else "en"
    assert any(f"lang={other}" in link for link in found.links)


@pytest.mark.parametrize("path", ["/", "/questions", "/actors", "/systems", "/validate", "/data"])
def test_thai_pages_are_thai(server, path):
    texts = [t for t in page(server, path, "th").texts if ENGLISH_ONLY.search(t)]
    assert [t for t in texts if "curl" not in t] == []


def test_the_language_comes_from_the_address_or_the_browser(server):
    assert page(server, "/questions", accept_language="th,en;q=0.5").lang == "th"
    assert page(server, "/questions", accept_language="fr").lang == "en"
    assert page(server, "/questions", "en", accept_language="th").lang == "en"
    quiet = page(server, "/questions", accept_language="th")
    kept = [x for x in quiet.internal() if "lang=" in x]
    assert len(kept) == 2  # the switch alone
    loud = page(server, "/questions", "th")
    menu = [x for x in loud.internal() if x.startswith("/questions/")]
    assert len(menu) == 90
    assert all(x.endswith("?lang=th") for x in menu)


def test_the_switch_keeps_the_page(server):
    found = page(server, "/questions/cq06?provider=central-government&lang=th")
    (english,) = [x for x in found.internal() if x.endswith("lang=en")]
    assert english == "/questions/cq06?provider=central-government&lang=en"


def test_every_link_leads_somewhere(server):
    """All pages but those of single things are read, of these the first 30; every thing exists."""
    waiting, seen, things = deque(["/?lang=en", "/?lang=th"]), {}, 0
    named, faults = set(), []
    while waiting:
        target = waiting.popleft()
        if target in seen:
            continue
        path = target.partition("?")[0]
        if path.startswith("/id/"):
            named.add(path.removeprefix("/id/").partition(".")[0])
            things += 1
            if things > 30:
                continue
        if len([t for t in seen if t.startswith(path + "?")]) >= 2:
            continue  # tags, pages of an answer: two of each are enough
        status, headers, body = server.get(target, BROWSER)
        seen[target] = status
        if status == 303:
            waiting.append(headers["location"])
        elif headers.get("content-type", "").startswith("text/html"):
            found = Page(body.decode(), server.url + target)
            faults += [(target, f) for f in found.faults]
            waiting += [x for x in found.internal() if x not in seen]
    assert {t: s for t, s in seen.items() if s not in (200, 303)} == {}
    # the page of the reconciliation service stands alone, with its style and script inside
    assert [f for f in faults if not f[0].startswith("/reconcile/about")] == []
    assert 240 <= len(seen) <= 600, len(seen)
    subjects = (
        "SELECT DISTINCT ?s WHERE { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?s), STR(kkd:))) }"
    )
    rows = json.loads(server.query(subjects)[2])["results"]["bindings"]
    known = {r["s"]["value"].rpartition("/")[2] for r in rows}
    assert len(named) > 1000
    assert named - known == set()


def test_every_question_has_a_page_that_answers(server):
    asked = catalogue.all_questions()
    assert len(asked) == 90
    fields = 0
    for number, q in enumerate(asked):
        lang = ("en", "th")[number % 2]
        found = page(server, f"/questions/{q.id}", lang)
        assert found.faults == [], q.id
        assert q.title[lang] in found.text
        if q.federated is not None:
            assert q.federated.endpoints[0] in found.text
            assert f"kkgraph ask {q.id} --allow-remote" in found.text
            continue
        rows = json.loads(server.get(f"/api/questions/{q.id}?lang={lang}")[2])["rows"]
        said = re.search(r"(?:lines|บรรทัด|1 line)", found.text)
        assert said, q.id
        shown = found.source.count('<tbody class="line"')
        assert shown == min(len(rows), 100), q.id
        for param in q.params:
            fields += 1
            if not rows and not param.default:
                continue  # a question on links and registers, of which there are none here
            values = found.options[param.name]
            assert len(values) > 1, (q.id, param.name)
            if param.default:
                assert param.default in values
    assert fields == 45


def test_a_value_that_is_chosen_counts(server):
    every = page(server, "/questions/systems", "en")
    values = every.options["provider"]
    assert values[0] == "*"
    some = page(server, "/questions/systems?" + urlencode({"provider": values[1]}), "en")
    count = '<tbody class="line"'
    assert 0 < some.source.count(count) < every.source.count(count)
    assert f'value="{values[1]}" selected' in some.source
    by_name = page(server, "/questions/systems?provider=Central+government+(no+agency+named)", "en")
    assert by_name.source.count(count) > 0
    nothing = page(server, "/questions/systems?provider=nobody-at-all", "en", status=400)
    assert "nobody-at-all" in nothing.source
    assert 'role="alert"' in nothing.source
    assert nothing.faults == []
    extra = page(server, "/questions/cq06?utm_source=mail&page=99999", "en")
    assert extra.source.count(count) == 6


def test_a_long_answer_comes_in_pages(server):
    first = page(server, "/questions/findings", "th")
    (following,) = [x for x in first.internal() if "page=2" in x]
    second = page(server, following)
    assert second.lang == "th"
    ids = [
        re.findall(r'data-head="[^"]*"><a class="id"[^>]*>(F\d+)', p.source)
        for p in (first, second)
    ]
    assert len(ids[0]) == len(ids[1]) == 100
    assert not set(ids[0]) & set(ids[1])


def test_an_answer_can_be_taken_along(server):
    found = page(server, "/questions/cq06", "th")
    taken = [x for x in found.internal() if x.startswith("/api/") and "format=" in x]
    assert len(taken) == 3
    kinds = [server.get(x)[1]["content-type"] for x in taken]
    assert [k.split(";")[0] for k in kinds] == [
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/json",
    ]
    assert (
        "VALUES ?provider { &lt;https://w3id.org/kkgraph/id/central-government&gt; }"
        in found.source
    )


def test_the_answers_open_down_to_the_evidence(server, graph):
    found = page(server, "/", "en")
    asked = graph.ask("rq1"), graph.ask("rq2")
    points = {r["point"] for t in asked for r in t.rows}
    assert found.source.count('<li class="point"') == len(points) == 19
    wanted = {n.id for t in asked for line in t.lines for n in line.findings}
    for name in wanted:
        assert f'<span class="id">{name}</span>' in found.source
        assert f'href="/id/{name}.html?lang=en"' in found.source
    assert found.source.count('<details class="gap"') == 42


def test_a_finding_is_opened(server, graph):
    found = page(server, "/id/F371.html", "en")
    note = graph.explain("F371").note
    for said in (
        note.statement["en"],
        note.statement["th"],
        note.scope_label["en"],
        note.hedge_label["en"],
        note.holders[0][1]["en"],
        note.evidence.sha256,
        f"{note.evidence.start} to {note.evidence.end}",
        "kkg:study",
    ):
        assert said in found.text
    assert "/id/F369.html?lang=en" in found.internal()  # what it causes
    assert "/id/F370.html?lang=en" in found.internal()  # the one before


def test_an_entity_says_what_is_said_and_where(server):
    found = page(server, "/id/kktt.html", "en")
    assert "Business organisation" in found.text
    assert found.source.count('<details class="finding"') >= 6
    assert "/graph/study?lang=en" in found.internal()
    assert "https://w3id.org/kkgraph/id/kktt" in found.text
    assert found.text.count("; KKTT;") + found.text.count("KKTT; KKTT") == 0, "one name, once"
    huge = page(server, "/id/study-document.html", "en")  # hundreds of statements lead to it
    assert "343 more of this kind" in huge.text
    assert len(huge.source) < 150_000


def test_the_drawing_can_be_pointed_at(server):
    found = page(server, "/actors", "th")
    wide = re.search(
        r'<div class="scroll drawn wide">(.*?)</div>\n?<div class="scroll drawn', found.source, re.S
    )
    assert wide
    drawn = re.findall(r'<a class="lead" href="([^"]*)"', found.source)
    ties = [d for d in drawn if d.startswith("#tie-")]
    boxes = [d for d in drawn if d.startswith("/id/")]
    assert len(set(ties)) == 33  # a line for every edge, in the wide and the narrow drawing
    assert len(set(boxes)) == 43
    labels = re.findall(
        r'<a class="lead"[^>]* data-joins="[^"]*"><title>([^<]*)</title>', found.source
    )
    assert len(labels) == len(ties)
    assert all("→" in text and re.search(r"F\d{3}", text) for text in labels)


def test_the_matrix_tells_three_states(server):
    found = page(server, "/matrix?by=barrier", "en")
    cells = re.findall(r'<td class="(\w+)">(<a )?', found.source)
    assert len(cells) == 12 * 21
    assert {kind for kind, _ in cells} == {"present", "absent", "spoken", "unreported"}
    assert all(bool(link) == (kind != "unreported") for kind, link in cells)
    labels = re.findall(r'<td class="\w+"><a href="#c[\d-]+" aria-label="([^"]+)"', found.source)
    assert len(labels) == len([1 for _, link in cells if link])
    assert all(" – " in text and re.search(r"F\d", text) for text in labels)
    themes = page(server, "/matrix", "en")
    heads = re.findall(r'class="level-head">([^<]+)<', themes.source)
    assert heads == [*sorted(heads[:3]), "No theme given"]
    refused = page(server, "/matrix?by=nonsense", "th", status=400)
    assert "ค่าที่ให้มาใช้ไม่ได้" in refused.text


def test_systems_stand_in_their_table(server, graph):
    from kkgraph.report import gather

    found = page(server, "/systems", "en")
    for system in gather(graph).framework.systems:
        assert f"/id/{system.system.id}.html?lang=en" in found.internal()
    assert found.source.count('<span class="by">') >= 20


def test_a_search_finds_in_either_language(server):
    assert "/id/e-laas.html?lang=th" in page(server, "/search?q=ระบบบัญชีคอมพิวเตอร์".replace(
        "ระบบบัญชีคอมพิวเตอร์", quote("ระบบบัญชีคอมพิวเตอร์")), "th").internal()  # fmt: skip
    found = page(server, "/search?q=F369", "en")
    assert "/id/F369.html?lang=en" in found.internal()
    nothing = page(server, "/search?q=zzzzzz", "en")
    assert "Nothing in the graph has these words." in nothing.text
    assert page(server, "/search", "en").faults == []


def test_errors_are_pages_for_people_and_documents_for_programs(server):
    for path, status in (("/nowhere", 404), ("/questions/cq999", 404), ("/id/nobody.html", 404)):
        found = page(server, path, "th", status=status)
        assert found.faults == []
        assert found.lang == "th"
        assert "content-security-policy" in found.headers
        got, headers, body = server.get(path, {"accept": "application/json"})
        assert got == status
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["status"] == status
    assert server.request("DELETE", "/questions", headers=BROWSER)[0] == 405


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server over a store whose labels are HTML, and which has a case loaded."""
    path = tmp_path_factory.mktemp("hostile") / "store"
    bad = '<script>alert(1)</script><img src=x onerror=alert(2)>\\" onmouseover=\\"alert(3)'
    with KnowledgeGraph.open(path, in_process=True) as made:
        made.load("ban-pet")
        made.update(
            "PREFIX kk: <https://w3id.org/kkgraph/ns#> PREFIX kkd: <https://w3id.org/kkgraph/id/>"
            " PREFIX skos: <http://www.w3.org/2004/02/skos/core#> INSERT DATA { GRAPH"
            " <https://w3id.org/kkgraph/graph/local> { kkd:bad-one a kk:DigitalSystem ;"
            f' skos:prefLabel "{bad}"@en, "{bad}"@th ; skos:definition "{bad}"@en ;'
            " kk:providedBy kkd:central-government ;"
            " skos:exactMatch <javascript:alert(4)>, <http://elsewhere.example/x> .\n"
            " kkd:F312 kk:about kkd:bad-one ."
            f' kkd:central-government skos:altLabel "{bad}"@en }} }}'
        )
    running = Server(str(path))
    yield running
    running.stop()


def test_html_in_labels_is_text(hostile):
    free = urlencode({"query": "SELECT ?l { kkd:bad-one skos:prefLabel ?l }"})
    paths = ("/id/bad-one.html", "/search?q=alert", "/questions/systems", "/graph/local",
             "/id/central-government.html", "/questions/cq06", "/id/F312.html",
             f"/sparql?{free}")  # fmt: skip
    seen = 0
    for path in paths:
        for lang in ("en", "th"):
            found = page(hostile, path, lang)
            assert found.faults == [], path
            seen += "&lt;script&gt;alert(1)" in found.source
    assert seen >= 10
    found = page(hostile, "/id/bad-one.html", "en")
    assert "http://elsewhere.example/x" in found.links
    assert not [x for x in found.links if x.startswith("javascript")]


def test_what_is_asked_is_text_too(server):
    bad = '"><script>alert(1)</script>'
    for path in ("/search?q=", "/questions?q=", "/questions/systems?provider=", "/matrix?by=",
                 "/sparql?query=", "/questions/", "/id/", "/graph/", "/nowhere?x="):  # fmt: skip
        status, _, body = server.get(path + quote(bad, safe=""), BROWSER)
        assert status in (200, 400, 404), path
        assert b"<script>alert" not in body
        assert Page(body.decode(), server.url + path).faults == []


def test_a_loaded_case_has_its_pages(hostile):
    found = page(hostile, "/id/F461.html", "th")
    assert "kkg:case-ban-pet" in found.text
    assert "Ban Pet" in page(hostile, "/matrix", "en").text
    assert page(hostile, "/graph/case-ban-pet", "en").faults == []
    assert page(hostile, "/", "en").source.count('<li class="point"') == 19


def test_an_empty_store_has_pages_too(tmp_path):
    running = Server(str(tmp_path / "none"), "--plain")
    try:
        for path in PATHS:
            if not path.startswith(("/graph/", "/id/")):
                status = 400 if path.endswith("cq06") else 200  # its default is nowhere
                assert page(running, path, "en", status=status).faults == [], path
        assert page(running, "/id/F369.html", "en", status=404)
    finally:
        running.stop()
