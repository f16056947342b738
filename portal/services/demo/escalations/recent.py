"""Matters that are open on the demonstration's day, at several stages, with the conferences that led to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select

from portal.database.session import db
from portal.domain.escalation_vocabulary import LadderEvent, LadderKind
from portal.domain.vocabulary import PRESENT, AgencyType, Expectation, MeetingKind, MeetingStatus
from portal.domain.working_days import add_working_days
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.demo.audits.cast import Cast
from portal.services.demo.diary import Who
from portal.services.demo.escalations import stories
from portal.services.demo.escalations.matters import Matter, Step, asked_again, more_time, plan, replied, spoke
from portal.services.demo.people import POLICE, TRUST
from portal.services.escalations.raising import Cause

DISAGREED, ALERT = LadderKind.DISAGREEMENT, LadderKind.PRACTICE_ALERT
CONFERENCES = (MeetingKind.INITIAL_CONFERENCE, MeetingKind.REVIEW_CONFERENCE)
CHASED = (AgencyType.GP, AgencyType.SCHOOL)

OPENED: Sequence[tuple[int, tuple[Step, ...]]] = (
    (-1, ()),
    (-4, (spoke(1, "Reception promises that somebody calls back."),)),
    (-8, ()),
    (-9, (more_time(3, 2, "The partner who knows the family is back on Thursday."),)),
    (-13, (spoke(5, "The practice manager has passed it on to the partners."),)),
    (-3, (replied(1),)),
    (-6, (replied(4),)),
    (-2, ()),
)
"""When each was raised, in working days, and what was done; what was not answered, the clock has moved up."""


class Missed(NamedTuple):
    """A conference to which an agency neither came nor sent a report."""

    invitation_id: int
    meeting_id: int
    on: date
    code: str
    chair: str


def plan_eastmarsh(cast: Cast, earliest: int) -> None:
    """Eight missed conferences, four disagreements and three alerts wait for somebody."""
    chair, other = cast.chairs()
    plan(cast, list(_chased(cast, OPENED, earliest)))
    plan(
        cast,
        (
            Matter(DISAGREED, stories.PLAN_DRIFT, cast.practitioner("EM-HV"), "EM-CHILDREN", -2),
            Matter(DISAGREED, stories.ROLE, cast.lead("EM-CHILDREN"), "EM-HOUS", -6, _UNANSWERED),
            Matter(DISAGREED, stories.INFORMATION, cast.lead("EM-SCH-1"), POLICE.code, -5, (replied(1),)),
            Matter(DISAGREED, stories.ALLEGATION, cast.lead("EM-SCH-2"), "EM-CHILDREN", -3, _ONCE_MORE),
            Matter(ALERT, stories.VOICE, chair, "EM-CHILDREN", -3, expected_after=6, meeting_id=_latest(cast, chair)),
            Matter(ALERT, stories.VISITS, other, "EM-CHILDREN", -9, expected_after=7, meeting_id=_latest(cast, other)),
            Matter(ALERT, stories.PRAISE_AGAIN, other, "EM-CHILDREN", -1, is_positive=True),
        ),
    )


def plan_westmoor(cast: Cast, earliest: int) -> None:
    """Fewer, at every stage all the same."""
    chair, other = cast.chairs()
    plan(cast, list(_chased(cast, OPENED[:5], earliest)))
    plan(
        cast,
        (
            Matter(DISAGREED, stories.INACTION, cast.practitioner("WM-SCH-1"), "WM-MH", -2),
            Matter(DISAGREED, stories.INFORMATION, cast.lead("WM-HV"), TRUST.code, -5, (replied(1),)),
            Matter(
                ALERT, stories.CORE_GROUPS, chair, "WM-CHILDREN", -2, expected_after=5, meeting_id=_latest(cast, chair)
            ),
            Matter(
                ALERT, stories.ASSESSMENT, other, "WM-CHILDREN", -8, expected_after=6, meeting_id=_latest(cast, other)
            ),
        ),
    )


_UNANSWERED = (
    spoke(1, "The housing manager says that it is with her officer."),
    spoke(4, "Called again: the officer has left, and nobody has the file."),
)
_ONCE_MORE = (replied(1), asked_again(2, "Thank you. Who tells the member of staff that it has begun?"))


def _chased(cast: Cast, opened: Sequence[tuple[int, tuple[Step, ...]]], earliest: int) -> Iterator[Matter]:
    """A non-attendance escalation for each of `opened`, about conferences that surgeries and schools missed last."""
    before = add_working_days(cast.today, earliest)
    waiting = [one for one in _missed(cast) if one.on < before]
    used: set[str] = set()
    for number, (day, steps) in enumerate(opened):
        one = next((each for each in waiting if each.code not in used), None)
        if one is None:
            used.clear()
            one = waiting[number]
        used.add(one.code)
        waiting.remove(one)
        cause = Cause(one.invitation_id, LadderEvent.ABSENT_WITHOUT_REPORT, one.on)
        yield Matter(
            LadderKind.NON_ATTENDANCE,
            (stories.NO_REPORT, stories.MISSED_TWICE)[number % 2],
            Who(one.chair),
            one.code,
            max(day, earliest),
            steps,
            meeting_id=one.meeting_id,
            causes=(cause,),
        )


def _missed(cast: Cast) -> list[Missed]:
    """Conferences that surgeries and schools missed without a report, the latest first."""
    rows = db.session.execute(
        select(Invitation.id, Invitation.meeting_id, Meeting.held_on, PartnershipAgency.code, User.email)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .join(
            PartnershipAgency,
            (PartnershipAgency.agency_id == Agency.id) & (PartnershipAgency.partnership_id == Meeting.partnership_id),
        )
        .join(Membership, Membership.id == Meeting.chair_membership_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Meeting.partnership_id == cast.diary.partnership_id,
            Meeting.status == MeetingStatus.HELD,
            MeetingType.code.in_(CONFERENCES),
            Agency.agency_type.in_(CHASED),
            Invitation.expectation == Expectation.EXPECTED,
            or_(Invitation.attendance.is_(None), Invitation.attendance.not_in(PRESENT)),
            Invitation.report_received_on.is_(None),
        )
        .order_by(Meeting.held_on.desc(), Invitation.id)
    )
    return [Missed(row[0], row[1], held_on, *row[3:]) for row in rows if (held_on := row[2]) is not None]


def _latest(cast: Cast, chair: Who) -> int | None:
    """The last conference that a chair held."""
    return db.session.scalar(
        select(Meeting.id)
        .join(Membership, Membership.id == Meeting.chair_membership_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Meeting.partnership_id == cast.diary.partnership_id,
            User.email == chair.email,
            Meeting.status == MeetingStatus.HELD,
        )
        .order_by(Meeting.held_on.desc(), Meeting.id)
        .limit(1)
    )
