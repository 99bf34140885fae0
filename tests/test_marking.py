"""The user's own workbook comes back marked: exactly the wrong cells, and nothing else touched."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

import case_books
from kkgraph import graph as graphs
from kkgraph.cases import listing, marking
from kkgraph.cases.checking import Findings, PlacedProblem, check_files
from kkgraph.cases.fixes import Fix
from kkgraph.cases.package import Package, outline, spliced, with_attribute, with_children
from kkgraph.cases.phrases import is_own_sheet
from kkgraph.cases.records import Case, Place
from kkgraph.errors import SourceError
from kkgraph.model import Problem
from kkgraph.shapes import Report

YELLOW = PatternFill("solid", fgColor="FFFFFF00")


@pytest.fixture(scope="module")
def background():
    return graphs.background_of(graphs.shipped_quads())


def problem(sheet, row, column, message="Wrong.", severity="violation", fix="", file="book.xlsx"):
    place = Place(file, sheet, row, column)
    text = {"en": message, "th": "ผิด"}
    found = Problem(severity, text, "urn:x", "", "", "kksh:x", "x", str(place))
    return PlacedProblem(
        found, (place,), {}, {}, {"en": "v"}, {"en": "Rule."}, (), Fix({"en": fix}, {"en": fix})
    )


def findings(*problems, source="book.xlsx"):
    return Findings(Case(source), problems, Report(tuple(p.problem for p in problems), 0))


def book():
    """A workbook with what people put into them."""
    made = openpyxl.Workbook()
    first = made.active
    first.title = "Data"
    for row in range(1, 8):
        first.append([f"r{row}", row, row * 2])
    first["B2"].fill = YELLOW
    first["B2"].font = Font(bold=True)
    first["B2"].comment = Comment("Mine, & <kept>", "A user")
    first["C3"].comment = Comment("Another one", "A user")
    first["C7"] = "=SUM(C1:C6)"
    first.conditional_formatting.add(
        "A1:C7", CellIsRule(operator="lessThan", formula=["3"], fill=YELLOW)
    )
    checks = DataValidation(type="list", formula1='"a,b"')
    checks.add("A1:A9")
    first.add_data_validation(checks)
    first.merge_cells("E1:F1")
    first.auto_filter.ref = "A1:C7"
    first.print_title_rows = "1:1"
    chart = BarChart()
    chart.add_data(Reference(first, min_col=2, min_row=1, max_row=7))
    first.add_chart(chart, "H2")
    other = made.create_sheet("It's other")
    other["A1"] = "x"
    other.print_title_rows = "1:1"
    made.active = 1
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def marks(data):
    """The cells that are coloured by us, with the severity that the formula names."""
    found = {}
    for sheet in opened(data).worksheets:
        for ranges in sheet.conditional_formatting:
            for rule in ranges.rules:
                if rule.formula and "kkgraph" in rule.formula[0]:
                    level = re.search(r"kkgraph (\w+)", rule.formula[0])[1]
                    for cells in str(ranges.sqref).split():
                        found[f"{sheet.title}!{cells}"] = level
    return found


def comments(data):
    return {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text
        for sheet in opened(data).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


SOME = (
    problem("Data", 2, 2, "Not allowed.", fix="=HYPERLINK(1)"),
    problem("Data", 5, 1, "A remark.", "info"),
    problem("Data", 9, 4, "Missing."),
    problem("Data", 4, 0, "The row.", "warning"),
    problem("It's other", 1, 1, "Elsewhere."),
    problem("It's other", 0, 0, "The sheet."),
)


def test_cells_are_coloured_and_commented():
    data = marking.marked(book(), findings(*SOME))
    assert marks(data) == {
        "Data!B2": "violation", "Data!D9": "violation", "Data!A5": "info",
        "Data!A4:F4": "warning", "It's other!A1": "violation",
    }  # fmt: skip
    said = comments(data)
    assert said["Data!B2"].startswith("Mine, & <kept>\n\n⚑ kkgraph\nproblem: Not allowed.")
    assert said["Data!C3"] == "Another one"
    assert said["Data!D9"] == "⚑ kkgraph\nproblem: Missing.\nRule: Rule."
    assert said["Data!A4"].startswith("⚑ kkgraph\nwarning: The row.")


def test_the_first_sheet_lists_every_problem_with_a_link():
    made = opened(marking.marked(book(), findings(*SOME)))
    assert made.sheetnames == ["Problems (kkgraph)", "Data", "It's other"]
    sheet = made.worksheets[0]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
    assert len(rows) == len(SOME)
    assert rows[0][:3] == ["problem", "Data", "B2"]
    assert rows[0][8] == "'=HYPERLINK(1)"
    assert all(c.data_type == "s" for row in sheet.iter_rows() for c in row if c.value)
    links = {
        c.coordinate: c.hyperlink.location for row in sheet.iter_rows() for c in row if c.hyperlink
    }
    assert links["C2"] == "'Data'!B2"
    assert links["C5"] == "'Data'!A4"
    assert links["C6"] == "'It''s other'!A1"


def test_everything_else_keeps_its_bytes():
    before = parts(book())
    after = parts(marking.marked(book(), findings(*SOME)))
    changed = {n for n in before if before[n] != after.get(n)}
    assert set(before) <= set(after)
    assert changed == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    }  # fmt: skip
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        cells = [
            re.search(rb"<sheetData>.*</sheetData>", p[name], re.S)[0] for p in (before, after)
        ]
        assert cells[0] == cells[1]


def test_charts_validations_formats_and_names_are_kept():
    made = opened(marking.marked(book(), findings(*SOME)))
    sheet = made["Data"]
    assert len(sheet._charts) == 1
    assert sheet.data_validations.dataValidation[0].formula1 == '"a,b"'
    assert sheet["B2"].fill.fgColor.rgb == "FFFFFF00"
    assert sheet["B2"].font.bold
    assert sheet["C7"].value == "=SUM(C1:C6)"
    assert sheet.merged_cells.ranges
    assert sheet.print_title_rows == "$1:$1"
    assert made["It's other"].print_title_rows == "$1:$1"
    assert made.active.title == "It's other"
    own = [
        r for f in sheet.conditional_formatting for r in f.rules if "kkgraph" not in r.formula[0]
    ]
    assert [r.formula for r in own] == [["3"]]
    priorities = [r.priority for f in sheet.conditional_formatting for r in f.rules]
    assert len(set(priorities)) == len(priorities)
    assert own[0].priority == max(priorities)


def test_marking_again_gives_the_same_bytes():
    once = marking.marked(book(), findings(*SOME))
    assert marking.marked(once, findings(*SOME)) == once


def test_marks_follow_the_problems_of_the_day():
    first = marking.marked(book(), findings(*SOME))
    second = marking.marked(first, findings(problem("Data", 3, 3, "Only this.")), "th")
    assert marks(second) == {"Data!C3": "violation"}
    assert comments(second) == {
        "Data!B2": "Mine, & <kept>", "Data!C3": "Another one\n\n⚑ kkgraph\nปัญหา: ผิด\nกฎ: Rule.",
    }  # fmt: skip
    assert opened(second).sheetnames[0] == "ปัญหา (kkgraph)"
    assert marking.marked(second, findings(*SOME)) == marking.marked(first, findings(*SOME))


def test_without_marks_it_is_what_it_was():
    before = parts(book())
    after = parts(marking.unmarked(marking.marked(book(), findings(*SOME))))
    assert set(after) == set(before)
    differ = {n for n in before if before[n] != after[n]}
    assert differ <= {"[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"}  # below
    rules = [
        re.sub(rb'priority="\d+"', b"", p["xl/worksheets/sheet1.xml"]) for p in (before, after)
    ]
    assert rules[0] == rules[1]


def test_a_workbook_that_another_program_saved_again_is_still_cleaned():
    data = marking.marked(book(), findings(*SOME))
    out = io.BytesIO()
    opened(data).save(out)  # other names of parts, other numbers of styles, other runs of text
    clean = marking.unmarked(out.getvalue())
    assert marks(clean) == {}
    assert comments(clean) == {"Data!B2": "Mine, & <kept>", "Data!C3": "Another one"}
    assert not any(is_own_sheet(n) for n in opened(clean).sheetnames)
    again = marking.marked(out.getvalue(), findings(*SOME))
    assert marks(again) == marks(data)
    assert comments(again) == comments(data)


def test_a_workbook_that_libreoffice_saved_again_is_still_cleaned(tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    data = marking.marked(book(), findings(*SOME))
    place, out = tmp_path / "a.xlsx", tmp_path / "out"
    place.write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(place)], check=True, capture_output=True, timeout=120)
    saved = (out / "a.xlsx").read_bytes()
    assert marks(saved) == marks(data)
    assert comments(marking.unmarked(saved)) == {
        "Data!B2": "Mine, & <kept>", "Data!C3": "Another one",
    }  # fmt: skip
    again = marking.marked(saved, findings(*SOME))
    assert marks(again) == marks(data)
    assert comments(again) == comments(data)
    assert marking.marked(again, findings(*SOME)) == again


def test_no_problem_takes_all_marks_away_and_says_so():
    clean = marking.marked(marking.marked(book(), findings(*SOME)), findings())
    assert marks(clean) == {}
    assert opened(clean).worksheets[0]["A2"].value == "No problems found."


def test_a_threaded_comment_is_left_alone():
    made = parts(book())
    made["xl/comments/comment1.xml"] = made["xl/comments/comment1.xml"].replace(
        b"A user", b"tc={2F5A6B1C-0000-4000-8000-000000000000}"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in made.items():
            file.writestr(name, data)
    data = marking.marked(out.getvalue(), findings(SOME[0]))
    assert comments(data)["Data!B2"] == "Mine, & <kept>"
    assert marks(data) == {"Data!B2": "violation"}


def test_parts_with_prefixed_names_are_marked_too():
    made = parts(book())
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml",
                 "xl/workbook.xml", "xl/comments/comment1.xml"):  # fmt: skip
        text = re.sub(rb"<(/?)([A-Za-z]\w*)(?=[\s/>])", rb"<\1x:\2", made[name])
        made[name] = text.replace(b"xmlns=", b"xmlns:x=").replace(b"<x:c:", b"<c:")
    before = zip_of(made)
    assert opened(before)["Data"]["C7"].value == "=SUM(C1:C6)"
    data = marking.marked(before, findings(*SOME))
    assert marks(data) == marks(marking.marked(book(), findings(*SOME)))
    assert comments(data) == comments(marking.marked(book(), findings(*SOME)))
    assert marking.marked(data, findings(*SOME)) == data
    assert comments(marking.unmarked(data)) == comments(before)


def test_a_problem_of_a_missing_sheet_is_listed_without_a_link():
    data = marking.marked(book(), findings(problem("Nowhere", 1, 1)))
    sheet = opened(data).worksheets[0]
    assert sheet["B2"].value == "Nowhere"
    assert not sheet["C2"].hyperlink
    assert marks(data) == {}


def test_a_broken_workbook_is_an_error():
    for data in (b"no zip", zip_of({"a": b"b"}), zip_of({"_rels/.rels": b"<a><b"})):
        with pytest.raises(SourceError) as caught:
            marking.marked(data, findings(source="x.xlsx"))
        assert caught.value.code == "broken-workbook"


def zip_of(made):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in made.items():
            file.writestr(name, data)
    return out.getvalue()


def test_other_inputs_give_the_list_alone(tmp_path):
    place = tmp_path / "list.xlsx"
    marking.write(findings(problem("a.csv", 2, 1, "=1+1"), source=str(tmp_path)), place)
    sheet = openpyxl.load_workbook(place).active
    assert sheet["A1"].value == "Kind"
    assert sheet["F2"].value == "'=1+1"
    assert sheet["F2"].data_type == "s"


def test_edits_of_xml():
    xml = (
        b'<?xml version="1.0"?>\n<x:a b=">" xmlns:x="urn:x"><x:c d="1"/><x:e><x:f/></x:e> </x:a>\n'
    )
    found = outline(xml)
    assert [xml[c.start : c.end] for c in found.children] == [b'<x:c d="1"/>', b"<x:e><x:f/></x:e>"]
    assert found.prefix == "x:"
    assert with_children(b"<a/>", b"<b/>") == b"<a><b/></a>"
    assert with_children(b"<a><c/></a>", b"<b/>", first=True) == b"<a><b/><c/></a>"
    assert with_attribute(b'<a b="1"/>', "b", '"2"') == b"<a b='\"2\"'/>"
    assert with_attribute(b"<a><c/></a>", "b", "2") == b'<a b="2"><c/></a>'
    assert spliced(b"abc", [(1, 1, b"1"), (1, 1, b"2"), (2, 3, b"")]) == b"a12b"


# With the reader


def test_thirty_planted_errors_are_marked_and_gone_after_the_fixes(tmp_path, background):
    rows = case_books.planted()
    assert len(case_books.PLANTED) == 30
    assert len({kind for kind, *_ in case_books.PLANTED}) >= 15
    path = case_books.write(tmp_path / "planted.xlsx", rows)
    found = check_files([path], background)
    data = marking.marked(path.read_bytes(), found)
    wanted = {case_books.address(rows, s, n, c): r for _, s, n, c, _, r in case_books.PLANTED}
    assert set(marks(data)) == set(wanted)
    assert set(comments(data)) == set(wanted)
    path.write_bytes(data)
    again = check_files([path], background)
    assert marking.marked(data, again) == data
    listed = {}
    for row in opened(data).worksheets[0].iter_rows(min_row=2, values_only=True):
        listed.setdefault(f"{row[1]}!{row[2]}", row[8])
    made = opened(data)
    suggested = 0
    for address, value in wanted.items():
        sheet, _, cell = address.partition("!")
        suggested += value is None
        made[sheet][cell] = listed[address] if value is None else value
        assert made[sheet][cell].value is not None, address
    assert suggested >= 4
    made.save(path)
    after = check_files([path], background)
    assert [str(p.problem) for p in after.problems] == []
    clean = marking.marked(path.read_bytes(), after)
    assert marks(clean) == {}
    assert comments(clean) == {}


def test_a_right_workbook_has_no_problems(tmp_path, background):
    path = case_books.write(tmp_path / "right.xlsx", case_books.right())
    assert check_files([path], background).problems == ()
    assert listing.rows(check_files([path], background), "en") == []
    assert isinstance(Package(path.read_bytes()).parts, dict)
