"""The small common part that every case points to: classes, lists, actors, places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from national.triples import (
    IN_SCHEME,
    LOCATION,
    PREF_LABEL,
    SUB_CLASS_OF,
    TYPE,
    both,
    kk,
    kkd,
    node,
)
from national.wording import Pair


class Entry(NamedTuple):
    """A named thing of the common part."""

    iri: str
    class_name: str
    name: Pair


SUB_CLASSES = """
AcademicBody Actor
BusinessOrganisation Actor
CityMunicipality Municipality
Condition Topic
CivilSocietyBody Actor
DigitalService DigitalSystem
LocalAdministrativeOrganisation Actor
Municipality LocalAdministrativeOrganisation
PublicDigitalService DigitalService
StateBody Actor
SubdistrictAdministrativeOrganisation LocalAdministrativeOrganisation
SubdistrictMunicipality Municipality
TownMunicipality Municipality
"""
SCHEME, GROUP, COUNTRY = kkd("scheme-dla"), kkd("all-local-bodies"), kkd("thailand")


def _entries(class_name: str, text: str, term=kkd) -> tuple[Entry, ...]:
    rows = (line.split(" | ") for line in text.strip().splitlines())
    return tuple(Entry(term(slug), class_name, Pair(en, th)) for slug, en, th in rows)


HEDGES = _entries(
    "Hedge",
    """
asserted | asserted | กล่าวยืนยัน
assumption | assumption | ข้อสมมติ
belief | belief | ความเชื่อ
conditional | conditional | มีเงื่อนไข
estimate | estimate | การประมาณการ
expectation | expectation | ความคาดหวัง
goal | goal | เป้าหมาย
inDevelopment | in development | อยู่ระหว่างพัฒนา
initiated | initiated | ริเริ่มแล้ว
normative | normative | เชิงปทัสถาน
opinion | opinion | ความเห็น
possibility | possibility | ความเป็นไปได้
preliminary | preliminary | ขั้นต้น
tendency | tendency | แนวโน้ม
""",
    kk,
)
FORMALITIES = _entries("Formality", "formal | formal | ทางการ\ninformal | informal | ไม่ทางการ", kk)
UNITS = _entries(
    "Unit",
    """
percent | per cent | ร้อยละ
persons | persons | คน
systems | systems | ระบบ
organisations | organisations | องค์กร
""",
    kk,
)
THEMES = _entries(
    "Theme",
    """
theme-forms | Forms of digital technology in use | รูปแบบการใช้เทคโนโลยีดิจิทัล
theme-services | Services and innovations | บริการและนวัตกรรม
theme-actors | Actors and collaboration | ตัวแสดงและความร่วมมือ
theme-conditions | Conditions of success | เงื่อนไขของความสำเร็จ
""",
)
CLAIMS = _entries(
    "Claim",
    """
claim-uses | uses | ใช้
claim-plans | plans | มีแผน
claim-lacks | lacks | ขาดแคลน
claim-shares-with | shares with | ใช้ร่วมกับ
claim-depends-on | depends on | ขึ้นอยู่กับ
claim-gives-importance-to | gives importance to | ให้ความสำคัญกับ
claim-has-count | has a count of | มีจำนวน
claim-is-hindered-by | is hindered by | มีอุปสรรคจาก
claim-is-supported-by | is supported by | ได้รับการสนับสนุนจาก
claim-aims-at | aims at | มุ่งไปสู่
claim-has-started | has started | เริ่มดำเนินการ
claim-improves | improves | ทำให้ดีขึ้น
""",
)
TOPICS = _entries(
    "Topic",
    """
topic-staff | Skilled staff | บุคลากรที่มีทักษะ
topic-budget | Budget for digital work | งบประมาณด้านดิจิทัล
topic-data-sharing | Sharing of data | การใช้ข้อมูลร่วมกัน
topic-network-coverage | Network coverage | ความครอบคลุมของเครือข่าย
topic-data-protection | Data protection | การคุ้มครองข้อมูล
topic-participation | Participation of residents | การมีส่วนร่วมของประชาชน
topic-flood-safety | Safety from floods | ความปลอดภัยจากน้ำท่วม
topic-waste | Waste management | การจัดการขยะ
topic-mobility | Mobility | การเดินทาง
topic-elderly-care | Care of the elderly | การดูแลผู้สูงอายุ
topic-local-economy | Local economy | เศรษฐกิจท้องถิ่น
topic-tourism | Tourism | การท่องเที่ยว
topic-transparency | Transparency | ความโปร่งใส
topic-water | Water supply | น้ำประปา
""",
)
MISSIONS = _entries(
    "Mission",
    """
