"""Changes of bytes and rows, killed at each of their steps: done or not done, and never one without the other.

test_report_crash.py kills at random and under load; here no step between the two is left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.files import Upload
from portal.domain.withdrawal_vocabulary import WithdrawalReason
from portal.gateways.scanner import Verdict
from portal.models.files import ReportFile
from portal.models.report_bundles import ReportBundle
from portal.models.reports import Report
from portal.services.activity_checks import verify
from portal.services.filing import filing
from portal.services.quarantine import scan_quarantined
from portal.services.report_files import attach_files, remove_attachment
from portal.services.reports import bundling
from portal.services.reports.bundling import cut_bundle
from portal.services.reports.writing import save_answer, seen
from portal.services.viewers import system_viewer
from portal.services.withdrawals.withdrawing import withdraw
from tests.services.bundle_steps import bundle_bytes, bundles_of, send
from tests.services.crash_steps import killed_at_each_step, orphans_swept
from tests.services.file_steps import TellingScanner, read, row
from tests.services.report_steps import answers_of
from tests.services.rows import stored
from tests.world import NOW

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the work is forked")

EARLIER = NOW - timedelta(days=2)
CONTENT = b"word " * 40_000
"""Four pieces, as the store takes them."""


@pytest.fixture(params=["folder", "s3"], autouse=True)
def store(request, use_filing, s3_server, world) -> Iterator[None]:
    """Both stores, with nothing in them that has lost its other half; and at the end the trail's chains hold."""
    if request.param == "s3":
        for path in filing().store.folder.rglob("*"):
            if path.is_file():
                place = {"Bucket": s3_server.bucket.name, "Key": s3_server.bucket.prefix + path.name}
                s3_server.client.put_object(**place, Body=path.read_bytes())
        use_filing(store=s3_server.store())
    use_filing(scanner=TellingScanner())
    orphans_swept()
    yield
    db.session.remove()
    assert verify(system_viewer("tests", NOW)).faults == []


@pytest.fixture
def quick_documents(monkeypatch) -> None:
    """Bundles are set at once: how that is done is no matter here, and it has no step at which anything is kept."""
    monkeypatch.setattr(bundling, "as_pdf", lambda *_: CONTENT)


def files_of(place, agency: str = "school") -> list[int]:
    """What is attached to an agency's report."""
    db.session.rollback()
    mine = Report.invitation_id == place.invitations[agency].id
    rows = select(ReportFile.file_id).join(Report, Report.id == ReportFile.report_id).where(mine)
    return list(db.session.scalars(rows.order_by(ReportFile.file_id)))


def give(viewer, place) -> int:
    """Attach a file to the viewer's agency's report."""
    (given,) = attach_files(viewer, place.id, [Upload("Chronology.txt", BytesIO(CONTENT))])
    return given.id


def take_off(viewer, place) -> None:
    """Take the only one off again."""
    (file_id,) = files_of(place)
    remove_attachment(viewer, place.id, file_id)


def go_on(viewer, place) -> None:
    """Write one mark more."""
    before = answers_of(place).get("worries", "")
    save_answer(viewer, place.id, "worries", seen(before), f"{before}!")


def test_a_file_is_given_whole_or_not_at_all(head, place):
    swept, found = 0, set()
    for _ in killed_at_each_step(lambda: give(head, place)):
        swept += orphans_swept()
        files = files_of(place)
        found.add(len(files))
        for file_id in files:
            assert read(head, file_id) == CONTENT
            remove_attachment(head, place.id, file_id)
    assert found == {0, 1}, "killed before it was kept, and after"
    assert swept, "killed with bytes and without a row"
    (file_id,) = files_of(place)
    assert read(head, file_id) == CONTENT
    assert orphans_swept() == 0


def test_a_file_is_taken_off_with_its_bytes_or_stays_whole(head, place):
    file_id, swept, gone = give(head, place), 0, 0
    for _ in killed_at_each_step(lambda: take_off(head, place)):
        swept += orphans_swept()
        if row(file_id) is not None:
            assert files_of(place) == [file_id]
            assert read(head, file_id) == CONTENT
            continue
        assert files_of(place) == []
        gone += 1
        file_id = give(head, place)
    assert gone
    assert swept, "killed with the row gone and the bytes there"
    assert (row(file_id), files_of(place)) == (None, [])
    assert orphans_swept() == 0


