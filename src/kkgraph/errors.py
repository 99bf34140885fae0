"""The error tree: one root, one class for each kind of failure, one code for each cause.

Every error carries ``code`` (a heading in ``docs/errors.md``), ``where`` (a file with its line,
a sheet with its cell, or an IRI) and ``hint`` (what to do next). Data that break a shape are a
result and never an error.
"""

from __future__ import annotations


class KkgraphError(Exception):
    """Any failure that kkgraph reports on purpose.

    ``exit_code`` is what the command line returns for it: 2 for bad input, 3 for a failure
    outside the user's input (an engine, a time limit, a missing program).
    """

    exit_code = 2

    def __init__(self, code: str, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.message, self.where, self.hint)

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n{self.hint}" if self.hint else head


def _rebuild(
    kind: type[KkgraphError], code: str, message: str, where: str, hint: str
) -> KkgraphError:
    return kind(code, message, where=where, hint=hint)


class SourceError(KkgraphError):
    """A file is missing, unreadable, not the expected one, or cannot be parsed."""


class TermError(KkgraphError):
    """A name, prefix or IRI is unknown, ambiguous or clashes with another."""


class QuestionError(KkgraphError):
    """A question file, a parameter or a query is wrong or not allowed."""


class ShapeError(KkgraphError):
    """The shapes themselves are wrong (not the data)."""


class ReasonError(KkgraphError):
    """The reasoner is absent or failed, or the graph is inconsistent."""

    exit_code = 3


class StoreError(KkgraphError):
    """The store failed: unreadable, half-written, or a query passed its time or memory limit."""

    exit_code = 3


class LinkError(KkgraphError):
    """Two datasets cannot be linked."""


class RemoteError(KkgraphError):
    """Another machine didn't answer, refused, broke off, or answered something else.

    ``status`` and ``body`` are what it sent where it refused (an HTTP status, else 0).
    """

    exit_code = 3
    status = 0
    body = b""


class RequestError(KkgraphError):
    """A request over HTTP that is refused before anything is done."""
