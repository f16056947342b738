"""A meeting as a calendar takes it (RFC 5545): when it is and where to read more, and nothing of a child or a family.

Nothing that anybody typed goes into it, so that no text of theirs can add a line to the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from portal.domain.working_days import LONDON

SUMMARY = "Safeguarding meeting"
PRODUCT = "-//Safeguarding partnership portal//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting for one person's calendar. Day and time are London's; without a time it stands for the whole day, and
    without a length nobody has said how long it takes.

    `uid` stays the same for ever, `sequence` rises with each change: so a calendar knows which of two is newer.
    """

    uid: str
    sequence: int
    day: date
    start: time | None
    minutes: int | None
    is_cancelled: bool
    address: str
    """Of its page in the portal, behind sign-in."""
    changed_at: datetime

    @property
    def method(self) -> str:
        """What a calendar is asked to do with it."""
        return CANCEL if self.is_cancelled else REQUEST


def written(entry: Entry, *, to: str, sender: str) -> bytes:
    """The entry as a file for one person; answers are given in the portal, so none is asked for."""
    event = Event()
    event.add("uid", vText(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("summary", vText(SUMMARY))
    event.add("description", vText(f"Answer and read more in the portal: {entry.address}"))
    event.add("url", vUri(entry.address))
    event.add("class", vText("CONFIDENTIAL"))
    event.add("status", vText("CANCELLED" if entry.is_cancelled else "CONFIRMED"))
    event.add("transp", vText("OPAQUE"))
    event.add("organizer", _person(sender, {"CN": vText("Safeguarding portal")}))
    event.add("attendee", _person(to, {"RSVP": vText("FALSE"), "PARTSTAT": vText("NEEDS-ACTION")}))
    if entry.start is None:
        event.add("dtstart", entry.day)
    else:
        begins = datetime.combine(entry.day, entry.start, LONDON)
        event.add("dtstart", begins)
        if entry.minutes is not None:
            # By the clock that runs, not by the one on the wall: an hour in the night of a clock change is an hour.
            event.add("duration", timedelta(minutes=entry.minutes))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", entry.method)
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=entry.day, last_date=entry.day + timedelta(days=366))
    return bytes(calendar.to_ical())


def _person(address: str, parameters: dict[str, vText]) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params.update(parameters)
    return person
