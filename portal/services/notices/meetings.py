"""What agencies are told of meetings when it happens: an invitation, what changed of one, a meeting moved or cancelled.

Only of meetings from today on that have not begun: what a file brings in of the past is history.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.answering import answer_due_on, has_begun
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Expectation, MeetingStatus
from portal.domain.working_days import london_day, working_days_between
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.rule_sets import MeetingType
from portal.services.batches import in_batches
from portal.services.changes import Change
from portal.services.meetings.outlook import HAS_PART
from portal.services.notices.named_only import named_on_meetings
from portal.services.notices.recipients import NOBODY, AgencyPeople, people_of
from portal.services.notices.telling import Addressed, Telling, tell_all
from portal.services.notices.timing import OfficeDay, office_day

FIRST_REMINDER = 3
"""Working days before its due day at which a report is first reminded of; one due sooner is told at once."""

_ASKED_TO_REPORT = (Expectation.EXPECTED, Expectation.REPORT_ONLY)
_NOTICES = cast(Table, Notice.__table__)


@dataclass(frozen=True, slots=True)
class _Part:
    """One agency's part in a meeting to come, and whom it concerns."""

    row: Row[Any]
    people: AgencyPeople
    named: frozenset[int] | None = None
    """Of a meeting for named people only, who they are."""

    @property
    def invited(self) -> frozenset[int]:
        """Whom the invitation concerns."""
        return self.people.invited(self.row.team_id, self.named)


def tell_invited(change: Change, partnership_id: int, invitation_ids: Iterable[int], *, again: bool = False) -> int:
    """Tell agencies that they are invited and have not answered, with a report that is due soon; `again` for those that
    are asked once more. Returns how many people were told.
    """
    addressed: list[Addressed] = []
    day = office_day(change.session, partnership_id, change.viewer.today)
    for part in _parts(change, partnership_id, invitation_ids):
        if part.row.answer is None:
            addressed.append((part.invited, _invitation(day, part.row, again=again)))
            addressed.extend(_report_due_soon(day, part))
    return tell_all(change, partnership_id, addressed)


def tell_invitation_changed(change: Change, partnership_id: int, invitation_ids: Iterable[int]) -> int:
    """Tell agencies that what is expected of them has changed; returns how many people were told."""
    day = office_day(change.session, partnership_id, change.viewer.today)
    return tell_all(
        change,
        partnership_id,
        [(part.invited, _changed(day, part.row)) for part in _parts(change, partnership_id, invitation_ids)],
    )


def tell_team(change: Change, partnership_id: int, invitation_id: int) -> int:
    """Tell a team that a meeting was given to it, to be answered or as it was answered; returns how many were told."""
    day = office_day(change.session, partnership_id, change.viewer.today)
    return tell_all(
        change,
        partnership_id,
        [
            (
                part.invited - part.people.leads,
                _invitation(day, part.row) if part.row.answer is None else _changed(day, part.row),
            )
            for part in _parts(change, partnership_id, [invitation_id])
        ],
    )


def tell_moved(change: Change, partnership_id: int, days_before: Mapping[int, date]) -> int:
    """Tell everybody who has a part in meetings that were moved, cancelled or are held otherwise, once their facts are
    worked out; `days_before` are the meetings' days until now, by id. What was told of them before follows to the new
    days. Returns how many people were told.
    """
    today = change.viewer.today
    day = office_day(change.session, partnership_id, today)
    rows = _rows(change.session, Meeting.id.in_, days_before)
    people = people_of(change.session, partnership_id, {row.agency_id for row in rows})
    named = named_on_meetings(change.session, days_before)
    _follow(change.session, day, rows)
    addressed: list[Addressed] = []
    for row in rows:
        ahead = [on for on in (row.scheduled_on, days_before[row.meeting_id]) if on >= today]
        if not ahead or not (_is_to_come(change.viewer, row) or row.status is MeetingStatus.CANCELLED):
            continue
        telling = Telling(
            NoticeKind.INVITATION_CHANGED,
            "meeting",
            row.meeting_id,
            place=row.meeting_version,
            what=day.meeting_words(row.type_name, row.scheduled_on),
            urgency=day.urgency_of(row.family, min(ahead)),
        )
        invited = people.get(row.agency_id, NOBODY).invited(row.team_id, named.get(row.meeting_id))
        addressed.append((invited, telling))
    return tell_all(change, partnership_id, addressed)


