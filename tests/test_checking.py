"""Problems at their place, in plain words of both languages, with a fix: for every component."""

from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest

import case_books
from kkgraph import __version__
from kkgraph import graph as graphs
from kkgraph.cases import page, sarif
from kkgraph.cases.checking import check, check_files, merged
from kkgraph.cases.lexical import rewritten
from kkgraph.cases.placing import place_of
from kkgraph.cases.rdf import read_rdf
from kkgraph.cases.records import Case, Place
from kkgraph.errors import SourceError
from kkgraph.model import Problem
from kkgraph.names import PREFIXES
from test_cli import run

XSD = PREFIXES["xsd"]
HEAD = """@prefix : <http://example.org/> .
@prefix kkd: <https://w3id.org/kkgraph/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
KNOWN = """
:colour rdfs:label "colour"@en , "สี"@th .
:red skos:prefLabel "red"@en , "แดง"@th .
:green skos:prefLabel "green"@en , "เขียว"@th .
:Town rdfs:label "Town"@en , "เมือง"@th .
kkd:sila a :Town ; skos:prefLabel "Sila"@en , "ศิลา"@th .
"""


@pytest.fixture(scope="module")
def background():
    return graphs.background_of(graphs.shipped_quads())


def found_by(tmp_path, constraint, data, *, node=False):
    """The problems of a thing under one shape; line 8 is the first of the data."""
    shapes = tmp_path / "shapes.ttl"
    asks = constraint if node else f"sh:property [ sh:path :colour ; {constraint} ]"
    shapes.write_text(f"{HEAD}:Shape a sh:NodeShape ; sh:targetClass :Thing ; {asks} .")
    path = tmp_path / "data.ttl"
    path.write_text(f"{HEAD}\n:x a :Thing ;\n{data}\n  :end true .\n{KNOWN}", encoding="utf-8")
    return check_files([path], [], shapes=[shapes]).problems


def one(tmp_path, constraint, data, **options):
    problems = found_by(tmp_path, constraint, data, **options)
    assert len(problems) == 1
    return problems[0]


CASES = [
    # constraint, data, lines, rule in English and Thai, fix in English, value to write
    ("sh:in ( :red :green )", "  :colour :gren ;", [9],
     "Allowed: red, green.", "ค่าที่ใช้ได้: แดง, เขียว", "Perhaps “green” is meant.", "green"),
    ("sh:in ( :red :green )", '  :colour "แดงง" ;', [9],
     "Allowed: red, green.", "ค่าที่ใช้ได้: แดง, เขียว", "Perhaps “red” is meant.", "red"),
    ("sh:class :Town", "  :colour :silla ;", [9], "Needed: something of the kind “Town”.",
     "ต้องเป็นสิ่งประเภท “เมือง”", "Perhaps “Sila” is meant.", "Sila"),
    ("sh:nodeKind sh:IRI", '  :colour "Sila" ;', [9],
     "Name a thing; free text or a number is not enough.",
     "ต้องระบุสิ่งที่มีชื่อในข้อมูล มิใช่ข้อความอิสระหรือตัวเลข", "Perhaps “Sila” is meant.", "Sila"),
    ("sh:datatype xsd:date", '  :colour "31/3/2569" ;', [9],
     "Needed: a date, as year-month-day of the common era, such as 2026-03-31.",
     "ต้องเป็น วันที่ในรูป ปี ค.ศ.-เดือน-วัน เช่น 2026-03-31", "Write 2026-03-31", "2026-03-31"),
    ("sh:datatype xsd:integer", '  :colour "๑,๒๓๔" ;', [9],
     "Needed: a whole number, such as 12.", "ต้องเป็น จำนวนเต็ม เช่น 12", "Write 1234", "1234"),
    ("sh:datatype xsd:integer", '  :colour "many" ;', [9],
     "Needed: a whole number, such as 12.", "ต้องเป็น จำนวนเต็ม เช่น 12", "", ""),
    ("sh:datatype xsd:boolean", '  :colour "ใช่" ;', [9], "Needed: true or false.",
     "ต้องเป็น true (ใช่) หรือ false (ไม่ใช่)", "Write true", "true"),
    ("sh:datatype xsd:string", '  :colour "a"@en ;', [9],
     "Needed: plain text, without a language.", "ต้องเป็น ข้อความธรรมดา ไม่ระบุภาษา", "Write a", "a"),
    ("sh:minCount 1", "", [8], "Needed: at least 1; given: 0.",
     "ต้องมีอย่างน้อย 1 ค่า ขณะนี้มี 0", "Fill in “colour”.", ""),
    ("sh:minCount 2 ; sh:in ( :red :green )", "  :colour :red ;", [8],
     "Needed: at least 2; given: 1.", "ต้องมีอย่างน้อย 2 ค่า ขณะนี้มี 1",
     "Fill in “colour”: choose one of red, green.", ""),
    ('sh:minCount 2 ; sh:languageIn ( "en" "th" ) ; sh:uniqueLang true', '  :colour "a"@en ;', [8],
     "Needed: at least 2; given: 1.", "ต้องมีอย่างน้อย 2 ค่า ขณะนี้มี 1",
     "Fill in “colour” in Thai.", ""),
    ("sh:maxCount 1", "  :colour :red ,\n    :green ;", [9, 10], "Allowed: at most 1; given: 2.",
     "มีได้ไม่เกิน 1 ค่า ขณะนี้มี 2", "Keep 1 of these and take the rest away: “red”, “green”.", ""),
    ("sh:maxCount 0", "  :colour :red ;", [9], "Allowed: at most 0; given: 1.",
     "มีได้ไม่เกิน 0 ค่า ขณะนี้มี 1", "Take away “red”.", ""),
    ("sh:minInclusive 1", "  :colour 0 ;", [9], "Needed: 1 or more.", "ต้องไม่น้อยกว่า 1", "", ""),
    ("sh:maxExclusive 5", "  :colour 5 ;", [9], "Needed: less than 5.", "ต้องน้อยกว่า 5", "", ""),
    ("sh:minExclusive 5", "  :colour 5 ;", [9], "Needed: more than 5.", "ต้องมากกว่า 5", "", ""),
    ("sh:maxInclusive 5", "  :colour 6 ;", [9], "Needed: 5 or less.", "ต้องไม่เกิน 5", "", ""),
    ("sh:minLength 5", '  :colour "น้ำ" ;', [9], "Needed: 5 characters or more; here 3.",
     "ต้องยาวอย่างน้อย 5 อักขระ ขณะนี้มี 3", "", ""),
    ("sh:maxLength 2", '  :colour "น้ำ" ;', [9], "Allowed: 2 characters or fewer; here 3.",
     "ยาวได้ไม่เกิน 2 อักขระ ขณะนี้มี 3", "", ""),
    ('sh:pattern "^[A-Z]{2}[0-9]+$"', '  :colour "ab ๑๒" ;', [9],
     "Needed: the form ^[A-Z]{2}[0-9]+$",
     "ต้องอยู่ในรูปแบบ ^[A-Z]{2}[0-9]+$", "Write AB12", "AB12"),
    ('sh:languageIn ( "en" "th" )', '  :colour "เขียว"@lo ;', [9],
     "Allowed languages: English, Thai.", "ภาษาที่ใช้ได้: ภาษาอังกฤษ, ภาษาไทย",
     "Mark the text as Thai.", ""),
    ("sh:uniqueLang true", '  :colour "a"@en ,\n    "b"@th ,\n    "c"@en ;', [9, 11],
     "One text for each language.", "มีได้ภาษาละหนึ่งข้อความ", "Keep one of: “a”, “c”.", ""),
    ("sh:hasValue :red", "  :colour :green ;", [8], "Needed among the values: red.",
     "ต้องมีค่านี้อยู่ด้วย: แดง", "Add “red”.", "red"),
    ("sh:equals <urn:other>", "  :colour :red ;", [9], "Needed: the same values as “urn:other”.",
     "ต้องมีค่าเดียวกับ “urn:other”", "", ""),
    ("sh:disjoint <urn:other>", "  <urn:other> :red ;\n  :colour :red ;", [10],
     "Not allowed: a value of “urn:other” as well.",
     "ต้องไม่ซ้ำกับค่าของ “urn:other”", "", ""),
    ("sh:lessThan <urn:other>", "  <urn:other> 3 ;\n  :colour 5 ;", [10],
     "Needed: less than “urn:other” (3).", "ต้องน้อยกว่า “urn:other” (3)",
     "Perhaps the two are swapped: colour 3, urn:other 5.", ""),
    ("sh:lessThanOrEquals <urn:other>", "  <urn:other> 3 ;\n  :colour 5 ;", [10],
     "Needed: not more than “urn:other” (3).",
     "ต้องไม่มากกว่า “urn:other” (3)",
     "Perhaps the two are swapped: colour 3, urn:other 5.", ""),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]} {c[1].strip()}"[:60])
def test_each_component_in_words_at_its_line_with_its_fix(tmp_path, case):
    constraint, data, lines, english, thai, fix, value = case
    found = one(tmp_path, constraint, data)
    assert [p.line for p in found.places] == lines
    assert found.rule == {"en": english, "th": thai}
    assert found.fix.text.get("en", "") == fix
    assert found.fix.value.get("en", "") == value
    assert set(found.fix.text) in (set(), {"en", "th"})
    assert found.path == {"en": "colour", "th": "สี"}
    assert found.about["en"] == "http://example.org/x"


def test_a_closed_shape_names_the_property_at_its_line(tmp_path):
    ignored = f"( :end <{PREFIXES['rdf']}type> )"
    closed = f"sh:closed true ; sh:ignoredProperties {ignored}"
    found = one(tmp_path, closed, "  :colour :red ;", node=True)
    assert [p.line for p in found.places] == [9]
    assert found.rule == {"en": "“colour” is not allowed here.", "th": "ใช้ “สี” ที่นี่ไม่ได้"}


BRANCHES = """sh:or (
  [ sh:class :Town ; sh:message "It is a town."@en , "เป็นเมือง"@th ]
  [ sh:datatype xsd:integer ]
  [ sh:and ( [ sh:nodeKind sh:IRI ] [ sh:property [ sh:path :size ; sh:minInclusive 3 ;
      sh:message "It is large."@en , "มีขนาดใหญ่"@th ] ] ) ] )"""


def test_a_compound_rule_says_which_branch_failed_and_why(tmp_path):
    found = one(tmp_path, BRANCHES, "  :colour :odd ;\n  :y true .\n:odd :size 2 .\n:z :y true ;")
    assert [p.line for p in found.places] == [9]
    lines = [w["en"] for w in found.why]
    assert lines[0] == "Nothing says what kind of thing it is."
    assert lines[1] == "✗ It is a town – Needed: something of the kind “Town”."
    assert lines[2].startswith("✗ Needed: a whole number, such as 12")
    assert lines[-1] == "  ✗ It is large – http://example.org/size: Needed: 3 or more."
    assert [w["th"] for w in found.why][1] == "✗ เป็นเมือง – ต้องเป็นสิ่งประเภท “เมือง”"


def test_xone_and_not_say_which_branch_holds(tmp_path):
    town = "[ sh:class :Town ; sh:message 'A town.' ]"
    two = f"sh:xone ( {town} [ sh:nodeKind sh:IRI ; sh:message 'A name.' ] )"
    found = one(tmp_path, two, "  :colour kkd:sila ;")
    assert [w["en"] for w in found.why] == ["It is: Town", "✓ A town", "✓ A name"]
    found = one(tmp_path, f"sh:not {town}", "  :colour kkd:sila ;")
    assert [w["en"] for w in found.why] == ["It is: Town", "✓ A town"]
    found = one(tmp_path, f"sh:node {town}", "  :colour :odd ;")
    assert found.why[-1]["en"] == "✗ A town – Needed: something of the kind “Town”."
    least = f"sh:qualifiedValueShape {town} ; sh:qualifiedMinCount 1"
    found = one(tmp_path, least, "  :colour :red ;")
    assert found.rule["en"] == "At least 1 of the values must be so: A town"
    assert [w["en"] for w in found.why] == ["✗ red: A town – Needed: something of the kind “Town”."]


def test_paths_lead_to_the_line_of_their_last_step(tmp_path):
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        f"{HEAD}:S sh:targetNode :x ; sh:property [ sh:path ( :p :q ) ; sh:datatype xsd:integer ] ,"
        " [ sh:path [ sh:inversePath :r ] ; sh:nodeKind sh:BlankNode ] ,"
        " [ sh:path [ sh:alternativePath ( :a :b ) ] ; sh:maxCount 1 ] ,"
        " [ sh:path [ sh:zeroOrMorePath :n ] ; sh:class :Town ] ."
    )
    path = tmp_path / "data.ttl"
    path.write_text(
        f"{HEAD}:x :p :y ;\n:a 1 ;\n:b 2 ;\n:n\n:m .\n:y :q\n'w' .\n:z :r\n:x .\n:m a :Town .\n"
    )
    found = check_files([path], [], shapes=[shapes]).problems
    lines = {
        p.component.removesuffix("ConstraintComponent"): [x.line for x in p.places] for p in found
    }
    assert lines["Datatype"] == [13]
    assert lines["NodeKind"] == [15]
    assert lines["MaxCount"] == [8, 9]


@pytest.mark.parametrize(
    ("text", "kind", "better"),
    [
        ("31/03/2569", "date", "2026-03-31"), ("13/03/2026", "date", "2026-03-13"),
        ("05/03/2026", "date", None), ("5 มีนาคม พ.ศ. 2569", "date", "2026-03-05"),
        ("March 2026", "gYearMonth", "2026-03"), ("ม.ค. 2569", "gYearMonth", "2026-01"),
        ("๒๕๖๙", "gYear", "2026"), ("พ.ศ. 2569", "gYear", "2026"), ("2569.0", "gYear", "2026"),
        ("2026-02-30", "date", None), ("2026-03-05T00:00:00", "date", "2026-03-05"),
        ("1,234,567", "integer", "1234567"), ("12.0", "integer", "12"), ("12.5", "integer", None),
        ("1,234.5", "decimal", "1234.5"), ("12,5", "decimal", "12.5"), ("− 3", "integer", "-3"),
        ("about 5", "integer", None), ("Yes", "boolean", "true"), ("ไม่ใช่", "boolean", "false"),
        ("1", "boolean", "true"), ("perhaps", "boolean", None),
    ],
)  # fmt: skip
def test_what_people_write_for_numbers_and_dates(text, kind, better):
    assert rewritten(text, XSD + kind) == better


def test_a_case_in_a_sheet_has_problems_at_cells():
    node = ox.NamedNode("https://w3id.org/kkgraph/id/my-F1")
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    hedge, bad = ox.NamedNode(PREFIXES["kk"] + "hedge"), ox.NamedNode(PREFIXES["kk"] + "planned")
    case = Case("a.xlsx", "my")
    case.triples = [ox.Triple(node, kind, ox.NamedNode(PREFIXES["kk"] + "Finding")),
                    ox.Triple(node, hedge, bad)]  # fmt: skip
    row = Place("a.xlsx", "F", 7)
    case.nodes[node.value] = row
    case.origins[case.triples[1]] = (Place("a.xlsx", "F", 7, 3),)
    case.fields[node.value, PREFIXES["kk"] + "statement"] = (
        Place("a.xlsx", "F", 7, 4), Place("a.xlsx", "F", 7, 5),
    )  # fmt: skip
    case.problems = [Problem("warning", {"en": "Odd.", "th": "แปลก"}, "x", where="a.xlsx: F!B2")]
    found = check(case, graphs.background_of(graphs.shipped_quads()))
    at = {(p.shape, p.component): [str(x) for x in p.places] for p in found.problems}
    assert at["kksh:Finding-hedge", "InConstraintComponent"] == ["a.xlsx: F!C7"]
    assert at["kksh:Finding-statement", "MinCountConstraintComponent"] == [
        "a.xlsx: F!D7", "a.xlsx: F!E7",
    ]  # fmt: skip
    assert at["kksh:Finding-scope", "MinCountConstraintComponent"] == ["a.xlsx: F, row 7"]
    assert at["reader", "reader"] == ["a.xlsx: F!B2"]
    assert found.count("warning") == 1
    assert not found.conforms


@pytest.mark.parametrize(
    "place",
    [Place("a: b.xlsx", "It's, a sheet!", 12, 28), Place("a.xlsx", "S", 3), Place("a.xlsx", "S"),
     Place("a.xlsx"), Place("a.yaml", line=3), Place("folder", "f.csv", 2, 1)],
)  # fmt: skip
def test_a_readers_place_is_understood(place):
    assert place_of(str(place), place.file) == place


def test_several_files_are_one_case(tmp_path):
    for name, text in {"a": ":x a :Thing .", "b": ":x :colour 1 .\n:y :z :x ."}.items():
        (tmp_path / f"{name}.ttl").write_text(HEAD + text)
    cases = [read_rdf(tmp_path / f"{n}.ttl") for n in "ab"]
    whole = merged(cases).located()
    assert len(whole.triples) == 3
    assert {p.file for ps in whole.origins.values() for p in ps} == {c.source for c in cases}
    assert whole.nodes["http://example.org/x"].file == cases[0].source
    (tmp_path / "c.ttl").write_text("")
    with pytest.raises(SourceError) as caught:
        check_files([tmp_path / "c.ttl"], [])
    assert caught.value.code == "no-data"


def test_what_only_follows_is_left_out(tmp_path, background):
    rows = case_books.right()
    rows["findings"][0]["hedge"] = "assertd"
    rows["evidence"][1]["start"] = "two"
    found = check_files([case_books.write(tmp_path / "a.xlsx", rows)], background)
    assert [(p.component, p.places[0].cell) for p in found.problems] == [
        ("DatatypeConstraintComponent", "C3"), ("unknown-name", "I2"),
    ]  # fmt: skip
    assert found.report.total > 2


# Formats

LEVELS = {"error", "warning", "note", "none"}


def check_sarif(log):
    """The demands of SARIF 2.1.0 on the properties used here, section by section."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://")
    (made,) = log["runs"]
    driver = made["tool"]["driver"]
    assert driver["name"] and driver["version"] == __version__
    rules = driver["rules"]
    assert len({r["id"] for r in rules}) == len(rules)
    assert all(r["shortDescription"]["text"] for r in rules)
    assert all(r["defaultConfiguration"]["level"] in LEVELS for r in rules)
    assert re.fullmatch("[a-z]{2}(-[A-Z]{2})?", made["language"])
    assert made["columnKind"] == "unicodeCodePoints"
    for result in made["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        assert result["locations"]
        for location in result["locations"]:
            assert set(location) <= {"physicalLocation", "logicalLocations"}
            physical = location["physicalLocation"]
            assert re.fullmatch(
                r"[A-Za-z0-9._~:/%!$&'()*+,;=@-]+", physical["artifactLocation"]["uri"]
            )
            for number in physical.get("region", {}).values():
                assert isinstance(number, int) and number >= 1
            for logical in location.get("logicalLocations", ()):
                assert logical["fullyQualifiedName"] and logical["kind"]
    return made


def test_sarif_of_a_text_has_lines_and_columns(tmp_path):
    path = tmp_path / "a b ก.ttl"
    path.write_text(
        f"{HEAD}@prefix kk: <https://w3id.org/kkgraph/ns#> .\nkkd:s a kk:DigitalSystem ;\n"
        '  kk:focus "é" , kk:intrnalFocus ;\n  skos:prefLabel "S"@en , "ส"@th .\n'
    )
    done = run("validate", str(path), "--format", "sarif", "--lang", "th")
    assert done.returncode == 1
    made = check_sarif(json.loads(done.stdout))
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in made["results"]]
    assert regions == [{"startLine": 9, "startColumn": 12}, {"startLine": 9, "startColumn": 18}]
    assert "จุดเน้นภายใน" in made["results"][1]["message"]["text"]
    uri = made["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.endswith("/a%20b%20%E0%B8%81.ttl") and uri.startswith("file:///")


def test_sarif_of_a_workbook_names_the_cell(tmp_path, background):
    path = case_books.write(tmp_path / "a.xlsx", case_books.planted())
    made = check_sarif(
        json.loads(sarif.to_sarif(check_files([path], background), "en", __version__))
    )
    assert len(made["results"]) == 30
    names = {
        r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for r in made["results"]
    }
    assert "Findings!I2" in names
    assert all(r["message"]["text"].startswith(tuple(names)) for r in made["results"])


def test_the_html_page_is_escaped_and_self_contained(tmp_path, background):
    rows = case_books.planted()
    rows["findings"][0]["hedge"] = "<script>alert('1')</script>"
    path = case_books.write(tmp_path / "a&b.xlsx", rows)
    for lang, word in (("en", "Allowed:"), ("th", "วิธีแก้")):
        text = page.to_html(check_files([path], background), lang)
        assert f'<html lang="{lang}">' in text
        assert word in text
        assert "<script" not in text
        assert "&lt;script&gt;alert(&#x27;1&#x27;)" in text
        assert "a&amp;b.xlsx" in text
        assert not re.search(r"(?:src|href)=|url\(|@import|https?://(?!w3id)", text)


def test_the_verb_in_all_formats(tmp_path):
    path = case_books.write(tmp_path / "a.xlsx", case_books.planted())
    text = run("validate", str(path))
    assert text.returncode == 1
    assert f"{path}: Findings!I2" in text.stdout
    assert text.stdout.rstrip().endswith("30 problems")
    told = json.loads(run("validate", str(path), "-f", "json").stdout)
    assert told["results"] == len(told["problems"]) == 30
    assert told["problems"][0]["places"][0]["sheet"] == "Actors and groups"
    assert {"rule", "fix", "why", "places", "message", "where"} <= set(told["problems"][0])
    marked = tmp_path / "marked.xlsx"
    assert run("validate", str(path), "-f", "xlsx", "-o", str(marked)).returncode == 1
    assert run("validate", str(marked), "--summary").stdout.rstrip().endswith(")")
    standard = run("validate", str(path), "-f", "ttl")
    assert "sh:ValidationReport" in standard.stdout
    assert "Findings!I2" in standard.stderr
    page_file = tmp_path / "a.html"
    assert run("validate", str(path), "-f", "html", "-o", str(page_file)).returncode == 1
    assert page_file.read_text("utf-8").startswith("<!DOCTYPE html>")
    right = case_books.write(tmp_path / "right.xlsx", case_books.right())
    assert run("validate", str(right)).stdout == "No problems found.\n"
    assert run("validate", str(right), "--lang", "th").stdout == "ไม่พบปัญหา\n"


@pytest.mark.parametrize(
    ("options", "code"),
    [(["-f", "xlsx"], "no-output"), (["-f", "sarif", "--summary"], "bad-value"),
     (["--engine", "pyshacl"], "bad-value"), (["--memory", "1GB"], "bad-value")],
)  # fmt: skip
def test_options_that_do_not_go_together(tmp_path, options, code):
    path = case_books.write(tmp_path / "a.xlsx", case_books.right(1))
    done = run("validate", str(path), *options)
    assert done.returncode == 2
    assert f"kkgraph: {code}:" in done.stderr


def test_large_data_keep_their_engine_in_the_new_formats(tmp_path):
    path = tmp_path / "a.nt"
    name, kind = "<https://w3id.org/kkgraph/id/x>", f"<{PREFIXES['rdf']}type>"
    path.write_text(f"{name} {kind} <https://w3id.org/kkgraph/ns#Topic> .\n")
    done = run("validate", str(path), "--engine", "columnar", "-f", "sarif")
    made = check_sarif(json.loads(done.stdout))
    assert made["results"][0]["ruleId"] == "kksh:Entity-label/MinCount"
    assert made["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert (
        "No problems" not in run("validate", str(path), "--engine", "columnar", "-f", "html").stdout
    )


def test_graphs_of_the_same_rule_are_shown_together(tmp_path):
    path = tmp_path / "a.ttl"
    path.write_text(
        f"{HEAD}@prefix kk: <https://w3id.org/kkgraph/ns#> .\n"
        + "".join(f'kkd:t{n} a kk:Topic ; skos:prefLabel "T"@en .\n' for n in range(3))
    )
    done = run("validate", str(path), "--no-background")
    assert done.stdout.count("(kksh:Entity-label)") == 1
    assert f"{path}: 3 places" in done.stdout
    assert re.findall(r"^    :(\d+)", done.stdout, re.M) == ["8", "9", "10"]
    assert done.stdout.count("to do: Fill in “skos:prefLabel” in Thai.") == 1
