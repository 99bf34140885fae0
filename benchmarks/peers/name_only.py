"""Link by names alone: ``name_only.py SOURCE.csv TARGET.csv OUT.csv``.

As a reconciliation by OpenRefine does it with one column and no further properties: the candidate
of the highest similarity of the whole text is matched by itself where it is at least 0.9 and the
only one. Both tables have the columns unique_id and text; a target may have several texts. Texts
are compared as OpenRefine's fingerprint makes them (case, spaces and punctuation levelled), by
normalised Levenshtein distance.
"""

from __future__ import annotations

import csv
import re
import sys

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

LEAST, BLOCK = 0.9, 500


def texts(path: str) -> tuple[list[str], list[str]]:
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    return [r["unique_id"] for r in rows], [finger(r["text"]) for r in rows]


def finger(text: str) -> str:
    return " ".join(sorted(set(re.sub(r"[^\w\s\u0e31-\u0e4e]", " ", text.lower()).split())))


def main() -> None:
    source, target, out = sys.argv[1:4]
    mine, names = texts(source)
    theirs, known = texts(target)
    rows = []
    for start in range(0, len(names), BLOCK):
        near = process.cdist(
            names[start : start + BLOCK], known, scorer=Levenshtein.normalized_similarity,
            score_cutoff=LEAST,
        )  # fmt: skip
        for id_, scores in zip(mine[start : start + BLOCK], near, strict=True):
            top = scores.max()
            best = {theirs[n] for n in (scores == top).nonzero()[0]} if top >= LEAST else set()
            if len(best) == 1:
                rows.append((id_, best.pop()))
    with open(out, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123
        csv.writer(file).writerows([("source", "target"), *rows])


if __name__ == "__main__":
    main()
