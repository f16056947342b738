"""Closing a conference without its quorum: it goes on for a reason, or is adjourned to a new day with a plan."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.adjourning import PLAN_REVIEWED
from portal.domain.errors import Invalid
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.moves import MeetingMove
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership
from portal.models.rule_sets import MeetingRule
from portal.services.registers.closing import close_register
from portal.services.registers.inquorate import read_beforehand, read_closing
from portal.services.registers.marking import AlreadyClosed
from portal.services.registers.sheet import read_register
from tests.services.notice_steps import tell_nobody_anything
from tests.services.racing import at_once
from tests.services.register_steps import IN_PERSON, closing, save
from tests.services.rows import change, stored
from tests.services.told_steps import told

INQUORATE = MeetingStatus.INQUORATE
LAST = date(2026, 6, 24)
"""Ten working days after the world's day."""
FEW, DIFFICULT = InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD, InquorateReason.LOCAL_ATTENDANCE_DIFFICULTY


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


def next_of(place) -> Meeting | None:
    """The conference to which a meeting was adjourned."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.follows_id == place.id)).one_or_none()


def quorate(chair, place) -> None:
    """Have enough agencies there."""
    for agency in ("social_care", "police", "school"):
        save(chair, place, agency, IN_PERSON)


def refused(viewer, place, **said) -> dict[str, list[str]]:
    """What is refused, by field; nothing is kept of it."""
    with pytest.raises(Invalid) as found:
        close_register(viewer, place.id, closing(viewer, place, **said))
    assert stored(Meeting, place.id).register_closed_at is None
    assert next_of(place) is None
    return found.value.errors


def adjourned_before(world, place, **facts) -> int:
    """Make the family's earlier conference one that could not go ahead, or that went on without its quorum."""
    earlier = world.meeting("a.past_initial").id
    with writing() as session:
        session.execute(
            update(Meeting)
            .where(Meeting.id == earlier)
            .values(**{"case_id": place.case_id, "status": INQUORATE, "quorate": False, **facts})
        )
    return earlier


class TestGoingOn:
    """Without its quorum, for a reason from the list and with a note."""

    def test_it_is_held_and_was_not_quorate_and_says_why(self, chair, place):
        close_register(chair, place.id, closing(chair, place, inquorate_reason=FEW, inquorate_note="Two know him."))
        meeting = stored(Meeting, place.id)
        assert (meeting.status, meeting.quorate) == (MeetingStatus.HELD, False)
        assert (meeting.inquorate_reason, meeting.inquorate_note) == (FEW, "Two know him.")
        assert meeting.interim_plan is None
        assert next_of(place) is None

    def test_it_needs_a_reason_and_a_note(self, chair, place):
        assert set(refused(chair, place, inquorate_reason=None, inquorate_note="")) == {
            "inquorate_reason",
            "inquorate_note",
        }
        assert set(refused(chair, place, inquorate_note="x" * 4001)) == {"inquorate_note"}

    def test_a_quorate_conference_needs_none_and_keeps_none(self, chair, place):
        quorate(chair, place)
        close_register(chair, place.id, closing(chair, place))
        meeting = stored(Meeting, place.id)
        assert (meeting.quorate, meeting.inquorate_reason, meeting.inquorate_note) == (True, None, None)

    def test_a_reason_that_the_rules_leave_out_is_refused(self, chair, place, world):
        with writing() as session:
            [rule] = session.scalars(
                select(MeetingRule).where(
                    MeetingRule.meeting_type_id == world.meeting_types["a.initial_conference"],
                    MeetingRule.partnership_id == world.partnerships["a"],
                )
            )
            rule.inquorate = {**rule.inquorate, "reasons": [FEW.value]}
        assert set(refused(chair, place)) == {"inquorate_reason"}
        close_register(chair, place.id, closing(chair, place, inquorate_reason=FEW))

    def test_difficulties_in_attending_are_told_to_the_safeguarding_manager_and_nothing_else_is(
        self, coordinator, place, world
    ):
        close_register(coordinator, place.id, closing(coordinator, place, inquorate_reason=DIFFICULT))
        assert told(world, NoticeKind.QUORACY_FAILED) == {"a.manager", "a.chair"}

    def test_other_reasons_are_not_reported(self, chair, place, world):
        close_register(chair, place.id, closing(chair, place))
        assert told(world, NoticeKind.QUORACY_FAILED) == set()

    def test_other_kinds_of_meetings_are_closed_as_they_were(self, chair, place, world):
        """A strategy meeting says only whether it went ahead."""
        change(Meeting, place.id, meeting_type_id=world.meeting_types["a.strategy_meeting"])
        said = {"inquorate_reason": None, "inquorate_note": "", "interim_plan": "", "new_on": None}
        close_register(chair, place.id, closing(chair, place, status=INQUORATE, interim_safety_plan=True, **said))
        assert stored(Meeting, place.id).status is INQUORATE
        assert next_of(place) is None


