"""Who has seen a child's record: every reading of the family, its meetings' papers and files, for those who answer
for whoever read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, or_, select, union
from sqlalchemy.orm import Session

from portal.access import activity as access
from portal.access import cases as cases_access
from portal.access import escalations as escalations_access
from portal.access import meetings as meetings_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.activity_words import did
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.record_readings import PAGE_READ, READINGS, ReadingKind, is_emergency, verbs_of
from portal.domain.restrictions import open_until
from portal.domain.row_numbers import LARGEST
from portal.domain.vocabulary import Role
from portal.domain.working_days import london_instant
from portal.models.activity import Activity
from portal.models.cases import Case, Child
from portal.models.escalations import Escalation
from portal.models.files import ReportFile
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import SentPaper
from portal.models.partnerships import Agency
from portal.models.report_bundles import ReportBundle
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.models.restrictions import EmergencyOpening
from portal.models.strategy_records import StrategyRecord
from portal.services import activity
from portal.services.activity_log import PER_PAGE, hands_of

READ = "case.readings_read"
# As sums and such, so that no database walks a whole chain or years of it for their sake: how often one family's record
# was read is little, and found by the index of subjects.
_moment, _number = func.coalesce(Activity.at, Activity.at), Activity.sequence + 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which readings to show; the days are London's, both included."""

    kind: ReadingKind | None = None
    from_day: date | None = None
    to_day: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody had a page before them; role and agency are those of the membership under which they read."""

    number: int
    at: datetime
    who: str
    role: Role | None
    agency: str | None
    is_by_link: bool
    kind: ReadingKind
    did: str
    is_emergency: bool


@dataclass(frozen=True, slots=True)
class NamedChild:
    """A child of the family."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Readings:
    """A stretch of the readings of a family, or of one child where `child` is given, the newest first."""

    case_id: int
    reference: str
    children: tuple[NamedChild, ...]
    child: NamedChild | None
    entries: list[Reading]
    older_than: int | None
    is_whole_partnership: bool
    """Whether everybody's readings are here, or only those of the viewer's own agency."""


def list_readings(
    viewer: Viewer, case_id: int, wanted: Wanted, *, child_id: int | None = None, before: int | None = None
) -> Readings:
    """Who has read a family's record, or one child's, from the newest on or from the one before number `before`.

    Of one child: what is about the family, and the lists in which this child stood. That it was looked up is a reading
    too. Raises NotPermitted, and NotVisible for whoever does not see the family.
    """
    if not viewer.may(Permission.ACTIVITY_OF_CHILDREN):
        raise NotPermitted("Who has read a record is for those who answer for whoever read it.")
    session: Session = db.session()
    query = cases_access.visible_to(viewer).where(Case.id == case_id)
    family = session.execute(query.with_only_columns(Case.reference, Case.created_at)).one_or_none()
    if family is None:
        raise NotVisible("No such family.")
    children = _children(session, viewer, case_id)
    child = next((one for one in children if one.id == child_id), None)
    if child is None and child_id is not None:
        raise NotVisible("No such child.")
    child_ids = [child.id] if child else [one.id for one in children]
    found = _found(session, viewer, case_id, child_ids, family.created_at, wanted, before)
    shown = found[:PER_PAGE]
    entries = _entries(session, shown)
    activity.record_reading(viewer, READ, "case", [case_id])
    return Readings(
        case_id,
        family.reference,
        children,
        child,
        entries,
        shown[-1].sequence if len(found) > PER_PAGE else None,
        is_whole_partnership=access.sees_all_readings(viewer),
    )


def _children(session: Session, viewer: Viewer, case_id: int) -> tuple[NamedChild, ...]:
    rows = session.execute(
        cases_access.children_visible_to(viewer)
        .where(Child.case_id == case_id)
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.given_name, Child.surname)
    )
    return tuple(NamedChild(row.id, f"{row.given_name} {row.surname}") for row in rows)


def _found(
    session: Session,
    viewer: Viewer,
    case_id: int,
    child_ids: list[int],
    since: datetime,
    wanted: Wanted,
    before: int | None,
) -> list[Activity]:
    """What was read `since` the family was entered: SQLite may have given its number before, to one that is erased."""
    things = _things(viewer, case_id, child_ids)
    about = (
        access.readings_visible_to(viewer)
        .join(
            things,
            and_(
                Activity.partnership_id == things.c.partnership_id,
                Activity.subject == things.c.subject,
                Activity.subject_id == things.c.id,
            ),
        )
        .where(_moment >= since)
    )
    found = list(session.scalars(_narrowed(about, wanted, before)))
    if (opened := _while_opened(session, case_id)) is not None and wanted.kind in (None, ReadingKind.EMERGENCY):
        own = Activity.partnership_id == viewer.partnership_id
        pages = access.readings_visible_to(viewer).where(own, Activity.verb == PAGE_READ, opened)
        found += session.scalars(_narrowed(pages, wanted, before))
    by_number = {row.sequence: row for row in found}
    return [by_number[number] for number in sorted(by_number, reverse=True)[: PER_PAGE + 1]]


