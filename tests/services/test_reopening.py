"""A closed register is opened again for a reason, and both versions are kept, whatever order things come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from portal.access import registers as access
from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import COUNTED_STATUSES, MeetingStatus
from portal.models.frozen_months import FrozenMonth
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.models.registers import RegisterClosing
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.registers.closing import close_register
from portal.services.registers.inquorate import read_closing
from portal.services.registers.marking import AlreadyClosed
from portal.services.registers.reopening import earlier_closings, read_closed, reopen_register
from portal.services.registers.sheet import RegisterState, read_register, read_said_before
from tests.services.notice_steps import tell_nobody_anything
from tests.services.racing import at_once
from tests.services.register_steps import ABSENT, APOLOGIES, IN_PERSON, VIDEO, closing, save
from tests.services.rows import invitation_of, stored, trail
from tests.services.told_steps import told

WHY = "The police were there: their sergeant rang to say so."
AGENCIES = ("social_care", "police", "gp", "school")


@pytest.fixture
def manager(world, viewer_of):
    """A's safeguarding manager."""
    return viewer_of(world.person("a.manager"))


@pytest.fixture
def closed(chair, place):
    """The conference with its register closed: the police and the surgery were not there."""
    for agency in ("social_care", "school"):
        save(chair, place, agency, IN_PERSON)
    save(chair, place, "police", ABSENT, note="Nobody came")
    close_register(chair, place.id, closing(chair, place, note="We began late."))
    return place


def reopen(viewer, place, reason=WHY) -> None:
    """Open it again as of now."""
    db.session.rollback()
    reopen_register(viewer, place.id, reason, read_closed(viewer, place.id).version)


