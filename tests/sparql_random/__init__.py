"""Random small datasets and queries over them, for tests that hold engines against each other."""

from sparql_random.cases import Case, make_cases, written
from sparql_random.comparing import Engines, difference
from sparql_random.shrinking import shrunk

__all__ = ["Case", "Engines", "difference", "make_cases", "shrunk", "written"]
