"""SHACL: shapes in an intermediate form, a validator for small data, and reports."""
