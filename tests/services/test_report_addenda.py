"""What is added to a report that was sent: only what differs is kept, and readers see what was said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import MeetingStatus, ReportStatus
from portal.models.meetings import Meeting
from portal.models.reports import ReportAddendum
from portal.services.home.owed import owed_by_agencies
from portal.services.home.tasks import TaskKind
from portal.services.reports.drafts import AlreadySent, WaitsForSignature
from portal.services.reports.reading import read_report
from portal.services.reports.sending import send_back, submit_report
from tests.services.report_steps import WHOLE, answers_of, desk, verbs_of, want_sign_off, write
from tests.services.rows import invitation_of

MORE = "Two burns that nobody explained. A third on Tuesday."


@pytest.fixture
def sent(teacher, place) -> dict[str, str]:
    """The school's report, which has been sent; what it says."""
    submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
    return WHOLE


def add(viewer, place, answers, on=WHOLE, *, minutes=5) -> None:
    """Write an addendum and send it."""
    later = replace(viewer, now=viewer.now + timedelta(minutes=minutes))
    version = write(later, place, answers, on=on, adding=True).version
    submit_report(later, place.id, version, adding=True)


def addenda() -> list[ReportAddendum]:
    """Every addendum there is."""
    db.session.rollback()
    return list(db.session.scalars(select(ReportAddendum).order_by(ReportAddendum.number)))


class TestWriting:
    def test_it_begins_with_what_the_report_says(self, teacher, place, sent):
        found = desk(teacher, place, adding=True)
        assert (found.answers, found.may_write, found.version, found.paper) == (sent, True, 0, None)
        assert addenda() == [], "reading writes nothing"

    def test_only_what_differs_is_kept_once_it_is_sent(self, teacher, place, sent):
        changed = WHOLE | {"worries": MORE, "strengths": "For a moment."}
        write(teacher, place, changed, on=WHOLE, adding=True)
        write(teacher, place, {"strengths": WHOLE["strengths"]}, on=changed, adding=True)
        assert answers_of(place, addendum=1)["strengths"] == WHOLE["strengths"], "a draft may say the same again"
        submit_report(teacher, place.id, desk(teacher, place, adding=True).version, adding=True)
        assert answers_of(place, addendum=1) == {"worries": MORE}
        assert answers_of(place) == WHOLE, "what was sent stays as it was sent"

    def test_it_is_numbered_and_says_by_whom_and_when(self, teacher, head, place, sent):
        add(teacher, place, {"worries": MORE}, minutes=5)
        add(head, place, {"worries": "Only one burn."}, on={"worries": MORE}, minutes=9)
        found = [(one.number, one.status, one.submitted_by_id, one.submitted_at) for one in addenda()]
        assert found == [
            (1, ReportStatus.SUBMITTED, teacher.user_id, teacher.now + timedelta(minutes=5)),
            (2, ReportStatus.SUBMITTED, head.user_id, head.now + timedelta(minutes=9)),
        ]
        assert verbs_of(teacher).count("report.added_to") == 1
        assert invitation_of(place, "school").report_received_on == teacher.today

    def test_two_people_write_on_one(self, teacher, head, place, sent):
        write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True)
        assert write(head, place, {"worries": "Hers."}, on=WHOLE, adding=True).lost["worries"].theirs == MORE
        assert write(head, place, {"strengths": "Hers."}, on=WHOLE, adding=True).lost == {}
        assert len(addenda()) == 1

    def test_without_a_change_there_is_nothing_to_send(self, teacher, place, sent):
        with pytest.raises(Invalid):
            submit_report(teacher, place.id, 0, adding=True)
        changed = WHOLE | {"worries": MORE}
        write(teacher, place, changed, on=WHOLE, adding=True)
        version = write(teacher, place, WHOLE, on=changed, adding=True).version
        with pytest.raises(Invalid):
            submit_report(teacher, place.id, version, adding=True)

    def test_what_must_be_answered_cannot_be_taken_back(self, teacher, place, sent):
        version = write(teacher, place, {"worries": ""}, on=WHOLE, adding=True).version
        with pytest.raises(Invalid) as refused:
            submit_report(teacher, place.id, version, adding=True)
        assert list(refused.value.errors) == ["worries"]

    def test_what_no_longer_applies_is_read_no_more(self, teacher, place, sent, chair):
        add(teacher, place, {"threshold_view": "unsure"})
        reading = read_report(chair, place.id, place.invitations["school"].id)
        codes = [line.code for part in reading.parts(is_own=False) for line in part.lines]
        assert "category_views" not in codes

    def test_sent_twice_it_is_sent_once(self, teacher, head, place, sent):
        version = write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True).version
        submit_report(teacher, place.id, version, adding=True)
        with pytest.raises(AlreadySent):
            submit_report(head, place.id, version, adding=True)

    def test_changed_since_it_was_checked_it_is_not_sent(self, teacher, head, place, sent):
        version = write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True).version
        write(head, place, {"strengths": "Hers."}, on=WHOLE, adding=True)
        with pytest.raises(Conflict):
            submit_report(teacher, place.id, version, adding=True)

    def test_only_to_what_was_sent(self, teacher, head, place, world, viewer_of):
        write(teacher, place, WHOLE)
        with pytest.raises(NotPermitted):
            write(head, place, {"worries": MORE}, on=WHOLE, adding=True)
        police = viewer_of(world.person("a.police.lead"))
        with pytest.raises(AlreadySent):
            write(police, place, {"worries": MORE})

    def test_not_for_a_meeting_that_was_cancelled(self, teacher, place, sent):
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == place.id).values(status=MeetingStatus.CANCELLED))
        with pytest.raises(NotPermitted):
            write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True)


