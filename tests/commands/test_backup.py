"""`flask backup`: everything comes back on an empty machine, and what is not whole changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from sqlalchemy import func, select, text

from portal.commands.db import configuration
from portal.database.encryption import keyring
from portal.database.session import db
from portal.models.activity import Activity
from portal.models.sessions import SignInSession
from portal.services.backup import creating
from portal.services.backup.contents import place_of
from portal.services.field_keys import note_keys
from portal.services.filing import filing
from portal.services.report_files import attach_files
from portal.services.reports.writing import save_answer, seen
from tests.harness import FIELD_KEY
from tests.sample_files import upload
from tests.services.backup_steps import all_files, all_of_it, all_rows, commanding, empty_machine
from tests.services.file_steps import TellingScanner
from tests.services.key_steps import NEW, OLD, SPARE, SYSTEM
from tests.services.report_steps import answers_of
from tests.world import NOW


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[..., None]]:
    """Puts keys on the process's one ring; the tests' own key goes back on it."""
    yield lambda *keys: keyring.install(keys)
    keyring.install((OLD,))


@pytest.fixture
def machine(databases, tmp_path) -> Iterator[Callable[..., object]]:
    """An empty machine's commands."""
    with empty_machine(databases, tmp_path / "elsewhere") as app:
        run = commanding(app)
        run.app = app  # type: ignore[attr-defined]
        yield run


def rows_of(app) -> tuple:
    with app.app_context():
        return all_of_it()


def test_everything_comes_back_on_an_empty_machine(world, backup, machine):
    before = all_of_it()
    assert len(before[1]) > 1
    done = machine("backup", "restore", backup)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert "ok: the activity’s chains hold, and figures agree with the records" in done.stdout
    assert rows_of(machine.app) == before
    for words in (("activity", "verify"), ("indicators", "check"), ("files", "orphans"), ("db", "check")):
        checked = machine(*words)
        assert checked.exit_code == 0, (words, checked.output)
    again = machine("db", "upgrade")
    assert again.exit_code == 0, again.output


def test_people_work_on_where_they_were(backup, machine, world, viewer_of):
    """New rows get numbers of their own, and triggers note them."""
    machine("backup", "restore", backup)
    head, place = viewer_of(world.person("a.school.lead")), world.meeting("a.initial")
    with machine.app.app_context():
        assert save_answer(head, place.id, "worries", seen(answers_of(place).get("worries", "")), "After the fire.")
        assert answers_of(place)["worries"] == "After the fire."
        db.session.remove()
    checked = machine("indicators", "check")
    assert checked.exit_code == 0, checked.output
    assert machine("partnerships", "create", "Northmoor").exit_code == 0


def test_what_was_done_after_the_backup_is_gone_and_what_was_undone_is_back(command, backup, head, place, use_filing):
    before = all_of_it()
    use_filing(scanner=TellingScanner())
    save_answer(head, place.id, "worries", seen(answers_of(place).get("worries", "")), "Written afterwards.")
    attach_files(head, place.id, [upload(b"later " * 50_000, "Later.txt")])
    lost, changed = list(before[1])[:2]
    filing().store.delete(lost)
    filing().store.lay(changed, [b"not what it was"])
    assert all_of_it_but_texts() != before[:2]
    done = command("backup", "restore", backup)
    assert done.exit_code == 0, done.output
    rows, files, _texts = all_of_it()
    assert rows == before[0]
    # The later file's bytes have no row, and are swept as such bytes are.
    assert before[1].items() <= files.items()
    assert len(files) == len(before[1]) + 1


def all_of_it_but_texts() -> tuple:
    return all_rows(), all_files()


def test_a_backup_is_made_while_people_write(command, tmp_path, app, head, place, machine):
    """The rows are of one moment: whatever was told before it is there, and rows belong to each other."""
    path, told = tmp_path / "busy.backup", []

    def write_between(_parts: int) -> None:
        words = f"{len(told)} words"
        save_answer(head, place.id, "worries", seen(answers_of(place).get("worries", "")), words)
        told.append(words)

    settings = app.extensions["settings"]
    creating.create(SYSTEM, settings, place_of(settings, str(path)), write_between)
    assert len(told) > 1
    done = machine("backup", "restore", path)
    assert done.exit_code == 0, done.output
    with machine.app.app_context():
        assert answers_of(place)["worries"] in told
        db.session.remove()


