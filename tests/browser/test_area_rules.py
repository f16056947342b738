"""The business manager plans other rules for plans and for a ladder, looks at what that does, and takes one back."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from portal.database.session import db
from portal.services.rule_sets import rule_book
from tests.browser.meeting_steps import fits, heading, opened_by, press, type_day

pytestmark = pytest.mark.browser

APRIL = date(2027, 4, 1)


def test_rules_are_planned_looked_at_and_taken_back(served, new_page, sign_in_in_browser):
    world = served.world
    manager = opened_by(new_page, sign_in_in_browser, world, "a.business_manager")
    manager.get_by_role("link", name="Agencies", exact=True).click()
    manager.get_by_role("link", name="Rules of your area").click()
    manager.locator("#plans").get_by_role("link", name="Change from a day on").click()
    manager.get_by_label("A plan is long after").fill("18")
    type_day(manager, "From which day on?", APRIL)
    press(manager, "See what changes")

    # What does not go together is said, and what was typed stays.
    expect(manager.get_by_role("alert")).to_contain_text("A very long plan lasts longer than a long one")
    expect(manager.get_by_label("A plan is long after")).to_have_value("18")
    fits(manager)
    manager.get_by_label("A plan is very long after").fill("24")
    press(manager, "See what changes")
    heading(manager, "What changes from Thursday 1 April 2027")
    fits(manager)
    press(manager, "Change something")
    expect(manager.get_by_label("A plan is very long after")).to_have_value("24")
    manager.get_by_label("Where do these rules come from?").fill("Board, 3 March 2027")
    press(manager, "See what changes")
    press(manager, "Keep this change")
    expect(manager.locator("#plans")).to_contain_text("18 months (before: 11 months)")
    fits(manager)
    db.session.rollback()
    book = rule_book(db.session(), world.partnerships["a"])
    assert (book.on(APRIL).plan_rules.long_months, book.on(world.now.date()).plan_rules.long_months) == (18, 11)

    manager.locator("#plans").get_by_role("link", name="Take it back").click()
    heading(manager, "Take back what is planned from Thursday 1 April 2027")
    fits(manager)
    press(manager, "Take it back")
    expect(manager.locator("#plans")).not_to_contain_text("18 months (before")

    manager.locator("#disagreements").get_by_role("link", name="Change from a day on").click()
    manager.get_by_text("Add stage 5").click()
    manager.get_by_label("Stage 5: what is it called?").fill("The national panel")
    press(manager, "See what changes")
    expect(manager.get_by_role("alert")).to_contain_text("Stage 5: enter how many working days it has")
    fits(manager)
    manager.get_by_label("Stage 5: how many working days has it?").fill("10")
    manager.get_by_label("Stage 5: how many if it is urgent?").fill("2")
    manager.get_by_role("group", name="Stage 5: who is told?").get_by_label("The partnership’s board").check()
    press(manager, "See what changes")
    expect(manager.locator("main")).to_contain_text("1 open escalation of this ladder keeps the clock that runs now.")
    fits(manager)
    press(manager, "Keep this change")
    expect(manager.locator("#disagreements")).to_contain_text("The national panel: 10 working days")
