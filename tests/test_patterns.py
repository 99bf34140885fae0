"""Regular expressions of shapes mean what XML Schema says, on both engines."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kkgraph.shacl import forms as f
from kkgraph.shacl.patterns import matching
from kkgraph.shacl.reading import read_shapes
from shacl_random import ours_columnar, ours_direct
from shacl_random.terms import ex

TEXTS = (
    "a", "e", "z", "E", "-", "&", "~", "_", "]", "[", "^", "a b", " ", "\t", "\n", "\r",
    "\v", "\f", "\x85", "\xa0", "\u2003", "\u3000", "๑", "1", "น้ำ",
)  # fmt: skip
SHAPE = """PREFIX : <http://example.org/> PREFIX sh: <http://www.w3.org/ns/shacl#>
:s sh:targetNode :a ; sh:property :t . :t sh:path :p .
"""
SPACES = {" ", "\t", "\n", "\r"}
# what each expression matches as a whole, of the texts above
CASES = {
    r"^\s$": SPACES,
    r"^\S$": {t for t in TEXTS if len(t) == 1} - SPACES,
    r"^[\s]$": SPACES,
    r"^[\s_-]$": SPACES | {"_", "-"},
    r"^[\s-]$": SPACES | {"-"},
    r"^[_\S]$": {t for t in TEXTS if len(t) == 1} - SPACES,
    r"^[^\s]$": {t for t in TEXTS if len(t) == 1} - SPACES,
    r"^[^\S]$": SPACES,
    r"^a\sb$": {"a b"},
    r"^\\s$": set(),
    r"^[a-z-[aeiou]]$": {"z"},
    r"^[^a-z-[E&]]$": {t for t in TEXTS if len(t) == 1} - {"a", "e", "z", "E", "&"},
    r"^[a-z-[^aeiou]]$": {"a", "e"},
    r"^[a-z-[a-f-[e]]]$": {"e", "z"},
    r"^[a&&e]$": {"a", "e", "&"},
    r"^[a~~e]$": {"a", "e", "~"},
    r"^[-a]$": {"a", "-"},
    r"^[\]\[]$": {"]", "["},
    r"^\d$": {"๑", "1"},
    r"^\w+$": {"a", "e", "z", "E", "_", "๑", "1", "น้ำ"},
}


@pytest.mark.parametrize("regex", CASES)
def test_patterns_mean_what_xml_schema_says(regex):
    assert matching(f.Pattern(regex, ""), TEXTS) == CASES[regex]


def test_both_engines_say_so():
    data = [ox.Quad(ex("a"), ex("p"), ox.Literal(text)) for text in TEXTS]
    for regex, wanted in CASES.items():
        shape = SHAPE + f" :t sh:pattern {ox.Literal(regex)} ."
        shapes = ox.parse(shape.encode(), format=ox.RdfFormat.TURTLE)
        schema = read_shapes(shapes)
        for found in (ours_direct(data, schema), *ours_columnar(data, schema)):
            broken = {row[2] for row in found}
            assert broken == {str(ox.Literal(t)) for t in TEXTS if t not in wanted}, regex