def test_a_file_that_comes_while_a_backup_is_made_is_in_it(tmp_path, app, head, place, use_filing, machine):
    """The rows are of a later moment than the first files; what came between is taken after them."""
    use_filing(scanner=TellingScanner())
    path, settings, came = tmp_path / "busy.backup", app.extensions["settings"], []

    def attach_once(_parts: int) -> None:
        if not came:
            came.extend(attach_files(head, place.id, [upload(b"meanwhile " * 50_000, "Meanwhile.txt")]))

    made = creating.create(SYSTEM, settings, place_of(settings, str(path)), attach_once)
    assert (len(came), made.missing) == (1, [])
    assert machine("backup", "restore", path).exit_code == 0
    with machine.app.app_context():
        assert came[0].store_name in all_files()


def test_whoever_was_signed_in_is_not_signed_in_by_it(command, client, sign_in, world, tmp_path):
    sign_in(client, world.person("a.gp.lead"))
    assert client.get("/").status_code == 200
    path = tmp_path / "a.backup"
    assert command("backup", "create", path).exit_code == 0
    assert command("backup", "restore", path).exit_code == 0
    db.session.remove()
    assert db.session.scalar(select(func.count()).where(SignInSession.ended_at.is_(None))) == 0
    assert client.get("/", follow_redirects=False).status_code in (302, 303)
    sign_in(client, world.person("a.gp.lead"))
    assert client.get("/").status_code == 200


def test_nothing_stands_in_it_in_clear(backup, world):
    content = backup.read_bytes()
    for marker in world.markers:
        assert not [form for form in marker.forms if form.encode() in content]
    assert FIELD_KEY not in content
    assert b"CREATE TABLE" not in content
    assert b"a.gp.lead" not in content


def test_a_file_that_the_store_has_lost_is_said_and_the_rest_is_kept(command, tmp_path, world, machine):
    # Of an infected file no bytes are asked for, though the sweep may not have come to them.
    filing().store.delete(min(all_files()))
    path = tmp_path / "a.backup"
    done = command("backup", "create", path)
    assert done.exit_code == 1
    assert "1 files are not in the file store" in done.stderr
    restored = machine("backup", "restore", path)
    assert restored.exit_code == 0
    assert "1 files were missing" in restored.stderr


def test_after_a_rotation_the_backup_from_before_it_still_comes_back(command, backup, ring, machine):
    ring(NEW, OLD)
    assert command("keys", "rotate").exit_code == 0
    before = all_of_it()[2]
    done = machine("backup", "restore", backup)
    assert done.exit_code == 0, done.output
    assert rows_of(machine.app)[2] == before


def test_a_key_that_was_let_go_is_not_asked_for_by_a_restore(command, tmp_path, ring, world, machine):
    """Months later nobody has it any more: it was thrown away as it was said that it may be."""
    ring(OLD, SPARE)
    note_keys(NOW)
    first, second = tmp_path / "first.backup", tmp_path / "second.backup"
    # Noted with the other, since nobody knew yet which of them was written with.
    assert command("backup", "create", first).exit_code == 0
    assert command("keys", "retire", "t9").exit_code == 0
    assert command("backup", "create", second).exit_code == 0
    ring(OLD)
    refused = machine("backup", "restore", first)
    assert (refused.exit_code, "needs the key t9" in refused.stderr) == (2, True)
    assert machine("backup", "restore", second).exit_code == 0


