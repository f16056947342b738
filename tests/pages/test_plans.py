"""Child protection plans as pages: the list, the panel's agenda, midway checks, figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.models.meetings import Meeting
from portal.models.plans import Plan
from portal.services.plans import midway
from tests.services.plan_steps import plan
from tests.services.rows import change
from tests.world import viewer_of

MOST_QUERIES = 10


@pytest.fixture
def half_way(world) -> str:
    """The page of a check that is late today: its conference was held earlier than the world says."""
    number = world.meeting("a.past_initial").id
    change(Meeting, number, scheduled_on=date(2026, 4, 1), held_on=date(2026, 4, 1))
    change(Plan, world.plans["a.2"], started_on=date(2026, 4, 1))
    return f"/meetings/{number}/midway-check"


def test_the_list_names_each_child_and_says_what_the_panel_hears_of(as_person):
    page = as_person("a.manager").get("/plans").page
    assert page.h1.get_text() == "Children with a child protection plan"
    rows = [" ".join(row.get_text().split()) for row in page.select("tbody tr")]
    assert len(rows) == 2
    assert "ZQ-A-PLAN-1-QZ" in rows[0]
    assert "27 months" in rows[0]
    assert "Emotional first neglect" in rows[0]
    assert "Very long" in rows[0]
    assert "Repeat plan" in rows[0]
    assert "ZQ-A-CHILD-2-QZ" in rows[1]
    stats = [one.get_text(strip=True) for one in page.select(".app-stat__value")]
    assert stats == ["2", "1", "1", "1"]


def test_filters_are_kept_in_the_address(as_person, world):
    client = as_person("a.manager")
    plan(world, date(2026, 1, 1), date(2026, 3, 1))
    assert "T-4-2026-01-01" in client.get("/plans?show=ended").page.get_text()
    assert len(client.get("/plans?length=long").page.select("tbody tr")) == 1
    assert "No plan matches." in client.get("/plans?category=sexual").page.get_text()
    assert client.get("/plans?show=x&length=y&category=z&repeat=q&page=w").status_code == 200


def test_it_is_paged(as_person, world):
    for number in range(51):
        plan(world, date(2026, 1, 1) + timedelta(days=number))
    text = " ".join(as_person("a.manager").get("/plans?page=2").page.get_text().split())
    assert "Showing 51 to 53 of 53 plans" in text


def test_nobody_has_a_plan(as_person, world):
    change(Plan, world.plans["a.1"], withdrawn_at=viewer_of(world.person("a.chair")).now)
    assert "No child has a plan." in as_person("a.chair").get("/plans").page.get_text()


def test_the_agenda_says_why_each_stands_on_it(as_person):
    client = as_person("a.manager")
    page = client.get("/plans/panel").page
    (row,) = page.select("tbody tr")
    text = " ".join(row.get_text().split())
    assert "Open for more than 18 months. Not the child’s first plan: had a plan once before" in text
    assert "OFFICIAL-SENSITIVE" in page.get_text()
    earlier = client.get("/plans/panel?as_at-day=1&as_at-month=4&as_at-year=2025").page
    assert "Open for more than 11 months" in earlier.get_text()
    assert "Tuesday 1 April 2025" in earlier.get_text()
    file = earlier.find("a", string="Take it along as CSV")["href"]
    assert "as_at-year=2025" in file
    assert client.get("/plans/panel?as_at-day=31&as_at-month=2&as_at-year=2025").status_code == 400


def test_the_agenda_as_a_file_is_marked_and_names_nobody(as_person):
    answer = as_person("a.manager").get("/plans/panel.csv")
    assert "official-sensitive.csv" in answer.headers["Content-Disposition"]
    text = answer.get_data(as_text=True)
    assert "ZQ-A-PLAN-1-QZ" in text
    assert "OFFICIAL-SENSITIVE" in text
    assert "ZQ-A-CHILD" not in text


def test_an_agenda_without_plans(as_person):
    assert "Nothing stands on the agenda." in as_person("a.second_chair").get("/plans/panel").page.get_text()


def test_a_chair_comes_from_the_list_to_the_check_and_makes_it(as_person, world, half_way):
    chair = as_person("a.second_chair")
    assert half_way in [link["href"] for link in chair.get("/plans/midway").page.select("tbody a")]
    empty = chair.submit(half_way, finding="drifting")
    assert empty.status_code == 400
    assert "Say what you found" in empty.page.get_text()
    assert chair.submit(half_way, finding="drifting", note="Two steps have not begun.").status_code == 303
    page = chair.get(half_way).page.get_text()
    assert "The plan is drifting" in page
    assert "Two steps have not begun." in page
    assert "No midway check is due." in chair.get("/plans/midway").page.get_text()
    assert "Two steps have not begun." in as_person("a.coordinator").get(half_way).page.get_text()


def test_the_manager_sees_whose_checks_are_late(as_person, half_way):
    (row,) = as_person("a.manager").get("/plans/midway").page.select("tbody tr")
    assert "app-table__row--late" in row["class"]
    assert "ZQ-A-SECOND-CHAIR-QZ" in row.get_text()


def test_both_texts_stand_on_the_page_of_a_lost_race(as_person, world, half_way):
    chair = as_person("a.second_chair")
    token = chair.get(half_way).page.find("input", attrs={"name": "csrf_token"})["value"]
    manager = viewer_of(world.person("a.manager"))
    midway.make_check(manager, world.meeting("a.past_initial").id, midway.MidwayFinding.ON_TRACK, "Another text.")
    lost = chair.post(half_way, data={"csrf_token": token, "finding": "drifting", "note": "My text."})
    assert lost.status_code == 409
    text = lost.page.get_text()
    assert "Another text." in text
    assert "My text." in text


def test_the_board_reads_figures_without_small_ones(as_person):
    page = as_person("a.board").get("/plans/figures").page
    assert page.h1.get_text() == "Child protection plans in figures"
    assert [one.get_text(strip=True) for one in page.select(".app-stat__value")] == ["too few", "too few", "0"]
    assert "too few of too few open plans" in page.get_text()
    whole = as_person("a.manager").get("/plans/figures").page
    assert [one.get_text(strip=True) for one in whole.select(".app-stat__value")] == ["2", "1", "0"]
    assert "1 of 2 open plans" in whole.get_text()
    assert as_person("a.board").get("/plans/figures?period=own").status_code == 400


@pytest.mark.parametrize("address", ["/plans", "/plans/panel", "/plans/midway", "/plans/figures", "{midway}"])
def test_pages_take_few_queries(as_person, count_queries, half_way, address):
    client, where = as_person("a.manager"), address.format(midway=half_way)
    client.get(where)
    with count_queries() as statements:
        assert client.get(where).status_code == 200
    assert len(statements) <= MOST_QUERIES
