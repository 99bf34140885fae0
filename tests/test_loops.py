"""The inner loops of solving: compiled or with numpy, they do the same on all kinds of numbers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from kkgraph.columnar import arrays, native
from kkgraph.columnar.solving import loops
from kkgraph.columnar.solving.edges import Edges

FILLED = ["dense", "wide", "negative", "one", "long"]
KINDS = [*FILLED, "none"]


@pytest.fixture(params=["compiled", "numpy"])
def way(request, monkeypatch):
    """Every test here holds for both."""
    if request.param == "numpy":
        monkeypatch.setattr(native, "library", lambda: None)
    elif native.library() is None:
        pytest.skip("the compiled loops aren't part of this installation")
    return request.param


def numbers(kind, seed=1, size=3000):
    random = np.random.default_rng(seed)
    made = {
        "dense": lambda: random.integers(0, 900, size),
        "wide": lambda: random.integers(0, 2**31 - 3, size),
        "negative": lambda: random.integers(-50, 50_000, size),
        "one": lambda: np.full(size, 7),
        "none": lambda: np.empty(0),
        "long": lambda: random.integers(-(2**40), 2**40, 40)[random.integers(0, 40, size)],
    }[kind]()
    return made.astype(np.int64 if kind == "long" else np.int32)


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_ranked_and_ordered(way, kind):
    values = numbers(kind)
    known, codes = loops.numbered(values)
    assert (known == np.unique(values)).all()
    assert (known[codes] == values).all() if len(values) else not len(codes)
    assert (loops.ascending(values) == np.argsort(values, kind="stable")).all()
    narrow = loops.narrowed(values)
    assert (narrow == values).all()
    assert narrow.dtype == (np.int64 if kind == "long" else np.int32)


@pytest.mark.parametrize("kinds", list(product(FILLED, FILLED)))
@pytest.mark.parametrize("table", [True, False], ids=["table", "sorting"])
def test_rows_are_told_apart(way, kinds, table, monkeypatch):
    if not table:
        monkeypatch.setattr(loops, "_TABLE", -(10**9))
    columns = [numbers(kind, seed) for seed, kind in enumerate((*kinds, "dense"))]
    columns[2] %= 3
    of_row, rows = loops.alike(columns, 3000)
    wanted = {row: at for at, row in enumerate(zip(*columns, strict=True))}
    assert len(rows) == len(wanted)
    assert all((column[rows][of_row] == column).all() for column in columns)
    assert (loops.tallied(of_row, len(rows)) == np.bincount(of_row)).all()


def test_no_rows_and_no_columns(way):
    nothing = np.empty(0, np.int32)
    assert [len(found) for found in loops.alike([nothing, nothing], 0)] == [0, 0]
    of_row, rows = loops.alike([], 4)
    assert (of_row == 0).all()
    assert len(rows) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_members_are_found(way, kind, other):
    known, wanted = np.unique(numbers(kind)), numbers(other, 2)
    assert (loops.member(known, wanted) == np.isin(wanted, known)).all()


@pytest.mark.parametrize("kind", ["dense", "wide", "negative", "one", "none"])
@pytest.mark.parametrize("several", [False, True], ids=["one value", "several values"])
def test_keys_are_looked_up(way, kind, several):
    keys = np.sort(numbers(kind)) if several else np.unique(numbers(kind))
    values = np.random.default_rng(3).integers(0, 99, len(keys)).astype(np.int32)
    pairs: dict[int, list[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        pairs.setdefault(key, []).append(value)
    edges = Edges(keys, values)
    some = [0, 1, -2, 2**31 - 3, *np.random.default_rng(4).permutation(keys)[:2000].tolist()]
    wanted = np.array(some, np.int32)
    expected = [(at, value) for at, key in enumerate(some) for value in pairs.get(key, [])]

    places, found = edges.expanded(wanted)
    places = np.arange(len(wanted)) if places is None else places
    assert list(zip(places.tolist(), found.tolist(), strict=True)) == expected
    rows, again, double = edges.spread(wanted, [wanted], [values, values * 2])
    assert again.tolist() == [value for _, value in expected]
    assert rows.tolist() == [some[at] for at, _ in expected]
    assert (double == again * 2).all()
    assert edges.count(wanted) >= len(expected)
    single = edges.single(wanted)
    if single is not None:
        assert single.tolist() == [pairs.get(key, [loops.UNBOUND])[0] for key in some]
    turned = edges.turned()
    order = np.argsort(values, kind="stable")
    assert (turned.keys == values[order]).all()
    assert (turned.values == keys[order]).all()


def test_places_are_taken(way):
    flags = numbers("dense") > 400
    found = loops.places(flags)
    assert found.tolist() == np.flatnonzero(flags).tolist()
    assert not len(loops.places(np.zeros(5, bool)))
    for kind in ("dense", "long"):
        values = numbers(kind)
        assert (loops.taken(values, found) == values[found]).all()
    with pytest.raises((MemoryError, IndexError)):
        loops.taken(numbers("dense"), np.array([3000], np.int32))


def test_texts_are_ordered_by_their_bytes(way):
    random = np.random.default_rng(5)
    ends = ["", "a", "ab", "ก", "กข", "\0", "a\0", "zzzzzzzzz", "zzzzzzzza", "𝄞"]
    texts = [f"https://e/{''.join(random.choice(ends, 3))}" for _ in range(2000)]
    for some in (texts, texts[:1], [], ["", "", "x"], ["same"] * 5):
        order = loops.by_text(arrays.strings(some)).tolist()
        assert [some[at] for at in order] == sorted(some, key=lambda text: text.encode())
        assert sorted(order) == list(range(len(some)))
    cut = arrays.strings(texts)[500:900]
    assert [texts[500 + at] for at in loops.by_text(cut)] == sorted(texts[500:900])
