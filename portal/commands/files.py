"""`flask files`: scanning what waits, and sweeping what nobody has a row for."""

from __future__ import annotations

import sys

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals
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
