"""Escalations as pages: the list, one with its ladder and log, how it works, and what leads there from a meeting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.domain.escalation_vocabulary import Category, EntryKind
from portal.services.escalations.acting import add_contact, reply
from tests.pages.reading import rows, words
from tests.services.escalation_steps import ALERT, DISAGREEMENT, raised, row
from tests.world import NOW

MOST_QUERIES = 8


@pytest.fixture
def asked(world, viewer_of):
    """A disagreement that the school has raised with the surgery, about the initial conference."""
    return raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT, summary="ZQ-SAID-QZ <b>")


def test_the_first_sentence_says_who_must_do_what_by_when(as_person, asked, viewer_of, world):
    page = as_person("a.gp.lead").get(f"/escalations/{asked}")
    assert page.page.h1.get_text(strip=True) == "ZQ-A-AGENCY-GP-QZ must reply by Friday 12 June, 17:00"
    assert "In 2 working days" in words(page)
    reply(viewer_of(world.person("a.gp.lead")), asked, "We will.", row(asked).version)
    page = as_person("a.school.lead").get(f"/escalations/{asked}")
    assert "ZQ-A-AGENCY-SCHOOL-QZ must say whether the reply is enough by" in page.page.h1.get_text(" ", strip=True)


def test_both_sides_see_the_same_page_and_a_third_agency_none(as_person, asked, viewer_of, world):
    add_contact(viewer_of(world.person("a.school.lead")), asked, EntryKind.CONTACT, "ZQ-CONTACT-QZ")
    for name in ("a.gp.lead", "a.school.lead", "a.gp.practitioner", "a.chair", "a.manager"):
        text = words(as_person(name).get(f"/escalations/{asked}"))
        assert "ZQ-SAID-QZ <b>" in text, name
        assert "ZQ-CONTACT-QZ" in text, name
    for name in ("a.police.lead", "a.other_gp.lead", "a.social_care.lead", "a.second_chair", "b.gp.lead", "b.manager"):
        assert as_person(name).get(f"/escalations/{asked}").status_code == 404, name
    for name in ("a.coordinator", "a.board", "a.administrator", "a.sector_lead"):
        assert as_person(name).get(f"/escalations/{asked}").status_code == 403, name


@pytest.mark.parametrize("name", ["a.business_manager", "a.scrutineer"])
def test_structured_roles_read_no_word_of_it(as_person, asked, world, viewer_of, name):
    add_contact(viewer_of(world.person("a.school.lead")), asked, EntryKind.CONTACT, "ZQ-CONTACT-QZ")
    page = as_person(name).get(f"/escalations/{asked}")
    html = page.get_data(as_text=True)
    for hidden in ("ZQ-SAID", "ZQ-CONTACT", "ZQ-A-CASE", "put right", "/meetings/", "/cases/", "conference"):
        assert hidden not in html, hidden
    for shown in ("ZQ-A-AGENCY-SCHOOL-QZ", "ZQ-A-AGENCY-GP-QZ", "The threshold that was applied", "Told: Agency lead"):
        assert shown in words(page), shown
    assert not page.page.main.find_all("form", method="post")


def test_only_the_side_whose_turn_it_is_gets_the_box(as_person, asked):
    def boxes(name: str) -> int:
        return len(as_person(name).get(f"/escalations/{asked}").page.select("textarea[name=text]"))

    assert [boxes(name) for name in ("a.gp.lead", "a.gp.practitioner", "a.school.lead", "a.chair", "a.manager")] == [
        1,
        1,
        0,
        0,
        0,
    ]


def test_the_ladder_marks_where_it_stands(as_person, asked):
    page = as_person("a.gp.lead").get(f"/escalations/{asked}").page
    steps = page.select(".app-ladder li")
    assert [step.get("aria-current") for step in steps] == ["step", None, None, None]
    assert [step.p.get_text(strip=True) for step in steps] == ["Now", "Next", "Later", "Later"]
    assert "3 working days" in steps[1].get_text()


def test_the_meeting_is_a_link_for_those_who_see_it(as_person, asked, world, viewer_of):
    conference = f"/meetings/{world.meeting('a.initial').id}"
    assert as_person("a.gp.lead").get(f"/escalations/{asked}").page.main.find("a", href=conference)
    other = raised(world, viewer_of, by="a.school.lead", with_="other_gp", kind=DISAGREEMENT)
    page = as_person("a.other_gp.lead").get(f"/escalations/{other}").page
    assert not page.main.find("a", href=conference)
    assert not page.main.select("a[href^='/cases/']")
    assert "Initial child protection conference" in page.main.get_text()


def test_good_practice_has_no_clock_and_no_ladder(as_person, world, viewer_of):
    number = raised(
        world, viewer_of, with_="social_care", kind=ALERT, category=Category.GOOD_PRACTICE, is_positive=True, wanted=""
    )
    page = as_person("a.social_care.lead").get(f"/escalations/{number}")
    assert page.page.h1.get_text(strip=True) == "ZQ-A-AGENCY-SOCIAL_CARE-QZ did well"
    assert not page.page.select(".app-ladder")
    assert "No clock" in " ".join(rows(as_person("a.social_care.lead").get("/escalations?show=open")))


# The list


def test_views_are_links_and_filters_stay_in_the_address(as_person, asked):
    client = as_person("a.school.lead")
    page = client.get("/escalations?show=open&kind=disagreement").page
    links = {link.get_text(strip=True): link["href"] for link in page.select("nav[aria-label='Which escalations'] a")}
    assert links["Raised by us (2)"] == "/escalations?show=raised_by_us&kind=disagreement"
    assert page.select_one("nav[aria-label='Which escalations'] b").get_text(strip=True) == "Open (2)"
    assert page.select_one("select[name=kind] option[selected]")["value"] == "disagreement"
    assert page.select_one("input[name=show]")["value"] == "open"
    assert rows(client.get("/escalations?show=open&kind=practice_alert")) == []
    assert "No escalation matches." in words(client.get("/escalations?show=open&kind=practice_alert"))
    nonsense = "/escalations?show=nonsense&kind=x&category=y&stage=z&agency=q&page=w"
    assert client.get(nonsense).page.h1.get_text(strip=True) == "Open escalations"


def test_an_overdue_one_is_marked_with_a_word(as_person, asked, world, viewer_of):
    raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT, now=NOW - timedelta(days=12))
    listed = rows(as_person("a.gp.lead").get("/escalations?show=overdue"))
    assert len(listed) == 1
    assert "Late" in listed[0]
    assert "Yours" in listed[0]


def test_nobody_elses_stands_in_the_list(as_person, asked, world):
    html = as_person("b.gp.lead").get("/escalations?show=all").get_data(as_text=True)
    assert "-A-AGENCY" not in html
    listed = " ".join(rows(as_person("a.police.lead").get("/escalations?show=all")))
    assert row(asked).reference not in listed


def test_the_list_has_neither_narrative_nor_family(as_person, asked):
    for name in ("a.manager", "a.scrutineer", "a.gp.lead"):
        html = as_person(name).get("/escalations?show=all").get_data(as_text=True)
        assert row(asked).reference in html
        assert not any(hidden in html for hidden in ("ZQ-SAID", "-SUMMARY-", "-CASE-"))


def test_who_may_raise_nothing_is_offered_nothing(as_person):
    assert not as_person("a.scrutineer").get("/escalations").page.select("a[href='/escalations/new']")
    assert as_person("a.gp.practitioner").get("/escalations").page.select("a[href='/escalations/new']")


def test_how_it_works_stands_in_words(as_person):
    page = as_person("a.gp.practitioner").get("/escalations/how")
    assert "Practitioners, Line manager, Agency lead" in words(page)
    assert "All formal stages together may take 20 working days" in words(page)
    assert "The same working day" in words(page)


def test_a_meeting_leads_on(as_person, world):
    place = world.meeting("a.initial")
    chair = as_person("a.chair").get(f"/meetings/{place.id}").page
    hrefs = {link["href"] for link in chair.select("nav[aria-label='From this meeting on'] a")}
    assert hrefs == {
        f"/cases/{place.case_id}/timeline",
        f"/meetings/{place.id}/alerts/new",
        f"/escalations/new?meeting={place.id}",
        f"/cases/{place.case_id}/restrictions",
        f"/meetings/{place.id}/held-back",
    }
    coordinator = as_person("a.coordinator").get(f"/meetings/{place.id}").page
    ways = {link["href"] for link in coordinator.select("nav[aria-label='From this meeting on'] a")}
    assert f"/cases/{place.case_id}/timeline" in ways
    assert not [way for way in ways if "alerts" in way or "escalations" in way]


@pytest.mark.parametrize(
    "path",
    ["/escalations", "/escalations?show=all", "/escalations/{asked}", "/escalations/new", "/escalations/how"],
)
def test_pages_take_few_queries(as_person, asked, count_queries, path):
    client = as_person("a.gp.lead")
    with count_queries() as statements:
        assert client.get(path.format(asked=asked)).status_code == 200
    assert len(statements) <= MOST_QUERIES, statements


def test_a_longer_log_and_list_take_no_more_queries(as_person, asked, world, viewer_of, count_queries):
    client = as_person("a.gp.lead")

    def statements_of(path: str) -> int:
        with count_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    before = [statements_of(path) for path in ("/escalations", f"/escalations/{asked}")]
    for _ in range(5):
        raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT)
        add_contact(viewer_of(world.person("a.school.lead")), asked, EntryKind.CONTACT, "We spoke.")
    assert [statements_of(path) for path in ("/escalations", f"/escalations/{asked}")] == before
