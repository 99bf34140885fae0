"""The compiled reader: what it takes of a line is what the full parser makes of it."""

from __future__ import annotations

import random

import pyarrow as pa
import pyoxigraph as ox
import pytest

from kkgraph.columnar import native
from kkgraph.columnar.keys import REFUSED_KEY, key_of_suffix
from test_columnar_load import _line

LIBRARY = native.library()
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="installed without the compiled reader")


def _block(choose, n, *, quads):
    """Lines that hold no line end of their own, some with a byte changed."""
    made = []
    while len(made) < n:
        line = _line(choose, quads=quads).encode("utf-8", "surrogatepass")
        if choose.random() < 0.1:
            at = choose.randrange(len(line) + 1)
            line = line[:at] + bytes([choose.randrange(256)]) + line[at + choose.randrange(2) :]
        if b"\n" not in line:
            made.append(line + choose.choice([b"", b"", b"\r"]))
    return made


def _term(group, text):
    if group.kind == 0:
        return ox.NamedNode(text)
    if group.kind == 1:
        return ox.BlankNode(text.removeprefix("f7_"))
    key = key_of_suffix(group.suffix + b" ")
    if key is REFUSED_KEY:
        return None
    if key.language:
        return ox.Literal(text, language=key.language)
    return ox.Literal(text, datatype=ox.NamedNode(key.datatype))


def _taken(lines, *, quads):
    """The quads of the lines that the reader takes, by the line's place."""
    found = LIBRARY.read(b"\n".join(lines) + b"\n", "f7_", quads=quads)
    assert found.n_lines == len(lines)
    terms = []
    for group in found.groups:
        group.forms.validate(full=True)
        terms += [_term(group, text) for text in group.forms.to_pylist()]
    left = set(found.odd.tolist())
    places = [place for place in range(len(lines)) if place not in left]
    assert len(places) == len(found.spo)
    taken = {}
    for row, place in enumerate(places):
        subject, predicate, value = (terms[n] for n in found.spo[row].tolist())
        graph = -2 if found.graphs is None else int(found.graphs[row])
        if value is not None:
            name = ox.DefaultGraph() if graph == -2 else terms[graph]
            taken[place] = ox.Quad(subject, predicate, value, name)
    return taken


def _check(seed, n):
    choose = random.Random(seed)
    quads = seed % 2 == 1
    kind = ox.RdfFormat.N_QUADS if quads else ox.RdfFormat.N_TRIPLES
    lines = _block(choose, n, quads=quads)
    taken = _taken(lines, quads=quads)
    for place, quad in taken.items():
        assert list(ox.parse(lines[place], format=kind)) == [quad], lines[place]
    return len(taken)


@pytest.mark.parametrize("seed", range(6))
def test_what_it_takes_is_what_the_parser_reads(seed):
    assert _check(seed, 8000) > 500


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_what_it_takes_is_what_the_parser_reads_at_length(seed):
    assert _check(seed, 60_000) > 4000


def test_plain_lines_are_taken():
    line = "<http://ex.org/{}> <urn:x:p> {} ."
    values = ['"a"', '"ก\\u0E02\\n"@th', '"7"^^<urn:x:int>', "_:b", "<http://ex.org/x?q#f>"]
    lines = [line.format(n, values[n % len(values)]).encode() for n in range(5000)]
    assert len(_taken(lines, quads=False)) == len(lines)


def test_bytes_without_any_order_do_no_harm():
    choose = random.Random(1)
    for size in (0, 1, 2, 10, 1000, 100_000):
        for alphabet in (bytes(range(256)), b'<>"\\ .\n_:@^ab'):
            data = bytes(choose.choices(alphabet, k=size))
            found = LIBRARY.read(data, "", quads=bool(size % 2))
            assert found.n_lines == data.count(b"\n") + (not data.endswith(b"\n") and size > 0)
            assert len(found.spo) + len(found.odd) == found.n_lines


def test_forms_are_told_apart():
    choose = random.Random(2)
    pieces = []
    for size in (0, 1, 5000, 20_000):
        texts = ["ก" * choose.randrange(4) + str(choose.randrange(9000)) for _ in range(size)]
        pieces.append(pa.array(texts, pa.string()))
    forms, codes = LIBRARY.distinct(pieces)
    every = [text for piece in pieces for text in piece.to_pylist()]
    assert forms.to_pylist() == list(dict.fromkeys(every))
    assert [forms[code].as_py() for code in codes.tolist()] == every


def test_rows_out_of_their_range_are_refused():
    import numpy as np

    rows = np.zeros((3, 3), np.int32)
    numbers = np.array([5], np.int32)
    assert LIBRARY.sorted_rows([(rows, numbers)], 6, 2).n == 1
    with pytest.raises(MemoryError):
        LIBRARY.sorted_rows([(rows + 1, numbers)], 6, 2)
    with pytest.raises(MemoryError):
        LIBRARY.sorted_rows([(rows, numbers)], 5, 2)
