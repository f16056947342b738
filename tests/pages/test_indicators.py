"""The figures' pages: for whom, for which period, what stands on them, and what each figure means."""

from __future__ import annotations

import pytest
from bs4 import Tag

from portal.domain.indicators import INDICATORS
from tests.areas import Area, meeting, part
from tests.world import World

FIGURES = "/figures"
REVIEW, STRATEGY = "review_conference", "strategy_meeting"
READERS = ("a.board", "a.business_manager", "a.scrutineer", "a.manager", "a.sector_lead", "a.gp.lead")
OTHERS = ("a.gp.practitioner", "a.chair", "a.coordinator", "a.administrator")


def words(page) -> str:
    """The page's text as one line."""
    return " ".join(page.main.get_text(" ", strip=True).split())


def bodies(page) -> dict[str, Tag]:
    """The rows of each agency, and of each other table, by its name."""
    found = {}
    for body in page.main.find_all("tbody"):
        heading = body.find("th", scope="rowgroup") or body.find_parent("table").caption
        found[heading.get_text(strip=True)] = body
    return found


def cells(page, name: str) -> dict[str, dict[str, str]]:
    """An agency's or a table's cells by row and column, as a reader sees them."""
    return {
        row.th.get_text(" ", strip=True): {
            cell["data-label"]: " ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all("td")
        }
        for row in bodies(page)[name].find_all("tr")
        if row.td
    }


def own_days(first: str, last: str) -> str:
    days = (("from_day", first), ("to_day", last))
    parts = (
        f"{name}-{box}={value}"
        for name, day in days
        for box, value in zip(("year", "month", "day"), day.split("-"), strict=True)
    )
    return f"{FIGURES}?period=own&" + "&".join(parts)


@pytest.fixture
def busy(world: World) -> World:
    """Partnership A with 20 review conferences and a strategy meeting in the spring, beside what the world has."""
    area = Area.of(world.partnerships["a"])
    codes = {agency: world.agency_codes[f"a.{agency}"] for agency in ("police", "gp", "social_care")}
    refs = [f"BUSY-{number}" for number in range(20)]
    area.meetings(*(meeting(ref, REVIEW, "2026-04-14", trigger_on="2026-02-01") for ref in refs))
    area.attendance(
        *(part(ref, codes["police"], "apologies", report_received_on="2026-04-01") for ref in refs),
        *(part(ref, codes["social_care"], "in_person") for ref in refs),
        *(part(ref, codes["gp"], "video" if number < 8 else "") for number, ref in enumerate(refs)),
    )
    return world


@pytest.mark.parametrize("key", READERS)
def test_those_who_read_figures_find_them_in_the_navigation(client, sign_in, people, key):
    sign_in(client, people[key])
    page = client.get(FIGURES).page
    assert page.find("a", string="Figures")["href"] == FIGURES


@pytest.mark.parametrize("key", OTHERS)
@pytest.mark.parametrize("path", [FIGURES, f"{FIGURES}/definitions"])
def test_other_roles_are_refused(client, sign_in, people, key, path):
    sign_in(client, people[key])
    assert client.get(path).status_code == 403


