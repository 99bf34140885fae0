"""Where SHACL validators disagree: small pairs of data and shapes, given to each of them.

Run ``python benchmarks/disagreements.py --peers DIR`` after ``sh benchmarks/peers/install.sh DIR``.
Prints a Markdown table: what the specification says, and how many results each validator reports.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kkgraph import shapes, turtle

TURTLE = turtle.FORMATS["ttl"]
HERE = Path(__file__).resolve().parent
PREFIXES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NAMES = ("pySHACL", "rudof", "Jena", "TopBraid")


@dataclass(frozen=True)
class Case:
    """A pair of data and shapes, the number of results that the specification asks for, and why."""

    title: str
    data: str
    shape: str
    wanted: int
    why: str


def of(constraint: str) -> str:
    """A shape for the values of ex:p of every node that has one."""
    head = "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:P ."
    return f"{head} ex:P sh:path ex:p ; {constraint} ."


WELL_FORMED = "ill-formed literals break sh:datatype (SHACL 4.1.2)"
TERMS = "values are RDF terms, equal only if spelt alike (RDF 1.1 Concepts, 3.3)"
ORDER = "a value that `<` can't compare breaks the limit (SHACL 4.3)"
CASES = (
    Case('`"not-a-year"^^xsd:gYear`, `sh:datatype xsd:gYear`',
         'ex:a ex:p "not-a-year"^^xsd:gYear .', of("sh:datatype xsd:gYear"), 1, WELL_FORMED),
    Case('`"abc"^^xsd:integer`, `sh:datatype xsd:integer`',
         'ex:a ex:p "abc"^^xsd:integer .', of("sh:datatype xsd:integer"), 1, WELL_FORMED),
    Case('`"300"^^xsd:byte`, `sh:datatype xsd:byte`',
         'ex:a ex:p "300"^^xsd:byte .', of("sh:datatype xsd:byte"), 1, WELL_FORMED),
    Case('`"2019-02-29"^^xsd:date`, `sh:datatype xsd:date`',
         'ex:a ex:p "2019-02-29"^^xsd:date .', of("sh:datatype xsd:date"), 1, WELL_FORMED),
    Case('`"1"` and `"01"` as `xsd:integer`, `sh:maxCount 1`',
         'ex:a ex:p "1"^^xsd:integer , "01"^^xsd:integer .', of("sh:maxCount 1"), 1, TERMS),
    Case('`"01"^^xsd:integer`, `sh:hasValue "1"^^xsd:integer`',
         'ex:a ex:p "01"^^xsd:integer .', of('sh:hasValue "1"^^xsd:integer'), 1, TERMS),
    Case('`"01"^^xsd:integer`, `sh:in ( "1"^^xsd:integer )`',
         'ex:a ex:p "01"^^xsd:integer .', of('sh:in ( "1"^^xsd:integer )'), 1, TERMS),
    Case('`"2020"^^xsd:gYear`, `sh:minInclusive "2010"^^xsd:gYear`',
         'ex:a ex:p "2020"^^xsd:gYear .', of('sh:minInclusive "2010"^^xsd:gYear'), 0,
         "XSD orders years; SPARQL leaves it to the engine"),
    Case('`"2002-10-10T12:00:00"^^xsd:dateTime`, limit with a time zone',
         'ex:a ex:p "2002-10-10T12:00:00"^^xsd:dateTime .',
         of('sh:minInclusive "2002-10-10T12:00:00-05:00"^^xsd:dateTime'), 1, ORDER),
    Case('`"NaN"^^xsd:double`, `sh:minInclusive 0`',
         'ex:a ex:p "NaN"^^xsd:double .', of("sh:minInclusive 0"), 1, ORDER),
    Case('a Thai word of 6 code points, `sh:maxLength 6`',
         'ex:a ex:p "เทศบาล" .', of("sh:maxLength 6"), 0, "code points count (SPARQL STRLEN)"),
    Case("one emoji beyond the basic plane, `sh:maxLength 1`",
         'ex:a ex:p "🏙" .', of("sh:maxLength 1"), 0, "code points count (SPARQL STRLEN)"),
    Case("texts in `en` and `EN`, `sh:uniqueLang true`",
         'ex:a ex:p "x"@en , "y"@EN .', of("sh:uniqueLang true"), 1,
         "language tags have no case (RDF 1.1 Concepts, 3.3)"),
    Case("`1` and `\"a\"`, `sh:lessThan`",
         'ex:a ex:p 1 ; ex:q "a" .', of("sh:lessThan ex:q"), 1,
         "a pair that `<` can't compare is a result (SHACL 4.5.3)"),
    Case("a shape reached twice by `sh:property`",
         "ex:i ex:x ex:j ; ex:y ex:j . ex:j ex:r ex:k .",
         "ex:S sh:targetNode ex:i ; sh:property ex:X , ex:Y . "
         "ex:X sh:path ex:x ; sh:property ex:R . ex:Y sh:path ex:y ; sh:property ex:R . "
        "ex:R sh:path ex:r ; sh:class ex:C .", 2,
         "reported each time (W3C test `validation-reports/shared`)"),
    Case("`sh:closed`, `rdf:type` not listed",
         "ex:a a ex:C ; ex:p 1 .",
         "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:closed true ; "
         "sh:property [ sh:path ex:p ] .",
         1, "`rdf:type` needs sh:ignoredProperties like any other (SHACL 4.8.1)"),
)  # fmt: skip


def ours(data: Path, shape: Path) -> str:
    """How many results our two engines find; they must agree."""
    found = {
        shapes.validate_files([data], shapes=[shape], engine=engine).total
        for engine in ("auto", "columnar")
    }
    assert len(found) == 1, f"our engines disagree: {found}"
    return str(found.pop())


def theirs(command: list[str | Path]) -> str:
    """How many results a peer finds, or what it says instead."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    try:
        return str(json.loads(done.stdout.splitlines()[-1])["violations"])
    except (ValueError, KeyError, IndexError):
        return "an error"


def commands(peers: Path, data: Path, shape: Path) -> list[list[str | Path]]:
    python = peers / "python" / "bin" / "python"
    scripts = [[python, HERE / "peers" / f"{n}_run.py", data, shape] for n in ("pyshacl", "rudof")]
    java: list[list[str | Path]] = []
    for name in ("jena", "topbraid"):
        path = f"{peers / name / 'classes'}:{peers / name}/*"
        java.append([peers / "java", "-cp", path, "ShaclPeers", name, data, shape])
    return [*scripts, *java]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, required=True)
    peers = parser.parse_args().peers
    print(f"| case | results, by the specification | kkgraph | {' | '.join(NAMES)} |")
    print("| --- | --- | --- |" + " --- |" * len(NAMES))
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            data, shape = Path(folder, "data.nt"), Path(folder, "shapes.ttl")
            text = (PREFIXES + case.data).encode()
            data.write_bytes(turtle.serialise(turtle.parse(text, TURTLE, where=case.title), "nt"))
            shape.write_text(PREFIXES + case.shape, encoding="utf-8")
            counts = [ours(data, shape), *map(theirs, commands(peers, data, shape))]
            marked = [n if n == str(case.wanted) else f"**{n}**" for n in counts]
            print(f"| {case.title} | {case.wanted}: {case.why} | {' | '.join(marked)} |")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
