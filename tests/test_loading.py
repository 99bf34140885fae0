"""Loading cases: all or nothing, validated, met by code, kept, and undone without a trace."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph, files, names, turtle
from kkgraph.cases import keeping, shelf
from kkgraph.errors import QuestionError, SourceError, TermError
from kkgraph.model import in_language
from kkgraph.names import KKD, KKG, is_merged
from kkgraph.store import Limits, OxigraphStore

SLUGS = ["ban-pet", "jenrangsan-2019", "kamnuansilpa-2020"]
FREE = Limits(timeout_s=None, max_rows=None)
HEAD = "".join(f"@prefix {p}: <{i}> .\n" for p, i in names.PREFIXES.items())
STUDY = """
kkd:mine a kk:Study ;
  skos:prefLabel "My study"@en , "การศึกษาของฉัน"@th ; kk:knownThrough kkd:mine-article .
kkd:mine-article a kk:Article ;
  skos:prefLabel "My article"@en , "บทความของฉัน"@th ; prov:wasGeneratedBy kkd:mine .
"""
SILA = """
kkd:mine-sila a kk:Municipality ; skos:prefLabel "Sila"@en , "ศิลา"@th ;
  adms:identifier kkd:mine-sila-code .
kkd:mine-sila-code a adms:Identifier ; kk:identifierScheme kkd:scheme-dla ;
  skos:notation "4400115" ; dcterms:temporal kkd:period-register-2017 .
"""


def finding(number: int = 1, scope: str = "mine-sila", more: str = "") -> str:
    return f"""
kkd:mine-F{number} a kk:Finding ; dcterms:identifier "F{number}" ; kk:kind kk:resultKind ;
  kk:about kkd:{scope} ; kk:claim kkd:claim-uses ; kk:value kkd:e-laas ; kk:scope kkd:{scope} ;
  kk:hedge kk:asserted ; kk:holder kkd:mine ; {more}
  kk:statement "The municipality uses e-LAAS in its accounts."@en ,
    "เทศบาลใช้ระบบ e-LAAS ในงานบัญชีของตน"@th ;
  kk:evidence kkd:mine-F{number}-evidence .
kkd:mine-F{number}-evidence a oa:SpecificResource ;
  oa:hasSource kkd:mine-article ; kk:locator "p. {number}" .
