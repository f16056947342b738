"""Home as a page: each thing one step from done, under whichever membership it is, and no child's name."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.audit_vocabulary import ReturnStatus
from portal.models.audits import AuditReturn, AuditRound
from portal.models.meetings import Invitation
from portal.models.people import User
from tests.services.rows import change

MOST_QUERIES = 11
"""No role has something to do in more of Home's parts; who has several roles is counted where the parts are read."""


def tasks_of(page):
    """What stands in the list of things to do, one line for each."""
    return [item.get_text(" ", strip=True) for item in page.select(".app-task")]


@pytest.fixture
def at_home(client, sign_in, world):
    """Home as somebody sees it who has just signed in."""

    def open_home(key, browser=client):
        sign_in(browser, world.person(key))
        answer = browser.get("/")
        assert answer.status_code == 200
        return answer.page

    return open_home


def test_each_thing_is_one_step_from_done(at_home, client, world):
    page = at_home("a.school.lead")
    assert page.h1.get_text() == "What needs you"
    buttons = [(link.get_text().split(":")[0], link["href"]) for link in page.select(".app-task a")]
    initial, review, core_group = (world.meeting(f"a.{name}").id for name in ("initial", "review", "core_group"))
    assert buttons == [
        ("Answer", f"/meetings/{initial}/answer"),
        ("Write", f"/meetings/{initial}/report"),
        ("Read", f"/escalations/{world.escalations['a.disagreement']}"),
        ("Answer", f"/meetings/{core_group}/answer"),
        ("Answer", f"/meetings/{review}/answer"),
    ]
    for _, href in buttons:
        assert client.get(href).status_code == 200
    assert page.find("a", string="Answer 3 invitations on one page")["href"] == "/meetings/answers"


def test_home_says_what_and_when_and_how_late(at_home, world):
    first, second, third, fourth, _ = tasks_of(at_home("a.school.lead"))
    # Two meetings of one kind at one time are told apart by their references.
    assert world.meeting("a.initial").reference in first
    assert first.startswith("Answer an invitation Initial child protection conference, Wednesday 10 June, 14:00")
    assert "It was due Friday 5 June." in first
    assert " Late " in first
    assert second.startswith("Send your report")
    police = world.agency_names["a.police"]
    assert third.startswith(f"{police} has replied: say whether it is enough The threshold that was applied, E-0002")
    assert "Due tomorrow" in third
    assert "Due in 6 days" in fourth


@pytest.mark.parametrize("key", ["a.school.lead", "a.gp.practitioner", "a.chair", "a.coordinator", "a.manager", "both"])
def test_no_child_is_named_on_home(at_home, world, key):
    page = at_home(key)
    assert not [
        marker
        for marker in world.markers
        if marker.kind in ("child", "case", "place", "link")
        if marker.is_in(str(page))
    ]


def test_a_thing_of_another_membership_opens_under_it(at_home, client, world):
    invitation = world.meeting("b.initial").invitations["police"].id
    change(Invitation, invitation, answer=None)
    page = at_home("both")
    other = next(item for item in page.select(".app-task") if item.form and "Answer" in item.get_text())
    assert f"({world.person('both').hats[1].partnership_name})" in other.get_text()
    answer = client.post(
        other.form["action"], data={field["name"]: field.get("value", "") for field in other.form.select("input")}
    )
    assert answer.status_code == 302
    assert answer.location == f"/meetings/{world.meeting('b.initial').id}/answer"
    assert client.get(answer.location).status_code == 200


def test_nothing_to_do_is_said_with_what_comes_next(at_home, world):
    with writing() as session:
        session.execute(
            update(Invitation)
            .where(Invitation.id == world.meeting("a.initial").invitations["gp"].id)
            .values(report_received_on=world.today)
        )
        session.execute(
            update(AuditRound).where(AuditRound.id == world.rounds["a.section_11"]).values(closed_at=world.now)
        )
    page = at_home("a.gp.lead")
    empty = page.select_one(".app-empty").get_text(" ", strip=True)
    assert empty == ("Nothing needs you today. Next: initial child protection conference, Wednesday 10 June, 14:00.")


def test_what_was_done_stands_below_with_what_counts(at_home):
    page = at_home("a.police.lead")
    stats = [stat.get_text(" ", strip=True) for stat in page.select(".app-stat")]
    assert stats == [
        "Answers this month 1",
        "Reports this month 2 2 on time",
        "Your attendance 1 of 2 expected, in the last three months",
    ]
    assert "What counts" in page.get_text()


