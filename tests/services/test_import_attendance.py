"""The file of attendance: what is stored, what is refused, what people confirmed or decided and stays."""

from __future__ import annotations

from datetime import date, timedelta

from portal.database.session import db
from portal.domain.vocabulary import Attendance, Expectation, ExpectationReason, ReportStatus
from portal.services.imports import Imported, import_attendance
from portal.services.indicators.rollups import fold
from tests.areas import ATTENDANCE_COLUMNS, NOW, dump, faults_of, part, sheet
from tests.report_forms import add_report, publish

REVIEW = "review_conference"


def test_a_row_of_attendance_is_stored_and_counts_as_confirmed(planned):
    row = part(
        "M",
        "gp",
        "deputy",
        report_due_on="2026-04-20",
        report_received_on="2026-04-21",
        report_shared_with_family_on="2026-04-22",
        consulted_on="2026-04-23",
    )
    assert planned.attendance(row) == Imported(created=1)
    found = planned.invitation("M", "gp")
    assert (found.expectation, found.expectation_reason) == (Expectation.EXPECTED, ExpectationReason.IMPORTED)
    assert found.attendance is found.confirmed_attendance is Attendance.DEPUTY
    assert (found.is_deputy, found.left_early, found.present_by) == (True, False, None)
    assert (found.confirmed_at, found.confirmed_by_id) == (NOW, None)
    assert (found.report_due_given, found.report_due_on) == (date(2026, 4, 20), date(2026, 4, 20))
    assert (found.report_received_on, found.report_shared_on, found.consulted_on) == (
        date(2026, 4, 21),
        date(2026, 4, 22),
        date(2026, 4, 23),
    )
    assert planned.trail()[-1] == "invitation.imported"


def test_an_empty_attendance_confirms_nothing(planned):
    planned.attendance(part("M", "gp"), part("M", "police", "no_response"))
    silent, said = planned.invitation("M", "gp"), planned.invitation("M", "police")
    assert (silent.attendance, silent.confirmed_attendance, silent.confirmed_at) == (None, None, None)
    assert said.confirmed_attendance is Attendance.NO_RESPONSE


def test_what_is_no_error(planned):
    done = planned.attendance(
        part("M", "housing", "in_person", "not_relevant"),
        part("OFF", "gp", "video", report_received_on="2026-05-01"),
    )
    assert done == Imported(created=2)


def test_consulted_on_may_be_absent_and_is_then_left_alone(planned):
    columns = ATTENDANCE_COLUMNS[:-1]
    import_attendance(planned.viewer, sheet(columns, [part("M", "gp", "apologies")]), "a.csv")
    assert planned.invitation("M", "gp").consulted_on is None
    planned.attendance(part("M", "gp", "apologies", consulted_on="2026-05-04"))
    done = import_attendance(planned.viewer, sheet(columns, [part("M", "gp", "apologies")]), "a.csv")
    assert done == Imported(unchanged=1)
    assert planned.invitation("M", "gp").consulted_on == date(2026, 5, 4)
    planned.attendance(part("M", "gp", "apologies"))
    assert planned.invitation("M", "gp").consulted_on is None


def test_a_changed_row_updates_its_invitation(planned):
    planned.attendance(part("M", "gp", "in_person"), part("M", "police", "in_person"))
    later = planned.at(NOW + timedelta(days=1))
    changed = part("M", "gp", "apologies", "report_only", report_received_on="2026-05-04")
    assert later.attendance(changed, part("M", "police", "in_person")) == Imported(changed=1, unchanged=1)
    found = planned.invitation("M", "gp")
    assert (found.expectation, found.attendance, found.present_by) == (
        Expectation.REPORT_ONLY,
        Attendance.APOLOGIES,
        None,
    )
    assert (found.confirmed_at, found.report_received_on, found.version) == (
        NOW + timedelta(days=1),
        date(2026, 5, 4),
        2,
    )
    untouched = planned.invitation("M", "police")
    assert (untouched.confirmed_at, untouched.version) == (NOW, 1)
    assert planned.trail()[-1] == "invitation.changed_by_import"
    assert later.attendance(part("M", "gp", "", "report_only", report_received_on="2026-05-04")).changed == 1
    cleared = planned.invitation("M", "gp")
    assert (cleared.attendance, cleared.confirmed_attendance, cleared.confirmed_at) == (None, None, None)


