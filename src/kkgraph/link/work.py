"""What a knowledge graph does with registers and links: add, list, remove, and put links in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kkgraph.model import Text
from kkgraph.store import Store

if TYPE_CHECKING:
    from kkgraph.link.authorities import Added, Stored
    from kkgraph.link.linking import Decider
    from kkgraph.link.linksets import LinkSet, Put
    from kkgraph.link.records import Entry, Linking, Side
    from kkgraph.link.sssom import Form


class LinkWork:
    """The part of ``KnowledgeGraph`` that has to do with registers and links."""

    store: Store

    def link(  # noqa: PLR0913 - each is one independent wish
        self,
        source: Path | str | tuple[Side, Sequence[Entry]],
        to: Path | str | tuple[Side, Sequence[Entry]] | Decider | None = None,
        *,
        roles: Mapping[str, str] | None = None,
        threshold: float | None = None,
        progress: Callable[[str], None] | None = None,
        engine: str = "auto",
        master: str | None = None,
    ) -> Linking:
        """The rows of a file linked to the local administrations of this graph, or to ``to``.

        ``source`` and ``to`` are files, or sides with entries as ``kkgraph.link.read`` gives them;
        ``to`` may be a service too (``kkgraph.link.remote.RemoteTarget``), or its address;
        ``roles`` says what columns of the source mean, ``threshold`` is the least probability of a
        link. Nothing is stored. With ``engine`` spark the rows are shared among the workers of
        Spark at ``master``; the decisions are the same. Raises as ``kkgraph.link.read`` and
        ``kkgraph.link.link`` do.
        """
        from kkgraph.link import linking, reading, target
        from kkgraph.link.remote import RemoteTarget

        sides = reading.of_graph(self.store) if to is None else to
        if isinstance(sides, str) and sides.lower().startswith(("http://", "https://")):
            sides = RemoteTarget.open(sides)
        if isinstance(sides, Path | str):
            sides = reading.read(sides)
        if engine == "spark" and isinstance(sides, tuple):
            from kkgraph.link.spread import SpreadTarget
            from kkgraph.spark.session import session

            sides = SpreadTarget(session(master), *sides)
        return linking.link(
            source if isinstance(source, tuple) else reading.read(source, roles),
            sides,
            threshold=target.THRESHOLD if threshold is None else threshold,
            progress=progress,
        )

    def add_register(  # noqa: PLR0913
        self,
        path: Path | str,
        *,
        name: str = "",
        roles: Mapping[str, str] | None = None,
        period: str = "",
        label: Text | None = None,
        sheet: str = "",
        replace: bool = False,
    ) -> Added:
        """What came of making a table an authority in its own graph, ``kkg:register-<name>``.

        ``roles`` maps columns (``{"agency": "name_th"}``); ``period`` is when it holds (``2017``,
        ``2017..2020``); ``label`` what it is called in English and Thai. With problems nothing is
        stored. Raises ``LinkError``, ``SourceError`` as ``kkgraph.link.register.read`` and
        ``kkgraph.link.authorities.add`` do.
        """
        from kkgraph.link import authorities, register

        found = register.read(path, name=name, roles=roles, period=period, label=label, sheet=sheet)
        return authorities.add(self.store, found, replace=replace)

    def registers(self) -> list[Stored]:
        """The registers of this graph, by name."""
        from kkgraph.link import authorities

        return [authorities.read(self.store, name) for name in authorities.listed(self.store)]

    def register(self, name: str) -> Stored:
        """What is known of a register; ``LinkError`` unknown-register."""
        from kkgraph.link import authorities

        return authorities.read(self.store, name)

    def remove_register(self, name: str) -> int:
        """How many triples a register had; it is gone then. ``LinkError`` unknown-register."""
        from kkgraph.link import authorities

        return authorities.remove(self.store, name)

    def put_links(self, linking: Linking, form: Form | None = None) -> Put:
        """Put a linking into ``kkg:links-<name>`` in place of an older one, in one transaction."""
        from kkgraph.link import linksets, sssom

        return linksets.put(self.store, linking, form or sssom.Form.of(linking))

    def load_links(self, path: Path | str, *, name: str = "") -> Put:
        """Put the links of an SSSOM or RDF file into their graph, in one transaction.

        Raises ``LinkError``, ``SourceError`` as ``kkgraph.link.linksets.load`` does.
        """
        from kkgraph.link import linksets

        return linksets.load(self.store, Path(path), name)

    def links(self) -> list[LinkSet]:
        """The sets of links of this graph, by name."""
        from kkgraph.link import linksets

        return linksets.listed(self.store)

    def remove_links(self, name: str) -> int:
        """How many triples a set of links had; it is gone then. ``LinkError`` unknown-links."""
        from kkgraph.link import linksets

        return linksets.remove(self.store, name)
