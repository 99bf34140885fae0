"""The parts of which ``cases.py`` makes invented national data."""
