from __future__ import annotations

import errno
import gzip
import random
import shutil
import subprocess
import sys
import textwrap
from itertools import pairwise

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from kkgraph import xsd
from kkgraph.columnar import (
    dictionary,
    loading,
    native,
    reading,
    saved,
    shelf,
    statements,
    typed,
)
from kkgraph.columnar.loading import load
from kkgraph.columnar.parquet import to_parquet
from kkgraph.columnar.saved import open_saved, save
from kkgraph.columnar.session import memory_bytes, translated
from kkgraph.columnar.tables import Columnar
from kkgraph.errors import SourceError, StoreError

XSD = xsd.XSD
A, B, P, Q = (ox.NamedNode(f"http://example.org/{name}") for name in "abpq")
LINE = "<http://example.org/a> <http://example.org/p> {} .\n"
FIND_LIBRARY = native.library.__wrapped__
FORMATS = ("ttl", "trig", "nt", "nq", "jsonld", "rdf")


@pytest.fixture(scope="module", params=["compiled", "numpy"], autouse=True)
def reader(request):
    """Every test here holds for both readers."""
    if request.param == "compiled":
        if native.library() is None:
            pytest.skip("the compiled reader isn't part of this installation")
        yield request.param
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "library", lambda: None)
        yield request.param


def test_the_compiled_reader_is_there_where_it_can_be_made(reader):
    if shutil.which("cargo") is None:
        pytest.skip("no Rust here: installed without the compiled reader")
    assert (native.library() is not None) == (reader == "compiled")


def test_a_library_of_another_version_is_left_alone(tmp_path, monkeypatch):
    if shutil.which("cargo") is not None:
        monkeypatch.setattr(native, "INTERFACE", 0)
        assert FIND_LIBRARY() is None
    monkeypatch.setattr(native, "__file__", str(tmp_path / "native.py"))
    assert FIND_LIBRARY() is None
    (tmp_path / native.NAMES[0]).write_bytes(b"no library")
    assert FIND_LIBRARY() is None


def quads_of(columnar, *, own_labels=True):
    rows = columnar.run("SELECT g, p, s, o FROM quads")
    if not columnar.has_graphs:
        rows = columnar.run("SELECT -1, p, s, o FROM triples")
    numbers = sorted({n for row in rows for n in row if n >= 0})
    terms = dict(zip(numbers, columnar.terms_of(numbers), strict=True))
    if own_labels:
        for number, term in terms.items():
            if isinstance(term, ox.BlankNode):
                terms[number] = ox.BlankNode(columnar.blank_label(term.value))
    terms[-1] = ox.DefaultGraph()
    found = {ox.Quad(terms[s], terms[p], terms[o], terms[g]) for g, p, s, o in rows}
    assert len(found) == len(rows)
    return found


def loaded(path, **options):
    with load(path, **options) as columnar:
        return quads_of(columnar)


