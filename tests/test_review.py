"""A review: written, decided on, read back, and everything that can be wrong with it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from kkgraph.cli.app import app
from kkgraph.cli.linked import WORDS as linked_words
from kkgraph.errors import LinkError
from kkgraph.link import Decision, applying, kept, packed, reviewing, sssom, wording, writing
from linked import MUNICIPALITY, SAO, candidate, entry, linking, usual

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
DECISION, CONFIRM, REMARK = "L", "M", "N"


def book(path, made=None, lang="en"):
    path.write_bytes(reviewing.to_xlsx(made or usual(), lang))
    return path


def edited(path, changes):
    """The workbook with some cells changed, as a person would save it."""
    found = load_workbook(path)
    sheet = found.worksheets[0]
    for cell, value in changes.items():
        sheet[cell] = value
    found.save(path)
    return path


def row_of(path, ident) -> int:
    sheet = load_workbook(path).worksheets[0]
    return next(r for r in range(2, sheet.max_row + 1) if sheet[f"B{r}"].value == ident)


def outcomes(made) -> dict[str, tuple[str, str, str]]:
    return {
        d.entry.id: (d.outcome, d.link.entry.id if d.link else "", d.why) for d in made.decisions
    }


def test_the_workbook_asks_what_needs_asking_first(tmp_path):
    sheet = load_workbook(book(tmp_path / "r.xlsx")).worksheets[0]
    assert sheet.title == "Review"
    assert [sheet[f"B{r}"].value for r in range(2, 6)] == ["2", "3", "4", "1"]
    assert sheet["A2"].value == "ambiguous: several fit equally well"
    assert sheet["H1"].value == "Candidate 1\nตัวเลือก 1"
    assert sheet["H2"].value == (
        "ท่าพระ\nSubdistrict Municipality, Khon Kaen (40)\ndla 5400104\nwikidata Q21278778"
    )
    assert sheet["I2"].value == "0.999\nname agrees (ท่าพระ)\ntype agrees"
    assert sheet["J2"].value.startswith("ท่าพระ\nSubdistrict Administrative Organisation")
    assert sheet.freeze_panes == "D2"
    assert sheet.column_dimensions["O"].hidden
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists == {"L2:L5": '"accept 1,accept 2,none,unsure"', "M2:M5": '"yes"'}


def test_no_cell_is_a_formula(tmp_path):
    path = book(tmp_path / "r.xlsx")
    for sheet in load_workbook(path).worksheets:
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert load_workbook(path).worksheets[0]["C4"].value.startswith("'=HYPERLINK")
    rows = list(csv.reader(reviewing.to_csv(usual()).splitlines()))
    assert not [c for row in rows for c in row if c[:1] in "=+-@" and c]


@pytest.mark.parametrize("lang", ["en", "th"])
@pytest.mark.parametrize("ending", ["xlsx", "review.csv"])
def test_an_untouched_review_changes_nothing(tmp_path, lang, ending):
    path = tmp_path / f"r.{ending}"
    writing.write(usual(), path, lang=lang)
    done = applying.read(path)
    assert (done.problems, done.decided, done.changed) == ((), 0, 0)
    assert done.linking == usual()


@pytest.mark.parametrize("lang", ["en", "th"])
def test_decisions_are_read_back(tmp_path, lang):
    path = book(tmp_path / "r.xlsx", lang=lang)
    accept = reviewing.ACCEPT[lang].format(k=2)
    edited(
        path,
        {
            "L2": accept,
            "N2": "ป้ายหน้าสำนักงาน",
            "L3": reviewing.NONE[lang],
            "L5": reviewing.UNSURE["th"],
        },
    )
    done = applying.read(path, role="data steward", now=NOW)
    assert done.problems == ()
    assert (done.decided, done.changed) == (3, 2)
    assert outcomes(done.linking) == {
        "1": ("ambiguous", "", "reviewed"),
        "2": ("linked", "6400114", "reviewed"),
        "3": ("none", "", "reviewed"),
        "4": ("none", "", "weak"),
    }
    assert done.linking.reviewer == "data steward"
    assert done.linking.reviewed == "2026-11-28T08:00:00Z"
    assert done.linking.decisions[1].remark == "ป้ายหน้าสำนักงาน"
    text = sssom.text(done.linking, sssom.Form("demo"))
    assert text.count("semapv:ManualMappingCuration") == 2
    assert text.count("sssom:NoTermFound") == 1


def test_a_sheet_may_be_sorted_and_saved_as_csv(tmp_path):
    rows = list(csv.reader(reviewing.to_csv(usual()).splitlines()))
    # a text with line breaks spans lines: read it as a file
    import io

    rows = list(csv.reader(io.StringIO(reviewing.to_csv(usual()))))
    at = rows[0].index("Your decision\nการตัดสินของท่าน")
    rows[1][at] = "2"
    path = tmp_path / "r.csv"
    with path.open("w", encoding="cp874", newline="", errors="strict") as file:
        csv.writer(file, delimiter=";").writerows([rows[0], *reversed(rows[1:])])
    done = applying.read(path)
    assert done.problems == ()
    assert outcomes(done.linking)["2"] == ("linked", "6400114", "reviewed")


def problem(path, **options):
    done = applying.read(path, **options)
    assert outcomes(done.linking)["1"] == ("linked", "5400104", "certain")  # nothing is applied
    assert done.decided == done.changed == 0
    return [(p.component, p.where.rpartition(" ")[2]) for p in done.problems]


WRONG = {
    "an unknown word": ({"L2": "maybe"}, [("word", "Review!L2")]),
    "no such candidate": ({"L3": "accept 1"}, [("no-candidate", "Review!L3")]),
    "a candidate too many": ({"L2": "accept 3"}, [("no-candidate", "Review!L2")]),
    "a changed name": ({"C2": "ท่าพระ (แก้)"}, [("changed", "Review!C2")]),
    "a changed candidate": ({"J2": "another"}, [("changed", "Review!J2")]),
    "a word for sure": ({"M2": "ok"}, [("confirm", "Review!M2")]),
    "one target twice": ({"L2": "accept 1"}, [("shared", "Review!L2")]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_by_its_cell(tmp_path, name):
    changes, expected = WRONG[name]
    path = edited(book(tmp_path / "r.xlsx"), changes)
    assert problem(path) == expected
    (found,) = applying.read(path).problems
    assert set(found.message) == {"en", "th"}
    assert found.where.startswith(str(path))


def test_one_target_twice_may_be_confirmed(tmp_path):
    path = edited(book(tmp_path / "r.xlsx"), {"L2": "accept 1", "M2": "ยืนยัน"})
    done = applying.read(path)
    assert done.problems == ()
    assert outcomes(done.linking)["2"][1] == outcomes(done.linking)["1"][1] == "5400104"


def test_rows_that_are_gone_double_or_foreign_are_told(tmp_path):
    path = book(tmp_path / "r.xlsx")
    found = load_workbook(path)
    sheet = found.worksheets[0]
    sheet.delete_rows(3)
    values = [c.value for c in sheet[2]]
    sheet.append(values)
    other = load_workbook(BytesIO(reviewing.to_xlsx(linking(*usual().decisions[:2]), "en")))
    sheet.append([c.value for c in other.worksheets[0][2]])
    found.save(path)
    assert [(c, w) for c, w in problem(path)] == [
        ("twice", "Review!O5"),
        ("foreign-row", "Review!O6"),
        ("missing", "Review"),
    ]
    assert "3" in applying.read(path).problems[-1].message["en"]


def test_hidden_data_that_were_changed_are_noticed(tmp_path):
    path = book(tmp_path / "r.xlsx")
    data = load_workbook(path).worksheets[0]["O2"].value
    edited(path, {"O2": data.replace("6400114", "6400115")})
    assert ("foreign-row", "Review!O2") in problem(path)


def test_files_that_are_no_review_or_of_another_linking_are_refused(tmp_path):
    plain = tmp_path / "x.csv"
    plain.write_text("a,b\n1,2\n", encoding="utf-8")
    path = book(tmp_path / "r.xlsx")
    head = load_workbook(path).worksheets[0]["O1"].value
    cut = edited(book(tmp_path / "cut.xlsx"), {"O1": head[:60]})
    renamed = edited(book(tmp_path / "renamed.xlsx"), {"L1": "Decision"})
    newer = edited(book(tmp_path / "newer.xlsx"), {"O1": head.replace("review 1", "review 9")})
    for bad in (plain, cut, renamed, newer):
        with pytest.raises(LinkError) as caught:
            applying.read(bad)
        assert caught.value.code == "not-a-review"
        assert caught.value.hint
    with pytest.raises(LinkError) as caught:
        applying.read(path, linking=linking(*usual().decisions[:2]))
    assert caught.value.code == "other-linking"
    assert applying.read(path, linking=usual()).problems == ()
    with pytest.raises(LinkError) as caught:
        applying.read(path, role="a|b")
    assert caught.value.code == "bad-role-name"


def test_what_is_packed_is_unpacked():
    for number, decision in enumerate(usual(), 1):
        text = packed.pack(number, decision)
        assert packed.unpack(text) == (number, decision)
    many = tuple(candidate(str(i), "ก" * 9_000, 0.5) for i in range(9))
    long = packed.pack(1, Decision(entry("1", "x"), "ambiguous", many, "tie"))
    assert len(long) < 32_767
    for bad in ("", "[]", "{}", '{"n":1,"e":{},"o":"sure","w":"","c":[]}', "[" * 9_999):
        with pytest.raises(ValueError):
            packed.unpack(bad)


# decisions kept in a new run


def known(iri):
    found = {
        f"https://w3id.org/kkgraph/id/codes-{c.entry.id}": c.entry for c in (MUNICIPALITY, SAO)
    }
    return found.get(iri)


@pytest.mark.parametrize("ending", ["xlsx", "sssom.tsv"])
def test_reviewed_decisions_are_kept_in_a_new_run(tmp_path, ending):
    path = edited(book(tmp_path / "r.xlsx"), {"L2": "accept 2", "L3": "none"})
    if ending == "sssom.tsv":
        done = applying.read(path, role="data steward", now=NOW)
        path = tmp_path / "r.sssom.tsv"
        writing.write(done.linking, path)
    earlier = kept.read(path, role="data steward")
    again = kept.keep(usual(), earlier, known)
    assert outcomes(again) == {
        "1": ("linked", "5400104", "certain"),
        "2": ("linked", "6400114", "reviewed"),
        "3": ("none", "", "reviewed"),
        "4": ("none", "", "weak"),
    }
    assert again.reviewer == "data steward"
    assert again.notes == ()


def test_nothing_is_linked_twice(tmp_path):
    made = linking(
        Decision(entry("1", "ทต.ท่าพระ"), "ambiguous", (MUNICIPALITY, SAO), "tie"),
    )
    path = edited(book(tmp_path / "r.xlsx", made), {"L2": "accept 1"})
    new = linking(
        made.decisions[0],
        Decision(entry("9", "ท่าพระ 9"), "linked", (MUNICIPALITY,), "certain"),
    )
    again = kept.keep(new, kept.read(path), known)
    assert outcomes(again) == {
        "1": ("linked", "5400104", "reviewed"),
        "9": ("ambiguous", "", "rival"),
    }
    assert again.decisions[1].candidates[0].reasons[-1].kind == "rival"


def test_what_cannot_be_kept_is_said(tmp_path):
    path = edited(book(tmp_path / "r.xlsx"), {"L2": "accept 2", "L3": "none"})
    earlier = kept.read(path)
    new = linking(
        Decision(entry("2", "ท่าพระ"), "ambiguous", (MUNICIPALITY,), "tie"),
        Decision(entry("3", "ชื่อใหม่"), "none", (), "unknown-name"),
    )
    again = kept.keep(new, earlier, {}.get)
    assert {d.why for d in again} == {"tie", "unknown-name"}
    assert len(again.notes) == 2
    assert "gone" in again.notes[0]
    assert "ไม่มีที่นี่" in again.notes[1]
    gone = kept.keep(linking(), earlier, known)
    assert len(gone.notes) == 2


def test_an_unfinished_review_is_not_kept(tmp_path):
    path = edited(book(tmp_path / "r.xlsx"), {"L2": "maybe"})
    with pytest.raises(LinkError) as caught:
        kept.read(path)
    assert caught.value.code == "unfinished-review"
    assert caught.value.where.endswith("Review!L2")


# the command line


def run(*args: str) -> tuple[int, str]:
    """Exit code and output; the result itself would hold the store open through its traceback."""
    done = CliRunner().invoke(app, list(args))
    return done.exit_code, done.output


def test_the_verbs_go_all_the_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = "id,name\n1,ทต.ท่าพระ จ.ขอนแก่น\n2,ท่าพระ ขอนแก่น\n3,ทต.ไม่มีแน่ จ.ขอนแก่น\n"
    (tmp_path / "list.csv").write_text(names, encoding="utf-8")
    codes = "dla_code,type,name_th,province_code\n5400104,SUBDISTRICT,ท่าพระ,40\n"
    (tmp_path / "codes.csv").write_text(codes + "6400114,SAO,ท่าพระ,40\n", encoding="utf-8")
    args = ("link", "list.csv", "--to", "codes.csv")
    assert run(*args, "-o", "r.xlsx", "-o", "links.sssom.tsv", "-o", "links.trig")[0] == 0
    row = row_of("r.xlsx", "2")
    edited("r.xlsx", {f"L{row}": "accept 2"})
    code, said = run("link", "apply", "r.xlsx", "--role", "data steward", "--store", "s",
                     "--name", "mine", "-o", "done.sssom.tsv")  # fmt: skip
    assert (code, "1 rows decided" in said) == (0, True)
    assert "data steward" in (tmp_path / "done.sssom.tsv").read_text("utf-8")
    assert '"reviewed": 1' in run("link", "list", "--store", "s", "--format", "json")[1]
    assert "reviewed" in run(*args, "--reviewed", "done.sssom.tsv", "--format", "csv")[1]
    assert run("link", "load", "done.sssom.tsv", "--name", "again", "--store", "s")[0] == 0
    edited("r.xlsx", {f"L{row}": "perhaps"})
    code, said = run("link", "apply", "r.xlsx", "--lang", "th", "-o", "no.trig")
    assert (code, f"Review!L{row}" in said) == (1, True)
    assert not (tmp_path / "no.trig").exists()
    assert run("link", "remove", "mine", "--store", "s") == (0, "mine: removed, 78 triples.\n")
    assert run("link", "list", "--store", "s")[1].count("again") == 1


def test_every_cause_and_reason_has_its_words():
    """A service's too: a code in a Thai workbook would be no word."""
    causes = {"certain", "identifier", "tie", "rival", "weak", "veto", "unknown-name", "no-name",
              "territory", "unanswered", "reviewed"}  # fmt: skip
    assert set(wording.WHY) == causes <= set(linked_words)
    assert {"name", "type", "rival", "score", "review"} <= set(wording.KINDS)
    for words in (wording.WHY, wording.KINDS, wording.VERDICTS, wording.OUTCOMES):
        assert all(set(text) == {"en", "th"} and all(text.values()) for text in words.values())
