"""Where an agency wants it, its lead signs a report off: it waits, comes back with a note, or is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import ReportStatus
from portal.models.partnerships import PartnershipAgency
from portal.services.absences.listing import AbsenceDetails
from portal.services.absences.planning import plan_absence
from portal.services.home.owed import owed_by_agencies
from portal.services.home.tasks import TaskKind
from portal.services.reports.drafts import AlreadySent, WaitsForSignature
from portal.services.reports.reading import read_report
from portal.services.reports.sending import NOTE_LIMIT, send_back, submit_report, take_back
from portal.services.reports.settings import set_sign_off, settings_of
from tests.services.report_steps import OTHER, WHOLE, desk, reports_of, verbs_of, want_sign_off, write
from tests.services.rows import invitation_of


@pytest.fixture
def waiting(teacher, place) -> int:
    """The teacher's report, which waits for the head's signature; its version."""
    want_sign_off(teacher)
    version = write(teacher, place, WHOLE).version
    assert submit_report(teacher, place.id, version) is ReportStatus.FOR_SIGN_OFF
    return desk(teacher, place).version


def tasks_of(viewer: Viewer) -> list[tuple[TaskKind, int | None]]:
    """What Home says that somebody has to do about reports."""
    db.session.rollback()
    found = owed_by_agencies(db.session(), viewer).tasks
    return [(task.kind, task.meeting_id) for task in found if task.kind.startswith(("report", "addendum"))]


class TestAsking:
    def test_it_goes_to_the_lead_and_to_nobody_else(self, teacher, place, waiting, world, viewer_of):
        (report,) = reports_of(place, "school")
        asked = (report.status, report.sign_off_asked_at, report.sign_off_asked_by_id, report.submitted_at)
        assert asked == (ReportStatus.FOR_SIGN_OFF, teacher.now, teacher.user_id, None)
        assert invitation_of(place, "school").report_received_on is None
        assert verbs_of(teacher)[:2] == ["report.saved", "report.sign_off_asked"]
        with pytest.raises(NotVisible):
            read_report(viewer_of(world.person("a.chair")), place.id, place.invitations["school"].id)

    def test_nobody_writes_on_it_meanwhile(self, teacher, head, place, waiting):
        for viewer in (teacher, head):
            with pytest.raises(WaitsForSignature) as refused:
                write(viewer, place, OTHER, on=WHOLE)
            assert refused.value.mine["worries"] == OTHER["worries"]
            assert not desk(viewer, place).may_write

    def test_who_wrote_it_does_not_send_it(self, teacher, place, waiting):
        with pytest.raises(NotPermitted):
            submit_report(teacher, place.id, waiting)
        with pytest.raises(NotPermitted):
            send_back(teacher, place.id, waiting, "No.")
        found = desk(teacher, place)
        assert (found.is_waiting, found.may_settle) == (True, False)

    def test_it_is_taken_back_to_go_on_writing(self, teacher, place, waiting):
        take_back(teacher, place.id)
        assert desk(teacher, place).may_write
        assert write(teacher, place, OTHER, on=WHOLE).lost == {}
        with pytest.raises(NotPermitted):
            take_back(teacher, place.id)

    def test_where_nobody_wants_it_the_report_simply_goes(self, teacher, place):
        assert submit_report(teacher, place.id, write(teacher, place, WHOLE).version) is ReportStatus.SUBMITTED

    def test_a_lead_sends_what_a_colleague_wrote_at_once(self, teacher, head, place):
        want_sign_off(teacher)
        version = write(teacher, place, WHOLE).version
        assert submit_report(head, place.id, version) is ReportStatus.SUBMITTED

    def test_another_agency_is_not_touched_by_it(self, teacher, world, viewer_of):
        want_sign_off(teacher)
        other, place = viewer_of(world.person("a.other_gp.practitioner")), world.meeting("a.past_initial")
        assert submit_report(other, place.id, write(other, place, WHOLE).version) is ReportStatus.SUBMITTED


class TestSettling:
    def test_signed_it_is_sent_by_the_lead(self, teacher, head, place, waiting):
        assert desk(head, place).may_settle
        assert submit_report(head, place.id, waiting) is ReportStatus.SUBMITTED
        (report,) = reports_of(place, "school")
        assert (report.submitted_by_id, report.saved_by_id) == (head.user_id, teacher.user_id)
        assert invitation_of(place, "school").report_received_on == head.today
        with pytest.raises(AlreadySent):
            submit_report(head, place.id, waiting)

    def test_sent_back_it_says_what_to_change(self, teacher, head, place, waiting):
        send_back(head, place.id, waiting, " Say when. ")
        found = desk(teacher, place)
        assert (found.may_write, found.paper.sent_back_note) == (True, "Say when.")
        version = write(teacher, place, OTHER, on=WHOLE).version
        assert submit_report(teacher, place.id, version) is ReportStatus.FOR_SIGN_OFF
        assert desk(teacher, place).paper.sent_back_note is None

    @pytest.mark.parametrize("note", [" \n", "x" * (NOTE_LIMIT + 1)])
    def test_not_without_a_note_of_some_length(self, head, place, waiting, note):
        with pytest.raises(Invalid) as refused:
            send_back(head, place.id, waiting, note)
        assert list(refused.value.errors) == ["note"]

    def test_what_was_taken_back_meanwhile_is_neither_sent_nor_sent_back(self, teacher, head, place, waiting):
        take_back(teacher, place.id)
        write(teacher, place, OTHER, on=WHOLE)
        with pytest.raises(NotPermitted):
            send_back(head, place.id, waiting, "Say when.")
        with pytest.raises(Conflict):
            submit_report(head, place.id, waiting)

    def test_while_the_lead_is_away_the_stand_in_signs(self, teacher, head, place, waiting):
        days = {"begins_on": head.today, "ends_on": head.today + timedelta(days=3)}
        plan_absence(head, head.membership_id, AbsenceDetails(**days, deputy_membership_id=teacher.membership_id))
        assert desk(teacher, place).may_settle
        assert submit_report(teacher, place.id, waiting) is ReportStatus.SUBMITTED

    def test_once_nobody_wants_it_any_more_whoever_writes_sends_it(self, teacher, head, place, waiting):
        set_sign_off(head, head.agency_id, signed_off=False)
        assert submit_report(teacher, place.id, waiting) is ReportStatus.SUBMITTED

    def test_the_note_is_encrypted(self, head, place, waiting):
        send_back(head, place.id, waiting, "Say when it burned.")
        db.session.rollback()
        raw = db.session.connection().exec_driver_sql("SELECT sent_back_note FROM reports").scalars()
        assert [b"burned" in bytes(note) for note in raw if note is not None] == [False]


class TestOnHome:
    def test_each_finds_what_is_theirs_to_do(self, teacher, head, place, waiting):
        assert tasks_of(teacher) == []
        assert tasks_of(head) == [(TaskKind.REPORT_TO_SIGN, place.id)]
        send_back(head, place.id, waiting, "Say when.")
        assert tasks_of(teacher) == [(TaskKind.REPORT_SENT_BACK, place.id)]
        assert tasks_of(head) == []
        submit_report(teacher, place.id, desk(teacher, place).version)
        submit_report(head, place.id, desk(head, place).version)
        assert tasks_of(teacher) == tasks_of(head) == []

    def test_it_costs_no_query_of_its_own(self, head, waiting, count_queries):
        db.session.rollback()
        with count_queries() as statements:
            owed_by_agencies(db.session(), head)
        assert len(statements) == 1


class TestTheSwitch:
    def test_the_lead_says_it_for_the_own_agency(self, head, teacher, world):
        assert settings_of(head, head.agency_id).may_change
        assert set_sign_off(head, head.agency_id, signed_off=True)
        assert not set_sign_off(head, head.agency_id, signed_off=True)
        assert settings_of(head, head.agency_id).signed_off
        rows = select(PartnershipAgency.agency_id).where(PartnershipAgency.reports_signed_off)
        assert list(db.session.scalars(rows)) == [head.agency_id]
        assert verbs_of(head).count("agency.reports_signed") == 1

    @pytest.mark.parametrize("person", ["a.business_manager", "a.administrator", "a.coordinator"])
    def test_those_who_keep_the_list_read_it(self, head, viewer, person):
        other = viewer(person)
        assert not settings_of(other, head.agency_id).may_change
        with pytest.raises(NotPermitted):
            set_sign_off(other, head.agency_id, signed_off=True)

    @pytest.mark.parametrize("person", ["a.school.practitioner", "a.gp.lead", "b.school.lead", "a.chair"])
    def test_others_do_not_find_it(self, head, viewer, person):
        with pytest.raises(NotVisible):
            settings_of(viewer(person), head.agency_id)
        with pytest.raises(NotVisible):
            set_sign_off(viewer(person), head.agency_id, signed_off=True)
