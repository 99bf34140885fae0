"""Invented national data: any number of cases in the vocabulary of kkgraph, as N-Triples.

Run ``python benchmarks/cases.py OUT.nt --cases 1000 [--seed 1] [--errors 0.02]
[--planted planted.json]``. A case is one local administrative organisation with its systems,
findings, evidence and collaborations, about 341 triples. The same seed and number of cases give
the same bytes, and fewer cases give the head of the same file. No place, code or statement is real.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from random import Random

from national.nodes import Block, case_nodes
from national.planting import Planted, plant
from national.register import common_nodes

BUFFER = 1 << 20


def write(path: Path | str, cases: int, *, seed: int = 1, errors: float = 0.02) -> list[Planted]:
    """Write ``cases`` invented cases to ``path`` and return the errors planted in them.

    ``errors`` is the share of the nodes of the cases that get one error each; with 0 the file is
    the same but for those lines. The errors come in the order of the file.
    """
    rng, planter = Random(seed), Random(f"errors {seed}")
    planted: list[Planted] = []
    with Path(path).open("w", encoding="utf-8", newline="\n", buffering=BUFFER) as out:
        text = "".join(common_nodes())
        line = 1
        for number in range(cases):
            out.write(text)
            line += text.count("\n")
            text = _case_text(case_nodes(rng, number), planter, errors, (line, planted))
        out.write(text)
    return planted


def _case_text(
    blocks: Iterable[Block], planter: Random, errors: float, so_far: tuple[int, list[Planted]]
) -> str:
    """The lines of one case; ``so_far`` is its first line, and the errors, which it adds to."""
    line, planted = so_far
    texts: list[str] = []
    for sort, block in blocks:
        if sort and planter.random() < errors:
            first = line + sum(text.count("\n") for text in texts)
            changed, error = plant(planter, sort, block, first)
            planted.append(error)
            texts.append(changed)
        else:
            texts.append(block)
    return "".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path, help="the N-Triples file to write")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=0.02, help="share of nodes with an error")
    parser.add_argument("--planted", type=Path, help="write the planted errors to this JSON file")
    options = parser.parse_args()
    planted = write(options.out, options.cases, seed=options.seed, errors=options.errors)
    if options.planted:
        rows = [asdict(error) for error in planted]
        text = json.dumps(rows, ensure_ascii=False, indent=0)
        options.planted.write_text(f"{text}\n", encoding="utf-8")
    print(f"{options.cases} cases, {len(planted)} planted errors: {options.out}")


if __name__ == "__main__":
    main()
