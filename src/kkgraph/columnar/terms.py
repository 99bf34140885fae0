"""The terms that a block's distinct tokens write, as arrays of lexical forms for each group.

Plain tokens are read in bulk. What is not plain is asked of the full parser, one token a line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.escapes import holds_marks, marked, unescaped
from kkgraph.columnar.keys import (
    BLANKS,
    IRIS,
    REFUSED_KEY,
    Key,
    key_of,
    key_of_suffix,
    probe,
)

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[Any]]

REFUSED: Final = -1
NO_GRAPH: Final = -2
LITERAL: Final = 2
_LT, _QUOTE, _BACKSLASH, _NEWLINE, _UNDERSCORE, _DOT = 60, 34, 92, 10, 95, 46
_CHARACTER: Final = (
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|[^\x00-\x{9F}\x{D7A4}-\x{10FFFF}]|%[0-9A-Fa-f]{2})"
)
_PATH: Final = rf"(?:/|{_CHARACTER})*"
_IRI: Final = (
    r"^<[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/{_PATH})?|/?{_CHARACTER}{_PATH})"
    rf"(?:\?{_PATH})?(?:#{_PATH})?>[ \t](?:\.\n)?$"
)
_BLANK: Final = r"^_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?[ \t](?:\.\n)?$"
_LONG_SUFFIX: Final = 300
_MANY_SUFFIXES: Final = 50
_FEW_TOKENS: Final = 20


class Terms:
    """Arrays of lexical forms; for each token its term's number in their sequence, and its kind."""

    def __init__(self, n_tokens: int) -> None:
        import numpy as np

        self.local: Integers = np.full(n_tokens, REFUSED, np.int32)
        self.kinds: Integers = np.full(n_tokens, -1, np.int8)
        self.parts: list[tuple[Key, pa.Array]] = []
        self.n = 0

    def add(self, key: Key, forms: pa.Array, positions: Integers) -> None:
        """Number the forms of one group; ``positions`` are the tokens that write them."""
        import numpy as np

        if len(forms):
            self.local[positions] = np.arange(self.n, self.n + len(forms))
            self.kinds[positions] = key.kind
            self.parts.append((key, forms))
            self.n += len(forms)


@dataclass(frozen=True)
class Tokens:
    """Some of a block's tokens, and their positions among them all."""

    texts: pa.Array
    positions: Integers

    @property
    def offsets(self) -> Integers:
        """Where each text starts in ``data``, and where the last one ends."""
        import numpy as np

        return np.frombuffer(self.texts.buffers()[1], np.int32)[: len(self.texts) + 1]

    @property
    def data(self) -> Integers:
        """The bytes of all texts."""
        import numpy as np

        return np.frombuffer(self.texts.buffers()[2] or b"", np.uint8)

    def at(self, places: Integers) -> Tokens:
        """The tokens at these places."""

        return Tokens(self.texts.take(arrays.integers(places)), self.positions[places])

    def only(self, mask: Integers) -> Tokens:
        """The tokens where the mask is true."""

        if mask.all():
            return self
        return Tokens(self.texts.filter(arrays.mask(mask)), self.positions[mask])


