"""Whatever people may bring as a case: each thing is read or refused, and said at its cell."""

from __future__ import annotations

import csv
import hashlib
import io
import time
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from openpyxl.styles import Font

import casebook
from kkgraph import names
from kkgraph.cases import reading, remarks, sheets, spelling, values
from kkgraph.cases.cells import Cell
from kkgraph.cases.checking import check
from kkgraph.cases.known import Known
from kkgraph.cases.records import Place
from kkgraph.errors import SourceError
from kkgraph.graph import background_of, shipped_quads

KK, KKD = names.KK, names.KKD


@pytest.fixture(scope="module")
def known():
    return Known.of(shipped_quads())


@pytest.fixture(scope="module")
def sound(known, tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "case.xlsx"
    return casebook.write(path, known)


@pytest.fixture(scope="module")
def whole(sound, known):
    return casebook.triples(casebook.read(sound, known))


@pytest.fixture
def change(sound, known, tmp_path):
    """Reads the sound workbook after a function changed it."""

    def changed(edit):
        book = openpyxl.load_workbook(sound)
        edit(book)
        path = tmp_path / "changed.xlsx"
        book.save(path)
        return casebook.read(path, known)

    return changed


def fields(case, code):
    """The problem of that code (one only), which has a sentence in both languages."""
    (found,) = [p for p in case.problems if p.component == code]
    assert set(found.message) == {"en", "th"}
    assert all("{" not in text for text in found.message.values())
    return found


def column(sheet, title):
    return next(c.column for c in sheet[1] if str(c.value).startswith(title))


# Cells


def test_merged_cells(change):
    def edit(book):
        book["Findings"].merge_cells("E2:E3")

    case = change(edit)
    problem = fields(case, "merged-cells")
    assert problem.where.endswith("Findings!E2")
    assert "E2:E3" in problem.message["en"]
    assert problem.severity == "violation"
    assert "Unmerge" in problem.message["en"]


def test_a_merged_head_does_no_harm(change, whole):
    def edit(book):
        book["Findings"].insert_rows(1)
        book["Findings"]["A1"] = "Our findings"
        book["Findings"].merge_cells("A1:F1")

    case = change(edit)
    assert casebook.said(case) == []
    assert casebook.triples(case) == whole
    assert str(case.nodes[KKD + "nong-na-F1"]).endswith("Findings, row 3")


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x.example","F1")', "=1+1", "=B3"])
def test_a_formula_is_never_calculated(change, formula):
    def edit(book):
        book["Findings"]["C2"] = formula

    case = change(edit)
    problem = fields(case, "formula")
    assert problem.where.endswith("Findings!C2")
    assert formula in problem.message["th"]
    assert (problem.focus, problem.path) == (KKD + "nong-na-F1", "kk:statement")
    texts = [t.object.value for t in case.triples if t.predicate.value == KK + "statement"]
    assert len(texts) == 3
    assert formula not in texts


def test_a_text_that_looks_like_a_formula_stays_a_text(known, tmp_path):
    rows = casebook.rows()
    label = "=cmd|'/c calc'!A1"
    rows["systems"][0]["name_en"] = label
    for name in ("case.xlsx", "folder"):
        path = casebook.write(tmp_path / name, known, rows=rows)
        if path.is_dir():
            assert ",'=cmd" in (path / "systems.csv").read_text("utf-8-sig")
        else:
            book = openpyxl.load_workbook(path)
            assert not any(
                c.data_type == "f" for s in book.worksheets for r in s.iter_rows() for c in r
            )
        case = casebook.read(path, known)
        assert casebook.said(case) == []
        assert label in {getattr(t.object, "value", "") for t in case.triples}


def test_an_error_value_is_said_at_its_cell(change):
    def edit(book):
        book["Evidence"]["C2"] = "#REF!"
        book["Evidence"]["C2"].data_type = "e"

    problem = fields(change(edit), "cell-error")
    assert problem.where.endswith("Evidence!C2")
    assert "#REF!" in problem.message["en"]


def test_numbers_as_text_are_read_and_said(change, whole):
    def edit(book):
        for cell, value in (("C2", "๑๐๐"), ("D2", " 150 ")):
            book["Evidence"][cell] = value
            book["Evidence"][cell].data_type = "s"

    case = change(edit)
    assert casebook.triples(case) == whole
    assert casebook.said(case) == [
        ("number-as-text", "info", "Evidence!C2"), ("number-as-text", "info", "Evidence!D2"),
    ]  # fmt: skip
    assert "read as 100" in case.problems[0].message["en"]


def test_spaces_invisible_and_decomposed_characters(change, whole):
    sheet = "Findings"

    def edit(book):
        statement = book[sheet]["B2"].value
        book[sheet]["B2"] = statement.replace("ระบบ", "ระ\u200bบบ")
        book[sheet]["C2"] = f"  {book[sheet]['C2'].value}\u00a0 "
        book[sheet]["B3"] = book[sheet]["B3"].value.replace("เทศ", "\ufeffเทศ")
        book["Topics and things"]["C2"] = "การรับรู\u0e49ของชาวหนองนา"
        book["Actors and groups"]["C3"] = "เทศบาลบางเเห่งของหนองนา (ไม\u0e48ระบุชื่อ)"

    case = change(edit)
    assert casebook.triples(case) == whole
    assert set(casebook.said(case)) == {
        ("invisible", "info", "Findings!B2"), ("spaces", "info", "Findings!C2"),
        ("invisible", "info", "Findings!B3"), ("decomposed", "info", "Actors and groups!C3"),
    }  # fmt: skip


def test_names_are_found_however_they_are_typed(change, whole):
    def edit(book):
        findings = book["Findings"]
        findings["G2"] = "\u200b LINE  "
        findings["F2"] = "Uses or  applies"
        findings["M3"] = "ความ คาดหวัง".replace(" ", "\u200b")
        findings["N3"] = "การศึกษาเทศบาลหนองนา "

    assert casebook.triples(change(edit)) == whole


def test_sara_am_and_tone_marks_are_composed():
    assert spelling.clean("น\u0e4d\u0e49าท\u0e4dางาน") == ("น้ำทำงาน", ("decomposed",))
    assert spelling.clean("ท\u0e35\u0e48") == ("ท\u0e35\u0e48", ())
    assert spelling.clean("พ\u0e48\u0e37อ") == ("พ\u0e37\u0e48อ", ("decomposed",))
    nfd = unicodedata.normalize("NFD", "café")
    assert spelling.clean(nfd) == ("café", ("decomposed",))
    assert spelling.clean("a\u200bb  c ") == ("ab c", ("invisible", "spaces"))
    assert spelling.key("เทศบาล\u200bเมือง_ศิลา") == spelling.key("เทศบาลเมือง ศิลา")


# Columns, rows and sheets


def test_renamed_reordered_and_unknown_columns(change, whole):
    def edit(book):
        sheet = book["Findings"]
        last = sheet.max_column + 1
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, last).value = sheet.cell(row, 13).value
            sheet.cell(row, 13).value = None
        sheet.cell(1, last + 1).value = "My notes"
        sheet.cell(2, last + 1).value = "ask again"
        sheet["F1"] = "claim"
        sheet["L1"] = "ขอบเขต"

    case = change(edit)
    assert casebook.triples(case) == whole
    problem = fields(case, "unknown-column")
    assert (problem.severity, problem.where[-12:]) == ("warning", "Findings!AB1")
    assert len(case.problems) == 1


