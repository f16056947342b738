"""Opening what was sent: the paper as it was, and a receipt that somebody of the agency has read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from portal.access import minutes as access
from portal.access import outcomes as outcomes_access
from portal.access.viewer import Viewer
from portal.database.session import db, writing_apart
from portal.domain.errors import NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcome_vocabulary import PaperKind, Stance
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import PaperReading, SentPaper
from portal.models.outcomes import AgencyView
from portal.services import activity
from portal.services.minutes.drafting import attachment
from portal.services.outcomes.reading import Version, agencies_of, versions_of
from portal.services.outcomes.sittings import ConferenceChild, Sitting, sitting
from portal.services.report_files import Attachment

_READINGS = cast(Table, PaperReading.__table__)


@dataclass(frozen=True, slots=True)
class MinutesRead:
    """One version of the minutes, to be read."""

    sitting: Sitting
    paper: SentPaper
    file: Attachment | None
    newest: int
    """The number of the newest version."""

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.sitting.meeting


@dataclass(frozen=True, slots=True)
class Dissent:
    """An agency that does not agree, and why."""

    agency_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetChild:
    """What a decision sheet says of one child."""

    child: ConferenceChild
    words: Mapping[str, str]
    number: int
    signed_at: datetime
    signed_by: str
    amended_because: str
    dissents: tuple[Dissent, ...]


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """What was decided at a meeting: as it is signed now, or as it stood when a version was sent."""

    meeting: Meeting
    held_on: date
    children: tuple[SheetChild, ...]
    number: int
    """Of the version that was sent; 0 for what is signed now."""
    sent_at: datetime | None


def read_minutes(viewer: Viewer, meeting_id: int, number: int) -> MinutesRead:
    """One version of the minutes; the reading is logged, and noted for an agency's people. Raises NotVisible."""
    session: Session = db.session()
    found = sitting(session, viewer, meeting_id, RecordSection.MINUTES)
    papers = session.scalars(
        access.visible_to(viewer)
        .where(SentPaper.meeting_id == meeting_id, SentPaper.kind == PaperKind.MINUTES)
        .options(joinedload(SentPaper.sent_by))
        .order_by(SentPaper.number)
    ).all()
    paper = next((one for one in papers if one.number == number), None)
    if paper is None:
        raise NotVisible("No such minutes.")
    file = attachment(session, viewer, paper.file_id) if paper.file_id else None
    _note_reading(viewer, paper)
    return MinutesRead(found, paper, file, papers[-1].number)


def read_decisions(viewer: Viewer, meeting_id: int, number: int = 0) -> DecisionSheet:
    """The decision sheet as it was sent under a number, or (0) as it is signed now; the reading is logged and noted.

    Agencies read what was sent, or what is signed: nothing before that. Raises NotVisible.
    """
    session: Session = db.session()
    found = sitting(session, viewer, meeting_id, RecordSection.OUTCOMES)
    paper = _sheet(session, viewer, meeting_id, number) if number else None
    children = tuple(_children(session, viewer, found, paper.sent_at if paper else viewer.now))
    if not children:
        raise NotVisible("Nothing was decided yet.")
    if paper is not None:
        _note_reading(viewer, paper)
    return DecisionSheet(found.meeting, found.held_on, children, number, paper.sent_at if paper else None)


def _sheet(session: Session, viewer: Viewer, meeting_id: int, number: int) -> SentPaper:
    paper = session.scalars(
        access.visible_to(viewer).where(
            SentPaper.meeting_id == meeting_id, SentPaper.kind == PaperKind.DECISIONS, SentPaper.number == number
        )
    ).one_or_none()
    if paper is None:
        raise NotVisible("No such decision sheet.")
    return paper


def _children(session: Session, viewer: Viewer, found: Sitting, as_at: datetime) -> list[SheetChild]:
    """What was signed by then for each child for whom anything was."""
    agencies = agencies_of(session, found.meeting.id)
    versions = versions_of(session, viewer, found.meeting.id, agencies)
    dissents = _dissents(session, viewer, found.meeting.id, agencies, as_at)
    children = []
    for child in found.children:
        signed = [version for version in versions.get(child.id, ()) if _is_signed(version, as_at)]
        if not signed:
            continue
        outcome = signed[-1].outcome
        children.append(
            SheetChild(
                child=child,
                words=signed[-1].words,
                number=outcome.number,
                signed_at=outcome.signed_at or as_at,
                signed_by=outcome.signed_by.name if outcome.signed_by else "",
                amended_because=outcome.amended_because or "",
                dissents=dissents.get(child.id, ()),
            )
        )
    return children


def _is_signed(version: Version, as_at: datetime) -> bool:
    signed_at = version.outcome.signed_at
    return signed_at is not None and signed_at <= as_at


def _dissents(
    session: Session, viewer: Viewer, meeting_id: int, agencies: Mapping[int, str], as_at: datetime
) -> Mapping[int, tuple[Dissent, ...]]:
    """Who did not agree by then, by child: it is part of the record wherever the decision is."""
    rows = session.scalars(
        outcomes_access.views_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id, AgencyView.said_at <= as_at)
        .order_by(AgencyView.number)
    )
    newest = {(view.invitation_id, view.child_id): view for view in rows}
    found: dict[int, list[Dissent]] = {}
    for invitation_id, name in agencies.items():
        for (by, child_id), view in newest.items():
            if by == invitation_id and view.stance is Stance.DISSENTS:
                found.setdefault(child_id, []).append(Dissent(name, view.reason or ""))
    return {child_id: tuple(dissents) for child_id, dissents in found.items()}


def _note_reading(viewer: Viewer, paper: SentPaper) -> None:
    """Log the reading; the first of each agency is its receipt, in a short transaction apart from the page."""
    activity.record_reading(viewer, "paper.read", "paper", [paper.id])
    if viewer.user_id is None or viewer.agency_id is None:
        return
    row: dict[str, Any] = {
        "paper_id": paper.id,
        "agency_id": viewer.agency_id,
        "partnership_id": paper.partnership_id,
        "read_at": viewer.now,
        "read_by_id": viewer.user_id,
    }
    with writing_apart() as connection:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(_READINGS).on_conflict_do_nothing().values(row))
