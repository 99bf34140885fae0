"""The shipped data: whole, anchored, canonical, described, bilingual, and in our own words."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, shared
from kkgraph import KnowledgeGraph, files, names, turtle
from kkgraph.errors import SourceError

IDS = [f"F{n:03}" for n in range(1, 531)]
FIVE = {
    "kkd:khon-kaen-city": ("3400102", "4099", "Q876526"),
    "kkd:sila-town": ("4400115", None, "Q17155186"),
    "kkd:samran-subdistrict": ("5400107", None, None),
    "kkd:mueang-kao-subdistrict": ("5400109", "4062", "Q26206687"),
    "kkd:tha-phra-subdistrict": ("5400104", "4095", "Q21278778"),
}
DATA_FILES = 32
MENDED = 52
THAI = re.compile("[\u0e01-\u0e5b]")
MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+")
MENDED_LINE = re.compile(r"- (F\d{3}) (hedge|holder|scope): “(.+?)” → (`.+?`)\. \S.+")
NAMES_OVER_50 = {
    # A proper name and the title of a cited work: both are names, which the rule excepts.
    ("kkd:thai-sme-association-khon-kaen", "skos:prefLabel"),
    ("kkd:F471", "kk:valueLiteral"),
}


class Facts:
    """Quads as CURIEs: values by subject and predicate, and the quads themselves."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.quads = {
            (_short(q.subject), _curie(q.predicate.value), _short(q.object), graph_name(q))
            for q in quads
        }
        self._values = defaultdict(set)
        self._subjects = defaultdict(set)
        self._graphs = defaultdict(set)
        self._predicates = defaultdict(set)
        for s, p, o, g in self.quads:
            self._values[s, p].add(o)
            self._subjects[p, o].add(s)
            self._graphs[s].add(g)
            self._predicates[s].add(p)

    def values(self, subject: str, *predicates: str) -> set:
        return set().union(*(self._values.get((subject, p), ()) for p in predicates))

    def subjects(self, predicate: str, value) -> set[str]:
        return set(self._subjects.get((predicate, value), ()))

    def of_type(self, curie: str) -> set[str]:
        return self.subjects("rdf:type", curie)

    def graphs(self, subject: str) -> set[str]:
        return set(self._graphs.get(subject, ()))

    def predicates(self, subject: str) -> set[str]:
        return set(self._predicates.get(subject, ()))

    def texts(self, subject: str, predicate: str, lang: str) -> list[str]:
        found = self.values(subject, predicate)
        return [o.value for o in found if isinstance(o, ox.Literal) and o.language == lang]


@cache
def _curie(iri: str) -> str:
    return names.compact(iri)


def _short(term):
    return _curie(term.value) if isinstance(term, ox.NamedNode) else term


def graph_name(quad: ox.Quad) -> str:
    return _curie(turtle.graph_of(quad))


def asserted_files() -> list[Path]:
    """The data files but the reasoner's, which ``kkgraph reason --write`` makes."""
    return [p for p in files.data_files() if p != files.inferred_file()]


def asserted_quads() -> list[ox.Quad]:
    return [q for path in asserted_files() for q in turtle.parse_file(path)]


def ontology_quads() -> list[ox.Quad]:
    return [q for path in files.ontology_files() for q in turtle.parse_file(path)]


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(asserted_quads())


@pytest.fixture(scope="module")
def declared() -> Facts:
    return Facts(ontology_quads())


