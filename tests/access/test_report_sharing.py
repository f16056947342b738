"""Who knows of bundles, opens them, and reads what a family has seen or an agency told: by query and row by row."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import consultations as talks_access
from portal.access import files as file_access
from portal.access import report_bundles as bundle_access
from portal.access import report_sharing as access
from portal.access import report_waivers as waiver_access
from portal.database.session import db
from portal.domain.bundle_vocabulary import BundleEnd
from portal.domain.vocabulary import Answer, Expectation
from portal.models.consultations import Consultation
from portal.models.families import FamilyAttendance
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.report_bundles import ReportBundle
from portal.models.report_sharing import ReportSharing
from portal.models.report_waivers import ReportWaiver
from portal.models.reports import Report
from tests.access.conftest import who
from tests.services.rows import change
from tests.world import NOW

SCHOOL = {"school.lead", "school.practitioner"}
OTHER_GP = {"other_gp.lead", "other_gp.practitioner"}
RUNNING = {"second_chair", "manager", "coordinator"}
SEES = {
    *("social_care.lead", "social_care.east", "police.lead", "police.practitioner", "both", "second_chair", "manager"),
    *(SCHOOL | OTHER_GP),
}


def all_of(model) -> list:
    return list(db.session.scalars(select(model)))


def test_a_bundle_is_known_and_opened_exactly_where_it_may_be(rows, onlookers, ids):
    for onlooker in onlookers:
        viewer, known, opened = onlooker.viewer, set(), set()
        for bundle in all_of(ReportBundle):
            meeting = rows.meetings[bundle.meeting_id]
            own = rows.own(viewer, meeting)
            if bundle_access.may_view(viewer, bundle, meeting, own):
                known.add(bundle.id)
            if bundle_access.may_open(viewer, bundle, meeting, own):
                opened.add(bundle.id)
        assert ids(bundle_access.visible_to(viewer)) == known, onlooker.name
        assert ids(bundle_access.openable_by(viewer)) == opened, onlooker.name


def test_who_opens_it(onlookers, ids, world):
    number = world.bundles["a.past_initial"]
    assert who(onlookers, lambda viewer: number in ids(bundle_access.openable_by(viewer))) == SEES
    assert who(onlookers, lambda viewer: number in ids(bundle_access.visible_to(viewer))) == SEES | {"coordinator"}
    file_id = db.session.get_one(ReportBundle, number).file_id
    opens = who(onlookers, lambda viewer: file_id in ids(bundle_access.files_visible_to(viewer)))
    assert opens == SEES
    # By its own page alone, where the reading of each report is logged.
    assert who(onlookers, lambda viewer: file_id in ids(file_access.visible_to(viewer))) == set()


def test_an_agency_without_a_part_opens_it_no_more(onlookers, ids, world):
    number, invited = world.bundles["a.past_initial"], world.meeting("a.past_initial").invitations
    change(Invitation, invited["other_gp"].id, expectation=Expectation.NOT_RELEVANT)
    change(Invitation, invited["school"].id, answer=Answer.NOT_OURS)
    opens = who(onlookers, lambda viewer: number in ids(bundle_access.openable_by(viewer)))
    assert opens == SEES - SCHOOL - OTHER_GP


def test_nobody_opens_one_that_was_closed(onlookers, ids, world):
    number = world.bundles["a.past_initial"]
    change(ReportBundle, number, closed_at=NOW, closed_because=BundleEnd.WITHDRAWN, file_id=None)
    assert who(onlookers, lambda viewer: number in ids(bundle_access.openable_by(viewer))) == set()


def test_of_a_meeting_for_named_people_only_nobody_else_opens_it(rows, onlookers, ids, world):
    meeting_id, number = world.meeting("a.past_initial").id, world.bundles["a.past_initial"]
    change(Meeting, meeting_id, named_people_only=True)
    assert who(onlookers, lambda viewer: number in ids(bundle_access.visible_to(viewer))) == set()
    parts = (db.session.get_one(ReportBundle, number), db.session.get_one(Meeting, meeting_id))
    own = {one.name: rows.own(one.viewer, parts[1]) for one in onlookers}
    for may in (bundle_access.may_view, bundle_access.may_open):
        named = [one for one in onlookers if may(one.viewer, *parts, own[one.name])]
        assert {one.person.key.removeprefix("a.") for one in named} >= SEES
        assert not [one for one in onlookers if may(one.viewer, *parts, own[one.name], is_named=False)]


def test_what_a_family_has_seen_is_read_exactly_where_it_may_be(rows, onlookers, ids, world):
    for onlooker in onlookers:
        may = set()
        for row in all_of(ReportSharing):
            invitation = rows.invitations[row.invitation_id]
            parts = (rows.reports[row.report_id], invitation, rows.meetings[invitation.meeting_id])
            if access.may_view(onlooker.viewer, row, *parts):
                may.add(row.id)
        assert ids(access.visible_to(onlooker.viewer)) == may, onlooker.name
    number = world.sharings["a.past_initial.school"]
    readers = who(onlookers, lambda viewer: number in ids(access.visible_to(viewer)))
    assert readers == SCHOOL | RUNNING
    change(Report, world.meeting("a.past_initial").invitations["school"].report_id, withdrawn_at=NOW)
    assert who(onlookers, lambda viewer: number in ids(access.visible_to(viewer))) == set()


def test_of_a_meeting_for_named_people_nobody_else_reads_what_a_family_has_seen(rows, onlookers, world):
    invited = world.meeting("a.past_initial").invitations["school"]
    sharing = db.session.get_one(ReportSharing, world.sharings["a.past_initial.school"])
    meeting = rows.meetings[world.meeting("a.past_initial").id]
    meeting.named_people_only = True
    parts = (sharing, rows.reports[invited.report_id], rows.invitations[invited.id], meeting)
    assert who(onlookers, lambda viewer: access.may_view(viewer, *parts)) >= SCHOOL
    assert who(onlookers, lambda viewer: access.may_view(viewer, *parts, is_named=False)) == set()


def test_of_whom_the_record_has_for_the_chair_alone_the_agency_reads_nothing(rows, onlookers, ids, world):
    number, place = world.sharings["a.past_initial.school"], world.meeting("a.past_initial")
    invited = place.invitations["school"]
    parts = (rows.reports[invited.report_id], rows.invitations[invited.id], rows.meetings[place.id])
    for key, readers in (("mother", SCHOOL | RUNNING), ("father", RUNNING)):
        change(ReportSharing, number, attendance_id=world.attendees[f"a.initial.{key}"])
        row = db.session.get_one(ReportSharing, number, populate_existing=True)
        person = db.session.get_one(FamilyAttendance, row.attendance_id)
        assert who(onlookers, lambda viewer: number in ids(access.visible_to(viewer))) == readers, key
        allowed = {one.name for one in onlookers if access.may_view(one.viewer, row, *parts, person=person)}
        assert len(allowed) == len(readers), key


def test_who_records_it(rows, onlookers, world):
    invited = world.meeting("a.past_initial").invitations["school"]
    parts = (rows.invitations[invited.id], rows.meetings[world.meeting("a.past_initial").id])
    report = rows.reports[invited.report_id]
    recorders = who(onlookers, lambda viewer: access.may_record(viewer, *parts, report))
    assert recorders == SCHOOL | {"second_chair", "coordinator"}
    assert who(onlookers, lambda viewer: access.may_record(viewer, *parts, None)) == set()


def test_a_talk_is_read_exactly_where_it_may_be(rows, onlookers, ids, world):
    for onlooker in onlookers:
        may = set()
        for row in all_of(Consultation):
            invitation = rows.invitations[row.invitation_id]
            if talks_access.may_view(onlooker.viewer, row, invitation, rows.meetings[invitation.meeting_id]):
                may.add(row.id)
        assert ids(talks_access.visible_to(onlooker.viewer)) == may, onlooker.name
    number = world.talks["a.past_initial.other_gp"]
    assert who(onlookers, lambda viewer: number in ids(talks_access.visible_to(viewer))) == OTHER_GP | {
        "second_chair",
        "manager",
    }


def test_why_a_report_is_not_needed_is_read_exactly_where_it_may_be(rows, onlookers, ids):
    for onlooker in onlookers:
        may = set()
        for row in all_of(ReportWaiver):
            invitation = rows.invitations[row.invitation_id]
            if waiver_access.may_view(onlooker.viewer, row, invitation, rows.meetings[invitation.meeting_id]):
                may.add(row.id)
        assert ids(waiver_access.visible_to(onlooker.viewer)) == may, onlooker.name


def test_who_cuts_talks_and_waives(rows, onlookers, world):
    place = world.meeting("a.initial")
    meeting, school = rows.meetings[place.id], rows.invitations[place.invitations["school"].id]
    assert who(onlookers, lambda viewer: bundle_access.may_cut(viewer, meeting)) == {"chair", "coordinator"}
    assert who(onlookers, lambda viewer: talks_access.may_record(viewer, school, meeting)) == {"chair"}
    assert who(onlookers, lambda viewer: waiver_access.may_decide(viewer, school, meeting)) == {"chair", "coordinator"}


def test_no_bundle_is_a_file_of_anything_else(world):
    stored = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(select(ReportBundle.file_id)))).all()
    assert {one.given_by_id for one in stored} == {None}
    assert {one.agency_id for one in stored} == {None}
