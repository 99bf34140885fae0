"""A federated question answered: from the machines that it declares, or from what was kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import answers, files, questions, sparql
from kkgraph.errors import KkgraphError, QuestionError
from kkgraph.federation import keeping
from kkgraph.federation.relay import Relay
from kkgraph.fetching import Fetcher
from kkgraph.model import Answer, Federation, Question, Remote
from kkgraph.reading import Reader
from kkgraph.store import Limits
from kkgraph.tables import Table

MAX_VALUES: Final = 5_000
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether other machines may be asked, and the folder of what they answered.

    Without ``cache`` it is the user's own (``files.cache_folder``). ``fetcher`` asks them (without
    it: one with the question's own time limit). Where ``fresh_s`` is given, a kept answer that is
    younger is not asked for again, and an older one stands in where a machine fails. Of more than
    ``most`` kept answers the oldest are removed.
    """

    remote: bool = False
    cache: Path | None = None
    fetcher: Fetcher | None = None
    fresh_s: float | None = None
    most: int | None = None


def ask(  # noqa: PLR0913, PLR0917
    reader: Reader, question: Question, bound: str, lang: str, limits: Limits, allowed: Allowed
) -> Table:
    """The table of a federated question whose parameters are bound in ``bound``.

    Only the endpoints of its header are contacted, and only where that is allowed: the answer is
    then kept. Otherwise the kept one is returned, with
    its date in ``remote``. Values of the variables that the header calls given are looked up here
    and sent; nothing else of this graph leaves. Raises ``QuestionError``: remote-access (not
    allowed and nothing kept, or a service that isn't declared), too-many-values; ``RemoteError``;
    ``StoreError`` timeout.
    """
    declared = question.federated
    assert declared is not None
    sparql.refuse_undeclared(bound, declared.endpoints, where=question.id)
    values = {name: _values(reader, name, pattern) for name, pattern in declared.given}
    folder = allowed.cache or files.cache_folder() / "federated"
    if not all(values.values()):
        empty = Answer(tuple(c.name for c in question.columns))
        return answers.arranged(reader, question, empty, lang)
    text = questions.give(question, values, bound)
    name = keeping.key(text, limits.max_rows)
    kept = keeping.get(folder, name)
    if not allowed.remote:
        if kept is None:
            raise _not_allowed(question, declared)
        return _table(reader, question, kept, lang, kept=True)
    if kept is not None and kept.age_s < (allowed.fresh_s or 0):
        return _table(reader, question, kept, lang, kept=True)
    try:
        found = _contact(reader, declared, text, limits, allowed.fetcher)
    except KkgraphError as error:
        if kept is not None and error.exit_code == 3:
            if allowed.fresh_s is not None:
                return _table(reader, question, kept, lang, kept=True)
            error.hint += f" An answer of {kept.fetched} is kept: ask without allowing it."
        raise
    fresh = keeping.Kept(found, time.strftime(keeping.STAMP, time.gmtime()))
    keeping.put(folder, name, fresh, question=question.id, endpoints=declared.endpoints)
    if allowed.most is not None:
        keeping.prune(folder, allowed.most)
    return _table(reader, question, fresh, lang, kept=False)


def _contact(
    reader: Reader, declared: Federation, text: str, limits: Limits, fetcher: Fetcher | None
) -> Answer:
    """The answer of the engine, in a process of its own, with its services sent to a relay."""
    seconds = limits.timeout_s or declared.timeout_s
    if fetcher is None:
        fetcher = Fetcher(timeout_s=seconds, total_s=seconds, tries=_TRIES, max_wait_s=seconds)
    with Relay(declared.endpoints, fetcher) as relay:
        try:
            found = reader.store.query_apart(
                sparql.send_services(text, relay.places), Limits(seconds, limits.max_rows)
            )
        except KkgraphError as error:
            if relay.error is not None and error.code != "timeout":
                raise relay.error from error
            raise
    if relay.error is not None:  # SERVICE SILENT would pass a failure off as "nothing found"
        raise relay.error
    return found


def _table(
    reader: Reader, question: Question, found: keeping.Kept, lang: str, *, kept: bool
) -> Table:
    assert question.federated is not None
    table = answers.arranged(reader, question, found.answer, lang)
    return replace(table, remote=Remote(question.federated.endpoints, found.fetched, kept))


def _values(reader: Reader, name: str, pattern: str) -> list[str]:
    """The values of a given variable in this graph, as SPARQL terms, in order."""
    rows = reader.store.query(
        f"SELECT DISTINCT ?{name} {{ {pattern} }} ORDER BY ?{name} LIMIT {MAX_VALUES + 1}",
        Limits(max_rows=None),
    ).rows
    if len(rows) > MAX_VALUES:
        raise QuestionError(
            "too-many-values",
            f"more than {MAX_VALUES:,} values of ?{name} would be sent",
            where=name,
            hint="Narrow the pattern under given, or ask with a parameter.",
        )
    return [_term(term) for (term,) in rows if isinstance(term, ox.NamedNode | ox.Literal)]


def _term(term: Any) -> str:
    if isinstance(term, ox.NamedNode):
        return sparql.iri(term.value)
    if term.language:
        return sparql.literal(term.value, lang=term.language)
    return sparql.literal(term.value, datatype=term.datatype.value)


def _not_allowed(question: Question, declared: Federation) -> QuestionError:
    return QuestionError(
        "remote-access",
        f"this question asks {', '.join(declared.endpoints)}, and no answer from there is kept",
        where=question.id,
        hint="Allow it on purpose, once: allow_remote=True, or --allow-remote. The answer is then "
        "kept for when they can't be asked.",
    )
