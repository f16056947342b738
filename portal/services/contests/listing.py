"""What is contested: for coordinators what waits for them, for an agency what it contested and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Row, Select, case

from portal.access import contests as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.contest_vocabulary import ContestReason, ContestStatus
from portal.domain.vocabulary import AGENCY_ROLES, Expectation
from portal.domain.working_days import london_day
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class ContestRow:
    """One contest in a list; `reference` is empty where its meeting is not the viewer's to see any more."""

    id: int
    agency: str
    meeting_type: str
    on: date
    at: time | None
    reference: str
    expected: Expectation
    wanted: Expectation
    reason: ContestReason
    status: ContestStatus
    due_on: date
    ended_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether it waits to be decided."""
        return self.status is ContestStatus.OPEN


def list_contests(viewer: Viewer, *, only_open: bool = False, page: int = 1) -> Page[ContestRow]:
    """Contests of which the viewer may know, those not decided first and by their due day, by two queries."""
    seen = access.outcomes_visible_to(viewer)
    if only_open:
        seen = seen.where(Contest.status == ContestStatus.OPEN)
    total = count(seen.with_only_columns(Contest.id))
    number = page_number(page, total)
    is_open = case((Contest.status == ContestStatus.OPEN, 0), else_=1)
    rows = db.session.execute(
        _rows(viewer, seen)
        .order_by(is_open, case((is_open == 0, Contest.due_on)), Contest.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    return Page([_row(row) for row in rows], number, total)


def count_open(viewer: Viewer) -> int:
    """How many wait to be decided."""
    return count(access.visible_to(viewer).where(Contest.status == ContestStatus.OPEN).with_only_columns(Contest.id))


def contests_of(viewer: Viewer, meeting_id: int) -> list[ContestRow]:
    """The contests of one meeting that the viewer reads, the newest first, by one query."""
    seen = access.visible_to(viewer)
    rows = db.session.execute(
        _rows(viewer, seen).where(Invitation.meeting_id == meeting_id).order_by(Contest.id.desc())
    )
    return [_row(row) for row in rows]


def line_for(contests: Sequence[ContestRow], viewer: Viewer) -> str:
    """What a meeting's page says of its contests in one line; empty where there is nothing to say."""
    waiting = [one for one in contests if one.is_open]
    if viewer.role not in AGENCY_ROLES:
        if not waiting:
            return ""
        agencies = ", ".join(sorted({one.agency for one in waiting}))
        return f"Contested and not decided: {agencies}"
    if not contests:
        return ""
    newest = contests[0]
    words = {
        ContestStatus.OPEN: "You contest this. The coordinator has not decided yet.",
        ContestStatus.UPHELD: "You contested this, and it was upheld.",
        ContestStatus.KEPT: "You contested this. The coordinator looked at it, and it stays as it is.",
        ContestStatus.WITHDRAWN: "You contested this, and took it back.",
    }
    return words[newest.status]


def _rows(viewer: Viewer, seen: Select[Contest]) -> Select[*tuple[Any, ...]]:
    shown = access.visible_where(viewer)
    return (
        seen.join(Invitation, Invitation.id == Contest.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .with_only_columns(
            Contest.id,
            Agency.name.label("agency"),
            MeetingType.name.label("meeting_type"),
            Meeting.scheduled_on,
            Meeting.held_on,
            Meeting.start_time,
            case((shown, Meeting.reference), else_="").label("reference"),
            Contest.expected,
            Contest.wanted,
            Contest.reason,
            Contest.status,
            Contest.due_on,
            Contest.ended_at,
        )
    )


def _row(row: Row[*tuple[Any, ...]]) -> ContestRow:
    return ContestRow(
        id=row.id,
        agency=row.agency,
        meeting_type=row.meeting_type,
        on=row.held_on or row.scheduled_on,
        at=row.start_time,
        reference=row.reference,
        expected=row.expected,
        wanted=row.wanted,
        reason=row.reason,
        status=row.status,
        due_on=row.due_on,
        ended_on=None if row.ended_at is None else london_day(row.ended_at),
    )
