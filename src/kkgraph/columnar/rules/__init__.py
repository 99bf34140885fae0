"""Rules as SQL: what follows from loaded data by RDFS and OWL 2 RL, and why."""

from kkgraph.columnar.rules.closure import Closure, Contradiction
from kkgraph.columnar.rules.derivation import Derivation
from kkgraph.columnar.rules.running import close

__all__ = ["Closure", "Contradiction", "Derivation", "close"]
