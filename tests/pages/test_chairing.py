"""Giving a meeting to another chair: a page of its own, and the choice on the page for moving."""

from __future__ import annotations

from datetime import date

import pytest

from portal.models.meetings import Meeting
from portal.services.scheduling.opening import open_meeting
from tests.pages.people_steps import links
from tests.pages.pressing import press
from tests.pages.reading import errors, rows, words
from tests.services.rows import stored
from tests.services.scheduling_steps import opening


@pytest.fixture
def path(world):
    """A's review on the 24th at half past nine, which the second chair has."""
    return f"/meetings/{world.meeting('a.review').id}"


@pytest.fixture
def at_once(world, viewer_of):
    """A conference of the first chair's at the very time of that review."""
    given = opening(world, scheduled_on=date(2026, 6, 24), start_time=None)
    return f"/meetings/{open_meeting(viewer_of(world.person('a.coordinator')), given)}"


def of(world, key: str) -> str:
    return str(world.person(key).hat.membership_id)


def chair_now(path: str) -> str:
    return str(stored(Meeting, int(path.rsplit("/", 1)[1])).chair_membership_id)


class TestChanging:
    """The page of its own."""

    def test_the_chair_is_changed_and_the_history_says_so(self, coordinator, as_person, path, world):
        shown = coordinator.get(path)
        assert f"{path}/chair" in links(shown)
        page = coordinator.get(f"{path}/chair")
        assert f"Who chairs now {world.person('a.second_chair').name}" in words(page)
        done = coordinator.send(page, chair_membership_id=of(world, "a.chair"), note="On leave.")
        assert (done.status_code, done.location) == (303, path)
        shown = coordinator.get(path)
        assert "The chair is changed, and both chairs are told." in words(shown)
        assert f"Chair {world.person('a.chair').name}" in words(shown)
        first = rows(coordinator.get(f"{path}/days"))[0]
        names = [world.person(key).name for key in ("a.second_chair", "a.chair", "a.coordinator")]
        assert first.startswith(f"Chair changed {names[0]} {names[1]}")
        assert "On leave." in first
        assert names[2] in first
        assert "On leave." not in words(as_person("a.school.lead").get(f"{path}/days"))
        assert as_person("a.second_chair").get(path).status_code == 404
        assert as_person("a.chair").get(path).status_code == 200

    def test_what_is_missing_is_said(self, coordinator, path):
        page = coordinator.submit(f"{path}/chair", note="On leave.")
        assert (page.status_code, errors(page)) == (400, ["Choose who chairs"])
        assert page.page.find("textarea").get_text(strip=True) == "On leave."

    def test_what_they_are_wanted_for_is_confirmed(self, coordinator, path, at_once, world):
        page = coordinator.submit(f"{path}/chair", chair_membership_id=of(world, "a.chair"))
        assert errors(page) == ["They are wanted elsewhere then. Choose somebody else, or confirm this one"]
        name = world.person("a.chair").name
        assert f"{name}, who chairs, has another meeting that day: Initial child protection conference" in words(page)
        assert chair_now(path) == of(world, "a.second_chair")
        assert coordinator.send(page, take_anyway="yes").status_code == 303
        assert chair_now(path) == of(world, "a.chair")

    def test_the_same_chair_is_no_change(self, coordinator, path, world):
        done = coordinator.submit(f"{path}/chair", chair_membership_id=of(world, "a.second_chair"))
        assert done.status_code == 303
        assert "They chair it already." in words(coordinator.get(path))

    def test_a_lost_race_shows_both(self, coordinator, as_person, world, viewer_of):
        given = opening(world, chair_membership_id=None)
        path = f"/meetings/{open_meeting(viewer_of(world.person('a.coordinator')), given)}"
        drawn = coordinator.get(f"{path}/chair")
        as_person("a.coordinator").submit(f"{path}/chair", chair_membership_id=of(world, "a.second_chair"))
        lost = coordinator.send(drawn, chair_membership_id=of(world, "a.chair"), note="Kept words.")
        assert lost.status_code == 409
        for key in ("a.chair", "a.second_chair"):
            assert world.person(key).name in words(lost)
        assert chair_now(path) == of(world, "a.second_chair")
        # What was typed goes along with the choice.
        assert lost.page.find("input", attrs={"name": "note"})["value"] == "Kept words."
        assert coordinator.send(lost).status_code == 303
        assert chair_now(path) == of(world, "a.chair")

    def test_one_that_is_over_stands(self, coordinator, world):
        past = f"/meetings/{world.meeting('a.past_initial').id}"
        assert coordinator.get(f"{past}/chair").status_code == 403
        assert f"{past}/chair" not in links(coordinator.get(past))

    def test_nobody_else_is_offered_it(self, as_person, path):
        for key in ("a.manager", "a.second_chair"):
            assert f"{path}/chair" not in links(as_person(key).get(path)), key

    def test_it_takes_few_queries(self, coordinator, path, count_queries, world):
        with count_queries() as statements:
            page = coordinator.get(f"{path}/chair")
        assert len(statements) <= 10
        with count_queries() as statements:
            assert coordinator.send(page, chair_membership_id="").status_code == 400
        assert len(statements) <= 10


