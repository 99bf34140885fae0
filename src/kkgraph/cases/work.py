"""What a knowledge graph does with cases: forms, load, list, show, unload, compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkgraph import files, names
from kkgraph.errors import TermError
from kkgraph.large import at_hand
from kkgraph.reading import Reader
from kkgraph.store import Store

if TYPE_CHECKING:
    from kkgraph.cases.filing import Filed
    from kkgraph.cases.loading import Loading
    from kkgraph.cases.matrix import Comparison
    from kkgraph.cases.shelf import LoadedCase


class CaseWork:
    """The part of ``KnowledgeGraph`` that has to do with cases."""

    store: Store
    reader: Reader

    def load(
        self, path: Path | str, *, progress: Callable[[str], None] | None = None, **how: Any
    ) -> Loading:
        """What came of loading a case into its own graph, ``kkg:case-<name>``.

        ``path`` is a file of any kind that ``kkgraph validate`` reads, a folder, or the name of a
        shipped case. ``how`` are the fields of ``kkgraph.cases.loading.How``: name, replace, force,
        shapes. A case with problems is not loaded, unless forced. Bodies with a code that the
        graph knows become the graph's. In memory the submitted file isn't kept. Raises
        ``SourceError``, ``TermError`` (case-exists, bad-case-name), ``ShapeError``, ``StoreError``.
        """
        from kkgraph.cases import loading

        return loading.load(self.store, Path(path), loading.How(**how), progress)

    def unload(self, case: str) -> int:
        """How many triples a case had; it is gone afterwards. ``TermError`` unknown-case."""
        from kkgraph.cases import shelf

        return shelf.unload(self.store, case)

    def cases(self) -> list[LoadedCase]:
        """The loaded cases, by name."""
        from kkgraph.cases import shelf

        return shelf.loaded(self.reader)

    def case(self, name: str) -> LoadedCase:
        """A loaded case; ``TermError`` unknown-case, with the nearest names."""
        from kkgraph.cases import shelf

        return shelf.read(self.reader, name)

    def compare(
        self, by: str = "theme", *, cases: Sequence[str] = (), lang: str = "en", **more: Any
    ) -> Comparison:
        """The cases against the conditions of a kind, in three states, with the evidence.

        ``by`` is theme, system, barrier, enabler, collaboration or goal. ``cases`` are names of
        loaded cases, and "study"; none: all. ``more`` are the other fields of
        ``kkgraph.cases.comparison.Asked``: count, rows. Raises ``QuestionError`` bad-value,
        ``TermError`` unknown-case.
        """
        from kkgraph.cases import comparison

        asked = comparison.Asked(by=by, cases=cases, lang=lang, **more)
        return comparison.compare(self.reader, asked)

    def template(
        self,
        path: Path | str,
        *,
        lang: str = "en",
        fill: Path | str | None = None,
        shapes: Sequence[Path | str] = (),
        replace: bool = False,
    ) -> Filed:
        """Write the form of a case: .xlsx, .yaml, or a folder of CSV files.

        ``fill`` puts a case into it: a file of any kind, or the id of a loaded or shipped case.
        Raises ``SourceError`` file-exists unless ``replace``, ``QuestionError`` bad-value for
        another ending, ``TermError`` unknown-graph; those of ``cases.reading.read`` for ``fill``.
        """
        from kkgraph.cases import filing
        from kkgraph.cases.known import Known

        graph = names.CASE_PREFIX + str(fill)
        filled = [graph] if graph in self.store.graphs() else []
        graphs = [g for g in at_hand(self.store) if not names.is_apart(g) and g not in filled]
        known = Known.of(self.store.quads([*graphs, *filled]))
        options: dict[str, Any] = {
            "lang": lang,
            "shapes": [Path(s) for s in shapes],
            "replace": replace,
        }
        if fill is None:
            return filing.empty(Path(path), known, **options)
        if Path(fill).exists():
            return filing.from_file(Path(path), Path(fill), known, **options)
        triples = [q.triple for q in self.store.quads(filled)]
        shipped = files.case_packages()
        if not triples and str(fill) in shipped:
            source = shipped[str(fill)] / f"{fill}.ttl"
            return filing.from_file(Path(path), source, known, **options)
        if not triples:
            raise TermError(
                "unknown-graph",
                f'there is no file and no loaded or shipped case "{fill}"',
                hint="Give a case's file, the id of a case in the store, or one that is shipped: "
                + f"{', '.join(shipped)}.",
            )
        return filing.from_triples(Path(path), triples, known, slug=str(fill), **options)
