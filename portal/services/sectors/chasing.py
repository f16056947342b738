"""Reminding an agency's leads of what is behind, once a working day, and writing supporting remarks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from portal.access import sector_remarks as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.working_days import is_working_day
from portal.models.people import User
from portal.models.sector_remarks import RemarkWording, SectorRemark, SectorReminder
from portal.services.changes import LOST, Change, changing
from portal.services.notices.recipients import NOBODY, people_of, tell_leads
from portal.services.notices.telling import Telling
from portal.services.sectors.standing import FoundAgency, find_agency
from portal.services.sent_forms import once

LONGEST = 2_000
SUBJECT = "sector_agency"
MOST_LISTED = 50
REMINDED_ALREADY = "This agency was reminded for today already. Once a working day is enough"
NOBODY_LEADS = "Nobody leads at this agency at present, so there is nobody to remind. Tell the business manager"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a remark said from a moment on."""

    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """A remark with every wording, the newest first."""

    id: int
    version: int
    wordings: tuple[Wording, ...]
    may_change: bool

    @property
    def text(self) -> str:
        """What it says now."""
        return self.wordings[0].text


@dataclass(frozen=True, slots=True)
class Reminded:
    """A day on which the agency was reminded."""

    at: datetime
    by: str
    told: int


@dataclass(frozen=True, slots=True)
class AgencyRemarks:
    """What was said to one agency, and when it was reminded."""

    agency: FoundAgency
    remarks: tuple[RemarkRow, ...]
    reminders: tuple[Reminded, ...]
    may_remind: bool
    """Whether a reminder can be sent now: by the sector's lead, once for a working day."""


def remarks_of(viewer: Viewer, agency_id: int) -> AgencyRemarks:
    """The remarks to an agency and its reminders, the newest first; by four queries. Raises NotVisible."""
    agency = find_agency(viewer, agency_id)
    rows = db.session.scalars(
        access.visible_to(viewer).where(SectorRemark.agency_id == agency_id).order_by(SectorRemark.id.desc())
    ).all()
    wordings: dict[int, list[Wording]] = {}
    for one in db.session.scalars(
        select(RemarkWording)
        .where(RemarkWording.remark_id.in_([row.id for row in rows]))
        .options(joinedload(RemarkWording.written_by).load_only(User.name))
        .order_by(RemarkWording.number.desc())
    ):
        by = one.written_by.name if one.written_by else ""
        wordings.setdefault(one.remark_id, []).append(Wording(one.text, one.written_at, by))
    reminders = db.session.scalars(
        access.reminders_visible_to(viewer)
        .where(SectorReminder.agency_id == agency_id)
        .options(joinedload(SectorReminder.reminded_by).load_only(User.name))
        .order_by(SectorReminder.id.desc())
        .limit(MOST_LISTED)
    ).all()
    reminded_today = any(one.for_day == for_day(viewer.today) for one in reminders)
    return AgencyRemarks(
        agency=agency,
        remarks=tuple(
            RemarkRow(row.id, row.version, tuple(wordings[row.id]), access.may_change(viewer, row, agency.agency_type))
            for row in rows
        ),
        reminders=tuple(
            Reminded(one.reminded_at, one.reminded_by.name if one.reminded_by else "", one.told) for one in reminders
        ),
        may_remind=agency.may_chase and not reminded_today,
    )


def remind(viewer: Viewer, agency_id: int) -> int:
    """Remind an agency's leads, in their inbox and by mail; returns how many were told.

    Raises NotVisible, NotPermitted, and Invalid where nobody leads there, or it was reminded for this working day.
    """
    agency = _chased(viewer, agency_id)
    day = for_day(viewer.today)
    try:
        with changing(viewer) as change:
            partnership_id = viewer.partnership_id or 0
            leads = people_of(change.session, partnership_id, [agency_id]).get(agency_id, NOBODY).leads
            if not leads:
                raise Invalid(NOBODY_LEADS)
            made = SectorReminder(
                partnership_id=partnership_id,
                agency_id=agency.id,
                for_day=day,
                reminded_at=viewer.now,
                reminded_by_id=viewer.user_id,
                told=len(leads),
            )
            change.session.add(made)
            change.session.flush()
            telling = Telling(
                NoticeKind.SECTOR_REMINDED, SUBJECT, agency.id, urgency=Urgency.SOON, again=day.isoformat()
            )
            tell_leads(change, partnership_id, agency.id, telling)
            change.log("sector.reminded", "agency", agency.id)
            return made.told
    except IntegrityError:
        raise Invalid(REMINDED_ALREADY) from None


