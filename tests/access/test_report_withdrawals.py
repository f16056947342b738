"""Who withdraws a report, who sees what was withdrawn, and who may still read it: by query and row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.access import report_withdrawals as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import Answer
from portal.domain.withdrawal_vocabulary import WithdrawalState
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import NamedPerson
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from tests.access.conftest import who
from tests.services.rows import change
from tests.world import NOW


@pytest.fixture
def found(rows) -> dict[int, tuple[ReportWithdrawal, Invitation, Meeting]]:
    """Every entry with its invitation and meeting, whoever may see it."""
    listed = {}
    for entry in db.session.scalars(select(ReportWithdrawal)):
        invitation = rows.invitations[rows.reports[entry.report_id].invitation_id]
        listed[entry.id] = (entry, invitation, rows.meetings[invitation.meeting_id])
    return listed


def test_an_entry_is_listed_exactly_where_it_may_be_viewed(found, onlookers, ids):
    for onlooker in onlookers:
        may = {number for number, row in found.items() if access.may_view(onlooker.viewer, *row)}
        assert ids(access.visible_to(onlooker.viewer)) == may, onlooker.name
        reads = may if access.may_read_content(onlooker.viewer) else set()
        assert ids(access.content_visible_to(onlooker.viewer)) == reads, onlooker.name


def test_a_report_is_withdrawn_exactly_where_it_may_be(rows, onlookers, ids):
    for onlooker in onlookers:
        may = set()
        for report in rows.reports.values():
            invitation = rows.invitations[report.invitation_id]
            if access.may_withdraw(onlooker.viewer, report, invitation, rows.meetings[invitation.meeting_id]):
                may.add(report.id)
        assert ids(access.withdrawable_by(onlooker.viewer)) == may, onlooker.name


def test_whoever_moved_to_another_agency_leaves_what_they_sent_behind(rows, viewer_of, ids, world):
    invited = world.meeting("a.past_initial").invitations["school"]
    invitation, report = rows.invitations[invited.id], rows.reports[invited.report_id]
    meeting = rows.meetings[invitation.meeting_id]
    sender, elsewhere = viewer_of(world.person("a.school.practitioner")), viewer_of(world.person("a.gp.practitioner"))
    change(Report, report.id, submitted_by_id=sender.user_id)
    moved = replace(elsewhere, user_id=sender.user_id)
    for viewer, expected in ((sender, True), (moved, False), (elsewhere, False)):
        assert (report.id in ids(access.withdrawable_by(viewer))) is expected
        fresh = db.session.get_one(Report, report.id)
        assert access.may_withdraw(viewer, fresh, invitation, meeting) is expected


def test_who_sees_each_entry(found, onlookers, ids, world):
    table = {"gp": {"gp.lead", "manager", "administrator"}, "school": {"school.lead", "manager", "administrator"}}
    for key, allowed in table.items():
        number = world.withdrawals[f"a.{key}"]
        assert who(onlookers, lambda viewer, n=number: n in ids(access.visible_to(viewer))) == allowed, key
        readers = allowed - {"administrator"}
        assert who(onlookers, lambda viewer, n=number: n in ids(access.content_visible_to(viewer))) == readers, key


def test_who_opens_each_file_that_was_withdrawn(onlookers, world):
    def opens(viewer: Viewer, file_id: int) -> bool:
        return file_id in {row.id for row in db.session.scalars(access.files_visible_to(viewer))}

    for key in ("gp", "school"):
        number = world.files[f"a.{key}_withdrawn"]
        assert who(onlookers, lambda viewer, n=number: opens(viewer, n)) == {f"{key}.lead", "manager"}
    standing = {world.files["a.police_report"], world.files["a.school_report"], world.files["a.gp_draft"]}
    assert who(onlookers, lambda viewer: any(opens(viewer, number) for number in standing)) == set()


def test_who_withdraws_each_report(rows, onlookers, world):
    table = {
        # Its lead sent it: the practitioner leaves it to them. In B, `both` leads the same police.
        "initial.police": {"police.lead", "chair", "manager", "coordinator"},
        "past_initial.school": {"school.lead", "second_chair", "manager", "coordinator"},
        "initial.gp": set(),  # a draft
    }
    for key, allowed in table.items():
        meeting, _, agency = key.partition(".")
        invited = world.meeting(f"a.{meeting}").invitations[agency]
        row = (
            rows.reports[invited.report_id],
            rows.invitations[invited.id],
            rows.meetings[world.meeting(f"a.{meeting}").id],
        )
        assert who(onlookers, lambda viewer, r=row: access.may_withdraw(viewer, *r)) == allowed, key


def test_no_report_is_withdrawn_through_another_invitation(rows, onlookers):
    for onlooker in onlookers:
        for report in rows.reports.values():
            for invitation in rows.invitations.values():
                if invitation.id != report.invitation_id:
                    meeting = rows.meetings[invitation.meeting_id]
                    assert not access.may_withdraw(onlooker.viewer, report, invitation, meeting)


def test_an_agency_that_says_not_ours_still_sees_what_it_withdrew(found, onlookers, ids, world):
    """It may be just why: the child was not theirs."""
    invited = world.meeting("a.initial").invitations["gp"]
    change(Invitation, invited.id, answer=Answer.NOT_OURS)
    number = world.withdrawals["a.gp"]
    assert "gp.lead" in who(onlookers, lambda viewer: number in ids(access.visible_to(viewer)))


def test_of_a_meeting_for_named_people_only_those_named_see_it_and_every_administrator(found, onlookers, ids, world):
    number, meeting_id = world.withdrawals["a.gp"], world.meeting("a.initial").id
    change(Meeting, meeting_id, named_people_only=True)
    assert who(onlookers, lambda viewer: number in ids(access.visible_to(viewer))) == {"administrator"}
    lead = world.person("a.gp.lead")
    db.session.add(
        NamedPerson(
            partnership_id=world.partnerships["a"],
            meeting_id=meeting_id,
            membership_id=lead.hat.membership_id,
            named_at=NOW,
            named_by_id=lead.user_id,
        )
    )
    db.session.commit()
    assert who(onlookers, lambda viewer: number in ids(access.visible_to(viewer))) == {"administrator", "gp.lead"}
    entry, invitation, meeting = found[number]
    for onlooker in onlookers:
        named = onlooker.viewer.membership_id == lead.hat.membership_id
        assert access.may_view(onlooker.viewer, entry, invitation, meeting, is_named=named) == (
            number in ids(access.visible_to(onlooker.viewer))
        ), onlooker.name


def test_the_manager_assesses_until_it_is_closed(found, onlookers, world):
    is_open, is_closed = (found[world.withdrawals[f"a.{key}"]][0] for key in ("gp", "school"))
    assert is_closed.state is WithdrawalState.CLOSED
    managers = {"manager", "b.manager (for B)"}
    assert who(onlookers, lambda viewer: access.may_assess(viewer, is_open)) == managers
    assert who(onlookers, lambda viewer: access.may_assess(viewer, is_closed)) == set()


def test_nobody_and_a_system_viewer(found, ids, world):
    assert ids(access.visible_to(Viewer.nobody(NOW))) == set()
    assert ids(access.withdrawable_by(Viewer.nobody(NOW))) == set()
    system = Viewer.of_system("tests", NOW, world.partnerships["b"])
    own = {number for number, row in found.items() if row[0].partnership_id == world.partnerships["b"]}
    assert ids(access.visible_to(system)) == own
    assert ids(access.content_visible_to(system)) == set()
    assert db.session.scalars(access.files_visible_to(system)).all() == []
    assert db.session.scalar(select(Report.id).where(Report.withdrawn_at.is_not(None))) is not None
    assert db.session.scalar(select(StoredFile.id)) is not None
