"""`flask config check`: settings and services, each ok or why not."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.commands.outcomes import now
from portal.config import Settings, SettingsError
from portal.services import readiness
from portal.services.single_sign_on import providers

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
    lines = [
        _line("DATABASE_URL", readiness.faults()),
        *_replica_lines(settings),
        _line("FILE_STORE_URL", readiness.file_store_faults(), settings.file_store_url),
        _line("CLAMD_SOCKET", readiness.scanner_faults(), _scanner(settings)),
        _anchor_line(settings),
        *_mail_lines(settings),
        _text_line(),
        *_provider_lines(),
    ]
    for line in lines:
        click.echo(line)
    if any(line.startswith("not ok") for line in lines):
        raise SystemExit(1)


def _line(setting: str, problems: list[str], value: str = "") -> str:
    if problems:
        return f"not ok: {setting}: {'; '.join(problems)}"
    return f"ok: {setting} {value}".rstrip()


def _replica_lines(settings: Settings) -> list[str]:
    address = settings.database_replica_url
    return [_line("DATABASE_REPLICA_URL", readiness.replica_faults(address))] if address else []


def _mail_lines(settings: Settings) -> list[str]:
    server = readiness.mail_server()
    if not server:
        kind = "ok" if settings.is_demo else "warning"
        return [f"{kind}: SMTP_URL not set: no mails are made, and what people are told stays in their inbox"]
    setting = "NOTIFY_API_KEY" if settings.notify_api_key else "SMTP_URL"
    return [_line(setting, readiness.mail_faults(), server), f"ok: MAIL_FROM {settings.mail_from}"]


def _text_line() -> str:
    sender = readiness.text_sender()
    if not sender:
        return "ok: NOTIFY_TEXT_TEMPLATE_ID not set: codes for links are read out by the coordinator"
    return _line("NOTIFY_TEXT_TEMPLATE_ID", readiness.text_faults(), sender)


def _anchor_line(settings: Settings) -> str:
    problems = readiness.anchor_faults()
    if problems or settings.anchors.is_apart or settings.is_demo:
        return _line("ANCHOR_URL", problems, settings.anchor_url)
    return f"warning: ANCHOR_URL not set: anchors lie at {settings.anchor_url}, where this machine can rewrite them"


def _provider_lines() -> list[str]:
    """Each provider of single sign-on by its issuer; where it does not answer, nobody signs in there for now."""
    found = providers.faults(now())
    return [_line(setting, [fault] if fault else [], issuer) for setting, issuer, fault in found]


def _scanner(settings: Settings) -> str:
    if settings.clamd_socket:
        return settings.clamd_socket
    if settings.is_demo:
        return "not set: a demonstration lets files through, marked as not scanned"
    return "not set: every file is held back until there is a scanner"
