"""The report: what it says is what the graph says, in both languages, in one closed file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph
from kkgraph.layout import display_width
from kkgraph.report import gather, positions, to_html, to_json, to_text
from kkgraph.report.records import Edge, Network, Node

LANGUAGES = ("en", "th")
VOID = {"meta", "input", "br", "hr", "img", "link", "rect", "path", "polygon"}
PLANTED = "<script>alert('x')</script>\"&"
MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")


class Page(HTMLParser):
    """Checks that every element is closed in order, and keeps what the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.pieces.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        return "\n".join(d for tag, d in self.pieces if tag not in ("style", "script"))

    def attributes(self, name: str) -> list[str]:
        return [a[name] or "" for _, a in self.tags if name in a]

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.tags)


@pytest.fixture(scope="module")
def report(graph):
    return gather(graph)


@pytest.fixture(scope="module", params=LANGUAGES)
def html(request, report):
    return to_html(report, request.param)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def folded(text: str) -> str:
    """White space dropped, ำ read as า, stacked marks in one order."""
    plain = "".join(unicodedata.normalize("NFC", text).split()).replace("ำ", "า")
    return MARKS.sub(lambda found: "".join(sorted(found[0])), plain)


@pytest.mark.parametrize(("question", "points"), [("rq1", 11), ("rq2", 8)])
def test_every_point_finding_and_gap_of_the_research_questions(graph, report, question, points):
    answer = next(a for a in report.answers if a.id == question)
    asked = graph.ask(question)
    rows = {(r["point"], r["finding"], r["gap"]) for r in asked.rows}
    mine = {(p.id, n.id, None) for p in answer.points for n in p.findings}
    mine |= {(p.id, None, g.iri.partition(":")[2]) for p in answer.points for g in p.gaps}
    assert mine == rows
    assert len(answer.points) == points
    assert list(dict.fromkeys(r["point"] for r in asked.rows)) == [p.id for p in answer.points]
    for lang in LANGUAGES:
        assert all(p.text[lang] and answer.title[lang] for p in answer.points)


def test_counts(graph, report):
    assert (report.counts.findings, report.counts.anchors) == (530, 530)
    assert (report.counts.works, report.counts.gaps) == (29, 42)
    assert len(report.entries) == len({e.note.id for e in report.entries}) == 530
    assert {g.iri for g in report.gaps} == {f"kkd:{r['gap']}" for r in graph.ask("gaps").rows}
    assert all(g.bounded_by and g.reason_label for g in report.gaps)


def test_the_matrix_counts_what_its_lists_hold(report):
    listed: dict[tuple[str, str], int] = {}
    for entry in report.entries:
        for theme in entry.themes or ("",):
            key = theme, entry.note.hedge
            listed[key] = listed.get(key, 0) + 1
    assert listed == report.matrix.counts
    assert sum(report.matrix.counts.values()) == 530
    assert len(report.matrix.themes) == 3
    assert all(h.definition.get(lang) for h in report.matrix.hedges for lang in LANGUAGES)


def test_no_edge_names_a_member_of_an_unnamed_group(report):
    nodes = {n.id: n for n in report.network.nodes}
    assert len(report.network.edges) > 25
    for edge in report.network.edges:
        assert {edge.source, edge.target} <= nodes.keys()
        if edge.property == "kk:member":
            assert edge.source in ("five-cases", "eight-economic-organisations")
    weak = [e for e in report.network.edges if any(n.hedge != "kk:asserted" for n in e.findings)]
    assert [(e.source, e.target) for e in weak] == [
        ("private-technology-firms", "municipalities-in-target-area")
    ]


def test_systems_stand_in_a_cell_only_where_the_scheme_puts_them(report):
    place: dict[str, set[str]] = {}
    for system in report.framework.systems:
        place.setdefault(system.place, set()).add(system.system.id)
        assert (system.source == "") == (system.place == "no-focus")
    assert len(report.framework.cells) == 4
    assert "public-external" not in place
    assert place["private-external"] == {"crm"}
    six = {"document-management-system", "e-auction", "e-bidding", "e-laas", "e-plan", "emenscr"}
    assert six <= place["internal"]
    assert {"line-complaint-system", "smart-living-lab"} <= place["no-operator"]
    assert "lrt-service-system" in place["internal"] & place["no-operator"]


