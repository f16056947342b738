"""`flask keys`, keys from a file, and starting with a key that is not the one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal import factory
from portal.config import SettingsError, load_settings
from portal.database.encryption import keyring
from portal.database.session import db
from tests.harness import apart
from tests.services.key_steps import NEW, OLD, OTHER, as_setting

GOOD = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "b4b8e1c09d7f43e2a6c5d8f7e1a2b3c4d5e6f708",
    "BASE_URL": "https://portal.example",
}


@pytest.fixture(autouse=True)
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the portal's own user, whoever runs the tests."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[..., None]]:
    """Puts keys on the process's one ring; the tests' own key goes back on it."""
    yield lambda *keys: keyring.install(keys)
    keyring.install((OLD,))


class TestFromAFile:
    """FIELD_KEYS_FILE, as systemd's credentials and containers' secrets hand it over."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "keys"
        path.write_text(f"# since May\n{as_setting(NEW)}\n\n{as_setting(OLD)}\n")
        path.chmod(0o400)
        return path

    def test_each_line_is_a_key_and_the_first_one_writes(self, file, tmp_path):
        settings = load_settings(GOOD | {"FIELD_KEYS_FILE": str(file)}, instance=tmp_path)
        assert settings.field_keys == (NEW, OLD)

    def test_in_a_demonstration_too(self, file, tmp_path):
        environ = {"PORTAL_MODE": "demo", "FIELD_KEYS_FILE": str(file)}
        assert load_settings(environ, instance=tmp_path / "instance").field_keys == (NEW, OLD)

    @pytest.mark.parametrize(
        ("content", "mode", "words"),
        [
            ("", 0o400, "is missing"),
            ("k1:c2hvcnQ=", 0o400, "must be id:base64"),
            ("é", 0o400, "holds no keys"),
            (as_setting(OLD), 0o420, "others than its owner may write"),
            (as_setting(OLD), 0o402, "others than its owner may write"),
            (as_setting(OLD, ("t2", OLD[1])), 0o400, "same key under two ids"),
        ],
    )
    def test_what_is_wrong_is_said_under_its_name_and_without_the_key(self, tmp_path, content, mode, words):
        path = tmp_path / "keys"
        path.write_text(content)
        path.chmod(mode)
        with pytest.raises(SettingsError) as refused:
            load_settings(GOOD | {"FIELD_KEYS_FILE": str(path)}, instance=tmp_path)
        (reason,) = refused.value.reasons
        assert reason.startswith("FIELD_KEYS_FILE")
        assert words in reason
        assert as_setting(OLD).partition(":")[2] not in reason

    @pytest.mark.parametrize(("path", "words"), [("keys", "full path"), ("/nowhere/keys", "cannot be read")])
    def test_a_file_that_is_not_there_is_said(self, tmp_path, path, words):
        with pytest.raises(SettingsError, match=f"FIELD_KEYS_FILE.*{words}"):
            load_settings(GOOD | {"FIELD_KEYS_FILE": path}, instance=tmp_path)

    def test_setting_and_file_together_are_refused(self, file, tmp_path):
        with pytest.raises(SettingsError, match="both set"):
            load_settings(GOOD | {"FIELD_KEYS_FILE": str(file), "FIELD_KEYS": as_setting(OLD)}, instance=tmp_path)


class TestStarting:
    """A lost or a wrong key is said at start, by the setting's name."""

    @pytest.fixture
    def start(self, database, instance) -> Callable[..., object]:
        db.session.remove()
        db.engine.dispose()
        environ = GOOD | {"DATABASE_URL": database.url("portal"), "DATABASE_OWNER_URL": database.owner_url("portal")}
        return lambda *keys: factory.create_app(environ | {"FIELD_KEYS": as_setting(*keys)}, instance=instance)

    def test_the_right_key_starts_and_is_noted(self, start, command):
        assert start(OLD)
        assert "t1: writes" in command("keys", "status").stdout

    @pytest.mark.parametrize(("key", "words"), [(OTHER, "another key under the id t1"), (NEW, "no key t1")])
    @pytest.mark.parametrize("is_noted", [False, True])
    def test_a_wrong_or_lost_one_does_not(self, start, capsys, key, words, is_noted):
        if is_noted:
            start(OLD)
        with pytest.raises(SystemExit) as stopped:
            start(key)
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert "FIELD_KEYS" in said
        assert words in said
        assert as_setting(key).partition(":")[2] not in said

    def test_the_check_of_settings_says_so_although_nothing_starts(self, start, monkeypatch):
        monkeypatch.setattr("sys.argv", ["flask", "config", "check"])
        checked = apart(start(OTHER).test_cli_runner().invoke, args=["config", "check"])
        assert checked.exit_code == 1
        assert "not ok: FIELD_KEYS has another key under the id t1" in checked.stdout


class TestCommand:
    """Status, rotation and letting go, as operators see them."""

    def test_a_rotation_from_beginning_to_end(self, command, ring):
        ring(NEW, OLD)
        before = command("keys", "status")
        assert before.exit_code == 0
        assert before.stdout.startswith("t2: writes; nothing\n")
        assert "t1: reads; " in before.stdout
        done = command("keys", "rotate")
        assert (done.exit_code, done.stderr) == (0, "")
        assert "texts" in done.stdout
        found = {row["key_id"]: row for row in json.loads(command("keys", "status", "--json").stdout)}
        assert (found["t1"]["texts"], found["t1"]["files"], found["t1"]["is_writing"]) == (0, 0, False)
        assert found["t2"]["texts"] > 100
        again = command("keys", "rotate")
        assert again.stdout == "0 texts, 0 files, 0 indexes\n"

    def test_a_key_that_is_needed_stays(self, command, ring):
        ring(NEW, OLD)
        refused = command("keys", "retire", "t1")
        assert refused.exit_code == 1
        assert refused.stderr.startswith("t1 is still needed: ")

    def test_bad_use_is_said_in_one_line(self, command):
        for words in (("keys", "retire"), ("keys", "retire", "t7"), ("keys", "turn")):
            refused = command(*words)
            assert refused.exit_code == 2
            assert refused.stderr.count("\n") == 1

    def test_a_missing_key_is_a_failed_check(self, command, ring):
        ring(NEW)
        found = command("keys", "status")
        assert found.exit_code == 1
        assert "MISSING" in found.stdout
