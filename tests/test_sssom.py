"""Links as SSSOM/TSV: what is written, what is read back, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kkgraph import names
from kkgraph.errors import LinkError
from kkgraph.link import Decision, mappings, sssom, writing
from kkgraph.link.curies import BUILT_IN, Shortener, expand
from linked import MUNICIPALITY, SAO, candidate, entry, linking, usual

FORM = sssom.Form("demo")


def parts(text: str) -> tuple[dict, list[dict]]:
    lines = text.split("\n")
    head = yaml.safe_load("\n".join(x[1:] for x in lines if x.startswith("#")))
    table = [x.split("\t") for x in lines if x and not x.startswith("#")]
    return head, [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def reviewed() -> list[Decision]:
    return [
        Decision(entry("a", "ท่าพระ"), "linked", (SAO, MUNICIPALITY), "reviewed", 'เห็น "ป้าย"'),
        Decision(entry("b", "ปิดแล้ว"), "none", (SAO,), "reviewed"),
        Decision(entry("c", "ไม่แน่"), "ambiguous", (SAO, MUNICIPALITY), "reviewed"),
    ]


def test_only_links_are_mappings():
    head, rows = parts(sssom.text(usual(), FORM))
    assert [r["subject_id"] for r in rows] == ["kkd:list-1"]
    (row,) = rows
    assert row["predicate_id"] == "kk:matches"
    assert row["object_id"] == "kkd:codes-5400104"
    assert row["object_category"] == "kk:SubdistrictMunicipality"
    assert row["mapping_justification"] == "semapv:CompositeMatching"
    assert row["confidence"] == row["similarity_score"] == "0.999"
    assert row["comment"] == "name agrees (ท่าพระ); type agrees"
    assert head["mapping_set_id"] == names.LINKS_PREFIX + "demo"
    assert head["mapping_tool"] == "kkgraph"
    assert head["mapping_tool_version"] == "0.1.0"
    assert str(head["mapping_date"]) == "2026-11-27"
    assert head["subject_source_version"] == "sha256:" + "a" * 64
    assert head["license"] == sssom.UNSPECIFIED_LICENCE
    assert "1 ambiguous, 2 without" in head["comment"]


def test_the_form_is_canonical():
    text = sssom.text(usual(), FORM)
    head, rows = parts(text)
    assert text.startswith("#curie_map:\n")
    assert list(head["curie_map"]) == sorted(head["curie_map"])
    assert not set(head["curie_map"]) & set(BUILT_IN)
    assert "\r" not in text
    order = [c for c in sssom.COLUMNS if c in rows[0]]
    assert list(rows[0]) == order
    assert all(any(r[c] for r in rows) for c in order)


def test_a_review_is_manual_and_a_reviewed_none_is_told():
    made = linking(*reviewed(), reviewer="data steward", reviewed="2026-11-28T08:00:00Z")
    text = sssom.text(made, FORM)
    head, rows = parts(text)
    by_id = {r["subject_id"]: r for r in rows}
    assert set(by_id) == {"kkd:list-a", "kkd:list-b"}
    assert by_id["kkd:list-b"]["object_id"] == "sssom:NoTermFound"
    for row in rows:
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert row["author_label"] == "data steward"
        assert row["confidence"] == "1"
    assert str(head["mapping_date"]) == "2026-11-28"


def test_a_name_alone_is_lexical_and_concepts_get_skos():
    alone = candidate("x", "ท่าพระ", 0.99, sssom_reason())
    made = linking(
        Decision(entry("1", "ท่าพระ"), "linked", (alone,), "certain"),
        Decision(entry("2", "ท่าพระ 2"), "linked", (alone,), "identifier"),
    )
    _, rows = parts(sssom.text(made, sssom.Form("demo", concepts=True)))
    assert [r["predicate_id"] for r in rows] == ["skos:closeMatch", "skos:exactMatch"]
    assert {r["mapping_justification"] for r in rows} == {"semapv:LexicalMatching"}
    assert rows[0]["match_string"] == "ท่าพระ"
    assert "match_string" in rows[1]
    assert "sameAs" not in sssom.text(made, FORM)


def sssom_reason():
    from kkgraph.link import Reason

    return Reason("name", "agrees", "", 3.0)


def test_nothing_linked_is_still_a_file(tmp_path):
    path = tmp_path / "none.sssom.tsv"
    writing.write(linking(), path)
    assert mappings.read(path).mappings == ()


def test_reading_gives_back_what_was_written(tmp_path):
    path = tmp_path / "links.sssom.tsv"
    made = linking(*reviewed(), *usual().decisions, reviewer="data steward")
    writing.write(made, path, form=FORM)
    found = mappings.read(path)
    assert found.id == FORM.graph
    by_subject = {m.subject: m for m in found.mappings}
    assert len(by_subject) == 3
    mine = by_subject[names.KKD + "list-a"]
    assert (mine.object, mine.author, mine.confidence) == (
        names.KKD + "codes-6400114",
        "data steward",
        1.0,
    )
    assert mine.comment.startswith('เห็น "ป้าย"')
    assert mine.where.startswith(f"{path}:")
    assert by_subject[names.KKD + "list-b"].object == ""
    assert by_subject[names.KKD + "list-1"].confidence == 0.999
    assert set(found.ignored) == {
        "match_string",
        "object_category",
        "similarity_score",
    }


GOOD = """#curie_map:
#  ex: https://example.org/
#mapping_set_id: https://example.org/set
#license: https://example.org/licence
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
ex:a\tskos:exactMatch\tex:b\tsemapv:ManualMappingCuration\t0.9
ex:c\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t
"""
BAD = {
    "undeclared prefix": (GOOD.replace("ex:a\t", "other:a\t"), 6, "other:"),
    "an address": (GOOD.replace("ex:a\t", "https://example.org/a\t"), 6, "no CURIE"),
    "empty slot": (GOOD.replace("ex:a\t", "\t"), 6, "subject_id"),
    "confidence": (GOOD.replace("0.9", "1.9"), 6, "1.9"),
    "confidence in words": (GOOD.replace("0.9", "high"), 6, "high"),
    "identity": (GOOD.replace("skos:exactMatch\tex:b", "owl:sameAs\tex:b"), 6, "identical"),
    "twice": (GOOD + GOOD.splitlines()[5] + "\n", 8, "already"),
    "no column": (GOOD.replace("predicate_id", "predicate"), 5, "predicate_id"),
    "a column twice": (GOOD.replace("\tconfidence", "\tsubject_id"), 5, "twice"),
    "no metadata": (GOOD.split("licence\n")[1], 1, "metadata"),
    "no set id": (GOOD.replace("#mapping_set_id", "#id"), 1, "mapping_set_id"),
    "another skos": (GOOD.replace("#  ex:", "#  skos: https://x.org/\n#  ex:"), 1, "skos"),
    "an alias": (GOOD.replace("https://example.org/set", "&x https://e.org"), 1, "alias"),
    "broken yaml": (GOOD.replace("#license: h", "#license: [h"), 5, "YAML"),
    "too many cells": (GOOD.replace("\t0.9", "\t0.9\tmore"), 6, "more cells"),
    "open quote": (GOOD.replace("ex:a\t", '"ex:a\t'), 6, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_line(tmp_path, name):
    text, line, word = BAD[name]
    assert text != GOOD
    path = tmp_path / "bad.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LinkError) as caught:
        mappings.read(path)
    assert caught.value.code == "bad-sssom"
    assert word in caught.value.message
    assert caught.value.hint
    found = int(caught.value.where.rpartition(":")[2])
    assert found == line or name in ("broken yaml", "open quote")


def test_a_good_file_of_others_is_read(tmp_path):
    path = tmp_path / "good.sssom.tsv"
    path.write_text(GOOD.replace("\n", "\r\n"), encoding="utf-8")
    found = mappings.read(path)
    assert [(m.subject, m.object, m.confidence) for m in found.mappings] == [
        ("https://example.org/a", "https://example.org/b", 0.9),
        ("https://example.org/c", "", None),
    ]


def test_curies_go_both_ways():
    shorten = Shortener()
    for iri in (
        names.KKD + "list-%E0%B8%81",
        "http://www.wikidata.org/entity/Q876526",
        "https://example.org/a/b#c",
        "https://example.org/a/b#d",
        "urn:x:1",
    ):
        curie = shorten(iri)
        assert "//" not in curie
        assert expand(curie, shorten.map(), where="here") == iri
    assert set(shorten.map()) == {"kkd", "wikidata", "ns1", "ns2"}
    with pytest.raises(LinkError, match="short form"):
        shorten("https://example.org/")


@pytest.mark.long
def test_the_sssom_package_takes_what_is_written(tmp_path):
    """In an environment of its own: the package brings a hundred others."""
    python = os.environ.get("KKGRAPH_SSSOM_PYTHON")
    if not python:
        home = tmp_path / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        python = str(home / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", "sssom>=0.4.15,<0.5"], check=True)
    program = str(Path(python).with_name("sssom"))

    def validate(path) -> str:
        """What it complains of: it exits with 0 whatever it finds, and leaves bad rows out."""
        command = [program, "validate", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout + done.stderr

    made = linking(*reviewed(), *usual().decisions, reviewer="data steward")
    for name, form in (("things", FORM), ("concepts", replace(FORM, concepts=True))):
        path = tmp_path / f"{name}.sssom.tsv"
        writing.write(made, path, form=form)
        assert validate(path) == ""
        out = tmp_path / "out.tsv"
        subprocess.run([program, "parse", str(path), "-o", str(out)], check=True)
        assert len(parts(out.read_text("utf-8"))[1]) == len(mappings.read(path).mappings) == 3
    broken = path.read_text("utf-8").replace("semapv:ManualMappingCuration", "by hand")
    (tmp_path / "bad.sssom.tsv").write_text(broken, encoding="utf-8")
    assert "by hand is not a valid" in validate(tmp_path / "bad.sssom.tsv")
