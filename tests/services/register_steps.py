"""What tests of the register do again and again: read a row, save it, look at what is kept, say how it is closed."""

from __future__ import annotations

from dataclasses import replace

from portal.database.session import db
from portal.domain.adjourning import first_new_day
from portal.domain.meeting_vocabulary import InquorateReason
from portal.domain.registers import Mark
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.services.registers.closing import Closing
from portal.services.registers.marking import Entry, record
from portal.services.registers.sheet import read_register

IN_PERSON, VIDEO = Mark(Attendance.IN_PERSON), Mark(Attendance.VIDEO)
APOLOGIES, ABSENT = Mark(Attendance.APOLOGIES), Mark(Attendance.NO_RESPONSE)


def row_of(viewer, place, agency):
    """One agency's line, as a page would read it now."""
    db.session.rollback()
    wanted = place.invitations[agency].id
    return next(row for row in read_register(viewer, place.id).rows if row.invitation_id == wanted)


def save(viewer, place, agency, mark, *, note="", seen=None):
    """Save one row, as of now unless `seen` says otherwise."""
    seen = row_of(viewer, place, agency).seen if seen is None else seen
    return record(viewer, place.id, {place.invitations[agency].id: Entry(seen, mark, note)})


def closing(viewer, place, **said) -> Closing:
    """What a chair says who read the closing page just now, of either way that a conference has without its quorum."""
    db.session.rollback()
    sheet = read_register(viewer, place.id)
    plain = Closing(
        sheet.version,
        sheet.seen,
        sheet.scheduled_on,
        sheet.start_time,
        MeetingStatus.HELD,
        inquorate_reason=InquorateReason.SUFFICIENT_INFORMATION,
        inquorate_note="Everybody had written.",
        interim_plan="Stays with gran.",
        new_on=first_new_day(viewer.today),
        new_time=sheet.start_time,
    )
    return replace(plain, **said)