def closings(place) -> list[RegisterClosing]:
    """What the register said before."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(RegisterClosing).where(RegisterClosing.meeting_id == place.id).order_by(RegisterClosing.number)
        )
    )


class TestOpeningAgain:
    """By its chair or the safeguarding manager, with a reason."""

    def test_it_can_be_corrected_and_both_versions_are_kept(self, chair, closed):
        reopen(chair, closed)
        assert read_register(chair, closed.id).state is RegisterState.OPEN
        save(chair, closed, "police", IN_PERSON)
        close_register(chair, closed.id, closing(chair, closed, note="We began on time."))
        meeting = stored(Meeting, closed.id)
        assert (meeting.quorate, meeting.note, meeting.inquorate_reason) == (True, "We began on time.", None)
        [before] = earlier_closings(chair, closed.id)
        assert (before.quorate, before.note, before.reason, before.reopened_by) == (
            False,
            "We began late.",
            WHY,
            chair.name,
        )
        assert before.inquorate_note == "Everybody had written."
        assert {row.agency_name: (row.words, row.note, row.differs) for row in before.rows} == {
            row.agency_name: (
                ("Absent without apologies", "Nobody came", True)
                if row.invitation_id == closed.invitations["police"].id
                else (row.words, "", False)
            )
            for row in read_register(chair, closed.id).rows
            if row.is_set
        }
        assert trail("register.reopened", closed.id) == 1
        assert trail("register.closed", closed.id) == 2

    def test_its_facts_stand_until_it_is_closed_again(self, chair, closed):
        reopen(chair, closed)
        meeting = stored(Meeting, closed.id)
        assert (meeting.status, meeting.quorate, meeting.held_on) == (MeetingStatus.HELD, False, chair.today)
        note, said = read_said_before(chair, read_register(chair, closed.id))
        assert (note, said.note) == ("We began late.", "Everybody had written.")

    def test_the_chair_is_asked_to_close_what_somebody_else_opened(self, chair, manager, closed, world):
        tell_nobody_anything()
        reopen(manager, closed)
        assert told(world, NoticeKind.REGISTER_TO_CLOSE) == {"a.chair"}
        later = chair.now + timedelta(days=1)
        [task] = [one for one in home(replace(chair, now=later)).tasks if one.kind is TaskKind.REGISTER]
        assert task.meeting_id == closed.id

    @pytest.mark.parametrize(
        ("key", "refusal"),
        [
            ("a.coordinator", NotPermitted),
            ("a.second_chair", NotVisible),
            ("b.chair", NotVisible),
            ("b.manager", NotVisible),
            ("a.police.lead", NotPermitted),
            ("a.business_manager", NotVisible),
        ],
    )
    def test_nobody_else_opens_it(self, closed, viewer, key, refusal):
        with pytest.raises(refusal):
            reopen_register(viewer(key), closed.id, WHY, 1)
        assert stored(Meeting, closed.id).register_closed_at is not None
        assert closings(closed) == []

    @pytest.mark.parametrize("reason", ["", "x" * 2001])
    def test_it_needs_a_reason_of_a_length_that_people_read(self, chair, closed, reason):
        with pytest.raises(Invalid) as refused:
            reopen_register(chair, closed.id, reason, read_closed(chair, closed.id).version)
        assert list(refused.value.errors) == ["reason"]

    def test_one_that_is_open_is_not_opened(self, chair, place):
        with pytest.raises(NotPermitted):
            read_closed(chair, place.id)

    def test_a_page_that_is_out_of_date_opens_nothing(self, chair, closed):
        with pytest.raises(Conflict):
            reopen_register(chair, closed.id, WHY, read_closed(chair, closed.id).version - 1)
        assert closings(closed) == []

    def test_two_who_open_it_at_once_keep_one_version(self, app, chair, manager, closed):
        version = read_closed(chair, closed.id).version
        db.session.rollback()
        outcomes = at_once(
            app,
            lambda: reopen_register(chair, closed.id, WHY, version),
            lambda: reopen_register(manager, closed.id, WHY, version),
        )
        assert sum(isinstance(outcome, (Conflict, NotPermitted)) for outcome in outcomes) == 1
        assert len(closings(closed)) == 1


class TestWhatKeepsItClosed:
    """Frozen figures, and proposals that were made."""

    def test_a_frozen_month_until_a_correction_of_it_is_open(self, chair, closed, world):
        with writing() as session:
            session.add(FrozenMonth(partnership_id=world.partnerships["a"], begins_on=date(2026, 6, 1), revision=1))
        assert "June 2026 are frozen" in read_closed(chair, closed.id).sealed
        with pytest.raises(Conflict, match="June 2026"):
            reopen(chair, closed)
        with writing() as session:
            session.execute(FrozenMonth.__table__.update().values(correction_opened_at=chair.now))
        reopen(chair, closed)

    def test_signed_decisions_until_they_are_amended(self, chair, closed, world):
        def decided(number: int, **facts: object) -> None:
            texts = ("decision", "categories", "main_category", "ends_because", "core_group_people")
            with writing() as session:
                session.add(
                    Outcome(
                        partnership_id=world.partnerships["a"],
                        meeting_id=closed.id,
                        child_id=world.children["a.2"],
                        number=number,
                        lead_social_worker="",
                        why="",
                        saved_at=chair.now,
                        saved_by_id=chair.user_id,
                        **dict.fromkeys(texts, ""),
                        **facts,
                    )
                )

        signed = {"signed_at": chair.now, "signed_by_id": chair.user_id}
        decided(1)
        assert read_closed(chair, closed.id).sealed == ""
        with writing() as session:
            session.execute(
                update(Outcome)
                .where(Outcome.child_id == world.children["a.2"], Outcome.meeting_id == closed.id)
                .values(**signed)
            )
        assert "What was decided is signed" in read_closed(chair, closed.id).sealed
        with pytest.raises(Conflict, match="signed"):
            reopen(chair, closed)
        decided(2, amended_because="The police were there.", **signed)
        reopen(chair, closed)

    def test_another_partnerships_frozen_month_does_not(self, chair, closed, world):
        with writing() as session:
            session.add(FrozenMonth(partnership_id=world.partnerships["b"], begins_on=date(2026, 6, 1), revision=1))
        reopen(chair, closed)

    def test_what_was_proposed_is_not_proposed_again(self, chair, place):
        def proposed() -> list[int]:
            db.session.rollback()
            about = select(EscalationProposal.invitation_id).where(EscalationProposal.meeting_id == place.id)
            return sorted(db.session.scalars(about))

        for agency in ("social_care", "police", "school"):
            save(chair, place, agency, IN_PERSON)
        made = close_register(chair, place.id, closing(chair, place))
        before = proposed()
        assert (len(before), place.invitations["gp"].id in before) == (made, True)
        school = place.invitations["school"].id
        assert school not in before
        reopen(chair, place)
        save(chair, place, "school", ABSENT)
        foreseen = read_closing(chair, read_register(chair, place.id), None).foreseen
        assert [one.agency_id for one in foreseen] == [invitation_of(place, "school").agency_id]
        assert close_register(chair, place.id, closing(chair, place)) == 1
        assert proposed() == sorted([*before, school])

    def test_an_adjourned_one_opens_no_second_conference(self, chair, place):
        close_register(chair, place.id, closing(chair, place, status=MeetingStatus.INQUORATE))
        reopen(chair, place)
        said = closing(chair, place, status=MeetingStatus.INQUORATE, new_on=None, interim_plan="Stays with her aunt.")
        close_register(chair, place.id, said)
        assert stored(Meeting, place.id).interim_plan == "Stays with her aunt."
        assert len(db.session.scalars(select(Meeting.id).where(Meeting.follows_id == place.id)).all()) == 1


class TestWhoReads:
    """What a register said before is for whoever keeps it."""

    def test_visible_to_exactly_those_who_may(self, chair, closed, world, viewer_of):
        reopen(chair, closed)
        [kept] = closings(closed)
        meeting = stored(Meeting, closed.id)
        for person, hat in world.wearers():
            viewer = viewer_of(person, hat=hat)
            seen = db.session.scalars(access.closings_visible_to(viewer)).all()
            assert (kept in seen) is access.may_view_closing(viewer, kept, meeting), (person.key, hat.role)
            assert (kept in seen) is (person.key in {"a.chair", "a.manager", "a.coordinator"}), person.key


class Register(RuleBasedStateMachine):
    """Marking, closing either way, opening again: in any order, nothing is lost and no rule is broken."""

    chair = None
    place = None

    @initialize()
    def begin(self) -> None:
        """As the world has it, with a register that nobody has touched."""
        db.session.rollback()
        self.is_closed = False
        self.opened = len(closings(self.place))
        if stored(Meeting, self.place.id).register_closed_at is not None:
            reopen(self.chair, self.place)
            self.opened += 1

    @precondition(lambda self: not self.is_closed)
    @rule(agency=st.sampled_from(AGENCIES), mark=st.sampled_from([IN_PERSON, VIDEO, APOLOGIES, ABSENT]))
    def mark(self, agency, mark) -> None:
        """Somebody is marked."""
        save(self.chair, self.place, agency, mark)

    @precondition(lambda self: not self.is_closed)
    @rule(adjourns=st.booleans(), has_day=st.booleans(), has_reason=st.booleans())
    def close(self, adjourns, has_day, has_reason) -> None:
        """It is closed, or refused and left open."""
        said = {} if has_reason else {"inquorate_reason": None}
        said |= {} if has_day else {"new_on": None}
        status = MeetingStatus.INQUORATE if adjourns else MeetingStatus.HELD
        was_quorate = read_register(self.chair, self.place.id).line.quorate
        follows = self._following()
        try:
            close_register(self.chair, self.place.id, closing(self.chair, self.place, status=status, **said))
        except Invalid:
            assert (adjourns and not has_day and not follows) or (not adjourns and not has_reason and not was_quorate)
        else:
            assert not (adjourns and not has_day and not follows)
            assert adjourns or has_reason or was_quorate
            self.is_closed = True

    @precondition(lambda self: self.is_closed)
    @rule()
    def reopen(self) -> None:
        """It is opened again."""
        reopen(self.chair, self.place)
        self.opened += 1
        self.is_closed = False

    @precondition(lambda self: self.is_closed)
    @rule(agency=st.sampled_from(AGENCIES))
    def too_late(self, agency) -> None:
        """A closed register takes nothing."""
        before = invitation_of(self.place, agency).confirmed_attendance
        with pytest.raises(AlreadyClosed):
            save(self.chair, self.place, agency, IN_PERSON)
        assert invitation_of(self.place, agency).confirmed_attendance is before

    def _following(self) -> list[Meeting]:
        db.session.rollback()
        return list(db.session.scalars(select(Meeting).where(Meeting.follows_id == self.place.id)))

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every version is kept, and at most one conference follows."""
        if not hasattr(self, "opened"):
            return
        assert [one.number for one in closings(self.place)] == list(range(1, self.opened + 1))
        assert len(self._following()) <= 1

    @invariant()
    def what_it_says_hangs_together(self) -> None:
        """A closed register says who was there, and of a missing quorum which way was taken."""
        if not getattr(self, "is_closed", False):
            return
        meeting = stored(Meeting, self.place.id)
        assert meeting.register_closed_at is not None
        assert meeting.status in COUNTED_STATUSES
        assert all(invitation_of(self.place, agency).confirmed_attendance is not None for agency in AGENCIES)
        adjourned = meeting.status is MeetingStatus.INQUORATE
        assert adjourned is (meeting.interim_plan is not None)
        assert (meeting.inquorate_reason is not None) is (not adjourned and not meeting.quorate)
        assert not adjourned or self._following()


def test_no_order_of_closing_opening_and_adjourning_loses_anything(chair, place):
    Register.chair, Register.place = chair, place
    run_state_machine_as_test(
        Register,
        settings=settings(
            max_examples=12,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
