"""The data-protection list: what was withdrawn, how much of the 72 hours is left, how many had opened it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from portal.access import report_withdrawals as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.withdrawal_vocabulary import RegulatorStep, WithdrawalState
from portal.domain.withdrawals import Clock
from portal.models.meetings import Invitation
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.withdrawals.openings import counts_of


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    """One entry of the list; nothing of a child, a case or a meeting stands in it."""

    id: int
    agency: str
    is_file: bool
    clock: Clock
    state: WithdrawalState
    opened_by: int


def list_withdrawals(viewer: Viewer, *, page: int = 1) -> Page[WithdrawalRow]:
    """Entries that the viewer sees, those not closed first and by their clock, by a fixed number of queries."""
    seen = access.visible_to(viewer)
    total = count(seen.with_only_columns(ReportWithdrawal.id))
    number = page_number(page, total)
    is_closed = case((ReportWithdrawal.state == WithdrawalState.CLOSED, 1), else_=0)
    rows = list(
        db.session.scalars(
            seen.options(
                joinedload(ReportWithdrawal.report).joinedload(Report.invitation).joinedload(Invitation.agency)
            )
            .order_by(is_closed, ReportWithdrawal.withdrawn_at, ReportWithdrawal.id)
            .limit(PER_PAGE)
            .offset((number - 1) * PER_PAGE)
        )
    )
    opened = counts_of(db.session(), rows)
    return Page(
        [
            WithdrawalRow(
                id=row.id,
                agency=row.report.invitation.agency.name,
                is_file=row.file_id is not None,
                clock=clock_of(row),
                state=row.state,
                opened_by=opened[row.id],
            )
            for row in rows
        ],
        number,
        total,
    )


def count_undecided(viewer: Viewer) -> int:
    """How many entries wait for a decision about the regulator, of those that the viewer sees: for Home."""
    waits = access.visible_to(viewer).where(ReportWithdrawal.regulator == RegulatorStep.NOT_DECIDED)
    return db.session.scalar(select(func.count()).select_from(waits.subquery())) or 0


def clock_of(withdrawal: ReportWithdrawal) -> Clock:
    """The clock of an entry."""
    return Clock(withdrawal.withdrawn_at, withdrawal.regulator, withdrawal.regulator_told_at)