def test_what_the_chair_confirmed_in_a_page_stays(planned, people):
    planned.attendance(part("M", "gp", "apologies"))
    found = planned.invitation("M", "gp")
    found.confirmed_attendance = found.attendance = Attendance.PARTIAL
    found.present_by, found.left_early = Attendance.VIDEO, True
    found.confirmed_at, found.confirmed_by_id = NOW + timedelta(hours=1), people["a.chair"].user_id
    db.session.commit()
    # An import adds up what was noted of figures before: that is not the file's doing.
    fold()
    before = dump()
    assert planned.attendance(part("M", "gp", "apologies")) == Imported(unchanged=1)
    assert dump() == before
    assert planned.attendance(part("M", "gp", "no_response", report_received_on="2026-05-01")) == Imported(changed=1)
    kept = planned.invitation("M", "gp")
    assert kept.attendance is kept.confirmed_attendance is Attendance.PARTIAL
    assert (kept.present_by, kept.left_early, kept.confirmed_at) == (Attendance.VIDEO, True, NOW + timedelta(hours=1))
    assert kept.report_received_on == date(2026, 5, 1)


def test_what_an_agency_declared_counts_until_a_file_says_otherwise(planned):
    planned.attendance(part("M", "gp"))
    found = planned.invitation("M", "gp")
    found.declared_attendance = found.attendance = Attendance.VIDEO
    db.session.commit()
    assert planned.attendance(part("M", "gp")) == Imported(unchanged=1)
    assert planned.invitation("M", "gp").attendance is Attendance.VIDEO
    planned.attendance(part("M", "gp", "no_response"))
    said = planned.invitation("M", "gp")
    assert (said.attendance, said.declared_attendance) == (Attendance.NO_RESPONSE, Attendance.VIDEO)


def test_the_day_of_a_report_sent_in_the_portal_stays(planned, people):
    planned.attendance(part("M", "gp", "apologies"), part("M", "police", "apologies"))
    form = publish(db.session, planned.partnership_id).id
    db.session.commit()
    for agency, status in (("gp", ReportStatus.SUBMITTED), ("police", ReportStatus.DRAFT)):
        found = planned.invitation("M", agency)
        found.report_received_on = date(2026, 5, 1)
        add_report(
            db.session,
            partnership_id=planned.partnership_id,
            invitation_id=found.id,
            template_id=form,
            status=status,
            answers={},
            at=NOW,
            by_id=people["a.chair"].user_id,
        )
        db.session.commit()
    rows = [part("M", agency, "apologies", report_received_on="2026-05-04") for agency in ("gp", "police")]
    assert planned.attendance(*rows) == Imported(changed=1, unchanged=1)
    assert planned.invitation("M", "gp").report_received_on == date(2026, 5, 1)
    assert planned.invitation("M", "police").report_received_on == date(2026, 5, 4)
    assert planned.attendance(part("M", "gp", "apologies")) == Imported(unchanged=1)


def test_an_expectation_that_the_coordinator_decided_stays(planned):
    """Otherwise a file would open a child's record again to an agency that was found not to be relevant."""
    planned.attendance(part("M", "gp"))
    found = planned.invitation("M", "gp")
    found.expectation, found.expectation_reason = Expectation.NOT_RELEVANT, ExpectationReason.MOVED_AWAY
    db.session.commit()
    assert planned.attendance(part("M", "gp")) == Imported(unchanged=1)
    assert planned.attendance(part("M", "gp", "in_person")) == Imported(changed=1)
    kept = planned.invitation("M", "gp")
    assert (kept.expectation, kept.expectation_reason) == (Expectation.NOT_RELEVANT, ExpectationReason.MOVED_AWAY)
    assert kept.attendance is Attendance.IN_PERSON


def test_every_bad_row_of_attendance_is_listed_and_none_imported(planned, world):
    before = dump()
    rows = [
        part("M", "gp", "in_person"),
        part("NOWHERE", "nobody", "asleep", "", report_due_on="soon"),
        part("", "", "in_person"),
        part("M", "gp", "video"),
        part("M", "police", "IN_PERSON", "Expected", consulted_on="2026-02-29"),
        part(world.meeting("a.review").reference, world.agency_codes["a.gp"]),
    ]
    reasons = faults_of(import_attendance, planned.viewer, sheet(ATTENDANCE_COLUMNS, rows), "a.csv")
    words = "in_person, video, telephone, partial, deputy, apologies, no_response"
    assert reasons == [
        "a.csv:3: meeting_ref: is no meeting of this partnership",
        "a.csv:3: agency_code: is no agency of this partnership",
        "a.csv:3: expectation: is empty",
        f"a.csv:3: attendance: is not one of {words}",
        "a.csv:3: report_due_on: is not a date like 2026-01-05 or 2026-01-05T10:00",
        "a.csv:4: meeting_ref: is empty",
        "a.csv:4: agency_code: is empty",
        "a.csv:5: agency_code: line 2 says something else of the same",
        "a.csv:6: expectation: is not one of expected, report_only, optional, not_relevant",
        f"a.csv:6: attendance: is not one of {words}",
        "a.csv:6: consulted_on: is not a day of the calendar",
        "a.csv:7: meeting_ref: is no meeting of this partnership",
        "a.csv:7: agency_code: is no agency of this partnership",
    ]
    assert dump() == before
