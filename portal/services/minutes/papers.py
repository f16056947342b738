"""What was sent after a meeting, who has opened it, and what is due: as those who see the meeting find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import minutes as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.domain.vocabulary import AGENCY_ROLES
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import MinutesDraft, PaperReading, SentPaper
from portal.models.outcomes import Outcome
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.services.meetings.outlook import HAS_PART
from portal.services.minutes.corrections import Correction, corrections_of
from portal.services.outcomes.sittings import Sitting, sitting


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether an agency has opened a paper: who did first, and when; empty where nobody has."""

    agency_name: str
    read_by: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One version as lists show it. `receipts` are for those who run the meeting."""

    id: int
    kind: PaperKind
    number: int
    because: str
    due_on: date | None
    sent_at: datetime
    sent_on: date
    sent_by: str
    receipts: tuple[Receipt, ...] = ()
    is_read: bool = False
    """Whether somebody of the viewer's own agency has opened it."""

    @property
    def is_late(self) -> bool:
        """Whether it was sent after its day."""
        return self.due_on is not None and self.sent_on > self.due_on

    @property
    def opened(self) -> int:
        """How many agencies have opened it."""
        return sum(receipt.read_at is not None for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class PapersPage:
    """Minutes and decision sheet of one meeting."""

    sitting: Sitting
    has_decisions: bool
    """Whether this kind of meeting has a decision sheet."""
    decided_at: datetime | None
    """When the last decision was signed or amended; empty before that."""
    sent: tuple[Sent, ...]
    corrections: tuple[Correction, ...]
    draft_saved_at: datetime | None
    may_write: bool
    may_send: bool
    may_ask: bool

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type."""
        return self.sitting.meeting

    def of_kind(self, kind: PaperKind) -> tuple[Sent, ...]:
        """The versions of one paper, the newest first."""
        return tuple(one for one in self.sent if one.kind is kind)

    @property
    def minutes(self) -> tuple[Sent, ...]:
        """The versions of the minutes, the newest first."""
        return self.of_kind(PaperKind.MINUTES)

    @property
    def decisions(self) -> tuple[Sent, ...]:
        """The versions of the decision sheet, the newest first."""
        return self.of_kind(PaperKind.DECISIONS)

    @property
    def minutes_due(self) -> date | None:
        """The day by which the minutes are due, where nobody has sent them."""
        is_over = self.meeting.register_closed_at is not None
        return self.sitting.minutes.minutes_due(self.meeting.day) if is_over and not self.minutes else None

    @property
    def decisions_wait(self) -> bool:
        """Whether something was signed that no sheet which was sent says."""
        if not self.has_decisions or self.decided_at is None:
            return False
        return not self.decisions or self.decisions[0].sent_at < self.decided_at

    @property
    def decisions_due(self) -> date | None:
        """The day by which the decision sheet is due: of the meeting, or after an amendment of that."""
        if not self.has_decisions or self.meeting.register_closed_at is None:
            return None
        if not self.decisions:
            return self.sitting.minutes.decisions_due(self.meeting.day)
        if self.decisions_wait and self.decided_at is not None:
            return self.sitting.minutes.decisions_due(london_day(self.decided_at))
        return None

    @property
    def corrections_close(self) -> date | None:
        """The last day for corrections of the newest minutes; empty where there is none."""
        return self.sitting.minutes.corrections_close(self.minutes[0].sent_on) if self.minutes else None

    @property
    def open_corrections(self) -> int:
        """How many wait for an answer."""
        return sum(one.outcome is CorrectionOutcome.OPEN for one in self.corrections)

    @property
    def taken_corrections(self) -> int:
        """How many were taken and wait for a version that says it right."""
        return sum(one.outcome is CorrectionOutcome.TAKEN and one.taken_into is None for one in self.corrections)


def papers_page(viewer: Viewer, meeting_id: int) -> PapersPage:
    """Minutes and decision sheet of a meeting for whoever sees it, by ten queries at most. Raises NotVisible."""
    session: Session = db.session()
    found = sitting(session, viewer, meeting_id, RecordSection.MINUTES)
    meeting = found.meeting
    is_agency = viewer.role in AGENCY_ROLES
    names = _agencies(session, meeting.id)
    sent = _sent(session, viewer, meeting.id, names)
    newest = next((one for one in sent if one.kind is PaperKind.MINUTES), None)
    may_ask = False
    if is_agency and newest is not None:
        closes_on = found.minutes.corrections_close(newest.sent_on)
        may_ask = viewer.may(Permission.VIEWS_GIVE) and (closes_on is None or viewer.today <= closes_on)
    has_decisions = RecordSection.OUTCOMES.value in meeting.meeting_type.sections
    return PapersPage(
        sitting=found,
        has_decisions=has_decisions,
        decided_at=_decided_at(session, meeting.id) if has_decisions else None,
        sent=tuple(sent),
        corrections=tuple(corrections_of(session, viewer, meeting.id)),
        draft_saved_at=None if is_agency else _draft_saved_at(session, viewer, meeting.id),
        may_write=access.may_write(viewer, meeting),
        may_send=access.may_send(viewer, meeting),
        may_ask=may_ask,
    )


def _agencies(session: Session, meeting_id: int) -> Mapping[int, str]:
    """The agencies that have a part in the meeting, by their ids."""
    rows = session.execute(
        select(Agency.id, Agency.name)
        .join(Invitation, Invitation.agency_id == Agency.id)
        .where(Invitation.meeting_id == meeting_id, HAS_PART)
        .order_by(Agency.name, Agency.id)
    )
    return {row.id: row.name for row in rows}


def _sent(session: Session, viewer: Viewer, meeting_id: int, names: Mapping[int, str]) -> list[Sent]:
    """Every version that was sent, the newest first; none of what it says."""
    rows = session.execute(
        access.visible_to(viewer)
        .where(SentPaper.meeting_id == meeting_id)
        .join(User, User.id == SentPaper.sent_by_id)
        .order_by(SentPaper.number.desc(), SentPaper.id.desc())
        .with_only_columns(
            SentPaper.id,
            SentPaper.kind,
            SentPaper.number,
            SentPaper.because,
            SentPaper.due_on,
            SentPaper.sent_at,
            SentPaper.sent_on,
            User.name,
        )
    ).all()
    readings = _readings(session, viewer, [row.id for row in rows])
    is_agency = viewer.role in AGENCY_ROLES
    return [
        Sent(
            id=row.id,
            kind=row.kind,
            number=row.number,
            because=row.because or "",
            due_on=row.due_on,
            sent_at=row.sent_at,
            sent_on=row.sent_on,
            sent_by=row.name,
            receipts=() if is_agency else _receipts(names, readings.get(row.id, {})),
            is_read=viewer.agency_id in readings.get(row.id, {}),
        )
        for row in rows
    ]


def _readings(
    session: Session, viewer: Viewer, paper_ids: Sequence[int]
) -> Mapping[int, Mapping[int, tuple[str, datetime]]]:
    """Who opened which paper first, by paper and agency."""
    found: dict[int, dict[int, tuple[str, datetime]]] = {}
    if paper_ids:
        rows = session.execute(
            access.readings_visible_to(viewer)
            .where(PaperReading.paper_id.in_(paper_ids))
            .join(User, User.id == PaperReading.read_by_id)
            .with_only_columns(PaperReading.paper_id, PaperReading.agency_id, PaperReading.read_at, User.name)
        )
        for row in rows:
            found.setdefault(row.paper_id, {})[row.agency_id] = (row.name, row.read_at)
    return found


def _receipts(names: Mapping[int, str], readings: Mapping[int, tuple[str, datetime]]) -> tuple[Receipt, ...]:
    return tuple(Receipt(name, *readings.get(agency_id, ())) for agency_id, name in names.items())


def _decided_at(session: Session, meeting_id: int) -> datetime | None:
    """When the last decision was signed or amended: a moment, and nothing of what it says."""
    return session.scalar(
        select(func.max(Outcome.signed_at)).where(Outcome.meeting_id == meeting_id, Outcome.signed_at.is_not(None))
    )


def _draft_saved_at(session: Session, viewer: Viewer, meeting_id: int) -> datetime | None:
    return session.scalar(
        access.drafts_visible_to(viewer)
        .where(MinutesDraft.meeting_id == meeting_id)
        .with_only_columns(MinutesDraft.saved_at)
    )
