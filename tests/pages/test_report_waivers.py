"""A report that is not needed, because: the agency reads why, keeps what it had written, and is asked again."""

from __future__ import annotations

import pytest

from tests.pages.reading import errors, words
from tests.pages.report_steps import autosave, kept


@pytest.fixture
def url(place) -> str:
    """The school's report on A's initial conference."""
    return f"/meetings/{place.id}/report"


@pytest.fixture
def decision(place) -> str:
    """Where it is said whether that report is needed."""
    return f"/meetings/{place.id}/reports/{place.invitations['school'].id}/not-needed"


@pytest.fixture
def waived(chair, decision):
    """It is not needed."""
    chair.submit(decision, reason="something_else", words="ZQ-THEY-MOVED-QZ <b>away</b>")


def test_its_agency_reads_by_whom_and_why(head, place, url, waived):
    meeting = head.get(f"/meetings/{place.id}")
    (link,) = [link for link in meeting.page.select("#report a") if link.get_text(strip=True) == "Why not"]
    assert link["href"] == url
    page = head.get(url)
    assert page.page.h1.get_text() == "No report is needed from you"
    said = words(page)
    assert "ZQ-A-CHAIR-QZ decided on Wednesday 10 June, 11:00 that it is not needed: something else." in said
    assert "ZQ-THEY-MOVED-QZ <b>away</b>" in said
    assert "they can ask for your report again" in said
    assert "What you had written" not in said
    assert "No reports are asked for" not in said


def test_nobody_else_does(as_person, place, url, waived):
    for key in ("a.gp.lead", "a.police.lead"):
        assert "ZQ-THEY-MOVED-QZ" not in as_person(key).get(url).text
    assert as_person("b.school.lead").get(url).status_code == 404


def test_what_was_written_is_kept_and_stands_there_when_it_is_asked_for_again(head, chair, place, url, decision):
    autosave(head, url, worries="Half a thought")
    chair.submit(decision, reason="covered")
    page = head.get(url)
    assert "What you had written is kept." in words(page)
    assert "Half a thought" not in page.text
    chair.submit(decision, action=f"{decision}/take-back")
    assert head.get(url).page.select_one("#worries").get_text().strip() == "Half a thought"
    assert kept(place) == {"worries": "Half a thought"}
    assert "No report is asked of you" not in words(head.get(f"/meetings/{place.id}"))


def test_a_reason_that_says_too_little_needs_words_and_nothing_typed_is_lost(chair, decision):
    refused = chair.submit(decision, reason="something_else")
    assert (refused.status_code, errors(refused)) == (400, ["Say in your own words why"])
    refused = chair.submit(decision, words="ZQ-TYPED-QZ")
    assert (refused.status_code, errors(refused)) == (400, ["Choose why it is not needed"])
    assert refused.page.select_one("#words").get_text().strip() == "ZQ-TYPED-QZ"


def test_who_is_second_to_decide_sees_what_stands_and_keeps_what_they_wrote(chair, coordinator, decision):
    late = coordinator.get(decision)
    chair.submit(decision, reason="covered")
    page = coordinator.send(late, reason="something_else", words="ZQ-TYPED-QZ")
    assert page.status_code == 409
    assert "Another agency’s report says it too" in words(page)
    assert page.page.select_one("#kept-words").get_text().strip() == "ZQ-TYPED-QZ"
