"""A columnar file as a store: its default graph, who answers, and what it refuses."""

from __future__ import annotations

import warnings

import duckdb
import pyoxigraph as ox
import pytest

from conftest import ROOT, nameless
from kkgraph import KnowledgeGraph, catalogue, entities, shapes, turtle
from kkgraph.analytic import ColumnarStore, fallback
from kkgraph.analytic.forms import computed_variables
from kkgraph.cases import national
from kkgraph.cli.main import main
from kkgraph.columnar import queries
from kkgraph.columnar.loading import load
from kkgraph.errors import QuestionError, ReasonError, SourceError, StoreError, TermError
from kkgraph.names import KKD, KKG, PREFIXES, is_merged
from kkgraph.store import Limits
from kkgraph.store.derived import with_default

FREE = Limits(None, None)
CASE = ROOT / "data" / "cases"
LOCAL = """
<urn:a> <urn:p> <urn:b> .
<urn:a> <urn:size> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .
<urn:b> <urn:size> "12"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:n <urn:p> "line\\nbreak, \\"quotes\\" and \\\\ backslash" .
"""


def run(capsys, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["kkgraph", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    said = capsys.readouterr()
    return code, said.out, said.err


def built(tmp_path, text, name="data.nq"):
    data = tmp_path / name
    data.write_text(text, encoding="utf-8")
    file = tmp_path / "data.kk"
    load(data, into=file).close()
    return file


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    """The shipped graph with data of no graph beside it, as ``--with-shipped`` makes it."""
    folder = tmp_path_factory.mktemp("nation")
    data = folder / "data.nt"
    data.write_text(LOCAL, encoding="utf-8")
    file = folder / "nation.kk"
    national.build([data], file).close()
    return file


def size(store, pattern="?s ?p ?o"):
    ((n,),) = store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", FREE).rows
    return int(n.value)


# The default graph


@pytest.mark.parametrize("engine", ["oxigraph", "columnar"])
def test_plain_data_stand_in_the_default_graph(tmp_path, engine):
    store = ColumnarStore.open(built(tmp_path, LOCAL), engine=engine)
    assert (size(store), size(store, "GRAPH ?g { ?s ?p ?o }")) == (4, 0)
    assert (store.plain, store.graphs(), len(store.matches)) == (True, [], 4)
    assert len(list(store.quads())) == 4
    assert list(store.quads([])) == []
    store.close()


@pytest.mark.parametrize("engine", ["oxigraph", "columnar"])
def test_foreign_graphs_stay_apart(tmp_path, engine):
    text = LOCAL + "<urn:a> <urn:p> <urn:c> <urn:g> .\n<urn:a> <urn:p> <urn:b> <urn:g> .\n"
    store = ColumnarStore.open(built(tmp_path, text), engine=engine)
    assert (size(store), size(store, "GRAPH ?g { ?s ?p ?o }")) == (4, 2)
    assert (store.plain, store.graphs()) == (True, ["urn:g"])
    assert len(list(store.quads())) == 6
    store.close()


@pytest.mark.parametrize("engine", ["oxigraph", "columnar"])
def test_what_was_inferred_beside_plain_data_is_read_by_graph_only(tmp_path, engine):
    text = LOCAL + f"<urn:a> <urn:p> <urn:c> <{KKG}inferred> .\n"
    store = ColumnarStore.open(built(tmp_path, text), engine=engine)
    assert (size(store), size(store, "GRAPH kkg:inferred { ?s ?p ?o }")) == (4, 1)
    store.close()


@pytest.mark.parametrize("engine", ["oxigraph", "columnar"])
@pytest.mark.parametrize("copies", ["", "<urn:x> <urn:p> <urn:y> .\n"])
def test_merged_graphs_are_in_the_default_graph_each_triple_once(tmp_path, engine, copies):
    same, other = "<urn:x> <urn:p> <urn:y>", "<urn:x> <urn:p> <urn:z>"
    text = copies + "".join(
        f"{triple} <{KKG}{graph}> .\n"
        for triple, graph in [
            (same, "study"), (same, "case-x"), (same, "analyst"), (other, "analyst"),
        ]
    )  # fmt: skip
    store = ColumnarStore.open(built(tmp_path, text), engine=engine)
    assert (size(store), size(store, "GRAPH ?g { ?s ?p ?o }")) == (1, 4)
    assert not store.plain
    assert len(list(store.quads())) == 4
    store.close()


def test_patterns_find_what_the_engine_finds(nation):
    """The words of ``pyoxigraph.Store``, on the same data: the same quads."""
    store = ColumnarStore.open(nation)
    engine = ox.Store()
    engine.extend(store.matches.quads_for_pattern(None, None, None))
    assert len(engine) == len(store.matches) > 40_000
    assert [g.value for g in store.matches.named_graphs()] == sorted(
        g.value for g in engine.named_graphs()
    )
    node = ox.NamedNode(KKD + "e-laas")
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    study = ox.NamedNode(KKG + "study")
    asked = [
        (node, None, None, None),
        (None, None, node, None),
        (None, kind, None, study),
        (node, kind, None, ox.DefaultGraph()),
        (None, None, ox.Literal("e-LAAS", language="en"), None),
        (node, None, None, ox.NamedNode("urn:nowhere")),
        (ox.NamedNode("urn:nothing"), None, None, None),
    ]
    found = [set(store.matches.quads_for_pattern(*pattern)) for pattern in asked]
    assert found == [set(engine.quads_for_pattern(*pattern)) for pattern in asked]
    assert [bool(f) for f in found] == [True] * 5 + [False] * 2
    assert store.matches.contains_named_graph(study)
    assert not store.matches.contains_named_graph(node)
    store.close()


# Who answers


def test_auto_takes_oxigraph_for_small_data_that_it_keeps_as_they_are(tmp_path):
    kept = LOCAL.replace('"007"', '"7"')
    store = ColumnarStore.open(built(tmp_path, kept))
    route = store.route("SELECT * { ?s ?p ?o }")
    assert (route.engine, route.reason["en"]) == ("oxigraph", "the data are small: 4 statements")
    store.close()


def test_a_named_engine_answers(tmp_path):
    file = built(tmp_path, LOCAL)
    store = ColumnarStore.open(file, engine="oxigraph")
    assert store.route("ASK {}").reason["en"] == "it was asked for"
    store.close()
    with pytest.raises(QuestionError, match="no engine"):
        ColumnarStore.open(file, engine="abacus")
    with pytest.raises(QuestionError, match="this is none"):
        KnowledgeGraph.open(tmp_path / "folder", engine="columnar")


@pytest.fixture
def uncovered(monkeypatch):
    """Nothing has a translation."""

    def refuse(*_):
        raise queries.UncoveredError("the function NONESUCH")

    monkeypatch.setattr("kkgraph.analytic.store.compiled", refuse)


def test_what_has_no_translation_runs_on_oxigraph_and_says_so(tmp_path, uncovered):
    store = ColumnarStore.open(built(tmp_path, LOCAL), engine="columnar")
    route = store.route("SELECT ?o { ?s <urn:size> ?o }")
    assert route.engine == "oxigraph"
    assert route.reason["en"] == "no translation to SQL: the function NONESUCH"
    assert '"007" for "7"' in route.notice["en"]
    assert '"007"' in route.notice["th"]
    store.close()


def test_what_only_a_value_of_the_data_rules_out_runs_on_oxigraph_too(tmp_path, monkeypatch):
    class Plan:
        sql = ""

        def answer(self, **_):
            raise queries.UncoveredError("the case of letters beyond ASCII and Thai")

    monkeypatch.setattr("kkgraph.analytic.store.compiled", lambda *_: Plan())
    store = ColumnarStore.open(built(tmp_path, LOCAL), engine="columnar")
    for ask in (store.query, store.query_apart):
        assert len(ask("SELECT * { ?s ?p ?o }", Limits(30, None)).rows) == 4
    store.close()


def test_oxigraphs_answers_come_in_the_datas_own_forms(tmp_path, uncovered):
    text = LOCAL + '<urn:c> <urn:size> "012"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    store = ColumnarStore.open(built(tmp_path, text), engine="columnar")

    def values(query):
        return sorted(t.value for row in store.query(query, FREE).rows for t in row)

    assert values("SELECT ?o { <urn:a> <urn:size> ?o }") == ["007"]
    assert values("SELECT (?o AS ?x) { <urn:a> <urn:size> ?o }") == ["7"]  # may be computed
    assert values("SELECT (COUNT(*) AS ?o) { VALUES ?x { 1 2 3 4 5 6 7 } }") == ["7"]
    assert values("SELECT ?o { VALUES ?o { 7 } }") == ["7"]
    assert values("SELECT ?o { <urn:b> <urn:size> ?o }") == ["12"]  # has two forms in the data
    made = store.query("CONSTRUCT { ?s <urn:q> ?o } { ?s <urn:p>?/<urn:size> ?o }", FREE).triples
    assert {t.object.value for t in made} == {"007", "12"}
    assert store.query("ASK { <urn:a> <urn:size> 7 }", FREE).truth
    store.close()


def test_computed_variables():
    query = 'SELECT (1 AS ?a) { VALUES (?b $c) { } BIND("AS ?no" as $d) VALUES ?e {} ?f ?p ?o }'
    assert computed_variables(query) == set("abcde")


def test_of_large_data_only_what_the_question_reads_is_copied(nation, uncovered, monkeypatch):
    expected = KnowledgeGraph.open(nation, in_process=True)
    expected.query_raw("ASK {}")
    assert set(expected.store._fallback._copies) == {None}
    monkeypatch.setattr(fallback, "IN_MEMORY", 100)
    with KnowledgeGraph.open(nation, engine="columnar", in_process=True) as graph:
        copies = graph.store._fallback._copies
        asked = [
            "SELECT ?f ?id { ?f a kk:Finding ; dcterms:identifier ?id } ORDER BY ?id LIMIT 9",
            "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { OPTIONAL { ?f kk:hedge ?h } } } "
            "GROUP BY ?g ORDER BY ?g",
            "SELECT ?l { kkd:e-laas (kk:providedBy/skos:prefLabel) ?l } ORDER BY ?l",
        ]
        for query in asked:
            assert graph.query_raw(query).rows == expected.query_raw(query).rows != ()
        assert None not in copies
        assert max(len(copy.engine) for copy in copies.values()) < 10_000
        counted = graph.query_raw("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows
        assert counted != ()
        assert None in copies
        assert len(copies) <= 3


def test_the_large_copy_lies_in_temporary_files_that_go_away(nation, uncovered, monkeypatch):
    monkeypatch.setattr(fallback, "IN_MEMORY", 100)
    store = ColumnarStore.open(nation, engine="columnar")
    assert size(store) > 15_000
    (copy,) = store._fallback._copies.values()
    folder = copy.path
    assert (folder / "oxigraph").is_dir()
    assert not (folder / "quads.nq").exists()
    store.close()
    assert not folder.exists()


def test_a_time_limit_stops_oxigraph_and_the_store_goes_on(nation, uncovered):
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c > ?f) }"
    store = ColumnarStore.open(nation, engine="columnar")
    for ask in (store.query, store.query_apart):
        with pytest.raises(StoreError) as caught:
            ask(slow, Limits(0.5, None))
        assert caught.value.code == "timeout"
    assert store.query("ASK {}", FREE).truth
    store.close()


def test_a_mistake_is_named_where_it_stands(tmp_path):
    store = ColumnarStore.open(built(tmp_path, LOCAL), engine="columnar")
    for ask in (lambda q: store.query(q, FREE), store.route):
        with pytest.raises(QuestionError) as caught:
            ask("SELECT ?s\n{ ?s skos:prefLabel }")
        assert (caught.value.code, caught.value.where) == ("bad-sparql", "query:2:21")
    store.close()


# As a graph


def test_the_shipped_graph_is_there_and_the_data_are_a_case(nation):
    with KnowledgeGraph.open(nation) as graph:
        assert KKG + "case-nation" in graph.store.graphs()
        (case,) = graph.cases()
        assert (case.slug, case.file, case.triples) == ("nation", "data.nt", 4)
        assert len(case.sha256) == 64
        assert graph.explain("F369").note.evidence.start > 0
        ours, theirs = graph.ask("cq06"), KnowledgeGraph.open().ask("cq06")
        assert ours.to_json() == theirs.to_json()
        assert graph.route("cq06").reason["en"].startswith("the question is one of the study")
        assert graph.entity("e-LAAS").labels["en"] == "e-LAAS"


def test_names_are_resolved_as_elsewhere(nation):
    given = ["E-LAAS", "เทศบาลนครขอนแก่น", "Municipality", "municipalities", "Finding", "e-laas"]
    with KnowledgeGraph.open(nation) as ours:
        theirs = KnowledgeGraph.open(in_process=True)
        for name in given:
            for instances in (False, True):
                found = []
                for graph in (ours, theirs):
                    try:
                        found.append(entities.resolve(graph.store, name, instances=instances))
                    except TermError as error:
                        found.append((error.code, error.message, error.hint))
                assert found[0] == found[1], (name, instances)
        assert ours.resolve("E-LAAS") == KKD + "e-laas"


def test_questions_across_cases_as_sql_or_not_give_the_same(nation):
    """Those that run over the whole file: each by its declared route."""
    asked = [
        q for q in catalogue.all_questions()
        if not (q.competency or q.answers or q.federated)
    ]  # fmt: skip
    assert len(asked) >= 20
    with (
        KnowledgeGraph.open(nation, engine="columnar") as ours,
        KnowledgeGraph.open(nation, engine="oxigraph") as theirs,
    ):
        routes = []
        for question in asked:
            text = theirs.sparql_of(question)
            routes.append(ours.store.route(text).engine)
            assert ours.query_raw(text) == theirs.query_raw(text), question.id
    assert set(routes) <= {"columnar", "oxigraph"}
    assert routes.count("columnar") >= 15


def test_it_takes_no_changes(nation, capsys):
    with KnowledgeGraph.open(nation) as graph:
        writes = (
            lambda: graph.update("INSERT DATA { GRAPH kkg:local { kkd:a kkd:b 1 } }"),
            lambda: graph.store.put_graph(KKG + "local", []),
            lambda: graph.store.put_graphs({}),
            lambda: graph.store.drop_graph(KKG + "study"),
            lambda: graph.unload("nation"),
        )
        for write in writes:
            with pytest.raises(StoreError) as caught:
                write()
            assert caught.value.code == "read-only-store"
            assert "kkgraph columnar build" in caught.value.hint
    code, _, said = run(capsys, "load", "ban-pet", "--store", nation)
    assert (code, "read-only-store" in said) == (3, True)


def test_export_and_build_again_is_the_same(nation, tmp_path):
    with KnowledgeGraph.open(nation) as graph:
        data = tmp_path / "again.nq"
        data.write_bytes(graph.export("nq"))
        before = (len(graph.store.matches), graph.store.graphs())
    load(data, into=tmp_path / "again.kk").close()
    with KnowledgeGraph.open(tmp_path / "again.kk") as graph:
        assert (len(graph.store.matches), graph.store.graphs()) == before
    file = built(tmp_path, LOCAL)
    with KnowledgeGraph.open(file) as plain:
        lines = plain.export("nt").decode().splitlines()
        assert len(lines) == 4
        assert any('"007"' in line for line in lines)


AWKWARD = r"""
<urn:s> <urn:p> "tab\t, line\nend\r, quote \" and \\u0041 \\" <urn:g> .
<urn:s> <urn:p> "\u0E01\u0E02"@th <urn:g> .
<urn:s> <urn:p> _:b <urn:h> .
_:b <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:h> .
<urn:s> <urn:p> <urn:o> .
<urn:s> <urn:p> <urn:o> <urn:h> .
"""


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"graphs": ["study", "cited"]},
        {"graphs": ["ontology"]},
        {"default_graph": True},
        {"graphs": ["study", "ontology"], "default_graph": True},
    ],
    ids=str,
)
def test_lines_are_exported_by_sql_quad_by_quad(nation, monkeypatch, options):
    monkeypatch.setattr("kkgraph.columnar.written._LINES", 500)
    graphs = [KKG + name for name in options.get("graphs", ())]
    with KnowledgeGraph.open(nation) as graph:
        quads = [q for q in graph.store.quads() if not graphs or q.graph_name.value in graphs]
        triples = {q.triple for q in quads if graphs or is_merged(q.graph_name.value)}
        if options.get("default_graph"):
            quads = with_default(quads)
        for kind, want in (("nt", triples), ("nq", set(quads))):
            pieces = list(graph.export_chunks(kind, **options))
            assert len(pieces) > 3 and all(piece.endswith(b"\n") for piece in pieces)
            found = list(ox.parse(b"".join(pieces), format=turtle.FORMATS[kind]))
            read = {q.triple for q in found} if kind == "nt" else set(found)
            assert read == want
            assert len(found) == len(want)
        with pytest.raises(TermError):
            graph.export_chunks("nt", graphs=["nowhere"])


