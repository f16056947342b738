"""Actions of meetings as pages: written down, listed, and carried into a plan or not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.domain.plans import Carrying
from portal.models.actions import Action
from portal.services.meeting_actions import carrying
from portal.services.meeting_actions.carrying import Decision
from tests.services.plan_steps import meeting
from tests.services.rows import change, stored
from tests.world import TODAY, viewer_of

MOST_QUERIES = 10
DUE = {"due_on__day": "31", "due_on__month": "8", "due_on__year": "2026"}


@pytest.fixture
def strategy(world) -> str:
    return f"/meetings/{world.meeting('a.strategy').id}/actions"


@pytest.fixture
def conference(world) -> int:
    return meeting(world, "initial_conference", TODAY + timedelta(days=5), case="3", held=False)


def test_a_chair_writes_one_down_and_its_owner_takes_it_to_its_check(as_person, world, strategy):
    chair = as_person("a.chair")
    owner = world.person("a.police.practitioner").hat.membership_id
    answer = chair.submit(
        f"{strategy}/new",
        what="Check who lives there",
        measure="It is written in the record",
        agency=str(world.agencies["a.police"]),
        owner=str(owner),
        **DUE,
    )
    assert (answer.status_code, answer.location) == (303, strategy)
    page = chair.get(strategy).page
    assert "The action is written down" in page.get_text()
    link = next(link for link in page.select("tbody a") if link.get_text(strip=True) == "Check who lives there")
    police = as_person("a.police.practitioner")
    text = police.get(link["href"]).page.get_text()
    assert "It is written in the record" in text
    assert "Strategy meeting" in text
    assert "Name no child" not in police.get(f"{link['href']}/done").page.get_text()
    assert police.submit(f"{link['href']}/done", text="Nobody else lives there.").status_code == 303
    assert chair.submit(f"{link['href']}/check", outcome="close", text="Read the record.").status_code == 303
    assert "Closed" in chair.get(strategy).page.get_text()


def test_what_was_typed_stays_where_something_is_missing(as_person, strategy, world):
    page = as_person("a.chair").submit(
        f"{strategy}/new", what="Visit each week", agency=str(world.agencies["a.police"]), owner_name="Somebody", **DUE
    )
    assert page.status_code == 400
    assert "Say how people will know that it was done" in page.page.get_text()
    assert page.page.find("textarea", attrs={"name": "what"}).get_text(strip=True) == "Visit each week"


def test_an_agency_reads_what_the_meeting_asked_for_and_writes_nothing(as_person, strategy, world):
    page = as_person("a.school.practitioner").get(strategy).page
    assert "ZQ-A-MEETING-ACTION-GP-QZ" in page.get_text()
    assert not page.find("a", string="Add an action")
    action = as_person("a.school.practitioner").get(f"/actions/{world.actions['a.strategy_gp']}").page.get_text()
    assert "ZQ-A-MEASURE-GP-QZ" in action
    assert "ZQ-A-MEETING-HISTORY-GP-QZ" not in action
    own = as_person("a.gp.lead").get(f"/actions/{world.actions['a.strategy_gp']}").page.get_text()
    assert "ZQ-A-MEETING-HISTORY-GP-QZ" in own


def test_a_meeting_without_actions_says_where_they_come_from(as_person, world):
    page = as_person("a.coordinator").get(f"/meetings/{world.meeting('a.review').id}/actions").page
    assert "No action is written down." in page.get_text()
    assert page.find("a", href=f"/meetings/{world.meeting('a.review').id}/open-actions")


def test_the_board_finds_nothing_of_it_anywhere(as_person, world):
    for key in ("a.board", "a.business_manager", "a.scrutineer", "a.sector_lead"):
        client = as_person(key)
        for address in ("/", "/actions?show=all", "/actions?show=overdue", "/actions?source=meeting&show=all"):
            text = client.get(address).page.get_text()
            assert "MEETING-ACTION" not in text, (key, address)
            assert "MEASURE" not in text, (key, address)
        assert client.get(f"/actions/{world.actions['a.strategy_gp']}").status_code == 404
        assert client.get(f"/actions/{world.actions['a.strategy_police']}/check").status_code == 404


def test_a_conference_decides_about_each(as_person, world, conference):
    gp, police = world.actions["a.strategy_gp"], world.actions["a.strategy_police"]
    chair, where = as_person("a.second_chair"), f"/meetings/{conference}/open-actions"
    page = chair.get(where).page
    assert "2 of 2 wait for a decision" in " ".join(page.get_text().split())
    refused = chair.submit(where, **{f"carrying_{gp}": "carried", f"carrying_{police}": "not_carried"})
    assert refused.status_code == 400
    assert "Say why it is not carried into the plan" in refused.page.get_text()
    saved = chair.submit(
        where,
        **{f"carrying_{gp}": "carried", f"carrying_{police}": "not_carried", f"reason_{police}": "It is done."},
    )
    assert saved.status_code == 303
    page = chair.get(where).page
    assert "All are decided." in page.get_text()
    assert page.find("textarea", attrs={"name": f"reason_{police}"}).get_text(strip=True) == "It is done."


def test_both_texts_stand_on_the_page_of_a_lost_race(as_person, world, conference):
    gp, where = world.actions["a.strategy_gp"], f"/meetings/{conference}/open-actions"
    chair = as_person("a.second_chair")
    form = chair.get(where)
    coordinator = viewer_of(world.person("a.coordinator"))
    carrying.decide(coordinator, conference, [Decision(gp, Carrying.NOT_CARRIED, "Another text.", 0)])
    lost = chair.post(where, data={**form_fields(form.page), f"carrying_{gp}": "carried", f"reason_{gp}": "My text."})
    assert lost.status_code == 409
    text = lost.page.get_text()
    assert "Another text." in text
    assert "My text." in text
    # Sent once more, with open eyes, it is taken.
    again = {**form_fields(lost.page), f"carrying_{gp}": "carried"}
    assert chair.post(where, data=again).status_code == 303


def form_fields(page) -> dict[str, str]:
    """What a browser would send of the page's form, radios left alone."""
    form = page.select_one("form.app-text")
    values = {one["name"]: one.get("value", "") for one in form.select("input[type=hidden]")}
    return values | {one["name"]: one.get_text(strip=True) for one in form.select("textarea")}


