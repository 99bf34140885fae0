"""Names as people write them: what is understood of each spelling."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import shared
from kkgraph.link import codes, latin, naming, provinces, thai
from kkgraph.link.naming import parse, type_of

SPELT = {
    # text: type, name, district, province
    "ทต.ท่าพระ อ.เมือง จ.ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "4001", "40"),
    "เทศบาลตำบลท่าพระ": ("SUBDISTRICT", "ท่าพระ", "", ""),
    "เทศบาล ตำบล ท่าพระ": ("SUBDISTRICT", "ท่าพระ", "", ""),
    "เทศบาลตำบลท่าพระจังหวัดขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "ทต.ท่าพระจ.ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "ท.ต. ท่าพระ (ขอนแก่น)": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "ทต ท่าพระ เมือง ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "4001", "40"),
    "สำนักงานเทศบาลตำบลท่าพระ อำเภอเมืองขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "4001", "40"),
    "ทตท่าพระ จขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "จ.ขอนแก่น ทต.ท่าพระ": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "จ.สระบุรี สำนักงานเทศบาลตำบลมวกเหล็ก": ("SUBDISTRICT", "มวกเหล็ก", "", "19"),
    "ท่าพระ (ทต.) ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "ทต.ท่าพระ, ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "ทต.ท่าพระ จ.ขอนแกน": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "อบต.หนองตูม จ.กาฬสินธุ": ("SAO", "หนองตูม", "", "46"),
    "เทศบาลตำบลเมืองเก่า": ("SUBDISTRICT", "เมืองเก่า", "", ""),
    "เทศบาลเมืองเมืองพล": ("TOWN", "เมืองพล", "", ""),
    "ทม.เมืองพล": ("TOWN", "เมืองพล", "", ""),
    "ทม. ศิลา": ("TOWN", "ศิลา", "", ""),
    "เทศบาลนครขอนแก่น": ("CITY", "ขอนแก่น", "", ""),
    "ทน.ขอนแก่น": ("CITY", "ขอนแก่น", "", ""),
    "เทศบาลขอนแก่น": ("MUNICIPALITY", "ขอนแก่น", "", ""),
    "องค์การบริหารส่วนตำบลบ้านหว้า อ.น้ำพอง จ.ขอนแก่น": ("SAO", "บ้านหว้า", "น้ำพอง", "40"),
    "องค์กรบริหารส่วนตำบลดอนช้าง": ("SAO", "ดอนช้าง", "", ""),
    "องค์การบริหารส่วนตบลดอนช้าง": ("SAO", "ดอนช้าง", "", ""),
    "อบต.ท่าพระ": ("SAO", "ท่าพระ", "", ""),
    "อ.บ.ต. ท่าพระ": ("SAO", "ท่าพระ", "", ""),
    "อบตท่าพระ": ("SAO", "ท่าพระ", "", ""),
    "อบต.ท่ากระชับจ.นครปฐม": ("SAO", "ท่ากระชับ", "", "73"),
    "อบต.จ.ป.ร. จ.ระนอง": ("SAO", "จ.ป.ร.", "", "85"),
    "ทต. เขตรอุดมศักดิ์ จังหวัดชลบุรี": ("SUBDISTRICT", "เขตรอุดมศักดิ์", "", "20"),
    "องค์การบริหารส่วนจังหวัดขอนแก่น": ("PAO", "ขอนแก่น", "", "40"),
    "อบจ.ขอนแก่น": ("PAO", "ขอนแก่น", "", "40"),
    "อบจ ขอนแก่น": ("PAO", "ขอนแก่น", "", "40"),
    "กรุงเทพมหานคร": ("SPECIAL", "กรุงเทพมหานคร", "", "10"),
    "กทม.": ("SPECIAL", "กรุงเทพมหานคร", "", "10"),
    "เมืองพัทยา": ("SPECIAL", "เมืองพัทยา", "", "20"),
    "ทต.นํ้าพอง": ("SUBDISTRICT", "น้ำพอง", "", ""),
    "ทต.น\u200bำ้พอง\u00a0 จ.ขอนแก่น": ("SUBDISTRICT", "น้ำพอง", "", "40"),
    "อบต.เเม่สิน": ("SAO", "แม่สิน", "", ""),
    "อบต.กม.๕": ("SAO", "กม.5", "", ""),
    "Tha Phra Subdistrict Municipality, Khon Kaen": ("SUBDISTRICT", "Tha Phra", "", "40"),
    "Tha Phra Subdistrict Municipality Khon Kaen": ("SUBDISTRICT", "Tha Phra", "", "40"),
    "Thesaban Tambon Tha Phra": ("SUBDISTRICT", "Tha Phra", "", ""),
    "Tha Phra TAO": ("SAO", "Tha Phra", "", ""),
    "SAO Tha Phra, Mueang District, Khon Kaen Province": ("SAO", "Tha Phra", "4001", "40"),
    "Tambon Administrative Organization Ban Wa": ("SAO", "Ban Wa", "", ""),
    "Sila Town Municipality": ("TOWN", "Sila", "", ""),
    "Sila Town Mun.": ("TOWN", "Sila", "", ""),
    "Town Mun. of Ban Phai, Khon Kaen": ("TOWN", "Ban Phai", "", "40"),
    "Pak Mun Sub-district Mun": ("SUBDISTRICT", "Pak Mun", "", ""),
    "Thesaban Mueang Sila, Khonkaen": ("TOWN", "Sila", "", "40"),
    "Khon Kaen City Municipality": ("CITY", "Khon Kaen", "", ""),
    "Khon Kaen PAO": ("PAO", "Khon Kaen", "", "40"),
    "Provincial Administrative Organisation of Khon Kaen": ("PAO", "Khon Kaen", "", "40"),
    "Muang Kao Subdistrict Municipality, Muang Khon Kaen District": (
        "SUBDISTRICT", "Muang Kao", "4001", "40"),
    "Tambon Mueang Kao Municipality, Khon Kaen": ("SUBDISTRICT", "Mueang Kao", "", "40"),
    "Municipality of Tha Phra, Khon Kaen Province, Thailand": (
        "MUNICIPALITY", "Tha Phra", "", "40"),
    "1. ทต.ท่าพระ": ("SUBDISTRICT", "ท่าพระ", "", ""),
    "ทต.ท่าพระ - ขอนแก่น": ("SUBDISTRICT", "ท่าพระ", "", "40"),
    "อบต.ต้นตาล - พระยาทด จ.สระบุรี": ("SAO", "ต้นตาล - พระยาทด", "", "19"),
    "Non Sung - Nam Kham TAO": ("SAO", "Non Sung - Nam Kham", "", ""),
    "Pattaya City": ("SPECIAL", "เมืองพัทยา", "", "20"),
    "Nong Khai": ("", "Nong Khai", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", SPELT)
def test_a_spelling_is_understood(text):
    name = parse(text)
    assert (name.type, name.name, name.district, name.province) == SPELT[text]
    assert name.written == text


def test_so_many_spellings():
    assert len(SPELT) == 64


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("text", ["ทต.น้ำพอง จ.ขอนแก่น", "เทศบาลตำบลลำน้ำพอง", "Tha Phra TAO"])
def test_unicode_forms_are_one(text, form):
    got, wanted = parse(unicodedata.normalize(form, text)), parse(text)
    assert (got.type, got.name, got.province) == (wanted.type, wanted.name, wanted.province)


def test_a_rank_may_belong_to_the_name():
    assert ("TOWN", "เมืองพล") in parse("เทศบาลเมืองพล").readings
    assert ("MUNICIPALITY", "เมืองพล") in parse("เทศบาลเมืองพล").readings
    assert ("TOWN", "ชุมแพ") in parse("ทม.ชุมแพ ชุมแพ ขอนแก่น").readings
    assert ("CITY", "Khon Kaen") in parse("Nakhon Khon Kaen Municipality").readings
    assert ("", "ทมนางาม") in parse("ทมนางาม").readings


def test_a_place_is_no_organisation():
    for text in ("ตำบลศิลา", "ต.ศิลา อ.เมือง จ.ขอนแก่น", "Tambon Sila, Khon Kaen", "อำเภอน้ำพอง"):
        assert parse(text).territory, text
    assert not parse("ทม.ศิลา ต.ศิลา").territory
    assert not parse("จ.ขอนแก่น ทต.ท่าพระ").territory
    assert parse("Ban Nan").whole == "Ban Nan"


def test_types():
    found = {t: type_of(t) for t in ("อบต.", "SAO", "sao", "ทน.", "เทศบาลเมือง", "Town Municipality",
                                     "อบจ", "กรุงเทพมหานคร", "โรงเรียน", "", "ทต.ท่าพระ")}  # fmt: skip
    assert list(found.values()) == [
        "SAO", "SAO", "SAO", "CITY", "TOWN", "TOWN", "PAO", "SPECIAL", "", "", "",
    ]  # fmt: skip


PARTS = st.sampled_from([*"กขคงจชดตทนบปพมยรลวสหอะาิีึืุูเแโไ่้์ำ็. ,()-/", "จ.", "อ.", "ต.", "ทต.",
                         "อบต", "เทศบาล", "จังหวัด", "ขอนแก่น", "เมือง", "นคร", "TAO", "District",
                         "Khon Kaen", "\u200b", "\u0e4d", "๑", "A"])  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=14).map("".join)))
def test_no_text_is_too_odd(text):
    name = parse(text)
    cleaned = thai.clean(text)
    assert thai.clean(cleaned) == cleaned
    again = parse(cleaned)
    assert (again.type, again.name, again.province, again.district) == (
        name.type, name.name, name.province, name.district
    )  # fmt: skip
    for key in (thai.key(cleaned), latin.key(cleaned)):
        assert thai.light(thai.light(key)) == thai.light(key)
        assert thai.skeleton(thai.skeleton(key)) == thai.skeleton(key)
    parse(text, bare=True)
    naming.type_of(text)


def test_a_long_text_is_cut():
    assert len(parse("ก" * 100_000).name) <= naming.MAX_LENGTH


def test_provinces_agree_with_the_open_data():
    rows = list(csv.DictReader(
        shared("open-data", "th-lao-register-2017.csv").open(encoding="utf-8-sig")
    ))  # fmt: skip
    pao = {r["province_code"]: r["name_th"] for r in rows if r["type"] == "PAO"}
    assert len(pao) == 76
    assert {c: th for c, (th, _, _) in provinces.PROVINCES.items() if c != "10"} == pao
    gaz = csv.DictReader(shared("open-data", "th-lao-gazetteer.csv").open(encoding="utf-8-sig"))
    cities = [r for r in gaz if r["type"] == "CITY" and provinces.code(r["name_th"])]
    assert len(cities) >= 20
    assert all(provinces.code(r["name_en"]) == r["province_code"] for r in cities)


def test_every_name_of_a_province_is_its_own():
    seen = {}
    for code, (th, en, more) in provinces.PROVINCES.items():
        for name in (th, en, *more):
            assert provinces.code(name) == code
            assert seen.setdefault(name, code) == code
    assert len(provinces.PROVINCES) == 77


def test_codes_say_what_they_say():
    rows = list(csv.DictReader(
        shared("open-data", "th-lao-register-2017.csv").open(encoding="utf-8-sig")
    ))  # fmt: skip
    told = [(codes.told("dla", r["dla_code"]), r) for r in rows]
    assert all(t.province == r["province_code"] for t, r in told)
    assert sum(t.type != r["type"] for t, r in told) == 8  # status changed, the code not
    assert codes.told("dla", "9999999") == codes.Told()
    assert codes.told("geocode", "400104").district == "4001"
    assert codes.normal("wikidata", "http://www.wikidata.org/entity/Q876526") == "Q876526"


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("ท่าพระ", "ท่าพระ"),
        ("ทต.ท่าพระ จ.ขอนแก่น", "ท่าพระ"),
        ("ท่าพระ อ.เมือง จ.ขอนแก่น", "ท่าพระ"),
        ("Tha Phra Subdistrict Municipality, Khon Kaen", "Tha Phra"),
        ("Ban Nan", "Ban Nan"),
        ("ต้นตาล - พระยาทด", "ต้นตาล - พระยาทด"),
        ("จ.ป.ร.", "จ.ป.ร."),
        ("เทพนคร", "เทพนคร"),
        ("องครักษ์", "องครักษ์"),
    ],
)
def test_a_bare_name_keeps_what_may_be_its_own(text, core):
    assert parse(text, bare=True).name == core