class TestTwiceInARow:
    """The second time only as far as the rules allow it."""

    @pytest.mark.parametrize("facts", [{}, {"status": MeetingStatus.HELD}])
    def test_it_goes_on_only_where_few_agencies_know_the_child(self, chair, place, world, facts):
        adjourned_before(world, place, **facts)
        ways = read_closing(chair, read_register(chair, place.id), None).ways
        assert (ways.is_second, ways.reasons) == (True, (FEW,))
        # Whoever keeps the register knows before they come to close it.
        assert read_beforehand(chair, read_register(chair, place.id)).ways == ways
        assert set(refused(chair, place)) == {"inquorate_reason"}
        close_register(chair, place.id, closing(chair, place, inquorate_reason=FEW))

    def test_before_a_birth_any_reason_will_do(self, chair, place, world):
        adjourned_before(world, place)
        change(Meeting, place.id, variant=MeetingVariant.PRE_BIRTH)
        close_register(chair, place.id, closing(chair, place))
        assert stored(Meeting, place.id).status is MeetingStatus.HELD

    def test_where_no_reason_is_left_it_must_be_adjourned_and_the_manager_hears_of_it(self, chair, place, world):
        adjourned_before(world, place)
        with writing() as session:
            for rule in session.scalars(select(MeetingRule)):
                if rule.inquorate:
                    rule.inquorate = {**rule.inquorate, "twice_reasons": []}
        assert set(refused(chair, place, inquorate_reason=FEW)) == {"status"}
        close_register(chair, place.id, closing(chair, place, status=INQUORATE))
        assert told(world, NoticeKind.QUORACY_FAILED) == {"a.manager"}

    def test_only_the_conference_just_before_counts(self, chair, place, world):
        earlier = adjourned_before(world, place)
        between = world.meeting("a.review").id
        change(
            Meeting,
            between,
            case_id=place.case_id,
            status=MeetingStatus.HELD,
            held_on=date(2026, 6, 2),
            quorate=True,
            register_closed_at=chair.now,
        )
        assert not read_closing(chair, read_register(chair, place.id), None).ways.is_second
        assert not read_beforehand(chair, read_register(chair, place.id)).ways.is_second
        # Unless this one is said to go on from the other.
        change(Meeting, place.id, follows_id=earlier)
        assert read_closing(chair, read_register(chair, place.id), None).ways.is_second

    @pytest.mark.parametrize(
        "facts",
        [
            {"status": MeetingStatus.HELD, "quorate": True},
            {"status": MeetingStatus.CANCELLED},
            {"status": MeetingStatus.HELD, "register_closed_at": None},
            {"held_on": date(2026, 6, 11)},
        ],
    )
    def test_what_was_quorate_or_said_by_nobody_or_comes_later_does_not_count(self, chair, place, world, facts):
        adjourned_before(world, place, **facts)
        assert not read_closing(chair, read_register(chair, place.id), None).ways.is_second

    def test_a_strategy_meeting_between_them_is_no_conference(self, chair, place, world):
        adjourned_before(world, place, meeting_type_id=world.meeting_types["a.strategy_meeting"])
        assert not read_closing(chair, read_register(chair, place.id), None).ways.is_second