"""


@pytest.fixture
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.open(in_process=True)


@pytest.fixture
def disk(tmp_path) -> KnowledgeGraph:
    opened = KnowledgeGraph.open(tmp_path / "store", in_process=True)
    yield opened
    opened.close()


@pytest.fixture
def write(tmp_path):
    def written(text: str, name: str = "mine.ttl") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return written


def quads(graph: KnowledgeGraph) -> set[str]:
    return {str(q) for q in graph.store.quads()}


def default(graph: KnowledgeGraph) -> set[tuple]:
    return set(graph.store.query("SELECT ?s ?p ?o { ?s ?p ?o }", FREE).rows)


def derived(graph: KnowledgeGraph) -> set[tuple]:
    merged = (q for q in graph.store.quads() if is_merged(turtle.graph_of(q)))
    return {(q.subject, q.predicate, q.object) for q in merged}


def messages(done, severity: str) -> list[str]:
    return [p.message["en"] for p in done.findings.problems if p.severity == severity]


# Load, list, unload


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shipped_case_is_loaded_and_unloaded_without_a_trace(graph, slug):
    before, plain = quads(graph), default(graph)
    done = graph.load(slug)
    assert done.loaded
    assert not done.replaced
    assert done.forced == 0
    assert default(graph) == derived(graph)
    shipped = turtle.parse_file(files.case_packages()[slug] / f"{slug}.ttl")
    mine = [q for q in graph.store.quads() if turtle.graph_of(q) == KKG + f"case-{slug}"]
    assert {(q.subject, q.predicate, q.object) for q in mine} == {
        (q.subject, q.predicate, q.object) for q in shipped
    }
    case = graph.case(slug)
    assert (case.slug, case.problems, case.triples) == (slug, 0, done.triples)
    assert [c.slug for c in graph.cases()] == [slug]
    assert graph.unload(slug) == done.triples
    assert (quads(graph), default(graph)) == (before, plain)


def test_three_cases_stand_side_by_side_and_sila_is_one_node(disk):
    for slug in SLUGS:
        assert disk.load(slug).loaded
    assert [c.slug for c in disk.cases()] == SLUGS
    assert default(disk) == derived(disk)
    rows = disk.query(
        "SELECT ?g { GRAPH ?g { ?f kk:scope kkd:sila-town } } ORDER BY ?g", max_rows=None
    ).rows
    assert [r["g"].removeprefix(KKG) for r in rows] == ["case-jenrangsan-2019", "study"]
    assert disk.case("jenrangsan-2019").findings == 16
    assert len(disk.case("jenrangsan-2019").codes) == 17
    contexts = [g for g in disk.store.graphs() if g.startswith(names.CONTEXT_PREFIX)]
    assert len(contexts) == 2
    assert [p for p in disk.validate().problems if p.severity == "violation"] == []


def test_a_triple_that_the_study_has_too_stays_when_the_case_goes(graph):
    graph.load("ban-pet")
    asked = "ASK { kkd:F462 kk:scope kkd:ban-pet-subdistrict }"
    graph.unload("ban-pet")
    assert graph.query_raw(asked).truth
    assert not graph.query_raw("ASK { kkd:ban-pet ?p ?o }").truth


def test_a_name_is_used_once_and_replaced_on_request(disk, write):
    first = write(STUDY + SILA + finding(1))
    second = write(STUDY + SILA + finding(1) + finding(2), "other.ttl")
    assert disk.load(first).loaded
    with pytest.raises(TermError) as error:
        disk.load(second, name="mine")
    assert error.value.code == "case-exists"
    done = disk.load(second, name="mine", replace=True)
    assert (done.loaded, done.replaced) == (True, True)
    assert disk.case("mine").findings == 2
    assert default(disk) == derived(disk)
    again = disk.load(second, name="mine", replace=True)
    assert (again.triples, again.loaded) == (done.triples, True)


@pytest.mark.parametrize("name", ["study", "cited", "Ban Pet", "-x", "x--y", "ก"])
def test_a_name_that_cannot_name_a_case(graph, write, name):
    with pytest.raises(TermError) as error:
        graph.load(write(STUDY), name=name)
    assert error.value.code == "bad-case-name"


def test_what_is_not_there_is_an_error(graph, tmp_path):
    with pytest.raises(SourceError) as missing:
        graph.load("ban-pt")
    assert missing.value.code == "missing-file"
    assert "ban-pet" in missing.value.hint
    with pytest.raises(TermError) as unknown:
        graph.unload("ban-pt")
    assert unknown.value.code == "unknown-case"
    empty = tmp_path / "empty.ttl"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(SourceError) as nothing:
        graph.load(empty)
    assert nothing.value.code == "no-data"
    assert graph.cases() == []


# Problems


def test_a_case_that_breaks_a_shape_is_not_loaded_unless_forced_and_then_marked(disk, write):
    path = write(STUDY + SILA + finding().replace("kk:hedge kk:asserted ;", ""))
    before = quads(disk)
    done = disk.load(path)
    assert not done.loaded
    assert len(messages(done, "violation")) == 1
    assert quads(disk) == before
    assert not list((disk.store.path / keeping.FOLDER).glob("*"))
    forced = disk.load(path, force=True)
    assert (forced.loaded, forced.forced) == (True, 1)
    assert disk.case("mine").problems == 1
    assert disk.case("mine").as_dict("en")["problems"] == 1
    compared = disk.compare("system")
    assert compared.forced == {"mine": 1}
    mended = disk.load(write(STUDY + SILA + finding()), replace=True)
    assert mended.loaded
    assert disk.case("mine").problems == 0
    assert disk.compare("system").forced == {}


def test_a_loaded_case_may_not_leak_an_unnamed_group(graph, write):
    text = STUDY + "kkd:two-own-internal-systems kk:member kkd:sila-town .\n"
    done = graph.load(write(text))
    assert not done.loaded
    assert any("unnamed" in m for m in messages(done, "violation"))


def test_a_case_may_not_speak_of_another_source_s_unnamed_group(graph, write):
    path = write(STUDY + finding(scope="two-own-internal-systems"))
    done = graph.load(path)
    assert not done.loaded
    said = [p for p in done.findings.problems if "another source" in p.message["en"]]
    assert {p.problem.path for p in said} == {"kk:scope", "kk:about"}
    assert {p.places[0].file for p in said} == {str(path)}
    assert all(p.places[0].line > 1 for p in said)


def test_a_forced_case_without_the_least_is_compared_without_a_stumble(graph, write):
    text = (
        finding().replace('dcterms:identifier "F1" ;', "").replace("kk:claim kkd:claim-uses ;", "")
    )
    done = graph.load(write(STUDY + SILA + text), force=True)
    assert done.forced >= 2
    text = finding().replace('dcterms:identifier "F1" ;', "")
    graph.load(write(STUDY + SILA + text), force=True, replace=True)
    found = graph.compare("system", cases=["mine"])
    assert [r.iri for r in found.rows] == [KKD + "sila-town"]


# Meeting by code


def test_a_body_with_a_known_code_becomes_the_known_node(graph, write):
    done = graph.load(write(STUDY + SILA + finding()))
    assert done.loaded, messages(done, "violation")
    (met,) = done.met
    assert (met.node, met.known) == (KKD + "mine-sila", KKD + "sila-town")
    assert met.code == (KKD + "scheme-dla", "4400115")
    assert "4400115" in met.message["en"]
    assert "4400115" in met.message["th"]
    assert graph.query_raw("ASK { kkd:mine-F1 kk:scope kkd:sila-town }").truth
    assert not graph.query_raw("ASK { ?s ?p kkd:mine-sila }").truth
    page = graph.entity("kkd:sila-town")
    assert page.labels == {"en": "Sila Town Municipality", "th": "เทศบาลเมืองศิลา"}
    assert ("en", "Sila") in page.other_names


def test_two_cases_meet_by_a_code_that_only_a_case_brought(graph, write):
    graph.load("jenrangsan-2019")
    text = SILA.replace("sila", "kranuan").replace("4400115", "4400903").replace("Sila", "Kranuan")
    text = text.replace("ศิลา", "กระนวน")
    done = graph.load(write(STUDY + text + finding(scope="mine-kranuan")))
    assert [m.known for m in done.met] == [KKD + "kranuan-town"]


def test_an_equal_name_without_a_code_is_a_remark_and_no_merge(graph, write):
    body = """
