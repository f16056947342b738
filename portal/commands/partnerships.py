"""`flask partnerships`: the areas that this portal serves."""

from __future__ import annotations

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json
from portal.services.partnerships import create_partnership, list_partnerships
from portal.services.viewers import system_viewer

group = PlainGroup("partnerships", help="The areas that this portal serves.")


@group.command()
@click.argument("name")
def create(name: str) -> None:
    """Open a partnership called NAME, with the default rule set, the two audit frameworks and the report templates."""
    with plain_refusals():
        made = create_partnership(system_viewer("partnerships create", now()), name)
    click.echo(f"{made.name} is open. Its first administrator: flask people invite EMAIL --role administrator")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def list_command(as_json: bool) -> None:
    """List the partnerships, with how many agencies and people each has."""
    listed = list_partnerships(system_viewer("partnerships list", now()))
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "name": row.name,
                    "created_at": row.created_at.isoformat(),
                    "agencies": row.agencies,
                    "people": row.people,
                }
                for row in listed
            ]
        )
        return
    for row in listed:
        click.echo(f"{row.name:40} {row.agencies:6,} agencies {row.people:6,} people")