def test_all_terms_are_exported_as_they_are(tmp_path):
    file = built(tmp_path, AWKWARD, "data.nq")
    given = ox.parse(AWKWARD.encode(), format=ox.RdfFormat.N_QUADS)
    want = {nameless(q) for q in given}
    assert len(want) == 6
    with KnowledgeGraph.open(file) as graph:
        found = ox.parse(graph.export("nq"), format=ox.RdfFormat.N_QUADS)
        assert {nameless(q) for q in found} == want
        triples = list(ox.parse(graph.export("nt"), format=ox.RdfFormat.N_TRIPLES))
        assert {nameless(q)[:3] for q in triples} == {q[:3] for q in want}
        assert len(triples) == 5


def test_both_readers_put_data_into_a_graph(tmp_path, monkeypatch):
    data = tmp_path / "mixed.nq"
    data.write_text(LOCAL + "<urn:s> <urn:p> <urn:o> <urn:own> .\n" * 3, encoding="utf-8")
    found = []
    for library in (True, False):
        if not library:
            monkeypatch.setattr("kkgraph.columnar.native.library", lambda: None)
        with load(data, graph="urn:g") as loaded:
            store = ColumnarStore(loaded, engine="oxigraph")
            found.append({(str(q.graph_name), str(q.object)) for q in store.quads()})
            assert store.graphs() == ["urn:g", "urn:own"]
    assert found[0] == found[1]
    assert len(found[0]) == 5


