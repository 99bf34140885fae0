"""Comparing cases: three states, each with its evidence; a hope is no fact, silence no absence."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph, names, turtle
from kkgraph.cases import matrix, tabulated
from kkgraph.cases import words as said
from kkgraph.cases.conditions import ABSENT, ADDABLE, KINDS, PRESENT
from kkgraph.cases.matrix import BOTH, ORDER, UNREPORTED
from kkgraph.cli import matrices
from kkgraph.errors import QuestionError, StoreError, TermError
from kkgraph.names import KK, KKD
from kkgraph.report.heatmap import to_html

SLUGS = ["ban-pet", "jenrangsan-2019", "kamnuansilpa-2020"]
HEAD = "".join(f"@prefix {p}: <{i}> .\n" for p, i in names.PREFIXES.items())
BARE = """
kkd:mine a kk:Study ; skos:prefLabel "=1+1"@en , "การศึกษา"@th .
kkd:a a kk:Municipality ; skos:prefLabel "A"@en , "ก"@th .
kkd:b a kk:AnonymousCaseGroup ; kk:identity kk:withheld ; skos:prefLabel "B"@en , "ข"@th .
kkd:c a kk:AnonymousCaseGroup ; kk:identity kk:withheld ; skos:prefLabel "C"@en , "ค"@th .
kkd:power a kk:Condition ; skos:prefLabel "=HYPERLINK(1)"@en , "ไฟฟ้า"@th .
kkd:staff a kk:ActorGroup ; skos:prefLabel "Staff"@en , "บุคลากร"@th .
"""


def finding(number: int, scope: str, **over: str) -> str:
    what = {"kind": "barrierKind", "about": "staff", "claim": "lacks", "value": "power",
            "hedge": "asserted"} | over  # fmt: skip
    return f"""
kkd:mine-F{number} a kk:Finding ; dcterms:identifier "F{number}" ; kk:kind kk:{what["kind"]} ;
  kk:about kkd:{what["about"]} ; kk:claim kkd:claim-{what["claim"]} ; kk:value kkd:{what["value"]} ;
  kk:scope kkd:{scope} ; kk:hedge kk:{what["hedge"]} ; kk:holder kkd:mine ;
  kk:statement "Statement {number} in English."@en , "ข้อความที่ {number} ภาษาไทย"@th .