def test_a_misspelt_header_is_unknown_and_its_column_missing(change):
    def edit(book):
        book["Findings"]["M1"] = "Hegde"

    case = change(edit)
    assert casebook.said(case) == [
        ("unknown-column", "warning", "Findings!M1"),
        ("missing-column", "violation", "Findings, row 1"),
    ]
    assert 'Did you mean "Hedge"' in case.problems[0].message["en"]
    assert "Hedge / ระดับการยืนยัน" in case.problems[1].message["th"]


def test_a_column_twice(change):
    def edit(book):
        book["Findings"]["AB1"] = "Hedge"
        book["Findings"]["AB2"] = "goal"

    case = change(edit)
    assert casebook.said(case) == [("duplicate-column", "violation", "Findings!AB1")]


def test_blank_rows_are_skipped_and_places_stay_right(change, whole):
    def edit(book):
        book["Findings"].insert_rows(3, 40)
        book["Findings"]["B9"] = "   "
        book["Evidence"].insert_rows(2, 2)

    case = change(edit)
    assert casebook.said(case) == []
    assert casebook.triples(case) == whole
    assert str(case.nodes[KKD + "nong-na-F2"]).endswith("Findings, row 43")


def test_duplicate_ids(change):
    def edit(book):
        book["Findings"]["A3"] = "F1"
        book["Systems and services"]["A2"] = "council"

    case = change(edit)
    found = [s for s in casebook.said(case) if s[0] == "duplicate-id"]
    assert found == [
        ("duplicate-id", "violation", "Findings!A3"),
        ("duplicate-id", "violation", "Actors and groups!A2"),
    ]
    first = next(p for p in case.problems if p.component == "duplicate-id")
    assert "Findings, row 2" in first.message["en"]


