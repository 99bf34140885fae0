"""Load DATA.nt and SHAPES.ttl, validate with rudof, print one JSON line."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from importlib.metadata import version

from pyrudof import RDFFormat, Rudof, RudofConfig


def main(data_file: str, shapes_file: str) -> None:
    start = time.perf_counter()
    rudof = Rudof(RudofConfig())
    rudof.read_data(data_file, format=RDFFormat.NTriples)
    rudof.read_shacl(shapes_file)
    loaded = time.perf_counter()
    report = rudof.validate_shacl()
    done = time.perf_counter()
    counts = Counter(entry.constraint_component.rpartition("#")[2] for entry in report)
    row = {
        "engine": "rudof",
        "version": version("pyrudof"),
        "load_s": loaded - start,
        "validate_s": done - loaded,
        "violations": counts.total(),
        "by_component": dict(sorted(counts.items())),
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main(*sys.argv[1:3])
