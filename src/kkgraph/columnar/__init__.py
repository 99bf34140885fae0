"""RDF in DuckDB: exact terms as numbers, loaded in bulk, and shapes compiled to SQL over them."""
