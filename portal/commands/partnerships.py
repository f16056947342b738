"""`flask partnerships`: the areas that this portal serves."""

from __future__ import annotations

import os
from pathlib import Path

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json, raise_unusable
from portal.services.partnerships import create_partnership, list_partnerships
from portal.services.records.certificates import rows_erased
from portal.services.records.deletion import delete_partnership
from portal.services.records.listing import left_of
from portal.services.records.takeout import export_partnership
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


@group.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(name: str, file: Path) -> None:
    """Write everything of the partnership NAME to FILE (zip): tables as CSV, files, a manifest with digests."""
    with plain_refusals():
        viewer = system_viewer("partnerships export", now(), name)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                taken = export_partnership(viewer, target)
        except OSError as fault:
            raise_unusable([f"{file}: {fault.strerror}"])
    rows = sum(taken.tables.values())
    click.echo(f"{file}: {rows:,} rows of {len(taken.tables)} tables, {taken.files:,} files. It is not encrypted.")
    if taken.missing:
        click.echo(f"{taken.missing:,} files are missing: nobody can open them any more", err=True)
        raise SystemExit(1)


@group.command()
@click.argument("name")
@click.option(
    "--export",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What flask partnerships export has written since the last change.",
)
@click.option("--confirm", required=True, metavar="NAME", help="The name once more: nobody can bring it back.")
def delete(name: str, file: Path, confirm: str) -> None:
    """Delete everything of the partnership NAME, which has left, and keep a certificate; legal holds forbid it."""
    if confirm != name:
        raise_unusable(["--confirm does not repeat the name: nothing was deleted"])
    with plain_refusals():
        erased = delete_partnership(system_viewer("partnerships delete", now(), name), file)
    left = left_of(erased)
    click.echo(
        f"{name}: {rows_erased(erased):,} rows deleted, certificate {erased.id}. Left over: {left or 'nothing'}."
    )
    if left:
        raise SystemExit(1)
