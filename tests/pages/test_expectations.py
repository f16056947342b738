"""What the coordinator expects, "not ours" dealt with, and a lead's teams, as pages."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import Expectation
from portal.models.meetings import Invitation


def stored(invitation):
    """An invitation as the database has it now."""
    db.session.rollback()
    return db.session.scalars(
        select(Invitation).where(Invitation.id == invitation.id).execution_options(populate_existing=True)
    ).one()


@pytest.fixture
def browser(new_client, sign_in, world):
    """A browser of somebody who is signed in."""

    def open_browser(key):
        client = new_client()
        sign_in(client, world.person(key))
        return client

    return open_browser


@pytest.fixture
def initial(world):
    """A's initial conference of today, which the school has not answered."""
    return world.meeting("a.initial")


@pytest.fixture
def school(browser):
    """The school's lead."""
    return browser("a.school.lead")


class TestExpecting:
    """`/meetings/<id>/expectations/<invitation>`."""

    def test_the_coordinator_changes_what_is_expected(self, browser, initial):
        coordinator = browser("a.coordinator")
        url = f"/meetings/{initial.id}/expectations/{initial.invitations['school'].id}"
        page = coordinator.get(url)
        assert page.page.select_one("input[checked]")["value"] == "expected"
        sent = coordinator.send(page, expectation="optional", reason="on_roll")
        assert sent.status_code == 303
        assert stored(initial.invitations["school"]).expectation is Expectation.OPTIONAL

    def test_a_reason_that_does_not_fit_is_told_at_its_field(self, browser, initial):
        url = f"/meetings/{initial.id}/expectations/{initial.invitations['school'].id}"
        answer = browser("a.coordinator").submit(url, expectation="not_relevant", reason="on_roll")
        assert answer.status_code == 400
        assert answer.page.select_one(".govuk-error-summary a")["href"] == "#reason"

    def test_not_ours_is_sent_back_with_a_word_that_the_agency_reads(self, browser, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        coordinator = browser("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        missing = coordinator.submit(url, outcome="send_back")
        assert missing.page.select_one(".govuk-error-summary a")["href"] == "#note"
        coordinator.submit(url, outcome="send_back", note="The mother says she is still with you.")
        surgery = browser("a.gp.practitioner")
        for path in ("", "/answer"):
            assert "The mother says she is still with you." in surgery.get(f"/meetings/{review.id}{path}").text
        assert "Answer an invitation" in surgery.get("/").text

    def test_not_ours_is_marked_as_not_relevant_with_a_reason(self, browser, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        coordinator = browser("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        assert "ZQ-A-ANSWER-REVIEW-GP-QZ" in coordinator.get(url).text
        missing = coordinator.submit(url, outcome="not_relevant")
        assert missing.page.select_one(".govuk-error-summary a")["href"] == "#reason"
        coordinator.submit(url, outcome="not_relevant", reason="moved_away")
        assert stored(gp).expectation is Expectation.NOT_RELEVANT
        assert coordinator.get(url).page.h1.get_text().startswith("What is expected of")

    def test_an_answer_that_came_meanwhile_is_not_overrun(self, browser, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        first, second = browser("a.coordinator"), browser("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        page = first.get(url)
        second.submit(url, outcome="send_back", note="Please look again.")
        lost = first.send(page, outcome="not_relevant", reason="moved_away")
        assert lost.status_code == 409
        assert stored(gp).expectation is Expectation.EXPECTED

    def test_it_stands_once_the_register_is_closed(self, browser, world):
        past = world.meeting("a.past_initial")
        coordinator = browser("a.coordinator")
        answer = coordinator.get(f"/meetings/{past.id}/expectations/{past.invitations['school'].id}")
        assert "What is expected stands once the register is closed." in coordinator.get(answer.location).text

    @pytest.mark.parametrize(
        ("key", "status"), [("a.chair", 403), ("a.manager", 403), ("a.school.lead", 403), ("b.coordinator", 404)]
    )
    def test_nobody_else_sets_it(self, browser, initial, key, status):
        url = f"/meetings/{initial.id}/expectations/{initial.invitations['school'].id}"
        assert browser(key).get(url).status_code == status


class TestTeams:
    """`/meetings/<id>/team`."""

    def test_a_lead_gives_a_meeting_to_a_team_which_then_has_it(self, browser, world, initial):
        lead, east = browser("a.social_care.lead"), browser("a.social_care.east")
        assert east.get(f"/meetings/{initial.id}").status_code == 404
        assert "Nobody in particular" in lead.get(f"/meetings/{initial.id}").page.select_one("dl").get_text()
        sent = lead.submit(f"/meetings/{initial.id}/team", team=str(world.teams["a.east"]))
        assert "The meeting was given to that team." in lead.get(sent.location).text
        assert east.get(f"/meetings/{initial.id}").status_code == 200
        lead.submit(f"/meetings/{initial.id}/team", team="0")
        assert east.get(f"/meetings/{initial.id}").status_code == 404

    def test_an_agency_without_teams_is_told_so(self, school, initial):
        assert "Your agency has no teams" in school.get(f"/meetings/{initial.id}/team").text
        assert "Your team" not in school.get(f"/meetings/{initial.id}").text

    def test_another_agencys_team_is_not_on_offer(self, browser, world, initial):
        lead = browser("a.social_care.lead")
        answer = lead.submit(f"/meetings/{initial.id}/team", team=str(world.teams["b.east"]))
        assert answer.status_code == 400
        assert stored(initial.invitations["social_care"]).team_id is None

    def test_only_a_lead_gives(self, browser, initial):
        assert browser("a.social_care.practitioner").get(f"/meetings/{initial.id}/team").status_code == 403