@pytest.fixture(scope="module")
def mended() -> dict[str, tuple[str, str, set[str]]]:
    """Finding id → field, the worksheet's value, ours, from ``data/README.md``."""
    text = files.read_text(files.shipped("data") / "README.md")
    section = text.split("## Read otherwise than the worksheet\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(r"- F\d{3}\b", line)]
    parsed = [MENDED_LINE.fullmatch(line) for line in lines]
    assert [line for line, match in zip(lines, parsed, strict=True) if not match] == []
    found = {m[1]: (m[2], m[3], set(re.findall("`(.+?)`", m[4]))) for m in parsed}
    assert len(lines) == len(found) == MENDED
    assert re.findall(r"\b(\d+) findings; everything else", section) == [str(MENDED)]
    return found


def agrees(worksheet, mended, field, expected, ours) -> list[str]:
    """Where a field is neither the worksheet's value nor a mended one that is said to be so."""
    problems = []
    for row in worksheet:
        i = row["id"]
        if i in mended and mended[i][0] == field:
            _, theirs, value = mended[i]
            if theirs != row[field] or value != ours(i) or value == expected(row):
                problems.append(f"{i}: README has {theirs} → {value}; {row[field]} → {ours(i)}")
        elif ours(i) != expected(row):
            problems.append(f"{i}: {field} {ours(i)}, the worksheet has {row[field]}")
    return problems


def reader(facts, predicate):
    """A function from a finding's id to its values."""
    return lambda i: facts.values(f"kkd:{i}", predicate)


# Findings


def test_each_of_the_530_findings_stands_once_in_study_or_cited(facts):
    named = [(o.value, s) for s, p, o, _ in facts.quads if p == "dcterms:identifier"]
    assert sorted(named) == [(i, f"kkd:{i}") for i in IDS]
    assert facts.of_type("kk:Finding") == {f"kkd:{i}" for i in IDS}
    typed = Counter(g for _, p, o, g in facts.quads if (p, o) == ("rdf:type", "kk:Finding"))
    assert typed == {"kkg:study": 383, "kkg:cited": 147}


def test_every_finding_is_complete(facts):
    once = ["kk:claim", "kk:scope", "kk:hedge", "kk:kind", "kk:section", "kk:evidence"]
    problems = []
    for i in IDS:
        f = f"kkd:{i}"
        problems += [f"{i} {p}" for p in once if len(facts.values(f, p)) != 1]
        problems += [f"{i} {p}" for p in ("kk:about", "kk:holder") if not facts.values(f, p)]
        if not facts.values(f, "kk:value", "kk:valueLiteral"):
            problems.append(f"{i} has no value")
        en, th = (facts.texts(f, "kk:statement", lang) for lang in names.LANGUAGES)
        terms = [o.value for o in facts.values(f, "kk:valueLiteral")]
        bare = "".join(en)
        for term in terms:
            bare = bare.replace(term, "")
        if not (len(en) == len(th) == 1 and THAI.search(th[0]) and not THAI.search(bare)):
            problems.append(f"{i} statements: {en} {th}")
        home = facts.graphs(f) - {"kkg:analyst"}
        for part in [f"{f}-evidence", f"{f}-selector", *sorted(own_values(facts, f))]:
            if facts.graphs(part) != home:
                problems.append(f"{part} stands in {facts.graphs(part)}, its finding in {home}")
    assert problems == []


def own_values(facts, finding) -> set[str]:
    return {v for v in facts.values(finding, "kk:value") if str(v).startswith(f"{finding}-")}


def test_hedges_kinds_reasons_and_units_are_concepts_of_their_schemes(facts, declared):
    schemes = {
        "kk:hedge": ("kk:hedges", 14),
        "kk:kind": ("kk:findingKinds", 14),
        "kk:reason": ("kk:gapReasons", 5),
    }
    for predicate, (scheme, size) in schemes.items():
        concepts = declared.subjects("skos:inScheme", scheme)
        used = {o for _, p, o, _ in facts.quads if p == predicate}
        assert len(concepts) == size
        assert used <= concepts, predicate


def test_quantities_and_periods_are_whole(facts):
    quantities, periods = facts.of_type("kk:Quantity"), facts.of_type("kk:Period")
    assert (len(quantities), len(periods)) == (18, 6)
    for q in quantities:
        low, high = (facts.values(q, p) for p in ("kk:minimum", "kk:maximum"))
        assert len(low) == len(high) == len(facts.values(q, "kk:unit")) == 1, q
        assert float(low.pop().value) <= float(high.pop().value), q
    for p in periods:
        assert len(facts.values(p, "kk:start")) == 1, p
        assert p == "kkd:period-register-2017" or len(facts.texts(p, "kk:beText", "th")) == 1, p


# The worksheet


def test_kind_section_theme_and_question_tags_are_the_worksheets(facts, worksheet):
    assert len(worksheet) == 530
    theme = {"T1": "kkd:theme-forms", "T2": "kkd:theme-services", "T3": "kkd:theme-actors"}
    problems = []
    for row in worksheet:
        f = f"kkd:{row['id']}"
        kind = "result" if row["kind"] == "finding" else row["kind"]
        for predicate, expected in {
            "kk:kind": {f"kk:{kind}Kind"},
            "kk:section": {f"kkd:section-{row['section'].replace(':', '-')}"},
            "kk:theme": {theme[row["theme"]]} if row["theme"] else set(),
            "kk:answers": {f"kkd:{rq.lower()}" for rq in row["rq"]},
        }.items():
            if facts.values(f, predicate) != expected:
                problems.append(f"{f} {predicate} {facts.values(f, predicate)}, not {expected}")
    assert problems == []


def test_hedges_are_the_worksheets_but_the_mended(facts, worksheet, mended):
    def theirs(row):
        return {"kk:" + {"in development": "inDevelopment"}.get(row["hedge"], row["hedge"])}

    ours = reader(facts, "kk:hedge")
    assert sum(field == "hedge" for field, _, _ in mended.values()) == 9
    assert agrees(worksheet, mended, "hedge", theirs, ours) == []


def test_holders_are_the_worksheets_but_the_mended(facts, worksheet, mended):
    works = {facts.texts(w, "skos:prefLabel", "en")[0]: w for w in facts.of_type("kk:CitedWork")}
    assert len(works) == 29
    others = {
        "the study": "kkd:study",
        "most scholars": "kkd:most-scholars",
        "some local executives": "kkd:some-local-executives",
        "the municipalities": "kkd:municipalities-of-the-study",
    }

    def theirs(row):
        whose = row["holder"].split(", cited in ")[0]
        return {others[whose]} if whose in others else {works[w] for w in whose.split("; ")}

    ours = reader(facts, "kk:holder")
    assert sum(field == "holder" for field, _, _ in mended.values()) == 42
    assert agrees(worksheet, mended, "holder", theirs, ours) == []
    carried = [r for r in worksheet if ", cited in " in f"{r['holder']} {r['source_cited']}"]
    assert len(carried) == 7
    for row in carried:
        carrier = works[row["source_cited"].split(", cited in ")[1]]
        f = f"kkd:{row['id']}"
        mine = ours(row["id"]) == {"kkd:study"}
        assert facts.values(f, "kk:citedVia") == (set() if mine else {carrier}), f


def test_scopes_are_those_of_the_mapping_but_the_mended(facts, worksheet, mended):
    path = files.shipped("data") / "worksheet-scopes.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 49
    used = set()

    def theirs(row):
        mine = [r for r in rows if r["worksheet_scope"] == row["scope"]]
        exact = [r for r in mine if row["id"] in r["findings"].split()]
        chosen = exact or [r for r in mine if r["findings"] == "*"]
        assert len(chosen) == 1, row["id"]
        used.add(rows.index(chosen[0]))
        return {f"kkd:{chosen[0]['node']}"}

    ours = reader(facts, "kk:scope")
    assert sum(field == "scope" for field, _, _ in mended.values()) == 1
    assert agrees(worksheet, mended, "scope", theirs, ours) == []
    assert used == set(range(len(rows))), "rows of the mapping that no finding uses"


def test_the_mapping_holds_without_the_worksheet(facts):
    path = files.shipped("data") / "worksheet-scopes.csv"
    nodes = {f"kkd:{r['node']}" for r in csv.DictReader(path.open(encoding="utf-8"))}
    scopes = {o for _, p, o, _ in facts.quads if p == "kk:scope"}
    assert (len(nodes), scopes - nodes, nodes - scopes) == (47, set(), set())


def test_each_mended_finding_says_so_in_the_analyst_graph(facts, mended):
    for i in mended:
        notes = facts.texts(f"kkd:{i}", "kk:note", "en")
        assert any("otherwise than the worksheet" in note for note in notes), i
    told = {
        s[4:]
        for s, p, o, _ in facts.quads
        if p == "kk:note" and "otherwise than the worksheet" in o.value
    }
    assert told == set(mended)


def test_every_note_stands_in_both_languages(facts):
    noted = {s for s, p, _, _ in facts.quads if p == "kk:note"}
    counts = {s: [len(facts.texts(s, "kk:note", n)) for n in names.LANGUAGES] for s in noted}
    assert len(noted) == 152
    assert sorted(s for s, (en, th) in counts.items() if en != th) == []


# Evidence


def test_anchors_are_the_worksheets_and_hash_on_the_text(facts, worksheet, study_text):
    assert len(study_text) == 54_071
    for row in worksheet:
        evidence, selector = f"kkd:{row['id']}-evidence", f"kkd:{row['id']}-selector"
        assert facts.values(f"kkd:{row['id']}", "kk:evidence") == {evidence}
        assert facts.values(evidence, "oa:hasSelector") == {selector}
        assert facts.values(evidence, "oa:hasSource") == {"kkd:study-document"}
        (start,), (end,) = (facts.values(selector, p) for p in ("oa:start", "oa:end"))
        assert {names.compact(t.datatype.value) for t in (start, end)} == {"xsd:integer"}
        (digest,) = facts.values(evidence, "kk:textSha256")
        expected = (str(row["start"]), str(row["end"]), row["sha256"])
        assert (start.value, end.value, digest.value) == expected
        passage = study_text[int(start.value) : int(end.value)]
        assert hashlib.sha256(passage.encode("utf-8")).hexdigest() == digest.value, row["id"]


def test_verify_passes_on_the_text_and_names_a_changed_one(graph, tmp_path):
    source = shared("source", "study.txt")
    result = graph.verify_evidence(source)
    assert (result.source, result.checked, result.broken) == ("kkd:study-document", 530, ())
    changed = bytearray(source.read_bytes())
    place = changed.index(b"Internet")
    changed[place] = ord("i")
    copy = tmp_path / "study.txt"
    copy.write_bytes(changed)
    with pytest.raises(SourceError) as caught:
        graph.verify_evidence(copy)
    assert caught.value.code == "wrong-text"
    held = re.search(r"(\d+) of 530 anchors hold", caught.value.hint)
    assert held
    assert 500 < int(held[1]) < 530


# Files


def test_the_files_are_those_of_the_readme(facts):
    folder = files.shipped("data")
    found = {str(p.relative_to(folder)): turtle.parse_file(p) for p in asserted_files()}
    assert len(found) == DATA_FILES
    text = files.read_text(folder / "README.md")
    listed = set(re.findall(r"^\| `([a-z0-9/-]+\.trig)` \|", text, re.M)) - {"inferred.trig"}
    assert listed == set(found)
    counted = dict(re.findall(r"^\| `(findings/[a-z0-9-]+\.trig)` \| (\d+) \|", text, re.M))
    assert len(counted) == 16
    for name, number in counted.items():
        finding = [q for q in found[name] if _short(q.object) == "kk:Finding"]
        assert len(finding) == int(number), name
    graphs = {
        name: {graph_name(q) for q in quads} - {"kkg:study", "kkg:cited"}
        for name, quads in found.items()
        if not name.startswith("entities/")
    }
    own = {name: g for name, g in graphs.items() if g}
    assert own == {"analyst.trig": {"kkg:analyst"}, "context.trig": {"kkg:context"}}
    for phrase in ("CC BY 4.0", "no geocode", "no Wikidata item", "No passage text"):
        assert phrase in text or phrase.replace("no ", "no\n") in text


def test_every_file_is_canonical():
    paths = files.data_files()
    assert len([p for p in paths if p != files.inferred_file()]) == DATA_FILES
    for path in paths:
        assert files.read_text(path) == turtle.canonical(turtle.parse_file(path)), path.name


def test_data_come_out_of_a_store_as_they_went_in(graph, tmp_path):
    paths = files.data_files()
    wanted = {str(q) for p in paths for q in turtle.parse_file(p)}
    assert len(wanted) >= 17_000

    def kept(some) -> set[str]:
        return {str(q) for q in some.store.quads() if turtle.graph_of(q) != names.ONTOLOGY_GRAPH}

    assert kept(graph) == wanted
    with KnowledgeGraph.open(tmp_path / "store", in_process=True) as on_disk:
        assert kept(on_disk) == wanted
    with KnowledgeGraph.open(tmp_path / "store", in_process=True) as again:
        assert kept(again) == wanted
    for kind in ("nq", "trig"):
        exported = turtle.parse(graph.export(kind), turtle.FORMATS[kind], where=kind)
        data = {str(q) for q in exported if turtle.graph_of(q) != names.ONTOLOGY_GRAPH}
        assert data == wanted, kind


def test_there_is_no_blank_node():
    terms = [t for q in asserted_quads() for t in (q.subject, q.object)]
    assert len(terms) > 30_000
    assert not [t for t in terms if isinstance(t, ox.BlankNode)]


def test_every_iri_is_described_and_every_term_declared(facts, declared):
    typed = {s for s, p, _, _ in facts.quads if p == "rdf:type"}
    terms = {s for s, p, _, _ in declared.quads if p == "rdf:type" and isinstance(s, str)}
    nodes = {t for s, _, o, _ in facts.quads for t in (s, o) if isinstance(t, str)}
    outside = {n for n in nodes if n.startswith("http")}
    assert outside == {f"http://www.wikidata.org/entity/{q}" for _, _, q in FIVE.values() if q}
    assert sorted(nodes - typed - terms - outside) == []
    assert sorted(n for n in nodes if n.startswith("kkd:") and n not in typed) == []
    predicates = {p for _, p, _, _ in facts.quads} - {"rdf:type"}
    classes = {o for _, p, o, _ in facts.quads if p == "rdf:type"}
    assert (len(predicates), len(classes)) == (91, 61)
    kinds = {"owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty"}
    assert sorted(p for p in predicates if not declared.values(p, "rdf:type") & kinds) == []
    assert sorted(k for k in classes if "owl:Class" not in declared.values(k, "rdf:type")) == []


def test_every_entity_is_used(facts):
    used = {o for _, _, o, _ in facts.quads if isinstance(o, str)}
    entities = {s for s, p, _, g in facts.quads if (p, g) == ("rdf:type", "kkg:entities")}
    assert len(entities) > 900
    assert sorted(entities - used) == []


# Labels

UNLABELLED = {
    "kk:AnalystRule",
    "kk:Finding",
    "kk:KnowledgeGap",
    "kk:LegalStatus",
    "adms:Identifier",
    "oa:SpecificResource",
    "oa:TextPositionSelector",
}


def labelled(facts) -> list[str]:
    typed = {s for s, p, o, _ in facts.quads if p == "rdf:type" and o not in UNLABELLED}
    return sorted(typed)


def test_every_entity_has_one_label_in_each_language(facts):
    entities = labelled(facts)
    assert len(entities) == 1049
    problems = []
    for entity in entities:
        en, th = (facts.texts(entity, "skos:prefLabel", lang) for lang in names.LANGUAGES)
        if not (len(en) == len(th) == 1):
            problems.append(f"{entity}: {en} {th}")
            continue
        plain = {en[0]}
        if "kk:CitedWork" in facts.values(entity, "rdf:type"):
            plain.add(re.sub(r" (\d{4})$", r" (\1)", en[0]))  # Thai writes the year in brackets
        if not THAI.search(th[0]) and th[0] not in plain:
            problems.append(f"{entity}: “{th[0]}” is neither Thai nor “{en[0]}”")
        if THAI.search(en[0]):
            problems.append(f"{entity}: Thai in “{en[0]}”")
        untagged = facts.values(entity, "skos:prefLabel", "skos:altLabel")
        problems += [f"{entity}: {o}" for o in untagged if o.language not in names.LANGUAGES]
    assert problems == []


def test_no_two_entities_of_a_class_share_a_label(facts):
    holders = defaultdict(set)
    for entity in labelled(facts):
        for kind in facts.values(entity, "rdf:type") - {"kk:Quantity", "kk:Period"}:
            for lang in names.LANGUAGES:
                for text in facts.texts(entity, "skos:prefLabel", lang):
                    holders[kind, lang, text.casefold()].add(entity)
    assert len(holders) > 2_000
    assert {k: v for k, v in holders.items() if len(v) > 1} == {}


# No prose but ours


def folded(text: str) -> str:
    """White space dropped, ำ read as า, and stacked marks in one order (the text mixes them)."""
    plain = "".join(text.split()).replace("ำ", "า")
    return MARKS.sub(lambda found: "".join(sorted(found[0])), plain)


@pytest.fixture(scope="module")
def runs_of_50(study_text) -> set[str]:
    text = folded(study_text)
    return {text[i : i + 50] for i in range(len(text) - 49)}


def shared_run(text: str, runs: set[str]) -> str:
    """The first 50 code points that a text shares with the study; ``""`` where there are none."""
    mine = folded(text)
    return next((m for i in range(len(mine) - 49) if (m := mine[i : i + 50]) in runs), "")


def test_the_overlap_is_found_where_there_is_one(runs_of_50, study_text):
    assert shared_run(study_text[10_000:10_100], runs_of_50)
    spaced = " ".join(study_text[10_000:10_100]).replace("า", "ำ")
    assert shared_run(spaced, runs_of_50)
    assert not shared_run(study_text[10_000:10_049], runs_of_50)


def test_no_statement_and_no_literal_shares_50_code_points(runs_of_50):
    quads = [q for q in [*asserted_quads(), *ontology_quads()] if isinstance(q.object, ox.Literal)]
    statements = [q for q in quads if names.compact(q.predicate.value) == "kk:statement"]
    assert len(statements) == 1060
    assert len(quads) > 7_000
    hits = {
        (_short(q.subject), names.compact(q.predicate.value)): run
        for q in quads
        if (run := shared_run(q.object.value, runs_of_50))
    }
    assert set(hits) >= NAMES_OVER_50, "a name that no longer needs its exception"
    assert {k: v for k, v in hits.items() if k not in NAMES_OVER_50} == {}


def test_no_other_file_shares_50_code_points(runs_of_50):
    folders = [
        ROOT / f
        for f in ("data", "queries", "shapes", "docs", "src", "tests")
        if (ROOT / f).is_dir()
    ]
    kinds = {".md", ".rq", ".csv", ".ttl", ".py", ".json", ".html", ".yaml"}
    paths = [p for f in folders for p in sorted(f.rglob("*")) if p.suffix in kinds]
    paths += sorted(ROOT.glob("*.md"))
    assert len([p for p in paths if p.suffix == ".rq"]) > 100
    names_of_works = "Proactive e-Governance: Flipping the Service Delivery Model from Pull to Push"
    hits = {}
    for path in paths:
        text = path.read_text(encoding="utf-8", errors="replace")
        if run := shared_run(text, runs_of_50):
            hits[str(path.relative_to(ROOT))] = run
    hits = {p: run for p, run in hits.items() if run not in folded(names_of_works)}
    assert hits == {}


def test_nothing_is_quoted(facts):
    quoting = {"oa:exact", "oa:prefix", "oa:suffix"}
    selectors = facts.of_type("oa:TextPositionSelector")
    assert len(selectors) == 530
    assert not quoting & {p for _, p, _, _ in facts.quads}
    for s in selectors:
        assert facts.predicates(s) == {"rdf:type", "oa:start", "oa:end"}


# Outside knowledge


def codes(facts) -> dict[tuple[str, str], str]:
    """(municipality, scheme) → code, from ``kkg:context`` alone."""
    found = {}
    for s, p, node, g in facts.quads:
        if p == "adms:identifier":
            assert g == "kkg:context"
            (scheme,) = facts.values(node, "kk:identifierScheme")
            (code,) = facts.values(node, "skos:notation")
            found[s, scheme] = code.value
    return found


def test_the_codes_of_the_five(facts):
    found = codes(facts)
    schemes = ("kkd:scheme-dla", "kkd:scheme-geocode", "kkd:scheme-wikidata")
    expected = {
        (lao, scheme): code
        for lao, values in FIVE.items()
        for scheme, code in zip(schemes, values, strict=True)
        if code
    }
    assert len(expected) == 12
    assert found == expected
    matches = {(s, o) for s, p, o, _ in facts.quads if p == "kk:matches"}
    items = {(lao, f"http://www.wikidata.org/entity/{v[2]}") for lao, v in FIVE.items() if v[2]}
    assert matches == items
    assert len(items) == 4


def test_each_code_has_scheme_source_and_time(facts):
    identifiers = facts.of_type("adms:Identifier")
    assert len(identifiers) == 12
    for node in identifiers:
        for predicate, kind in {
            "kk:identifierScheme": "kk:IdentifierScheme",
            "prov:wasDerivedFrom": "prov:Entity",
            "dcterms:temporal": "kk:Period",
        }.items():
            (value,) = facts.values(node, predicate)
            assert kind in facts.values(value, "rdf:type"), (node, predicate)
        assert facts.graphs(node) == {"kkg:context"}


def test_each_code_stands_in_the_source_that_it_names(facts):
    with shared("open-data", "th-lao-register-2017.csv").open(encoding="utf-8") as lines:
        register = {r["dla_code"]: r["name_th"] for r in csv.DictReader(lines)}
    with shared("open-data", "th-lao-gazetteer.csv").open(encoding="utf-8") as lines:
        rows = [r for r in csv.DictReader(lines) if r["type"] != "SAO"]
    gazetteer = {r[k]: r["name_th"] for r in rows for k in ("geocode", "wikidata") if r[k]}
    known = {"kkd:source-lao-register-2017": register, "kkd:source-lao-gazetteer": gazetteer}
    notes = shared("open-data", "README.md").read_text(encoding="utf-8")
    absent = []
    for node in sorted(facts.of_type("adms:Identifier")):
        (code,) = facts.values(node, "skos:notation")
        (source,) = facts.values(node, "prov:wasDerivedFrom")
        (lao,) = facts.subjects("adms:identifier", node)
        name = facts.texts(lao, "skos:prefLabel", "th")[0]
        if source in known:
            if not name.endswith(known[source].get(code.value, "?")):
                absent.append(f"{node} {code.value} is not in {source}")
        elif code.value not in notes:
            absent.append(f"{node} {code.value} is not in the notes")
    assert absent == []


def test_no_code_that_the_sources_lack_was_guessed(facts):
    with shared("open-data", "th-lao-gazetteer.csv").open(encoding="utf-8") as lines:
        here = [r for r in csv.DictReader(lines) if r["province_code"] == "40"]
    municipal = {r["name_th"] for r in here if r["type"] in ("CITY", "TOWN", "SUBDISTRICT")}
    assert len(here) > 100
    assert municipal & {"ขอนแก่น", "เมืองเก่า", "ท่าพระ"} == {"ขอนแก่น", "เมืองเก่า", "ท่าพระ"}
    assert not municipal & {"ศิลา", "สำราญ"}
    coded = {lao for lao, scheme in codes(facts) if scheme == "kkd:scheme-geocode"}
    assert coded == set(FIVE) - {"kkd:sila-town", "kkd:samran-subdistrict"}


def test_the_source_text_is_the_one_that_was_read(facts):
    digest = hashlib.sha256(shared("source", "study.txt").read_bytes()).hexdigest()
    assert [o.value for o in facts.values("kkd:study-document", "kk:fileSha256")] == [digest]
    assert [o.value for o in facts.values("kkd:study-document", "kk:codePoints")] == ["54071"]
