"""`flask import`: files of agencies, meetings, attendance, child protection plans and the improvement plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, raise_unusable
from portal.services import imports
from portal.services.improvement.files import import_improvement
from portal.services.viewers import system_viewer

group = PlainGroup("import", help="Bring in files (CSV, UTF-8). All of a file is imported, or nothing.")


class Bar:
    """Progress on standard error: a bar for somebody who watches, a line for each tenth of a long file in a log."""

    LONG = 10_000

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""
        self._tenth = 0

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show how far it is."""
        if what != self._what:
            self.end()
            self._what, self._tenth = what, 0
        if sys.stderr.isatty():
            if self._bar is None:
                self._bar = click.progressbar(length=of, label=f"{what:<36}", file=sys.stderr)
            self._bar.update(done - self._bar.pos)
        elif of >= self.LONG and (tenth := 10 * done // of) > self._tenth:
            self._tenth = tenth
            click.echo(f"{what}: {done:,} of {of:,}", err=True)

    def end(self) -> None:
        """Leave the terminal on a line of its own."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


def _run(bring_in: imports.Import, file: str, partnership: str) -> None:
    content = _read(file)
    bar = Bar()
    with plain_refusals():
        try:
            done = bring_in(system_viewer("import", now(), partnership), content, file, bar)
        finally:
            bar.end()
    for note in done.notes:
        click.echo(note, err=True)
    click.echo(f"{file}: {done.created:,} new, {done.changed:,} changed, {done.unchanged:,} as before")


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise_unusable([f"{file}: there is no such file"])
    except IsADirectoryError:
        raise_unusable([f"{file}: this is a folder, not a file"])
    except (OSError, ValueError) as fault:
        raise_unusable([f"{file}: cannot be read: {getattr(fault, 'strerror', None) or 'not a file name'}"])


_PARTNERSHIP = click.option("--partnership", required=True, metavar="NAME", help="The partnership it belongs to.")


@group.command()
@click.argument("file")
@_PARTNERSHIP
def agencies(file: str, partnership: str) -> None:
    """Import agencies: agency_code, name, agency_type, urn, ods_code, email."""
    _run(imports.import_agencies, file, partnership)


@group.command()
@click.argument("file")
@_PARTNERSHIP
def meetings(file: str, partnership: str) -> None:
    """Import meetings, by their reference; a case that is not known yet is opened without names."""
    _run(imports.import_meetings, file, partnership)


@group.command()
@click.argument("file")
@_PARTNERSHIP
def attendance(file: str, partnership: str) -> None:
    """Import who was invited to which meeting, who came, and which reports came."""
    _run(imports.import_attendance, file, partnership)


@group.command()
@click.argument("file")
@_PARTNERSHIP
def plans(file: str, partnership: str) -> None:
    """Import child protection plans, by their reference; a case that is not known yet is opened without names."""
    _run(imports.import_plans, file, partnership)


@group.command()
@click.argument("file")
@_PARTNERSHIP
def improvement(file: str, partnership: str) -> None:
    """Import the improvement plan, by its areas' and actions' numbers; what was changed in the portal stays."""
    _run(import_improvement, file, partnership)
