"""Conferences of the last weeks with their records: decided, sent out, read, put right, or still waiting for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from sqlalchemy import exists, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import InquorateReason, MeetingFamily, TriggerKind
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.vocabulary import AgencyType, MeetingKind, MeetingStatus
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.models.plans import Plan
from portal.models.rule_sets import MeetingType
from portal.services.cases import ChildFacts
from portal.services.demo.diary import Who
from portal.services.demo.meetings import papers, words
from portal.services.demo.meetings.decisions import (
    CONTINUE,
    END,
    NO_PLAN,
    START,
    amend_last,
    draft,
    is_decided,
    sign,
    think,
)
from portal.services.demo.meetings.family_notes import write_family
from portal.services.demo.meetings.gatherings import WENT_AHEAD, Gathering, Stage, hold
from portal.services.demo.meetings.households import Household, code_of

OVERDUE = -24
"""Working days to a conference whose minutes should have been sent by now."""
_KNOWN_TO = ("CHILDREN", "POLICE", "HV", "SCH-3", "GP-1")


def plan_overdue(stage: Stage) -> None:
    """One before the others were brought in: decided and told, but its minutes were never finished."""
    if not stage.is_free(OVERDUE):
        return
    chair, _other = stage.cast.chairs()
    meeting = _initial(stage, ("Ansel",), _KNOWN_TO, OVERDUE, chair)
    hold(stage, meeting)
    _decide(stage, meeting, OVERDUE + 1)
    stage.at(OVERDUE + 1, lambda viewer: papers.tell_decisions(viewer, meeting.id), chair, 11)
    stage.at(OVERDUE + 2, lambda viewer: papers.write(viewer, meeting.id, stage.said(words.DRAFTED, "M")), chair, 15)


def plan(stage: Stage) -> Gathering:
    """Plan those of the last fortnight; gives one that began a plan and was sent out in full."""
    chair, other = stage.cast.chairs()
    whole = _initial(stage, ("Junia", "Lew"), ("CHILDREN", "POLICE", "HV", "SCH-2", "GP-1", "HOUS"), -9, chair)
    hold(stage, whole)
    _decide(stage, whole, -8)
    think(stage, whole, -8, agree=("CHILDREN", "POLICE"), unsure="HV", dissents="SCH-2")
    stage.at(-7, lambda viewer: papers.tell_decisions(viewer, whole.id), chair, 10)
    papers.send_out(stage, whole)

    amended = _initial(stage, ("Perrin", "Effie"), ("CHILDREN", "POLICE", "SN", "SCH-2", "GP-2"), -7, other)
    hold(stage, amended, absent={AgencyType.GP})
    _decide(stage, amended, -6)
    think(stage, amended, -6, agree=("CHILDREN",), unsure="SCH-2", dissents="SN")
    stage.at(-6, lambda viewer: papers.tell_decisions(viewer, amended.id), other, 15)
    stage.at(-4, lambda viewer: amend_last(viewer, amended.id), other, 11)
    stage.at(-4, lambda viewer: papers.tell_decisions(viewer, amended.id), other, 15)

    moved_here = stage.households.new(("Zinnia",), ("CHILDREN", "POLICE", "SCH-3", "GP-1"))
    drafted = _review_of(moved_here, -4, chair, TriggerKind.TRANSFER)
    hold(stage, drafted, absent={AgencyType.POLICE})
    stage.at(-4, lambda viewer: write_family(stage, drafted, viewer, excludes=True), chair, 18)
    stage.at(
        -3,
        lambda viewer: draft(stage, viewer, drafted.id, (CONTINUE, START), finished=False),
        stage.coordinator,
        10,
    )
    _plan_without_quorum(stage, chair, other)
    _plan_brought_forward(stage, chair, other)
    for one in (chair, other):
        stage.at(-1, lambda viewer: _decide_reviews(stage, viewer), one, 16)
    return whole


def _plan_without_quorum(stage: Stage, chair: Who, other: Who) -> None:
    """One that went on for a reason, and one that was adjourned to a new day."""
    went_on = _initial(stage, ("Corin",), ("CHILDREN", "HV", "GP-2"), -6, other)
    closing = replace(
        WENT_AHEAD,
        inquorate_reason=InquorateReason.FEW_AGENCIES_KNOW_THE_CHILD,
        inquorate_note=words.WENT_ON,
    )
    hold(stage, went_on, absent={AgencyType.GP}, closing=closing)
    _decide(stage, went_on, -5)

    adjourned = _initial(stage, ("Bram",), ("CHILDREN", "POLICE", "SCH-2", "GP-1"), -3, chair)
    closing = replace(
        WENT_AHEAD,
        status=MeetingStatus.INQUORATE,
        interim_plan=words.INTERIM_PLAN,
        new_on=stage.day(4),
        new_time=time(10),
    )
    hold(stage, adjourned, absent={AgencyType.POLICE, AgencyType.GP}, closing=closing)


def _plan_brought_forward(stage: Stage, chair: Who, other: Who) -> None:
    """Reviews of families with a plan that a file has brought in: one plan goes on, the other ends."""
    for family, keeper, decision in zip(_with_plans(stage, 2), (chair, other), (CONTINUE, END), strict=True):
        review = _review_of(family, -5, keeper, TriggerKind.CONCERN)
        hold(stage, review)
        _decide(stage, review, -4, (decision,))


def _with_plans(stage: Stage, number: int) -> list[Household]:
    """Families of one child with an open plan, about which no meeting is planned."""
    rows = db.session.execute(
        select(Case.id, Case.reference, Child.given_name, Child.surname)
        .join(Child, Child.case_id == Case.id)
        .join(Plan, Plan.case_id == Case.id)
        .where(
            Case.partnership_id == stage.cast.diary.partnership_id,
            Plan.ended_on.is_(None),
            Plan.started_on <= stage.counted_until,
            ~exists().where(Meeting.case_id == Case.id, Meeting.status == MeetingStatus.SCHEDULED).correlate(Case),
        )
        .group_by(Case.id, Child.id)
        .order_by(Case.id, Child.id)
    )
    found: dict[int, list[ChildFacts]] = {}
    references: dict[int, str] = {}
    for row in rows:
        found.setdefault(row.id, []).append(ChildFacts(row.given_name, row.surname))
        references[row.id] = row.reference
    codes = tuple(code_of(stage.cast, one) for one in _KNOWN_TO)
    alone = [case_id for case_id, children in found.items() if len(children) == 1]
    return [Household(references[one], tuple(found[one]), codes, case_id=one) for one in alone[:number]]


def _initial(stage: Stage, given: tuple[str, ...], known_to: tuple[str, ...], day: int, chair: Who) -> Gathering:
    """An initial conference, five working days after the enquiry that asked for it."""
    family = stage.households.new(given, known_to)
    opened = day - 4
    return Gathering(
        MeetingKind.INITIAL_CONFERENCE,
        family,
        day,
        chair,
        opened,
        trigger=TriggerKind.STRATEGY_DISCUSSION,
        triggered=opened,
    )


def _review_of(family: Household, day: int, chair: Who, trigger: TriggerKind) -> Gathering:
    """A review that is asked for six working days before it."""
    opened = day - 6
    return Gathering(MeetingKind.REVIEW_CONFERENCE, family, day, chair, opened, trigger=trigger, triggered=opened)


def _decide(stage: Stage, meeting: Gathering, days: int, wanted: Sequence[PlanDecision] = (START,)) -> None:
    """The chair writes down family and decisions that evening, and signs on a later day."""

    def write(viewer: Viewer) -> None:
        write_family(stage, meeting, viewer)
        draft(stage, viewer, meeting.id, wanted, finished=True)

    stage.at(meeting.day, write, meeting.chair, 18)
    stage.at(days, lambda viewer: sign(viewer, meeting.id), meeting.chair, 9)


def _decide_reviews(stage: Stage, chair: Viewer) -> None:
    """Of the conferences whose registers the chair has closed in these days, decide all but one."""
    waiting = db.session.scalars(
        select(Meeting.id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.partnership_id == chair.partnership_id,
            Meeting.chair_membership_id == chair.membership_id,
            Meeting.status == MeetingStatus.HELD,
            Meeting.register_closed_at.is_not(None),
            MeetingType.family == MeetingFamily.CONFERENCE,
            Child.id.is_not(None),
        )
        .join(Child, Child.case_id == Meeting.case_id)
        .distinct()
        .order_by(Meeting.id)
    ).all()
    open_ones = [meeting_id for meeting_id in waiting if not is_decided(meeting_id)]
    for place, meeting_id in enumerate(open_ones[1:]):
        wanted = (CONTINUE, NO_PLAN) if place % 3 == 1 else (CONTINUE, START)
        draft(stage, chair, meeting_id, wanted, finished=True)
        sign(chair, meeting_id)
