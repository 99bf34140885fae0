"""The application with all its verbs."""

from kkgraph.cli import (
    asking,
    backups,
    casework,
    columns,
    forms,
    keeping,
    looking,
    publishing,
    reconciling,
    reviewing,
    serving,
    validating,
)
from kkgraph.cli.common import app, columnar_app, evidence_app
from kkgraph.cli.linking import link_app
from kkgraph.cli.publishing import portal_app
from kkgraph.cli.registers import register_app
from kkgraph.cli.stores import store_app

app.add_typer(evidence_app, name="evidence", rich_help_panel="Evidence")
app.add_typer(link_app, name="link", rich_help_panel="Link")
app.add_typer(register_app, name="register", rich_help_panel="Link")
app.add_typer(portal_app, name="portal", rich_help_panel="Link")
app.add_typer(columnar_app, name="columnar", rich_help_panel="Check and export")
app.add_typer(store_app, name="store", rich_help_panel="Check and export")

__all__ = [
    "app",
    "asking",
    "backups",
    "casework",
    "columns",
    "forms",
    "keeping",
    "looking",
    "publishing",
    "reconciling",
    "reviewing",
    "serving",
    "validating",
]
