"""A board member reads what an audit found: the heat map, one question by type of agency, and both reports."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.domain.vocabulary import AgencyType
from tests.audit_surveys import Survey
from tests.browser.audit_journey import follow, heading
from tests.browser.page_faults import look

pytestmark = pytest.mark.browser

EACH = 12
XLSX = b"PK\x03\x04"


@pytest.fixture
def surveyed(served) -> str:
    """Of surgeries and schools every other is amber on 1.2, two are red on 1.3; one surgery is silent. The round."""
    survey = Survey(served.world)
    surgeries = survey.agencies(AgencyType.GP, EACH)
    schools = survey.agencies(AgencyType.SCHOOL, EACH)
    asked = survey.round(*surgeries, *schools, *survey.agencies(AgencyType.GP, 1))
    for number, agency_id in enumerate(surgeries + schools):
        ratings = {"1.2": "green" if number % 2 else "amber", "1.3": "red" if number in (1, EACH + 1) else "green"}
        survey.signed(asked, agency_id, ratings)
    return asked.title


def row(page: Page, kind: str) -> Locator:
    """A kind of agencies in the table beside the chart."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=kind, exact=True))


def download(page: Page, link: str) -> bytes:
    """What a link saves."""
    with page.expect_download() as begun:
        page.get_by_role("link", name=link).click()
    return begun.value.path().read_bytes()


def test_from_the_heat_map_to_the_report(served, surveyed, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.board"))
    page.goto("/")
    follow(page, "Audits")
    follow(page, surveyed)
    expect(page.get_by_text("24 of 25 signed")).to_be_visible()
    follow(page, "What this audit found")
    heading(page, "What the audit found")
    heat = page.locator("table.app-heat").first
    # Of 36 parts of standard 1 the surgeries have 33 less one: six are half there, one is not.
    expect(heat.get_by_role("row").filter(has_text="GPs").get_by_role("cell")).to_contain_text(
        ["94.4 %", "88.9 %", "100.0 %"]
    )
    assert look(page) == []

    # A link to a standard opens its fold, and the way back from one of its questions does too.
    page.reload()
    question = page.locator(".app-results__question", has_text="Is 1.2 so?").get_by_role("link")
    expect(question).to_be_hidden()
    page.locator("main a[href^='#standard-']", has_text="1. ").click()
    question.click()
    heading(page, "Is 1.2 so?")
    for kind in ("GPs", "Schools"):
        expect(row(page, kind)).to_contain_text("6 of 12")
    drawn = page.locator("img.app-chart")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.complete && image.naturalWidth > 0")
    assert look(page) == []

    # Two agencies in all: a number so small is not shown, nor what would give it away.
    follow(page, "Back to the results")
    page.locator(".app-results__question", has_text="Is 1.3 so?").get_by_role("link").click()
    heading(page, "Is 1.3 so?")
    for kind in ("GPs", "Schools"):
        expect(row(page, kind)).to_contain_text("too few")
        expect(row(page, kind)).not_to_contain_text("1 of 12")

    follow(page, "Back to the results")
    assert download(page, "these results as PDF").startswith(b"%PDF")
    assert download(page, "as Excel workbook").startswith(XLSX)