@pytest.mark.parametrize("width", [60, 100, 140])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_is_aligned_and_whole(report, lang, width):
    text = to_text(report, lang, width)
    lines = text.splitlines()
    assert max(display_width(line) for line in lines) == width
    for answer in report.answers:
        for point in answer.points:
            assert all(n.id in text for n in point.findings)
    ends = [line for line in lines if re.search(r"\bF\d{3}$", line) and " · " in line]
    assert len(ends) > 20
    assert {display_width(line) for line in ends} == {width}
    assert text.count({"en": "Not known:", "th": "ยังไม่ทราบ:"}[lang]) == sum(
        len(p.gaps) for a in report.answers for p in a.points
    )


def test_text_stays_an_answer_in_length(report):
    for lang in LANGUAGES:
        assert 100 <= len(to_text(report, lang, 100).splitlines()) <= 230


@pytest.mark.parametrize("lang", LANGUAGES)
def test_json_names_findings_that_it_holds(report, lang):
    data = json.loads(to_json(report, lang))
    held = {f["finding"] for f in data["findings"]}
    assert len(held) == data["counts"]["findings"] == 530
    named = {f for a in data["answers"] for p in a["points"] for f in p["findings"]}
    named |= {f for e in data["network"]["edges"] for f in e["findings"]}
    named |= {f for s in data["framework"]["systems"] for f in s["findings"]}
    assert named <= held
    assert all(len(f["evidence"]["sha256"]) == 64 for f in data["findings"])
    asked = data["gaps"][0]["question"]
    assert bool(re.search("[\u0e01-\u0e5b]", asked)) is (lang == "th")


def test_html_is_well_formed(page):
    assert page.faults == []
    assert page.open == []
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert page.count("html") == page.count("main") == page.count("h1") == page.count("nav") == 1
    assert page.count("table") == page.count("caption") == 2


def test_every_link_leads_to_a_place_on_the_page(page):
    ids = set(page.attributes("id"))
    hrefs = page.attributes("href")
    assert len(hrefs) > 200
    assert {h[1:] for h in hrefs} <= ids
    assert all(h.startswith("#") for h in hrefs)
    for name in ("aria-labelledby", "for"):
        assert {i for v in page.attributes(name) for i in v.split()} <= ids


def test_nothing_is_loaded_from_outside(html, page):
    assert not page.attributes("src") + page.attributes("srcset") + page.attributes("style")
    assert page.count("link") == page.count("img") == page.count("iframe") == 0
    for tag, text in page.pieces:
        if tag in ("style", "script"):
            assert not re.search(r"url\(|@import|https?:|fetch|XMLHttp|import\(", text)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_every_finding_and_gap_is_on_the_page_in_both_languages(report, page):
    said = page.text
    ids = set(page.attributes("id"))
    for entry in report.entries:
        assert entry.note.id in ids
        assert entry.note.evidence.sha256 in said
        assert all(entry.note.statement[lang] in said for lang in LANGUAGES)
    for gap in report.gaps:
        assert gap.iri.partition(":")[2] in ids
        assert all(gap.question[lang] in said for lang in LANGUAGES)
    for answer in report.answers:
        assert all(p.text[lang] in said for p in answer.points for lang in LANGUAGES)


def test_the_switch_opens_in_the_language_asked_for(report):
    for lang in LANGUAGES:
        page = Page(to_html(report, lang))
        assert [a["id"] for _, a in page.tags if "checked" in a] == [f"lang-{lang}"]
        assert next(a["lang"] for t, a in page.tags if t == "html") == lang
    assert to_html(report, "xx") == to_html(report, "en")


