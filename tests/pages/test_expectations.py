"""What the coordinator expects, "not ours" dealt with, and a lead's teams, as pages."""

from __future__ import annotations

import pytest

from portal.domain.vocabulary import Expectation
from portal.models.meetings import Invitation
from tests.services.rows import invitation_of, stored


class TestExpecting:
    """`/meetings/<id>/expectations/<invitation>`."""

    def test_the_coordinator_changes_what_is_expected(self, as_person, place):
        coordinator = as_person("a.coordinator")
        url = f"/meetings/{place.id}/expectations/{place.invitations['school'].id}"
        page = coordinator.get(url)
        assert page.page.select_one("input[checked]")["value"] == "expected"
        sent = coordinator.send(page, expectation="optional", reason="on_roll")
        assert sent.status_code == 303
        assert invitation_of(place, "school").expectation is Expectation.OPTIONAL

    def test_a_reason_that_does_not_fit_is_told_at_its_field(self, as_person, place):
        url = f"/meetings/{place.id}/expectations/{place.invitations['school'].id}"
        answer = as_person("a.coordinator").submit(url, expectation="not_relevant", reason="on_roll")
        assert answer.status_code == 400
        assert answer.page.select_one(".govuk-error-summary a")["href"] == "#reason"

    def test_not_ours_is_sent_back_with_a_word_that_the_agency_reads(self, as_person, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        coordinator = as_person("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        missing = coordinator.submit(url, outcome="send_back")
        assert missing.page.select_one(".govuk-error-summary a")["href"] == "#note"
        coordinator.submit(url, outcome="send_back", note="The mother says she is still with you.")
        surgery = as_person("a.gp.practitioner")
        for path in ("", "/answer"):
            assert "The mother says she is still with you." in surgery.get(f"/meetings/{review.id}{path}").text
        assert "Answer an invitation" in surgery.get("/").text

    def test_not_ours_is_marked_as_not_relevant_with_a_reason(self, as_person, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        coordinator = as_person("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        assert "ZQ-A-ANSWER-REVIEW-GP-QZ" in coordinator.get(url).text
        missing = coordinator.submit(url, outcome="not_relevant")
        assert missing.page.select_one(".govuk-error-summary a")["href"] == "#reason"
        coordinator.submit(url, outcome="not_relevant", reason="moved_away")
        assert stored(Invitation, gp.id).expectation is Expectation.NOT_RELEVANT
        assert coordinator.get(url).page.h1.get_text().startswith("What is expected of")

    def test_an_answer_that_came_meanwhile_is_not_overrun(self, as_person, world):
        review = world.meeting("a.review")
        gp = review.invitations["gp"]
        first, second = as_person("a.coordinator"), as_person("a.coordinator")
        url = f"/meetings/{review.id}/expectations/{gp.id}"
        page = first.get(url)
        second.submit(url, outcome="send_back", note="Please look again.")
        lost = first.send(page, outcome="not_relevant", reason="moved_away")
        assert lost.status_code == 409
        assert stored(Invitation, gp.id).expectation is Expectation.EXPECTED

    def test_it_stands_once_the_register_is_closed(self, as_person, world):
        past = world.meeting("a.past_initial")
        coordinator = as_person("a.coordinator")
        answer = coordinator.get(f"/meetings/{past.id}/expectations/{past.invitations['school'].id}")
        assert "What is expected stands once the register is closed." in coordinator.get(answer.location).text

    @pytest.mark.parametrize(
        ("key", "status"), [("a.chair", 403), ("a.manager", 403), ("a.school.lead", 403), ("b.coordinator", 404)]
    )
    def test_nobody_else_sets_it(self, as_person, place, key, status):
        url = f"/meetings/{place.id}/expectations/{place.invitations['school'].id}"
        assert as_person(key).get(url).status_code == status


class TestTeams:
    """`/meetings/<id>/team`."""

    def test_a_lead_gives_a_meeting_to_a_team_which_then_has_it(self, as_person, world, place):
        lead, east = as_person("a.social_care.lead"), as_person("a.social_care.east")
        assert east.get(f"/meetings/{place.id}").status_code == 404
        assert "Nobody in particular" in lead.get(f"/meetings/{place.id}").page.select_one("dl").get_text()
        sent = lead.submit(f"/meetings/{place.id}/team", team=str(world.teams["a.east"]))
        assert "The meeting was given to that team." in lead.get(sent.location).text
        assert east.get(f"/meetings/{place.id}").status_code == 200
        lead.submit(f"/meetings/{place.id}/team", team="0")
        assert east.get(f"/meetings/{place.id}").status_code == 404

    def test_an_agency_without_teams_is_told_so(self, head, place):
        assert "Your agency has no teams" in head.get(f"/meetings/{place.id}/team").text
        assert "Your team" not in head.get(f"/meetings/{place.id}").text

    def test_another_agencys_team_is_not_on_offer(self, as_person, world, place):
        lead = as_person("a.social_care.lead")
        answer = lead.submit(f"/meetings/{place.id}/team", team=str(world.teams["b.east"]))
        assert answer.status_code == 400
        assert invitation_of(place, "social_care").team_id is None

    def test_only_a_lead_gives(self, as_person, place):
        assert as_person("a.social_care.practitioner").get(f"/meetings/{place.id}/team").status_code == 403
