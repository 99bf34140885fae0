"""Asking other machines for a served query: those on the list, through a relay, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph import sparql
from kkgraph.addresses import Permit
from kkgraph.errors import KkgraphError
from kkgraph.federation import Allowed
from kkgraph.federation.relay import Relay
from kkgraph.fetching import Fetcher
from kkgraph.model import Question
from kkgraph.names import PREFIXES
from kkgraph.sparql import syntax_error

_BASE: Final = "http://base.invalid/"
_FRESH_S: Final = 300.0
_KEPT: Final = 1000
_SHARE: Final = 0.4  # of a query's time for one try, so that a second one and the rest fit in


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a served query may ask, and what that may take.

    ``seconds`` are those of the whole query, ``max_bytes`` those of one answer, ``calls`` how often
    one query may ask. In ``kept`` the answers of stored questions are kept while the server runs.
    """

    permitted: Permit
    kept: Path
    seconds: float
    max_bytes: int
    calls: int

    @contextmanager
    def sent(self, text: str) -> Iterator[str]:
        """The query with its services sent to a relay that runs meanwhile; else as it is.

        Raises ``QuestionError`` remote-access where a service isn't on the list or isn't written
        ``SERVICE <address>``, service-limit; ``RemoteError`` where one fails, unless it is
        ``SILENT``; ``SourceError`` bad-address where its name leads into a private network;
        ``QuestionError`` bad-sparql.
        """
        named = [a for a in sparql.named_services(text) if self.permitted.allows(a)]
        left = sparql.refuse_undeclared(text, named)
        if not named:
            yield text
            return
        _check_syntax(left, text)
        with Relay(named, self._fetcher(), calls=self.calls) as relay:
            try:
                yield sparql.send_services(text, relay.places)
            except KkgraphError as error:
                if relay.error is not None and error.code == "engine-failed":
                    raise relay.error from error
                raise

    def asks(self, question: Question) -> bool:
        """True where every machine that the stored question declares is on the list."""
        declared = question.federated
        return declared is not None and all(map(self.permitted.allows, declared.endpoints))

    def allowed(self) -> Allowed:
        """What a stored question may do: its answer is kept, and stands in for the next ones."""
        return Allowed(
            remote=True, cache=self.kept, fetcher=self._fetcher(), fresh_s=_FRESH_S, most=_KEPT
        )

    def _fetcher(self) -> Fetcher:
        seconds = self.seconds * _SHARE
        return Fetcher(
            timeout_s=seconds, total_s=seconds, max_bytes=self.max_bytes, tries=2,
            max_wait_s=1.0, permitted=self.permitted,
        )  # fmt: skip


def _check_syntax(left: str, text: str) -> None:
    """Raise ``QuestionError`` bad-sparql with the place in the text as it was asked.

    What is sent to the relay has other addresses, and so other places, than what was asked.
    """
    try:
        ox.Store().query(left, base_iri=_BASE, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, text) from error
    except (ValueError, RuntimeError, OSError):
        pass  # it parses
