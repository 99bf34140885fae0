"""Every stored question gives its expected answer, in both languages."""

from __future__ import annotations

import json
import re

import pytest

from conftest import ROOT
from kkgraph import catalogue, names
from linked import linked_graph

EXPECTED = ROOT / "tests" / "expected"
COMPETENCY = 64
DAILY = 15
LINKS = 7
# what other machines answer is tested in test_federation.py
QUESTIONS = {q.id: q for q in catalogue.all_questions() if not q.federated}


def test_every_question_has_its_expected_answer_and_the_count_is_whole():
    expected = {p.stem for p in EXPECTED.glob("*.json")}
    assert expected == set(QUESTIONS)
    assert len([q for q in QUESTIONS if re.fullmatch(r"cq\d\d", q)]) == COMPETENCY
    assert len([q for q in QUESTIONS.values() if "links" in q.tags]) == LINKS
    assert len(QUESTIONS) == COMPETENCY + DAILY + LINKS + 2


@pytest.fixture(scope="session")
def asked(graph):
    """The graph that a question is asked of: with registers and links where it is on these."""
    linked = linked_graph()
    return lambda name: linked if "links" in QUESTIONS[name].tags else graph


def plain(table):
    return [dict(row) for row in table.rows]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_answer(asked, name):
    graph = asked(name)
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    table = graph.ask(name)
    rows = plain(table)
    assert rows, "an empty answer is no answer"
    if "rows" in expected:
        assert rows == expected["rows"]
    else:
        assert len(rows) == expected["count"]
        assert expected["rows_include"]
        for row in expected["rows_include"]:
            assert row in rows
    if "gaps" in expected:
        assert {names.slug(names.expand(g.iri)) for g in table.gaps} == set(expected["gaps"])
    assert plain(graph.ask(name, lang="th")) == rows


@pytest.mark.parametrize("name", sorted(QUESTIONS))
@pytest.mark.parametrize("lang", ["en", "th"])
def test_every_node_of_an_answer_has_a_label_in_the_language(asked, name, lang):
    table = asked(name).ask(name, lang=lang)
    for row in table.lines:
        for column in table.columns:
            cell = row.cells[column.name]
            if cell.iri and column.type != "graph":
                assert cell.label, (name, column.name, cell)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_header(name):
    question = QUESTIONS[name]
    assert set(question.title) == {"en", "th"}
    assert re.search("[ก-๙]", question.title["th"])
    assert all(c.label.get("en") and c.label.get("th") for c in question.columns)
    assert "ORDER BY" in question.sparql
    assert question.competency == (name.upper() if re.fullmatch(r"cq\d\d", name) else None)


def test_competency_facts_are_carried(graph):
    """The facts that competency.md names appear in the answer, as rows or around its gaps."""
    from conftest import shared

    text = shared("design", "competency.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (CQ\d\d) \|.*\| ([F0-9, ]+) \|$", text, re.M)
    assert len(rows) == COMPETENCY
    short = {}
    for name, facts in rows:
        table = graph.ask(name)
        carried = {n.id for line in table.lines for n in line.findings}
        carried |= {n.id for g in table.gaps for n in g.bounded_by}
        missing = {f.strip() for f in facts.split(",")} - carried
        if missing:
            short[name] = missing
    assert short == NOT_ROWS


NOT_ROWS: dict[str, set[str]] = {}


def test_answers_carry_scope_hedge_and_evidence(graph):
    data = graph.ask("cq36", lang="th").as_dict()
    assert data["question"] == "cq36"
    assert data["truncated"] is False
    for row in data["rows"]:
        assert row["hedge"] == "kk:expectation"
        assert row["graph"] == "kkg:study"
        assert re.fullmatch(r"[0-9a-f]{64}", row["evidence"][0]["sha256"])


def test_max_rows_cuts_and_says_so(graph):
    table = graph.ask("findings", max_rows=10)
    assert len(table) == 10
    assert table.truncated
