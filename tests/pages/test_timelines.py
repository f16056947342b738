"""The pages of a family's and a child's timeline: narrowed by the address, paged, and whole for printing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from portal.database.session import writing
from portal.domain.vocabulary import MeetingFormat, MeetingStatus
from portal.models.meetings import Meeting
from tests.pages.people_steps import links
from tests.pages.reading import words
from tests.services.escalation_steps import DISAGREEMENT, raised
from tests.services.family_steps import sibling
from tests.world import NOW

MOST_QUERIES = 10


@pytest.fixture
def timeline(world) -> str:
    """The timeline of A's first family."""
    return f"/cases/{world.cases['a.1']}/timeline"


def lines(page) -> list[str]:
    """What stands in each line's heading."""
    return [title.get_text(" ", strip=True) for title in page.page.select(".moj-timeline__title")]


def test_what_each_may_see_stands_in_one_list_with_a_way_to_it(as_person, timeline, world, viewer_of):
    asked = raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT)
    page = as_person("a.gp.lead").get(timeline)
    initial = world.meeting("a.initial").id
    ways = [link["href"] for link in page.page.select(".moj-timeline a")]
    assert ways == [f"/escalations/{asked}"] + [f"/meetings/{initial}"] * 5
    assert lines(page)[1] == "Initial child protection conference"
    assert all(line.startswith("Report of ") for line in lines(page)[2:])
    assert "/escalations/" not in as_person("a.coordinator").get(timeline).page.main.decode()
    for name, status in (("a.other_gp.lead", 404), ("b.gp.lead", 404), ("a.business_manager", 403)):
        assert as_person(name).get(timeline).status_code == status, name


def test_it_is_narrowed_by_the_address(chair, timeline):
    whole = lines(chair.get(timeline))
    reports = lines(chair.get(f"{timeline}?kind=report"))
    assert reports
    assert reports == [line for line in whole if line.startswith("Report of ")]
    on_the_day = chair.get(f"{timeline}?from=2026-06-10&to=2026-06-10")
    assert lines(on_the_day) == ["Initial child protection conference"]
    assert "Filter (2 set)" in words(on_the_day)
    none = chair.get(f"{timeline}?to=2001-01-01")
    assert "Nothing is like that." in words(none)
    assert timeline in links(none)


@pytest.mark.parametrize("query", ["from=yesterday", "kind=secrets", "to=2026-02-30", "page=x&from=1066-10-14"])
def test_what_cannot_be_read_in_the_address_is_said(chair, timeline, query):
    page = chair.get(f"{timeline}?{query}")
    assert page.status_code == 400
    assert page.page.select(".govuk-error-summary")


def test_each_child_of_several_has_a_timeline_of_its_own(chair, timeline, world):
    assert not chair.get(timeline).page.select("nav[aria-label='Timelines of the children']")
    sister = sibling(world)
    address = f"/cases/{world.cases['a.1']}/children/{sister}/timeline"
    assert address in links(chair.get(timeline))
    page = chair.get(address)
    assert page.page.h1.get_text() == "Timeline of Sister Younger"
    assert timeline in [link["href"] for link in page.page.select(".govuk-back-link")]
    assert "Initial child protection conference" in lines(page)
    assert chair.get(f"/cases/{world.cases['a.1']}/children/{world.children['a.2']}/timeline").status_code == 404


def test_a_long_one_has_pages_and_can_be_printed_whole(chair, timeline, world, count_queries):
    with count_queries() as short:
        chair.get(timeline)
    with writing() as session:
        place = session.get_one(Meeting, world.meeting("a.initial").id)
        many = [
            {
                "partnership_id": place.partnership_id,
                "reference": f"MANY-{number}",
                "meeting_type_id": place.meeting_type_id,
                "case_id": place.case_id,
                "chair_membership_id": place.chair_membership_id,
                "scheduled_on": date(2024, 1, 1) + timedelta(days=number),
                "status": MeetingStatus.CANCELLED,
                "format": MeetingFormat.VIDEO,
                "created_at": NOW,
                "version": 1,
            }
            for number in range(120)
        ]
        session.execute(insert(Meeting), many)
    with count_queries() as long:
        first = chair.get(f"{timeline}?kind=meeting")
    assert len(lines(first)) == 50
    assert "Showing 1 to 50 of 121 happenings" in words(first)
    assert f"{timeline}?kind=meeting&page=3" in links(first)
    whole = f"{timeline}?kind=meeting&whole=yes"
    assert whole in links(first)
    printed = chair.get(whole)
    assert len(lines(printed)) == 121
    assert "Showing all 121" in words(printed)
    assert not printed.page.select(".govuk-pagination")
    with count_queries() as all_kinds:
        chair.get(timeline)
    assert len(all_kinds) == len(short) <= MOST_QUERIES
    assert len(long) < len(short)
