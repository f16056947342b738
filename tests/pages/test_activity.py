"""The trail as an administrator reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import writing
from portal.services import activity
from tests.pages.reading import rows, words
from tests.world import NOW


def test_it_says_who_when_what_and_which_record(administrator, world):
    listed = rows(administrator.get("/activity"))
    invited = world.meeting("a.initial").invitations["police"].id
    assert listed[-1] == (f"10 Jun 2026, 11:00 ZQ-A-POLICE-PRACTITIONER-QZ Answered an invitation invitation {invited}")
    assert listed[0].startswith("10 Jun 2026, 11:00 ZQ-A-ADMINISTRATOR-QZ Signed in")


def test_it_shows_no_content_and_nothing_of_another_partnership(administrator, as_person, world):
    as_person("a.gp.lead").get(f"/people/{world.person('b.gp.lead').hat.membership_id}")
    body = administrator.get("/activity").get_data(as_text=True)
    for marker in world.hidden_from("a.administrator"):
        assert not marker.is_in(body), marker
    assert "ZQ-A-CHILD" not in body


def test_a_refusal_is_marked_with_what_was_asked_for(administrator, as_person, world):
    other = world.person("b.gp.lead").hat.membership_id
    as_person("a.gp.lead").get(f"/people/{other}")
    listed = rows(administrator.get("/activity?outcome=refused"))
    assert listed == [f"10 Jun 2026, 11:00 ZQ-A-GP-LEAD-QZ Was refused people page, show: {other}"]


def test_it_is_narrowed_by_its_address_and_says_so(administrator):
    page = administrator.get("/activity?verb=invitation.answered")
    assert len(rows(page)) == 1
    assert page.page.find("option", value="invitation.answered").has_attr("selected")
    assert rows(administrator.get("/activity?person=zq-a-police-practitioner")) == rows(page)
    days = "from=2026-06-10&to=2026-06-10"
    assert len(rows(administrator.get(f"/activity?{days}&verb=invitation.answered"))) == 1
    empty = administrator.get("/activity?from=2026-06-11")
    assert "Nothing fits these filters" in words(empty)


@pytest.mark.parametrize(
    "query",
    [
        "verb=nonsense",
        "before=x",
        "before=99999999999999999999999999",
        "from=x",
        "from=2026-02-31",
        "to=99999-01-01",
        "to=0001-01-01",
        "person=%00",
        "_external=1&_scheme=javascript&endpoint=x&before=900",
        "outcome=done",
    ],
)
def test_a_filter_that_means_nothing_is_ignored(administrator, query):
    page = administrator.get(f"/activity?{query}")
    assert page.status_code == 200
    assert len(rows(page)) >= 2


def test_a_day_that_is_none_is_said_at_its_field(administrator):
    page = administrator.get("/activity?from=2026-02-31")
    said = page.page.select_one("#from-error").get_text(" ", strip=True)
    assert said == "Error: Enter the day for “From” like 2026-11-24"


def test_older_entries_are_one_link_away_and_filters_stay(administrator, world, viewer_of):
    viewer = viewer_of(world.person("a.gp.lead"), now=NOW - timedelta(days=1))
    with writing() as session:
        for number in range(120):
            activity.append_later(session, activity.entry(viewer, "case.read", "case", number))
    seen: list[str] = []
    path = "/activity?verb=case.read&person=zq-a-gp"
    for expected in (50, 50, 20):
        page = administrator.get(path)
        assert len(rows(page)) == expected
        seen += rows(page)
        older = page.page.find("a", rel="next")
        path = older["href"] if older else ""
    assert path == ""
    assert len(set(seen)) == 120
    newest = page.page.find("a", string="Newest") or page.page.select_one(".govuk-pagination__prev a")
    assert newest["href"] == "/activity?verb=case.read&person=zq-a-gp"
    assert "Nothing older" in words(administrator.get("/activity?before=1"))


@pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.manager", "a.business_manager", "a.scrutineer", "a.board"])
def test_nobody_else_reads_it(as_person, key):
    assert as_person(key).get("/activity").status_code == 403


def test_it_takes_two_queries(administrator, count_queries):
    with count_queries() as statements:
        administrator.get("/activity?person=zq&outcome=refused")
    assert len(statements) == 2, statements
