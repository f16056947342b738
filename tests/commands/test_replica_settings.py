"""The setting of the database that is read while the first is away."""

from __future__ import annotations

import pytest

from portal.config import SettingsError, load_settings
from portal.services.readiness import replica_faults
from tests.harness import SECRET_KEY
from tests.two_servers import running_pair

PRIMARY = "postgresql://portal@primary.example/portal"
REPLICA = "postgresql://portal@replica.example/portal"


def settings(tmp_path, **environ: str):
    """Settings of a demonstration, which may run as anybody."""
    given = {"PORTAL_MODE": "demo", "SECRET_KEY": SECRET_KEY, **environ}
    return load_settings(given, instance=tmp_path)


def test_a_replica_is_taken(tmp_path):
    found = settings(tmp_path, DATABASE_URL=PRIMARY, DATABASE_REPLICA_URL=REPLICA)
    assert found.database_replica_url == REPLICA
    assert settings(tmp_path, DATABASE_URL=PRIMARY).database_replica_url == ""


@pytest.mark.parametrize(
    ("primary", "replica", "words"),
    [
        ("sqlite:///portal.sqlite3", REPLICA, "PostgreSQL alone"),
        (PRIMARY, "sqlite:///portal.sqlite3", "PostgreSQL alone"),
        ("", REPLICA, "PostgreSQL alone"),
        (PRIMARY, PRIMARY, "the same as DATABASE_URL"),
    ],
)
def test_one_that_could_not_help_is_refused_by_name(tmp_path, primary, replica, words):
    with pytest.raises(SettingsError) as refused:
        settings(tmp_path, DATABASE_URL=primary, DATABASE_REPLICA_URL=replica)
    assert [reason for reason in refused.value.reasons if reason.startswith("DATABASE_REPLICA_URL") and words in reason]


def test_config_check_says_whether_it_follows(command):
    assert "DATABASE_REPLICA_URL" not in command("config", "check").output


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_whether_it_follows_is_asked_of_itself(databases, run_folder, worker):
    databases.renew()
    address = databases.url("portal")
    assert replica_faults("") == []
    assert replica_faults("postgresql://portal@127.0.0.1:1/portal") == ["it does not answer"]
    assert replica_faults(address) == ["it is not a replica: it follows no other server"]
    with running_pair(databases.server, run_folder / f"follows-{worker}") as pair:
        pair.catch_up()
        assert replica_faults(pair.replica.address(address)) == []
        pair.replica.stop()
        assert replica_faults(pair.replica.address(address)) == ["it does not answer"]
