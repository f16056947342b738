"""`flask retention`, `flask subject` and a partnership that leaves."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import date, datetime
from enum import Enum
from io import StringIO

import pytest
from sqlalchemy import LargeBinary, func, select

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.record_map import HOLDINGS, SECRETS, Holding
from portal.models.cases import Case
from portal.models.files import StoredFile
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.models.records import Erasure
from portal.services import files
from portal.services.records.closure import tables
from portal.services.records.takeout import STAYS, rows_of
from tests.services.record_steps import everything_stored, lift_all, nobody_works_on, rows_of_partnership
from tests.services.rows import change, stored
from tests.world import NOW

A, B = "ZQ-A-PARTNERSHIP-QZ", "ZQ-B-PARTNERSHIP-QZ"


def test_retention_run_erases_what_is_due_and_says_what_is_held(command, world):
    nobody_works_on(world)
    looked = command("retention", "run", "--as-of", "2100-01-01", "--dry-run", "--partnership", A)
    assert looked.exit_code == 0, looked.output
    assert "would be erased" in looked.stdout
    assert stored(Case, world.old_families["a"])
    done = command("retention", "run", "--as-of", "2100-01-01", "--json")
    assert done.exit_code == 0, done.output
    listed = json.loads(done.stdout)
    assert {row["partnership"] for row in listed if row["erased"]} == {A, B}
    held = [row for row in listed if row["holds"]]
    assert all(not row["erased"] for row in held)
    db.session.rollback()
    assert db.session.scalar(select(Case.id).where(Case.id == world.old_families["a"])) is None
    again = command("retention", "run", "--as-of", "2100-01-01", "--json")
    assert [row for row in json.loads(again.stdout) if row["erased"]] == []


@pytest.mark.parametrize("arguments", [("--as-of", "soon"), (), ("--as-of", "2100-01-01", "--partnership", "Nowhere")])
def test_retention_run_says_bad_use_in_one_line(command, arguments):
    refused = command("retention", "run", *arguments)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1


def test_subject_export_writes_a_file_that_only_its_owner_reads(command, world, tmp_path):
    file = tmp_path / "held.zip"
    made = command("subject", "export", "--child", "ZQ-A-CASE-1-QZ", file)
    assert made.exit_code == 0, made.output
    assert made.stdout == ""
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert {"about.txt", "everything.json", "everything.pdf"} <= set(archive.namelist())
    again = command("subject", "export", "--child", "ZQ-A-CASE-1-QZ", file)
    assert again.exit_code == 2
    assert "File exists" in again.stderr


def test_subject_export_of_nobody(command, tmp_path):
    refused = command("subject", "export", "--child", "NOBODY", tmp_path / "held.zip")
    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "held.zip").exists()


def rows_left(partnership_id):
    """What a partnership still has, by table."""
    db.session.rollback()
    left = {}
    for name, table in tables().items():
        where = rows_of(table, partnership_id)
        if where is not None:
            left[name] = db.session.scalar(select(func.count()).select_from(table).where(where)) or 0
    return {name: number for name, number in left.items() if number}


def test_a_partnership_takes_everything_along_and_is_then_deleted_with_a_certificate(command, world, tmp_path):
    lift_all(world)
    file = tmp_path / "a.zip"
    taken = command("partnerships", "export", A, file)
    assert taken.exit_code == 0, taken.output
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        children = list(csv.DictReader(StringIO(archive.read("tables/children.csv").decode())))
        everything = "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    assert {row["given_name"] for row in children} >= {"ZQ-A-CHILD-1-QZ", "ZQ-A-CHILD-2-QZ"}
    assert "ZQ-B-CHILD" not in everything
    assert manifest["files"]
    secret = stored(User, world.person("a.manager").user_id)
    assert secret.password_hash not in everything
    elsewhere = rows_of_partnership(world.partnerships["b"])
    markers = [one for one in world.markers if one.partnership == "a"]
    gone = command("partnerships", "delete", A, "--export", file, "--confirm", A)
    assert gone.exit_code == 0, gone.output
    assert set(rows_left(world.partnerships["a"])) <= STAYS
    assert rows_of_partnership(world.partnerships["b"]) == elsewhere
    assert list(files_of(world.partnerships["b"]))
    said = "\n".join(words for _place, words in everything_stored() if "ZQ-A-" in words)
    shared = {A, "ZQ-A-PARTNERSHIP-QZ"}
    left = [one.text for one in markers if one.is_in(said) and one.text not in shared and one.kind != "agency"]
    assert left == []
    assert stored(User, world.person("both").user_id)
    assert db.session.scalar(select(User.id).where(User.id == world.person("a.manager").user_id)) is None
    (certificate,) = db.session.scalars(
        select(Erasure).where(Erasure.partnership_id == world.partnerships["a"], Erasure.cause == "left")
    )
    assert certificate.certificate["checked"]["left"] == {}
    verified = command("activity", "verify")
    assert verified.exit_code == 0, verified.output


def files_of(partnership_id):
    """A partnership's files, opened: number and content."""
    db.session.rollback()
    mine = select(StoredFile).where(StoredFile.partnership_id == partnership_id)
    for row in db.session.scalars(mine.where(StoredFile.status != FileStatus.INFECTED)):
        yield row.id, b"".join(files.stored_bytes(row))


