"""The list of what is still to be signed off and sent after meetings, and how Home leads there."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from portal.database.session import db
from tests.services.plan_steps import meeting
from tests.world import NOW

URL = "/meetings/papers"
MOST_QUERIES = 6


@pytest.fixture
def late(world) -> list[int]:
    """Four core groups of spring without their minutes, and a fifth that nobody need have written up."""
    return [
        meeting(
            world,
            "core_group",
            date(2026, 4, 1) + timedelta(days=one),
            held_time=time(10),
            register_closed_at=NOW,
        )
        for one in range(4)
    ]


def test_home_leads_to_the_list_and_the_list_to_each_meeting(as_person, late):
    chair = as_person("a.second_chair")
    home = chair.get("/").page
    (link,) = [one for one in home.select(".app-task a") if one["href"] == URL]
    assert "The minutes of 4 meetings are overdue" in link.find_parent(class_="app-task").get_text(" ", strip=True)
    page = chair.get(URL).page
    assert page.h1.get_text() == "What you still have to send after meetings"
    addresses = [one["href"] for one in page.select("tbody th a")]
    assert addresses == [f"/meetings/{number}/minutes/write" for number in late]
    assert page.select("tbody tr.app-table__row--late")
    assert chair.get(addresses[0]).status_code == 200


def test_no_child_is_named_there(as_person, world, late):
    page = as_person("a.coordinator").get(URL)
    assert page.page.select("tbody tr")
    assert not [
        marker
        for marker in world.markers
        if marker.kind in ("child", "case", "place", "link") and marker.is_in(page.get_data(as_text=True))
    ]


def test_nothing_waits(as_person):
    assert "Nothing waits to be sent." in as_person("b.second_chair").get(URL).page.get_text()


def test_it_takes_few_queries(as_person, count_queries, late):
    coordinator = as_person("a.coordinator")
    db.session.rollback()
    with count_queries() as statements:
        coordinator.get(URL)
    assert len(statements) <= MOST_QUERIES
