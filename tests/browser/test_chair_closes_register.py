"""A chair works through the register with people arriving, and closes it: by keys, by touch, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.database.session import db
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from tests.browser.looking import barriers, overhang, wait_until

pytestmark = pytest.mark.browser


def attendances(place) -> dict[str, Attendance | None]:
    """What is confirmed of each agency, as it is kept."""
    db.session.rollback()
    rows = select(Invitation.id, Invitation.confirmed_attendance).where(Invitation.meeting_id == place.id)
    kept = {row.id: row.confirmed_attendance for row in db.session.execute(rows)}
    return {agency: kept[invited.id] for agency, invited in place.invitations.items()}


def meeting_of(place) -> Meeting:
    """The meeting as it is kept."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.id == place.id)).one()


def row_of(page: Page, place, agency: str) -> Any:
    """One agency's row."""
    return page.locator(f"#row-{place.invitations[agency].id}")


def is_saved(page: Page, place, agency: str) -> None:
    """Wait until the row says so."""
    expect(row_of(page, place, agency).locator("[data-register-status]")).to_have_text("Saved 11:00")


@pytest.fixture
def place(served):
    """A's initial conference, which is today."""
    return served.world.meeting("a.initial")


def test_by_keyboard_from_home_to_closed(page, served, place, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.goto(f"/meetings/{place.id}")
    page.locator(f"main a[href='/meetings/{place.id}/register']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is here?")
    quorum = page.locator("[data-register-quorum]")
    expect(quorum).to_contain_text("0 present")

    row_of(page, place, "social_care").locator("input[value=in_person]").focus()
    page.keyboard.press("i")
    is_saved(page, place, "social_care")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    is_saved(page, place, "police")
    expect(quorum).to_have_text("Not quorate 2 present; one more agency is missing")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    is_saved(page, place, "gp")
    expect(quorum).to_have_text("Quorate 3 present")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(row_of(page, place, "gp").get_by_label("Deputy")).to_be_checked()
    wait_until(lambda: attendances(place)["gp"] is Attendance.DEPUTY)

    page.goto(f"/meetings/{place.id}/register")
    expect(row_of(page, place, "gp").get_by_label("Deputy")).to_be_checked()
    assert attendances(place) == {
        "social_care": Attendance.IN_PERSON,
        "police": Attendance.VIDEO,
        "gp": Attendance.DEPUTY,
        "school": None,
        "other_gp": None,
    }

    page.get_by_role("button", name="Close the register").click()
    expect(page.locator("main li")).to_have_text(served.world.agency_names["a.school"])
    page.get_by_label("Note").fill("Held in two parts.")
    page.get_by_role("button", name="Close the register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Decide what is raised")
    page.goto(f"/meetings/{place.id}/register")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who was there")
    expect(page.get_by_text("Held in two parts.")).to_be_visible()
    assert attendances(place)["school"] is Attendance.NO_RESPONSE
    assert (meeting_of(place).status, meeting_of(place).quorate) == (MeetingStatus.HELD, True)


def test_by_touch_with_a_note_and_a_colleague_at_the_same_rows(page, new_page, served, place, sign_in_in_browser):
    other = new_page()
    sign_in_in_browser(page, served.world.person("a.chair"))
    sign_in_in_browser(other, served.world.person("a.coordinator"))
    for window in (page, other):
        window.goto(f"/meetings/{place.id}/register")
    school = row_of(page, place, "school")
    expect(school.get_by_label("Left early")).to_be_hidden()
    school.get_by_label("Apologies").check()
    is_saved(page, place, "school")
    school.locator("summary").click()
    school.get_by_label("Note on").fill("Ofsted is in")
    school.get_by_label("Note on").press("Tab")
    school.get_by_label("Video").check()
    school.get_by_label("Left early").check()
    wait_until(lambda: attendances(place)["school"] is Attendance.PARTIAL)

    row_of(other, place, "school").get_by_label("In person").check()
    expect(row_of(other, place, "school").locator("[data-register-status]")).to_contain_text(
        "somebody else changed this row"
    )
    other.reload()
    expect(row_of(other, place, "school").locator("[value=video]")).to_be_checked()
    expect(row_of(other, place, "school").get_by_label("Note on")).to_have_value("Ofsted is in")
    assert attendances(place)["school"] is Attendance.PARTIAL


def test_without_scripts_all_rows_in_one_form(browser: Browser, served, place, sign_in_in_browser):
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.goto(f"/meetings/{place.id}/register")
    page.get_by_role("link", name="set all rows in one form").click()
    for agency, words in (("social_care", "In person"), ("police", "Video"), ("gp", "Absent")):
        row_of(page, place, agency).get_by_label(words).check()
    page.get_by_role("button", name="Save all rows").click()
    expect(page.get_by_text("The register is saved.")).to_be_visible()
    row_of(page, place, "school").get_by_label("Phone").check()
    row_of(page, place, "school").get_by_role("button", name="Save").click()
    page.wait_for_url(f"**#row-{place.invitations['school'].id}")
    context.close()
    assert attendances(place) == {
        "social_care": Attendance.IN_PERSON,
        "police": Attendance.VIDEO,
        "gp": Attendance.NO_RESPONSE,
        "school": Attendance.TELEPHONE,
        "other_gp": None,
    }


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_it_fits_the_window_and_bars_nobody(page, served, place, sign_in_in_browser, width):
    sign_in_in_browser(page, served.world.person("a.chair"))
    page.set_viewport_size({"width": width, "height": 1024})
    register = f"/meetings/{place.id}/register"
    for path in (register, f"{register}/all", f"{register}/close"):
        page.goto(path)
        assert overhang(page) == 0, path
        assert barriers(page) == [], path
