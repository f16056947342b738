"""What is told of the scrutineer's challenges, and what falls due of them; never what is asked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.reminders import LATE
from portal.domain.scrutiny_vocabulary import ScrutinyState
from portal.domain.vocabulary import Role
from portal.models.messages import Notice
from portal.models.scrutiny import ScrutinyChallenge
from portal.services.changes import Change
from portal.services.notices.recipients import NOBODY, people_of, with_role
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling, tell
from portal.services.notices.timing import office_day

SUBJECT = "scrutiny_challenge"
BEFORE = (3, LATE)
"""Working days before the due day on which those who are asked are reminded, and once when it is late."""


def tell_asked(change: Change, challenge: ScrutinyChallenge) -> int:
    """Tell those who are asked, once for each time it is asked or changed; returns how many were told."""
    day = office_day(change.session, challenge.partnership_id, change.viewer.today)
    telling = Telling(
        NoticeKind.SCRUTINY_ASKED,
        SUBJECT,
        challenge.id,
        place=challenge.round,
        what=_what(challenge),
        due_at=day.end_of(challenge.due_on),
        again=f"v{challenge.version}",
    )
    return tell(change, challenge.partnership_id, _asked(change.session, challenge), telling)


def tell_replied(change: Change, challenge: ScrutinyChallenge) -> int:
    """Tell the scrutineer, also where whoever asked has left; returns how many were told."""
    scrutineers = with_role(change.session, challenge.partnership_id, Role.SCRUTINEER)
    asker = scrutineers & {challenge.asked_by_membership_id}
    telling = Telling(NoticeKind.SCRUTINY_REPLIED, SUBJECT, challenge.id, place=challenge.round, what=_what(challenge))
    return tell(change, challenge.partnership_id, asker or scrutineers, telling)


def tell_closed(change: Change, challenge: ScrutinyChallenge) -> int:
    """Tell those who were asked that it is closed; returns how many were told."""
    telling = Telling(
        NoticeKind.SCRUTINY_CLOSED,
        SUBJECT,
        challenge.id,
        place=challenge.round,
        what=_what(challenge),
        again=f"v{challenge.version}",
    )
    return tell(change, challenge.partnership_id, _asked(change.session, challenge), telling)


def due_challenges(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Challenges whose reply is due soon, or was due and has not come, for those who are asked."""
    rows = session.scalars(
        select(ScrutinyChallenge)
        .where(
            ScrutinyChallenge.partnership_id == day.partnership_id,
            ScrutinyChallenge.state == ScrutinyState.OPEN,
            day.may_be_due(ScrutinyChallenge.due_on, BEFORE[0], ScrutinyChallenge.asked_agency_id),
            day.not_told(NoticeKind.SCRUTINY_DUE, SUBJECT, ScrutinyChallenge.id),
            day.not_told(NoticeKind.SCRUTINY_ASKED, SUBJECT, ScrutinyChallenge.id),
        )
        .order_by(ScrutinyChallenge.id)
    ).all()
    numbered = [(one, day.reminder(one.asked_agency_id, one.due_on, BEFORE)) for one in rows]
    due = [one for one, number in numbered if number is not None]
    agencies = {one.asked_agency_id for one in due if one.asked_agency_id is not None}
    people = people_of(session, day.partnership_id, agencies) if agencies else {}
    for one in due:
        if one.asked_agency_id is not None:
            asked = people.get(one.asked_agency_id, NOBODY).leads
        elif one.asked_role is not None:
            asked = with_role(session, day.partnership_id, one.asked_role)
        else:
            asked = frozenset({one.asked_membership_id or 0})
        telling = Telling(
            NoticeKind.SCRUTINY_DUE,
            SUBJECT,
            one.id,
            place=one.round,
            what=_what(one),
            due_at=day.hours.end_of(one.due_on),
            again=day.today.isoformat(),
        )
        yield asked, telling


def waits_for_reply() -> Exists:
    """Whether what a notice tells of still waits; what was told before it was asked again is about the first asking."""
    waits = (ScrutinyChallenge.state == ScrutinyState.OPEN, ScrutinyChallenge.round == Notice.place)
    return exists().where(ScrutinyChallenge.id == Notice.subject_id, *waits).correlate(Notice)


def _asked(session: Session, challenge: ScrutinyChallenge) -> frozenset[int]:
    if challenge.asked_membership_id is not None:
        return frozenset({challenge.asked_membership_id})
    if challenge.asked_role is not None:
        return with_role(session, challenge.partnership_id, challenge.asked_role)
    agency_id = challenge.asked_agency_id or 0
    return people_of(session, challenge.partnership_id, [agency_id]).get(agency_id, NOBODY).leads


def _what(challenge: ScrutinyChallenge) -> str:
    return f"Challenge {challenge.number}"
