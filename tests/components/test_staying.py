"""A page that lies open: what it says before its sign-in ends and shows after, in a browser with its clock moved."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.components.bare_app import signed_in
from tests.components.script_server import Server
from tests.components.test_scripts import AXE

pytestmark = pytest.mark.browser

WORDS = "On Thursday, by courier."


def opened(page: Page, server: Server, path: str = "/plain") -> None:
    """The page, by a clock that the test moves."""
    page.clock.install()
    page.goto(f"{server.address}{path}")


def pass_time(page: Page, server: Server, seconds: int) -> None:
    """So long nobody does anything, here or in another tab. The page waits for an answer by the same clock."""
    server.left = max(0, server.left - seconds)
    page.clock.run_for(seconds * 1000)


def band(page: Page) -> Any:
    """What warns."""
    return page.locator(".app-staying")


def ended(page: Page) -> Any:
    """What stands there once it has ended."""
    return page.get_by_role("heading", name="You have been signed out")


def test_who_only_looks_is_warned_and_stays_with_one_press(page: Page, server: Server, complaints: list[str]) -> None:
    opened(page, server)
    pass_time(page, server, 1079)
    expect(band(page)).to_have_count(0)
    pass_time(page, server, 2)
    expect(band(page)).to_contain_text("You will be signed out in 2 minutes")
    pass_time(page, server, 60)
    expect(band(page)).to_contain_text("in 1 minute,")
    page.get_by_role("button", name="Stay signed in").click()
    expect(band(page)).to_have_count(0)
    token = page.locator("[name=csrf_token]").first.input_value()
    assert (server.left, server.stayed) == (1200, [token])
    expect(page.get_by_role("heading", name="Page")).to_be_visible()
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()
    assert complaints == []


def test_afterwards_nothing_of_the_page_is_left(page: Page, server: Server) -> None:
    opened(page, server)
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()
    pass_time(page, server, 120)
    expect(ended(page)).to_be_focused()
    assert page.title() == "You have been signed out – Safeguarding partnership portal"
    assert page.locator("form, nav, textarea, .app-header__who").count() == 0
    assert "Marsh Lane Surgery" not in page.content()
    expect(page.get_by_role("button", name="Sign in again")).to_have_attribute("href", "/sign-in?next=%2Fplain")


def test_whoever_types_stays_signed_in_and_is_not_disturbed(page: Page, server: Server) -> None:
    opened(page, server)
    pass_time(page, server, 900)
    page.get_by_label("Your reply").fill(WORDS)
    pass_time(page, server, 181)
    page.wait_for_timeout(200)
    assert (server.left, len(server.stayed)) == (1200, 1)
    expect(band(page)).to_have_count(0)
    # What was typed before counts once.
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()


def test_typing_answers_the_warning(page: Page, server: Server) -> None:
    opened(page, server)
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()
    page.get_by_label("Your reply").press_sequentially("On")
    expect(band(page)).to_have_count(0)
    assert server.left == 1200


def test_what_was_typed_is_hidden_and_comes_back_to_its_person(page: Page, server: Server) -> None:
    opened(page, server)
    page.get_by_label("Your reply").fill(WORDS)
    server.viewer, server.left = None, 0
    page.clock.run_for(1_081_000)
    expect(ended(page)).to_be_visible()
    expect(page.get_by_label("Your reply")).to_be_hidden()
    expect(page.locator(".app-header__who")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign in (opens a new tab)")).to_have_attribute("target", "_blank")
    server.viewer, server.left = signed_in(), 1200
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_label("Your reply")).to_have_value(WORDS)
    expect(page.get_by_label("Your reply")).to_be_visible()
    expect(ended(page)).to_have_count(0)
    assert page.title().startswith("Page")


def test_it_stays_hidden_from_somebody_else(page: Page, server: Server) -> None:
    opened(page, server)
    page.get_by_label("Your reply").fill(WORDS)
    server.viewer, server.left = None, 0
    page.clock.run_for(1_081_000)
    expect(ended(page)).to_be_visible()
    server.viewer, server.left = signed_in(membership_id=8), 1200
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("status").filter(has_text="Somebody else is signed in now")).to_be_visible()
    expect(page.get_by_label("Your reply")).to_be_hidden()


def test_what_was_sent_and_not_taken_counts_as_typed(page: Page, server: Server) -> None:
    opened(page, server)
    page.evaluate(
        """(words) => { const form = document.forms[document.forms.length - 1];
        form.action = "/plain"; form.elements.reply.value = words; form.submit(); }""",
        WORDS,
    )
    page.wait_for_load_state()
    expect(page.get_by_label("Your reply")).to_have_value(WORDS)
    server.left = 0
    page.clock.run_for(1_081_000)
    expect(ended(page)).to_be_visible()
    expect(page.get_by_label("Your reply")).to_have_value(WORDS)
    expect(page.get_by_label("Your reply")).to_be_hidden()


def test_what_is_kept_as_it_is_typed_needs_no_hiding(page: Page, server: Server) -> None:
    opened(page, server, "/report")
    page.get_by_label("Strengths").fill("one")
    page.get_by_label("Worries").focus()
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved 10:42")
    server.left = 0
    page.clock.run_for(1_081_000)
    expect(ended(page)).to_be_visible()
    assert page.locator("textarea").count() == 0


def test_signed_out_in_another_tab_covers_this_one_at_once(page: Page, server: Server) -> None:
    opened(page, server)
    server.left = 0
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(ended(page)).to_be_visible()


def test_without_a_connection_the_pages_own_clock_covers_it(page: Page, server: Server) -> None:
    opened(page, server)
    page.route("**/signed-in/*", lambda route: route.abort())
    page.clock.run_for(1_081_000)
    expect(band(page)).to_be_visible()
    page.clock.run_for(120_000)
    expect(ended(page)).to_be_visible()


def test_an_end_that_cannot_be_put_off_is_said(page: Page, server: Server) -> None:
    opened(page, server)
    server.most_left = 100
    pass_time(page, server, 1081)
    page.get_by_role("button", name="Stay signed in").click()
    expect(band(page)).to_contain_text("whatever is done here. Send what you are writing now")
    expect(band(page).get_by_role("button")).to_have_count(0)


def test_both_can_be_read_by_everybody(page: Page, server: Server) -> None:
    opened(page, server)
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
    pass_time(page, server, 120)
    expect(ended(page)).to_be_visible()
    assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []


def test_a_press_while_it_is_asking_counts(page: Page, server: Server) -> None:
    opened(page, server)
    pass_time(page, server, 1081)
    expect(band(page)).to_be_visible()
    held: list[Any] = []
    page.route("**/signed-in/left", lambda route: held.append(route))
    # The minute's question is under way when the button is pressed.
    page.clock.run_for(59_000)
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Stay signed in").click()
    assert len(held) == 1
    page.unroute("**/signed-in/left")
    expect(band(page)).to_have_count(0)
    assert len(server.stayed) == 1


def test_whoever_is_not_signed_in_is_told_nothing(page: Page, server: Server) -> None:
    server.viewer = None
    opened(page, server)
    page.clock.run_for(3_000_000)
    expect(page.get_by_role("heading", name="Page")).to_be_visible()
