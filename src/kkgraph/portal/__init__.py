"""What data portals want: descriptions of the graph, packages, and catalogues read."""