kkd:mine-sila a kk:Municipality ;
  skos:prefLabel "Sila  town municipality"@en , "เทศบาลเมืองศิลา"@th .
"""
    done = graph.load(write(STUDY + body + finding()))
    assert done.loaded
    assert done.met == ()
    (remark,) = messages(done, "info")
    assert "kkd:sila-town" in remark
    assert graph.query_raw("ASK { kkd:mine-F1 kk:scope kkd:mine-sila }").truth


def test_a_contradicting_code_is_a_problem_at_its_place(graph, write):
    text = SILA.replace("kkd:mine-sila ", "kkd:sila-town ").replace("4400115", "4400116")
    text = text.replace('skos:prefLabel "Sila"@en , "ศิลา"@th ;', "")
    path = write(STUDY + text + finding(scope="sila-town"))
    done = graph.load(path)
    assert not done.loaded
    (problem,) = [p for p in done.findings.problems if p.severity == "violation"]
    assert "4400116" in problem.message["en"]
    assert "4400115" in problem.message["en"]
    assert str(problem.places[0]).startswith(f"{path}:")


def test_a_code_of_another_time_contradicts_nothing(graph, write):
    text = SILA.replace("kkd:mine-sila ", "kkd:sila-town ").replace("4400115", "5400115")
    text = text.replace('skos:prefLabel "Sila"@en , "ศิลา"@th ;', "")
    text = text.replace("kkd:period-register-2017", "kkd:mine-before")
    text += """
