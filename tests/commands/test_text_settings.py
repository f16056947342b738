"""Settings of text messages: refused by name where they cannot work, and looked at by `flask config check`."""

from __future__ import annotations

import os

import pytest

from portal.config import SettingsError, load_settings
from portal.gateways.notify import OWN_ADDRESS
from portal.gateways.text_notify import NotifyTexts
from portal.services.texting import install_texting, texting_of
from tests.commands.test_config import GOOD
from tests.mail_server import NOTIFY_KEY, NOTIFY_TEMPLATE, running_notify

TEXTS = {"NOTIFY_TEXT_API_KEY": NOTIFY_KEY, "NOTIFY_TEXT_TEMPLATE_ID": NOTIFY_TEMPLATE}


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the portal's own user, whoever runs the tests."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"NOTIFY_TEXT_API_KEY": "short", "NOTIFY_TEXT_TEMPLATE_ID": NOTIFY_TEMPLATE}, "NOTIFY_TEXT_API_KEY"),
        ({"NOTIFY_TEXT_API_KEY": NOTIFY_KEY, "NOTIFY_TEXT_TEMPLATE_ID": "x"}, "NOTIFY_TEXT_TEMPLATE_ID"),
        ({"NOTIFY_TEXT_API_KEY": NOTIFY_KEY}, "NOTIFY_TEXT_TEMPLATE_ID"),
        ({"NOTIFY_TEXT_TEMPLATE_ID": NOTIFY_TEMPLATE}, "NOTIFY_TEXT_API_KEY"),
    ],
)
def test_what_cannot_work_is_refused_by_name(tmp_path, settings, named):
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | settings, instance=tmp_path)
    assert named in str(refused.value)
    assert NOTIFY_KEY not in str(refused.value)


def test_text_messages_have_a_key_of_their_own_or_the_mails(tmp_path):
    own = load_settings(GOOD | TEXTS | {"SMTP_URL": "smtp://mail.example"}, instance=tmp_path)
    assert texting_of(own) == NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, OWN_ADDRESS)
    shared = {
        "NOTIFY_API_KEY": NOTIFY_KEY,
        "NOTIFY_TEMPLATE_ID": NOTIFY_TEMPLATE,
        "NOTIFY_TEXT_TEMPLATE_ID": NOTIFY_TEMPLATE,
    }
    assert texting_of(load_settings(GOOD | shared, instance=tmp_path)) == texting_of(own)
    assert NOTIFY_KEY not in repr(own)


def test_without_a_template_none_are_sent(tmp_path):
    assert texting_of(load_settings(GOOD, instance=tmp_path)) is None


def test_config_check_says_whether_they_can_be_sent(command):
    assert "codes for links are read out" in command("config", "check").output
    with running_notify() as notify:
        try:
            install_texting(NotifyTexts(NOTIFY_KEY, NOTIFY_TEMPLATE, notify.url))
            assert f"ok: NOTIFY_TEXT_TEMPLATE_ID GOV.UK Notify at {notify.url}" in command("config", "check").output
            install_texting(NotifyTexts(NOTIFY_KEY, "another", notify.url))
            answer = command("config", "check")
            assert "not ok: NOTIFY_TEXT_TEMPLATE_ID" in answer.output
            assert answer.exit_code == 1
        finally:
            install_texting(None)