@pytest.mark.parametrize("revision", ["0001", "0013", "0023"])
def test_a_backup_of_an_older_version_is_restored_and_then_upgraded(command, database, tmp_path, machine, revision):
    db.session.remove()
    db.engine.dispose()
    settings = configuration(database.owner_url("portal"), database.url("portal"))
    alembic.downgrade(settings, revision)
    path = tmp_path / "old.backup"
    done = command("backup", "create", path)
    assert f"at migration {revision}" in done.stdout, done.output
    restored = machine("backup", "restore", path)
    assert restored.exit_code == 0, restored.output
    assert "run flask db upgrade" in restored.stderr
    assert machine("db", "upgrade").exit_code == 0
    alembic.upgrade(settings, "head")
    rows, _files, texts = all_of_it()
    # Files that the older version had no rows for are not in its backup.
    there = rows_of(machine.app)
    # The first rules of retention come by a migration, which notes when it ran: on each machine at its own time.
    assert len(there[0].pop("retention_rules")) == len(rows.pop("retention_rules"))
    assert there[0] == rows
    assert there[2] == texts
    for words in (("activity", "verify"), ("db", "check"), ("indicators", "check")):
        checked = machine(*words)
        assert checked.exit_code == 0, (words, checked.output)


def test_neither_a_database_nor_a_backup_of_a_newer_version_is_taken(command, database, backup, tmp_path, world):
    with db.engine.connect() as connection:
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.remove()
    path = tmp_path / "newer.backup"
    with owner(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    refused = command("backup", "create", path)
    assert (refused.exit_code, "9999, which this version does not know" in refused.stderr) == (2, True)
    assert not path.exists()
    with owner(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :current"), {"current": current})
    content, stands = backup.read_bytes(), f'"revision": "{current}"'.encode()
    assert stands in content[:2_000]
    backup.write_bytes(content.replace(stands, b'"revision": "9999"', 1))
    refused = command("backup", "restore", backup)
    assert (refused.exit_code, "9999, which this version does not know" in refused.stderr) == (2, True)


def owner(database):
    """A transaction of whoever owns the tables."""
    return sa.create_engine(database.owner_url("portal"), poolclass=sa.NullPool).begin()


def test_with_files_and_backups_in_buckets(command, world, databases, tmp_path, s3_server, use_filing, app):
    bucket = s3_server.bucket
    in_bucket = {
        "file_store": f"s3://{bucket.name}/files",
        "file_store_endpoint": bucket.endpoint,
        "file_store_region": bucket.region,
        "file_store_key_id": bucket.key_id,
        "file_store_secret": bucket.secret,
    }
    before = all_of_it()
    path = tmp_path / "a.backup"
    assert command("backup", "create", path).exit_code == 0
    with empty_machine(databases, tmp_path / "cloud", **in_bucket) as there:
        run = commanding(there)
        assert run("backup", "restore", path).exit_code == 0
        assert rows_of(there) == before
        address = f"s3://{bucket.name}/nightly/one.backup"
        made = run("backup", "create", address)
        assert made.exit_code == 0, made.output
        assert "nightly/one.backup" in s3_server.kept()
        for name in s3_server.kept():
            if name.startswith("files/"):
                s3_server.client.delete_object(Bucket=bucket.name, Key=name)
        done = run("backup", "restore", address)
        assert done.exit_code == 0, done.output
        assert rows_of(there) == before
        missing = run("backup", "restore", f"s3://{bucket.name}/nightly/two.backup")
        assert (missing.exit_code, "no such object" in missing.stderr) == (2, True)


def test_a_bucket_needs_its_key(command):
    refused = command("backup", "create", "s3://portal-files/a.backup")
    assert (refused.exit_code, "FILE_STORE_KEY_ID" in refused.stderr) == (2, True)


def test_where_nothing_can_be_written_is_said(command, tmp_path):
    refused = command("backup", "create", tmp_path / "no" / "folder" / "a.backup")
    assert refused.exit_code == 2
    assert "No such file or directory" in refused.stderr


def test_an_empty_database_has_nothing_to_back_up(machine, tmp_path):
    refused = machine("backup", "create", tmp_path / "a.backup")
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "a.backup").exists()


def test_the_making_and_the_restoring_stand_in_the_trail(command, backup):
    command("backup", "restore", backup)
    db.session.remove()
    assert db.session.scalar(select(func.count()).where(Activity.verb == "backup.restored")) == 1
    assert command("activity", "verify").exit_code == 0
