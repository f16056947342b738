"""Holding what one agency gives to a meeting back from another, and letting it through again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.access import meetings as meetings_access
from portal.access import restrictions as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.restriction_vocabulary import HoldReason
from portal.domain.restrictions import REASON_LIMIT
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.models.restrictions import ReportHold
from portal.services.changes import Change, changing
from portal.services.meetings.outlook import HAS_PART
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class Invited:
    """An agency with a part in the meeting."""

    invitation_id: int
    agency_id: int
    name: str
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Hold:
    """What is, or was, held back: of whom, from whom and why."""

    id: int
    of: str
    from_agency: str
    because: HoldReason
    reason: str
    held_at: datetime
    held_by: str
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class HoldsPage:
    """A meeting's holds, those that stand first, and between whom more can be made."""

    meeting: Meeting
    holds: tuple[Hold, ...]
    agencies: tuple[Invited, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """What is asked for: the invitation whose papers are held back, the agency that does not get them, and why."""

    invitation_id: int
    agency_id: int
    because: HoldReason
    reason: str


def holds_of(viewer: Viewer, meeting_id: int) -> HoldsPage:
    """What is held back at a meeting, for those who keep it. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    meeting = session.scalars(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    if not access.may_hold(viewer, meeting):
        raise NotPermitted("Reports are held back by the chair, the coordinator and the safeguarding manager.")
    author, kept_from, holder, ender = aliased(Agency), aliased(Agency), aliased(User), aliased(User)
    rows = session.execute(
        access.holds_visible_to(viewer)
        .join(Invitation, Invitation.id == ReportHold.invitation_id)
        .join(author, author.id == Invitation.agency_id)
        .join(kept_from, kept_from.id == ReportHold.agency_id)
        .join(holder, holder.id == ReportHold.held_by_id)
        .outerjoin(ender, ender.id == ReportHold.ended_by_id)
        .where(Invitation.meeting_id == meeting_id)
        .add_columns(
            author.name.label("of"),
            kept_from.name.label("kept_from"),
            holder.name.label("holder"),
            ender.name.label("ender"),
        )
        .order_by(ReportHold.ended_at.is_not(None), ReportHold.id.desc())
    )
    holds = tuple(
        Hold(
            id=row.ReportHold.id,
            of=row.of,
            from_agency=row.kept_from,
            because=row.ReportHold.because,
            reason=row.ReportHold.reason,
            held_at=row.ReportHold.held_at,
            held_by=row.holder,
            ended_at=row.ReportHold.ended_at,
            ended_by=row.ender or "",
        )
        for row in rows
    )
    return HoldsPage(meeting, holds, _invited(session, meeting_id))


def hold_back(viewer: Viewer, meeting_id: int, holding: Holding) -> None:
    """Hold what an agency gives to a meeting back from another; what is held already stays so.

    From then on the other agency's bundle is without it. Raises NotVisible, NotPermitted, Invalid by field.
    """
    with changing(viewer) as change:
        once(change)
        _meeting(change, meeting_id)
        session = change.session
        invited = {one.invitation_id: one for one in _invited(session, meeting_id)}
        _check(holding, invited)
        standing = session.scalar(
            select(ReportHold.id).where(
                ReportHold.invitation_id == holding.invitation_id,
                ReportHold.agency_id == holding.agency_id,
                ReportHold.ended_at.is_(None),
            )
        )
        change.log("report.held_back", "invitation", holding.invitation_id)
        if standing is not None:
            return
        if viewer.user_id is None:
            raise NotPermitted("Somebody must have held it back.")
        session.add(
            ReportHold(
                partnership_id=viewer.partnership_id,
                invitation_id=holding.invitation_id,
                agency_id=holding.agency_id,
                because=holding.because,
                reason=holding.reason.strip(),
                held_at=viewer.now,
                held_by_id=viewer.user_id,
            )
        )


def let_through(viewer: Viewer, meeting_id: int, hold_id: int) -> None:
    """Let an agency have what was held back from it; once more changes nothing. Raises NotVisible, NotPermitted."""
    with changing(viewer) as change:
        _meeting(change, meeting_id)
        hold = change.session.scalar(
            access.holds_visible_to(viewer)
            .join(Invitation, Invitation.id == ReportHold.invitation_id)
            .where(ReportHold.id == hold_id, Invitation.meeting_id == meeting_id)
            .execution_options(populate_existing=True)
        )
        if hold is None:
            raise NotVisible("Nothing is held back so.")
        if hold.ended_at is None:
            hold.ended_at, hold.ended_by_id = viewer.now, viewer.user_id
        change.log("report.let_through", "invitation", hold.invitation_id)


def _check(holding: Holding, invited: dict[int, Invited]) -> None:
    errors: dict[str, list[str]] = {}
    of = invited.get(holding.invitation_id)
    if of is None:
        errors["of"] = ["Choose one of the agencies shown"]
    if holding.agency_id not in {one.agency_id for one in invited.values()}:
        errors["agency"] = ["Choose one of the agencies shown"]
    elif of is not None and of.agency_id == holding.agency_id:
        errors["agency"] = ["Choose another agency: nobody’s report is held back from themselves"]
    if not holding.reason.strip():
        errors["reason"] = ["Say why they may not have it"]
    elif len(holding.reason) > REASON_LIMIT:
        errors["reason"] = [f"Use {REASON_LIMIT:,} characters or fewer"]
    if errors:
        raise Invalid("", errors=errors)


def _invited(session: Session, meeting_id: int) -> tuple[Invited, ...]:
    rows = session.execute(
        select(Invitation.id, Invitation.agency_id, Agency.name, Invitation.report_received_on)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id, HAS_PART)
        .order_by(Agency.name, Invitation.id)
    )
    return tuple(Invited(row.id, row.agency_id, row.name, row.report_received_on) for row in rows)


def _meeting(change: Change, meeting_id: int) -> Meeting:
    """The meeting, locked so that two who hold back the same do so one after the other."""
    meeting = change.session.scalar(
        meetings_access.visible_to(change.viewer)
        .where(Meeting.id == meeting_id)
        .with_for_update(of=Meeting, key_share=True)
    )
    if meeting is None:
        raise NotVisible("No such meeting.")
    if not access.may_hold(change.viewer, meeting):
        raise NotPermitted("Reports are held back by the chair, the coordinator and the safeguarding manager.")
    return meeting
