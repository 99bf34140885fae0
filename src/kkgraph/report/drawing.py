"""The network as inline SVG: boxes whose text the browser breaks, lines with tie and finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kkgraph.model import in_language
from kkgraph.report import words
from kkgraph.report.markup import escape
from kkgraph.report.positions import GAP, PLANS, Box, Line, Plan
from kkgraph.report.records import Edge, Network, Node

ASSERTED: Final = "kk:asserted"
_TRUNK: Final = 14
_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Leads:
    """Where a box (by its node's slug) and a line lead; empty for nowhere."""

    node: Callable[[str], str]
    edge: Callable[[Edge], str]


def svg(network: Network, lang: str, shape: str, leads: Leads | None = None) -> list[str]:
    """The drawings in ``lang``; ``shape`` is wide (a page) or narrow (a phone).

    Title and description name each for a screen reader; labels are text, none is cut. With
    ``leads`` boxes and lines are links, which the keyboard reaches and which say what they join.
    """
    plans = PLANS[shape](network, lang)
    title = in_language(words.DRAWING, lang)
    out = []
    for number, plan in enumerate(plans, 1):
        part = f" {number}/{len(plans)}" if len(plans) > 1 else ""
        described = in_language(words.DRAWING_DESC, lang).format(
            nodes=len(plan.boxes), edges=len(plan.lines)
        )
        told = (title + part, described)
        drawn = _drawing(plan, f"{shape}-{lang}-{number}", told, lang, leads)
        out.append(drawn)
    return out


def _drawing(plan: Plan, name: str, told: tuple[str, str], lang: str, leads: Leads | None) -> str:
    shape = name.partition("-")[0]
    title, described = (escape(t) for t in told)
    nodes = {b.node.id: in_language(b.node.label, lang) for b in plan.boxes}
    draw = _elbow if shape == "wide" else _hook
    lines = [(line, draw(line, lang)) for line in plan.lines]
    return "\n".join(
        [
            f'<svg class="network {shape}" lang="{lang}" role="{"group" if leads else "img"}"'
            f' viewBox="-2 -2 {plan.width + 4} {plan.height + 4}"'
            f' width="{plan.width + 4}" height="{plan.height + 4}"'
            f' aria-labelledby="title-{name} desc-{name}">',
            f'<title id="title-{name}">{title}</title>',
            f'<desc id="desc-{name}">{described}</desc>',
            *(_leading(line.edge, drawn, nodes, leads, lang) for line, drawn in lines),
            *(_opening(b.node, _box(b, lang), leads) for b in plan.boxes),
            "</svg>",
        ]
    )


def _leading(edge: Edge, drawn: str, nodes: dict[str, str], leads: Leads | None, lang: str) -> str:
    """A line as a link that says what it joins, how, and which findings state it."""
    if leads is None or not (target := leads.edge(edge)):
        return drawn
    said = f"{nodes[edge.source]} — {in_language(edge.label, lang)} → {nodes[edge.target]}"
    more = ", ".join(filter(None, (_carriers(edge), _hedges(edge, lang))))
    text = escape(f"{said} ({more})" if more else said)
    joins = escape(f"{edge.source} {edge.target}")
    return (
        f'<a class="lead" href="{escape(target)}" data-joins="{joins}">'
        f"<title>{text}</title>{drawn}</a>"
    )


def _opening(node: Node, drawn: str, leads: Leads | None) -> str:
    if leads is None or not (target := leads.node(node.id)):
        return drawn
    return f'<a class="lead" href="{escape(target)}" data-node="{escape(node.id)}">{drawn}</a>'


def _box(box: Box, lang: str) -> str:
    radius = 18 if box.node.form == "collaboration" else 4
    label = escape(in_language(box.node.label, lang))
    return (
        f'<g class="box {box.node.form}"><rect x="{box.x}" y="{box.y}" width="{box.width}"'
        f' height="{box.height}" rx="{radius}"/>'
        f'<foreignObject x="{box.x + 2}" y="{box.y + 1}" width="{box.width - 4}"'
        f' height="{box.height - 2}"><div class="label"><span class="kind">'
        f"{escape(in_language(box.node.kind, lang))}</span><span>{label}</span></div>"
        "</foreignObject></g>"
    )


def _elbow(line: Line, lang: str) -> str:
    """From the parent's right side over a trunk to the child's left side, words on the last leg."""
    trunk = line.x1 + _TRUNK
    path = f"M{line.x1} {line.y1}H{trunk}V{line.y2}H{line.x2}"
    left, width = trunk + 14, GAP - _TRUNK - 26
    return (
        f'<g class="tie{_class(line.edge)}"><path d="{path}"/>'
        f"{_arrow(line.x2 if line.forward else trunk + 1, line.y2, line.forward)}"
        f'<foreignObject x="{left}" y="{line.y2 - 33}" width="{width}" height="31">'
        f'<div class="tie-label">{escape(in_language(line.edge.label, lang))}</div></foreignObject>'
        f'<text x="{left}" y="{line.y2 + 13}">{escape(_carriers(line.edge))}</text>'
        f'<text class="how" x="{left}" y="{line.y2 + 28}">{escape(_hedges(line.edge, lang))}</text>'
        "</g>"
    )


def _hook(line: Line, lang: str) -> str:
    """From the parent's underside down to the child's left side, words above the child."""
    path = f"M{line.x1} {line.y1}V{line.y2}H{line.x2}"
    parts = (in_language(line.edge.label, lang), _carriers(line.edge), _hedges(line.edge, lang))
    said = " · ".join(filter(None, parts))
    arrow = "→" if line.forward else "←"
    return (
        f'<g class="tie{_class(line.edge)}"><path d="{path}"/>'
        f"{_arrow(line.x2, line.y2, True) if line.forward else ''}"
        f'<text x="{line.x2 + 2}" y="{line.label_y}">{arrow} {escape(said)}</text></g>'
    )


def _arrow(x: int, y: int, forward: bool) -> str:
    back = x - 7 if forward else x + 7
    return f'<polygon points="{x},{y} {back},{y - 4} {back},{y + 4}"/>'


def _carriers(edge: Edge) -> str:
    """The first findings that carry an edge, and how many more there are."""
    ids = [n.id for n in edge.findings]
    more = f" +{len(ids) - _SHOWN}" if len(ids) > _SHOWN else ""
    return " ".join(ids[:_SHOWN]) + more


def _hedges(edge: Edge, lang: str) -> str:
    """The strengths of an edge that isn't plainly asserted."""
    weak = (in_language(n.hedge_label, lang) for n in edge.findings if n.hedge != ASSERTED)
    return ", ".join(dict.fromkeys(weak))


def _class(edge: Edge) -> str:
    return "" if all(n.hedge == ASSERTED for n in edge.findings) else " hedged"
