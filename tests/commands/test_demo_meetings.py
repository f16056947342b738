"""The demonstration's meetings: every state that their pages show, and who reads the markers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, or_, select

from portal.domain.audit_vocabulary import ActionSource, ActionStatus
from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.family_vocabulary import Exclusion, MetBefore
from portal.domain.meeting_vocabulary import InquorateReason, MeetingFamily
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind, PlanDecision, Stance
from portal.domain.scheduling_vocabulary import MoveKind
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import Expectation, MeetingKind, MeetingStatus
from portal.domain.working_days import add_working_days
from portal.models.actions import Action
from portal.models.board_meetings import BoardAttendance, BoardGroup, BoardMeeting, BoardMember
from portal.models.cases import Child
from portal.models.contests import Contest
from portal.models.families import ChildViews, FamilyAttendance
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import MinutesCorrection, MinutesDraft, PaperReading, SentPaper
from portal.models.moves import MeetingMove
from portal.models.named_people import MeetingCase, NamedPerson
from portal.models.outcomes import AgencyView, Outcome
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.models.plans import MidwayCheck, Plan
from portal.models.rule_sets import MeetingType
from portal.models.strategy_records import StrategyRecord
from portal.services import known_people
from portal.services.meeting_actions.carrying import open_actions
from portal.services.meetings.foreseen import foreseen_for
from portal.services.plans.midway import midway_list
from tests.commands.demo_visits import MINUTES, assert_shown_as_said, in_app, markers_of
from tests.demonstration import MORNING, TODAY, Account, Demonstration, accounts_of
from tests.services.scheduling_steps import waiting_of

PLACES = ("Eastmarsh", "Westmoor")
KINDS = {"strategy_record", "family_views", "outcome", "agency_view", "minutes", "meeting_action", "contest"}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is the demonstration's day."""
    with time_machine.travel(MORNING + timedelta(minutes=2 * next(MINUTES)), tick=False):
        yield


@pytest.fixture
def accounts(demo: Demonstration) -> list[Account]:
    return accounts_of(demo)


def here(place: str, model: Any) -> Any:
    return model.partnership_id == select(Partnership.id).where(Partnership.name == place).scalar_subquery()


def count(demo: Demonstration, place: str, model: Any, *conditions: Any) -> int:
    query = select(func.count()).select_from(model).where(here(place, model), *conditions)
    return in_app(demo, query)[0][0]


def meetings(demo: Demonstration, place: str, kind: str, *conditions: Any) -> list[Any]:
    """The meetings of a kind that meet some conditions."""
    query = select(Meeting).join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
    found = in_app(demo, query.where(here(place, Meeting), MeetingType.code == kind, *conditions).order_by(Meeting.id))
    return [row[0] for row in found]


def as_role(demo: Demonstration, place: str, role: str) -> list[Any]:
    """Everybody of a role, as the app knows them now."""
    viewers = []
    for account in accounts_of(demo):
        if any(hat[:2] == (place, role) for hat in account.memberships):
            person = known_people.find_by_email(account.email)
            viewers += [person.at(MORNING).wearing(hat.membership_id) for hat in person.hats if hat.role.value == role]
    return viewers


def test_strategy_records_are_signed_being_written_and_late_with_their_reason(demo: Demonstration) -> None:
    for place in PLACES:
        recent = meetings(demo, place, MeetingKind.STRATEGY_MEETING, Meeting.held_on > TODAY - timedelta(days=21))
        ids = [one.id for one in recent]
        states = in_app(demo, select(StrategyRecord.meeting_id, StrategyRecord.state).where(
            StrategyRecord.meeting_id.in_(ids)
        ))  # fmt: skip
        assert {state for _id, state in states} == {StrategyRecordState.SIGNED, StrategyRecordState.DRAFT}
        signed = {number for number, state in states if state is StrategyRecordState.SIGNED}
        assert {one.in_time for one in recent if one.id in signed} == {True, False}
        assert all(one.interim_safety_plan for one in recent if one.id in signed)


