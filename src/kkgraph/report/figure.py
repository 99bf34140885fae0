"""The actor network as one piece of HTML that brings its own colours: for notebooks and slides."""

from __future__ import annotations

from typing import Final

from kkgraph.graph import KnowledgeGraph
from kkgraph.report.content import gather
from kkgraph.report.drawing import svg

_STYLE: Final = """<style>
.kkgraph-network { background: #fff; color: #1f1d1a; padding: 8px; overflow-x: auto; }
.kkgraph-network svg { display: block; max-width: 100%; height: auto; margin: 12px 0; }
.kkgraph-network .box rect { fill: #fff; stroke: #0d5c63; stroke-width: 1.4; }
.kkgraph-network .box.unnamed rect { stroke-dasharray: 5 4; stroke: #5c564d; }
.kkgraph-network .box.network rect { stroke-width: 3; }
.kkgraph-network .box.collaboration rect, .kkgraph-network .box.form rect { fill: #eef4f3; }
.kkgraph-network .box.policy rect, .kkgraph-network .box.systems rect {
  fill: #fbf3e7; stroke: #8a4b12; }
.kkgraph-network .label { height: 100%; display: flex; flex-direction: column;
  justify-content: center; padding: 1px 9px; font: 13px/17px sans-serif; }
.kkgraph-network [lang="th"] .label { line-height: 20px; }
.kkgraph-network .kind { color: #5c564d; font-size: 11px; line-height: 15px; }
.kkgraph-network .tie path { fill: none; stroke: #5c564d; stroke-width: 1.3; }
.kkgraph-network .tie polygon, .kkgraph-network .tie text { fill: #5c564d; }
.kkgraph-network .tie.hedged path { stroke-dasharray: 5 4; stroke: #8a4b12; }
.kkgraph-network .tie text { font: 11px/1 sans-serif; }
.kkgraph-network .tie text.how { fill: #8a4b12; }
.kkgraph-network .tie-label { height: 100%; display: flex; flex-direction: column;
  justify-content: flex-end; font: 12px/15px sans-serif; }
</style>"""


def network_html(graph: KnowledgeGraph, lang: str = "en", *, shape: str = "wide") -> str:
    """The actors of the study and how it joins them, drawn in ``lang``: SVG with its style.

    ``shape`` is wide (a page) or narrow (a phone). Dashed lines are hedged; each line names the
    findings that carry it. Raises as ``gather`` does.
    """
    drawn = "\n".join(svg(gather(graph).network, lang, shape))
    return f'{_STYLE}\n<figure class="kkgraph-network" lang="{lang}">\n{drawn}\n</figure>'
