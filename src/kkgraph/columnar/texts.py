"""Tests of texts on held data: patterns and lengths, each distinct value once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.lane import distinct_numbers, within
from kkgraph.columnar.space import Space
from kkgraph.shacl import forms as f
from kkgraph.shacl.patterns import for_re2, matching

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.held import Held

    Numbers = np.ndarray[Any, np.dtype[Any]]

TEXTS: Final = (f.Pattern, f.MinLength, f.MaxLength)


def at_fault(constraint: Any, values: Numbers, space: Space, held: Held) -> Numbers:
    """Which values break a constraint on their text; a blank node always does."""
    import numpy as np
    import pyarrow.compute as pc

    distinct = distinct_numbers(values, space.columnar.n_terms)
    texts = held.texts(distinct)
    match constraint:
        case f.Pattern():
            wrong = ~matches(constraint, texts)
        case f.MinLength(count):
            wrong = arrays.numbers(pc.utf8_length(texts)) < count
        case _:
            wrong = arrays.numbers(pc.utf8_length(texts)) > constraint.count
    wrong |= within(distinct, space.ranges("bnode"))
    fails: Numbers = wrong[np.searchsorted(distinct, values)]
    return fails


def matches(constraint: f.Pattern, texts: pa.Array) -> Numbers:
    """Which texts match: by RE2, or by Oxigraph's engine where RE2 lacks something."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    regex = for_re2(constraint)
    if regex is not None:
        try:
            return arrays.truths(pc.match_substring_regex(texts, regex))
        except pa.ArrowInvalid:
            pass
    every = texts.to_pylist()
    good = matching(constraint, every)
    return np.fromiter((text in good for text in every), bool, len(every))
