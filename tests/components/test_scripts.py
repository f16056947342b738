"""What pages gain with JavaScript, and that they work without, under the real security policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.sync_api import Page, expect

from tests.components.script_server import Server

pytestmark = pytest.mark.browser

AXE = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js"))


def test_without_scripts_the_form_is_simply_sent(browser: Any, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").fill("plain")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/sent")
    page.goto(f"{server.address}/register")
    page.get_by_label("Video").nth(1).check(force=True)
    page.get_by_role("button", name="Save GP").click()
    context.close()
    assert server.sent[0]["strengths"] == "plain"
    assert [(number, row["attendance"]) for number, row in server.rows] == [(2, "video")]


def test_register_by_keyboard(page: Page, server: Server, complaints: list[str]) -> None:
    page.goto(f"{server.address}/register")
    page.locator("#here-1").focus()
    page.keyboard.press("v")
    expect(page.locator("tr", has_text="Police").locator("[data-register-status]")).to_have_text("Saved 10:42")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    expect(page.locator("tr", has_text="GP").locator("[data-register-status]")).to_have_text("Saved 10:42")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("a")
    expect(page.locator("#here-2-4")).to_be_checked()
    expect(page.locator("[data-register-quorum]")).to_have_text("Quorate 3 present")
    chosen = [(number, row["attendance"], row["version"]) for number, row in server.rows]
    assert chosen == [(1, "video", "1"), (2, "no_response", "1"), (2, "apologies", "2")]
    assert complaints == []


def test_left_early_is_asked_only_of_those_present(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/register")
    box = page.get_by_text("Left early").first
    expect(box).to_be_hidden()
    page.get_by_label("In person").first.check()
    expect(box).to_be_visible()
    box.click()
    expect(page.locator("[name=version]").first).to_have_value("3")
    assert server.rows[-1][1]["left_early"] == "yes"


def test_a_row_that_somebody_else_changed_says_so(page: Page, server: Server) -> None:
    server.answer = lambda: ({}, 409)
    page.goto(f"{server.address}/register")
    page.get_by_label("Phone").first.check()
    line = page.locator("[data-register-status]").first
    expect(line).to_contain_text("somebody else changed this row")
    expect(line).to_have_attribute("role", "alert")


def test_a_choice_opens_what_belongs_to_it(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/others")
    reason = page.locator("#reason")
    expect(reason).to_be_hidden()
    page.get_by_label("No").check()
    expect(reason).to_be_visible()
    page.get_by_label("Yes").check()
    expect(reason).to_be_hidden()


@pytest.mark.parametrize(("width", "visible"), [(1280, True), (375, False)])
def test_filters_are_folded_on_a_telephone(page: Page, server: Server, width: int, visible: bool) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.address}/others")
    expect(page.get_by_label("Words")).to_be_visible(visible=visible)


def test_filters_open_when_the_telephone_is_turned(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(f"{server.address}/others")
    expect(page.get_by_label("Words")).to_be_hidden()
    page.set_viewport_size({"width": 800, "height": 375})
    expect(page.get_by_label("Words")).to_be_visible()


def test_a_text_that_is_sent_to_nobody_stays_on_the_page(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/plain")
    page.get_by_label("Your reply").fill("On Thursday, by courier.")
    page.route("**/health/live", lambda route: route.abort())
    page.get_by_role("button", name="Send the reply").click()
    said = page.get_by_role("alert")
    expect(said).to_contain_text("Not sent: no connection.")
    expect(page.get_by_label("Your reply")).to_have_value("On Thursday, by courier.")
    assert server.sent == []
    page.unroute("**/health/live")
    # A second press within a second is taken for a slip of the finger.
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Send the reply").click()
    page.wait_for_url("**/sent")
    # Once, and with the button that was pressed.
    assert [(sent["reply"], sent["send"]) for sent in server.sent] == [("On Thursday, by courier.", "yes")]


def test_a_text_that_a_broken_server_would_lose_stays_on_the_page(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/plain")
    page.get_by_label("Your reply").fill("On Thursday, by courier.")
    page.route("**/health/live", lambda route: route.fulfill(status=502))
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here.")
    assert server.sent == []


RECORD = {"name": "record.json", "mimeType": "application/json", "buffer": b"{}"}


def test_a_file_that_is_only_read_is_sent_once_it_is_chosen(page: Page, server: Server, complaints: list[str]) -> None:
    page.goto(f"{server.address}/choosing")
    expect(page.get_by_role("button", name="Read it")).to_be_hidden()
    page.get_by_label("The record").set_input_files(RECORD)
    page.wait_for_url("**/sent")
    page.go_back()
    # The same file once more: a page that still held it would not notice.
    page.get_by_label("The record").set_input_files(RECORD)
    page.wait_for_url("**/sent")
    assert [(sent["record"], sent["read"], "send" in sent) for sent in server.sent] == 2 * [
        ("record.json", "yes", False)
    ]
    assert complaints == []


def test_without_scripts_a_file_that_is_only_read_waits_for_its_button(browser: Any, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.address}/choosing")
    page.get_by_label("The record").set_input_files(RECORD)
    assert server.sent == []
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url("**/sent")
    context.close()
    assert [(sent["record"], sent["read"]) for sent in server.sent] == [("record.json", "yes")]


@pytest.mark.parametrize("path", ["/report", "/register", "/others", "/choosing", "/report?demo=yes"])
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_have_no_fault_that_axe_finds_and_fit_the_window(
    page: Page, server: Server, complaints: list[str], path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.address}{path}")
    page.evaluate(AXE.read_text())
    assert page.evaluate("axe.run().then(found => found.violations.map(fault => fault.id))") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
