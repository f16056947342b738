"""The record's pages: what is written and missing, for those who keep it; what was signed, for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.access import strategy_records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.strategy_records import Missing, missing, said
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.models.meetings import Meeting
from portal.models.strategy_records import StrategyRecord, StrategyVersion
from portal.services import activity
from portal.services.meetings.children import NamedChild, children_of_meeting
from portal.services.strategy_records.places import check_place, own_invitation_of
from portal.services.strategy_records.snapshots import Shown, shown_from, snapshot_of
from portal.services.strategy_records.stored import Kept, Place, Stored, stored_record


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """A version that was signed; `because` is why it was amended, empty for the first."""

    number: int
    signed_at: datetime
    signed_by: str
    because: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The record of a meeting, as one person sees it."""

    stored: Stored
    children: tuple[NamedChild, ...]
    shown: Shown | None
    """What the viewer reads: what is being written, or what was signed last."""
    missing: tuple[Missing, ...]
    versions: tuple[SignedVersion, ...]
    keeps: bool
    may_write: bool
    may_sign: bool
    may_amend: bool
    own_place: Place | None
    """Where the viewer's agency writes what it shares; empty where it cannot now."""

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type, chair and case."""
        return self.stored.meeting

    @property
    def own(self) -> Kept | None:
        """What the viewer's agency has written so far."""
        return self.stored.answers.get(self.own_place) if self.own_place else None

    @property
    def state(self) -> StrategyRecordState:
        """How far the record is."""
        return self.stored.record.state if self.stored.record else StrategyRecordState.DRAFT

    def is_answered(self, place: Place) -> bool:
        """Whether anything stands there."""
        kept = self.stored.answers.get(place)
        return kept is not None and said(kept.answer)

    def lacks(self, place: Place) -> bool:
        """Whether something there is still missing for the signature."""
        return any((one.question, one.invitation_id) == (place.question, place.invitation_id) for one in self.missing)


@dataclass(frozen=True, slots=True)
class ReadVersion:
    """One version that was signed, in full, with all of them to choose from."""

    meeting: Meeting
    children: tuple[NamedChild, ...]
    version: SignedVersion
    versions: tuple[SignedVersion, ...]
    shown: Shown


@dataclass(frozen=True, slots=True)
class Section:
    """One question to be written on."""

    stored: Stored
    place: Place
    kept: Kept | None
    agency: str
    next: Place | None
    """The place after this one in the record."""
    may_write: bool

    @property
    def meeting(self) -> Meeting:
        """The meeting, with its type, chair and case."""
        return self.stored.meeting

    @property
    def version(self) -> int:
        """What a save is based on; 0 where nothing has been saved."""
        return self.kept.version if self.kept else 0


def open_desk(viewer: Viewer, meeting_id: int) -> Desk:
    """The record of a meeting that the viewer sees; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    stored = stored_record(session, viewer, meeting_id)
    meeting, record = stored.meeting, stored.record
    keeps = access.may_keep(viewer, meeting)
    versions = _versions(session, viewer, record)
    shown = shown_from(snapshot_of(stored)) if keeps else _newest(session, viewer, record)
    if record is not None and shown is not None:
        activity.record_reading(viewer, "strategy_record.read", "strategy_record", [record.id])
    return Desk(
        stored=stored,
        children=children_of_meeting(viewer, meeting.id, meeting.case_id),
        shown=shown,
        missing=tuple(missing(stored.facts, stored.of_meeting, stored.of_agencies)) if keeps else (),
        versions=versions,
        keeps=keeps,
        may_write=access.may_write(viewer, meeting, record),
        may_sign=record is not None and access.may_sign(viewer, meeting, record),
        may_amend=record is not None and access.may_amend(viewer, meeting, record),
        own_place=_own_place(session, viewer, stored),
    )


def open_section(viewer: Viewer, meeting_id: int, place: Place) -> Section:
    """One question of a record, for whoever writes there. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    stored = stored_record(session, viewer, meeting_id)
    own = check_place(session, viewer, stored, place)
    places = stored.places
    after = places[places.index(place) + 1 :] if place in places else []
    names = stored.agency_names
    return Section(
        stored,
        place,
        stored.answers.get(place),
        names.get(str(place.invitation_id), ""),
        after[0] if after and own is None else None,
        access.may_write(viewer, stored.meeting, stored.record)
        if own is None
        else access.may_share(viewer, stored.meeting, own, stored.record),
    )


def read_version(viewer: Viewer, meeting_id: int, number: int) -> ReadVersion:
    """A version as it was signed; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    stored = stored_record(session, viewer, meeting_id)
    record = stored.record
    if record is None:
        raise NotVisible("No such record.")
    versions = _versions(session, viewer, record)
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise NotVisible("No such version.")
    content = session.scalars(
        access.versions_visible_to(viewer)
        .where(StrategyVersion.record_id == record.id, StrategyVersion.number == number)
        .with_only_columns(StrategyVersion.content)
    ).one()
    activity.record_reading(viewer, "strategy_record.read", "strategy_record", [record.id])
    meeting = stored.meeting
    children = children_of_meeting(viewer, meeting.id, meeting.case_id)
    return ReadVersion(meeting, children, found, versions, shown_from(content))


@dataclass(frozen=True, slots=True)
class Line:
    """What a meeting's page says of its record in one line."""

    words: str
    needs_own: bool
    """Whether the viewer's agency can still share what it knows."""


def line_for(viewer: Viewer, meeting: Meeting) -> Line | None:
    """The state of a meeting's record for its page, by two queries; None where its kind has none.

    `meeting` is one that the caller has found visible, with its type.
    """
    if RecordSection.STRATEGY.value not in meeting.meeting_type.sections:
        return None
    session: Session = db.session()
    record = session.scalars(select(StrategyRecord).where(StrategyRecord.meeting_id == meeting.id)).one_or_none()
    own = session.scalar(own_invitation_of(viewer, meeting.id))
    shares = own is not None and access.may_share(viewer, meeting, own, record)
    if record is None:
        return Line("Not begun", shares)
    if record.state is StrategyRecordState.DRAFT:
        return Line("Being written", shares)
    amended = ", and being amended" if record.state is StrategyRecordState.AMENDING else ""
    return Line(f"Signed (version {record.signed_number}){amended}", shares)


def _own_place(session: Session, viewer: Viewer, stored: Stored) -> Place | None:
    own = session.scalar(own_invitation_of(viewer, stored.meeting.id))
    if own is None or not access.may_share(viewer, stored.meeting, own, stored.record):
        return None
    return Place(StrategyQuestion.INFORMATION, own.id)


def _versions(session: Session, viewer: Viewer, record: StrategyRecord | None) -> tuple[SignedVersion, ...]:
    if record is None or not record.signed_number:
        return ()
    rows = session.scalars(
        access.versions_visible_to(viewer)
        .where(StrategyVersion.record_id == record.id)
        .order_by(StrategyVersion.number.desc())
        .options(joinedload(StrategyVersion.signed_by))
    )
    return tuple(
        SignedVersion(
            row.number,
            row.signed_at,
            row.signed_by.name,
            row.amended_because or "",
            row.number == record.signed_number,
        )
        for row in rows
    )


def _newest(session: Session, viewer: Viewer, record: StrategyRecord | None) -> Shown | None:
    if record is None:
        return None
    content = session.scalar(
        access.versions_visible_to(viewer)
        .where(StrategyVersion.record_id == record.id, StrategyVersion.number == record.signed_number)
        .with_only_columns(StrategyVersion.content)
    )
    return None if content is None else shown_from(content)
