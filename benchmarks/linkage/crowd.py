"""Two large invented tables of bodies in territories, and which rows are the same."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from names import NOISE

from linkage import material

HEADS = ("code", "type", "name", "province", "district")


def write(folder: Path, count: int, seed: int = 7) -> tuple[Path, Path, Path]:
    """(one table, the other, the true links): so many rows each.

    Half of the names are real ones, half are put together from halves of them; each body lies in
    one of 77 provinces and 12 districts. The second table has 95 % of the first one's bodies, its
    rows in another order, three in ten of its names with a mark or letter lost or doubled, one in
    ten without a district, and bodies of its own in place of those that it lacks.
    """
    rand = random.Random(seed)
    parts = [r["name_th"] for r in material.table(material.REGISTER) if len(r["name_th"]) > 5]
    places = sorted({r["province_code"] for r in material.table(material.REGISTER)})
    seen: set[tuple[str, ...]] = set()

    def body() -> tuple[str, ...]:
        while True:
            one, two = rand.choice(parts), rand.choice(parts)
            province = rand.choice(places)
            district = f"{province}{rand.randint(1, 12):02d}"
            type_ = rand.choices(("SAO", "SUBDISTRICT", "TOWN"), (68, 28, 4))[0]
            mixed = one[: len(one) // 2 + 1] + two[len(two) // 2 :]
            name = rand.choice((one, mixed))
            key = (type_, name, province)
            if key not in seen:
                seen.add(key)
                return (type_, name, province, district)

    first = [(f"a{n}", *body()) for n in range(count)]
    kept = rand.sample(first, int(count * 0.95))
    second, gold = [], []
    rows = [*kept, *(("", *body()) for _ in range(count - len(kept)))]
    rand.shuffle(rows)
    for number, (code, type_, name, province, district) in enumerate(rows):
        noise = rand.choices(tuple(NOISE), (7, 0, 1, 1, 1))[0]
        written = NOISE[noise](rand, name)
        second.append(
            (f"b{number}", type_, written, province, rand.choices((district, ""), (9, 1))[0])
        )
        if code:
            gold.append((code, f"b{number}"))
    paths = tuple(folder / f"{name}-{count}.csv" for name in ("one", "two", "gold"))
    for path, heads, lines in zip(
        paths, (HEADS, HEADS, ("code", "other")), (first, second, gold), strict=True
    ):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heads, *lines])
    return paths  # type: ignore[return-value]
