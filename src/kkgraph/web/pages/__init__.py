"""Pages for people, and documents for programs, from the same graph."""
