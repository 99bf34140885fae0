"""The application with all its verbs."""

from kkgraph.cli import asking, keeping, looking
from kkgraph.cli.common import app, evidence_app

app.add_typer(evidence_app, name="evidence", rich_help_panel="Evidence")

__all__ = ["app", "asking", "keeping", "looking"]