class Reader:
    """Terms of tokens; remembers each literal suffix that the full parser has judged.

    ``scope`` is put before each blank node's label, so that inputs keep theirs apart.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self._keys: dict[bytes, Key] = {}

    def read(self, texts: pa.Array, used: Integers) -> Terms:
        """The terms of the used tokens, each with one separator behind (a graph: dot and LF too).

        A token that writes no term keeps ``REFUSED``; a missing graph is ``NO_GRAPH``.
        """
        import numpy as np

        every = Tokens(texts, np.arange(len(texts)))
        terms = Terms(len(texts))
        first = every.data[every.offsets[used]]
        ends_line = every.data[every.offsets[used + 1] - 1] == _NEWLINE
        terms.local[used[ends_line & (first == _DOT)]] = NO_GRAPH
        doubtful = []
        for mark, key in ((_LT, IRIS), (_UNDERSCORE, BLANKS)):
            for graph in (False, True):
                chosen = used[(first == mark) & (ends_line == graph)]
                doubtful.append(self._named(terms, every.at(chosen), key, 3 if graph else 1))
        doubtful += self._literals(terms, every.at(used[(first == _QUOTE) & ~ends_line]))
        self._ask(terms, every.at(np.concatenate(doubtful)))
        return terms

    def key_of(self, kind: int, suffix: bytes) -> Key:
        """The group of the terms of a kind; of literals, those with a suffix."""
        return (IRIS, BLANKS)[kind] if kind < LITERAL else self._key(suffix + b" ")

    def _key(self, suffix: bytes) -> Key:
        key = self._keys.get(suffix)
        if key is None:
            key = self._keys[suffix] = key_of_suffix(suffix)
        return key

    def _named(self, terms: Terms, tokens: Tokens, key: Key, tail: int) -> Integers:
        """Add IRIs or blank nodes with a ``tail`` behind; the positions of doubtful tokens."""
        import pyarrow.compute as pc

        strings = _strings(tokens.texts)
        if strings is None:
            return tokens.positions
        safe = pc.match_substring_regex(strings, _IRI if key is IRIS else _BLANK)
        plain = arrays.truths(safe)
        fine = tokens.only(plain)
        if key is IRIS:
            forms = _string(pc.binary_slice(fine.texts, 1, -tail - 1))
        else:
            forms = _string(pc.binary_slice(fine.texts, 2, -tail))
            forms = pc.binary_replace_slice(forms, 0, 0, self.scope)
        terms.add(key, forms, fine.positions)
        doubtful: Integers = tokens.positions[~plain]
        return doubtful

    def _literals(self, terms: Terms, tokens: Tokens) -> list[Integers]:
        """Add literals; the positions of doubtful tokens."""
        import numpy as np

        escaped = np.zeros(len(tokens.texts), bool)
        slashes = np.flatnonzero(tokens.data == _BACKSLASH)
        escaped[np.searchsorted(tokens.offsets, slashes, "right") - 1] = True
        doubtful = self._by_suffix(terms, tokens.only(~escaped), escaped=False)
        if not len(slashes):
            return doubtful
        tokens = tokens.only(escaped)
        hard = holds_marks(tokens.texts)
        doubtful.append(tokens.positions[hard])
        tokens = tokens.only(~hard)
        tokens = Tokens(marked(tokens.texts), tokens.positions)
        return doubtful + self._by_suffix(terms, tokens, escaped=True)

    def _by_suffix(self, terms: Terms, tokens: Tokens, *, escaped: bool) -> list[Integers]:
        """Add literals by what stands behind their last quote."""
        import numpy as np

        if not len(tokens.texts):
            return []
        data, offsets = tokens.data, tokens.offsets
        quotes = np.flatnonzero(data == _QUOTE)
        ends = np.searchsorted(quotes, offsets)
        sizes = offsets[1:] - quotes[ends[1:] - 1]
        plain = (np.diff(ends) == 2) & (sizes <= _LONG_SUFFIX)
        doubtful = [tokens.positions[~plain]]
        for size in np.unique(sizes[plain]):
            chosen = np.flatnonzero(plain & (sizes == size))
            windows = np.lib.stride_tricks.sliding_window_view(data, size)
            found = _distinct(windows[offsets[chosen + 1] - size])
            for suffix, members in found:
                if len(found) > _MANY_SUFFIXES and len(members) < _FEW_TOKENS:
                    # By so many names, asking for each token is faster.
                    doubtful.append(tokens.positions[chosen[members]])
                    continue
                some = tokens.at(chosen[members])
                doubtful.append(self._with_suffix(terms, some, suffix, escaped=escaped))
        return doubtful

    def _with_suffix(
        self, terms: Terms, tokens: Tokens, suffix: bytes, *, escaped: bool
    ) -> Integers:
        """Add the literals that all end with one suffix."""
        import numpy as np
        import pyarrow.compute as pc

        key = self._key(suffix)
        forms = pc.binary_slice(tokens.texts, 1, -len(suffix))
        hard = np.zeros(len(forms), bool)
        if escaped:
            forms, hard = unescaped(forms)
        strings = _strings(forms)
        if key is REFUSED_KEY or strings is None:
            return tokens.positions
        fine = Tokens(strings, tokens.positions).only(~hard)
        terms.add(key, fine.texts, fine.positions)
        return tokens.positions[hard]

    def _ask(self, terms: Terms, tokens: Tokens) -> None:
        """Add the terms of the tokens that the full parser accepts."""
        import numpy as np
        import pyarrow as pa

        found: defaultdict[Key, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
        read = probe(tokens.texts.to_pylist())
        for position, term in zip(tokens.positions.tolist(), read, strict=True):
            key = key_of(term)
            if key is not REFUSED_KEY:
                found[key][0].append(self.scope + term.value if key is BLANKS else term.value)
                found[key][1].append(position)
        for key, (forms, positions) in found.items():
            terms.add(key, arrays.strings(forms).cast(pa.string()), np.array(positions))


def _distinct(rows: Integers) -> list[tuple[bytes, Integers]]:
    """The distinct rows of bytes, and where each stands."""
    import numpy as np
    import pyarrow as pa

    if (rows == rows[0]).all():
        return [(rows[0].tobytes(), np.arange(len(rows)))]
    buffers = [None, pa.py_buffer(np.ascontiguousarray(rows))]
    array = pa.Array.from_buffers(pa.binary(rows.shape[1]), len(rows), buffers)
    array = array.dictionary_encode()
    codes = arrays.numbers(array.indices)
    suffixes = array.dictionary.to_pylist()
    return [(suffix, np.flatnonzero(codes == i)) for i, suffix in enumerate(suffixes)]


def _strings(texts: pa.Array) -> pa.Array | None:
    """The texts as strings, ``None`` where one is not UTF-8."""
    import pyarrow as pa

    try:
        return texts.cast(pa.string())
    except pa.ArrowInvalid:
        return None


def _string(texts: pa.Array) -> pa.Array:
    """The texts as strings; they are part of what was found to be UTF-8."""
    import pyarrow as pa

    return texts.view(pa.string())
