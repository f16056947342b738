"""A meeting taken along into a calendar, from its page."""

from __future__ import annotations

import pytest
from icalendar import Calendar


@pytest.mark.parametrize("key", ["a.police.practitioner", "a.second_chair", "a.coordinator", "a.manager"])
def test_whoever_sees_the_meeting_takes_it_along(as_person, world, key):
    place = world.meeting("a.review")
    answer = as_person(key).get(f"/meetings/{place.id}/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="safeguarding-meeting.ics"'
    [event] = Calendar.from_ical(answer.get_data()).walk("VEVENT")
    assert str(event["ATTENDEE"]) == f"mailto:{world.person(key).email}"
    assert str(event["URL"]).endswith(f"/meetings/{place.id}")
    assert place.reference not in answer.get_data(as_text=True)


def test_nobody_else_does(as_person, world):
    elsewhere = world.meeting("b.review")
    assert as_person("a.manager").get(f"/meetings/{elsewhere.id}/calendar.ics").status_code == 404
