"""What chairs are told: of the meetings that are theirs, and of those that are not any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Select, and_, case, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.rule_sets import MeetingType
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell_all
from portal.services.notices.timing import OfficeDay, office_day


def tell_chairs(change: Change, partnership_id: int, meeting_ids: Collection[int]) -> int:
    """Tell the chairs of meetings that these were opened, moved or cancelled, or are theirs now; once for each state.

    Returns how many people were told.
    """
    day = office_day(change.session, partnership_id, change.viewer.today)
    return tell_all(
        change,
        partnership_id,
        [
            ([row.chair_membership_id], _telling(NoticeKind.CHAIRING, day, row))
            for row in _rows(change.session, meeting_ids)
            if row.chair_membership_id is not None
        ],
    )


def tell_former_chairs(change: Change, partnership_id: int, former: Mapping[int, int]) -> int:
    """Tell whoever chaired meetings until now (memberships by meeting) that somebody else does; returns how many.

    The mail takes the meeting out of their calendars. What they, and whoever stood in for them, were told of it and
    has not been done is theirs no more.
    """
    day = office_day(change.session, partnership_id, change.viewer.today)
    rows = _rows(change.session, former)
    for row in rows:
        _close(change, row, former[row.id])
    return tell_all(
        change, partnership_id, [([former[row.id]], _telling(NoticeKind.CHAIRING_ENDED, day, row)) for row in rows]
    )


def _rows(session: Session, meeting_ids: Iterable[int]) -> list[Row[Any]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Meeting.id,
            Meeting.version,
            Meeting.chair_membership_id,
            Meeting.scheduled_on,
            MeetingType.name.label("type_name"),
            MeetingType.family,
        )
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .order_by(Meeting.id)
    )
    return [
        row
        for some in in_batches(sorted(set(meeting_ids)))
        for row in session.execute(query.where(Meeting.id.in_(some)))
    ]


def _telling(kind: NoticeKind, day: OfficeDay, row: Row[Any]) -> Telling:
    return Telling(
        kind,
        "meeting",
        row.id,
        place=row.version,
        what=day.meeting_words(row.type_name, row.scheduled_on),
        urgency=day.urgency_of(row.family, row.scheduled_on),
    )


def _close(change: Change, row: Row[Any], former: int) -> None:
    """Settle what the former chair was asked, and what either chair was told of who chairs."""
    waits = Notice.mail_place == MailPlace.WAITING
    change.session.execute(
        update(Notice)
        .where(
            Notice.subject == "meeting",
            Notice.subject_id == row.id,
            Notice.settled_at.is_(None),
            or_(
                and_(Notice.membership_id == former, Notice.kind != NoticeKind.CHAIRING_ENDED),
                Notice.kind == NoticeKind.CHAIRING,
                and_(Notice.membership_id == row.chair_membership_id, Notice.kind == NoticeKind.CHAIRING_ENDED),
            ),
        )
        .values(
            settled_at=change.viewer.now, mail_place=case((waits, MailPlace.DROPPED.value), else_=Notice.mail_place)
        )
        .execution_options(synchronize_session=False)
    )
