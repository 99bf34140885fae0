"""English and Thai wording of invented cases: names of places and systems, and whole sentences."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Pair(NamedTuple):
    """One thing worded in both languages."""

    en: str
    th: str


class Kind(NamedTuple):
    """A kind of local administrative organisation: class, code digit, wording, share in 1,000."""

    class_name: str
    digit: str
    pattern: Pair
    short: str
    share: int


KINDS = (
    Kind(
        "SubdistrictAdministrativeOrganisation",
        "6",
        Pair("{} Subdistrict Administrative Organisation", "องค์การบริหารส่วนตำบล{}"),
        "อบต.{}",
        681,
    ),
    Kind(
        "SubdistrictMunicipality",
        "5",
        Pair("{} Subdistrict Municipality", "เทศบาลตำบล{}"),
        "ทต.{}",
        290,
    ),
    Kind("TownMunicipality", "4", Pair("{} Town Municipality", "เทศบาลเมือง{}"), "ทม.{}", 25),
    Kind("CityMunicipality", "3", Pair("{} City Municipality", "เทศบาลนคร{}"), "ทน.{}", 4),
)


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple(Pair(*line.split(" | ")) for line in text.strip().splitlines())


PLACE_STARTS = _pairs("""
Ban | บ้าน
Nong | หนอง
Don | ดอน
Na | นา
Khok | โคก
Tha | ท่า
Huai | ห้วย
Wang | วัง
Pa | ป่า
Bang | บาง
Khlong | คลอง
Phu | ภู
Non | โนน
Bueng | บึง
Sa | สระ
Lam | ลำ
Doi | ดอย
Thung | ทุ่ง
Khao | เขา
Pak | ปาก
""")
PLACE_ENDS = _pairs("""
Bua | บัว
Yai | ใหญ่
Kham | คำ
Phai | ไผ่
Sai | ทราย
Luang | หลวง
Daeng | แดง
Khao | ขาว
Suan | สวน
Mai | ใหม่
Charoen | เจริญ
Thong | ทอง
Takhian | ตะเคียน
Wan | หว้า
Samrong | สำโรง
Kung | กุ้ง
Saeng | แสง
Kaeo | แก้ว
Mamuang | มะม่วง
Sombun | สมบูรณ์
Sila | ศิลา
Chang | ช้าง
Kwang | กวาง
Nam Sai | น้ำใส
""")
SIDES = (Pair("", ""), Pair(" Nuea", "เหนือ"), Pair(" Tai", "ใต้"), Pair(" Klang", "กลาง"))

SYSTEMS = _pairs("""
online complaint desk | ระบบรับเรื่องร้องเรียนออนไลน์
electronic document register | ระบบสารบรรณอิเล็กทรอนิกส์
tax map | ระบบแผนที่ภาษี
local accounting system | ระบบบัญชีท้องถิ่น
flood-warning sensors | ระบบเซ็นเซอร์เตือนน้ำท่วม
camera network | ระบบกล้องวงจรปิด
waste-collection tracker | ระบบติดตามการเก็บขยะ
building-permit service | บริการขออนุญาตก่อสร้าง
old-age allowance register | ทะเบียนเบี้ยยังชีพผู้สูงอายุ
appointment booking | ระบบจองคิวรับบริการ
messaging channel | ช่องทางแชตของหน่วยงาน
public wireless network | เครือข่ายไร้สายสาธารณะ
air-quality display | จอแสดงคุณภาพอากาศ
personnel records | ระบบทะเบียนบุคลากร
budget-planning system | ระบบวางแผนงบประมาณ
procurement system | ระบบจัดซื้อจัดจ้าง
water-supply billing | ระบบเก็บค่าน้ำประปา
school attendance system | ระบบบันทึกการมาเรียน
health-volunteer reports | ระบบรายงานของ อสม.
street-light control | ระบบควบคุมไฟส่องสว่าง
land-tax payment page | หน้าเว็บชำระภาษีที่ดิน
open-data page | หน้าเว็บข้อมูลเปิด
disaster-relief register | ทะเบียนช่วยเหลือผู้ประสบภัย
council broadcast | ระบบถ่ายทอดการประชุมสภา
""")
AIMS = _pairs("""
to shorten the wait for an answer | เพื่อลดเวลาที่ประชาชนต้องรอคำตอบ
to keep paper out of daily work | เพื่อลดการใช้กระดาษในงานประจำวัน
to see where repairs are due | เพื่อให้ทราบจุดที่ต้องซ่อมแซม
to reach villages far from the office | เพื่อให้บริการถึงหมู่บ้านที่อยู่ไกลสำนักงาน
to compare income with last year | เพื่อเปรียบเทียบรายได้กับปีก่อน
to send reports to the province on time | เพื่อส่งรายงานให้จังหวัดได้ตรงเวลา
to let residents follow their requests | เพื่อให้ประชาชนติดตามคำขอของตนได้
to plan work for the rainy season | เพื่อวางแผนงานก่อนเข้าฤดูฝน
to share records between divisions | เพื่อใช้ข้อมูลร่วมกันระหว่างกอง
to show how the budget is spent | เพื่อแสดงให้เห็นว่างบประมาณใช้ไปอย่างไร
""")
TAILS = _pairs("""
, although few officers know it well | แม้มีเจ้าหน้าที่ไม่กี่คนที่ใช้ได้คล่อง
, and the work goes on step by step | และยังดำเนินการต่อไปทีละขั้น
, but the signal fails after storms | แต่สัญญาณขาดหายหลังพายุเข้า
, since the council voted the money | หลังจากสภาท้องถิ่นอนุมัติงบประมาณ
, while elderly people still come in person | ขณะที่ผู้สูงอายุยังมาติดต่อด้วยตนเอง
, as neighbouring bodies already do | เช่นเดียวกับหน่วยงานใกล้เคียง
""")
SENTENCES = _pairs("""
{who} uses its {system} {aim} | {who}ใช้{system}{aim}
{who} plans to extend its {system} {aim} | {who}มีแผนขยาย{system}{aim}
Staff of {who} rely on the {system} {aim} | เจ้าหน้าที่ของ{who}อาศัย{system}{aim}
{who} runs the {system} with {actor} {aim} | {who}ดำเนินงาน{system}ร่วมกับ{actor}{aim}
The {system} of {who} opened in {year} {aim} | {system}ของ{who}เปิดใช้เมื่อ พ.ศ. {be_year} {aim}
About {share} in 100 requests to {who} pass through the {system} | \
คำขอราว {share} ใน 100 รายการของ{who}ผ่าน{system}
{who} has {staff} officers who can maintain the {system} | \
{who}มีเจ้าหน้าที่ที่ดูแล{system}ได้ {staff} คน
Executives of {who} expect the {system} {aim} | ผู้บริหารของ{who}คาดหวังให้ใช้{system}{aim}
{actor} advised {who} to improve its {system} {aim} | {actor}แนะนำให้{who}ปรับปรุง{system}{aim}
{who} tries out the {system} in {staff} villages {aim} | \
{who}ทดลองใช้{system}ใน {staff} หมู่บ้าน{aim}
""")


def place(rng: Random) -> Pair:
    """A place name such as "Nong Bua Tai", in both scripts."""
    parts = rng.choice(PLACE_STARTS), rng.choice(PLACE_ENDS), rng.choice(SIDES)
    start, end, side = parts
    return Pair(f"{start.en} {end.en}{side.en}", f"{start.th}{end.th}{side.th}")


def sentence(rng: Random, who: Pair, system: Pair, actor: Pair) -> Pair:
    """One statement of about 60 to 160 characters in each language."""
    pattern, aim, tail = rng.choice(SENTENCES), rng.choice(AIMS), rng.choice(TAILS)
    year, share, staff = rng.randint(2004, 2024), rng.randint(3, 97), rng.randint(2, 14)
    numbers = {"year": year, "be_year": year + 543, "share": share, "staff": staff}
    english = pattern.en.format(who=who.en, system=system.en, actor=actor.en, aim=aim.en, **numbers)
    thai = pattern.th.format(who=who.th, system=system.th, actor=actor.th, aim=aim.th, **numbers)
    if len(english) < 115:
        english, thai = english + tail.en, f"{thai} {tail.th}"
    return Pair(f"{english[0].upper()}{english[1:]}.", thai)
