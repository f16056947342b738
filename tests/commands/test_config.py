"""Settings: refused by name when they are not safe, and explained by `flask config check`."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import factory
from portal.config import DEMO, SettingsError, load_settings, new_field_keys, parse_field_keys
from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.models.people import User
from tests.harness import FIELD_KEY, make_settings
from tests.world import NOW

ROOT = Path(__file__).parents[2]
GOOD = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "b4b8e1c09d7f43e2a6c5d8f7e1a2b3c4d5e6f708",
    "FIELD_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "BASE_URL": "https://portal.example",
}


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the portal's own user, whoever runs the tests."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture(autouse=True)
def keys_as_before() -> Iterator[None]:
    """An app built here takes other keys, and a process has one ring: the tests' own key goes back on it."""
    yield
    keyring.install((("t1", FIELD_KEY),))


def reasons(tmp_path: Path, **changes: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | changes, instance=tmp_path)
    return " | ".join(refused.value.reasons)


def test_good_settings_are_taken(tmp_path: Path) -> None:
    settings = load_settings(GOOD, instance=tmp_path)
    assert (settings.is_demo, settings.is_https) == (False, True)
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_owner_url == settings.database_url


@pytest.mark.parametrize("weak", ["", "short", "changeme", "secret", "a" * 64, "your-secret-key"])
def test_a_weak_secret_is_refused_by_name(tmp_path: Path, weak: str) -> None:
    assert "SECRET_KEY" in reasons(tmp_path, SECRET_KEY=weak)


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "k1:",
        "k1:c2hvcnQ=",
        "k1:" + "A" * 43 + "=",
        "nokey",
        "k1:%%%",
        f"{GOOD['FIELD_KEYS']},{GOOD['FIELD_KEYS']}",
    ],
)
def test_a_weak_field_key_is_refused_by_name(tmp_path: Path, weak: str) -> None:
    assert "FIELD_KEYS" in reasons(tmp_path, FIELD_KEYS=weak)


def test_debug_and_root_are_refused_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "FLASK_DEBUG" in reasons(tmp_path, FLASK_DEBUG="1")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "root" in reasons(tmp_path)


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    assert "PORTAL_MODE" in reasons(tmp_path, PORTAL_MODE="staging")


def test_without_a_mode_it_is_production(tmp_path: Path) -> None:
    assert "SECRET_KEY" in reasons(tmp_path, PORTAL_MODE="", SECRET_KEY="")


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    told = reasons(tmp_path, SECRET_KEY="", FIELD_KEYS="", FLASK_DEBUG="true")
    assert all(name in told for name in ("SECRET_KEY", "FIELD_KEYS", "FLASK_DEBUG"))


def test_a_demonstration_makes_its_keys_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    first = load_settings({"PORTAL_MODE": "demo"}, instance=tmp_path)
    second = load_settings({"PORTAL_MODE": "demo"}, instance=tmp_path)
    assert (first.secret_key, first.field_keys) == (second.secret_key, second.field_keys)
    assert stat.S_IMODE((tmp_path / "demo-keys.env").stat().st_mode) == 0o600
    other = load_settings({"PORTAL_MODE": "demo"}, instance=tmp_path / "other")
    assert other.field_keys != first.field_keys


def test_new_field_keys_can_be_read() -> None:
    ((name, key),) = parse_field_keys(new_field_keys())
    assert (name, len(key)) == ("k1", 32)


def test_demo_accounts_keep_production_from_starting(database, instance, monkeypatch, capsys) -> None:
    with writing() as session:
        session.add(User(email="somebody@demo.example", name="Somebody", created_at=NOW))
    db.session.remove()
    url = database.url("portal")
    with pytest.raises(SystemExit) as stopped:
        factory.create_app(GOOD | {"DATABASE_URL": url}, instance=instance)
    assert stopped.value.code == 2
    assert "demo accounts" in capsys.readouterr().err
    keys = f"t1:{b64encode(FIELD_KEY).decode()}"
    assert factory.create_app({"PORTAL_MODE": "demo", "DATABASE_URL": url, "FIELD_KEYS": keys}, instance=instance)


def test_config_check_says_what_is_right_and_what_is_not(command, database) -> None:
    fine = command("config", "check")
    assert fine.exit_code == 0, fine.output
    assert "ok: DATABASE_URL" in fine.stdout
    assert "FIELD_KEYS (1, writing with t1)" in fine.stdout
    db.session.remove()
    db.engine.dispose()
    database.copy(None, "portal")
    behind = command("config", "check")
    assert behind.exit_code == 1
    assert "flask db upgrade" in behind.stdout


def flask(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it, with nothing in its environment but what is given."""
    return subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_from_a_shell_it_does_not_start_with_a_weak_secret_but_says_why(tmp_path: Path) -> None:
    weak = GOOD | {"SECRET_KEY": "changeme"}
    refused = flask(tmp_path, "partnerships", "list", "--json", **weak)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "SECRET_KEY" in refused.stderr
    assert "changeme" not in refused.stderr
    checked = flask(tmp_path, "config", "check", **weak)
    assert checked.returncode == 1
    assert "not ok: SECRET_KEY" in checked.stdout


def test_settings_of_a_demonstration_stand_apart(tmp_path: Path) -> None:
    assert make_settings(tmp_path, "sqlite://", mode=DEMO).is_demo
