"""A chair closes a register, and who reads for the board sees the rate that moved, what it is made of and means."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.areas import Area, meeting, part
from tests.browser.page_faults import look

pytestmark = pytest.mark.browser

HELD_BEFORE = 20
# With those twenty of which police came to ten stands the world's own: they had sent apologies.
BEFORE, AFTER = ("48 %", "10 of 21"), ("50 %", "11 of 22")


@pytest.fixture
def earlier_conferences(served) -> None:
    """So many that no figure is too small to be shown, with police at every other one."""
    area = Area.of(served.world.partnerships["a"])
    refs = [f"EARLIER-{number}" for number in range(HELD_BEFORE)]
    area.meetings(*(meeting(ref, "initial_conference", "2026-05-20") for ref in refs))
    police = served.world.agency_codes["a.police"]
    present = {True: "in_person", False: "apologies"}
    area.attendance(*(part(ref, police, present[number % 2 == 0]) for number, ref in enumerate(refs)))


def attendance_of_police(page: Page) -> Locator:
    """The cell with police's attendance at initial conferences."""
    table = page.get_by_role("table", name="Police", exact=True)
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Initial child protection conference"))
    return row.locator("td[data-label='Attendance']")


def reads(cell: Locator, figures: tuple[str, str]) -> None:
    """The rate, and beside it what it is a rate of."""
    for figure in figures:
        expect(cell).to_contain_text(figure)


def test_the_board_reads_the_rate_that_a_chair_moved(served, earlier_conferences, new_page, sign_in_in_browser):
    board, chair = new_page(), new_page()
    # The safeguarding manager reads for the board: of so few meetings the board itself is told "too few".
    sign_in_in_browser(board, served.world.person("a.manager"))
    board.goto("/figures")
    reads(attendance_of_police(board), BEFORE)

    place = served.world.meeting("a.initial")
    sign_in_in_browser(chair, served.world.person("a.chair"))
    chair.goto(f"/meetings/{place.id}/register")
    for agency in ("social_care", "police", "school"):
        row = chair.locator(f"#row-{place.invitations[agency].id}")
        row.get_by_label("In person").check()
        expect(row.locator("[data-register-status]")).to_contain_text("Saved")
    board.reload()
    reads(attendance_of_police(board), BEFORE)

    chair.get_by_role("button", name="Close the register").click()
    expect(chair.get_by_role("heading", level=1)).to_have_text("Close the register")
    chair.get_by_role("button", name="Close the register").click()
    expect(chair.get_by_role("button", name="Close the register")).to_have_count(0)
    board.reload()
    reads(attendance_of_police(board), AFTER)
    assert look(board) == []

    board.locator(".app-group__heads").get_by_role("link", name="Attendance", exact=True).click()
    meaning = board.locator("#attendance_rate")
    expect(meaning).to_be_in_viewport()
    expect(board.locator(":target")).to_have_attribute("id", "attendance_rate")
    expect(meaning).to_have_text("Attendance, %")
    board.locator("#attendance_rate + dd").get_by_role("link", name="expected").click()
    expect(board.locator(":target")).to_have_text("Expected")
