"""Files that wait are scanned later; bytes without a row are swept; nothing else is touched."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import NotPermitted
from portal.gateways.file_store import new_key
from portal.gateways.scanner import Scanner, Verdict
from portal.models.activity import Activity
from portal.services import quarantine
from portal.services.filing import filing
from portal.services.quarantine import scan_quarantined
from tests.clamd import VIRUS
from tests.sample_files import upload
from tests.services.file_steps import TellingScanner, give, in_store, read, row, tie
from tests.world import NOW

SYSTEM = Viewer.of_system("files scan", NOW)
WAITING_IN_WORLD = 2


def status_of(file_id: int) -> FileStatus:
    found = row(file_id)
    assert found is not None
    return found.status


def test_what_waits_is_scanned_in_every_partnership(lead, world, viewer_of, use_filing, clamd_socket):
    given = [*give(lead, upload(b"fine"), upload(VIRUS)), *give(viewer_of(world.person("b.gp.lead")), upload(b"fine"))]
    fine, bad, other = given
    tie(fine, world.meeting("a.initial").invitations["gp"].report_id)
    use_filing(scanner=Scanner(clamd_socket))
    steps = []
    found = scan_quarantined(SYSTEM, steps.append)
    assert (found.passed, found.refused, found.waiting, found.problem) == (WAITING_IN_WORLD + 2, 1, 0, "")
    assert sum(steps) == quarantine.count_waiting(SYSTEM) + WAITING_IN_WORLD + 3
    assert [status_of(stored.id) for stored in given] == [FileStatus.CLEAN, FileStatus.INFECTED, FileStatus.CLEAN]
    assert read(lead, fine.id) == b"fine"
    assert bad.store_name not in in_store()
    assert {fine.store_name, other.store_name} <= in_store()
    assert row(fine.id).scanned_at == NOW


def test_the_trail_of_each_partnership_says_what_was_found(lead, world, use_filing):
    (stored,) = give(lead, upload(b"fine"))
    use_filing(scanner=TellingScanner())
    scan_quarantined(SYSTEM)
    entry = db.session.execute(
        select(Activity.verb, Activity.partnership_id, Activity.user_id).where(
            Activity.subject == "file", Activity.subject_id == stored.id, Activity.verb != "file.kept"
        )
    ).one()
    assert tuple(entry) == ("file.passed", world.partnerships["a"], None)


def test_once_scanned_a_file_is_not_scanned_again(use_filing):
    scanner = TellingScanner()
    use_filing(scanner=scanner)
    scan_quarantined(SYSTEM)
    scanner.seen.clear()
    assert scan_quarantined(SYSTEM).passed == 0
    assert scanner.seen == []


def test_without_a_scanner_everything_goes_on_waiting(lead):
    give(lead, upload(b"waits"))
    found = scan_quarantined(SYSTEM)
    assert (found.passed, found.waiting) == (0, WAITING_IN_WORLD + 1)
    assert "CLAMD_SOCKET" in found.problem


def test_where_the_scanner_stops_answering_the_rest_goes_on_waiting(lead, use_filing):
    stored = give(lead, upload(b"one"), upload(b"two"))
    scanner = TellingScanner(Verdict.UNREACHABLE)
    use_filing(scanner=scanner)
    found = scan_quarantined(SYSTEM)
    assert (found.passed, found.waiting) == (0, WAITING_IN_WORLD + 2)
    assert "does not answer" in found.problem
    assert len(scanner.seen) == 1
    assert {status_of(one.id) for one in stored} == {FileStatus.QUARANTINED}


def test_what_a_demonstration_let_through_is_scanned_once_there_is_a_scanner(lead, use_filing):
    use_filing(passes_unscanned=True)
    (stored,) = give(lead, upload(b"text"))
    use_filing(scanner=TellingScanner(Verdict.INFECTED))
    assert scan_quarantined(SYSTEM).refused == WAITING_IN_WORLD + 1
    assert status_of(stored.id) is FileStatus.INFECTED


def test_a_damaged_file_is_named_and_the_others_are_scanned(lead, use_filing):
    broken, whole = give(lead, upload(b"broken"), upload(b"whole"))
    path = next(filing().store.folder.glob(f"*/{broken.store_name}"))
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    use_filing(scanner=TellingScanner())
    found = scan_quarantined(SYSTEM)
    assert found.damaged == [broken.id]
    assert status_of(broken.id) is FileStatus.QUARANTINED
    assert status_of(whole.id) is FileStatus.CLEAN


def test_a_file_that_is_removed_while_it_is_scanned_is_no_fault(lead, use_filing):
    (stored,) = give(lead, upload(b"going"))

    class Removing(TellingScanner):
        def scan(self, chunks):
            found = super().scan(chunks)
            if self.seen[-1] == b"going":
                db.session.delete(row(stored.id))
                db.session.commit()
            return found

    use_filing(scanner=Removing())
    found = scan_quarantined(SYSTEM)
    assert (found.passed, found.refused, found.waiting, found.damaged) == (WAITING_IN_WORLD, 0, 0, [])
    assert row(stored.id) is None


def test_bytes_without_a_row_are_swept_once_they_are_old(lead, use_filing):
    use_filing(scanner=TellingScanner())
    (kept,) = give(lead, upload(b"kept"))
    store = filing().store
    orphan, fresh = (store.write(new_key(), b"", [b"x"]) for _ in range(2))
    unfinished = store.folder / "ff" / ("f" * 64 + ".part")
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.write_bytes(b"half")
    old = (NOW - timedelta(days=2)).timestamp()
    for path in (*store.folder.glob(f"*/{orphan}"), *store.folder.glob(f"*/{kept.store_name}"), unfinished):
        os.utime(path, (old, old))
    for path in store.folder.glob(f"*/{fresh}"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert scan_quarantined(SYSTEM).swept == 2
    assert {kept.store_name, fresh} <= in_store()
    assert orphan not in in_store()
    assert not unfinished.exists()


def test_only_the_portal_itself_scans(lead):
    with pytest.raises(NotPermitted):
        scan_quarantined(lead)
