"""Names of local administrations as people write them, with the truth about each.

Run ``python benchmarks/names.py SEED COUNT FILE.csv`` to write such a list: ``text`` (one column,
as a person would type it), ``truth`` (the geocode of the gazetteer, or nothing) and ``kind``.

The bodies are those of the true links of provinces 30 to 49. What may be done to a name: a prefix
in full, abbreviated with points, without, glued to the name, or left out; the province with its
word, without, before the name, in brackets, or left out; "อ.เมือง"; a tone mark or ``์`` lost; a
letter lost or doubled; ``ำ`` in two characters, marks in the wrong order, invisible characters,
spaces; English with any usual form of the type and another romanisation. And names that nobody
bears: made of parts of others, or a real name with a type that doesn't exist there, or bodies of
the register that the gazetteer lacks.

**The truth** is what a reader of the text could know. The bodies meant are those of the gazetteer
that agree with all that is written: name, type, province, district. Where none has just this name,
those one letter or mark away. If that is one body, and the one that the text was made of, it is
the truth. If they are two or more the text must not be linked. A text that has become the right
name of another body (a lost letter can do that) is drawn again; ``redrawn`` counts them.
A made-up name may lack its type or province as well; it is at least two letters away from every
body of the gazetteer.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from linkage import material
from linkage.material import Body
from rapidfuzz.distance import OSA

from kkgraph.link import provinces

PROVINCE_TH = {code: th for code, (th, _, _) in provinces.PROVINCES.items()}
TYPES_TH = {
    "SAO": ("องค์การบริหารส่วนตำบล", "อบต"),
    "SUBDISTRICT": ("เทศบาลตำบล", "ทต"),
    "TOWN": ("เทศบาลเมือง", "ทม"),
    "CITY": ("เทศบาลนคร", "ทน"),
}
TYPES_EN = {
    "SAO": ("{} Subdistrict Administrative Organization", "{} TAO", "{} SAO", "TAO {}",
            "Tambon Administrative Organization {}", "{} Sub-district Administrative Organisation",
            "{} Tambon Administrative Organization"),
    "SUBDISTRICT": ("{} Subdistrict Municipality", "Thesaban Tambon {}",
                    "{} Sub-district Municipality", "{} Tambon Municipality", "{} Municipality"),
    "TOWN": ("{} Town Municipality", "Thesaban Mueang {}", "Thesaban Muang {}", "{} Municipality"),
    "CITY": ("{} City Municipality", "Thesaban Nakhon {}", "{} Municipality"),
}  # fmt: skip
ROMAN = (
    ("ueang", "uang"), ("uea", "ua"), ("ue", "u"), ("ue", "eu"), ("ph", "p"), ("th", "t"),
    ("kh", "k"), ("ch", "j"), ("ae", "ea"), ("w", "v"), ("ai", "ay"),
    ("aeo", "aew"), ("ao", "aw"), ("ong", "orng"), ("on", "orn"), ("at", "ad"), ("ok", "og"),
    ("ap", "ab"),
)  # fmt: skip
ALONE = (("i", "ee"), ("u", "oo"), ("a", "ah"))
MARKS = "่้๊๋์็"
LETTERS = re.compile("[^ก-ฮะ-ฺเ-ๅ็-๎a-z0-9]")


@dataclass(frozen=True)
class Item:
    text: str
    truth: str
    kind: str
    made_of: str = ""


@dataclass
class Said:
    """What a text says: facts that bodies must agree with."""

    core: str
    english: bool
    type: str = ""
    municipal: bool = False
    province: str = ""
    district: str = ""


class Writer:
    """Draws items; the same seed gives the same list."""

    def __init__(self, seed: int, gaz: list[Body], linked: list[Body], absent: list[Body]) -> None:
        self.random = random.Random(seed)
        self.gaz, self.linked, self.absent = gaz, linked, absent
        self.by_province: dict[str, list[Body]] = {}
        self.by_name: dict[str, list[Body]] = {}
        for body in gaz:
            self.by_province.setdefault(body.province, []).append(body)
            for name in {letters(body.th), letters(body.en)} - {""}:
                self.by_name.setdefault(name, []).append(body)
        self.redrawn = 0

    def items(self, count: int) -> list[Item]:
        out = []
        while len(out) < count:
            item = self._draw()
            if item is None:
                self.redrawn += 1
            else:
                out.append(item)
        return out

    def _draw(self) -> Item | None:
        kind = self.random.choices(("real", "made-up", "absent", "no-such-type"), (88, 5, 4, 3))[0]
        if kind == "real":
            body = self.random.choice(self.linked)
            return self._english(body) if self.random.random() < 0.22 else self._thai(body)
        if kind == "absent":
            body = self.random.choice([b for b in self.absent if b.type in TYPES_TH])
        elif kind == "made-up":
            body = self._made_up()
        else:
            body = self._no_such_type()
        text, _ = self._written(body, body.th, missing=kind == "made-up")
        return Item(text, "", kind)

    def _made_up(self) -> Body:
        while True:
            one, two = self.random.sample(self.linked, 2)
            cut = self.random.randint(2, 5)
            name = one.th[:cut] + two.th[-self.random.randint(3, 6):]  # fmt: skip
            near = self.gaz
            if letters(name) in self.by_name or re.search("^[ะ-ฺ็-๎]|[เ-ไ]$|[เ-ไ][ะ-ฺเ-ไ็-๎]", name):
                continue
            if all(OSA.distance(letters(name), letters(b.th), score_cutoff=1) > 1 for b in near):
                return Body("", one.type, name, "", one.province, "")

    def _no_such_type(self) -> Body:
        while True:
            body = self.random.choice(self.linked)
            type_ = self.random.choice([t for t in TYPES_TH if t != body.type])
            near = self.by_province[body.province]
            if all(
                b.type != type_ or OSA.distance(letters(body.th), letters(b.th)) > 1 for b in near
            ):
                return Body("", type_, body.th, "", body.province, "")

    def _thai(self, body: Body) -> Item | None:
        noise = self.random.choices(
            ("as-it-is", "mark-lost", "letter-lost", "letter-doubled", "characters"),
            (28, 21, 17, 15, 19),
        )[0]
        name = NOISE[noise](self.random, body.th)
        text, said = self._written(body, name, missing=True)
        if noise == "characters":
            text = broken(self.random, text)
        return self._judged(body, text, said, noise)

    def _written(self, body: Body, name: str, *, missing: bool) -> tuple[str, Said]:
        """The name with its type and province in some form, and what the text says by that."""
        draw = self.random.random
        said = Said(letters(name), english=False)
        full, short = TYPES_TH[body.type]
        form = draw()
        if missing and form < 0.10:
            text = name
        else:
            said.type = body.type
            if form < 0.45:
                text = self.random.choice(
                    (f"{full}{name}", f"{full} {name}", f"สำนักงาน{full}{name}")
                )
            elif form < 0.75:
                text = self.random.choice((f"{short}.{name}", f"{short}. {name}"))
            elif form < 0.95:
                text = self.random.choice((f"{short} {name}", f"{short}{name}"))
            else:
                text = ".".join(short) + f". {name}"
        province, th = body.province, PROVINCE_TH[body.province]
        if missing and draw() < 0.15:
            return text, said
        said.province = province
        if missing and body.district[2:] == "01" and draw() < 0.4:
            said.district = body.district
            text += self.random.choice((" อ.เมือง", f" อำเภอเมือง{th}", " อ.เมือง" + th))
            return text + self.random.choice((f" จ.{th}", f" จังหวัด{th}", f" {th}")), said
        forms = (" จ.{p}", " จ. {p}", " จังหวัด{p}", " {p}", ", {p}", " ({p})", "จ.{p}")
        if draw() < 0.07:
            return f"จ.{th} {text}", said
        return text + self.random.choice(forms).format(p=th), said

    def _english(self, body: Body) -> Item | None:
        noise = "romanised" if self.random.random() < 0.65 else "english"
        name = romanised(self.random, body.en) if noise == "romanised" else body.en
        said = Said(letters(name.lower()), english=True)
        if self.random.random() < 0.1:
            text = name
        else:
            form = self.random.choice(TYPES_EN[body.type])
            said.municipal = form == "{} Municipality"
            said.type = "" if said.municipal else body.type
            text = form.format(name)
        if self.random.random() > 0.15:
            said.province = body.province
            where = PROVINCE_EN[body.province]
            text += self.random.choice((", {}", ", {} Province", " ({})", ", Changwat {}")).format(
                where
            )
        return self._judged(body, text, said, noise)

    def _judged(self, body: Body, text: str, said: Said, noise: str) -> Item | None:
        """The item with its truth; None for a text that has become another body's right name."""
        right = [b for b in self.by_name.get(said.core, ()) if fits(b, said)]
        if right:
            meant = right
            if all(b.id != body.id for b in right):
                return None
        elif said.english:
            clean = self.by_name.get(letters(body.en), ())
            meant = [b for b in clean if fits(b, said)]
        else:
            pool = self.by_province[said.province] if said.province else self.gaz
            meant = [
                b
                for b in pool
                if fits(b, said) and OSA.distance(letters(b.th), said.core, score_cutoff=1) <= 1
            ]
        if [b.id for b in meant] == [body.id]:
            kind = noise + ("" if said.type or said.municipal else ", no type")
            return Item(text, body.id, kind + ("" if said.province else ", no province"), body.id)
        return Item(text, "", "two or more" if len(meant) > 1 else "unknowable", body.id)


