"""The 76 provinces of Thailand and Bangkok: codes of TIS 1099, names, and usual other spellings."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kkgraph.link import latin, thai

PROVINCES: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "10": ("กรุงเทพมหานคร", "Bangkok", ("กรุงเทพ", "กรุงเทพฯ", "กทม", "กทม.", "Krung Thep",
           "Krung Thep Maha Nakhon", "BKK", "Bangkok Metropolis")),
    "11": ("สมุทรปราการ", "Samut Prakan", ("ปากน้ำ", "Samutprakarn")),
    "12": ("นนทบุรี", "Nonthaburi", ("นนท์",)),
    "13": ("ปทุมธานี", "Pathum Thani", ("Patumthani", "Prathum Thani")),
    "14": ("พระนครศรีอยุธยา", "Phra Nakhon Si Ayutthaya", ("อยุธยา", "Ayutthaya", "Ayudhya",
           "Ayuthaya")),
    "15": ("อ่างทอง", "Ang Thong", ()),
    "16": ("ลพบุรี", "Lop Buri", ("Lopburi",)),
    "17": ("สิงห์บุรี", "Sing Buri", ("Singburi",)),
    "18": ("ชัยนาท", "Chai Nat", ("Chainat",)),
    "19": ("สระบุรี", "Saraburi", ()),
    "20": ("ชลบุรี", "Chon Buri", ("Chonburi", "Cholburi")),
    "21": ("ระยอง", "Rayong", ()),
    "22": ("จันทบุรี", "Chanthaburi", ("Chantaburi",)),
    "23": ("ตราด", "Trat", ("Trad",)),
    "24": ("ฉะเชิงเทรา", "Chachoengsao", ("แปดริ้ว", "Chacherngsao")),
    "25": ("ปราจีนบุรี", "Prachin Buri", ("Prachinburi",)),
    "26": ("นครนายก", "Nakhon Nayok", ()),
    "27": ("สระแก้ว", "Sa Kaeo", ("Sa Kaew", "Srakaew")),
    "30": ("นครราชสีมา", "Nakhon Ratchasima", ("โคราช", "Khorat", "Korat", "Nakorn Rajasima")),
    "31": ("บุรีรัมย์", "Buri Ram", ("Buriram",)),
    "32": ("สุรินทร์", "Surin", ()),
    "33": ("ศรีสะเกษ", "Si Sa Ket", ("ศรีสะเกศ", "ศรีษะเกษ", "Sisaket", "Srisaket")),
    "34": ("อุบลราชธานี", "Ubon Ratchathani", ("อุบล", "อุบลฯ", "Ubon", "Ubon Rajathani")),
    "35": ("ยโสธร", "Yasothon", ("Yasothorn",)),
    "36": ("ชัยภูมิ", "Chaiyaphum", ("Chaiyapoom",)),
    "37": ("อำนาจเจริญ", "Amnat Charoen", ()),
    "38": ("บึงกาฬ", "Bueng Kan", ("Bung Kan", "Beung Kan")),
    "39": ("หนองบัวลำภู", "Nong Bua Lam Phu", ("Nong Bua Lamphu",)),
    "40": ("ขอนแก่น", "Khon Kaen", ("Khonkaen", "Kon Kaen")),
    "41": ("อุดรธานี", "Udon Thani", ("อุดร", "อุดรฯ", "Udorn Thani", "Udon")),
    "42": ("เลย", "Loei", ("Loey",)),
    "43": ("หนองคาย", "Nong Khai", ("Nongkai",)),
    "44": ("มหาสารคาม", "Maha Sarakham", ("สารคาม", "Mahasarakam")),
    "45": ("ร้อยเอ็ด", "Roi Et", ("Roiet",)),
    "46": ("กาฬสินธุ์", "Kalasin", ()),
    "47": ("สกลนคร", "Sakon Nakhon", ("สกล", "สกลฯ", "Sakolnakorn")),
    "48": ("นครพนม", "Nakhon Phanom", ()),
    "49": ("มุกดาหาร", "Mukdahan", ("Mukdaharn",)),
    "50": ("เชียงใหม่", "Chiang Mai", ("Chiangmai", "Chieng Mai")),
    "51": ("ลำพูน", "Lamphun", ("Lampoon",)),
    "52": ("ลำปาง", "Lampang", ()),
    "53": ("อุตรดิตถ์", "Uttaradit", ()),
    "54": ("แพร่", "Phrae", ()),
    "55": ("น่าน", "Nan", ()),
    "56": ("พะเยา", "Phayao", ()),
    "57": ("เชียงราย", "Chiang Rai", ("Chiangrai", "Chieng Rai")),
    "58": ("แม่ฮ่องสอน", "Mae Hong Son", ("Maehongson",)),
    "60": ("นครสวรรค์", "Nakhon Sawan", ()),
    "61": ("อุทัยธานี", "Uthai Thani", ()),
    "62": ("กำแพงเพชร", "Kamphaeng Phet", ("Kampaengpetch",)),
    "63": ("ตาก", "Tak", ()),
    "64": ("สุโขทัย", "Sukhothai", ()),
    "65": ("พิษณุโลก", "Phitsanulok", ("พิษณุโลกฯ", "Pitsanuloke")),
    "66": ("พิจิตร", "Phichit", ("Pijit",)),
    "67": ("เพชรบูรณ์", "Phetchabun", ("Petchaboon",)),
    "70": ("ราชบุรี", "Ratchaburi", ("Rajburi",)),
    "71": ("กาญจนบุรี", "Kanchanaburi", ()),
    "72": ("สุพรรณบุรี", "Suphan Buri", ("สุพรรณ", "Suphanburi")),
    "73": ("นครปฐม", "Nakhon Pathom", ()),
    "74": ("สมุทรสาคร", "Samut Sakhon", ("มหาชัย", "Samutsakorn")),
    "75": ("สมุทรสงคราม", "Samut Songkhram", ("แม่กลอง",)),
    "76": ("เพชรบุรี", "Phetchaburi", ("Petchburi",)),
    "77": ("ประจวบคีรีขันธ์", "Prachuap Khiri Khan", ("ประจวบ", "ประจวบฯ", "Prachuab")),
    "80": ("นครศรีธรรมราช", "Nakhon Si Thammarat", ("นครศรีฯ", "Nakorn Sri Thammarat")),
    "81": ("กระบี่", "Krabi", ()),
    "82": ("พังงา", "Phang-nga", ("Phangnga", "Phang Nga")),
    "83": ("ภูเก็ต", "Phuket", ()),
    "84": ("สุราษฎร์ธานี", "Surat Thani", ("สุราษฎร์", "สุราษฎร์ฯ", "Suratthani")),
    "85": ("ระนอง", "Ranong", ()),
    "86": ("ชุมพร", "Chumphon", ("Chumporn",)),
    "90": ("สงขลา", "Songkhla", ()),
    "91": ("สตูล", "Satun", ("Satoon",)),
    "92": ("ตรัง", "Trang", ()),
    "93": ("พัทลุง", "Phatthalung", ("Pattalung",)),
    "94": ("ปัตตานี", "Pattani", ()),
    "95": ("ยะลา", "Yala", ()),
    "96": ("นราธิวาส", "Narathiwat", ()),
}  # fmt: skip
"""Code → Thai name, English name (RTGS), and other names and spellings in use."""


_LONG_ENOUGH: Final = 4


@lru_cache(maxsize=1)
def _by_key() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    rough: dict[str, str] = {}
    for code, (th, en, more) in PROVINCES.items():
        for name in (th, en, *more):
            exact.setdefault(_key(name), code)
            rough.setdefault(_skeleton(_key(name)), code)
    return exact, rough


def _key(name: str) -> str:
    return thai.key(name) if thai.is_thai(name) else latin.key(name)


def _skeleton(key: str) -> str:
    return thai.skeleton(key) if thai.is_thai(key) else latin.skeleton(key)


@lru_cache(maxsize=16_384)
def code(name: str, *, rough: bool = True) -> str:
    """The code of a province's name as people write it; ``""`` where it is none.

    ``rough`` allows a lost tone mark or ``์``, and another romanisation.

    >>> code("ขอนแก่น"), code("Khonkaen"), code("กาฬสินธุ"), code("40")
    ('40', '40', '46', '40')
    """
    found = _key(thai.clean(name))
    if found in PROVINCES:
        return found
    if found.startswith("th") and found[2:] in PROVINCES:
        return found[2:]
    exact, near = _by_key()
    if found in exact or not rough or len(found) < 3:
        return exact.get(found, "")
    return near.get(_skeleton(found), "")


@lru_cache(maxsize=16_384)
def meant(name: str) -> str:
    """The code of the one province that a name is or is a letter away from; ``""`` for none.

    For a text that is known to be a province, such as one after "จ.".

    >>> meant("ขอนแกน"), meant("อุบลราชธาน"), meant("นครXXX")
    ('40', '34', '')
    """
    found = code(name)
    if found:
        return found
    from rapidfuzz.distance import OSA

    rough = _skeleton(_key(thai.clean(name)))
    if len(rough) < _LONG_ENOUGH:
        return ""
    near = {
        c for known, c in _by_key()[1].items() if OSA.distance(rough, known, score_cutoff=1) <= 1
    }
    return near.pop() if len(near) == 1 else ""


def name(code: str, lang: str = "en") -> str:
    """A province's name in a language; the code itself where there is no such province."""
    found = PROVINCES.get(code)
    if not found:
        return code
    return found[0] if lang == "th" else found[1]
