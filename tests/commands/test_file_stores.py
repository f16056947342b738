"""A bucket as the file store: its settings, what `flask config check` and the start say of it, and what is swept."""

from __future__ import annotations

import os
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest

from portal import factory
from portal.config import SettingsError, load_settings
from portal.gateways.file_store import new_key
from portal.gateways.folder_store import FolderStore
from portal.gateways.s3_store import S3Store
from portal.gateways.scanner import Scanner
from portal.services import quarantine
from portal.services.filing import filing_of
from tests.commands.test_config import GOOD, keys_as_before, not_root
from tests.harness import FIELD_KEY
from tests.s3_server import Door

__all__ = ["keys_as_before", "not_root"]

IN_BUCKET = {
    "PORTAL_MODE": "demo",
    "FILE_STORE_URL": "s3://portal-files/files",
    "FILE_STORE_KEY_ID": "AKIAKEY",
    "FILE_STORE_SECRET": "verysecret",
}


def settings_of(server, **changes) -> dict[str, str]:
    """What reaches the tests' server, in an environment, with the key that the tests' database is written under."""
    bucket = server.bucket
    wanted = {"FILE_STORE_KEY_ID": bucket.key_id, "FILE_STORE_SECRET": bucket.secret}
    wanted["FIELD_KEYS"] = f"t1:{b64encode(FIELD_KEY).decode()}"
    return GOOD | IN_BUCKET | wanted | {"FILE_STORE_ENDPOINT": bucket.endpoint} | changes


def test_the_settings_are_taken(tmp_path: Path):
    settings = load_settings(GOOD | IN_BUCKET | {"FILE_STORE_ENDPOINT": "https://s3.example/"}, instance=tmp_path)
    store = filing_of(settings).store
    assert isinstance(store, S3Store)
    assert (store.bucket.name, store.bucket.prefix, store.bucket.endpoint, store.bucket.region) == (
        "portal-files", "files/", "https://s3.example", "eu-west-2",
    )  # fmt: skip
    assert (store.bucket.key_id, store.bucket.secret) == ("AKIAKEY", "verysecret")
    assert "verysecret" not in repr(settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FILE_STORE_KEY_ID", ""),
        ("FILE_STORE_SECRET", ""),
        ("FILE_STORE_ENDPOINT", "s3.example"),
        ("FILE_STORE_ENDPOINT", "http://s3.example"),
        ("FILE_STORE_ENDPOINT", "https://key:secret@s3.example"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_by_name(tmp_path: Path, setting, value):
    with pytest.raises(SettingsError) as refused:
        load_settings(GOOD | IN_BUCKET | {setting: value}, instance=tmp_path)
    assert [reason.split(" ")[0] for reason in refused.value.reasons] == [setting]


def test_an_address_that_names_no_bucket_is_refused_by_name(tmp_path: Path):
    with pytest.raises(SettingsError, match="FILE_STORE_URL must be s3:// and the name of a bucket"):
        filing_of(load_settings(GOOD | IN_BUCKET | {"FILE_STORE_URL": "s3://No_Bucket"}, instance=tmp_path))


def test_config_check_says_whether_the_bucket_can_be_used(command, use_filing, s3_server):
    use_filing(store=s3_server.store())
    assert command("config", "check").exit_code == 0
    use_filing(store=s3_server.store(secret="x" * 40))
    wrong = command("config", "check")
    assert wrong.exit_code == 1
    assert "not ok: FILE_STORE_URL: FILE_STORE_SECRET is not the one that belongs to FILE_STORE_KEY_ID" in wrong.stdout
    use_filing(store=s3_server.store(name="not-there"))
    assert "not ok: FILE_STORE_URL: there is no bucket of this name" in command("config", "check").stdout


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"FILE_STORE_SECRET": "x" * 40}, "FILE_STORE_SECRET is not the one that belongs to FILE_STORE_KEY_ID"),
        ({"FILE_STORE_URL": "s3://not-there"}, "there is no bucket of this name"),
    ],
)
def test_it_does_not_start_with_a_bucket_that_it_can_never_use(
    database, s3_server, instance, monkeypatch, capsys, changes, words
):
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    with pytest.raises(SystemExit) as stopped:
        factory.create_app(settings_of(s3_server, DATABASE_URL=database.url("portal"), **changes), instance=instance)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert f"The portal does not start: FILE_STORE_URL: {words}" in said
    assert s3_server.bucket.key_id not in said
    assert "x" * 40 not in said


def test_it_starts_while_the_server_is_away_and_says_so(database, s3_server, instance, monkeypatch, capsys):
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    door = Door(s3_server, 0)
    door.shut()
    url = database.url("portal")
    assert factory.create_app(
        settings_of(s3_server, DATABASE_URL=url, FILE_STORE_ENDPOINT=door.address), instance=instance
    )
    assert (
        "No file can be given or opened for now: FILE_STORE_URL: the server does not answer" in capsys.readouterr().err
    )
    assert factory.create_app(settings_of(s3_server, DATABASE_URL=url), instance=instance)
    assert "No file" not in capsys.readouterr().err


def test_a_command_does_not_wait_for_the_bucket(database, s3_server, instance, monkeypatch):
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    assert factory.create_app(
        settings_of(s3_server, DATABASE_URL=database.url("portal"), FILE_STORE_URL="s3://not-there"), instance=instance
    )


def test_what_a_crash_left_in_the_bucket_is_swept_and_nothing_else(command, world, use_filing, s3_server, monkeypatch):
    store = s3_server.store()
    use_filing(store=store)
    name = store.write(new_key(), b"", [os.urandom(10)])
    s3_server.client.create_multipart_upload(Bucket=s3_server.bucket.name, Key=f"files/{'a' * 64}")
    assert len(list(store.names())) == 2
    # This server gives every upload a day of long ago, so that one goes at once.
    assert "1 leftovers swept" in command("files", "scan").stdout
    assert [found for found, _written in store.names()] == [name]
    monkeypatch.setattr(quarantine, "SWEPT_AFTER", timedelta(minutes=-1))
    assert "1 leftovers swept" in command("files", "scan").stdout
    assert list(store.names()) == []


def test_a_store_that_is_away_is_named_and_nothing_is_lost(command, world, use_filing, s3_server, clamd_socket):
    door = Door(s3_server, 0)
    door.shut()
    use_filing(store=s3_server.store(endpoint=door.address), scanner=Scanner(clamd_socket))
    result = command("files", "scan")
    assert result.exit_code == 1
    assert result.stdout == "0 passed, 0 refused, 2 still waiting, 0 leftovers swept\n"
    assert result.stderr.startswith("the file store cannot be used (the server does not answer")


def test_a_folder_is_still_what_it_was(tmp_path: Path):
    assert isinstance(filing_of(load_settings(GOOD | {"PORTAL_MODE": "demo"}, instance=tmp_path)).store, FolderStore)
