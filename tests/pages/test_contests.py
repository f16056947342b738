"""The pages of contests: an agency contests, the coordinator decides, both read what came of it."""

from __future__ import annotations

import pytest

from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.vocabulary import Expectation
from portal.models.contests import Contest
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.services.rows import invitation_of, stored


@pytest.fixture
def own(place):
    """The address at which an agency contests what is expected at A's initial conference."""
    return f"/meetings/{place.id}/contest"


@pytest.fixture
def waiting(world):
    """The school's contest of the strategy meeting, which is open."""
    return f"/contests/{world.contests['a.strategy']}"


def test_an_agency_contests_and_reads_what_was_decided(as_person, head, own, place):
    page = head.get(own)
    assert "Expected of you now: Expected: You work with the child" in words(page)
    sent = head.send(page, wanted="not_relevant", reason="no_longer_ours", words="He moved in April.")
    assert (sent.status_code, sent.location) == (303, f"/meetings/{place.id}")
    shown = head.get(own).location
    assert "He moved in April." in words(head.get(shown))
    coordinator = as_person("a.coordinator")
    listed = coordinator.get("/contests")
    assert any("ZQ-A-AGENCY-SCHOOL-QZ" in row and "Initial" in row for row in rows(listed))
    decide = f"{shown}/decide"
    assert decide in links(listed)
    page = coordinator.get(decide)
    assert "He moved in April." in words(page)
    done = coordinator.send(page, outcome="keep", kept_words="He is still on your roll.")
    assert (done.status_code, done.location) == (303, "/contests")
    assert "It is not upheld. What is expected stays, and the agency is told why." in words(
        coordinator.get("/contests")
    )
    assert invitation_of(place, "school").expectation is Expectation.EXPECTED
    told = words(head.get(shown))
    assert "Not upheld" in told
    assert "He is still on your roll." in told


def test_what_is_wrong_is_said_and_what_was_typed_stays(head, own):
    page = head.submit(own, wanted="", reason="something_else", words="")
    assert page.status_code == 400
    assert errors(page) == ["Choose what should be expected of you", "Say in your own words why"]
    page = head.submit(own, reason="something_else", words="Kept words")
    assert page.page.find("textarea").get_text(strip=True) == "Kept words"


def test_a_decision_needs_its_reason_or_its_words(coordinator, waiting):
    assert errors(coordinator.submit(f"{waiting}/decide")) == ["Choose what you decide"]
    assert errors(coordinator.submit(f"{waiting}/decide", outcome="uphold")) == ["Choose why it is so"]
    assert errors(coordinator.submit(f"{waiting}/decide", outcome="keep")) == [
        "Tell the agency why what is expected stays"
    ]


def test_upheld_the_figures_follow_and_the_history_says_so(coordinator, teacher, waiting, world):
    strategy = world.meeting("a.strategy")
    coordinator.submit(f"{waiting}/decide", outcome="uphold", reason="statutory", words="You are right.")
    assert invitation_of(strategy, "school").expectation is Expectation.REPORT_ONLY
    history = f"/meetings/{strategy.id}/expectations/{strategy.invitations['school'].id}/history"
    (line,) = rows(teacher.get(history))
    assert "Optional: You work with the child" in line
    assert "Report only: The law or guidance asks for you (contested and upheld)" in line
    # Whoever is not of the agency reads of it, and is not spoken to.
    (line,) = rows(coordinator.get(history))
    assert "Optional: Works with the child" in line
    assert "Report only: The law or guidance asks for it (contested and upheld)" in line
    assert "You are right." in words(teacher.get(waiting))
    assert coordinator.get(f"{waiting}/decide").location == waiting


def test_whoever_comes_second_sees_what_stands_and_keeps_their_words(as_person, waiting, world):
    first, second = as_person("a.coordinator"), as_person("a.coordinator")
    drawn = second.get(f"{waiting}/decide")
    first.submit(f"{waiting}/decide", outcome="keep", kept_words="It stays.")
    late = second.send(drawn, outcome="keep", kept_words="These are my words.")
    assert late.status_code == 409
    assert "These are my words." in words(late)
    assert "It stays." in words(late)
    assert stored(Contest, world.contests["a.strategy"]).answer == "It stays."


def test_two_colleagues_contest_and_the_second_keeps_their_words(as_person, own):
    lead, teacher = as_person("a.school.lead"), as_person("a.school.practitioner")
    drawn = teacher.get(own)
    lead.submit(own, wanted="optional", reason="another_agency")
    late = teacher.send(drawn, wanted="not_relevant", reason="never_ours", words="My words.")
    assert late.status_code == 409
    assert late.page.find("textarea").get_text(strip=True) == "My words."


def test_it_is_taken_back(head, waiting, world):
    assert f"{waiting}/withdraw" in links(head.get(waiting))
    assert head.submit(f"{waiting}/withdraw").status_code == 303
    assert stored(Contest, world.contests["a.strategy"]).status is ContestStatus.WITHDRAWN
    assert head.get(f"{waiting}/withdraw").location == waiting


def test_in_a_frozen_month_it_is_refused_with_a_clear_sentence_and_nothing_typed_is_lost(as_person, manager, world):
    past = f"/meetings/{world.meeting('a.past_initial').id}/contest"
    school = as_person("a.school.lead")
    drawn = school.get(past)
    assert manager.submit("/figures/months/freeze?month=2026-05").status_code == 303
    refused = school.send(drawn, wanted="not_relevant", reason="never_ours", words="Typed before.")
    assert refused.status_code == 400
    assert "The figures of May 2026 are frozen." in errors(refused)[0]
    assert refused.page.find("textarea").get_text(strip=True) == "Typed before."
    page = school.get(past)
    assert "ask the partnership’s business manager to open a correction" in words(page)
    assert page.page.main.find("form") is None


def test_a_frozen_month_is_not_upheld_and_the_coordinators_words_stay(coordinator, manager, waiting):
    drawn = coordinator.get(f"{waiting}/decide")
    manager.submit("/figures/months/freeze?month=2026-05")
    refused = coordinator.send(drawn, outcome="uphold", reason="statutory", words="You are right.")
    assert refused.status_code == 400
    assert errors(refused) == [
        "The figures of May 2026 are frozen: the business manager has to open a correction first"
    ]
    assert "You are right." in refused.text


def test_the_list_says_when_there_is_nothing(as_person):
    assert "You have contested nothing." in words(as_person("a.other_gp.lead").get("/contests"))
    assert "Nothing waits to be decided." in words(as_person("a.second_chair").get("/contests"))
    everything = as_person("a.second_chair").get("/contests?show=all")
    assert len(rows(everything)) == 1


@pytest.mark.parametrize("path", ["/contests?show=all", "{waiting}", "{waiting}/decide"])
def test_ten_queries_at_most(coordinator, waiting, count_queries, path):
    with count_queries() as statements:
        assert coordinator.get(path.format(waiting=waiting)).status_code == 200
    assert len(statements) <= 10
