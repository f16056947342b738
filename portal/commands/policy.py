"""`flask policy`: which permission each route asks for."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.commands.outcomes import print_json


@click.command("policy", help="List every route with its policy: a permission's name, or public.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def group(as_json: bool) -> None:
    """Print the routes."""
    listed = current_app.extensions["policies"]
    if as_json:
        print_json(listed)
        return
    for row in listed:
        click.echo(f"{','.join(row['methods']):10} {row['rule']:50} {row['policy']}")
