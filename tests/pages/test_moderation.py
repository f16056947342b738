"""Moderation and challenge sessions as pages, and what an agency can find of them before the release."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from portal.database.session import db, writing
from portal.models.audits import Response
from portal.models.moderation import ChallengeSession, Moderation
from tests.escalation_rows import NARRATIVE, EscalationRows
from tests.services.moderation_steps import check, conferences, evidence, moderation_of

MOST_QUERIES = 16


@pytest.fixture
def school(world):
    """The school's return in A."""
    return world.returns["a.school"]


@pytest.fixture
def where(school):
    """Where it is moderated."""
    return f"/moderation/{school.id}"


def test_the_panel_goes_from_answer_to_answer(as_person, world, school, where):
    board = as_person("a.board")
    begin = board.get(where).page
    assert "1 of 6 answers rated by the panel" in begin.get_text()
    first = begin.select_one("main a.govuk-button")
    assert (first.get_text(), first["href"]) == ("Go on rating", f"{where}/questions/{school.questions['1.2']}")
    saved = board.submit(first["href"], button="save", rating="amber", reason="Only half was seen.")
    assert saved.location == f"{where}/questions/{school.questions['1.3']}"
    stopped = board.submit(saved.location, button="stop", rating="green", reason="It was seen.")
    assert stopped.location == where
    assert "3 of 6 answers rated by the panel" in board.get(where).page.get_text()


def test_an_answer_stands_with_all_that_speaks_for_and_against_it(as_person, world, school, where):
    check(world, "a.school", "2.2")
    conferences(world, "a", "school", came=11, of=18)
    evidence(world, "a.school", "2.2")
    text = as_person("a.board").get(f"{where}/questions/{school.questions['2.2']}").page.get_text(" ", strip=True)
    name = world.agency_names["a.school"]
    for said in (
        "ZQ-A-ANSWER-SCHOOL-QZ",
        "Training register",
        "You say green.",
        f"{name} came to 61 % (11 of 18) of the conferences they were expected at.",
        "Attended 61 % 11 of 18",
    ):
        assert said in text


def test_the_board_is_told_no_small_count(as_person, world, school, where):
    check(world, "a.school", "2.2")
    conferences(world, "a", "school", came=3, of=18)
    for path in (f"{where}/questions/{school.questions['2.2']}", f"{where}/session", f"{where}/session/agenda", where):
        text = as_person("a.business_manager").get(path).page.get_text(" ", strip=True)
        assert "at most 5 of 18" in text, path
        assert "3 of 18" not in text, path


def test_escalations_open_with_the_agency_stand_beside_its_answer_as_numbers(as_person, world, school, where):
    check(world, "a.school", "2.2", "open_escalations", 0)
    EscalationRows(world).add(8, with_="school", by="gp", late=True)
    question = f"{where}/questions/{school.questions['2.2']}"
    name = world.agency_names["a.school"]
    for path in (question, f"{where}/session", f"{where}/session/agenda"):
        text = as_person("a.board").get(path).page.get_text(" ", strip=True)
        assert f"You say green. 8 escalations raised with {name} are open, 8 of them overdue." in text, path
        assert not any(secret in text for secret in NARRATIVE), path
    text = as_person("a.board").get(question).page.get_text(" ", strip=True)
    assert "What is open with the agency today. Escalations open 8 raised with the agency" in text
    edition = world.editions["a.schools"].id
    assert "Held against open escalations above 0." in " ".join(
        as_person("a.business_manager").get(f"/frameworks/{edition}").page.get_text(" ", strip=True).split()
    )


@pytest.mark.parametrize("figure", ["open_escalations", "overdue_escalations"])
def test_the_board_is_told_no_small_number_of_escalations(as_person, world, school, where, figure):
    check(world, "a.school", "2.2", figure, 0)
    EscalationRows(world).add(3, with_="school", late=True)
    for path in (f"{where}/questions/{school.questions['2.2']}", f"{where}/session", f"{where}/session/agenda"):
        text = as_person("a.business_manager").get(path).page.get_text(" ", strip=True)
        assert "(too few to say how many)" in text, path
        assert "3 escalations" not in text, path
        assert "Escalations open 3" not in text, path
        assert "Escalations overdue 3" not in text, path


def test_a_moderators_reason_is_found_nowhere_by_the_agency_before_the_release(as_person, world, school, where):
    board, lead = as_person("a.board"), as_person("a.school.lead")
    question = f"{where}/questions/{school.questions['1.2']}"
    secret = "ZQ-A-REASON-QZ"
    board.submit(question, button="save", rating="amber", reason=secret)
    for path in (where, question, f"{where}/session", f"{where}/session/agenda", f"{where}/release", "/", "/actions"):
        answer = lead.get(path)
        assert secret not in answer.get_data(as_text=True), path
        assert "ZQ-A-MODERATION-SCHOOL-QZ" not in answer.get_data(as_text=True), path
    refused = lead.post(question, data={"csrf_token": _token(lead), "rating": "green", "reason": "x", "version": "0"})
    assert refused.status_code == 403
    assert secret not in refused.get_data(as_text=True)
    administrator = as_person("a.administrator").get("/activity").get_data(as_text=True)
    assert "Rated an answer for the panel" in administrator
    assert secret not in administrator
    manager = as_person("a.business_manager")
    assert manager.submit(f"{where}/release").status_code == 303
    assert secret in lead.get(question).get_data(as_text=True)
    assert secret not in as_person("a.gp.lead").get(question).get_data(as_text=True)
    assert secret not in as_person("b.school.lead").get(question).get_data(as_text=True)


