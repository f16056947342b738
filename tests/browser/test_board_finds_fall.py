"""A board member looks at the room, sees which agency fell, opens the number, and reads why it is more than chance."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.areas import Area, meeting, part
from tests.browser.page_faults import look

pytestmark = pytest.mark.browser

REVIEW = "review_conference"
MONTHS, FELL_AFTER = 24, 14


@pytest.fixture
def police_fell(served) -> None:
    """Two years of twelve reviews a month: the police came to eleven, and from the fifteenth month on to seven."""
    area = Area.of(served.world.partnerships["a"])
    codes = {agency: served.world.agency_codes[f"a.{agency}"] for agency in ("police", "social_care")}
    rows, parts = [], []
    for place in range(MONTHS):
        year, month = divmod(2024 * 12 + 5 + place, 12)
        for number in range(12):
            ref, day = f"FALL-{place}-{number}", f"{year}-{month + 1:02}-14"
            rows.append(meeting(ref, REVIEW, day))
            came = number < (11 if place < FELL_AFTER else 7)
            parts.append(part(ref, codes["police"], "in_person" if came else "apologies", report_received_on=day))
            parts.append(part(ref, codes["social_care"], "in_person", report_received_on=day))
    area.meetings(*rows)
    area.attendance(*parts)


def test_a_board_member_finds_the_agency_that_fell_and_reads_why(served, police_fell, new_page, sign_in_in_browser):
    board = new_page()
    sign_in_in_browser(board, served.world.person("a.board"))
    board.get_by_role("link", name="Figures", exact=True).click()
    board.get_by_role("link", name="Room", exact=True).click()
    first = board.locator(".app-remark").first
    expect(first).to_contain_text("Police, review child protection conferences: attendance")
    expect(first).to_contain_text("worse, and more than chance")
    look(board)

    first.get_by_role("link").click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Attendance")
    main = board.get_by_role("main")
    expect(main).to_contain_text("Eight months below the mean, August 2025 to March 2026")
    expect(main.locator("img.app-chart")).to_be_visible()
    board.get_by_text("The numbers of this picture").click()
    expect(main.get_by_role("rowheader", name="May 2026").first).to_be_visible()
    expect(main).to_contain_text("Invitations of agencies that were expected to come to a meeting that took place")
    look(board)

    board.get_by_role("link", name="Save this view").click()
    board.get_by_label("Name of the view").fill("Police at reviews")
    board.get_by_label("Every month, on the first working day").check()
    board.get_by_role("button", name="Save the view").click()
    board.get_by_role("link", name="Police at reviews", exact=True).click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Attendance")
