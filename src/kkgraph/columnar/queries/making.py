"""Terms made of numbers, lexical forms and computed values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from kkgraph.columnar.queries.columns import XSD
from kkgraph.columnar.queries.kinds import RANKS
from kkgraph.columnar.queries.space import Space

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.tables import Columnar

    Numbers = np.ndarray[Any, np.dtype[Any]]

_MANY: Final = 200_000
_KNOWN: Final[WeakKeyDictionary[Columnar, dict[int, Any]]] = WeakKeyDictionary()
_FLOAT: Final = ox.NamedNode(XSD + "float")


def terms_of(space: Space, numbers: Numbers, texts: Callable[[Numbers], pa.Array]) -> list[Any]:
    """The term of each number; None for -1, which is unbound.

    The numbers are sorted; ``texts`` gives the lexical forms of those that are terms of the data.
    Terms of the data are remembered, some thousands of each file: answers often name the same.
    """
    import numpy as np

    first = int(np.searchsorted(numbers, 0))
    made = [space.made.get(n) for n in numbers[:first].tolist()]
    known = _KNOWN.setdefault(space.columnar, {})
    wanted = numbers[first:].tolist()
    found = list(map(known.get, wanted))
    missing = [place for place, term in enumerate(found) if term is None]
    if missing:
        fresh = _fresh(space, numbers[first:][missing], texts)
        for place, term in zip(missing, fresh, strict=True):
            found[place] = term
        if len(known) + len(fresh) > _MANY:
            known.clear()
        if len(fresh) <= _MANY:
            known.update((wanted[place], found[place]) for place in missing)
    return made + found


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
