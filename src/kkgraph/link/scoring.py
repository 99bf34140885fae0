"""How much each agreement and difference speaks for a link, and the probabilities that follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    "name:exact": 6.0,
    "name:marks": 3.5,
    "name:sound": 3.0,
    "name:edit": 1.5,
    "name:edit-short": -1.0,
    "name:like": -2.5,
    "type:agrees": 1.5,
    "type:near": 1.0,
    "type:differs": -7.0,
    "province:agrees": 2.0,
    "province:differs": -6.0,
    "district:agrees": 2.0,
    "district:differs": -3.5,
    "place:agrees": 3.0,
    "place:near": 1.0,
    "place:differs": -4.0,
    "identifier:agrees": 14.0,
    "none": 2.0,
}
"""Natural logarithms of odds; ``none`` is for the body that is not in the target at all."""


def probabilities(scores: Sequence[float]) -> list[float]:
    """The probability of each candidate, given the scores of all, and that it may be none of them.

    Candidates share what there is: of two equal ones neither has more than one half.
    """
    none = WEIGHTS["none"]
    top = max([none, *scores])
    odds = [math.exp(s - top) for s in scores]
    total = sum(odds) + math.exp(none - top)
    return [o / total for o in odds]
