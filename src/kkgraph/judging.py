"""What a knowledge graph does to judge data: validate, check, reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import names, turtle
from kkgraph.analytic import ColumnarStore
from kkgraph.analytic.spread import SparkStore
from kkgraph.errors import ReasonError, StoreError
from kkgraph.large import at_hand, is_large, statements
from kkgraph.store import Store

if TYPE_CHECKING:
    from kkgraph.model import Problem
    from kkgraph.reasoning import Outcome
    from kkgraph.shapes import Report

_OF_HELD: Final = frozenset(("first", "progress", "explained"))


class JudgingWork:
    """The part of ``KnowledgeGraph`` that judges data."""

    store: Store

    def validate(
        self,
        paths: Sequence[Path | str] = (),
        *,
        shapes: Sequence[Path | str] = (),
        engine: str = "auto",
        background: bool = True,
        **bulk: Any,
    ) -> Report:
        """The problems of RDF files, or of this graph's own data where no file is given.

        Small files are validated directly, large ones (and compressed, Parquet or saved columnar
        ones) as SQL; ``engine`` columnar forces SQL, pyshacl asks for a second opinion. Without
        ``background`` the files stand alone. ``bulk`` options are those of
        ``kkgraph.shapes.bulk.validate_files``: first, memory, threads, skip_errors, changed,
        removed, progress.
        """
        from kkgraph import shapes as validation

        chosen = [Path(s) for s in shapes]
        if paths:
            return validation.validate_files(
                [Path(p) for p in paths],
                self.background() if background else (),
                shapes=chosen,
                engine=engine,
                **bulk,
            )
        if isinstance(self.store, ColumnarStore) and engine != "pyshacl":
            from kkgraph.shapes import bulk as bulk_validation

            held = self.store.only(names.is_background, memory=bulk.get("memory"))
            return bulk_validation.validate_held(
                held, shapes=chosen, **{k: bulk[k] for k in _OF_HELD & bulk.keys()}
            )
        if isinstance(self.store, SparkStore) and is_large(self.store):
            raise StoreError(
                "not-on-spark",
                f"{statements(self.store):,} statements are too much to be fetched for validation",
                where=self.store.where,
                hint="Validate the tables there: kkgraph validate --tables FOLDER --engine spark.",
            )
        return validation.validate(self.background(), shapes=chosen, engine=engine)

    def check(self) -> list[Problem]:
        """The ontology's hygiene problems: one for each row of each check."""
        from kkgraph import hygiene

        return hygiene.check(self.store)

    def reason(
        self, paths: Sequence[Path | str] = (), *, explain: bool = True, timeout_s: float = 60.0
    ) -> Outcome:
        """Consistency and classification by HermiT (extra ``reason``), with these files added.

        An inconsistency is explained by a minimal set of axioms. Nothing is stored. Raises
        ``ReasonError`` (no-reasoner, reasoner-failed, reason-timeout, too-much-to-classify),
        ``SourceError`` (bad-rdf).
        """
        from kkgraph import reasoning

        if isinstance(self.store, ColumnarStore | SparkStore) and is_large(self.store):
            raise ReasonError(
                "too-much-to-classify",
                f"HermiT is for some thousand statements, and here are {statements(self.store):,}",
                where=self.store.where,
                hint="Apply the rules as SQL: kkgraph reason FILE.kk (without --store), or "
                "kkgraph reason --tables FOLDER --engine spark.",
            )
        quads = self._asserted()
        for path in paths:
            quads += turtle.parse_file(path)
        return reasoning.reason(quads, explain=explain, timeout_s=timeout_s)

    def inferred_trig(self) -> str:
        """What the reasoner adds, as the canonical TriG of ``kkg:inferred``."""
        from kkgraph import reasoning

        return str(reasoning.inferred_trig(self._asserted()))

    def background(self) -> list[ox.Quad]:
        """The quads that validation looks things up in; see ``names.is_background``.

        Of a large columnar file, or of large tables for Spark, only the study's: its cases are too
        much to look things up in.
        """
        return list(self.store.quads(g for g in at_hand(self.store) if names.is_background(g)))

    def _asserted(self) -> list[ox.Quad]:
        inferred = names.KKG + "inferred"
        graphs = (g for g in self.store.graphs() if g != inferred and not names.is_apart(g))
        return list(self.store.quads(graphs))
