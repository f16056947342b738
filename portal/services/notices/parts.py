"""Agencies whose part in a meeting has ended: it leaves the calendars into which mails of the portal had put it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.answering import has_begun
from portal.domain.message_vocabulary import MailPlace, MailState, NoticeKind
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail, Notice
from portal.models.people import Membership
from portal.models.rule_sets import MeetingType
from portal.services.batches import in_batches
from portal.services.calendars import raise_sequences
from portal.services.changes import Change
from portal.services.meetings.outlook import HAS_PART
from portal.services.notices.telling import Telling, tell_all
from portal.services.notices.timing import office_day

_BRINGS_IT = (NoticeKind.INVITATION, NoticeKind.INVITATION_CHANGED)
"""What carries a meeting to the people of an agency for their calendars."""

_ASKS = (*_BRINGS_IT, NoticeKind.REPORT_DUE, NoticeKind.QUORACY_ASKED)


def end_parts(change: Change, partnership_id: int, invitation_ids: Iterable[int]) -> int:
    """Tell whoever has a meeting in their calendar that their agency has no part in it any more; returns how many.

    Of these invitations those count that have ended, to meetings still to come; once for each time that one ends.
    Whoever was never sent the meeting is told nothing. What was asked of the agency and waits is dropped.
    """
    rows = _ended(change, invitation_ids)
    _settle(change, [row.id for row in rows], _ASKS)
    holders = _holders(change.session, rows)
    rows = [row for row in rows if holders[row.id]]
    if not rows:
        return 0
    # Above the number that stands in these calendars.
    raise_sequences(change.session, {row.meeting_id for row in rows})
    day = office_day(change.session, partnership_id, change.viewer.today)
    return tell_all(
        change,
        partnership_id,
        [
            (
                holders[row.id],
                Telling(
                    NoticeKind.PART_ENDED,
                    "invitation",
                    row.id,
                    place=row.calendar_sequence + 1,
                    what=day.meeting_words(row.type_name, row.scheduled_on),
                    urgency=day.urgency_of(row.family, row.scheduled_on),
                ),
            )
            for row in rows
        ],
    )


def begin_parts_anew(change: Change, invitation_ids: Collection[int]) -> None:
    """Have calendars take in meetings again that they were told to take out, for agencies that have a part after all.

    The caller tells the agencies. Who has not been mailed yet that their part had ended never is.
    """
    meetings: set[int] = set()
    for some in in_batches(sorted(invitation_ids)):
        told = exists().where(
            Notice.subject == "invitation",
            Notice.subject_id == Invitation.id,
            Notice.kind == NoticeKind.PART_ENDED,
            Notice.mail_place != MailPlace.DROPPED,
        )
        rows = change.session.execute(
            select(Invitation.id, Invitation.meeting_id).where(
                Invitation.id.in_(some), HAS_PART, told.correlate(Invitation)
            )
        ).all()
        _settle(change, [row.id for row in rows], (NoticeKind.PART_ENDED,))
        meetings |= {row.meeting_id for row in rows}
    raise_sequences(change.session, meetings)


def _ended(change: Change, invitation_ids: Iterable[int]) -> list[Row[Any]]:
    viewer = change.viewer
    query: Select[*tuple[Any, ...]] = (
        select(
            Invitation.id,
            Invitation.meeting_id,
            Invitation.agency_id,
            Meeting.calendar_sequence,
            Meeting.scheduled_on,
            Meeting.start_time,
            MeetingType.name.label("type_name"),
            MeetingType.family,
        )
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(
            ~HAS_PART,
            Meeting.status == MeetingStatus.SCHEDULED,
            Meeting.register_closed_at.is_(None),
            Meeting.scheduled_on >= viewer.today,
        )
        .order_by(Invitation.id)
    )
    return [
        row
        for some in in_batches(sorted(set(invitation_ids)))
        for row in change.session.execute(query.where(Invitation.id.in_(some)))
        if row.start_time is None or not has_begun(viewer.now, row.scheduled_on, row.start_time)
    ]


def _holders(session: Session, rows: Sequence[Row[Any]]) -> dict[int, set[int]]:
    """By invitation, the memberships to which a mail has brought its meeting, and none has taken it away since.

    A mail that is on its way at this moment may have been written before.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for some in in_batches(rows):
        newest: dict[tuple[int, int], tuple[int, bool]] = {}
        for invitation_id, membership_id, number, kind in session.execute(_told([row.id for row in some])):
            newest[invitation_id, membership_id] = max(
                newest.get((invitation_id, membership_id), (0, False)), (number, kind in _BRINGS_IT)
            )
        for (invitation_id, membership_id), (_number, holds) in newest.items():
            if holds:
                found[invitation_id].add(membership_id)
    return found


def _told(invitation_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    was_mailed = and_(
        Notice.mail_place == MailPlace.MAILED, or_(Mail.state == MailState.SENT, Mail.claimed_until.is_not(None))
    )
    return (
        select(Invitation.id, Notice.membership_id, Notice.id.label("number"), Notice.kind)
        .join(Notice, _of_invitation())
        .outerjoin(Mail, Mail.id == Notice.mail_id)
        .where(
            Invitation.id.in_(invitation_ids),
            or_(
                and_(Notice.kind.in_(_BRINGS_IT), was_mailed),
                and_(Notice.kind == NoticeKind.PART_ENDED, Notice.mail_place != MailPlace.DROPPED),
            ),
        )
    )


def _settle(change: Change, invitation_ids: Collection[int], kinds: Collection[NoticeKind]) -> None:
    """Settle what agencies' people were told of these invitations; of a mail that has not gone it is left out."""
    waits = Notice.mail_place == MailPlace.WAITING
    for some in in_batches(sorted(invitation_ids)):
        ids = select(Notice.id).join(Invitation, _of_invitation()).where(Invitation.id.in_(some))
        change.session.execute(
            update(Notice)
            .where(Notice.id.in_(ids), Notice.kind.in_(kinds), Notice.settled_at.is_(None))
            .values(
                settled_at=change.viewer.now,
                mail_place=case((waits, MailPlace.DROPPED.value), else_=Notice.mail_place),
            )
            .execution_options(synchronize_session=False)
        )


def _of_invitation() -> ColumnElement[bool]:
    """Notices about an invitation, or about its meeting to somebody of its agency; a condition to join them by."""
    of_agency = (
        exists()
        .where(Membership.id == Notice.membership_id, Membership.agency_id == Invitation.agency_id)
        .correlate(Notice, Invitation)
    )
    return or_(
        and_(Notice.subject == "invitation", Notice.subject_id == Invitation.id),
        and_(Notice.subject == "meeting", Notice.subject_id == Invitation.meeting_id, of_agency),
    )
