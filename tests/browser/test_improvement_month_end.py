"""The business manager goes through the end of a month of the improvement plan, and the board reads what was closed."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from portal.database.session import writing
from portal.models.improvement_history import ImprovementChange
from tests.browser.looking import task
from tests.browser.meeting_steps import fits, heading, opened_by, press

pytestmark = pytest.mark.browser


@pytest.fixture
def begun_in_april(served) -> None:
    """The plan began a month before the one that waits to be closed, and April is closed."""
    with served.app.app_context(), writing() as session:
        session.execute(update(ImprovementChange).values(counts_for=date(2026, 4, 1)))


def test_improvement_plan_month_end(served, begun_in_april, new_page, sign_in_in_browser):
    manager = opened_by(new_page, sign_in_in_browser, served.world, "a.business_manager")
    manager.goto("/")
    task(manager, "Improvement plan: close May 2026").get_by_role("button").click()
    # Months are closed one after the other: April first.
    heading(manager, "Month end: April 2026")
    press(manager, "Close April 2026")
    manager.get_by_role("link", name="The improvement plan", exact=True).last.click()
    manager.get_by_role("link", name="Month end", exact=True).click()
    heading(manager, "Month end: May 2026")
    fits(manager)
    expect(manager.get_by_text("0 of 3 open actions have been spoken of")).to_be_visible()
    # Of one nothing has changed, which is one click; an empty word is asked for again.
    first = manager.locator("tbody tr").first
    first.locator("input[type=text]").fill("")
    first.get_by_role("button").click()
    expect(manager.get_by_role("alert")).to_contain_text("Say in a word why nothing has changed")
    fits(manager)
    first = manager.locator("tbody tr").first
    first.locator("input[type=text]").fill("Waits for the new contract")
    first.get_by_role("button").click()
    expect(manager.get_by_text("1 of 3 open actions have been spoken of")).to_be_visible()
    # Of the next it is said how it goes.
    manager.locator("tbody tr").first.get_by_role("link", name="Say how it goes").click()
    manager.get_by_label("Red: in trouble").check()
    manager.get_by_label("What has happened?").fill("Nobody is free to do it.")
    fits(manager)
    press(manager, "Save the update")
    expect(manager.get_by_text("2 of 3 open actions have been spoken of")).to_be_visible()
    manager.get_by_label("A word beside this month").fill("Looked through with the quality group.")
    press(manager, "Close May 2026")
    expect(manager.get_by_text("Looked through with the quality group.")).to_be_visible()
    fits(manager)
    board = opened_by(new_page, sign_in_in_browser, served.world, "a.board")
    board.goto("/improvement")
    board.get_by_role("link", name="This month, for the board").click()
    board.get_by_role("link", name="May 2026", exact=True).click()
    red = board.get_by_role("table", name="What is red")
    expect(red.get_by_text("Nobody is free to do it.")).to_be_visible()
    expect(board.get_by_role("table", name="What has not been updated").locator("tbody tr")).to_have_count(1)
    fits(board)


def test_on_a_telephone_areas_are_folded_and_the_one_at_work_stays_open(
    served, begun_in_april, new_page, sign_in_in_browser
):
    manager = opened_by(new_page, sign_in_in_browser, served.world, "a.business_manager")
    manager.set_viewport_size({"width": 375, "height": 700})
    manager.goto("/improvement/month-end")
    with manager.expect_navigation():
        press(manager, "Close April 2026")
    manager.goto("/improvement/month-end")
    words = manager.locator("#area-1 input[type=text]").first
    expect(words).to_be_hidden()
    manager.locator("#area-1 summary").click()
    manager.locator("#area-1 form").first.get_by_role("button").click()
    expect(manager.get_by_text("1 of 3 open actions have been spoken of")).to_be_visible()
    expect(words).to_be_visible()
    fits(manager)