def fits(body: Body, said: Said) -> bool:
    """True where a body agrees with all facts but the name."""
    if said.type and body.type != said.type:
        return False
    if said.municipal and body.type not in ("CITY", "TOWN", "SUBDISTRICT"):
        return False
    if said.province and body.province != said.province:
        return False
    return not (said.district and body.district and body.district != said.district)


def letters(name: str) -> str:
    return LETTERS.sub("", name.lower())


def lost_mark(rand: random.Random, name: str) -> str:
    places = [n for n, c in enumerate(name) if c in MARKS]
    if not places:
        return name
    place = rand.choice(places)
    return name[:place] + name[place + 1 :]


def lost_letter(rand: random.Random, name: str) -> str:
    place = rand.randrange(1, len(name))
    return name[:place] + name[place + 1 :]


def doubled_letter(rand: random.Random, name: str) -> str:
    places = [n for n, c in enumerate(name) if "ก" <= c <= "ฮ"]
    place = rand.choice(places)
    return name[: place + 1] + name[place:]


def broken(rand: random.Random, text: str) -> str:
    """Characters that look the same, or nearly: none of this changes what is read."""
    text = rand.choice(
        (str, lambda t: t.replace("ำ", "ํา"), lambda t: re.sub("([ิ-ู])([่-๋])", r"\2\1", t))
    )(text)
    if rand.random() < 0.4:
        place = rand.randrange(len(text))
        text = text[:place] + rand.choice("\u200b\u200c\ufeff") + text[place:]
    if rand.random() < 0.4:
        text = text.replace(" ", rand.choice(("  ", "\u00a0")))
    return f" {text} " if rand.random() < 0.2 else text