class TestMoving:
    """The choice on the page for moving."""

    def test_it_stays_unless_another_is_chosen(self, coordinator, path, world):
        page = coordinator.get(f"{path}/move")
        chosen = page.page.find("select", attrs={"name": "chair_membership_id"}).find("option", selected=True)
        assert chosen.get_text(strip=True) == world.person("a.second_chair").name
        coordinator.send(
            page,
            reason="needed_sooner",
            **{"scheduled_on-day": "22", "scheduled_on-month": "6", "scheduled_on-year": "2026"},
        )
        assert chair_now(path) == of(world, "a.second_chair")

    def test_day_and_chair_change_together(self, coordinator, path, world):
        page = coordinator.get(f"{path}/move")
        day = {"scheduled_on-day": "22", "scheduled_on-month": "6", "scheduled_on-year": "2026"}
        done = coordinator.send(page, reason="chair_cannot_come", chair_membership_id=of(world, "a.chair"), **day)
        assert done.status_code == 303
        assert chair_now(path) == of(world, "a.chair")
        first = rows(coordinator.get(f"{path}/days"))[0]
        assert first.startswith(f"Moved Wednesday 24 June, 09:30 Chair: {world.person('a.second_chair').name}")
        assert f"Monday 22 June, 09:30 Chair: {world.person('a.chair').name}" in first

    def test_the_new_chair_is_held_against_their_diary_where_the_day_stays(self, coordinator, path, at_once, world):
        page = coordinator.get(f"{path}/move")
        page = coordinator.send(page, reason="chair_cannot_come", chair_membership_id=of(world, "a.chair"))
        assert errors(page) == ["Something clashes with this. Choose another time, or confirm this one"]
        assert coordinator.send(page, take_anyway="yes").status_code == 303
        assert chair_now(path) == of(world, "a.chair")

    def test_one_that_nobody_chairs_yet_may_stay_so(self, coordinator, world):
        path = f"/meetings/{world.meeting('a.core_group').id}"
        page = coordinator.get(f"{path}/move")
        day = {"scheduled_on-day": "18", "scheduled_on-month": "6", "scheduled_on-year": "2026"}
        done = coordinator.send(page, reason="needed_sooner", format="video", start_time="10:00", **day)
        assert done.status_code == 303, errors(done)
        assert chair_now(path) == "None"


def test_what_a_chair_is_told_leads_to_their_meetings(coordinator, as_person, path, world):
    """The meeting is not theirs to see: the notice does not lead into a page that is not there."""
    coordinator.submit(f"{path}/chair", chair_membership_id=of(world, "a.chair"))
    former = as_person("a.second_chair")
    inbox = former.get("/inbox")
    button = next(
        one
        for one in inbox.page.main.find_all("button")
        if "Somebody else chairs a meeting" in one.get_text(strip=True)
    )
    assert press(former, inbox, button).location == "/meetings"
