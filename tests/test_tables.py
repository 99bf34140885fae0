"""Tables: every format, Thai widths, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from kkgraph.layout import columns_text, display_width, pad, wrap
from kkgraph.model import Cell, Column, Row
from kkgraph.tables import Table, safe_cell, write_xlsx

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def table(*values):
    column = Column("x", "string", {"en": "X", "th": "เอ็กซ์"})
    return Table((column,), tuple(Row({"x": Cell(v)}) for v in values))


@pytest.mark.parametrize("value", FORMULAS)
def test_no_exported_cell_is_a_formula(tmp_path, value):
    (row,) = list(csv.reader(io.StringIO(table(value).to_csv(), newline="")))[1:]
    assert row[0].startswith("'")
    path = tmp_path / "t.xlsx"
    table(value).to_xlsx(path)
    cell = load_workbook(path).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


def test_numbers_stay_numbers(tmp_path):
    assert safe_cell(-5) == -5
    path = tmp_path / "t.xlsx"
    write_xlsx(path, ["n"], [[-5], [2.5]])
    assert [c.value for c in load_workbook(path).active["A"]] == ["n", -5, 2.5]


def test_thai_widths():
    assert display_width("ที่นี่") == 2
    assert display_width("น้ำ") == 2
    assert display_width("日本") == 4
    assert pad("ที่", 3) == "ที่  "


@pytest.mark.parametrize("width", [10, 17, 40])
def test_wrapping_never_splits_a_cluster(width):
    text = "เทศบาลสองแห่งซึ่งไม่ระบุชื่อเห็นว่าการพัฒนาระบบบริหารภายในของตนเองเป็นเรื่องสำคัญ"
    lines = wrap(text, width)
    assert "".join(lines) == text
    for line in lines:
        assert display_width(line) <= width
        assert display_width(line[0]) == 1, "a line may not begin with a combining mark"
        assert line[0] not in "ะาำ"
        assert line[-1] not in "เแโใไ"


def test_columns_align():
    text = columns_text(["ชื่อ", "n"], [["ที่นี่", "1"], ["e-LAAS", "22"]], 40)
    lines = text.splitlines()
    at = {display_width(line[: line.rindex(" ") + 1]) for line in (lines[0], *lines[2:])}
    assert len(at) == 1


def test_formats_of_an_answer(graph, tmp_path):
    answer = graph.ask("cq06", lang="th")
    rows = list(csv.DictReader(io.StringIO(answer.to_csv(tmp_path / "a.csv"))))
    assert len(rows) == 6
    assert rows[1]["ระบบ"] == "e-Auction"
    assert rows[1]["ข้อค้นพบ"] == "F314"
    data = json.loads(answer.to_json(tmp_path / "a.json"))
    assert data == json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert [c["name"] for c in data["columns"]] == ["system", "provider", "finding"]
    assert data["rows"][0]["evidence"][0]["finding"] == "F312"
    assert answer.to_markdown().count("\n") == 8
    assert "<table>" in answer._repr_html_()
    frame = answer.to_pandas()
    assert list(frame.columns) == ["system", "provider", "finding"]
    assert len(frame) == len(answer) == 6


def test_html_is_escaped():
    assert "<script>" not in table("<script>")._repr_html_()


def test_a_gap_in_json(graph):
    data = graph.ask("cq83").as_dict()
    (gap,) = data["gaps"]
    assert gap["reason"] == "kk:notNamed"
    assert "F369" in {b["finding"] for b in gap["bounded_by"]}


def test_scope_and_hedge_come_with_every_row(graph):
    answer = graph.ask("barriers", max_rows=5)
    row = answer.as_dict()["rows"][0]
    assert row["hedge"].startswith("kk:")
    assert row["scope"].startswith("kkd:")
    assert row["graph"].startswith("kkg:")
    assert answer.flat()[0][-2:] == ["Scope", "Hedge"]


def test_control_characters_reach_neither_terminal_nor_workbook(tmp_path):
    bad = table("\x1b]0;title\x07red\x00")
    assert "\x1b" not in bad.to_text()
    assert "\x07" not in bad.to_text()
    path = tmp_path / "t.xlsx"
    bad.to_xlsx(path)
    assert "red" in load_workbook(path).active["A2"].value


@pytest.mark.parametrize("width", [-5, 0, 1, 3])
def test_a_tiny_width_ends(width):
    assert "".join(wrap("ภาษาไทย text", width)).replace(" ", "") == "ภาษาไทยtext"
