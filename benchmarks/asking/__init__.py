"""Eight kinds of questions put to several engines: the engines, their runs, and the table."""
