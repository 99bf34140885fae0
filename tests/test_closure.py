"""Rules as SQL: the closure against other engines, its derivations, contradictions and files."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kkgraph import KnowledgeGraph, files, turtle
from kkgraph.columnar.loading import load, load_quads
from kkgraph.columnar.rules import Closure, close, running
from kkgraph.columnar.rules.rulebook import (
    CHAIN,
    CONTRADICTIONS,
    DATA_RULES,
    INTERSECTION,
    LAST_RULES,
    SCHEMA_RULES,
)
from kkgraph.columnar.saved import open_saved, save
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import QuestionError, ReasonError, StoreError
from kkgraph.names import KKD, KKG, PREFIXES, RDF_TYPE, expand
from kkgraph.reasoning.saved import close_saved
from kkgraph.reasoning.wording import GLOSSES, contradiction_text, derivation_text
from kkgraph.shapes.closed import breaches
from ontologies import (
    Triples,
    ontology,
    owlrl_closure,
    quads,
    reasonable_closure,
    telling,
    without_literals,
)

EX = "http://example.org/"
OWL, RDFS = PREFIXES["owl"], PREFIXES["rdfs"]
INFERRED = KKG + "inferred"
HEAD = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items()) + f"@prefix : <{EX}> .\n"


def parsed(text: str, own: str = "") -> list[ox.Quad]:
    """The quads of a text; ``own`` gives it names of its own behind the empty prefix."""
    head = HEAD.replace(f"@prefix : <{EX}>", f"@prefix : <{EX}{own}>")
    return turtle.parse((head + text).encode(), ox.RdfFormat.TRIG, where="test")


def triple(text: str, own: str = "") -> ox.Triple:
    (quad,) = parsed(text + " .", own)
    return ox.Triple(quad.subject, quad.predicate, quad.object)


def closed(text: str) -> Closure:
    return close(load_quads(parsed(text), threads=1))


def found(closure: Closure) -> Triples:
    rows = [(t.subject, t.predicate, t.object) for t in closure.triples()]
    assert len(rows) == len(set(rows)) == closure.n
    return set(rows)


def inferred(text: str) -> set[str]:
    with closed(text) as closure:
        return {str(ox.Triple(*t)).replace(EX, ":").replace("<:", ":") for t in found(closure)}


def built(folder, text: str):
    with load_quads(parsed(text)) as loaded:
        save(loaded, folder / "data.kk")
    return folder / "data.kk"


# against other engines


def compare(seed: int) -> tuple[int, set[str]]:
    """How many triples were compared, and the rules in their derivations."""
    triples = ontology(seed)
    rules: set[str] = set()
    with close(load_quads(quads(triples), threads=1)) as closure:
        ours = found(closure)
        assert not ours & triples
        for each in list(closure.triples())[:5]:
            for step in closure.explain(each).steps():
                rules.add(step.rule)
                t = step.triple
                assert bool(step.rule) != ((t.subject, t.predicate, t.object) in triples), step
    mine = telling(ours, triples)
    plain = without_literals(triples)
    for engine in (owlrl_closure, reasonable_closure):
        theirs = telling(engine(triples), triples)
        if engine is owlrl_closure:
            assert mine <= theirs, mine - theirs
        if extra := theirs - mine:
            # They reason over literals as subjects, which no RDF has: without literals it is gone.
            assert plain != triples
            assert not extra & engine(plain), (seed, extra)
    return len(mine), rules


def test_random_ontologies_have_the_closure_that_other_engines_find():
    compared = [compare(seed) for seed in range(7)]
    assert sum(n for n, _ in compared) > 20
    assert len(set().union(*(rules for _, rules in compared))) >= 8


@pytest.mark.long
def test_many_random_ontologies_have_the_closure_that_other_engines_find():
    compared = [compare(seed) for seed in range(1000, 1150)]
    assert sum(n for n, _ in compared) > 400
    rules = set().union(*(rules for _, rules in compared))
    assert len(rules) >= 25, sorted(rules)


@pytest.fixture(scope="module")
def shipped() -> list[ox.Quad]:
    paths = [*files.ontology_files(), *files.data_files()]
    assert len(paths) >= 40
    return [q for path in paths for q in turtle.parse_file(path)]


@pytest.fixture(scope="module")
def study(shipped):
    with close(load_quads(shipped)) as closure:
        yield closure


def test_the_rules_find_all_that_hermit_found(study, shipped):
    graph = ox.NamedNode(INFERRED)
    hermit = {(q.subject, q.predicate, q.object) for q in shipped if q.graph_name == graph}
    assert len(hermit) > 1000
    told = {(q.subject, q.predicate, q.object) for q in shipped if q.graph_name != graph}
    ours = found(study)
    assert hermit <= ours
    assert not ours & told
    assert study.consistent
    assert study.ignored == ()
    more = {t for t in ours - hermit if t[1].value == RDF_TYPE}
    # HermiT is given no declared individuals of the ontology's own, and no literal dates.
    assert {str(t[1]) for t in ours - hermit if t not in more} <= {
        f"<{expand(name)}>"
        for name in (
            "rdfs:subClassOf", "rdfs:domain", "rdfs:range", "rdfs:seeAlso", "kk:conflictsWith",
            "kk:sector",
        )
    }  # fmt: skip
    assert more == set()


def test_the_defined_classes_are_reached_and_explained(study):
    wanted = triple("kkd:e-laas a kk:EGovernanceSystem")
    text = derivation_text(study.explain(wanted), study.written())
    assert text.splitlines()[0] == "kkd:e-laas a kk:EGovernanceSystem"
    assert "kkd:e-laas kk:focus kk:internalFocus  (asserted)" in text
    assert "kkd:e-laas a (kk:DigitalSystem and (kk:focus value kk:internalFocus))" in text
    assert "by cls-hv2" in text
    assert "_:" not in text


# single rules

RULES = {
    "cax-sco": (":C rdfs:subClassOf :D . :x a :C", ":x a :D"),
    "prp-dom": (":p rdfs:domain :C . :x :p :y", ":x a :C"),
    "prp-rng": (":p rdfs:range :C . :x :p :y", ":y a :C"),
    "prp-spo1": (":p rdfs:subPropertyOf :q . :x :p 1", ":x :q 1"),
    "prp-spo2": (":p owl:propertyChainAxiom (:q :r :q) . :a :q :b . :b :r :c . :c :q 1", ":a :p 1"),
    "prp-inv1": (":p owl:inverseOf :q . :x :p :y", ":y :q :x"),
    "prp-inv2": (":p owl:inverseOf :q . :x :q :y", ":y :p :x"),
    "prp-symp": (":p a owl:SymmetricProperty . :x :p :y", ":y :p :x"),
    "prp-trp": (":p a owl:TransitiveProperty . :x :p :y . :y :p 1", ":x :p 1"),
    "cls-int1": (":C owl:intersectionOf (:A :B) . :x a :A, :B", ":x a :C"),
    "cls-svf1": (
        "[ owl:onProperty :p ; owl:someValuesFrom :D ] rdfs:subClassOf :C . :x :p :y . :y a :D",
        ":x a :C",
    ),
    "cls-svf2": (
        ":C owl:onProperty :p ; owl:someValuesFrom owl:Thing . :x :p 1",
        ":x a :C",
    ),
    "cls-avf": (":C owl:onProperty :p ; owl:allValuesFrom :D . :x a :C ; :p :y", ":y a :D"),
    "cls-hv1": (':C owl:onProperty :p ; owl:hasValue "v"@en . :x a :C', ':x :p "v"@en'),
    "cls-hv2": (":C owl:onProperty :p ; owl:hasValue 7 . :x :p 7", ":x a :C"),
    "cls-oo": (":C owl:oneOf (:x :y)", ":y a :C"),
    "scm-sco": (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C", ":A rdfs:subClassOf :C"),
    "scm-eqc1": (":A owl:equivalentClass :B", ":B rdfs:subClassOf :A"),
    "scm-eqc2": (
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A",
        ":A owl:equivalentClass :B",
    ),
    "scm-spo": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r", ":p rdfs:subPropertyOf :r"),
    "scm-eqp1": (":p owl:equivalentProperty :q", ":q rdfs:subPropertyOf :p"),
    "scm-eqp2": (
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p",
        ":q owl:equivalentProperty :p",
    ),
    "scm-int": (":C owl:intersectionOf (:A :B)", ":C rdfs:subClassOf :B"),
    "scm-uni": (":C owl:unionOf (:A :B)", ":B rdfs:subClassOf :C"),
    "scm-hv": (
        ":A owl:onProperty :p ; owl:hasValue 1 . :B owl:onProperty :q ; owl:hasValue 1 ."
        " :p rdfs:subPropertyOf :q",
        ":A rdfs:subClassOf :B",
    ),
    "scm-svf1": (
        ":A owl:onProperty :p ; owl:someValuesFrom :X . :B owl:onProperty :p ;"
        " owl:someValuesFrom :Y . :X rdfs:subClassOf :Y",
        ":A rdfs:subClassOf :B",
    ),
    "scm-svf2": (
        ":A owl:onProperty :p ; owl:someValuesFrom :X . :B owl:onProperty :q ;"
        " owl:someValuesFrom :X . :p rdfs:subPropertyOf :q",
        ":A rdfs:subClassOf :B",
    ),
    "scm-avf1": (
        ":A owl:onProperty :p ; owl:allValuesFrom :X . :B owl:onProperty :p ;"
        " owl:allValuesFrom :Y . :X rdfs:subClassOf :Y",
        ":A rdfs:subClassOf :B",
    ),
    "scm-avf2": (
        ":A owl:onProperty :p ; owl:allValuesFrom :X . :B owl:onProperty :q ;"
        " owl:allValuesFrom :X . :p rdfs:subPropertyOf :q",
        ":B rdfs:subClassOf :A",
    ),
    "scm-dom1": (":p rdfs:domain :A . :A rdfs:subClassOf :B", ":p rdfs:domain :B"),
    "scm-dom2": (":q rdfs:domain :A . :p rdfs:subPropertyOf :q", ":p rdfs:domain :A"),
    "scm-rng1": (":p rdfs:range :A . :A rdfs:subClassOf :B", ":p rdfs:range :B"),
    "scm-rng2": (":q rdfs:range :A . :p rdfs:subPropertyOf :q", ":p rdfs:range :A"),
}
BROKEN = {
    "cax-dw": ":C owl:disjointWith :D . :x a :C, :D",
    "cax-adc": "[] a owl:AllDisjointClasses ; owl:members (:C :D :E) . :x a :C, :E",
    "cls-com": ":C owl:complementOf :D . :x a :C, :D",
    "cls-nothing2": ":C rdfs:subClassOf owl:Nothing . :x a :C",
    "cls-maxc1": ':C owl:onProperty :p ; owl:maxCardinality "0"^^xsd:nonNegativeInteger .'
    " :x a :C ; :p 1",
    "cls-maxqc1": ':C owl:onProperty :p ; owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger ;'
    " owl:onClass :D . :x a :C ; :p :y . :y a :D",
    "cls-maxqc2": ':C owl:onProperty :p ; owl:maxQualifiedCardinality "0"^^xsd:nonNegativeInteger ;'
    " owl:onClass owl:Thing . :x a :C ; :p 1",
    "prp-irp": ":p a owl:IrreflexiveProperty . :x :p :x",
    "prp-asyp": ":p a owl:AsymmetricProperty . :x :p :y . :y :p :x",
    "prp-pdw": ":p owl:propertyDisjointWith :q . :x :p 1 ; :q 1",
    "prp-adp": "[] a owl:AllDisjointProperties ; owl:members (:p :q :r) . :x :p :y ; :r :y",
    "prp-npa1": "[] owl:sourceIndividual :x ; owl:assertionProperty :p ;"
    " owl:targetIndividual :y . :x :p :y",
    "prp-npa2": "[] owl:sourceIndividual :x ; owl:assertionProperty :p ;"
    " owl:targetValue 1 . :x :p 1",
}


def test_every_rule_has_a_test_and_a_gloss():
    conclusions = {r.name for r in (*SCHEMA_RULES, *DATA_RULES, *LAST_RULES)}
    assert set(RULES) == conclusions | {CHAIN, INTERSECTION}
    assert set(BROKEN) == {rule.name for rule in CONTRADICTIONS}
    assert set(GLOSSES) == set(RULES) | set(BROKEN)


@pytest.fixture(scope="module")
def all_rules():
    texts = [parsed(text + " .", f"{rule}/") for rule, (text, _) in RULES.items()]
    quads_of_all = [quad for text in texts for quad in text]
    with close(load_quads(quads_of_all, threads=1)) as closure:
        assert closure.consistent
        told = {ox.Triple(q.subject, q.predicate, q.object) for q in quads_of_all}
        yield closure, set(closure.triples()), told


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_gives_its_conclusion_and_explains_it(all_rules, rule):
    closure, new, told = all_rules
    wanted = triple(RULES[rule][1], f"{rule}/")
    assert wanted in new
    assert wanted not in told
    steps = list(closure.explain(wanted).steps())
    assert rule in {step.rule for step in steps}
    assert {step.triple for step in steps if not step.rule} <= told
    assert {step.triple for step in steps if step.rule}.isdisjoint(told)


@pytest.fixture(scope="module")
def all_broken():
    texts = [parsed(text + " .", f"{rule}/") for rule, text in BROKEN.items()]
    with close(load_quads((q for text in texts for q in text), threads=1)) as closure:
        yield closure


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_contradiction_is_reported_and_not_materialised(all_broken, rule):
    times = 2 if rule == "prp-asyp" else 1  # from either side
    assert all_broken.contradictory[rule] == times
    ours = [c for c in all_broken.contradictions if c.rule == rule]
    assert len(ours) == times
    text = contradiction_text(ours[0], all_broken.written())
    assert text.startswith(f"{rule}: ")
    assert f"{EX}{rule}/x" in text
    assert set(all_broken.contradictory) == set(BROKEN)
    nothing = [t for t in found(all_broken) if OWL + "Nothing" in str(t[2])]
    assert {str(t[0]) for t in nothing} <= {f"<{EX}cls-nothing2/x>"}


# limits of the rules


def test_cycles_end():
    ring = " . ".join(f":C{n} rdfs:subClassOf :C{(n + 1) % 5}" for n in range(5))
    rows = inferred(f"{ring} . :x a :C0 . :p rdfs:subPropertyOf :p . :x :p :x .")
    assert {f":x <{RDF_TYPE}> :C{n}>".replace(":x", ":x>", 1) for n in range(1, 5)} <= rows
    assert not any(f":C0> <{RDFS}subClassOf> :C0>" in row for row in rows)


def test_a_long_transitive_path_takes_few_rounds():
    steps = " . ".join(f":n{n} :p :n{n + 1}" for n in range(64))
    with closed(f":p a owl:TransitiveProperty . {steps} .") as closure:
        assert closure.n == 64 * 65 // 2 - 64
        assert closure.rounds <= 7


def test_literals_are_no_subjects():
    text = """:p rdfs:range :C ; owl:inverseOf :q ; a owl:SymmetricProperty .
    :E owl:oneOf (1 :y) . :x :p 1 ."""
    with closed(text) as closure:
        assert {str(t[0]) for t in found(closure)} == {f"<{EX}y>"}


def test_identity_is_not_followed_and_is_named():
    text = ":x owl:sameAs :y . :y a :C . :p a owl:FunctionalProperty . :x :p :a, :b ."
    with closed(text) as closure:
        assert closure.n == 0
        assert dict(closure.ignored) == {"owl:sameAs": 1, "owl:FunctionalProperty": 1}


@pytest.mark.parametrize(
    "cells",
    [
        "_:a rdf:first :A ; rdf:rest _:a",
        "_:a rdf:first :A",
        "_:a rdf:first :A, :B ; rdf:rest ()",
        "_:a rdf:first :A ; rdf:rest (), ( :B )",
    ],
)
def test_a_list_that_is_none_is_named(cells):
    with closed(f":C owl:intersectionOf _:a . {cells} . :x a :A .") as closure:
        assert closure.n == 0
        assert closure.ignored == (("rdf:List", 1),)


def test_two_intersections_of_one_class_are_told_apart():
    text = ":C owl:intersectionOf (:A :B), (:D :E) . :x a :A, :D . :y a :D, :E ."
    with closed(text) as closure:
        assert triple(":y a :C") in list(closure.triples())
        assert triple(":x a :C") not in list(closure.triples())
        assert closure.explain(triple(":y a :C")).rule == INTERSECTION


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("owl:someValuesFrom :X", "owl:someValuesFrom :X"),
        ("owl:someValuesFrom :X", "owl:someValuesFrom owl:Thing"),
        ("owl:allValuesFrom :X", "owl:allValuesFrom :X"),
        ("owl:allValuesFrom :X", "owl:allValuesFrom owl:Thing"),
        ("owl:hasValue 1", "owl:hasValue 1"),
    ],
)
def test_a_restriction_written_twice_is_one(first, second):
    text = f"""[ owl:onProperty :p ; {second} ] rdfs:subClassOf :D .
    :C rdfs:subClassOf [ owl:onProperty :p ; {first} ] . :x a :C ."""
    with closed(text) as closure:
        assert triple(":x a :D") in list(closure.triples())
        assert closure.explain(triple(":x a :D")).rule == "cax-sco"


def test_axioms_that_follow_from_data_are_axioms():
    text = """:below rdfs:subPropertyOf rdfs:subClassOf . :A :below :B . :x a :A .
    :Chained rdfs:subClassOf owl:TransitiveProperty . :p a :Chained . :a :p :b . :b :p :c ."""
    with closed(text) as closure:
        rows = list(closure.triples())
        assert triple(":x a :B") in rows
        assert triple(":a :p :c") in rows


def test_axioms_on_the_vocabulary_itself_are_followed():
    text = """rdfs:domain rdfs:subPropertyOf :about . :p rdfs:domain :A . :A rdfs:subClassOf :B .
    owl:Thing rdfs:subClassOf :All . :C rdfs:subClassOf owl:Thing . :x a :C ."""
    with closed(text) as closure:
        rows = list(closure.triples())
        assert triple(":p :about :B") in rows
        assert triple(":x a :All") in rows
        assert triple(":x a owl:Thing") not in rows


def test_a_triple_that_does_not_follow_has_no_derivation():
    with closed(":x a :C .") as closure:
        assert closure.explain(triple(":x a :C")).rule == ""
        for text in (":x a :D", ":C a :x"):
            with pytest.raises(QuestionError) as caught:
                closure.explain(triple(text))
            assert caught.value.code == "bad-value"


# graphs and files


GRAPHS = """
kkg:ontology {{ :C rdfs:subClassOf :D . :p rdfs:domain :E }}
kkg:case-one {{ :x a :C ; :p :y }}
kkg:links-some {{ :z a :C . :x a :D }}
kkg:inferred {{ {old} }}
"""


def columns(columnar: Columnar) -> set[tuple[str, ...]]:
    if not columnar.has_graphs:
        return {
            ("", *map(str, columnar.terms_of(r)))
            for r in columnar.run("SELECT s, p, o FROM triples")
        }
    rows = columnar.run("SELECT g, s, p, o FROM quads")
    return {
        ("" if g < 0 else str(columnar.terms_of([g])[0]), *map(str, columnar.terms_of(r)))
        for g, *r in rows
    }


def test_what_was_inferred_before_and_what_is_apart_are_no_premises(tmp_path):
    with close(load_quads(parsed(GRAPHS.format(old=":q rdfs:domain :F . :x a :E")))) as closure:
        assert {str(ox.Triple(*t)) for t in found(closure)} == {
            str(triple(":x a :D")), str(triple(":x a :E")),
        }  # fmt: skip
        before = columns(closure.columnar)
        closure.write(tmp_path / "out.kk")
    with open_saved(tmp_path / "out.kk") as again:
        name = f"<{INFERRED}>"
        after = columns(again)
        assert {row for row in before if row[0] != name} == {r for r in after if r[0] != name}
        kept = {ox.Triple(*map(_term, row[1:])) for row in after if row[0] == name}
        assert kept == {triple(":x a :D"), triple(":x a :E")}
        assert again.n_triples == len({row[1:] for row in after})


def _term(text: str) -> ox.NamedNode:
    return ox.NamedNode(text.strip("<>"))


BACKGROUND = """
:D owl:onProperty :p ; owl:hasValue "new"@th, 7, "2026-01-01"^^xsd:date .
:q rdfs:domain [ owl:unionOf (:D :E) ] ; rdfs:subPropertyOf :r . :D rdfs:subClassOf :F .
"""


def test_new_terms_find_their_places_in_a_written_file(tmp_path):
    text = ':x a :D ; :q "z"@en, "a"@th, 5, 2.5, _:b . _:b :q "2020-01-01"^^xsd:date .'
    with close(load_quads(parsed(text)), parsed(BACKGROUND)) as closure:
        ours = found(closure)
        assert {str(t[2]) for t in ours} >= {'"new"@th', f"<{EX}F>"}
        data = columns(closure.columnar)
        closure.write(tmp_path / "out.kk")
    with open_saved(tmp_path / "out.kk") as again:
        rows = columns(again)
        assert {r for r in rows if not r[0]} == data
        assert {r[1:] for r in rows if r[0]} == {tuple(map(str, t)) for t in ours}
        assert {r[0] for r in rows} == {"", f"<{INFERRED}>"}
        for group in again.groups:
            assert group.n > 0
            assert {again.group_of(group.lo), again.group_of(group.hi - 1)} == {group}
        number = again.id_of(ox.Literal("2026-01-01", datatype=ox.NamedNode(expand("xsd:date"))))
        assert again.run('SELECT count(*) FROM "values" WHERE id = ?', [number]) == [(1,)]
        stored = again.run("SELECT p, s, o FROM triples")
        assert stored == sorted(stored)
        with close(again, parsed(BACKGROUND)) as twice:
            assert found(twice) == ours


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "data.kk"
    with load_quads(parsed(":C rdfs:subClassOf :D . :x a :C .")) as loaded:
        save(loaded, path)
    before = path.read_bytes()
    with close_saved(path, background=False) as closure:
        run = closure.space.run

        def full(sql: str, values: object = None) -> object:
            if "written.quads" in sql:
                raise StoreError("disk-full", "no room")
            return run(sql, values)

        monkeypatch.setattr(closure.space, "run", full)
        with pytest.raises(StoreError):
            closure.write(path)
        monkeypatch.undo()
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["data.kk"]
        closure.write(path)
    with close_saved(path, background=False) as closure:
        assert closure.n == 1
        assert closure.columnar.n_quads == 3


def test_what_was_inferred_is_read_by_graph_and_not_in_the_default_graph(tmp_path):
    path = built(tmp_path, ":C rdfs:subClassOf :D . :x a :C .")
    with close_saved(path, background=False) as closure:
        closure.write(path)
    with KnowledgeGraph.open(path) as graph:
        assert graph.query("SELECT * { ?s ?p ?o }").to_csv().count("\n") == 3
        inside = graph.query_raw("SELECT ?s { GRAPH kkg:inferred { ?s a ?o } }")
        assert inside.rows == ((ox.NamedNode(f"{EX}x"),),)


def test_nothing_inferred_leaves_a_plain_file(tmp_path):
    with close(load_quads(parsed(":x a :C ."))) as closure:
        closure.write(tmp_path / "out.kk")
    with open_saved(tmp_path / "out.kk") as again:
        assert not again.has_graphs
        assert again.n_triples == 1


def test_the_shipped_ontology_is_there_where_a_file_lacks_it(tmp_path):
    path = tmp_path / "data.nt"
    path.write_text(f"<{KKD}t> <{RDF_TYPE}> <{expand('kk:CityMunicipality')}> .\n")
    load(path, into=tmp_path / "data.kk").close()
    with close_saved(tmp_path / "data.kk", background=False) as closure:
        assert closure.n == 0
    with close_saved(tmp_path / "data.kk") as closure:
        rows = list(closure.triples())
        assert triple("kkd:t a kk:LocalAdministrativeOrganisation") in rows
        assert not any(isinstance(t.subject, ox.BlankNode) for t in rows)
        closure.write(tmp_path / "data.kk")
    with open_saved(tmp_path / "data.kk") as again:
        assert again.id_of(ox.NamedNode(expand("kk:Actor"))) is not None


# anonymity

PLANTED = """
kkd:some-two a kk:AnonymousCaseGroup ; kk:identity kk:withheld .
kkd:a-town a kk:TownMunicipality .
:belongsTo owl:inverseOf kk:member .
kkd:a-town :belongsTo kkd:some-two .
"""


def test_the_anonymity_shapes_see_what_only_the_closure_reveals():
    with closed(PLANTED) as closure:
        found = breaches(closure)
        assert found.before == ()
        assert {p.shape for p in found.revealed} >= {"kksh:AnonymousCaseGroup-member"}
        assert found.total == len(found.revealed)


def test_a_breach_that_the_data_have_is_told_apart():
    with closed(PLANTED + "kkd:some-two kk:partOf kkd:a-town .") as closure:
        found = breaches(closure)
        assert "kksh:AnonymousCaseGroup-containment" in {p.shape for p in found.before}
        assert "kksh:AnonymousCaseGroup-member" in {p.shape for p in found.revealed}


def test_the_closure_of_the_study_keeps_unnamed_groups_unnamed(study):
    found = breaches(study)
    assert found.total == 0, found


def test_blank_nodes_of_a_file_are_explained(tmp_path):
    path = tmp_path / "data.nt"
    path.write_text(f"_:b <{RDF_TYPE}> <{EX}C> .\n<{EX}C> <{RDFS}subClassOf> <{EX}D> .\n")
    with close(load(path)) as closure:
        (only,) = closure.triples()
        assert only.subject == ox.BlankNode("b")
        assert closure.explain(only).rule == "cax-sco"


def test_many_terms_get_wide_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "NARROW", 0)
    with close(load_quads(parsed(":C rdfs:subClassOf :D . :x a :C ."))) as closure:
        closure.write(tmp_path / "out.kk")
    with open_saved(tmp_path / "out.kk") as again:
        types = again.run("SELECT DISTINCT typeof(o) FROM quads")
        assert types == [("BIGINT",)]
        assert again.n_quads == 3


def test_a_closure_without_end_is_stopped(tmp_path):
    ring = " . ".join(f":n{n} :p :n{(n + 1) % 3000}" for n in range(3000))
    path = built(tmp_path, f":p a owl:TransitiveProperty . {ring} .")
    with pytest.raises(ReasonError) as caught:
        close_saved(path, background=False, timeout_s=0.3)
    assert caught.value.code == "reason-timeout"
    with open_saved(path) as again:
        assert again.n_triples == 3001


# the command line


def run(*words: object, code: int = 0) -> str:
    from typer.testing import CliRunner

    from kkgraph.cli.app import app

    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def test_reason_writes_explains_and_tells(tmp_path):
    path = built(tmp_path, ":C rdfs:subClassOf :D . :x a :C ; owl:sameAs :y .")
    said = run("reason", path, "--no-background", "--all", "--write")
    assert "1 triple inferred by rules in 1 round in" in said
    assert f"{EX}x rdf:type {EX}D" in said
    assert "Not followed: owl:sameAs (1 ×)." in said
    why = run("reason", path, "--no-background", "--explain", f"<{EX}x> a <{EX}D>")
    assert why.splitlines() == [
        f"{EX}x a {EX}D",
        "  by cax-sco: a member of a class is one of each class above it",
        f"    {EX}C rdfs:subClassOf {EX}D  (asserted)",
        f"    {EX}x a {EX}C  (asserted)",
    ]
    with open_saved(path) as again:
        assert again.n_quads == 4


@pytest.mark.parametrize("text", [PLANTED, BROKEN["cax-dw"] + " ."])
def test_reason_writes_no_breach_and_no_contradiction_unless_forced(tmp_path, text):
    path = built(tmp_path, text)
    before = path.read_bytes()
    said = run("reason", path, "--write", code=1)
    assert "only the inferred triples reveal" in said or "1 × contradiction by cax-dw" in said
    assert path.read_bytes() == before
    run("reason", path, "--output", tmp_path / "out.kk", "--force", code=1)
    assert path.read_bytes() == before
    with open_saved(tmp_path / "out.kk") as again:
        assert again.n_triples > 4


@pytest.mark.parametrize(
    "words",
    [
        ["data.kk", "other.ttl"],
        ["data.kk", "--store", "somewhere"],
        ["data.kk", "--explain", "kkd:x a"],
        ["data.kk", "--explain", "kkd:x a kk:A, kk:B"],
        ["--explain", "kkd:x a kk:A"],
        ["--force"],
    ],
)
def test_reason_refuses_what_does_not_go_together(words):
    with pytest.raises(QuestionError) as caught:
        run("reason", *words)
    assert caught.value.code == "bad-value"
    assert caught.value.hint