kkd:mine-before a kk:Period ; skos:prefLabel "until 1999"@en , "ถึง พ.ศ. 2542"@th ;
  kk:end "1999"^^xsd:gYear .
"""
    done = graph.load(write(STUDY + text + finding(scope="sila-town")))
    assert done.loaded, messages(done, "violation")


def test_one_code_for_two_bodies_and_codes_of_two_bodies_are_problems(graph, write):
    twice = SILA + SILA.replace("mine-sila", "mine-other").replace('"Sila"', '"Other"').replace(
        '"ศิลา"', '"อื่น"'
    )
    done = graph.load(write(STUDY + twice + finding()))
    assert not done.loaded
    assert any("as well" in m for m in messages(done, "violation"))
    torn = SILA.replace("kkd:mine-sila-code .", "kkd:mine-sila-code , kkd:mine-sila-item .", 1)
    torn += """
kkd:mine-sila-item a adms:Identifier ; kk:identifierScheme kkd:scheme-wikidata ;
  skos:notation "Q876526" ; dcterms:temporal kkd:period-register-2017 .
"""
    done = graph.load(write(STUDY + torn + finding()))
    assert not done.loaded
    assert any("several bodies" in m for m in messages(done, "violation"))


# What is kept


def test_the_submitted_file_is_kept_as_it_was_and_rewritten_literals_are_named(disk, write):
    path = write(STUDY + SILA + finding(more='kk:valueLiteral "007"^^xsd:integer ;'))
    done = disk.load(path)
    assert done.loaded
    (item,) = done.rewritten
    assert (item.subject, item.predicate) == ("kkd:mine-F1", "kk:valueLiteral")
    assert (item.before, item.after) == ('"007"^^xsd:integer', '"7"^^xsd:integer')
    assert item.place.line > 0
    case = disk.case("mine")
    assert case.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert keeping.kept(disk.store.path, case.sha256) == {"mine.ttl": path.read_bytes()}
    assert done.kept == disk.store.path / keeping.FOLDER / case.sha256
    disk.load("ban-pet")
    disk.unload("mine")
    left = [p.name for p in (disk.store.path / keeping.FOLDER).iterdir()]
    assert left == [disk.case("ban-pet").sha256]


def test_a_kept_file_that_somebody_changed_is_kept_anew(disk, write):
    path = write(STUDY + SILA + finding())
    place = disk.load(path).kept
    (place / path.name).write_text("else", encoding="utf-8")
    assert disk.load(path, replace=True).kept == place
    assert (place / path.name).read_bytes() == path.read_bytes()


def test_a_package_is_kept_whole_under_the_digest_of_its_parts(disk):
    disk.load("ban-pet")
    content = keeping.kept(disk.store.path, disk.case("ban-pet").sha256)
    assert sorted(content) == ["ban-pet.ttl", "context.ttl"]
    listed = "".join(f"{hashlib.sha256(content[n]).hexdigest()}  {n}\n" for n in sorted(content))
    assert hashlib.sha256(listed.encode()).hexdigest() == disk.case("ban-pet").sha256


def test_a_store_with_cases_opens_again_as_it_was(tmp_path):
    place = tmp_path / "store"
    with KnowledgeGraph.open(place, in_process=True) as first:
        first.load("jenrangsan-2019")
        before = quads(first)
    with KnowledgeGraph.open(place, in_process=True) as again:
        assert quads(again) == before
        assert [c.slug for c in again.cases()] == ["jenrangsan-2019"]
        assert default(again) == derived(again)


# Killed


CHILD = """
import os, signal, sys
from kkgraph import KnowledgeGraph
from kkgraph.cases import keeping, shelf
from kkgraph.store import OxigraphStore
store, path, step = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if step == "keep":
    keeping.keep = die
