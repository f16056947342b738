"""The pages on which leads and administrators keep their people right: handing over, confirming, waking."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from portal.database.session import writing
from portal.models.people import User
from tests.pages.people_steps import links, page_of
from tests.pages.reading import errors, words
from tests.world import NOW


def of(world, key: str) -> str:
    """Somebody's membership, as a form has it."""
    return str(world.person(key).hat.membership_id)


def put_to_sleep(world, key: str) -> None:
    with writing() as session:
        session.execute(update(User).where(User.id == world.person(key).user_id).values(asleep_at=NOW))


class TestHandingOver:
    """A leaver's work, on one page."""

    def test_ending_a_role_points_to_the_open_work_first(self, lead, world):
        target = page_of(world, "a.gp.practitioner")
        page = lead.get(f"{target}/end")
        assert "They still have 1 section of an audit and 2 actions." in words(page)
        first = f"{target}/hand-over?then=end"
        assert first in links(page)
        done = lead.submit(first, everything=of(world, "a.gp.lead"))
        assert done.location == f"{target}/end"
        page = lead.get(f"{target}/end")
        assert "3 things were handed over" in words(page)
        assert "They still have" not in words(page)
        assert lead.submit(f"{target}/end").location == target
        assert "Open work is still theirs" not in words(lead.get(target))

    def test_each_kind_may_go_to_somebody_else(self, administrator, world):
        target = f"{page_of(world, 'a.chair')}/hand-over"
        page = administrator.submit(target, meetings=of(world, "a.second_chair"), escalations=of(world, "a.manager"))
        assert page.location == page_of(world, "a.chair")
        assert "There is no open work" in words(administrator.get(target))

    def test_the_page_tells_counts_and_no_case(self, administrator, world):
        body = administrator.get(f"{page_of(world, 'a.chair')}/hand-over").get_data(as_text=True)
        for marker in world.hidden_from("a.administrator"):
            assert not marker.is_in(body), marker

    def test_nobody_chosen_is_no_handing_over(self, lead, world):
        page = lead.submit(f"{page_of(world, 'a.gp.practitioner')}/hand-over")
        assert (page.status_code, errors(page)) == (400, ["Choose who takes something over"])

    def test_a_leaver_with_work_is_found_again(self, lead, world):
        target = page_of(world, "a.gp.practitioner")
        lead.submit(f"{target}/end")
        assert "Open work is still theirs" in words(lead.get(target))
        assert "ZQ-A-GP-PRACTITIONER-QZ has left, and their work waits" in words(lead.get("/"))
        assert f"{target}/hand-over" in links(lead.get("/"))
        assert f"{target}/hand-over" in links(lead.get("/people/leavers"))
        lead.submit(f"{target}/hand-over", everything=of(world, "a.gp.lead"))
        assert "Nobody who has left has open work" in words(lead.get("/people/leavers"))


class TestConfirming:
    """Each quarter, who still works there."""

    def test_everybody_is_asked_about_and_nothing_typed_is_lost(self, lead, world):
        practitioner, gone = (f"person_{of(world, f'a.gp.{name}')}" for name in ("practitioner", "deactivated"))
        page = lead.get("/people/confirm")
        assert "last signed in Wednesday 3 June" in words(page)
        half = lead.send(page, **{practitioner: "here"})
        assert half.status_code == 400
        assert errors(half) == ["Say whether ZQ-A-GP-DEACTIVATED-QZ still works with you"]
        assert half.page.find("input", attrs={"name": practitioner, "checked": True})["value"] == "here"
        done = lead.send(half, **{gone: "left"})
        assert done.location == "/people"
        assert "One person has lost their role" in words(lead.get("/people"))
        assert "Your people were confirmed on Wednesday 10 June" in words(lead.get("/people/confirm"))

    def test_the_work_of_whoever_has_left_comes_next(self, lead, world):
        answers = {f"person_{of(world, f'a.gp.{name}')}": "left" for name in ("practitioner", "deactivated")}
        done = lead.submit("/people/confirm", **answers)
        assert done.location == "/people/leavers"
        page = lead.get("/people/leavers")
        assert f"{page_of(world, 'a.gp.practitioner')}/hand-over" in links(page)
        assert "You are the only one here" in words(lead.get("/people/confirm"))

    def test_home_asks_for_it_once_the_quarter_has_begun(self, lead, as_person, at_world_time):
        assert "Say who still works with you" not in words(lead.get("/"))
        assert "/people/confirm" in links(lead.get("/people"))
        at_world_time.move_to(datetime(2026, 7, 1, 9, tzinfo=UTC))
        home = as_person("a.gp.lead").get("/")
        assert "Say who still works with you" in words(home)
        assert "/people/confirm" in links(home)

    def test_leads_alone_have_the_page(self, as_person):
        for key in ("a.administrator", "a.gp.practitioner", "a.business_manager"):
            assert as_person(key).get("/people/confirm").status_code == 403


class TestWaking:
    """An account that nobody used."""

    def test_the_lead_wakes_it_and_the_person_signs_in_as_before(self, lead, as_person, new_client, world, sign_in):
        put_to_sleep(world, "a.gp.practitioner")
        target, person = page_of(world, "a.gp.practitioner"), world.person("a.gp.practitioner")
        browser = new_client()
        refused = browser.submit("/sign-in", email=person.email, password=person.password)
        assert refused.status_code == 400
        assert "Your account is asleep" in words(refused)
        wrong = browser.submit("/sign-in", email=person.email, password="not this one")
        assert "asleep" not in words(wrong)
        assert "Asleep" in words(lead.get("/people"))
        woken = lead.submit(target, action=f"{target}/wake")
        assert woken.location == target
        assert "The account is awake" in words(lead.get(target))
        sign_in(browser, person)
        assert browser.get("/").status_code == 200

    def test_a_session_does_not_outlive_it(self, as_person, world):
        gp = as_person("a.gp.practitioner")
        put_to_sleep(world, "a.gp.practitioner")
        assert gp.get("/").status_code == 302


def test_the_list_of_agencies_shows_which_rest_on_one_person(lead, manager, world):
    assert "One only" not in words(manager.get("/agencies"))
    lead.submit(f"{page_of(world, 'a.gp.practitioner')}/end")
    assert words(manager.get("/agencies")).count("One only") == 1
