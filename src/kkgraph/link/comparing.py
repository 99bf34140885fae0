"""Two entries compared: a verdict on name, type, territory, codes and place, each with a weight."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from kkgraph.link import thai
from kkgraph.link.records import Reason, Verdict
from kkgraph.link.scoring import WEIGHTS
from kkgraph.link.views import Key, View

MUNICIPAL: Final = frozenset(("MUNICIPALITY", "CITY", "TOWN", "SUBDISTRICT"))
SLIPS: Final = frozenset(("marks", "doubled", "edit", "edit-short"))
"""How near a name is that differs by one slip of the pen."""
_SHORT: Final = 5
_NEAR_KM: Final = 3.0
_FAR_KM: Final = 25.0


def name_level(source: View, target: View) -> tuple[str, Key | None, Key | None]:
    """How near the nearest readings of two names are, and the two readings; ``""`` for no names.

    exact: the same letters; marks: but for tone marks, ``์`` and ``็``; doubled: but for doubled
    letters; sound: the same, romanised otherwise; edit, edit-short: one letter apart, in a long or
    a short name; edits: a letter and marks; like: more than that.
    """
    best: tuple[str, Key | None, Key | None] = ("", None, None)
    for mine in source.keys:
        for other in target.keys:
            level = _level(mine, other)
            if not best[0] or WEIGHTS[f"name:{level}"] > WEIGHTS[f"name:{best[0]}"]:
                best = (level, mine, other)
    return best


def _level(mine: Key, other: Key) -> str:
    if mine.exact == other.exact:
        return "exact"
    if mine.light == other.light:
        return "sound" if mine.exact.isascii() else "marks"
    if mine.skeleton == other.skeleton:
        return "doubled"
    from rapidfuzz.distance import OSA

    if OSA.distance(mine.light, other.light, score_cutoff=1) > 1:
        return "like"
    if not mine.exact.isascii() and OSA.distance(mine.exact, other.exact, score_cutoff=1) > 1:
        return "edits"
    return "edit" if min(len(mine.light), len(other.light)) >= _SHORT else "edit-short"


class Said(NamedTuple):
    """A reason before it has a weight: the keys of ``WEIGHTS`` that make it up; none: a veto."""

    kind: str
    verdict: Verdict
    detail: str
    keys: tuple[str, ...]


def reasons(source: View, target: View) -> list[Reason]:
    """What speaks for and against two entries being the same; one that contradicts is a veto."""
    return [
        Reason(
            s.kind, s.verdict, s.detail, sum(WEIGHTS[k] for k in s.keys) if s.keys else -math.inf
        )
        for s in said(source, target)
    ]


def said(source: View, target: View) -> list[Said]:
    """What speaks for and against, unweighed."""
    level, mine, other = name_level(source, target)
    out: list[Said] = []
    if mine and other:
        verdict: Verdict = (
            "agrees" if level == "exact" else "differs" if level == "like" else "near"
        )
        detail = mine.text if level == "exact" else f"{mine.text} ~ {other.text}"
        known = source.province and target.province
        keys = (f"name:{level}",) if known else (f"name:{level}", f"anywhere:{level}")
        out.append(Said("name", verdict, detail, keys))
    out += _type(source, mine.exact if mine else "", target)
    out += _territory("province", source.province, target.province)
    out += _territory("district", source.district, target.district)
    out += _codes(source, target)
    if source.point and target.point:
        out.append(_place(source.point, target.point))
    return out


def _territory(kind: str, mine: str, other: str) -> list[Said]:
    if not mine or not other or mine.isdecimal() != other.isdecimal():
        return []
    if mine == other or thai.key(mine) == thai.key(other):
        return [Said(kind, "agrees", mine, (f"{kind}:agrees",))]
    return [Said(kind, "differs", f"{mine} ≠ {other}", (f"{kind}:differs",))]


def _type(source: View, mine: str, target: View) -> list[Said]:
    types = {k.type for k in source.keys if k.exact == mine} or {source.type}
    other = target.type
    type_ = other if other in types else min(types)
    if not type_ or not other:
        return []
    if type_ == other:
        return [Said("type", "agrees", type_, ("type:agrees",))]
    if may_be(type_, other):
        return [Said("type", "near", f"{type_} ~ {other}", ("type:near",))]
    return [Said("type", "differs", f"{type_} ≠ {other}", ("type:differs",))]


def may_be(one: str, other: str) -> bool:
    """True where two types can be those of one body: equal, or a municipality and its rank."""
    if not one or not other or one == other:
        return True
    return "MUNICIPALITY" in (one, other) and {one, other} <= MUNICIPAL


def _codes(source: View, target: View) -> list[Said]:
    out: list[Said] = []
    for scheme, values in source.codes.items():
        others = target.codes.get(scheme)
        if not others:
            continue
        shared = values & others
        if shared:
            out.append(
                Said("identifier", "agrees", f"{scheme} {min(shared)}", ("identifier:agrees",))
            )
        else:
            out.append(
                Said("identifier", "contradicts", f"{scheme} {min(values)} ≠ {min(others)}", ())
            )
    return out


def _place(one: tuple[float, float], two: tuple[float, float]) -> Said:
    km = distance_km(one, two)
    verdict: Verdict = "agrees" if km <= _NEAR_KM else "near" if km <= _FAR_KM else "differs"
    return Said("place", verdict, f"{km:.1f} km", (f"place:{verdict}",))


def distance_km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Kilometres between two points on the globe, given in degrees of latitude and longitude."""
    (a, b), (c, d) = (tuple(map(math.radians, p)) for p in (one, two))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12_742.0 * math.asin(math.sqrt(min(1.0, half)))
