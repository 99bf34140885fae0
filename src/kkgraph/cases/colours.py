"""Colours of cells as conditional formats, which leave the cells' own formats alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from kkgraph.cases.notes import Cell
from kkgraph.cases.package import Element, outline, spliced, with_attribute
from kkgraph.cases.records import letters
from kkgraph.shapes.outcome import SEVERITIES

_FORMULA: Final = 'N("kkgraph {}")=0'
_OURS: Final = re.compile(rb"""N\((?:"|&quot;)kkgraph \w+(?:"|&quot;)\)\s*=\s*0""")
_ORDER: Final = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
    "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
_MOST_RANGES: Final = 2_000


def inserted(xml: bytes, name: str, new: bytes) -> bytes:
    """A sheet with an element in the place that the order of elements gives it."""
    whole = outline(xml)
    rank = _ORDER.index(name)
    before = [c for c in whole.children if c.name in _ORDER and _ORDER.index(c.name) <= rank]
    at = before[-1].end if before else whole.inside
    return spliced(xml, [(at, at, new)])


def put(xml: bytes, grave: Mapping[tuple[Cell, Cell], str], fills: Mapping[str, int]) -> bytes:
    """A sheet with conditional formats that are always true, before all of the user's own."""
    prefix = outline(xml).prefix
    new = []
    for severity in SEVERITIES:
        found = sorted(cells for cells, level in grave.items() if level == severity)
        for start in range(0, len(found), _MOST_RANGES):
            refs = " ".join(_ref(*cells) for cells in found[start : start + _MOST_RANGES])
            new.append((severity, refs))
    text = "".join(
        f'<{prefix}conditionalFormatting sqref="{refs}"><{prefix}cfRule type="expression" '
        f'dxfId="{fills[severity]}" priority="{number}"><{prefix}formula>'
        f"{escape(_FORMULA.format(severity))}</{prefix}formula></{prefix}cfRule>"
        f"</{prefix}conditionalFormatting>"
        for number, (severity, refs) in enumerate(new, 1)
    )
    xml = _lowered(xml, len(new)) if new else xml
    return inserted(xml, "conditionalFormatting", text.encode())


def _ref(first: Cell, last: Cell) -> str:
    ends = [f"{letters(column)}{row}" for row, column in (first, last)]
    return ends[0] if first == last else ":".join(ends)


def _rules(xml: bytes) -> list[tuple[Element, Element]]:
    """Each conditional format with each of its rules, offsets in the whole part."""
    found = []
    for block in outline(xml).children:
        if block.name != "conditionalFormatting":
            continue
        for rule in outline(xml[block.start : block.end]).children:
            if rule.name == "cfRule":
                place = Element(rule.name, rule.attributes, block.start + rule.start,
                                block.start + rule.end)  # fmt: skip
                found.append((block, place))
    return found


def _lowered(xml: bytes, room: int) -> bytes:
    """The user's own rules moved behind ours, where their priorities are in the way."""
    rules = [rule for _, rule in _rules(xml)]
    priorities = [int(r.attributes.get("priority", 0)) for r in rules]
    step = room + 1 - min(priorities, default=room + 1)
    if step <= 0:
        return xml
    changes = []
    for rule, priority in zip(rules, priorities, strict=True):
        tag = xml[rule.start : rule.end]
        changes.append(
            (rule.start, rule.end, with_attribute(tag, "priority", str(priority + step)))
        )
    return spliced(xml, changes)


def take(xml: bytes) -> bytes:
    """A sheet without our conditional formats."""
    if not _OURS.search(xml):
        return xml
    changes = []
    by_block: dict[Element, list[Element]] = defaultdict(list)
    for block, rule in _rules(xml):
        by_block[block].append(rule)
    for block, rules in by_block.items():
        ours = [r for r in rules if _OURS.search(xml[r.start : r.end])]
        if len(ours) == len(rules):
            changes.append((block.start, block.end, b""))
        else:
            changes += [(r.start, r.end, b"") for r in ours]
    return spliced(xml, changes)