elif step == "write":
    OxigraphStore.put_graphs = die
elif step == "sweep":
    shelf.sweep = die
graph = KnowledgeGraph.open(store, in_process=True)
print("open", flush=True)
assert graph.load(path, name="mine", replace=True, shapes=[sys.argv[2] + ".shapes.ttl"]).loaded
print("done", flush=True)
"""
RULE = """
kksh:Any a sh:NodeShape ; sh:targetClass kk:Finding ; sh:property kksh:Any-hedge .
kksh:Any-hedge a sh:PropertyShape ; sh:path kk:hedge ; sh:minCount 1 .
"""


def start(store: Path, path: Path, step: str = "-") -> subprocess.Popen:
    command = [sys.executable, "-c", CHILD, str(store), str(path), step]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)


def whole(store: Path, versions: dict[str, Path]) -> str:
    """Which of the versions a store has; it is an error if it has anything else, or in part."""
    with KnowledgeGraph.open(store, in_process=True) as graph:
        assert default(graph) == derived(graph)
        mine = {
            (q.subject, q.predicate, q.object)
            for q in graph.store.quads()
            if turtle.graph_of(q) == KKG + "case-mine"
        }
        for name, path in versions.items():
            wanted = {(q.subject, q.predicate, q.object) for q in turtle.parse_file(path)}
            if mine == wanted:
                sha256 = graph.case("mine").sha256
                assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
                assert keeping.kept(store, sha256) == {path.name: path.read_bytes()}
                return name
    raise AssertionError(f"half a case: {len(mine)} triples")


@pytest.fixture
def versions(tmp_path, write) -> tuple[Path, dict[str, Path]]:
    text = STUDY + SILA.replace("kkd:mine-sila ", "kkd:sila-town ").replace(
        'skos:prefLabel "Sila"@en , "ศิลา"@th ;', ""
    )
    made = {
        "a": write(text + "".join(finding(n, "sila-town") for n in range(1, 60)), "a.ttl"),
        "b": write(text + "".join(finding(n, "sila-town") for n in range(30, 99)), "b.ttl"),
    }
    for path in made.values():
        write(RULE, f"{path.name}.shapes.ttl")
    store = tmp_path / "store"
    cited = [q for q in files.data_files() if q.name == "discussion.trig"]
    OxigraphStore.create(store, turtle.parse_file(cited[0])).close()
    child = start(store, made["a"])
    child.communicate()
    assert child.returncode == 0
    assert whole(store, made) == "a"
    return store, made


@pytest.mark.parametrize(
    ("step", "expected"), [("keep", "a"), ("write", "a"), ("sweep", "b"), ("-", "b")]
)
def test_killed_at_each_step_the_store_is_as_before_or_as_after(versions, step, expected):
    store, made = versions
    child = start(store, made["b"], step)
    child.communicate()
    assert child.returncode == (0 if step == "-" else -signal.SIGKILL)
    assert whole(store, made) == expected
    with KnowledgeGraph.open(store, in_process=True) as graph:
        shelf.sweep(graph.store)
        left = [p.name for p in (store / keeping.FOLDER).iterdir()]
        assert left == [graph.case("mine").sha256]


def kill_at_random(store: Path, made: dict[str, Path], times: int) -> dict[str, int]:
    """Loads killed at moments spread over the time from the start to the end of a load."""
    chance = random.Random(4)
    took = []
    for name in ("b", "a"):
        child = start(store, made[name])
        child.stdout.readline()
        begun = time.monotonic()
        child.communicate()
        took.append(time.monotonic() - begun)
    seen = {"before": 0, "after": 0}
    now = "a"
    for _ in range(times):
        other = "b" if now == "a" else "a"
        child = start(store, made[other])
        child.stdout.readline()
        time.sleep(chance.uniform(0, 1.1 * max(took)))
        child.kill()
        child.communicate()
        found = whole(store, made)
        assert found in (now, other)
        seen["before" if found == now else "after"] += 1
        now = found
    return seen


def test_killed_ten_times_never_leaves_half_a_case(versions):
    seen = kill_at_random(*versions, times=10)
    assert sum(seen.values()) == 10


@pytest.mark.long
def test_killed_a_hundred_times_never_leaves_half_a_case(versions):
    seen = kill_at_random(*versions, times=100)
    assert sum(seen.values()) == 100
    assert min(seen.values()) > 5, "the moments were not spread over the load"


# The command line


def kkgraph(*words: object, **env: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kkgraph.cli", *map(str, words)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "KKGRAPH_WIDTH": "100", **env},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_verbs_need_a_store_on_disk():
    for words in (["load", "ban-pet"], ["cases"], ["unload", "ban-pet"]):
        code, _, err = kkgraph(*words)
        assert code == 2
        assert err.startswith("kkgraph: no-store: --store: ")


def test_the_verbs_from_a_user_s_chair(tmp_path, write):
    store = tmp_path / "store"
    code, out, err = kkgraph("load", "jenrangsan-2019", "--store", store)
    assert (code, err) == (0, "")
    assert "kkg:case-jenrangsan-2019" in out
    assert "remark" in out
    bad = write(STUDY + SILA + finding().replace("kk:hedge kk:asserted ;", ""))
    code, out, _ = kkgraph("load", bad, "--store", store)
    assert code == 1
    assert "exactly one hedge" in out
    assert "not loaded" in out
    code, out, _ = kkgraph("load", bad, "--force", "--lang", "th", "--store", store)
    assert code == 0
    assert "ทำเครื่องหมายไว้" in out
    assert "kkd:sila-town" in out
    code, out, _ = kkgraph("cases", "--store", store)
    assert "problems at load: 1" in out
    assert "jenrangsan-2019" in out
    code, out, _ = kkgraph("cases", "mine", "--store", store)
    assert "problem" in out
    code, out, _ = kkgraph("cases", "--format", "json", "--store", store)
    assert [c["case"] for c in json.loads(out)] == ["jenrangsan-2019", "mine"]
    code, out, _ = kkgraph("show", "kkd:sila-town", "--store", store)
    assert "jenrangsan-2019-F7" in out
    code, out, _ = kkgraph("explain", "jenrangsan-2019-F1", "--store", store)
    assert "jenrangsan-2019-article, abstract" in out
    code, _, err = kkgraph("explain", "F1", "--store", store)
    assert code == 2
    assert "ambiguous" in err
    code, out, _ = kkgraph("unload", "mine", "--store", store)
    assert (code, "unloaded" in out) == (0, True)
    code, _, err = kkgraph("unload", "mine", "--store", store)
    assert (code, err.startswith("kkgraph: unknown-case: ")) == (2, True)


def test_everything_that_loading_says_stands_in_both_languages():
    from kkgraph.cli.told import WORDS

    assert len(WORDS) > 20
    for key, text in WORDS.items():
        assert set(text) == {"en", "th"}, key
        assert in_language(text, "th") != in_language(text, "en")


def test_loading_needs_no_disk_in_python_and_says_so_on_the_command_line(graph):
    assert graph.load("ban-pet").kept is None
    with pytest.raises(QuestionError):
        graph.compare("colour")


def test_an_added_graph_in_a_store_is_none_of_the_cases(graph):
    graph.store.put_graph(names.LOCAL_GRAPH, [ox.Triple(*[ox.NamedNode(KKD + "x")] * 3)])
    assert graph.cases() == []
