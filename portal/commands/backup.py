"""`flask backup`: everything into one sealed file while people work, and back from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, raise_unusable
from portal.config import Settings
from portal.services import activity_checks
from portal.services.backup import contents, creating, restoring
from portal.services.indicators import recounts
from portal.services.viewers import system_viewer

group = PlainGroup("backup", help="Backups: rows and files in one sealed file.")


@group.command()
@click.argument("file")
def create(file: str) -> None:
    """Write everything into FILE, or s3://bucket/folder/name; exits 1 where the store lacks files that rows name."""
    viewer = system_viewer("backup create", now())
    with plain_refusals(), _outside(file):
        place = contents.place_of(_settings(), file)
        steps = creating.count_entries(viewer, _settings())
        with click.progressbar(length=steps, label="Parts", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            made = creating.create(viewer, _settings(), place, bar.update)
    click.echo(f"{file}: {made.rows:,} rows, {made.files:,} files, at migration {made.revision}")
    if made.missing:
        click.echo(f"{len(made.missing):,} files are not in the file store: run flask files orphans", err=True)
        raise SystemExit(1)


@group.command()
@click.argument("file")
def restore(file: str) -> None:
    """Put FILE, or s3://bucket/folder/name, in place of what is there; a backup that is not whole changes nothing."""
    viewer = system_viewer("backup restore", now())
    with plain_refusals(), _outside(file):
        place = contents.place_of(_settings(), file)
        found = restoring.restore(viewer, _settings(), place, _tell)
    made = found.made_at.strftime("%d %B %Y %H:%M UTC")
    click.echo(f"{file}: {found.rows:,} rows and {found.files:,} files as of {made}")
    if found.missing:
        click.echo(f"{found.missing:,} files were missing when this backup was made", err=True)
    if not found.is_newest:
        click.echo(f"the database stands at migration {found.revision}: run flask db upgrade", err=True)
        return
    _check()


@contextmanager
def _outside(file: str) -> Iterator[None]:
    """Say what disk, bucket or server say, in one line."""
    try:
        yield
    except OSError as fault:
        raise_unusable([f"{file}: {fault.strerror or fault}"])


def _tell(words: str) -> None:
    """Where nobody watches, the outcome's line stands alone."""
    if sys.stderr.isatty():
        click.echo(f"{words} …", err=True)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _check() -> None:
    """Whether the trail and the figures are what they were; a fault in them was in the backup too."""
    viewer = system_viewer("backup restore", now())
    faults = [str(fault) for fault in activity_checks.verify(viewer).faults]
    faults += [f"figures of {name} differ from the records" for name, found in recounts.check(viewer) if found]
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo("ok: the activity’s chains hold, and figures agree with the records")
