"""A log-log plot of seconds over triples, as SVG without any library."""

from __future__ import annotations

import math
from collections.abc import Sequence

from comparison.engines import Engine
from comparison.results import Size

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 36, 52
COLOURS = {
    "parse": "#6b6b6b",
    "kkgraph": "#0b6e4f",
    "reopened": "#3aa17e",
    "pyshacl": "#7b3fa0",
    "rudof": "#b3541e",
    "jena": "#1f5fa8",
    "topbraid": "#a8324a",
}
GAP, NEAR = 15, 150
Point = tuple[float, float]
Label = tuple[Point, str, str]


def series(sizes: Sequence[Size]) -> dict[Engine, list[Point]]:
    """Engine → (triples, median seconds); without the references that only read bytes."""
    lines: dict[Engine, list[Point]] = {}
    for size in sizes:
        for row in size.rows:
            if row.seconds and row.engine.name in COLOURS:
                lines.setdefault(row.engine, []).append((size.triples, row.seconds))
    return lines


def svg(sizes: Sequence[Size]) -> str:
    """The plot; the line of an engine ends where it failed or wasn't run any further."""
    lines = series(sizes)
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    across, down = (_decades([point[axis] for point in points]) for axis in (0, 1))
    parts = [*_frame(across, down)]
    ends: list[Label] = []
    for engine, line in lines.items():
        at = [(_x(x, across), _y(y, down)) for x, y in line]
        parts += _line(at, COLOURS[engine.name], dashed=engine.reference)
        ends.append((at[-1], engine.label, COLOURS[engine.name]))
    parts += _labels(ends)
    style = "font-family:sans-serif;font-size:12px"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" style="{style}">'
    )
    body = "\n".join(parts)
    return f'{head}\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _scaled(value: float, decades: tuple[int, int]) -> float:
    return (math.log10(value) - decades[0]) / (decades[1] - decades[0])


def _x(value: float, decades: tuple[int, int]) -> float:
    return LEFT + _scaled(value, decades) * (WIDTH - LEFT - RIGHT)


def _y(value: float, decades: tuple[int, int]) -> float:
    return HEIGHT - BOTTOM - _scaled(value, decades) * (HEIGHT - TOP - BOTTOM)


def _number(power: int) -> str:
    names = {3: "1 k", 4: "10 k", 5: "100 k", 6: "1 M", 7: "10 M", 8: "100 M"}
    return names.get(power, f"{10.0**power:g}")


def _frame(across: tuple[int, int], down: tuple[int, int]) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for power in range(across[0], across[1] + 1):
        x = _x(10.0**power, across)
        parts.append(_grid(x, TOP, x, bottom))
        parts.append(_text(x, bottom + 18, _number(power), anchor="middle"))
    for power in range(down[0], down[1] + 1):
        y = _y(10.0**power, down)
        parts.append(_grid(LEFT, y, right, y))
        parts.append(_text(LEFT - 8, y + 4, _number(power), anchor="end"))
    parts.append(_text((LEFT + right) / 2, HEIGHT - 12, "triples", anchor="middle"))
    parts.append(_text(LEFT - 40, TOP - 8, "seconds, load and validate, whole process"))
    return parts


def _grid(x1: float, y1: float, x2: float, y2: float) -> str:
    at = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {at} stroke="#d8d8d8" stroke-width="1"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = "#333333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{text}</text>'


def _line(points: Sequence[Point], colour: str, *, dashed: bool) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return [line, *dots]


def _labels(ends: Sequence[Label]) -> list[str]:
    """A label at the end of each line, pushed down where another is close."""
    parts: list[str] = []
    placed: list[Point] = []
    for (x, y), label, colour in sorted(ends, key=lambda end: end[0][1]):
        near = [other for at, other in placed if abs(at - x) < NEAR and other > y - GAP]
        height = max([y, *(other + GAP for other in near)])
        placed.append((x, height))
        parts.append(_text(x + 10, height + 4, label, fill=colour))
    return parts
