"""`flask files`: scanning what waits, sweeping what nobody has a row for, and finding what lost its other half."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json
from portal.services import orphans as looking
from portal.services import quarantine
from portal.services.viewers import system_viewer

group = PlainGroup("files", help="Files that people have given.")


@group.command()
def scan() -> None:
    """Scan the files that wait, delete those with a virus, sweep leftovers; exits 1 where some still wait."""
    viewer = system_viewer("files scan", now())
    with plain_refusals():
        waiting = quarantine.count_waiting(viewer)
        with click.progressbar(length=waiting, label="Files", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            found = quarantine.scan_quarantined(viewer, bar.update)
    click.echo(
        f"{found.passed} passed, {found.refused} refused, {found.waiting} still waiting, {found.swept} leftovers swept"
    )
    for file_id in found.damaged:
        click.echo(f"file {file_id}: what is stored is not what was given", err=True)
    if found.problem:
        click.echo(found.problem, err=True)
    if found.damaged or found.problem:
        raise SystemExit(1)


@group.command()
@click.option("--json", "as_json", is_flag=True, help="What was found, as JSON.")
def orphans(as_json: bool) -> None:
    """Compare the file store with the database, both ways; exits 1 where something lost its other half."""
    viewer = system_viewer("files orphans", now())
    with plain_refusals():
        try:
            found = looking.find_orphans(viewer)
        except OSError as fault:
            click.echo(f"the file store cannot be read ({fault.strerror or fault})", err=True)
            raise SystemExit(1) from None
    if as_json:
        print_json(asdict(found))
    else:
        stored = f"{len(found.without_row)} in the store without a row, {found.arriving} arriving now"
        listed = (
            f"{len(found.without_bytes)} rows without their bytes, {len(found.belonging_to_nothing)} tied to nothing"
        )
        click.echo(f"{stored}, {listed}")
        for file_id in found.without_bytes:
            click.echo(f"file {file_id}: what was given is not in the store", err=True)
        for file_id in found.belonging_to_nothing:
            click.echo(f"file {file_id}: tied to nothing", err=True)
    if found.are_found:
        raise SystemExit(1)