class TestLate:
    def test_before_the_meeting_is_over_it_is_not_marked(self, teacher, place, sent):
        add(teacher, place, {"worries": MORE})
        assert [one.after_bundle for one in addenda()] == [False]

    def test_after_the_meeting_it_is(self, world, viewer_of):
        place, surgery = world.meeting("a.past_initial"), viewer_of(world.person("a.other_gp.lead"))
        submit_report(surgery, place.id, write(surgery, place, WHOLE).version)
        add(surgery, place, {"worries": MORE})
        assert [one.after_bundle for one in addenda()] == [True]


class TestReading:
    def test_readers_see_what_was_said_before_and_who_changed_it(self, teacher, place, sent, chair):
        add(teacher, place, {"worries": MORE})
        reading = read_report(chair, place.id, place.invitations["school"].id)
        lines = {line.code: line for part in reading.parts(is_own=False) for line in part.lines}
        assert lines["worries"].words == MORE
        (change,) = lines["worries"].changes
        assert (change.before, change.addendum.by) == (WHOLE["worries"], teacher.name)
        assert lines["strengths"].changes == ()
        assert [one.number for one in reading.addenda] == [1]

    def test_nobody_reads_one_that_is_being_written(self, teacher, place, sent, chair):
        write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True)
        reading = read_report(chair, place.id, place.invitations["school"].id)
        assert (reading.answers, reading.addenda) == (WHOLE, ())
        assert MORE not in str(reading.parts(is_own=False))

    def test_it_takes_the_same_queries_however_often_it_was_changed(self, teacher, place, sent, chair, count_queries):
        def cost() -> int:
            db.session.rollback()
            with count_queries() as statements:
                read_report(chair, place.id, place.invitations["school"].id)
            return len(statements)

        before = cost()
        add(teacher, place, {"worries": MORE})
        add(teacher, place, {"worries": "Less."}, on={"worries": MORE})
        assert cost() == before == 4


class TestSigning:
    def test_where_the_agency_wants_it_the_lead_signs_it_too(self, teacher, head, place, sent):
        want_sign_off(teacher)
        version = write(teacher, place, {"worries": MORE}, on=WHOLE, adding=True).version
        assert submit_report(teacher, place.id, version, adding=True) is ReportStatus.FOR_SIGN_OFF
        with pytest.raises(WaitsForSignature):
            write(teacher, place, {"worries": "Less."}, on={"worries": MORE}, adding=True)
        assert [task.kind for task in _about_reports(head)] == [TaskKind.ADDENDUM_TO_SIGN]
        send_back(head, place.id, desk(head, place, adding=True).version, "Say when.", adding=True)
        assert [task.kind for task in _about_reports(teacher)] == [TaskKind.ADDENDUM_SENT_BACK]
        version = desk(teacher, place, adding=True).version
        assert submit_report(teacher, place.id, version, adding=True) is ReportStatus.FOR_SIGN_OFF
        version = desk(head, place, adding=True).version
        assert submit_report(head, place.id, version, adding=True) is ReportStatus.SUBMITTED
        assert answers_of(place, addendum=1) == {"worries": MORE}


def _about_reports(viewer):
    db.session.rollback()
    return [one for one in owed_by_agencies(db.session(), viewer).tasks if one.kind.startswith(("report", "addendum"))]
