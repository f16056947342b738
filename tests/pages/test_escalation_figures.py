"""The figures of escalations as a page: for whom, in words and tables, with pictures, and nothing small told."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from portal.domain.escalation_vocabulary import LadderKind
from tests.escalation_rows import NARRATIVE, EscalationRows

FIGURES = "/escalations/figures"
SVG = "{http://www.w3.org/2000/svg}"
READERS = ("a.board", "a.sector_lead", "a.business_manager", "a.scrutineer", "a.manager")


@pytest.fixture
def rows(world):
    made = EscalationRows(world)
    made.clear()
    return made


@pytest.fixture
def busy(rows):
    """Seven open with the surgery, seven resolved at stage 1 and eight at stage 2, two with the school, some alerts."""
    rows.add(7, days=4, by="school", meeting="initial")
    rows.add(7, days=1, closed_ago=1)
    rows.add(8, days=12, closed_ago=1, stage=2)
    rows.add(2, days=30, closed_ago=1, stage=3, with_="school")
    rows.add(7, kind=LadderKind.PRACTICE_ALERT, with_="social_care", closed_ago=2)
    rows.add(1, kind=LadderKind.PRACTICE_ALERT, with_="social_care", is_positive=True)
    return rows


def table(page, caption):
    """A table's rows as words, head first."""
    [found] = [one for one in page.find_all("table") if one.find("caption").get_text(strip=True) == caption]
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])] for row in found("tr")]


def stats(page):
    return {
        one.select_one(".app-stat__label").get_text(strip=True): one.select_one(".app-stat__value").get_text(strip=True)
        for one in page.select(".app-stat")[:6]
    }


def test_the_manager_reads_every_count(busy, as_person, world):
    page = as_person("a.manager").get(FIGURES).page
    assert page.h1.get_text() == f"How escalations go: {world.person('a.manager').hat.partnership_name}"
    assert stats(page) == {
        "Open now": "7",
        "Overdue": "0",
        "Resolved": "17",
        "Median time": "12",
        "At the first stage": "41.2 %",
        "Not dealt with": "0",
    }
    rows = table(page, "Time to resolve, by the stage at which they were resolved")
    assert rows[0] == [
        *("Stage", "0 to 2 days", "3 to 5 days", "6 to 10 days", "11 to 20 days", "Over 20 days"),
        *("All", "Median days", "Longest"),
    ]
    assert rows[2] == ["Stage 2: Managers and designated leads", "0", "0", "0", "8", "0", "8", "12", "12"]
    assert rows[-1][-3:] == ["17", "12", "30"]
    agencies = table(page, "Escalations: agency that is asked")
    assert [world.agency_names["a.school"], "0", "2", "30", "30"] in agencies
    assert table(page, "Pairs of agencies, most first")[1:] == [
        ["Chairs, for the partnership", world.agency_names["a.gp"], "15"],
        ["Chairs, for the partnership", world.agency_names["a.social_care"], "7"],
        [world.agency_names["a.school"], world.agency_names["a.gp"], "7"],
        ["Chairs, for the partnership", world.agency_names["a.school"], "2"],
    ]


def test_the_board_is_told_no_small_count_and_no_agency_by_itself(busy, as_person, world):
    page = as_person("a.board").get(FIGURES).page
    rows = table(page, "Time to resolve, by the stage at which they were resolved")
    assert rows[3] == ["Stage 3: Heads of service", "0", "0", "0", "0", *["too few"] * 4]
    # What is left of the total would be the two, so a second stage is withheld.
    assert [row[6] for row in rows[1:]].count("too few") == 2
    assert rows[-1][6] == "17"
    assert "Too few stands for a number from 1 to 5" in " ".join(page.get_text(" ").split())
    text = page.get_text()
    assert world.agency_names["a.school"] in text  # as one side of a pair of seven
    captions = [one.get_text(strip=True) for one in page.find_all("caption")]
    assert not [one for one in captions if one.endswith(": agency that is asked")]
    assert all(int(row[2]) > 5 for row in table(page, "Pairs of agencies, most first")[1:])
    assert "raised in the period: too few." in " ".join(text.split())


