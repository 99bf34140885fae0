"""HTTP: services for other people's programs."""
