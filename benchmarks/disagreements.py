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
    """A pair of data and shapes, the number of results that the specification asks for, and why.

    ``also`` is a number that it allows as well.
    """

    title: str
    data: str
    shape: str
    wanted: int
    why: str
    also: int | None = None

    def marked(self, count: str) -> str:
        """A count as the table shows it: in bold where the specification asks for another."""
        return count if count in (str(self.wanted), str(self.also)) else f"**{count}**"


def of(constraint: str) -> str:
    """A shape for the values of ex:p of every node that has one."""
    head = "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:P ."
    return f"{head} ex:P sh:path ex:p ; {constraint} ."


def query(select: str) -> str:
    """A shape with a query for every node that has ex:p."""
    select = f"PREFIX ex: <http://example.org/> {select}"
    return f"ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:sparql [ sh:select '{select}' ] ."


OPEN = "SHACL 4.1.2 asks for it only of the datatypes that SPARQL 1.1 supports"
WELL_FORMED = "ill-formed literals break sh:datatype (SHACL 4.1.2)"
TERMS = "values are RDF terms, equal only if spelt alike (RDF 1.1 Concepts, 3.3)"
XSD_CLASSES = "classes are of Unicode (XSD 1.1, part 2, appendix G, by way of SPARQL's REGEX)"
ORDER = "a value that `<` can't compare breaks the limit (SHACL 4.3)"
CASES = (
    Case('`"not-a-year"^^xsd:gYear`, `sh:datatype xsd:gYear`',
         'ex:a ex:p "not-a-year"^^xsd:gYear .', of("sh:datatype xsd:gYear"), 1, OPEN, 0),
    Case('`"abc"^^xsd:integer`, `sh:datatype xsd:integer`',
         'ex:a ex:p "abc"^^xsd:integer .', of("sh:datatype xsd:integer"), 1, WELL_FORMED),
    Case('`"300"^^xsd:byte`, `sh:datatype xsd:byte`',
         'ex:a ex:p "300"^^xsd:byte .', of("sh:datatype xsd:byte"), 1, WELL_FORMED),
    Case('`"2019-02-29"^^xsd:date`, `sh:datatype xsd:date`',
         'ex:a ex:p "2019-02-29"^^xsd:date .', of("sh:datatype xsd:date"), 1, OPEN, 0),
    Case('`"1"` and `"01"` as `xsd:integer`, `sh:maxCount 1`',
         'ex:a ex:p "1"^^xsd:integer , "01"^^xsd:integer .', of("sh:maxCount 1"), 1, TERMS),
    Case('`"01"^^xsd:integer`, `sh:hasValue "1"^^xsd:integer`',
         'ex:a ex:p "01"^^xsd:integer .', of('sh:hasValue "1"^^xsd:integer'), 1, TERMS),
    Case('`"01"^^xsd:integer`, `sh:in ( "1"^^xsd:integer )`',
         'ex:a ex:p "01"^^xsd:integer .', of('sh:in ( "1"^^xsd:integer )'), 1, TERMS),
    Case('`"2020"^^xsd:gYear`, `sh:minInclusive "2010"^^xsd:gYear`',
         'ex:a ex:p "2020"^^xsd:gYear .', of('sh:minInclusive "2010"^^xsd:gYear'), 0,
         "XSD orders years; SPARQL leaves it to the engine", 1),
    Case('`"2002-10-10T12:00:00"^^xsd:dateTime`, limit with a time zone',
         'ex:a ex:p "2002-10-10T12:00:00"^^xsd:dateTime .',
         of('sh:minInclusive "2002-10-10T12:00:00-05:00"^^xsd:dateTime'), 1, ORDER),
    Case('the same, a year apart',
         'ex:a ex:p "2002-10-10T12:00:00"^^xsd:dateTime .',
         of('sh:minInclusive "2001-10-10T12:00:00-05:00"^^xsd:dateTime'), 0,
         "no time zone is more than 14 hours away (XSD 1.1, 3.3.7)"),
    Case('`"NaN"^^xsd:double`, `sh:minInclusive 0`',
         'ex:a ex:p "NaN"^^xsd:double .', of("sh:minInclusive 0"), 1, ORDER),
    Case('a Thai word of 6 code points, `sh:maxLength 6`',
         'ex:a ex:p "เทศบาล" .', of("sh:maxLength 6"), 0, "code points count (SPARQL STRLEN)"),
    Case("one emoji beyond the basic plane, `sh:maxLength 1`",
         'ex:a ex:p "🏙" .', of("sh:maxLength 1"), 0, "code points count (SPARQL STRLEN)"),
    Case("texts in `en` and `EN`, `sh:uniqueLang true`",
         'ex:a ex:p "x"@en , "y"@EN .', of("sh:uniqueLang true"), 1,
         "language tags have no case (RDF 1.1 Concepts, 3.3)"),
    Case('a text in `en-GB`, `sh:languageIn ( "EN" )`',
         'ex:a ex:p "x"@en-GB .', of('sh:languageIn ( "EN" )'), 0,
         "ranges have no case, and hold what is below them (RFC 4647, 3.3.1)"),
    Case(r'Thai digits, `sh:pattern "^\d+$"`',
         'ex:a ex:p "๑๒" .', of(r'sh:pattern "^\\d+$"'), 0, XSD_CLASSES),
    Case(r'a Thai word with a tone mark, `sh:pattern "^\w+$"`',
         'ex:a ex:p "น้ำ" .', of(r'sh:pattern "^\\w+$"'), 0, XSD_CLASSES),
    Case(r'`"a_b"`, `sh:pattern "^\w+$"`',
         'ex:a ex:p "a_b" .', of(r'sh:pattern "^\\w+$"'), 1,
         r"`\w` is all but punctuation, separators and others (the same appendix)"),
    Case(r'a no-break space, `sh:pattern "^\s$"`',
         'ex:a ex:p "\u00a0" .', of(r'sh:pattern "^\\s$"'), 1,
         r"`\s` is space, tab and the ends of lines (the same appendix)"),
    Case('`"e"`, `sh:pattern "^[a-z-[aeiou]]$"`',
         'ex:a ex:p "e" .', of('sh:pattern "^[a-z-[aeiou]]$"'), 1,
         "one set without another (the same appendix)"),
    Case('`"a&b"`, `sh:pattern "^[a&&b]+$"`',
         'ex:a ex:p "a&b" .', of('sh:pattern "^[a&&b]+$"'), 0,
         "`&` is a character like any other (the same appendix)"),
    Case('`"ab"`, `sh:pattern "a b"`, `sh:flags "x"`',
         'ex:a ex:p "ab" .', of('sh:pattern "a b" ; sh:flags "x"'), 0,
         "white space in the pattern counts for nothing (XPath functions, 7.6.1.1)"),
    Case("`1` and `\"a\"`, `sh:lessThan`",
         'ex:a ex:p 1 ; ex:q "a" .', of("sh:lessThan ex:q"), 1,
         "a pair that `<` can't compare is a result (SHACL 4.5.3)"),
    Case('`1` and `"1.5"^^xsd:double`, `sh:lessThan`',
         'ex:a ex:p 1 ; ex:q "1.5"^^xsd:double .', of("sh:lessThan ex:q"), 0,
         "numbers are promoted (SPARQL 1.1, 17.3)"),
    Case("a date and a dateTime, `sh:lessThan`",
         'ex:a ex:p "2020-01-01"^^xsd:date ; ex:q "2021-01-01T00:00:00Z"^^xsd:dateTime .',
         of("sh:lessThan ex:q"), 1, "`<` compares dateTimes with each other only (SPARQL 17.3)"),
    Case("two IRIs, `sh:lessThan`",
         "ex:a ex:p ex:x ; ex:q ex:y .", of("sh:lessThan ex:q"), 1,
         "a pair that `<` can't compare is a result (SHACL 4.5.3)"),
    Case("two blank nodes, `sh:lessThan`",
         "ex:a ex:p [] ; ex:q [] .", of("sh:lessThan ex:q"), 1,
         "a pair that `<` can't compare is a result (SHACL 4.5.3)"),
    Case("a blank node, `sh:minLength 0`",
         "ex:a ex:p [] .", of("sh:minLength 0"), 1, "a blank node has no length (SHACL 4.4.1)"),
    Case("a literal as focus node, `sh:equals`",
         'ex:a ex:p "x" .', "ex:S sh:targetObjectsOf ex:p ; sh:equals ex:q .", 1,
         "the literal is a value node, and no value of the property (SHACL 4.5.1)"),
    Case("a path back over two steps, `sh:minCount 1`",
         "ex:a ex:p ex:b . ex:b ex:q ex:c .",
         "ex:S sh:targetNode ex:c ; sh:property ex:P . "
         "ex:P sh:path [ sh:inversePath ( ex:p ex:q ) ] ; sh:minCount 1 .", 0,
         "from `ex:c` the way leads back to `ex:a` (SHACL 2.3.1.4)"),
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
    Case("a query with two solutions that are alike",
         "ex:a ex:p 1 , 2 .", query("SELECT $this WHERE { $this ex:p ?x }"), 2,
         "one result for each solution (SHACL 5.3)"),
    Case("a query that gives back `1` and `01` as `xsd:integer`",
         'ex:a ex:p "1"^^xsd:integer , "01"^^xsd:integer .',
         query("SELECT $this ?value WHERE { $this ex:p ?value }"), 2, TERMS),
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
            wanted = " or ".join(str(n) for n in (case.wanted, case.also) if n is not None)
            marked = " | ".join(map(case.marked, counts))
            print(f"| {case.title} | {wanted}: {case.why} | {marked} |")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
