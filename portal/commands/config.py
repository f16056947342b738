"""`flask config check`: settings and services, each ok or why not."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.config import Settings, SettingsError
from portal.services import readiness

group = AppGroup("config", help="Settings.")


@group.command()
def check() -> None:
    """Say of each setting and service whether it is right; exits 1 where one is not."""
    fault: SettingsError | None = current_app.extensions.get("settings_error")
    if fault is not None:
        for reason in fault.reasons:
            click.echo(f"not ok: {reason}")
        raise SystemExit(1)
    settings: Settings = current_app.extensions["settings"]
    click.echo(f"ok: PORTAL_MODE {settings.mode}")
    click.echo("ok: SECRET_KEY")
    click.echo(f"ok: FIELD_KEYS ({len(settings.field_keys)}, writing with {settings.field_keys[0][0]})")
    click.echo(f"ok: BASE_URL {settings.base_url}")
    problems = readiness.faults()
    for problem in problems:
        click.echo(f"not ok: DATABASE_URL: {problem}")
    if problems:
        raise SystemExit(1)
    click.echo("ok: DATABASE_URL")
