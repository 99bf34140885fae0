"""The study's answers as one document: gathered once, written as text, JSON or a web page."""

from kkgraph.report.content import gather
from kkgraph.report.jsonform import to_json
from kkgraph.report.page import to_html
from kkgraph.report.text import to_text

__all__ = ["gather", "to_html", "to_json", "to_text"]
