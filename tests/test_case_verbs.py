"""The form from a user's chair: handed out, filled in, loaded, and handed out again, filled."""

from __future__ import annotations

import pytest

import casebook
from conftest import ROOT
from kkgraph import KnowledgeGraph, names
from kkgraph.cases.known import Known
from test_cli import run

CASE = ROOT / "tests" / "cases" / "nong-na.yaml"


@pytest.fixture(scope="module")
def known():
    with KnowledgeGraph.open(in_process=True) as graph:
        return Known.of(graph.store.quads())


def test_the_form_is_handed_out_and_never_written_over(tmp_path):
    for name in ("case.xlsx", "case.yaml", "folder"):
        path = tmp_path / name
        done = run("template", str(path), "--lang", "th")
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == f"Written: {path}\n"
        again = run("template", str(path))
        assert again.returncode == 2
        assert again.stderr.startswith(f"kkgraph: file-exists: {path}: ")
        assert run("template", str(path), "--replace").returncode == 0
    other = run("template", str(tmp_path / "case.doc"))
    assert other.returncode == 2
    assert "kkgraph: bad-value" in other.stderr


def test_template_filled_loaded_and_back_is_the_same_rdf(tmp_path, known):
    """The round trip through a workbook, a store on disk, and a workbook again."""
    book, store, back = (str(tmp_path / n) for n in ("case.xlsx", "store", "back.xlsx"))
    assert run("template", book, "--fill", str(CASE), "--lang", "th").returncode == 0
    checked = run("validate", book)
    assert (checked.returncode, checked.stdout) == (0, "No problems found.\n")
    loaded = run("load", book, "--store", store)
    assert loaded.returncode == 0, loaded.stderr
    filled = run("template", back, "--fill", "nong-na", "--store", store)
    assert (filled.returncode, filled.stderr) == (0, f"Written: {back}\n")
    first = casebook.read(tmp_path / "case.xlsx", known)
    second = casebook.read(tmp_path / "back.xlsx", known)
    assert casebook.triples(first) == casebook.triples(second)
    assert casebook.said(first) == casebook.said(second) == []


def test_what_the_form_cannot_hold_is_said(tmp_path):
    path = tmp_path / "more.ttl"
    path.write_text(
        "@prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        "@prefix kkd: <https://w3id.org/kkgraph/id/> .\n"
        'kkd:mine a kk:Study ; kk:note "x"@en .\n',
        encoding="utf-8",
    )
    done = run("template", str(tmp_path / "more.xlsx"), "--fill", str(path))
    assert done.returncode == 1
    assert f"The form has no place for: <{names.KKD}mine> <{names.KK}note>" in done.stderr
    bad = tmp_path / "bad.yaml"
    bad.write_text("case: {id: mine}\nfindings:\n  - {id: F1, hedge: aserted}\n", encoding="utf-8")
    done = run("template", str(tmp_path / "bad.xlsx"), "--fill", str(bad))
    assert done.returncode == 1
    assert f"kkgraph validate {bad}" in done.stderr


def test_a_case_that_is_nowhere_is_an_error(tmp_path):
    assert run("template", str(tmp_path / "y.yaml"), "--fill", "ban-pet").returncode == 0
    assert "kkd:F463" in (tmp_path / "y.yaml").read_text(encoding="utf-8")
    done = run("template", str(tmp_path / "x.xlsx"), "--fill", "nowhere")
    assert done.returncode == 2
    assert 'there is no file and no loaded or shipped case "nowhere"' in done.stderr
    assert not (tmp_path / "x.xlsx").exists()
