"""How far the returns of a round are: the numbers over all of them, and a board with a line for each agency."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ReturnStatus
from portal.domain.returns import Progress
from portal.domain.rounds import RoundState
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, Response
from portal.models.partnerships import Agency
from portal.services.audits.rounds import RoundEntry, find_round
from portal.services.paging import PER_PAGE, Page, page_number


class BoardState(StrEnum):
    """How the board of returns is narrowed: by how far a return is, or to those that are late."""

    LATE = "late"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    MODERATED = "moderated"


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One agency's return; `progress` is empty but while it is being answered."""

    id: int
    agency_id: int
    agency: str
    agency_type: AgencyType
    status: ReturnStatus
    due_on: date
    is_late: bool
    progress: Progress | None
    touched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Returns counted. The return rate is those signed or later, of all asked; it says nothing of what they answer."""

    by_status: Mapping[ReturnStatus, int] = field(default_factory=dict)
    late: int = 0
    types: tuple[AgencyType, ...] = ()

    @property
    def asked(self) -> int:
        """How many agencies are asked."""
        return sum(self.by_status.values())

    @property
    def returned(self) -> int:
        """How many have signed."""
        return sum(self.by_status.get(status, 0) for status in SIGNED_STATUSES)

    def of(self, status: ReturnStatus) -> int:
        """How many are as far as that."""
        return self.by_status.get(status, 0)


@dataclass(frozen=True, slots=True)
class Board:
    """A round's page: what it is, the numbers over all returns that the viewer sees, and a page of them."""

    entry: RoundEntry
    totals: Totals
    returns: Page[ReturnRow]


def board(
    viewer: Viewer,
    round_id: int,
    *,
    agency_type: AgencyType | None = None,
    state: BoardState | None = None,
    page: int = 1,
) -> Board:
    """A round with its returns by agency, by four queries however many there are; raises NotVisible."""
    entry = find_round(viewer, round_id)
    is_open = entry.state is RoundState.OPEN
    counted = _counted(viewer, round_id)
    narrowed = [
        row
        for row in counted
        if (agency_type is None or row.agency_type is agency_type) and (state is None or row.fits(state))
    ]
    total = sum(row.number for row in narrowed)
    number = page_number(page, total)
    rows = _rows(viewer, round_id)
    if agency_type is not None:
        rows = rows.where(Agency.agency_type == agency_type)
    if state is not None:
        rows = rows.where(_fits(viewer, state))
    found = db.session.execute(
        rows.order_by(Agency.name, AuditReturn.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
    begun = _begun(viewer, [row.id for row in found if row.status is ReturnStatus.IN_PROGRESS])
    listed = []
    for row in found:
        progress, touched_at = begun.get(row.id, (None, None))
        instants = (row.started_at, row.submitted_at, row.signed_at, row.moderated_at, touched_at)
        listed.append(
            ReturnRow(
                row.id,
                row.agency_id,
                row.name,
                row.agency_type,
                row.status,
                row.due_on,
                is_open and row.status not in SIGNED_STATUSES and row.due_on < viewer.today,
                progress,
                max((instant for instant in instants if instant is not None), default=None),
            )
        )
    totals = Totals(
        by_status={status: sum(row.number for row in counted if row.status is status) for status in ReturnStatus},
        late=sum(row.number for row in counted if row.is_late) if is_open else 0,
        types=tuple(one for one in AgencyType if any(row.agency_type is one for row in counted)),
    )
    return Board(entry, totals, Page(listed, number, total))


@dataclass(frozen=True, slots=True)
class _Count:
    agency_type: AgencyType
    status: ReturnStatus
    is_late: bool
    number: int

    def fits(self, state: BoardState) -> bool:
        """Whether the returns counted here are in a state, as `_fits` asks it of the database."""
        return self.is_late if state is BoardState.LATE else self.status is ReturnStatus(state)


def late_where(today: date) -> ColumnElement[bool]:
    """Returns that are not signed although their due day has passed."""
    return and_(AuditReturn.due_on < today, AuditReturn.status.not_in(SIGNED_STATUSES))


def _fits(viewer: Viewer, state: BoardState) -> ColumnElement[bool]:
    return late_where(viewer.today) if state is BoardState.LATE else AuditReturn.status == ReturnStatus(state)


def _counted(viewer: Viewer, round_id: int) -> list[_Count]:
    is_late = late_where(viewer.today)
    rows = (
        access.visible_to(viewer)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(AuditReturn.round_id == round_id)
        .with_only_columns(
            Agency.agency_type,
            AuditReturn.status,
            func.count(),
            func.count().filter(is_late),
        )
        .group_by(Agency.agency_type, AuditReturn.status)
    )
    found = []
    for agency_type, status, number, late in db.session.execute(rows):
        found += [_Count(agency_type, status, True, late), _Count(agency_type, status, False, number - late)]
    return [row for row in found if row.number]


def _rows(
    viewer: Viewer, round_id: int
) -> Select[int, int, str, AgencyType, ReturnStatus, date, datetime | None, datetime | None, datetime | None]:
    return (
        access.visible_to(viewer)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(AuditReturn.round_id == round_id)
        .with_only_columns(
            AuditReturn.id,
            AuditReturn.agency_id,
            Agency.name,
            Agency.agency_type,
            AuditReturn.status,
            AuditReturn.due_on,
            AuditReturn.started_at,
            AuditReturn.submitted_at,
            AuditReturn.signed_at,
            AuditReturn.moderated_at,
        )
    )


def _begun(viewer: Viewer, return_ids: Collection[int]) -> dict[int, tuple[Progress, datetime | None]]:
    """How far returns are that are being answered, and when somebody last saved an answer."""
    if not return_ids:
        return {}
    confirmed = and_(Response.rating.is_not(None), Response.is_confirmed)
    waits = and_(Response.rating.is_not(None), ~Response.is_confirmed)
    rows = (
        access.visible_to(viewer)
        .join(Response, and_(Response.return_id == AuditReturn.id, Response.number == AuditReturn.number))
        .where(AuditReturn.id.in_(return_ids))
        .with_only_columns(
            AuditReturn.id,
            func.count(),
            func.count().filter(confirmed),
            func.count().filter(waits, Response.answered_at.is_(None)),
            func.count().filter(waits, Response.answered_at.is_not(None)),
            func.max(Response.answered_at),
        )
        .group_by(AuditReturn.id)
    )
    return {row[0]: (Progress(*row[1:5]), row[5]) for row in db.session.execute(rows)}
