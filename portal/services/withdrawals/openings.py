"""Who had opened a report, or one of its files, before it was withdrawn: read from the trail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.vocabulary import ActivityOutcome, Role
from portal.models.activity import Activity
from portal.models.files import ReportFile
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.report_withdrawals import ReportWithdrawal

READ = ("report.read",)
"""The trail's verbs of reading a report, wherever its text stood: a bundle logs it of each report that is in it."""

OPENED = ("file.opened", "file.viewed")
"""The verbs of taking a file along, and of looking at its pages."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One person under one membership: what they opened how often, first and last. `is_own`: of the agency itself."""

    membership_id: int | None
    name: str
    agency: str
    role: Role | None
    first_at: datetime
    last_at: datetime
    times_read: int
    times_file: int
    is_own: bool


def openings_of(session: Session, withdrawal: ReportWithdrawal, agency_id: int) -> list[Opening]:
    """Everybody who had opened what was withdrawn, those of other agencies first, by one query."""
    rows = session.execute(
        _opened(withdrawal)
        .outerjoin(User, User.id == Activity.user_id)
        .outerjoin(Agency, Agency.id == Activity.agency_id)
        .outerjoin(Membership, Membership.id == Activity.membership_id)
        .with_only_columns(
            Activity.membership_id,
            Activity.agency_id,
            User.name,
            Agency.name.label("agency"),
            Membership.role,
            func.min(Activity.at).label("first_at"),
            func.max(Activity.at).label("last_at"),
            func.count().filter(Activity.verb.in_(READ)).label("times_read"),
            func.count().filter(Activity.verb.in_(OPENED)).label("times_file"),
        )
        .group_by(Activity.user_id, Activity.membership_id, Activity.agency_id, User.name, Agency.name, Membership.role)
    )
    found = [
        Opening(
            membership_id=row.membership_id,
            name=row.name or "The portal itself",
            agency=row.agency or "",
            role=row.role,
            first_at=row.first_at,
            last_at=row.last_at,
            times_read=row.times_read,
            times_file=row.times_file,
            is_own=row.agency_id is not None and row.agency_id == agency_id,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.is_own, one.first_at, one.name))


def opened_by(session: Session, withdrawal: ReportWithdrawal) -> frozenset[int]:
    """The memberships under which it had been opened."""
    rows = _opened(withdrawal).where(Activity.membership_id.is_not(None)).with_only_columns(Activity.membership_id)
    return frozenset(found for found in session.scalars(rows.distinct()) if found is not None)


def counts_of(session: Session, withdrawals: Collection[ReportWithdrawal]) -> dict[int, int]:
    """How many people of other agencies had opened each, by withdrawal; the page of a list asks once for all."""
    if not withdrawals:
        return {}
    people: dict[int, set[int]] = {one.id: set() for one in withdrawals}
    reports: dict[int, list[ReportWithdrawal]] = {}
    for one in withdrawals:
        reports.setdefault(one.report_id, []).append(one)
    files = session.execute(
        select(ReportFile.report_id, ReportFile.file_id).where(ReportFile.report_id.in_(reports))
    ).all()
    of_file = {row.file_id: row.report_id for row in files}
    rows = session.execute(
        select(Activity.subject, Activity.subject_id, Activity.user_id, Activity.agency_id)
        .where(
            Activity.partnership_id.in_({one.partnership_id for one in withdrawals}),
            Activity.outcome == ActivityOutcome.DONE,
            or_(_is_read(reports), _is_opened(of_file)),
        )
        .distinct()
    )
    own = {one.id: one.report.invitation.agency_id for one in withdrawals}
    for row in rows:
        report_id = row.subject_id if row.subject == "report" else of_file[row.subject_id]
        for one in reports[report_id]:
            is_part = one.file_id is None or (row.subject == "file" and row.subject_id == one.file_id)
            if is_part and row.user_id is not None and row.agency_id != own[one.id]:
                people[one.id].add(row.user_id)
    return {number: len(found) for number, found in people.items()}


def _opened(withdrawal: ReportWithdrawal) -> Select[Activity]:
    files = select(ReportFile.file_id).where(ReportFile.report_id == withdrawal.report_id)
    if withdrawal.file_id is None:
        opened = or_(
            _is_read([withdrawal.report_id]),
            and_(Activity.subject == "file", Activity.verb.in_(OPENED), Activity.subject_id.in_(files)),
        )
    else:
        opened = _is_opened([withdrawal.file_id])
    return select(Activity).where(
        Activity.partnership_id == withdrawal.partnership_id,
        Activity.outcome == ActivityOutcome.DONE,
        opened,
    )


def _is_read(report_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(Activity.subject == "report", Activity.verb.in_(READ), Activity.subject_id.in_(report_ids))


def _is_opened(file_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(Activity.subject == "file", Activity.verb.in_(OPENED), Activity.subject_id.in_(file_ids))