@pytest.mark.parametrize("place", PLACES)
def test_kinds_beyond_the_first_four_have_met(demo: Demonstration, place: str) -> None:
    (missing,) = meetings(demo, place, "missing_child_strategy")
    (panel,) = meetings(demo, place, "mase")
    (about_several,) = meetings(demo, place, "complex_strategy")
    assert {one.status for one in (missing, panel, about_several)} == {MeetingStatus.HELD}
    assert panel.chair_membership_id is None
    assert about_several.named_people_only
    assert count(demo, place, MeetingCase, MeetingCase.meeting_id == about_several.id) == 1
    assert count(demo, place, NamedPerson, NamedPerson.meeting_id == about_several.id) == 5


@pytest.mark.parametrize("place", PLACES)
def test_conferences_have_outcomes_signed_amended_and_in_draft(demo: Demonstration, place: str) -> None:
    rows = in_app(demo, select(Outcome).where(here(place, Outcome)))
    outcomes = [row[0] for row in rows]
    assert {PlanDecision(one.decision) for one in outcomes if one.signed_at} >= {
        PlanDecision.START,
        PlanDecision.CONTINUE,
        PlanDecision.END,
    }
    assert [one for one in outcomes if one.signed_at is None]
    assert [one for one in outcomes if one.number > 1 and one.amended_because]
    assert count(demo, place, Plan, Plan.started_by_meeting_id.is_not(None), Plan.child_id.is_not(None))
    assert count(demo, place, Plan, Plan.ended_by_meeting_id.is_not(None), Plan.child_id.is_not(None)) == 1


@pytest.mark.parametrize("place", PLACES)
def test_the_family_stands_in_the_record_with_an_exclusion_and_whom_the_chair_met(
    demo: Demonstration, place: str
) -> None:
    assert count(demo, place, FamilyAttendance, FamilyAttendance.exclusion == Exclusion.WHOLE) == 1
    assert count(demo, place, FamilyAttendance, FamilyAttendance.met_before == MetBefore.YES)
    assert count(demo, place, FamilyAttendance, FamilyAttendance.met_before == MetBefore.NO)
    for_all = ChildViews.for_chair_only.is_(False)
    assert count(demo, place, ChildViews, for_all) > 2 < count(demo, place, ChildViews)
    assert count(demo, place, ChildViews, ~for_all) == 1


@pytest.mark.parametrize("place", PLACES)
def test_agencies_have_given_their_views_and_one_does_not_agree(demo: Demonstration, place: str) -> None:
    stances = Counter(
        stance
        for (stance,) in in_app(demo, select(AgencyView.stance).where(here(place, AgencyView)))
    )  # fmt: skip
    assert set(stances) == {Stance.AGREES, Stance.DISSENTS, None}
    assert stances[Stance.AGREES] > stances[Stance.DISSENTS]


@pytest.mark.parametrize("place", PLACES)
def test_papers_were_sent_read_and_one_is_said_to_be_wrong(demo: Demonstration, place: str) -> None:
    assert count(demo, place, SentPaper, SentPaper.kind == PaperKind.DECISIONS, SentPaper.number == 2) == 1
    (minutes,) = in_app(demo, select(SentPaper.id, SentPaper.sent_on, SentPaper.due_on).where(
        here(place, SentPaper), SentPaper.kind == PaperKind.MINUTES
    ))  # fmt: skip
    assert minutes[1] <= minutes[2]
    assert count(demo, place, PaperReading, PaperReading.paper_id == minutes[0]) >= 3
    assert count(demo, place, MinutesCorrection, MinutesCorrection.outcome == CorrectionOutcome.OPEN) == 1


@pytest.mark.parametrize("place", PLACES)
def test_the_minutes_of_one_conference_are_overdue(demo: Demonstration, place: str) -> None:
    late = add_working_days(TODAY, -20)
    sent = select(SentPaper.meeting_id).where(SentPaper.kind == PaperKind.MINUTES)
    (meeting,) = meetings(
        demo, place, MeetingKind.INITIAL_CONFERENCE, Meeting.register_closed_at.is_not(None), Meeting.held_on < late,
        Meeting.id.not_in(sent),
    )  # fmt: skip
    assert count(demo, place, MinutesDraft, MinutesDraft.meeting_id == meeting.id) == 1
    with demo.app.app_context():
        chairs = {viewer.membership_id for viewer in as_role(demo, place, "chair")}
    assert meeting.chair_membership_id in chairs


