"""The roles of PostgreSQL: one owns the tables and migrates them, the other runs the portal and can do neither."""

from __future__ import annotations

from base64 import b64encode

import psycopg
import pytest
from alembic import command as alembic
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal import factory
from portal.commands.db import configuration
from portal.database.declarative import Base
from portal.database.grants import finish_upgrade, role_faults
from portal.database.session import db
from tests.harness import FIELD_KEY, apart, make_app
from tests.postgres import OWNER

SECRETS = {
    "SECRET_KEY": "a-long-secret-0123456789-abcdefghijklmnop",
    "FIELD_KEYS": f"t1:{b64encode(FIELD_KEY).decode()}",
}


@pytest.fixture
def server(database):
    """PostgreSQL; SQLite has no roles."""
    if database.backend == "sqlite":
        pytest.skip("SQLite has no roles")
    return database


@pytest.fixture
def in_service(monkeypatch):
    """Not root, as production asks for."""
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("superuser", "its role is a superuser or bypasses row-level security"),
        ("bypassing", "its role is a superuser or bypasses row-level security"),
        ("owner", "its role owns the tables"),
        ("member", "its role owns the tables, or may act as their owner"),
        ("application", None),
    ],
)
def test_production_refuses_a_role_for_which_the_wall_does_not_hold(server, instance, in_service, capsys, role, reason):
    urls = {
        "superuser": server.superuser_url("portal"),
        "owner": server.owner_url("portal"),
        "application": server.url("portal"),
    }
    with psycopg.connect(server.server, autocommit=True) as superuser:
        for name, options in (("bypassing", "LOGIN BYPASSRLS"), ("member", f"LOGIN NOINHERIT IN ROLE {OWNER}")):
            superuser.execute(f"DROP ROLE IF EXISTS portal_{name}_{server.worker}")
            superuser.execute(f"CREATE ROLE portal_{name}_{server.worker} {options}")
            of_it = make_url(urls["application"]).set(username=f"portal_{name}_{server.worker}")
            urls[name] = of_it.render_as_string(hide_password=False)
    settings = SECRETS | {"DATABASE_URL": urls[role]}
    if reason is None:
        assert factory.create_app(settings, instance=instance)
        return
    with pytest.raises(SystemExit) as stopped:
        factory.create_app(settings, instance=instance)
    assert stopped.value.code == 2
    assert f"DATABASE_URL: {reason}" in capsys.readouterr().err
    assert factory.create_app(settings | {"PORTAL_MODE": "demo"}, instance=instance)


def test_upgrading_lets_the_portals_role_in_and_no_further(databases, tmp_path):
    if databases.backend == "sqlite":
        pytest.skip("SQLite has no roles")
    databases.empty("roles")
    app = make_app(databases.settings(tmp_path, "roles"))
    upgraded = apart(app.test_cli_runner().invoke, args=["db", "upgrade"])
    assert upgraded.exit_code == 0, upgraded.output
    with psycopg.connect(databases.url("roles"), autocommit=True) as portal:
        new = "INSERT INTO partnerships (name, account_sleeps_after_days, created_at, version)"
        portal.execute(f"{new} VALUES ('One', 180, now(), 1)")
        assert portal.execute("SELECT count(*) FROM partnerships").fetchone() == (1,)
        assert portal.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        for beyond in (
            "CREATE TABLE mine (id integer)",
            "ALTER TABLE cases DISABLE ROW LEVEL SECURITY",
            "DROP POLICY of_partnerships ON cases",
            "TRUNCATE cases",
            "DELETE FROM alembic_version",
            "SELECT portal_protect()",
            f"SET ROLE {OWNER}",
            "SET row_security = off; SELECT * FROM cases",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute(beyond)
    with app.app_context():
        db.engine.dispose()


def test_a_database_of_one_role_is_brought_behind_the_wall_by_one_command(
    databases, instance, in_service, monkeypatch, capsys
):
    """As docs/setting-up.md says: before it nothing starts but the command that mends it."""
    if databases.backend == "sqlite":
        pytest.skip("SQLite has no roles")
    alembic.upgrade(configuration(databases.empty("roles")), "0025")
    urls = {"DATABASE_URL": databases.url("roles"), "DATABASE_OWNER_URL": databases.owner_url("roles")}
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")

    def start(*words: str) -> Flask:
        monkeypatch.setattr("sys.argv", ["flask", *words])
        return factory.create_app(SECRETS | urls, instance=instance)

    with pytest.raises(SystemExit):
        start("worker")
    assert "no row-level security on absences, " in capsys.readouterr().err
    app = start("db", "upgrade")
    upgraded = apart(app.test_cli_runner().invoke, args=["db", "upgrade"])
    assert upgraded.exit_code == 0, upgraded.output
    again = start("worker")
    with again.app_context():
        assert role_faults(db.session.connection()) == []
    for one in (app, again):
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


def test_an_unknown_role_is_said(databases, tmp_path):
    if databases.backend == "sqlite":
        pytest.skip("SQLite has no roles")
    owner = databases.empty("roles")
    url = make_url(owner).set(username="nobody_knows").render_as_string(hide_password=False)
    with pytest.raises(RuntimeError, match="'nobody_knows', which this server does not have"):
        alembic.upgrade(configuration(owner, url), "head")


def test_a_table_that_is_added_later_is_behind_the_wall_too(server):
    engine = create_engine(server.owner_url("portal"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE added_later (id integer, partnership_id integer NOT NULL)"))
        connection.execute(text("INSERT INTO added_later VALUES (1, 1)"))
    assert role_faults(db.session.connection()) == ["no row-level security on added_later: run flask db upgrade"]
    with engine.begin() as connection:
        finish_upgrade(connection, server.url("portal"))
    with psycopg.connect(server.url("portal"), autocommit=True) as portal:
        assert portal.execute("SELECT count(*) FROM added_later").fetchone() == (0,)
    assert role_faults(db.session.connection()) == []
    engine.dispose()


def test_a_migration_sees_the_rows_that_it_moves(server):
    """The wall holds for the tables' owner too; whoever migrates says what for."""
    db.session.remove()
    db.engine.dispose()
    plain = make_url(server.owner_url("portal")).difference_update_query(["options"])
    url = plain.render_as_string(hide_password=False)

    def counted(address: str) -> int:
        with psycopg.connect(address) as connection:
            return connection.execute("SELECT count(*) FROM meetings").fetchone()[0]

    whole = counted(server.owner_url("portal"))
    assert whole > 10
    assert counted(url) == 0
    rules = "SELECT count(DISTINCT partnership_id) FROM retention_rules"
    alembic.downgrade(configuration(url), "0028")
    alembic.upgrade(configuration(url, server.url("portal")), "head")
    with psycopg.connect(server.owner_url("portal")) as connection:
        assert connection.execute(rules).fetchone() == (2,)
    assert counted(server.owner_url("portal")) == whole


def test_the_tables_without_a_partnership_are_known():
    """Each of them is decided in docs/adr/0048: a new one is decided there before it is added here."""
    known = """
    activity_anchors activity_checkpoints agencies api_requests feedback_forms field_keys identities joining_links mails
    message_choices partnerships passkey_challenges passkeys provided_sessions recovery_codes sent_forms
    sign_in_attempts sign_in_sessions sign_on_attempts users worker_beats
    """
    tables = Base.metadata.tables.items()
    assert {name for name, table in tables if "partnership_id" not in table.c} == set(known.split())
