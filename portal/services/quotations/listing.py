"""The quotations that the board reads, those that the viewer proposed, and those put to a chair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.access import quotations as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.scrutiny_vocabulary import QuotationState, Voice
from portal.domain.working_days import london_day
from portal.models.meetings import Meeting
from portal.models.quotations import Quotation
from portal.models.rule_sets import MeetingType
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class AgreedQuotation:
    """All that the board reads of one: no meeting, no child, no agency, and of the day only its year."""

    text: str
    voice: Voice
    year: int
    """In which the chair agreed."""


@dataclass(frozen=True, slots=True)
class OwnQuotation:
    """One that the viewer has proposed, with what became of it."""

    id: int
    version: int
    text: str
    agreed_text: str | None
    voice: Voice
    state: QuotationState
    reason: str
    reference: str
    """The meeting's; empty for the scrutineer, whose pages name no meeting."""
    proposed_at: datetime
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class PutRow:
    """One that is put to the viewer as the meeting's chair."""

    id: int
    voice: Voice
    state: QuotationState
    meeting_type: str
    meeting_on: date
    reference: str
    may_answer: bool


def list_agreed(viewer: Viewer, *, page: int = 1) -> Page[AgreedQuotation]:
    """What chairs have agreed to, the newest first; by two queries."""
    rows = access.agreed_to(viewer)
    total = count(rows)
    number = page_number(page, total)
    found = db.session.execute(
        rows.with_only_columns(Quotation.agreed_text, Quotation.voice, Quotation.answered_at)
        .order_by(Quotation.answered_at.desc(), Quotation.id.desc())
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    )
    listed = [AgreedQuotation(row.agreed_text or "", row.voice, london_day(row.answered_at).year) for row in found]
    return Page(listed, number, total)


def list_own(viewer: Viewer) -> list[OwnQuotation]:
    """What the viewer has proposed, the newest first, at most a page of it; by one query."""
    if not access.may_propose(viewer):
        return []
    rows = db.session.execute(
        access.own_to(viewer)
        .join(Meeting, Meeting.id == Quotation.meeting_id)
        .with_only_columns(Quotation, Meeting.reference)
        .order_by(Quotation.id.desc())
        .limit(PER_PAGE)
    )
    return [
        OwnQuotation(
            one.id,
            one.version,
            one.proposed_text,
            one.agreed_text,
            one.voice,
            one.state,
            one.reason or "",
            reference if viewer.may(Permission.MEETINGS_VIEW) else "",
            one.proposed_at,
            access.may_withdraw(viewer, one),
        )
        for one, reference in rows
    ]


def list_put_to(viewer: Viewer) -> list[PutRow]:
    """Quotations from meetings that the viewer chairs, those that wait first; by one query."""
    rows = db.session.execute(
        access.put_to(viewer)
        .join(Meeting, Meeting.id == Quotation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .with_only_columns(Quotation, Meeting, MeetingType.name)
        .order_by((Quotation.state != QuotationState.PROPOSED).asc(), Quotation.id.desc())
        .limit(PER_PAGE)
    )
    return [
        PutRow(
            one.id,
            one.voice,
            one.state,
            type_name,
            meeting.day,
            meeting.reference,
            access.may_answer(viewer, one, meeting),
        )
        for one, meeting, type_name in rows
    ]
