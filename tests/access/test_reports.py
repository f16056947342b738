"""Who reads a report's text, and who writes it."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import reports
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.vocabulary import Expectation, MeetingStatus, ReportStatus
from portal.models.partnerships import PartnershipAgency
from tests.access.conftest import who
from tests.world import NOW, viewer_of


def test_a_report_is_listed_exactly_where_it_may_be_viewed(rows, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = set()
        for row in rows.reports.values():
            invitation = rows.invitations[row.invitation_id]
            if reports.may_view(viewer, row, invitation, rows.meetings[invitation.meeting_id]):
                may.add(row.id)
        assert ids(reports.visible_to(viewer)) == may, onlooker.name


READ = {
    # A submitted text: its own agency, the meeting's chair, the manager. Not the coordinator, not another agency.
    "initial.police": {"police.lead", "police.practitioner", "both", "chair", "manager"},
    "past_initial.school": {"school.lead", "school.practitioner", "second_chair", "manager"},
    "review.police": {"police.lead", "police.practitioner", "both", "second_chair", "manager"},
    # A draft: its own agency alone.
    "initial.gp": {"gp.lead", "gp.practitioner"},
    "review.other_gp": {"other_gp.lead", "other_gp.practitioner"},
}
WRITE = {
    "initial.gp": {"gp.lead", "gp.practitioner"},
    "initial.school": {"school.lead", "school.practitioner"},
    "initial.social_care": {"social_care.lead", "social_care.practitioner"},
    "initial.police": set(),  # submitted
    "initial.other_gp": set(),  # not relevant
    "review.school": {"school.lead", "school.practitioner"},  # optional: may always offer one
    "review.gp": set(),  # not ours
    "review.social_care": {"social_care.lead", "social_care.east"},
    "past_initial.other_gp": {"other_gp.lead", "other_gp.practitioner"},  # late, but still wanted
    "strategy.gp": set(),  # nobody asked
    "strategy.school": {"school.lead", "school.practitioner"},
    "cancelled.police": set(),
}


def test_who_reads_each_report(rows, onlookers, world):
    for place, allowed in READ.items():
        meeting, _, agency = place.partition(".")
        invited = world.meeting(f"a.{meeting}").invitations[agency]
        report, invitation = rows.reports[invited.report_id], rows.invitations[invited.id]
        row = rows.meetings[invitation.meeting_id]
        may = who(onlookers, lambda viewer, r=report, i=invitation, m=row: reports.may_view(viewer, r, i, m))
        assert may == allowed, place


def test_who_writes_each_report(rows, onlookers, world):
    for place, allowed in WRITE.items():
        meeting, _, agency = place.partition(".")
        invited = world.meeting(f"a.{meeting}").invitations[agency]
        report = rows.reports.get(invited.report_id) if invited.report_id else None
        invitation = rows.invitations[invited.id]
        row = rows.meetings[invitation.meeting_id]
        may = who(onlookers, lambda viewer, r=report, i=invitation, m=row: reports.may_write(viewer, i, m, r))
        assert may == allowed, place


def test_no_report_may_be_read_through_another_invitation(rows, onlookers):
    for onlooker in onlookers:
        for report in rows.reports.values():
            for invitation in rows.invitations.values():
                if invitation.id != report.invitation_id:
                    meeting = rows.meetings[invitation.meeting_id]
                    assert not reports.may_view(onlooker.viewer, report, invitation, meeting), onlooker.name


def test_a_draft_opens_to_the_chair_when_it_is_submitted(rows, world):
    invited = world.meeting("a.initial").invitations["gp"]
    report, invitation = rows.reports[invited.report_id], rows.invitations[invited.id]
    meeting = rows.meetings[invitation.meeting_id]
    chair, writer = viewer_of(world.person("a.chair")), viewer_of(world.person("a.gp.lead"))
    assert not reports.may_view(chair, report, invitation, meeting)
    report.status = ReportStatus.SUBMITTED
    assert reports.may_view(chair, report, invitation, meeting)
    assert not reports.may_write(writer, invitation, meeting, report)


def test_nothing_is_written_for_a_cancelled_meeting_or_by_an_agency_no_longer_relevant(rows, world):
    invited = world.meeting("a.initial").invitations["gp"]
    report, invitation = rows.reports[invited.report_id], rows.invitations[invited.id]
    meeting = rows.meetings[invitation.meeting_id]
    writer = viewer_of(world.person("a.gp.lead"))
    assert reports.may_write(writer, invitation, meeting, report)
    meeting.status = MeetingStatus.CANCELLED
    assert not reports.may_write(writer, invitation, meeting, report)
    meeting.status = MeetingStatus.SCHEDULED
    invitation.expectation = Expectation.NOT_RELEVANT
    assert not reports.may_write(writer, invitation, meeting, report)
    assert not reports.may_view(writer, report, invitation, meeting)


def test_a_command_reads_one_partnerships_reports_drafts_too(rows, world, ids):
    stands = [row for row in rows.reports.values() if row.withdrawn_at is None]
    own = {row.id for row in stands if row.partnership_id == world.partnerships["b"]}
    viewer = Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert own
    assert ids(reports.visible_to(viewer)) == own
    assert ids(reports.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(reports.visible_to(Viewer.nobody(NOW))) == set()


ADD = {
    "initial.police": {"police.lead", "police.practitioner", "both"},
    "past_initial.school": {"school.lead", "school.practitioner"},
    "initial.gp": set(),  # a draft is written on
}


def test_who_adds_to_each_report(rows, onlookers, world):
    for place, allowed in ADD.items():
        meeting, _, agency = place.partition(".")
        invited = world.meeting(f"a.{meeting}").invitations[agency]
        report, invitation = rows.reports[invited.report_id], rows.invitations[invited.id]
        row = rows.meetings[invitation.meeting_id]
        may = who(onlookers, lambda viewer, r=report, i=invitation, m=row: reports.may_add(viewer, i, m, r))
        assert may == allowed, place


def test_what_waits_for_the_lead_is_written_on_and_read_by_nobody_else(rows, onlookers, world):
    invited = world.meeting("a.initial").invitations["gp"]
    report, invitation = rows.reports[invited.report_id], rows.invitations[invited.id]
    meeting = rows.meetings[invitation.meeting_id]
    own = {"gp.lead", "gp.practitioner"}

    def settles(viewer: Viewer) -> bool:
        return reports.may_settle(viewer, invitation, meeting, report, signs_off=True)

    def takes_back(viewer: Viewer) -> bool:
        return reports.may_take_back(viewer, invitation, meeting, report)

    assert who(onlookers, settles) == who(onlookers, takes_back) == set()
    report.status = ReportStatus.FOR_SIGN_OFF
    assert who(onlookers, settles) == who(onlookers, takes_back) == own
    assert who(onlookers, lambda viewer: reports.may_view(viewer, report, invitation, meeting)) == own
    assert who(onlookers, lambda viewer: reports.may_write(viewer, invitation, meeting, report)) == set()
    assert not any(reports.may_settle(one.viewer, invitation, meeting, report, signs_off=False) for one in onlookers), (
        "only who signs for the agency"
    )
    meeting.status = MeetingStatus.CANCELLED
    assert who(onlookers, settles) == set()


def test_only_an_agencys_own_lead_says_that_reports_are_signed_off(onlookers, world):
    for listed in db.session.scalars(select(PartnershipAgency)):
        may = who(onlookers, lambda viewer, one=listed: reports.may_set_sign_off(viewer, one))
        assert all(name.removesuffix(" (for B)").endswith(".lead") or name.startswith("both") for name in may)
        if listed.agency_id == world.agencies["a.school"]:
            assert may == {"school.lead"}