@pytest.mark.parametrize("place", PLACES)
def test_one_conference_went_on_without_its_quorum_and_one_was_adjourned(demo: Demonstration, place: str) -> None:
    kind = MeetingKind.INITIAL_CONFERENCE
    reason = InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD
    went_on = meetings(demo, place, kind, Meeting.inquorate_reason == reason)
    assert [one for one in went_on if one.quorate is False and one.inquorate_note]
    (adjourned,) = meetings(demo, place, kind, Meeting.interim_plan.is_not(None))
    (following,) = meetings(demo, place, kind, Meeting.follows_id == adjourned.id)
    assert following.scheduled_on == add_working_days(TODAY, 4)


@pytest.mark.parametrize("place", PLACES)
def test_meetings_to_come_were_moved_cancelled_and_opened(demo: Demonstration, place: str) -> None:
    kinds = Counter(kind for (kind,) in in_app(demo, select(MeetingMove.kind).where(here(place, MeetingMove))))
    assert kinds[MoveKind.CANCELLED] == 1
    moved = [number for (number,) in in_app(demo, select(MeetingMove.meeting_id).where(
        here(place, MeetingMove), MeetingMove.kind == MoveKind.MOVED
    ))]  # fmt: skip
    assert len(set(moved)) == 2
    with demo.app.app_context():
        (coordinator,) = as_role(demo, place, "coordinator")
        assert any(waiting_of(coordinator, number) for number in moved)
    core_groups = meetings(demo, place, MeetingKind.CORE_GROUP, Meeting.status == MeetingStatus.SCHEDULED)
    assert len(core_groups) == 3
    assert [one.follows_id for one in core_groups[1:]] == [one.id for one in core_groups[:-1]]


@pytest.mark.parametrize("place", PLACES)
def test_a_conference_was_opened_this_week_from_its_trigger_with_open_actions_before_it(
    demo: Demonstration, place: str
) -> None:
    conference = opened_from_strategy(demo, place)
    assert conference.scheduled_on <= conference.due_on
    with demo.app.app_context():
        (coordinator,) = as_role(demo, place, "coordinator")
        standing = open_actions(coordinator, conference.id).rows
    assert {row.status for row in standing} == {ActionStatus.OPEN, ActionStatus.DONE}
    assert any(row.is_overdue for row in standing)
    assert all(row.carrying is None for row in standing)


def opened_from_strategy(demo: Demonstration, place: str) -> Any:
    strategies = select(Meeting.id).join(MeetingType, MeetingType.id == Meeting.meeting_type_id).where(
        MeetingType.family == MeetingFamily.STRATEGY
    )  # fmt: skip
    (found,) = meetings(demo, place, MeetingKind.INITIAL_CONFERENCE, Meeting.follows_id.in_(strategies))
    return found


@pytest.mark.parametrize("place", PLACES)
def test_conferences_of_the_next_days_are_not_sure_of_their_quorum(demo: Demonstration, place: str) -> None:
    soon = meetings(
        demo, place, MeetingKind.INITIAL_CONFERENCE, Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.scheduled_on.between(TODAY + timedelta(days=1), add_working_days(TODAY, 5)),
    )  # fmt: skip
    with demo.app.app_context():
        (coordinator,) = as_role(demo, place, "coordinator")
        at_risk = [one for one in foreseen_for(coordinator, [one.id for one in soon]).values() if one.is_at_risk]
    assert opened_from_strategy(demo, place).id in {one.meeting_id for one in at_risk}


@pytest.mark.parametrize("place", PLACES)
def test_contests_are_open_upheld_and_kept(demo: Demonstration, place: str) -> None:
    rows = in_app(demo, select(Contest.status, Invitation.expectation, Contest.wanted).join(
        Invitation, Invitation.id == Contest.invitation_id).where(here(place, Contest)))  # fmt: skip
    assert sorted(status for status, *_rest in rows) == sorted(
        (ContestStatus.OPEN, ContestStatus.UPHELD, ContestStatus.KEPT)
    )
    assert all((now is wanted) is (status is ContestStatus.UPHELD) for status, now, wanted in rows)
    assert Expectation.REPORT_ONLY in {now for _status, now, _wanted in rows}