def test_an_export_says_what_the_database_says(command, world, tmp_path):
    """Opened and compared: every row, every column but secrets and plain bytes, every file."""
    file, area = tmp_path / "a.zip", world.partnerships["a"]
    assert command("partnerships", "export", A, file).exit_code == 0
    content = dict(files_of(area))
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        given = {int(name.partition("/")[2].partition("-")[0]): archive.read(name) for name in manifest["files"]}
        written = {
            name: list(csv.DictReader(StringIO(archive.read(f"tables/{name}.csv").decode())))
            for name in manifest["tables"]
        }
    assert given == content
    for name, rows in written.items():
        table = tables()[name]
        asked = select(table).where(rows_of(table, area)).order_by(*table.primary_key)
        kept = [dict(row) for row in db.session.execute(asked).mappings()]
        assert len(rows) == len(kept) == manifest["tables"][name]["rows"]
        assert {column.name for column in table.columns} - rows[0].keys() == {
            column.name
            for column in table.columns
            if isinstance(column.type, LargeBinary) or f"{name}.{column.name}" in SECRETS or column.computed is not None
        }, name
        for row, stored_row in zip(rows, kept, strict=True):
            assert row == {column: in_a_file(stored_row[column]) for column in row}, name


def in_a_file(value):
    """A value as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def test_nothing_is_deleted_without_the_name_the_newest_file_and_lifted_holds(command, world, tmp_path):
    file = tmp_path / "a.zip"
    assert command("partnerships", "export", A, file).exit_code == 0
    wrong = command("partnerships", "delete", A, "--export", file, "--confirm", B)
    assert (wrong.exit_code, "does not repeat" in wrong.stderr) == (2, True)
    other = command("partnerships", "delete", B, "--export", file, "--confirm", B)
    assert (other.exit_code, "is the export of" in other.stderr) == (2, True)
    held = command("partnerships", "delete", A, "--export", file, "--confirm", A)
    assert (held.exit_code, "legal holds" in held.stderr) == (2, True)
    lift_all(world)
    with writing() as session:
        session.add(Case(partnership_id=world.partnerships["a"], reference="NEW-1", created_at=NOW))
    old = command("partnerships", "delete", A, "--export", file, "--confirm", A)
    assert (old.exit_code, "take everything out again" in old.stderr) == (2, True)
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(bytes(damaged))
    broken = command("partnerships", "delete", A, "--export", tmp_path / "damaged.zip", "--confirm", A)
    assert broken.exit_code == 2
    assert stored(Case, world.cases["a.1"])
    assert db.session.scalar(select(func.count()).select_from(Membership))


def test_nothing_is_deleted_against_a_file_that_somebody_wrote_anew(command, world, tmp_path):
    """Whole as a zip, with a child's row taken out: what is handed over must be what was there."""
    lift_all(world)
    file, forged = tmp_path / "a.zip", tmp_path / "forged.zip"
    assert command("partnerships", "export", A, file).exit_code == 0
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(forged, "w") as target:
        for name in whole.namelist():
            content = whole.read(name)
            target.writestr(name, content[: len(content) // 2] if name == "tables/children.csv" else content)
    refused = command("partnerships", "delete", A, "--export", forged, "--confirm", A)
    assert (refused.exit_code, "children.csv is not as it was written" in refused.stderr) == (2, True)
    assert stored(Case, world.cases["a.1"])


def test_nothing_is_deleted_whose_words_were_changed_since(command, world, tmp_path):
    """The same number of rows is not the same rows."""
    lift_all(world)
    file = tmp_path / "a.zip"
    assert command("partnerships", "export", A, file).exit_code == 0
    change(Meeting, world.meeting("a.initial").id, note="Written after everything was taken out.")
    old = command("partnerships", "delete", A, "--export", file, "--confirm", A)
    assert (old.exit_code, "meetings was changed since" in old.stderr) == (2, True)
    assert stored(Case, world.cases["a.1"])


def test_an_export_has_every_table_of_the_partnership(command, world, tmp_path):
    file = tmp_path / "a.zip"
    assert command("partnerships", "export", A, file).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        listed = set(json.loads(archive.read("manifest.json"))["tables"])
    assert listed == set(rows_left(world.partnerships["a"]))
    nobodys = {name for name, table in tables().items() if rows_of(table, 1) is None}
    # For a day, that a form was sent, so that it is not counted twice: of nobody.
    assert {name for name in nobodys if HOLDINGS[name] is Holding.PARTNERSHIP} == {"feedback_forms"}
    assert {name for name in nobodys if HOLDINGS[name] is Holding.FAMILY} == set()
