"""The workbook of a review: styles, drop-downs, and a sheet that explains it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from kkgraph.cases.grids import escaped
from kkgraph.link.records import Linking
from kkgraph.model import Text

if TYPE_CHECKING:
    from kkgraph.link.reviewing import Sheetful

_FONT: Final = "Tahoma"
_WIDTHS: Final = {
    "outcome": 22, "id": 12, "name": 30, "type": 22, "place": 18, "codes": 18, "where": 22,
    "candidate": 34, "reasons": 34, "decision": 18, "confirm": 16, "remark": 30, "data": 10,
}  # fmt: skip
_HEAD: Final = "DDEBF7"
_YOURS: Final = "FFF2CC"
ABOUT: Final[Text] = {"en": "About", "th": "คำอธิบาย"}
STEPS: Final[tuple[Text, ...]] = (
    {
        "en": "Review of the links {source} → {target}, made {made}.",
        "th": "การตรวจทานการจับคู่ {source} → {target} ซึ่งทำเมื่อ {made}",
    },
    {
        "en": "One row is one decision. Rows that need you come first: ambiguous ones, then those "
        "for which nothing was found; links that were made come last, the weakest first.",
        "th": "หนึ่งแถวคือหนึ่งรายการที่ต้องตัดสิน แถวที่ต้องพิจารณาอยู่ก่อน คือรายการกำกวม แล้วจึงเป็นรายการที่ไม่พบคู่ "
        "ส่วนรายการที่จับคู่แล้วอยู่ท้ายสุดโดยเรียงจากที่แน่ชัดน้อยที่สุด",
    },
    {
        "en": "Choose in the yellow column: accept a candidate, none (none of them is right, and "
        "you know of no other), or unsure. A row that you leave empty stays as it was found.",
        "th": "เลือกในคอลัมน์สีเหลือง รับตัวเลือกหนึ่ง หรือไม่มีคู่ (ไม่มีตัวเลือกใดถูกต้องและไม่ทราบรายการอื่น) "
        "หรือไม่แน่ใจ แถวที่เว้นว่างจะคงผลเดิม",
    },
    {
        "en": "Two rows accepted onto one candidate are refused, unless you confirm it in both.",
        "th": "ระบบไม่รับสองแถวที่เลือกรายการเดียวกัน เว้นแต่ท่านยืนยันไว้ทั้งสองแถว",
    },
    {
        "en": "A body and the territory of the same name are two things, and so are a municipality "
        "and a subdistrict organisation of the same name.",
        "th": "องค์กรกับเขตพื้นที่ชื่อเดียวกันเป็นสองสิ่ง เทศบาลกับ อบต. ชื่อเดียวกันก็เป็นสองสิ่ง",
    },
    {
        "en": "Change nothing else, delete no row, and keep the hidden last column. Sorting and "
        "filtering are fine. Write no personal names into the remarks.",
        "th": "โปรดอย่าแก้ส่วนอื่น อย่าลบแถว และเก็บคอลัมน์สุดท้ายที่ซ่อนไว้ จะเรียงหรือกรองแถวก็ได้ "
        "อย่าเขียนชื่อบุคคลในหมายเหตุ",
    },
    {
        "en": "Read it back with: kkgraph link apply FILE --output links.sssom.tsv",
        "th": "นำผลกลับด้วยคำสั่ง kkgraph link apply FILE --output links.sssom.tsv",
    },
)


def made(table: Sheetful, linking: Linking, lang: str) -> bytes:
    """The bytes of the workbook. Texts are texts: none is ever a formula."""
    from openpyxl import Workbook

    from kkgraph.link import reviewing

    book = Workbook(write_only=True)
    sheet = book.create_sheet(reviewing.SHEET[lang])
    _frame(sheet, table)
    _rows(sheet, table)
    _drop_downs(sheet, table, lang)
    _about(book.create_sheet(ABOUT[lang]), linking, lang)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _frame(sheet: Any, table: Sheetful) -> None:
    """Widths and what is frozen: a sheet that is written through wants them first."""
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "D2"
    sheet.sheet_properties.pageSetUpPr = None
    sheet.page_setup.orientation = "landscape"
    for number, key in enumerate(table.keys, 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = _WIDTHS[key.partition("-")[0]]
        column.hidden = key == "data"
    last = get_column_letter(len(table.keys) - 1)
    sheet.auto_filter.ref = f"A1:{last}{len(table.rows) + 1}"


def _rows(sheet: Any, table: Sheetful) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill

    def cell(text: str, **style: Any) -> Any:
        made_ = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", escaped(text)))
        made_.data_type = "s"
        for name, value in style.items():
            setattr(made_, name, value)
        return made_

    top = Alignment(wrap_text=True, vertical="top")
    fills = {True: PatternFill("solid", start_color=_YOURS),
             False: PatternFill("solid", start_color=_HEAD)}  # fmt: skip
    yours = ("decision", "confirm", "remark")
    bold = Font(name=_FONT, size=10, bold=True)
    sheet.append(
        [
            cell(head, font=bold, alignment=top, fill=fills[key in yours])
            for key, head in zip(table.keys, table.heads, strict=True)
        ]
    )
    styled = {
        key: cell("", font=Font(name=_FONT, size=10), alignment=top, fill=fills[True])
        if key in yours
        else cell("", font=Font(name=_FONT, size=10), alignment=top)
        for key in table.keys
    }
    styles = [styled[key]._style for key in table.keys]
    for row in table.rows:
        cells = []
        for text, style in zip(row, styles, strict=True):
            made_ = cell(text) if text else WriteOnlyCell(sheet, None)
            made_._style = style  # shared: to make one for each cell takes ten times as long
            cells.append(made_)
        sheet.append(cells)


def _drop_downs(sheet: Any, table: Sheetful, lang: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    from kkgraph.link import reviewing

    for key, words in (
        ("decision", reviewing.choices(table.shown, lang)),
        ("confirm", [reviewing.YES[lang]]),
    ):
        letter = get_column_letter(table.keys.index(key) + 1)
        choice = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        choice.showErrorMessage = True
        choice.errorTitle = reviewing.HEADS[key][lang][:32]
        choice.error = ", ".join(words)[:224]
        choice.add(f"{letter}2:{letter}{len(table.rows) + 1}")
        sheet.data_validations.append(choice)


def _about(sheet: Any, linking: Linking, lang: str) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    values = {
        "source": linking.source.label or linking.source.slug,
        "target": linking.target.label or linking.target.slug,
        "made": linking.made[:10],
    }
    for letter in "AB":
        sheet.column_dimensions[letter].width = 80
    for number, step in enumerate(STEPS):
        row = []
        for tag in (lang, "en" if lang == "th" else "th"):
            made_ = WriteOnlyCell(sheet, escaped(step[tag].format(**values)))
            made_.data_type = "s"
            made_.font = Font(name=_FONT, size=10, bold=not number)
            made_.alignment = Alignment(wrap_text=True, vertical="top")
            row.append(made_)
        sheet.append(row)