# Files of other versions, and no files


@pytest.mark.parametrize("number", [0, 99])
def test_an_older_and_a_newer_format_are_refused(tmp_path, capsys, number):
    file = built(tmp_path, LOCAL)
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"UPDATE format SET number = {number}, kkgraph = '0.0.9'")
    with pytest.raises(StoreError) as caught:
        KnowledgeGraph.open(file)
    assert (caught.value.code, caught.value.where) == ("columnar-format", str(file))
    assert f"format {number} of kkgraph 0.0.9" in str(caught.value)
    remedy = "Load the data again" if number == 0 else "Open it with kkgraph 0.0.9 or a newer one"
    assert caught.value.hint.startswith(remedy)
    assert caught.value.hint.endswith("kkgraph columnar build DATA -o FILE.kk")
    code, _, said = run(capsys, "ask", "cq06", "--store", file)
    assert (code, "columnar-format" in said) == (3, True)


def test_what_is_no_columnar_file_is_refused(tmp_path):
    (tmp_path / "folder.kk").mkdir()
    for name, text, code in [
        ("none", None, "missing-file"),
        ("text", "x", "not-a-columnar-file"),
        ("empty", "", "truncated-file"),
        ("folder", None, "not-a-columnar-file"),
    ]:
        file = tmp_path / f"{name}.kk"
        if text is not None:
            file.write_text(text)
        with pytest.raises(SourceError) as caught:
            KnowledgeGraph.open(file)
        assert (caught.value.code, caught.value.where) == (code, str(file))
    assert not any((tmp_path / "folder.kk").iterdir())  # no store was made of it


