"""Calendar files as somebody gets them with their mails, read back by a library that is not ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from icalendar import Calendar

from portal.services.worker import run_due
from tests.mail_server import MailServer
from tests.world import NOW, World


@dataclass(frozen=True)
class Got:
    """One file that came with a mail."""

    method: str
    uid: str
    sequence: int
    event: Any
    calendar: Any


def mailed(server: MailServer, after: timedelta) -> int:
    """Send what waits by then; where the letters of this round begin."""
    before = len(server.letters)
    assert [done for done in run_due(NOW + after, whatever_the_time=True) if done.fault] == []
    return before


def files_of(server: MailServer, world: World, key: str, since: int = 0) -> list[Got]:
    """What somebody got, in the order in which it came."""
    address = world.person(key).email
    return [_read(file) for letter in server.letters[since:] if address in letter.to for file in letter.calendars]


def _read(file: bytes) -> Got:
    calendar = Calendar.from_ical(file)
    [event] = calendar.walk("VEVENT")
    return Got(str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), event, calendar)