mission-finance | Finance | การคลัง
mission-registration | Registration | งานทะเบียน
mission-public-works | Public works | งานช่าง
mission-health | Public health | สาธารณสุข
mission-education | Education | การศึกษา
mission-welfare | Welfare | สวัสดิการสังคม
""",
)
MODES = _entries(
    "InteractionMode",
    """
mode-one-way | One-way | ทางเดียว
mode-two-way | Two-way | สองทาง
mode-transaction | Transaction | ทำธุรกรรม
""",
)
FORMS = _entries(
    "CollaborationForm",
    """
form-memorandum | Memorandum of understanding | บันทึกความเข้าใจ
form-working-group | Joint working group | คณะทำงานร่วม
form-shared-system | Shared system | ใช้ระบบร่วมกัน
form-training | Joint training | การอบรมร่วมกัน
form-consultation | Consultation | การปรึกษาหารือ
""",
)
ACTORS = (
    *_entries(
        "StateBody",
        """
central-office | the central office | หน่วยงานส่วนกลาง
provincial-office | the provincial office | สำนักงานจังหวัด
district-office | the district office | ที่ว่าการอำเภอ
""",
    ),
    *_entries("AcademicBody", "regional-university | a university | มหาวิทยาลัยในภูมิภาค"),
    *_entries(
        "BusinessOrganisation",
        """
software-house | a software firm | บริษัทซอฟต์แวร์
chamber-of-commerce | the chamber of commerce | หอการค้า
""",
    ),
    *_entries("CivilSocietyBody", "residents-network | residents' groups | เครือข่ายประชาชน"),
)
WORKS = _entries(
    "CitedWork",
    """
work-survey | National survey of local bodies | การสำรวจองค์กรปกครองส่วนท้องถิ่น
work-handbook | Handbook of digital services | คู่มือบริการดิจิทัล
""",
)
PROVINCES = tuple(
    Entry(kkd(f"province-{10 + i}"), "", Pair(f"Province {10 + i}", f"จังหวัดที่ {10 + i}"))
    for i in range(76)
)
LISTS = (HEDGES, FORMALITIES, UNITS, THEMES, CLAIMS, TOPICS, MISSIONS, MODES, FORMS, ACTORS, WORKS)


def common_nodes() -> Iterator[str]:
    """The nodes that stand once at the head of a file."""
    for line in SUB_CLASSES.strip().splitlines():
        lower, upper = line.split()
        yield node(kk(lower), (SUB_CLASS_OF, kk(upper)))
    for entries in LISTS:
        scheme = kkd(f"scheme-{entries[-1].class_name.lower()}")
        for entry in entries:
            kind = (TYPE, kk(entry.class_name)), (IN_SCHEME, scheme)
            yield node(entry.iri, *kind, *both(PREF_LABEL, entry.name))
    scheme_name = Pair("Codes of local bodies", "รหัสองค์กรปกครองส่วนท้องถิ่น")
    yield node(SCHEME, (TYPE, kk("IdentifierScheme")), *both(PREF_LABEL, scheme_name))
    group_name = Pair("All local bodies", "องค์กรปกครองส่วนท้องถิ่นทั้งหมด")
    yield node(GROUP, (TYPE, kk("CaseGroup")), *both(PREF_LABEL, group_name))
    yield node(COUNTRY, (TYPE, LOCATION), *both(PREF_LABEL, Pair("Thailand", "ประเทศไทย")))
    for province in PROVINCES:
        where = (TYPE, LOCATION), (kk("partOf"), COUNTRY)
        yield node(province.iri, *where, *both(PREF_LABEL, province.name))
