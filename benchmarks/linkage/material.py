"""The open data that linking is measured on: a register, a gazetteer, and the true links."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPEN = Path(os.environ.get("KKGRAPH_SHARED", ROOT.parent / "shared")) / "open-data"
REGISTER = OPEN / "th-lao-register-2017.csv"
GAZETTEER = OPEN / "th-lao-gazetteer.csv"
GOLD = OPEN / "gold-links-northeast.csv"


@dataclass(frozen=True)
class Body:
    """A local administration of the gazetteer or, where only that has it, of the register."""

    id: str
    type: str
    th: str
    en: str
    province: str
    district: str


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def gazetteer() -> list[Body]:
    return [
        Body(r["geocode"], r["type"], r["name_th"], r["name_en"], r["province_code"],
             r["district_code"])
        for r in table(GAZETTEER)
    ]  # fmt: skip


def northeast(gaz: list[Body]) -> tuple[list[Body], list[Body]]:
    """(bodies with a true link, named as the register names them; those without a counterpart)."""
    by_id = {b.id: b for b in gaz}
    gold = {r["dla_code"]: r["geocode"] for r in table(GOLD)}
    named = {(b.type, b.th, b.province) for b in gaz}
    linked, absent = [], []
    for row in table(REGISTER):
        code, province = row["dla_code"], row["province_code"]
        if not "30" <= province <= "49":
            continue
        district = province + code[3:5]
        if code in gold:
            to = by_id[gold[code]]
            linked.append(Body(to.id, to.type, row["name_th"], to.en, province, district))
        elif (row["type"], row["name_th"], province) not in named:
            absent.append(Body("", row["type"], row["name_th"], "", province, district))
    return linked, absent


def elsewhere(gaz: list[Body]) -> tuple[list[Body], list[Body]]:
    """The same for the rest of the country, where bodies are the same by type, name and province.

    Only such as are alone in both files count as linked. This is what weights are estimated on.
    """
    mine: dict[tuple[str, ...], list[dict[str, str]]] = {}
    theirs: dict[tuple[str, ...], list[Body]] = {}
    for row in table(REGISTER):
        key = (row["type"], row["name_th"], row["province_code"])
        mine.setdefault(key, []).append(row)
    for body in gaz:
        theirs.setdefault((body.type, body.th, body.province), []).append(body)
    linked, absent = [], []
    for key, rows in mine.items():
        type_, name, province = key
        if "30" <= province <= "49":
            continue
        found = theirs.get(key, [])
        district = province + rows[0]["dla_code"][3:5]
        if len(rows) == len(found) == 1:
            linked.append(Body(found[0].id, type_, name, found[0].en, province, district))
        elif not found:
            absent.append(Body("", type_, name, "", province, district))
    return linked, absent
