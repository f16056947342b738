"""Files that lost their other half are found both ways, and nothing else is taken for one."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from portal.access.viewer import Viewer
from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotPermitted
from portal.gateways.file_store import PART, new_key
from portal.gateways.scanner import Verdict
from portal.models.files import ReportFile, StoredFile
from portal.services.files import is_used
from portal.services.filing import filing
from portal.services.orphans import Orphans, find_orphans
from tests.sample_files import upload
from tests.services.file_steps import TellingScanner, give, row, tie
from tests.world import NOW

SYSTEM = Viewer.of_system("files orphans", NOW)


@pytest.fixture(autouse=True)
def passes(use_filing, world) -> None:
    """The world's infected files are so by their rows alone: here their bytes are gone, as they should be."""
    for letter in ("a", "b"):
        filing().store.delete(row(world.files[f"{letter}.gp_infected"]).store_name)
    use_filing(scanner=TellingScanner())


def aged(name: str, days: int) -> None:
    """Let what lies in the store under a name be so old."""
    at = (NOW - timedelta(days=days)).timestamp()
    for path in filing().store.folder.glob(f"*/{name}"):
        os.utime(path, (at, at))


def orphans(**found) -> Orphans:
    return Orphans(**found)


def test_where_nothing_is_wrong_nothing_is_found(world):
    found = find_orphans(SYSTEM)
    assert not found.are_found
    assert found == orphans()


def test_bytes_without_a_row_are_found_once_nobody_can_be_giving_them(world):
    old, fresh = (filing().store.write(new_key(), b"", [b"x"]) for _ in range(2))
    aged(old, 2)
    aged(fresh, 0)
    assert find_orphans(SYSTEM) == orphans(without_row=[old], arriving=1)


def test_a_file_that_was_never_finished_is_one_too(world):
    name = "f" * 64 + PART
    path = filing().store.folder / "ff" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    aged(name, 2)
    assert find_orphans(SYSTEM).without_row == [name]


def test_a_row_whose_bytes_are_gone_is_found_in_every_partnership(world):
    ours, theirs = world.files["a.police_report"], world.files["b.gp_evidence"]
    for file_id in (ours, theirs):
        filing().store.delete(row(file_id).store_name)
    assert find_orphans(SYSTEM).without_bytes == sorted([ours, theirs])


def test_a_virus_has_no_bytes_and_is_no_orphan(lead, world, use_filing):
    use_filing(scanner=TellingScanner(Verdict.INFECTED))
    (stored,) = give(lead, upload(b"x"))
    tie(stored, world.meeting("a.initial").invitations["gp"].report_id)
    assert stored.status is FileStatus.INFECTED
    assert not find_orphans(SYSTEM).are_found


def test_a_row_that_nothing_has_is_found(lead, world):
    (stored,) = give(lead, upload(b"x"))
    db.session.delete(db.session.get(ReportFile, world.files["a.gp_draft"]))
    db.session.commit()
    assert find_orphans(SYSTEM).belonging_to_nothing == sorted([stored.id, world.files["a.gp_draft"]])


def test_what_was_withdrawn_is_no_orphan(world):
    found = find_orphans(SYSTEM)
    assert world.files["a.gp_withdrawn"] not in found.belonging_to_nothing + found.without_bytes


def test_a_bucket_is_looked_through_as_a_folder_is(lead, world, use_filing, s3_server):
    use_filing(store=s3_server.store())
    name = filing().store.write(new_key(), b"", [b"x"])
    (stored,) = give(lead, upload(b"x"))
    tie(stored, world.meeting("a.initial").invitations["gp"].report_id)
    later = Viewer.of_system("files orphans", NOW + timedelta(days=4000))
    found = find_orphans(later)
    assert found.without_row == [name]
    assert stored.id not in found.without_bytes


def test_whatever_names_a_file_keeps_it():
    """A table that names files and is not asked would have its files found, and swept, as nobody's."""
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name == StoredFile.__tablename__
    }
    asked = {name for name in naming if name in str(is_used(1))}
    # A file that is withdrawn stays attached to its report.
    assert naming - asked == {"report_withdrawals"}
    assert len(asked) >= 5


def test_only_the_portal_itself_looks(lead):
    with pytest.raises(NotPermitted):
        find_orphans(lead)