def test_a_damaged_part_is_named_when_it_is_read(nation, tmp_path):
    whole = nation.read_bytes()
    file = tmp_path / "damaged.kk"
    at = 3 * 4096  # behind the headers, where the first block begins
    file.write_bytes(whole[:at] + bytes(len(whole) - at - 4096) + whole[-4096:])
    with (
        pytest.raises(SourceError) as caught,
        KnowledgeGraph.open(file, engine="columnar") as graph,
    ):
        graph.query("SELECT (COUNT(DISTINCT STR(?o)) AS ?n) { ?s ?p ?o }")
    assert caught.value.code == "truncated-file"
    assert "build it again" in caught.value.hint


# The command line


def test_the_verbs(nation, tmp_path, capsys):
    data = nation.parent / "data.nt"
    file = tmp_path / "two.kk"
    code, out, _ = run(
        capsys, "columnar", "build", data, "--with-shipped", "--case", "north", "-o", file
    )
    assert (code, out.startswith(f"{file}: ")) == (0, True)
    assert "north" in run(capsys, "cases", "--store", file)[1]
    here = run(capsys, "ask", "cq06", "--format", "csv")
    assert run(capsys, "ask", "cq06", "--format", "csv", "--store", file) == here
    code, out, _ = run(capsys, "ask", "findings", "--store", file, "--explain")
    assert code == 0
    assert out.startswith("Engine: ")
    assert "\nWhy: " in out
    query = tmp_path / "all.rq"
    query.write_text("SELECT * { ?s ?p ?o }")
    code, out, _ = run(
        capsys, "query", query, "--store", file, "--engine", "oxigraph", "--explain", "-l", "th"
    )
    assert (code, out.splitlines()[:2]) == (
        0, ["เครื่องมือตอบ: oxigraph", "เหตุผล: เลือกไว้เอง"],
    )  # fmt: skip
    for words, where in [
        (("ask", "cq06", "--engine", "spreadsheet"), "--engine"),
        (("columnar", "build", data, "--case", "x", "-o", file), "--case"),
        (("columnar", "build", data, "--with-shipped", "--case", "A b", "-o", file), "bad-case"),
    ]:
        code, _, said = run(capsys, *words)
        assert (code, where in said) == (2, True)


