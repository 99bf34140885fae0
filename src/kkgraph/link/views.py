"""Entries as they are compared: readings with their keys, type, territory, codes and place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from kkgraph.link import codes, latin, naming, provinces, thai
from kkgraph.link.records import Entry


class Key(NamedTuple):
    """One reading of a name: its letters, those without light marks, what is heard, and its type.

    ``anywhere`` is True where the province was taken for a part of the name, so that none is known;
    ``text`` is the name as it stands.
    """

    exact: str
    light: str
    skeleton: str
    type: str
    anywhere: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """An entry's names and what is known of it, as matching compares them."""

    keys: tuple[Key, ...]
    type: str
    province: str
    district: str
    codes: dict[str, frozenset[str]]
    point: tuple[float, float] | None
    territory: bool = False


_NOTHING: Final = codes.NOTHING


def view(entry: Entry) -> View:
    """The entry as it is compared.

    What its columns say outweighs the text of its name, and both outweigh what its codes say.
    """
    held: dict[str, frozenset[str]] = {}
    type_, province, district = entry.type, _province(entry.province), entry.district
    told = _NOTHING
    for scheme, value in entry.identifiers:
        held[scheme] = held[scheme] | {value} if scheme in held else frozenset((value,))
        said = codes.told(scheme, value)
        if said is not _NOTHING:
            told = codes.Told(*(a or b for a, b in zip(told, said, strict=True)))
    bare = bool(type_ and (province or told.province))
    first = naming.parse(entry.name, bare=bare)
    keys: dict[tuple[str, str], Key] = {}
    territory = first.territory and not type_
    for text in (entry.name, *entry.names):
        name = first if text == entry.name else naming.parse(text, bare=bare)
        province = province or name.province
        district = district or name.district
        for said_type, core in name.readings:
            _add(keys, core, type_ or said_type, anywhere=False)
        if name.whole and not entry.province:
            _add(keys, name.whole, type_ or name.type, anywhere=True)
    type_ = type_ or first.type or told.type
    province = province or told.province
    district = district or told.district
    if district and district.isdecimal() and len(district) <= 2:
        district = naming.district_code(district, province)
    if type_ and any(not k.type for k in keys.values()):
        keys = {
            k: v._replace(type=v.type or type_) if len(keys) == 1 else v for k, v in keys.items()
        }
    return View(tuple(keys.values()), type_, province, district, held, entry.point, territory)


def _province(text: str) -> str:
    return provinces.code(text) or text if text else ""


def _add(keys: dict[tuple[str, str], Key], core: str, type_: str, *, anywhere: bool) -> None:
    if thai.is_thai(core):
        exact = thai.key(core)
        light = thai.light(exact)
        rough = thai.skeleton(exact)
    else:
        exact = latin.key(thai.clean(core)) or thai.clean(core).casefold()
        light = rough = latin.skeleton(exact)
    if exact and (exact, type_) not in keys:
        keys[exact, type_] = Key(exact, light or exact, rough or exact, type_, anywhere, core)