def test_a_reference_to_a_missing_row(change):
    def edit(book):
        sheet = book["Findings"]
        sheet.cell(3, column(sheet, "Restates")).value = "F1; F11"
        book["Evidence"]["A3"] = "F3"

    case = change(edit)
    found = [p for p in case.problems if p.component == "missing-row"]
    assert [(p.value, p.where.rpartition(" ")[2]) for p in found] == [
        ("F11", "Findings!R3"), ("F3", "Evidence!A3"),
    ]  # fmt: skip
    assert 'Did you mean "F1"' in found[0].message["en"]
    assert found[0].message["th"].startswith('ไม่มีแถวที่มีรหัส "F11"')


def test_unknown_and_ambiguous_names(change):
    def edit(book):
        book["Findings"]["M2"] = "aserted"
        book["Findings"]["E2"] = "ความโปร่งใส"
        book["Findings"]["L2"] = "เทศบาลเมืองสิลา"
        book["Systems and services"]["B2"] = "Digital systen"
        book["Actors and groups"]["B2"] = None

    case = change(edit)
    by_place = {p.where.rpartition(": ")[2]: p for p in case.problems}
    assert 'Did you mean "asserted"' in by_place["Findings!M2"].message["en"]
    ambiguous = by_place["Findings!E2"]
    assert ambiguous.component == "ambiguous-name"
    assert "kkd:good-governance-transparency, kkd:transparency" in ambiguous.message["en"]
    assert "เทศบาลเมืองศิลา" in by_place["Findings!L2"].message["th"]
    assert by_place["Systems and services!B2"].component == "unknown-class"
    assert 'Did you mean "Digital system"' in by_place["Systems and services!B2"].message["en"]
    assert by_place["Actors and groups!B2"].component == "missing-type"
    assert "Town municipality" in by_place["Actors and groups!B2"].message["en"]
    assert all(p.severity == "violation" for p in case.problems)


def test_a_row_without_a_kind_is_said_once_and_not_wherever_it_is_named(change):
    def edit(book):
        book["Actors and groups"]["B2"] = "Towm"

    found = check(change(edit), background_of(shipped_quads())).problems
    assert [(p.component, str(p.places[0]).rpartition(": ")[2]) for p in found] == [
        ("unknown-class", "Actors and groups!B2")
    ]


def test_a_row_named_like_a_known_thing_is_a_thing_of_its_own_and_said(change):
    def edit(book):
        book["Actors and groups"]["C2"] = "เทศบาลเมืองศิลา"

    case = change(edit)
    problem = fields(case, "name-known")
    assert problem.severity == "warning"
    assert "kkd:sila-town" in problem.message["en"]
    assert KKD + "sila-town" not in case.nodes


def test_hidden_unknown_renamed_and_missing_sheets(change, whole):
    def edit(book):
        book["Evidence"].sheet_state = "hidden"
        book["Findings"].title = "Results"
        book.create_sheet("Sourcess")["A1"] = "x"
        book.create_sheet("Empty")
        del book["Read me"]

    case = change(edit)
    assert casebook.triples(case) == whole
    assert casebook.said(case) == [
        ("hidden-sheet", "warning", "Evidence"),
        ("renamed-sheet", "warning", "Results"),
        ("unknown-sheet", "warning", "Sourcess"),
    ]
    assert 'has the headers of "Findings"' in case.problems[1].message["en"]
    assert 'Did you mean "Sources"' in case.problems[2].message["en"]


