"""Queries as trees of texts, so that they can be searched, and shrunk, by their parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A part of a query: texts and parts one after the other.

    ``kind`` says what can stand in its place. The parts of a ``list`` can be left out, and stand
    between ``separator``.
    """

    kind: str
    parts: tuple[Node | str, ...]
    separator: str = ""

    def __str__(self) -> str:
        return self.separator.join(str(part) for part in self.parts)

    def all(self) -> Iterator[Node]:
        """This node, and all below it."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.all()

    def of(self, kind: str) -> list[Node]:
        """The nodes of a kind, this one among them."""
        return [node for node in self.all() if node.kind == kind]


def node(kind, *parts):
    return Node(kind, tuple(parts))


def listed(parts, separator=" "):
    return Node("list", tuple(parts), separator)


def smaller(tree):
    """Trees that have a little less, the greatest cuts first."""
    found = [*_cut(tree)]
    return sorted(found, key=lambda t: len(str(t)))


def _cut(tree):
    if tree.kind == "list":
        for place in range(len(tree.parts)):
            yield Node("list", tree.parts[:place] + tree.parts[place + 1 :], tree.separator)
    else:
        yield from (n for n in tree.all() if n.kind == tree.kind and n is not tree)
    for place, part in enumerate(tree.parts):
        if isinstance(part, Node):
            for less in _cut(part):
                parts = (*tree.parts[:place], less, *tree.parts[place + 1 :])
                yield Node(tree.kind, parts, tree.separator)
