"""The parts of ``validation.py``: processes, engines, the table and the plot."""
