"""What only PostgreSQL can do to a backup and its restore: lose the connection, hold a table, keep things of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import psycopg
import pytest

from portal.gateways.backup_files import FilePlace
from portal.services.backup import postgres_rows
from portal.services.backup.contents import Refused, place_of
from portal.services.backup.creating import create
from portal.services.backup.restoring import restore
from tests.postgres import OWNER
from tests.services.backup_steps import all_of_it, commanding, empty_machine
from tests.services.key_steps import SYSTEM


@pytest.fixture(autouse=True)
def server(database, world):
    """PostgreSQL, and a database that the next test does not get: these change more than its rows."""
    if database.backend == "sqlite":
        pytest.skip("a file has no connections, owners or schemas")
    yield database
    database.let_go()


@pytest.fixture
def unchanged() -> Iterator[None]:
    """Whatever is refused, what people work with stays as it was."""
    before = all_of_it()
    yield
    assert all_of_it() == before


@contextmanager
def asked_as(url: str) -> Iterator[Callable[[str], list[tuple]]]:
    """Statements by somebody with an address of their own, each by itself."""
    with psycopg.connect(url, autocommit=True) as connection:

        def ask(statement: str) -> list[tuple]:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

        yield ask


def cut_off_the_owner(server) -> None:
    """The server, or whatever lies between, ends what backup and restore are connected by."""
    with asked_as(server.superuser_url("portal")) as ask:
        pids = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        cut = ask(f"{pids} WHERE usename = '{OWNER}' AND datname = current_database()")
    assert cut


def schemas(server) -> list[tuple]:
    with asked_as(server.superuser_url("portal")) as ask:
        return ask("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY 1")


def test_a_lost_connection_leaves_the_backup_of_before(app, server, backup, unchanged):
    settings, before = app.extensions["settings"], backup.read_bytes()
    steps = []

    def cut_off_at_the_rows(_parts: int) -> None:
        steps.append(_parts)
        with asked_as(server.superuser_url("portal")) as ask:
            rows = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %'"
            is_reading = ask(rows)
        if is_reading:
            cut_off_the_owner(server)

    with pytest.raises(Refused, match="the database cannot be read: terminating connection"):
        create(SYSTEM, settings, place_of(settings, str(backup)), cut_off_at_the_rows)
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.glob("*backup*")] == [backup.name]


@dataclass(frozen=True)
class TearingPlace(FilePlace):
    """A backup whose reader is cut off from the database halfway through putting its rows back."""

    cut: Callable[[], None]

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        with FilePlace.opened(self) as file:
            yield Torn(file, self.path.stat().st_size // 2, self.cut)  # type: ignore[arg-type]


class Torn:
    """A file that is read through once, and cuts once on the way through a second time."""

    def __init__(self, file: BinaryIO, half: int, cut: Callable[[], None]) -> None:
        self._file, self._half, self._cut = file, half, cut
        self._is_second = False
        self.tell = file.tell

    def seek(self, offset: int) -> int:
        # The first time it goes to the very beginning.
        self._is_second = offset > 0
        return self._file.seek(offset)

    def read(self, size: int = -1) -> bytes:
        if self._is_second and self._file.tell() > self._half:
            self._is_second = False
            self._cut()
        return self._file.read(size)


def test_a_connection_lost_while_rows_come_back_changes_nothing(app, server, backup, command, unchanged):
    settings, before = app.extensions["settings"], schemas(server)
    place = TearingPlace(backup, lambda: cut_off_the_owner(server))
    with pytest.raises(Refused, match="terminating connection due to administrator command"):
        restore(SYSTEM, settings, place)
    assert schemas(server) == before
    assert command("backup", "restore", backup).exit_code == 0


def test_a_server_that_is_away_is_said_in_a_line(command, server, backup, tmp_path):
    with server.lost():
        for words in (("create", tmp_path / "another.backup"), ("restore", backup)):
            refused = command("backup", *words)
            assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1), refused.output
            assert "does not exist" in refused.stderr
    assert not (tmp_path / "another.backup").exists()


def test_whoever_holds_a_table_is_not_waited_for_for_ever(command, server, backup, unchanged, monkeypatch):
    monkeypatch.setattr(postgres_rows, "LOCKS", "300ms")
    before = schemas(server)
    with psycopg.connect(server.superuser_url("portal")) as reader:
        reader.execute("SELECT count(*) FROM meetings")
        refused = command("backup", "restore", backup)
        assert refused.exit_code == 2
        assert "could not be replaced, and is as it was: canceling statement due to lock timeout" in refused.stderr
    assert schemas(server) == before
    assert command("backup", "restore", backup).exit_code == 0


def test_an_owner_who_may_make_no_schema_is_told_so(command, server, backup, unchanged):
    with asked_as(server.superuser_url("portal")) as ask:
        ((name,),) = ask("SELECT current_database()")
        ask(f"ALTER DATABASE {name} OWNER TO CURRENT_USER")
    refused = command("backup", "restore", backup)
    assert refused.exit_code == 2
    assert f"nothing can be restored into this database: permission denied for database {name}" in refused.stderr


def test_what_somebody_keeps_beside_the_tables_stays_and_is_not_backed_up(command, server, databases, tmp_path):
    with asked_as(server.owner_url("portal")) as ask:
        ask("CREATE TABLE notes_of_our_own (id serial PRIMARY KEY, words text)")
        ask("INSERT INTO notes_of_our_own (words) VALUES ('Ask Monday.')")
        ask("CREATE VIEW notes_in_short AS SELECT left(words, 3) AS words FROM notes_of_our_own")
        ask("CREATE FUNCTION our_own() RETURNS integer LANGUAGE sql AS 'SELECT 7'")
    path, before = tmp_path / "with-notes.backup", all_of_it()
    assert command("backup", "create", path).exit_code == 0
    with empty_machine(databases, tmp_path / "elsewhere") as app:
        assert commanding(app)("backup", "restore", path).exit_code == 0
    restored = command("backup", "restore", path)
    assert restored.exit_code == 0, restored.output
    assert all_of_it() == before
    with asked_as(server.owner_url("portal")) as ask:
        assert ask("SELECT words, our_own() FROM notes_in_short") == [("Ask", 7)]
        ask("INSERT INTO notes_of_our_own (words) VALUES ('And Tuesday.')")


@pytest.mark.parametrize(
    "made",
    [
        "VIEW our_own AS SELECT count(*) FROM meetings",
        "MATERIALIZED VIEW our_own AS SELECT status FROM meetings",
        "TABLE our_own (meeting_id integer REFERENCES meetings (id))",
    ],
)
def test_what_rests_on_the_tables_is_said_before_it_would_go(command, server, backup, unchanged, made):
    with asked_as(server.superuser_url("portal")) as ask:
        ask(f"CREATE {made}")
    refused = command("backup", "restore", backup)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "our_own would go with the tables of the portal that they rest on" in refused.stderr
    with asked_as(server.superuser_url("portal")) as ask:
        ask("SELECT * FROM our_own")
        ask(f"DROP {made.partition(' our_own')[0]} our_own")
    assert command("backup", "restore", backup).exit_code == 0


def test_a_trigger_of_somebodys_own_is_said_too_and_its_function_stays(command, server, backup, unchanged):
    with asked_as(server.superuser_url("portal")) as ask:
        ask("CREATE FUNCTION noting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        ask("CREATE TRIGGER our_own AFTER INSERT ON meetings FOR EACH ROW EXECUTE FUNCTION noting()")
    refused = command("backup", "restore", backup)
    assert (refused.exit_code, "our_own would go with the tables of the portal" in refused.stderr) == (2, True)
    with asked_as(server.superuser_url("portal")) as ask:
        ask("DROP TRIGGER our_own ON meetings")
        assert command("backup", "restore", backup).exit_code == 0
        assert ask("SELECT 1 FROM pg_proc WHERE proname = 'noting'") == [(1,)]


def test_every_function_of_the_portal_is_known_by_its_name(server):
    """One that a later migration calls otherwise would be left behind by a restore: add it to those that go."""
    names = "p.proname LIKE 'portal\\_%' OR p.proname LIKE 'figures\\_of\\_%'"
    with asked_as(server.superuser_url("portal")) as ask:
        found = ask(
            f"SELECT count(*) FILTER (WHERE {names}), count(*) FROM pg_proc p "
            "WHERE p.pronamespace = 'public'::regnamespace"
        )
    ((known, there),) = found
    assert known == there > 2