def test_the_case_sheet_is_needed(change):
    def edit(book):
        del book["Case"]

    problem = fields(change(edit), "missing-sheet")
    assert problem.severity == "violation"
    assert "Case / กรณีศึกษา" in problem.message["en"]


def test_two_cases_and_ids_that_are_none(change):
    def edit(book):
        book["Case"]["A2"] = "Nong Na!"
        book["Case"]["A3"] = "other"
        book["Topics and things"]["A2"] = "การรับรู้"

    case = change(edit)
    assert case.slug == "nong-na"
    assert set(casebook.said(case)) >= {
        ("bad-id", "violation", "Case!A2"), ("many-rows", "violation", "Case, row 3"),
        ("bad-id", "violation", "Topics and things!A2"),
    }  # fmt: skip


def test_an_id_that_is_anothers_name_does_not_take_it(change, known, tmp_path):
    def edit(book):
        book["Case"]["A2"] = "khon-kaen"
        book["Actors and groups"]["A3"] = "city"

    case = change(edit)
    found = [p for p in case.problems if p.component == "taken-id"]
    assert [p.where.rpartition(": ")[2] for p in found] == ["Case!A2", "Actors and groups!A3"]
    assert "kkd:khon-kaen-city" in found[1].message["th"]
    rows = casebook.rows()
    rows["case"][0]["id"] = "sila-town"
    taken = casebook.read(casebook.write(tmp_path / "x.xlsx", known, rows=rows), known)
    assert fields(taken, "taken-id").where.endswith("Case!A2")


def test_a_case_that_is_loaded_already_keeps_its_names(sound, whole):
    graph = ox.NamedNode(names.CASE_PREFIX + "nong-na")
    loaded = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in whole]
    again = casebook.read(sound, Known.of([*shipped_quads(), *loaded]))
    assert casebook.said(again) == []
    assert casebook.triples(again) == whole


def test_an_example_row_that_was_filled_in_is_said(known, tmp_path):
    from kkgraph.cases import template

    path = tmp_path / "case.xlsx"
    template.write(path, known, lang="en")
    book = openpyxl.load_workbook(path)
    book["Findings"]["C2"] = "A finding of mine that I wrote over the example."
    book.save(path)
    case = casebook.read(path, known)
    problem = fields(case, "example-row")
    assert problem.where.endswith("Findings!A2")
    assert case.triples == []


def test_values_that_cannot_be_read(change):
    def edit(book):
        book["Sources"]["G2"] = "sometime in 2562"
        book["Actors and groups"]["H2"] = "long ago"
        book["Findings"]["J3"] = "many"
        book["Evidence"]["C2"] = "page 3"

    case = change(edit)
    found = {(p.component, p.where.rpartition(": ")[2]) for p in case.problems}
    assert found == {
        ("bad-value", "Sources!G2"), ("bad-value", "Actors and groups!H2"),
        ("bad-value", "Findings!J3"),
    }  # fmt: skip
    start = [t.object.value for t in case.triples if t.predicate.value.endswith("oa#start")]
    assert start == ["page 3"]  # the shapes speak of it, with the limits


@pytest.mark.parametrize("text", ["\n" * 30_000 + "x", "ก" * 32_000, " - " * 10_000, "(" * 32_000])
def test_a_cell_with_very_much_in_it_costs_no_time(change, text):
    def edit(book):
        for cell in ("E2", "F2", "M2", "J3", "K3", "P2"):
            book["Findings"][cell] = text
        book["Findings"]["AC1"] = text
        book["Actors and groups"]["H2"] = text
        book["Sources"]["G2"] = text
        book["Systems and services"]["B2"] = text
        book["Topics and things"]["A2"] = text

    start = time.process_time()
    case = change(edit)
    assert time.process_time() - start < 20  # what explodes would take for ever
    assert all(len(p.message["en"]) < 1_000 for p in case.problems)


# Files


def refused(path, known):
    with pytest.raises(SourceError) as caught:
        casebook.read(path, known)
    assert caught.value.hint
    assert str(path) in caught.value.where
    return caught.value.code