def test_no_warning_comes_of_it(nation):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KnowledgeGraph.open(nation).close()


# Judged as a whole


def test_its_own_data_are_validated_as_sql(nation, tmp_path, capsys):
    breach = f"<{KKD}made-up> <{PREFIXES['rdf']}type> <{PREFIXES['kk']}Finding> .\n"
    data = tmp_path / "breach.nt"
    data.write_text(breach, encoding="utf-8")
    file = tmp_path / "breach.kk"
    national.build([data], file).close()
    with KnowledgeGraph.open(file) as graph:
        ours, theirs = graph.validate(first=None), shapes.validate(graph.background())
        assert (ours.engine, theirs.engine) == ("columnar", "direct")
        focus = {p.focus for p in ours.problems if p.severity == "violation"}
        assert focus == {p.focus for p in theirs.problems if p.severity == "violation"}
        assert focus == {KKD + "made-up"}
        assert ours.triples == size(graph.store) + size(graph.store, (
            "GRAPH ?g { ?s ?p ?o } FILTER(?g IN (kkg:analyst, kkg:inferred)) "
            "MINUS { ?s ?p ?o }"
        ))  # fmt: skip
    code, out, _ = run(capsys, "validate", "--store", file, "--summary")
    assert (code, "Finding" in out) == (1, True)
    code, out, _ = run(capsys, "validate", "--store", nation)
    assert (code, out.splitlines()[-1]) == (0, "No problems found.")