def test_the_board_reads_rates_with_their_counts(client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    page = client.get(own_days("2026-04-01", "2026-04-30")).page
    assert page.h1.get_text(strip=True) == "Who comes and who reports: ZQ-A-PARTNERSHIP-QZ"
    text = words(page)
    assert "from Wednesday 1 April 2026 to Thursday 30 April 2026" in text
    assert "counted on Wednesday 10 June 2026" in text
    review = cells(page, "Police")["Review child protection conference"]
    assert review["Attendance"] == "0 % 0 of 20"
    assert review["Reports"] == "100 % 20 of 20"
    assert review["Report when absent"] == "100 % 20 of 20"
    assert "Police came to 0 % of review child protection conferences (0 of 20). All agencies together: 47 %." in text
    went = cells(page, "How the meetings went")["Review child protection conference"]
    assert went == {"Number": "20", "Quorate": "0 % 0 of 20", "In time": "100 % 20 of 20"}


def test_few_are_hidden_from_the_board_and_not_from_the_manager(client, new_client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    page = client.get(FIGURES).page
    assert "Too few stands for a number from 1 to 5" in words(page)
    assert cells(page, "Schools")["Initial child protection conference"]["Attendance"] == "too few"
    other = new_client()
    sign_in(other, people["a.manager"])
    page = other.get(FIGURES).page
    assert "too few" not in words(page).lower()
    assert cells(page, "Schools")["Initial child protection conference"]["Attendance"] == "100 % 1 of 1"


def test_a_lead_reads_their_own_agencys_alone(client, sign_in, people, busy):
    sign_in(client, people["a.gp.lead"])
    page = client.get(FIGURES).page
    assert page.h1.get_text(strip=True) == "Who comes and who reports: ZQ-A-AGENCY-GP-QZ"
    assert list(bodies(page)) == ["ZQ-A-AGENCY-GP-QZ"]
    assert cells(page, "ZQ-A-AGENCY-GP-QZ")["Review child protection conference"]["Attendance"] == "40 % 8 of 20"


def test_a_sector_lead_reads_the_sectors(client, sign_in, people, busy):
    sign_in(client, people["a.sector_lead"])
    page = client.get(FIGURES).page
    assert page.h1.get_text(strip=True) == "Who comes and who reports: GPs"
    assert list(bodies(page)) == ["GPs"]


def test_the_period_stands_in_the_address(client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    page = client.get(FIGURES).page
    # By whole months, for those who are not shown small numbers.
    assert "from Tuesday 1 July 2025 to Wednesday 10 June 2026" in words(page)
    page = client.get(f"{FIGURES}?period=last_quarter").page
    assert "from Thursday 1 January 2026 to Tuesday 31 March 2026" in words(page)
    assert page.find("input", attrs={"value": "last_quarter"}).has_attr("checked")
    page = client.get(f"{FIGURES}?period=this_quarter").page
    assert "from Wednesday 1 April 2026 to Wednesday 10 June 2026" in words(page)
    page = client.get(own_days("2026-04-14", "2026-04-14")).page
    assert list(cells(page, "Police")) == ["Review child protection conference"]


def test_what_is_said_to_be_frozen_are_the_months_that_are_counted(client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    # Twelve months to 10 June begin on 11 June; who is shown whole months is shown none of that June.
    assert "July 2025 to March 2026 not frozen; April 2026 frozen" in words(client.get(FIGURES).page)


def test_an_empty_period_says_so(client, sign_in, people):
    sign_in(client, people["a.board"])
    page = client.get(own_days("2020-01-01", "2020-12-31")).page
    assert "No meeting was held in this period." in words(page)
    assert not page.find_all("table")


def test_a_period_in_which_nobody_was_expected_says_so(client, sign_in, people, world):
    area = Area.of(world.partnerships["a"])
    area.meetings(meeting("ALONE", REVIEW, "2024-05-05"))
    sign_in(client, people["a.board"])
    text = words(client.get(own_days("2024-01-01", "2024-12-31")).page)
    assert "No agency was expected to come or to report in this period." in text
    assert "Nothing stands out in this period." in text


@pytest.mark.parametrize(
    ("address", "sentences"),
    [
        (f"{FIGURES}?period=own", ["Enter the first day", "Enter the last day"]),
        (own_days("2026-05-02", "2026-05-01"), ["The last day must be the same as or after the first day"]),
        (own_days("2026-02-31", "2026-05-01"), ["Enter the first day as day, month and year, like 1 4 2026"]),
        (f"{FIGURES}?period=forever", ["Choose one of the answers shown"]),
    ],
)
def test_a_period_that_is_none_is_said_and_what_was_typed_is_kept(client, sign_in, people, address, sentences):
    sign_in(client, people["a.board"])
    answer = client.get(address)
    assert answer.status_code == 400
    summary = answer.page.select(".govuk-error-summary__list li")
    assert [line.get_text(strip=True) for line in summary] == sentences
    assert not answer.page.find_all("table")
    if "from_day-day=31" in address:
        assert answer.page.find("input", attrs={"name": "from_day-day"})["value"] == "31"


@pytest.mark.parametrize("key", READERS)
def test_at_most_eight_queries(client, sign_in, people, busy, count_queries, key):
    sign_in(client, people[key])
    with count_queries() as statements:
        assert client.get(FIGURES).status_code == 200
    # Those who are not shown small numbers are shown what all of a financial year allows.
    few = {"a.gp.lead": 5, "a.manager": 7, "a.sector_lead": 7}
    assert len(statements) == few.get(key, 8)


def test_what_was_sent_after_meetings_by_its_day(client, sign_in, people, busy):
    sign_in(client, people["a.manager"])
    shown = cells(client.get(own_days("2026-05-01", "2026-05-31")).page, "What was sent after them")
    assert shown == {
        "Decision sheets": {"Sent by their day": "100 % 1 of 1"},
        "Minutes": {"Sent by their day": "100 % 1 of 1"},
    }
    assert client.get(f"{FIGURES}/definitions").page.find(id="papers")


def test_every_rate_on_the_page_leads_to_its_meaning(client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    page = client.get(FIGURES).page
    leads_to = {str(link["href"]).partition("#")[2] for link in page.select("a[href*='definitions#']")}
    assert {"attendance_rate", "report_rate", "on_time_rate", "absent_with_report_rate"} <= leads_to
    assert {"quorate_rate", "in_time_rate", "all_core_agencies_rate"} <= leads_to
    definitions = client.get(f"{FIGURES}/definitions").page
    assert leads_to <= {str(tag["id"]) for tag in definitions.find_all(id=True)}


def test_every_indicator_is_defined_once_from_the_one_table(client, sign_in, people):
    sign_in(client, people["a.board"])
    page = client.get(f"{FIGURES}/definitions").page
    for indicator in INDICATORS.values():
        term = page.find(id=indicator.id)
        assert indicator.title in term.get_text(strip=True)
        assert indicator.description in " ".join(term.find_next("dd").get_text(" ", strip=True).split())


def test_the_rules_that_figures_are_held_to_stand_beside_them(client, sign_in, people):
    sign_in(client, people["a.sector_lead"])
    page = client.get(f"{FIGURES}/definitions").page
    assert cells(page, "Rules by kind of meeting")["Strategy meeting"] == {
        "In time": "Within 3 days of its trigger (72 hours where both times are known)",
        "Quorate": "Social care, police and a health agency",
        "Reports due": "Only where a day was given",
    }
    assert "By Working Together 2026." in words(page)
    assert "These rules hold since" not in words(page)


def test_no_childs_record_and_no_other_partnership_stands_on_the_page(client, sign_in, people, busy):
    sign_in(client, people["a.board"])
    body = client.get(FIGURES).get_data(as_text=True)
    leaked = [marker.text for marker in busy.hidden_from("a.board") if marker.is_in(body)]
    assert leaked == []