def answer_due(row: Any) -> date:
    """By which day an invitation is to be answered, from its row."""
    return answer_due_on(
        meeting_on=row.scheduled_on, report_due_on=row.report_due_on, invited_on=london_day(row.created_at)
    )


def _parts(change: Change, partnership_id: int, invitation_ids: Iterable[int]) -> list[_Part]:
    rows = [
        row
        for row in _rows(change.session, Invitation.id.in_, invitation_ids)
        if _is_to_come(change.viewer, row) and row.register_closed_at is None
    ]
    people = people_of(change.session, partnership_id, {row.agency_id for row in rows})
    named = named_on_meetings(change.session, {row.meeting_id for row in rows})
    return [_Part(row, people.get(row.agency_id, NOBODY), named.get(row.meeting_id)) for row in rows]


def _is_to_come(viewer: Viewer, row: Row[Any]) -> bool:
    """Whether people can still prepare for a meeting: what a file says of the past asks nobody for anything."""
    return (
        row.status is MeetingStatus.SCHEDULED
        and row.scheduled_on >= viewer.today
        and (row.start_time is None or not has_begun(viewer.now, row.scheduled_on, row.start_time))
    )


def _rows(session: Session, is_one_of: Any, ids: Iterable[int]) -> list[Row[Any]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Invitation.id,
            Invitation.version,
            Invitation.meeting_id,
            Invitation.agency_id,
            Invitation.team_id,
            Invitation.expectation,
            Invitation.answer,
            Invitation.report_due_on,
            Invitation.report_received_on,
            Invitation.created_at,
            Meeting.version.label("meeting_version"),
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.status,
            Meeting.register_closed_at,
            MeetingType.name.label("type_name"),
            MeetingType.family,
        )
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(HAS_PART)
        .order_by(Invitation.id)
    )
    return [row for some in in_batches(sorted(ids)) for row in session.execute(query.where(is_one_of(some)))]


def _invitation(day: OfficeDay, row: Row[Any], *, again: bool = False) -> Telling:
    return Telling(
        NoticeKind.INVITATION,
        "invitation",
        row.id,
        what=day.meeting_words(row.type_name, row.scheduled_on),
        due_at=day.end_of(answer_due(row)),
        urgency=day.urgency_of(row.family, row.scheduled_on),
        again=f"v{row.version}" if again else "",
    )


def _changed(day: OfficeDay, row: Row[Any]) -> Telling:
    return Telling(
        NoticeKind.INVITATION_CHANGED,
        "invitation",
        row.id,
        place=row.version,
        what=day.meeting_words(row.type_name, row.scheduled_on),
        urgency=day.urgency_of(row.family, row.scheduled_on),
    )


def _report_due_soon(day: OfficeDay, part: _Part) -> Iterable[Addressed]:
    """The report, where it is due before its first reminder would come."""
    row = part.row
    if row.expectation not in _ASKED_TO_REPORT or row.report_due_on is None or row.report_received_on is not None:
        return
    left = working_days_between(day.today, row.report_due_on)
    if left < FIRST_REMINDER:
        yield (
            part.invited,
            Telling(
                NoticeKind.REPORT_DUE,
                "invitation",
                row.id,
                place=left,
                what=day.meeting_words(row.type_name, row.scheduled_on),
                due_at=day.end_of(row.report_due_on),
                urgency=Urgency.SOON,
                again=row.report_due_on.isoformat(),
            ),
        )


def _follow(session: Session, day: OfficeDay, rows: Collection[Row[Any]]) -> None:
    """Bring what was told and is not done to the meetings' new days: no old day stands in a mail or an inbox."""
    changes = [
        {
            "of": row.id,
            "is": kind,
            "words": day.meeting_words(row.type_name, row.scheduled_on),
            "due": None if due_on is None else day.end_of(due_on),
        }
        for row in rows
        for kind, due_on in (
            (NoticeKind.INVITATION, answer_due(row)),
            (NoticeKind.REPORT_DUE, row.report_due_on),
        )
    ]
    if changes:
        session.connection().execute(
            update(_NOTICES)
            .where(
                _NOTICES.c.subject == "invitation",
                _NOTICES.c.subject_id == bindparam("of"),
                _NOTICES.c.kind == bindparam("is", type_=_NOTICES.c.kind.type),
                _NOTICES.c.settled_at.is_(None),
            )
            .values(
                what=bindparam("words", type_=_NOTICES.c.what.type),
                due_at=bindparam("due", type_=_NOTICES.c.due_at.type),
            ),
            changes,
        )