class TestAdjourning:
    """A new day inside the limit, and a plan until then."""

    def test_the_next_conference_is_opened_with_everything_as_it_was(self, chair, place, world):
        change(Invitation, place.invitations["gp"].id, team_id=None, expectation=Expectation.OPTIONAL)
        close_register(
            chair,
            place.id,
            closing(chair, place, status=INQUORATE, interim_plan="Stays with gran.", new_on=LAST, new_time=time(9, 30)),
        )
        before, after = stored(Meeting, place.id), next_of(place)
        assert (before.status, before.quorate, before.interim_plan) == (INQUORATE, False, "Stays with gran.")
        assert before.inquorate_reason is None
        assert (after.scheduled_on, after.start_time, after.status) == (LAST, time(9, 30), MeetingStatus.SCHEDULED)
        for name in ("meeting_type_id", "case_id", "chair_membership_id", "trigger_on", "format", "place", "link"):
            assert getattr(after, name) == getattr(before, name), name
        assert after.reference != before.reference
        assert after.due_on == before.due_on
        invited = db.session.scalars(select(Invitation).where(Invitation.meeting_id == after.id)).all()
        assert {one.agency_id: one.expectation for one in invited} == {
            world.agencies[f"a.{agency}"]: stored(Invitation, invitation.id).expectation
            for agency, invitation in place.invitations.items()
        }
        assert {one.answer for one in invited} == {None}
        [opened] = db.session.scalars(select(MeetingMove).where(MeetingMove.meeting_id == after.id))
        assert (opened.kind, opened.to_on, opened.late_reason) == (MoveKind.OPENED, LAST, MoveReason.NOT_QUORATE)

    def test_the_agencies_are_told_of_it_and_who_is_not_asked_hears_nothing(self, chair, place, world):
        close_register(chair, place.id, closing(chair, place, status=INQUORATE, new_on=LAST))
        after = next_of(place)
        invited = {
            one.id: one for one in db.session.scalars(select(Invitation).where(Invitation.meeting_id == after.id))
        }
        asked = set()
        for number in invited:
            asked |= told(world, NoticeKind.INVITATION, subject_id=number)
        assert {"a.gp.lead", "a.police.lead", "a.school.lead", "a.social_care.lead"} <= asked
        assert not {name for name in asked if "other_gp" in name or name.startswith("b.")}

    @pytest.mark.parametrize("new_on", [None, date(2026, 6, 10), date(2026, 6, 13), date(2026, 6, 25)])
    def test_a_day_outside_the_limit_is_refused(self, chair, place, new_on):
        assert set(refused(chair, place, status=INQUORATE, new_on=new_on)) == {"new_on"}

    def test_a_review_has_a_month(self, chair, place, world):
        change(Meeting, place.id, meeting_type_id=world.meeting_types["a.review_conference"])
        assert set(refused(chair, place, status=INQUORATE, new_on=date(2026, 7, 13))) == {"new_on"}
        close_register(chair, place.id, closing(chair, place, status=INQUORATE, new_on=date(2026, 7, 10)))
        assert next_of(place).scheduled_on == date(2026, 7, 10)

    def test_an_initial_conference_needs_a_plan_and_a_review_may_keep_the_one_there_is(self, chair, place, world):
        said = {"status": INQUORATE, "interim_plan": "", "plan_reviewed": True}
        assert set(refused(chair, place, **said)) == {"interim_plan"}
        assert set(refused(chair, place, status=INQUORATE, interim_plan="x" * 4001)) == {"interim_plan"}
        change(Meeting, place.id, meeting_type_id=world.meeting_types["a.review_conference"])
        assert set(refused(chair, place, status=INQUORATE, interim_plan="")) == {"interim_plan"}
        close_register(chair, place.id, closing(chair, place, **said))
        assert stored(Meeting, place.id).interim_plan == PLAN_REVIEWED

    def test_a_conference_that_fell_apart_when_somebody_left_is_adjourned_though_enough_were_there(self, chair, place):
        quorate(chair, place)
        close_register(chair, place.id, closing(chair, place, status=INQUORATE))
        assert (stored(Meeting, place.id).quorate, next_of(place) is None) == (False, False)

    def test_one_that_is_arranged_in_time_is_its_new_day_and_no_other_is_opened(self, chair, place, world):
        other = world.meeting("a.review")
        change(
            Meeting,
            other.id,
            case_id=place.case_id,
            meeting_type_id=world.meeting_types["a.initial_conference"],
            scheduled_on=LAST,
        )
        assert read_closing(chair, read_register(chair, place.id), None).ways.next.id == other.id
        close_register(chair, place.id, closing(chair, place, status=INQUORATE, new_on=None))
        assert next_of(place) is None
        # One after the limit is no help.
        change(Meeting, other.id, scheduled_on=LAST + timedelta(days=1))
        change(Meeting, place.id, register_closed_at=None)
        assert read_closing(chair, read_register(chair, place.id), None).ways.next is None

    def test_a_retired_chair_or_agency_does_not_come_along(self, coordinator, place, world):
        change(Membership, world.person("a.chair").hat.membership_id, ended_at=coordinator.now)
        with writing() as session:
            session.execute(
                update(PartnershipAgency)
                .where(
                    PartnershipAgency.partnership_id == world.partnerships["a"],
                    PartnershipAgency.agency_id == world.agencies["a.school"],
                )
                .values(left_at=coordinator.now)
            )
        close_register(coordinator, place.id, closing(coordinator, place, status=INQUORATE))
        after = next_of(place)
        assert after.chair_membership_id is None
        agencies = db.session.scalars(select(Invitation.agency_id).where(Invitation.meeting_id == after.id)).all()
        assert world.agencies["a.school"] not in agencies

    def test_nothing_is_kept_where_the_next_conference_cannot_be_opened(self, chair, place, monkeypatch):
        def fails(*_asked, **_more):
            raise Invalid("No.", errors={"scheduled_on": ["The room is not free"], "chair_membership_id": ["Away"]})

        monkeypatch.setattr("portal.services.registers.adjourning.open_within", fails)
        assert refused(chair, place, status=INQUORATE) == {"new_on": ["Away"]}

    def test_two_who_close_at_once_open_one_conference(self, app, chair, coordinator, place):
        said = [closing(viewer, place, status=INQUORATE) for viewer in (chair, coordinator)]
        db.session.rollback()
        outcomes = at_once(
            app,
            lambda: close_register(chair, place.id, said[0]),
            lambda: close_register(coordinator, place.id, said[1]),
        )
        assert sum(isinstance(outcome, AlreadyClosed) for outcome in outcomes) == 1
        assert [outcome for outcome in outcomes if isinstance(outcome, int)]
        db.session.rollback()
        assert len(db.session.scalars(select(Meeting.id).where(Meeting.follows_id == place.id)).all()) == 1

    def test_going_on_and_adjourning_at_once_leave_one_truth(self, app, chair, coordinator, place):
        goes_on, adjourns = closing(chair, place), closing(coordinator, place, status=INQUORATE)
        db.session.rollback()
        outcomes = at_once(
            app,
            lambda: close_register(chair, place.id, goes_on),
            lambda: close_register(coordinator, place.id, adjourns),
        )
        assert sum(isinstance(outcome, AlreadyClosed) for outcome in outcomes) == 1
        meeting = stored(Meeting, place.id)
        assert (meeting.status is INQUORATE) is (next_of(place) is not None) is (meeting.interim_plan is not None)
        assert (meeting.inquorate_reason is None) is (meeting.status is INQUORATE)
