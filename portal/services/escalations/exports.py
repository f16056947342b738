"""Escalations to take along: one log as CSV or PDF, and the list as CSV, by the same rules as their pages.

Who, whom, why, stage, days and outcome go out to whoever sees them. What was written, and the case and the meeting, go
out to those alone who read them: in everybody else's files there is no column for them. Each file that is taken is in
the trail, and so is each escalation whose narrative is in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from io import StringIO
from typing import Any

from sqlalchemy import Select, and_, case, not_
from sqlalchemy.orm import Session, aliased

from portal.access import escalations as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.escalation_vocabulary import EscalationStatus
from portal.domain.labels import label, role_name
from portal.domain.spreadsheets import neutralised
from portal.domain.working_days import london_day, london_time, working_days_between
from portal.models.cases import Case
from portal.models.escalations import Escalation
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services.activity import record_reading
from portal.services.changes import changing
from portal.services.escalations.listing import Wanted, narrowed
from portal.services.escalations.log import LogEntry, whole_log
from portal.services.escalations.page import EscalationPage, escalation_page
from portal.services.notices.named_only import CALLED

MARKING = "OFFICIAL-SENSITIVE"
MOST_ROWS = 5_000
"""Of a list or a log in one file: what fits into a process's memory, whoever asks at the same time."""

TOO_MANY = f"There are more than {MOST_ROWS:,}, which is too much for one file. Narrow the list down first."
TOO_LONG = f"This log has more than {MOST_ROWS:,} entries, which is too much for one file."

DOWNLOADED = "escalation.downloaded"
LIST_DOWNLOADED = "escalation.list_downloaded"

_LIST_HEADS = (
    "Reference",
    "Kind",
    "About",
    "Praise",
    "Raised by",
    "Raised by person",
    "Raised with",
    "Urgent",
    "Stage",
    "Turn",
    "Status",
    "Raised on",
    "Due",
    "Overdue",
    "Working days",
    "Closed on",
    "Outcome",
    "Child safe",
    "Learning",
)
_LIST_NARRATIVE = ("What happened", "What is wanted", "Case", "Meeting", "Meeting on")
_LOG_HEADS = (
    "Reference",
    "Entry",
    "When",
    "What",
    "Side",
    "Who",
    "Of",
    "From stage",
    "To stage",
    "Clock ends",
    "Told",
    "Outcome",
    "Child safe",
    "Learning",
    "Corrects entry",
)
_LOG_NARRATIVE = ("Text",)
_MARKED = ("Marking",)

Cell = str | int | bool | date | datetime | StrEnum | None


@dataclass(frozen=True, slots=True)
class Log:
    """One escalation with every entry of its log, the oldest first."""

    page: EscalationPage
    entries: tuple[LogEntry, ...]

    @property
    def reads(self) -> bool:
        """Whether what was written is in it."""
        return self.page.subject is not None

    @property
    def reference(self) -> str:
        """What the escalation is called."""
        return self.page.escalation.reference


def log_to_take(viewer: Viewer, escalation_id: int) -> Log:
    """One escalation's log, for a file; that it is taken is logged. Raises NotVisible; Invalid where it is too long."""
    session: Session = db.session()
    page = escalation_page(viewer, escalation_id)
    if page.log_total > MOST_ROWS:
        raise Invalid(TOO_LONG)
    entries = whole_log(session, viewer, page.escalation, most=MOST_ROWS, reads=page.subject is not None)
    record_reading(viewer, DOWNLOADED, "escalation", [escalation_id])
    return Log(page, tuple(entries))


def log_csv(log: Log) -> str:
    """The log for a spreadsheet: an entry a row."""
    rows = (
        [
            log.reference,
            one.number,
            one.at,
            one.kind,
            one.side,
            one.who,
            one.where,
            one.from_stage,
            one.to_stage,
            one.due_at,
            ", ".join(one.told),
            one.resolution,
            one.child_safe,
            one.learning,
            one.amends,
            *([one.text] if log.reads else []),
            MARKING,
        ]
        for one in log.entries
    )
    return _csv([*_LOG_HEADS, *(_LOG_NARRATIVE if log.reads else ()), *_MARKED], rows)