def _token(client):
    return client.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]


def test_a_rating_without_a_reason_is_asked_for_one(as_person, school, where):
    answer = as_person("a.board").submit(f"{where}/questions/{school.questions['1.2']}", rating="red")
    assert answer.status_code == 400
    assert "Say why the panel rates it so" in answer.page.select_one(".govuk-error-summary").get_text()


def test_of_two_moderators_the_later_reads_both(as_person, world, school, where):
    question = f"{where}/questions/{school.questions['1.2']}"
    board, manager = as_person("a.board"), as_person("a.business_manager")
    page = board.get(question)
    manager.submit(question, rating="red", reason="ZQ-THEIRS")
    lost = board.send(page, rating="amber", reason="ZQ-MINE")
    assert lost.status_code == 409
    text = lost.page.get_text()
    assert "ZQ-THEIRS" in text
    assert "ZQ-MINE" in text
    assert moderation_of(world, "a.school", "1.2").rating == "red"
    assert board.send(lost).status_code == 303
    assert moderation_of(world, "a.school", "1.2").reason == "ZQ-MINE"


def test_a_session_from_plan_to_release(as_person, world, school, where):
    manager, lead = as_person("a.business_manager"), as_person("a.school.lead")
    moved = manager.submit(f"{where}/session/plan", place="ZQ-ROOM-4", held_on__day="10")
    assert moved.status_code == 303
    told = lead.get(f"{where}/session").page.get_text()
    assert "ZQ-ROOM-4" in told
    assert "No evidence was given." not in told
    point = str(school.questions["2.3"])
    held = manager.submit(f"{where}/session/hold", notes="ZQ-SAID", **{f"agreed-{point}": "amber"})
    assert held.status_code == 303
    assert "ZQ-SAID" not in lead.get(f"{where}/session").get_data(as_text=True)
    released = manager.submit(f"{where}/session", action=f"{where}/session/release")
    assert released.status_code == 303
    text = lead.get(f"{where}/session").page.get_text()
    assert "ZQ-SAID" in text
    assert "No evidence was given." in text
    assert "agreed:" in text


def test_a_day_outside_of_the_rounds_is_refused_at_its_field(as_person, where):
    answer = as_person("a.business_manager").submit(f"{where}/session/plan", held_on__year="2025")
    assert answer.status_code == 400
    assert "The day must be after the return was signed" in answer.page.select_one(".govuk-error-summary").get_text()


def test_two_who_plan_at_once(as_person, world, where):
    manager = as_person("a.business_manager")
    first, second = manager.get(f"{where}/session/plan"), manager.get(f"{where}/session/plan")
    assert manager.send(first, place="By video").status_code == 303
    assert manager.send(second, place="Room 5").status_code == 409
    db.session.rollback()
    found = db.session.query(ChallengeSession).filter_by(return_id=world.returns["a.school"].id).one()
    assert found.place == "By video"


def test_the_agenda_prints_with_its_points(as_person, where):
    page = as_person("a.scrutineer").get(f"{where}/session/agenda").page
    assert page.select("section h3")
    assert "Notes:" in page.get_text()
    assert not page.select("main form")


def test_like_points_stand_together_and_many_that_can_wait_are_folded(as_person, world, school, where):
    with writing() as session:
        for code, response_id in school.responses.items():
            rating = "red" if code == "2.3" else "amber"
            session.execute(update(Response).where(Response.id == response_id).values(rating=rating))
        session.execute(update(Moderation).values(rating="amber"))
    manager = as_person("a.business_manager")
    few = manager.get(f"{where}/session").page
    assert [heading.get_text() for heading in few.select("main h3")] == [
        "Red, without an action (1)",
        "Amber, without an action (5)",
    ]
    titles = [title.get_text() for title in few.select(".app-task__title")]
    assert titles[0] == "1. Is 2.3 so?"
    assert [title.partition(".")[0] for title in titles] == list("123456")
    assert "There is no action to put it right" not in few.main.get_text()
    with writing() as session:
        session.execute(update(Response).where(Response.id == school.responses["2.3"]).values(rating="amber"))
    many = manager.get(f"{where}/session").page
    assert many.select_one("main details summary").get_text(strip=True) == "Amber, without an action (6)"
    assert len(many.select("main details .app-task")) == 6
    printed = manager.get(f"{where}/session/agenda").page
    assert len(printed.select("main ol[start='1'] li")) == 6


@pytest.mark.parametrize(("who", "path"), [("a.board", ""), ("a.school.lead", "/session")])
def test_a_way_back_to_the_return(as_person, school, where, who, path):
    page = as_person(who).get(f"{where}{path}").page
    assert page.select_one(".govuk-back-link")["href"] == f"/audits/{school.id}"


def test_an_action_is_one_link_from_each_point(as_person, school, where):
    links = [link["href"] for link in as_person("a.board").get(f"{where}/session").page.select("main .app-task a")]
    assert any(link.endswith("/actions/new") for link in links)
    assert not any("actions/new" in str(as_person("a.scrutineer").get(f"{where}/session").page) for _ in range(1))


@pytest.mark.parametrize("path", ["", "/questions/{first}", "/session", "/session/agenda"])
def test_pages_take_few_queries(as_person, school, where, count_queries, path):
    client = as_person("a.board")
    with count_queries() as statements:
        assert client.get(where + path.format(first=school.questions["1.1"])).status_code == 200
    assert len(statements) <= MOST_QUERIES, statements
