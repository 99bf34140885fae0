"""Run the command line with ``python -m kkgraph.cli``."""

from kkgraph.cli.main import main

main()