"""


@pytest.fixture(scope="module")
def loaded() -> KnowledgeGraph:
    graph = KnowledgeGraph.open(in_process=True)
    for slug in SLUGS:
        assert graph.load(slug).loaded
    return graph


@pytest.fixture
def made(graph):
    """A graph with a case of these findings, put there without validation."""
    opened = KnowledgeGraph.open(in_process=True)

    def put(*findings: str) -> KnowledgeGraph:
        text = HEAD + BARE + "".join(findings)
        quads = turtle.parse(text.encode(), ox.RdfFormat.TURTLE, where="made")
        triples = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
        opened.store.put_graph(names.CASE_PREFIX + "mine", triples)
        return opened

    return put


def cell(found, scope: str, node: str):
    return found.cells.get((KKD + scope, KKD + node), matrix.Cell())


def ids(told) -> list[str]:
    return [t.note.id for t in told]


def row(found, scope: str):
    return next(r for r in found.rows if r.iri == KKD + scope)


# The real cases


def test_ban_pet_has_conditions_reported_present_and_absent(loaded):
    found = loaded.compare("barrier")
    states = {
        "partly-traditional-technology": (PRESENT, ["F467"]),
        "enough-it-for-staff-demand": (ABSENT, ["F466"]),
        "adequate-staff-it-skills": (ABSENT, ["F468"]),
        "budgetary-constraints": (UNREPORTED, []),
    }
    for node, (state, findings) in states.items():
        mine = cell(found, "ban-pet-subdistrict", node)
        assert (mine.state, ids(mine.findings)) == (state, findings), node
    assert cell(found, "five-cases", "budgetary-constraints").state == PRESENT
    assert found.contradictions() == []


def test_sila_s_evidence_comes_from_two_studies(loaded):
    found = loaded.compare("theme")
    sila = row(found, "sila-town")
    assert [c for c, _ in sila.sources] == ["jenrangsan-2019", "study"]
    mine = cell(found, "sila-town", "no-theme")
    assert ids(mine.findings) == ["F267", "jenrangsan-2019-F7"]
    assert [t.cases for t in mine.findings] == [("study",), ("jenrangsan-2019",)]
    groups = {names.slug(iri) for iri, _ in sila.related}
    assert groups == {"five-cases", "jenrangsan-2019-six"}


@pytest.mark.parametrize("by", KINDS)
def test_no_finding_of_a_group_stands_in_the_row_of_a_member(loaded, by):
    found = loaded.compare(by)
    assert len(found.rows) > 12
    for (scope, _), mine in found.cells.items():
        for told in mine.told:
            assert names.expand(told.note.scope) == scope
    members = ("khon-kaen-city", "sila-town", "kranuan-town", "tha-phra-subdistrict")
    if by != "theme":
        assert [s for s, _ in found.cells if s in {KKD + m for m in members}] == []


@pytest.mark.parametrize("by", KINDS)
def test_unnamed_groups_have_rows_of_their_own(loaded, by):
    found = loaded.compare(by)
    unnamed = [r for r in found.rows if r.level == "unnamed"]
    assert len({r.iri for r in unnamed}) == len(unnamed)
    for r in unnamed:
        assert r.related == ()
        assert any(found.cell(r, c).told for c in found.columns)
    if by == "theme":
        assert len(unnamed) >= 9


@pytest.mark.parametrize("by", [k for k in KINDS if k != "goal"])
def test_only_what_is_asserted_is_reported(loaded, by):
    found = loaded.compare(by)
    assert list(found.counted) == ["asserted"]
    weak = 0
    for mine in found.cells.values():
        assert {t.note.hedge for t in mine.findings} <= {"kk:asserted"}
        assert (mine.state == UNREPORTED) == (not mine.findings)
        weak += mine.state == UNREPORTED
    assert weak > 0


def test_beliefs_and_expectations_are_no_goals_and_goals_no_results(loaded):
    found = loaded.compare("goal")
    stated = cell(found, "five-cases", "quality-of-life")
    assert (stated.state, {t.note.hedge for t in stated.findings}) == (PRESENT, {"kk:goal"})
    hoped = cell(found, "five-cases", "better-public-goods-and-services")
    assert hoped.state == UNREPORTED
    assert {t.note.hedge for t in hoped.weaker} == {"kk:expectation", "kk:assumption"}
    believed = cell(found, "five-cases", "convenience")
    assert (believed.state, believed.truth) == (UNREPORTED, None)
    assert "not that it was reached" in found.kind.meaning["en"]


def test_to_give_importance_or_to_develop_is_not_to_have(loaded):
    found = loaded.compare("system")
    for scope, node, hedge in (
        ("two-own-internal-systems", "own-internal-systems", "kk:asserted"),
        ("some-municipalities-mission-systems", "smart-living-lab", "kk:inDevelopment"),
        ("some-municipalities-own-budget", "own-electronic-management-systems", "kk:goal"),
    ):
        mine = cell(found, scope, node)
        assert mine.state == UNREPORTED, scope
        assert hedge in {t.note.hedge for t in mine.weaker}
    used = cell(found, "most-internal-systems-of-the-five", "e-laas")
    assert (used.state, ids(used.findings)) == (PRESENT, ["F316"])


def test_a_tendency_counts_on_request_and_a_goal_never(loaded):
    plain = loaded.compare("barrier")
    counted = loaded.compare("barrier", count=["tendency"])
    pair = ("two-own-internal-systems", "coarse-central-data")
    assert cell(plain, *pair).state == UNREPORTED
    assert cell(counted, *pair).state == PRESENT
    for hedge in ("goal", "belief", "expectation", "normative", "initiated", "sure"):
        with pytest.raises(QuestionError) as error:
            loaded.compare("barrier", count=[hedge])
        assert error.value.code == "bad-value"
    assert set(ADDABLE) == {"tendency", "estimate", "preliminary"}


def test_cases_and_rows_are_chosen(loaded):
    alone = loaded.compare("barrier", cases=["ban-pet"])
    assert [r.iri for r in alone.rows] == [KKD + "ban-pet-subdistrict"]
    assert len(alone.columns) == 3
    named = loaded.compare("barrier", rows=["body", "group"])
    assert {r.level for r in named.rows} == {"body", "group"}
    wide = loaded.compare("collaboration", rows=list(ORDER))
    assert wide.elsewhere == 0
    signed = cell(wide, "mueang-district-khon-kaen", "mou-signing")
    assert (signed.state, ids(signed.findings)) == (PRESENT, ["F417"])
    assert loaded.compare("collaboration").elsewhere > 0
    with pytest.raises(TermError) as unknown:
        loaded.compare("barrier", cases=["ban-pt"])
    assert unknown.value.code == "unknown-case"
    for wrong in ({"rows": ["town"]}, {"by": "colour"}):
        with pytest.raises(QuestionError):
            loaded.compare(**wrong)


def test_without_a_case_the_study_stands_alone(graph):
    found = graph.compare("barrier")
    assert list(found.cases) == ["study", "local"]
    assert {c for r in found.rows for c, _ in r.sources} == {"study"}
    assert cell(found, "ban-pet-subdistrict", "enough-it-for-staff-demand").state == ABSENT


# Contradictions, absence, silence


def test_a_contradiction_is_flagged_and_blank_in_the_truth_table(made):
    graph = made(finding(1, "a"), finding(2, "a", about="power", claim="hinders", value="staff"))
    found = graph.compare("barrier", cases=["mine"])
    mine = cell(found, "a", "power")
    assert (mine.state, mine.truth) == (BOTH, None)
    ((r, c, _),) = found.contradictions()
    assert (r.iri, c.iri) == (KKD + "a", KKD + "power")
    heads, rows = tabulated.truth_table(found)
    assert heads == ["case", "level", "power", "note"]
    assert rows[0][:3] == ["a", "body", None]
    assert "contradiction" in rows[0][3]


def test_two_unnamed_groups_stay_two_rows(made):
    graph = made(finding(1, "b"), finding(2, "c"), finding(3, "c", hedge="possibility"))
    found = graph.compare("barrier", cases=["mine"])
    assert [(r.iri, found.cell(r, found.columns[0]).truth) for r in found.rows] == [
        (KKD + "b", 0),
        (KKD + "c", 0),
    ]


def test_a_lack_in_a_system_is_no_absence_in_the_case(loaded):
    found = loaded.compare("barrier")
    assert cell(found, "five-cases", "central-system-development").state == PRESENT
    assert cell(found, "five-cases", "user-needs").told == ()


@pytest.mark.parametrize("by", KINDS)
def test_the_truth_table_has_no_0_for_silence(loaded, by):
    found = loaded.compare(by)
    heads, rows = tabulated.truth_table(found)
    assert len(heads) == len(set(heads)) == len(found.columns) + 3
    assert all(re.fullmatch(r"[A-Za-z]\w*", h, re.ASCII) for h in heads)
    values = [v for line in rows for v in line[2:-1]]
    wanted = [found.cell(r, c) for r in found.rows for c in found.columns]
    assert values.count(1) == sum(c.state == PRESENT for c in wanted)
    assert values.count(0) == sum(c.state == ABSENT for c in wanted)
    assert values.count(0) == (2 if by == "barrier" else 0)
    assert values.count(None) == len(wanted) - values.count(0) - values.count(1)
    read = list(csv.DictReader(io.StringIO(tabulated.to_qca(found))))
    assert len(read) == len(found.rows)
    for line in read:
        assert {line[h] for h in heads[2:-1]} <= {"", "0", "1"}
        assert "never read it as 0" in line["note"]


# Forms


def test_no_form_runs_what_a_label_says(made, tmp_path):
    import openpyxl

    graph = made(finding(1, "a"))
    found = graph.compare("barrier", cases=["mine"])
    rows = list(csv.reader(io.StringIO(tabulated.to_csv(found))))
    assert rows[0][3] == "'=HYPERLINK(1)"
    assert rows[1][2] == "'=1+1"
    tabulated.to_xlsx(found, tmp_path / "m.xlsx")
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert len(book.worksheets) == 3
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line if c.value is not None]
    assert {c.data_type for c in cells} == {"s"}
    assert not [c.value for c in cells if str(c.value).startswith("=")]
    absent = book.worksheets[0].cell(2, 4)
    assert absent.value.startswith("reported absent: mine-F1")
    assert absent.fill.fgColor.rgb.endswith("F6D5C5")
    assert "<script>alert" not in to_html(found)


def test_json_carries_every_cell_with_its_evidence(loaded):
    found = loaded.compare("barrier", lang="th")
    data = json.loads(json.dumps(tabulated.as_dict(found), ensure_ascii=False))
    (pet,) = [r for r in data["rows"] if r["iri"] == KKD + "ban-pet-subdistrict"]
    mine = pet["cells"]["enough-it-for-staff-demand"]
    assert mine["state"] == "absent"
    (told,) = mine["findings"]
    assert told["finding"] == "F466"
    assert told["hedge"] == "kk:asserted"
    assert told["holders"] == ["kkd:work-suriyanon-2014"]
    assert told["cases"] == ["ban-pet"]
    assert "48872–48944" in told["evidence"]
    (resident,) = [r for r in data["rows"] if r["iri"].endswith("-residents")]
    (weak,) = resident["cells"]["ineffective-citizen-engagement"]["weaker"]
    assert weak["evidence"] == "kamnuansilpa-2020-article, abstract"
    assert set(data["cases"]) == {"study", "local", *SLUGS}


def test_what_is_in_common_is_said(loaded):
    found = loaded.compare("system")
    common = {names.slug(c.iri): {names.slug(r.iri) for r in rows} for c, rows in found.common()}
    assert common["centrally-supplied-internal-systems"] == {
        "five-cases",
        "most-internal-systems-of-the-five",
    }
    from kkgraph.cli.matrices import comparison as drawn

    text = drawn(found, 100)
    assert "Reported present of more than one row" in text
    assert max(map(len, text.split("\n"))) <= 100
    assert "F316" in text
    thai = drawn(loaded.compare("system", lang="th"), 100)
    assert "รายงานว่ามี" in thai


def test_everything_it_says_stands_in_both_languages():
    texts = [v for k, v in vars(said).items() if k.isupper() and isinstance(v, dict)]
    texts += [k.title for k in KINDS.values()] + [k.meaning for k in KINDS.values()]
    flat = [t for v in texts for t in (v.values() if "en" not in v else [v])]
    assert len(flat) > 40
    for text in flat:
        assert set(text) == {"en", "th"}
        assert re.search("[\u0e00-\u0e7f]", text["th"]), text


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        fits = wanted.items()
        return [a for t, a in self.tags if t == tag and all(a.get(k) == v for k, v in fits)]


@pytest.mark.parametrize("lang", ["en", "th"])
@pytest.mark.parametrize("by", KINDS)
def test_the_heat_map_is_one_file_and_every_cell_is_reached_by_keyboard(loaded, by, lang):
    found = loaded.compare(by, lang=lang)
    text = to_html(found)
    assert text == to_html(loaded.compare(by, lang=lang))
    page = Page(text)
    assert page.of("html", lang=lang)
    assert not page.of("link")
    assert not page.of("img")
    assert not [a for t, a in page.tags if str(a.get("src", "") or "")]
    assert not [a for t, a in page.tags if str(a.get("href", "")).startswith("http")]
    assert len(page.of("th", scope="col")) == len(found.columns) + 1
    assert len(page.of("th", scope="row")) == len(found.rows)
    named = {a["id"] for _, a in page.tags if a.get("id")}
    links = [str(a["href"])[1:] for a in page.of("a") if str(a.get("href", "")).startswith("#")]
    assert set(links) <= named
    spoken = [
        f"c{r}-{c}"
        for r, mine in enumerate(found.rows)
        for c, column in enumerate(found.columns)
        if found.cell(mine, column).told
    ]
    assert set(spoken) <= set(links)
    assert set(spoken) == {i for i in named if re.fullmatch(r"c\d+-\d+", i)}
    assert text.count('class="said-only"') == len(found.rows) * len(found.columns)
    ids_ = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids_) == len(set(ids_))


# Speed


def test_a_cell_holds_every_finding(made):
    text = "".join(finding(n, "a", hedge="asserted" if n % 3 else "goal") for n in range(1, 2_001))
    found = made(text).compare("barrier", cases=["mine"])
    assert len(cell(found, "a", "power").told) == 2_000


def test_a_case_loaded_in_spite_of_problems_is_marked_in_every_form(made, tmp_path):
    from datetime import UTC, datetime

    from kkgraph.cases import shelf
    from kkgraph.cli.matrices import comparison as drawn

    graph = made(finding(1, "a"))
    triples = shelf.record("mine", "mine.ttl", "0" * 64, 3, datetime(2026, 11, 27, tzinfo=UTC))
    graph.store.put_graph(names.LOAD_PREFIX + "mine", triples)
    found = graph.compare("barrier")
    assert found.forced == {"mine": 3}
    note = "Loaded in spite of problems (3): mine"
    assert note in drawn(found, 100)
    assert note in to_html(found)
    assert note in tabulated.as_dict(found)["notes"]
    assert KK not in note


@pytest.mark.parametrize("by", KINDS)
def test_what_is_filled_is_found_without_looking_at_every_pair(loaded, by):
    found = loaded.compare(by)
    pairs = [(r, c, found.cell(r, c)) for r in found.rows for c in found.columns]
    assert list(found.filled()) == [one for one in pairs if one[2].told]
    assert found.contradictions() == [one for one in pairs if one[2].state == BOTH]
    common = [
        (c, [r for r in found.rows if found.cell(r, c).state in (PRESENT, BOTH)])
        for c in found.columns if not c.iri.endswith("no-theme")
    ]  # fmt: skip
    assert found.common() == [(c, rows) for c, rows in common if len(rows) > 1]


@pytest.mark.parametrize(
    "write",
    [
        tabulated.to_csv,
        tabulated.to_qca,
        to_html,
        lambda found: tabulated.to_xlsx(found, "x"),
        lambda found: matrices.comparison(found, 100),
    ],
)
def test_a_table_that_nobody_could_read_is_refused(loaded, write, monkeypatch):
    found = loaded.compare("theme")
    size = len(found.rows) * len(found.columns)
    monkeypatch.setattr(tabulated, "MOST_CELLS", size - 1)
    with pytest.raises(StoreError) as caught:
        write(found)
    assert caught.value.code == "result-too-large" and "--format json" in caught.value.hint
    assert tabulated.as_dict(found)["rows"]
    monkeypatch.setattr(tabulated, "MOST_CELLS", size)
    assert tabulated.to_csv(found)