def write_remark(viewer: Viewer, agency_id: int, text: str) -> int:
    """Write a remark to an agency, and tell its leads; gives its id. Raises NotVisible, NotPermitted, Invalid."""
    agency = _chased(viewer, agency_id)
    text = _checked(text)
    with changing(viewer) as change:
        once(change)
        remark = SectorRemark(
            partnership_id=viewer.partnership_id or 0,
            agency_id=agency.id,
            written_by_membership_id=viewer.membership_id or 0,
            number=1,
        )
        change.session.add(remark)
        change.session.flush()
        _word(change, remark, text)
        change.log("sector_remark.written", "sector_remark", remark.id)
        return remark.id


def find_remark(viewer: Viewer, remark_id: int) -> tuple[FoundAgency, RemarkRow]:
    """A remark that the viewer may word anew, with its agency. Raises NotVisible, NotPermitted."""
    row = db.session.scalar(access.visible_to(viewer).where(SectorRemark.id == remark_id))
    if row is None:
        raise NotVisible("There is no such remark.")
    found = remarks_of(viewer, row.agency_id)
    remark = next(one for one in found.remarks if one.id == remark_id)
    if not remark.may_change:
        raise NotPermitted("A remark is worded anew by whoever wrote it.")
    return found.agency, remark


def change_remark(viewer: Viewer, remark_id: int, text: str, *, version: int) -> bool:
    """Word a remark anew; what it said stays readable. Says whether anything changed.

    Raises NotVisible, NotPermitted, Invalid by field ("text") and Conflict.
    """
    agency, before = find_remark(viewer, remark_id)
    text = _checked(text)
    if text == before.text:
        return False
    with changing(viewer) as change:
        remark = change.session.scalar(
            access.visible_to(viewer)
            .where(SectorRemark.id == remark_id)
            .with_for_update(of=SectorRemark)
            .execution_options(populate_existing=True)
        )
        if remark is None or not access.may_change(viewer, remark, agency.agency_type):
            raise NotVisible("There is no such remark.")
        if remark.version != version:
            raise Conflict(LOST, mine={"What you wrote": text}, theirs={"What they wrote": before.text})
        remark.number += 1
        change.session.flush()
        _word(change, remark, text)
        change.log("sector_remark.changed", "sector_remark", remark.id)
    return True


def for_day(day: date) -> date:
    """The working day that something of a day counts for: itself, or the next one."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _word(change: Change, remark: SectorRemark, text: str) -> None:
    viewer = change.viewer
    change.session.add(
        RemarkWording(
            partnership_id=remark.partnership_id,
            remark_id=remark.id,
            number=remark.number,
            text=text,
            written_at=viewer.now,
            written_by_id=viewer.user_id,
        )
    )
    # Only by number, and only its agency: the remark itself is read on its page.
    telling = Telling(NoticeKind.SECTOR_REMARKED, SUBJECT, remark.agency_id, place=remark.id, again=str(remark.number))
    tell_leads(change, remark.partnership_id, remark.agency_id, telling)


def _chased(viewer: Viewer, agency_id: int) -> FoundAgency:
    agency = find_agency(viewer, agency_id)
    if not agency.may_chase:
        raise NotPermitted("Agencies are reminded and written to by the lead of their sector.")
    return agency


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("", errors={"text": ["Enter your remark"]})
    if len(text) > LONGEST:
        sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(sentence, errors={"text": [sentence]})
    return text
