"""The form of a case: templates by the shapes, readers of every kind, and the way back."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import warnings
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from openpyxl.utils.cell import range_boundaries

import casebook
from conftest import ROOT
from kkgraph import files, names
from kkgraph.cases import exporting, headers, reading, template
from kkgraph.cases.checking import check
from kkgraph.cases.form import declared
from kkgraph.cases.known import Known
from kkgraph.cases.plan import plan
from kkgraph.errors import QuestionError, SourceError
from kkgraph.graph import background_of, shipped_quads

KINDS = ("case.xlsx", "case.yaml", "folder")
KK, KKD = names.KK, names.KKD


@pytest.fixture(scope="module")
def quads():
    return list(shipped_quads())


@pytest.fixture(scope="module")
def known(quads):
    return Known.of(quads)


@pytest.fixture(scope="module")
def case(known, tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "case.xlsx"
    return casebook.read(casebook.write(path, known), known)


def objects(case, node, predicate):
    name = names.expand(predicate)
    found = [t.object for t in case.triples if (t.subject.value, t.predicate.value) == (node, name)]
    return sorted(getattr(o, "value", str(o)) for o in found)


# What a filled form says


def test_a_sound_case_has_no_problem(case, quads):
    assert casebook.said(case) == []
    assert [p.message["en"] for p in check(case, background_of(quads)).problems] == []
    assert len(casebook.triples(case)) == 104
    assert (case.slug, case.graph) == ("nong-na", names.CASE_PREFIX + "nong-na")


def test_values_become_terms_of_their_datatype(case):
    def literal(node, predicate):
        (found,) = (
            t.object
            for t in case.triples
            if t.subject.value == KKD + node and t.predicate.value == names.expand(predicate)
        )
        return found

    xsd = names.PREFIXES["xsd"]
    for node, predicate, value, kind in (
        ("nong-na-text", "kk:codePoints", "5000", "integer"),
        ("nong-na-article", "dcterms:date", "2019-05-31", "date"),
        ("nong-na-council-dla-period", "kk:start", "2017", "gYear"),
        ("nong-na-F2", "kk:openList", "true", "boolean"),
        ("nong-na-F1-selector", "oa:start", "100", "integer"),
    ):
        expected = ox.Literal(value, datatype=ox.NamedNode(xsd + kind))
        assert literal(node, predicate) == expected, node
    assert literal("nong-na-council-dla-period", "kk:beText").value == "พ.ศ. 2560"
    numbers = objects(case, KKD + "nong-na-F2", "kk:valueLiteral")
    assert numbers == ["70", "85.5", "รับรู้", "เข้าใจ"]


def test_names_in_both_languages_are_rows_and_known_things(case):
    assert objects(case, KKD + "nong-na-F1", "kk:about") == [
        KKD + "nong-na-council", KKD + "nong-na-line", KKD + "nong-na-mou",
    ]  # fmt: skip
    assert objects(case, KKD + "nong-na-F2", "kk:kind") == [KK + "resultKind"]
    assert objects(case, KKD + "nong-na-F2", "kk:hedge") == [KK + "expectation"]
    assert objects(case, KKD + "nong-na-F2", "kk:holder") == [KKD + "nong-na"]
    assert objects(case, KKD + "nong-na-F2", "kk:scope") == [KKD + "nong-na-some"]
    assert objects(case, KKD + "nong-na-some", "kk:identity") == [KK + "withheld"]
    assert KKD + "academics-and-researchers" in objects(case, KKD + "nong-na-mou", "kk:party")


def test_every_triple_node_and_empty_cell_has_its_place(case):
    at = {t.predicate.value: p for t, p in case.origins.items() if t.subject.value.endswith("-F1")}
    assert str(at[KK + "hedge"][0]).endswith("Findings!M2")
    assert str(case.nodes[KKD + "nong-na-F1"]).endswith("Findings, row 2")
    assert str(case.nodes[KKD + "nong-na-F2-evidence"]).endswith("Evidence, row 3")
    empty = case.fields[KKD + "nong-na-F2", KK + "theme"]
    assert [p.cell for p in empty] == ["O3"]
    both = case.fields[KKD + "nong-na-F1", KK + "statement"]
    assert [p.cell for p in both] == ["B2", "C2"]
    selector = case.fields[KKD + "nong-na-F2-evidence", names.expand("oa:hasSelector")]
    assert [p.cell for p in selector] == ["C3", "D3"]
    subjects = {t.subject.value for t in case.triples}
    assert subjects <= set(case.nodes)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("lang", ["en", "th"])
def test_each_kind_of_file_says_the_same(case, known, tmp_path, name, lang):
    path = casebook.write(tmp_path / name, known, lang=lang)
    again = casebook.read(path, known)
    assert casebook.said(again) == []
    assert casebook.triples(again) == casebook.triples(case)


def test_the_case_of_the_documentation_is_this_one(case, known):
    shown = casebook.read(ROOT / "tests" / "cases" / "nong-na.yaml", known)
    assert casebook.said(shown) == []
    assert casebook.triples(shown) == casebook.triples(case)


def test_json_is_read_like_yaml(case, known, tmp_path):
    import json

    path = tmp_path / "case.json"
    path.write_text(json.dumps(casebook.ROWS, indent="\t"), encoding="utf-8")
    again = casebook.read(path, known)
    assert casebook.triples(again) == casebook.triples(case)
    place = again.nodes[KKD + "nong-na-F1"]
    assert '"id": "F1"' in path.read_text("utf-8").split("\n")[place.line]


def test_yaml_takes_lists_and_texts_in_two_languages(known, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "case:\n  id: nong-na\n  name: {en: A study, th: การศึกษา}\n"
        "findings:\n  - id: F1\n    about: [e-LAAS, kkd:sila-town]\n    hedge: no\n"
        "    statement:\n      th: ข้อความ\n",
        encoding="utf-8",
    )
    found = casebook.read(path, known)
    assert objects(found, KKD + "nong-na-F1", "kk:about") == [KKD + "e-laas", KKD + "sila-town"]
    assert objects(found, KKD + "nong-na", "skos:prefLabel") == ["A study", "การศึกษา"]
    assert casebook.said(found) == [("unknown-name", "violation", "7")]
    (problem,) = found.problems
    assert problem.value == "no"
    assert (problem.focus, problem.path) == (KKD + "nong-na-F1", "kk:hedge")


def test_the_order_of_rows_does_not_change_names(known, tmp_path):
    rows = casebook.rows()
    for sheet in ("actors", "systems", "topics", "sources"):
        for row in rows[sheet]:
            row.pop("id")
    rows["findings"][0] |= {"about": "Nong Na", "scope": "NN", "value": "Nong Na complaints"}
    rows["findings"][1] |= {
        "about": "การรับรู้ของชาวหนองนา",
        "scope": "เทศบาลบางแห่งของหนองนา (ไม่ระบุชื่อ)",
    }
    rows["findings"][0]["about"] = "Nong Na; Nong Na complaints"
    first = casebook.read(casebook.write(tmp_path / "a.xlsx", known, rows=rows), known)
    for sheet in rows.values():
        random.Random(3).shuffle(sheet)
        sheet.reverse()
    second = casebook.read(casebook.write(tmp_path / "b.xlsx", known, rows=rows), known)
    assert casebook.triples(first) == casebook.triples(second)
    assert KKD + "nong-na-nong-na-town-municipality" in first.nodes


# And back again


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("lang", ["en", "th"])
def test_a_case_goes_into_a_form_and_comes_back_the_same(case, known, tmp_path, name, lang):
    form, rules = reading.form_of(known)
    written = exporting.write_back(case.triples, form, rules, known, lang=lang, slug=case.slug)
    assert (written.lost, written.added) == ((), ())
    path = casebook.write(tmp_path / name, known, lang=lang, rows=written.rows)
    again = casebook.read(path, known)
    assert casebook.said(again) == []
    assert casebook.triples(again) == casebook.triples(case)


def shipped_cases():
    return sorted(p for p in (ROOT / "data" / "cases").glob("*/*.ttl") if p.stem == p.parent.name)


def test_there_are_real_cases():
    assert len(shipped_cases()) == 3


@pytest.mark.parametrize("path", shipped_cases(), ids=lambda p: p.stem)
@pytest.mark.parametrize("lang", ["en", "th"])
def test_a_real_case_goes_into_a_workbook_and_comes_back_the_same(known, tmp_path, path, lang):
    given = reading.read(path, known)
    form, rules = reading.form_of(known)
    written = exporting.write_back(given.triples, form, rules, known, lang=lang, slug=path.stem)
    assert (written.lost, written.added) == ((), ())
    book = casebook.write(tmp_path / "case.xlsx", known, lang=lang, rows=written.rows)
    again = casebook.read(book, known)
    assert [s for s in casebook.said(again) if s[1] == "violation"] == []
    assert casebook.triples(again) == set(given.triples)


def test_what_has_no_place_in_the_form_is_said(case, known):
    extra = ox.Triple(
        ox.NamedNode(KKD + "nong-na-F1"), ox.NamedNode(KK + "note"), ox.Literal("Hm", language="en")
    )
    form, rules = reading.form_of(known)
    written = exporting.write_back([*case.triples, extra], form, rules, known, lang="en")
    assert written.lost == (extra,)
    assert written.slug == "nong-na"


# The template follows the shapes


def headings(known, shapes=(), lang="en"):
    form, rules = reading.form_of(known, shapes)
    return {
        (page.sheet.key, h.column.key): h
        for page in plan(form, rules, known, lang)
        for h in page.headings
    }


def test_required_columns_and_choices_come_from_the_shapes(known):
    found = headings(known)
    required = {key for (sheet, key), h in found.items() if sheet == "findings" and h.required}
    assert required == {
        "id", "statement_th", "statement_en", "kind", "about", "claim", "scope", "hedge", "holder",
    }  # fmt: skip
    hedge = found["findings", "hedge"]
    assert hedge.closed
    assert hedge.single
    assert len(hedge.choices) == 14
    assert "Choose from: asserted / assumption" in hedge.help["en"]
    assert found["systems", "status"].choices == (
        "given importance", "in development", "in use", "planned",
    )  # fmt: skip
    assert not found["systems", "focus"].single
    assert found["findings", "restates"].rows_of == "findings"
    assert "At least 20 characters" in found["findings", "statement_en"].help["en"]
    assert "Required for: Article" in found["sources", "study"].help["en"]
    assert "Required, unless one of these is given" in found["findings", "value"].help["en"]


NEW = """
@prefix kk: <https://w3id.org/kkgraph/ns#> .
@prefix kksh: <https://w3id.org/kkgraph/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
kksh:New a sh:NodeShape ; sh:targetClass kk:Finding ;
  sh:property [ sh:path kk:theme ; sh:minCount 1 ] ,
    [ sh:path kk:hedge ; sh:in ( kk:asserted kk:goal ) ] ,
    [ sh:path kk:note ; sh:minCount 2 ; sh:uniqueLang true ; sh:languageIn ( "en" "th" ) ] ,
    [ sh:path dcterms:created ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:date ] ,
    [ sh:path kk:answers ; sh:minCount 1 ; sh:class kk:ResearchQuestion ] .
