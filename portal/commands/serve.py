"""`flask serve`: the portal on this machine alone, and in demo mode who one can sign in as."""

from __future__ import annotations

from contextlib import nullcontext

import click
from flask.cli import ScriptInfo, pass_script_info
from waitress.server import create_server

from portal.commands.outcomes import now, raise_unusable
from portal.commands.worker import LOOKS_EVERY, working
from portal.config import Settings
from portal.domain.labels import label, role_name
from portal.domain.vocabulary import AgencyType, Role
from portal.services import readiness
from portal.services.demo.accounts import DemoAccount, current_code, list_accounts

HOST = "127.0.0.1"
THREADS = 8
IN_MEMORY = 8 * 1024 * 1024
"""Bytes of a request that never touch a disk: more than the largest clinical record with what was typed beside it."""

SHOWN = (
    (Role.PRACTITIONER, AgencyType.POLICE),
    (Role.AGENCY_LEAD, AgencyType.GP),
    (Role.AGENCY_LEAD, AgencyType.SCHOOL),
    (Role.CHAIR, None),
    (Role.COORDINATOR, None),
    (Role.SAFEGUARDING_MANAGER, None),
    (Role.BOARD_MEMBER, None),
    (Role.BUSINESS_MANAGER, None),
    (Role.SIGNATORY, AgencyType.SCHOOL),
    (Role.ADMINISTRATOR, None),
)
"""One account for each kind of work is enough to begin with; `flask demo accounts` lists them all."""


@click.command("serve", help="Serve the portal on this machine alone (for a trial, not for an area).")
@click.option("--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(1, 65535))
@pass_script_info
def group(info: ScriptInfo, port: int) -> None:
    """Serve until stopped. Exits 2 where the port is taken."""
    app = info.load_app()
    settings: Settings = app.extensions["settings"]
    try:
        server = create_server(app, host=HOST, port=port, threads=THREADS, ident=None, inbuf_overflow=IN_MEMORY)
    except OSError as fault:
        raise_unusable([f"port {port} cannot be used ({fault.strerror}): choose another with PORT="])
    with app.app_context():
        if misfits := readiness.file_store_misfits():
            raise_unusable([f"FILE_STORE_URL: {misfit}" for misfit in misfits])
    app.extensions["make_ready"]()
    click.echo(f"\nThe portal is at http://{HOST}:{port} (Ctrl-C stops it).")
    if settings.is_demo:
        with app.app_context():
            _print_accounts()
    # Served with no context of this command's around, which would keep a connection: the one that is prepared already.
    # A demonstration is alive without a second process; an area runs its workers apart. The first pages go before.
    with working(app, first_after=LOOKS_EVERY) if settings.is_demo else nullcontext():
        server.run()


def _print_accounts() -> None:
    accounts = list_accounts()
    shown = [account for kind in SHOWN if (account := _first(kind, accounts))]
    if not shown:
        return
    click.echo("Every family, person and agency in it is invented. You can sign in as:\n")
    for account in shown:
        code = current_code(account.email, now()) if account.totp_secret else "no code"
        click.echo(f"  {account.email:34} {code:8}  {_what(account)}")
    click.echo(f"\nThe password of each is: {shown[0].password}")
    click.echo("Codes change every 30 seconds: .venv/bin/flask demo code ADDRESS prints the present one.")
    click.echo("Everybody else: .venv/bin/flask demo accounts\n")


def _first(kind: tuple[Role, AgencyType | None], accounts: list[DemoAccount]) -> DemoAccount | None:
    """The first account whose first membership is of this kind."""
    for account in accounts:
        main = account.memberships[0] if account.memberships else None
        if main is not None and (main.role, main.agency_type) == kind:
            return account
    return None


def _what(account: DemoAccount) -> str:
    main = account.memberships[0]
    agency = f", {label(AgencyType(main.agency_type))}" if main.agency_type else ""
    areas = " and ".join(dict.fromkeys(membership.partnership for membership in account.memberships))
    return f"{role_name(Role(main.role))}{agency}, {areas}"
