"""Every triple of an RDF text has the line of its object, in whatever style it is written."""

from __future__ import annotations

import json
import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from kkgraph import turtle
from kkgraph.cases.rdf import read_rdf
from kkgraph.cases.records import Place
from kkgraph.cases.tokens import Unsure, unescape
from kkgraph.cases.walking import walk

E = "http://example.org/"
FIRST = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"
FILES = sorted([*ROOT.glob("data/**/*.trig"), *ROOT.glob("*/*.ttl"), *ROOT.glob("tests/**/*.ttl")])


def read(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rdf(path)


def lines_of(case, predicate):
    """Lines of the values of a property, by the value's text; 0 where only the file is known."""
    iri = predicate if "://" in predicate else E + predicate
    return {
        str(t.object.value): [p.line for p in places]
        for t, places in case.origins.items()
        if t.predicate.value == iri
    }


TEXT = (
    '@prefix : <http://example.org/> .  # :s :p "no\n'
    "PREFIX ex: <http://example.org/>\r\n"
    "@base <http://example.org/> .\r"
    ":s :p 1 , # ; , .\n"
    "  2.5 ;\n"
    '  ex:q """line 6\n'
    '  \\""" . still\n'
    "line 8\"\"\"@th , '''9''' ;;\n"
    "  <r> [ :t [] ; :t true ] ,\n"
    "  ( 10\n"
    "    ( ) 1e5 ) .\n"
    "[ :u -12 ] a :C .\n"
    "[] :v .5, _:b.\n"
    "_:b :w <http://example.org/%41>, :w\\,x.\n"
)


def test_a_text_in_many_styles(tmp_path):
    case = read(tmp_path, "a.ttl", TEXT)
    assert lines_of(case, "p") == {"1": [4], "2.5": [5]}
    assert sorted(lines_of(case, "q").values()) == [[6], [8]]
    assert lines_of(case, "t")["true"] == [9]
    assert sorted(lines_of(case, "r").values()) == [[9], [10]]
    assert lines_of(case, FIRST)["10"] == [10]
    assert lines_of(case, FIRST)["1e5"] == [11]
    assert lines_of(case, "u") == {"-12": [12]}
    assert lines_of(case, "v")[".5"] == [13]
    assert lines_of(case, "w") == {E + "%41": [14], E + "w,x": [14]}
    assert case.nodes[E + "s"] == Place(str(tmp_path / "a.ttl"), line=4, column=1)
    triple = next(t for t in case.origins if t.object == ox.Literal(1))
    assert case.origins[triple] == (Place(str(tmp_path / "a.ttl"), line=4, column=7),)


def test_a_triple_that_is_stated_twice_has_both_places(tmp_path):
    case = read(tmp_path, "a.ttl", f"<{E}s> <{E}p> 1 .\n\n<{E}s> <{E}p> 1 , 2 .\n")
    assert lines_of(case, "p") == {"1": [1, 3], "2": [3]}
    assert [p.line for p in case.fields[E + "s", E + "p"]] == [1, 3, 3]
    lazy = read_rdf(tmp_path / "a.ttl", lazily=True)
    assert (lazy.origins, lazy.nodes, lazy.fields) == ({}, {}, {})
    assert lazy.located().origins == case.origins
    assert lazy.located().fields == case.fields


def test_equal_blank_nodes_are_paired_in_the_order_of_the_text(tmp_path):
    text = f"<{E}s> <{E}p> [ <{E}q> 1 ] ,\n[ <{E}q> 1 ] ,\n[ <{E}q> 2 ] .\n[] <{E}q> 1 .\n"
    case = read(tmp_path, "a.ttl", text)
    ends = {t.object: ps[0].line for t, ps in case.origins.items() if t.predicate.value == E + "p"}
    inner = {
        t.subject: ps[0].line for t, ps in case.origins.items() if t.predicate.value == E + "q"
    }
    assert sorted(ends.values()) == [1, 2, 3]
    assert all(inner[node] == line for node, line in ends.items())
    assert sorted(inner.values()) == [1, 2, 3, 4]


def test_graphs_of_trig_and_quads(tmp_path):
    trig = (
        f"@prefix : <{E}> .\n"
        ":g { :s :p 1 .\n"
        "     [] :p ( 2\n"
        "       3 ) }\n"
        "GRAPH _:g { :s :p\n"
        "  4 } { :s :p 5 }\n"
        "[] { :s :p 6 . }\n"
    )
    case = read(tmp_path, "a.trig", trig)
    found = {**lines_of(case, "p"), **lines_of(case, FIRST)}
    assert {k: v for k, v in found.items() if k.isdigit() and len(k) == 1} == {
        "1": [2], "2": [3], "3": [4], "4": [6], "5": [6], "6": [7],
    }  # fmt: skip
    quads = f'# a comment\n<{E}s> <{E}p> "1"@en-GB <{E}g> .\n\n_:a <{E}p> _:b . # end\n'
    case = read(tmp_path, "a.nq", quads)
    assert sorted(lines_of(case, "p").values()) == [[2], [4]]
    case = read(tmp_path, "a.nt", f'<{E}s> <{E}p> "\\u0e01\\n"^^<{E}t> .\r\n<{E}s> <{E}p> "" .')
    assert lines_of(case, "p") == {"ก\n": [1], "": [2]}


def test_where_it_is_not_certain_the_file_is_named(tmp_path, monkeypatch):
    def unsure(*args, **options):
        raise Unsure("asked to be")

    monkeypatch.setattr("kkgraph.cases.rdf.walk", unsure)
    case = read(tmp_path, "a.ttl", f"<{E}s> <{E}p> 1 .")
    assert set(case.origins.values()) == {(Place(str(tmp_path / "a.ttl")),)}


def test_a_walk_that_differs_from_the_parser_gives_no_place(tmp_path, monkeypatch):
    monkeypatch.setattr("kkgraph.cases.rdf.walk", lambda text, **o: walk(text, **o)[:-1])
    case = read(tmp_path, "a.ttl", f"<{E}s> <{E}p> 1 , 2 .")
    assert set(case.origins.values()) == {(Place(str(tmp_path / "a.ttl")),)}


def test_all_our_files_have_exact_places():
    assert len(FILES) > 150
    for path in FILES:
        case = read_rdf(path)
        assert len(case.triples) == len(case.origins)
        assert all(p.line and p.column for ps in case.origins.values() for p in ps), path


def test_escapes():
    assert unescape(r"\t\u0e01\U0001F600\"\\") == '\tก😀"\\'
    with pytest.raises(Unsure):
        unescape(r"\UFFFFFFFF")


# Random texts


class Writer:
    """Writes random Turtle, and remembers the line of each object by its own property or text."""

    def __init__(self, random):
        self.random = random
        self.text = ""
        self.number = 0
        self.expected = {}
        self.firsts = {}

    @property
    def line(self):
        return len(re.findall(r"\r\n|\n|\r", self.text)) + 1

    def gap(self, least=" "):
        gaps = [" ", "\n", "\r\n", "\t", ' # . ; """ <x [\n', "\n\n# '''\n", "   "]
        self.text += "".join(self.random.choices(gaps, k=self.random.randrange(3))) or least

    def next(self):
        self.number += 1
        return self.number

    def iri(self, name):
        escaped = f"<\\u0068ttp://example.org/{name}>"
        forms = [f"<{E}{name}>", f":{name}", f"ex:{name}", f"<{name}>", escaped]
        return self.random.choice(forms)

    def literal(self):
        n = self.next()
        quotes = self.random.choice(['"', "'", '"""', "'''"])
        inside = self.random.choice(
            ["", "ก", " # ", " . ; [ ", "\\n", '\\"', "\\'", "\\u0e01", "<"]
        )
        if len(quotes) == 3:
            inside += self.random.choice(["", "\n", "\r\nx\n", '"', "'", '""x'])
            inside += "x"
        tail = self.random.choice(["", "@th", "@en-GB", "^^:t", f"^^<{E}t>", "^^<t>"])
        return f"{quotes}{inside}{n}{quotes}{tail}"

    def value(self, depth):
        kinds = ["iri", "literal", "number", "blank"] + (["bracket", "list"] if depth < 3 else [])
        match self.random.choice(kinds):
            case "iri":
                self.text += self.iri(f"o{self.next()}")
            case "literal":
                self.text += self.literal()
            case "number":
                n = self.next()
                self.text += self.random.choice([f"{n}", f"-{n}.5", f"{n}.e1", f".{n}E-1", "true"])
            case "blank":
                self.text += f"_:b{self.random.randrange(4)}"
            case "bracket":
                self.text += "["
                self.gap("")
                if self.random.random() < 0.8:
                    self.pairs(depth + 1)
                self.gap("")
                self.text += "]"
            case "list":
                self.text += "("
                for _ in range(self.random.randrange(3)):
                    self.gap()
                    if self.random.random() < 0.3:
                        self.value(depth + 1)
                    else:
                        name = f"e{self.next()}"
                        self.firsts[E + name] = self.line
                        self.text += self.iri(name)
                self.gap("")
                self.text += ")"

    def pairs(self, depth):
        for number in range(self.random.randrange(1, 4)):
            if number:
                self.gap("")
                self.text += self.random.choice([";", ";;", "; ;"])
                self.gap()
            name = f"p{self.next()}"
            self.text += self.iri(name)
            self.expected[E + name] = []
            for count in range(self.random.randrange(1, 4)):
                if count:
                    self.gap("")
                    self.text += ","
                self.gap()
                self.expected[E + name].append(self.line)
                self.value(depth)
        if self.random.random() < 0.2:
            self.text += " ;"

    def document(self):
        self.text = f"@prefix : <{E}> .\nPREFIX ex:<{E}>@base<{E}>."
        for _ in range(self.random.randrange(1, 5)):
            self.gap()
            match self.random.randrange(4):
                case 0:
                    self.text += "["
                    self.gap("")
                    self.pairs(1)
                    self.text += "]"
                    if self.random.random() < 0.5:
                        self.gap()
                        self.pairs(0)
                case 1:
                    self.text += f"_:b{self.random.randrange(4)}"
                    self.gap()
                    self.pairs(0)
                case _:
                    self.text += self.iri(f"s{self.random.randrange(4)}")
                    self.gap()
                    self.pairs(0)
            self.gap(" ")
            self.text += "."
        self.gap("")
        return self.text


@settings(max_examples=300, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_random_turtle(tmp_path_factory, random):
    writer = Writer(random)
    text = writer.document()
    case = read(tmp_path_factory.mktemp("ttl"), "a.ttl", text)
    found = {}
    firsts = {}
    for triple, places in case.origins.items():
        assert all(p.column for p in places), text
        name = triple.predicate.value
        found.setdefault(name, []).extend(p.line for p in places)
        if name == FIRST and isinstance(triple.object, ox.NamedNode):
            firsts[triple.object.value] = [p.line for p in places]
    for name, lines in writer.expected.items():
        assert sorted(found[name]) == sorted(lines), text
    for iri, line in writer.firsts.items():
        assert firsts[iri] == [line], text
    source = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for triple, places in case.origins.items():
        for place in places:
            rest = source[place.line - 1][place.column - 1 :]
            assert re.match(r"[<:\w\"'.\[(-]", rest) or "nil" in str(triple.object), text


# JSON-LD and RDF/XML


def test_json_ld(tmp_path):
    document = {
        "@context": {"ex": E, "name": {"@id": "ex:name", "@language": "th"}, "@vocab": E},
        "@graph": [
            {
                "@id": "ex:s",
                "@type": "ex:C",
                "name": ["ก", "ข"],
                "ex:p": {"@id": "ex:o", "q": "x"},
                "n": 5,
            },
            {"@id": f"{E}t", "ex:p": {"@value": "5", "@type": "ex:d"}},
        ],
    }
    case = read(tmp_path, "a.jsonld", json.dumps(document, indent=1, ensure_ascii=False))
    text = (tmp_path / "a.jsonld").read_text().split("\n")
    line = {key: n for n, found in enumerate(text, 1) for key in ("ก", "ข", '"x"') if key in found}
    assert lines_of(case, "name") == {"ก": [line["ก"]], "ข": [line["ข"]]}
    assert lines_of(case, "q") == {"x": [line['"x"']]}
    p = lines_of(case, "p")
    assert text[p[E + "o"][0] - 1].strip().startswith('"ex:p"')
    assert text[p["5"][0] - 1].strip().startswith('"ex:p"')
    assert text[lines_of(case, "n")["5"][0] - 1].strip() == '"n": 5'
    assert case.nodes[E + "s"].line < line["ก"]


def test_json_ld_terms_with_two_meanings_are_left_alone(tmp_path):
    document = [
        {"@context": {"p": E + "p"}, "@id": E + "s", "p": "1"},
        {"@context": {"p": E + "q"}, "@id": E + "t", "p": "1"},
    ]
    case = read(tmp_path, "a.jsonld", json.dumps(document, indent=1))
    assert [p.column for ps in case.origins.values() for p in ps] == [
        case.nodes[t.subject.value].column for t in case.origins
    ]


def test_rdf_xml(tmp_path):
    text = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="{E}" xml:base="{E}">
  <e:C rdf:about="s"
       e:p="1">
    <e:q>2</e:q>
    <e:q rdf:resource="{E}o"/>
    <e:r>
      <rdf:Description rdf:about="{E}t">
        <e:q rdf:datatype="{E}d">3</e:q>
      </rdf:Description>
    </e:r>
    <e:z rdf:parseType="Literal"><e:q>2</e:q></e:z>
  </e:C>
</rdf:RDF>
"""
    case = read(tmp_path, "a.rdf", text)
    assert lines_of(case, "p") == {"1": [3]}
    assert lines_of(case, "q") == {"2": [5], E + "o": [6], "3": [9]}
    assert lines_of(case, "r") == {E + "t": [8]}
    assert list(lines_of(case, "z").values()) == [[3]]
    assert case.nodes[E + "t"].line == 8


@pytest.mark.parametrize("form", ["jsonld", "rdf"])
def test_our_own_data_in_other_forms(tmp_path, form):
    """Whatever place is given, the text of the value or of its subject stands there."""
    quads = turtle.parse_file(ROOT / "data" / "gaps.trig")
    data = turtle.serialise(quads, form)
    case = read(tmp_path, f"a.{form}", data)
    assert len(case.triples) == 274
    known = [p for ps in case.origins.values() for p in ps if p.line]
    assert len(known) == len(case.origins)
