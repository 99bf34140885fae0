"""What a knowledge graph does with links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kkgraph.store import Store

if TYPE_CHECKING:
    from kkgraph.link.linking import Decider
    from kkgraph.link.records import Entry, Linking, Side


class LinkWork:
    """The part of ``KnowledgeGraph`` that has to do with links."""

    store: Store

    def link(
        self,
        source: Path | str | tuple[Side, Sequence[Entry]],
        to: Path | str | tuple[Side, Sequence[Entry]] | Decider | None = None,
        *,
        roles: Mapping[str, str] | None = None,
        threshold: float | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Linking:
        """The rows of a file linked to the local administrations of this graph, or to ``to``.

        ``source`` and ``to`` are files, or sides with entries as ``kkgraph.link.read`` gives them;
        ``to`` may be a service too (``kkgraph.link.remote.RemoteTarget``), or its address;
        ``roles`` says what columns of the source mean, ``threshold`` is the least probability of a
        link. Nothing is stored. Raises as ``kkgraph.link.read`` and ``kkgraph.link.link`` do.
        """
        from kkgraph.link import linking, reading, target
        from kkgraph.link.remote import RemoteTarget

        sides = reading.of_graph(self.store) if to is None else to
        if isinstance(sides, str) and sides.lower().startswith(("http://", "https://")):
            sides = RemoteTarget.open(sides)
        return linking.link(
            source if isinstance(source, tuple) else reading.read(source, roles),
            reading.read(sides) if isinstance(sides, Path | str) else sides,
            threshold=target.THRESHOLD if threshold is None else threshold,
            progress=progress,
        )