def test_a_chair_sees_who_has_answered_and_whether_it_will_be_quorate(at_home):
    (row,) = at_home("a.chair").select("tbody tr")
    words = row.get_text(" ", strip=True)
    assert "2 of 4" in words
    assert "1 of 4" in words
    assert "School, Social care" in words
    assert "Not yet" in words
    assert "social care, one more agency missing" in words


def test_a_manager_is_told_whose_register_is_open(at_home, at_world_time, world):
    at_world_time.shift(60 * 60 * 4)
    task, withdrawn = tasks_of(at_home("a.manager"))
    assert task.startswith("A register is not closed")
    assert f"Chair: {world.person('a.chair').name}" in task
    assert withdrawn.startswith("1 withdrawn report to assess for data protection")


def test_a_coordinator_decides_about_not_ours(at_home, client, world):
    page = at_home("a.coordinator")
    links = [link for link in page.select(".app-task a") if link.get_text().startswith("Decide: “Not ours”, says")]
    (link,) = links
    assert client.get(link["href"]).page.h1.get_text() == f"{world.agency_names['a.gp']} says: not ours"
    assert "2 of 2 agencies have not answered" in page.get_text()
    assert "Not quorate yet: social care and one more agency missing" in page.get_text()


def test_what_is_less_urgent_stands_one_step_further(at_home, client, monkeypatch):
    everything = tasks_of(at_home("a.school.lead"))
    monkeypatch.setattr("portal.services.home.page.MOST_TASKS", 2)
    page = client.get("/").page
    assert tasks_of(page) == everything[:2]
    whole = client.get(page.find("a", string=f"See all {len(everything)}")["href"])
    assert whole.page.h1.get_text() == "Everything that needs you"
    assert tasks_of(whole.page) == everything
    assert "Done so far" not in whole.page.get_text()


def test_a_chair_is_led_to_the_strategy_record_to_sign(at_home, client, world):
    page = at_home("a.chair")
    (link,) = [one for one in page.select(".app-task a") if "Sign the strategy record" in one.get_text()]
    assert link["href"] == f"/meetings/{world.meeting('a.strategy').id}/strategy"
    assert client.get(link["href"]).status_code == 200


def test_an_administrator_sends_a_new_link(at_home, client, world):
    person = world.person("a.gp.practitioner")
    change(User, person.user_id, password_hash=None)
    page = at_home("a.administrator")
    link = next(link for link in page.select(".app-task a") if "New link" in link.get_text())
    assert client.get(link["href"]).status_code == 200
    assert person.name in page.get_text()


@pytest.mark.parametrize("key", ["a.board", "a.scrutineer"])
def test_the_board_is_led_to_the_figures(at_home, world, key):
    for name in ("a.section_11", "a.schools"):
        change(AuditRound, world.rounds[name], closed_at=world.now)
    page = at_home(key)
    assert page.select_one("main a[href='/figures']")
    # A reply waits for the scrutineer, who asked.
    assert ("Nothing needs you today." in page.get_text()) is (key == "a.board")


def test_a_panel_is_led_to_the_returns_that_wait_for_it(at_home, client, world):
    school = world.returns["a.school"].id
    change(AuditReturn, school, status=ReturnStatus.SIGNED, released_at=None)
    (link,) = [
        link["href"]
        for link in at_home("a.board").select(".app-task a")
        if "Rate" in link.find_parent(class_="app-task").get_text()
    ]
    assert link == f"/audit-rounds/{world.rounds['a.schools']}?state=signed"
    row = client.get(link).page.select_one(f"tbody a[href='/audits/{school}']")
    assert client.get(row["href"]).page.select_one(f"main a[href='/moderation/{school}']")


@pytest.mark.parametrize("key", ["a.school.lead", "a.chair", "a.coordinator", "a.manager", "a.administrator", "both"])
def test_home_takes_at_most_eleven_queries(client, sign_in, world, count_queries, key):
    sign_in(client, world.person(key))
    with count_queries() as statements:
        client.get("/")
    assert len(statements) <= MOST_QUERIES, statements
    db.session.rollback()


def test_home_asks_strangers_to_sign_in(client):
    assert client.get("/").location.startswith("/sign-in")