@pytest.mark.parametrize("key", READERS)
def test_no_page_of_figures_has_narrative_case_or_meeting(busy, as_person, world, key):
    client = as_person(key)
    answers = [client.get(where) for where in (FIGURES, f"{FIGURES}/open.svg", f"{FIGURES}/resolved.svg")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    body = "".join(answer.get_data(as_text=True) for answer in answers)
    hidden = [*NARRATIVE, world.meeting("a.initial").reference]
    hidden += [marker.text for marker in world.hidden_from(key) if marker.kind not in ("agency", "partnership")]
    assert not [text for text in hidden if text in body]


def test_the_filter_narrows_the_page_and_its_pictures(busy, as_person):
    client = as_person("a.manager")
    asked = (
        "?period=own&from_day-day=1&from_day-month=1&from_day-year=2025&to_day-day=2&to_day-month=1&to_day-year=2025"
    )
    page = client.get(FIGURES + asked).page
    assert stats(page)["Resolved"] == "0"
    [picture] = page.find_all("picture")
    assert "open.svg?period=own" in picture.find("img")["src"]
    assert client.get(picture.find("img")["src"]).status_code == 200
    assert client.get(f"{FIGURES}/resolved.svg{asked}").status_code == 404
    refused = client.get(f"{FIGURES}?period=own")
    assert refused.status_code == 400
    assert "Enter the first day" in refused.page.get_text()
    assert client.get(f"{FIGURES}/open.svg?period=own").status_code == 400


@pytest.mark.parametrize("shape", ["", "?shape=narrow"])
def test_the_pictures_have_the_numbers_of_their_tables(busy, as_person, shape):
    client = as_person("a.manager")
    page = client.get(FIGURES).page
    assert len(page.find_all("picture")) == 2
    answer = client.get(f"{FIGURES}/resolved.svg{shape}")
    svg = ElementTree.fromstring(answer.get_data(as_text=True))
    assert svg.get("role") == "img"
    words = " ".join(" ".join(" ".join(text.itertext()).split()) for text in svg.iter(f"{SVG}text"))
    assert "All stages (17)" in words
    assert "47" in words  # eight of seventeen took 11 to 20 days
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = client.get(f"{FIGURES}/resolved.svg{shape}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_boards_picture_has_no_number_that_its_table_withholds(busy, as_person):
    answer = as_person("a.board").get(f"{FIGURES}/resolved.svg")
    svg = ElementTree.fromstring(answer.get_data(as_text=True))
    words = [" ".join(" ".join(text.itertext()).split()) for text in svg.iter(f"{SVG}text")]
    assert "Stage 2: Managers and designated leads (8)" in words
    assert "Withheld (too few)" in words
    assert not [one for one in words if one.startswith(("Stage 1", "Stage 3", "11.8", "41.2"))]


@pytest.mark.parametrize("key", READERS)
def test_nothing_to_count_is_said(rows, as_person, key):
    page = as_person(key).get(FIGURES).page
    assert "No escalation is open, and none was resolved in this period." in page.get_text()
    assert page.find("picture") is None
    assert as_person(key).get(f"{FIGURES}/open.svg").status_code == 404


@pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.coordinator", "a.administrator", "a.school.head"])
def test_the_figures_are_for_those_who_oversee(as_person, key):
    for where in (FIGURES, f"{FIGURES}/open.svg", f"{FIGURES}/resolved.svg"):
        assert as_person(key).get(where).status_code == 403


def test_the_page_takes_seven_statements_however_many_there_are(busy, as_person, count_queries):
    client = as_person("a.business_manager")
    taken = []
    for _ in range(2):
        with count_queries() as statements:
            assert client.get(FIGURES).status_code == 200
        taken.append(len(statements))
        busy.add(20, by="police", closed_ago=1)
    assert taken == [7, 7]


@pytest.mark.parametrize(("key", "leads"), [("a.board", True), ("a.sector_lead", True), ("a.gp.lead", False)])
def test_the_figures_of_meetings_lead_to_those_of_escalations(as_person, key, leads):
    assert bool(as_person(key).get("/figures").page.select(f"main a[href='{FIGURES}']")) is leads
