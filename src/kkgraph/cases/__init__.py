"""Cases that people bring: forms to fill in, readers, problems at their cells, comparison."""