def test_an_answer_is_kept_or_what_was_there_stays(head, place):
    before, kept = "", 0
    for _ in killed_at_each_step(lambda: go_on(head, place)):
        now = answers_of(place).get("worries", "")
        assert now in (before, f"{before}!")
        kept += now != before
        before = now
    assert kept, "killed after it was kept"
    assert answers_of(place)["worries"] == f"{before}!"


@pytest.mark.usefixtures("quick_documents")
def test_one_bundle_stands_and_opens_whenever_the_next_breaks_off(world, place, chair, lead):
    send(world, place, "school", EARLIER)
    cut_bundle(chair, place.id)
    swept = 0
    for _ in killed_at_each_step(lambda: cut_bundle(chair, place.id)):
        swept += orphans_swept()
        assert_one_stands(place, lead)
    assert swept, "killed with the bytes of one that was not kept, or of one that was closed"
    assert len(bundles_of(place)) > 2, "killed after it was kept, too"
    assert_one_stands(place, lead)
    assert orphans_swept() == 0


def assert_one_stands(place, reader) -> None:
    """The last of those that were kept, whole, and no other."""
    bundles = bundles_of(place)
    assert [one.number for one in bundles] == list(range(1, len(bundles) + 1))
    assert [one.number for one in bundles if one.closed_at is None] == [len(bundles)]
    assert [one.number for one in bundles if one.file_id is not None] == [len(bundles)]
    assert bundle_bytes(reader, place, len(bundles)) == CONTENT


@pytest.mark.usefixtures("quick_documents")
def test_a_report_is_withdrawn_with_its_bundle_or_both_stand(world, place, chair, lead):
    report_id, bundle_id = bundled(world, place, chair)
    swept, withdrawn = 0, 0
    there = place.invitations["school"].id
    for _ in killed_at_each_step(lambda: withdraw(chair, place.id, there, WithdrawalReason.WRONG_CHILD)):
        swept += orphans_swept()
        bundle = stored(ReportBundle, bundle_id)
        is_withdrawn = stored(Report, report_id).withdrawn_at is not None
        assert is_withdrawn is (bundle.closed_at is not None) is (bundle.file_id is None)
        if is_withdrawn:
            withdrawn += 1
            report_id, bundle_id = bundled(world, place, chair)
        else:
            assert bundle_bytes(lead, place, bundle.number) == CONTENT
    assert withdrawn
    assert swept, "killed with the bundle closed and its bytes there"
    assert stored(Report, report_id).withdrawn_at is not None
    assert orphans_swept() == 0


def bundled(world, place, chair) -> tuple[int, int]:
    """The school's report, and a bundle that it stands in."""
    report_id = send(world, place, "school", EARLIER)
    cut_bundle(chair, place.id)
    return report_id, bundles_of(place)[-1].id


def test_what_waits_is_scanned_and_a_virus_goes_with_its_row_saying_so(head, place, use_filing, viewer):
    system = system_viewer("files scan", NOW)
    use_filing(scanner=None)
    file_id, swept, found = give(head, place), 0, set()
    for _ in killed_at_each_step(lambda: scan_with_virus(use_filing, system)):
        swept += orphans_swept_by(TellingScanner(Verdict.UNREACHABLE), use_filing)
        status = row(file_id).status
        found.add(status)
        if status is FileStatus.INFECTED:
            remove_attachment(head, place.id, file_id)
            file_id = give(head, place)
    assert found == {FileStatus.QUARANTINED, FileStatus.INFECTED}
    assert swept, "killed with the row saying so and the bytes there"
    assert row(file_id).status is FileStatus.INFECTED


def scan_with_virus(use_filing, system) -> None:
    """Scan what waits by a scanner that finds something; in the process that is killed alone."""
    use_filing(scanner=TellingScanner(Verdict.INFECTED))
    scan_quarantined(system)


def orphans_swept_by(scanner, use_filing) -> int:
    """The same with a scanner that leaves waiting what waits."""
    use_filing(scanner=scanner)
    return orphans_swept()