def test_planted_markup_stays_text():
    with KnowledgeGraph.open(in_process=True) as graph:
        graph.update(
            """PREFIX kk: <https://w3id.org/kkgraph/ns#>
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            DELETE { GRAPH ?g { ?s ?p ?old } } INSERT { GRAPH ?g { ?s ?p ?new } } WHERE {
              VALUES ?p { skos:prefLabel rdfs:label kk:statement kk:question skos:definition }
              GRAPH ?g { ?s ?p ?old }
              BIND(STRLANG(CONCAT(PLANTED, STR(?old)), LANG(?old)) AS ?new)
            }""".replace("PLANTED", json.dumps(PLANTED))
        )
        report = gather(graph)
    plain = Page(to_html(report, "en"))
    assert plain.count("script") == 1
    assert plain.faults == []
    assert plain.text.count(PLANTED) > 2000
    for forms in report.network.nodes[0], report.gaps[0]:
        assert PLANTED in str(forms).replace("\\'", "'")


def test_no_passage_of_the_study_is_in_it(report, study_text):
    text = folded(study_text)
    runs = {text[i : i + 50] for i in range(len(text) - 49)}
    assert len(runs) > 30_000

    def shared_runs(said: str) -> list[str]:
        mine = folded(said)
        return [m for i in range(len(mine) - 49) if (m := mine[i : i + 50]) in runs]

    assert shared_runs(study_text[20_000:20_080])
    said = [d for _, d in Page(to_html(report, "th")).pieces]
    said += [line for lang in LANGUAGES for line in to_text(report, lang, 200).splitlines()]
    allowed = {folded(n.label[lang]) for n in report.network.nodes for lang in n.label}
    found = {r for piece in said for r in shared_runs(piece)}
    assert {r for r in found if not any(r in name for name in allowed)} == set()


def test_two_runs_are_byte_identical(report):
    script = (
        "import hashlib\nfrom kkgraph import KnowledgeGraph\n"
        "from kkgraph.report import gather, to_html, to_json, to_text\n"
        "r = gather(KnowledgeGraph.open(in_process=True))\n"
        "said = ''.join(f(r, l) for f in (to_html, to_json, to_text) for l in ('en', 'th'))\n"
        "print(hashlib.sha256(said.encode()).hexdigest())\n"
    )
    seen = set()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        run = [sys.executable, "-c", script]
        seen.add(subprocess.run(run, env=env, check=True, capture_output=True, text=True).stdout)
    assert len(seen) == 1
    assert len(seen.pop()) == 65


@pytest.mark.parametrize("lang", LANGUAGES)
def test_boxes_of_the_drawing_do_not_overlap(report, lang):
    for shape, plan_of in positions.PLANS.items():
        plans = plan_of(report.network, lang)
        assert sum(len(p.boxes) for p in plans) == len(report.network.nodes)
        assert sum(len(p.lines) for p in plans) == len(report.network.edges)
        for plan in plans:
            boxes = sorted(plan.boxes, key=lambda b: (b.y, b.x))
            for i, one in enumerate(boxes):
                assert 0 <= one.x <= one.x + one.width <= plan.width, shape
                assert 0 <= one.y <= one.y + one.height <= plan.height, shape
                for two in boxes[i + 1 :]:
                    apart = (
                        one.x + one.width <= two.x
                        or two.x + two.width <= one.x
                        or one.y + one.height <= two.y
                    )
                    assert apart, (shape, one.node.id, two.node.id)


def test_a_ring_and_an_empty_network_are_drawn(report):
    nodes = tuple(Node(n, {"en": n}, {"en": "kind"}, "actor") for n in "abc")
    ring = tuple(Edge(s, t, "kk:party", {"en": "party"}, ()) for s, t in ("ab", "bc", "ca"))
    for shape in positions.PLANS.values():
        plans = shape(Network(nodes, ring, ()), "en")
        assert sum(len(p.lines) for p in plans) == 3
        assert shape(Network((), (), ()), "en") == ()
    empty = replace(report, network=Network((), (), ()))
    assert Page(to_html(empty)).faults == []


def test_it_is_fast_enough_for_a_prompt(graph):
    gather(graph)
    started = time.process_time()  # of this process alone, however busy the machine
    report = gather(graph)
    assert time.process_time() - started < 1.0
    to_text(report)
    assert time.process_time() - started < 2.0