def test_an_old_workbook_a_locked_one_and_others_that_are_none(known, tmp_path, sound):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    for name, content, code in (
        ("old.xls", ole + "Workbook".encode("utf-16-le"), "old-workbook"),
        ("renamed.xlsx", ole + "Workbook".encode("utf-16-le"), "old-workbook"),
        ("locked.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "locked-workbook"),
        ("page.xlsx", b"<html><table></table></html>", "not-a-workbook"),
        ("text.xlsx", "รหัส,ชื่อ".encode(), "not-a-workbook"),
        ("empty.xlsx", b"", "broken-workbook"),
        ("zip.xlsx", zipped({"a.txt": b"x"}), "not-a-workbook"),
        ("half.xlsx", sound.read_bytes()[:9_000], "broken-workbook"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert refused(path, known) == code, name
    assert refused(tmp_path / "nowhere.xlsx", known) == "missing-file"
    (tmp_path / "case.docx").write_bytes(b"x")
    assert refused(tmp_path / "case.docx", known) == "unknown-format"


def zipped(members, *, compress=True):
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", kind) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def repacked(sound, path, changed):
    with zipfile.ZipFile(sound) as packed:
        members = {n: packed.read(n) for n in packed.namelist()}
    for name, change in changed.items():
        members[name] = change(members[name])
    path.write_bytes(zipped(members))
    return path


def test_damage_anywhere_in_a_workbook_is_an_error_and_no_traceback(known, tmp_path, sound):
    content = bytearray(sound.read_bytes())
    for number, at in enumerate(range(100, len(content), len(content) // 40)):
        broken = bytearray(content)
        broken[at : at + 40] = bytes(40)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(broken)
        try:
            casebook.read(path, known)
        except SourceError as error:
            assert error.code == "broken-workbook"
    for member in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet3.xml"):
        path = repacked(sound, tmp_path / "cut.xlsx", {member: lambda x: x[: len(x) // 2]})
        assert refused(path, known) == "broken-workbook", member


def test_a_zip_bomb_is_not_unpacked(known, tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as file:
            for _ in range(300):
                file.write(b" " * 2**20)
    assert path.stat().st_size < 2**20
    assert refused(path, known) == "too-large"


def test_entities_in_a_workbook_are_refused(known, tmp_path, sound):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'

    def put(content):
        head, _, rest = content.partition(b"?>")
        return head + b"?>" + bomb + rest if rest else bomb + content

    path = repacked(sound, tmp_path / "entities.xlsx", {"xl/worksheets/sheet3.xml": put})
    assert refused(path, known) == "broken-workbook"


def a_million_rows(path, row):
    """A workbook whose first sheet has 1,048,576 rows, written without holding them."""
    head = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    book = openpyxl.Workbook()
    book.active.title = "Findings"
    out = io.BytesIO()
    book.save(out)
    with (
        zipfile.ZipFile(out) as packed,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as big,
    ):
        for name in packed.namelist():
            if name != "xl/worksheets/sheet1.xml":
                big.writestr(name, packed.read(name))
        with big.open("xl/worksheets/sheet1.xml", "w") as file:
            file.write(head)
            for start in range(1, 1_048_577, 4_096):
                file.write(b"".join(row % n for n in range(start, start + 4_096)))
            file.write(b"</sheetData></worksheet>")
    return path


def test_a_sheet_of_a_million_rows_is_refused_or_cut(known, tmp_path):
    full = b'<row r="%d"><c t="inlineStr"><is><t>F1</t></is></c></row>'
    path = a_million_rows(tmp_path / "full.xlsx", full)
    assert refused(path, known) == "too-large"
    empty = b'<row r="%d" s="1"/>'
    path = a_million_rows(tmp_path / "empty.xlsx", empty)
    case = casebook.read(path, known)
    assert {c for c, _, _ in casebook.said(case)} == {"missing-sheet"}


def test_rows_below_a_thousand_empty_ones_are_said(change):
    def edit(book):
        book["Findings"]["A3000"] = "F9"

    problem = fields(change(edit), "rows-below")
    assert "After row 3 " in problem.message["en"]


def test_a_date_cell_gives_its_date(change):
    import datetime

    def edit(book):
        book["Sources"]["G2"] = datetime.datetime(2562, 5, 31)
        book["Sources"]["G2"].number_format = "d/m/yyyy"
        book["Sources"]["G2"].font = Font(bold=True)

    case = change(edit)
    found = [t.object.value for t in case.triples if t.predicate.value.endswith("terms/date")]
    assert found == ["2019-05-31"]


# CSV


@pytest.fixture
def folder(known, tmp_path):
    return casebook.write(tmp_path / "folder", known, lang="th")


def rewritten(path, encoding="utf-8", delimiter=",", newline="\r\n"):
    for file in path.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
        file.write_bytes(out.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "delimiter", "said"),
    [
        ("utf-8", ",", ""),
        ("utf-8", ";", ""),
        ("utf-8-sig", ";", ""),
        ("utf-8", "\t", ""),
        ("cp874", ",", "Windows-874"),
        ("cp874", ";", "Windows-874"),
        ("utf-16", "\t", "UTF-16"),
    ],
)
def test_csv_of_every_make(folder, known, whole, encoding, delimiter, said):
    rewritten(folder, encoding, delimiter)
    case = casebook.read(folder, known)
    assert casebook.triples(case) == whole
    codes = {p.component for p in case.problems}
    assert codes == ({"encoding"} if said else set())
    assert all(said in p.message["th"] for p in case.problems)


def test_csv_places_are_those_that_a_spreadsheet_shows(folder, known):
    path = folder / "findings.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    rows[1][1] += "\nบรรทัดที่สอง"
    rows[2][12] = "เดา"
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    case = casebook.read(folder, known)
    assert casebook.said(case) == [("unknown-name", "violation", "findings.csv!M3")]


def test_letters_in_no_known_encoding_are_refused(folder, known):
    (folder / "findings.csv").write_bytes(b"id,\xff\xfc\xdb\n\x80\x81\xfe,1\n")
    with pytest.raises(SourceError) as caught:
        casebook.read(folder, known)
    assert caught.value.code == "not-utf8"


def test_a_folder_without_csv_and_a_single_file(folder, known, tmp_path):
    empty = tmp_path / "none"
    empty.mkdir()
    assert refused(empty, known) == "no-data"
    case = casebook.read(folder / "findings.csv", known)
    assert fields(case, "missing-sheet").severity == "violation"


def test_the_separator_is_not_looked_for_inside_quotes():
    assert sheets.separator('"a;b;c",d\n1,2') == ","
    assert sheets.separator("a;b,c;d\n") == ";"
    assert sheets.separator("") == ","


def test_a_formula_or_an_error_in_csv(folder, known):
    path = folder / "findings.csv"
    text = path.read_text("utf-8-sig").replace("council; line; mou", "=A1").replace("F1,", "F1,", 1)
    path.write_text(text.replace("uses or applies", "#REF!", 1), encoding="utf-8")
    codes = [c for c, _, _ in casebook.said(casebook.read(folder, known))]
    assert sorted(codes) == ["cell-error", "formula"]


# YAML and JSON


def test_yaml_aliases_that_explode_are_refused(known, tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    lines += ["findings:", "  - {id: F1, about: *a8}"]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert refused(path, known) == "bad-yaml"


def test_an_alias_that_does_no_harm_is_read(known, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "case: {id: &me nong-na}\nfindings:\n  - {id: F1, holder: *me}\n", encoding="utf-8"
    )
    case = casebook.read(path, known)
    assert [t.object.value for t in case.triples if t.predicate.value == KK + "holder"] == [
        KKD + "nong-na"
    ]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.yaml", "case: {id: x\nfindings: []\n", 2),
        ("b.yaml", "- just\n- a list\n", 1),
        ("c.yaml", "case: [1, 2]\n", 1),
        ("d.yaml", "case:\n  id: {a: {b: c}}\n", 2),
        ("e.yaml", "case: &a\n  id: [*a]\n", 0),
        ("f.yaml", "x: " + "[" * 5_000, 0),
        ("g.json", '{"case": {"id": "x",}}', 1),
        ("h.json", "[" * 100_000, 0),
        ("i.yaml", "case: !!python/object/apply:os.system [x]\n", 1),
    ],
)
def test_documents_that_are_none_are_errors_with_a_line(known, tmp_path, name, text, line):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        casebook.read(path, known)
    assert caught.value.code == "bad-yaml"
    if line:
        assert caught.value.where == f"{path}:{line}"


def test_unknown_keys_of_a_document_are_said(known, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "case: {id: a}\nfindngs: []\nsystems:\n  - {nam_en: x, id: y}\n  - {id: z, id: w}\n",
        "utf-8",
    )
    case = casebook.read(path, known)
    assert [s[:1] + s[2:] for s in casebook.said(case)][:3] == [
        ("unknown-sheet", "2"), ("unknown-column", "4"), ("duplicate-column", "5"),
    ]  # fmt: skip
    assert 'Did you mean "Findings"' in case.problems[0].message["en"]


# Dates and numbers as people type them


@pytest.mark.parametrize(
    ("text", "datatype", "value"),
    [
        ("2562", "gYear", "2019"),
        ("พ.ศ. ๒๕๖๒", "gYear", "2019"),
        ("ค.ศ. 2019", "gYear", "2019"),
        ("B.E. 2562", "gYear", "2019"),
        ("พ.ค. 2562", "gYearMonth", "2019-05"),
        ("พฤษภาคม พ.ศ. 2562", "gYearMonth", "2019-05"),
        ("05/2562", "gYearMonth", "2019-05"),
        ("31/12/2562", "date", "2019-12-31"),
        ("๓๑ ธันวาคม ๒๕๖๒", "date", "2019-12-31"),
        ("2019-12-31", "date", "2019-12-31"),
        ("2562-12-31", "date", "2019-12-31"),
        ("31/2/2562", "date", None),
        ("soon", "date", None),
        ("ไม่ใช่", "boolean", "false"),
        ("Yes", "boolean", "true"),
        ("maybe", "boolean", None),
        ("๑,๒๓๔", "integer", "1234"),
        ("15.0", "integer", "15"),
        ("15.5", "integer", None),
        ("1,23", "decimal", None),
        ("7.50", "decimal", "7.5"),
    ],
)
def test_dates_numbers_and_yes_or_no(text, datatype, value):
    found = values.typed(Cell(text, Place("x")), [datatype])
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("ช่วง พ.ศ. 2542", "1999", "1999", "about 1999"),
        ("ทศวรรษ 2550", "2007", "2016", "2007–2016"),
        ("ตั้งแต่ พ.ศ. 2561", "2018", "", "from 2018"),
        ("พ.ค. 2562 – มี.ค. 2563", "2019-05", "2020-03", "2019-05–2020-03"),
        ("2562-2563", "2019", "2020", "2019–2020"),
        ("2019", "2019", "2019", "2019"),
    ],
)
def test_periods(text, start, end, label):
    found = values.period(text)
    assert (found.start, found.end, found.label) == (start, end, label)
    assert values.period(found.era_text or found.label) == found


def test_a_passage_is_hashed_and_a_check_sum_kept():
    passage = "ข้อความ ตามต้นฉบับ"
    assert values.digest(passage).value == hashlib.sha256(passage.encode()).hexdigest()
    assert values.digest(casebook.HASH).value == casebook.HASH
    assert values.digest(casebook.HASH[:63]).value == casebook.HASH[:63]


# What is said


def test_every_remark_is_said_in_both_languages_and_used():
    source = "\n".join(p.read_text("utf-8") for p in Path(remarks.__file__).parent.glob("*.py"))
    texts = remarks.texts()
    assert len(texts) >= 28
    for code, text in texts.items():
        assert set(text) == {"severity", "en", "th"}, code
        assert text["severity"] in ("violation", "warning", "info")
        assert any("\u0e00" <= c <= "\u0e7f" for c in text["th"])
        assert f'"{code}"' in source, code


def test_a_large_workbook_is_read_whole(known, tmp_path):
    """1,000 findings and as many passages; how long it takes is for the benchmarks."""
    rows = casebook.rows()
    finding, evidence = rows["findings"][0], rows["evidence"][0]
    rows["findings"] = [
        {**finding, "id": f"F{n}", "statement_en": f"{finding['statement_en']} ({n})"}
        for n in range(1, 1_001)
    ]
    rows["evidence"] = [{**evidence, "finding": f"F{n}"} for n in range(1, 1_001)]
    path = casebook.write(tmp_path / "large.xlsx", known, rows=rows)
    case = reading.read(path, known)
    assert not case.problems
    assert len(case.triples) > 20_000
    assert {f"kkd:{case.slug}-F{n}" for n in (1, 500, 1000)} <= {
        names.compact(n) for n in case.nodes
    }
