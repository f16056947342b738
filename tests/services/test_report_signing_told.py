"""Who hears that a report waits for a signature, or came back; and that nobody waits for a lead who never sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.notice_words import words_of
from portal.domain.vocabulary import ReportStatus
from portal.models.absences import Absence
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.models.people import Membership, User
from portal.services.reports.sending import send_back, submit_report, take_back
from tests.closed_meetings import ClosedMeeting
from tests.services.notice_steps import tell_nobody_anything
from tests.services.report_steps import OTHER, WHOLE, desk, reports_of, want_sign_off, write
from tests.services.rows import change
from tests.services.told_steps import is_waiting, notices, practitioners, settled, told
from tests.world import NOW

TO_SIGN, SENT_BACK = NoticeKind.REPORT_TO_SIGN, NoticeKind.REPORT_SENT_BACK
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def waiting(teacher, place) -> int:
    """The teacher's report, which waits for the head's signature; its version."""
    tell_nobody_anything()
    want_sign_off(teacher)
    submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
    return desk(teacher, place).version


def at(viewer: Viewer, minutes: int) -> Viewer:
    """Somebody some time later."""
    return replace(viewer, now=viewer.now + timedelta(minutes=minutes))


class TestTold:
    def test_the_lead_hears_of_it_by_its_day_and_nothing_of_what_it_says(self, world, place, waiting):
        assert told(world) == {"a.school.lead"}
        (one,) = notices()
        assert (one.kind, one.subject, one.subject_id, one.place) == (
            TO_SIGN,
            "invitation",
            place.invitations["school"].id,
            0,
        )
        assert one.what == "Initial child protection conference, Wednesday 10 June"
        assert one.due_at.date().isoformat() == "2026-06-05"
        assert "ZQ" not in one.what + words_of(TO_SIGN).task + words_of(SENT_BACK).task

    def test_whoever_gave_it_to_the_lead_hears_that_it_came_back(self, world, head, place, waiting):
        practitioners(world, "a.school", 1)  # a colleague, who need not hear of it
        send_back(head, place.id, waiting, "ZQ-NOTE-QZ")
        assert told(world, SENT_BACK) == {"a.school.practitioner"}
        assert not any("ZQ-NOTE-QZ" in one.what for one in notices())

    def test_where_that_person_is_gone_their_colleagues_do(self, world, head, place, waiting):
        gone = world.person("a.school.practitioner").hat.membership_id
        (colleague,) = practitioners(world, "a.school", 1)
        change(Membership, gone, ended_at=NOW)
        send_back(head, place.id, waiting, "Say when.")
        assert {one.membership_id for one in notices(Notice.kind == SENT_BACK)} == {colleague}

    def test_each_time_that_it_goes_to_the_lead_is_told_anew(self, world, teacher, head, place, waiting):
        send_back(head, place.id, waiting, "Say when.")
        version = write(at(teacher, 5), place, OTHER, on=WHOLE).version
        submit_report(at(teacher, 6), place.id, version)
        assert [one.kind for one in notices()] == [TO_SIGN, SENT_BACK, TO_SIGN]

    def test_while_the_lead_is_away_whoever_stands_in_hears_of_it(self, world, teacher, place):
        tell_nobody_anything()
        want_sign_off(teacher)
        lead = world.person("a.school.lead").hat
        (deputy,) = practitioners(world, "a.school", 1)
        with writing() as session:
            session.add(
                Absence(
                    partnership_id=lead.partnership_id,
                    membership_id=lead.membership_id,
                    deputy_membership_id=deputy,
                    begins_on=teacher.today,
                    ends_on=teacher.today,
                    made_at=NOW,
                )
            )
        submit_report(teacher, place.id, write(teacher, place, WHOLE).version)
        assert {one.membership_id: one.mail_place for one in notices()} == {
            lead.membership_id: MailPlace.INBOX_ONLY,
            deputy: MailPlace.WAITING,
        }

    def test_an_addendum_is_told_by_its_number(self, world, teacher, head, place, waiting):
        submit_report(head, place.id, waiting)
        tell_nobody_anything()
        version = write(at(teacher, 9), place, {"worries": "A third."}, on=WHOLE, adding=True).version
        submit_report(at(teacher, 9), place.id, version, adding=True)
        (one,) = notices()
        assert (one.kind, one.place, one.due_at) == (TO_SIGN, 1, None)


class TestSettled:
    """What has been done, by whomever, is mailed no more."""

    @pytest.mark.parametrize("how", ["signed", "sent back", "taken back"])
    def test_what_waited_for_a_signature(self, world, teacher, head, place, waiting, how):
        assert settled(world, LATER) == 0
        if how == "signed":
            submit_report(head, place.id, waiting)
        elif how == "sent back":
            send_back(head, place.id, waiting, "Say when.")
        else:
            take_back(teacher, place.id)
        assert settled(world, LATER) == 1
        assert [is_waiting(one) for one in notices(Notice.kind == TO_SIGN)] == [False]

    def test_what_came_back(self, world, teacher, head, place, waiting):
        send_back(head, place.id, waiting, "Say when.")
        settled(world, LATER)
        assert [is_waiting(one) for one in notices(Notice.kind == SENT_BACK)] == [True]
        submit_report(at(teacher, 5), place.id, desk(teacher, place).version)
        settled(world, LATER)
        assert [is_waiting(one) for one in notices(Notice.kind == SENT_BACK)] == [False]

    def test_what_is_told_of_an_addendum_is_not_settled_by_the_report(self, world, teacher, head, place, waiting):
        submit_report(head, place.id, waiting)
        version = write(at(teacher, 9), place, {"worries": "A third."}, on=WHOLE, adding=True).version
        submit_report(at(teacher, 9), place.id, version, adding=True)
        settled(world, LATER)
        assert {one.place: is_waiting(one) for one in notices(Notice.kind == TO_SIGN)} == {0: False, 1: True}
        submit_report(at(head, 12), place.id, desk(head, place, adding=True).version, adding=True)
        settled(world, LATER)
        assert not any(is_waiting(one) for one in notices())


class TestNobodyToSign:
    """A report does not wait for somebody who is not there."""

    def test_without_a_lead_whoever_writes_sends(self, world, teacher, place, waiting):
        change(User, world.person("a.school.lead").user_id, deactivated_at=NOW)
        assert desk(teacher, place).may_settle
        assert submit_report(teacher, place.id, waiting) is ReportStatus.SUBMITTED
        assert reports_of(place, "school")[0].submitted_by_id == teacher.user_id

    @pytest.mark.parametrize(
        ("named", "status"),
        [
            (("gp.lead", "gp.practitioner"), ReportStatus.FOR_SIGN_OFF),
            (("gp.practitioner",), ReportStatus.SUBMITTED),
        ],
    )
    def test_of_a_meeting_for_named_people_only_a_lead_who_is_named_signs(self, world, viewer_of, named, status):
        closed = ClosedMeeting.write(world, "a")
        people = [world.person(f"a.{name}").hat for name in named]
        with writing() as session:
            lead = world.person("a.gp.lead").hat.membership_id
            mine = (NamedPerson.meeting_id == closed.id) & (NamedPerson.membership_id == lead)
            session.execute(update(NamedPerson).where(mine).values(ended_at=NOW))
            for hat in people:
                session.add(
                    NamedPerson(
                        partnership_id=hat.partnership_id,
                        meeting_id=closed.id,
                        membership_id=hat.membership_id,
                        named_at=NOW,
                    )
                )
        tell_nobody_anything()
        writer = viewer_of(world.person("a.gp.practitioner"))
        want_sign_off(writer)
        assert submit_report(writer, closed.id, write(writer, closed, WHOLE).version) is status
        assert told(world) == ({"a.gp.lead"} if status is ReportStatus.FOR_SIGN_OFF else set())

    def test_it_costs_one_query_where_nobody_wants_it_and_three_where_somebody_does(
        self, teacher, place, count_queries
    ):
        write(teacher, place, WHOLE)
        db.session.rollback()
        with count_queries() as without:
            desk(teacher, place)
        want_sign_off(teacher)
        db.session.rollback()
        with count_queries() as wanted:
            desk(teacher, place)
        assert len(wanted) - len(without) == 2
