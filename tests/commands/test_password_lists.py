"""A larger list of breached passwords, by a setting: taken, refused at the start with its reason, and used."""

from __future__ import annotations

from hashlib import sha1

import pytest

from portal.config import SettingsError, load_settings
from portal.domain.errors import Invalid
from portal.services.passwords import check_new, install_breached_passwords
from tests.commands.test_config import GOOD

OWN = "heron-lantern-saltmarsh"


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "pwned.txt"
    path.write_text(f"{sha1(OWN.encode(), usedforsecurity=False).hexdigest().upper()}:3\r\n", encoding="ascii")
    return path


@pytest.fixture
def installed(database, listed):
    install_breached_passwords(listed)
    yield listed
    install_breached_passwords(None)


def reasons(tmp_path, value):
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | {"PORTAL_MODE": "demo", "BREACHED_PASSWORDS": str(value)}, instance=tmp_path)
    return refused.value.reasons


def test_it_is_taken_and_there_need_be_none(tmp_path, listed):
    demo = GOOD | {"PORTAL_MODE": "demo"}
    assert load_settings(demo, instance=tmp_path).breached_passwords is None
    assert load_settings(demo | {"BREACHED_PASSWORDS": str(listed)}, instance=tmp_path).breached_passwords == listed


def test_what_is_no_such_list_is_refused_by_name(tmp_path):
    (tmp_path / "words.txt").write_text("whosyourdaddy\n", encoding="ascii")
    (tmp_path / "small.txt").write_text(f"{'a' * 40}:3\n", encoding="ascii")
    (tmp_path / "empty.txt").touch()
    assert reasons(tmp_path, "pwned.txt") == ["BREACHED_PASSWORDS must be the full path of a file"]
    assert reasons(tmp_path, tmp_path / "away.txt") == ["BREACHED_PASSWORDS cannot be read: No such file or directory"]
    for name in ("words.txt", "small.txt", "empty.txt"):
        assert "no list of Pwned Passwords" in reasons(tmp_path, tmp_path / name)[0]


def test_without_one_a_password_of_ones_own_is_taken(database):
    check_new(OWN, name="", email="")


def test_a_new_password_is_looked_up_in_it_and_in_the_portals_own(installed):
    for password in (OWN, "whosyourdaddy"):
        with pytest.raises(Invalid) as refused:
            check_new(password, name="", email="")
        assert refused.value.errors == {
            "password": ["This password is in published lists of stolen passwords. Choose another"]
        }
    check_new("copper violet hinge 9", name="", email="")


def test_a_list_that_is_gone_keeps_nobody_from_a_new_password(installed):
    installed.unlink()
    check_new(OWN, name="", email="")
    with pytest.raises(Invalid):
        check_new("whosyourdaddy", name="", email="")
