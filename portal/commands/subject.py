"""`flask subject`: all that is held on one child, for a request of access."""

from __future__ import annotations

import os
from pathlib import Path

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, raise_unusable
from portal.domain.errors import Invalid, Unusable
from portal.services.partnerships import list_partnerships
from portal.services.subject_access.requests import export_for_command
from portal.services.viewers import system_viewer

group = PlainGroup("subject", help="All that is held on one child, for a request of access.")


@group.command()
@click.option(
    "--child",
    required=True,
    metavar="REF",
    help="The family’s reference (with -1, -2 … where it has several children), an NHS number or a UPN.",
)
@click.option("--partnership", metavar="NAME", help="Needed where several partnerships know the reference.")
@click.option("--reviewed", is_flag=True, help="To be handed out: withhold what is marked and was not decided about.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(child: str, partnership: str | None, reviewed: bool, file: Path) -> None:
    """Write everything to FILE (zip). Passages about others are marked for review; FILE must not exist."""
    at = now()
    with plain_refusals():
        names = [partnership] if partnership else [row.name for row in list_partnerships(system_viewer("subject", at))]
        found = []
        refused: Invalid | None = None
        for name in names:
            try:
                found.append((name, export_for_command(system_viewer("subject", at, name), child, reviewed=reviewed)))
            except Invalid as fault:
                if refused is None or "children" in str(fault):
                    refused = fault
        if not found:
            raise Unusable([str(refused) if refused else "there is no partnership yet"])
    if len(found) > 1:
        raise_unusable([f"{', '.join(name for name, _made in found)} know {child}: choose one by --partnership"])
    (name, (content, held, marked)) = found[0]
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
    except OSError as fault:
        raise_unusable([f"{file}: {fault.strerror}"])
    click.echo(f"{file}: {held} passages held by {name}, {marked} of them marked for review.", err=True)
