"""Chair and coordinator write on one outcome at once: nobody's text is lost, the chair signs, and amends it later."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.database.session import db
from portal.models.outcomes import Outcome
from tests.browser.meeting_steps import fits, heading, mark, opened_by, press

pytestmark = pytest.mark.browser

CHAIRS = "He told his teacher that he is afraid to go home."
COORDINATORS = "His mother took the injunction back on Monday."
TOGETHER = f"{CHAIRS} {COORDINATORS}"
AMENDED = f"{TOGETHER} The date of the injunction was wrong."


@pytest.fixture
def place(served):
    """A's initial conference, which is today."""
    return served.world.meeting("a.initial")


@pytest.fixture
def child(served) -> int:
    """Its child, who has a plan already."""
    return served.world.children["a.1"]


@pytest.fixture
def chair(served, place, new_page, sign_in_in_browser) -> Page:
    """The chair, who has closed the register of a conference with its quorum."""
    page = opened_by(new_page, sign_in_in_browser, served.world, "a.chair")
    page.goto(f"/meetings/{place.id}/register")
    for agency in ("social_care", "police", "school"):
        mark(page, served.world.agency_names[f"a.{agency}"], "In person")
    press(page, "Close the register")
    press(page, "Close the register")
    expect(page.get_by_text("The register is closed.")).to_be_visible()
    return page


def test_both_texts_are_put_together_signed_and_amended(served, place, child, chair, new_page, sign_in_in_browser):
    coordinator = opened_by(new_page, sign_in_in_browser, served.world, "a.coordinator")
    written = f"/meetings/{place.id}/outcomes/{child}"
    coordinator.goto(written)
    chair.goto(f"/meetings/{place.id}")
    press(chair, "Decide for each child")
    fits(chair)
    chair.get_by_role("link", name="Change what is decided for").click()

    chair.get_by_label("No change: the plan goes on with the same categories").check()
    chair.get_by_label("Lead social worker").fill("Sam Field")
    chair.get_by_label("Parents, and others by name").fill("His grandmother")
    chair.get_by_label("Why was this decided?").fill(CHAIRS)
    fits(chair)
    press(chair, "Save the draft")
    expect(chair.get_by_text("What was decided is saved.")).to_be_visible()

    # The coordinator's page is older: both texts are there, and one is made of them.
    coordinator.get_by_label("No change: the plan goes on with the same categories").check()
    coordinator.get_by_label("Why was this decided?").fill(COORDINATORS)
    press(coordinator, "Save the draft")
    heading(coordinator, "Somebody else changed this while you were writing")
    sides = coordinator.locator("section", has_text=COORDINATORS).locator(".app-compare__side")
    expect(sides.nth(0)).to_contain_text(COORDINATORS)
    expect(sides.nth(1)).to_contain_text(CHAIRS)
    fits(coordinator)
    why = coordinator.get_by_label("Why was this decided?")
    expect(why).to_have_value(f"{CHAIRS}\n{COORDINATORS}")
    why.fill(TOGETHER)
    press(coordinator, "Save the text put together")
    expect(coordinator.get_by_text("What was decided is saved.")).to_be_visible()
    assert [(one.why, one.lead_social_worker) for one in versions(place)] == [(TOGETHER, "Sam Field")]

    # What is missing is named with the way to it; the coordinator cannot sign.
    expect(coordinator.get_by_role("button", name="Sign off for all children")).to_have_count(0)
    coordinator.get_by_role("link", name="Enter the day of the next conference").click()
    expect(coordinator.get_by_role("alert")).to_contain_text("Enter the day of the next conference")
    group = coordinator.get_by_role("group", name="Day of the next conference")
    for label, number in (("Day", "2"), ("Month", "9"), ("Year", "2026")):
        group.get_by_label(label, exact=True).fill(number)
    press(coordinator, "Save the draft")
    expect(coordinator.get_by_text("Nothing is missing. The chair of the meeting signs.")).to_be_visible()
    fits(coordinator)

    chair.goto(f"/meetings/{place.id}/outcomes")
    press(chair, "Sign off for all children")
    expect(chair.get_by_text("What was decided is signed.")).to_be_visible()

    # The sheet is what comes next; then the chair finds that something in it was wrong.
    chair.goto(f"/meetings/{place.id}")
    press(chair, "Send the decision sheet")
    fits(chair)
    press(chair, "Send the decision sheet")
    fits(chair)
    press(chair, "Send it")
    expect(chair.get_by_text("The decision sheet is sent.")).to_be_visible()
    chair.goto(f"/meetings/{place.id}/outcomes")
    chair.locator(".app-card").get_by_role("link", name="Open").click()
    fits(chair)
    press(chair, "Amend it")
    expect(chair.get_by_label("Why was this decided?")).to_have_value(TOGETHER)
    chair.get_by_label("Why was this decided?").fill(AMENDED)
    press(chair, "Sign the amendment")
    expect(chair.get_by_role("alert")).to_contain_text("Say why it is amended")
    fits(chair)
    chair.get_by_label("Why is it amended?").fill("The mother's solicitor wrote.")
    press(chair, "Sign the amendment")
    expect(chair.get_by_text("The amendment is signed.")).to_be_visible()

    # Both versions stand side by side, for the invited agencies too.
    school = opened_by(new_page, sign_in_in_browser, served.world, "a.school.lead")
    school.goto(f"/meetings/{place.id}")
    school.get_by_role("link", name="What was decided").click()
    school.get_by_role("link", name="Both versions").click()
    for page in (chair, school):
        sides = page.locator("section", has_text="Amendment 1").locator(".app-compare__text")
        expect(sides).to_have_text([TOGETHER, AMENDED])
        expect(page.get_by_text("because: The mother's solicitor wrote.")).to_be_visible()
        fits(page)
    assert [(one.number, one.why) for one in versions(place)] == [(1, TOGETHER), (2, AMENDED)]
    assert all(one.signed_at is not None for one in versions(place))


def versions(place) -> list[Outcome]:
    """The outcome's versions, as they are kept."""
    db.session.rollback()
    wanted = select(Outcome).where(Outcome.meeting_id == place.id).order_by(Outcome.number)
    return list(db.session.scalars(wanted))