@pytest.mark.parametrize("place", PLACES)
def test_the_first_two_months_are_frozen_and_one_was_corrected(demo: Demonstration, place: str) -> None:
    rows = in_app(demo, select(FrozenMonth.begins_on, FrozenMonth.revision, FrozenMonth.correction_opened_at).where(
        here(place, FrozenMonth)).order_by(FrozenMonth.begins_on))  # fmt: skip
    assert [(day.isoformat(), revision) for day, revision, _open in rows] == [("2026-01-01", 1), ("2026-02-01", 2)]
    assert {is_open for *_rest, is_open in rows} == {None}
    assert count(demo, place, MonthRevision) == 3


@pytest.mark.parametrize("place", PLACES)
def test_actions_stand_at_every_point(demo: Demonstration, place: str) -> None:
    rows = in_app(demo, select(Action.status, Action.due_on < TODAY).where(
        here(place, Action), Action.source == ActionSource.MEETING))  # fmt: skip
    assert {(status, bool(late)) for status, late in rows} >= {
        (ActionStatus.OPEN, False),
        (ActionStatus.OPEN, True),
        (ActionStatus.DONE, False),
        (ActionStatus.CLOSED, True),
    }


def test_midway_checks_are_due_overdue_and_done(demo: Demonstration) -> None:
    for place in PLACES:
        with demo.app.app_context():
            waiting = [one for viewer in as_role(demo, place, "chair") for one in midway_list(viewer)]
        assert {one.is_overdue(TODAY) for one in waiting} == {True, False}
        assert count(demo, place, MidwayCheck)


@pytest.mark.parametrize("place", PLACES)
def test_the_board_and_its_subgroups_have_met_for_a_year(demo: Demonstration, place: str) -> None:
    groups = [row[0] for row in in_app(demo, select(BoardGroup).where(here(place, BoardGroup)))]
    assert len(groups) == 3
    for group in groups:
        of_group = [row[0] for row in in_app(demo, select(BoardMeeting).where(BoardMeeting.group_id == group.id))]
        assert count(demo, place, BoardMember, BoardMember.group_id == group.id) > 4
        assert [one for one in of_group if one.status is BoardMeetingStatus.HELD]
        (coming,) = (one for one in of_group if one.status is BoardMeetingStatus.SCHEDULED)
        assert coming.meets_on > TODAY
        assert all(one.meets_on >= TODAY - timedelta(days=366) for one in of_group)
    assert count(demo, place, BoardMeeting, BoardMeeting.status == BoardMeetingStatus.INQUORATE) == 1
    said = in_app(demo, select(BoardAttendance.attendance).where(here(place, BoardAttendance)).distinct())
    assert {attendance for (attendance,) in said} == set(MemberAttendance)


@pytest.mark.parametrize("place", PLACES)
def test_it_is_written_down_who_knows_the_children_of_families_with_a_coming_meeting(
    demo: Demonstration, place: str
) -> None:
    coming = select(Meeting.case_id).where(
        Meeting.status == MeetingStatus.SCHEDULED, or_(Meeting.scheduled_on > TODAY, Meeting.follows_id.is_not(None))
    )
    rows = in_app(
        demo,
        select(Child.case_id, Involvement.agency_id)
        .join(Child, Child.id == Involvement.child_id)
        .where(here(place, Involvement), Child.case_id.in_(coming)),
    )
    assert len({case_id for case_id, _agency in rows}) >= 5
    assert len({agency_id for _case, agency_id in rows}) >= 3
    assert count(demo, place, Involvement, Involvement.until.is_not(None)) == 1


def test_nothing_of_it_lies_in_the_quarters_that_are_counted(demo: Demonstration) -> None:
    opened = select(Meeting.held_on).join(MeetingMove, MeetingMove.meeting_id == Meeting.id).where(
        MeetingMove.kind == MoveKind.OPENED, Meeting.held_on.is_not(None)
    )  # fmt: skip
    days = [day for (day,) in in_app(demo, opened)]
    assert len(days) > 20
    assert min(days).isoformat() > "2026-09-30"


