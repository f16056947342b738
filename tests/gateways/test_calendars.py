"""Calendar files as the icalendar library reads them back, whatever stands in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from portal.domain.working_days import london_instant
from portal.gateways.calendars import SUMMARY, Entry, written

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
ENTRY = Entry("abc@portal.example", 0, date(2026, 6, 17), time(14), 90, False, "https://portal.example/meetings/7", NOW)


def read(entry: Entry, to: str = "jo@example.org") -> tuple[Calendar, Any]:
    """The file, and the one meeting in it."""
    calendar = Calendar.from_ical(written(entry, to=to, sender="no-reply@portal.example"))
    [event] = calendar.walk("VEVENT")
    return calendar, event


entries = st.builds(
    Entry,
    uid=st.just("abc@portal.example"),
    sequence=st.integers(0, 500),
    day=st.dates(date(2020, 1, 1), date(2060, 12, 31)),
    start=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    minutes=st.none() | st.integers(1, 1440),
    is_cancelled=st.booleans(),
    address=st.just("https://portal.example/meetings/7"),
    changed_at=st.just(NOW),
)


@given(entries)
def test_what_is_read_back_is_what_was_meant(entry: Entry) -> None:
    calendar, event = read(entry)
    assert str(calendar["METHOD"]) == ("CANCEL" if entry.is_cancelled else "REQUEST")
    assert str(event["STATUS"]) == ("CANCELLED" if entry.is_cancelled else "CONFIRMED")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (entry.uid, entry.sequence)
    assert str(event["SUMMARY"]) == SUMMARY
    began = event["DTSTART"].dt
    if entry.start is None:
        assert (type(began), began) == (date, entry.day)
        return
    assert began.replace(tzinfo=None) == datetime.combine(entry.day, entry.start)
    assert str(event["DTSTART"].params["TZID"]) == "Europe/London"
    assert began.astimezone(UTC) == london_instant(entry.day, entry.start)
    assert ("DURATION" in event) == (entry.minutes is not None)
    if entry.minutes is not None:
        assert event["DURATION"].dt == timedelta(minutes=entry.minutes)


@given(st.emails())
def test_an_address_adds_no_line(address: str) -> None:
    plain = read(ENTRY)[1]
    event = read(ENTRY, to=address)[1]
    assert len(event.property_items()) == len(plain.property_items())
    assert str(event["ATTENDEE"]) == f"mailto:{address}"


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 0), (date(2026, 3, 30), 1), (date(2026, 10, 26), 0)])
def test_a_time_is_londons_on_both_sides_of_a_clock_change(day: date, hours: int) -> None:
    began = read(Entry("a@b", 0, day, time(10), 60, False, "https://x.example/meetings/1", NOW))[1]["DTSTART"].dt
    assert began.astimezone(ZoneInfo("UTC")).hour == 10 - hours
