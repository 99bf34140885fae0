"""The literals of held data: which are ill-typed, and which numbers they are.

It means what ``kkgraph.columnar.typed`` writes into tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph import xsd
from kkgraph.columnar import arrays
from kkgraph.columnar.amounts import LARGEST, Amounts
from kkgraph.columnar.dictionary import Group
from kkgraph.columnar.typed import ANY_TEXT, family_of, is_ordered, stored

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.held import Held

    Numbers = np.ndarray[Any, np.dtype[Any]]

_NO_TEXT: Final = (b"\0", "\ufffe".encode(), "\uffff".encode())
_WHOLE: Final = frozenset(xsd.XSD + name for name in ("integer", "decimal", "nonNegativeInteger"))
_DIGITS: Final = 15
_ZERO: Final = 48
_FEW: Final = 20_000
"""So many numbers with signs, fractions or many digits are looked at one by one."""


def ill_typed(group: Group, forms: pa.Array) -> Numbers:
    """For each form of a group whether it is outside the lexical space of its datatype."""
    import numpy as np
    import pyarrow.compute as pc

    if group.datatype not in xsd.PATTERNS:
        return np.zeros(len(forms), bool)
    if group.datatype in ANY_TEXT:
        # The same as the expression, which walks every character of every text.
        text = memoryview(forms.buffers()[2] or b"").tobytes()
        if not any(mark in text for mark in _NO_TEXT):
            return np.zeros(len(forms), bool)
    fits = pc.match_substring_regex(forms, rf"\A(?:{xsd.PATTERNS[group.datatype]})\z")
    return ~arrays.truths(fits)


def amounts(held: Held) -> Amounts:
    """All literals with an order as numbers."""
    import numpy as np

    ids, columns = [], []
    for group, forms in zip(held.groups, held.forms, strict=True):
        if group.datatype not in xsd.PATTERNS or not is_ordered(group):
            continue
        places, *found = _amounts(group, forms)
        ids.append(places + group.lo)
        columns.append(found)
    size = held.groups[-1].hi if held.groups else 0
    if not ids:
        return Amounts(size, *(np.empty(0, kind) for kind in (np.int64, float, bool, bool)))
    return Amounts(size, np.concatenate(ids), *map(np.concatenate, zip(*columns, strict=True)))


def _amounts(group: Group, forms: pa.Array) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The places of the typed forms, and the columns of ``Amounts``.

    Forms that aren't looked at count as typed and not known: nothing is said of them then.
    """
    import numpy as np

    places = np.arange(len(forms))
    approx = np.zeros(len(forms), np.float64)
    known, whole = (np.zeros(len(forms), bool) for _ in range(2))
    if family_of(group.datatype) != xsd.Family.EXACT:
        return places, approx, known, whole
    plain = _plain(forms, approx) if group.datatype in _WHOLE else known.copy()
    known |= plain
    whole |= plain
    left = np.flatnonzero(~plain)
    if len(left) > _FEW:
        return places, approx, known, whole
    typed = plain.copy()
    for place in left.tolist():
        value = _value(forms[place].as_py(), group.datatype)
        if value is None:
            continue
        typed[place] = True
        approx[place] = value.approx
        exact = stored(value)
        if exact is not None:
            known[place] = True
            whole[place] = abs(exact) <= LARGEST and exact == exact.to_integral_value()
    return places[typed], approx[typed], known[typed], whole[typed]


def _value(lex: str, datatype: str) -> xsd.Value | None:
    return None if xsd.ill_typed(lex, datatype) else xsd.value(lex, datatype)


def _plain(forms: pa.Array, approx: Numbers) -> Numbers:
    """Which forms are a few digits and nothing else; their numbers are put into ``approx``."""
    import numpy as np

    ends = np.frombuffer(forms.buffers()[1], np.int64)[forms.offset :][: len(forms) + 1]
    text = np.frombuffer(forms.buffers()[2] or b"", np.uint8)
    digits = text - np.uint8(_ZERO)
    others = np.concatenate([[0], np.cumsum(digits > 9)])
    starts, sizes = ends[:-1], np.diff(ends)
    plain: Numbers = (sizes > 0) & (sizes <= _DIGITS) & (others[ends[1:]] == others[starts])
    for step in range(_DIGITS):
        more = np.flatnonzero(plain & (sizes > step))
        if not len(more):
            break
        approx[more] = approx[more] * 10 + digits[starts[more] + step]
    return plain
