"""`flask backup restore` of what is not whole, does not fit or cannot be put in place: refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, func, select, text

from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.gateways.backup_files import archive, read_entries, read_header, read_manifest
from portal.models.activity import Activity
from portal.services.backup.contents import Refused, place_of
from portal.services.backup.creating import create
from portal.services.backup.restoring import restore
from portal.services.filing import filing
from tests.services.backup_steps import all_of_it
from tests.services.key_steps import NEW, OLD, OTHER, SYSTEM


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[..., None]]:
    """Puts keys on the process's one ring; the tests' own key goes back on it."""
    yield lambda *keys: keyring.install(keys)
    keyring.install((OLD,))


class TestRefused:
    """Whatever is wrong, what people work with stays as it was."""

    @pytest.fixture(autouse=True)
    def nothing_changes(self, world, backup) -> Iterator[None]:
        before = all_of_it()
        yield
        keyring.install((OLD,))
        assert all_of_it() == before
        assert db.session.scalar(select(func.count()).where(Activity.verb == "backup.restored")) == 0

    @pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99, 1.0])
    def test_cut_off(self, command, backup, share):
        content = backup.read_bytes()
        backup.write_bytes(content[: min(int(len(content) * share), len(content) - 1)])
        refused = command("backup", "restore", backup)
        assert refused.exit_code == 2
        assert refused.stderr.count("\n") == 1
        assert "backup" in refused.stderr

    @pytest.mark.parametrize("share", [0.0, 0.0003, 0.2, 0.5, 0.8, 0.9999])
    def test_one_byte_changed(self, command, backup, share):
        content = bytearray(backup.read_bytes())
        content[int(len(content) * share)] ^= 1
        backup.write_bytes(content)
        refused = command("backup", "restore", backup)
        assert refused.exit_code == 2, refused.output
        assert refused.stderr.count("\n") == 1

    def test_another_key_under_the_same_id(self, command, backup, ring):
        ring(OTHER)
        refused = command("backup", "restore", backup)
        assert (refused.exit_code, "another key under the id t1" in refused.stderr) == (2, True)

    def test_a_key_that_is_not_there(self, command, backup, ring):
        ring(NEW)
        refused = command("backup", "restore", backup)
        assert (refused.exit_code, "needs the key t1" in refused.stderr) == (2, True)
        assert "FIELD_KEYS" in refused.stderr

    def test_a_backup_from_the_other_kind_of_database(self, command, backup, databases):
        other = "postgresql" if databases.backend == "sqlite" else "sqlite"
        content = backup.read_bytes()
        name = f'"database": "{databases.backend}"'.encode()
        assert name in content
        begins, ends = content[:12], content[12:]
        length = int.from_bytes(begins[8:12], "big")
        header = ends[:length].replace(name, f'"database": "{other}"'.encode())
        backup.write_bytes(begins[:8] + len(header).to_bytes(4, "big") + header + ends[length:])
        refused = command("backup", "restore", backup)
        assert refused.exit_code == 2
        assert f"of a portal on {other}" in refused.stderr

    def test_rows_that_are_not_those_that_were_counted_are_refused(self, command, backup):
        """What only the portal itself could write wrong: the list of contents and the rows say different things."""
        content = BytesIO(backup.read_bytes())
        stated, context = read_header(content)
        key = keyring.unwrap(bytes.fromhex(stated["wrapped_key"]), stated["key_id"])
        entries = [(name, list(pieces)) for name, pieces in read_entries(content, key, context)]
        facts = read_manifest(entries.pop()[1]).facts
        facts["counts"]["children"] += 1
        backup.write_bytes(b"".join(archive(stated, key, entries, lambda: facts)))
        refused = command("backup", "restore", backup)
        assert (refused.exit_code, "backed up" in refused.stderr) == (2, True), refused.output

    def test_no_backup_at_all(self, command, tmp_path):
        (tmp_path / "letter.txt").write_text("Dear all")
        for name, words in (("letter.txt", "no backup"), ("nowhere", "no such file"), (".", "directory")):
            refused = command("backup", "restore", tmp_path / name)
            assert refused.exit_code == 2
            assert words in refused.stderr

    def test_a_disk_without_room(self, command, backup, monkeypatch):
        """The rows are beside the live ones, and the files not all laid down, when it is full."""
        store = filing().store
        for name, _written in list(store.names())[:1]:
            lost = b"".join(store.as_stored(name))
            store.delete(name)

        def full(*_arguments: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(type(store), "lay", full)
        refused = command("backup", "restore", backup)
        monkeypatch.undo()
        assert (refused.exit_code, "No space left on device" in refused.stderr) == (2, True)
        store.lay(name, [lost])

    def test_people_do_not_restore(self, world, viewer_of, app, backup):
        settings = app.extensions["settings"]
        with pytest.raises(NotPermitted):
            restore(viewer_of(world.person("a.administrator")), settings, place_of(settings, str(backup)))


def test_a_refused_restore_leaves_nothing_behind(command, backup, database, app):
    def lying_about() -> list[str]:
        if database.backend == "sqlite":
            beside = (path.name for path in database.folder.iterdir())
            return sorted(name for name in beside if not name.endswith(("-wal", "-shm", "-queue")))
        with db.engine.connect() as connection:
            return sorted(connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'")))

    db.session.remove()
    before = lying_about()
    content = bytearray(backup.read_bytes())
    content[-40] ^= 1
    backup.with_name("bad").write_bytes(content)
    assert command("backup", "restore", backup.with_name("bad")).exit_code == 2
    assert command("backup", "restore", backup).exit_code == 0
    db.session.remove()
    assert lying_about() == before


def break_a_row(database) -> None:
    """A child whose case there is not, past what both databases have against it."""
    broken = "UPDATE children SET case_id = 99999 WHERE id = (SELECT min(id) FROM children)"
    db.session.remove()
    if database.backend == "postgresql":
        with psycopg.connect(database.superuser_url("portal"), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(broken)
        return
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute(broken)
        driver.execute("PRAGMA foreign_keys = ON")


def test_rows_that_do_not_fit_each_other_are_refused(command, database, tmp_path, world):
    """A backup of a database that was already broken is not put in place of one that is whole."""
    before = all_of_it()
    break_a_row(database)
    path = tmp_path / "broken.backup"
    assert command("backup", "create", path).exit_code == 0
    db.session.remove()
    db.engine.dispose()
    database.copy("world", "portal")
    refused = command("backup", "restore", path)
    words = "do not fit each other" if database.backend == "postgresql" else "point at nothing"
    assert (refused.exit_code, words in refused.stderr) == (2, True)
    assert all_of_it() == before


def test_a_migration_that_comes_between_is_noticed(app, world, tmp_path, database):
    """Files were listed at one version; rows would be of another."""
    path, settings = tmp_path / "a.backup", app.extensions["settings"]

    def migrate(_parts: int) -> None:
        engine = create_engine(database.owner_url("portal"), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0030'"))

    with pytest.raises(Refused, match="migrated meanwhile: make the backup again"):
        create(SYSTEM, settings, place_of(settings, str(path)), migrate)
    assert not path.exists()
