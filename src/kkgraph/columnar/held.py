"""Loaded data as sorted arrays in memory, for which no engine is started until SQL is asked.

Where a validation can be answered on arrays, moving the terms and triples into tables, typing
every literal and starting the engine take longer than the validation itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays, native
from kkgraph.columnar.dictionary import NARROW, Dictionary, Gathering, Group, grouped, placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]

MOST: Final = 4_000_000
"""Data of more triples are moved into tables at once: these can leave the memory."""


@dataclass(frozen=True)
class Held:
    """The groups of terms with their forms, and the triples by predicate, subject and object.

    ``spans`` says where the triples of each predicate stand in ``subjects`` and ``objects``.
    """

    groups: list[Group]
    forms: list[pa.Array]
    spans: dict[int, tuple[int, int]]
    subjects: Numbers
    objects: Numbers
    sources: list[tuple[str, str]]
    threads: int

    @property
    def n_triples(self) -> int:
        """How many triples there are."""
        return len(self.subjects)

    def of(self, predicate: int) -> tuple[Numbers, Numbers]:
        """The subjects and objects of a predicate, sorted."""
        low, high = self.spans.get(predicate, (0, 0))
        return self.subjects[low:high], self.objects[low:high]

    def predicates(self) -> Numbers:
        """The predicate of each triple."""
        import numpy as np

        sizes = [high - low for low, high in self.spans.values()]
        return np.repeat(np.fromiter(self.spans, np.int32, len(sizes)), sizes)

    def texts(self, numbers: Numbers) -> pa.Array:
        """The lexical forms of some terms, whose numbers are sorted."""
        import numpy as np
        import pyarrow as pa

        ends = np.searchsorted(numbers, [group.hi for group in self.groups])
        found, start = [], 0
        for group, forms, end in zip(self.groups, self.forms, ends.tolist(), strict=True):
            if end > start:
                found.append(forms.take(arrays.integers(numbers[start:end] - group.lo)))
            start = end
        return pa.concat_arrays(found) if found else pa.array([], pa.large_string())

    def numbered(self, group: Group, wanted: Sequence[str]) -> dict[str, int]:
        """The numbers of some forms of a group, those that it has."""
        import numpy as np
        import pyarrow.compute as pc

        forms = self.forms[self.groups.index(group)]
        places = pc.index_in(forms, value_set=arrays.strings(wanted))
        at = np.flatnonzero(arrays.truths(pc.is_valid(places)))
        return {forms[place].as_py(): group.lo + place for place in at.tolist()}


def hold(gathering: Gathering, sources: list[tuple[str, str]], threads: int) -> Held | None:
    """What was gathered, used up; None, and nothing used, where it must go into tables.

    It must where there are more triples than ``MOST``, named graphs, or no compiled reader.
    """
    import numpy as np

    compiled = native.library()
    named = any(graphs is not None for _, graphs, _ in gathering.rows)
    if compiled is None or named or gathering.n_rows > MOST or gathering.n_terms > NARROW:
        return None
    groups, every, numbers = [], [], {}
    for key, group, forms, codes in grouped(gathering):
        groups.append(group)
        every.append(forms)
        numbers[key] = codes
    blocks = ((spo, own) for spo, _, own in placed(gathering, Dictionary(groups, numbers, [])))
    found = compiled.sorted_rows(blocks, groups[-1].hi if groups else 0, threads)
    columns = found.columns(0, found.n)
    predicates = columns["p"]
    cuts = np.flatnonzero(np.append(True, predicates[1:] != predicates[:-1])[: found.n])
    stretches = pairwise([*cuts.tolist(), found.n])
    spans = dict(zip(predicates[cuts].tolist(), stretches, strict=True))
    return Held(groups, every, spans, columns["s"], columns["o"], sources, threads)
