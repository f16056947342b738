"""Actions as pages: the list, one with its history, and each step on a page of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.domain.audit_vocabulary import ActionStatus
from portal.models.actions import Action
from tests.services.rows import change, stored
from tests.world import TODAY

MOST_QUERIES = 8


def test_the_list_says_what_is_late(as_person, world):
    change(Action, world.actions["a.gp"], due_on=TODAY - timedelta(days=1))
    page = as_person("a.business_manager").get("/actions").page
    rows = page.select("tbody tr")
    assert "app-table__row--late" in rows[0]["class"]
    assert "Overdue" in rows[0].get_text()
    assert "To be checked" in rows[1].get_text()
    assert [stat.get_text(strip=True) for stat in page.select(".app-stat__value")] == ["2", "1", "1", "0"]
    assert "in 1 agency" in page.get_text()


def test_filters_are_kept_in_the_address(as_person, world):
    client = as_person("a.board")
    page = client.get("/actions?show=done").page
    assert [row.a["href"] for row in page.select("tbody tr")] == [f"/actions/{world.actions['a.social_care']}"]
    assert "No action matches." in client.get("/actions?show=closed").page.get_text()
    assert client.get("/actions?show=nonsense&rag=purple&agency_id=x&page=z").status_code == 200


def test_somebody_without_any_is_told_where_they_come_from(as_person):
    text = as_person("a.other_gp.lead").get("/actions").page.get_text()
    assert "No action is open." in text


def test_an_action_goes_from_an_answer_to_closed(as_person, world):
    place = world.returns["a.gp"]
    lead, manager = as_person("a.gp.lead"), as_person("a.business_manager")
    added = lead.submit(
        f"/audits/{place.id}/questions/{place.questions['1.1']}/actions/new",
        what="Train the reception staff",
        owner=str(world.person("a.gp.practitioner").hat.membership_id),
        due_on__day="31",
        due_on__month="8",
        due_on__year="2026",
    )
    assert added.status_code == 303
    where = added.location
    owner = as_person("a.gp.practitioner")
    assert owner.submit(f"{where}/progress", rag="amber", text="Half of them came.").status_code == 303
    assert owner.submit(f"{where}/done", text="All came on 3 June.").status_code == 303
    assert manager.submit(f"{where}/check", outcome="send_back", text="Not the night staff.").status_code == 303
    assert owner.submit(f"{where}/done", text="They came too.").status_code == 303
    assert manager.submit(f"{where}/check", outcome="close", text="Saw the register.").status_code == 303
    page = owner.get(where).page.get_text()
    for said in ("Half of them came.", "All came on 3 June.", "Not the night staff.", "Saw the register.", "Closed"):
        assert said in page
    assert "Is 1.1 so?" in page


def test_an_unfinished_form_says_what_is_missing(as_person, world):
    place = world.returns["a.gp"]
    client = as_person("a.gp.lead")
    page = client.submit(f"/audits/{place.id}/questions/{place.questions['1.1']}/actions/new")
    assert page.status_code == 400
    errors = page.page.select_one(".govuk-error-summary").get_text()
    for said in ("Say what will be done", "Choose who will do it", "Enter the day by which it will be done"):
        assert said in errors
    assert client.submit(f"/actions/{world.actions['a.gp']}/done").status_code == 400
    assert as_person("a.business_manager").submit(f"/actions/{world.actions['a.social_care']}/check").status_code == 400


def test_a_lost_race_keeps_what_was_typed(as_person, world):
    where = f"/actions/{world.actions['a.gp']}/progress"
    lead, owner = as_person("a.gp.lead"), as_person("a.gp.practitioner")
    page = lead.get(where)
    assert owner.submit(where, rag="red", text="Nobody came.").status_code == 303
    lost = lead.send(page, rag="green", text="ZQ-MINE")
    assert lost.status_code == 409
    assert "ZQ-MINE" in lost.page.get_text()
    assert "Somebody else changed this" in lost.page.get_text()
    assert lead.send(lost).status_code == 303
    assert "ZQ-MINE" in owner.get(f"/actions/{world.actions['a.gp']}").page.get_text()


def test_the_board_reads_no_history_on_the_page(as_person, world):
    page = as_person("a.board").get(f"/actions/{world.actions['a.social_care']}")
    text = page.get_data(as_text=True)
    assert "ZQ-A-ACTION-SOCIAL_CARE-QZ" in text
    assert "HISTORY" not in text
    assert "What was said about it" not in text


def test_what_is_typed_is_shown_as_text(as_person, world):
    where = f"/actions/{world.actions['a.gp']}"
    client = as_person("a.gp.practitioner")
    client.submit(f"{where}/progress", text="<b>bold</b> &amp;")
    text = client.get(where).get_data(as_text=True)
    assert "&lt;b&gt;bold&lt;/b&gt; &amp;amp;" in text


def test_an_action_that_is_not_done_has_no_form_to_check_it_however_it_is_asked_for(as_person, world):
    manager, address = as_person("a.business_manager"), f"/actions/{world.actions['a.gp']}/check"
    token = manager.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
    assert manager.get(address).status_code == 403
    assert manager.post(address, data={"csrf_token": token}).status_code == 403


def test_home_leads_to_what_is_late_and_what_to_check(as_person, world):
    change(Action, world.actions["a.gp"], due_on=TODAY - timedelta(days=2))
    owner = as_person("a.gp.practitioner")
    (link,) = [link for link in owner.get("/").page.select(".app-task a") if "Action overdue" in link.get_text()]
    assert owner.get(link["href"]).page.h1.get_text() == "ZQ-A-ACTION-GP-QZ"
    manager = as_person("a.business_manager")
    titles = [title.get_text() for title in manager.get("/").page.select(".app-task__title")]
    assert "1 action overdue in 1 agency" in titles
    assert f"Check an action of {world.agency_names['a.social_care']}" in titles
    for link in manager.get("/").page.select(".app-task a"):
        if "action" in link.get_text():
            assert manager.get(link["href"]).status_code == 200


@pytest.mark.parametrize("path", ["/actions", "/actions/{gp}", "/actions/{gp}/progress"])
def test_pages_take_few_queries(as_person, world, count_queries, path):
    client = as_person("a.gp.lead")
    address = path.format(gp=world.actions["a.gp"])
    with count_queries() as statements:
        assert client.get(address).status_code == 200
    assert len(statements) <= MOST_QUERIES, statements


def test_a_closed_action_offers_nothing_more(as_person, world):
    change(Action, world.actions["a.gp"], status=ActionStatus.CLOSED)
    client = as_person("a.gp.lead")
    where = f"/actions/{world.actions['a.gp']}"
    page = client.get(where).page
    assert not page.select("main a.govuk-button")
    assert client.get(f"{where}/progress").status_code == 403
    assert stored(Action, world.actions["a.gp"]).status is ActionStatus.CLOSED
