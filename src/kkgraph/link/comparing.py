"""Two entries compared: a verdict on name, type, territory, codes and place, each with a weight."""

from __future__ import annotations

import math
from typing import Final

from kkgraph.link.records import Reason
from kkgraph.link.scoring import WEIGHTS
from kkgraph.link.views import View

MUNICIPAL: Final = frozenset(("MUNICIPALITY", "CITY", "TOWN", "SUBDISTRICT"))
_SHORT: Final = 5
_NEAR_KM: Final = 3.0
_FAR_KM: Final = 25.0


def name_level(source: View, target: View) -> tuple[str, str, str]:
    """How near the nearest readings of two names are, and the two readings.

    exact: the same letters; marks: but for tone marks, ``์``, ``็`` or doubled letters; sound: the
    same romanised otherwise; edit, edit-short: one letter apart, in a long or a short name; like:
    more than that; empty: no reading of the one has a type that the other can have.
    """
    best = ("", "", "")
    for mine in source.keys:
        for other in target.keys:
            level = _level(mine.exact, mine.skeleton, other.exact, other.skeleton)
            if not best[0] or WEIGHTS[f"name:{level}"] > WEIGHTS[f"name:{best[0]}"]:
                best = (level, mine.exact, other.exact)
    return best


def _level(exact: str, rough: str, exact2: str, rough2: str) -> str:
    if exact == exact2:
        return "exact"
    if rough == rough2:
        return "sound" if exact.isascii() else "marks"
    from rapidfuzz.distance import OSA

    if OSA.distance(rough, rough2, score_cutoff=1) <= 1:
        return "edit" if min(len(rough), len(rough2)) >= _SHORT else "edit-short"
    return "like"


def reasons(source: View, target: View) -> list[Reason]:
    """What speaks for and against two entries being the same; one that contradicts is a veto."""
    level, mine, other = name_level(source, target)
    out: list[Reason] = []
    if level:
        verdict = "agrees" if level == "exact" else "differs" if level == "like" else "near"
        detail = mine if level == "exact" else f"{mine} ~ {other}"
        out.append(Reason("name", verdict, detail, WEIGHTS[f"name:{level}"]))  # type: ignore[arg-type]
    out += _type(source, mine, target)
    for kind in ("province", "district"):
        a, b = getattr(source, kind), getattr(target, kind)
        if a and b and (kind == "province" or a.isdecimal() == b.isdecimal()):
            same = "agrees" if a == b else "differs"
            detail = a if a == b else f"{a} ≠ {b}"
            out.append(Reason(kind, same, detail, WEIGHTS[f"{kind}:{same}"]))  # type: ignore[arg-type]
    out += _codes(source, target)
    if source.point and target.point:
        out.append(_place(source.point, target.point))
    return out


def _type(source: View, mine: str, target: View) -> list[Reason]:
    types = {k.type for k in source.keys if k.exact == mine} or {source.type}
    type_ = target.type if target.type in types else next(iter(sorted(types)))
    other = target.type
    if not type_ or not other:
        return []
    if type_ == other:
        return [Reason("type", "agrees", type_, WEIGHTS["type:agrees"])]
    if "MUNICIPALITY" in (type_, other) and {type_, other} <= MUNICIPAL:
        return [Reason("type", "near", f"{type_} ~ {other}", WEIGHTS["type:near"])]
    return [Reason("type", "differs", f"{type_} ≠ {other}", WEIGHTS["type:differs"])]


def _codes(source: View, target: View) -> list[Reason]:
    out: list[Reason] = []
    for scheme, values in source.codes.items():
        others = target.codes.get(scheme)
        if not others:
            continue
        shared = values & others
        if shared:
            detail = f"{scheme} {min(shared)}"
            out.append(Reason("identifier", "agrees", detail, WEIGHTS["identifier:agrees"]))
        else:
            detail = f"{scheme} {min(values)} ≠ {min(others)}"
            out.append(Reason("identifier", "contradicts", detail, -math.inf))
    return out


def _place(one: tuple[float, float], two: tuple[float, float]) -> Reason:
    km = distance_km(one, two)
    verdict = "agrees" if km <= _NEAR_KM else "near" if km <= _FAR_KM else "differs"
    return Reason("place", verdict, f"{km:.1f} km", WEIGHTS[f"place:{verdict}"])  # type: ignore[arg-type]


def distance_km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Kilometres between two points on the globe, given in degrees of latitude and longitude."""
    (a, b), (c, d) = (tuple(map(math.radians, p)) for p in (one, two))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12_742.0 * math.asin(math.sqrt(min(1.0, half)))
