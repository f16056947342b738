"""Meetings to come: who knows their children, what was moved and cancelled, and what was opened in these days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import TriggerKind
from portal.domain.scheduling_vocabulary import MoveReason
from portal.domain.vocabulary import (
    CONFERENCES,
    AgencyType,
    Answer,
    ExpectationReason,
    MeetingFormat,
    MeetingKind,
    MeetingStatus,
)
from portal.domain.working_days import add_working_days
from portal.models.cases import Child
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.demo.meetings.gatherings import LINK, ROOM, Gathering, Stage, answers
from portal.services.demo.meetings.households import code_of
from portal.services.demo.people import POLICE
from portal.services.involvements import Knowing, add_involvements, end_involvement
from portal.services.rule_sets import rule_book
from portal.services.scheduling.moving import Move, cancel_meeting, move_meeting
from portal.services.scheduling.opening import InvitedAgency, Opening, open_meeting
from portal.services.scheduling.proposing import propose_agencies
from portal.services.scheduling.series import Series, open_series

KNOWN, MOVED = 5, 2
"""Of how many families with a coming conference it is written down who knows them, and how many of these move."""
_SOON, _LATER = 6, 16
"""Working days ahead between which conferences are moved and cancelled: nearer ones stay as they are."""
_REASONS = {
    AgencyType.SCHOOL: ExpectationReason.ON_ROLL,
    AgencyType.GP: ExpectationReason.REGISTERED,
    AgencyType.HEALTH_VISITING: ExpectationReason.KNOWS_CHILD,
    AgencyType.HOUSING: ExpectationReason.SUPPORTS_FAMILY,
}


def plan(stage: Stage) -> None:
    """Plan what the coordinator does about conferences that were arranged before."""
    coming = _coming(stage)
    for row in coming[:KNOWN]:
        stage.at(-8, partial(_write_down, row=row), stage.coordinator, 11)
    stage.at(-3, _end_one, stage.coordinator, 12)
    to_move = [row for row in coming if row.scheduled_on >= stage.day(_SOON)]
    for row in to_move[-MOVED:]:
        stage.at(-2, partial(_move, meeting_id=row.id), stage.coordinator, 15)
    for row in to_move[:-MOVED][:1]:
        # This morning: until last night agencies have answered it.
        stage.at(0, partial(_cancel, meeting_id=row.id), stage.coordinator, 8)


def plan_conference(stage: Stage, strategy: Gathering) -> Gathering:
    """The conference that a strategy meeting asked for, opened this week; its quorum is not sure yet."""
    chair, _other = stage.cast.chairs()
    conference = Gathering(MeetingKind.INITIAL_CONFERENCE, strategy.family, 4, chair, opened=-2)

    def open_it(viewer: Viewer) -> None:
        conference.id = _open_after(stage, strategy, conference, viewer)

    stage.at(-9, lambda viewer: _write_down_of(viewer, strategy.id, strategy.family.case_id), stage.coordinator, 11)
    stage.at(-2, open_it, stage.coordinator, 9)
    cast = stage.cast
    given = (
        (code_of(cast, "CHILDREN"), Answer.ATTEND, ""),
        (code_of(cast, "POLICE"), Answer.APOLOGIES, stage.said("Court at the same hour.", "A")),
        (code_of(cast, "GP-1"), Answer.REPORT_ONLY, ""),
    )
    answers(stage, conference, given, -1)
    return conference


def plan_core_groups(stage: Stage, conference: Gathering) -> None:
    """A series of core groups after a conference that began a plan."""
    first, police = stage.day(1), stage.cast.ids[POLICE.code]

    def open_them(viewer: Viewer) -> None:
        asked = _proposed(viewer, MeetingKind.CORE_GROUP, conference.family.case_id, conference.id)
        opening = Opening(
            kind=MeetingKind.CORE_GROUP,
            family=conference.family.case_id,
            scheduled_on=first,
            format=MeetingFormat.IN_PERSON,
            start_time=time(15, 30),
            duration_minutes=60,
            place=ROOM,
            chair_membership_id=stage.cast.membership(conference.chair, viewer.now),
            agencies=tuple(one for one in asked if one.agency_id != police),
            follows_id=conference.id,
        )
        open_series(viewer, Series(opening, every_weeks=5, last_on=first + timedelta(weeks=11)))

    stage.at(-6, open_them, stage.coordinator, 14)


def _coming(stage: Stage) -> Sequence[Row[*tuple[Any, ...]]]:
    """Conferences that files have brought in for the next weeks, in the order of their days."""
    return db.session.execute(
        select(Meeting.id, Meeting.case_id, Meeting.scheduled_on)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            Meeting.partnership_id == stage.cast.diary.partnership_id,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.scheduled_on.between(stage.day(1), stage.day(_LATER)),
            MeetingType.code.in_(CONFERENCES),
        )
        .order_by(Meeting.scheduled_on, Meeting.id)
    ).all()


def _write_down(viewer: Viewer, row: Row[*tuple[Any, ...]]) -> None:
    _write_down_of(viewer, row.id, row.case_id)


def _write_down_of(viewer: Viewer, meeting_id: int, case_id: int) -> None:
    """Write down of each agency that is invited why it knows the children."""
    children = tuple(db.session.scalars(select(Child.id).where(Child.case_id == case_id).order_by(Child.id)))
    invited = db.session.execute(
        select(Invitation.agency_id, Agency.agency_type)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id, Agency.agency_type.in_(_REASONS))
        .order_by(Invitation.id)
    )
    for row in invited.all():
        since = viewer.today - timedelta(days=400)
        add_involvements(viewer, case_id, Knowing(children, row.agency_id, _REASONS[row.agency_type], since))


def _end_one(viewer: Viewer) -> None:
    """One agency has done what it was there for: one that supports a family, where there is one."""
    row = db.session.execute(
        select(Involvement.id, Involvement.version, Child.case_id)
        .join(Child, Child.id == Involvement.child_id)
        .where(Involvement.partnership_id == viewer.partnership_id)
        .order_by(Involvement.reason != ExpectationReason.SUPPORTS_FAMILY, Involvement.id)
        .limit(1)
    ).first()
    if row is not None:
        end_involvement(viewer, row.case_id, row.id, viewer.today - timedelta(days=1), version=row.version)


def _move(viewer: Viewer, meeting_id: int) -> None:
    meeting = db.session.get_one(Meeting, meeting_id)
    move = Move(
        scheduled_on=add_working_days(meeting.scheduled_on, 2),
        start_time=time(11, 30),
        duration_minutes=meeting.duration_minutes,
        format=meeting.format,
        place=ROOM,
        link=LINK,
        reason=MoveReason.AGENCY_CANNOT_COME,
        late_reason=MoveReason.AGENCY_CANNOT_COME,
    )
    move_meeting(viewer, meeting_id, move, version=meeting.version)


def _cancel(viewer: Viewer, meeting_id: int) -> None:
    version = db.session.get_one(Meeting, meeting_id).version
    cancel_meeting(viewer, meeting_id, MoveReason.FAMILY_MOVED_AWAY, "The new area has been told.", version=version)


def _open_after(stage: Stage, strategy: Gathering, conference: Gathering, viewer: Viewer) -> int:
    held_on = stage.day(strategy.day)
    opening = Opening(
        kind=conference.kind,
        family=strategy.family.case_id,
        scheduled_on=stage.day(conference.day),
        format=MeetingFormat.HYBRID,
        start_time=time(conference.hour),
        duration_minutes=120,
        place=ROOM,
        link=LINK,
        chair_membership_id=stage.cast.membership(conference.chair, viewer.now),
        agencies=_proposed(viewer, conference.kind, strategy.family.case_id, strategy.id),
        trigger_kind=TriggerKind.STRATEGY_DISCUSSION,
        trigger_on=held_on,
        section_47_on=held_on,
        follows_id=strategy.id,
    )
    return open_meeting(viewer, opening)


def _proposed(viewer: Viewer, kind: str, case_id: int, follows_id: int) -> tuple[InvitedAgency, ...]:
    """Who the portal itself proposes: whoever knows the children, and whoever was asked to the meeting before."""
    assert viewer.partnership_id is not None  # noqa: S101 - coordinators have one
    session = db.session()
    rule = rule_book(session, viewer.partnership_id).on(viewer.today).rule_for(kind)
    found = propose_agencies(session, viewer, rule, case_id=case_id, follows_id=follows_id, today=viewer.today)
    return tuple(InvitedAgency(one.agency_id, asked.expectation, asked.reason) for one, asked in found.agencies)