def test_each_kind_of_marker_stands_with_two_agencies_of_each_partnership(demo: Demonstration) -> None:
    agency_of = {account.email: account for account in accounts_of(demo)}
    found: dict[tuple[str, str], set[str | None]] = {}
    for marker in markers_of(demo):
        if marker["kind"] in KINDS:
            places = [one for email in marker["visible_to"] for one in agency_of[email].places]
            codes = {code for place, code in places if place == marker["partnership"] and code}
            found.setdefault((marker["kind"], marker["partnership"]), set()).update(codes)
    assert found.keys() == {(kind, place) for kind in KINDS for place in PLACES}
    assert {key: codes for key, codes in found.items() if len(codes) < 2} == {}


def chosen(demo: Demonstration) -> list[dict[str, Any]]:
    """Of each partnership and each kind of row the marker that most people read, and the one that fewest do."""
    of_row: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for marker in markers_of(demo):
        if marker["kind"] in KINDS:
            row = (marker["partnership"], marker["kind"], *marker["record"].split()[:-1])
            of_row.setdefault(row, []).append(marker)
    found = []
    for markers in of_row.values():
        by_readers = sorted(markers, key=lambda marker: len(marker["visible_to"]))
        found += by_readers[:1] if len(markers) == 1 else [by_readers[0], by_readers[-1]]
    return found


PAGES = {
    "strategy_record": ("/meetings/{}/strategy", "/meetings/{}/strategy/check"),
    "family_views": ("/meetings/{}/family",),
    "outcome": ("/meetings/{}/outcomes",),
    "agency_view": ("/meetings/{}/views",),
    "meeting_action": ("/actions/{}",),
    "contest": ("/contests/{}",),
    "minutes": ("/meetings/{}/minutes", "/meetings/{}/minutes/1", "/meetings/{}/minutes/write"),
}
"""The pages that would show a marker of each kind, by the number of its record."""


def doors(marker: dict[str, Any]) -> list[str]:
    """The pages that would show one marker."""
    return [page.format(marker["record"].split()[-1]) for page in PAGES[marker["kind"]]]


@pytest.mark.usefixtures("on_one_database")
def test_markers_are_shown_to_whom_they_say_and_to_nobody_else(demo: Demonstration, accounts: list[Account]) -> None:
    markers = chosen(demo)
    assert len(markers) > 24
    assert_shown_as_said(demo, accounts, markers, {marker["marker"]: doors(marker) for marker in markers})


@pytest.mark.usefixtures("on_one_database")
def test_by_roles_alone_nobody_of_the_board_reads_what_a_meeting_recorded(
    demo: Demonstration, accounts: list[Account]
) -> None:
    """By the accounts' roles and agencies, whatever the rules say by which markers are listed."""
    by_email = {account.email: account for account in accounts}
    readers = {"agency_lead", "practitioner", "chair", "coordinator", "safeguarding_manager"}
    recorded = [marker for marker in markers_of(demo) if marker["kind"] in KINDS]
    assert recorded
    for marker in recorded:
        assert marker["visible_to"], marker
        for email in marker["visible_to"]:
            hats = [hat for hat in by_email[email].memberships if hat[0] == marker["partnership"]]
            assert {role for _place, role, _kind in hats} & readers, (email, marker)


@pytest.mark.parametrize("place", PLACES)
def test_a_meeting_for_named_people_only_is_read_by_those_named(demo: Demonstration, place: str) -> None:
    (closed,) = meetings(demo, place, "complex_strategy")
    named = in_app(
        demo,
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .join(NamedPerson, NamedPerson.membership_id == Membership.id)
        .where(NamedPerson.meeting_id == closed.id),
    )
    readers = {
        tuple(marker["visible_to"])
        for marker in markers_of(demo)
        if (marker["kind"], marker["record"]) == ("strategy_record", f"meeting {closed.id}")
    }
    assert readers == {tuple(sorted(email for (email,) in named))}
