"""How much each agreement and difference speaks for a link, and the probabilities that follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

WEIGHTS: Final[dict[str, float]] = {
    "name:exact": 10.7,
    "name:marks": 8.1,
    "name:doubled": 4.7,
    "name:sound": 9.1,
    "name:edit": 3.7,
    "name:edit-short": 4.2,
    "name:edits": -3.2,
    "name:like": -5.4,
    "anywhere:exact": 9.6,
    "anywhere:marks": 2.9,
    "anywhere:doubled": 6.5,
    "anywhere:sound": 6.4,
    "anywhere:edit": 3.2,
    "anywhere:edit-short": 4.7,
    "anywhere:edits": 1.8,
    "anywhere:like": -0.4,
    "type:agrees": 0.4,
    "type:near": 1.5,
    "type:differs": -19.8,
    "province:agrees": 4.1,
    "province:differs": -11.9,
    "district:agrees": 2.1,
    "district:differs": -7.2,
    "place:agrees": 3.0,
    "place:near": 1.0,
    "place:differs": -4.0,
    "identifier:agrees": 14.0,
    "none": 2.0,
}
"""Natural logarithms of odds; ``none`` is for the body that is not in the target at all.

``name`` says how near two names are, ``anywhere`` is added where no province narrows them down.
Estimated by ``benchmarks/calibration.py`` on 24,000 names of bodies outside provinces 30 to 49, but
for ``place`` and ``identifier``, which are judgements, and ``none``, which sets the scale.
"""


def probabilities(scores: Sequence[float]) -> list[float]:
    """The probability of each candidate, given the scores of all, and that it may be none of them.

    Candidates share what there is: of two equal ones neither has more than one half.
    """
    none = WEIGHTS["none"]
    top = max([none, *scores])
    odds = [math.exp(s - top) for s in scores]
    total = sum(odds) + math.exp(none - top)
    return [o / total for o in odds]