def written(tmp_path, text, name="data.nt"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(call, *args, **options):
    with pytest.raises((SourceError, StoreError)) as caught:
        call(*args, **options).close()
    return caught.value


def parsed(text, kind=ox.RdfFormat.N_TRIPLES):
    return set(ox.parse(text, format=kind))


# --- what is kept


def test_every_format_gives_the_same_content(tmp_path):
    text = (
        LINE.format('"007"^^<http://www.w3.org/2001/XMLSchema#integer>')
        + LINE.format('"ก\\n\\"x\\" \\\\"@th-TH')
        + LINE.format("<http://example.org/ก>")
        + LINE.format('"a<b>&c"')
    )
    quads = parsed(text)
    for ending in FORMATS:
        data = ox.serialize(quads, format=reading.turtle.FORMATS[ending])
        if ending in ("ttl", "trig"):
            data = b"@prefix x: <http://example.org/> .\n" + data
        assert loaded(written(tmp_path, data, f"data.{ending}")) == quads, ending


@pytest.mark.parametrize(
    "form",
    [
        '"007"^^<{0}integer>',
        '"0.50"^^<{0}decimal>',
        '"P12M"^^<{0}duration>',
        '"+1"^^<{0}nonNegativeInteger>',
        '"1e0"^^<{0}double>',
        '" 1 "^^<{0}integer>',
        '"not-a-year"^^<{0}gYear>',
        '""',
        '"a"@en-gb',
        '"x"^^<http://example.org/own>',
        '"a\tb"',
        '"\x01\x02\x0b"',
        '"ก็"@th',
        '"\U0001f600"',
    ],
)
def test_lexical_forms_are_kept(tmp_path, form):
    line = LINE.format(form.format(XSD))
    (quad,) = loaded(written(tmp_path, line))
    (expected,) = parsed(line)
    assert quad == expected
    assert quad.object.value == expected.object.value


def test_a_term_is_its_kind_form_datatype_and_language(tmp_path):
    same = [
        ['"x"', f'"x"^^<{XSD}string>', '"\\u0078"', '"\\U00000078"'],
        ['"a"@EN-us', '"a"@en-US', '"\\u0061"@en-us'],
        ["<http://example.org/A>", "<http://example.org/\\u0041>"],
        ['"\\n\\t\\\\n\\""', '"\\u000A\\u0009\\u005Cn\\u0022"'],
        ["_:x", "_:x "],
        [f'"01"^^<{XSD}integer>'],
        [f'"1"^^<{XSD}integer>'],
        [f'"1"^^<{XSD}int>'],
        ['"http://example.org/A"'],
    ]
    text = "".join(LINE.format(form) for forms in same for form in forms)
    with load(written(tmp_path, text)) as columnar:
        assert columnar.n_triples == len(same)
        assert columnar.n_terms == len(same) + 2


def test_terms_and_numbers(tmp_path):
    text = LINE.format('"1"@en') + LINE.format("_:b") + LINE.format(f'"1"^^<{XSD}int>')
    with load(written(tmp_path, text + LINE.format('"1"@th') + LINE.format('"2"@en'))) as columnar:
        assert [(g.kind, g.datatype.rpartition("#")[2], g.lang, g.n) for g in columnar.groups] == [
            ("iri", "", "", 2),
            ("bnode", "", "", 1),
            ("literal", "langString", "en", 2),
            ("literal", "langString", "th", 1),
            ("literal", "int", "", 1),
        ]
        assert [g.lo for g in columnar.groups] == [0, 2, 3, 5, 6]
        terms = columnar.terms_of(range(columnar.n_terms))
        assert columnar.ids_of(terms) == list(range(7))
        assert columnar.terms_of([6, 0, 6]) == [terms[6], terms[0], terms[6]]
        assert columnar.id_of(A) == 0
        assert columnar.id_of(B) is None
        assert columnar.id_of(ox.Literal("1")) is None
        assert columnar.ids_of([]) == []
        assert columnar.group_of(6).datatype == XSD + "int"
        assert columnar.range_of("literal", XSD + "int") == (6, 7)
        assert columnar.range_of("literal", XSD + "date") == (0, 0)
        for wrong in (-1, 7):
            with pytest.raises(IndexError):
                columnar.group_of(wrong)
            with pytest.raises(IndexError):
                columnar.terms_of([wrong])
        rows = columnar.run("SELECT lo, hi, n FROM groups ORDER BY lo")
        assert rows == [(g.lo, g.hi, g.n) for g in columnar.groups]


def test_triples_are_distinct_and_sorted(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 500)
    choose = random.Random(5)
    rows = [(choose.randrange(9), choose.randrange(3), choose.randrange(9)) for _ in range(400)]
    lines = [f"<urn:x:{s}> <urn:p:{p}> <urn:x:{o}> .\n" for s, p, o in rows]
    expected = parsed("".join(lines))
    for bits in (64, 9):
        monkeypatch.setattr(statements, "_BITS", bits)
        with load(written(tmp_path, "".join(lines))) as columnar:
            rows = columnar.run("SELECT p, s, o FROM triples")
            assert rows == sorted(set(rows))
            assert quads_of(columnar) == expected
            assert not columnar.has_graphs
            assert columnar.n_quads == columnar.n_triples == len(expected)


def test_named_graphs(tmp_path):
    text = (
        "<urn:x:a> <urn:x:p> <urn:x:b> <urn:x:g> .\n"
        "<urn:x:a> <urn:x:p> <urn:x:b> _:g .\n"
        '<urn:x:a> <urn:x:p> "c _:d" .\n'
        '<urn:x:a> <urn:x:p> "c <urn:x:e>" <urn:x:g> .\n'
        "<urn:x:a> <urn:x:p> <urn:x:b> .\n" * 2
    )
    with load(written(tmp_path, text, "data.nq")) as columnar:
        assert quads_of(columnar) == parsed(text, ox.RdfFormat.N_QUADS)
        assert (columnar.n_triples, columnar.n_quads) == (3, 5)
        rows = columnar.run("SELECT g, p, s, o FROM quads")
        assert rows == sorted(rows)
    trig = "@prefix x: <urn:x:> . x:g { x:a x:p [ x:q 1, 1.0, 1e0, true ] } x:a x:p x:b ."
    with load(written(tmp_path, trig, "data.trig")) as columnar:
        assert (columnar.n_triples, columnar.n_quads) == (6, 6)
        assert columnar.run("SELECT count(*) FROM quads WHERE g = -1") == [(1,)]


def test_blank_nodes_are_apart_for_each_file(tmp_path):
    one = written(tmp_path, LINE.format("_:x") + LINE.format("_:y.z-1"), "one.nt")
    two = written(tmp_path, "<urn:x:a> <urn:x:p> _:x .", "two.ttl")
    with load([one, two]) as columnar:
        low, high = columnar.range_of("bnode")
        nodes = columnar.terms_of(range(low, high))
        assert len(set(nodes)) == 3
        assert sorted(columnar.blank_label(node.value) for node in nodes) == ["x", "x", "y.z-1"]
        assert columnar.ids_of(nodes) == list(range(low, high))
        assert [name for name, _ in columnar.sources] == [str(one), str(two)]
    assert loaded(one) == parsed(one.read_bytes())


def test_quads_in_memory(tmp_path):
    text = '_:x <urn:x:p> "a\\n\\"" _:g .\n<urn:x:a> <urn:x:p> _:f0_x .\n'
    quads = parsed(text, ox.RdfFormat.N_QUADS)
    with Columnar.from_quads(iter(quads)) as columnar:
        assert quads_of(columnar) == quads
        assert columnar.id_of(ox.BlankNode("x")) is not None
    with Columnar.from_quads([]) as columnar:
        assert (columnar.n_triples, columnar.n_terms, columnar.groups) == (0, 0, [])


def test_collisions_of_the_hash_decide_nothing(tmp_path, monkeypatch):
    text = "".join(LINE.format(f'"{n % 700}"') for n in range(1000))
    monkeypatch.setattr(dictionary, "_BATCH", 50)
    monkeypatch.setattr(reading, "BLOCK_BYTES", 4000)
    hashes = dictionary._hashes
    for few in (1, 10):
        monkeypatch.setattr(
            dictionary,
            "_hashes",
            lambda forms, connection, few=few: hashes(forms, connection) % few,
        )
        assert loaded(written(tmp_path, text)) == parsed(text)


# --- what is typed


def _samples(choose):
    def number():
        sign, digits = choose.choice(["", "", "+", "-"]), choose.randrange(1, 30)
        return sign + choose.choice(
            [
                str(choose.randrange(10**digits)),
                f"00{choose.randrange(1000)}",
                f"{choose.randrange(1000)}.{choose.randrange(10 ** choose.randrange(1, 14))}",
                *(".5", "5.", "0.50", "INF", "NaN", "x", "", " 5", "0.1234567890123"),
                *("9" * 26 + "." + "9" * 12, "1" + "0" * 26, "1_000"),
            ]
        )

    def zone():
        return choose.choice(["", "", "Z", "+07:00", "-11:30", "+14:00", "+14:01", "-00:00"])

    def year():
        known = ["2023", "0000", "0001", "9999", "12023", "1900", "2000"]
        return choose.choice(["", "", "-"]) + choose.choice(
            [*known, f"{choose.randrange(9999):04}"]
        )

    def day():
        return f"{year()}-{choose.choice(['01-31', '02-29', '12-31', '02-30', '06-15'])}"

    def clock():
        fraction = choose.choice(["", ".5", "." + "1" * choose.randrange(1, 15)])
        return choose.choice([f"{choose.randrange(24):02}:07:59{fraction}", "24:00:00"])

    yield from (
        [(name, number) for name in ("integer", "decimal", "int", "byte", "unsignedLong")]
        + [(n, lambda: number() + choose.choice(["", "e5", "E-7", "e400"])) for n in _FLOATS]
        + [("boolean", lambda: choose.choice(["true", "false", "1", "0", "TRUE"]))]
        + [("gYear", lambda: year() + zone()), ("date", lambda: day() + zone())]
        + [(n, lambda: f"{day()}T{clock()}{zone()}") for n in ("dateTime", "dateTimeStamp")]
        + [("time", lambda: clock() + zone()), ("gMonthDay", lambda: "--02-29" + zone())]
        + [("duration", lambda: choose.choice(["P1Y", "P12M", "P", "P1DT1H"]))]
        + [("dayTimeDuration", lambda: choose.choice(["P1D", "PT5.5S"]))]
        + [("string", lambda: choose.choice(["a", "\0", "\ufffe", "\uffff"]))]
        + [("token", lambda: choose.choice(["a", "a  b"])), ("hexBinary", lambda: "0")]
        + [("anyURI", lambda: choose.choice([" ", "\0"]))]
    )


_FLOATS = ("double", "float")


@pytest.mark.parametrize("seed", range(3))
def test_values_and_ill_typed_are_those_of_xsd(seed):
    choose = random.Random(seed)
    literals = [
        ox.Literal(make(), datatype=ox.NamedNode(XSD + name))
        for name, make in _samples(choose)
        for _ in range(150)
    ]
    assert len({literal.datatype for literal in literals}) == 20
    with Columnar.from_quads([ox.Quad(A, P, literal) for literal in literals]) as columnar:
        values = {row[0]: row[1:] for row in columnar.run('SELECT * FROM "values"')}
        wrong = {row[0] for row in columnar.run("SELECT id FROM ill_typed")}
        lo, hi = columnar.groups[1].lo, columnar.n_terms
        for number, term in zip(range(lo, hi), columnar.terms_of(range(lo, hi)), strict=True):
            kind = term.datatype.value
            assert (number in wrong) == xsd.ill_typed(term.value, kind), term
            value = xsd.value(term.value, kind)
            if value is None or value.family is xsd.Family.STRING:
                assert number not in values
                continue
            family, exact, approx, zoned = values.pop(number)
            assert (family, exact, zoned) == (value.family, typed.stored(value), value.zoned), term
            assert approx == value.approx or (approx != approx and value.approx != value.approx)
        assert values == {}


# --- what is refused


LINES = [LINE.format(f'"{n}"') for n in range(2000)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("<http://example.org/a> <http://example.org/p> .\n", "bad-rdf"),
        (LINE.format("<http://example.org/a b>"), "bad-rdf"),
        (LINE.format('"a"@toolonglanguage'), "bad-rdf"),
        (LINE.format('"\\x"'), "bad-rdf"),
        ('"a" <http://example.org/p> "b" .\n', "bad-rdf"),
        (LINE.format('"a" <http://example.org/g>'), "bad-rdf"),
        (LINE.format('"a"^^<rel>'), "bad-rdf"),
        (LINE.format('"\udcff"').encode("utf-8", "surrogateescape"), "not-utf8"),
        (LINE.format('<<( <urn:x:a> <urn:x:p> "x" )>>'), "unsupported-term"),
        (LINE.format('"a"@en--ltr'), "unsupported-term"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_refused_line_is_named(tmp_path, monkeypatch, wrong, code, packed):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 10_000)
    wrong = wrong if isinstance(wrong, bytes) else wrong.encode()
    text = ("".join(LINES[:1234]) + "# é\n\n").encode() + wrong + "".join(LINES[1234:]).encode()
    path = written(tmp_path, text)
    if packed:
        path = written(tmp_path, gzip.compress(text), "data.nt.gz")
    error = refused(load, path)
    column = 1
    try:
        list(ox.parse(wrong, format=ox.RdfFormat.N_TRIPLES))
    except SyntaxError as known:
        column = known.offset
    assert (error.code, error.where) == (code, f"{path}:1237:{column}")
    with load(path, skip_errors=True) as columnar:
        assert columnar.skipped.count == 1
        assert columnar.skipped.first[0].where == error.where
        assert columnar.n_triples == 2000


def test_skipped_lines_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 2000)
    text = "".join(line + ("wrong\n" if n % 20 == 0 else "") for n, line in enumerate(LINES))
    with load(written(tmp_path, text), skip_errors=True) as columnar:
        assert columnar.skipped.count == 100
        assert [r.line for r in columnar.skipped.first] == [2 + 21 * n for n in range(20)]
        assert columnar.n_triples == 2000


def test_other_formats_stop_at_the_first_error(tmp_path):
    path = written(tmp_path, "@prefix x: <urn:x:> .\nx:a x:p x:b .\nx:a x:p .\n", "data.ttl")
    for skip in (False, True):
        error = refused(load, path, skip_errors=skip)
        assert (error.code, error.where) == ("bad-rdf", f"{path}:3:9")
        assert "N-Triples" in error.hint
    star = written(tmp_path, "<urn:x:a> <urn:x:p> <<( <urn:x:a> <urn:x:p> 1 )>> .", "star.ttl")
    assert refused(load, star, skip_errors=True).code == "unsupported-term"
    broken = written(tmp_path, "<rdf:RDF", "data.rdf")
    assert refused(load, broken).code == "bad-rdf"
    remote = written(tmp_path, '{"@context": "http://example.org/c", "a": 1}', "data.jsonld")
    assert refused(load, remote).code == "bad-rdf"


def test_files_that_cannot_be_read(tmp_path):
    assert refused(load, tmp_path / "none.nt").code == "missing-file"
    assert refused(load, written(tmp_path, "", "data.csv")).code == "unknown-format"
    assert refused(load, written(tmp_path, "", "data.gz")).code == "unknown-format"
    (tmp_path / "folder.nt").mkdir()
    assert refused(load, tmp_path / "folder.nt").code == "unreadable-file"
    assert refused(load, written(tmp_path, "no gzip", "data.nt.gz")).code == "unreadable-file"


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
@pytest.mark.parametrize("ending", ["nt", "ttl"])
def test_packed_files(tmp_path, packing, ending):
    text = "".join(LINES).encode()
    packed = pa.Codec(packing).compress(text, asbytes=True)
    name = f"data.{ending}.{'gz' if packing == 'gzip' else 'zst'}"
    assert loaded(written(tmp_path, packed, name)) == parsed(text)
    if ending == "nt":
        assert loaded(written(tmp_path, packed + packed, name)) == parsed(text)
    cut = written(tmp_path, packed[: len(packed) // 2], name)
    assert refused(load, cut).code == "truncated-file"
    bomb = pa.Codec(packing).compress(LINES[0].encode() * 300_000, asbytes=True)
    assert len(bomb) < 100_000
    error = refused(load, written(tmp_path, bomb, name), max_bytes=2**20)
    assert (error.code, error.where) == ("too-large", str(tmp_path / name))


def test_lines_of_any_length_and_end(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    monkeypatch.setattr(reading, "_ROOM", 50)
    text = "".join(LINE.format(f'"{"x" * n}"') for n in (1, 30, 500, 2, 70)).rstrip("\n")
    for end in ("\n", "\r\n", "\r"):
        lines = text.replace("\n", end)
        assert loaded(written(tmp_path, lines)) == parsed(lines)
        assert loaded(written(tmp_path, lines + end)) == parsed(lines)
    assert loaded(written(tmp_path, "")) == set()
    assert loaded(written(tmp_path, "\n\n# nothing")) == set()


# --- the full parser decides: whatever the fast path takes or leaves, it does too

_IRIS = """
<http://ex.org/{}> <https://ex.org:8080/a/{}?x=1#f> <http://ex.org/{} <urn:x:{}> <urn:{}> <{}>
<http://ก.th/{}> <http://ex.org/%41{}> <http://ex.org/%zz{}> <http://ex.org/#a#{}> <http:{}>
<http://ex.org/\\u0041{}> <http://[::1]/{}> <mailto:a@b.c{}> <HTTP://EX.org/{}> <x:y{}>
<http://ex.org/|{}|> <http://ex.org/{}>> <http://u@h:1x/{}> <http://a/'{}'> <urn:a:{}?q=x>
<http://a?{}> <http://a#{}> <urn:x:/{}//> <http://ex.org/\ufdd0{}> <http://ex.org/\ue000{}>
<http://ex.org/\U0001f600{}> <http://a.b..c-/{}>
"""
IRIS = _IRIS.split()
GOOD = ("<http://ex.org/a>", "<http://ex.org/b>", "<urn:x:y>")
_LABELS = "a|b1|a.b|a.|-a|a-b|ก|1|a_|00ab|a:b|f0_a|a..b|DEADBEEF|deadbeef|| a"
LABELS = _LABELS.split("|")
_FORMS = (
    'a|ก|\\n|\\"|\\\\|\\\\n|\\u0041|\\U0001F600|\\uD800|\\x|a b|<b>|_:g|\t|\x00|\x01|x <y> .|# c'
    '|\\\'|\\b\\f\\r\\t|\r|\ufffe|\x0b|\x7f|\x85|\u2028|\\\\\\"|.|\\\\\\n|@en|"|^^<urn:x:y>'
    "|\\u0000|\\u0022| | _:g|<||"
)
FORMS = _FORMS.split("|")
_SUFFIXES = (
    f"|||@en|@EN|@th-TH|@en-x-abcdefghi|@e1|@|@en--ltr|@en--foo|^^<{XSD}integer>|^^<{XSD}string>"
    "|^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>|^^<rel>|^^ <urn:x:y>|^^<urn:a b>"
    "| @en|^<urn:x:y>|^^<urn:\\u0041:b>|@123|@en-|@en_US|^^<http://ก/>|^^"
)
SUFFIXES = _SUFFIXES.split("|")
GAPS = [" "] * 15 + ["\t", "  ", "", "\r", "\x0b", "\x00", "\xa0", " \t"]
ENDS = ["."] * 20 + ["", " .", ". ", ". # c", ".# c", " . .", ";", " # c .", ". <urn:x:y> ."]
ODD = '# comment||  |#|\t|# <a> <b> "c" .|foo|.|@prefix a: <urn:x:y> .|VERSION "1.2"| # x'


def _term(choose):
    kind = choose.randrange(8)
    if kind == 0:
        return choose.choice(IRIS).format(choose.choice(["a", "b", "", "1"]))
    if kind == 1:
        return "_:" + choose.choice(LABELS)
    if kind < 5:
        form = choose.choice(FORMS) + choose.choice(["", choose.choice(FORMS)])
        return f'"{form}"{choose.choice(SUFFIXES)}'
    return choose.choice([*GOOD, '"a"', "_:x", '<<( <urn:x:y> <urn:x:y> "a" )>>'])


def _line(choose, *, quads):
    if choose.random() < 0.1:
        return choose.choice(ODD.split("|"))
    good, wild = choose.choice, _term
    terms = [good(GOOD), good(GOOD), good([*GOOD, '"a"', '"b"@en', "_:x"])]
    if choose.random() < 0.6:
        terms[choose.choice([0, 1, 2, 2, 2, 2])] = wild(choose)
    if choose.random() < (0.5 if quads else 0.03):
        terms.append(good(GOOD) if choose.random() < 0.7 else wild(choose))
    line = "".join(term + choose.choice(GAPS) for term in terms) + choose.choice(ENDS)
    if choose.random() < 0.05:
        at = choose.randrange(len(line) + 1)
        mutation = choose.choice(list('"<> ._\\\n\r#\t@^'))
        line = line[:at] + mutation + line[at + choose.randrange(2) :]
    return line


def _supported(quad):
    term = quad.object
    return not isinstance(term, ox.Triple) and getattr(term, "direction", None) is None


def _document(choose, quads):
    lines = [_line(choose, quads=quads) for _ in range(choose.choice([1, 1, 1, 2, 3, 8]))]
    end = choose.choice(["\n"] * 5 + ["\r\n", "\r", "\n\r\n"])
    data = (end.join(lines) + choose.choice(["\n", "", "\r\n"])).encode("utf-8", "surrogatepass")
    if choose.random() < 0.03:
        at = choose.randrange(len(data) + 1)
        data = data[:at] + bytes([choose.randrange(256)]) + data[at + choose.randrange(2) :]
    return data


def _examples(count):
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.mark.parametrize("quads", [False, True], ids=["nt", "nq"])
@_examples(30)
@given(choose=st.randoms(use_true_random=True))
def test_the_fast_path_agrees_with_the_full_parser(tmp_path, quads, choose):
    _check_agreement(tmp_path, quads, choose)


@pytest.mark.long
@pytest.mark.parametrize("quads", [False, True], ids=["nt", "nq"])
@_examples(1000)
@given(choose=st.randoms(use_true_random=True))
def test_the_fast_path_agrees_for_long(tmp_path, quads, choose):
    _check_agreement(tmp_path, quads, choose)


def _check_agreement(tmp_path, quads, choose):
    data = _document(choose, quads)
    kind = ox.RdfFormat.N_QUADS if quads else ox.RdfFormat.N_TRIPLES
    path = written(tmp_path, data, "data.nq" if quads else "data.nt")
    try:
        expected = set(ox.parse(data, format=kind))
    except SyntaxError as error:
        found = refused(load, path)
        if found.code != "unsupported-term" and b"\r" not in data:
            # A statement that goes on in the next line is reported there by the parser alone.
            assert error.lineno - int(found.where.split(":")[-2]) in (0, 1), data
    else:
        if all(map(_supported, expected)):
            assert loaded(path) == expected, data
        else:
            assert refused(load, path).code == "unsupported-term", data
    _check_skipping(path, data, kind)


def _check_skipping(path, data, kind):
    kept, wrong = set(), []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            found = list(ox.parse(line, format=kind))
        except (SyntaxError, ValueError):
            wrong.append(number)
            continue
        kept |= set(filter(_supported, found))
        wrong += [number] * (not all(map(_supported, found)))
    with load(path, skip_errors=True) as columnar:
        assert quads_of(columnar) == kept, data
        assert sorted({r.line for r in columnar.skipped.first}) == wrong[:20], data


# --- what is saved


@pytest.fixture
def source(tmp_path):
    text = LINE.format('"007"') + LINE.format("_:b") + LINE.format(f'"1"^^<{XSD}integer>')
    return written(tmp_path, text + LINE.format(f'"x"^^<{XSD}integer>'))


def _tables(columnar):
    names = ("terms", "groups", "triples", "quads", "ill_typed", "values", "sources")
    return {name: columnar.run(f'FROM "{name}"') for name in names}


def test_a_saved_file_is_the_loaded_data(tmp_path, source):
    two = tmp_path / "deep" / "er" / "two.kkc"
    with load(source) as columnar, load(source, into=two) as written_at_once:
        save(columnar, tmp_path / "one.kkc")
        save(written_at_once, tmp_path / "three.kkc")
        expected = _tables(columnar)
        assert len(expected["ill_typed"]) == len(expected["values"]) == 1
        for path in (tmp_path / "one.kkc", two, tmp_path / "three.kkc"):
            with open_saved(path, memory="200MB", threads=1) as found:
                assert _tables(found) == expected
                assert quads_of(found) == quads_of(columnar)
                assert found.groups == columnar.groups
                assert found.connection.cursor().execute("FROM triples").fetchall()
                found.run("CREATE TEMP TABLE own AS FROM triples")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *("data.nt", "deep", "one.kkc", "three.kkc")
    ]


def test_an_open_file_may_be_replaced(tmp_path, source):
    path = tmp_path / "data.kkc"
    with load(source, into=path) as old:
        with load(written(tmp_path, LINES[0], "new.nt"), into=path) as new:
            assert (old.n_triples, new.n_triples) == (4, 1)
        assert len(quads_of(old)) == 4


def test_files_that_are_no_saved_ones(tmp_path, source):
    path = tmp_path / "data.kkc"
    load(source, into=path).close()
    assert refused(open_saved, tmp_path / "none.kkc").code == "missing-file"
    assert refused(open_saved, source).code == "not-a-columnar-file"
    data = path.read_bytes()
    for size in (len(data) // 2, len(data) - 5000, 5000):
        assert refused(open_saved, written(tmp_path, data[:size], "cut.kkc")).code in (
            "truncated-file"
        )
    assert refused(open_saved, written(tmp_path, "", "empty.kkc")).code == "truncated-file"
    import duckdb

    with duckdb.connect(str(tmp_path / "other.kkc")) as other:
        other.execute("CREATE TABLE format (name VARCHAR, number INTEGER, kkgraph VARCHAR)")
    assert refused(open_saved, tmp_path / "other.kkc").code == "not-a-columnar-file"
    with duckdb.connect(str(path)) as changed:
        changed.execute("UPDATE format SET number = 99, kkgraph = '7.0'")
    error = refused(open_saved, path)
    assert error.code == "columnar-format"
    assert "7.0" in error.message


class Stopped(KeyboardInterrupt):
    pass


@pytest.mark.parametrize("failure", [Stopped(), OSError(28, "No space left on device")])
def test_a_failure_leaves_the_previous_file(tmp_path, source, monkeypatch, failure):
    path = tmp_path / "saved" / "data.kkc"
    load(source, into=path).close()
    before = path.read_bytes()

    def fail(*_):
        raise failure

    columnar = load(source)
    monkeypatch.setattr(loading, "mark", fail)
    monkeypatch.setattr(saved, "mark", fail)
    for call in (lambda: load(LINES_FILE, into=path), lambda: save(columnar, path)):
        with pytest.raises((Stopped, StoreError)) as caught:
            call()
        assert getattr(caught.value, "code", "disk-full") == "disk-full"
        assert path.read_bytes() == before
        assert [p.name for p in path.parent.iterdir()] == ["data.kkc"]
    columnar.close()
    monkeypatch.undo()

    def stop(*_):
        raise Stopped

    with pytest.raises(Stopped):
        load(source, into=path, progress=stop)
    assert path.read_bytes() == before


LINES_FILE = ROOT / "shapes" / "findings.ttl"


def _child(code, **options):
    text = textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, **options
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits and signals")
def test_a_full_disk_and_a_killed_process_leave_the_previous_file(tmp_path, source):
    path = tmp_path / "saved" / "data.kkc"
    load(source, into=path).close()
    before = path.read_bytes()
    big = written(tmp_path, "".join(LINE.format(f'"{n:0200}"') for n in range(20_000)), "big.nt")
    full = _child(f"""
        import resource
        from kkgraph.columnar.loading import load
        from kkgraph.errors import StoreError
        from pathlib import Path
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            load({str(big)!r}, into=Path({str(path)!r}))
        except StoreError as error:
            print(error.code)
    """)
    assert full.stdout.strip() in ("engine-failed", "disk-full", "unwritable-store"), full.stderr
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["data.kkc"]
    killed = _child(f"""
        import os, signal
        from kkgraph.columnar import loading
        from pathlib import Path
        loading.mark = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        loading.load({str(big)!r}, into=Path({str(path)!r}))
    """)
    assert killed.returncode == -9
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written(tmp_path, source):
    error = refused(load, source, into=source / "data.kkc")
    assert error.code == "unwritable-store"
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").touch()
    assert refused(load, source, into=tmp_path / "folder").code == "unwritable-store"


# --- Parquet


def test_parquet_there_and_back(tmp_path):
    text = (
        '<urn:x:a> <urn:x:p> "\\"\\\\\\n\\r\\t\'ก" <urn:x:g> .\n'
        '<urn:x:a> <urn:x:p> "\\\\n"@en-gb .\n'
        f'<urn:x:a> <urn:x:p> "007"^^<{XSD}integer> .\n'
        "_:b <urn:x:p> _:b _:g .\n"
    )
    folder = tmp_path / "out"
    with load(written(tmp_path, text, "data.nq")) as columnar:
        expected = quads_of(columnar, own_labels=False)
        to_parquet(columnar, folder)
        to_parquet(columnar, folder)
        names = sorted(p.stem for p in folder.iterdir())
        assert names == sorted(
            ["terms", "groups", "triples", "quads", "ill_typed", "values", "statements"]
        )
        assert pq.read_table(folder / "terms.parquet").num_rows == columnar.n_terms
    assert loaded(folder / "statements.parquet") == expected
    with load(written(tmp_path, "".join(LINES))) as columnar:
        to_parquet(columnar, folder)
    assert loaded(folder / "statements.parquet") == parsed("".join(LINES))


def test_parquet_that_is_not_one_statement_a_row(tmp_path):
    path = tmp_path / "data.parquet"

    def load_table(**columns):
        pq.write_table(pa.table(columns), path)
        return load(path)

    a = ["<urn:x:a>"] * 2
    with load_table(subject=a, predicate=a, object=['"x"', "_:b"], graph=["", None]) as columnar:
        assert (columnar.n_triples, columnar.has_graphs) == (2, False)
    error = refused(load_table, subject=a, predicate=a, object=['"x"', "x"])
    assert (error.code, error.where) == ("bad-rdf", f"{path}:2:21")
    for cell in ('"x" <urn:x:g>', "<urn:x:a> <urn:x:g>", '"x" .', '"x" #', "<urn:x:a>#"):
        assert refused(load_table, subject=a, predicate=a, object=['"x"', cell]).code == "bad-rdf"
        assert refused(load_table, subject=[cell, a[0]], predicate=a, object=a).code == "bad-rdf"
    two = ['"x" .\n<urn:x:a> <urn:x:a> "y"', '"z"']
    assert refused(load_table, subject=a, predicate=a, object=two).code == "bad-rdf"
    assert refused(load_table, subject=a, predicate=a, object=["x", None]).code == "bad-rdf"
    assert refused(load_table, subject=a, predicate=a).code == "bad-rdf"
    assert refused(load_table, subject=a, predicate=a, object=[1, 2]).code == "bad-rdf"
    path.write_bytes(b"PAR1 nothing")
    assert refused(load, path).code == "unreadable-file"


# --- memory, threads, progress


def test_memory(tmp_path):
    path = written(tmp_path, "".join(LINES))
    error = refused(load, path, memory="64kB")
    assert error.code == "out-of-memory"
    assert "--memory" in error.hint
    for wrong in ("much", "", "-1GB", "1XB"):
        assert wrong == "" or refused(load, path, memory=wrong).code == "bad-value"
    assert refused(load, path, threads=0).code == "bad-value"
    assert memory_bytes("1.5 GiB") == 3 * 2**29
    assert memory_bytes("512MB") == 512_000_000
    with load(path, memory="100MB", threads=3) as columnar:
        assert columnar.n_triples == 2000


def test_what_passes_the_memory_lies_in_files(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 20_000)
    path = written(tmp_path, "".join(LINES))
    mapped, boards = shelf._mapped, []

    def counted(size):
        boards.append(size)
        return mapped(size)

    monkeypatch.setattr(shelf, "_mapped", counted)
    terms = "SELECT id, lex FROM terms ORDER BY id"
    with load(path) as one:
        expected = one.run(terms), one.run("SELECT p, s, o FROM triples")
        assert boards == []
    with load(path, memory="100MB") as two:  # a board is larger than what may be kept of this
        assert (two.run(terms), two.run("SELECT p, s, o FROM triples")) == expected
        assert len(boards) >= 2

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shelf, "_mapped", full)
    error = refused(load, path, memory="100MB")
    assert (error.code, error.where) == ("disk-full", str(path))


def test_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK_BYTES", 20_000)
    paths = [written(tmp_path, "".join(LINES), name) for name in ("one.nt", "two.ttl")]
    told = []
    load(paths, progress=lambda *what: told.append(what)).close()
    for path in paths:
        size = path.stat().st_size
        mine = [(done, total) for name, done, total in told if name == str(path)]
        assert mine[-1] == (size, size)
        assert all(one[0] <= two[0] for one, two in pairwise(mine))


def test_an_error_of_the_engine_is_ours(tmp_path, source):
    with load(source) as columnar:
        assert refused(columnar.run, "SELECT * FROM nothing").code == "engine-failed"


def test_no_memory_for_what_the_engine_hands_over_is_no_memory():
    failed = "Invalid Input Error: exporting a stream from 'x' failed: MemoryError: "
    with pytest.raises(StoreError) as caught, translated():
        raise duckdb.InvalidInputException(failed)
    assert caught.value.code == "out-of-memory"


def test_ctrl_c_while_the_engine_works():
    for error, ours in (("Query interrupted", KeyboardInterrupt), ("else", RuntimeError)):
        with pytest.raises(ours), translated():
            raise RuntimeError(error)