def list_csv(viewer: Viewer, wanted: Wanted) -> str:
    """Every escalation that the viewer sees and asks for, an escalation a row, by two statements beside the trail's.

    Raises Invalid where there are too many for one file.
    """
    session: Session = db.session()
    found = session.execute(_structured(narrowed(access.visible_to(viewer), viewer, wanted))).all()
    if len(found) > MOST_ROWS:
        raise Invalid(TOO_MANY)
    reads = access.may_read(viewer)
    narrative: Mapping[int, Sequence[Cell]] = {}
    if reads:
        # What may be read is asked of the rule for reading, whatever the list shows.
        read = session.execute(_narrative(viewer, narrowed(access.readable_to(viewer), viewer, wanted)))
        narrative = {row[0]: [cell or "" for cell in row[1:]] for row in read}
        record_reading(viewer, DOWNLOADED, "escalation", narrative)
    with changing(viewer) as change:
        change.log(LIST_DOWNLOADED, "escalation", None)
    unread = [""] * (len(_LIST_NARRATIVE) if reads else 0)
    rows = ([*_facts(viewer, row), *narrative.get(row.id, unread), MARKING] for row in found)
    return _csv([*_LIST_HEADS, *(_LIST_NARRATIVE if reads else ()), *_MARKED], rows)


def _structured(rows: Select[Escalation]) -> Select[*tuple[Any, ...]]:
    raising, asked = aliased(Agency), aliased(Agency)
    return (
        rows.join(asked, asked.id == Escalation.raised_with_agency_id)
        .outerjoin(raising, raising.id == Escalation.raised_by_agency_id)
        .join(Membership, Membership.id == Escalation.raised_by_membership_id)
        .join(User, User.id == Membership.user_id)
        .with_only_columns(
            Escalation.id,
            Escalation.reference,
            Escalation.kind,
            Escalation.category,
            Escalation.is_positive,
            raising.name.label("raising"),
            Membership.role,
            User.name.label("raiser"),
            asked.name.label("asked"),
            Escalation.is_urgent,
            Escalation.stage,
            Escalation.turn,
            Escalation.status,
            Escalation.opened_at,
            Escalation.due_at,
            Escalation.closed_at,
            Escalation.resolution,
            Escalation.child_safe,
            Escalation.learning,
        )
        .order_by(Escalation.id.desc())
        .limit(MOST_ROWS + 1)
    )


def _narrative(viewer: Viewer, rows: Select[Escalation]) -> Select[*tuple[Any, ...]]:
    # Of a meeting for named people only, the others who read the escalation learn neither kind nor family.
    is_closed = and_(Meeting.named_people_only, not_(meetings_access.visible_where(viewer)))
    return (
        rows.outerjoin(Case, Case.id == Escalation.case_id)
        .outerjoin(Meeting, Meeting.id == Escalation.meeting_id)
        .outerjoin(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .with_only_columns(
            Escalation.id,
            Escalation.summary,
            Escalation.wanted,
            case((is_closed, ""), else_=Case.reference),
            case((is_closed, CALLED), else_=MeetingType.name),
            Meeting.scheduled_on,
        )
        .order_by(Escalation.id.desc())
        .limit(MOST_ROWS)
    )


def _facts(viewer: Viewer, row: Any) -> list[Cell]:
    opened, closed = london_day(row.opened_at), london_day(row.closed_at) if row.closed_at else None
    is_overdue = row.status is EscalationStatus.OPEN and row.due_at is not None and row.due_at <= viewer.now
    return [
        row.reference,
        row.kind,
        row.category,
        row.is_positive,
        row.raising or role_name(row.role),
        row.raiser,
        row.asked,
        row.is_urgent,
        row.stage,
        row.turn,
        row.status,
        opened,
        row.due_at,
        is_overdue,
        working_days_between(opened, closed or viewer.today),
        closed,
        row.resolution,
        row.child_safe,
        row.learning,
    ]


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table in which nothing that somebody typed becomes a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([neutralised(_words(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, StrEnum):
        return label(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{london_time(cell):%Y-%m-%d %H:%M}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
