"""`flask demo`: two invented partnerships to try the portal with."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from portal.commands.outcomes import now, plain_refusals, print_json, raise_unusable
from portal.config import Settings
from portal.domain.working_days import london_day
from portal.services.demo.accounts import current_code, list_accounts
from portal.services.demo.build import Size, build
from portal.services.demo.markers import list_markers

group = AppGroup("demo", help="Two invented partnerships to try the portal with.")


@group.command("build")
@click.option("--seed", default=1, show_default=True, help="The same number gives the same demonstration.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1, 100), help="Multiplies the history.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The demonstration's last day (default: today).")
def build_command(seed: int, scale: int, today: datetime | None) -> None:
    """Build Eastmarsh and Westmoor in an empty database; demo mode only."""
    _demo_only()
    instant = now()
    day = today.date() if today else london_day(instant)
    with plain_refusals():
        build(Size(seed, scale, day, instant), lambda what: click.echo(what, err=True))


@group.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def accounts_command(as_json: bool) -> None:
    """List the invented people with what is needed to sign in."""
    _demo_only()
    listed = list_accounts()
    if as_json:
        print_json([account.as_json() for account in listed])
        return
    for account in listed:
        for membership in account.memberships:
            where = f"{membership.partnership} {membership.agency_code or ''}".strip()
            click.echo(f"{account.email:40} {membership.role:22} {where}")


@group.command("code")
@click.argument("email")
def code_command(email: str) -> None:
    """Print the current authenticator code of EMAIL."""
    _demo_only()
    with plain_refusals():
        click.echo(current_code(email, now()))


@group.command("markers")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
def markers_command(as_json: bool) -> None:
    """List the strings planted in the invented records, with the accounts that may see each."""
    _demo_only()
    listed = list_markers(now())
    if as_json:
        print_json([marker.as_json() for marker in listed])
        return
    for marker in listed:
        click.echo(f"{marker.marker:24} {marker.kind:14} {marker.partnership:12} {len(marker.visible_to)} accounts")


def _demo_only() -> None:
    settings: Settings = current_app.extensions["settings"]
    if not settings.is_demo:
        raise_unusable(["the demo commands work only with PORTAL_MODE=demo"])
