"""Pages of a nation in a columnar file: what they read is bounded by what they show."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph, answers, names
from kkgraph.analytic.matches import Matches
from kkgraph.cases import national, shelf
from kkgraph.columnar import queries
from kkgraph.columnar.queries import running, tabling
from kkgraph.errors import QuestionError, StoreError
from kkgraph.model import Answer
from kkgraph.portal import counting
from kkgraph.sparql import with_prefixes
from kkgraph.store import Limits
from kkgraph.store.base import query_about
from kkgraph.store.snapshots import take
from kkgraph.web import desk
from kkgraph.web.desk import Desk
from kkgraph.web.messages import Job
from kkgraph.web.pages import asked, checking, described, frame, overview, terms, things, void
from kkgraph.web.pages.visit import Visit

CASES = 30


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import cases

    folder = tmp_path_factory.mktemp("nation")
    cases.write(folder / "n.nt", CASES, errors=0)
    national.build([folder / "n.nt"], folder / "nation.kk").close()
    return folder / "nation.kk"


@pytest.fixture(scope="module")
def at(nation):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kkgraph.analytic.store.SMALL", 0)
        patch.setattr("kkgraph.web.desk._PREPARED_UP_TO", 0)
        opened = Desk()
        opened._open(nation)
        yield opened
        opened.graph.close()


@pytest.fixture
def statements(at, monkeypatch):
    """The SQL that is run from here on, but for what the compiler of queries runs."""
    seen = []
    run = type(at.graph.store.columnar).run

    def noted(columnar, sql, values=None):
        seen.append(sql)
        return run(columnar, sql, values)

    monkeypatch.setattr(type(at.graph.store.columnar), "run", noted)
    return seen


def asking(question, lang="en", **given):
    return Visit(f"/questions/{question}", lang, True, tuple(given.items()), (("id", question),))


def test_the_terms_page_looks_once_for_all_things_that_it_names(at, statements):
    fields = terms.terms(at, Visit("/terms", "en")).fields
    for found in fields["modules"].values():
        for term in found:
            for lang in ("en", "th"):
                for _, said in terms.texts(term, lang):
                    for text in said:
                        pieces = fields["linked"](text)
                        assert "".join(piece for piece, _ in pieces) == text
    assert len(statements) == 1
    assert fields["linked"]("as F369, and kkd:no-such-thing") == [
        ("as ", ""), ("F369", "kkd:F369"), (", and kkd:no-such-thing", "")
    ]  # fmt: skip


def test_a_large_graph_is_counted_by_the_engine(at, statements, monkeypatch):
    monkeypatch.setattr(described, "_COUNTED", 100)
    visit = Visit("/graph/case-nation", "en", placed=(("slug", "case-nation"),))
    fields = described.graph(at, visit).fields
    rows = at.graph.query_raw(
        "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) "
        "{ GRAPH kkg:case-nation { ?s ?p ?o FILTER(isIRI(?s)) } }"
    ).rows
    number, subjects = (int(term.value) for term in rows[0])
    assert number > 300 * CASES
    assert str(fields["number"]) == f"{subjects:,}"
    assert str(fields["size"]) == f"{number:,}"  # the invented cases have no blank nodes
    assert len(fields["things"]) == 200
    assert [n for n, *_ in fields["things"]] == sorted(n for n, *_ in fields["things"])
    assert not any(n.endswith(("-evidence", "-selector")) for n, *_ in fields["things"])
    assert str(described._sizes(at)[names.CASE_PREFIX + "nation"]) == f"{number:,}"
    assert sum("count(*) OVER" in s for s in statements) == 1
    assert sum("SELECT g, count(*)" in s for s in statements) == 2  # for the page and for the sizes


def test_labels_are_looked_up_for_the_lines_that_a_page_shows(at, monkeypatch):
    looked = []
    read = answers.Reader.findings

    def noted(reader, iris):
        looked.append(set(iris))
        return read(reader, looked[-1])

    monkeypatch.setattr(answers.Reader, "findings", noted)
    reader, whole = at.solutions(at.questions["systems"], {}, lang="en", max_rows=asked.MOST)
    table = answers.arranged(reader, at.questions["systems"], whole, "en")
    total = len(table)
    assert total > 3 * asked.LINES
    last = -(-total // asked.LINES)
    lines = []
    for page in range(1, last + 1):
        looked.clear()
        fields = asked.question(at, asking("systems", page=str(page))).fields
        assert max(len(found) for found in looked) <= asked.LINES
        assert (fields["total"], fields["last_page"]) == (total, last)
        lines += fields["lines"]
    assert tuple(lines) == table.lines


def test_gaps_are_those_of_the_whole_answer(at):
    question = at.questions["gaps"]
    reader, whole = at.solutions(question, {}, lang="en", max_rows=None)
    part = answers.arranged(reader, question, whole, "en", slice(0, 1))
    assert len(part) == 1
    assert len(part.gaps) > 10
    assert part.gaps == answers.arranged(reader, question, whole, "en").gaps


def test_the_values_to_choose_from_are_told_apart_by_the_engine(at, monkeypatch):
    seen = []
    query = desk.DirectFile.query

    def noted(store, text, limits):
        answer = query(store, text, limits)
        seen.append(len(answer.rows))
        return answer

    question = at.questions["systems"]
    param = next(p for p in question.params if p.name == "status")
    monkeypatch.setattr(desk.DirectFile, "query", noted)
    found = asked.choices(at, question, param)
    rows = at.graph.ask(question, max_rows=None)
    wanted = {row["status"] for row in rows if row["status"]}
    assert {name for name, _ in found} == wanted != set()
    assert max(seen[: seen.index(len(rows))]) <= len(wanted) + 1


def test_an_open_parameter_leaves_the_values_that_a_question_names():
    with KnowledgeGraph.open(in_process=True) as graph:
        usual = graph.ask("relations")
        opened = graph.ask("relations", {"relation": "*"})
        assert [r.cells for r in opened.lines] == [r.cells for r in usual.lines]
        assert len(usual) == 118
        text = graph.sparql_of("relations", {"relation": "kk:causes"})
        assert len(re.findall(r"VALUES \?relation \{ <[^ ]*causes> \}", text)) == 1
        assert "kk:restates kk:weakens" in text
        assert len(graph.ask("relations", {"relation": "kk:about"})) == 0


def test_actors_are_answered_without_all_pairs(at):
    """Patterns that only a path connects are joined along the path."""
    text = at.graph.sparql_of("actors")
    match = re.findall(r"match_\d+ AS \(\s*SELECT[^)]*", at.graph.store.route(text).sql)
    assert [m.count("default_graph t") for m in match] == [1, 1]
    found = at.graph.store.query(text, Limits(30.0, None))
    assert isinstance(found, Answer)
    theirs = at.graph.store._fallback.query(text, Limits(30.0, None))
    assert sorted(map(str, found.rows)) == sorted(map(str, theirs.rows)) != []


@pytest.fixture(scope="module")
def beside(at, tmp_path_factory):
    """A desk over an engine with the same quads."""
    engine = ox.Store()
    engine.extend(at.engine.quads_for_pattern(None, None, None))
    opened = Desk()
    opened._open(take(engine, tmp_path_factory.mktemp("snapshot"), on_disk=False))
    yield opened
    opened.graph.close()


@pytest.mark.parametrize("kind", ["void", "dcat"])
def test_datasets_are_counted_by_the_engine(at, beside, monkeypatch, kind):
    """The same description, to the triple, without reading quads into Python."""
    monkeypatch.setattr(void, "_COUNTED_UP_TO", 100)
    with pytest.raises(StoreError) as caught:
        void._datasets(beside)
    assert caught.value.code == "result-too-large"
    monkeypatch.setattr(void, "_COUNTED_UP_TO", 10**6)
    read = []
    of = Matches.of

    def noted(matches, graphs, tests=()):
        for quad in of(matches, graphs, tests):
            read.append(quad)
            yield quad

    monkeypatch.setattr(Matches, "of", noted)
    found = [
        sorted(d.do(Job(kind, {"base": "http://127.0.0.1", "form": "nt"})).body.splitlines())
        for d in (at, beside)
    ]
    apart = re.compile(rb"_:|distinctObjects")  # that engine writes 11.0 as 11
    named = [[line for line in lines if not apart.search(line)] for lines in found]
    assert named[0] == named[1]
    assert len(named[0]) > 200
    assert len(found[0]) == len(found[1])
    assert len(read) < at.engine.counts()[names.KKG + "case-nation"]


def test_counts_by_sql_are_those_of_the_quads(at):
    store = at.graph.store
    graphs = [g.removeprefix(names.KKG) for g in store.graphs()]
    assert len(graphs) > 8
    for chosen in (["ontology"], ["case-nation", "context"], graphs):
        quads = list(store.quads([names.KKG + g for g in chosen]))
        for base in (names.KK, names.KKD):
            ours = counting.Saved(store, chosen).statistics(base)
            assert ours == counting.Listed(quads).statistics(base)
        assert ours.triples > 100
    default = list(at.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    whole = counting.Saved(store, []).statistics(names.KKD)
    assert whole == counting.Listed(default).statistics(names.KKD)


def test_many_cases_are_refused_at_once(at, monkeypatch):
    monkeypatch.setattr(void, "_CASES", 0)
    with pytest.raises(StoreError) as caught:
        void._datasets(at)
    assert caught.value.code == "result-too-large"


def test_a_long_list_goes_as_a_table(at, beside, monkeypatch):
    text = "SELECT ?s ?o { VALUES ?s { <urn:kkgraph:given> } OPTIONAL { ?s skos:prefLabel ?o } }"
    listed = [str(s.value) for (s,) in at.graph.query_raw("SELECT ?s { ?s a kk:Finding }").rows]
    listed += ["urn:nobody", names.KKD + "e-laas"]
    seen = []
    table = running.Running.table

    def noted(self, sql, **given):
        seen.append((len(sql), {name: t.num_rows for name, t in given.items()}))
        return table(self, sql, **given)

    monkeypatch.setattr(running.Running, "table", noted)
    monkeypatch.setattr(tabling, "LONG", 10)
    found = [
        Counter(map(str, query_about(d.graph.store, text, listed, Limits(None, None)).rows))
        for d in (at, beside)
    ]
    assert found[0] == found[1]
    assert len(found[0]) == len(set(listed)) + 1  # the label of e-laas has two languages
    store = at.graph.store
    terms = [ox.NamedNode(iri) for iri in listed]
    plan = queries.compiled(store.columnar, with_prefixes(text), store.dataset, given=terms)
    seen.clear()
    assert Counter(map(str, plan.by_sql().rows)) == found[0]
    (first, *_) = [(size, given) for size, given in seen if "list_values_1" in given]
    assert first[1] == {"list_values_1": len(listed)}
    assert first[0] < 3 * len(listed)
    assert len(plan.sql) > 5 * len(listed)  # a reader gets the list itself
    assert query_about(at.graph.store, text, [], Limits(None, None)).rows == ()
    with pytest.raises(QuestionError, match="not an IRI"):
        query_about(at.graph.store, text, ["no iri"], Limits(None, None))


def test_what_a_note_says_does_not_hang_on_the_order_of_rows():
    """Of two hedges or statements in one language the first by its text, from every engine."""
    node = "kkd:twice a kk:Finding ; dcterms:identifier 'T1' ; kk:scope kkd:a"
    said = ["kk:hedge kk:tendency", "kk:hedge kk:asserted",
            "kk:statement 'b'@en", "kk:statement 'a'@en"]  # fmt: skip
    for parts in (said, said[::-1]):
        with KnowledgeGraph.open(in_process=True) as graph:
            for part in parts:
                graph.update(f"INSERT DATA {{ GRAPH kkg:local {{ {node} ; {part} }} }}")
            note = graph.reader.findings([names.KKD + "twice"])[names.KKD + "twice"]
            assert (note.hedge, note.statement) == ("kk:asserted", {"en": "a"})


def test_a_search_looks_once_for_the_classes_of_all_that_it_found(at, beside, statements):
    visit = Visit("/search", "en", given=(("q", "municipality"),))
    ours, theirs = (things.search(d, visit).fields for d in (at, beside))
    assert len(ours["found_things"]) > 20
    assert sorted(ours["found_things"], key=str) == sorted(theirs["found_things"], key=str)
    assert sum(bool(kind) for _, _, kind in ours["found_things"]) > 10
    before = len(statements)
    things.types(at, [names.expand(name) for name, *_ in ours["found_things"]])
    assert len(statements) == before


def test_the_matrix_comes_in_pages(at, monkeypatch):
    def visit(page):
        return Visit("/matrix", "en", True, (("page", page),) if page else ())

    def heads(reply):
        return re.findall(r'<tr><th scope="row"><a href="([^"]*)"', reply)

    def shown(page=""):
        return frame.reply(overview.matrix(at, visit(page)), visit(page)).body.decode()

    whole = heads(shown())
    assert len(whole) > 12
    monkeypatch.setattr(asked, "LINES", 5)
    monkeypatch.setattr(overview, "LINES", 5)
    pages = [shown(str(n)) for n in range(1, -(-len(whole) // 5) + 1)]
    assert [row for page in pages for row in heads(page)] == whole
    assert {len(heads(page)) for page in pages[:-1]} == {5}
    for number, page in enumerate(pages, 1):
        own = set(re.findall(r'<details class="cell" id="([^"]*)"', page))
        linked = re.findall(r'href="([^"#]*)#(c\d+-\d+)"', page)
        assert own <= {anchor for there, anchor in linked if not there}
        for there, anchor in linked:
            row = int(anchor[1:].partition("-")[0])
            assert (anchor in own) == (not there) == (row // 5 + 1 == number)
            assert not there or f"page={row // 5 + 1}" in there
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[-1]
    assert re.search(r"and \d+ more", pages[0])


def test_what_a_case_is_can_be_read_without_its_units(at):
    whole = shelf.read(at.graph.reader, "nation")
    part = shelf.read(at.graph.reader, "nation", whole=False)
    assert len(whole.units) >= CASES
    assert len(whole.codes) >= CASES
    assert part == replace(whole, units=(), codes=())


def test_a_wide_matrix_shows_the_conditions_of_its_cases(at, monkeypatch):
    visit = Visit("/matrix", "en", True, (("page", "2"),))
    monkeypatch.setattr(asked, "LINES", 2)
    monkeypatch.setattr(overview, "LINES", 2)
    whole = overview.matrix(at, visit).fields
    monkeypatch.setattr(overview, "COLUMNS", 3)
    wide = overview.matrix(at, visit).fields
    rows = [row for _, rows in wide["levels"] for row in rows]
    assert len(rows) == 2 and whole["left_out"] == 0
    spoken = [c for c in whole["columns"] if any(wide["found"].cell(r, c).told for r in rows)]
    assert 0 < len(spoken) < len(whole["columns"])
    assert wide["columns"] == spoken
    assert wide["left_out"] == len(whole["columns"]) - len(spoken)
    body = frame.reply(overview.matrix(at, visit), visit).body.decode()
    assert f"Of {wide['left_out']} more conditions the cases on this page say nothing." in body
    own = set(re.findall(r'<details class="cell" id="([^"]*)"', body))
    assert own == {
        wide["cell_id"](r, c) for r in rows for c in spoken if wide["found"].cell(r, c).told
    }
    monkeypatch.setattr(overview, "COLUMNS", len(spoken) - 1)
    body = frame.reply(overview.matrix(at, visit), visit).body.decode()
    assert body.count('<th scope="col"><') == len(spoken) - 1
    assert f"The table has the {len(spoken) - 1} conditions with most reports; 1 more" in body
    assert own == set(re.findall(r'<details class="cell" id="([^"]*)"', body))


def test_a_file_is_checked_and_a_form_made_without_reading_all_cases(at, monkeypatch, tmp_path):
    read = []
    quads = type(at.graph.store).quads

    def noted(store, graphs=None):
        read.extend(wanted := list(store.graphs() if graphs is None else graphs))
        return quads(store, wanted)

    monkeypatch.setattr(type(at.graph.store), "quads", noted)
    monkeypatch.setattr("kkgraph.large.LARGE", 1_000)
    monkeypatch.setattr(at, "_kept", {})
    file = tmp_path / "one.ttl"
    file.write_text(f"<urn:x> a <{names.KK}Finding> .\n", encoding="utf-8")
    visit = Visit("/validate", "en")
    page = checking.check(at, path=str(file), title="one.ttl", marked=False, visit=visit)
    assert page.status == 200 and "exactly one passage" in page.body.decode()
    book = checking.template(at, lang="th")
    assert len(book.body) > 10_000
    assert names.KKG + "study" in read
    assert names.CASE_PREFIX + "nation" not in read
    at.graph.template(tmp_path / "filled.xlsx", fill="nation")
    assert names.CASE_PREFIX + "nation" in read
