"""Terms made of numbers, lexical forms and computed values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.keeping import PerFile
from kkgraph.columnar.queries.columns import XSD
from kkgraph.columnar.queries.kinds import RANKS
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.session import allowed_bytes

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.tables import Columnar

    Numbers = np.ndarray[Any, np.dtype[Any]]

_BYTES_A_MADE: Final = 256
"""About so many bytes a term takes that is remembered, with its text."""
_BYTES_A_TERM: Final = 9
_SHARE: Final = 16
"""Remembered terms may take this part of the session's memory, and so may their places."""
_MOST: Final = 2**29
_ELSEWHERE: Final = 2**32
"""So many bytes count as the memory where the engine has its own on other machines."""
_FLOAT: Final = ox.NamedNode(XSD + "float")


def terms_of(space: Space, numbers: Numbers, texts: Callable[[Numbers], pa.Array]) -> list[Any]:
    """The term of each number; None for -1, which is unbound.

    ``texts`` gives the lexical forms of terms of the data, whose numbers are sorted and different.
    Terms of the data are remembered: answers often name the same.
    """
    import numpy as np

    if not len(numbers):
        return []
    remembered = _REMEMBERED.of(space.columnar)
    in_data = numbers >= 0
    if in_data.all():
        found = remembered.terms(numbers, lambda some: _fresh(space, some, texts))
    else:
        found = np.empty(len(numbers), object)
        found[in_data] = remembered.terms(numbers[in_data], lambda some: _fresh(space, some, texts))
        others = [space.made.get(number) for number in numbers[~in_data].tolist()]
        found[~in_data] = _array(others)
    rows: list[Any] = found.tolist()
    return rows


class _Remembered:
    """Terms of one file, by their numbers.

    The arrays have a place for each term of the file; a page of their memory is taken when a term
    in it is first made. Files for which even all pages are too many have nothing remembered; of
    the others all is forgotten when there is no more room.
    """

    def __init__(self, columnar: Columnar) -> None:
        self._size = columnar.n_terms
        memory = _ELSEWHERE if columnar.elsewhere else allowed_bytes(columnar.connection)
        room = min(memory // _SHARE, _MOST)
        self._allowed = self._size * _BYTES_A_TERM <= room
        self._most = room // _BYTES_A_MADE
        self._forget()

    def _forget(self) -> None:
        import numpy as np

        size = self._size if self._allowed else 0
        self._kept: tuple[Numbers, Numbers] = np.empty(size, object), np.zeros(size, bool)
        self._count = 0

    def terms(self, numbers: Numbers, fresh: Callable[[Numbers], list[Any]]) -> Numbers:
        """The term of each number; ``fresh`` makes those of numbers that are sorted and different.

        Other threads may do the same meanwhile: a term stands in its place before it is ``made``.
        """
        import numpy as np

        terms, made = self._kept
        if self._allowed:
            lacking = numbers[~made[numbers]]
            if not len(lacking):
                found: Numbers = terms[numbers]
                return found
        else:
            lacking = numbers
        new = _different(lacking)
        values = _array(fresh(new))
        if not self._allowed or len(new) > self._most:
            every = _different(numbers)
            if len(every) > len(new):
                values = _array(fresh(every))
            return values[np.searchsorted(every, numbers)]
        if self._count + len(new) > self._most:
            self._forget()
            return self.terms(numbers, fresh)
        terms[new] = values
        made[new] = True
        self._count += len(new)
        return terms[numbers]


def _different(numbers: Numbers) -> Numbers:
    """Each number once, in ascending order."""
    import numpy as np

    found = np.sort(numbers)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def _array(terms: list[Any]) -> Numbers:
    import numpy as np

    made = np.empty(len(terms), object)
    made[:] = terms
    return made


_REMEMBERED: Final = PerFile(_Remembered)


def _fresh(space: Space, numbers: Numbers, texts: Callable[[Numbers], pa.Array]) -> list[Any]:
    """Terms of the data, newly made."""
    import numpy as np

    forms = texts(numbers).to_pylist()
    groups = space.columnar.groups
    ends = np.searchsorted(numbers, [group.hi for group in groups]).tolist()
    found: list[Any] = []
    start = 0
    for group, end in zip(groups, ends, strict=True):
        if end > start:
            found += map(_maker(group), forms[start:end])
            start = end
    return found


def _maker(group: Group) -> Callable[[str], Any]:
    """What makes a term of a group from its lexical form."""
    if group.kind == "iri":
        return ox.NamedNode
    if group.kind == "bnode":
        return ox.BlankNode
    if group.lang:
        return partial(ox.Literal, language=group.lang)
    return partial(ox.Literal, datatype=ox.NamedNode(group.datatype))


def computed(kind: str, value: Any) -> Any:
    """The term of a computed value of one of the kinds of ``columns.STORED``."""
    return _MAKE[kind](value)


def _typed(kind: str, form: Callable[[Any], str]) -> Callable[[Any], ox.Literal]:
    datatype = ox.NamedNode(XSD + kind)
    return lambda value: ox.Literal(form(value), datatype=datatype)


def _single(value: float) -> ox.Literal:
    """A float in the fewest digits that mean it."""
    import numpy as np

    text = np.format_float_positional(np.float32(value), unique=True, trim="-")
    return ox.Literal(text.replace("inf", "INF").replace("nan", "NaN"), datatype=_FLOAT)


def _number(value: dict[str, Any]) -> ox.Literal:
    kind = RANKS[value["rank"]]
    found = value["approx"] if kind in ("float", "double") else value["exact"]
    made: ox.Literal = _MAKE[kind](int(found) if kind == "integer" else found)
    return made


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


_MAKE: Final[dict[str, Callable[[Any], Any]]] = {
    "boolean": _typed("boolean", lambda value: "true" if value else "false"),
    "integer": _typed("integer", str),
    "decimal": _typed("decimal", _decimal),
    "float": _single,
    "double": lambda value: ox.Literal(float(value)),
    "number": _number,
    "string": ox.Literal,
    "iri": ox.NamedNode,
}
