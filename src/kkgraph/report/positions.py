"""Where the boxes and lines of the network stand: a tidy tree for each group of joined nodes.

The layout is a function of the network alone: the same network gives the same coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kkgraph.layout import wrap
from kkgraph.model import in_language
from kkgraph.report.records import Edge, Network, Node

BOX: Final = 188
GAP: Final = 140
GUTTER: Final = 36
ROW_GAP: Final = 14
NARROW: Final = 344
INDENT: Final = 24
LABEL: Final = 26
_LEAST: Final = 54
_COLUMN: Final = {"en": 7.0, "th": 8.0}
_LINE: Final = {"en": 17, "th": 21}


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its rectangle, in pixels from the top left."""

    node: Node
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """An edge drawn from (x1, y1) to its box at (x2, y2); ``forward`` where it points at that box.

    ``label_y`` is the baseline of its words where they stand above the box (narrow drawings).
    """

    edge: Edge
    x1: int
    y1: int
    x2: int
    y2: int
    forward: bool
    label_y: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole drawing: its size, boxes and lines."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    def shifted(self, x: int, y: int) -> Plan:
        """The same drawing moved by (x, y); its size is unchanged."""
        boxes = (Box(b.node, b.x + x, b.y + y, b.width, b.height) for b in self.boxes)
        lines = (
            Line(n.edge, n.x1 + x, n.y1 + y, n.x2 + x, n.y2 + y, n.forward, n.label_y + y)
            for n in self.lines
        )
        return Plan(self.width, self.height, tuple(boxes), tuple(lines))


@dataclass(frozen=True, slots=True)
class Tree:
    """A node with the branches that lead away from it; each branch is an edge and a subtree."""

    node: Node
    branches: tuple[tuple[Edge, Tree], ...]

    def depth(self) -> int:
        """How many columns the tree takes."""
        return 1 + max((t.depth() for _, t in self.branches), default=0)

    def size(self) -> int:
        """How many nodes the tree holds."""
        return 1 + sum(t.size() for _, t in self.branches)


def trees(network: Network) -> list[Tree]:
    """One tree for each set of joined nodes, the largest first.

    The root is the node nearest to all others (then: most ties, most outgoing ones, first id). An
    edge that would close a ring hangs off its source with a copy of its target.
    """
    nodes = {n.id: n for n in network.nodes}
    ties: dict[str, list[Edge]] = {n: [] for n in nodes}
    for edge in network.edges:
        ties[edge.source].append(edge)
        ties[edge.target].append(edge)
    out: list[Tree] = []
    left = set(nodes)
    while left:
        members = set(_distances(min(left), ties))
        left -= members

        def rank(node: str) -> tuple[int, int, int, str]:
            leading = sum(e.source == node for e in ties[node])
            return max(_distances(node, ties).values()), -len(ties[node]), -leading, node

        root = min(members, key=rank)
        out.append(_grow(root, nodes, ties))
    return sorted(out, key=lambda t: (-t.size(), t.node.id))


def _distances(start: str, ties: dict[str, list[Edge]]) -> dict[str, int]:
    found = {start: 0}
    queue = [start]
    for node in queue:
        for edge in ties[node]:
            other = edge.target if edge.source == node else edge.source
            if other not in found:
                found[other] = found[node] + 1
                queue.append(other)
    return found


def _grow(root: str, nodes: dict[str, Node], ties: dict[str, list[Edge]]) -> Tree:
    distance = _distances(root, ties)
    drawn: set[str] = {root}
    used: set[tuple[str, str, str]] = set()

    def tree(name: str) -> Tree:
        branches = []
        for edge in ties[name]:
            key = (edge.source, edge.property, edge.target)
            other = edge.target if edge.source == name else edge.source
            if key in used or distance[other] < distance[name]:
                continue
            used.add(key)
            again = other in drawn
            drawn.add(other)
            branches.append((edge, Tree(nodes[other], ()) if again else tree(other)))
        return Tree(nodes[name], tuple(branches))

    return tree(root)