def test_a_large_file_is_not_read_as_a_whole(nation, monkeypatch):
    with KnowledgeGraph.open(nation) as graph:
        whole = graph.background()
        monkeypatch.setattr("kkgraph.large.LARGE", 1000)
        study = graph.background()
        assert {q.graph_name.value for q in whole} - {q.graph_name.value for q in study} == {
            KKG + "case-nation"
        }
        with pytest.raises(ReasonError) as caught:
            graph.reason()
        assert caught.value.code == "too-much-to-classify"


@pytest.mark.parametrize("verb", ["query", "ask"])
def test_memory_bounds_what_sql_takes(tmp_path, capsys, verb):
    lines = "".join(f"<urn:{n}> <urn:in> <urn:hub> .\n" for n in range(2_000))
    file = built(tmp_path, lines, "data.nt")
    header = "#+ title: {en: Pairs, th: คู่}\n#+ columns: [{name: n, type: integer, en: n, th: n}]\n"
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a (<urn:in>|^<urn:in>)* ?b }"
    question = tmp_path / "pairs.rq"
    question.write_text((header if verb == "ask" else "") + text, encoding="utf-8")
    words = [verb, str(question), "--store", str(file), "--engine", "columnar"]
    code, out, err = run(capsys, *words, "--memory", "64MB")
    assert code == 3 and "out-of-memory" in err and "0.1 GB are allowed" in err
    code, out, err = run(capsys, *words, "--memory", "2GB")
    assert code == 0 and str(2_001**2) in out.replace(",", "")
    code, out, err = run(capsys, *words, "--memory", "much")
    assert code == 2 and "bad-value" in err
