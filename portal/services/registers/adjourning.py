"""Opening the conference to which one is adjourned, in the transaction that closes its register."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.due_reasons import Trigger
from portal.domain.errors import Invalid
from portal.domain.scheduling_vocabulary import MoveReason
from portal.domain.slots import Slot
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import PartnershipAgency
from portal.services.changes import Change
from portal.services.invitations.expectations import reasons_for
from portal.services.rule_sets import KnownType, RuleBook
from portal.services.scheduling.chairs import is_chair
from portal.services.scheduling.due import due_day
from portal.services.scheduling.opening import InvitedAgency, Opening, open_within

_FIELDS = {"scheduled_on": "new_on", "start_time": "new_time"}
"""What the closing page calls what is wrong with the new conference."""


def open_next(change: Change, meeting_id: int, book: RuleBook, on: date, at: time | None) -> int:
    """Open the conference to which a meeting, which the caller has locked, is adjourned; returns its id.

    It is due by the same day as the one that could not go ahead. The same agencies are asked as they were, by the same
    teams; who had said that the child is not theirs is asked again too, because only the coordinator decides about
    that. Raises Invalid by the fields of the closing page.
    """
    session, viewer = change.session, change.viewer
    before = session.get_one(Meeting, meeting_id)
    known = book.with_id(before.meeting_type_id)
    chair = before.chair_membership_id
    opening = Opening(
        kind=known.code,
        family=before.case_id,
        scheduled_on=on,
        start_time=at,
        duration_minutes=before.duration_minutes,
        format=before.format,
        place=before.place or "",
        link=before.link or "",
        chair_membership_id=chair if chair is not None and is_chair(session, viewer, chair) else None,
        agencies=_asked(session, before),
        variant=before.variant,
        trigger_kind=before.trigger_kind,
        trigger_on=before.trigger_on,
        trigger_time=before.trigger_time,
        section_47_on=before.section_47_on,
        follows_id=meeting_id,
        late_reason=MoveReason.NOT_QUORATE if _is_late(change, before, known, book, on, at) else None,
    )
    try:
        opened = open_within(change, opening)
    except Invalid as refused:
        errors = {_FIELDS.get(name, "new_on"): sentences for name, sentences in refused.errors.items()}
        raise Invalid(str(refused), errors=errors) from None
    return opened


def _asked(session: Session, before: Meeting) -> tuple[InvitedAgency, ...]:
    """The agencies as they were asked; one that has left the partnership since is not asked again."""
    rows = session.execute(
        select(Invitation.agency_id, Invitation.team_id, Invitation.expectation, Invitation.expectation_reason)
        .join(
            PartnershipAgency,
            (PartnershipAgency.partnership_id == Invitation.partnership_id)
            & (PartnershipAgency.agency_id == Invitation.agency_id),
        )
        .where(Invitation.meeting_id == before.id, PartnershipAgency.left_at.is_(None))
        .order_by(Invitation.id)
    )
    asked = []
    for row in rows:
        # A file gives no reason that a coordinator could have given.
        fitting = reasons_for(row.expectation)
        reason = row.expectation_reason if row.expectation_reason in fitting else fitting[0]
        asked.append(InvitedAgency(row.agency_id, row.expectation, reason, row.team_id))
    return tuple(asked)


def _is_late(change: Change, before: Meeting, known: KnownType, book: RuleBook, on: date, at: time | None) -> bool:
    due = due_day(
        change.session,
        book,
        known,
        case_id=before.case_id,
        meeting_on=on,
        trigger=Trigger(before.trigger_on, before.trigger_kind, before.trigger_time),
        today=change.viewer.today,
    )
    return due.is_late(Slot(on, at, before.duration_minutes))