def wide(network: Network, lang: str) -> tuple[Plan, ...]:
    """The drawings for a page: trees grow to the right, deep ones first, then small ones in pairs.

    Both drawings are as wide as two small trees side by side, or as the deepest tree.
    """
    plans = [_tidy(t, lang) for t in trees(network)]
    half = 2 * BOX + GAP
    full = max([2 * half + GUTTER, *(p.width for p in plans)])
    deep, y = [], 0
    for plan in (p for p in plans if p.width > half):
        deep.append(plan.shifted(0, y))
        y += plan.height + GUTTER
    pairs, columns = [], [0, 0]
    for plan in sorted((p for p in plans if p.width <= half), key=lambda p: -p.height):
        column = columns.index(min(columns))
        pairs.append(plan.shifted(column * (half + GUTTER), columns[column]))
        columns[column] += plan.height + GUTTER
    drawn = ((deep, y - GUTTER), (pairs, max(columns) - GUTTER))
    return tuple(_joined(found, full, height) for found, height in drawn if found)


def narrow(network: Network, lang: str) -> tuple[Plan, ...]:
    """The drawing for a phone: trees grow downwards, each branch indented under its node."""
    placed: list[Plan] = []
    y = 0
    for tree in trees(network):
        plan = _indented(tree, lang)
        placed.append(plan.shifted(0, y))
        y += plan.height + GUTTER
    return (_joined(placed, NARROW, y - GUTTER),) if placed else ()


def _joined(plans: Sequence[Plan], width: int, height: int) -> Plan:
    boxes = tuple(b for p in plans for b in p.boxes)
    return Plan(width, height, boxes, tuple(n for p in plans for n in p.lines))


def _height(node: Node, width: int, lang: str) -> int:
    columns = int((width - 24) / _COLUMN[lang])
    lines = len(wrap(in_language(node.label, lang), columns))
    tall = max(_LEAST, 34 + lines * _LINE[lang])
    return tall + tall % 2


def _span(tree: Tree, lang: str) -> int:
    """How high a tidy tree stands: its node, or the rows of its branches where they are more."""
    rows = [_span(t, lang) for _, t in tree.branches]
    return max(_height(tree.node, BOX, lang), sum(rows) + ROW_GAP * (len(rows) - 1))


def _tidy(tree: Tree, lang: str) -> Plan:
    boxes: list[Box] = []
    lines: list[Line] = []

    def place(at: Tree, column: int, top: int) -> int:
        """Place a subtree from ``top`` down; the middle of its root."""
        height, span = _height(at.node, BOX, lang), _span(at, lang)
        x = column * (BOX + GAP)
        rows = sum(_span(t, lang) for _, t in at.branches) + ROW_GAP * (len(at.branches) - 1)
        y = top + (span - rows) // 2
        middles = []
        for edge, branch in at.branches:
            middles.append((edge, branch, place(branch, column + 1, y)))
            y += _span(branch, lang) + ROW_GAP
        centre = (middles[0][2] + middles[-1][2]) // 2 if middles else top + span // 2
        centre = min(max(centre, top + height // 2), top + span - height // 2)
        boxes.append(Box(at.node, x, centre - height // 2, BOX, height))
        for edge, branch, middle in middles:
            forward = edge.target == branch.node.id
            lines.append(Line(edge, x + BOX, centre, x + BOX + GAP, middle, forward))
        return centre

    place(tree, 0, 0)
    depth = tree.depth()
    return Plan(depth * BOX + (depth - 1) * GAP, _span(tree, lang), tuple(boxes), tuple(lines))


def _indented(tree: Tree, lang: str) -> Plan:
    boxes: list[Box] = []
    lines: list[Line] = []
    for box, edge, parent in _down(tree, 0, 0, lang):
        boxes.append(box)
        if edge is not None and parent is not None:
            forward = edge.target == box.node.id
            start = parent.x + 10, parent.y + parent.height
            end = box.x, box.y + box.height // 2
            lines.append(Line(edge, *start, *end, forward, box.y - 7))
    return Plan(NARROW, max(b.y + b.height for b in boxes), tuple(boxes), tuple(lines))


def _down(
    tree: Tree, depth: int, top: int, lang: str
) -> Iterator[tuple[Box, Edge | None, Box | None]]:
    x = depth * INDENT
    box = Box(tree.node, x, top, NARROW - x, _height(tree.node, NARROW - x, lang))
    yield box, None, None
    y = top + box.height
    for edge, branch in tree.branches:
        found = list(_down(branch, depth + 1, y + LABEL, lang))
        yield found[0][0], edge, box
        yield from found[1:]
        y = max(b.y + b.height for b, _, _ in found)


PLANS: Final[dict[str, Callable[[Network, str], tuple[Plan, ...]]]] = {
    "wide": wide,
    "narrow": narrow,
}
