"""Meetings whose quorum is at risk today: the agencies they need are asked, their chair and the coordinators told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.services.meetings.foreseen import Foreseen, foreseen_where
from portal.services.meetings.kinds import Kind, kinds
from portal.services.notices.quoracy import asking, told_since, whom_to_ask
from portal.services.notices.recipients import with_role
from portal.services.notices.reminded_day import ReminderDay
from portal.services.notices.telling import Addressed, Telling


def due_quoracy(session: Session, day: ReminderDay) -> Iterator[Addressed]:
    """Meetings that are some working days away and would not be quorate as the answers stand, on the rules' days."""
    most = _most(kinds(session.connection(), [day.partnership_id]).values())
    if most:
        worker = Viewer.of_system("worker", day.begins_at, day.partnership_id)
        ahead = foreseen_where(session, worker, day.may_be_due(Meeting.scheduled_on, most))
        at_risk = [one for one in ahead.values() if one.is_at_risk]
        yield from _tell_keepers(session, day, at_risk)
        yield from _ask_agencies(session, day, at_risk)


def _most(known: Iterable[Kind]) -> int:
    """The most working days before a meeting on which any rule of the partnership asks."""
    days = (number for kind in known for _, rule in kind.inquorate_rules for number in rule.reminders)
    return max(days, default=0)


def _tell_keepers(session: Session, day: ReminderDay, at_risk: Collection[Foreseen]) -> Iterator[Addressed]:
    """The chair and the coordinators; of a meeting for named people only, whoever keeps it looks by themselves."""
    due = [(one, day.reminder(None, one.on, one.inquorate.reminders)) for one in at_risk if not one.named_people_only]
    told = told_since(session, day.begins_at, NoticeKind.QUORACY_AT_RISK, "meeting", [one.meeting_id for one, _ in due])
    coordinators: frozenset[int] | None = None
    for one, number in due:
        if number is None or one.meeting_id in told:
            continue
        if coordinators is None:
            coordinators = with_role(session, day.partnership_id, Role.COORDINATOR)
        chair = frozenset({one.chair_membership_id} if one.chair_membership_id is not None else ())
        telling = Telling(
            NoticeKind.QUORACY_AT_RISK,
            "meeting",
            one.meeting_id,
            place=number,
            what=day.hours.meeting_words(one.type_name, one.on),
            due_at=day.hours.end_of(one.on),
            urgency=Urgency.SOON,
            again=one.on.isoformat(),
        )
        yield coordinators | chair, telling


def _ask_agencies(session: Session, day: ReminderDay, at_risk: Collection[Foreseen]) -> Iterator[Addressed]:
    """The agencies that could still make it quorate, on days on which they are open."""
    due = [
        (one, part, number)
        for one in at_risk
        for part in one.needed
        if (number := day.reminder(part.agency_id, one.on, one.inquorate.reminders)) is not None
    ]
    told = told_since(
        session, day.begins_at, NoticeKind.QUORACY_ASKED, "invitation", [part.invitation_id for _, part, _ in due]
    )
    wanted = [(one, part, number) for one, part, number in due if part.invitation_id not in told]
    whom = whom_to_ask(session, day.partnership_id, [part for _, part, _ in wanted])
    for one, part, number in wanted:
        telling = asking(day.hours, one, part.invitation_id, place=number, again=one.on.isoformat())
        yield whom[part.invitation_id], telling