def romanised(rand: random.Random, name: str) -> str:
    """The name as others write it in Latin letters: one to three habits of several."""
    out = name.lower()
    fitting = [(a, b) for a, b in ROMAN if a in out]
    alone = [(a, b) for a, b in ALONE if re.search(f"(?<![aeiou]){a}(?![aeiou])", out)]
    for a, b in rand.sample(alone, min(len(alone), rand.randint(0, 1))):
        out = re.sub(f"(?<![aeiou]){a}(?![aeiou])", b, out, count=1)
    for a, b in rand.sample(fitting, min(len(fitting), rand.randint(1, 2))):
        out = out.replace(a, b, 1)
    out = rand.choice((out, out, out.replace(" ", ""), out.replace(" ", "-")))
    return out.title() if rand.random() < 0.8 else out


NOISE: dict[str, Callable[[random.Random, str], str]] = {
    "as-it-is": lambda rand, name: name,
    "characters": lambda rand, name: name,
    "mark-lost": lost_mark,
    "letter-lost": lost_letter,
    "letter-doubled": doubled_letter,
}
PROVINCE_EN = {code: en for code, (_, en, _) in provinces.PROVINCES.items()}


def drawn(seed: int, count: int, *, tuning: bool = False) -> tuple[list[Item], int]:
    """Items of a seed, from the gold (or, for tuning, from the rest of the country); redrawn."""
    gaz = material.gazetteer()
    linked, absent = material.elsewhere(gaz) if tuning else material.northeast(gaz)
    linked = [b for b in linked if b.type in TYPES_TH]
    writer = Writer(seed, gaz, linked, absent)
    return writer.items(count), writer.redrawn


def main() -> None:
    seed, count, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    items, redrawn = drawn(seed, count)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "truth", "kind"))
        writer.writerows((i.text, i.truth, i.kind) for i in items)
    for kind, number in sorted(Counter(i.kind for i in items).items()):
        print(f"{number:6,}  {kind}")
    print(f"{len(items):6,}  in all; {redrawn:,} drawn again")


if __name__ == "__main__":
    main()
