"""How the weights of linking are estimated; run ``python benchmarks/calibration.py``.

The material is of provinces outside 30 to 49, so that nothing that linking is measured on is seen
here: 24,000 names as people write them (``names.py``, seeds 1 to 3), each made of a body that is
alone by type, name and province in the register and in the gazetteer, or of none.

Weights of names, and of what differs, are those under which the true body (or "none of them") is
likeliest, of all candidates that are found for a text: a conditional logit, by Newton's method,
with a small penalty (0.5 × weight² / 25) so that what never happens gets a finite weight. Those of
an agreeing type and province are the logarithm of how much rarer that is by chance, and those of
the district logarithms of shares among rows that are the same by type, name and province (Fellegi
and Sunter). Codes and coordinates stand on neither side together in this material; their weights
are judgements.
"""

from __future__ import annotations

import math

import names
import numpy as np
from linkage import material

from kkgraph import link
from kkgraph.link import comparing, scoring, views
from kkgraph.link.records import Entry

SEEDS, COUNT = (1, 2, 3), 8_000
FITTED = [
    k
    for k in scoring.WEIGHTS
    if k.startswith(("name", "anywhere")) or k in ("type:differs", "province:differs")
]
PENALTY = 1 / 25
Choice = tuple[np.ndarray, np.ndarray, int]
"""Candidates × features; the fixed part of each score; which is right, -1 for none of them."""


def choices(target: link.Target, fixed: dict[str, float]) -> list[Choice]:
    """Of every text with candidates: features, the fixed part of the score, and the right one."""
    number = {k: n for n, k in enumerate(FITTED)}
    out = []
    for seed in SEEDS:
        items, _ = names.drawn(seed, COUNT, tuning=True)
        for item in items:
            asked = views.view(Entry("", "", item.text))
            if asked.territory or not asked.keys:
                continue
            places = sorted(target._places(asked, thorough=False))
            matrix = np.zeros((len(places), len(FITTED)))
            given = np.zeros(len(places))
            right = -1
            for row, place in enumerate(places):
                for said in comparing.said(asked, target.views[place]):
                    for key in said.keys:
                        if key in number:
                            matrix[row, number[key]] += 1
                        given[row] += fixed.get(key, 0.0)
                if target.entries[place].id == item.made_of:
                    right = row
            if places:
                out.append((matrix, given, right))
    return out


def fitted(data: list[Choice], none: float) -> np.ndarray:
    """The likeliest weights, given that "none of them" has the score ``none``."""
    weights = np.zeros(len(FITTED))
    for _ in range(60):
        slope, bend = PENALTY * weights, PENALTY * np.eye(len(weights))
        for matrix, given, right in data:
            scores = np.append(matrix @ weights + given, none)
            odds = np.exp(scores - scores.max())
            shares = (odds / odds.sum())[:-1]
            mean = shares @ matrix
            slope += mean - (matrix[right] if right >= 0 else 0)
            bend += (matrix * shares[:, None]).T @ matrix - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        weights -= step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-6:
            break
    return weights


def district() -> tuple[float, float]:
    """The weights of an agreeing and a differing district, within one province."""
    bodies = material.gazetteer()
    linked, _ = material.elsewhere(bodies)
    by_id = {b.id: b for b in bodies}
    pairs = [(b, by_id[b.id]) for b in linked if by_id[b.id].district]
    same = sum(a.district == b.district for a, b in pairs) / len(pairs)
    counts: dict[str, dict[str, int]] = {}
    for _, b in pairs:
        counts.setdefault(b.province, {}).setdefault(b.district, 0)
        counts[b.province][b.district] += 1
    chance = sum(
        sum((n / total) ** 2 for n in of.values()) * total
        for of in counts.values()
        if (total := sum(of.values()))
    ) / len(pairs)
    return math.log(same / chance), math.log((1 - same) / (1 - chance))


def shares() -> dict[str, float]:
    """The weights of an agreeing type and province: how rarely two bodies agree by chance."""
    bodies = material.gazetteer()

    def chance(values: list[str]) -> float:
        return sum((values.count(v) / len(values)) ** 2 for v in set(values))

    municipal = sum(b.type != "SAO" for b in bodies) / len(bodies)
    return {
        "type:agrees": -math.log(chance([b.type for b in bodies])),
        "type:near": -math.log(municipal),
        "province:agrees": -math.log(chance([b.province for b in bodies])),
    }


def main() -> None:
    target = link.Target(*link.read(material.GAZETTEER))
    fixed = shares()
    data = choices(target, fixed)
    weights = fitted(data, scoring.WEIGHTS["none"])
    print(f"{len(data):,} texts with candidates")
    for key, weight in zip(FITTED, weights, strict=True):
        often = sum(int(m[:, FITTED.index(key)].sum()) for m, _, _ in data)
        print(f'    "{key}": {weight:.1f},  # in {often:,} pairs')
    for key, weight in fixed.items():
        print(f'    "{key}": {weight:.1f},')
    agrees, differs = district()
    print(f'    "district:agrees": {agrees:.1f},\n    "district:differs": {differs:.1f},')


if __name__ == "__main__":
    main()
