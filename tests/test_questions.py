"""Question files: headers that are refused with their line, and parameters."""

from __future__ import annotations

import pytest

from kkgraph import catalogue, questions
from kkgraph.errors import QuestionError, TermError

GOOD = """#+ title:
#+   en: One
#+   th: หนึ่ง
#+ columns:
#+   - {name: s, type: entity, en: S, th: เอส}
#+ params:
#+   - {name: s, type: entity, default: null, en: S, th: เอส}
SELECT ?s WHERE {
  VALUES ?s { UNDEF }
  ?s a kk:DigitalSystem
}
ORDER BY ?s
"""
COLUMN = "{name: s, type: entity, en: S, th: เอส}\n#+ params"
PARAM = "name: s, type: entity, default"
BAD = {
    "unknown key": (GOOD.replace("#+ title:", "#+ tittle: x\n#+ title:"), 1, "tittle"),
    "unknown key below": (GOOD.replace("#+ columns:", "#+ colour: x\n#+ columns:"), 4, "colour"),
    "no title": (GOOD.split("#+   th: หนึ่ง\n")[1], 1, "title"),
    "one language": (GOOD.replace("#+   th: หนึ่ง\n", ""), 1, "en and th"),
    "a tab": (GOOD.replace("#+   en: One", "#+ \ten: One"), 2, "tab"),
    "broken yaml": (GOOD.replace("#+   en: One", "#+   en: [One"), 3, "YAML"),
    "column type": (GOOD.replace(COLUMN, "{name: s, type: thing, en: S}\n#+ params"), 1, "thing"),
    "parameter type": (GOOD.replace(PARAM, "name: s, type: date, default"), 1, "date"),
    "no values line": (GOOD.replace("  VALUES ?s { UNDEF }\n", ""), 1, "line of its own"),
    "no header": ("SELECT * {}", 1, "header"),
    "reserved column": (
        GOOD.replace("{name: s, type: entity, en: S", "{name: hedge, type: entity, en: S", 1),
        1,
        "hedge",
    ),
    "column key": (GOOD.replace(COLUMN, "{name: s, type: entity, hue: 1}\n#+ params"), 1, "hue"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_header_names_file_line_and_remedy(tmp_path, name):
    text, line, word = BAD[name]
    path = tmp_path / "q.rq"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError) as caught:
        questions.read_question(path)
    error = caught.value
    assert error.code == "bad-header"
    assert word in str(error)
    assert error.where.startswith(f"{path}:{line}")
    assert error.hint


def test_a_question_file_of_ones_own(tmp_path, graph):
    path = tmp_path / "mine.rq"
    path.write_text(GOOD, encoding="utf-8")
    everything = graph.ask(str(path))
    one = graph.ask(str(path), {"s": "e-LAAS"})
    assert len(everything) > len(one) == 1
    assert one.rows == [{"s": "e-laas"}]
    assert graph.ask(str(path), {"s": "*"}).rows == everything.rows


def test_a_column_without_a_variable_is_named(tmp_path, graph):
    path = tmp_path / "mine.rq"
    other = GOOD.replace(COLUMN, "{name: z, type: entity}\n#+ params")
    path.write_text(other, encoding="utf-8")
    with pytest.raises(QuestionError, match="no variable for the column z"):
        graph.ask(str(path))


def test_ids_do_not_mind_case_and_near_ones_are_suggested():
    assert catalogue.get(" CQ06 ").id == "cq06"
    with pytest.raises(QuestionError) as caught:
        catalogue.get("cq6")
    assert caught.value.code == "unknown-question"
    assert "cq06" in caught.value.hint


def test_search_in_both_languages():
    assert "cq36" in {q.id for q in catalogue.search("รถไฟรางเบา")}
    assert "cq36" in {q.id for q in catalogue.search("LRT expected")}
    assert catalogue.search("zebra") == []


def test_entities_by_slug_curie_iri_and_label(graph):
    iri = "https://w3id.org/kkgraph/id/e-laas"
    for name in ("e-laas", "kkd:e-laas", iri, f"<{iri}>", "e-LAAS", "ระบบบัญชีคอมพิวเตอร์"):
        assert graph.resolve(name) == iri
    with pytest.raises(TermError) as caught:
        graph.resolve("Tha Pra Subdistrict Municipality")
    assert caught.value.code == "unknown-entity"
    assert "Tha Phra Subdistrict Municipality" in caught.value.hint


def test_an_ambiguous_name_is_not_guessed():
    from kkgraph import KnowledgeGraph

    own = KnowledgeGraph.open(in_process=True)
    own.update(
        'INSERT DATA { GRAPH kkg:local { kkd:x1 skos:prefLabel "Twin"@en . '
        'kkd:x2 skos:prefLabel "twin"@en } }'
    )
    with pytest.raises(TermError) as caught:
        own.resolve("Twin")
    assert caught.value.code == "ambiguous-entity"
    assert "kkd:x1" in caught.value.hint


def test_unknown_and_ill_typed_parameters(graph):
    with pytest.raises(QuestionError) as caught:
        graph.ask("cq06", {"provder": "x"})
    assert caught.value.code == "unknown-parameter"
    assert "provider" in caught.value.hint
    param = questions.Parameter("n", "integer", None, {})
    assert questions.term_of(param, "12").endswith("integer>")
    for value in ("", "1.5", "1e3", "9" * 30, "1 } #"):
        with pytest.raises(QuestionError) as bad:
            questions.term_of(param, value)
        assert bad.value.code == "bad-value"


def test_a_question_may_not_leave_the_machine(tmp_path, graph):
    path = tmp_path / "mine.rq"
    path.write_text(GOOD.replace("?s a kk:", "SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } ?s a kk:"))
    with pytest.raises(QuestionError) as caught:
        graph.ask(str(path))
    assert caught.value.code == "remote-access"


def test_a_parameter_takes_a_concept_before_a_class_of_the_same_name(graph):
    table = graph.ask("findings", {"hedge": "goal"})
    assert len(table) == len(graph.ask("findings", {"hedge": "kk:goal"})) > 20
    assert {n.hedge for line in table.lines for n in line.findings} == {"kk:goal"}
