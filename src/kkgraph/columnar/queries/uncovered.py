"""What is raised for a query that has no translation, and stops one that turns out to have none."""

from __future__ import annotations

from typing import Final


class UncoveredError(Exception):
    """A query, or a part of it, has no translation; the text says which part."""


MARK: Final = "uncovered: "


def refused(reason: str) -> str:
    """SQL that stops the statement, because it can't answer exactly."""
    return f"error('{MARK}{reason}')"
