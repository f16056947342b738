"""The diary's page: its days, its filters in the address, on paper, and under another membership."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from sqlalchemy import insert

from portal.config import ROOT
from portal.database.session import writing
from portal.domain.vocabulary import MeetingFormat, MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.models.people import Membership
from tests.services.rows import change
from tests.world import NOW

MOST_QUERIES = 8


def text_of(page) -> str:
    return " ".join(page.main.get_text(" ").split())


def link(page, words: str) -> str:
    return next(found["href"] for found in page.select("main a") if found.get_text(strip=True) == words)


def test_a_week_stands_day_by_day(coordinator, world):
    page = coordinator.get("/diary?on=2026-06-11").page
    assert page.h1.get_text(strip=True) == "Diary: week of Monday 8 June"
    days = [heading.get_text(strip=True) for heading in page.select("main h2.govuk-heading-m")]
    assert days == [f"{name} {number} June" for name, number in zip(_NAMES, range(8, 13), strict=True)]
    (row,) = page.select("tbody tr")
    line = " ".join(row.get_text(" ").split())
    assert line == (
        f"14:00 Initial child protection conference {world.meeting('a.initial').reference} Hybrid ZQ-A-CHAIR-QZ "
        "2 of 4 1 of 4 Not yet social care, one more agency missing Scheduled"
    )
    assert row.select_one("th a")["href"] == f"/meetings/{world.meeting('a.initial').id}"
    assert text_of(page).count("No meeting") == 4


_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def test_one_goes_on_and_back_and_the_filters_come_along(coordinator, world):
    chair = world.person("a.chair").hat.membership_id
    page = coordinator.get(f"/diary?view=day&on=2026-06-10&chair={chair}&kind=initial_conference").page
    assert page.h1.get_text(strip=True) == "Diary: Wednesday 10 June"
    assert "Only chair: ZQ-A-CHAIR-QZ; kind of meeting: Initial child protection conference." in text_of(page)
    following = link(page, "Next day")
    assert following == f"/diary?view=day&on=2026-06-11&chair={chair}&kind=initial_conference"
    assert "No meeting on this day is like that." in text_of(coordinator.get(following).page)
    assert link(coordinator.get(following).page, "Previous day") == link(page, "Today")
    assert link(page, "Whole week").startswith("/diary?view=week&on=2026-06-10&chair=")
    assert link(page, "Clear filters") == "/diary?view=day&on=2026-06-10"
    assert page.select_one("#on")["value"] == "2026-06-10"
    assert page.select_one("#view option[selected]")["value"] == "day"


def test_a_bank_holiday_is_said(coordinator):
    page = coordinator.get("/diary?on=2026-05-27").page
    assert page.select_one("main h2.govuk-heading-m").get_text() == "Monday 25 May bank holiday"
    assert "It is a bank holiday." in text_of(coordinator.get("/diary?view=day&on=2026-05-25").page)


@pytest.mark.parametrize(
    "address",
    ["on=2026-02-30", "on=9999-12-31", "view=year", "chair=0", "chair=x", "kind=x", "chair=99999999999999999999"],
)
def test_what_is_not_readable_is_told_and_breaks_nothing(coordinator, address):
    answer = coordinator.get(f"/diary?{address}")
    assert answer.status_code == 400
    assert answer.page.select_one(".govuk-error-summary")


def test_at_the_ends_of_the_calendar_there_is_nothing_further(coordinator):
    assert "Previous day" not in text_of(coordinator.get("/diary?view=day&on=1900-01-01").page)
    assert "Next week" not in text_of(coordinator.get("/diary?on=2100-12-31").page)


def test_neither_a_child_nor_a_place_stands_in_it(coordinator, chair, world):
    change(Meeting, world.meeting("a.initial").id, place="ZQ-ROOM-QZ", link="https://zq-link-qz.example.org")
    for browser in (coordinator, chair):
        body = browser.get("/diary?on=2026-06-10").get_data(as_text=True)
        assert world.meeting("a.initial").reference in body
        found = [one.text for one in world.markers if one.is_in(body) and re.search("child|place", one.kind)]
        assert found == []
        assert "ZQ-ROOM-QZ" not in body
        assert "zq-link-qz" not in body


def test_on_paper_the_marking_stands_and_the_filters_do_not(coordinator):
    page = coordinator.get("/diary").page
    assert "OFFICIAL-SENSITIVE" in page.get_text()
    printed = (ROOT / "static" / "src" / "_print.scss").read_text(encoding="utf-8")
    hidden = printed[printed.index("@media print") : printed.index("display: none")]
    for name in ("app-filters", "govuk-pagination"):
        assert f".{name}," in hidden
        assert page.select_one(f"main .{name}")
    # Whatever is printed says what it was narrowed to, because the filters do not.
    assert not page.find(string=re.compile("Only kind of meeting"))


def test_in_a_chairs_own_diary_other_partnerships_are_named_and_open_under_their_hat(as_person, world):
    person = world.person("a.chair")
    with writing() as session:
        membership = Membership(
            partnership_id=world.partnerships["b"], user_id=person.user_id, role=Role.CHAIR, created_at=NOW
        )
        session.add(membership)
        session.flush()
        number = membership.id
    theirs = world.meeting("b.initial").id
    change(Meeting, theirs, chair_membership_id=number, start_time=time(14, 30))
    browser = as_person("a.chair")
    page = browser.get("/diary?on=2026-06-10").page
    assert page.h1.get_text(strip=True) == "Your diary: week of Monday 8 June"
    assert page.select_one("label[for=chair]").get_text(strip=True) == "Partnership"
    ours, other = page.select("tbody tr")
    assert "Overlaps with Initial child protection conference (ZQ-B-PARTNERSHIP-QZ), 14:30" in ours.get_text()
    form = other.select_one("form")
    assert form.button.get_text(strip=True) == "14:30 Initial child protection conference (ZQ-B-PARTNERSHIP-QZ)"
    sent = {field["name"]: field["value"] for field in form.select("input")}
    answer = browser.post(form["action"], data=sent)
    assert answer.location == f"/meetings/{theirs}"
    assert browser.get(answer.location).status_code == 200


def test_a_long_week_says_how_to_narrow_it_and_asks_no_more_often(coordinator, world, count_queries):
    with count_queries() as few:
        coordinator.get("/diary?on=2026-06-10")
    with writing() as session:
        like = session.get_one(Meeting, world.meeting("a.initial").id)
        row = {
            **{
                name: getattr(like, name)
                for name in ("partnership_id", "meeting_type_id", "case_id", "chair_membership_id")
            },
            "status": MeetingStatus.SCHEDULED,
            "format": MeetingFormat.VIDEO,
            "named_people_only": False,
            "calendar_sequence": 0,
            "scheduled_on": date(2026, 6, 9),
            "created_at": like.created_at,
            "version": 1,
        }
        rows = [{**row, "reference": f"M-{number}", "start_time": time(number % 24)} for number in range(320)]
        session.execute(insert(Meeting.__table__), rows)
    with count_queries() as many:
        page = coordinator.get("/diary?on=2026-06-10").page
    rows = page.select("tbody tr")
    assert len(rows) == 300
    assert [clash.get_text(strip=True) for clash in rows[0].select("th li")][1:] == [
        "Overlaps with Initial child protection conference, 00:00",
        "Overlaps with Initial child protection conference, 00:00",
        "and with 10 more",
    ]
    assert "first 300 meetings of the week. To see the others, choose one day, a chair, or a kind" in text_of(page)
    assert len(many) == len(few) <= MOST_QUERIES


def test_the_list_of_meetings_leads_there_for_those_who_run_meetings(as_person):
    for key, words in {
        "a.coordinator": {"Diary", "Kinds of meetings, and what each asks", "Open a meeting"},
        "a.manager": {"Diary", "Kinds of meetings, and what each asks"},
        "a.chair": {"Diary"},
        "a.gp.lead": set(),
    }.items():
        browser = as_person(key)
        links = {found.get_text(strip=True): found["href"] for found in browser.get("/meetings").page.select("main a")}
        led = {word for word in links if word in {"Diary", "Kinds of meetings, and what each asks", "Open a meeting"}}
        assert led == words, key
        for word in led:
            assert browser.get(links[word]).status_code == 200
