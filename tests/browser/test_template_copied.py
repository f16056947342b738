"""A business manager copies the template of the practices, changes what it asks, looks at it and publishes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.access.viewer import Viewer
from portal.services.report_templates import loading
from tests.browser.meeting_steps import fits, heading, opened_by, press

pytestmark = pytest.mark.browser

OURS = "Practices of the east"


def test_a_template_is_copied_changed_and_published(served, new_page, sign_in_in_browser):
    world = served.world
    loading.load(Viewer.of_system("tests", world.now, world.partnerships["a"]), ["gp", "other-meetings"])
    manager = opened_by(new_page, sign_in_in_browser, world, "a.business_manager")
    manager.get_by_role("link", name="Agencies", exact=True).click()
    manager.get_by_role("link", name="What agencies are asked in their reports").click()
    fits(manager)
    manager.get_by_role("link", name="GP’s conference report").click()
    heading(manager, "GP’s conference report")
    fits(manager)
    manager.get_by_role("link", name="Copy it to a template of your own").click()
    fits(manager)
    manager.get_by_label("Title of the new template").fill(OURS)
    press(manager, "Copy it")
    heading(manager, OURS)
    fits(manager)

    manager.locator("#section-summary").get_by_role("link", name="Add a question").click()
    fits(manager)
    manager.get_by_label("Question", exact=True).fill("Is an interpreter needed?")
    manager.get_by_label("One of the choices").check()
    press(manager, "Add the question")
    # What is missing is said, and what was typed stays.
    expect(manager.get_by_role("alert")).to_contain_text("Give two choices or more")
    expect(manager.get_by_label("Question", exact=True)).to_have_value("Is an interpreter needed?")
    manager.get_by_label("Choice 1", exact=True).fill("Yes, of a language")
    manager.get_by_label("Choice 2", exact=True).fill("No")
    press(manager, "Add the question")
    added = manager.locator("#question-is_an_interpreter_needed")
    expect(added).to_contain_text("Yes, of a language")

    added.get_by_role("link", name="When it is asked").click()
    manager.get_by_label("It depends on the answer to").select_option(label="What in the record worries you?")
    press(manager, "Show its answers")
    fits(manager)
    manager.get_by_label("Injuries, or explanations that do not fit").check()
    press(manager, "Save")
    expect(added).to_contain_text("Only if you answered “Injuries, or explanations that do not fit”")
    before = manager.locator("[id^=question-]").evaluate_all("found => found.map((one) => one.id)")
    added.get_by_role("button", name="Move up").click()
    expect(manager.get_by_role("alert").first).to_contain_text("Moved")
    after = manager.locator("[id^=question-]").evaluate_all("found => found.map((one) => one.id)")
    assert after.index("question-is_an_interpreter_needed") == before.index("question-is_an_interpreter_needed") - 1

    manager.get_by_role("link", name="See it as an agency does").click()
    heading(manager, f"{OURS}, as an agency sees it")
    expect(manager.get_by_label("No", exact=True)).to_be_visible()
    fits(manager)
    manager.get_by_role("link", name="See the short form").click()
    expect(manager.locator(".app-question")).to_have_count(6)
    manager.go_back()
    manager.get_by_role("link", name=OURS).click()
    press(manager, "Publish this version")
    fits(manager)
    press(manager, "Publish it")
    expect(manager.get_by_role("alert")).to_contain_text("The version is published")
    expect(manager.locator(".govuk-caption-l")).to_contain_text("In use")

    manager.get_by_role("link", name="What agencies are asked").click()
    manager.get_by_label("Agency", exact=True).select_option(label="GP")
    manager.get_by_label("Meeting", exact=True).select_option(label="Initial child protection conference")
    press(manager, "Show")
    expect(manager.locator("main")).to_contain_text(f"Today this is answered: {OURS}, version 1")
    fits(manager)