def _while_opened(session: Session, case_id: int) -> ColumnElement[bool] | None:
    """What somebody did while they had this record open in an emergency, whatever the page was about; None of none."""
    rows = session.execute(
        select(EmergencyOpening.membership_id, EmergencyOpening.opened_at, EmergencyOpening.ended_at).where(
            EmergencyOpening.case_id == case_id
        )
    ).all()
    times = [
        and_(
            Activity.membership_id == row.membership_id,
            Activity.at >= row.opened_at,
            Activity.at <= (row.ended_at or open_until(row.opened_at)),
        )
        for row in rows
    ]
    return or_(*times) if times else None


def _narrowed(rows: Select[Activity], wanted: Wanted, before: int | None) -> Select[Activity]:
    if wanted.kind is not None:
        rows = rows.where(Activity.verb.in_(verbs_of(wanted.kind)))
    if wanted.from_day is not None:
        rows = rows.where(_moment >= london_instant(wanted.from_day, time.min))
    if wanted.to_day is not None:
        rows = rows.where(_moment < london_instant(wanted.to_day + timedelta(days=1), time.min))
    if before is not None:
        rows = rows.where(Activity.sequence < min(max(before, 0), LARGEST))
    # A partnership has one chain, so that numbers tell rows apart.
    return rows.order_by(_number.desc()).limit(PER_PAGE + 1)


def _things(viewer: Viewer, case_id: int, child_ids: list[int]) -> Subquery:
    """What an entry may be about to be about this family, by subject and id.

    Of meetings only those that the viewer sees, so that no reading tells of a meeting for named people only.
    """
    meetings = meetings_access.visible_to(viewer).where(cases_access.is_about(case_id))
    seen = meetings.with_only_columns(Meeting.id.label("id")).cte("seen_meetings")
    meeting_ids = select(seen.c.id)
    at_meetings = select(Invitation.id).where(Invitation.meeting_id.in_(meeting_ids))
    reports = select(Report.id).where(Report.invitation_id.in_(at_meetings))
    escalations = escalations_access.visible_to(viewer).where(
        or_(Escalation.case_id == case_id, Escalation.meeting_id.in_(meeting_ids))
    )
    of_meetings: list[tuple[str, Any, Any]] = [
        ("bundle", ReportBundle.id, ReportBundle.meeting_id.in_(meeting_ids)),
        ("paper", SentPaper.id, SentPaper.meeting_id.in_(meeting_ids)),
        ("strategy_record", StrategyRecord.id, StrategyRecord.meeting_id.in_(meeting_ids)),
        ("report", Report.id, Report.invitation_id.in_(at_meetings)),
        ("file", ReportFile.file_id, ReportFile.report_id.in_(reports)),
        ("file", SentPaper.file_id, SentPaper.meeting_id.in_(meeting_ids)),
        ("withdrawal", ReportWithdrawal.id, ReportWithdrawal.report_id.in_(reports)),
        ("emergency_opening", EmergencyOpening.id, EmergencyOpening.case_id == case_id),
    ]
    keys: list[Any] = [
        select(*_key(viewer, "case", Case.id)).where(Case.id == case_id),
        select(*_key(viewer, "child", Child.id)).where(Child.id.in_(child_ids)),
        select(*_key(viewer, "meeting", seen.c.id)),
        select(*_key(viewer, "invitation", Invitation.id)).where(Invitation.meeting_id.in_(meeting_ids)),
        *(select(*_key(viewer, subject, column)).where(condition) for subject, column, condition in of_meetings),
        escalations.with_only_columns(*_key(viewer, "escalation", Escalation.id)),
    ]
    return union(*keys).subquery("things")


def _key(viewer: Viewer, subject: str, column: Any) -> tuple[Any, ...]:
    """What an index of the trail begins with; the partnership too, so that nothing but this leads to its rows."""
    return literal(viewer.partnership_id).label("partnership_id"), literal(subject).label("subject"), column.label("id")


def _entries(session: Session, rows: list[Activity]) -> list[Reading]:
    hands = hands_of(rows)
    by_link = {row.agency_id for row in rows if row.membership_id is None and row.agency_id is not None}
    agencies = {}
    if by_link:
        names = select(Agency.id, Agency.name).where(Agency.id.in_(by_link))
        agencies = {row.id: row.name for row in session.execute(names)}
    return [
        Reading(
            number=row.sequence,
            at=row.at,
            who=hands[row.sequence].name,
            role=hands[row.sequence].role,
            agency=hands[row.sequence].agency or agencies.get(row.agency_id or 0),
            is_by_link=row.membership_id is None and row.user_id is not None,
            kind=READINGS[row.verb],
            did=did(row.verb),
            is_emergency=is_emergency(row.verb),
        )
        for row in rows
    ]
