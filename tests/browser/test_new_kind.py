"""A kind of meeting is added in the page, with a quorum and a day by which it is due, and its meeting goes by them."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from portal.database.session import db
from portal.models.cases import Case
from portal.models.meetings import Meeting
from tests.browser.meeting_steps import Wanted, fits, heading, mark, opened_by, opens, press
from tests.services.rows import stored

pytestmark = pytest.mark.browser

KIND = "Discharge planning meeting"


def test_a_kind_is_added_and_its_meeting_says_its_quorum(served, new_page, sign_in_in_browser):
    world = served.world
    manager = opened_by(new_page, sign_in_in_browser, world, "a.business_manager")
    manager.get_by_role("link", name="Agencies", exact=True).click()
    manager.get_by_role("link", name="Kinds of meetings").click()
    fits(manager)
    press(manager, "Add a kind of meeting")
    fits(manager)
    manager.get_by_label("Name", exact=True).fill(KIND)
    manager.get_by_label("A panel or another meeting").check()
    for part in ("The decision sheet and the minutes", "Actions"):
        manager.get_by_label(part, exact=True).check()
    expected = manager.get_by_role("group", name="Which agencies are expected?")
    for words in ("Children’s social care", "GP", "School"):
        expected.get_by_label(words, exact=True).check()
    manager.get_by_role("group", name="One of these must be there").get_by_label("Children’s social care").check()
    manager.get_by_label("How many further types of agency must be there?").fill("1")
    manager.get_by_label("How long after what asked for it?").fill("5")
    manager.get_by_label("Yes", exact=True).check()
    press(manager, "Add this kind")

    # What is missing is said, and what was typed stays.
    missing = "Enter how many working days before the meeting reports are due"
    expect(manager.get_by_role("alert")).to_contain_text(missing)
    expect(manager.get_by_label("Name", exact=True)).to_have_value(KIND)
    manager.get_by_label("How many working days before it?").fill("2")
    press(manager, "Add this kind")
    heading(manager, f"{KIND}: what it is and asks")
    expect(manager.get_by_text("Social care and 1 more", exact=True)).to_be_visible()
    expect(manager.get_by_text("Within 5 working days of what asked for it")).to_be_visible()
    fits(manager)

    coordinator = opened_by(new_page, sign_in_in_browser, world, "a.coordinator")
    family = db.session.get_one(Case, world.cases["a.2"]).reference
    wanted = Wanted(KIND, asked_for_on=date(2026, 6, 4), on=date(2026, 6, 10), at="11:30")
    number = opens(coordinator, world, family, wanted)
    heading(coordinator, f"{KIND}, Wednesday 10 June, 11:30")
    expect(coordinator.locator("main")).to_contain_text("To be quorate: social care and 1 more.")
    fits(coordinator)
    assert stored(Meeting, number).due_on == date(2026, 6, 11)

    # Its chair opens the register, which follows the quorum of this kind.
    chair = opened_by(new_page, sign_in_in_browser, world, "a.chair")
    chair.goto(f"/meetings/{number}")
    press(chair, "Open the register")
    quorum = chair.locator("[data-register-quorum]")
    expect(chair.get_by_text("To be quorate: social care and 1 more.")).to_be_visible()
    expect(quorum).to_contain_text("Not quorate")
    mark(chair, world.agency_names["a.social_care"], "In person")
    expect(quorum).to_contain_text("Not quorate 1 present; one more agency is missing")
    mark(chair, world.agency_names["a.other_gp"], "Phone")
    expect(quorum).to_have_text("Quorate 2 present")
    fits(chair)
