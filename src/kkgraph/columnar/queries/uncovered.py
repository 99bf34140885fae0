"""What is raised for a query that has no translation."""

from __future__ import annotations


class UncoveredError(Exception):
    """A query, or a part of it, has no translation; the text says which part."""
