"""The datatypes of XML Schema 1.1 as RDF uses them: lexical space, typed value and order."""

from __future__ import annotations

from kkgraph.xsd.lexical import EXACT, PATTERNS, XSD, ill_typed
from kkgraph.xsd.order import compare
from kkgraph.xsd.values import Family, Value, value

__all__ = ["EXACT", "PATTERNS", "XSD", "Family", "Value", "compare", "ill_typed", "value"]
