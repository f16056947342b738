"""The page that says who has read a child's record: found from the record, narrowed by its address, and for few."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import writing
from portal.services import activity
from tests.pages.people_steps import links
from tests.pages.reading import rows, words
from tests.services.family_steps import sibling
from tests.world import NOW

MOST_QUERIES = 7


@pytest.fixture
def readings(world) -> str:
    """Who has read the record of A's first family."""
    return f"/cases/{world.cases['a.1']}/readings"


def test_it_says_who_when_as_what_and_which_page(coordinator, as_person, readings, world):
    as_person("a.gp.lead").get(f"/cases/{world.cases['a.1']}/timeline")
    page = coordinator.get(readings)
    (line,) = rows(page)
    assert line.startswith("10 Jun 2026, 11:00 ZQ-A-GP-LEAD-QZ Agency lead, ")
    assert line.endswith("Read a child’s record")
    again = rows(coordinator.get(readings))
    assert again[0].endswith("Coordinator Looked up who had read a child’s record")
    assert again[1] == line


def test_one_comes_to_it_from_the_record(coordinator, as_person, readings, world):
    case = world.cases["a.1"]
    assert readings in links(coordinator.get(f"/cases/{case}"))
    for key in ("a.manager", "a.coordinator", "a.gp.lead"):
        assert readings in links(as_person(key).get(f"/cases/{case}/timeline")), key
    for key in ("a.chair", "a.gp.practitioner"):
        assert readings not in links(as_person(key).get(f"/cases/{case}/timeline")), key
        assert as_person(key).get(readings).status_code == 403


def test_a_lead_is_told_that_these_are_their_own_people(as_person, readings, world):
    as_person("a.police.practitioner").get(f"/cases/{world.cases['a.1']}/timeline")
    lead = as_person("a.gp.lead")
    page = lead.get(readings)
    assert rows(page) == []
    assert f"Nobody of {world.person('a.gp.lead').hat.agency_name} has read it yet" in words(page)
    assert "ZQ-A-POLICE" not in words(page)
    assert len(rows(as_person("a.manager").get(readings))) == 2


@pytest.mark.parametrize("key", ["b.manager", "b.coordinator", "a.other_gp.lead"])
def test_of_a_family_that_one_does_not_see_there_is_no_such_page(as_person, readings, key):
    answer = as_person(key).get(readings)
    assert answer.status_code == 404
    assert "ZQ-A" not in words(answer)


def test_an_opening_in_an_emergency_stands_out(coordinator, readings, world, viewer_of):
    chair = viewer_of(world.person("a.chair"))
    activity.record_reading(chair, "emergency.page_read", "case", [world.cases["a.1"]])
    page = coordinator.get(readings)
    (line,) = rows(page)
    assert line.endswith("In an emergency")
    assert page.page.select_one("tr.app-table__row--late")


def test_each_child_of_several_has_a_list_of_its_own(coordinator, readings, world, viewer_of):
    brother = sibling(world, "a.1", "ZQ-A-BROTHER-QZ")
    case, sister = world.cases["a.1"], world.children["a.1"]
    activity.record_reading(viewer_of(world.person("a.chair")), "child.read", "child", [brother])
    page = coordinator.get(readings)
    ways = {f"/cases/{case}/children/{child}/readings" for child in (sister, brother)}
    assert ways <= links(page)
    assert len(rows(page)) == 1
    of_sister = coordinator.get(f"/cases/{case}/children/{sister}/readings?kind=list")
    assert rows(of_sister) == []
    of_brother = coordinator.get(f"/cases/{case}/children/{brother}/readings")
    assert "Who has read the record of" in of_brother.page.h1.get_text()
    assert any(line.endswith("Read a child in a child-level list") for line in rows(of_brother))
    assert readings in links(of_brother) or readings in of_brother.get_data(as_text=True)


def test_it_is_narrowed_by_the_address(coordinator, readings, world, viewer_of):
    gp = world.person("a.gp.lead")
    before = viewer_of(gp, now=NOW - timedelta(days=3))
    activity.record_reading(before, "case.read", "case", [world.cases["a.1"]])
    activity.record_reading(viewer_of(gp), "child.read", "child", [world.children["a.1"]])
    assert len(rows(coordinator.get(f"{readings}?kind=list"))) == 1
    early = coordinator.get(f"{readings}?to=2026-06-08")
    assert len(rows(early)) == 1
    assert "Filter (1 set)" in words(early)
    none = coordinator.get(f"{readings}?to=2001-01-01")
    assert "Nothing fits these filters" in words(none)


@pytest.mark.parametrize("query", ["from=yesterday", "kind=secrets", "to=2026-02-30"])
def test_what_cannot_be_read_in_the_address_is_said(coordinator, readings, query):
    answer = coordinator.get(f"{readings}?{query}")
    assert answer.status_code == 400
    assert answer.page.select_one(".govuk-error-summary")


def test_a_long_one_has_pages_by_few_queries(coordinator, readings, world, viewer_of, count_queries):
    gp = viewer_of(world.person("a.gp.lead"))
    with writing() as session:
        for _ in range(60):
            activity.append_later(session, activity.entry(gp, "case.read", "case", world.cases["a.1"]))
    with count_queries() as statements:
        page = coordinator.get(f"{readings}?kind=record")
    assert len(statements) <= MOST_QUERIES, statements
    assert len(rows(page)) == 50
    older = page.page.find("a", rel="next")["href"]
    assert older.startswith(f"{readings}?kind=record&before=")
    assert len(rows(coordinator.get(older))) == 10
