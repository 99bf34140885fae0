"""The shapes: each has a valid and an invalid fixture, and the shipped data conform."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT
from kkgraph import files, names, shapes, turtle
from kkgraph.errors import ShapeError, SourceError

FOLDER = ROOT / "tests" / "shapes"
VALID = sorted(FOLDER.rglob("*.valid.ttl"))
INVALID = sorted(FOLDER.rglob("*.invalid.ttl"))
SH = names.PREFIXES["sh"]


def ident(path):
    return f"{path.parent.name}/{path.name.split('.')[0]}"


@pytest.fixture(scope="module")
def ontology():
    return [q for path in files.ontology_files() for q in turtle.parse_file(path)]


def report(path, ontology):
    shape = files.shipped("shapes") / f"{path.parent.name}.ttl"
    return shapes.validate_files([path], ontology, shapes=[shape])


def test_the_fixtures_are_whole():
    assert len(files.shape_files()) == 6
    assert len(VALID) == len(INVALID) == 66
    assert {ident(p) for p in VALID} == {ident(p) for p in INVALID}


@pytest.mark.parametrize("path", VALID, ids=ident)
def test_a_valid_fixture_conforms(path, ontology):
    assert [(p.focus, p.shape) for p in report(path, ontology).problems] == []


@pytest.mark.parametrize("path", INVALID, ids=ident)
def test_an_invalid_fixture_gives_exactly_its_results(path, ontology):
    expected = Counter(re.findall(r"^# expect: (\S+) (\S+)$", path.read_text("utf-8"), re.M))
    assert expected
    found = report(path, ontology)
    assert Counter((names.compact(p.focus), p.shape) for p in found.problems) == expected
    for problem in found.problems:
        assert set(problem.message) == {"en", "th"}
        assert problem.where.startswith(f"{path}")


def test_every_constraint_has_messages_in_both_languages_and_a_severity():
    quads = [q for path in files.shape_files() for q in turtle.parse_file(path)]
    by_subject: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        by_subject.setdefault(turtle.subject_of(quad), []).append(quad)
    checked = 0
    for subject, mine in by_subject.items():
        kinds = {q.object.value for q in mine if q.predicate.value == names.RDF_TYPE}
        if not kinds & {SH + "PropertyShape", SH + "SPARQLConstraint"}:
            continue
        if not any(q.predicate.value == SH + "message" for q in mine):
            continue
        langs = [q.object.language for q in mine if q.predicate.value == SH + "message"]
        assert sorted(langs) == ["en", "th"], subject
        checked += 1
    assert checked >= 130
    assert not any(isinstance(q.subject, ox.BlankNode) and q.predicate.value == names.RDF_TYPE
                   for q in quads)  # fmt: skip


def test_the_shipped_data_conform(graph):
    found = graph.validate()
    assert found.triples > 15_000
    assert [(p.focus, p.shape, p.value) for p in found.problems if p.severity != "info"] == []


def test_a_file_is_checked_against_what_the_graph_knows(graph, tmp_path):
    path = tmp_path / "mine.ttl"
    path.write_text(
        "@prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        "@prefix kkd: <https://w3id.org/kkgraph/id/> .\n\n"
        "kkd:F999 a kk:Finding ;\n  kk:about kkd:e-laas .\n",
        encoding="utf-8",
    )
    found = graph.validate([path])
    assert not found.conforms
    assert {p.focus for p in found.problems} == {names.KKD + "F999"}
    assert {p.where for p in found.problems} == {f"{path}:4"}


def test_bad_shapes_and_no_data_are_errors(graph, tmp_path):
    shape = tmp_path / "bad.ttl"
    shape.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        "kk:s a sh:NodeShape ; sh:targetClass kk:Study ; sh:property kk:t .\n"
        'kk:t sh:path kk:about ; sh:minCount "one" .\n'
    )
    with pytest.raises(ShapeError) as caught:
        graph.validate(shapes=[shape])
    assert caught.value.code == "bad-shape"
    empty = tmp_path / "empty.ttl"
    empty.write_text("")
    with pytest.raises(SourceError) as none:
        graph.validate([empty])
    assert none.value.code == "no-data"
    assert isinstance(shape, Path)


def test_a_leak_of_an_anonymous_group_is_caught_from_both_ends(graph, tmp_path):
    path = tmp_path / "leak.ttl"
    path.write_text(
        "@prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        "@prefix kkd: <https://w3id.org/kkgraph/id/> .\n"
        "kkd:two-own-internal-systems kk:member kkd:sila-town .\n",
        encoding="utf-8",
    )
    found = graph.validate([path]).problems
    assert {p.shape for p in found} == {
        "kksh:AnonymousCaseGroup-member",
        "kksh:NamedOrganisation-group",
    }
    assert all("kk:member" in p.path for p in found)
