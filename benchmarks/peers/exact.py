"""Link by equality: ``exact.py SOURCE.csv TARGET.csv OUT.csv``.

Both tables have the columns unique_id, name, type, province, district; a missing value is empty,
and agrees with all. A row is linked where one entry agrees, and to none where several do.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence

Row = Sequence[str]


def joined(source: Sequence[Row], target: Sequence[Row]) -> list[tuple[str, str]]:
    """(id, id) of the rows with one entry of the same name that nothing speaks against."""
    by_name: dict[str, list[Row]] = {}
    for row in target:
        by_name.setdefault(row[1], []).append(row)
    out = []
    for row in source:
        found = {
            other[0].partition("#")[0]
            for other in by_name.get(row[1], ())
            if all(a == b or not a or not b for a, b in zip(row[2:5], other[2:5], strict=True))
        }
        if len(found) == 1:
            out.append((row[0], found.pop()))
    return out


def rows(path: str) -> list[Row]:
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123
        return list(csv.reader(file))[1:]


def main() -> None:
    source, target, out = sys.argv[1:4]
    links = joined(rows(source), rows(target))
    with open(out, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123
        csv.writer(file).writerows([("source", "target"), *links])


if __name__ == "__main__":
    main()
