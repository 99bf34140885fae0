"""What the columns of a table mean: roles guessed from heads and contents, or given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kkgraph.errors import LinkError
from kkgraph.link import codes, naming, provinces, thai
from kkgraph.matching import did_you_mean

ROLES: Final = (
    "id", "name", "name_th", "name_en", "type", "type:any", "province", "district", "lat", "lon",
    "ignore",
)  # fmt: skip
CODES: Final = ("dla", "geocode", "wikidata")
_HEADS: Final[dict[str, str]] = {
    "id": r"id|identifier|ลำดับ|ที่|no|number|key",
    "code:dla": r"dla|dlacode|dlaid|รหัส(อปท|หน่วยงาน)?|laocode",
    "code:geocode": r"geocode|geoid|รหัสพื้นที่|laogeocode",
    "code:wikidata": r"wikidata|wikidataid|qid|wikidataitem|item",
    "name_th": r"nameth|thainame|ชื่อ(ไทย|ภาษาไทย|อปท|หน่วยงาน|องค์กร)?|laonameth|thname|labelth",
    "name_en": r"nameen|englishname|ชื่อ(อังกฤษ|ภาษาอังกฤษ)|enname|labelen",
    "name": r"name|title|label|body|organi[sz]ation|publisher|agency|lao|municipality|"
    r"อปท|หน่วยงาน|องค์กร|องค์กรปกครองส่วนท้องถิ่น|เทศบาล|ชื่อหน่วยงาน",
    "type": r"type|laotype|kind|ประเภท(อปท|องค์กร|หน่วยงาน)?|typecode",
    "province": r"province(code|id|name|th|en)?|จังหวัด|changwat|รหัสจังหวัด|provincenameth",
    "district": r"district(code|id|name|th|en)?|อำเภอ|amphoe|amphur|รหัสอำเภอ",
    "lat": r"lat|latitude|ละติจูด",
    "lon": r"lon|lng|long|longitude|ลองจิจูด",
}
_PATTERNS: Final = {role: re.compile(pattern) for role, pattern in _HEADS.items()}
_SHARE: Final = 0.6


def parsed(items: Sequence[str]) -> dict[str, str]:
    """Column → role of texts ``COLUMN=ROLE``; ``LinkError`` bad-role for any other text."""
    out: dict[str, str] = {}
    for item in items:
        column, equals, role = item.rpartition("=")
        if not equals or not column.strip():
            raise LinkError(
                "bad-role",
                f'"{item}" is no COLUMN=ROLE',
                where="--map",
                hint=f"Write it as in --map agency=name. Roles: {_roles()}.",
            )
        out[column.strip()] = checked(role.strip(), column)
    return out


def checked(role: str, column: str) -> str:
    """The role, if it is one; ``LinkError`` bad-role otherwise."""
    if role in ROLES or re.fullmatch(r"code:[\w\-]+", role):
        return role
    raise LinkError(
        "bad-role",
        f'"{role}" is no role of a column',
        where=column,
        hint=f"{did_you_mean(role, ROLES)}Roles: {_roles()}.",
    )


def _roles() -> str:
    return ", ".join((*ROLES, *(f"code:{c}" for c in CODES), "code:ANY"))


def roles_of(
    heads: Sequence[str],
    sample: Sequence[Sequence[str]],
    given: Mapping[str, str],
    where: str,
) -> dict[int, str]:
    """Column number → role: those that are given, else by the head, else by what the cells are.

    Raises ``LinkError``: unknown-column for a given column that isn't there, no-name-column where
    none has names (or codes), twice-mapped where a role of one column only has two.
    """
    out: dict[int, str] = {}
    places = {head.strip(): n for n, head in reversed(list(enumerate(heads)))}
    folded = {head.casefold(): n for head, n in places.items()}
    for column, role in given.items():
        place = places.get(column, folded.get(column.casefold()))
        if place is None:
            raise LinkError(
                "unknown-column",
                f'there is no column "{column}"',
                where=where,
                hint=f"{did_you_mean(column, places)}Columns: {', '.join(places)}.",
            )
        out[place] = checked(role, column)
    taken = set(out.values())
    for place, head in enumerate(heads):
        role = "" if place in out else by_head(head)
        if role and role not in taken:
            out[place] = role
            taken.add(role)
    _by_contents(heads, sample, out, taken)
    _singly(heads, out, where)
    if not any(r.startswith(("name", "code:")) for r in out.values()):
        raise LinkError(
            "no-name-column",
            "no column was recognised as names or codes",
            where=where,
            hint=f"Say which one it is: --map COLUMN=name. Columns: {', '.join(heads)}.",
        )
    return {n: role for n, role in sorted(out.items()) if role != "ignore"}


def by_head(head: str) -> str:
    """The role that a column's head says; ``""`` for none."""
    text = re.sub(r"[\s_.\-()/*:]+", "", thai.clean(head).casefold())
    return next((role for role, pattern in _PATTERNS.items() if pattern.fullmatch(text)), "")


def _by_contents(
    heads: Sequence[str], sample: Sequence[Sequence[str]], out: dict[int, str], taken: set[str]
) -> None:
    free = [n for n in range(len(heads)) if n not in out]
    for place in free:
        cells = [c for row in sample if place < len(row) and (c := row[place].strip())]
        if not cells:
            continue
        for role, test in (
            ("code:dla", lambda c: codes.looks_like("dla", c)),
            ("code:wikidata", lambda c: codes.looks_like("wikidata", c)),
            ("type", lambda c: naming.type_of(c) != ""),
            ("province", lambda c: not c.isdecimal() and provinces.code(c) != ""),
            ("name", _is_name),
        ):
            if role in taken or (role == "name" and taken & {"name_th", "name_en"}):
                continue
            if sum(map(test, cells)) >= _SHARE * len(cells):
                out[place] = role
                taken.add(role)
                break
    if len(heads) == 1 and not out:
        out[0] = "name"


def _is_name(cell: str) -> bool:
    name = naming.parse(cell)
    return bool(name.type and name.name)


def _singly(heads: Sequence[str], out: Mapping[int, str], where: str) -> None:
    seen: dict[str, int] = {}
    for place, role in out.items():
        if role in ("ignore", "name"):
            continue
        if role in seen:
            raise LinkError(
                "twice-mapped",
                f'"{heads[seen[role]]}" and "{heads[place]}" are both {role}',
                where=where,
                hint="Give each role to one column; map the other one to ignore.",
            )
        seen[role] = place
