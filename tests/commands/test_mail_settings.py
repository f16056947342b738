"""The settings for mails, refused by name, and what `flask config check` says of them."""

from __future__ import annotations

import os

import pytest

from portal.config import SettingsError, load_settings
from portal.gateways.mail import SmtpSender
from portal.gateways.mail_notify import NotifySender
from portal.gateways.notify import OWN_ADDRESS
from portal.services.mailing import mailing_of
from tests.commands.test_config import GOOD
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, MailServer, running_notify

BY_NOTIFY = {"NOTIFY_API_KEY": NOTIFY_KEY, "NOTIFY_TEMPLATE_ID": NOTIFY_TEMPLATE}


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the portal's own user, whoever runs the tests."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def reasons(tmp_path, **changes: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | changes, instance=tmp_path)
    return " | ".join(refused.value.reasons)


@pytest.mark.parametrize(
    ("url", "scheme", "port", "user", "password"),
    [
        ("smtp://mail.example", "smtp", 25, "", ""),
        ("smtp://127.0.0.1:2525", "smtp", 2525, "", ""),
        ("smtp+starttls://portal:p%40ss%2Fword@mail.example", "smtp+starttls", 587, "portal", "p@ss/word"),
        ("smtps://portal%40example.org:secret@mail.example:4650", "smtps", 4650, "portal@example.org", "secret"),
    ],
)
def test_a_mail_server_is_taken(tmp_path, url, scheme, port, user, password):
    made = mailing_of(load_settings(GOOD | {"SMTP_URL": url}, instance=tmp_path))
    assert made is not None
    sender = made.sender
    assert isinstance(sender, SmtpSender)
    assert (sender.scheme, sender.port, sender.user, sender.password) == (scheme, port, user, password)
    assert (sender.mail_from, made.inbox_address) == ("no-reply@portal.example", "https://portal.example/inbox")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "mail.example"),
        ("SMTP_URL", "http://mail.example"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail.example:99999"),
        ("SMTP_URL", "smtp://mail.example/path"),
        ("SMTP_URL", "smtps://portal@mail.example"),
        ("SMTP_URL", "smtp://portal:secret@mail.example"),
        ("MAIL_FROM", "Portal <no-reply@portal.example>"),
        ("MAIL_FROM", "no-reply@portal.example\nBcc: x@example.org"),
        ("NOTIFY_BASE_URL", "http://notify.example"),
        ("NOTIFY_API_KEY", "short"),
        ("NOTIFY_TEMPLATE_ID", NOTIFY_TEMPLATE),
    ],
)
def test_a_bad_setting_is_refused_by_name_and_never_repeated(tmp_path, name, value):
    told = reasons(tmp_path, **{name: value})
    assert name in told
    assert "secret" not in told


def test_mails_go_by_one_way(tmp_path):
    told = reasons(tmp_path, SMTP_URL="smtp://mail.example", **BY_NOTIFY)
    assert "SMTP_URL and NOTIFY_API_KEY" in told


def test_notify_is_taken(tmp_path):
    made = mailing_of(load_settings(GOOD | BY_NOTIFY, instance=tmp_path))
    assert made is not None
    assert made.sender == NotifySender(NOTIFY_KEY, NOTIFY_TEMPLATE, OWN_ADDRESS)


def test_neither_is_no_mails(tmp_path):
    assert mailing_of(load_settings(GOOD, instance=tmp_path)) is None


def test_settings_show_no_password(tmp_path):
    settings = load_settings(GOOD | {"SMTP_URL": "smtps://portal:hush@mail.example"}, instance=tmp_path)
    assert "hush" not in repr(settings)


def test_config_check_warns_where_no_mails_are_made(command):
    result = command("config", "check")
    assert result.exit_code == 0, result.output
    assert "warning: SMTP_URL not set: no mails are made" in result.stdout


def test_config_check_asks_the_mail_server(command, mail_server: MailServer, use_mailing):
    fine = command("config", "check")
    assert f"ok: SMTP_URL {mail_server.url}\n" in fine.stdout
    use_mailing(SmtpSender.at("smtp://127.0.0.1:1", "no-reply@portal.example"))
    away = command("config", "check")
    assert away.exit_code == 1
    assert "not ok: SMTP_URL: the mail server cannot be used (Connection refused)" in away.stdout


def test_config_check_asks_notify(command, use_mailing):
    with running_notify() as notify:
        use_mailing(NotifySender(NOTIFY_KEY, NOTIFY_TEMPLATE, notify.url))
        assert f"GOV.UK Notify at {notify.url}" in command("config", "check").stdout
    assert "not ok: " in command("config", "check").stdout
