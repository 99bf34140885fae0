"""Asking other machines politely: addresses that are checked, answers that are bounded.

>>> fetcher = Fetcher(cache=Path("answers"), pause_s=0.2)     # doctest: +SKIP
>>> fetcher.get("https://portal.example/api/3/action/package_search", {"rows": 100}).json()
...                                                           # doctest: +SKIP
"""

from kkgraph.addresses import check_address, is_loopback
from kkgraph.fetching.fetcher import Fetcher, Pinned
from kkgraph.fetching.responses import Response

__all__ = ["Fetcher", "Pinned", "Response", "check_address", "is_loopback"]
