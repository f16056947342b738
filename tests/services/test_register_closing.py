"""Closing the register: held or not, who is recorded as absent, and nothing silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid
from portal.domain.vocabulary import Attendance, Expectation, MeetingStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.services.registers.closing import close_register
from portal.services.registers.marking import AlreadyClosed
from portal.services.registers.sheet import RegisterState, read_register
from tests.services.register_steps import IN_PERSON, closing, save
from tests.services.rows import invitation_of


class TestClosing:
    """Held or not, by whom, and nothing silently."""

    def test_whoever_is_not_marked_is_recorded_as_absent(self, chair, place):
        for agency in ("social_care", "police", "school"):
            save(chair, place, agency, IN_PERSON)
        assert [row.invitation_id for row in read_register(chair, place.id).unset] == [place.invitations["gp"].id]
        close_register(chair, place.id, closing(chair, place, note="All went well."))
        meeting = db.session.get(Meeting, place.id)
        assert (meeting.status, meeting.held_on, meeting.held_time) == (
            MeetingStatus.HELD,
            chair.today,
            meeting.start_time,
        )
        assert (meeting.register_closed_at, meeting.register_closed_by_id) == (chair.now, chair.user_id)
        assert (meeting.quorate, meeting.all_expected_agencies, meeting.group_meeting) == (True, False, True)
        assert meeting.in_time
        assert meeting.note == "All went well."
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.NO_RESPONSE
        assert invitation_of(place, "other_gp").confirmed_attendance is None, "not relevant: nobody asked them"
        verbs = db.session.scalars(select(Activity.verb).where(Activity.user_id == chair.user_id)).all()
        assert verbs.count("register.closed") == 1
        assert verbs.count("attendance.confirmed") == 4

    def test_a_closed_register_takes_nothing_more(self, chair, coordinator, place):
        said = closing(chair, place)
        close_register(chair, place.id, said)
        with pytest.raises(AlreadyClosed):
            close_register(chair, place.id, said)
        with pytest.raises(AlreadyClosed):
            save(coordinator, place, "gp", IN_PERSON)
        assert read_register(chair, place.id).state is RegisterState.CLOSED

    def test_a_chair_may_say_that_it_went_ahead_and_it_still_was_not_quorate(self, chair, place):
        close_register(chair, place.id, closing(chair, place))
        meeting = db.session.get(Meeting, place.id)
        assert (meeting.status, meeting.quorate) == (MeetingStatus.HELD, False)

    def test_a_meeting_that_could_not_go_ahead_never_was_quorate(self, chair, place):
        for agency in ("social_care", "police", "school"):
            save(chair, place, agency, IN_PERSON)
        close_register(chair, place.id, closing(chair, place, status=MeetingStatus.INQUORATE))
        meeting = db.session.get(Meeting, place.id)
        assert (meeting.status, meeting.quorate, meeting.held_on) == (MeetingStatus.INQUORATE, False, chair.today)

    def test_the_next_meetings_due_day_follows(self, chair, place, world, viewer_of):
        """A review conference of the same family is due three months after the initial one was held."""
        review = world.meeting("a.review").id
        with writing() as session:
            session.execute(update(Meeting).where(Meeting.id == review).values(case_id=place.case_id))
        close_register(chair, place.id, closing(chair, place))
        assert db.session.get(Meeting, review).due_on == chair.today.replace(month=9)

    def test_a_strategy_meeting_says_whether_there_is_a_safety_plan(self, chair, world):
        place = world.meeting("a.strategy")
        with writing() as session:
            session.execute(
                update(Meeting)
                .where(Meeting.id == place.id)
                .values(status=MeetingStatus.SCHEDULED, held_on=None, register_closed_at=None)
            )
        with pytest.raises(Invalid) as refused:
            close_register(chair, place.id, closing(chair, place))
        assert list(refused.value.errors) == ["interim_safety_plan"]
        close_register(chair, place.id, closing(chair, place, interim_safety_plan=True))
        assert db.session.get(Meeting, place.id).interim_safety_plan is True

    def test_other_meetings_have_no_safety_plan(self, chair, place):
        close_register(chair, place.id, closing(chair, place, interim_safety_plan=True))
        assert db.session.get(Meeting, place.id).interim_safety_plan is None

    @pytest.mark.parametrize(
        ("field", "said"),
        [
            ("held_on", {"held_on": timedelta(days=1)}),
            ("held_on", {"held_on": timedelta(days=-60)}),
            ("status", {"status": MeetingStatus.CANCELLED}),
            ("note", {"note": "x" * 4001}),
        ],
    )
    def test_what_cannot_be_is_refused_by_field(self, chair, place, field, said):
        said = {name: chair.today + value if name == "held_on" else value for name, value in said.items()}
        with pytest.raises(Invalid) as refused:
            close_register(chair, place.id, closing(chair, place, **said))
        assert list(refused.value.errors) == [field]
        assert invitation_of(place, "gp").confirmed_attendance is None

    def test_a_row_set_since_the_page_was_read_is_not_closed_over(self, chair, coordinator, place):
        said = closing(chair, place)
        save(coordinator, place, "gp", IN_PERSON)
        with pytest.raises(Conflict):
            close_register(chair, place.id, said)
        assert db.session.get(Meeting, place.id).register_closed_at is None

    def test_an_agency_asked_since_is_not_recorded_unseen(self, chair, place):
        said = closing(chair, place)
        with writing() as session:
            session.execute(
                update(Invitation)
                .where(Invitation.id == place.invitations["other_gp"].id)
                .values(expectation=Expectation.EXPECTED)
            )
        with pytest.raises(Conflict):
            close_register(chair, place.id, said)
        assert invitation_of(place, "other_gp").confirmed_attendance is None

    def test_a_meeting_moved_meanwhile_is_not_closed_over(self, chair, place):
        said = closing(chair, place)
        with pytest.raises(Conflict):
            close_register(chair, place.id, replace(said, version=said.version + 1))
