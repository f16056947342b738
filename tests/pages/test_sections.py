"""The sections under the header: few, each one's own, and one of them current wherever somebody is."""

from __future__ import annotations

import pytest

from tests.access.who import EVERYBODY

MOST = 6


def sections(page) -> list[str]:
    return [one.get_text(strip=True) for one in page.page.select("#navigation a")]


def current(page) -> list[str]:
    return [one.get_text(strip=True) for one in page.page.select("#navigation a[aria-current]")]


def link(page, words: str) -> str:
    return next(one["href"] for one in page.page.main.select("a[href]") if one.get_text(strip=True) == words)


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_nobody_has_more_than_six(as_person, name):
    page = as_person(f"a.{name}").get("/")
    assert 0 < len(sections(page)) <= MOST
    assert current(page) == ["Home"]


@pytest.mark.parametrize(
    ("name", "address", "section"),
    [
        ("chair", "/proposals", "Escalations"),
        ("manager", "/escalations/figures", "Escalations"),
        ("board", "/escalations/figures", "Figures"),
        ("gp.lead", "/agencies", "People"),
        ("gp.lead", "/agencies/closures", "People"),
        ("coordinator", "/agencies", "Agencies"),
        ("board", "/agencies", "Agencies"),
        ("board", "/board", "Board"),
        ("coordinator", "/meeting-kinds", "Meetings"),
        ("business_manager", "/meeting-kinds", "Agencies"),
        ("chair", "/rules", "Meetings"),
        ("business_manager", "/rules", "Agencies"),
        ("board", "/rules", "Agencies"),
        ("business_manager", "/messages", "Agencies"),
        ("administrator", "/messages", "Messages"),
    ],
)
def test_a_page_stands_in_a_section_that_its_reader_has(as_person, name, address, section):
    page = as_person(f"a.{name}").get(address)
    assert page.status_code == 200
    assert current(page) == [section]


def test_a_lead_comes_to_their_agency_from_its_people(as_person):
    people = as_person("a.gp.lead").get("/people")
    assert "Agencies" not in sections(people)
    assert link(people, "Your agency, and when it is closed") == "/agencies"


def test_the_business_manager_comes_to_kinds_rules_and_emails_from_the_agencies(as_person):
    page = as_person("a.business_manager").get("/agencies")
    assert link(page, "Kinds of meetings, and whom each expects") == "/meeting-kinds"
    assert link(page, "Rules of your area, and since when they hold") == "/rules"
    assert link(page, "Emails to agencies, and the work in the background") == "/messages"


@pytest.mark.parametrize("name", ["second_chair", "manager"])
def test_what_the_rules_propose_is_counted_on_the_list_of_escalations(as_person, name):
    page = as_person(f"a.{name}").get("/escalations")
    assert link(page, "1 to deal with") == "/proposals"


def test_who_decides_nothing_is_offered_nothing_to_decide(as_person):
    page = as_person("a.business_manager").get("/escalations")
    assert "/proposals" not in page.text