"""


@pytest.fixture
def stricter(tmp_path):
    path = tmp_path / "new.ttl"
    path.write_text(NEW, encoding="utf-8")
    return [*files.shape_files(), path]


def test_a_new_constraint_appears_in_the_template_by_itself(known, tmp_path, stricter):
    found = headings(known, stricter)
    assert found["findings", "theme"].required
    assert found["findings", "hedge"].choices == ("asserted", "goal")
    assert found["findings", "note_th"].required
    assert found["findings", "created"].required
    assert "Research question 1: characteristics" in found["findings", "answers"].choices
    path = tmp_path / "new.xlsx"
    template.write(path, known, lang="th", shapes=stricter)
    sheet = openpyxl.load_workbook(path)["ข้อค้นพบ"]
    heads = [c.value for c in sheet[1]]
    assert "แก่นเรื่อง *\nTheme" in heads
    assert "มีข้อสังเกตของผู้วิเคราะห์ (ไทย) *\nNote (Thai)" in heads


def test_a_new_column_is_read_too(known, tmp_path, stricter):
    rows = casebook.rows()
    for row in rows["findings"]:
        row |= {"note_en": "A note", "note_th": "หมายเหตุ", "created": "1 ม.ค. 2569",
                "answers": "Research question 1: characteristics"}  # fmt: skip
    path = tmp_path / "new.xlsx"
    template.write(path, known, rows=rows, shapes=stricter)
    found = reading.read(path, known, shapes=stricter)
    assert objects(found, KKD + "nong-na-F1", "kk:note") == ["A note", "หมายเหตุ"]
    assert objects(found, KKD + "nong-na-F1", "dcterms:created") == ["2026-01-01"]
    assert objects(found, KKD + "nong-na-F1", "kk:answers") == [KKD + "rq1"]
    assert casebook.said(found) == []


def test_the_declaration_is_whole(known):
    form = declared()
    assert [s.key for s in form.sheets] == [
        "case", "findings", "evidence", "systems", "actors", "collaborations", "topics", "sources",
        "gaps",
    ]  # fmt: skip
    assert sum(len(s.columns) for s in form.sheets) >= 100
    for sheet in form.sheets:
        assert set(sheet.label) == set(sheet.help) == {"en", "th"}
        for kind in sheet.classes:
            assert known.labels(kind).keys() >= {"en", "th"}, kind
        titles = [headers.title(c, known) for c in sheet.columns]
        for lang in ("en", "th"):
            texts = [t[lang] for t in titles]
            assert len(set(texts)) == len(texts), (sheet.key, lang)
            assert all(texts)
        for column in sheet.columns:
            example = column.example
            if ":" in example and column.kind in ("thing", "class"):
                assert names.expand(example) in known, example


# What the template is as a file


@pytest.mark.parametrize("lang", ["en", "th"])
def test_the_workbook_keeps_the_rules_of_excel(known, tmp_path, lang):
    path = tmp_path / "case.xlsx"
    template.write(path, known, lang=lang)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 11
    assert all(len(n) <= 31 and not re.search(r"[\[\]:*?/\\]", n) for n in book.sheetnames)
    assert [s.title for s in book.worksheets if s.sheet_state != "visible"] == [
        {"en": "Lists", "th": "รายการตัวเลือก"}[lang]
    ]
    checked = 0
    for sheet in book.worksheets[1:-1]:
        heads = [c.value for c in sheet[1]]
        assert len(set(heads)) == len(heads)
        assert all(re.search("[ก-๙]", h) and re.search("[A-Za-z]", h) for h in heads)
        assert all(0 < len(c.comment.text) < 4_000 for c in sheet[1])
        assert sheet.freeze_panes == "B2"
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.formula1) <= 255
            assert len(rule.errorTitle) <= 32
            assert len(rule.error) <= 255
            if rule.type == "list":
                checked += 1
                tab, _, span = rule.formula1.rpartition("!")
                assert tab.strip("'") in book.sheetnames
                left, top, right, bottom = range_boundaries(span)
                assert left == right
                assert top <= bottom
    assert checked >= 30
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert not any(c.data_type == "f" for c in row)


def test_drop_downs_offer_what_the_reader_takes(known, tmp_path):
    for lang in ("en", "th"):
        form, rules = reading.form_of(known)
        from kkgraph.cases.resolving import Resolver

        resolver, tried = Resolver(known), 0
        for page in plan(form, rules, known, lang):
            for heading in page.headings:
                if heading.column.kind != "thing":
                    continue
                for rule in rules.of_sheet(page.sheet, heading.column).values():
                    for choice in heading.choices if rule.allowed or rule.classes else ():
                        found = resolver.find(choice, rule)
                        assert found is not None, (heading.column.key, choice)
                        assert found.iri, (heading.column.key, choice)
                        tried += 1
        assert tried > 500


def test_the_example_row_is_never_read(known, tmp_path):
    for name in KINDS:
        path = tmp_path / name
        template.write(path, known, lang="th")
        found = casebook.read(path, known)
        assert found.triples == []
        assert {c for c, _, _ in casebook.said(found)} <= {"no-case", "missing-sheet"}


def test_a_filled_file_is_not_overwritten(known, tmp_path):
    path = tmp_path / "case.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(SourceError) as caught:
        template.write(path, known)
    assert caught.value.code == "file-exists"
    assert path.read_bytes() == b"precious"
    with pytest.raises(QuestionError) as wrong:
        template.write(tmp_path / "case.docx", known)
    assert wrong.value.code == "bad-value"


def soffice() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        warnings.warn("SKIPPED: LibreOffice is absent", stacklevel=2)
        pytest.skip("LibreOffice is absent")
    return found


def converted(path: Path, kind: str) -> Path:
    out = path.parent / "converted"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [soffice(), profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
    run = subprocess.run(
        [*command, str(path)], check=False, capture_output=True, text=True, timeout=180
    )
    made = out / f"{path.stem}.{kind.partition(':')[0]}"
    assert made.exists(), run.stderr
    return made


def test_libreoffice_opens_the_template_and_keeps_it(known, tmp_path):
    path = tmp_path / "case.xlsx"
    template.write(path, known, lang="th")
    ours, theirs = openpyxl.load_workbook(path), openpyxl.load_workbook(converted(path, "xlsx"))
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours.worksheets[1:-1]:
        other = theirs[sheet.title]
        assert [c.value for c in other[1]] == [c.value for c in sheet[1]]
        assert [bool(c.comment) for c in other[1]] == [True] * sheet.max_column
        lists = [
            sum(len(r.sqref.ranges) for r in s.data_validations.dataValidation if r.type == "list")
            for s in (sheet, other)
        ]
        assert lists[0] == lists[1], sheet.title
    errors = [c.coordinate for s in theirs.worksheets for r in s.iter_rows() for c in r
              if c.data_type in ("e", "f")]  # fmt: skip
    assert errors == []


def test_libreoffice_saves_a_filled_form_that_says_the_same(case, known, tmp_path):
    path = casebook.write(tmp_path / "case.xlsx", known, lang="th")
    again = casebook.read(converted(path, "xlsx"), known)
    assert casebook.said(again) == []
    assert casebook.triples(again) == casebook.triples(case)


# Whatever stands in the cells

WORDS = (
    "เทศบาลเมือง", "ประชาชน", "ก๊าซ", "ตำบล", "น้ำ", "A;B", '"quoted"', "it's", "=SUM(A1)", "'=x",
    "+66", "-5", "@home", "''", "a, b", "<tag>", "{x}", "# no", "100%", "1.0", "true", "no", "null",
    "NaN", "2562", "ค่า\nใหม่", "emoji 🏙", "\\n", "$A$1", "F1", "kkd:x", "- a", "é", "*", "?", "~",
)  # fmt: skip


def some_rows(form, rules, known, seed):
    """Rows with anything in them: every sheet, every column now and then, odd texts."""
    chance = random.Random(seed)
    pages = {p.sheet.key: p for p in plan(form, rules, known, chance.choice(("en", "th")))}
    ids = {
        key: [f"{key}-{n}" if key != "findings" else f"F{n}" for n in range(chance.randint(1, 6))]
        for key in pages
    }
    ids["case"] = ["odd-case"]

    def value(page, heading):
        column = heading.column
        words = [" ".join(chance.sample(WORDS, chance.randint(1, 3))) for _ in range(3)]
        if column.kind == "text":
            return words[0]
        if column.kind == "texts":
            return "; ".join(w.replace(";", ",").replace("\n", " ") for w in words[:2])
        if column.kind == "hash":
            return casebook.HASH
        if column.kind in ("period", "date", "number"):
            samples = {
                "period": ("2562–2563", "about 1999", "2560"),
                "number": ("7", "1.5", "3; 4"),
                "date": ("2019", "2019-05", "1/5/2562"),
            }
            return chance.choice(samples[column.kind])
        if column.kind == "thing":
            near = ids.get(column.prefers) or ids["topics"]
            return "; ".join({chance.choice(heading.choices or near), chance.choice(near)})
        return chance.choice(heading.choices) if heading.choices else str(chance.randint(0, 99))

    rows = {}
    for key, page in pages.items():
        rows[key] = []
        for name in ids[key]:
            row = {h.column.key: value(page, h) for h in page.headings if chance.random() < 0.6}
            for heading in page.headings:
                if heading.column.kind == "class":
                    row[heading.column.key] = chance.choice(heading.choices)
            row["finding" if key == "evidence" else "id"] = name
            rows[key].append(row)
    rows["evidence"] = rows["evidence"][: len(ids["findings"])]
    for row, name in zip(rows["evidence"], ids["findings"], strict=False):
        row["finding"] = name
    return rows


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 30))]
)
def test_whatever_is_written_comes_back(known, tmp_path, seed):
    form, rules = reading.form_of(known)
    rows = some_rows(form, rules, known, seed)
    cases = [
        casebook.read(casebook.write(tmp_path / name, known, rows=rows), known) for name in KINDS
    ]
    first = casebook.triples(cases[0])
    assert len(first) > 40
    assert casebook.triples(cases[1]) == first
    assert casebook.triples(cases[2]) == first
    lang = ("en", "th")[seed % 2]
    written = exporting.write_back(
        cases[0].triples, form, rules, known, lang=lang, slug=cases[0].slug
    )
    assert not written.added
    unsaid = {t.predicate.value for t in written.lost}
    path = casebook.write(tmp_path / "again.xlsx", known, lang=lang, rows=written.rows)
    again = casebook.triples(casebook.read(path, known))
    assert again == first - set(written.lost)
    assert unsaid == set()
