"""Load DATA.nt and SHAPES.ttl, validate with pySHACL, print one JSON line."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

import pyshacl
from rdflib import RDF, SH, Graph


def main(data_file: str, shapes_file: str) -> None:
    start = time.perf_counter()
    data, shapes = Graph(), Graph()
    data.parse(data_file, format="nt")
    shapes.parse(shapes_file, format="turtle")
    loaded = time.perf_counter()
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    done = time.perf_counter()
    results = report.subjects(RDF.type, SH.ValidationResult)
    components = (report.value(result, SH.sourceConstraintComponent) for result in results)
    counts = Counter(str(component).rpartition("#")[2] for component in components)
    row = {
        "engine": "pyshacl",
        "version": pyshacl.__version__,
        "load_s": loaded - start,
        "validate_s": done - loaded,
        "violations": counts.total(),
        "by_component": dict(sorted(counts.items())),
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main(*sys.argv[1:3])
