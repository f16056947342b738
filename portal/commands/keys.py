"""`flask keys`: what lies under which field key, bringing it under the one that writes, and letting an old one go."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from portal.commands.groups import PlainGroup
from portal.commands.outcomes import now, plain_refusals, print_json
from portal.config import SettingsError
from portal.domain.errors import Conflict
from portal.services import field_keys, key_rotation
from portal.services.viewers import system_viewer

group = PlainGroup("keys", help="The keys that encrypt fields and files.")


def look_at_keys() -> None:
    """Refuse to start with a key that this database was not written under, or without one that it was.

    Keys that fit are noted, so that the next start needs but one look. Raises SettingsError.
    """
    faults = field_keys.faults()
    if faults:
        raise SettingsError([f"FIELD_KEYS {fault}" for fault in faults])
    field_keys.note_keys(now())


@group.command()
@click.option("--json", "as_json", is_flag=True, help="What lies under each key, as JSON.")
def status(as_json: bool) -> None:
    """Say what lies under each key; exits 1 where a key is missing from the settings."""
    with plain_refusals():
        found = field_keys.uses(system_viewer("keys status", now()))
    if as_json:
        print_json([asdict(use) | {"is_needed": use.is_needed} for use in found])
    else:
        for use in found:
            click.echo(f"{use.key_id}: {_state(use)}; {field_keys.in_words(use)}")
    if any(use.is_needed and not use.is_set for use in found):
        click.echo("something cannot be read: a key is missing from FIELD_KEYS", err=True)
        raise SystemExit(1)


@group.command()
def rotate() -> None:
    """Bring texts, files and indexes under the first key, while the portal works; exits 1 where something is left."""
    viewer = system_viewer("keys rotate", now())
    with plain_refusals():
        work = key_rotation.count_work(viewer)
        with click.progressbar(length=work, label="Values", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            found = key_rotation.rotate(viewer, bar.update)
    click.echo(f"{found.texts:,} texts, {found.files:,} files, {found.indexes:,} indexes")
    for place in found.unopened:
        click.echo(f"{place}: does not open", err=True)
    if found.left:
        click.echo(f"{found.left:,} values are still under another key: run this again", err=True)
    if found.unopened or found.left:
        raise SystemExit(1)


@group.command()
@click.argument("key_id")
def retire(key_id: str) -> None:
    """Forget KEY_ID, under which nothing lies any more; exits 1 while something does."""
    with plain_refusals():
        try:
            field_keys.retire(system_viewer("keys retire", now()), key_id)
        except Conflict as fault:
            click.echo(str(fault), err=True)
            raise SystemExit(1) from None
    click.echo(f"{key_id} is needed no longer: take it out of the settings, and keep it for backups from its time")


def _state(use: field_keys.KeyUse) -> str:
    if use.is_writing:
        return "writes"
    return "reads" if use.is_set else "MISSING from the settings"
