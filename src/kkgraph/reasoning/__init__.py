"""OWL 2 DL reasoning: what follows from the graph, and why it contradicts itself."""

from kkgraph.reasoning.axioms import Axiom
from kkgraph.reasoning.outcome import Outcome, inferred_trig, reason

__all__ = ["Axiom", "Outcome", "inferred_trig", "reason"]