def test_nothing_stands_before_it(as_person, world):
    page = as_person("a.chair").get(f"/meetings/{world.meeting('a.initial').id}/open-actions").page
    assert "No action of another meeting is open." in page.get_text()


def test_home_of_the_chair_leads_to_the_check(as_person, world):
    page = as_person("a.chair").get("/").page
    number = world.actions["a.strategy_police"]
    link = next(link for link in page.select(".app-task a") if link["href"] == f"/actions/{number}/check")
    assert "MEETING-ACTION" not in page.get_text()
    assert as_person("a.chair").get(link["href"]).status_code == 200


def test_the_list_of_a_chair_is_of_meetings(as_person):
    page = as_person("a.chair").get("/actions").page
    assert page.h1.get_text(strip=True) == "Actions from meetings"
    assert "ZQ-A-MEETING-ACTION-GP-QZ" in page.get_text()
    assert "ZQ-A-ACTION-GP-QZ" not in page.get_text()


@pytest.mark.parametrize("address", ["/meetings/{meeting}/actions", "/meetings/{meeting}/actions/new", "/actions"])
def test_pages_take_few_queries(as_person, world, count_queries, address):
    client, where = as_person("a.chair"), address.format(meeting=world.meeting("a.strategy").id)
    client.get(where)
    with count_queries() as statements:
        assert client.get(where).status_code == 200
    assert len(statements) <= MOST_QUERIES


def test_the_page_of_open_actions_takes_few_queries(as_person, world, count_queries, conference):
    client, where = as_person("a.second_chair"), f"/meetings/{conference}/open-actions"
    client.get(where)
    with count_queries() as statements:
        assert client.get(where).status_code == 200
    assert len(statements) <= MOST_QUERIES
    change(Action, world.actions["a.strategy_gp"], due_on=date(2026, 5, 1))
    assert "Overdue" in client.get(where).page.get_text()
    assert stored(Action, world.actions["a.strategy_gp"]).due_on == date(2026, 5, 1)
