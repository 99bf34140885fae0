"""A register as a reconciliation service: what the API answers, without any HTTP."""

from kkgraph.link.service.answering import Matcher
from kkgraph.link.service.asking import Query, Refusal, batch, load
from kkgraph.link.service.previews import Preview
from kkgraph.link.service.service import Service

__all__ = ["Matcher", "Preview", "Query", "Refusal", "Service", "batch", "load"]
